package dev.retort.theory.scaling;

/**
 * The teacher that makes the best student, of all losses that a teacher can have.
 *
 * @param teacherLoss the teacher's loss
 * @param studentLoss the loss of its student
 * @param capacityGap whether a teacher of a still lower loss makes a worse student, so that the capacity gap begins here; if not,
 *     {@code teacherLoss} is the irreducible loss
 */
public record BestTeacher(double teacherLoss, double studentLoss, boolean capacityGap) {}
