package dev.retort.theory.matrix;

import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.nd4j.Covariance;
import dev.retort.theory.distillation.Experiment;
import dev.retort.theory.distillation.Pipeline;
import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.distillation.Training;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A {@linkplain dev.retort.theory.distillation.Distillation pipeline} whose covariances are matrices that need not share
 * their eigenvectors: a surrogate trained on features of one covariance, a target on those of another, a third generation,
 * and a risk that is measured under yet another. With shared eigenvectors it agrees with a {@code Distillation}. An immutable
 * description that can be evaluated in closed form by {@link #predict()} and on arrays by {@link #simulate(Experiment)}.
 *
 * <p>The closed form is the limit of many features and samples, for Gaussian features, and off by O(1/n) at finite size; its
 * reports know the {@linkplain RiskReport#finiteSizeCorrection() correction}. Source: arXiv 2410.18837, the theorem on the
 * risk of surrogate-to-target training under distribution shift; for any number of stages, masks of correlated features and
 * the optimal surrogate it is derived in the module's documentation, {@code docs/distillation.md}.
 *
 * <p>With features (student's, teacher's), a mask that keeps the student's and a truth on the teacher's alone, this is the
 * Gaussian covariate model; an example is in the same document.
 *
 * <p>A covariance is decomposed once, when it is made. A prediction then costs about ten products of p × p matrices for each
 * stage, twice as many under a mask, and very little where all stages have the same {@link Covariance} object as the
 * evaluation; {@link RiskReport#corrected()} and {@link RiskReport#standardDeviation()} cost as much again when they are
 * first asked for. About twenty matrices of 8p² bytes are held at a time besides the covariances, and none between
 * predictions. The eigenvalues of a matrix are accurate to 1e-16 of the largest, not each to 1e-16 of itself: a τ far below
 * the largest inherits that error. Immutable.
 *
 * <pre>{@code
 * Covariance evaluation = Covariance.of(Nd4j.create(new double[][] {{2, 1, 0}, {1, 2, 0}, {0, 0, 1}}));
 * Covariance shifted = Covariance.of(Nd4j.create(new double[][] {{1, 0, 0}, {0, 2, 1}, {0, 1, 2}}));
 * INDArray truth = Nd4j.create(new double[] {1, -1, 2});
 * MatrixDistillation pipeline = MatrixDistillation.of(evaluation, truth)
 *         .withNoise(0.1)
 *         .surrogate(Training.samples(8), shifted) // a teacher that is trained itself, elsewhere,
 *         .target(Training.samples(2)); // and its student
 * RiskReport risk = pipeline.predict();
 * Simulation simulation = pipeline.simulate(Trials.of(100).withSeed(7));
 * }</pre>
 */
public final class MatrixDistillation extends MatrixTeacher implements Pipeline {

    MatrixDistillation(MatrixTask task, Surrogate surrogate, List<MatrixStage> stages) {
        super(task, surrogate, stages);
    }

    /**
     * Begins a pipeline without noise. Unless a surrogate is named, the target is trained on the labels of the ground truth.
     *
     * @param evaluation the covariance Σ under which the risk is measured, and that of all trainings that name no other
     * @param truth the true coefficients β⋆ in the original features, shape {@code [p]} or {@code [p, 1]}
     * @return a description that lacks its target
     * @throws IllegalArgumentException if an argument is null, if the covariance has no listed spectrum, if the truth has
     *     another shape or type, if one of its entries is NaN or infinite, or if λ<sub>max</sub>|β⋆|² overflows
     */
    public static Draft of(Covariance evaluation, INDArray truth) {
        MatrixTask task = MatrixTask.of(evaluation, truth);
        return new Draft(task, new Surrogate("ground truth", List.of(), pupil -> task.truth()));
    }

    /** A pipeline in which nothing is trained yet. Immutable. */
    public static final class Draft extends MatrixTeacher {

        private Draft(MatrixTask task, Surrogate surrogate) {
            super(task, surrogate, List.of());
        }

        /**
         * Sets the noise on the labels of the ground truth, which trainings without noise of their own have too.
         *
         * @param noise the standard deviation σ, at least 0
         * @return a new draft
         * @throws IllegalArgumentException if the noise is NaN, infinite or negative
         */
        public Draft withNoise(double noise) {
            return new Draft(matrixTask().withNoise(noise), surrogate());
        }

        /**
         * Names a surrogate of fixed coefficients.
         *
         * @param coefficients βˢ in the original features, shape {@code [p]} or {@code [p, 1]}
         * @return a new draft
         * @throws IllegalArgumentException if the array is null or of another shape or type, if an entry is NaN or infinite,
         *     or if λ<sub>max</sub>|βˢ|² overflows
         */
        public Draft surrogate(INDArray coefficients) {
            double[] given = matrixTask().coefficients("coefficients", coefficients);
            List<Double> boxed = Arrays.stream(given).boxed().toList();
            return new Draft(matrixTask(), new Surrogate("given coefficients", boxed, pupil -> given));
        }

        /**
         * Names the surrogate that minimises the risk of the first model trained: βˢ with
         *
         * <pre>  [TᵀΣT + w τ²RΣ'R] βˢ = TᵀΣβ⋆,      w = tr(Σ RΣ'R)/(n(1−Ω)),</pre>
         *
         * where Σ' is the covariance of that training, R = (Σ'+τ)⁻¹ and T = RΣ'. Where no labels help, its coefficients are zero.
         *
         * @return a new draft
         */
        public Draft optimalSurrogate() {
            return new Draft(matrixTask(), new Surrogate("optimal surrogate", List.of(), OptimalTeacher::of));
        }

        /**
         * Names the training of a surrogate that is itself trained, on features of the evaluation covariance. The result is
         * already a pipeline, of one stage.
         *
         * @param surrogate how the surrogate is trained
         * @return the pipeline, to be continued by {@link MatrixDistillation#target(Training)}
         * @throws IllegalArgumentException as {@link #target(Training, Covariance)} does
         */
        public MatrixDistillation surrogate(Training surrogate) {
            return target(notNull("surrogate", surrogate));
        }

        /**
         * Names the training of a surrogate that is itself trained.
         *
         * @param surrogate how the surrogate is trained
         * @param covariance that of the features it is trained on
         * @return the pipeline, to be continued by {@link MatrixDistillation#target(Training, Covariance)}
         * @throws IllegalArgumentException as {@link #target(Training, Covariance)} does
         */
        public MatrixDistillation surrogate(Training surrogate, Covariance covariance) {
            return target(notNull("surrogate", surrogate), covariance);
        }

        @Override
        public String toString() {
            return "MatrixDistillation draft of (" + task() + "): " + surrogate();
        }
    }

    /**
     * Trains another generation on the labels of this one's target, on features of the evaluation covariance. The same as
     * {@link #target(Training)}, with a name that reads well in a chain.
     *
     * @param next how the next model is trained
     * @return a pipeline with one more stage
     * @throws IllegalArgumentException as {@link #target(Training, Covariance)} does
     */
    public MatrixDistillation then(Training next) {
        return target(notNull("next", next));
    }

    /**
     * Trains another generation on the labels of this one's target.
     *
     * @param next how the next model is trained
     * @param covariance that of the features it is trained on
     * @return a pipeline with one more stage
     * @throws IllegalArgumentException as {@link #target(Training, Covariance)} does
     */
    public MatrixDistillation then(Training next, Covariance covariance) {
        return target(notNull("next", next), covariance);
    }

    /**
     * The same as {@link #then(Training)}, for languages in which that name is a keyword.
     *
     * @param next how the next model is trained
     * @return a pipeline with one more stage
     * @throws IllegalArgumentException as {@link #target(Training, Covariance)} does
     */
    public MatrixDistillation followedBy(Training next) {
        return then(next);
    }

    /**
     * The same as {@link #then(Training, Covariance)}, for languages in which that name is a keyword.
     *
     * @param next how the next model is trained
     * @param covariance that of the features it is trained on
     * @return a pipeline with one more stage
     * @throws IllegalArgumentException as {@link #target(Training, Covariance)} does
     */
    public MatrixDistillation followedBy(Training next, Covariance covariance) {
        return then(next, covariance);
    }

    @Override
    public List<Training> trainings() {
        return stages().stream().map(MatrixStage::training).toList();
    }

    /**
     * The covariances of the features that the models are trained on, whether they see all of them or not.
     *
     * @return one per training, in their order
     */
    public List<Covariance> covariances() {
        return stages().stream().map(MatrixStage::covariance).toList();
    }

    @Override
    public MatrixDistillation beginning(int stages) {
        if (stages < 1 || stages > stages().size()) {
            throw refusal("stages", stages, "is not from 1 to " + stages().size());
        }
        return new MatrixDistillation(matrixTask(), surrogate(), stages().subList(0, stages));
    }

    /**
     * The deterministic equivalent of the target's training.
     *
     * @return τ, Ω and ζ along the eigenvectors of the covariance of the features that it sees
     */
    public DeterministicEquivalent equivalent() {
        return target().equivalent();
    }

    /**
     * The coefficients of the fixed surrogate at the beginning.
     *
     * @return a new array of βˢ in the original features, shape {@code [p]}
     * @throws IllegalArgumentException if the surrogate is the optimal one and its coefficients overflow
     */
    public INDArray surrogateCoefficients() {
        return matrixTask().array(surrogate().coefficients().apply(stages().get(0)));
    }

    /**
     * The risk of the target in closed form, by the map M' = TM, V' = TVTᵀ + cRΣR of mean and covariance at each stage.
     *
     * @return the predicted risk and its parts; {@link RiskReport#share(int)} is that of eigenvector i of the evaluation
     *     covariance
     * @throws IllegalArgumentException as {@link #surrogateCoefficients()} does
     */
    @Override
    public RiskReport predict() {
        Moments given = surrogateLabels();
        for (MatrixStage stage : stages().subList(0, stages().size() - 1)) {
            given = stage.train(given).moments();
        }
        return target().train(given).report().withFiniteSize(() -> MatrixExpansion.of(this));
    }

    /**
     * The risk after every stage.
     *
     * @return one report per training, in their order; the last is that of {@link #predict()}
     * @throws IllegalArgumentException as {@link #surrogateCoefficients()} does
     */
    @Override
    public List<RiskReport> predictStages() {
        List<RiskReport> reports = new ArrayList<>();
        Moments given = surrogateLabels();
        for (MatrixStage stage : stages()) {
            MatrixStage.Trained trained = stage.train(given);
            MatrixDistillation beginning = beginning(reports.size() + 1);
            reports.add(trained.report().withFiniteSize(() -> MatrixExpansion.of(beginning)));
            given = trained.moments();
        }
        return List.copyOf(reports);
    }

    /**
     * Simulates the pipeline on arrays.
     *
     * @param experiment how to run it, for example {@code Trials.of(200).withSeed(7)}
     * @param <R> what the experiment reports
     * @return the outcome
     */
    public <R> R simulate(Experiment<? super MatrixDistillation, R> experiment) {
        return notNull("experiment", experiment).run(this);
    }

    Moments surrogateLabels() {
        return Moments.fixed(matrixTask(), surrogate().coefficients().apply(stages().get(0)));
    }

    private MatrixStage target() {
        return stages().get(stages().size() - 1);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("MatrixDistillation of (")
                .append(task())
                .append("): ")
                .append(surrogate());
        stages().forEach(stage -> text.append(" -> ").append(stage));
        return text.toString();
    }
}
