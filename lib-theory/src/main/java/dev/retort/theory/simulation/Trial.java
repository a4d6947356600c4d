package dev.retort.theory.simulation;

import java.util.random.RandomGenerator;

/**
 * A random experiment that is run repeatedly and independently. Implementations are immutable, so that threads can share them.
 *
 * @param <T> the type of its outcome
 */
interface Trial<T> {

    /** Runs the trial once. */
    T run(RandomGenerator random);

    /** The numbers of an outcome whose means are wanted, at least one, and equally many for each outcome. */
    double[] measured(T outcome);

    /** An upper bound on the native memory of a run, in bytes. */
    long memory();
}
