package dev.retort.theory.planning;

import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.positive;

import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.RiskReport;
import org.jspecify.annotations.Nullable;

/**
 * The precision of a measurement of a pipeline's risk, before anything is run: each trial draws all data anew and has the
 * standard deviation {@link RiskReport#standardDeviation()}. Source: {@code docs/finite-size.md}. Immutable.
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 200), Signal.sourcePowerLaw(1.4)).withNoise(0.5);
 * ExperimentPlan plan = ExperimentPlan.of(Distillation.of(task).target(Training.samples(80)));
 * long trials = plan.trials(0.01); // 264: plain trials until the mean is known to one per cent
 * double error = plan.standardError(100); // 0.00968: of the mean of a hundred trials
 * double withTests = plan.standardError(100, 1000); // 0.01039: each of them measured on a thousand fresh labels
 * }</pre>
 */
public final class ExperimentPlan {

    private final Distillation pipeline;
    private final RiskReport risk;

    private ExperimentPlan(Distillation pipeline) {
        this.pipeline = pipeline;
        this.risk = pipeline.predict();
    }

    /**
     * The plan for measuring a pipeline.
     *
     * @param pipeline the pipeline to be measured
     * @return the plan
     * @throws IllegalArgumentException if its scatter is {@linkplain RiskReport#standardDeviation() not known}
     */
    public static ExperimentPlan of(Distillation pipeline) {
        Comparison.check("pipeline", notNull("pipeline", pipeline));
        return new ExperimentPlan(pipeline);
    }

    /**
     * The trials after which the mean excess risk is known to a relative precision.
     *
     * @param relativeError the standard error of the mean over the mean, greater than 0
     * @return the number of plain trials, at least 1; one trial that averages over noise or signs is worth many of them
     * @throws IllegalArgumentException if the error is not positive and finite
     */
    public long trials(double relativeError) {
        double mean = risk.corrected().orElseThrow();
        double needed = risk.standardDeviation().orElseThrow() / (positive("relativeError", relativeError) * mean);
        return mean == 0 ? 1 : Comparison.atLeastOne(needed * needed);
    }

    /**
     * The standard error of the mean excess risk over a number of trials, if the risk of each is computed from the covariance.
     *
     * @param trials how many, at least 1
     * @return a standard error
     * @throws IllegalArgumentException if there are none
     */
    public double standardError(long trials) {
        return risk.standardDeviation().orElseThrow() / Math.sqrt(positive("trials", (double) trials));
    }

    /**
     * The standard error of the mean test risk over a number of trials, if the risk of each is measured on its own test set:
     * a test set of N adds the variance 2R²/N to a measured test risk R.
     *
     * @param trials how many, at least 1
     * @param testSamples N, the fresh labels of each, at least 1
     * @return a standard error
     * @throws IllegalArgumentException if either number is less than 1
     */
    public double standardError(long trials, long testSamples) {
        double test = risk.corrected().orElseThrow() + risk.test() - risk.excess();
        double ofTests = test * Math.sqrt(2.0 / positive("testSamples", (double) testSamples));
        return Math.hypot(risk.standardDeviation().orElseThrow(), ofTests)
                / Math.sqrt(positive("trials", (double) trials));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ExperimentPlan that && pipeline.equals(that.pipeline);
    }

    @Override
    public int hashCode() {
        return pipeline.hashCode();
    }

    @Override
    public String toString() {
        return "ExperimentPlan: a trial scatters by " + risk.standardDeviation().orElseThrow() + " about "
                + risk.corrected().orElseThrow() + "; " + pipeline;
    }
}
