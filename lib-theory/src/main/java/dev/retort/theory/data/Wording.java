package dev.retort.theory.data;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.stream.Collectors;

/** Formats lists, counts and numbers for sentences, and truncates long ones. */
final class Wording {

    private static final int SHOWN = 8;

    private Wording() {}

    /** {@code "a", "b", "c" and 5 more}. */
    static String list(List<String> names) {
        return cut(names.stream().limit(SHOWN).map(name -> "\"" + name + "\"").toList(), names.size());
    }

    /** {@code 3, 17, 25 and 5 more}. */
    static String numbers(List<? extends Number> numbers) {
        return cut(numbers.stream().limit(SHOWN).map(Object::toString).toList(), numbers.size());
    }

    private static String cut(List<String> shown, int all) {
        return shown.stream().collect(Collectors.joining(", "))
                + (all > shown.size() ? " and " + (all - shown.size()) + " more" : "");
    }

    /** {@code 1 row}, {@code 2 rows}. */
    static String count(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    /** To four significant figures, without trailing zeros. */
    static String number(double value) {
        if (!Double.isFinite(value)) {
            return Double.toString(value);
        }
        return new BigDecimal(value)
                .round(new MathContext(4))
                .stripTrailingZeros()
                .toPlainString();
    }

    /** A cell of a file in quotation marks, truncated if long. */
    static String quoted(String cell) {
        String shown = cell.length() > 40 ? cell.substring(0, 40) + "…" : cell;
        return "\"" + shown.replaceAll("\\p{Cntrl}", "�") + "\"";
    }
}
