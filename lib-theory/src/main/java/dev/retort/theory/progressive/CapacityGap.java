package dev.retort.theory.progressive;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.fromZeroToOne;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;

import java.util.Locale;

/**
 * Whether a better teacher is a worse one: the accuracy of a student by that of its teacher. The capacity gap is what the
 * student loses by learning from the best teacher instead of the one that suits it most (Mirzadeh et al., arXiv 1902.03393).
 *
 * @param gap max over teachers of the student's accuracy, less that of the student of the best teacher; at least 0
 * @param bestTeacher the index of the most accurate teacher, the last of those that tie
 * @param mostSuitable the index of the teacher whose student is the most accurate, the first of those that tie
 */
public record CapacityGap(double gap, int bestTeacher, int mostSuitable) {

    /**
     * Measures the gap.
     *
     * @param teachers the accuracy of each teacher, from 0 to 1, at least one
     * @param students the accuracy of the student of each, from 0 to 1
     * @return the gap
     * @throws IllegalArgumentException if there are no teachers or not as many students, or an accuracy is out of range
     */
    public static CapacityGap of(double[] teachers, double[] students) {
        atLeastOne("teachers.length", notNull("teachers", teachers).length);
        length("students", notNull("students", students).length, "the number of teachers", teachers.length);
        int best = 0;
        int suitable = 0;
        for (int j = 0; j < teachers.length; j++) {
            fromZeroToOne("teachers[" + j + "]", teachers[j]);
            fromZeroToOne("students[" + j + "]", students[j]);
            best = teachers[j] >= teachers[best] ? j : best;
            suitable = students[j] > students[suitable] ? j : suitable;
        }
        return new CapacityGap(students[suitable] - students[best], best, suitable);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "capacity gap %.4g: teacher %d suits the student most, teacher %d is the best",
                gap,
                mostSuitable,
                bestTeacher);
    }
}
