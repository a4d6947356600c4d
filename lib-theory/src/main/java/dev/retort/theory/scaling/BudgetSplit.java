package dev.retort.theory.scaling;

import static dev.retort.core.internal.Arguments.nonNegativeOrInfinite;

/**
 * How a budget of compute is best spent on a teacher and its students. All numbers are at least 0, and infinite where they overflow.
 *
 * @param teacherParameters N<sub>T</sub>
 * @param teacherTokens D<sub>T</sub>, on which the teacher is trained
 * @param teacherLoss the loss of the teacher
 * @param studentTokens D<sub>S</sub>, on which each student is trained
 * @param studentLoss the loss of each student
 * @param teacherTraining the floating-point operations that train the teacher, 6 N<sub>T</sub> D<sub>T</sub>
 * @param teacherInference the operations for the teacher's outputs on the students' tokens, 2 N<sub>T</sub> D<sub>S</sub> per
 *     student
 * @param studentTraining the operations that train the students, 6 N<sub>S</sub> D<sub>S</sub> each
 * @param supervisedLoss the loss of each student if there is no teacher and the whole budget trains them
 */
public record BudgetSplit(
        double teacherParameters,
        double teacherTokens,
        double teacherLoss,
        double studentTokens,
        double studentLoss,
        double teacherTraining,
        double teacherInference,
        double studentTraining,
        double supervisedLoss) {

    /**
     * Checks the numbers.
     *
     * @param teacherParameters N<sub>T</sub>
     * @param teacherTokens D<sub>T</sub>
     * @param teacherLoss the loss of the teacher
     * @param studentTokens D<sub>S</sub>
     * @param studentLoss the loss of each student
     * @param teacherTraining the operations that train the teacher
     * @param teacherInference the operations for the teacher's outputs
     * @param studentTraining the operations that train the students
     * @param supervisedLoss the loss of each student without a teacher
     * @throws IllegalArgumentException if a number is NaN or negative
     */
    public BudgetSplit {
        nonNegativeOrInfinite("teacherParameters", teacherParameters);
        nonNegativeOrInfinite("teacherTokens", teacherTokens);
        nonNegativeOrInfinite("teacherLoss", teacherLoss);
        nonNegativeOrInfinite("studentTokens", studentTokens);
        nonNegativeOrInfinite("studentLoss", studentLoss);
        nonNegativeOrInfinite("teacherTraining", teacherTraining);
        nonNegativeOrInfinite("teacherInference", teacherInference);
        nonNegativeOrInfinite("studentTraining", studentTraining);
        nonNegativeOrInfinite("supervisedLoss", supervisedLoss);
    }
}
