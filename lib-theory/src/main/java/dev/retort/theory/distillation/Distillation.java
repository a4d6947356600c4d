package dev.retort.theory.distillation;

import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.equivalent.Equivalent;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.core.spectrum.TaskNodes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * A pipeline: a surrogate labels data, and a target is trained on them. The surrogate may itself be trained, and the target
 * may label the data of another model, for any number of generations, each with its own samples, ridge, noise, covariance and
 * mask. An immutable description that can be evaluated in closed form by {@link #predict()} and on arrays by {@link
 * #simulate(Experiment)}.
 *
 * <p>The closed form holds for Gaussian features in high dimension: it is the limit of many features and samples, and off by
 * O(1/n) at finite size. All covariances share their eigenvectors; for covariances that do not, use {@code
 * MatrixDistillation}. Source: arXiv 2410.18837, the theorems on the risk of surrogate-to-target training under model shift
 * and under distribution shift; derived, for any number of stages, in the module's documentation, {@code
 * docs/distillation.md}.
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(2.0, 500), Signal.sourcePowerLaw(1.5));
 * Distillation pipeline = Distillation.of(task)
 *         .surrogate(Surrogate.optimal())
 *         .target(Training.samples(200));
 * double excess = pipeline.predict().excess(); // 0.08325
 * boolean better = pipeline.againstStrongLabels().beatsStrongLabels(); // true
 *
 * Distillation chain = Distillation.of(task.withNoise(0.1))
 *         .surrogate(Training.samples(300)) // a teacher that is trained itself,
 *         .then(Training.samples(200).withRidge(1e-4)) // its student,
 *         .then(Training.samples(200)); // and the student's student
 * List<RiskReport> generations = chain.predictStages(); // the risk after each
 * }</pre>
 */
public final class Distillation extends Teacher implements Pipeline {

    /** What each stage is trained on. */
    private final List<Moments> labels;

    Distillation(RegressionTask task, Surrogate surrogate, List<Stage> stages) {
        super(task, surrogate, stages);
        List<Moments> given = new ArrayList<>(List.of(surrogateLabels()));
        for (Stage stage : stages.subList(0, stages.size() - 1)) {
            given.add(stage.trained(given.get(given.size() - 1)));
        }
        this.labels = List.copyOf(given);
    }

    /**
     * Begins a pipeline for a task. Unless a surrogate is named, the target is trained on the labels of the ground truth.
     *
     * @param task the task; the risk is measured under its covariance
     * @return a draft, to be completed by a target
     */
    public static Draft of(RegressionTask task) {
        return new Draft(notNull("task", task), Surrogate.groundTruth());
    }

    /** A pipeline in which nothing is trained yet. Immutable. */
    public static final class Draft extends Teacher {

        private Draft(RegressionTask task, Surrogate surrogate) {
            super(task, surrogate, List.of());
        }

        /**
         * Names the surrogate.
         *
         * @param surrogate the teacher
         * @return a new draft
         * @throws IllegalArgumentException if the surrogate has another number of features than the task
         */
        public Draft surrogate(Surrogate surrogate) {
            notNull("surrogate", surrogate).checkFits(task());
            return new Draft(task(), surrogate);
        }

        /**
         * Names the training of a surrogate that is itself trained, on the labels of the surrogate named before or of the
         * ground truth. The result is already a pipeline, of one stage.
         *
         * @param surrogate how the surrogate is trained
         * @return the pipeline, to be continued by {@link Distillation#target(Training)}
         * @throws IllegalArgumentException as {@link #target(Training)} does
         */
        public Distillation surrogate(Training surrogate) {
            return target(notNull("surrogate", surrogate));
        }

        @Override
        Coordinates split(Coordinates nodes, Stage pupil) {
            return surrogate().split(nodes, pupil);
        }

        @Override
        Draft forTask(RegressionTask task) {
            return new Draft(task, surrogate());
        }
    }

    /**
     * Trains another generation on the labels of this one's target. The same as {@link #target(Training)}, with a name that
     * reads well in a chain. In Scala 3, where {@code then} is a keyword, use {@link #followedBy(Training)}.
     *
     * @param next how the next model is trained
     * @return a pipeline with one more stage
     * @throws IllegalArgumentException as {@link #target(Training)} does
     */
    public Distillation then(Training next) {
        return target(notNull("next", next));
    }

    /**
     * The same as {@link #then(Training)}, for languages in which that name is a keyword.
     *
     * @param next how the next model is trained
     * @return a pipeline with one more stage
     * @throws IllegalArgumentException as {@link #target(Training)} does
     */
    public Distillation followedBy(Training next) {
        return then(next);
    }

    /**
     * The target's training, that of the last stage.
     *
     * @return samples, ridge and noise
     */
    public Training target() {
        return stage().training();
    }

    @Override
    public List<Training> trainings() {
        return stages().stream().map(Stage::training).toList();
    }

    @Override
    public Distillation beginning(int stages) {
        if (stages < 1 || stages > stages().size()) {
            throw refusal("stages", stages, "is not from 1 to " + stages().size());
        }
        return new Distillation(task(), surrogate(), stages().subList(0, stages));
    }

    /**
     * The deterministic equivalent of the target's training.
     *
     * @return τ, Ω and ζ
     */
    public Equivalent equivalent() {
        return stage().equivalent();
    }

    /**
     * The coefficients of the fixed surrogate at the beginning; for a {@link RowPool} their average over rows and trainings.
     *
     * @return a new array of βˢ, one per feature; 0 where neither the task nor the first training has variance
     * @throws IllegalStateException if there are too many features, see {@link Spectrum#eigenvalues()}, or a coefficient
     *     overflows; the message names its feature
     */
    public double[] surrogateCoefficients() {
        Coordinates features = new Coordinates(task(), task().features());
        Stage first = stages().get(0);
        Moments surrogate = surrogate().coefficients(features, first);
        double[] coefficients = new double[surrogate.size()];
        for (int i = 0; i < coefficients.length; i++) {
            boolean varies = features.matters(i) || first.eigenvalue(features, i) > 0;
            coefficients[i] = varies ? surrogate.mean(i) / features.rootUnit(i) : 0;
            if (!Double.isFinite(coefficients[i])) {
                throw new IllegalStateException(
                        "The surrogate's coefficient " + i + " overflows, although its labels do"
                                + " not: the variance of the feature is "
                                + task().spectrum().eigenvalue(i)
                                + "; take a smaller unit for the feature");
            }
        }
        return coefficients;
    }

    /**
     * The risk of the target in closed form; for a fixed surrogate
     *
     * <pre>  excess = Σ λ_i(θ_iβˢ_i − β⋆_i)² + Ω/(1−Ω) [σ² + Σ λ_iζ_i²(βˢ_i)²].</pre>
     *
     * @return the predicted risk and its parts
     */
    @Override
    public RiskReport predict() {
        return report(stages().size() - 1);
    }

    @Override
    public List<RiskReport> predictStages() {
        return IntStream.range(0, labels.size()).mapToObj(this::report).toList();
    }

    /** The report keeps only the description, which is small, not the moments. */
    private RiskReport report(int stage) {
        RegressionTask task = task();
        Surrogate surrogate = surrogate();
        List<Stage> stages = stages().subList(0, stage + 1);
        return RiskReport.of(stages.get(stage), labels.get(stage), () -> new Distillation(task, surrogate, stages));
    }

    /**
     * The derivatives of the target's excess risk with respect to each parameter of the pipeline.
     *
     * @return the derivatives with respect to the parameters and eigenvalues of all trainings and of the task
     * @throws IllegalStateException if a training of another kind than ridge regression is at its interpolation threshold and the risk
     *     is finite, if the optimal surrogate labels a part of the rows of a training with a ridge below 0, if τ is a
     *     subnormal number, below 2.2e-308, or if a derivative overflows or underflows
     */
    public Sensitivities sensitivities() {
        return Sensitivities.of(this);
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
     * Simulates the pipeline on arrays.
     *
     * @param experiment how to run it, for example {@code Trials.of(200).withSeed(7)}
     * @param <R> what the experiment reports
     * @return the outcome
     */
    public <R> R simulate(Experiment<? super Distillation, R> experiment) {
        return notNull("experiment", experiment).run(this);
    }

    /** The surrogate's coefficients, on nodes fine enough for all stages. */
    private Moments surrogateLabels() {
        Stage first = stages().get(0);
        return surrogate().coefficients(split(new Coordinates(task(), nodes()), first), first);
    }

    private TaskNodes nodes() {
        if (!needsFeatures()) {
            return needsOrder() ? task().indexed() : task().nodes();
        }
        if (!task().spectrum().isListed()) {
            Spectrum.listed("task.spectrum", task().spectrum()); // refuses too many
        }
        return task().features();
    }

    @Override
    Coordinates split(Coordinates nodes, Stage pupil) {
        Coordinates split = nodes;
        for (Stage stage : stages()) {
            split = stage.split(split);
        }
        return surrogate().split(split, stages().get(0));
    }

    /** The pipeline with its last stage repeated a number of times. */
    Supplier<Distillation> repeated(int times) {
        RegressionTask task = task();
        Surrogate surrogate = surrogate();
        List<Stage> once = stages();
        return () -> {
            List<Stage> stages = new ArrayList<>(once);
            stages.addAll(Collections.nCopies(times - 1, once.get(once.size() - 1)));
            return new Distillation(task, surrogate, stages);
        };
    }

    /** What each stage is trained on. */
    List<Moments> labelsOfStages() {
        return labels;
    }

    /** The last stage. */
    Stage stage() {
        return stages().get(stages().size() - 1);
    }

    /** What the last stage is trained on. */
    Moments labels() {
        return labels.get(labels.size() - 1);
    }

    @Override
    Distillation forTask(RegressionTask task) {
        return new Distillation(task, surrogate(), stages());
    }
}
