package dev.retort.core.equivalent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.equivalent.HardCases.HardCase;
import dev.retort.core.spectrum.Spectrum;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeterministicEquivalentTest {

    /** Nine units in the last place. */
    private static final double TAU = 2e-15;

    /** Ω and 1 − Ω have the error of τ plus that of their own sum over the spectrum. */
    private static final double OMEGA = 1e-14;

    static Stream<HardCase> hardCases() {
        return HardCases.all();
    }

    @ParameterizedTest
    @MethodSource("hardCases")
    void agreesWithHighPrecision(HardCase hard) {
        DeterministicEquivalent equivalent = DeterministicEquivalent.of(hard.spectrum(), hard.samples(), hard.ridge());

        double error = relativeError(equivalent.tau(), hard.tau());
        assertThat(error).isLessThanOrEqualTo(TAU).isLessThanOrEqualTo(equivalent.relativeErrorBound());
        assertThat(equivalent.relativeErrorBound()).isLessThanOrEqualTo(1e-13);
        assertThat(relativeError(equivalent.omega(), hard.omega())).isLessThanOrEqualTo(OMEGA);
        assertThat(relativeError(equivalent.oneMinusOmega(), hard.oneMinusOmega()))
                .isLessThanOrEqualTo(OMEGA);
    }

    /** Any neighbour is a valid start, even far away or in another regime. */
    @ParameterizedTest
    @MethodSource("hardCases")
    void aNeighbourLeadsToTheSameRoot(HardCase hard) {
        DeterministicEquivalent cold = DeterministicEquivalent.of(hard.spectrum(), hard.samples(), hard.ridge());
        for (double factor : new double[] {0.1, 0.5, 0.99, 1, 1.03, 2, 1e3}) {
            for (double ridge : new double[] {0, 0.98 * hard.ridge(), 1e-3 * cold.tau()}) {
                DeterministicEquivalent neighbour =
                        DeterministicEquivalent.of(hard.spectrum(), factor * hard.samples(), ridge);
                DeterministicEquivalent equivalent = neighbour.at(hard.samples(), hard.ridge());
                double error = relativeError(equivalent.tau(), hard.tau());
                assertThat(error)
                        .as("from %s", neighbour)
                        .isLessThanOrEqualTo(TAU)
                        .isLessThanOrEqualTo(equivalent.relativeErrorBound());
                assertThat(equivalent.relativeErrorBound()).isLessThanOrEqualTo(1e-13);
                assertThat(relativeError(equivalent.omega(), hard.omega())).isLessThanOrEqualTo(OMEGA);
                assertThat(relativeError(equivalent.oneMinusOmega(), hard.oneMinusOmega()))
                        .isLessThanOrEqualTo(OMEGA);
            }
        }
    }

    @Test
    void hasEnoughHardCases() {
        assertThat(hardCases()).hasSizeGreaterThanOrEqualTo(150);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void solvesTheEquationOnRandomSpectra(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int trial = 0; trial < 200; trial++) {
            double decades = random.nextDouble(0, 30);
            double[] values = random.doubles(random.nextInt(1, 60))
                    .map(u -> Math.pow(10, -decades * u))
                    .toArray();
            double samples = random.nextDouble(0.01, 1.5 * values.length);
            double ridge = random.nextBoolean() ? 0 : Math.pow(10, -decades * random.nextDouble());
            DeterministicEquivalent equivalent = DeterministicEquivalent.of(Spectrum.of(values), samples, ridge);

            if (equivalent.tau() > 0) {
                double learnt = Arrays.stream(values)
                        .map(lambda -> lambda / (lambda + equivalent.tau()))
                        .sum();
                assertThat(learnt + samples * ridge / equivalent.tau())
                        .as("seed %d, trial %d", seed, trial)
                        .isCloseTo(samples, withinPercentage(1e-11));
            } else {
                assertThat(ridge).isZero();
                assertThat(samples).isGreaterThanOrEqualTo(values.length);
            }
        }
    }

    @Test
    void doesNotDependOnTheOrderOfTheFeatures() {
        Spectrum sorted = Spectrum.of(4, 2, 2, 1, 0.5, 0);
        Spectrum shuffled = Spectrum.of(0.5, 2, 0, 1, 4, 2);
        assertThat(DeterministicEquivalent.of(shuffled, 2.5, 0.1).tau())
                .isEqualTo(DeterministicEquivalent.of(sorted, 2.5, 0.1).tau());
    }

    @ParameterizedTest
    @CsvSource({"300, 120, 1", "300, 299.5, 7", "5, 0.01, 1e-200"})
    void isotropicSpectraHaveAClosedForm(int dimension, double samples, double value) {
        DeterministicEquivalent equivalent = DeterministicEquivalent.of(Spectrum.isotropic(value, dimension), samples);
        double ratio = samples / dimension;
        assertThat(relativeError(equivalent.tau(), value * (dimension - samples) / samples))
                .isLessThanOrEqualTo(TAU);
        assertThat(relativeError(equivalent.omega(), ratio)).isLessThanOrEqualTo(OMEGA);
        assertThat(relativeError(equivalent.zeta(0), equivalent.oneMinusOmega()))
                .isLessThanOrEqualTo(OMEGA);
        assertThat(equivalent.df1()).isEqualTo(samples);
    }

    @Test
    void moreSamplesThanRankGiveTauZero() {
        DeterministicEquivalent equivalent = DeterministicEquivalent.of(Spectrum.of(3, 1, 0.1, 0), 10);
        assertThat(equivalent.tau()).isZero();
        assertThat(equivalent.omega()).isCloseTo(0.3, within(1e-16));
        assertThat(equivalent.oneMinusOmega()).isEqualTo(0.7);
        assertThat(equivalent.df1()).isEqualTo(3);
        assertThat(equivalent.df2()).isCloseTo(3, within(1e-15));
        assertThat(equivalent.zeta(2)).isZero();
        assertThat(equivalent.zeta(3)).isOne();
        assertThat(equivalent.learnability(3)).isZero();
        assertThat(equivalent.dTauDSamples()).isZero();
        assertThat(equivalent.dTauDEigenvalue(0)).isZero();
        assertThat(equivalent.dTauDEigenvalue(3)).isZero();
    }

    @Test
    void theInterpolationThresholdHasOmegaOne() {
        DeterministicEquivalent equivalent = DeterministicEquivalent.of(Spectrum.of(3, 1, 0.1, 0), 3);
        assertThat(equivalent.tau()).isZero();
        assertThat(equivalent.omega()).isCloseTo(1, within(1e-15));
        assertThat(equivalent.oneMinusOmega()).isZero();
        assertThat(equivalent.dTauDRidge()).isInfinite();
        assertThat(equivalent.dTauDEigenvalue(3)).isInfinite();
    }

    @Test
    void aVanishingRidgeIsNoRidge() {
        Spectrum spectrum = Spectrum.powerLaw(1.5, 100);
        double ridgeless = DeterministicEquivalent.of(spectrum, 40).tau();
        assertThat(relativeError(DeterministicEquivalent.of(spectrum, 40, 1e-30).tau(), ridgeless))
                .isLessThanOrEqualTo(TAU);
    }

    @Test
    void aRidgeAboveEverythingIsTauItself() {
        DeterministicEquivalent equivalent = DeterministicEquivalent.of(Spectrum.of(1, 0.5), 10, 1e300);
        assertThat(equivalent.tau()).isEqualTo(1e300);
        assertThat(equivalent.omega()).isZero();
        assertThat(relativeError(equivalent.rootOmega(), 1e-300 * Math.sqrt(1.25 / 10)))
                .isLessThanOrEqualTo(OMEGA);
        assertThat(equivalent.dTauDSamples()).isNegative().isGreaterThan(-1);
    }

    @ParameterizedTest
    @CsvSource({"40, 0", "40, 0.01", "150, 0.01", "17.25, 1e-6", "99.5, 0"})
    void derivativesAgreeWithDifferencesOfTau(double samples, double ridge) {
        Spectrum spectrum = Spectrum.powerLaw(1.2, 100);
        DeterministicEquivalent equivalent = DeterministicEquivalent.of(spectrum, samples, ridge);

        assertThat(equivalent.dTauDSamples())
                .isCloseTo(
                        slope(
                                n -> DeterministicEquivalent.of(spectrum, n, ridge)
                                        .tau(),
                                samples,
                                1e-4),
                        withinPercentage(1e-4));
        if (ridge > 0) {
            assertThat(equivalent.dTauDRidge())
                    .isCloseTo(
                            slope(
                                    r -> DeterministicEquivalent.of(spectrum, samples, r)
                                            .tau(),
                                    ridge,
                                    1e-4 * ridge),
                            withinPercentage(1e-4));
        }
        for (int i : new int[] {0, 7, 99}) {
            double lambda = spectrum.eigenvalue(i);
            assertThat(equivalent.dTauDEigenvalue(i))
                    .isCloseTo(
                            slope(
                                    value -> {
                                        double[] values = spectrum.eigenvalues();
                                        values[i] = value;
                                        return DeterministicEquivalent.of(Spectrum.of(values), samples, ridge)
                                                .tau();
                                    },
                                    lambda,
                                    1e-4 * lambda),
                            withinPercentage(1e-3));
        }
    }

    @Test
    void aZeroEigenvalueRaisesTauFromAbove() {
        double[] values = {3, 1, 0.1, 0};
        for (double samples : new double[] {2, 3.25}) {
            double tau =
                    DeterministicEquivalent.of(Spectrum.of(values), samples).tau();
            double raised = DeterministicEquivalent.of(Spectrum.of(3, 1, 0.1, 1e-9), samples)
                    .tau();
            assertThat(DeterministicEquivalent.of(Spectrum.of(values), samples).dTauDEigenvalue(3))
                    .isCloseTo((raised - tau) / 1e-9, withinPercentage(1e-4));
        }
    }

    @Test
    void aSubnormalTauIsAsAccurateAsOthers() {
        DeterministicEquivalent flat = DeterministicEquivalent.of(Spectrum.isotropic(2.3e-308, 10), 10 * (1 - 1e-11));
        assertThat(flat.tau()).isCloseTo(2.3e-319, withinPercentage(1e-2));
        assertThat(flat.relativeErrorBound()).isGreaterThan(1e-6).isLessThan(1e-3);
        assertThat(DeterministicEquivalent.of(Spectrum.of(1, 1e-308), 2 - 2e-12).tau())
                .isPositive();
    }

    @Test
    void withARidgeBeyondDoublesNothingIsLearnt() {
        DeterministicEquivalent equivalent = DeterministicEquivalent.of(Spectrum.isotropic(1e-300, 10), 5, 1e300);
        assertThat(equivalent.omega()).isZero();
        assertThat(equivalent.df1()).isZero();
        assertThat(equivalent.zeta(0)).isOne();
    }

    @Test
    void rejectsInvalidVariances() {
        DeterministicEquivalent equivalent = DeterministicEquivalent.of(Spectrum.of(1, 2), 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> equivalent.zetaOf(-1))
                .withMessage("lambda: -1.0 is not at least 0 and finite");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> equivalent.learnabilityOf(Double.NaN))
                .withMessage("lambda: NaN is not at least 0 and finite");
    }

    @Test
    void refusesSamplesThatAreNotPositive() {
        Spectrum spectrum = Spectrum.of(1, 2);
        for (double samples : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> DeterministicEquivalent.of(spectrum, samples))
                    .withMessage("samples: " + samples + " is not greater than 0 and finite");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DeterministicEquivalent.of(spectrum, Double.MIN_VALUE))
                .withMessageContaining("samples: 4.9E-324 is so small that τ overflows");
    }

    @Test
    void rejectsRidgesThatAreNotFiniteOrTooLarge() {
        Spectrum spectrum = Spectrum.of(1, 2);
        for (double ridge : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> DeterministicEquivalent.of(spectrum, 1, ridge))
                    .withMessage("ridge: " + ridge + " is not finite");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DeterministicEquivalent.of(spectrum, 1, 1e308))
                .withMessage("ridge: 1.0E308 is so large that τ overflows");
    }

    private static double slope(DoubleUnaryOperator function, double at, double step) {
        return (function.applyAsDouble(at + step) - function.applyAsDouble(at - step)) / (2 * step);
    }

    private static double relativeError(double actual, double expected) {
        return Math.abs(actual - expected) / Math.abs(expected);
    }

    /** The start of the solver may change τ by rounding, but not what it is the solution of. */
    @Test
    void isEqualIfItsArgumentsAre() {
        Spectrum spectrum = Spectrum.powerLaw(1.5, 100);
        DeterministicEquivalent equivalent = DeterministicEquivalent.of(spectrum, 40, 0.01);
        DeterministicEquivalent same = DeterministicEquivalent.of(Spectrum.powerLaw(1.5, 100), 40, 0.01);
        assertThat(equivalent)
                .isEqualTo(same)
                .hasSameHashCodeAs(same)
                .isNotEqualTo(DeterministicEquivalent.of(spectrum, 41, 0.01))
                .isNotEqualTo(DeterministicEquivalent.of(spectrum, 40, 0.02))
                .isNotEqualTo(DeterministicEquivalent.of(Spectrum.powerLaw(1.5, 101), 40, 0.01));
        for (double samples : new double[] {10, 39, 60, 100, 300}) {
            assertThat(DeterministicEquivalent.of(spectrum, samples, 0.3).at(40, 0.01))
                    .isEqualTo(equivalent)
                    .hasSameHashCodeAs(equivalent);
        }
    }
}
