package dev.retort.theory.distillation;

import dev.retort.core.equivalent.DeterministicEquivalent;
import java.util.Locale;

/**
 * The risk of a trained target b, and where it comes from:
 *
 * <pre>  excess = E (b − β⋆)ᵀΣ(b − β⋆) = bias + label-noise variance + design variance,      test = excess + σ².</pre>
 *
 * The bias is that of the average trained coefficient; the two variances are what the noise of the labels and the random
 * draw of the features add to it. Each part is exact to about 1e-15 of the excess risk. At the interpolation threshold (n =
 * rank, ridge 0) noisy labels make it infinite. Immutable.
 */
public final class RiskReport {

    private final double bias;
    private final double labelNoiseVariance;
    private final double designVariance;
    private final double test;
    private final Shares shares;

    private RiskReport(double bias, double labelNoiseVariance, double designVariance, double testNoise, Shares shares) {
        this.bias = bias;
        this.labelNoiseVariance = labelNoiseVariance;
        this.designVariance = designVariance;
        this.test = bias + labelNoiseVariance + designVariance + testNoise * testNoise;
        this.shares = shares;
    }

    /** The report of training on the labels that fixed coefficients give. */
    static RiskReport of(Moments labels, DeterministicEquivalent target, double noise, double testNoise) {
        double labelNoiseVariance = Moments.labelNoiseVariance(noise, target);
        double designVariance = labels.designVariance(target);
        Moments trained = labels.trained(target, labelNoiseVariance + designVariance);
        return new RiskReport(
                trained.bias(),
                labelNoiseVariance,
                designVariance,
                testNoise,
                new Shares(labels.nodes(), trained::share));
    }

    /**
     * The excess risk: what the target loses against the ground truth.
     *
     * @return E (b − β⋆)ᵀΣ(b − β⋆), at least 0
     */
    public double excess() {
        return bias + labelNoiseVariance + designVariance;
    }

    /**
     * The test risk: the mean squared error on a fresh label with the noise of the task.
     *
     * @return the excess risk plus σ²
     */
    public double test() {
        return test;
    }

    /**
     * The bias: the excess risk of the average target.
     *
     * @return Σ λ<sub>i</sub>(E b<sub>i</sub> − β⋆<sub>i</sub>)²
     */
    public double bias() {
        return bias;
    }

    /**
     * The variance due to the noise on the labels.
     *
     * @return Ωσ²/(1 − Ω)
     */
    public double labelNoiseVariance() {
        return labelNoiseVariance;
    }

    /**
     * The variance due to the random features: what the target misses of the teacher acts on it like label noise.
     *
     * @return Ω/(1 − Ω) Σ λ<sub>i</sub>ζ<sub>i</sub>²(βˢ<sub>i</sub>)²
     */
    public double designVariance() {
        return designVariance;
    }

    /**
     * The share of one feature in the excess risk: how far the target's coefficient of that feature is from the truth.
     *
     * @param i the feature, counted from 0
     * @return λ E (b − β⋆)² for that feature; the shares of all features add up to the excess risk
     * @throws IndexOutOfBoundsException if there is no such feature
     * @throws IllegalStateException if the task's features are gathered or not listed
     */
    public double share(int i) {
        return shares.ofFeatures()[i];
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "excess %.6g (bias %.6g, label noise %.6g, design %.6g), test %.6g",
                excess(),
                bias,
                labelNoiseVariance,
                designVariance,
                test);
    }
}
