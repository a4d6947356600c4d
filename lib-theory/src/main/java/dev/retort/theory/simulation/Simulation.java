package dev.retort.theory.simulation;

import static dev.retort.core.internal.Arguments.notNull;

import dev.retort.core.SampleMean;
import dev.retort.theory.distillation.Pipeline;
import dev.retort.theory.distillation.RiskReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The excess risk measured by {@link Trials}: the average over independent trials, and how far it can be trusted. That of a
 * chain is about its last stage; {@link #stages()} has the others. Immutable.
 */
public final class Simulation {

    private final Pipeline pipeline;
    private final long seed;

    /** What the trials were, in words. */
    private final String manner;

    private final boolean gaussian;

    /** What a limit is to be multiplied by because samples are part of a finite population. */
    private final double populationFactor;

    /** The chain without its last stage, without its last two, and so on; the shortest first. */
    private final List<Simulation> before;

    private final double[] excess;
    private final double[] literal;
    private final int orthogonal;
    private final SampleMean measured;

    private Simulation(
            Pipeline pipeline,
            long seed,
            String manner,
            boolean gaussian,
            double populationFactor,
            List<Simulation> before,
            double[] excess,
            double[] literal,
            int orthogonal) {
        this.pipeline = pipeline;
        this.seed = seed;
        this.manner = manner;
        this.gaussian = gaussian;
        this.populationFactor = populationFactor;
        this.before = before;
        this.excess = excess;
        this.literal = literal;
        this.orthogonal = orthogonal;
        this.measured = SampleMean.of(excess);
    }

    /** What came of some trials of a pipeline. */
    static Simulation of(Pipeline pipeline, Trials settings, List<Outcome> trials) {
        List<Simulation> stages = new ArrayList<>();
        int last = pipeline.trainings().size() - 1;
        for (int k = 0; k <= last; k++) {
            int stage = k;
            Pipeline beginning = k == last ? pipeline : pipeline.beginning(k + 1);
            stages.add(new Simulation(
                    beginning,
                    settings.seed(),
                    settings.manner(),
                    settings.areGaussian(),
                    settings.populationFactor(beginning),
                    List.copyOf(stages),
                    Controls.refined(
                            numbers(trials, trial -> trial.excess[stage]),
                            numbers(trials, trial -> trial.taken[stage])),
                    numbers(trials, trial -> trial.literal[stage]),
                    (int) trials.stream()
                            .filter(trial -> trial.orthogonal[stage])
                            .count()));
        }
        return stages.get(last);
    }

    private static double[] numbers(List<Outcome> trials, ToDoubleFunction<Outcome> number) {
        return trials.stream().mapToDouble(number).toArray();
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
     * All settings of this simulation, in words.
     *
     * @return the number of trials, whether they were literal or drew from a population, and the seed; on a second line the
     *     pipeline with its task
     */
    public String description() {
        return trials() + " " + manner + " with seed " + seed + " of\n  " + pipeline;
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
     * The excess risk of each trial, averaged over label noise and signs unless the trials were {@linkplain Trials#literal()
     * literal}. That of a {@linkplain Trials#controlled() controlled} trial lacks what it owes to the scale of its features, by a
     * coefficient that depends a little on the other trials, and may be negative where trials scatter by as much as the risk.
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
        return measured.mean();
    }

    /**
     * The standard error of the mean.
     *
     * @return the standard deviation of one trial, divided by the root of their number
     */
    public double standardError() {
        return measured.standardError();
    }

    /**
     * What the same trials measured with the labels that they drew, without averages: the same expectation with more
     * scatter, to check the averages by. The difference of the two means scatters about 0.
     *
     * @return the literal measurement of the same designs; equal to this one if the trials were {@linkplain Trials#literal()
     *     literal}
     */
    public Simulation literal() {
        return new Simulation(
                pipeline,
                seed,
                manner,
                gaussian,
                populationFactor,
                before.stream().map(Simulation::literal).toList(),
                literal,
                literal,
                orthogonal);
    }

    /**
     * How many literal trials one of these trials was worth: the variance of a literal excess risk over that of the averaged
     * one. Time saved is this divided by what an averaged trial costs more, two to four times.
     *
     * @return the ratio of the sample variances; 1 for literal trials, infinite if the averages do not scatter at all
     */
    public double effectiveGain() {
        double error = measured.standardError();
        double ofLiteral = SampleMean.of(literal).standardError();
        return error == ofLiteral ? 1 : ofLiteral / error * (ofLiteral / error);
    }

    /**
     * In how many trials the design of this stage was factored itself, at many times the price, because its Gram matrix was
     * too ill-conditioned or did not pass its check: {@link dev.retort.core.nd4j.FactoredRegression.Method#ORTHOGONAL}.
     *
     * @return how many, from 0 to the number of trials
     */
    public int orthogonalTrials() {
        return orthogonal;
    }

    /**
     * Whether features were Gaussian, as those are that the theory's error bars are made for.
     *
     * @return true unless the trials {@linkplain Trials#drawingFrom(Population) drew from a population}
     */
    public boolean isGaussian() {
        return gaussian;
    }

    /**
     * The mean excess risk that a prediction lets expect of such trials: that of its limit, with the correction for finite size
     * where one is known, or for the finite population that was drawn from.
     *
     * @param prediction the closed form
     * @return its {@linkplain RiskReport#corrected() corrected} excess risk, where that is known and features were {@linkplain
     *     #isGaussian() Gaussian}; of a population, its {@linkplain RiskReport#excess() excess risk} times what {@link
     *     Population#excess} says of the pipeline over the limit, where that is known; otherwise its excess risk
     */
    public double expected(RiskReport prediction) {
        double limit = notNull("prediction", prediction).excess();
        return gaussian ? prediction.corrected().orElse(limit) : populationFactor * limit;
    }

    /**
     * How far the measurement is from a prediction. Chance alone keeps it within ±3 in 997 cases of 1000. What remains of finite
     * size in {@linkplain #expected(RiskReport) what is to be expected}, which enough trials will show, is of the relative order
     * 1/n² where the correction for finite size is known, and 1/n elsewhere.
     *
     * @param prediction the closed form
     * @return (mean − expected excess risk) in standard errors; 0 if they are equal, ±infinity if they differ although the
     *     standard error is 0
     */
    public double zScore(RiskReport prediction) {
        return zScore(expected(prediction));
    }

    /**
     * How far the measurement is from a number.
     *
     * @param excess the excess risk to compare with
     * @return (mean − excess) in standard errors; 0 if they are equal, ±infinity if they differ although the standard error
     *     is 0
     */
    public double zScore(double excess) {
        return measured.zScore(excess);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Simulation that
                && seed == that.seed
                && manner.equals(that.manner)
                && gaussian == that.gaussian
                && populationFactor == that.populationFactor
                && orthogonal == that.orthogonal
                && Arrays.equals(excess, that.excess)
                && Arrays.equals(literal, that.literal)
                && before.equals(that.before)
                && pipeline.equals(that.pipeline);
    }

    @Override
    public int hashCode() {
        return Objects.hash(seed, manner, orthogonal, Arrays.hashCode(excess), Arrays.hashCode(literal));
    }

    @Override
    public String toString() {
        return "excess " + measured + " from " + trials() + " trials";
    }
}
