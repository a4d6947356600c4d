package dev.retort.theory.simulation;

import dev.retort.theory.distillation.RiskReport;
import java.util.Locale;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;

/**
 * The excess risk measured by {@link Trials}: the average over independent trials, and how far it can be trusted. Immutable.
 */
public final class Simulation {

    private final double[] excess;
    private final double mean;
    private final double standardError;

    private Simulation(double[] excess, double mean, double standardError) {
        this.excess = excess;
        this.mean = mean;
        this.standardError = standardError;
    }

    static Simulation of(double[] excess) {
        SummaryStatistics statistics = new SummaryStatistics();
        for (double trial : excess) {
            statistics.addValue(trial);
        }
        return new Simulation(
                excess, statistics.getMean(), statistics.getStandardDeviation() / Math.sqrt(excess.length));
    }

    /**
     * The number of trials.
     *
     * @return how many, at least 2
     */
    public int trials() {
        return excess.length;
    }

    /**
     * The excess risk of each trial.
     *
     * @return a new array, in the order of the trials
     */
    public double[] excess() {
        return excess.clone();
    }

    /**
     * The measured excess risk.
     *
     * @return the mean over the trials
     */
    public double mean() {
        return mean;
    }

    /**
     * The standard error of the mean.
     *
     * @return the standard deviation of one trial, divided by the root of their number
     */
    public double standardError() {
        return standardError;
    }

    /**
     * How far the measurement is from a prediction. Chance alone keeps it within ±3 in 997 cases of 1000; the prediction is
     * that of the high-dimensional limit, from which n samples depart by a relative O(1/n), which enough trials will show.
     *
     * @param prediction the closed form
     * @return (mean − predicted excess risk) in standard errors; 0 if they are equal, ±infinity if they differ although the
     *     standard error is 0
     */
    public double zScore(RiskReport prediction) {
        return zScore(prediction.excess());
    }

    /**
     * How far the measurement is from a number.
     *
     * @param excess the excess risk to compare with
     * @return (mean − excess) in standard errors; 0 if they are equal, ±infinity if they differ although the standard error
     *     is 0
     */
    public double zScore(double excess) {
        return mean == excess ? 0 : (mean - excess) / standardError;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "excess %.6g ± %.2g from %d trials", mean, standardError, trials());
    }
}
