package dev.retort.theory.scaling;

import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Training;
import java.util.Objects;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * The law of one target's excess risk, part of a {@link ScalingLaw}: excess ~ constant · n<sup>−exponent</sup>. Immutable.
 *
 * <pre>{@code
 * RiskLaw law = ScalingLaw.powerLaw(2.0, 3.0).withNoise(0.1, 1.5).optimal();
 * double exponent = law.exponent(); // 1.5: the noise's, which is less than the signal's
 * double crossover = law.crossover().getAsDouble(); // 37554: for larger n noise prevails
 * double excess = law.excess(1e6); // 1.194e-11: noise and signal
 * double offBy = law.deviation(1e6); // the relative difference of the exact risk from the law
 * }</pre>
 */
public final class RiskLaw {

    /** The largest |ln n| at which a crossover is looked for. */
    private static final double FARTHEST = 700;

    private final ScalingLaw law;
    private final Surrogate surrogate;
    private final double signalRatio;
    private final double logOffset;

    /**
     * The law of one surrogate's target.
     *
     * @param signalRatio the constant of the signal's part, as a multiple of the standard target's
     * @param logOffset the number that is added to ln n at b = 2α + 1
     */
    RiskLaw(ScalingLaw law, Surrogate surrogate, double signalRatio, double logOffset) {
        this.law = law;
        this.surrogate = surrogate;
        this.signalRatio = signalRatio;
        this.logOffset = logOffset;
    }

    /**
     * The surrogate.
     *
     * @return the surrogate whose labels the target learns from
     */
    public Surrogate surrogate() {
        return surrogate;
    }

    /**
     * The exponent, the same for all targets.
     *
     * @return {@link ScalingLaw#exponent()}
     */
    public double exponent() {
        return law.exponent();
    }

    /**
     * The limit of excess · n<sup>exponent</sup>.
     *
     * @return the constant; infinite in the regime {@link Regime#LOGARITHMIC}
     */
    public double constant() {
        return switch (law.regime()) {
            case UNLEARNT_FEATURES, SHRINKAGE -> signalConstant();
            case LOGARITHMIC -> Double.POSITIVE_INFINITY;
            case NOISE -> law.noiseConstant();
            case NOISE_AND_SIGNAL -> signalConstant() + law.noiseConstant();
        };
    }

    /**
     * The limit of this risk as a multiple of the standard target's at the same n.
     *
     * @return the ratio of the constants, at most 1
     */
    public double ratio() {
        return switch (law.regime()) {
            case UNLEARNT_FEATURES, LOGARITHMIC, SHRINKAGE -> signalRatio;
            case NOISE -> 1;
            case NOISE_AND_SIGNAL ->
                (signalConstant() + law.noiseConstant()) / (law.signal().standard() + law.noiseConstant());
        };
    }

    /**
     * The factor by which this surrogate saves labels: its target needs that many times fewer labels for the risk of the
     * standard target, at large n.
     *
     * @return ratio<sup>−1/exponent</sup>, at least 1; infinite if it overflows, as it does for b within about a thousandth of 1
     */
    public double labelSaving() {
        return ratio() == 1 ? 1 : Math.pow(ratio(), -1 / exponent());
    }

    /**
     * The excess risk according to the law: the power law of the signal's part, with its logarithm at b = 2α + 1, plus that of
     * the noise.
     *
     * @param samples the number of samples n, greater than 0; the law holds for n ≫ 1
     * @return the sum of both laws; 0 or infinite only if it underflows or overflows
     * @throws IllegalArgumentException if n is not positive and finite
     */
    public double excess(double samples) {
        double logSamples = Math.log(positive("samples", samples));
        return signalAt(logSamples) + noiseAt(logSamples);
    }

    private double signalConstant() {
        return signalRatio * law.signal().standard();
    }

    private double signalAt(double logSamples) {
        return signalConstant() * Math.exp(-law.signal().exponent() * logSamples + logOfLogarithm(logSamples));
    }

    /**
     * ln ln(1 + n e^offset) at b = 2α + 1, and 0 elsewhere. The logarithm tends to ln n + offset, and stays positive at small n.
     */
    private double logOfLogarithm(double logSamples) {
        if (law.signal().regime() != Regime.LOGARITHMIC) {
            return 0;
        }
        double x = logSamples + logOffset;
        return x < -40 ? x : Math.log(Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))));
    }

    private double noiseAt(double logSamples) {
        return law.noiseConstant() * Math.exp(-law.noiseExponent() * logSamples);
    }

    /**
     * The number of samples at which noise and signal contribute equally, according to their laws. One of them dominates at
     * fewer samples, the other at more; if the number is below one, the latter dominates at any n.
     *
     * @return the number of samples; empty without noise, if both laws have the same exponent, or if they do not meet within the
     *     range of doubles
     */
    public OptionalDouble crossover() {
        if (law.noiseConstant() == 0) {
            return OptionalDouble.empty();
        }
        double low = -FARTHEST;
        double high = FARTHEST;
        if (lead(high) < 0) {
            // The lead is concave in ln n; the crossover at large n is to the right of its maximum.
            low = maximum(low, high);
        }
        if (lead(low) * lead(high) >= 0) {
            return OptionalDouble.empty();
        }
        boolean rising = lead(high) > 0;
        while (true) {
            double middle = (low + high) / 2;
            if (middle <= low || middle >= high) {
                return OptionalDouble.of(Math.exp(middle));
            }
            if (lead(middle) > 0 == rising) {
                high = middle;
            } else {
                low = middle;
            }
        }
    }

    /** The logarithm of the ratio of the signal's part to the noise's. */
    private double lead(double logSamples) {
        return Math.log(signalConstant() / law.noiseConstant())
                + logOfLogarithm(logSamples)
                + (law.noiseExponent() - law.signal().exponent()) * logSamples;
    }

    private double maximum(double low, double high) {
        double left = low;
        double right = high;
        for (int step = 0; step < 200; step++) {
            double third = (right - left) / 3;
            if (lead(left + third) < lead(right - third)) {
                left += third;
            } else {
                right -= third;
            }
        }
        return left;
    }

    /**
     * The relative difference of the exact risk from the law, for infinitely many features.
     *
     * @param samples the number of samples n, greater than 0 and at most 1e10
     * @return exact excess / {@link #excess(double)} − 1
     * @throws IllegalArgumentException if n is out of range, α is so large that eigenvalues underflow (above about 25), or the
     *     risk is so small that it underflows
     */
    public double deviation(double samples) {
        return deviation(samples, Double.POSITIVE_INFINITY, law.task(samples));
    }

    /**
     * The relative difference of the exact risk from the law, for p features: the line bends where n is no longer far below p.
     *
     * @param samples the number of samples n, greater than 0
     * @param features the number of features p, from 1 to 1e15
     * @return exact excess / {@link #excess(double)} − 1; −1 from n = p on if there is no noise, for the exact risk is 0 there
     * @throws IllegalArgumentException if n or p is out of range, the last eigenvalue underflows, or n &lt; p and the risk is so
     *     small that it underflows
     */
    public double deviation(double samples, long features) {
        return deviation(samples, (double) features, law.task(samples, features));
    }

    private double deviation(double samples, double features, RegressionTask task) {
        double expected = excess(samples); // checks the argument
        if (expected >= Double.MIN_NORMAL) {
            double exact = Distillation.of(task)
                    .surrogate(surrogate)
                    .target(Training.samples(samples))
                    .predict()
                    .excess();
            return exact / expected - 1;
        }
        if (samples < features) {
            throw refusal(
                    "samples", samples, "is so large that the risk, n^-" + exponent() + ", underflows; take fewer");
        }
        if (law.noiseConstant() == 0) {
            return -1;
        }
        // The exact risk is σ²p/(n − p). Its ratio to the law is taken in logarithms, in which neither underflows.
        double lead = lead(Math.log(samples));
        double logNoiseShare = -Math.max(lead, 0) - Math.log1p(Math.exp(-Math.abs(lead)));
        double logRatio = Math.log(features) - Math.log(samples - features) - Math.log(law.alpha() - 1);
        return Math.expm1(logRatio + logNoiseShare);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RiskLaw that && law.equals(that.law) && surrogate.equals(that.surrogate);
    }

    @Override
    public int hashCode() {
        return Objects.hash(law, surrogate);
    }

    @Override
    public String toString() {
        return surrogate + ": excess ~ " + constant() + " n^-" + exponent();
    }
}
