package dev.retort.theory.distillation;

import static dev.retort.core.internal.Arguments.index;
import static dev.retort.theory.distillation.Stage.times;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The derivatives of the excess risk E of a pipeline's target with respect to each parameter of the pipeline: those of the
 * closed form, by implicit differentiation of every stage's fixed point, not by finite differences. All of them together cost
 * a few times as much as the risk, whatever their number.
 *
 * <p>Derivatives are total: an {@linkplain Surrogate#optimal() optimal} surrogate changes with the training it is optimal
 * for, while an {@linkplain Surrogate#optimallyMasked() optimal mask}, which changes in steps, is held fixed (as are an
 * optimal surrogate's zero coefficients of features without variance). β⋆, given coefficients, the models that label the rows
 * of a {@link RowPool} and the noise of those rows are held fixed. The noise and the eigenvalues of the task enter wherever
 * they are used: the eigenvalues in the measure of risk and in all trainings on the task's spectrum. Those of {@link
 * OfTraining one training} enter in that training alone, as if it had its own.
 *
 * <p>At the edges: where a quantity that cannot be negative is 0, its derivative is that from above. At the interpolation
 * threshold of a training (n = rank, ridge 0) the derivative with respect to its samples is that from above. If the risk is
 * infinite there, the derivatives of that training are −∞ for samples and ridge and ∞ for noise, and all others, which leave
 * the risk infinite, are 0. If the risk is finite because there is no noise, the derivatives for ridge (τ ~ √r) and noise are
 * infinite all the same, unless these change nothing. Without ridge and at or above the threshold, the risk jumps as a
 * feature of zero variance gets variance, and the derivative with respect to its eigenvalue is infinite; if the risk does not
 * jump because there is no noise, the derivative is that of a feature which the training still does not see.
 *
 * <p>All kinds of training have derivatives, also with respect to the stopping time of gradient flow, the step size of
 * gradient descent and the number of random features. Random features and mixtures of ridges have none at their threshold if
 * the risk is finite there.
 *
 * <p>Rounding errors are those of the terms of a derivative, about 1e-14 of E over the parameter; where the terms nearly
 * cancel (at the best ridge, or in n where noise dominates on a steep spectrum), the relative error of the derivative is
 * correspondingly larger. Source: differentiation of the map of {@link Distillation}, see {@code docs/distillation.md}.
 * Indices count from 0. Immutable.
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(2.0, 500), Signal.sourcePowerLaw(1.5)).withNoise(0.1);
 * Sensitivities chain = Distillation.of(task)
 *         .surrogate(Training.samples(300))
 *         .then(Training.samples(200).withRidge(1e-5))
 *         .sensitivities();
 * double more = chain.target().samples(); // -0.000507: what another sample of the target is worth
 * double taught = chain.trainings().get(0).samples(); // -0.0000682: and another one of its teacher
 * double exponent = chain.localExponent(); // 0.654: here the excess risk falls with the samples to this power
 * double steeper = chain.eigenvalue(0); // a change of the task itself
 * }</pre>
 */
public final class Sensitivities {

    private final double excess;
    private final double samples;
    private final List<OfTraining> trainings;
    private final double noise;
    private final double @Nullable [] eigenvalues;

    private Sensitivities(
            double excess, double samples, List<OfTraining> trainings, double noise, double @Nullable [] eigenvalues) {
        this.excess = excess;
        this.samples = samples;
        this.trainings = List.copyOf(trainings);
        this.noise = noise;
        this.eigenvalues = eigenvalues;
    }

    static Sensitivities of(Distillation pipeline) {
        double excess = pipeline.predict().excess();
        Sensitivities found = Double.isInfinite(excess) ? ofInfinite(pipeline) : ofFinite(pipeline, excess);
        if (!found.areNumbers()) {
            throw new IllegalStateException("The derivatives of " + pipeline
                    + " overflow or underflow; use eigenvalues that span fewer decades");
        }
        return found;
    }

    private boolean areNumbers() {
        return !Double.isNaN(noise)
                && areNumbers(eigenvalues)
                && trainings.stream().allMatch(OfTraining::areNumbers);
    }

    private static boolean areNumbers(double @Nullable [] values) {
        return values == null || Arrays.stream(values).noneMatch(Double::isNaN);
    }

    private static Sensitivities ofFinite(Distillation pipeline, double excess) {
        List<Differentiated> stages = differentiated(pipeline);
        List<OfTraining> trainings = new ArrayList<>();
        double noise = 0;
        for (int s = 0; s < stages.size(); s++) {
            Adjoint stage = stages.get(s).stage();
            LabelAdjoint labels = stages.get(s).labels();
            double own = labels.byTeacherNoise();
            noise += labels.byTruthNoise() + (pipeline.trainings().get(s).hasTaskNoise() ? own : 0);
            trainings.add(new OfTraining(
                    pipeline.trainings().get(s).estimator(),
                    stage::by,
                    own,
                    byFeature(pipeline, labels::byEigenvalue)));
        }
        return new Sensitivities(
                excess,
                pipeline.target().samples(),
                trainings,
                noise,
                byFeature(pipeline, k -> byTaskEigenvalue(pipeline, stages, k)));
    }

    /** A stage with its labels. */
    private record Differentiated(Adjoint stage, LabelAdjoint labels) {}

    /** The differentiated stages, in their order; computed from the last to the first. */
    private static List<Differentiated> differentiated(Distillation pipeline) {
        List<Stage> stages = pipeline.stages();
        Coordinates nodes = pipeline.labels().coordinates();
        Stage first = stages.get(0);
        boolean follows = pipeline.surrogate().followsGain()
                && first.training().teacherShare() != 0
                && first.training().teacherRows() != 0;
        Gain gain = follows ? new Gain(first, nodes) : null;

        Moments labels = pipeline.stage().labels(pipeline.labels()).moments();
        double[] byDeviation = new double[nodes.size()];
        double[] byVariance = new double[nodes.size()];
        for (int k = 0; k < nodes.size(); k++) {
            if (nodes.matters(k)) {
                // The bias of an optimal surrogate's target is a small difference.
                double deviation = gain != null && stages.size() == 1
                        ? -gain.lacking(k) * nodes.truth(k)
                        : pipeline.stage().trainedDeviation(labels, k);
                byDeviation[k] = 2 * nodes.power(k) * deviation;
                byVariance[k] = 1;
            }
        }
        Deque<Differentiated> differentiated = new ArrayDeque<>();
        for (int s = stages.size() - 1; s >= 0; s--) {
            Stage stage = stages.get(s);
            Labelled given = stage.labels(pipeline.labelsOfStages().get(s));
            Adjoint adjoint = stage.adjoint(given, byDeviation, byVariance, s == 0 ? gain : null);
            LabelAdjoint labelled = new LabelAdjoint(stage, given, adjoint);
            byDeviation = new double[nodes.size()];
            byVariance = new double[nodes.size()];
            for (int k = 0; k < nodes.size(); k++) {
                byDeviation[k] = labelled.byTeacherDeviation(k);
                byVariance[k] = labelled.byTeacherVariance(k);
            }
            differentiated.addFirst(new Differentiated(adjoint, labelled));
        }
        return List.copyOf(differentiated);
    }

    private static double byTaskEigenvalue(Distillation pipeline, List<Differentiated> stages, int k) {
        Moments given = pipeline.labelsOfStages().get(0);
        Coordinates nodes = given.coordinates();
        if (nodes.matters(k)) {
            LabelAdjoint first = stages.get(0).labels();
            double by = given.deviation(k) * first.byTeacherDeviation(k) / 2
                    + times(given.variance(k), first.byTeacherVariance(k));
            for (Differentiated stage : stages) {
                by += stage.labels().byUnit(k);
            }
            return by / nodes.eigenvalue(k);
        }
        double by = stages.get(stages.size() - 1).stage().squaredError(k);
        for (Differentiated stage : stages) {
            by += stage.labels().byNewUnit(k);
        }
        return by;
    }

    /** The derivatives of an infinite risk, which is finite only if a training leaves its threshold. */
    private static Sensitivities ofInfinite(Distillation pipeline) {
        List<OfTraining> trainings = new ArrayList<>();
        double noise = 0;
        for (int s = 0; s < pipeline.stages().size(); s++) {
            Stage stage = pipeline.stages().get(s);
            Training training = stage.training();
            double share = training.teacherShare();
            Labelled labels = stage.labels(pipeline.labelsOfStages().get(s));
            boolean burst = stage.isAtThreshold()
                    && Arrays.stream(stage.amounts(labels).total()).anyMatch(Double::isInfinite);
            double most = burst ? Double.POSITIVE_INFINITY : 0;
            boolean mixed = share != 1 || training.teacherRows() != 1;
            if (mixed || training.hasTaskNoise()) {
                noise = Math.max(noise, most);
            }
            trainings.add(new OfTraining(
                    training.estimator(),
                    parameter -> 0 - most,
                    times(share * training.teacherRows(), most) == 0 ? 0 : most,
                    byFeature(pipeline, k -> 0)));
        }
        return new Sensitivities(
                Double.POSITIVE_INFINITY, pipeline.target().samples(), trainings, noise, byFeature(pipeline, k -> 0));
    }

    private static double @Nullable [] byFeature(Distillation pipeline, IntToDoubleFunction derivative) {
        Coordinates nodes = pipeline.labels().coordinates();
        if (!nodes.areFeatures()) {
            return null;
        }
        double[] derivatives = new double[nodes.size()];
        Arrays.setAll(derivatives, derivative);
        return derivatives;
    }

    private static double ofFeature(double @Nullable [] eigenvalues, int i) {
        if (eigenvalues == null) {
            throw new IllegalStateException(
                    "No derivative belongs to a single feature, because the features of the task are gathered or not listed;"
                            + " differentiate for a task with Spectrum.of(spectrum.first(count).eigenvalues()), whose features are"
                            + " listed");
        }
        return eigenvalues[index("i", i, eigenvalues.length)];
    }

    /**
     * The derivatives with respect to the training of the target, the last stage.
     *
     * @return those of the last of {@link #trainings()}
     */
    public OfTraining target() {
        return trainings.get(trainings.size() - 1);
    }

    /**
     * The derivatives with respect to each training.
     *
     * @return one entry per stage, in their order
     */
    public List<OfTraining> trainings() {
        return trainings;
    }

    /**
     * The derivative with respect to the noise of the task: on the truth's part of all mixed labels, and on the teacher's
     * labels of all trainings that have no noise of their own. (The test risk contains σ² besides: 2σ more.)
     *
     * @return ∂E/∂σ, at least 0
     */
    public double noise() {
        return noise;
    }

    /**
     * The derivative with respect to an eigenvalue of the task, which enters the measure of the risk and all trainings on the
     * task's spectrum; β⋆ and given coefficients are held fixed. For a repeated eigenvalue, only that of this feature
     * changes.
     *
     * @param i the feature, counted from 0
     * @return ∂E/∂λ
     * @throws IndexOutOfBoundsException if there is no such feature
     * @throws IllegalStateException if the task's features are gathered or not listed
     */
    public double eigenvalue(int i) {
        return ofFeature(eigenvalues, i);
    }

    /**
     * The local scaling exponent of the target: the power of 1/n at which the excess risk falls with the target's samples.
     *
     * @return −d ln E/d ln n; negative where more samples increase the risk, 0 for a risk of zero, infinite at the target's
     *     interpolation threshold if the risk is infinite
     * @throws IllegalStateException if the target has no derivative with respect to its samples, see {@link OfTraining#samples()}
     */
    public double localExponent() {
        double slope = target().samples();
        return slope == 0 || Double.isInfinite(slope) ? 0 - slope : -samples * slope / excess;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Sensitivities that
                && Double.compare(excess, that.excess) == 0
                && Double.compare(samples, that.samples) == 0
                && trainings.equals(that.trainings)
                && Double.compare(noise, that.noise) == 0
                && Arrays.equals(eigenvalues, that.eigenvalues);
    }

    @Override
    public int hashCode() {
        return Objects.hash(excess, samples, trainings, noise, Arrays.hashCode(eigenvalues));
    }

    @Override
    public String toString() {
        return target() + " of the target";
    }

    /** The derivatives of the target's excess risk with respect to one of the trainings. Immutable. */
    public static final class OfTraining {

        private final Estimator estimator;
        private final Map<Parameter, Double> own;
        private final double noise;
        private final double @Nullable [] eigenvalues;

        private OfTraining(
                Estimator estimator, ToDoubleFunction<Parameter> own, double noise, double @Nullable [] eigenvalues) {
            this.estimator = estimator;
            Map<Parameter, Double> derivatives = new EnumMap<>(Parameter.class);
            estimator.parameters().forEach(parameter -> derivatives.put(parameter, own.applyAsDouble(parameter)));
            this.own = Collections.unmodifiableMap(derivatives);
            this.noise = noise;
            this.eigenvalues = eigenvalues;
        }

        private boolean areNumbers() {
            return own.values().stream().noneMatch(value -> Double.isNaN(value))
                    && !Double.isNaN(noise)
                    && Sensitivities.areNumbers(eigenvalues);
        }

        private double by(Parameter parameter) {
            Double derivative = own.get(parameter);
            if (derivative == null) {
                throw new IllegalStateException("No derivative with respect to the " + parameter + " exists for "
                        + estimator + "; take differences of predictions where it has one");
            }
            return derivative;
        }

        /**
         * The derivative with respect to the number of samples.
         *
         * @return ∂E/∂n; from above at the interpolation threshold
         * @throws IllegalStateException if samples come in batches, as in single-pass stochastic gradient descent
         */
        public double samples() {
            return by(Parameter.SAMPLES);
        }

        /**
         * The derivative with respect to the ridge, or the weight decay of a filter.
         *
         * @return ∂E/∂r; from above at ridge 0
         * @throws IllegalStateException if the training has no ridge, or is a filter with ridges of its own
         */
        public double ridge() {
            return by(Parameter.RIDGE);
        }

        /**
         * The derivative with respect to the time at which gradient flow is stopped.
         *
         * @return ∂E/∂t
         * @throws IllegalStateException if the training is not by gradient flow
         */
        public double time() {
            return by(Parameter.TIME);
        }

        /**
         * The derivative with respect to the step size of gradient descent, over all samples or stochastic, at a fixed number of steps.
         *
         * @return ∂E/∂η
         * @throws IllegalStateException if the training is not by gradient descent
         */
        public double rate() {
            return by(Parameter.RATE);
        }

        /**
         * The derivative with respect to the number of random features.
         *
         * @return ∂E/∂q; from above, 0, if there is no ridge and q is the rank of the covariance, below n
         * @throws IllegalStateException if the training is not on random features
         */
        public double randomFeatures() {
            return by(Parameter.RANDOM_FEATURES);
        }

        /**
         * The derivative with respect to the noise on the teacher's labels of this training alone, whether that is the task's
         * or its own.
         *
         * @return ∂E/∂σ, at least 0; 2σΩ/(1 − Ω) for a target of pure distillation on the task's covariance
         */
        public double noise() {
            return noise;
        }

        /**
         * The derivative with respect to an eigenvalue of the covariance of this training alone, whether that is the task's
         * or its own; the measure of risk and the other trainings are held fixed. For a repeated eigenvalue, only that of
         * this feature changes.
         *
         * @param i the feature, counted from 0
         * @return ∂E/∂λ
         * @throws IndexOutOfBoundsException if there is no such feature
         * @throws IllegalStateException if the task's features are gathered or not listed
         */
        public double eigenvalue(int i) {
            return ofFeature(eigenvalues, i);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof OfTraining that
                    && estimator.equals(that.estimator)
                    && own.equals(that.own)
                    && Double.compare(noise, that.noise) == 0
                    && Arrays.equals(eigenvalues, that.eigenvalues);
        }

        @Override
        public int hashCode() {
            return Objects.hash(estimator, own, noise, Arrays.hashCode(eigenvalues));
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder();
            own.forEach((parameter, derivative) ->
                    text.append(String.format(Locale.ROOT, "dE/d %s %.6g, ", parameter, derivative)));
            return text.append(String.format(Locale.ROOT, "dE/d noise %.6g", noise))
                    .toString();
        }
    }
}
