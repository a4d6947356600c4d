package dev.retort.theory.data;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.copy;
import static dev.retort.core.internal.Arguments.nonNegativeOrInfinite;
import static dev.retort.core.internal.Arguments.notNull;

import dev.retort.theory.scaling.Interval;
import java.util.List;

/**
 * What students of n rows would gain from a teacher's labels. The teacher is the tuned ridge fit on all rows of the table; the student is
 * trained without ridge on rows that the teacher has not seen, and tested on true labels of new rows. All risks are mean squared errors
 * and include the noise of those labels.
 *
 * @param samples the rows n that a student is trained on
 * @param teacher the risk of the teacher itself
 * @param tunedOnTruth the risk of a student with the best ridge on true labels: the fair comparison for every teacher
 * @param onTeacherLabels the risk of a student on the teacher's labels, which carry no noise
 * @param surrogateGain the further relative reduction of that risk by the labels of the best possible teacher: from half of the theory's
 *     value to all of it, as measured on real tables; from 0 to 0 where it is not material
 * @param mask the relative gain of a teacher that leaves principal directions out, if it is material and the rows can tell; otherwise the
 *     reason why it is withheld
 * @param directions the principal directions that matter, the strongest first, with what the best teacher does to each
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
     * Checks and copies the components.
     *
     * @param samples the rows of a student
     * @param teacher the risk of the teacher
     * @param tunedOnTruth the risk with the best ridge on true labels
     * @param onTeacherLabels the risk on the teacher's labels
     * @param surrogateGain the further gain of the best teacher
     * @param mask the further gain of leaving directions out
     * @param directions the directions that matter
     * @throws IllegalArgumentException if an argument is null, NaN or out of range
     */
    public TeacherRisks {
        atLeastOne("samples", samples);
        nonNegativeOrInfinite("teacher", teacher);
        nonNegativeOrInfinite("tunedOnTruth", tunedOnTruth);
        nonNegativeOrInfinite("onTeacherLabels", onTeacherLabels);
        notNull("surrogateGain", surrogateGain);
        notNull("mask", mask);
        directions = copy("directions", directions);
    }

    /** {@return the share of the tuned student's risk that the teacher's noiseless labels would save; negative if they do harm} */
    public double saving() {
        return 1 - onTeacherLabels / tunedOnTruth;
    }
}
