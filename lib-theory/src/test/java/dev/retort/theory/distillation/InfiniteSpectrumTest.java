package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.simulation.Trials;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pipelines on infinite power laws, and on laws with too many features for a list. */
class InfiniteSpectrumTest {

    private static final double PERCENT = 1e-10;

    @ParameterizedTest
    @CsvSource({
        // Values of 17 digits from mpmath, in two discretisations; see power-laws.tsv of lib-core.
        "2.0, 1.5, 200, 0.294201242639525068, 0.181543847905992879",
        "1.5, 2.0, 50, 0.0573215731616240204, 0.0454979649273705932",
        "3.0, 1.2, 1000, 3.6774504074577267, 1.3373457827694907"
    })
    void risksAgreeWithHighPrecision(double alpha, double b, double samples, double standard, double optimal) {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(alpha), Signal.sourcePowerLaw(b));
        assertThat(excess(task, Surrogate.groundTruth(), samples)).isCloseTo(standard, withinPercentage(PERCENT));
        assertThat(excess(task, Surrogate.optimal(), samples)).isCloseTo(optimal, withinPercentage(PERCENT));
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 20.5, 300})
    void listedLawsApproachTheInfiniteLaw(double samples) {
        RegressionTask endless = RegressionTask.of(Spectrum.powerLaw(2.5), Signal.sourcePowerLaw(3))
                .withNoise(0.1);
        RegressionTask listed = RegressionTask.of(Spectrum.powerLaw(2.5, 200_000), Signal.sourcePowerLaw(3))
                .withNoise(0.1);
        for (Surrogate surrogate :
                new Surrogate[] {Surrogate.groundTruth(), Surrogate.optimal(), Surrogate.optimallyMasked()}) {
            // The part of the trace that the list lacks, p^-1.5/1.5, is at most 3e-5 of nτ.
            assertThat(excess(listed, surrogate, samples))
                    .isCloseTo(excess(endless, surrogate, samples), withinPercentage(1e-2));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 20.5, 3000, 39_000})
    void aFiniteLawAgreesWithItsList(double samples) {
        RegressionTask law = RegressionTask.of(Spectrum.powerLaw(1.5, 1, 0, 40_000L), Signal.sourcePowerLaw(1.4));
        RegressionTask list = RegressionTask.of(Spectrum.powerLaw(1.5, 40_000), Signal.sourcePowerLaw(1.4));
        assertThat(law.spectrum().isListed()).isFalse();
        for (Surrogate surrogate :
                new Surrogate[] {Surrogate.groundTruth(), Surrogate.optimal(), Surrogate.optimallyMasked()}) {
            assertThat(excess(law, surrogate, samples))
                    .isCloseTo(excess(list, surrogate, samples), withinPercentage(1e-9));
        }
        WeakToStrong ofLaw = verdict(law, samples);
        WeakToStrong ofList = verdict(list, samples);
        assertThat(ofLaw.advantage()).isCloseTo(ofList.advantage(), withinPercentage(1e-8));
    }

    @Test
    void costDoesNotDependOnTheNumberOfFeatures() {
        Sweep.Curves curves = Sweep.along(new double[] {1e3, 1e6, 1e9}, Training::samples)
                .predict(Distillation.of(RegressionTask.of(
                        Spectrum.powerLaw(2, 1, 0, 1_000_000_000_000_000L), Signal.sourcePowerLaw(3))));
        // λ = i^-2, λβ² = i^-3: excess ~ n^-2 with the constant π²/4 (τ^c with c = 1 and C = π/2), to 1/n and to n/p.
        for (int k = 0; k < 3; k++) {
            double samples = Math.pow(10, 3 * (k + 1));
            assertThat(curves.excess(0)[k] * (samples + 0.5) * (samples + 0.5))
                    .isCloseTo(Math.PI * Math.PI / 4, withinPercentage(100 / samples + 100 * samples / 1e15));
        }
    }

    @Test
    void methodsThatNeedAListSaySo() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(2), Signal.sourcePowerLaw(3));
        Distillation pipeline = Distillation.of(task).target(Training.samples(10));
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> pipeline.predict().share(0))
                .withMessageStartingWith(
                        "No share belongs to a single feature, because the features of the task are gathered or not listed");
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> pipeline.againstStrongLabels().carriers())
                .withMessageStartingWith(
                        "No share belongs to a single feature, because the features of the task are gathered or not listed");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> pipeline.simulate(Trials.of(2)))
                .withMessageStartingWith("pipeline.task.spectrum: Spectrum of infinitely many features")
                .withMessageContaining("has too many features for a list");
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(pipeline::surrogateCoefficients)
                .withMessageContaining(
                        "has too many features for a list, more than 10000000; Spectrum.of(spectrum.first(");
    }

    private static WeakToStrong verdict(RegressionTask task, double samples) {
        return Distillation.of(task)
                .surrogate(Surrogate.optimal())
                .target(Training.samples(samples))
                .againstStrongLabels();
    }

    private static double excess(RegressionTask task, Surrogate surrogate, double samples) {
        return Distillation.of(task)
                .surrogate(surrogate)
                .target(Training.samples(samples))
                .predict()
                .excess();
    }
}
