package dev.retort.theory.testing;

import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;

import dev.retort.theory.distillation.Pipeline;
import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.simulation.Simulation;
import java.util.List;
import java.util.Locale;
import org.assertj.core.annotation.CheckReturnValue;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/**
 * Assertions about a {@link Simulation}: begun by {@link RetortAssertions#assertThat(Simulation)}.
 *
 * <p>A measured excess risk agrees with a predicted one if they differ by at most
 *
 * <pre>  k · standard error + allowance · prediction.</pre>
 *
 * The first term is for chance: ±4 standard errors, the default for k, contain all but one in 16,000 measurements. The second is for
 * deviations of finite systems from the theory. A prediction is {@linkplain Simulation#expected(RiskReport) corrected} for finite size
 * where the correction is known. Where the correction can be {@linkplain RiskReport#isExpansionReliable() trusted} 4/n² is allowed, for the
 * terms of higher order; otherwise, and for samples of a population, 2/n. Here n is the smallest number of samples among the stages run so
 * far. Close to interpolation, where samples and rank nearly balance, the deviation depends on n(1 − Ω) instead of n, and {@linkplain
 * #withFiniteSizeAllowance(double) more must be allowed}.
 *
 * <p>A large standard error agrees with everything; {@link #isPreciseTo(double)} makes a test fail if the simulation is too imprecise.
 *
 * <pre>{@code
 * import static dev.retort.theory.testing.RetortAssertions.assertThat;
 * import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
 *
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 100), Signal.sourcePowerLaw(1.4)).withNoise(0.2);
 * Distillation chain = Distillation.of(task)
 *         .surrogate(Training.samples(60))
 *         .then(Training.samples(40));
 * Simulation simulation = chain.simulate(Trials.of(200).withSeed(7));
 * assertThat(simulation)
 *         .isPreciseTo(0.05)
 *         .withinStandardErrors(3)
 *         .withFiniteSizeAllowance(3)
 *         .agreesWith(chain); // passes: both stages agree
 *
 * Distillation untaught = Distillation.of(task).target(Training.samples(40));
 * assertThatExceptionOfType(AssertionError.class)
 *         .isThrownBy(() -> assertThat(simulation).agreesWith(untaught.predict())) // fails: the teacher's errors count
 *         .withMessageContaining("to agree with the predicted");
 * }</pre>
 */
public final class SimulationAssert extends AbstractAssert<SimulationAssert, Simulation> {

    /** Rounding of averages, relative to the risk; their standard error may be smaller. */
    private static final double ROUNDING = 1e-12;

    private double standardErrors = 4;

    /** The allowance times n; null for the default, which depends on the prediction. */
    private @Nullable Double allowance;

    SimulationAssert(@Nullable Simulation actual) {
        super(actual, SimulationAssert.class);
    }

    /**
     * Sets the allowance for chance.
     *
     * @param count how many standard errors are allowed, at least 0; 4 by default
     * @return this assertion
     * @throws IllegalArgumentException if the count is NaN, infinite or negative
     */
    @CheckReturnValue
    public SimulationAssert withinStandardErrors(double count) {
        standardErrors = nonNegative("count", count);
        return this;
    }

    /**
     * Sets the allowance for finite size, c/n relative to the prediction, where n is the smallest number of samples among the stages run so
     * far.
     *
     * @param c the allowance times n, at least 0; by default 4/n² is allowed where the prediction has a reliable correction for finite
     *     size, and 2/n elsewhere
     * @return this assertion
     * @throws IllegalArgumentException if it is NaN, infinite or negative
     */
    @CheckReturnValue
    public SimulationAssert withFiniteSizeAllowance(double c) {
        allowance = nonNegative("c", c);
        return this;
    }

    /**
     * Verifies that the excess risk measured after the last stage agrees with the predicted one.
     *
     * @param prediction the closed form
     * @return this assertion
     * @throws AssertionError if they differ by more than chance and finite size explain, or if one of them is not finite
     * @throws IllegalArgumentException if the prediction is null
     */
    public SimulationAssert agreesWith(RiskReport prediction) {
        notNull("prediction", prediction);
        isNotNull();
        String predictor =
                prediction.pipeline().map(known -> predictor(actual, known)).orElse("");
        verify(actual, prediction, "", predictor + "\npredicted as\n  " + prediction);
        return this;
    }

    /**
     * Verifies that the excess risk measured after the last stage agrees with a number, for example one that is exact, under
     * {@code withFiniteSizeAllowance(0)}.
     *
     * @param excess the excess risk to compare with
     * @return this assertion
     * @throws AssertionError if they differ by more than chance and finite size explain, or if one of them is not finite
     */
    public SimulationAssert agreesWith(double excess) {
        isNotNull();
        verify(actual, excess, "", finiteSize(actual, false), "", "");
        return this;
    }

    /**
     * Verifies that the excess risk measured agrees with the predicted one after every stage.
     *
     * @param pipeline the pipeline that predicts, as a rule the one that was run
     * @return this assertion
     * @throws AssertionError if a stage's risks differ by more than chance and finite size explain, if one of them is not
     *     finite, or if the pipeline has another number of stages
     * @throws IllegalArgumentException if the pipeline is null
     */
    public SimulationAssert agreesWith(Pipeline pipeline) {
        isNotNull();
        List<RiskReport> predictions = notNull("pipeline", pipeline).predictStages();
        List<Simulation> stages = actual.stages();
        if (stages.size() != predictions.size()) {
            fail(actual, predictor(actual, pipeline), """
                    Expecting a simulation of %d stages, but it has %d""", predictions.size(), stages.size());
        }
        for (int k = 0; k < stages.size(); k++) {
            String after = stages.size() == 1 ? "" : " after stage " + (k + 1) + " of " + stages.size();
            verify(stages.get(k), predictions.get(k), after, predictor(actual, pipeline));
        }
        return this;
    }

    private static String predictor(Simulation simulation, Pipeline pipeline) {
        return pipeline.equals(simulation.pipeline())
                ? "\npredicted for the same pipeline"
                : "\npredicted for\n  " + pipeline;
    }

    /**
     * Verifies that the standard error is small enough for an agreement to mean something.
     *
     * @param relative the largest standard error allowed, as a fraction of the measured excess risk
     * @return this assertion
     * @throws AssertionError if the standard error of the last stage is larger
     * @throws IllegalArgumentException if the fraction is NaN, infinite or negative
     */
    public SimulationAssert isPreciseTo(double relative) {
        isNotNull();
        nonNegative("relative", relative);
        if (!(actual.standardError() <= relative * actual.mean())) {
            fail(
                    actual,
                    "",
                    """
                    Expecting the simulated excess risk
                      %.6g ± %.2g
                    to have a standard error of at most %s of it, but it is %.3g of it""",
                    actual.mean(),
                    actual.standardError(),
                    plain(relative),
                    actual.standardError() / actual.mean());
        }
        return this;
    }

    /** The allowance for finite size, relative to the prediction, and a description of it. */
    private record Allowance(double relative, String words) {}

    private Allowance finiteSize(Simulation simulation, boolean corrected) {
        double samples = samples(simulation);
        if (allowance == null && corrected) {
            return new Allowance(4 / samples / samples, "4/n² = 4/" + plain(samples) + "²");
        }
        double c = allowance == null ? 2 : allowance;
        return new Allowance(c / samples, plain(c) + "/n = " + plain(c) + "/" + plain(samples));
    }

    private static double samples(Simulation simulation) {
        return simulation.pipeline().trainings().stream()
                .mapToDouble(Training::samples)
                .min()
                .orElseThrow();
    }

    private void verify(Simulation simulation, RiskReport prediction, String after, String predictor) {
        double expected = simulation.expected(prediction);
        String limit = expected == prediction.excess()
                ? ""
                : String.format(Locale.ROOT, ", corrected for finite size from %.6g", prediction.excess());
        boolean corrected = simulation.isGaussian() && prediction.isExpansionReliable();
        verify(simulation, expected, limit, finiteSize(simulation, corrected), after, predictor);
    }

    /**
     * @param limit the uncorrected prediction, in words, if the comparison is with a corrected one
     * @param allowed the allowance for finite size
     * @param after the stage, in words, if there are several
     * @param predictor the source of the prediction, in words
     */
    private void verify(
            Simulation simulation, double predicted, String limit, Allowance allowed, String after, String predictor) {
        double chance = standardErrors * simulation.standardError();
        double finiteSize = allowed.relative * Math.abs(predicted);
        double difference = simulation.mean() - predicted;
        // A risk is a difference of powers: where they cancel, only their rounding is left.
        double rounding =
                Math.ulp(samples(simulation)) * simulation.pipeline().task().signalPower();
        double distance = chance + finiteSize + ROUNDING * Math.abs(predicted) + rounding;
        // An infinite allowance would agree with everything.
        boolean agrees = Double.isFinite(distance) && Math.abs(difference) <= distance;
        if (!Double.isFinite(predicted)) {
            fail(
                    simulation,
                    predictor,
                    """
                    Expecting the simulated excess risk%s
                      %.6g ± %.2g
                    to agree with the predicted, but that is %s, and no simulation agrees with it""",
                    after,
                    simulation.mean(),
                    simulation.standardError(),
                    Double.isNaN(predicted) ? "not a number" : "infinite");
        } else if (!agrees) {
            fail(
                    simulation,
                    predictor,
                    """
                    Expecting the simulated excess risk%s
                      %.6g ± %.2g
                    to agree with the predicted
                      %.6g%s
                    but they differ by %.3g, z = %+.2f standard errors; allowed are
                      %.3g = %s standard errors, %.3g, and for finite size %s of the prediction, %.3g""",
                    after,
                    simulation.mean(),
                    simulation.standardError(),
                    predicted,
                    limit,
                    difference,
                    simulation.zScore(predicted),
                    chance + finiteSize,
                    plain(standardErrors),
                    chance,
                    allowed.words,
                    finiteSize);
        }
    }

    private void fail(Simulation simulation, String predictor, String format, Object... values) {
        failWithMessage(
                "%s",
                String.format(Locale.ROOT, format, values) + "\nsimulated in " + simulation.description() + predictor);
    }

    /** Whole numbers without a point. */
    private static String plain(double number) {
        return number == Math.rint(number) ? String.format(Locale.ROOT, "%.0f", number) : Double.toString(number);
    }
}
