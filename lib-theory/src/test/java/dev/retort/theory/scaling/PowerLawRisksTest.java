package dev.retort.theory.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.internal.CompensatedSum;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.fixtures.ReferenceTable;
import dev.retort.fixtures.ReferenceTable.Row;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.OptimalSurrogate;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Training;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Equivalents, risks, gains and masks of power laws that are not listed, used as ordinary tasks. */
class PowerLawRisksTest {

    /** The largest error is 4e-15. */
    private static final double RELATIVE_ERROR = 2e-14;

    static Stream<Row> rows() {
        return ReferenceTable.rows(PowerLawRisksTest.class, "power-law-risks.tsv");
    }

    @ParameterizedTest
    @MethodSource("rows")
    void agreeWithHighPrecision(Row row) {
        double samples = row.number("n");
        double features = row.number("p");
        double alpha = row.number("alpha");
        double tau = row.number("tau");
        double omega = row.number("omega");
        RegressionTask task = RegressionTask.of(
                Double.isInfinite(features)
                        ? Spectrum.powerLaw(alpha)
                        : Spectrum.powerLaw(alpha, 1, 0, (long) features),
                Signal.sourcePowerLaw(row.number("b")));
        DeterministicEquivalent equivalent = DeterministicEquivalent.of(task.spectrum(), samples);
        agrees(equivalent.tau(), tau);
        agrees(equivalent.omega(), omega);
        agrees(excess(task, Surrogate.groundTruth(), samples), row.number("standard"));
        agrees(excess(task, Surrogate.optimal(), samples), row.number("optimal"));
        agrees(excess(task, Surrogate.optimallyMasked(), samples), row.number("masked"));

        OptimalSurrogate best = OptimalSurrogate.of(task, Training.samples(samples));
        assertThat(best.maskSize()).isEqualTo((long) row.number("maskSize"));
        agrees(best.turningPoint(), 1 - omega);
        for (int i : new int[] {0, 10, 1000}) {
            double zeta = tau / (tau + Math.pow(i + 1.0, -alpha));
            double theta = 1 - zeta;
            double gain = (1 - omega) * theta / ((1 - omega) * theta * theta + omega * zeta * zeta);
            assertThat(Math.abs(best.gain(i) - gain)).isLessThanOrEqualTo(1e-12 * gain + 1e-15 / theta);
        }
    }

    /** With the τ of the law, explicit sums over ten million features give n, Ω and the risks. */
    @ParameterizedTest
    @CsvSource({"1.01, 1.5, 1000", "1.5, 1.2, 2000000", "3, 9, 77.5"})
    void explicitSumsOverTenMillionFeaturesAgree(double alpha, double b, double samples) {
        int features = 10_000_000;
        RegressionTask task =
                RegressionTask.of(Spectrum.powerLaw(alpha, 1, 0, (long) features), Signal.sourcePowerLaw(b));
        DeterministicEquivalent equivalent = DeterministicEquivalent.of(task.spectrum(), samples);
        double tau = equivalent.tau();
        double omega = equivalent.omega();
        double[] ratio = each(features, i -> tau * Math.pow(i, alpha));
        double[] power = each(features, i -> Math.pow(i, -b));
        CompensatedSum df1 = new CompensatedSum();
        CompensatedSum df2 = new CompensatedSum();
        CompensatedSum standard = new CompensatedSum();
        CompensatedSum optimal = new CompensatedSum();
        CompensatedSum masked = new CompensatedSum();
        long kept = 0;
        for (int i = 0; i < features; i++) {
            double theta = 1 / (1 + ratio[i]);
            double zeta = ratio[i] * theta;
            df1.add(theta);
            df2.add(theta * theta);
            standard.add(power[i] * zeta * zeta / (1 - omega));
            optimal.add(power[i] * omega * zeta * zeta / ((1 - omega) * theta * theta + omega * zeta * zeta));
            masked.add(power[i] * Math.min(zeta * zeta / (1 - omega), 1));
            kept += zeta * zeta < 1 - omega ? 1 : 0;
        }
        agrees(df1.value(), samples);
        agrees(df2.value(), samples * omega);
        agrees(excess(task, Surrogate.groundTruth(), samples), standard.value());
        agrees(excess(task, Surrogate.optimal(), samples), optimal.value());
        agrees(excess(task, Surrogate.optimallyMasked(), samples), masked.value());
        assertThat(OptimalSurrogate.of(task, Training.samples(samples)).maskSize())
                .isEqualTo(kept);
    }

    private static double[] each(int features, DoubleUnaryOperator value) {
        return IntStream.rangeClosed(1, features)
                .parallel()
                .mapToDouble(value::applyAsDouble)
                .toArray();
    }

    private static double excess(RegressionTask task, Surrogate surrogate, double samples) {
        return Distillation.of(task)
                .surrogate(surrogate)
                .target(Training.samples(samples))
                .predict()
                .excess();
    }

    private static void agrees(double actual, double expected) {
        assertThat(Math.abs(actual - expected) / expected)
                .as("%s, expected %s", actual, expected)
                .isLessThanOrEqualTo(RELATIVE_ERROR);
    }
}
