package dev.retort.theory.distillation;

import static dev.retort.core.Arguments.notNull;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.TaskNodes;

/**
 * A pipeline: a surrogate labels data, a target is trained on them. One immutable description that is evaluated twice, in
 * closed form by {@link #predict()} and on arrays by {@link #simulate(Experiment)}.
 *
 * <p>The closed form holds for Gaussian features in high dimension: it is the limit of many features and samples, and off by
 * O(1/n) at finite size. Source: arXiv 2410.18837, the theorem on the risk of surrogate-to-target training under model
 * shift; derived in the module's documentation, {@code docs/distillation.md}.
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(2.0, 500), Signal.sourcePowerLaw(1.5));
 * Distillation pipeline = Distillation.of(task)
 *         .surrogate(Surrogate.optimal())
 *         .target(Training.samples(200));
 * double excess = pipeline.predict().excess(); // 0.08325
 * boolean better = pipeline.againstStrongLabels().beatsStrongLabels(); // true
 * }</pre>
 */
public final class Distillation {

    private final RegressionTask task;
    private final Surrogate surrogate;
    private final Training target;
    private final DeterministicEquivalent equivalent;
    private final Moments labels;

    private Distillation(
            RegressionTask task, Surrogate surrogate, Training target, DeterministicEquivalent equivalent) {
        this.task = task;
        this.surrogate = surrogate;
        this.target = target;
        this.equivalent = equivalent;
        this.labels = surrogate.labels(task, equivalent);
    }

    /**
     * Begins a pipeline for a task; unless a surrogate is named, the target is trained on the labels of the ground truth.
     *
     * @param task the task
     * @return a description that lacks its target
     */
    public static Draft of(RegressionTask task) {
        return new Draft(notNull("task", task), Surrogate.groundTruth());
    }

    /** A pipeline without its target: the one thing to do with it is to say how the target is trained. Immutable. */
    public static final class Draft {

        private final RegressionTask task;
        private final Surrogate surrogate;

        private Draft(RegressionTask task, Surrogate surrogate) {
            this.task = task;
            this.surrogate = surrogate;
        }

        /**
         * Names the surrogate.
         *
         * @param surrogate the teacher
         * @return a new draft
         * @throws IllegalArgumentException if the surrogate has another number of features than the task
         */
        public Draft surrogate(Surrogate surrogate) {
            notNull("surrogate", surrogate).checkFits(task);
            return new Draft(task, surrogate);
        }

        /**
         * Names the target's training and so completes the pipeline.
         *
         * @param target how the target is trained
         * @return the pipeline
         * @throws IllegalArgumentException if the target has so few samples that τ overflows
         */
        public Distillation target(Training target) {
            return target(target, notNull("target", target).equivalent(task));
        }

        /** The same for an equivalent that is known already. */
        Distillation target(Training target, DeterministicEquivalent equivalent) {
            return new Distillation(task, surrogate, target, equivalent);
        }

        /** The same pipeline on features gathered into nodes. */
        Draft gathered() {
            return new Draft(task.gathered(), surrogate);
        }

        RegressionTask task() {
            return task;
        }
    }

    /**
     * The task.
     *
     * @return spectrum, signal and noise
     */
    public RegressionTask task() {
        return task;
    }

    /**
     * The surrogate.
     *
     * @return the teacher
     */
    public Surrogate surrogate() {
        return surrogate;
    }

    /**
     * The target's training.
     *
     * @return samples, ridge and noise
     */
    public Training target() {
        return target;
    }

    /**
     * The deterministic equivalent of the target's training.
     *
     * @return τ, Ω and ζ
     */
    public DeterministicEquivalent equivalent() {
        return equivalent;
    }

    /**
     * The surrogate's coefficients in features scaled to unit variance.
     *
     * @return a new array of √λ βˢ, one per feature
     * @throws IllegalStateException if the task's features are not listed
     */
    public double[] whitenedSurrogate() {
        TaskNodes features = task.features();
        double[] coefficients = surrogate.deviation(features, equivalent);
        for (int i = 0; i < coefficients.length; i++) {
            coefficients[i] += features.truth(i);
        }
        return coefficients;
    }

    /**
     * The risk of the target in closed form,
     *
     * <pre>  excess = Σ λ_i(θ_iβˢ_i − β⋆_i)² + Ω/(1−Ω) [σ² + Σ λ_iζ_i²(βˢ_i)²].</pre>
     *
     * @return the predicted risk and its parts
     */
    public RiskReport predict() {
        return RiskReport.of(labels, equivalent, target.noise(task), task.noise());
    }

    /**
     * Compares this pipeline with the same target trained on the labels of the ground truth.
     *
     * @return the verdict
     */
    public WeakToStrong againstStrongLabels() {
        return WeakToStrong.of(this);
    }

    /**
     * Runs the pipeline instead of computing it.
     *
     * @param experiment how to run it, for example {@code Trials.of(200).seed(7)}
     * @param <R> what the experiment reports
     * @return the outcome
     */
    public <R> R simulate(Experiment<R> experiment) {
        return notNull("experiment", experiment).run(this);
    }

    Moments labels() {
        return labels;
    }

    @Override
    public String toString() {
        return "Distillation: " + surrogate + " -> target on " + target;
    }
}
