package dev.retort.theory.data;

import java.util.Set;
import java.util.regex.Pattern;

/** Classifies the text of cells: missing values, numbers, numbers with commas. */
final class Cells {

    /** The missing values of pandas, and others that are common in tables. */
    private static final Set<String> MISSING = Set.of(
            "", "NA", "N/A", "n/a", "na", "NaN", "nan", "NAN", "-NaN", "-nan", "NULL", "null", "Null", "None", "none",
            "<NA>", "#N/A", "#NA", "?", ".", "-", "--", "missing");

    /** Groups of digits with one separator between any two, so that no text has two ways to match. */
    private static final Pattern GROUPED = Pattern.compile("[+-]?[0-9]+([.,' ][0-9]+)+([eE][+-]?[0-9]+)?");

    private static final int LONGEST_NUMBER = 100;

    private Cells() {}

    static boolean isMissing(String cell) {
        return MISSING.contains(cell);
    }

    /** Whether the cell is a decimal number; Java's parser would also accept "1f", "0x1p3" and "Infinity". */
    static boolean isNumber(String cell) {
        int at = sign(cell, 0);
        int whole = digits(cell, at);
        int end = whole;
        if (end < cell.length() && cell.charAt(end) == '.') {
            end = digits(cell, end + 1);
        }
        if (end == at || (end == at + 1 && whole == at)) {
            return false;
        }
        if (end < cell.length() && (cell.charAt(end) == 'e' || cell.charAt(end) == 'E')) {
            int exponent = sign(cell, end + 1);
            end = digits(cell, exponent);
            if (end == exponent) {
                return false;
            }
        }
        return end == cell.length();
    }

    private static int sign(String cell, int at) {
        return at < cell.length() && (cell.charAt(at) == '-' || cell.charAt(at) == '+') ? at + 1 : at;
    }

    private static int digits(String cell, int from) {
        int at = from;
        while (at < cell.length() && cell.charAt(at) >= '0' && cell.charAt(at) <= '9') {
            at++;
        }
        return at;
    }

    /** Whether the cell would be a number if its commas were removed or read as decimal points. */
    static boolean hasComma(String cell) {
        return cell.indexOf(',') >= 0
                && cell.length() <= LONGEST_NUMBER
                && GROUPED.matcher(cell).matches();
    }

    /** Whether two cells are the same text, or the same number. */
    static boolean same(String cell, String other) {
        return cell.equals(other)
                || (isNumber(cell) && isNumber(other) && Double.parseDouble(cell) == Double.parseDouble(other));
    }
}
