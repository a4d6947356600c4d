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
 * The excess risk measured by {@link Trials}: the average over independent trials, with its standard error. For a chain it is the risk
 * after the last stage; {@link #stages()} has the others. Immutable.
 */
public final class Simulation {

    private final Pipeline pipeline;
    private final long seed;

    /** The kind of trials, in words. */
    private final String manner;

    private final boolean gaussian;

    /** The factor on predictions for samples that are part of a finite population. */
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

    /** The simulation of a pipeline from the outcomes of its trials. */
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
     * The pipeline that was run.
     *
     * @return the pipeline
     */
    public Pipeline pipeline() {
        return pipeline;
    }

    /**
     * The seed of the randomness.
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
     * The measurements after every stage, all from the same trials, corresponding to the predictions of {@link Pipeline#predictStages()}.
     *
     * @return one simulation per training, in their order, each of the pipeline that ends there; the last is this one
     */
    public List<Simulation> stages() {
        List<Simulation> stages = new ArrayList<>(before);
        stages.add(this);
        return List.copyOf(stages);
    }

    /**
     * The number of trials.
     *
     * @return the number, at least 2
     */
    public int trials() {
        return excess.length;
    }

    /**
     * The excess risk of each trial, averaged over label noise and signs unless the trials were {@linkplain Trials#literal() literal}. For
     * a {@linkplain Trials#controlled() controlled} trial the part explained by the scale of its features is subtracted, with a coefficient
     * that depends slightly on the other trials; the result may be negative where trials scatter by as much as the risk.
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
     * The measurements of the same trials with the labels that they drew, without averages: the same expectation with more scatter, as a
     * check on the averages. The difference of the two means scatters about 0.
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
     * one. The time saved is this ratio divided by the extra cost of an averaged trial, a factor of two to four.
     *
     * @return the ratio of the sample variances; 1 for literal trials, infinite if the averages do not scatter at all
     */
    public double effectiveGain() {
        double error = measured.standardError();
        double ofLiteral = SampleMean.of(literal).standardError();
        return error == ofLiteral ? 1 : ofLiteral / error * (ofLiteral / error);
    }

    /**
     * The number of trials in which the design of this stage itself was factored, at many times the cost, because its Gram matrix was too
     * ill-conditioned or did not pass its check: {@link dev.retort.core.nd4j.FactoredRegression.Method#ORTHOGONAL}.
     *
     * @return the number, from 0 to the number of trials
     */
    public int orthogonalTrials() {
        return orthogonal;
    }

    /**
     * Whether features were Gaussian, as the theory's error bars assume.
     *
     * @return true unless the trials {@linkplain Trials#drawingFrom(Population) drew from a population}
     */
    public boolean isGaussian() {
        return gaussian;
    }

    /**
     * The mean excess risk to expect of such trials from a prediction: the predicted limit, corrected for finite size where the correction
     * is known, or for the finite population that was drawn from.
     *
     * @param prediction the closed form
     * @return its {@linkplain RiskReport#corrected() corrected} excess risk, if that is known and features were {@linkplain #isGaussian()
     *     Gaussian}; for a population, its {@linkplain RiskReport#excess() excess risk} times the ratio of {@link Population#excess} to the
     *     limit for the pipeline, if that is known; otherwise its excess risk
     */
    public double expected(RiskReport prediction) {
        double limit = notNull("prediction", prediction).excess();
        return gaussian ? prediction.corrected().orElse(limit) : populationFactor * limit;
    }

    /**
     * The deviation of the measurement from a prediction. By chance alone it is within ±3 in 997 cases of 1000. With enough trials it also
     * shows the finite-size error left in the {@linkplain #expected(RiskReport) expected risk}, which is of relative order 1/n² where the
     * correction for finite size is known, and 1/n elsewhere.
     *
     * @param prediction the closed form
     * @return (mean − expected excess risk) in standard errors; 0 if they are equal, ±infinity if they differ although the
     *     standard error is 0
     */
    public double zScore(RiskReport prediction) {
        return zScore(expected(prediction));
    }

    /**
     * The deviation of the measurement from a number.
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
