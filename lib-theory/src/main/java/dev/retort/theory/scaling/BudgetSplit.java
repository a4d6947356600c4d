package dev.retort.theory.scaling;

/**
 * How a budget of compute is best spent on a teacher and its students.
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
        double supervisedLoss) {}
