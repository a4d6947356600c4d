package dev.retort.theory.scaling;

import static dev.retort.core.internal.Arguments.betweenZeroAndOne;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalDouble;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.distribution.RealDistribution;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.special.Gamma;
import org.jspecify.annotations.Nullable;

/**
 * The least-squares line through ln excess against ln n: excess = constant · n<sup>−exponent</sup>. Immutable.
 *
 * <p>If the {@linkplain RiskCurve#withErrors errors} of the points are known, they set the weights (an error s of a
 * risk E is an error s/E of its logarithm), and intervals are those of the normal distribution. Otherwise all points
 * have the same weight, their common error is estimated from the residuals, and intervals are those of Student's t,
 * whose degrees of freedom are two less than the number of points. On computed curves the residuals come from the
 * curvature of the curve, so an interval shows how straight it is.
 */
public final class ExponentFit {

    private final double exponent;
    private final double meanX;
    private final double meanY;
    private final double varianceOfMean;
    private final double varianceOfExponent;
    /** Infinite if the errors of the points are known. */
    private final double degreesOfFreedom;

    private final OptionalDouble fitPValue;

    private ExponentFit(
            double exponent,
            double meanX,
            double meanY,
            double varianceOfMean,
            double varianceOfExponent,
            double degreesOfFreedom,
            OptionalDouble fitPValue) {
        this.exponent = exponent;
        this.meanX = meanX;
        this.meanY = meanY;
        this.varianceOfMean = varianceOfMean;
        this.varianceOfExponent = varianceOfExponent;
        this.degreesOfFreedom = degreesOfFreedom;
        this.fitPValue = fitPValue;
    }

    static ExponentFit of(double[] samples, double[] excess, double @Nullable [] errors) {
        int points = samples.length;
        if (points < (errors == null ? 3 : 2)) {
            throw refusal("points", points, errors == null ? "is not at least 3" : "is not at least 2");
        }
        // Weights are relative to the largest, because the squares of small errors would underflow.
        double least = Double.POSITIVE_INFINITY;
        for (int k = 0; errors != null && k < points; k++) {
            least = Math.min(least, errors[k] / excess[k]);
        }
        double[] weight = new double[points];
        double total = 0;
        double meanX = 0;
        double meanY = 0;
        for (int k = 0; k < points; k++) {
            weight[k] = errors == null ? 1 : Math.pow(least / (errors[k] / excess[k]), 2);
            total += weight[k];
            meanX += weight[k] / total * (Math.log(samples[k]) - meanX);
            meanY += weight[k] / total * (Math.log(excess[k]) - meanY);
        }
        double squares = 0;
        double products = 0;
        for (int k = 0; k < points; k++) {
            double x = Math.log(samples[k]) - meanX;
            squares += weight[k] * x * x;
            products += weight[k] * x * (Math.log(excess[k]) - meanY);
        }
        if (Arrays.stream(samples).distinct().count() == 1 || squares == 0) {
            throw refusal(
                    "samples", samples[0], "is the number of samples of every point, so that no line is determined");
        }
        double slope = products / squares;
        double residuals = 0;
        for (int k = 0; k < points; k++) {
            double residual = Math.log(excess[k]) - meanY - slope * (Math.log(samples[k]) - meanX);
            residuals += weight[k] * residual * residual;
        }
        int left = points - 2;
        double unit = errors == null ? residuals / left : least * least;
        OptionalDouble misfit = errors == null || left == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(Gamma.regularizedGammaQ(left / 2.0, residuals / least / least / 2));
        return new ExponentFit(
                0 - slope,
                meanX,
                meanY,
                unit / total,
                unit / squares,
                errors == null ? left : Double.POSITIVE_INFINITY,
                misfit);
    }

    /**
     * The fitted exponent.
     *
     * @return minus the slope of the line
     */
    public double exponent() {
        return exponent;
    }

    /**
     * The standard error of the exponent.
     *
     * @return at least 0; 0 only if all points lie on the line
     */
    public double exponentStandardError() {
        return Math.sqrt(varianceOfExponent);
    }

    /**
     * The confidence interval of the exponent.
     *
     * @param level the confidence, between 0 and 1
     * @return the interval that covers the true exponent with this probability
     * @throws IllegalArgumentException if the level is out of range
     */
    public Interval exponentInterval(double level) {
        double reach = quantile(level) * exponentStandardError();
        return new Interval(exponent - reach, exponent + reach);
    }

    /**
     * The fitted constant.
     *
     * @return the line at n = 1
     */
    public double constant() {
        return excess(1);
    }

    /**
     * The fitted line.
     *
     * @param samples the number of samples n, greater than 0
     * @return constant · n<sup>−exponent</sup>
     * @throws IllegalArgumentException if n is not positive and finite
     */
    public double excess(double samples) {
        return Math.exp(meanY - exponent * fromMean(samples));
    }

    /**
     * The pointwise confidence band of the line.
     *
     * @param samples the number of samples n, greater than 0
     * @param level the confidence, between 0 and 1
     * @return the interval that covers the true line at this n with this probability
     * @throws IllegalArgumentException if n is not positive and finite, or the level is out of range
     */
    public Interval band(double samples, double level) {
        double x = fromMean(samples);
        double reach = quantile(level) * Math.sqrt(varianceOfMean + x * x * varianceOfExponent);
        double line = excess(samples);
        return new Interval(line * Math.exp(-reach), line * Math.exp(reach));
    }

    private double fromMean(double samples) {
        return Math.log(positive("samples", samples)) - meanX;
    }

    /**
     * The degrees of freedom of the standard error.
     *
     * @return two less than the number of points; infinite if their errors are known
     */
    public double degreesOfFreedom() {
        return degreesOfFreedom;
    }

    /**
     * The χ² test of the fit: the probability of residuals at least this large if the law is straight and the errors are right.
     *
     * @return the p-value; empty if errors are not known or there are only two points
     */
    public OptionalDouble fitPValue() {
        return fitPValue;
    }

    /**
     * Tests whether the law has a given exponent.
     *
     * @param expected the exponent under the null hypothesis
     * @return the two-sided p-value
     * @throws IllegalArgumentException if the exponent is NaN
     */
    public double pValueOf(double expected) {
        if (Double.isNaN(expected)) {
            throw refusal("expected", expected, "is not a number");
        }
        return pValue(exponent - expected, varianceOfExponent, degreesOfFreedom);
    }

    /**
     * Tests whether two curves have the same exponent, by Welch's test of their difference. The errors of the curves must be
     * independent. Those of curves that were measured on the same designs are not: their difference has a smaller error than is
     * assumed here.
     *
     * @param other the other fit
     * @return the two-sided p-value: small if the exponents differ by more than the errors explain
     */
    public double pValueOfSameExponent(ExponentFit other) {
        double variance = varianceOfExponent + notNull("other", other).varianceOfExponent;
        double own = varianceOfExponent / variance;
        double theirs = other.varianceOfExponent / variance;
        double freedom = 1 / (own * own / degreesOfFreedom + theirs * theirs / other.degreesOfFreedom);
        return pValue(exponent - other.exponent, variance, freedom);
    }

    private static double pValue(double difference, double variance, double freedom) {
        if (difference == 0 || variance == 0) {
            return difference == 0 ? 1 : 0;
        }
        return 2 * distribution(freedom).cumulativeProbability(-Math.abs(difference) / Math.sqrt(variance));
    }

    private double quantile(double level) {
        betweenZeroAndOne("level", level);
        return distribution(degreesOfFreedom).inverseCumulativeProbability((1 + level) / 2);
    }

    private static RealDistribution distribution(double freedom) {
        return Double.isInfinite(freedom) ? new NormalDistribution() : new TDistribution(freedom);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ExponentFit that
                && Arrays.equals(numbers(), that.numbers())
                && fitPValue.equals(that.fitPValue);
    }

    @Override
    public int hashCode() {
        return Objects.hash(Arrays.hashCode(numbers()), fitPValue);
    }

    private double[] numbers() {
        return new double[] {exponent, meanX, meanY, varianceOfMean, varianceOfExponent, degreesOfFreedom};
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "excess = %.6g n^-%.6g, exponent ± %.2g", constant(), exponent, exponentStandardError());
    }
}
