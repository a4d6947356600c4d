package dev.retort.theory.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Labels;
import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.distillation.Training;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FiniteSizeErrorTest {

    private static Distillation pipeline(int samples) {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 3 * samples), Signal.sourcePowerLaw(1.5));
        return Distillation.of(task).target(Training.samples(samples));
    }

    /** Two trials with the given mean deviation from the prediction and the given standard error. */
    private static Simulation departing(int samples, double departure, double error) {
        Distillation pipeline = pipeline(samples);
        double predicted = pipeline.predict().excess();
        return Simulation.of(
                pipeline,
                Trials.of(10).withSeed(1),
                IntStream.of(-1, 1)
                        .mapToObj(sign -> predicted * (1 + departure + sign * error))
                        .map(excess -> new Outcome(
                                new double[] {excess}, new double[1], new double[] {excess}, new boolean[1]))
                        .toList());
    }

    @Test
    void findsTheConstantsOfExactDeviations() {
        FiniteSizeError fit = FiniteSizeError.of(IntStream.of(80, 20, 40)
                .mapToObj(n -> departing(n, 0.7 / n - 3.0 / n / n, 1e-3 * n))
                .toList());
        assertThat(fit.coefficient()).isCloseTo(0.7, within(1e-12));
        assertThat(fit.at(1000)).isCloseTo(0.7e-3 - 3e-6, within(1e-15));
        assertThat(fit.chiSquared()).isCloseTo(0, within(1e-20));
        assertThat(fit.points()).extracting(FiniteSizeError.Point::samples).containsExactly(20.0, 40.0, 80.0);
        assertThat(fit.points().get(1).standardError()).isCloseTo(0.04, within(1e-12));
        assertThat(fit.points().get(1).departure()).isCloseTo(0.7 / 40 - 3.0 / 1600, within(1e-14));
    }

    @Test
    void twoSizesDetermineBothConstants() {
        FiniteSizeError fit = FiniteSizeError.of(List.of(departing(20, 0.1, 0.01), departing(40, 0.03, 0.02)));
        // c/20 + d/400 = 0.1 and c/40 + d/1600 = 0.03.
        assertThat(fit.coefficient()).isCloseTo(0.4, within(1e-12));
        assertThat(fit.at(20)).isCloseTo(0.1, within(1e-14));
        assertThat(fit.at(40)).isCloseTo(0.03, within(1e-14));
        // c = 80 y₂ − 20 y₁.
        assertThat(fit.coefficientError()).isCloseTo(Math.hypot(80 * 0.02, 20 * 0.01), within(1e-12));
        assertThat(fit.errorAt(40)).isCloseTo(0.02, within(1e-14));
        assertThat(fit.errorAt(20)).isCloseTo(0.01, within(1e-14));
        assertThat(fit)
                .hasToString(String.format(
                        Locale.ROOT,
                        "simulated/predicted - 1 = (0.400 ± 1.6)/n, expected %.3g/n",
                        fit.predictedCoefficient().getAsDouble()));
    }

    @Test
    void predictsItsConstantWhereTheTheoryKnowsIt() {
        FiniteSizeError fit = FiniteSizeError.of(List.of(departing(200, 0, 0.01), departing(400, 0, 0.02)));
        double[] expected = fit.points().stream()
                .mapToDouble(point -> point.expected().getAsDouble())
                .toArray();
        RiskReport prediction = pipeline(400).predict();
        assertThat(expected[1]).isEqualTo(prediction.finiteSizeCorrection().getAsDouble() / prediction.excess());
        // c/200 + d/200² and c/400 + d/400².
        assertThat(fit.predictedCoefficient().getAsDouble())
                .isCloseTo(800 * expected[1] - 200 * expected[0], within(1e-9));
        // Hard labels have no known correction.
        FiniteSizeError unknown = FiniteSizeError.of(IntStream.of(20, 40)
                .mapToObj(n -> hard(n).simulate(Trials.of(3).withSeed(n)))
                .toList());
        assertThat(unknown.predictedCoefficient()).isEmpty();
        assertThat(unknown.points().get(0).expected()).isEmpty();
        assertThat(unknown.toString()).endsWith("/n");
    }

    private static Distillation hard(int samples) {
        return Distillation.of(pipeline(samples).task())
                .target(Training.samples(samples).withLabels(Labels.hard()).withRidge(0.1));
    }

    @Test
    void itsErrorAgreesWithItsScatter() {
        SplittableRandom random = new SplittableRandom(3);
        int repetitions = 400;
        double sum = 0;
        double chiSquared = 0;
        for (int k = 0; k < repetitions; k++) {
            FiniteSizeError fit = FiniteSizeError.of(IntStream.of(10, 20, 30, 60)
                    .mapToObj(n -> departing(n, 1.0 / n + 0.01 * random.nextGaussian(), 0.01))
                    .toList());
            double z = (fit.coefficient() - 1) / fit.coefficientError();
            sum += z * z;
            chiSquared += fit.chiSquared();
        }
        // Both are sums of squares of normal numbers: of one, and of two (four points minus two constants).
        assertThat(sum / repetitions).isCloseTo(1, within(4 * Math.sqrt(2.0 / repetitions)));
        assertThat(chiSquared / repetitions).isCloseTo(2, within(4 * Math.sqrt(4.0 / repetitions)));
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose
    void rejectsInvalidArguments() {
        Simulation small = departing(20, 0, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FiniteSizeError.of(Arrays.asList(small, null)))
                .withMessage("simulations[1]: null is not allowed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FiniteSizeError.of(List.of(small, departing(40, 0, 1), small)))
                .withMessageStartingWith("simulations[2]: ")
                .withMessageEndingWith(" is there already");
        FiniteSizeError fit = FiniteSizeError.of(List.of(small, departing(40, 0, 1)));
        for (double samples : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> fit.at(samples))
                    .withMessageStartingWith("samples: " + samples);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> fit.errorAt(samples))
                    .withMessageStartingWith("samples: " + samples);
        }
    }

    @Test
    void rejectsSimulationsWithoutDeviation() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FiniteSizeError.of(List.of(departing(20, 0, 1), departing(20, 0, 1))))
                .withMessageStartingWith("simulations[1]: excess ")
                .withMessageEndingWith(" is there already");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FiniteSizeError.of(List.of(departing(20, 0, 0), departing(40, 0, 1))))
                .withMessageStartingWith("standardError: 0.0 is not greater than 0, for Distillation");
        Distillation exact = Distillation.of(RegressionTask.of(Spectrum.isotropic(1, 3), Signal.constant(1)))
                .target(Training.samples(10));
        Outcome outcome = new Outcome(new double[] {0}, new double[1], new double[] {0}, new boolean[1]);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FiniteSizeError.of(List.of(
                        departing(20, 0, 1),
                        Simulation.of(exact, Trials.of(10).withSeed(1), List.of(outcome, outcome)))))
                .withMessageStartingWith("predicted: 0.0 is not positive and finite");
    }
}
