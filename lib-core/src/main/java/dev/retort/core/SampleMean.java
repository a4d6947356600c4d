package dev.retort.core;

import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.number;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.CompensatedSum;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.Locale;

/**
 * A mean over independent draws, or another estimate from them, with its standard error.
 *
 * @param mean the mean
 * @param standardError of a mean the standard deviation of one draw divided by the root of their number, 0 for draws that are all
 *     equal; at least 0, or NaN if it is not known
 */
public record SampleMean(double mean, double standardError) {

    /**
     * A number with its standard error.
     *
     * @param mean the number
     * @param standardError its standard error, at least 0, or NaN if it is not known
     * @throws IllegalArgumentException if the number is NaN, or the standard error negative
     */
    public SampleMean {
        number("mean", mean);
        if (standardError < 0) {
            throw refusal("standardError", standardError, "is not at least 0");
        }
    }

    /**
     * The mean of some draws.
     *
     * @param draws the draws, at least 2 (one has no standard error)
     * @return their mean and its standard error; infinite if a draw is
     * @throws IllegalArgumentException if there are fewer than 2, one is NaN, or there are infinite ones of both signs
     */
    public static SampleMean of(double... draws) {
        if (notNull("draws", draws).length < 2) {
            throw refusal("draws.length", draws.length, "is not at least 2");
        }
        double largest = 0;
        for (int i = 0; i < draws.length; i++) {
            largest = Math.max(largest, Math.abs(number("draws[" + i + "]", draws[i])));
        }
        if (largest == Double.POSITIVE_INFINITY) {
            return ofInfinite(draws);
        }
        // Scale so that neither sums nor squares overflow or underflow; by a power of two, so that no digit changes.
        int unit = largest > 0 ? Math.getExponent(largest) : 0;
        double first = Math.scalb(draws[0], -unit);
        CompensatedSum sum = new CompensatedSum();
        for (double draw : draws) {
            sum.add(Math.scalb(draw, -unit) - first); // the mean of equal draws is then exact
        }
        double mean = first + sum.value() / draws.length;
        CompensatedSum squares = new CompensatedSum();
        for (double draw : draws) {
            double apart = Math.scalb(draw, -unit) - mean;
            squares.add(apart * apart);
        }
        double error = Math.sqrt(squares.value() / (draws.length - 1.0) / draws.length);
        return new SampleMean(Math.scalb(mean, unit), Math.scalb(error, unit));
    }

    private static SampleMean ofInfinite(double[] draws) {
        boolean above = Arrays.stream(draws).anyMatch(draw -> draw == Double.POSITIVE_INFINITY);
        boolean below = Arrays.stream(draws).anyMatch(draw -> draw == Double.NEGATIVE_INFINITY);
        if (above && below) {
            throw refusal("draws", "both infinite and minus infinite ones", "have no mean");
        }
        return new SampleMean(above ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    }

    /**
     * The difference between the mean and a number, in standard errors.
     *
     * @param expected the number
     * @return (mean − expected)/standardError; 0 if they are equal, ±infinity if one is infinite, or if they differ although
     *     the standard error is 0
     * @throws IllegalArgumentException if the number is NaN
     * @throws IllegalStateException if the standard error is not known
     */
    public double zScore(double expected) {
        number("expected", expected);
        if (Double.isNaN(standardError)) {
            throw new IllegalStateException("The standard error of " + mean + " is not known; take more draws");
        }
        if (mean == expected) {
            return 0;
        }
        double difference = mean - expected;
        return Double.isInfinite(difference) ? difference : difference / standardError;
    }

    /**
     * {@return the mean and its error, rounded to two significant digits of the error: 0.1234 ± 0.0012; "± unknown" for an
     * error that is not known}
     */
    @Override
    public String toString() {
        if (Double.isNaN(standardError)) {
            return String.format(Locale.ROOT, "%.6g ± unknown", mean);
        }
        if (!(standardError > 0) || !Double.isFinite(standardError) || !Double.isFinite(mean)) {
            return String.format(Locale.ROOT, "%.6g ± %.2g", mean, standardError);
        }
        BigDecimal error = BigDecimal.valueOf(standardError).round(new MathContext(2, RoundingMode.HALF_EVEN));
        int decimals = error.scale() + 2 - error.precision();
        if (decimals < 0 || decimals > 8) {
            return String.format(Locale.ROOT, "%.3e ± %.1e", mean, standardError);
        }
        String digits = "%." + decimals + "f";
        return String.format(Locale.ROOT, digits + " ± " + digits, mean, standardError);
    }
}
