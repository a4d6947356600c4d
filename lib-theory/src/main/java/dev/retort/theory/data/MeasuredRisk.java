package dev.retort.theory.data;

import dev.retort.core.SampleMean;

/**
 * The measured risk of students that were trained on some rows of a table and tested on its other rows.
 *
 * @param samples the rows n that each was trained on
 * @param ridge their ridge r, of (1/n)‖y − a − Xb‖² + r‖b‖²
 * @param testRisk the mean over students of their mean squared errors on held-out rows, with its standard error over draws
 * @param median the median over students
 */
public record MeasuredRisk(int samples, double ridge, SampleMean testRisk, double median) {}
