package dev.retort.examples.validation;

import dev.retort.core.SampleMean;
import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.simulation.Simulation;

/** The largest of the deviations that a check finds, and their number. NaN counts as larger than any. */
final class Worst {

    private double value;
    private int count;

    /** A number against what it should be: the relative difference. */
    void compare(double actual, double expected) {
        compare(actual, expected, Math.abs(expected));
    }

    /** The difference relative to another number, for what is itself a small difference. */
    void compare(double actual, double expected, double scale) {
        boolean equal = Double.compare(actual, expected) == 0 || actual == expected;
        add(equal ? 0 : Math.abs(actual - expected) / scale);
    }

    /** A measured mean against a number: the difference in standard errors. */
    void measure(SampleMean measured, double expected) {
        add(Math.abs(measured.zScore(expected)));
    }

    /**
     * A simulated pipeline against its prediction: what their distance exceeds the allowance for finite size by, in standard errors.
     * 4/n² is allowed where the correction of order 1/n is known, and 3/n elsewhere.
     */
    void measure(Simulation simulation, RiskReport prediction, double samples) {
        boolean corrected =
                prediction.corrected().isPresent() && prediction.isExpansionReliable() && simulation.isGaussian();
        double allowance = corrected ? 4 / (samples * samples) : 3 / samples;
        double expected = simulation.expected(prediction);
        double beyond = Math.abs(simulation.mean() - expected) - allowance * expected;
        add(beyond <= 0 ? 0 : beyond / simulation.standardError());
    }

    /** A deviation that is known already. */
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
