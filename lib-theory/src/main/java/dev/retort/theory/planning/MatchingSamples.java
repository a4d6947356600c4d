package dev.retort.theory.planning;

import static dev.retort.core.Arguments.notNull;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Teacher;
import dev.retort.theory.distillation.Training;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * How many samples a student of some teacher needs to be as good as the standard target, which learns from n labels of the
 * ground truth. The quotient is the label-saving factor of the teacher; for power laws and the optimal surrogate it tends to
 * a constant.
 *
 * <p>Learning curves need not fall all along (there is a peak where n passes the rank, if labels are noisy): the answer is
 * the smallest number of samples that does. Immutable.
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(2.0, 500), Signal.sourcePowerLaw(1.5));
 * MatchingSamples matching = MatchingSamples.of(Distillation.of(task).surrogate(Surrogate.optimal()), Training.samples(200));
 * double needed = matching.samples(); // the optimal surrogate's student makes do with fewer,
 * double factor = matching.factor(); // by this factor
 * }</pre>
 */
public final class MatchingSamples {

    /** From a millionth of the standard target's samples to a million times as many. */
    private static final double RANGE = Math.log(1e6);

    private static final int POINTS = 401;

    private final double standard;
    private final double samples;

    private MatchingSamples(double standard, double samples) {
        this.standard = standard;
        this.samples = samples;
    }

    /**
     * The samples that match a standard target.
     *
     * @param teacher who labels the student's data
     * @param standard how the standard target is trained, and, but for the number of samples, the student
     * @return the answer, looked for from 1e-6 n to 1e6 n
     * @throws IllegalArgumentException as {@link Teacher#target(Training)} does
     */
    public static MatchingSamples of(Teacher teacher, Training standard) {
        RegressionTask task = notNull("teacher", teacher).task();
        double matched = Distillation.of(task)
                .target(notNull("standard", standard))
                .predict()
                .excess();
        if (matched == 0) {
            // Nothing is below it but zero itself, which a risk reaches at the rank.
            return new MatchingSamples(standard.samples(), fewestWithoutError(teacher, standard));
        }
        double most = task.spectrum().measure().mostSamples();
        double[] grid = Search.grid(Math.log(standard.samples()) - RANGE, Math.log(standard.samples()) + RANGE, POINTS);
        OptionalDouble found = Search.firstDescent(
                grid,
                logSamples -> Math.log(teacher.target(standard.withSamples(Math.min(Math.exp(logSamples), most)))
                                .predict()
                                .excess())
                        - Math.log(matched));
        return new MatchingSamples(
                standard.samples(), found.isPresent() ? Math.exp(found.getAsDouble()) : Double.POSITIVE_INFINITY);
    }

    private static double fewestWithoutError(Teacher teacher, Training standard) {
        double rank = standard.seenSpectrum(teacher.task()).measure().rank();
        if (Double.isInfinite(rank)) {
            // There is nothing to learn, then.
            return teacher.target(standard).predict().excess() == 0 ? standard.samples() : rank;
        }
        return teacher.target(standard.withSamples(rank)).predict().excess() == 0 ? rank : Double.POSITIVE_INFINITY;
    }

    /**
     * The samples that the student needs.
     *
     * @return a number greater than 0, not rounded; infinite if a million times the standard target's are not enough
     */
    public double samples() {
        return samples;
    }

    /**
     * The label-saving factor.
     *
     * @return the standard target's samples divided by the student's: above 1 if the teacher saves labels, 0 if no number
     *     of samples is enough
     */
    public double factor() {
        return standard / samples;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%.6g samples match %.6g of the truth's, factor %.6g", samples, standard, factor());
    }
}
