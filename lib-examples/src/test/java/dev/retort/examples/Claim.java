package dev.retort.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.SampleMean;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.scaling.Interval;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a trailing comment of a documentation example claims about the value of its statement.
 *
 * <p>A claim stands at the start of the comment: {@code 0.08325}, {@code 1/91}, {@code 0.0878 ± 0.0012}, {@code true},
 * {@code 1, 2, 1}, {@code from 0.486 to 0.514} or {@code shape [20, 50]}. A colon, semicolon or comma ends it, and an
 * explanation may follow. A number must equal the value rounded to the given digits. With an error, {@code ±}, a plain
 * value must lie within the error; for a {@link SampleMean} both mean and error must match to their digits.
 */
public final class Claim {

    private static final String NUMBER = "(?:[-−]?(?:\\d+(?:\\.\\d+)?(?:e-?\\d+)?(?: ?/ ?\\d+)?|∞))";
    private static final String QUANTITY = "(?:true|false|" + NUMBER + "(?: ± " + NUMBER + ")?)";
    private static final Pattern LIST = Pattern.compile("(" + QUANTITY + "(?:, " + QUANTITY + ")*)(?:(?=[:;,] )(.*))?");
    private static final Pattern RANGE =
            Pattern.compile("from (" + NUMBER + ") to (" + NUMBER + ")(?:(?=[:;,] )(.*))?");
    private static final Pattern SHAPE = Pattern.compile("shape \\[([\\d, ]+)](?:(?=[:;,] )(.*))?");

    private final boolean ofShape;
    private final List<String> quantities;
    private final String explanation;

    private Claim(boolean ofShape, List<String> quantities, String explanation) {
        this.ofShape = ofShape;
        this.quantities = quantities;
        this.explanation = explanation == null ? "" : explanation;
    }

    /** The claim at the start of a comment, if there is one. */
    static Optional<Claim> of(String comment) {
        Matcher list = LIST.matcher(comment.strip());
        if (list.matches()) {
            return Optional.of(new Claim(false, List.of(list.group(1).split(", ")), list.group(2)));
        }
        Matcher range = RANGE.matcher(comment.strip());
        if (range.matches()) {
            return Optional.of(new Claim(false, List.of(range.group(1), range.group(2)), range.group(3)));
        }
        Matcher shape = SHAPE.matcher(comment.strip());
        return shape.matches()
                ? Optional.of(new Claim(true, List.of(shape.group(1).split(", ")), shape.group(2)))
                : Optional.empty();
    }

    /** The text after the claim, which is not checked. */
    String explanation() {
        return explanation;
    }

    /** Called by the examples, after each statement whose comment starts with a claim. */
    public static void check(String place, Object value, String comment) {
        Claim claim = of(comment).orElseThrow();
        List<?> values = claim.ofShape ? shape(value) : values(value);
        assertThat(values)
                .as("%s: the values that \"%s\" is about", place, comment)
                .hasSize(claim.quantities.size());
        for (int i = 0; i < values.size(); i++) {
            compare(place + ": \"" + comment + "\"", values.get(i), claim.quantities.get(i));
        }
    }

    private static List<?> shape(Object value) {
        return LongStream.of(((INDArray) value).shape()).boxed().toList();
    }

    private static List<?> values(Object value) {
        if (value instanceof INDArray array) {
            return Arrays.stream(array.dup('c').data().asDouble()).boxed().toList();
        }
        if (value instanceof double[] array) {
            return Arrays.stream(array).boxed().toList();
        }
        if (value instanceof int[] array) {
            return Arrays.stream(array).boxed().toList();
        }
        if (value instanceof List<?> list) {
            return list;
        }
        if (value instanceof Spectrum spectrum) {
            return IntStream.range(0, spectrum.dimension())
                    .mapToObj(spectrum::eigenvalue)
                    .toList();
        }
        if (value instanceof Interval interval) {
            return List.of(interval.low(), interval.high());
        }
        return List.of(value);
    }

    private static void compare(String claim, Object value, String quantity) {
        if (quantity.equals("true") || quantity.equals("false")) {
            assertThat(value).as(claim).isEqualTo(Boolean.valueOf(quantity));
            return;
        }
        String[] parts = quantity.split(" ± ", -1);
        if (value instanceof SampleMean mean) {
            List<Double> both = new ArrayList<>(List.of(mean.mean(), mean.standardError()));
            for (int i = 0; i < parts.length; i++) {
                assertRounds(claim, both.get(i), parts[i]);
            }
            return;
        }
        double number = ((Number) value).doubleValue();
        if (parts.length == 2) {
            assertThat(number).as(claim).isCloseTo(number(parts[0]), within(number(parts[1])));
        } else {
            assertRounds(claim, number, quantity);
        }
    }

    private static void assertRounds(String claim, double value, String text) {
        if (text.endsWith("∞") || value == number(text)) {
            assertThat(value).as(claim).isEqualTo(number(text));
            return;
        }
        // Half a unit of the last digit, and the rounding of the value itself; a fraction is exact.
        double unit = text.contains("/")
                ? 0
                : new BigDecimal(text.replace('−', '-')).ulp().doubleValue();
        double rounding = 1e-12 * Math.abs(number(text));
        assertThat(value).as(claim).isCloseTo(number(text), within(unit / 2 + rounding));
    }

    private static double number(String text) {
        String plain = text.replace('−', '-');
        if (plain.endsWith("∞")) {
            return plain.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        String[] parts = plain.split(" ?/ ?", -1);
        double numerator = Double.parseDouble(parts[0]);
        return parts.length == 1 ? numerator : numerator / Double.parseDouble(parts[1]);
    }
}
