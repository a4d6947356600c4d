package dev.retort.theory.simulation;

import static dev.retort.core.Arguments.notNull;

import dev.retort.theory.distillation.Pipeline;
import dev.retort.theory.distillation.RiskReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;

/**
 * The excess risk measured by {@link Trials}: the average over independent trials, and how far it can be trusted. That of a
 * chain is about its last stage; {@link #stages()} has the others. Immutable.
 */
public final class Simulation {

    private final Pipeline pipeline;
    private final long seed;

    /** The chain without its last stage, without its last two, and so on; the shortest first. */
    private final List<Simulation> before;

    private final double[] excess;
    private final double mean;
    private final double standardError;

    private Simulation(Pipeline pipeline, long seed, List<Simulation> before, double[] excess) {
        this.pipeline = pipeline;
        this.seed = seed;
        this.before = before;
        this.excess = excess;
        SummaryStatistics statistics = new SummaryStatistics();
        for (double trial : excess) {
            statistics.addValue(trial);
        }
        this.mean = statistics.getMean();
        this.standardError = statistics.getStandardDeviation() / Math.sqrt(excess.length);
    }

    /** The outcome of trials, each of which measured the excess risk after each stage. */
    static Simulation of(Pipeline pipeline, long seed, List<double[]> trials) {
        List<Simulation> before = new ArrayList<>();
        int last = pipeline.trainings().size() - 1;
        for (int k = 0; k < last; k++) {
            before.add(new Simulation(pipeline.beginning(k + 1), seed, List.copyOf(before), after(k, trials)));
        }
        return new Simulation(pipeline, seed, List.copyOf(before), after(last, trials));
    }

    private static double[] after(int stage, List<double[]> trials) {
        return trials.stream().mapToDouble(trial -> trial[stage]).toArray();
    }

    /**
     * What was run.
     *
     * @return the pipeline
     */
    public Pipeline pipeline() {
        return pipeline;
    }

    /**
     * What the randomness came from.
     *
     * @return the seed
     */
    public long seed() {
        return seed;
    }

    /**
     * The measurements after every stage, all made in the same trials, as {@link Pipeline#predictStages()} has the
     * predictions.
     *
     * @return one simulation per training, in their order, each of the pipeline that ends there; the last is this one
     */
    public List<Simulation> stages() {
        List<Simulation> stages = new ArrayList<>(before);
        stages.add(this);
        return stages;
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
        return zScore(notNull("prediction", prediction).excess());
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
