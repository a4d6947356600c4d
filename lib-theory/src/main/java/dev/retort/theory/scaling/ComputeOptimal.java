package dev.retort.theory.scaling;

/**
 * The best model for a training budget.
 *
 * @param parameters N
 * @param tokens D
 * @param loss the loss that a model of this size reaches with this many tokens
 */
public record ComputeOptimal(double parameters, double tokens, double loss) {}
