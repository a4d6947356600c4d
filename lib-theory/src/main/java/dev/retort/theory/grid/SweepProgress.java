package dev.retort.theory.grid;

import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * The progress of a running sweep.
 *
 * @param done the number of cells that have rows
 * @param failed the number of cells that failed in this run
 * @param total the number of cells of the grid, at least {@code done + failed}
 * @param elapsed the time since this run began
 * @param remaining the time that the other cells will take if they go on at the average speed of this run; empty until ten cells of this
 *     run have finished and a second has passed, because the first cells say little about the speed
 */
public record SweepProgress(int done, int failed, int total, Duration elapsed, Optional<Duration> remaining) {

    /** The first cells also pay for class loading, and when many run at a time the first to finish says nothing about the others. */
    private static final int ENOUGH_CELLS = 10;

    private static final Duration ENOUGH_TIME = Duration.ofSeconds(1);

    /**
     * Checks the numbers.
     *
     * @param done the number of cells that have rows
     * @param failed the number of cells that failed in this run
     * @param total the number of cells of the grid
     * @param elapsed the time since this run began
     * @param remaining the time that the other cells will take, if it is known
     * @throws IllegalArgumentException if a number is negative, more cells are done and failed than there are, or something is
     *     null or a negative time
     */
    public SweepProgress {
        nonNegative("done", done);
        nonNegative("failed", failed);
        if ((long) done + failed > total) {
            throw refusal("total", total, "is not at least done + failed, " + ((long) done + failed));
        }
        requireNotNegative("elapsed", elapsed);
        notNull("remaining", remaining).ifPresent(time -> requireNotNegative("remaining", time));
    }

    private static void requireNotNegative(String name, Duration time) {
        if (notNull(name, time).isNegative()) {
            throw refusal(name, time, "is negative");
        }
    }

    /**
     * The progress of a run that began at a given moment.
     *
     * @param total the number of cells of the grid
     * @param before the number of cells that had rows when the run began
     * @param now the number of cells that got rows since
     * @param failed the number of cells that failed since
     * @param start the moment in terms of {@link System#nanoTime()}
     * @return the progress, with the remaining time estimated
     */
    public static SweepProgress of(int total, int before, int now, int failed, long start) {
        Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
        int finished = now + failed;
        Optional<Duration> remaining = Optional.empty();
        if (finished >= ENOUGH_CELLS && elapsed.compareTo(ENOUGH_TIME) >= 0) {
            double perCell = (double) elapsed.toMillis() / finished;
            remaining = Optional.of(Duration.ofMillis(Math.round(perCell * (total - before - finished))));
        }
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
                "%d of %d cells%s, %d s%s",
                done,
                total,
                failed == 0 ? "" : ", " + failed + " failed",
                elapsed.toSeconds(),
                remaining.map(left -> ", " + left.toSeconds() + " s left").orElse(""));
    }
}
