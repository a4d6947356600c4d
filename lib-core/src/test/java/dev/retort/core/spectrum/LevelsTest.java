package dev.retort.core.spectrum;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.equivalent.DeterministicEquivalent;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Spectra with more features than a list, given as value and multiplicity. */
class LevelsTest {

    /** The rounding of doubles, in per cent. */
    private static final double ROUNDING = 1e-12;

    private static final double[] VALUES = {0.5, 3e-4, 2e-7, 1e-10};

    @Test
    void aKernelOnASphereHasAsManyNodesAsDegrees() {
        Spectrum kernel = Spectrum.withMultiplicities(VALUES, new double[] {1, 1000, 500499, 167166000});
        assertThat(kernel.isListed()).isFalse();
        assertThat(kernel.measure().size()).isEqualTo(4);
        assertThat(kernel.dimension()).isEqualTo(167667500);
        assertThat(kernel.rank()).isEqualTo(167667500);
        assertThat(kernel.eigenvalue(0)).isEqualTo(0.5);
        assertThat(kernel.eigenvalue(1000)).isEqualTo(3e-4);
        assertThat(kernel.eigenvalue(1001)).isEqualTo(2e-7);
        assertThat(kernel.eigenvalue(167667499)).isEqualTo(1e-10);
        // Computed by bisection with 30 digits.
        assertThat(DeterministicEquivalent.of(kernel, 2000).tau())
                .isCloseTo(9.419152518152317e-5, withinPercentage(ROUNDING));
        assertThat(kernel)
                .isEqualTo(Spectrum.withMultiplicities(VALUES, new int[] {1, 1000, 500499, 167166000}))
                .isEqualTo(Spectrum.withMultiplicities(VALUES, new long[] {1, 1000, 500499, 167166000}))
                .hasSameHashCodeAs(Spectrum.withMultiplicities(VALUES, new int[] {1, 1000, 500499, 167166000}))
                .isNotEqualTo(Spectrum.withMultiplicities(VALUES, new int[] {1, 1000, 500499, 167166001}))
                .hasToString("Spectrum of 1 + 1000 + 500499 + 167166000 features, eigenvalues"
                        + " [0.5, 3.0E-4, 2.0E-7, 1.0E-10]");
    }

    @Test
    void multiplicitiesMayBeFarLargerThanAnyArray() {
        double[] counts = {1, 1e10, 1e40, 1e58};
        Spectrum spectrum = Spectrum.withMultiplicities(new double[] {1, 1e-10, 1e-40, 1e-60}, counts);
        // All features of the last level share the remaining degrees of freedom: 1e57 = 1e58 λ/(λ + τ).
        assertThat(DeterministicEquivalent.of(spectrum, 1e57).tau()).isCloseTo(9e-60, withinPercentage(ROUNDING));
        assertThatIllegalStateException()
                .isThrownBy(spectrum::dimension)
                .withMessageStartingWith("The dimension of Spectrum of 1 + 10000000000 + 1.0E40 + 1.0E58 features")
                .withMessageEndingWith(" is 1.0E58, not below 2^31 - 8; features() gives it as a double");
        assertThat(DeterministicEquivalent.of(spectrum, 1e58 * (1 - 1e-9), 1e-62)
                        .omega())
                .isBetween(0.0, 1.0);
    }

    @Test
    void aSignalOfLevelsIsAValue() {
        Signal signal = Signal.withMultiplicities(new double[] {2, -0.5}, new double[] {1, 1e10});
        assertThat(signal)
                .isEqualTo(Signal.withMultiplicities(new double[] {2, -0.5}, new double[] {1, 1e10}))
                .hasSameHashCodeAs(Signal.withMultiplicities(new double[] {2, -0.5}, new double[] {1, 1e10}))
                .isNotEqualTo(Signal.withMultiplicities(new double[] {2, 0.5}, new double[] {1, 1e10}))
                .isNotEqualTo(Signal.withMultiplicities(new double[] {2, -0.5}, new double[] {1, 1e11}))
                .isNotEqualTo(Signal.of(2, -0.5))
                .hasToString("1 + 10000000000 features, coefficients [2.0, -0.5]");
    }

    @Test
    void weightsThatRoundingSwallowsLeaveNoHole() {
        Spectrum spectrum = Spectrum.withMultiplicities(new double[] {1, 1e-3, 1e-6}, new double[] {1e30, 5, 1e30});
        for (double samples : new double[] {1e29, 1e30, Math.nextUp(1e30), 1.5e30}) {
            DeterministicEquivalent equivalent = DeterministicEquivalent.of(spectrum, samples);
            double tau = equivalent.tau();
            assertThat(1e30 / (1 + tau) + 1e30 * (1e-6 / (1e-6 + tau))).isCloseTo(samples, withinPercentage(1e-12));
        }
    }

    @Test
    void levelsAgreeWithTheirFeatures() {
        int[] counts = {3, 40, 500, 7};
        double[] values = {0.01, 1, 0, 2};
        Spectrum listed = Spectrum.withMultiplicities(values, counts);
        Levels levels = new Levels(values, new double[] {3, 40, 500, 7});
        assertThat(listed.isListed()).isTrue();
        assertThat(levels.measure().size()).isEqualTo(3);
        assertThat(levels.measure().rank()).isEqualTo(50);
        assertThat(levels.measure().trace()).isCloseTo(listed.measure().trace(), withinPercentage(ROUNDING));
        assertThat(levels.last()).isEqualTo(550);
        assertThat(levels.zeros()).isEqualTo(500);
        for (int i = 0; i < 550; i++) {
            assertThat(levels.value(i + 1)).isEqualTo(listed.eigenvalue(i));
        }
        double[] coefficients = {1, 2, 3, -4};
        Signal repeated = Signal.withMultiplicities(coefficients, new double[] {3, 40, 500, 7});
        RegressionTask task = RegressionTask.of(listed, repeated);
        assertThat(task.coefficient(2)).isEqualTo(1);
        assertThat(task.coefficient(3)).isEqualTo(2);
        assertThat(task.coefficient(549)).isEqualTo(-4);
        assertThat(task.signalPower()).isCloseTo(0.03 + 160 + 7 * 32, withinPercentage(ROUNDING));
        for (Signal signal : List.of(repeated, Signal.constant(-3))) {
            TaskNodes nodes = TaskNodes.of(new IndexedFeatures(levels, signal));
            double power = 0;
            for (int k = 0; k < nodes.size(); k++) {
                power += nodes.power(k) * nodes.truth(k) * nodes.truth(k);
            }
            assertThat(power).isCloseTo(RegressionTask.of(listed, signal).signalPower(), withinPercentage(ROUNDING));
        }
    }

    @Test
    void signalsOfHugeLevelsHaveTheirPower() {
        double[] counts = {1, 1000, 500499, 167166000};
        Spectrum kernel = Spectrum.withMultiplicities(VALUES, counts);
        double[] coefficients = IntStream.range(0, 4)
                .mapToDouble(k -> Math.sqrt(0.25 / counts[k] / VALUES[k]))
                .toArray();
        RegressionTask task = RegressionTask.of(kernel, Signal.withMultiplicities(coefficients, counts));
        assertThat(task.signalPower()).isCloseTo(1, withinPercentage(ROUNDING));
        assertThat(task.gathered()).isSameAs(task);
        assertThat(task.nodes().splitAt(3e-4)).isSameAs(task.nodes());
        assertThat(RegressionTask.of(kernel, Signal.sourcePowerLaw(2)).signalPower())
                .isCloseTo(Math.PI * Math.PI / 6 - 1 / 167667500.5, withinPercentage(ROUNDING));
    }

    @Test
    void powersAreSummedOverAnyNumberOfFeatures() {
        for (double b : new double[] {-2, 0, 0.5, 1, 1.5, 4, 30}) {
            for (int first : new int[] {1, 7, 900}) {
                for (int last : new int[] {first, first + 1, first + 300, first + 5000}) {
                    double sum = 0;
                    for (int i = last; i >= first; i--) {
                        sum += Math.pow(i, -b);
                    }
                    assertThat(PowerSum.between(first, last, b))
                            .as("from %d to %d, b = %s", first, last, b)
                            .isCloseTo(sum, withinPercentage(3e-12));
                }
            }
        }
        assertThat(PowerSum.between(1, 1e58, 2)).isCloseTo(Math.PI * Math.PI / 6, withinPercentage(ROUNDING));
        // The harmonic number of 10^15: ln 10^15 + γ + 1/(2·10^15)
        assertThat(PowerSum.between(1, 1e15, 1))
                .isCloseTo(15 * Math.log(10) + 0.5772156649015329 + 5e-16, withinPercentage(ROUNDING));
    }

    @Test
    void namedFamiliesOfAnyLength() {
        Spectrum isotropic = Spectrum.isotropic(2, Integer.MAX_VALUE);
        assertThat(isotropic.isListed()).isFalse();
        assertThat(isotropic.measure().size()).isOne();
        assertThat(DeterministicEquivalent.of(isotropic, 1e9).omega())
                .isCloseTo(1e9 / Integer.MAX_VALUE, withinPercentage(ROUNDING));
        assertThat(Spectrum.isotropic(2, 10_000_000).isListed()).isTrue();
        Spectrum spiked = Spectrum.spiked(9, 3, 2_000_000_000);
        assertThat(spiked.eigenvalue(2)).isEqualTo(9);
        assertThat(spiked.eigenvalue(3)).isOne();
        assertThat(spiked.measure().trace()).isEqualTo(27 + 1_999_999_997.0);
        assertThat(Spectrum.spiked(9, 2_000_000_000, 2_000_000_000).measure().size())
                .isOne();
        assertThat(Spectrum.powerLaw(1.5, 20_000_000)).isEqualTo(Spectrum.powerLaw(1.5, 1, 0, 20_000_000));
        refuses(
                "dimension: 20000000 is above 10000000, the most features that are listed; for more, give a power law",
                () -> Spectrum.exponential(1e-6, 20_000_000));
        assertThatIllegalStateException()
                .isThrownBy(() -> Spectrum.powerLaw(2, 1, 0, 1_000_000_000).eigenvalues())
                .withMessage(
                        "Spectrum of 1000000000 features, 1.0 (i + 0.0)^-2.0 has too many features for a list, more than"
                                + " 10000000; Spectrum.of(spectrum.first(count).eigenvalues()) lists the first ones, and the theory's"
                                + " Truncation bounds what the others change");
    }

    @Test
    void acceptsListsAndStreams() {
        assertThat(Spectrum.of(List.of(3, 1.5, 0L))).isEqualTo(Spectrum.of(3, 1.5, 0));
        assertThat(Spectrum.of(DoubleStream.of(3, 1.5))).isEqualTo(Spectrum.of(3, 1.5));
        refuses("eigenvalues: [] has no entry, at least one is needed", () -> Spectrum.of(List.of()));
        refuses("eigenvalues: [] has no entry, at least one is needed", () -> Spectrum.of(DoubleStream.empty()));
        refuses("eigenvalues[1]: null is not allowed", () -> Spectrum.of(java.util.Arrays.asList(1.0, null)));
        refuses("eigenvalues[0]: NaN is not finite", () -> Spectrum.of(DoubleStream.of(Double.NaN)));
    }

    @Test
    void rejectsInvalidMultiplicities() {
        double[] two = {1, 2};
        refuses(
                "counts.length: 1 is not the number of values, 2",
                () -> Spectrum.withMultiplicities(two, new double[] {1}));
        refuses(
                "counts[1]: 0.0 is not a whole number of at least 1",
                () -> Spectrum.withMultiplicities(two, new int[] {1, 0}));
        refuses(
                "counts[0]: 2.5 is not a whole number of at least 1",
                () -> Spectrum.withMultiplicities(two, new double[] {2.5, 1}));
        refuses(
                "counts[0]: NaN is not a whole number of at least 1",
                () -> Spectrum.withMultiplicities(two, new double[] {Double.NaN, 1}));
        refuses(
                "counts: their sum, 1.0E101, is not at most 1.0E100",
                () -> Spectrum.withMultiplicities(two, new double[] {1e101, 1}));
        Spectrum kernel = Spectrum.withMultiplicities(two, new double[] {1e9, 1e9});
        refuses(
                "counts: 500000000 + 1500000000 are not those of the levels of Spectrum of 1000000000 + 1000000000 features,"
                        + " eigenvalues [1.0, 2.0]",
                () -> RegressionTask.of(kernel, Signal.withMultiplicities(two, new double[] {5e8, 1.5e9})));
        refuses(
                "counts: their sum, 3000000000, is not the dimension of the spectrum, 2000000000",
                () -> RegressionTask.of(kernel, Signal.withMultiplicities(two, new double[] {1e9, 2e9})));
        refuses(
                "coefficients.length: 2 is not the dimension of the spectrum, 2000000000",
                () -> RegressionTask.of(kernel, Signal.of(1, 2)));
        refuses(
                "counts: their sum, 3, is not the dimension of the spectrum, 2",
                () -> RegressionTask.of(Spectrum.of(1, 2), Signal.withMultiplicities(two, new double[] {1, 2})));
        refuses(
                "spectrum: 1000000000 zero eigenvalues leave λβ² = i^-b without a solution β",
                () -> RegressionTask.of(
                        Spectrum.withMultiplicities(new double[] {1, 0}, new double[] {1e9, 1e9}),
                        Signal.sourcePowerLaw(2)));
    }

    @Test
    void zeroLevelsAreHandled() {
        Spectrum spectrum = Spectrum.withMultiplicities(new double[] {1, 0}, new double[] {3e7, 2e7});
        assertThat(spectrum.dimension()).isEqualTo(50_000_000);
        assertThat(spectrum.rank()).isEqualTo(30_000_000);
        assertThat(RegressionTask.of(spectrum, Signal.constant(2)).signalPower())
                .isCloseTo(1.2e8, within(1e-6));
    }
}
