package dev.retort.theory.scaling;

/**
 * The teacher loss at which the student's loss is smallest.
 *
 * @param teacherLoss the teacher's loss
 * @param studentLoss the loss of its student
 * @param capacityGap whether a teacher of still lower loss makes a worse student, so that the capacity gap begins here;
 *     otherwise {@code teacherLoss} is the irreducible loss
 */
public record BestTeacher(double teacherLoss, double studentLoss, boolean capacityGap) {}
