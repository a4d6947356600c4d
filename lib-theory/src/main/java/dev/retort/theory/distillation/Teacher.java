package dev.retort.theory.distillation;

import static dev.retort.core.internal.Arguments.notNull;

import dev.retort.core.spectrum.RegressionTask;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The source of a target's labels: a fixed {@link Surrogate} (a {@link Distillation.Draft}) or a model that was itself trained
 * (a {@link Distillation}). Immutable.
 */
public abstract sealed class Teacher permits Distillation, Distillation.Draft {

    private final RegressionTask task;
    private final Surrogate surrogate;

    /** The stages trained so far, each on the labels of the one before. */
    private final List<Stage> stages;

    Teacher(RegressionTask task, Surrogate surrogate, List<Stage> stages) {
        this.task = task;
        this.surrogate = surrogate;
        this.stages = List.copyOf(stages);
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
     * The fixed surrogate at the beginning, whose labels the first model is trained on.
     *
     * @return the surrogate; the ground truth if none was named
     */
    public Surrogate surrogate() {
        return surrogate;
    }

    /**
     * Trains a target on the labels of this teacher.
     *
     * @param target how the target is trained
     * @return the pipeline that ends with the target
     * @throws IllegalArgumentException if the target has so few samples that τ overflows, if its spectrum or mask does not
     *     fit the task, or if the pipeline needs the features one by one (listed spectra or coefficients, masks of others than
     *     the first, stochastic gradient descent) and they are too many for a list
     */
    public Distillation target(Training target) {
        return continuedBy(Stage.of(task, notNull("target", target)));
    }

    /** The same as {@link #target} for a stage that is already solved. */
    Distillation continuedBy(Stage next) {
        List<Stage> longer = new ArrayList<>(stages);
        longer.add(next);
        return new Distillation(task, surrogate, longer);
    }

    List<Stage> stages() {
        return stages;
    }

    /** Whether sums have to run over the features one by one. */
    boolean needsFeatures() {
        return surrogate.needsFeatures() || stages.stream().anyMatch(Stage::needsFeatures);
    }

    /** Whether sums have to run over the features in their order, one by one or on nodes of their index. */
    boolean needsOrder() {
        return surrogate.needsOrder() || stages.stream().anyMatch(Stage::isShifted);
    }

    /**
     * Nodes that the fixed surrogate and every stage treat as one each.
     *
     * @param pupil whose data the teacher labels
     */
    abstract Coordinates split(Coordinates nodes, Stage pupil);

    /**
     * The coefficients of this teacher on given nodes.
     *
     * @param pupil the stage whose data the teacher labels
     */
    Moments coefficients(Coordinates nodes, Stage pupil) {
        Moments moments = surrogate.coefficients(nodes, stages.isEmpty() ? pupil : stages.get(0));
        for (Stage stage : stages) {
            moments = stage.trained(moments);
        }
        return moments;
    }

    /** The same teacher for a task of the same spectrum. */
    abstract Teacher forTask(RegressionTask task);

    /** Equal descriptions: the same kind of teacher with the same task, surrogate and trainings. */
    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof Teacher that
                && getClass() == that.getClass()
                && task.equals(that.task)
                && surrogate.equals(that.surrogate)
                && stages.stream()
                        .map(Stage::training)
                        .toList()
                        .equals(that.stages.stream().map(Stage::training).toList());
    }

    @Override
    public final int hashCode() {
        return Objects.hash(
                task, surrogate, stages.stream().map(Stage::training).toList());
    }

    @Override
    public final String toString() {
        StringBuilder text = new StringBuilder("Distillation of (")
                .append(task)
                .append("): ")
                .append(surrogate);
        stages.forEach(stage -> text.append(" -> ").append(stage.training()));
        return text.toString();
    }
}
