package dev.retort.theory.distillation;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.deviation;
import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.equivalent.Equivalent;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Spectrum;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a model is trained: the number of samples, the ridge, the noise on its labels, the covariance of its features, the
 * features that it sees, and the teacher's part of its labels. Immutable.
 *
 * <pre>{@code
 * Training ridgeless = Training.samples(200);
 * Training regularised = ridgeless.withRidge(1e-3).withNoise(0.1);
 * Training weak = ridgeless.withMask(FeatureMask.keepingFirst(50, 500)); // sees the first features only
 * Training shifted = ridgeless.withSpectrum(Spectrum.exponential(0.02, 500)); // trained here, tested on the task
 * Training mixed = ridgeless.withTeacherShare(0.3); // labels that mix the teacher's with the truth's
 * }</pre>
 */
public final class Training {

    private final double samples;
    private final Estimator estimator;
    private final LabelSettings labels;
    private final @Nullable Spectrum spectrum;
    private final @Nullable FeatureMask mask;

    /** The settings of the labels. */
    private record LabelSettings(Labels kind, @Nullable Double noise, double teacherShare, double teacherRows) {}

    private Training(
            double samples,
            Estimator estimator,
            LabelSettings labels,
            @Nullable Spectrum spectrum,
            @Nullable FeatureMask mask) {
        this.samples = samples;
        this.estimator = estimator;
        this.labels = labels;
        this.spectrum = spectrum;
        this.mask = mask;
    }

    /**
     * Training on n samples without ridge (the minimum-norm interpolator when n is below the rank of the covariance, least
     * squares when it is above), with the noise and the covariance of the task, on all features, and on the teacher's labels
     * alone.
     *
     * @param samples the number of samples n, greater than 0; a simulation needs a whole number
     * @return the training
     * @throws IllegalArgumentException if n is not positive and finite
     */
    public static Training samples(double samples) {
        return new Training(
                positive("samples", samples),
                new Estimator.Ridge(0),
                new LabelSettings(Labels.logits(), null, 1, 1),
                null,
                null);
    }

    /**
     * Training by stochastic gradient descent in a single pass, w ← w + (η/B) Σ x(y − xᵀw) over batches of fresh samples,
     * from 0. Its prediction is exact for Gaussian features at every size, not only in a limit. It needs listed features.
     *
     * @param steps the number of steps T, at least 1
     * @param batch the number of samples per step B, at least 1
     * @param rate the step size η, greater than 0; the risk stays bounded in T if (η/2B) Σ λ/(1 − ηλ(1 + 1/B)/2) &lt; 1 and
     *     ηλ(1 + 1/B) &lt; 2 for all λ
     * @return a training on T·B samples
     * @throws IllegalArgumentException if a number is out of range
     */
    public static Training stochastic(int steps, int batch, double rate) {
        Estimator estimator = new Estimator.StochasticGradient(batch, rate);
        return samples((double) atLeastOne("steps", steps) * batch).with(estimator);
    }

    /**
     * The same training on another number of samples.
     *
     * @param samples the number of samples n, greater than 0
     * @return a new training
     * @throws IllegalArgumentException if n is not positive and finite
     */
    public Training withSamples(double samples) {
        return new Training(positive("samples", samples), estimator, labels, spectrum, mask);
    }

    /**
     * The same training with a ridge. Plain ridge regression may have a negative ridge, which undoes some of the shrinkage
     * caused by features without signal. The bound in a pipeline is {@link
     * dev.retort.core.equivalent.DeterministicEquivalent#leastRidge}, in a fit to arrays minus the smallest non-zero
     * eigenvalue of its sample covariance, which scatters about that.
     *
     * @param ridge the ridge r of the objective (1/n)‖y − Xb‖² + r‖b‖²
     * @return a new training
     * @throws IllegalArgumentException if the ridge is NaN or infinite, or negative for an estimator other than ridge regression
     */
    public Training withRidge(double ridge) {
        return with(estimator.withRidge(ridge));
    }

    /**
     * The same training with a spectral filter instead of ridge regression, random features or another filter. A ridge set before
     * or after is weight decay, which only gradient flow and gradient descent can be combined with.
     *
     * @param filter the filter
     * @return a new training
     * @throws IllegalArgumentException if the filter is null, or cannot be combined with the ridge that is set
     */
    public Training withFilter(SpectralFilter filter) {
        return with(Estimator.Filtered.of(notNull("filter", filter), ridge()));
    }

    /**
     * The same training by gradient flow from 0, stopped early: {@link SpectralFilter#gradientFlow(double)}.
     *
     * @param time t, greater than 0, of db/dt = Xᵀ(y − Xb)/n; roughly the inverse of the ridge with the same effect
     * @return a new training
     * @throws IllegalArgumentException if the time is not positive and finite
     */
    public Training stoppedAt(double time) {
        return withFilter(SpectralFilter.gradientFlow(time));
    }

    /**
     * The same training of a model without filter that sees only q random combinations of the features, z = q<sup>−1/2</sup> Gx with its own
     * Gaussian matrix G; the ridge is that of (1/n)‖y − Za‖² + r‖a‖². The spectrum may also be that of a kernel from which
     * random features are drawn; the prediction is then a conjecture that agrees well with experiments. A simulation needs a
     * whole number of random features, and draws G anew in every trial.
     *
     * @param features the number of random features q, at least 1, whole or not; infinity means ridge regression
     * @return a new training
     * @throws IllegalArgumentException if q is NaN or less than 1
     */
    public Training withRandomFeatures(double features) {
        return with(Estimator.RandomFeatures.of(features, ridge()));
    }

    /**
     * The same training with its own noise on the teacher's labels in place of the task's.
     *
     * @param noise the standard deviation of the noise added to each label that the teacher gives, at least 0
     * @return a new training
     * @throws IllegalArgumentException if the noise is NaN, infinite or negative, or its variance overflows
     */
    public Training withNoise(double noise) {
        return with(new LabelSettings(
                labels.kind(), deviation("noise", noise), labels.teacherShare(), labels.teacherRows()));
    }

    /**
     * The same training on features of another covariance, which shares its eigenvectors with the task's: covariance shift.
     * The risk is still measured under the task's covariance.
     *
     * @param spectrum the eigenvalues of the training covariance, feature by feature in the order of the task's; a law that is not
     *     {@linkplain Spectrum#isListed() listed} if the task's is none
     * @return a new training
     * @throws IllegalArgumentException if the spectrum is null
     */
    public Training withSpectrum(Spectrum spectrum) {
        return new Training(samples, estimator, labels, notNull("spectrum", spectrum), mask);
    }

    /**
     * The same training of a model that sees only some of the features. The contribution of the others to the labels acts as
     * additional noise, because the eigen-coordinates of Gaussian features are independent.
     *
     * @param mask the features that the model sees
     * @return a new training
     * @throws IllegalArgumentException if the mask is null
     */
    public Training withMask(FeatureMask mask) {
        return new Training(samples, estimator, labels, spectrum, notNull("mask", mask));
    }

    /**
     * The same training on labels other than the teacher's outputs, such as classes. The {@linkplain #withNoise noise} (the
     * task's unless it is set) is added to them.
     *
     * @param labels the form of the teacher's labels
     * @return a new training
     * @throws IllegalArgumentException if the labels are null
     */
    public Training withLabels(Labels labels) {
        return with(new LabelSettings(
                notNull("labels", labels), this.labels.noise(), this.labels.teacherShare(), this.labels.teacherRows()));
    }

    /**
     * The same training where each label is a mixture, (1 − a) times the ground truth's label plus a times the teacher's. The
     * former has the noise of the task, the latter that of this training, independently. This is not a share of the rows, see
     * {@link #withTeacherRows(double)}: mixed labels have less noise than a mixture of rows labelled by one or the other, and
     * no disagreement where the teacher differs from the truth.
     *
     * @param share the teacher's share a of every label; 1 is pure distillation, 0 ordinary training; may lie outside that
     *     range
     * @return a new training
     * @throws IllegalArgumentException if the share is NaN or infinite, or if the teacher labels only a part of the rows
     */
    public Training withTeacherShare(double share) {
        finite("share", share);
        if (share != 1 && labels.teacherRows() != 1) {
            throw refusal(
                    "share",
                    share,
                    "cannot be combined with a share of the rows, " + labels.teacherRows()
                            + "; mix either every label or the rows");
        }
        return with(new LabelSettings(labels.kind(), labels.noise(), share, labels.teacherRows()));
    }

    /**
     * The same training on a pool of rows of which the teacher labels a part and the ground truth the rest. The truth's rows
     * have the noise of the task, the teacher's that of this training. For mixtures of every label see {@link
     * #withTeacherShare(double)}; for rows from more than two sources, and their best shares, see {@link RowPool}.
     *
     * @param part the teacher's part π of the rows, from 0 to 1
     * @return a new training
     * @throws IllegalArgumentException if the part is NaN or outside that range, or if every label is already a mixture
     */
    public Training withTeacherRows(double part) {
        if (!(part >= 0 && part <= 1)) {
            throw refusal("part", part, "is not from 0 to 1; it is the part of the rows that the teacher labels");
        }
        if (part != 1 && labels.teacherShare() != 1) {
            throw refusal(
                    "part",
                    part,
                    "cannot be combined with a teacher's share of every label, " + labels.teacherShare()
                            + "; mix either every label or the rows");
        }
        return with(new LabelSettings(labels.kind(), labels.noise(), labels.teacherShare(), part));
    }

    /** The same training with another estimator. */
    Training with(Estimator estimator) {
        return new Training(samples, estimator, labels, spectrum, mask);
    }

    private Training with(LabelSettings labels) {
        return new Training(samples, estimator, labels, spectrum, mask);
    }

    /**
     * The number of samples.
     *
     * @return n, greater than 0
     */
    public double samples() {
        return samples;
    }

    /**
     * How the coefficients are computed from a design and labels.
     *
     * @return the estimator; ridge regression unless another was chosen
     */
    public Estimator estimator() {
        return estimator;
    }

    /**
     * The ridge.
     *
     * @return r, usually at least 0
     */
    public double ridge() {
        return estimator.ridge();
    }

    /**
     * The standard deviation of the noise on the teacher's labels.
     *
     * @param task the task whose noise holds unless this training has its own
     * @return σ, at least 0
     */
    public double noise(RegressionTask task) {
        notNull("task", task);
        return labels.noise() == null ? task.noise() : labels.noise();
    }

    /**
     * The standard deviation of the total noise on the labels: √((1−a)²σ⋆² + a²σ²) for mixed labels with the noise σ⋆ of the
     * task, √((1−π)σ⋆² + πσ²) for mixed rows, and σ for the teacher's labels alone.
     *
     * @param task the task
     * @return the noise, at least 0
     */
    public double labelNoise(RegressionTask task) {
        return labelNoise(task, noise(task));
    }

    /** The total noise, given that on the teacher's labels. */
    double labelNoise(RegressionTask task, double teacherNoise) {
        double share = teacherShare();
        double rows = teacherRows();
        if (share != 1) {
            return Math.hypot((1 - share) * task.noise(), share * teacherNoise);
        }
        return rows == 1
                ? teacherNoise
                : Math.hypot(Math.sqrt(1 - rows) * task.noise(), Math.sqrt(rows) * teacherNoise);
    }

    /**
     * The covariance of the training features, whether the model sees them or not.
     *
     * @param task the task whose spectrum holds unless this training has its own
     * @return the eigenvalues
     */
    public Spectrum spectrum(RegressionTask task) {
        notNull("task", task);
        return spectrum == null ? task.spectrum() : spectrum;
    }

    /**
     * The covariance of the training features, if it is not the task's.
     *
     * @return the eigenvalues; empty if they are the task's
     */
    public Optional<Spectrum> spectrum() {
        return Optional.ofNullable(spectrum);
    }

    /**
     * The features that the model sees.
     *
     * @return the mask; empty if the model sees all features
     */
    public Optional<FeatureMask> mask() {
        return Optional.ofNullable(mask);
    }

    /**
     * The teacher's share of every label.
     *
     * @return a, usually from 0 to 1
     */
    public double teacherShare() {
        return labels.teacherShare();
    }

    /**
     * The part of the rows that the teacher labels.
     *
     * @return π, from 0 to 1
     */
    public double teacherRows() {
        return labels.teacherRows();
    }

    /**
     * The form of the teacher's labels.
     *
     * @return {@link Labels#logits()} unless others were chosen
     */
    public Labels labels() {
        return labels.kind();
    }

    /** Whether the labels are linear in those of the teacher: logits on all rows, possibly mixed with the truth. */
    boolean hasLinearLabels() {
        return labels.kind().areLogits() && labels.teacherRows() == 1;
    }

    /** Whether the covariance of the features is the task's, whether the model sees all of them or not. */
    boolean hasTaskSpectrum() {
        return spectrum == null;
    }

    /** Whether the noise on the teacher's labels is the task's. */
    boolean hasTaskNoise() {
        return labels.noise() == null;
    }

    /** Whether the model is trained on the same features as it is tested on. */
    boolean isOnTaskFeatures() {
        return spectrum == null && mask == null;
    }

    /**
     * The eigenvalues of the features that the model sees.
     *
     * @param task the task whose spectrum holds unless this training has its own
     * @return the eigenvalues, with zero for the features that the model does not see; of a spectrum that is not {@linkplain
     *     Spectrum#isListed() listed} those of the first features alone, if the mask keeps these
     * @throws IllegalArgumentException if the spectrum or the mask does not fit the task, or if the mask keeps other
     *     features than the first ones of a spectrum that is too long for a list
     */
    public Spectrum seenSpectrum(RegressionTask task) {
        notNull("task", task);
        if (spectrum != null) {
            length(
                    "spectrum",
                    spectrum.features(),
                    "the dimension of the task",
                    task.spectrum().features());
        }
        if (mask == null) {
            return spectrum(task);
        }
        mask.checkFits(task);
        if (mask.count() == 0) {
            throw noVariance(mask);
        }
        Spectrum all = spectrum(task);
        if (mask.keepsFirst() && !all.isListed()) {
            return all.first(mask.count());
        }
        double[] seen = Spectrum.listed("task.spectrum", all);
        double largest = 0;
        for (int i = 0; i < seen.length; i++) {
            seen[i] = mask.keeps(i) ? seen[i] : 0;
            largest = Math.max(largest, seen[i]);
        }
        if (largest == 0) {
            throw noVariance(mask);
        }
        return Spectrum.of(seen);
    }

    private static IllegalArgumentException noVariance(FeatureMask mask) {
        return refusal("mask", mask, "keeps no feature that varies");
    }

    /**
     * The equivalent of this training.
     *
     * @param task the task whose covariance the features have, unless this training has its own
     * @return τ, Ω and ζ, on the features that the model sees
     * @throws IllegalArgumentException if n is so small, or the ridge so large, that τ overflows, or if the spectrum or the
     *     mask does not fit the task
     */
    public Equivalent equivalent(RegressionTask task) {
        return Stage.of(notNull("task", task), this).equivalent();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Training that
                && samples == that.samples
                && estimator.equals(that.estimator)
                && labels.equals(that.labels)
                && Objects.equals(spectrum, that.spectrum)
                && Objects.equals(mask, that.mask);
    }

    @Override
    public int hashCode() {
        return Objects.hash(samples, estimator, labels, spectrum, mask);
    }

    @Override
    public String toString() {
        return samples + " samples, " + estimator + (labels.noise() == null ? "" : ", noise " + labels.noise())
                + (spectrum == null ? "" : ", on a " + spectrum) + (mask == null ? "" : ", under a " + mask)
                + (labels.kind().areLogits() ? "" : ", " + labels.kind())
                + (teacherShare() == 1 ? "" : ", teacher's share " + teacherShare())
                + (teacherRows() == 1 ? "" : ", teacher's part of the rows " + teacherRows());
    }
}
