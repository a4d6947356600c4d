package dev.retort.theory.simulation.neural;

import static dev.retort.core.internal.Arguments.fromZeroToOne;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import java.time.Duration;
import java.util.Locale;

/**
 * The progress of a training.
 *
 * @param network the network in training: the teacher, or the student with its curriculum
 * @param seed the seed of the experiment
 * @param step the number of steps done, at least 0
 * @param limit the maximum number of steps, at least {@code step}
 * @param accuracy the accuracy that was just measured, from 0 to 1
 * @param elapsed the time since this training began or was resumed, not negative
 */
public record TrainingProgress(String network, long seed, int step, int limit, double accuracy, Duration elapsed) {

    /**
     * Checks the numbers.
     *
     * @param network the network in training
     * @param seed the seed of the experiment
     * @param step the number of steps done
     * @param limit the maximum number of steps
     * @param accuracy the accuracy that was just measured
     * @param elapsed the time since this training began or was resumed
     * @throws IllegalArgumentException if an argument is null, NaN or out of range
     */
    public TrainingProgress {
        notNull("network", network);
        if (nonNegative("step", step) > limit) {
            throw refusal("step", step, "is more than the limit, " + limit);
        }
        fromZeroToOne("accuracy", accuracy);
        if (notNull("elapsed", elapsed).isNegative()) {
            throw refusal("elapsed", elapsed, "is negative");
        }
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s, seed %d: step %d of at most %d, accuracy %.4f, %.1f s",
                network,
                seed,
                step,
                limit,
                accuracy,
                elapsed.toMillis() / 1e3);
    }
}
