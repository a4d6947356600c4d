package dev.retort.theory.matrix;

import static dev.retort.core.internal.Arguments.notNull;

import dev.retort.core.nd4j.Covariance;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.theory.distillation.Training;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The source of a target's labels: fixed coefficients (a {@link MatrixDistillation.Draft}) or a model that was itself
 * trained (a {@link MatrixDistillation}). Immutable.
 */
public abstract sealed class MatrixTeacher permits MatrixDistillation, MatrixDistillation.Draft {

    private final MatrixTask task;
    private final Surrogate surrogate;
    private final List<MatrixStage> stages;

    MatrixTeacher(MatrixTask task, Surrogate surrogate, List<MatrixStage> stages) {
        this.task = task;
        this.surrogate = surrogate;
        this.stages = List.copyOf(stages);
    }

    /**
     * The fixed teacher at the beginning: its coefficients, which may depend on the stage that it teaches. In a task it is
     * determined by its name and the numbers that were given, if any.
     */
    record Surrogate(String name, List<Double> given, Function<MatrixStage, double[]> coefficients) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Surrogate that && name.equals(that.name) && given.equals(that.given);
        }

        @Override
        public int hashCode() {
            return Objects.hash(name, given);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /**
     * The task in the eigenbasis of the evaluation covariance.
     *
     * @return the spectrum of that covariance, the ground truth along its eigenvectors, and the noise
     */
    public RegressionTask task() {
        return task.inEigenbasis();
    }

    /**
     * The covariance under which the risk is measured.
     *
     * @return Σ
     */
    public Covariance evaluation() {
        return task.evaluation().covariance();
    }

    /**
     * The true coefficients.
     *
     * @return a new array of β⋆ in the original features, shape {@code [p]}
     */
    public INDArray truth() {
        return task.array(task.truth());
    }

    /**
     * Trains a target on the labels of this teacher, on features of the evaluation covariance.
     *
     * @param target how the target is trained
     * @return the pipeline that ends with the target
     * @throws IllegalArgumentException as {@link #target(Training, Covariance)} does
     */
    public MatrixDistillation target(Training target) {
        return followedBy(notNull("target", target), task.evaluation());
    }

    /**
     * Trains a target on the labels of this teacher.
     *
     * @param target how the target is trained; a mask refers to the original features
     * @param covariance that of the features it is trained on, of p features
     * @return the pipeline that ends with the target
     * @throws IllegalArgumentException if an argument is null, if the covariance or the mask has another number of features,
     *     if the mask keeps none that varies, if the training has a {@linkplain Training#withSpectrum spectrum} of its own,
     *     or if it has so few samples that τ overflows
     */
    public MatrixDistillation target(Training target, Covariance covariance) {
        return followedBy(notNull("target", target), task.basis(covariance));
    }

    private MatrixDistillation followedBy(Training next, Eigenbasis features) {
        List<MatrixStage> longer = new ArrayList<>(stages);
        longer.add(new MatrixStage(task, next, features));
        return new MatrixDistillation(task, surrogate, longer);
    }

    MatrixTask matrixTask() {
        return task;
    }

    Surrogate surrogate() {
        return surrogate;
    }

    List<MatrixStage> stages() {
        return stages;
    }

    private List<Training> stageTrainings() {
        return stages.stream().map(MatrixStage::training).toList();
    }

    private List<Covariance> stageCovariances() {
        return stages.stream().map(MatrixStage::covariance).toList();
    }

    @Override
    public final boolean equals(@Nullable Object other) {
        // A draft has no stages, and a distillation some, so that the two never compare as equal.
        return other instanceof MatrixTeacher that
                && task.equals(that.task)
                && surrogate.equals(that.surrogate)
                && stageTrainings().equals(that.stageTrainings())
                && stageCovariances().equals(that.stageCovariances());
    }

    @Override
    public final int hashCode() {
        return Objects.hash(task, surrogate, stageTrainings(), stageCovariances());
    }
}
