package dev.retort.theory.simulation;

import java.time.Duration;
import java.util.Locale;

/**
 * How far a run of {@link Trials} has come.
 *
 * @param done how many trials are done, at least 1
 * @param limit how many there will be at most
 * @param mean the mean so far of what was measured last: the excess risk of the last stage, or at the last point of a curve
 * @param standardError its standard error; infinite after one trial
 * @param elapsed the time since the run began
 * @param remaining the time that it will still take, if trials go on taking as long as they did and, where a precision was
 *     asked for, scatter as they did
 */
public record Progress(int done, int limit, double mean, double standardError, Duration elapsed, Duration remaining) {

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d of at most %d trials: %.6g ± %.2g, %.1f s left",
                done,
                limit,
                mean,
                standardError,
                remaining.toMillis() / 1e3);
    }
}
