package dev.retort.theory.incontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.SampleMean;
import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GaussianContextTest {

    private static final RegressionTask TASK = RegressionTask.of(
                    Spectrum.of(4, 1.5, 0.5, 0.5, 0.1, 0), Signal.of(0.5, -1, 0.3, 2, 1, 5))
            .withNoise(0.6);

    /** Calculated by hand in exact fractions: λ = (2, 1), β = (1, 2), σ² = 4, n = 3. */
    @Test
    void oneStepAgreesWithACalculationByHand() {
        RegressionTask task =
                RegressionTask.of(Spectrum.of(2, 1), Signal.of(1, 2)).withNoise(2);
        GaussianContext context = GaussianContext.of(task, 3);
        // βΣβ = 6, βΣ²β = 8, βΣ³β = 12, tr Σ² = 5, label variance 10.
        assertThat(context.zero()).isEqualTo(6);
        assertThat(context.gradientStep(0.1)).isCloseTo(6 - 2 * 0.3 * 8 + 0.01 * (12 * 12 + 3 * 10 * 5), within(1e-14));
        assertThat(context.bestStep()).isCloseTo(8.0 / (4 * 12 + 10 * 5), within(1e-16));
        assertThat(context.gradientStep(context.bestStep())).isCloseTo(6 - 3 * 64.0 / 98, within(1e-14));
    }

    @ParameterizedTest
    @CsvSource({"1, 0.05", "3, 0.05", "12, 0.02", "40, 0.01"})
    void sampledContextsAgreeWithExactRisks(int length, double step) {
        SampledContexts sampled = SampledContexts.of(TASK, length, 4000, 11);
        GaussianContext context = GaussianContext.of(TASK, length);
        assertThat(Math.abs(
                        sampled.excess(InContextPredictor.gradientStep(step)).zScore(context.gradientStep(step))))
                .isLessThan(4);
        assertThat(sampled.excess(InContextPredictor.zero()).mean()).isCloseTo(context.zero(), within(1e-12));
        if (length > 10) {
            assertThat(Math.abs(
                            sampled.excess(InContextPredictor.leastSquares()).zScore(context.leastSquares())))
                    .isLessThan(4);
        }
    }

    @ParameterizedTest
    @CsvSource({"12, 5, 3", "12, 30, 3", "4, 12, 8"})
    void sampledContextsAgreeWithTheIsotropicTheory(int dimension, int length, int steps) {
        RegressionTask task = RegressionTask.of(
                        Spectrum.isotropic(1, dimension), Signal.constant(Math.sqrt(1.0 / dimension)))
                .withNoise(0.5);
        SampledContexts sampled = SampledContexts.of(task, length, 3000, 5);
        IsotropicContext exact = IsotropicContext.of(dimension, length).withNoise(0.5);
        InContextPredictor descent = exact.bestGradientSteps(steps);
        assertThat(Math.abs(sampled.excess(descent).zScore(exact.excess(descent))))
                .isLessThan(4);
        assertThat(Math.abs(sampled.excess(exact.bayes()).zScore(exact.excess(exact.bayes()))))
                .isLessThan(4);
        InContextPredictor leastSquares = InContextPredictor.leastSquares();
        assertThat(Math.abs(sampled.excess(leastSquares).zScore(exact.excess(leastSquares))))
                .isLessThan(4);
    }

    /** The error is O(1/d): the test allows 0.5/d for Bayes, and 5/d for least squares at n = 3d/4. */
    @Test
    void theEquivalentsComeCloserToTheExactRisksAsSizesGrow() {
        double before = Double.POSITIVE_INFINITY;
        for (int d : new int[] {20, 80, 320}) {
            RegressionTask task = RegressionTask.of(Spectrum.isotropic(1, d), Signal.constant(Math.sqrt(1.0 / d)))
                    .withNoise(0.5);
            IsotropicContext exact = IsotropicContext.of(d, 3 * d / 4).withNoise(0.5);
            GaussianContext equivalent = GaussianContext.of(task, 3 * d / 4);
            double bayes = Math.abs(equivalent.bayes() / exact.excess(exact.bayes()) - 1);
            double leastSquares =
                    Math.abs(equivalent.leastSquares() / exact.excess(InContextPredictor.leastSquares()) - 1);
            assertThat(bayes).isLessThan(0.5 / d);
            assertThat(leastSquares).isLessThan(5.0 / d);
            assertThat(bayes + leastSquares).isLessThan(before / 3);
            before = bayes + leastSquares;
            // For isotropic tasks the Bayes predictor is ridge regression of strength σ²d/p.
            assertThat(equivalent.ridge(0.25 * d) / equivalent.bayes()).isCloseTo(1, within(1e-12));
        }
    }

    /** The error is O(1/n): the test allows a relative 1/n plus four standard errors. */
    @Test
    void theEquivalentsAgreeWithSampledContextsOfAnyCovariance() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1, 40), Signal.constant(0.5))
                .withNoise(0.3);
        for (int n : new int[] {20, 60}) {
            SampledContexts sampled = SampledContexts.of(task, n, 400, 3);
            SampleMean ridge = sampled.excess(InContextPredictor.ridge(1.5));
            double expected = GaussianContext.of(task, n).ridge(1.5);
            assertThat(ridge.mean()).isCloseTo(expected, within(4 * ridge.standardError() + expected / n));
        }
        SampleMean interpolation = SampledContexts.of(task, 15, 400, 3).excess(InContextPredictor.leastSquares());
        double expected = GaussianContext.of(task, 15).leastSquares();
        assertThat(interpolation.mean()).isCloseTo(expected, within(4 * interpolation.standardError() + expected / 15));
    }

    @Test
    void noPredictorOfTheEquivalentsBeatsBayesWhoseTestRiskIsTheFixedPoint() {
        double[] scaled = IntStream.range(0, TASK.dimension())
                .mapToDouble(i -> Math.pow(TASK.whitenedCoefficient(i), 2))
                .toArray();
        for (int n : new int[] {1, 5, 30, 200}) {
            GaussianContext context = GaussianContext.of(TASK, n);
            for (double strength : new double[] {0.01, 0.1, 0.3, 1, 3}) {
                assertThat(context.ridge(strength)).isGreaterThan(context.bayes());
            }
            double tau =
                    DeterministicEquivalent.of(Spectrum.of(scaled), n, 0.36 / n).tau();
            assertThat((context.bayes() + 0.36) / (n * tau)).isCloseTo(1, within(1e-13));
        }
    }

    @Test
    void edges() {
        assertThat(GaussianContext.of(TASK, 0).bayes()).isEqualTo(TASK.signalPower());
        assertThat(GaussianContext.of(TASK, 0).ridge(1)).isEqualTo(TASK.signalPower());
        assertThat(GaussianContext.of(TASK, 0).leastSquares()).isEqualTo(TASK.signalPower());
        assertThat(GaussianContext.of(TASK, 0).gradientStep(0.3)).isCloseTo(TASK.signalPower(), within(1e-12));
        for (int n = 4; n <= 6; n++) {
            assertThat(GaussianContext.of(TASK, n).leastSquares()).isInfinite();
        }
        // The zero eigenvalue does not count.
        assertThat(GaussianContext.of(TASK, 10).leastSquares()).isCloseTo(0.36 * 5 / 4, within(1e-15));
        assertThat(GaussianContext.of(TASK.withNoise(0), 5).leastSquares()).isZero();
        assertThat(GaussianContext.of(TASK.withNoise(0), 4).leastSquares())
                .isPositive()
                .isFinite();
        RegressionTask nothing = RegressionTask.of(Spectrum.of(1, 2), Signal.constant(0));
        assertThat(GaussianContext.of(nothing, 3).bestStep()).isZero();
        assertThat(GaussianContext.of(nothing.withNoise(1), 3).bayes()).isZero();
    }

    @Test
    void contextsAreValues() {
        assertThat(GaussianContext.of(TASK, 5))
                .isEqualTo(GaussianContext.of(TASK, 5))
                .hasSameHashCodeAs(GaussianContext.of(TASK, 5))
                .isNotEqualTo(GaussianContext.of(TASK, 6))
                .isNotEqualTo(GaussianContext.of(TASK.withNoise(0.123), 5));
        SampledContexts sampled = SampledContexts.of(TASK, 5, 2, 3);
        assertThat(sampled)
                .isEqualTo(SampledContexts.of(TASK, 5, 2, 3))
                .hasSameHashCodeAs(SampledContexts.of(TASK, 5, 2, 3))
                .isNotEqualTo(SampledContexts.of(TASK, 5, 3, 3))
                .isNotEqualTo(SampledContexts.of(TASK, 5, 2, 4))
                .isNotEqualTo(SampledContexts.of(TASK, 6, 2, 3))
                .hasToString("2 sampled contexts of 5 examples, seed 3, " + TASK);
    }

    @Test
    void resultsDependOnlyOnTheSeed() {
        double once = SampledContexts.of(TASK, 5, 50, 3)
                .excess(InContextPredictor.ridge(1))
                .mean();
        assertThat(SampledContexts.of(TASK, 5, 50, 3)
                        .excess(InContextPredictor.ridge(1))
                        .mean())
                .isEqualTo(once);
        assertThat(SampledContexts.of(TASK, 5, 50, 4)
                        .excess(InContextPredictor.ridge(1))
                        .mean())
                .isNotEqualTo(once);
    }

    @Test
    void badInputIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> GaussianContext.of(TASK, -1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GaussianContext.of(RegressionTask.of(Spectrum.powerLaw(2), Signal.constant(1)), 5));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        SampledContexts.of(RegressionTask.of(Spectrum.powerLaw(2), Signal.constant(1)), 5, 10, 1));
        GaussianContext context = GaussianContext.of(TASK, 3);
        assertThatIllegalArgumentException().isThrownBy(() -> context.gradientStep(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> context.gradientStep(Double.NaN));
        assertThatIllegalArgumentException().isThrownBy(() -> context.ridge(0));
        assertThatIllegalArgumentException().isThrownBy(() -> context.ridge(Double.NaN));
        assertThatIllegalArgumentException().isThrownBy(() -> SampledContexts.of(TASK, 0, 10, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> SampledContexts.of(TASK, 3, 1, 1));
    }

    /** The contexts are decomposed in the span of their rows: a matrix of the features would have 2.5e9 entries. */
    @Test
    void shortContextsOfManyFeaturesAreSampled() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(2, 50_000), Signal.sourcePowerLaw(1.5))
                .withNoise(0.1);
        SampledContexts contexts = SampledContexts.of(task, 20, 6, 1);
        SampleMean ridge = contexts.excess(InContextPredictor.ridge(0.1));
        double expected = GaussianContext.of(task, 20).ridge(0.1);
        assertThat(ridge.mean()).isCloseTo(expected, within(4 * ridge.standardError() + expected / 20));
        assertThat(contexts.excess(InContextPredictor.zero()).mean() / task.signalPower())
                .isCloseTo(1, within(1e-12));
    }

    /** From as many examples as features, the risk is that of the noise, whatever the scales of the features. */
    @Test
    void scalesOfTheFeaturesDoNotMatterToLeastSquares() {
        InContextPredictor leastSquares = InContextPredictor.leastSquares();
        double[] risks = new double[3];
        for (int k = 0; k < risks.length; k++) {
            RegressionTask task = RegressionTask.of(Spectrum.powerLaw(k + 0.5, 20), Signal.constant(0.4))
                    .withNoise(0.2);
            risks[k] = SampledContexts.of(task, 20, 20, 7).excess(leastSquares).mean();
        }
        assertThat(risks[1] / risks[0]).isCloseTo(1, within(1e-11));
        assertThat(risks[2] / risks[0]).isCloseTo(1, within(1e-11));
    }

    @Test
    void contextsThatDoNotFitIntoMemoryAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SampledContexts.of(TASK, 5, Integer.MAX_VALUE, 1))
                .withMessageStartingWith("count: 2147483647 contexts of 5 examples with 6 features need 1.05e+03 GB,")
                .withMessageContaining("GaussianContext");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SampledContexts.of(
                        RegressionTask.of(Spectrum.isotropic(1, 10_000), Signal.constant(1)), Integer.MAX_VALUE, 2, 1))
                .withMessageContaining("take fewer or shorter ones");
    }
}
