package dev.retort.theory.distillation;

import static dev.retort.core.internal.Arguments.deviation;
import static dev.retort.core.internal.Arguments.index;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.SampleMean;
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
    private final double testNoise;
    private final Shares shares;

    /** The predicted pipeline, if it is known, for values that are computed on demand. */
    private final @Nullable Supplier<Distillation> pipeline;

    private final Supplier<Optional<FiniteSize>> expansion;

    /** The expansion, once computed. It depends on nothing else, so it does not matter which thread computes it. */
    private volatile @Nullable FiniteSize size;

    private RiskReport(
            double bias,
            double labelNoiseVariance,
            double designVariance,
            double inheritedVariance,
            double testNoise,
            Shares shares,
            @Nullable Supplier<Distillation> pipeline,
            Supplier<Optional<FiniteSize>> expansion) {
        this.bias = bias;
        this.labelNoiseVariance = labelNoiseVariance;
        this.designVariance = designVariance;
        this.inheritedVariance = inheritedVariance;
        this.testNoise = testNoise;
        this.shares = shares;
        this.pipeline = pipeline;
        this.expansion = expansion;
    }

    /** The report of training on the labels that a teacher of given moments provides, at the end of a pipeline. */
    static RiskReport of(Stage target, Moments teacher, Supplier<Distillation> pipeline) {
        Labelled labelled = target.labels(teacher);
        Moments labels = labelled.moments();
        Coordinates nodes = labels.coordinates();
        Stage.Amounts added = target.amounts(labelled);
        return new RiskReport(
                Stage.sum(labels.size(), k -> bias(target, labels, k)),
                target.inRange(added.labelNoise(), labelled),
                target.inRange(added.design(), labelled),
                labels.areRandom()
                        ? Stage.sum(labels.size(), k -> nodes.matters(k) ? target.inheritedVariance(labels, k) : 0)
                        : 0,
                nodes.task().noise(),
                Shares.of(nodes, k -> share(target, labels, added, k)),
                pipeline,
                () -> ChainExpansion.of(pipeline.get()));
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
                deviation("noise", noise),
                Shares.of(shares),
                null,
                Optional::empty);
    }

    /**
     * The same risk with what is known of experiments of finite size, for pipelines of other kinds.
     *
     * @param expansion finds it, or nothing; called when it is first asked for, by any thread, and again if it found nothing
     * @return a new report
     * @throws IllegalArgumentException if the argument is null
     */
    public RiskReport withFiniteSize(Supplier<Optional<FiniteSize>> expansion) {
        return new RiskReport(
                bias,
                labelNoiseVariance,
                designVariance,
                inheritedVariance,
                testNoise,
                shares,
                pipeline,
                notNull("expansion", expansion));
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

    /** 1 − φ/π with the angle φ between the student and the truth, of which the part at right angles is not a difference. */
    private static double accuracy(Stage target, Moments labels, Stage.Amounts added) {
        Coordinates nodes = labels.coordinates();
        double along = Stage.sum(
                labels.size(),
                k -> nodes.matters(k) ? nodes.power(k) * target.theta(nodes, k) * labels.mean(k) * nodes.truth(k) : 0);
        double power =
                Stage.sum(labels.size(), k -> nodes.matters(k) ? nodes.power(k) * nodes.truth(k) * nodes.truth(k) : 0);
        double mean = Stage.sum(labels.size(), k -> {
            double trained = nodes.matters(k) ? target.theta(nodes, k) * labels.mean(k) : 0;
            return nodes.power(k) * trained * trained;
        });
        double spread = added.labelNoise()
                + added.design()
                + Stage.sum(labels.size(), k -> nodes.matters(k) ? target.inheritedVariance(labels, k) : 0);
        if (!(spread < Double.POSITIVE_INFINITY)) {
            return 0.5;
        }
        double bias = Stage.sum(labels.size(), k -> bias(target, labels, k));
        double offset = Stage.sum(labels.size(), k -> {
            double apart = nodes.matters(k) ? target.trainedDeviation(labels, k) : 0;
            return nodes.power(k) * apart * nodes.truth(k);
        });
        // |b|²|β⋆|² − (bᵀβ⋆)² is the same of b − β⋆, which is the shorter of the two for a good student and not for a
        // quiet one.
        double across =
                mean < bias ? power * (mean + spread) - along * along : power * (bias + spread) - offset * offset;
        return mean + spread == 0 || power == 0 ? 0.5 : 1 - Math.atan2(Math.sqrt(Math.max(across, 0)), along) / Math.PI;
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
        return excess() + testNoise * testNoise;
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
     * The accuracy of the target as a classifier: how often the sign of xᵀb is that of xᵀβ⋆, with ρ the correlation of the two,
     *
     * <pre>  1 − arccos(ρ)/π,      ρ = Σ λ E b β⋆ / √(Σ λ E b² · Σ λβ⋆²).</pre>
     *
     * (Of test labels of which a fraction η is flipped, η + (1 − 2η) times that.)
     *
     * @return a probability; ½ for a target or a truth that is zero, and for an infinite risk
     * @throws IllegalStateException if the report was made of parts by another kind of pipeline, which does not know it
     */
    public double accuracy() {
        Distillation known = known("accuracy");
        Stage target = known.stage();
        Labelled labelled = target.labels(known.labels());
        return accuracy(target, labelled.moments(), target.amounts(labelled));
    }

    /**
     * The mean squared error of the target on the very labels that it was trained on, noise included. It is no estimate of the
     * test risk: an interpolator makes none. Of a single pass of stochastic gradient descent it is that of the last iterate on all rows of the
     * pass, exact for Gaussian features at every size, in p²T operations for T steps.
     *
     * @return E (1/n)‖y − Xb‖², at least 0; (1 − df1/n)² times the error on fresh labels for ridge regression
     * @throws IllegalStateException if the report was made of parts by another kind of pipeline, which does not know it
     */
    public double trainingError() {
        Distillation known = known("training error");
        return known.stage().trainingError(known.stage().labels(known.labels()));
    }

    private Distillation known(String name) {
        return pipeline()
                .orElseThrow(
                        () -> new IllegalStateException("No " + name + " is known of a report that was made of parts"));
    }

    /**
     * The pipeline whose last training this is the risk of.
     *
     * @return the pipeline, with all its settings; nothing for a report that was made of parts
     */
    public Optional<Distillation> pipeline() {
        return Optional.ofNullable(pipeline).map(Supplier::get);
    }

    /** What each feature has more in this excess risk than in another. */
    Shares sharesMinus(RiskReport other) {
        return shares.minus(other.shares);
    }

    /**
     * How far the mean excess risk of experiments of this size is from {@link #excess()}, which is its limit: the term of order
     * 1/n. What is left is of order 1/n².
     *
     * <p>Known for chains of ridge regressions, spectral filters and single-pass gradient descent, which is exact, with or without
     * masks, spectra of their own and mixed labels, and for Gaussian features, whether covariances commute or not; not for random
     * features, pools of rows, nor labels other than logits; derived in the module's documentation, {@code docs/finite-size.md}.
     *
     * @return δE, of either sign; nothing where the formula is not known, the risk is infinite, or eigenvalues over
     *     hundreds of decades take the terms out of the range of numbers
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
     * By how much the excess risk of a single experiment, all data drawn once, scatters about its mean. To leading order, which is off
     * by a part of order 1/n, usually too small: by some 5 % at 40 samples and 2 % at 100. The scatter is asymptotically normal, and
     * skewed upwards at small sizes.
     *
     * @return the standard deviation, at least 0; nothing where {@link #finiteSizeCorrection()} is not known, nor for a pipeline
     *     with a spectral filter or with stochastic gradient descent
     */
    public OptionalDouble standardDeviation() {
        return finiteSize().map(FiniteSize::standardDeviation).orElseGet(OptionalDouble::empty);
    }

    /**
     * How far the excess risk of a single experiment, all data drawn once, is from what was to be expected of it. Chance alone
     * keeps this within ±3 in 99 cases of 100; at small sizes it is more often far above than far below.
     *
     * @param excess the excess risk (b − β⋆)ᵀΣ(b − β⋆) of one trained target
     * @return (excess − {@link #corrected()})/{@link #standardDeviation()}; 0 if they are equal, ±infinity if they differ although
     *     nothing scatters, nothing where the two are not known
     * @throws IllegalArgumentException if the excess risk is NaN, infinite or negative
     */
    public OptionalDouble zScore(double excess) {
        nonNegative("excess", excess);
        OptionalDouble scatter = standardDeviation();
        return scatter.isPresent()
                ? OptionalDouble.of(new SampleMean(excess, scatter.getAsDouble())
                        .zScore(corrected().orElseThrow()))
                : scatter;
    }

    /**
     * Whether the expansion in 1/n of the mean can be trusted: its term is at most a third of the excess risk, and every training has at
     * least 30 samples to spare, n(1 − Ω).
     *
     * @return false also where the correction is not known
     */
    public boolean isExpansionReliable() {
        return finiteSize().map(size -> size.isReliable(excess())).orElse(false);
    }

    private Optional<FiniteSize> finiteSize() {
        if (size == null) {
            size = notNull("expansion: its answer", expansion.get()).orElse(null);
        }
        return Optional.ofNullable(size);
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
        double[] all = shares.ofFeatures();
        return all[index("i", i, all.length)];
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RiskReport that
                && Double.compare(bias, that.bias) == 0
                && Double.compare(labelNoiseVariance, that.labelNoiseVariance) == 0
                && Double.compare(designVariance, that.designVariance) == 0
                && Double.compare(inheritedVariance, that.inheritedVariance) == 0
                && Double.compare(testNoise, that.testNoise) == 0
                && shares.equals(that.shares);
    }

    @Override
    public int hashCode() {
        return Objects.hash(bias, labelNoiseVariance, designVariance, inheritedVariance, testNoise, shares);
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
                test());
    }
}
