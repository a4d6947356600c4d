package dev.retort.theory.simulation.neural;

/** A measurement of a network while it is trained; see {@link ProgressiveDistillation#withProbe}. */
@FunctionalInterface
public interface Probe {

    /**
     * Measures a network.
     *
     * @param network the network at some step; must not be kept
     * @return the result
     */
    double measure(Classifier network);
}
