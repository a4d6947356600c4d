package dev.retort.theory.scaling;

import static dev.retort.core.Arguments.positive;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Training;
import java.util.OptionalDouble;

/**
 * The law of one target's excess risk, part of a {@link ScalingLaw}: excess ~ constant · n<sup>−exponent</sup>. Immutable.
 *
 * <pre>{@code
 * RiskLaw law = ScalingLaw.powerLaw(2.0, 3.0).withNoise(0.1, 1.5).optimal();
 * double exponent = law.exponent(); // 1.5: the noise's, which is less than the signal's
 * double crossover = law.crossover().getAsDouble(); // 37554: above, noise prevails
 * double excess = law.excess(1e6); // 1.194e-11: noise and signal
 * double offBy = law.deviation(1e6); // by which multiple the exact risk departs from it
 * }</pre>
 */
public final class RiskLaw {

    /** Where crossovers are looked for, in ln n. */
    private static final double FARTHEST = 700;

    private final ScalingLaw law;
    private final Surrogate surrogate;
    private final double signalRatio;
    private final double logOffset;

    /**
     * The law of one teacher's target.
     *
     * @param signalRatio the constant of the signal's part, as a multiple of the standard target's
     * @param logOffset what is added to ln n at b = 2α + 1
     */
    RiskLaw(ScalingLaw law, Surrogate surrogate, double signalRatio, double logOffset) {
        this.law = law;
        this.surrogate = surrogate;
        this.signalRatio = signalRatio;
        this.logOffset = logOffset;
    }

    /**
     * The teacher.
     *
     * @return the surrogate whose labels the target is trained on
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
     * @return the constant; infinite where a logarithm makes it so, {@link Regime#LOGARITHMIC}
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
     * The factor by which this teacher saves labels: on that many times fewer, its target has the risk of the standard
     * target, for large n.
     *
     * @return ratio<sup>−1/exponent</sup>, at least 1; infinite if that overflows, for b within a thousandth or so of 1
     */
    public double labelSaving() {
        return ratio() == 1 ? 1 : Math.pow(ratio(), -1 / exponent());
    }

    /**
     * The excess risk by the law: the power law of the signal's part, with its logarithm at b = 2α + 1, plus that of the
     * noise.
     *
     * @param samples the number of samples n, greater than 0; the law holds for n ≫ 1
     * @return the sum of both laws, greater than 0
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
        double power = signalConstant() * Math.exp(-law.signal().exponent() * logSamples);
        // ln n + offset, and positive at small n too, where that is not.
        return law.signal().regime() == Regime.LOGARITHMIC
                ? power * Math.log1p(Math.exp(logSamples + logOffset))
                : power;
    }

    private double noiseAt(double logSamples) {
        return law.noiseConstant() * Math.exp(-law.noiseExponent() * logSamples);
    }

    /**
     * Where noise and signal contribute alike, by their laws: one prevails at fewer samples, the other at more. A number
     * below one says that the latter does so at any n.
     *
     * @return the number of samples; nothing without noise, if both laws have one exponent, or if they do not meet within
     *     the range of doubles
     */
    public OptionalDouble crossover() {
        if (law.noiseConstant() == 0) {
            return OptionalDouble.empty();
        }
        double low = -FARTHEST;
        double high = FARTHEST;
        if (lead(high) < 0) {
            // The lead is concave in ln n: look to the right of its maximum.
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

    /** By how much the signal's part exceeds the noise's, in logarithms. */
    private double lead(double logSamples) {
        double log = law.signal().regime() == Regime.LOGARITHMIC
                ? Math.log(Math.log1p(Math.exp(logSamples + logOffset)))
                : 0;
        return Math.log(signalConstant() / law.noiseConstant())
                + log
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
     * How far the exact risk is from the law at a number of samples, without end of features.
     *
     * @param samples the number of samples n, greater than 0 and at most 1e10
     * @return exact excess / {@link #excess(double)} − 1
     * @throws IllegalArgumentException if n is out of range, or α so large that eigenvalues underflow (above about 25)
     */
    public double deviation(double samples) {
        return deviation(samples, law.task(samples));
    }

    /**
     * How far the exact risk is from the law when there are p features only: where n is no longer far below p, the line
     * bends.
     *
     * @param samples the number of samples n, greater than 0
     * @param features the number of features p, from 1 to 1e15
     * @return exact excess / {@link #excess(double)} − 1
     * @throws IllegalArgumentException if n or p is out of range, or the last eigenvalue underflows
     */
    public double deviation(double samples, long features) {
        return deviation(samples, law.task(samples, features));
    }

    private double deviation(double samples, RegressionTask task) {
        double exact = Distillation.of(task)
                .surrogate(surrogate)
                .target(Training.samples(samples))
                .predict()
                .excess();
        return exact / excess(samples) - 1;
    }

    @Override
    public String toString() {
        return surrogate + ": excess ~ " + constant() + " n^-" + exponent();
    }
}
