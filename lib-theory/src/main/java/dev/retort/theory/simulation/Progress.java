package dev.retort.theory.simulation;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.nonNegativeOrInfinite;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.number;
import static dev.retort.core.internal.Arguments.refusal;

import java.time.Duration;
import java.util.Locale;

/**
 * The progress of a run of {@link Trials}.
 *
 * @param done the number of trials done, at least 1
 * @param limit the maximum number of trials
 * @param mean the mean so far of the last quantity measured: the excess risk of the last stage, or at the last point of a curve
 * @param standardError its standard error; infinite after one trial
 * @param elapsed the time since the run began, not negative
 * @param remaining the estimated time left, if further trials take as long as those so far and, where a precision was asked for, scatter as
 *     much; not negative
 */
public record Progress(int done, int limit, double mean, double standardError, Duration elapsed, Duration remaining) {

    /**
     * The progress of a run.
     *
     * @param done the number of trials done
     * @param limit the maximum number of trials
     * @param mean the mean so far
     * @param standardError its standard error
     * @param elapsed the time since the run began
     * @param remaining the estimated time left
     * @throws IllegalArgumentException if no trial is done or more than the limit, if the mean is NaN, the standard error NaN or
     *     negative, or a duration null or negative
     */
    public Progress {
        if (atLeastOne("done", done) > limit) {
            throw refusal("done", done, "is more than the limit, " + limit);
        }
        number("mean", mean);
        nonNegativeOrInfinite("standardError", standardError);
        checkDuration("elapsed", elapsed);
        checkDuration("remaining", remaining);
    }

    private static void checkDuration(String name, Duration duration) {
        if (notNull(name, duration).isNegative()) {
            throw refusal(name, duration, "is negative");
        }
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d of at most %d trials: %.6g%s, %.1f s left",
                done,
                limit,
                mean,
                Double.isFinite(standardError) ? String.format(Locale.ROOT, " ± %.2g", standardError) : "",
                remaining.toMillis() / 1e3);
    }
}
