package dev.retort.theory.simulation;

import java.util.random.RandomGenerator;

/** One run of a pipeline, independent of all others. Implementations are immutable, and so shared by all threads. */
@FunctionalInterface
interface Trial {

    /** Draws designs, trains, and measures. */
    Outcome run(RandomGenerator random);

    /** The excess risk after each training. */
    final class Outcome {

        /** Averaged over whatever the trial averages over. */
        final double[] excess;

        /** Of the same designs, with labels as they fell; the same numbers if nothing is averaged over. */
        final double[] literal;

        Outcome(double[] excess, double[] literal) {
            this.excess = excess;
            this.literal = literal;
        }
    }
}
