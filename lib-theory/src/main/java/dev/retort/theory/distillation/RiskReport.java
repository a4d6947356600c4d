package dev.retort.theory.distillation;

import static dev.retort.core.Arguments.length;
import static dev.retort.core.Arguments.nonNegative;
import static dev.retort.core.Arguments.notNull;
import static dev.retort.core.Arguments.refusal;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The risk of a trained target b, and where it comes from:
 *
 * <pre>  excess = E (b − β⋆)ᵀΣ(b − β⋆)
 *         = bias + label-noise variance + design variance + inherited variance,      test = excess + σ².</pre>
 *
 * The bias is that of the average trained coefficient; the first two variances are what the noise of the labels and the
 * random draw of the features add to it, and the third is what a teacher that was trained itself passes on of its own. Each
 * part is exact to about 1e-15 of the excess risk. At the interpolation threshold (n = rank, ridge 0) noisy labels make it
 * infinite. Σ is the covariance of the task, whatever the target was trained on. Immutable.
 */
public final class RiskReport {

    private final double bias;
    private final double labelNoiseVariance;
    private final double designVariance;
    private final double inheritedVariance;
    private final double test;
    private final Shares shares;

    /** What was predicted, if it is known; its finite size is only looked at when asked. */
    private final @Nullable Supplier<Distillation> pipeline;

    private RiskReport(
            double bias,
            double labelNoiseVariance,
            double designVariance,
            double inheritedVariance,
            double testNoise,
            Shares shares,
            @Nullable Supplier<Distillation> pipeline) {
        this.bias = bias;
        this.labelNoiseVariance = labelNoiseVariance;
        this.designVariance = designVariance;
        this.inheritedVariance = inheritedVariance;
        this.test = bias + labelNoiseVariance + designVariance + inheritedVariance + testNoise * testNoise;
        this.shares = shares;
        this.pipeline = pipeline;
    }

    /** The report of training on the labels that a teacher of given moments provides, at the end of a pipeline. */
    static RiskReport of(Stage target, Moments teacher, Supplier<Distillation> pipeline) {
        Labelled labelled = target.labels(teacher);
        Moments labels = labelled.moments();
        Coordinates nodes = labels.coordinates();
        Stage.Amounts added = target.amounts(labelled);
        return new RiskReport(
                Stage.sum(labels.size(), k -> bias(target, labels, k)),
                added.labelNoise(),
                added.design(),
                labels.areRandom()
                        ? Stage.sum(labels.size(), k -> nodes.matters(k) ? target.inheritedVariance(labels, k) : 0)
                        : 0,
                nodes.task().noise(),
                Shares.of(nodes, k -> share(target, labels, added, k)),
                pipeline);
    }

    /**
     * The report of parts that are known feature by feature, for pipelines of other kinds.
     *
     * @param bias what each feature adds to the bias, at least 0
     * @param labelNoise the same for the variance due to the noise on the labels
     * @param design the same for the variance due to the random features
     * @param inherited the same for the variance that the teacher brings with it
     * @param noise the standard deviation of the noise on a fresh label, at least 0
     * @return the report; what is infinite in one feature is infinite in all
     * @throws IllegalArgumentException if an array is null or has another length than the first, if an entry is negative or
     *     NaN, or if the noise is negative, NaN or infinite
     */
    public static RiskReport of(double[] bias, double[] labelNoise, double[] design, double[] inherited, double noise) {
        double[] shares = new double[notNull("bias", bias).length];
        return new RiskReport(
                total("bias", bias, shares),
                total("labelNoise", labelNoise, shares),
                total("design", design, shares),
                total("inherited", inherited, shares),
                nonNegative("noise", noise),
                Shares.of(shares),
                null);
    }

    private static double total(String name, double[] part, double[] shares) {
        length(name, notNull(name, part).length, "that of the bias", shares.length);
        for (int i = 0; i < part.length; i++) {
            if (!(part[i] >= 0)) {
                throw refusal(name + "[" + i + "]", part[i], "is not at least 0");
            }
            shares[i] += part[i];
        }
        return Stage.sum(part.length, i -> part[i]);
    }

    private static double bias(Stage target, Moments labels, int k) {
        double deviation = labels.coordinates().matters(k) ? target.trainedDeviation(labels, k) : 0;
        return labels.coordinates().power(k) * deviation * deviation;
    }

    private static double share(Stage target, Moments labels, Stage.Amounts added, int k) {
        Coordinates nodes = labels.coordinates();
        return nodes.matters(k) ? bias(target, labels, k) + target.inheritedVariance(labels, k) + added.variance(k) : 0;
    }

    /**
     * The excess risk: what the target loses against the ground truth.
     *
     * @return E (b − β⋆)ᵀΣ(b − β⋆), at least 0
     */
    public double excess() {
        return bias + labelNoiseVariance + designVariance + inheritedVariance;
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
     * The variance due to the noise on the labels, to which belongs what they owe to features that a masked target does not
     * see.
     *
     * @return Ωσ²/(1 − Ω), if the target was trained on the task's covariance
     */
    public double labelNoiseVariance() {
        return labelNoiseVariance;
    }

    /**
     * The variance due to the random features: what the target misses of the teacher acts on it like label noise.
     *
     * @return Ω/(1 − Ω) Σ λ<sub>i</sub>ζ<sub>i</sub>² E (βˢ<sub>i</sub>)², if the target was trained on the task's covariance
     */
    public double designVariance() {
        return designVariance;
    }

    /**
     * The variance that the teacher brings with it, if it was trained itself.
     *
     * @return Σ λ<sub>i</sub>θ<sub>i</sub>² Var βˢ<sub>i</sub>; 0 for a teacher of fixed coefficients
     */
    public double inheritedVariance() {
        return inheritedVariance;
    }

    /**
     * How far the mean excess risk of experiments of this size is from {@link #excess()}, which is its limit: the term of order
     * 1/n. What is left is of order 1/n².
     *
     * <p>Known for chains of ridge regressions, with or without masks, spectra of their own and mixed labels, and for Gaussian
     * features; derived in the module's documentation, {@code docs/finite-size.md}.
     *
     * @return δE, of either sign; nothing where the formula is not known or the risk is infinite
     */
    public OptionalDouble finiteSizeCorrection() {
        return finiteSize().map(size -> OptionalDouble.of(size.correction())).orElseGet(OptionalDouble::empty);
    }

    /**
     * The excess risk with its correction for finite size, the mean over experiments up to O(1/n²).
     *
     * @return {@link #excess()} + {@link #finiteSizeCorrection()}; nothing where that is not known
     */
    public OptionalDouble corrected() {
        OptionalDouble correction = finiteSizeCorrection();
        return correction.isPresent() ? OptionalDouble.of(excess() + correction.getAsDouble()) : correction;
    }

    /**
     * By how much the excess risk of a single experiment, all data drawn once, scatters about its mean. To leading order; the
     * scatter is asymptotically normal, and skewed upwards at small sizes.
     *
     * @return the standard deviation, at least 0; nothing where {@link #finiteSizeCorrection()} is not known
     */
    public OptionalDouble standardDeviation() {
        return finiteSize()
                .map(size -> OptionalDouble.of(size.standardDeviation()))
                .orElseGet(OptionalDouble::empty);
    }

    /**
     * Whether the expansion in 1/n can be trusted: its term is at most a third of the excess risk, and every training has at
     * least 30 samples to spare, n(1 − Ω).
     *
     * @return false also where the correction is not known
     */
    public boolean isExpansionReliable() {
        return finiteSize().map(size -> size.isReliable(excess())).orElse(false);
    }

    private Optional<FiniteSize> finiteSize() {
        return Optional.ofNullable(pipeline)
                .map(Supplier::get)
                .filter(FiniteSize::covers)
                .map(FiniteSize::of);
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
    public boolean equals(@Nullable Object other) {
        return other instanceof RiskReport that
                && Double.compare(bias, that.bias) == 0
                && Double.compare(labelNoiseVariance, that.labelNoiseVariance) == 0
                && Double.compare(designVariance, that.designVariance) == 0
                && Double.compare(inheritedVariance, that.inheritedVariance) == 0
                && Double.compare(test, that.test) == 0
                && shares.equals(that.shares);
    }

    @Override
    public int hashCode() {
        return Objects.hash(bias, labelNoiseVariance, designVariance, inheritedVariance, test, shares);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "excess %.6g (bias %.6g, label noise %.6g, design %.6g, inherited %.6g), test %.6g",
                excess(),
                bias,
                labelNoiseVariance,
                designVariance,
                inheritedVariance,
                test);
    }
}
