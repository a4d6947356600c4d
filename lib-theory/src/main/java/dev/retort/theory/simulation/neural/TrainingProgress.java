package dev.retort.theory.simulation.neural;

import java.time.Duration;
import java.util.Locale;

/**
 * The progress of a training.
 *
 * @param network the network in training: the teacher, or the student with its curriculum
 * @param seed the seed of the experiment
 * @param step the number of steps done
 * @param limit the maximum number of steps
 * @param accuracy the accuracy that was just measured
 * @param elapsed the time since this training began or was resumed
 */
public record TrainingProgress(String network, long seed, int step, int limit, double accuracy, Duration elapsed) {

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
