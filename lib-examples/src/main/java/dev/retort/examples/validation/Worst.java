package dev.retort.examples.validation;

import dev.retort.core.SampleMean;
import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.simulation.Simulation;

/** The largest of the deviations that a check finds, and their number. NaN counts as larger than any number. */
final class Worst {

    private double value;
    private int count;

    /** Compares a number with its expected value: the relative difference. */
    void compare(double actual, double expected) {
        compare(actual, expected, Math.abs(expected));
    }

    /** Compares relative to another number, for values that are small differences themselves. */
    void compare(double actual, double expected, double scale) {
        boolean equal = Double.compare(actual, expected) == 0 || actual == expected;
        add(equal ? 0 : Math.abs(actual - expected) / scale);
    }

    /** Compares a measured mean with a number: the difference in standard errors. */
    void measure(SampleMean measured, double expected) {
        add(Math.abs(measured.zScore(expected)));
    }

    /**
     * Compares a simulated pipeline with its prediction: their distance less the allowance for finite size, in standard errors. 4/n² is
     * allowed where the correction of order 1/n is known, and 3/n elsewhere.
     */
    void measure(Simulation simulation, RiskReport prediction, double samples) {
        boolean corrected =
                prediction.corrected().isPresent() && prediction.isExpansionReliable() && simulation.isGaussian();
        double allowance = corrected ? 4 / (samples * samples) : 3 / samples;
        double expected = simulation.expected(prediction);
        double beyond = Math.abs(simulation.mean() - expected) - allowance * expected;
        add(beyond <= 0 ? 0 : beyond / simulation.standardError());
    }

    /** Adds a deviation that is known already. */
    void add(double deviation) {
        count++;
        value = Double.isNaN(deviation) || Double.isNaN(value) ? Double.NaN : Math.max(value, deviation);
    }

    double value() {
        return value;
    }

    int count() {
        return count;
    }
}
