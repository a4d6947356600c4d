package dev.retort.core.equivalent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.spectrum.Spectrum;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RandomFeatureEquivalentTest {

    /** Nine units in the last place. */
    private static final double TAU = 2e-15;

    /** The error of values that depend on τ and have their own sum over the spectrum. */
    private static final double SUMS = 1e-14;

    /** Derivatives are as accurate as the other values, with three more factors. */
    private static final double DERIVATIVES = 2e-14;

    private static final double ENDLESS = Double.POSITIVE_INFINITY;

    record Row(String name, Spectrum spectrum, List<Double> numbers) {
        double at(int column) {
            return numbers.get(column);
        }

        RandomFeatureEquivalent solve() {
            return RandomFeatureEquivalent.of(spectrum, at(0), at(1), at(2));
        }

        /** If r/τ is subnormal, it has fewer digits, and so have all values computed from it, that is, all except τ. */
        boolean hasAllDigits() {
            return at(2) == 0 || at(2) / at(3) >= Double.MIN_NORMAL;
        }

        @Override
        public String toString() {
            return name + ", n = " + at(0) + ", q = " + at(1) + ", ridge = " + at(2);
        }
    }

    /** The rows of random-features.tsv, which generate-random-features.py computed to 20 digits. */
    static Stream<Row> rows() {
        Map<String, Spectrum> spectra = new HashMap<>();
        Stream.Builder<Row> rows = Stream.builder();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(RandomFeatureEquivalentTest.class.getResourceAsStream("random-features.tsv")),
                StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] field = line.split("\t", -1);
                if (field[0].equals("spectrum")) {
                    spectra.put(field[1], HardCases.spectrum(field[2]));
                } else if (field[0].equals("case")) {
                    rows.add(new Row(
                            field[1],
                            Objects.requireNonNull(spectra.get(field[1])),
                            Arrays.stream(field).skip(2).map(Double::valueOf).toList()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rows.build();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void agreesWithHighPrecision(Row row) {
        RandomFeatureEquivalent equivalent = row.solve();
        assertThat(error(equivalent.tau(), row.at(3)))
                .isLessThanOrEqualTo(TAU)
                .isLessThanOrEqualTo(equivalent.relativeErrorBound());
        assertThat(equivalent.relativeErrorBound()).isLessThanOrEqualTo(1e-13);
        if (row.hasAllDigits()) {
            hasSums(row, equivalent);
            hasDerivatives(row, equivalent);
        }
    }

    private static void hasSums(Row row, RandomFeatureEquivalent equivalent) {
        assertThat(error(equivalent.nu1(), row.at(4))).isLessThanOrEqualTo(SUMS);
        assertThat(error(equivalent.df1(), row.at(5))).isLessThanOrEqualTo(SUMS);
        assertThat(error(equivalent.spareFeatures(), row.at(6))).isLessThanOrEqualTo(SUMS);
        assertThat(error(equivalent.omega(), row.at(7))).isLessThanOrEqualTo(SUMS);
        assertThat(error(equivalent.oneMinusOmega(), row.at(8))).isLessThanOrEqualTo(SUMS);
        assertThat(equivalent.omega()).isBetween(0.0, 1 + SUMS);
    }

    private static void hasDerivatives(Row row, RandomFeatureEquivalent equivalent) {
        if (!Double.isNaN(row.at(9))) {
            assertThat(error(equivalent.dTauDSamples(), row.at(9))).isLessThanOrEqualTo(DERIVATIVES);
            assertThat(error(equivalent.dTauDFeatures(), row.at(10))).isLessThanOrEqualTo(DERIVATIVES);
            assertThat(error(equivalent.dTauDEigenvalue(0), row.at(12))).isLessThanOrEqualTo(DERIVATIVES);
        }
        if (!Double.isNaN(row.at(11))) {
            assertThat(error(equivalent.dTauDRidge(), row.at(11))).isLessThanOrEqualTo(DERIVATIVES);
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void aNeighbourLeadsToTheSameRoot(Row row) {
        for (double factor : new double[] {0.3, 0.98, 1, 1.1}) {
            RandomFeatureEquivalent neighbour = RandomFeatureEquivalent.of(
                    row.spectrum(), factor * row.at(0), Math.max(row.at(1) / factor, 1), 0.97 * row.at(2));
            RandomFeatureEquivalent equivalent = neighbour.at(row.at(0), row.at(1), row.at(2));
            assertThat(error(equivalent.tau(), row.at(3)))
                    .as("from %s", neighbour)
                    .isLessThanOrEqualTo(TAU);
            if (row.hasAllDigits()) {
                assertThat(error(equivalent.oneMinusOmega(), row.at(8))).isLessThanOrEqualTo(SUMS);
            }
        }
    }

    @Test
    void hasEnoughRows() {
        assertThat(rows().filter(Row::hasAllDigits)).hasSizeGreaterThanOrEqualTo(390);
    }

    /**
     * The cases of the project's reference for random features (specification of n, q, the penalty n·ridge and the spectrum), from
     * an independent program.
     */
    @ParameterizedTest
    @CsvSource({
        "1.5, 300, 150, 70, 0.05, 0.000565243879652395712205, 0.00467840049559272647263887, 0.634724045680528114809826",
        "1.5, 300, 80, 220, 0.02, 0.00237922168872484510932701, 0.00352700283281946476189445, 0.481034297365924972614777",
        "1.5, 300, 80, 200, 0, 0.00170931727249502842281054, 0.00284886212082504737135090, 0.382121982873629838466054",
        "1.5, 300, 100, 100, 0.5, 0.00779062218424393389380644, 0.0121387588035267446930190, 0.800558140183111107040989",
        "1.5, 300, 80, Infinity, 0.05, 0.00395630311832833149636, 0.00395630311832833149636, 0.607604322479980408641007",
        "1.5, 300, 60.25, 41.5, 0.01, 0.000482972013630308969098, 0.0102516472499280156578839, 0.373563057347584198508427",
        "1.5, 60, 150, 100, 0, 0, 0, 0.6",
        "1.6, 400, 80, 60, 0.08, 0.00207039589060894198941972, 0.00666438124222766286803985, 0.613215211881974389778849",
        "1.6, 400, 200, 250, 0.2, 0.00159765158932151260742989, 0.00227996558925788801992249, 0.787975206740413269565744",
        "2, 0, 100, 40, 0.01, 0.000157490238966610519478178, 0.00180194851275355767996680, 0.664364010126980496069101",
        "2, 0, 100, 30, 0, 0, 0.00265240645017182440710413, 0.7",
        "2, 0, 1000, 500, 5, 0.00510731992287618424880325, 0.00533137592964018446441290, 0.989507268697512805424644"
    })
    void agreesWithTheReference(
            double alpha,
            int dimension,
            double samples,
            double features,
            double penalty,
            double nu1,
            double tau,
            double oneMinusUpsilon) {
        Spectrum spectrum = dimension == 0 ? Spectrum.powerLaw(alpha) : Spectrum.powerLaw(alpha, dimension);
        RandomFeatureEquivalent equivalent = RandomFeatureEquivalent.of(spectrum, samples, features, penalty / samples);
        assertThat(error(equivalent.nu1(), nu1)).isLessThanOrEqualTo(SUMS);
        assertThat(error(equivalent.tau(), tau)).isLessThanOrEqualTo(TAU);
        assertThat(error(equivalent.oneMinusOmega(), oneMinusUpsilon)).isLessThanOrEqualTo(SUMS);
    }

    @Test
    void infinitelyManyRandomFeaturesAreRidgeRegression() {
        for (Spectrum spectrum : List.of(Spectrum.powerLaw(1.5, 50), Spectrum.of(3, 0, 1), Spectrum.powerLaw(2))) {
            for (double samples : new double[] {0.7, 2, 40, 60}) {
                for (double ridge : new double[] {0, 1e-9, 0.3, 1e200}) {
                    RandomFeatureEquivalent endless = RandomFeatureEquivalent.of(spectrum, samples, ENDLESS, ridge);
                    DeterministicEquivalent plain = DeterministicEquivalent.of(spectrum, samples, ridge);
                    assertThat(endless.tau()).isEqualTo(plain.tau());
                    assertThat(endless.nu1()).isEqualTo(plain.tau());
                    assertThat(endless.rho()).isOne();
                    assertThat(endless.featureNoise()).isZero();
                    assertThat(endless.spareFeatures()).isInfinite();
                    isClose(endless.rootOmega(), plain.rootOmega());
                    isClose(endless.oneMinusOmega(), plain.oneMinusOmega());
                    isClose(endless.dTauDSamples(), plain.dTauDSamples());
                    isClose(endless.dTauDRidge(), plain.dTauDRidge());
                    isClose(endless.dTauDEigenvalue(1), plain.dTauDEigenvalue(1));
                    assertThat(Math.abs(endless.dTauDFeatures())).isZero();
                    isClose(endless.designVarianceOf(0.4), plain.designVarianceOf(0.4));
                    RandomFeatureEquivalent wide = RandomFeatureEquivalent.of(spectrum, samples, 1e9, ridge);
                    assertThat(error(wide.tau(), plain.tau())).isLessThanOrEqualTo(1e-6);
                }
            }
        }
    }

    /** Checks (n − df1)(1 − df1/q)τ = n·r directly. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void solvesTheEquationOnRandomSpectra(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int trial = 0; trial < 300; trial++) {
            double decades = random.nextDouble(0, 8);
            double[] values = random.doubles(random.nextInt(1, 60))
                    .map(u -> Math.pow(10, -decades * u))
                    .toArray();
            double samples = random.nextDouble(0.01, 1.5 * values.length);
            double features = random.nextInt(5) == 0 ? Math.max(samples, 1) : random.nextDouble(1, 2 + values.length);
            double ridge = Math.pow(10, -decades * random.nextDouble());
            RandomFeatureEquivalent equivalent =
                    RandomFeatureEquivalent.of(Spectrum.of(values), samples, features, ridge);
            double tau = equivalent.tau();
            double df1 = Arrays.stream(values).map(v -> v / (v + tau)).sum();
            double df2 = Arrays.stream(values)
                    .map(v -> v / (v + tau) * (v / (v + tau)))
                    .sum();
            assertThat((samples - df1) * (1 - df1 / features) * tau)
                    .as("seed %d, trial %d: %s", seed, trial, equivalent)
                    .isCloseTo(samples * ridge, withinPercentage(1e-6));
            assertThat(equivalent.df2()).isCloseTo(df2, withinPercentage(1e-10));
            assertThat(equivalent.undecided()).isCloseTo(df1 - df2, withinPercentage(1e-6));
            assertThat(equivalent.omega() + equivalent.oneMinusOmega()).isCloseTo(1, withinPercentage(1e-11));
        }
    }

    @Test
    void withoutRidgeAsManyRandomFeaturesAsSamplesAreAThreshold() {
        Spectrum spectrum = Spectrum.powerLaw(1.5, 100);
        RandomFeatureEquivalent threshold = RandomFeatureEquivalent.of(spectrum, 40, 40, 0);
        assertThat(threshold.oneMinusOmega()).isZero();
        isClose(threshold.omega(), 1);
        assertThat(threshold.featureNoise()).isOne();
        assertThat(threshold.designVarianceOf(1)).isInfinite();
        assertThat(threshold.dTauDRidge()).isInfinite();
        // From either side the derivative is half of that of n or q alone, where it is the smaller one.
        double alone = RandomFeatureEquivalent.of(spectrum, 40, 41, 0).dTauDSamples();
        assertThat(threshold.dTauDSamples()).isCloseTo(alone / 2, withinPercentage(1e-12));
        assertThat(threshold.dTauDFeatures()).isCloseTo(alone / 2, withinPercentage(1e-12));
        // 1 − Υ vanishes like the root of the ridge.
        double small = RandomFeatureEquivalent.of(spectrum, 40, 40, 1e-16).oneMinusOmega();
        double smaller = RandomFeatureEquivalent.of(spectrum, 40, 40, 1e-20).oneMinusOmega();
        assertThat(small / smaller).isCloseTo(100, withinPercentage(1e-3));
    }

    @Test
    void aboveTheRankItIsLeastSquares() {
        Spectrum spectrum = Spectrum.of(3, 1, 0.1, 0);
        for (double features : new double[] {3, 4, 100, ENDLESS}) {
            RandomFeatureEquivalent equivalent = RandomFeatureEquivalent.of(spectrum, 10, features, 0);
            assertThat(equivalent.tau()).isZero();
            assertThat(equivalent.nu1()).isZero();
            isClose(equivalent.omega(), 0.3);
            isClose(equivalent.oneMinusOmega(), 0.7);
            assertThat(equivalent.designVarianceOf(1)).isZero();
            assertThat(equivalent.designVarianceOf(0)).isCloseTo(0.3 / 0.7, withinPercentage(1e-12));
            assertThat(equivalent.dTauDSamples()).isZero();
            assertThat(equivalent.dTauDFeatures()).isZero();
            assertThat(equivalent.dTauDEigenvalue(0)).isZero();
        }
        assertThat(RandomFeatureEquivalent.of(spectrum, 3, 5, 0).oneMinusOmega())
                .isZero();
        assertThat(RandomFeatureEquivalent.of(spectrum, 3, 3, 0).oneMinusOmega())
                .isZero();
        assertThat(RandomFeatureEquivalent.of(spectrum, 10, 3, 0).dTauDRidge()).isInfinite();
        // 1/r = nq/((n − 3)(q − 3)) for a small ridge
        assertThat(RandomFeatureEquivalent.of(spectrum, 10, 8, 0).dTauDRidge())
                .isCloseTo(80.0 / 35, withinPercentage(1e-12));
        assertThat(RandomFeatureEquivalent.of(spectrum, 10, 8, 1e-12).tau() / 1e-12)
                .isCloseTo(80.0 / 35, withinPercentage(1e-8));
    }

    @Test
    void roundingDoesNotLiftUpsilonAboveOne() {
        for (Spectrum spectrum : List.of(Spectrum.powerLaw(1.5), Spectrum.powerLaw(2), Spectrum.powerLaw(1.1, 300))) {
            for (int n = 1; n <= 20; n++) {
                RandomFeatureEquivalent equivalent = RandomFeatureEquivalent.of(spectrum, n, n, 0);
                assertThat(equivalent.omega()).isBetween(1 - 1e-14, 1.0);
                assertThat(equivalent.rootOmega()).isBetween(1 - 1e-14, 1.0);
            }
        }
    }

    @Test
    void isAValue() {
        Spectrum spectrum = Spectrum.of(1, 2);
        RandomFeatureEquivalent equivalent = RandomFeatureEquivalent.of(spectrum, 1, 2, 0.5);
        assertThat(equivalent.spectrum()).isSameAs(spectrum);
        assertThat(equivalent.samples()).isOne();
        assertThat(equivalent.features()).isEqualTo(2);
        assertThat(equivalent.ridge()).isEqualTo(0.5);
        assertThat(equivalent)
                .isEqualTo(RandomFeatureEquivalent.of(Spectrum.of(1, 2), 1, 2, 0.5))
                .hasSameHashCodeAs(RandomFeatureEquivalent.of(Spectrum.of(1, 2), 1, 2, 0.5))
                .isNotEqualTo(equivalent.at(1, 3, 0.5))
                .hasToString("RandomFeatureEquivalent of 1.0 samples, 2.0 random features, ridge 0.5: tau "
                        + equivalent.tau() + ", upsilon " + equivalent.omega());
    }

    @Test
    void rejectsArgumentsOutOfRange() {
        Spectrum spectrum = Spectrum.of(1, 2);
        refuses("features: 0.9 is not at least 1", () -> RandomFeatureEquivalent.of(spectrum, 1, 0.9, 0));
        refuses("features: NaN is not at least 1", () -> RandomFeatureEquivalent.of(spectrum, 1, Double.NaN, 0));
        refuses("samples: 0.0 is not greater than 0 and finite", () -> RandomFeatureEquivalent.of(spectrum, 0, 1, 0));
        refuses(
                "samples: Infinity is not greater than 0 and finite",
                () -> RandomFeatureEquivalent.of(spectrum, ENDLESS, 1, 0));
        refuses("ridge: -1.0 is not at least 0 and finite", () -> RandomFeatureEquivalent.of(spectrum, 1, 1, -1));
        refuses(
                "features: 2.0E10 is above 1.0E10, the most for an infinite power law; give the law a number of features, as powerLaw(alpha, 10_000) does",
                () -> RandomFeatureEquivalent.of(Spectrum.powerLaw(2), 3e10, 2e10, 0));
        RandomFeatureEquivalent equivalent = RandomFeatureEquivalent.of(spectrum, 1, 1, 0.1);
        refuses("features: 0.0 is not at least 1", () -> equivalent.at(1, 0, 0.1));
        refuses("lambda: -1.0 is not at least 0 and finite", () -> equivalent.zetaOf(-1));
    }

    private static void refuses(String message, ThrowingCallable call) {
        assertThatIllegalArgumentException().isThrownBy(call).withMessage(message);
    }

    private static void isClose(double actual, double expected) {
        assertThat(error(actual, expected)).isLessThanOrEqualTo(SUMS);
    }

    private static double error(double actual, double expected) {
        return actual == expected ? 0 : Math.abs(actual - expected) / Math.abs(expected);
    }
}
