package dev.retort.theory.simulation.neural;

import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Students of several seeds, taught by several curricula; made by {@link ProgressiveDistillation#compare}. A single checkpoint is a noisy
 * teacher, so only medians over seeds are reliable. Immutable.
 */
public final class Comparison {

    private final List<Curriculum> curricula;
    private final List<TrainingRun> teachers;

    /** By teacher, then by curriculum. */
    private final List<List<TrainingRun>> students;

    Comparison(List<Curriculum> curricula, List<TrainingRun> teachers, List<List<TrainingRun>> students) {
        this.curricula = List.copyOf(curricula);
        this.teachers = List.copyOf(teachers);
        this.students = students.stream().map(List::copyOf).toList();
    }

    /**
     * The curricula.
     *
     * @return in the order in which they were given
     */
    public List<Curriculum> curricula() {
        return curricula;
    }

    /**
     * The teachers.
     *
     * @return one for each seed, in the order in which they were given
     */
    public List<TrainingRun> teachers() {
        return teachers;
    }

    /**
     * The students of one curriculum.
     *
     * @param curriculum one of the curricula compared
     * @return one student for each seed
     * @throws IllegalArgumentException if it is not one of the curricula compared
     */
    public List<TrainingRun> students(Curriculum curriculum) {
        int index = curricula.indexOf(curriculum);
        if (index < 0) {
            throw refusal("curriculum", curriculum, "is not one of " + curricula);
        }
        return students.stream().map(ofSeed -> ofSeed.get(index)).toList();
    }

    /**
     * When the students of one curriculum reached an accuracy.
     *
     * @param curriculum one of the curricula compared
     * @param accuracy an accuracy
     * @return the steps to it for each seed, infinite where it was not reached
     * @throws IllegalArgumentException if the curriculum is not one of those compared
     */
    public double[] stepsTo(Curriculum curriculum, double accuracy) {
        return stepsTo(students(curriculum), accuracy);
    }

    /**
     * When the teachers reached an accuracy.
     *
     * @param accuracy an accuracy
     * @return the steps to it for each seed, infinite where it was not reached
     */
    public double[] teacherStepsTo(double accuracy) {
        return stepsTo(teachers, accuracy);
    }

    private static double[] stepsTo(List<TrainingRun> runs, double accuracy) {
        return runs.stream().mapToDouble(run -> run.stepsTo(accuracy)).toArray();
    }

    /**
     * The median of some numbers of steps, of which some may be infinite.
     *
     * @param steps at least one
     * @return the middle one, or the mean of the two in the middle
     * @throws IllegalArgumentException if there is none
     */
    public static double median(double... steps) {
        if (notNull("steps", steps).length == 0) {
            throw refusal("steps.length", 0, "is not at least 1");
        }
        double[] sorted = steps.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Comparison that
                && curricula.equals(that.curricula)
                && teachers.equals(that.teachers)
                && students.equals(that.students);
    }

    @Override
    public int hashCode() {
        return 31 * curricula.hashCode() + teachers.hashCode();
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%d curricula for the students of %d teachers", curricula.size(), teachers.size());
    }
}
