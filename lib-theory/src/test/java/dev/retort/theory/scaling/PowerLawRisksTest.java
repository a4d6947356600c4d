package dev.retort.theory.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.core.CompensatedSum;
import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
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

/** Equivalents, risks, gains and masks of power laws that are not listed, as ordinary tasks. */
class PowerLawRisksTest {

    /** The worst is 4e-15. */
    private static final double RELATIVE_ERROR = 2e-14;

    /** alpha, b, n, p, tau, omega, standard, optimal, masked, maskSize */
    static Stream<double[]> rows() {
        return Numbers.in("power-law-risks.tsv");
    }

    @ParameterizedTest
    @MethodSource("rows")
    void agreeWithHighPrecision(double[] row) {
        double samples = row[2];
        RegressionTask task = RegressionTask.of(
                Double.isInfinite(row[3]) ? Spectrum.powerLaw(row[0]) : Spectrum.powerLaw(row[0], 1, 0, (long) row[3]),
                Signal.sourcePowerLaw(row[1]));
        DeterministicEquivalent equivalent = DeterministicEquivalent.of(task.spectrum(), samples);
        agrees(equivalent.tau(), row[4]);
        agrees(equivalent.omega(), row[5]);
        agrees(excess(task, Surrogate.groundTruth(), samples), row[6]);
        agrees(excess(task, Surrogate.optimal(), samples), row[7]);
        agrees(excess(task, Surrogate.optimallyMasked(), samples), row[8]);

        OptimalSurrogate best = OptimalSurrogate.of(task, Training.samples(samples));
        assertThat(best.maskSize()).isEqualTo((long) row[9]);
        agrees(best.turningPoint(), 1 - row[5]);
        for (int i : new int[] {0, 10, 1000}) {
            double zeta = row[4] / (row[4] + Math.pow(i + 1.0, -row[0]));
            double theta = 1 - zeta;
            double gain = (1 - row[5]) * theta / ((1 - row[5]) * theta * theta + row[5] * zeta * zeta);
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
