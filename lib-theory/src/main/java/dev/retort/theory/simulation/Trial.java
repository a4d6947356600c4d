package dev.retort.theory.simulation;

import java.util.random.RandomGenerator;

/**
 * Something random that is done once, independently of all other times. Implementations are immutable, and so shared by all
 * threads.
 *
 * @param <T> what comes of it
 */
interface Trial<T> {

    /** Does it. */
    T run(RandomGenerator random);

    /** The numbers of an outcome that are to be known, at least one, and as many of each outcome. */
    double[] measured(T outcome);

    /** The native memory that it takes at most, in bytes. */
    long memory();
}
