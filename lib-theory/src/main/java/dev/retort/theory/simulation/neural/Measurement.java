package dev.retort.theory.simulation.neural;

import static dev.retort.core.internal.Arguments.notNull;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was measured of a network during its training.
 *
 * @param step the number of steps before
 * @param accuracy the share of held-out examples whose class has the largest logit, ties counting as wrong
 * @param probes what the probes said, by name
 */
public record Measurement(int step, double accuracy, Map<String, Double> probes) {

    /**
     * Copies the map.
     *
     * @param step the number of steps before
     * @param accuracy the share of held-out examples that are told right
     * @param probes what the probes said, by name
     */
    public Measurement {
        probes = Collections.unmodifiableMap(new TreeMap<>(notNull("probes", probes)));
    }
}
