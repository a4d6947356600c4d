package dev.retort.core.equivalent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.core.spectrum.SpectralMeasure;
import dev.retort.core.spectrum.Spectrum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The fixed point on few nodes equals the one on all eigenvalues. */
class CompressedMeasureTest {

    private static final double TAU = 1e-14;

    static Stream<Spectrum> spectra() {
        SplittableRandom random = new SplittableRandom(5);
        double[] repeated = new double[100_000];
        Arrays.setAll(repeated, i -> Math.pow(1 + i / 7, -1.2));
        return Stream.of(
                Spectrum.powerLaw(0.5, 100_000),
                Spectrum.powerLaw(1.5, 100_000),
                Spectrum.powerLaw(4, 100_000),
                Spectrum.exponential(6e-4, 1_000_000),
                Spectrum.of(
                        random.doubles(20_000).map(u -> Math.pow(10, -10 * u)).toArray()),
                Spectrum.of(repeated),
                Spectrum.of(random.doubles(1000).map(u -> 1 + 1e-12 * u).toArray()),
                Spectrum.spiked(1e9, 10, 100));
    }

    @ParameterizedTest
    @MethodSource("spectra")
    void findsTheSameRoot(Spectrum spectrum) {
        SpectralMeasure exact = spectrum.measure();
        SpectralMeasure compressed = exact.compressed();
        assertThat(compressed.rank()).isEqualTo(exact.rank());
        for (double samples : sampleSizes(exact)) {
            for (double ridge : new double[] {0, 1e-3 * exact.trace() / exact.rank()}) {
                FixedPoint expected = FixedPoint.of(exact, samples, ridge);
                FixedPoint actual = FixedPoint.of(compressed, samples, ridge);
                double error =
                        expected.tau() == 0 ? actual.tau() : Math.abs(actual.tau() - expected.tau()) / expected.tau();
                assertThat(error)
                        .as("%s samples, ridge %s", samples, ridge)
                        .isLessThanOrEqualTo(TAU)
                        .isLessThanOrEqualTo(actual.relativeErrorBound() + expected.relativeErrorBound());
            }
        }
    }

    private static List<Double> sampleSizes(SpectralMeasure exact) {
        double rank = exact.rank();
        List<Double> sizes = new ArrayList<>(List.of(
                0.01, 0.5, 1.0, 2.5, rank / 2, rank * 0.9, rank - 1.5, rank - 1e-3, rank * (1 - 1e-9), rank, 2 * rank));
        SplittableRandom random = new SplittableRandom(6);
        // Each trial also solves for the root on all eigenvalues.
        int trials = exact.size() < 500_000 ? 100 : 10;
        for (int trial = 0; trial < trials; trial++) {
            double size = Math.pow(rank, random.nextDouble());
            sizes.add(random.nextBoolean() ? size : Math.floor(size));
        }
        return sizes;
    }

    @Test
    void aSpectrumOverAThousandOctavesKeepsMoreThanTwentyThousandNodes() {
        SpectralMeasure measure =
                Spectrum.exponential(7e-4, 1_000_000).measure().compressed();
        assertThat(measure.size()).isGreaterThan(20_000);
        assertThat(measure.sample()).isSameAs(measure);
        assertThat(FixedPoint.of(measure, 1000, 0).tau()).isPositive();
    }

    @Test
    void takesAtMost21NodesPerOctave() {
        SpectralMeasure measure = Spectrum.powerLaw(1.5, 100_000).measure().compressed();
        // 25 octaves, of which the first seven have fewer eigenvalues.
        assertThat(measure.size()).isLessThan(21 * 26);
        assertThat(measure.cells()).isLessThan(100);
        assertThat(measure.cellStart(measure.cells())).isEqualTo(measure.size());
        assertThat(measure.compressed()).isSameAs(measure);
        SpectralMeasure small = Spectrum.powerLaw(1.5, 30).measure();
        assertThat(small.compressed()).isSameAs(small);
    }

    @Test
    void leavesSubnormalNumbersAsTheyAre() {
        double[] values = new double[60];
        Arrays.setAll(values, i -> i < 30 ? Math.scalb(1.0, -1030 - i % 30) : Math.scalb(1 + i / 64.0, 100));
        SpectralMeasure measure = Spectrum.of(values).measure().compressed();
        assertThat(measure.size()).isEqualTo(21 + 30);
        assertThat(measure.cells()).isEqualTo(31);
    }
}
