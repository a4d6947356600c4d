package dev.retort.theory.simulation.neural;

/** Something to measure of a network while it is trained; see {@link ProgressiveDistillation#withProbe}. */
@FunctionalInterface
public interface Probe {

    /**
     * Measures.
     *
     * @param network a network as it is at some step; not to be kept
     * @return the number
     */
    double measure(Classifier network);
}
