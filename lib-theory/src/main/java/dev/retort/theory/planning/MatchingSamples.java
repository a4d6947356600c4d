package dev.retort.theory.planning;

import static dev.retort.core.internal.Arguments.notNull;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Teacher;
import dev.retort.theory.distillation.Training;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * The number of samples with which a target that learns from a surrogate's labels is as good as the standard target, which
 * learns from n labels of the ground truth. The ratio of the two numbers is the label-saving factor of the surrogate; for
 * power laws and the optimal surrogate it tends to a constant.
 *
 * <p>The risk need not fall with every additional sample (with noisy labels it peaks where n passes the rank). The answer is
 * the smallest number of samples with which the target is as good. Immutable.
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(2.0, 500), Signal.sourcePowerLaw(1.5));
 * MatchingSamples matching = MatchingSamples.of(Distillation.of(task).surrogate(Surrogate.optimal()), Training.samples(200));
 * double needed = matching.samples(); // of the target of the optimal surrogate: fewer
 * double factor = matching.factor(); // by this factor
 * }</pre>
 */
public final class MatchingSamples {

    /** The search goes from a millionth of the standard target's samples to a million times as many. */
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
     * @param surrogate the surrogate whose labels the target learns from
     * @param standard how the standard target is trained and, but for the number of samples, the target
     * @return the smallest number of samples from 1e-6 n to 1e6 n with which the excess risk is not larger. If the standard
     *     target makes no error, it is the smallest number with which the target makes none; if there is nothing to learn, so
     *     that any number would do, it is n
     * @throws IllegalArgumentException if an argument is null, or as {@link Teacher#target(Training)} does
     */
    public static MatchingSamples of(Teacher surrogate, Training standard) {
        RegressionTask task = notNull("surrogate", surrogate).task();
        double n = notNull("standard", standard).samples();
        double matched = Distillation.of(task).target(standard).predict().excess();
        if (matched == 0) {
            return new MatchingSamples(n, fewestWithoutError(surrogate, standard));
        }
        double most = task.spectrum().measure().mostSamples();
        double[] grid = Search.grid(Math.log(n) - RANGE, Math.log(n) + RANGE, POINTS);
        OptionalDouble found = Search.firstDescent(
                grid,
                logSamples -> Math.log(excess(surrogate, standard, Math.min(Math.exp(logSamples), most)))
                        - Math.log(matched));
        return new MatchingSamples(n, found.isPresent() ? Math.exp(found.getAsDouble()) : Double.POSITIVE_INFINITY);
    }

    /** A risk reaches zero at the rank, or is zero with any number of samples. */
    private static double fewestWithoutError(Teacher surrogate, Training standard) {
        double n = standard.samples();
        double rank = standard.seenSpectrum(surrogate.task()).measure().rank();
        double belowTheRank = Double.isInfinite(rank) ? n : Math.min(n, rank / 2);
        if (excess(surrogate, standard, belowTheRank) == 0) {
            return n;
        }
        return !Double.isInfinite(rank) && excess(surrogate, standard, rank) == 0 ? rank : Double.POSITIVE_INFINITY;
    }

    private static double excess(Teacher surrogate, Training standard, double samples) {
        return surrogate.target(standard.withSamples(samples)).predict().excess();
    }

    /**
     * The samples that the target needs.
     *
     * @return a number greater than 0, not rounded; infinite if a million times the standard target's number is not enough
     */
    public double samples() {
        return samples;
    }

    /**
     * The label-saving factor of the surrogate.
     *
     * @return the standard target's samples divided by the target's: above 1 if the surrogate saves labels, 0 if no number of
     *     samples is enough
     */
    public double factor() {
        return standard / samples;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof MatchingSamples that
                && Double.compare(standard, that.standard) == 0
                && Double.compare(samples, that.samples) == 0;
    }

    @Override
    public int hashCode() {
        return Objects.hash(standard, samples);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%.6g samples labelled by the surrogate match %.6g true labels, factor %.6g",
                samples,
                standard,
                factor());
    }
}
