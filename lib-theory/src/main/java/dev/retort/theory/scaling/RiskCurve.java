package dev.retort.theory.scaling;

import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.theory.distillation.Sensitivities;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Excess risks at several numbers of samples, computed or measured, in the range where a scaling law may hold: 1 ≪ n ≪ p is
 * taken to mean 10 ≤ n ≤ p/10, and other points are refused. Immutable.
 *
 * <p>Near its ends this range is wide: the line bends by about (n/p)<sup>min(α, b) − 1</sup>, which is large if the spectrum
 * or the signal decays slowly. {@link RiskLaw#deviation(double, long)} gives the size of the bend, {@link
 * Sensitivities#localExponent()} the slope at each point.
 *
 * <pre>{@code
 * double[] n = {100, 200, 400, 800};
 * double[] measured = {0.421, 0.297, 0.208, 0.150};
 * double[] standardErrors = {0.004, 0.003, 0.002, 0.002};
 * ExponentFit fit = RiskCurve.of(100_000, n, measured).withErrors(standardErrors).fit();
 * double exponent = fit.exponent(); // 0.50
 * Interval confidence = fit.exponentInterval(0.95); // from 0.486 to 0.514
 * }</pre>
 */
public final class RiskCurve {

    /** The factor that is taken for ≪ in 1 ≪ n ≪ p. */
    private static final double FAR = 10;

    private final double[] samples;
    private final double[] excess;
    private final double @Nullable [] errors;

    private RiskCurve(double[] samples, double[] excess, double @Nullable [] errors) {
        this.samples = samples;
        this.excess = excess;
        this.errors = errors;
    }

    /**
     * The curve through the given points.
     *
     * @param features the number of features p, which may be infinite
     * @param samples the numbers of samples n, in any order, from 10 to p/10
     * @param excess the excess risks at these n, greater than 0
     * @return the curve
     * @throws IllegalArgumentException if an array is null, their lengths differ, a risk is not positive and finite, or a point
     *     lies outside 10 ≤ n ≤ p/10
     */
    public static RiskCurve of(double features, double[] samples, double[] excess) {
        if (!(features > 0)) {
            throw refusal("features", features, "is not greater than 0");
        }
        length("excess", notNull("excess", excess).length, "samples.length", notNull("samples", samples).length);
        for (int k = 0; k < samples.length; k++) {
            if (!(samples[k] >= FAR && samples[k] <= features / FAR && samples[k] < Double.POSITIVE_INFINITY)) {
                throw refusal(
                        "samples[" + k + "]",
                        samples[k],
                        "is not from " + FAR + " to a tenth of the features, " + features / FAR
                                + "; outside that range no scaling law holds");
            }
            positive("excess[" + k + "]", excess[k]);
        }
        return new RiskCurve(samples.clone(), excess.clone(), null);
    }

    /**
     * The same curve with known errors. The fit then weights each point by the inverse square of its relative error.
     *
     * @param standardErrors the standard errors of the excess risks, greater than 0, one per point
     * @return a new curve
     * @throws IllegalArgumentException if the array is null, the lengths differ, or an error relative to its risk is not positive
     *     and finite
     */
    public RiskCurve withErrors(double... standardErrors) {
        length(
                "standardErrors",
                notNull("standardErrors", standardErrors).length,
                "the number of points",
                samples.length);
        for (int k = 0; k < samples.length; k++) {
            positive("standardErrors[" + k + "] / excess[" + k + "]", standardErrors[k] / excess[k]);
        }
        return new RiskCurve(samples, excess, standardErrors.clone());
    }

    /**
     * The least squares line through ln excess against ln n. Risks that do not tend to 0, for example because noise was not
     * subtracted, do not lie on a straight line: the exponent comes out too small, and only the residuals show it. {@link
     * #fitWithFloor()} detects this.
     *
     * @return the fit
     * @throws IllegalArgumentException if there are fewer than three points (two if errors are known), or all have the same n
     */
    public ExponentFit fit() {
        return ExponentFit.of(samples, excess, errors);
    }

    /**
     * A power law above a floor, for risks that may not tend to 0.
     *
     * @return the fit; {@link FlooredFit#pValueOfNoFloor()} tells whether a floor is needed
     * @throws IllegalArgumentException if there are fewer than four points, or fewer than three different n
     */
    public FlooredFit fitWithFloor() {
        return FlooredFit.of(samples, excess, errors);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RiskCurve that
                && Arrays.equals(samples, that.samples)
                && Arrays.equals(excess, that.excess)
                && Arrays.equals(errors, that.errors);
    }

    @Override
    public int hashCode() {
        return Objects.hash(Arrays.hashCode(samples), Arrays.hashCode(excess), Arrays.hashCode(errors));
    }

    @Override
    public String toString() {
        return "RiskCurve of excess " + Arrays.toString(excess) + " at n = " + Arrays.toString(samples)
                + (errors == null ? "" : ", standard errors " + Arrays.toString(errors));
    }
}
