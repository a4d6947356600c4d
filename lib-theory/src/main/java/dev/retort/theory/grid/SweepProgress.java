package dev.retort.theory.grid;

import java.time.Duration;
import java.util.Locale;

/**
 * Where a running sweep stands.
 *
 * @param done how many cells have their row
 * @param failed how many failed
 * @param total how many cells there are
 * @param elapsed the time since this run began
 * @param remaining how long the rest will take, if its cells take as long on average as those of this run did
 */
public record SweepProgress(int done, int failed, int total, Duration elapsed, Duration remaining) {

    /**
     * The progress of a run.
     *
     * @param total how many cells there are
     * @param before how many of them had their row when the run began
     * @param now how many got it since
     * @param failed how many failed since
     * @param start when the run began, in terms of {@link System#nanoTime()}
     * @return the progress, with the time that is left estimated
     */
    public static SweepProgress of(int total, int before, int now, int failed, long start) {
        Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
        double share = (total - before - now - failed) / Math.max(1.0, now + failed);
        Duration remaining = Duration.ofMillis(Math.round(elapsed.toMillis() * share));
        return new SweepProgress(before + now, failed, total, elapsed, remaining);
    }

    /**
     * One line for a terminal.
     *
     * @return for example {@code 120 of 400 cells, 2 failed, 35 s, 82 s left}
     */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d of %d cells%s, %d s, %d s left",
                done,
                total,
                failed == 0 ? "" : ", " + failed + " failed",
                elapsed.toSeconds(),
                remaining.toSeconds());
    }
}
