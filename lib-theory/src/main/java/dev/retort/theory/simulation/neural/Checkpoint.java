package dev.retort.theory.simulation.neural;

/**
 * A network as it was at some step of its training.
 *
 * @param step the number of steps before
 * @param accuracy its accuracy on held-out examples
 * @param network the network
 */
public record Checkpoint(int step, double accuracy, Classifier network) {}
