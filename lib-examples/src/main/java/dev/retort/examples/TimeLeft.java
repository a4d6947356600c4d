package dev.retort.examples;

import static dev.retort.core.internal.Arguments.refusal;

import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.ObjDoubleConsumer;

/**
 * Reports the step that a long job begins and the time that is left, estimated from the speed so far. The time that the job usually takes
 * counts as if it had been measured on a first twentieth of the job.
 */
final class TimeLeft implements ObjDoubleConsumer<String> {

    private static final double FIRST = 0.05;

    /** Before this many seconds have passed, the speed is not known well enough, unless the usual time is given. */
    private static final double ENOUGH_SECONDS = 1;

    private final double usual;
    private final DoubleSupplier clock;
    private final Consumer<String> lines;
    private final double start;

    private TimeLeft(double usual, DoubleSupplier clock, Consumer<String> lines) {
        this.usual = usual;
        this.clock = clock;
        this.lines = lines;
        this.start = clock.getAsDouble();
    }

    /**
     * For a job that begins now.
     *
     * @param usual how many seconds it usually takes; 0 if that is not known
     * @param lines receives one line for every step
     */
    static TimeLeft of(double usual, Consumer<String> lines) {
        return new TimeLeft(usual, () -> System.nanoTime() / 1e9, lines);
    }

    /** With a given clock, in seconds. */
    static TimeLeft of(double usual, DoubleSupplier clock, Consumer<String> lines) {
        return new TimeLeft(usual, clock, lines);
    }

    /** Reports that a step begins.
     *
     * @param step what it does
     * @param done which share of the whole job is done before it, from 0 to 1
     */
    @Override
    public void accept(String step, double done) {
        if (!(done >= 0 && done <= 1)) {
            throw refusal("done", done, "is not from 0 to 1");
        }
        double elapsed = clock.getAsDouble() - start;
        double first = usual > 0 ? FIRST : 0;
        boolean known = usual > 0 || (done > 0 && elapsed >= ENOUGH_SECONDS);
        lines.accept(
                known
                        ? String.format(
                                Locale.ROOT,
                                "%s; %.0f s, about %.0f s left",
                                step,
                                elapsed,
                                (1 - done) * (elapsed + first * usual) / (done + first))
                        : String.format(Locale.ROOT, "%s; %.0f s", step, elapsed));
    }
}
