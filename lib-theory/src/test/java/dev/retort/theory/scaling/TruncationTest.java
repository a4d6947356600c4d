package dev.retort.theory.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.RandomStreams;
import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.equivalent.Equivalent;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Training;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TruncationTest {

    /** Σ_{i>p} i^-power, by Euler and Maclaurin. */
    private static double tail(double power, double p) {
        return Math.pow(p, 1 - power) / (power - 1)
                - Math.pow(p, -power) / 2
                + power * Math.pow(p, -power - 1) / 12
                - power * (power + 1) * (power + 2) * Math.pow(p, -power - 3) / 720
                + power * (power + 1) * (power + 2) * (power + 3) * (power + 4) * Math.pow(p, -power - 5) / 30240;
    }

    @ParameterizedTest
    @CsvSource({"1.05, 1.5", "1.5, 1.2", "2, 3", "3, 9", "6, 2.5"})
    void anInfiniteLawTruncatedAnywhereIsWithinTheBounds(double alpha, double b) {
        RegressionTask endless = RegressionTask.of(Spectrum.powerLaw(alpha), Signal.sourcePowerLaw(b))
                .withNoise(0.01);
        for (int p : new int[] {30, 300, 3_000, 300_000}) {
            RegressionTask cut = RegressionTask.of(Spectrum.powerLaw(alpha, 1, 0, (long) p), Signal.sourcePowerLaw(b))
                    .withNoise(0.01);
            Truncation truncation = Truncation.of(cut, tail(alpha, p), tail(b, p));
            for (double samples : new double[] {0.5, 5, 20, 29.5, 30, 200, 1e5}) {
                for (double ridge : new double[] {0, Math.pow(10, -alpha)}) {
                    checkWithin(truncation.bounds(samples, ridge), endless, samples, ridge);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void anySpectrumWithAnyTailIsWithinTheBounds(long seed) {
        RandomGenerator random = RandomStreams.of(seed).generator();
        int p = 40;
        int all = 120;
        double[] eigenvalues = new double[all];
        double[] coefficients = new double[all];
        Arrays.setAll(eigenvalues, i -> Math.exp(random.nextGaussian() * 2 - (i < p ? 0 : 3)));
        Arrays.setAll(coefficients, i -> random.nextGaussian());
        double least = Arrays.stream(eigenvalues, 0, p).min().orElseThrow();
        double trace = 0;
        double power = 0;
        for (int i = p; i < all; i++) {
            eigenvalues[i] = Math.min(eigenvalues[i], least);
            trace += eigenvalues[i];
            power += eigenvalues[i] * coefficients[i] * coefficients[i];
        }
        RegressionTask whole = RegressionTask.of(Spectrum.of(eigenvalues), Signal.of(coefficients))
                .withNoise(0.3);
        RegressionTask known = RegressionTask.of(
                        Spectrum.of(Arrays.copyOf(eigenvalues, p)), Signal.of(Arrays.copyOf(coefficients, p)))
                .withNoise(0.3);
        for (double samples : new double[] {1, 10, 30, 39.5, 45, 119, 200}) {
            for (double ridge : new double[] {0, 1e-3, 1}) {
                checkWithin(Truncation.of(known, trace, power).bounds(samples, ridge), whole, samples, ridge);
                Truncation.Bounds listed = Truncation.of(known, trace, power).bounds(samples, ridge);
                Truncation.Bounds gathered =
                        Truncation.of(known.gathered(), trace, power).bounds(samples, ridge);
                assertThat(gathered.masked().low()).isCloseTo(listed.masked().low(), within(1e-11));
            }
        }
    }

    private static void checkWithin(Truncation.Bounds bounds, RegressionTask whole, double samples, double ridge) {
        Training training = Training.samples(samples).withRidge(ridge);
        Equivalent equivalent = training.equivalent(whole);
        check("tau", bounds.tau(), equivalent.tau(), samples);
        check("omega", bounds.omega(), equivalent.omega(), samples);
        check("standard", bounds.standard(), excess(whole, Surrogate.groundTruth(), training), samples);
        check("optimal", bounds.optimal(), excess(whole, Surrogate.optimal(), training), samples);
        check("masked", bounds.masked(), excess(whole, Surrogate.optimallyMasked(), training), samples);
    }

    private static void check(String name, Interval bounds, double value, double samples) {
        assertThat(bounds.contains(value))
                .as("%s of %s samples, %s, within %s", name, samples, value, bounds)
                .isTrue();
    }

    private static double excess(RegressionTask task, Surrogate surrogate, Training training) {
        return Distillation.of(task)
                .surrogate(surrogate)
                .target(training)
                .predict()
                .excess();
    }

    @ParameterizedTest
    @CsvSource({"1.5, 2", "2, 3", "3, 1.5"})
    void theBoundsCloseAsTheSpectrumGrows(double alpha, double b) {
        double samples = 100;
        double before = Double.POSITIVE_INFINITY;
        for (long p : new long[] {1_000, 10_000, 100_000, 100_000_000}) {
            RegressionTask cut = RegressionTask.of(Spectrum.powerLaw(alpha, 1, 0, p), Signal.sourcePowerLaw(b));
            Truncation.Bounds bounds = Truncation.of(cut, tail(alpha, (double) p), tail(b, (double) p))
                    .bounds(samples);
            double width = bounds.tau().width() / bounds.tau().high();
            // t λ_p/(τ² n(1 − Ω)), with a factor for the distance from the limit.
            double expected = 4 * Math.pow((double) p / samples, 1 - 2 * alpha);
            assertThat(width).isLessThan(expected + 3e-13).isLessThan(before + 3e-13);
            before = width;
            assertThat(bounds.optimal().width() / bounds.optimal().high())
                    .isLessThan(10 * expected + 10 * Math.pow((double) p / samples, 1 - b - alpha) + 1e-12);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 2_000, 20_000})
    void theTraceOfTheTailBoundsTheChangeOfTau(int p) {
        double samples = 100;
        DeterministicEquivalent cut = DeterministicEquivalent.of(Spectrum.powerLaw(1.5, p), samples);
        DeterministicEquivalent whole = DeterministicEquivalent.of(Spectrum.powerLaw(1.5), samples);
        double change = samples * (whole.tau() - cut.tau());
        assertThat(change).isBetween(0.0, tail(1.5, p) / cut.oneMinusOmega());
    }

    @Test
    void withoutATailTheBoundsAreTheValue() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(2, 50), Signal.sourcePowerLaw(1.5))
                .withNoise(0.1);
        for (double samples : new double[] {1, 49, 80}) {
            Truncation.Bounds bounds = Truncation.of(task, 0, 0).bounds(samples);
            checkWithin(bounds, task, samples, 0);
            assertThat(bounds.standard().width())
                    .isLessThan(1e-12 * bounds.standard().high());
        }
    }

    /** All its variance in features of the largest eigenvalue: the steps to the lower bound end within 1 % of the width. */
    @ParameterizedTest
    @ValueSource(ints = {20, 30, 45})
    void aTailOfEqualFeaturesIsAtTheLowerBound(int samples) {
        double[] eigenvalues = Arrays.copyOf(Spectrum.powerLaw(1.5, 50).eigenvalues(), 100);
        Arrays.fill(eigenvalues, 50, 100, 0.01);
        RegressionTask cut = RegressionTask.of(Spectrum.powerLaw(1.5, 50), Signal.sourcePowerLaw(1.4));
        Interval tau =
                Truncation.of(cut, 0.5, 0.01).withLargest(0.01).bounds(samples).tau();
        double whole =
                DeterministicEquivalent.of(Spectrum.of(eigenvalues), samples).tau();
        assertThat(whole).isBetween(tau.low(), tau.low() + 0.01 * tau.width());
    }

    @Test
    void aSmallerLargestEigenvalueNarrowsTheBounds() {
        RegressionTask cut = RegressionTask.of(Spectrum.powerLaw(2, 50), Signal.sourcePowerLaw(3));
        Truncation truncation = Truncation.of(cut, tail(2, 50), tail(3, 50));
        Truncation narrower = truncation.withLargest(Math.pow(51, -2));
        RegressionTask endless = RegressionTask.of(Spectrum.powerLaw(2), Signal.sourcePowerLaw(3));
        checkWithin(narrower.bounds(20), endless, 20, 0);
        assertThat(narrower.bounds(20).standard().width())
                .isLessThan(truncation.bounds(20).standard().width());
    }

    @Test
    void fromTheLastFeatureOnTheRiskIsUnbounded() {
        RegressionTask cut = RegressionTask.of(Spectrum.powerLaw(2, 50), Signal.sourcePowerLaw(3));
        Truncation.Bounds bounds = Truncation.of(cut, 1e-3, 1e-6).bounds(60);
        assertThat(bounds.standard().high()).isInfinite();
        assertThat(bounds.masked().high()).isFinite();
    }

    @Test
    void rejectsInvalidTails() {
        RegressionTask cut = RegressionTask.of(Spectrum.powerLaw(2, 50), Signal.sourcePowerLaw(3));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Truncation.of(cut, -1, 0))
                .withMessage("trace: -1.0 is not at least 0 and finite");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Truncation.of(cut, 1, Double.NaN))
                .withMessage("signalPower: NaN is not at least 0 and finite");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Truncation.of(cut, 1, 1).withLargest(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Truncation.of(cut, 1, 1).bounds(0));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> Truncation.of(RegressionTask.of(Spectrum.powerLaw(2), Signal.sourcePowerLaw(3)), 1, 1))
                .withMessageEndingWith(
                        "has an infinite spectrum, which no tail can follow; give it a number of features");
    }

    /** Without a signal only the noise contributes to the risk, and Ω is a share of n. */
    @Test
    void boundsAreNumbersWithoutASignalAndAtTheThreshold() {
        RegressionTask silent = RegressionTask.of(Spectrum.powerLaw(2, 50), Signal.constant(0));
        for (double samples : new double[] {1, 49.9, 50, 60}) {
            for (double power : new double[] {0, 1e-6}) {
                Truncation.Bounds bounds = Truncation.of(silent, 1e-3, power).bounds(samples);
                assertThat(bounds.omega().high()).isLessThanOrEqualTo(1);
                assertThat(bounds.omega().low()).isPositive();
                assertThat(bounds.standard().low()).isFinite();
                assertThat(bounds.standard().high()).isGreaterThanOrEqualTo(power);
                assertThat(power > 0 || bounds.standard().equals(new Interval(0, 0)))
                        .isTrue();
                assertThat(bounds.optimal().high()).isBetween(0.0, power * (1 + 2e-13));
                assertThat(bounds.masked().high()).isBetween(0.0, power * (1 + 2e-13));
            }
        }
        Truncation.Bounds tiny = Truncation.of(silent, Double.MIN_VALUE, 0).bounds(1e10);
        assertThat(tiny.omega().high()).isLessThanOrEqualTo(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Truncation.of(silent, 1e300, 0).bounds(1e-10))
                .withMessage("trace / samples: Infinity is not at least 0 and finite");
    }

    @Test
    void intervalsAndTruncationsAreValues() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Interval(2, 1))
                .withMessage("low: 2.0 is not at most high, 1.0");
        assertThatIllegalArgumentException().isThrownBy(() -> new Interval(Double.NaN, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Interval(0, Double.NaN));
        assertThat(new Interval(0, Double.POSITIVE_INFINITY).width()).isInfinite();
        assertThat(new Interval(0, 1)).hasToString("[0.0, 1.0]");
        Supplier<Truncation> truncation =
                () -> Truncation.of(RegressionTask.of(Spectrum.powerLaw(2, 5), Signal.sourcePowerLaw(3)), 0.1, 0.01);
        assertThat(truncation.get())
                .isEqualTo(truncation.get())
                .hasSameHashCodeAs(truncation.get())
                .isNotEqualTo(truncation.get().withLargest(1e-3));
        assertThat(truncation.get().toString())
                .endsWith("tail of trace 0.1, signal power 0.01, eigenvalues up to 0.04");
        assertThat(truncation.get().bounds(2)).isEqualTo(truncation.get().bounds(2));
    }

    @Test
    void withoutATailTheThresholdHasTheRiskOfTheTask() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(2, 30), Signal.sourcePowerLaw(1.5));
        assertThat(Truncation.of(task, 0, 0).bounds(30).standard()).isEqualTo(new Interval(0, 0));
        Interval noisy = Truncation.of(task.withNoise(0.1), 0, 0).bounds(30).standard();
        assertThat(noisy).isEqualTo(new Interval(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY));
    }
}
