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
 * The bias is that of the average trained coefficient; the first two variances come from the noise of the labels and the
 * random draw of the features, and the third is passed on by a teacher that was itself trained. Each part is exact to about
 * 1e-15 of the excess risk. At the interpolation threshold (n = rank, ridge 0) noisy labels make it infinite. Σ is the
 * covariance of the task, whatever the target was trained on. Immutable.
 */
public final class RiskReport {

    private final double bias;
    private final double labelNoiseVariance;
    private final double designVariance;
    private final double inheritedVariance;
    private final double testNoise;
    private final Shares shares;

    /** The predicted pipeline, for values that are computed on demand; null if it is not known. */
    private final @Nullable Supplier<Distillation> pipeline;

    private final Supplier<Optional<FiniteSize>> expansion;

    /** The expansion, once computed. Every thread computes the same value, so that no lock is needed. */
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

    /** The report for training on the labels of a teacher with given moments, at the end of a pipeline. */
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
     * The report made from parts given feature by feature, for other kinds of pipelines.
     *
     * @param bias the contribution of each feature to the bias, at least 0
     * @param labelNoise its contribution to the variance due to the noise on the labels
     * @param design its contribution to the variance due to the random features
     * @param inherited its contribution to the variance passed on by the teacher
     * @param noise the standard deviation of the noise on a fresh label, at least 0
     * @return the report; a part that is infinite in one feature is infinite as a whole
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
     * The same risk with an expansion for experiments of finite size, for other kinds of pipelines.
     *
     * @param expansion computes the expansion, or empty; called on first use, by any thread, and again if it returned empty
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

    /**
     * 1 − φ/π with the angle φ between the target and the truth; the part of the target at right angles to the truth is
     * computed without cancellation.
     */
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
        // |b|²|β⋆|² − (bᵀβ⋆)² is the same with b − β⋆ for b; use whichever is shorter: b − β⋆ if b is close to β⋆, b if
        // it is
        // close to 0.
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
     * The excess risk: the target's loss compared with the ground truth.
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
     * The variance due to the noise on the labels, which includes the contributions to the labels of features that a masked
     * target does not see.
     *
     * @return Ωσ²/(1 − Ω), if the target was trained on the task's covariance
     */
    public double labelNoiseVariance() {
        return labelNoiseVariance;
    }

    /**
     * The variance due to the random features: the part of the teacher that the target misses acts like label noise.
     *
     * @return Ω/(1 − Ω) Σ λ<sub>i</sub>ζ<sub>i</sub>² E (βˢ<sub>i</sub>)², if the target was trained on the task's covariance
     */
    public double designVariance() {
        return designVariance;
    }

    /**
     * The variance passed on by a teacher that was itself trained.
     *
     * @return Σ λ<sub>i</sub>θ<sub>i</sub>² Var βˢ<sub>i</sub>; 0 for a teacher of fixed coefficients
     */
    public double inheritedVariance() {
        return inheritedVariance;
    }

    /**
     * The accuracy of the target as a classifier: the probability that xᵀb has the sign of xᵀβ⋆, with ρ the correlation of
     * the two,
     *
     * <pre>  1 − arccos(ρ)/π,      ρ = Σ λ E b β⋆ / √(Σ λ E b² · Σ λβ⋆²).</pre>
     *
     * (If a fraction η of the test labels is flipped, it is η + (1 − 2η) times that.)
     *
     * @return a probability; ½ for a target or a truth that is zero, and for an infinite risk
     * @throws IllegalStateException if the report was made from parts by another kind of pipeline, which does not provide it
     */
    public double accuracy() {
        Distillation known = known("accuracy");
        Stage target = known.stage();
        Labelled labelled = target.labels(known.labels());
        return accuracy(target, labelled.moments(), target.amounts(labelled));
    }

    /**
     * The mean squared error of the target on the labels that it was trained on, noise included. It does not estimate the
     * test risk: for an interpolator it is 0. For a single pass of stochastic gradient descent it is the error of the last
     * iterate on all rows of the pass, exact for Gaussian features at every size, in p²T operations for T steps.
     *
     * @return E (1/n)‖y − Xb‖², at least 0; (1 − df1/n)² times the error on fresh labels for ridge regression
     * @throws IllegalStateException if the report was made from parts by another kind of pipeline, which does not provide it
     */
    public double trainingError() {
        Distillation known = known("training error");
        return known.stage().trainingError(known.stage().labels(known.labels()));
    }

    private Distillation known(String name) {
        return pipeline()
                .orElseThrow(() ->
                        new IllegalStateException("No " + name + " is known for a report that was made from parts"));
    }

    /**
     * The pipeline whose last training this is the risk of.
     *
     * @return the pipeline, with all its settings; empty for a report that was made from parts
     */
    public Optional<Distillation> pipeline() {
        return Optional.ofNullable(pipeline).map(Supplier::get);
    }

    /** The share of each feature in this excess risk minus that in another. */
    Shares sharesMinus(RiskReport other) {
        return shares.minus(other.shares);
    }

    /**
     * The correction of order 1/n for finite size: the mean excess risk of experiments of this size minus its limit, {@link
     * #excess()}, up to terms of order 1/n².
     *
     * <p>Known for chains of ridge regressions, spectral filters and single-pass gradient descent (which is exact) on
     * Gaussian features, with or without masks, separate spectra and mixed labels, whether covariances commute or not; not
     * known for random features, pools of rows, or labels other than logits; derived in the module's documentation, {@code
     * docs/finite-size.md}.
     *
     * @return δE, of either sign; empty where the formula is not known, the risk is infinite, or the terms overflow because
     *     eigenvalues span hundreds of decades
     */
    public OptionalDouble finiteSizeCorrection() {
        return finiteSize().map(size -> OptionalDouble.of(size.correction())).orElseGet(OptionalDouble::empty);
    }

    /**
     * The excess risk with its correction for finite size, the mean over experiments up to O(1/n²).
     *
     * @return {@link #excess()} + {@link #finiteSizeCorrection()}; empty where the correction is not known
     */
    public OptionalDouble corrected() {
        OptionalDouble correction = finiteSizeCorrection();
        return correction.isPresent() ? OptionalDouble.of(excess() + correction.getAsDouble()) : correction;
    }

    /**
     * The standard deviation of the excess risk of a single experiment, in which all data are drawn once. To leading order,
     * with a relative error of order 1/n, usually too small: by about 5 % at 40 samples and 2 % at 100. The scatter is
     * asymptotically normal, and skewed upwards at small sizes.
     *
     * @return the standard deviation, at least 0; empty where {@link #finiteSizeCorrection()} is not known, and for a
     *     pipeline with a spectral filter or with stochastic gradient descent
     */
    public OptionalDouble standardDeviation() {
        return finiteSize().map(FiniteSize::standardDeviation).orElseGet(OptionalDouble::empty);
    }

    /**
     * The deviation of the excess risk of a single experiment, in which all data are drawn once, from its expectation, in
     * standard deviations. By chance alone it is within ±3 in 99 cases of 100; at small sizes it is more often far above than
     * far below.
     *
     * @param excess the excess risk (b − β⋆)ᵀΣ(b − β⋆) of one trained target
     * @return (excess − {@link #corrected()})/{@link #standardDeviation()}; 0 if they are equal, ±infinity if they differ
     *     although the standard deviation is 0, empty where the two are not known
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
     * @return whether both hold; false where the correction is not known
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
     * The share of one feature in the excess risk: the squared error of the target's coefficient of that feature.
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
