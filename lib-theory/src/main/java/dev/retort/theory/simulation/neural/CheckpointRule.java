package dev.retort.theory.simulation.neural;

import static dev.retort.core.internal.Arguments.fromZeroToOne;
import static dev.retort.core.internal.Arguments.nonNegative;

import java.util.Comparator;
import java.util.function.Function;

/**
 * A rule for which checkpoint of a teacher a student learns from. Ties go to the earliest checkpoint. Immutable.
 *
 * <pre>{@code
 * import dev.retort.theory.simulation.neural.*;
 * Curriculum curriculum = Curriculum.twoShot(CheckpointRule.during(), 1000);
 * }</pre>
 */
public final class CheckpointRule {

    private static final double MIDDLE = 0.75;

    private final String name;
    private final Function<TrainingRun, Checkpoint> choice;

    private CheckpointRule(String name, Function<TrainingRun, Checkpoint> choice) {
        this.name = name;
        this.choice = choice;
    }

    /**
     * The checkpoint during the transition from guessing to knowing, for two classes.
     *
     * @return the checkpoint whose accuracy is nearest to 0.75
     */
    public static CheckpointRule during() {
        return new CheckpointRule("during the transition", nearest(MIDDLE).choice);
    }

    /**
     * The checkpoint at some accuracy.
     *
     * @param accuracy the accuracy, from 0 to 1
     * @return the checkpoint whose accuracy is nearest to it
     * @throws IllegalArgumentException if the accuracy is out of range
     */
    public static CheckpointRule nearest(double accuracy) {
        fromZeroToOne("accuracy", accuracy);
        return new CheckpointRule(
                "of accuracy near " + accuracy,
                teacher -> teacher.checkpoints().stream()
                        .min(Comparator.comparingDouble(checkpoint -> Math.abs(checkpoint.accuracy() - accuracy)))
                        .orElseThrow());
    }

    /**
     * The checkpoint before the transition.
     *
     * @return the last checkpoint at or before half the step of the one {@linkplain #during() during} it
     */
    public static CheckpointRule before() {
        return new CheckpointRule("before the transition", teacher -> {
            int half = during().of(teacher).step() / 2;
            return teacher.checkpoints().stream()
                    .filter(checkpoint -> checkpoint.step() <= half)
                    .reduce((first, second) -> second)
                    .orElseThrow();
        });
    }

    /**
     * The checkpoint whose linear part shows the support best. It needs the support to be known, and so serves for diagnosis.
     *
     * @return the checkpoint with the largest difference of mean |ĉ| on the support and off it
     */
    public static CheckpointRule peak() {
        return new CheckpointRule("at the peak of the linear part", TrainingRun::peak);
    }

    /**
     * The checkpoint at a given step.
     * @param step the step, at least 0
     * @return the first checkpoint at or after it; the last one if there is none
     * @throws IllegalArgumentException if {@code step < 0}
     */
    public static CheckpointRule atStep(int step) {
        nonNegative("step", step);
        return new CheckpointRule("at step " + step, teacher -> teacher.atOrAfter(step));
    }

    /**
     * The checkpoint of the finished teacher.
     *
     * @return the last checkpoint
     */
    public static CheckpointRule last() {
        return new CheckpointRule("the last", TrainingRun::last);
    }

    /**
     * Applies the rule.
     * @param teacher a teacher's training
     * @return the checkpoint
     * @throws IllegalStateException if the rule is that of the peak, and the task is not a sparse parity
     */
    public Checkpoint of(TrainingRun teacher) {
        return choice.apply(teacher);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CheckpointRule that && name.equals(that.name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
