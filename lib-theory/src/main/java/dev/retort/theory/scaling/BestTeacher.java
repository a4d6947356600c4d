package dev.retort.theory.scaling;

import static dev.retort.core.internal.Arguments.nonNegativeOrInfinite;

/**
 * The teacher loss at which the student's loss is smallest.
 *
 * @param teacherLoss the teacher's loss
 * @param studentLoss the loss of its student
 * @param capacityGap whether a teacher of still lower loss makes a worse student, so that the capacity gap begins here;
 *     otherwise {@code teacherLoss} is the irreducible loss
 */
public record BestTeacher(double teacherLoss, double studentLoss, boolean capacityGap) {

    /**
     * Checks the losses.
     *
     * @param teacherLoss the teacher's loss, at least 0
     * @param studentLoss the loss of its student, at least 0
     * @param capacityGap whether the capacity gap begins here
     * @throws IllegalArgumentException if a loss is NaN or negative
     */
    public BestTeacher {
        nonNegativeOrInfinite("teacherLoss", teacherLoss);
        nonNegativeOrInfinite("studentLoss", studentLoss);
    }
}
