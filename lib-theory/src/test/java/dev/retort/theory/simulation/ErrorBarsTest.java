package dev.retort.theory.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Training;
import java.util.Arrays;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares the theory's error bars, the corrected mean and the scatter of a single run, with simulations. */
class ErrorBarsTest {

    static Stream<Arguments> kindsAndSizes() {
        Map<String, IntFunction<Distillation>> kinds = Map.of(
                "ridge 0", n -> truth(n).target(Training.samples(n)),
                "ridge 0.05", n -> truth(n).target(Training.samples(n).withRidge(0.05)),
                "masked, of the optimal surrogate",
                        n -> truth(n).surrogate(Surrogate.optimal())
                                .target(Training.samples(n).withMask(FeatureMask.keepingFirst(n / 2, 2 * n))),
                "two stages, mixed labels",
                        n -> truth(n).surrogate(Training.samples(2 * n).withRidge(0.01))
                                .then(Training.samples(n).withTeacherShare(0.6)));
        // Large sizes have few trials; with a ridge, controlled trials scatter less.
        Map<Integer, Integer> trials = Map.of(25, 1600, 50, 800, 100, 160);
        Map<Integer, Integer> withRidge = Map.of(25, 1000, 50, 400, 100, 60);
        return kinds.entrySet().stream()
                .flatMap(kind -> (kind.getKey().equals("ridge 0.05") ? withRidge : trials)
                        .entrySet().stream()
                                .map(size -> Arguments.of(
                                        kind.getKey(),
                                        size.getKey(),
                                        kind.getValue().apply(size.getKey()),
                                        size.getValue())));
    }

    private static Distillation.Draft truth(int samples) {
        return Distillation.of(RegressionTask.of(Spectrum.powerLaw(1.5, 2 * samples), Signal.sourcePowerLaw(1.5))
                .withNoise(0.5));
    }

    @ParameterizedTest(name = "{0}, n = {1}")
    @MethodSource("kindsAndSizes")
    void meansAgreeWithTheCorrection(String kind, int samples, Distillation pipeline, int trials) {
        Simulation simulation = pipeline.simulate(Trials.of(trials).withSeed(1).controlled());
        RiskReport prediction = pipeline.predict();
        double corrected = prediction.corrected().getAsDouble();
        assertThat(simulation.expected(prediction)).isEqualTo(corrected);
        double allowed = 4.0 / samples / samples * corrected;
        assertThat(simulation.mean()).isCloseTo(corrected, within(3 * simulation.standardError() + allowed));
        if (samples <= 50 && !kind.equals("ridge 0.05")) {
            // The uncorrected limit does not pass this test.
            assertThat(simulation.mean() - prediction.excess()).isGreaterThan(3 * simulation.standardError() + allowed);
        }
    }

    static Stream<Distillation> literalPipelines() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.2, 100), Signal.sourcePowerLaw(1.4))
                .withNoise(0.4);
        return Stream.of(
                Distillation.of(task).target(Training.samples(100).withRidge(0.05)),
                Distillation.of(task)
                        .surrogate(Training.samples(200).withRidge(0.01))
                        .then(Training.samples(100).withRidge(0.02)));
    }

    @ParameterizedTest
    @MethodSource("literalPipelines")
    void singleRunsScatterAsPredicted(Distillation pipeline) {
        int trials = 2500;
        Simulation simulation = pipeline.simulate(Trials.of(trials).withSeed(1).literal());
        RiskReport prediction = pipeline.predict();
        // 1.4 % is the standard error of a standard deviation from this many runs.
        assertThat(simulation.standardError() * Math.sqrt((double) trials))
                .isCloseTo(prediction.standardDeviation().getAsDouble(), withinPercentage(3));
        int runs = 500;
        double[] z = Arrays.stream(simulation.excess())
                .limit(runs)
                .map(excess -> prediction.zScore(excess).getAsDouble())
                .toArray();
        double mean = Arrays.stream(z).average().orElseThrow();
        double square = Arrays.stream(z).map(score -> score * score).average().orElseThrow();
        assertThat(mean).isCloseTo(0, within(3 / Math.sqrt((double) runs)));
        assertThat(Math.sqrt(square - mean * mean)).isCloseTo(1, withinPercentage(5));
        assertThat(Arrays.stream(z).filter(score -> Math.abs(score) < 2).count() / (double) runs)
                .isBetween(0.93, 0.97);
    }

    @Test
    void theErrorAfterCorrectionFallsLikeOneOverNSquared() {
        // The exact risks are σ²p/(n − p − 1) and σ²n/(p − n − 1); after two terms, the third is 1/(n − p)² of the
        // first.
        for (int n : new int[] {100, 200, 400}) {
            assertThat(left(n, n / 2, 1.0 * n / 2 / (n / 2 - 1)))
                    .isCloseTo(1 / Math.pow(n / 2.0, 2), withinPercentage(3));
            assertThat(left(n, 2 * n, 1.0 * n / (n - 1))).isCloseTo(1 / Math.pow(n, 2), withinPercentage(2));
        }
    }

    /** The exact excess risk of noise alone minus the corrected one, relative to the limit. */
    private static double left(int samples, int features, double exact) {
        RiskReport prediction = Distillation.of(RegressionTask.of(Spectrum.isotropic(1, features), Signal.constant(0))
                        .withNoise(1))
                .target(Training.samples(samples))
                .predict();
        double limit = Math.min(samples, features) / Math.abs((double) samples - features);
        assertThat(prediction.excess()).isCloseTo(limit, withinPercentage(1e-9));
        return exact - prediction.corrected().getAsDouble() / limit;
    }
}
