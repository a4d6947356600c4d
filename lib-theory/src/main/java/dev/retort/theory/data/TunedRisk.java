package dev.retort.theory.data;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.nonNegativeOrInfinite;
import static dev.retort.core.internal.Arguments.notNull;

import dev.retort.core.SampleMean;
import java.util.Locale;

/**
 * A student with its best ridge.
 *
 * @param samples the rows n that it is trained on
 * @param ridge its ridge r, of (1/n)‖y − a − Xb‖² + r‖b‖²; 0 or infinite if the risk is least there
 * @param testRisk its predicted mean squared error on new rows, label noise included, with its standard error
 */
public record TunedRisk(int samples, double ridge, SampleMean testRisk) {

    /**
     * Checks the numbers.
     *
     * @param samples the rows n that it is trained on, at least 1
     * @param ridge its ridge, at least 0, perhaps infinite
     * @param testRisk its predicted mean squared error
     * @throws IllegalArgumentException if an argument is null, NaN or out of range
     */
    public TunedRisk {
        atLeastOne("samples", samples);
        nonNegativeOrInfinite("ridge", ridge);
        notNull("testRisk", testRisk);
    }

    /** {@return whether the best ridge is 0 or infinite} */
    public boolean isBoundary() {
        return ridge == 0 || ridge == Double.POSITIVE_INFINITY;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "n = %d: ridge %.4g, test risk %s", samples, ridge, testRisk);
    }
}
