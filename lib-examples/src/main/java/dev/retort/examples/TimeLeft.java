package dev.retort.examples;

import static dev.retort.core.internal.Arguments.refusal;

import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.ObjDoubleConsumer;

/**
 * Reports the step that a long job begins and, once a tenth of the job is done, roughly the time that is left, from the speed so far.
 */
final class TimeLeft implements ObjDoubleConsumer<String> {

    /** The first steps also load classes and native libraries, so their speed says little about the others. */
    private static final double ENOUGH = 0.1;

    /** Before this many seconds have passed, the speed is not known well enough. */
    private static final double ENOUGH_SECONDS = 1;

    private final DoubleSupplier clock;
    private final Consumer<String> lines;
    private final double start;

    private TimeLeft(DoubleSupplier clock, Consumer<String> lines) {
        this.clock = clock;
        this.lines = lines;
        this.start = clock.getAsDouble();
    }

    /**
     * For a job that begins now.
     *
     * @param lines receives one line for every step
     */
    static TimeLeft of(Consumer<String> lines) {
        return new TimeLeft(() -> System.nanoTime() / 1e9, lines);
    }

    /** With a given clock, in seconds. */
    static TimeLeft of(DoubleSupplier clock, Consumer<String> lines) {
        return new TimeLeft(clock, lines);
    }

    /**
     * Reports that a step begins.
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
        String left = done >= ENOUGH && elapsed >= ENOUGH_SECONDS
                ? ", about " + roughly((1 - done) / done * elapsed) + " left"
                : "";
        lines.accept(String.format(Locale.ROOT, "%s; %.0f s%s", step, elapsed, left));
    }

    /** Rounded up: seconds up to 100, then minutes. */
    private static String roughly(double seconds) {
        return seconds <= 100
                ? String.format(Locale.ROOT, "%.0f s", Math.ceil(seconds))
                : String.format(Locale.ROOT, "%.0f min", Math.ceil(seconds / 60));
    }
}
