package dev.retort.theory.simulation.neural;

import static dev.retort.core.internal.Arguments.fromZeroToOne;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;

/**
 * A network at some step of its training.
 *
 * @param step the number of steps done, at least 0
 * @param accuracy its accuracy on held-out examples, from 0 to 1
 * @param network the network
 */
public record Checkpoint(int step, double accuracy, Classifier network) {

    /**
     * Checks the numbers.
     *
     * @param step the number of steps done
     * @param accuracy its accuracy on held-out examples
     * @param network the network
     * @throws IllegalArgumentException if a number is out of range, or the network is null
     */
    public Checkpoint {
        nonNegative("step", step);
        fromZeroToOne("accuracy", accuracy);
        notNull("network", network);
    }
}
