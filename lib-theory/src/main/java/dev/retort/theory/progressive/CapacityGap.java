package dev.retort.theory.progressive;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.fromZeroToOne;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.Locale;

/**
 * The capacity gap: the accuracy that a student loses by learning from the most accurate teacher instead of the most suitable one (Mirzadeh
 * et al., arXiv 1902.03393).
 *
 * @param gap the largest accuracy of a student, less the accuracy of the student of the best teacher; from 0 to 1
 * @param bestTeacher the index of the most accurate teacher, at least 0, the last of those that tie
 * @param mostSuitable the index of the teacher whose student is the most accurate, at least 0, the first of those that tie
 */
public record CapacityGap(double gap, int bestTeacher, int mostSuitable) {

    /**
     * Checks the numbers.
     *
     * @param gap the gap, 0 if the best teacher is the most suitable
     * @param bestTeacher the index of the most accurate teacher
     * @param mostSuitable the index of the teacher whose student is the most accurate
     * @throws IllegalArgumentException if a number is out of range
     */
    public CapacityGap {
        fromZeroToOne("gap", gap);
        nonNegative("bestTeacher", bestTeacher);
        nonNegative("mostSuitable", mostSuitable);
        if (bestTeacher == mostSuitable && gap > 0) {
            throw refusal("gap", gap, "is not 0, although the best teacher is the most suitable one");
        }
    }

    /**
     * Measures the gap.
     *
     * @param teachers the accuracy of each teacher, from 0 to 1, at least one
     * @param students the accuracy of each teacher's student, from 0 to 1
     * @return the gap
     * @throws IllegalArgumentException if there are no teachers, the numbers of teachers and students differ, or an accuracy is out of
     *     range
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
                "capacity gap %.4g: teacher %d has the best student, teacher %d is the most accurate",
                gap,
                mostSuitable,
                bestTeacher);
    }
}
