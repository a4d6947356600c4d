package dev.retort.theory.simulation.neural;

import static dev.retort.core.internal.Arguments.fromZeroToOne;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * The measurements of a network during its training.
 *
 * @param step the number of steps done
 * @param accuracy the share of held-out examples whose class has the largest logit, ties counting as wrong
 * @param probes the results of the probes, by name
 */
public record Measurement(int step, double accuracy, Map<String, Double> probes) {
    /**
     * Checks the numbers, and copies the map.
     *
     * @param step the number of steps done
     * @param accuracy the share of held-out examples that are classified correctly
     * @param probes the results of the probes, by name
     * @throws IllegalArgumentException if the step is negative, the accuracy is not from 0 to 1, or the map, a name or a result is null
     */
    public Measurement {
        nonNegative("step", step);
        fromZeroToOne("accuracy", accuracy);
        notNull("probes", probes).forEach((name, result) -> {
            notNull("probes' name", name);
            notNull("probes[" + name + "]", result);
        });
        probes = Collections.unmodifiableMap(new TreeMap<>(probes));
    }
}
