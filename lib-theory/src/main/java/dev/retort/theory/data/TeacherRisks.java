package dev.retort.theory.data;

import static dev.retort.core.internal.Arguments.copy;

import dev.retort.theory.scaling.Interval;
import java.util.List;

/**
 * What students of n rows would gain from labels that a teacher gives, who is the tuned ridge fit on all rows of the table: the student
 * is trained without ridge, on rows that the teacher has not seen, and compared on true labels of new rows. All risks are mean squared
 * errors with the noise of those labels included.
 *
 * @param samples the rows n that a student is trained on
 * @param teacher the risk of the teacher itself
 * @param tunedOnTruth the risk of a student with the best ridge on true labels: the fair rival of every teacher
 * @param onTeacherLabels the risk of a student on the teacher's labels, which carry no noise
 * @param surrogateGain by how much labels of the best possible teacher would lower that risk further, relative to it: from half of what
 *     the theory says to all of it, as measured on real tables; from 0 to 0 where that is not material
 * @param mask the relative gain of a teacher that leaves principal directions out, where it is material and the rows can tell; else why
 *     there is none to speak of
 * @param directions the principal directions that matter, the strongest first, and what the best teacher does with each
 */
public record TeacherRisks(
        int samples,
        double teacher,
        double tunedOnTruth,
        double onTeacherLabels,
        Interval surrogateGain,
        Answer<Double> mask,
        List<Direction> directions) {

    /**
     * Risks of students of teachers.
     *
     * @param samples the rows of a student
     * @param teacher the risk of the teacher
     * @param tunedOnTruth the risk with the best ridge on true labels
     * @param onTeacherLabels the risk on the teacher's labels
     * @param surrogateGain the further gain of the best teacher
     * @param mask the further gain of leaving directions out
     * @param directions the directions that matter
     */
    public TeacherRisks {
        directions = copy("directions", directions);
    }

    /** {@return the part of the tuned student's risk that the teacher's labels would save, as they carry no noise; negative if none} */
    public double saving() {
        return 1 - onTeacherLabels / tunedOnTruth;
    }
}
