package dev.retort.theory.scaling;

import static dev.retort.core.internal.Arguments.nonNegativeOrInfinite;

/**
 * The best model for a training budget.
 *
 * @param parameters N, at least 0; infinite if it overflows
 * @param tokens D, at least 0; infinite if it overflows
 * @param loss the loss that a model of this size reaches with this many tokens, at least 0
 */
public record ComputeOptimal(double parameters, double tokens, double loss) {

    /**
     * Checks the numbers.
     *
     * @param parameters N
     * @param tokens D
     * @param loss the loss
     * @throws IllegalArgumentException if a number is NaN or negative
     */
    public ComputeOptimal {
        nonNegativeOrInfinite("parameters", parameters);
        nonNegativeOrInfinite("tokens", tokens);
        nonNegativeOrInfinite("loss", loss);
    }
}
