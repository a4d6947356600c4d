package dev.retort.theory.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.fixtures.ReferenceTable;
import dev.retort.fixtures.ReferenceTable.Row;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Training;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The local exponents of {@link dev.retort.theory.distillation.Sensitivities} for one stage, on tasks of every kind.
 */
class LocalExponentTest {

    private static final List<Surrogate> TEACHERS =
            List.of(Surrogate.groundTruth(), Surrogate.optimal(), Surrogate.optimallyMasked());

    static Stream<Row> rows() {
        return ReferenceTable.rows(LocalExponentTest.class, "local-exponents.tsv");
    }

    @ParameterizedTest
    @MethodSource("rows")
    void agreeWithDifferencesAtHighPrecision(Row row) {
        double features = row.number("p");
        double samples = row.number("n");
        double alpha = row.number("alpha");
        Spectrum spectrum =
                Double.isInfinite(features) ? Spectrum.powerLaw(alpha) : Spectrum.powerLaw(alpha, (int) features);
        RegressionTask task = RegressionTask.of(spectrum, Signal.sourcePowerLaw(row.number("b")))
                .withNoise(row.number("sigma"));
        Training training = Training.samples(samples).withRidge(row.number("ridge"));
        List<Double> expected = row.numbersFrom("standard");
        for (int k = 0; k < 3; k++) {
            for (RegressionTask same : List.of(task, task.gathered())) {
                // Near n = p the last bit of n is amplified by p/(p − n).
                double error = 2e-14 + 1e-15 * Math.abs(expected.get(k)) / Math.abs(1 - samples / features);
                assertThat(exponent(same, TEACHERS.get(k), training)).isCloseTo(expected.get(k), within(error));
            }
        }
    }

    private static double exponent(RegressionTask task, Surrogate teacher, Training training) {
        return Distillation.of(task)
                .surrogate(teacher)
                .target(training)
                .sensitivities()
                .localExponent();
    }

    @ParameterizedTest
    @CsvSource({"1.5, 1.7", "2, 1.5", "2, 3", "3, 5", "3, 9"})
    void agreesWithTheLawFarFromBothEnds(double alpha, double b) {
        ScalingLaw law = ScalingLaw.powerLaw(alpha, b);
        for (Surrogate teacher : TEACHERS) {
            assertThat(exponent(law.task(1e6), teacher, Training.samples(1e6))).isCloseTo(law.exponent(), within(1e-4));
        }
    }

    @Test
    void fallsBelowTheLawWhereNoiseIsConstant() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(2), Signal.sourcePowerLaw(3))
                .withNoise(0.01);
        assertThat(exponent(task, Surrogate.optimal(), Training.samples(20))).isGreaterThan(1.5);
        assertThat(exponent(task, Surrogate.optimal(), Training.samples(1e5))).isCloseTo(0, within(1e-4));
    }

    @Test
    void leastSquaresHaveTheirKnownExponent() {
        // For n > p the excess is pσ²/(n − p), with or without features of zero variance.
        RegressionTask task =
                RegressionTask.of(Spectrum.of(3, 2, 1, 0), Signal.constant(1)).withNoise(0.5);
        for (Surrogate teacher : TEACHERS) {
            assertThat(exponent(task, teacher, Training.samples(12))).isCloseTo(12 / 9.0, within(1e-14));
        }
    }

    @Test
    void itIsTheSlopeBetweenNeighboursOfAnyTask() {
        RegressionTask task = RegressionTask.of(
                        Spectrum.of(5, 0.1, 2, 0, 1, 0.1, 0.3, 0.02), Signal.of(1, -2, 0.5, 3, 1, 1, -1, 4))
                .withNoise(0.2);
        for (Surrogate teacher : TEACHERS) {
            for (double ridge : new double[] {0, 0.01}) {
                double step = 1e-6;
                double[] excess = Arrays.stream(new double[] {4 * Math.exp(-step), 4 * Math.exp(step)})
                        .map(n -> Distillation.of(task)
                                .surrogate(teacher)
                                .target(Training.samples(n).withRidge(ridge))
                                .predict()
                                .excess())
                        .toArray();
                assertThat(exponent(task, teacher, Training.samples(4).withRidge(ridge)))
                        .isCloseTo(-Math.log(excess[1] / excess[0]) / (2 * step), within(1e-8));
            }
        }
    }
}
