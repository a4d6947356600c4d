package dev.retort.theory.data;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.nonNegativeOrInfinite;
import static dev.retort.core.internal.Arguments.notNull;

import dev.retort.core.SampleMean;

/**
 * The measured risk of students that were trained on some rows of a table and tested on its other rows.
 *
 * @param samples the rows n that each was trained on, at least 1
 * @param ridge their ridge r, of (1/n)‖y − a − Xb‖² + r‖b‖²; at least 0, perhaps infinite
 * @param testRisk the mean over students of their mean squared errors on held-out rows, with its standard error over draws
 * @param median the median over students
 */
public record MeasuredRisk(int samples, double ridge, SampleMean testRisk, double median) {

    /**
     * Checks the numbers.
     *
     * @param samples the rows n that each was trained on
     * @param ridge their ridge
     * @param testRisk the mean over students
     * @param median the median over students, at least 0
     * @throws IllegalArgumentException if an argument is null, NaN or out of range
     */
    public MeasuredRisk {
        atLeastOne("samples", samples);
        nonNegativeOrInfinite("ridge", ridge);
        notNull("testRisk", testRisk);
        nonNegativeOrInfinite("median", median);
    }
}
