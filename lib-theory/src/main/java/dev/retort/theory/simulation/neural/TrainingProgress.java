package dev.retort.theory.simulation.neural;

import java.time.Duration;
import java.util.Locale;

/**
 * How far a training has come.
 *
 * @param network which is trained: the teacher, or the student by its curriculum
 * @param seed the seed of the experiment
 * @param step the number of steps done
 * @param limit how many there will be at most
 * @param accuracy the accuracy that was just measured
 * @param elapsed the time since this training began, or was taken up again
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
