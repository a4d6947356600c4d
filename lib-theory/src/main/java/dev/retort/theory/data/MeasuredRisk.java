package dev.retort.theory.data;

import dev.retort.core.SampleMean;

/**
 * What students drawn from a table's own rows did on the rows that they had not seen.
 *
 * @param samples the rows n that each was trained on
 * @param ridge their ridge r, of (1/n)‖y − a − Xb‖² + r‖b‖²
 * @param testRisk the mean over students of their mean squared errors on held-out rows, with its standard error over draws
 * @param median the median over students
 */
public record MeasuredRisk(int samples, double ridge, SampleMean testRisk, double median) {}
