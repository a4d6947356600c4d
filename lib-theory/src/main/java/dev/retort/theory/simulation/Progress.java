package dev.retort.theory.simulation;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import java.time.Duration;
import java.util.Locale;

/**
 * How far a run of {@link Trials} has come.
 *
 * @param done how many trials are done, at least 1
 * @param limit how many there will be at most
 * @param mean the mean so far of what was measured last: the excess risk of the last stage, or at the last point of a curve
 * @param standardError its standard error; infinite after one trial
 * @param elapsed the time since the run began, not negative
 * @param remaining the time that it will still take, if trials go on taking as long as they did and, where a precision was
 *     asked for, scatter as they did; not negative
 */
public record Progress(int done, int limit, double mean, double standardError, Duration elapsed, Duration remaining) {

    /**
     * The progress of a run.
     *
     * @param done how many trials are done
     * @param limit how many there will be at most
     * @param mean the mean so far
     * @param standardError its standard error
     * @param elapsed the time since the run began
     * @param remaining the time that it will still take
     * @throws IllegalArgumentException if no trial is done or more than the limit, or if a duration is null or negative
     */
    public Progress {
        if (atLeastOne("done", done) > limit) {
            throw refusal("done", done, "is more than the limit, " + limit);
        }
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
