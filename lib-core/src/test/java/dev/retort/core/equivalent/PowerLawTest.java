package dev.retort.core.equivalent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.core.spectrum.TaskNodes;
import dev.retort.fixtures.ReferenceTable;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Power laws that are not listed: infinite, or with more features than a list could hold. */
class PowerLawTest {

    private static final double TAU = 1e-14;
    private static final double RISK = 1e-13;

    record Row(
            double alpha,
            double scale,
            double shift,
            double b,
            double samples,
            double tau,
            double omega,
            double standard,
            double optimal) {}

    static Stream<Row> rows() {
        return ReferenceTable.rows(PowerLawTest.class, "power-laws.tsv")
                .map(row -> new Row(
                        row.number("alpha"),
                        row.number("scale"),
                        row.number("shift"),
                        row.number("b"),
                        row.number("n"),
                        row.number("tau"),
                        row.number("omega"),
                        row.number("standard"),
                        row.number("optimal")));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void agreesWithHighPrecision(Row row) {
        agrees(row, Spectrum.powerLaw(row.alpha, row.scale, row.shift));
    }

    /**
     * The cases "infinite" of the project's reference for distillation, from an independent program (mpmath), except
     * for the risks of the third: there the reference omits the contribution of features beyond 1e52 (5e-11 of the
     * risk), and the values are those of generate-power-laws.py.
     */
    @ParameterizedTest
    @CsvSource({
        "2.0, 1, 0, 1.5, 200, 0.0000613777551202378009, 0.49875, 0.294201242639525068, 0.181543847905992879",
        "1.5, 1, 0, 2.0, 50, 0.0104799295441623751, 0.326675618511104743, 0.0573215731616240204, 0.0454979649273705932",
        "3.0, 1, 0, 1.2, 1000, 1.7653982019278637e-9, 0.666499999999980384, 3.6774504074577267257, 1.3373457827694907304"
    })
    void agreesWithTheReference(
            double alpha,
            double scale,
            double shift,
            double b,
            double samples,
            double tau,
            double omega,
            double standard,
            double optimal) {
        agrees(
                new Row(alpha, scale, shift, b, samples, tau, omega, standard, optimal),
                Spectrum.powerLaw(alpha, scale, shift));
    }

    private static void agrees(Row row, Spectrum spectrum) {
        DeterministicEquivalent equivalent = DeterministicEquivalent.of(spectrum, row.samples);
        TaskNodes nodes =
                RegressionTask.of(spectrum, Signal.sourcePowerLaw(row.b)).nodes();
        assertThat(error(equivalent.tau(), row.tau))
                .isLessThanOrEqualTo(TAU)
                .isLessThanOrEqualTo(equivalent.relativeErrorBound());
        assertThat(error(equivalent.omega(), row.omega)).isLessThanOrEqualTo(TAU);
        assertThat(error(standard(nodes, equivalent), row.standard)).isLessThanOrEqualTo(RISK);
        assertThat(error(optimal(nodes, equivalent), row.optimal)).isLessThanOrEqualTo(RISK);
    }

    private static double standard(TaskNodes nodes, DeterministicEquivalent equivalent) {
        double sum = 0;
        for (int k = 0; k < nodes.size(); k++) {
            double zeta = equivalent.tau() / (nodes.eigenvalue(k) + equivalent.tau());
            sum += nodes.power(k) * nodes.truth(k) * nodes.truth(k) * zeta * zeta;
        }
        return sum / equivalent.oneMinusOmega();
    }

    private static double optimal(TaskNodes nodes, DeterministicEquivalent equivalent) {
        double sum = 0;
        for (int k = 0; k < nodes.size(); k++) {
            double ratio = nodes.eigenvalue(k) / equivalent.tau();
            double learnt = equivalent.oneMinusOmega() * ratio * ratio;
            sum += nodes.power(k)
                    * nodes.truth(k)
                    * nodes.truth(k)
                    * (equivalent.omega() / (learnt + equivalent.omega()));
        }
        return sum;
    }

    /** Σ 1/(1 + τi²) = (π/2)/√τ · coth(π/√τ) − 1/2; coth is one to a double at the τ of 13 samples. */
    @ParameterizedTest
    @ValueSource(doubles = {0.5, 1, 2, 3.7, 10, 100.25, 1e3, 1e4, 1e5, 1e6, 1e7, 1e9, 1e10})
    void theInverseSquareHasAClosedForm(double samples) {
        double root = Math.PI / (2 * samples + 1);
        for (int step = 0; step < 100; step++) {
            root = Math.PI / (2 * samples + 1) / Math.tanh(Math.PI / root);
        }
        assertThat(error(
                        DeterministicEquivalent.of(Spectrum.powerLaw(2), samples)
                                .tau(),
                        root * root))
                .isLessThanOrEqualTo(5e-15);
    }

    @ParameterizedTest
    @CsvSource({
        "0.1, 1, 0",
        "0.5, 1, 0",
        "1, 1, 0",
        "1.05, 1, 0",
        "1.5, 2, -0.9",
        "2, 1e-5, 1e5",
        "3, 1, 0",
        "4, 1, 10",
        "8, 1, 0"
    })
    void agreesWithALongList(double alpha, double scale, double shift) {
        int dimension = 1_000_000;
        double[] list = new double[dimension];
        Arrays.setAll(list, i -> scale * Math.pow(i + 1.0 + shift, -alpha));
        Spectrum listed = Spectrum.of(list);
        Spectrum law = Spectrum.powerLaw(alpha, scale, shift, dimension);
        assertThat(law.isListed()).isFalse();
        assertThat(law.dimension()).isEqualTo(dimension);
        assertThat(law.rank()).isEqualTo(dimension);
        assertThat(law.measure().rank()).isEqualTo(dimension);
        assertThat(law.eigenvalues()).isEqualTo(list);
        assertThat(error(law.measure().trace(), listed.measure().trace())).isLessThanOrEqualTo(TAU);
        RegressionTask listedTask = RegressionTask.of(listed, Signal.sourcePowerLaw(1.2));
        RegressionTask task = RegressionTask.of(law, Signal.sourcePowerLaw(1.2));
        assertThat(error(task.signalPower(), listedTask.signalPower())).isLessThanOrEqualTo(TAU);
        TaskNodes all = listedTask.gathered().nodes();
        TaskNodes nodes = task.nodes();
        for (double samples : new double[] {1, 17.5, 509, 512, 1000, 1e4, 1e5, 9e5, 999_999}) {
            for (double ridge : new double[] {0, 1e-4 * law.eigenvalue(100)}) {
                DeterministicEquivalent expected = DeterministicEquivalent.of(listed, samples, ridge);
                DeterministicEquivalent actual = DeterministicEquivalent.of(law, samples, ridge);
                double nearRank = 1 + 0.1 * dimension / (dimension - samples);
                assertThat(error(actual.tau(), expected.tau()))
                        .as("n = %s, ridge %s", samples, ridge)
                        .isLessThanOrEqualTo(TAU * nearRank);
                assertThat(error(actual.oneMinusOmega(), expected.oneMinusOmega()))
                        .isLessThanOrEqualTo(TAU * nearRank);
                assertThat(error(standard(nodes, actual), standard(all, expected)))
                        .isLessThanOrEqualTo(RISK * nearRank);
                assertThat(error(optimal(nodes, actual), optimal(all, expected)))
                        .isLessThanOrEqualTo(RISK * nearRank);
            }
        }
        assertThat(DeterministicEquivalent.of(law, dimension).tau()).isZero();
        assertThat(error(DeterministicEquivalent.of(law, 2e6).omega(), 0.5)).isLessThanOrEqualTo(TAU);
    }

    @Test
    void aVeryLongLawIsAlmostInfinite() {
        DeterministicEquivalent endless = DeterministicEquivalent.of(Spectrum.powerLaw(3), 1000);
        Spectrum law = Spectrum.powerLaw(3, 1, 0, 1_000_000_000_000_000L);
        assertThat(error(DeterministicEquivalent.of(law, 1000).tau(), endless.tau()))
                .isLessThanOrEqualTo(3e-15);
        assertThat(law.measure().rank()).isEqualTo(1e15);
        // n = C τ^(-1/α) − 1/2 leaves a fraction of 1/2 of p: compare with the integral, whose error is of order 1/p.
        double tau = DeterministicEquivalent.of(Spectrum.powerLaw(2, 1, 0, 1_000_000_000_000_000L), 5e14)
                .tau();
        double u = Math.sqrt(tau) * 1e15;
        assertThat(error(Math.atan(u) / u, 0.5)).isLessThanOrEqualTo(1e-13);
    }

    @Test
    void rejectsMoreSamplesThanItResolves() {
        assertThat(DeterministicEquivalent.of(Spectrum.powerLaw(1.5), 1e10).tau())
                .isPositive();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DeterministicEquivalent.of(Spectrum.powerLaw(1.5), 1.1e10))
                .withMessage(
                        "samples: 1.1E10 is above 1.0E10, the most for an infinite power law; give the law a number of"
                                + " features, as powerLaw(alpha, 10_000) does");
    }

    private static double error(double actual, double expected) {
        return Math.abs(actual - expected) / Math.abs(expected);
    }
}
