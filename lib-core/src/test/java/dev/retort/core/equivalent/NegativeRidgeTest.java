package dev.retort.core.equivalent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.fixtures.ReferenceTable;
import dev.retort.fixtures.ReferenceTable.Row;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares negative ridges with negative-ridges.tsv, which generate-negative-ridges.py computed with 120 digits, and
 * tests their limits.
 */
class NegativeRidgeTest {

    static Stream<Row> ridges() {
        return ReferenceTable.rows(NegativeRidgeTest.class, "negative-ridges.tsv");
    }

    private static Spectrum spectrum(Row row) {
        String[] words = row.text("spectrum").split(" ", -1);
        double[] numbers = Arrays.stream(words, 1, words.length)
                .mapToDouble(Double::parseDouble)
                .toArray();
        return switch (words[0]) {
            case "powerLaw" -> Spectrum.powerLaw(numbers[0], (int) numbers[1]);
            case "exponential" -> Spectrum.exponential(numbers[0], (int) numbers[1]);
            default -> Spectrum.of(numbers);
        };
    }

    /**
     * The tolerance is 1e-13, divided by the root of the distance from the least ridge for τ and by that distance for 1
     * − Ω. This is the effect of an ulp of the ridge, because 1 − Ω vanishes like the root of the distance.
     */
    @ParameterizedTest
    @MethodSource("ridges")
    void agreesWithHighPrecision(Row row) {
        double samples = row.number("samples");
        double ridge = row.number("ridge");
        double least = row.number("least ridge");
        assertThat(DeterministicEquivalent.leastRidge(spectrum(row), samples))
                .isCloseTo(least, within(1e-13 * Math.abs(least)));

        DeterministicEquivalent equivalent = DeterministicEquivalent.of(spectrum(row), samples, ridge);
        double distance = 1 - ridge / least;
        double tau = row.number("tau");
        double error = Math.abs(equivalent.tau() - tau) / Math.abs(tau);
        assertThat(error).isLessThanOrEqualTo(1e-13 / Math.sqrt(distance));
        assertThat(error).isLessThanOrEqualTo(equivalent.relativeErrorBound());
        double left = row.number("oneMinusOmega");
        assertThat(equivalent.oneMinusOmega()).isCloseTo(left, within(1e-13 / distance * left));
        double omega = row.number("omega");
        assertThat(equivalent.omega()).isCloseTo(omega, within(1e-13 / Math.sqrt(distance) * omega));
        assertThat(equivalent.ridge()).isEqualTo(ridge);
        // The definition of n.
        assertThat(equivalent.df1() + samples * ridge / equivalent.tau()).isCloseTo(samples, withinPercentage(1e-9));
    }

    @ParameterizedTest
    @MethodSource("ridges")
    void refusesRidgesBelowTheLeastWithBothNumbers(Row row) {
        double samples = row.number("samples");
        double least = row.number("least ridge");
        for (double factor : new double[] {1 + 1e-9, 1.5, 1e6}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> DeterministicEquivalent.of(spectrum(row), samples, factor * least))
                    .withMessageStartingWith("ridge: " + factor * least + " is not above "
                            + DeterministicEquivalent.leastRidge(spectrum(row), samples)
                            + ", at which Ω = 1");
        }
    }

    /**
     * For equal eigenvalues λ the least ridge is −λ(1 − √(p/n))², the edge of the Marčenko–Pastur law, above and below
     * the rank.
     */
    @Test
    void theLeastRidgeOfEqualEigenvaluesIsTheEdgeOfMarcenkoAndPastur() {
        for (int samples : new int[] {5, 20, 39, 41, 500}) {
            double edge = 1 - Math.sqrt(40.0 / samples);
            assertThat(DeterministicEquivalent.leastRidge(Spectrum.isotropic(0.7, 40), samples))
                    .isCloseTo(-0.7 * edge * edge, withinPercentage(1e-11));
        }
        assertThat(DeterministicEquivalent.leastRidge(Spectrum.isotropic(0.7, 40), 40))
                .isZero();
    }

    @Test
    void tendsToNoRidge() {
        for (double samples : new double[] {30, 80}) {
            DeterministicEquivalent without = DeterministicEquivalent.of(Spectrum.powerLaw(1.3, 50), samples);
            DeterministicEquivalent hardly = without.at(samples, -1e-15);
            assertThat(hardly.tau()).isCloseTo(without.tau(), within(1e-14));
            assertThat(hardly.omega()).isCloseTo(without.omega(), within(1e-11));
        }
    }

    @Test
    void infiniteSpectraHaveNegativeRidgesToo() {
        double least = DeterministicEquivalent.leastRidge(Spectrum.powerLaw(2.0), 50);
        Spectrum list = Spectrum.powerLaw(2.0, 1_000_000);
        assertThat(DeterministicEquivalent.leastRidge(list, 50)).isCloseTo(least, withinPercentage(0.01));
        DeterministicEquivalent endless = DeterministicEquivalent.of(Spectrum.powerLaw(2.0), 50, least / 2);
        DeterministicEquivalent cut = DeterministicEquivalent.of(list, 50, least / 2);
        assertThat(cut.tau()).isCloseTo(endless.tau(), withinPercentage(0.01));
    }

    /**
     * Above the rank 1/(λ+τ) has its pole next to the smallest eigenvalue, where nodes for many eigenvalues are not
     * accurate.
     */
    @Test
    void gatheredSpectraHaveThemBelowTheRankOnly() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 500), Signal.sourcePowerLaw(1.4));
        Spectrum gathered = task.gathered().spectrum();
        assertThat(DeterministicEquivalent.of(gathered, 100, -1e-4).tau())
                .isCloseTo(
                        DeterministicEquivalent.of(task.spectrum(), 100, -1e-4).tau(), withinPercentage(1e-11));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DeterministicEquivalent.of(gathered, 600, -1e-7))
                .withMessageContaining("list them");
    }

    /**
     * Derivatives of τ with respect to n, ridge and an eigenvalue, compared with central differences of relative step
     * 1e-6.
     */
    @Test
    void derivativesAgreeWithDifferences() {
        for (double samples : new double[] {6, 15}) {
            double[] values = {3, 2, 1.5, 1, 0.8, 0.7, 0.6, 0.5, 0.5};
            DeterministicEquivalent at = DeterministicEquivalent.of(Spectrum.of(values), samples, -0.02);
            double step = 1e-6;
            assertThat(at.dTauDSamples())
                    .isCloseTo(
                            (at.at(samples + step, -0.02).tau()
                                            - at.at(samples - step, -0.02).tau())
                                    / (2 * step),
                            withinPercentage(1e-6));
            assertThat(at.dTauDRidge())
                    .isCloseTo(
                            (at.at(samples, -0.02 + step).tau()
                                            - at.at(samples, -0.02 - step).tau())
                                    / (2 * step),
                            withinPercentage(1e-6));
            double[] more = values.clone();
            double[] less = values.clone();
            more[3] += step;
            less[3] -= step;
            assertThat(at.dTauDEigenvalue(3))
                    .isCloseTo(
                            (DeterministicEquivalent.of(Spectrum.of(more), samples, -0.02)
                                                    .tau()
                                            - DeterministicEquivalent.of(Spectrum.of(less), samples, -0.02)
                                                    .tau())
                                    / (2 * step),
                            withinPercentage(1e-5));
        }
    }
}
