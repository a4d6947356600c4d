package dev.retort.theory.testing;

import static dev.retort.theory.testing.RetortAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.simulation.Simulation;
import dev.retort.theory.simulation.Trials;
import java.util.List;
import java.util.Locale;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class SimulationAssertTest {

    private static final RegressionTask TASK = RegressionTask.of(Spectrum.powerLaw(1.5, 60), Signal.sourcePowerLaw(1.4))
            .withNoise(0.2);
    private static final Distillation CHAIN =
            Distillation.of(TASK).surrogate(Training.samples(40)).then(Training.samples(30));
    private static final Simulation SIMULATION = CHAIN.simulate(Trials.of(150).withSeed(3));
    private static final double MEAN = SIMULATION.mean();
    private static final double ERROR = SIMULATION.standardError();

    private static String message(ThrowingCallable assertion) {
        return String.valueOf(
                catchThrowableOfType(AssertionError.class, assertion).getMessage());
    }

    private static void fails(ThrowingCallable assertion) {
        assertThatExceptionOfType(AssertionError.class).isThrownBy(assertion);
    }

    @Test
    void agreesWithWhatWasRun() {
        assertThat(SIMULATION)
                .isPreciseTo(0.05)
                .agreesWith(CHAIN)
                .agreesWith(CHAIN.predict())
                .agreesWith(MEAN);
    }

    @Test
    void standardErrorsAreConfigurable() {
        SimulationAssert exact = assertThat(SIMULATION).withFiniteSizeAllowance(0);
        exact.withinStandardErrors(2).agreesWith(MEAN + 1.99 * ERROR).agreesWith(MEAN - 1.99 * ERROR);
        fails(() -> exact.agreesWith(MEAN + 2.01 * ERROR));
        fails(() -> exact.agreesWith(MEAN - 2.01 * ERROR));
        exact.withinStandardErrors(0).agreesWith(MEAN).agreesWith(MEAN * (1 + 1e-13)); // rounding
        fails(() -> exact.withinStandardErrors(0).agreesWith(MEAN * (1 + 1e-11)));
        assertThat(SIMULATION).withFiniteSizeAllowance(0).agreesWith(MEAN + 3.99 * ERROR);
        fails(() -> assertThat(SIMULATION).withFiniteSizeAllowance(0).agreesWith(MEAN + 4.01 * ERROR));
    }

    @Test
    void theAllowanceIsOfTheSmallestNumberOfSamplesAndOfThePrediction() {
        SimulationAssert certain = assertThat(SIMULATION).withinStandardErrors(0);
        // mean = prediction (1 + 2/30)
        certain.agreesWith(MEAN / (1 + 1.99 / 30)).agreesWith(MEAN / (1 - 1.99 / 30));
        fails(() -> certain.agreesWith(MEAN / (1 + 2.01 / 30)));
        fails(() -> certain.agreesWith(MEAN / (1 - 2.01 / 30)));
        certain.withFiniteSizeAllowance(6).agreesWith(MEAN / (1 + 5.99 / 30));
        fails(() -> certain.agreesWith(MEAN / (1 + 6.01 / 30)));
        Simulation first = SIMULATION.stages().get(0);
        assertThat(first).withinStandardErrors(0).agreesWith(first.mean() / (1 + 1.99 / 40));
        fails(() -> assertThat(first).withinStandardErrors(0).agreesWith(first.mean() / (1 + 2.01 / 40)));
    }

    /** The prediction for a task that differs only in the unit of its labels, chosen to give this corrected risk. */
    private static RiskReport predicting(double corrected, int samples) {
        double ratio = corrected / prediction(1, samples).corrected().getAsDouble();
        return prediction(Math.sqrt(ratio), samples);
    }

    private static RiskReport prediction(double unit, int samples) {
        RegressionTask task = RegressionTask.of(
                        Spectrum.isotropic(1, 2 * samples), Signal.constant(unit / Math.sqrt(2.0 * samples)))
                .withNoise(0.5 * unit);
        return Distillation.of(task).target(Training.samples(samples)).predict();
    }

    @Test
    void aCorrectedPredictionIsAllowedLess() {
        SimulationAssert certain = assertThat(SIMULATION).withinStandardErrors(0);
        RiskReport trusted = predicting(MEAN / (1 + 3.99 / 900), 100);
        assertThat(trusted.isExpansionReliable()).isTrue();
        certain.agreesWith(trusted).agreesWith(predicting(MEAN / (1 - 3.99 / 900), 100));
        fails(() -> certain.agreesWith(predicting(MEAN / (1 - 4.01 / 900), 100)));
        assertThat(message(() -> certain.agreesWith(predicting(MEAN / (1 + 4.01 / 900), 100))))
                .contains(
                        String.format(
                                Locale.ROOT,
                                ", corrected for finite size from %.6g\n",
                                predicting(MEAN / (1 + 4.01 / 900), 100).excess()),
                        "for finite size 4/n² = 4/30² of the prediction");
        certain.withFiniteSizeAllowance(3).agreesWith(predicting(MEAN / (1 + 2.99 / 30), 100));

        SimulationAssert another = assertThat(SIMULATION).withinStandardErrors(0);
        RiskReport untrusted = predicting(MEAN / (1 + 1.99 / 30), 20);
        assertThat(untrusted.isExpansionReliable()).isFalse();
        another.agreesWith(untrusted);
        fails(() -> another.agreesWith(predicting(MEAN / (1 + 2.01 / 30), 20)));
    }

    @Test
    void everyStageMustAgree() {
        // The same target, but its teacher's first generation differs.
        Distillation lazier =
                Distillation.of(TASK).surrogate(Training.samples(20)).then(Training.samples(30));
        assertThat(message(() -> assertThat(SIMULATION).agreesWith(lazier)))
                .startsWith("Expecting the simulated excess risk after stage 1 of 2\n");
        Distillation sloppier = Distillation.of(TASK)
                .surrogate(Training.samples(40))
                .then(Training.samples(30).withNoise(0.5));
        assertThat(message(() -> assertThat(SIMULATION).agreesWith(sloppier)))
                .startsWith("Expecting the simulated excess risk after stage 2 of 2\n");
    }

    @Test
    void theMessageShowsBothNumbersAndTheSettings() {
        double predicted = 2 * MEAN;
        assertThat(message(
                        () -> assertThat(SIMULATION).withinStandardErrors(2.5).agreesWith(predicted)))
                .isEqualTo(String.format(
                        Locale.ROOT,
                        """
                        Expecting the simulated excess risk
                          %.6g ± %.2g
                        to agree with the predicted
                          %.6g
                        but they differ by %.3g, z = %+.2f standard errors; allowed are
                          %.3g = 2.5 standard errors, %.3g, and for finite size 2/n = 2/30 of the prediction, %.3g
                        simulated in 150 trials with seed 3 of
                          %s""",
                        MEAN,
                        ERROR,
                        predicted,
                        -MEAN,
                        -MEAN / ERROR,
                        2.5 * ERROR + 2.0 / 30 * predicted,
                        2.5 * ERROR,
                        2.0 / 30 * predicted,
                        CHAIN));
        assertThat(CHAIN.toString())
                .contains(
                        "noise 0.2",
                        "40.0 samples",
                        "30.0 samples",
                        TASK.spectrum().toString());
    }

    @Test
    void theMessageCarriesTheDescription() {
        assertThat(message(() -> assertThat(SIMULATION).as("100% sure").agreesWith(0.0)))
                .startsWith("[100% sure] Expecting the simulated excess risk");
    }

    @Test
    void nothingAgreesWithAnInfinitePrediction() {
        RiskReport threshold =
                Distillation.of(TASK).target(Training.samples(60)).predict();
        assertThat(threshold.excess()).isInfinite();
        assertThat(message(() -> assertThat(SIMULATION).agreesWith(threshold)))
                .contains(
                        "to agree with the predicted, but that is infinite, and no simulation agrees with it\nsimulated in 150 trials");
        fails(() -> assertThat(SIMULATION).agreesWith(Double.NaN));
    }

    /** Without noise and with as many samples as features the prediction is 0, and the measurement about 1e-31. */
    @Test
    void roundingAgreesWithNothing() {
        RegressionTask noiseless = RegressionTask.of(Spectrum.powerLaw(1.5, 30), Signal.sourcePowerLaw(1.4));
        Distillation exact = Distillation.of(noiseless).target(Training.samples(40));
        for (Distillation pipeline : List.of(exact, exact.then(Training.samples(20)))) {
            for (Trials trials : List.of(Trials.of(20), Trials.of(20).literal())) {
                Simulation simulation = pipeline.simulate(trials);
                assertThat(simulation).agreesWith(pipeline);
                assertThat(message(() -> assertThat(simulation.stages().get(0)).agreesWith(1e-12)))
                        .contains("to agree with");
            }
        }
    }

    @Test
    void anotherNumberOfStagesIsAnotherPipeline() {
        Distillation longer = CHAIN.then(Training.samples(20));
        assertThat(message(() -> assertThat(SIMULATION).agreesWith(longer)))
                .startsWith("Expecting a simulation of 3 stages, but it has 2\nsimulated in 150 trials")
                .endsWith("\npredicted for\n  " + longer);
    }

    @Test
    void namesThePipelineOfAReport() {
        Distillation longer = CHAIN.then(Training.samples(20));
        RiskReport report = longer.predict();
        assertThat(message(() -> assertThat(SIMULATION)
                        .withinStandardErrors(0)
                        .withFiniteSizeAllowance(0)
                        .agreesWith(report)))
                .endsWith("\npredicted for\n  " + longer + "\npredicted as\n  " + report);
        assertThat(message(() -> assertThat(SIMULATION)
                        .withinStandardErrors(0)
                        .withFiniteSizeAllowance(0)
                        .agreesWith(CHAIN.predict())))
                .contains("\npredicted for the same pipeline\npredicted as\n");
    }

    @Test
    void requiresTheGivenPrecision() {
        double relative = ERROR / MEAN;
        assertThat(SIMULATION).isPreciseTo(1.01 * relative);
        assertThat(message(() -> assertThat(SIMULATION).isPreciseTo(0.001)))
                .contains(
                        "to have a standard error of at most 0.001 of it",
                        String.format(Locale.ROOT, "but it is %.3g of it", relative),
                        "in 150 trials");
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose
    void rejectsInvalidArguments() {
        SimulationAssert about = assertThat(SIMULATION);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> about.withinStandardErrors(-1))
                .withMessage("count: -1.0 is not at least 0 and finite");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> about.withFiniteSizeAllowance(Double.NaN))
                .withMessage("c: NaN is not at least 0 and finite");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> about.isPreciseTo(-0.5))
                .withMessage("relative: -0.5 is not at least 0 and finite");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> about.agreesWith((RiskReport) null))
                .withMessage("prediction: null is not allowed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> about.agreesWith((Distillation) null))
                .withMessage("pipeline: null is not allowed");
        fails(() -> assertThat((Simulation) null).agreesWith(CHAIN));
    }
}
