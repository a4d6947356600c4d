package dev.retort.core.equivalent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.core.internal.CompensatedSum;
import dev.retort.core.spectrum.SpectralMeasure;
import dev.retort.core.spectrum.Spectrum;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Spectra so large that they are first solved on a sample, and summed by several threads. */
class LargeSpectraTest {

    /** The error of τ, and of the two sums that check it. */
    private static final double ROUNDING = 4e-15;

    static Stream<Spectrum> spectra() {
        SplittableRandom random = new SplittableRandom(1);
        double[] scattered =
                random.doubles(300_000).map(u -> Math.pow(10, -9 * u)).toArray();
        double[] stairs = IntStream.range(0, 200_000)
                .mapToDouble(i -> Math.pow(10, -(i / 10_000)) * (1 + 1e-9 * (i % 10_000)))
                .toArray();
        return Stream.of(
                Spectrum.powerLaw(0.5, 200_000),
                Spectrum.powerLaw(1.5, 1_000_000),
                Spectrum.powerLaw(40, 30_000),
                Spectrum.exponential(1e-2, 50_000),
                Spectrum.of(scattered),
                Spectrum.of(stairs));
    }

    @ParameterizedTest
    @MethodSource("spectra")
    void headAndTailBalance(Spectrum spectrum) {
        for (double share : new double[] {1e-5, 0.1, 0.5, 0.9, 1 - 1e-9}) {
            double samples = share * spectrum.rank();
            DeterministicEquivalent equivalent = DeterministicEquivalent.of(spectrum, samples);
            // The logarithm of tail over head has a slope from -2 to -1 in ln τ: it bounds the error of ln τ.
            assertThat(imbalance(spectrum.measure(), samples, equivalent.tau()))
                    .as("%s, n = %s", spectrum, samples)
                    .isLessThanOrEqualTo(ROUNDING);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 1.01, 1.5, 3})
    void onePassIsEnoughForPowerLaws(double alpha) {
        SpectralMeasure measure = Spectrum.powerLaw(alpha, 1_000_000).measure();
        for (double samples : new double[] {100, 1e4, 1e5, 5e5, 999_999}) {
            assertThat(FixedPoint.of(measure, samples, 0).passes()).isOne();
            assertThat(FixedPoint.of(measure, samples, 1e-6).passes()).isOne();
        }
    }

    private static double imbalance(SpectralMeasure measure, double samples, double tau) {
        CompensatedSum head = new CompensatedSum();
        CompensatedSum tail = new CompensatedSum();
        for (int k = 0; k < measure.size(); k++) {
            double value = measure.value(k);
            double inHead = Math.min(Math.max(samples - measure.weightBefore(k), 0), measure.weight(k));
            head.add(inHead * (tau / (value + tau)));
            tail.add((measure.weight(k) - inHead) * (value / (value + tau)));
        }
        return Math.abs(Math.log1p((tail.value() - head.value()) / head.value()));
    }
}
