package dev.retort.core.spectrum;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpectrumTest {

    @Test
    void keepsTheOrderOfTheFeatures() {
        Spectrum spectrum = Spectrum.of(0.5, 3, 0, 3);
        assertThat(spectrum.eigenvalues()).containsExactly(0.5, 3, 0, 3);
        assertThat(spectrum.dimension()).isEqualTo(4);
        assertThat(spectrum.rank()).isEqualTo(3);
    }

    @Test
    void measuresDistinctPositiveValuesInDescendingOrder() {
        SpectralMeasure measure = Spectrum.of(0.5, 3, 0, 3).measure();
        assertThat(measure.size()).isEqualTo(2);
        assertThat(measure.value(0)).isEqualTo(3);
        assertThat(measure.weight(0)).isEqualTo(2);
        assertThat(measure.value(1)).isEqualTo(0.5);
        assertThat(measure.weightBefore(1)).isEqualTo(2);
        assertThat(measure.rank()).isEqualTo(3);
        assertThat(measure.trace()).isEqualTo(6.5);
        assertThat(measure.cellAt(1.999)).isZero();
        assertThat(measure.cellAt(2)).isEqualTo(1);
    }

    @Test
    void cellsBelowAValueAreFound() {
        SpectralMeasure measure = Spectrum.of(4, 2, 2, 1).measure();
        assertThat(measure.cellBelow(5)).isZero();
        assertThat(measure.cellBelow(4)).isEqualTo(1);
        assertThat(measure.cellBelow(1.5)).isEqualTo(2);
        assertThat(measure.cellBelow(1)).isEqualTo(measure.cells());
        SpectralMeasure compressed = Spectrum.powerLaw(1.5, 10_000).measure().compressed();
        for (int cell = 0; cell < compressed.cells(); cell++) {
            int last = compressed.cellStart(cell + 1) - 1;
            assertThat(compressed.cellBelow(compressed.value(last))).isEqualTo(cell + 1);
            assertThat(compressed.cellBelow(Math.nextUp(compressed.value(compressed.cellStart(cell)))))
                    .isEqualTo(cell);
        }
    }

    @Test
    void buildsTheNamedFamilies() {
        assertThat(Spectrum.powerLaw(2, 4).eigenvalues()).containsExactly(1, 0.25, 1.0 / 9, 1.0 / 16);
        assertThat(Spectrum.exponential(2, 3).eigenvalues()).containsExactly(1, Math.exp(-2), Math.exp(-4));
        assertThat(Spectrum.isotropic(0.5, 3).eigenvalues()).containsExactly(0.5, 0.5, 0.5);
        assertThat(Spectrum.spiked(9, 2, 4).eigenvalues()).containsExactly(9, 9, 1, 1);
        assertThat(Spectrum.withMultiplicities(new double[] {2, 0, 1}, new int[] {2, 1, 1})
                        .eigenvalues())
                .containsExactly(2, 2, 0, 1);
    }

    @Test
    void treatsRoundedZerosAsZero() {
        assertThat(Spectrum.of(1, -1e-15).eigenvalues()).containsExactly(1, 0);
    }

    @Test
    void isAValue() {
        double[] given = {2, 1};
        Spectrum spectrum = Spectrum.of(given);
        given[0] = 7;
        spectrum.eigenvalues()[1] = 7;
        assertThat(spectrum).isEqualTo(Spectrum.of(2, 1)).hasSameHashCodeAs(Spectrum.of(2, 1));
        assertThat(spectrum).isNotEqualTo(Spectrum.of(2, 1.5));
        assertThat(Spectrum.of(1, -0.0)).isEqualTo(Spectrum.of(1, 0));
    }

    @Test
    void rejectsInvalidSpectra() {
        refuses("eigenvalues: [] has no entry, at least one is needed", () -> Spectrum.of());
        refuses("eigenvalues[1]: NaN is not finite", () -> Spectrum.of(1, Double.NaN));
        refuses("eigenvalues[0]: Infinity is not finite", () -> Spectrum.of(Double.POSITIVE_INFINITY));
        refuses("eigenvalues[2]: -1.0E-9 is not at least 0 and finite", () -> Spectrum.of(1, 1, -1e-9));
        refuses("eigenvalues[0]: -1.0 is not at least 0 and finite", () -> Spectrum.of(-1, -2));
        refuses("eigenvalues: all 2 of them are zero, at least one must be positive", () -> Spectrum.of(0, 0));
        refuses("eigenvalues: their sum, 1.0E308, is not below 2^1020", () -> Spectrum.of(1e308));
        refuses("alpha: 0.0 is not greater than 0 and finite", () -> Spectrum.powerLaw(0, 5));
        refuses("dimension: 0 is not at least 1", () -> Spectrum.powerLaw(1, 0));
        refuses(
                "alpha: 200.0 is too fast: the eigenvalue of feature 100 underflows; take fewer features or a slower decay",
                () -> Spectrum.powerLaw(200, 100));
        refuses(
                "rate: 8.0 is too fast: the eigenvalue of feature 100 underflows; take fewer features or a slower decay",
                () -> Spectrum.exponential(8, 100));
        refuses("value: -1.0 is not greater than 0 and finite", () -> Spectrum.isotropic(-1, 2));
        refuses("spikes: 5 is not at most the dimension, 4", () -> Spectrum.spiked(2, 5, 4));
        refuses(
                "counts.length: 1 is not the number of values, 2",
                () -> Spectrum.withMultiplicities(new double[] {1, 2}, new int[] {1}));
    }

    @Test
    void aShortPowerLawIsListed() {
        Spectrum spectrum = Spectrum.powerLaw(1.5, 1, 0, 500);
        assertThat(spectrum.isListed()).isTrue();
        assertThat(spectrum).isEqualTo(Spectrum.powerLaw(1.5, 500));
        assertThat(Spectrum.powerLaw(1.5, 2, 3, 2).eigenvalues())
                .containsExactly(2 * Math.pow(4, -1.5), 2 * Math.pow(5, -1.5));
    }

    @Test
    void aLongPowerLawIsALaw() {
        Spectrum endless = Spectrum.powerLaw(2);
        assertThat(endless.isListed()).isFalse();
        assertThat(endless.eigenvalue(9)).isEqualTo(0.01);
        assertThat(endless.measure().rank()).isInfinite();
        assertThat(endless.measure().compressed()).isSameAs(endless.measure());
        assertThat(endless).hasToString("Spectrum of infinitely many features, 1.0 (i + 0.0)^-2.0");
        assertThat(endless).isEqualTo(Spectrum.powerLaw(2, 1, 0)).hasSameHashCodeAs(Spectrum.powerLaw(2, 1, 0));
        assertThat(endless).isNotEqualTo(Spectrum.powerLaw(2, 1, 0.5)).isNotEqualTo(Spectrum.of(1));
        assertThatIllegalStateException()
                .isThrownBy(endless::dimension)
                .withMessage(
                        "The dimension of Spectrum of infinitely many features, 1.0 (i + 0.0)^-2.0 is Infinity, not below 2^31 - 8;"
                                + " features() gives it as a double");
        assertThatIllegalStateException().isThrownBy(endless::rank);
        assertThatIllegalStateException().isThrownBy(endless::eigenvalues);
        assertThatThrownBy(() -> endless.eigenvalue(-1))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageStartingWith("i: -1 is not between 0 and ");
        Spectrum huge = Spectrum.powerLaw(0.5, 1, 0, 10_000_000_000L);
        assertThat(huge.measure().rank()).isEqualTo(1e10);
        assertThat(huge).hasToString("Spectrum of 10000000000 features, 1.0 (i + 0.0)^-0.5");
        assertThatIllegalStateException()
                .isThrownBy(huge::dimension)
                .withMessageStartingWith(
                        "The dimension of Spectrum of 10000000000 features, 1.0 (i + 0.0)^-0.5 is 10000000000, not below");
        Spectrum large = Spectrum.powerLaw(0.5, 1, 0, 10_000);
        assertThat(large.isListed()).isFalse();
        assertThat(large.rank()).isEqualTo(10_000);
        assertThatThrownBy(() -> large.eigenvalue(10_000))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("i: 10000 is not between 0 and 9999");
        assertThatThrownBy(() -> large.measure().cellAt(-1))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageStartingWith("weight: -1.0 is not from 0");
    }

    @Test
    void rejectsInvalidPowerLaws() {
        refuses("alpha: NaN is not greater than 0 and finite", () -> Spectrum.powerLaw(Double.NaN));
        refuses(
                "alpha: 0.9 is not greater than 1, so the eigenvalues have no finite sum",
                () -> Spectrum.powerLaw(0.9));
        refuses("alpha: 1.0 is not greater than 1, so the eigenvalues have no finite sum", () -> Spectrum.powerLaw(1));
        refuses("scale: 0.0 is not greater than 0 and finite", () -> Spectrum.powerLaw(2, 0, 0));
        refuses("shift: -1.0 is not greater than -1 and at most 1e15", () -> Spectrum.powerLaw(2, 1, -1));
        refuses("shift: NaN is not greater than -1 and at most 1e15", () -> Spectrum.powerLaw(2, 1, Double.NaN));
        refuses("shift: 1.0E16 is not greater than -1 and at most 1e15", () -> Spectrum.powerLaw(2, 1, 1e16));
        refuses("dimension: 0 is not from 1 to 1000000000000000", () -> Spectrum.powerLaw(2, 1, 0, 0));
        refuses(
                "dimension: 1000000000000001 is not from 1 to 1000000000000000",
                () -> Spectrum.powerLaw(2, 1, 0, 1_000_000_000_000_001L));
        refuses("alpha: -1.0 is not greater than 0 and finite", () -> Spectrum.powerLaw(-1, 1, 0, 5));
        refuses(
                "alpha: 40.0 is too fast: the eigenvalue of feature 1000000000 underflows; take fewer features or a slower decay",
                () -> Spectrum.powerLaw(40, 1, 0, 1_000_000_000));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Spectrum.powerLaw(40))
                .withMessageStartingWith("alpha: 40.0 is too fast: the eigenvalue of feature 2660");
        refuses(
                "eigenvalues: their sum, 1.6449340668482264E307, is not below 2^1020",
                () -> Spectrum.powerLaw(2, 1e307, 0));
    }

    @Test
    void measuresAreValues() {
        SpectralMeasure measure = Spectrum.of(1, 3, 1).measure();
        assertThat(measure)
                .isEqualTo(Spectrum.of(3, 1, 1).measure())
                .hasSameHashCodeAs(Spectrum.of(3, 1, 1).measure())
                .isNotEqualTo(Spectrum.of(3, 1).measure())
                .isNotEqualTo(measure.magnified(2))
                .hasToString("SpectralMeasure of 2 nodes, rank 3.0, eigenvalues from 3.0 to 1.0");
        Spectrum many = Spectrum.powerLaw(1.5, 200);
        assertThat(many.measure().compressed())
                .isEqualTo(Spectrum.powerLaw(1.5, 200).measure().compressed())
                .isNotEqualTo(many.measure());
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, 0.5, 0, -2})
    void measuresAreMagnifiedOnly(double factor) {
        SpectralMeasure measure = Spectrum.of(3, 1).measure();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> measure.magnified(factor))
                .withMessageStartingWith("factor: " + factor);
    }
}
