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
import dev.retort.theory.distillation.SpectralFilter;
import dev.retort.theory.distillation.Training;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests corrections of the mean for training by spectral filters and by single-pass gradient descent. */
class FilterCorrectionTest {

    private static final int P = 40;

    private static final RegressionTask TASK = RegressionTask.of(
                    Spectrum.powerLaw(1.2, P),
                    Signal.of(IntStream.rangeClosed(1, P)
                            .mapToDouble(i -> Math.pow(i, -0.7))
                            .toArray()))
            .withNoise(0.4);

    /**
     * Two poles are ridge regression if one has weight 0 or both are equal, in a chain with a mask, a spectrum and a
     * share.
     */
    @Test
    void onePoleIsRidgeRegression() {
        double expected = chain(training -> training.withRidge(0.05));
        assertThat(Math.abs(expected)).isGreaterThan(1e-3);
        for (SpectralFilter filter : List.of(
                SpectralFilter.mixture(new double[] {1}, new double[] {0.05}),
                SpectralFilter.mixture(new double[] {1, 0}, new double[] {0.05, 0.4}),
                SpectralFilter.mixture(new double[] {1.5, -0.5}, new double[] {0.05, 0.05}))) {
            assertThat(chain(training -> training.withFilter(filter))).isCloseTo(expected, withinPercentage(1e-9));
        }
    }

    private static double chain(UnaryOperator<Training> kind) {
        return Distillation.of(TASK)
                .surrogate(kind.apply(Training.samples(30)))
                .then(kind.apply(Training.samples(25).withMask(FeatureMask.keepingFirst(30, P))))
                .then(kind.apply(Training.samples(35)
                        .withSpectrum(Spectrum.powerLaw(0.8, P))
                        .withTeacherShare(0.6)))
                .predict()
                .finiteSizeCorrection()
                .getAsDouble();
    }

    /** Values from an independent evaluation, feature by feature, over 14 pairs of poles. */
    @Test
    void gradientFlowHasItsReferenceValue() {
        RiskReport flow =
                Distillation.of(TASK).target(Training.samples(25).stoppedAt(10)).predict();
        assertThat(flow.finiteSizeCorrection().getAsDouble()).isCloseTo(0.00234193741173, withinPercentage(1e-7));
        assertThat(flow.standardDeviation()).isEmpty();
        assertThat(flow.zScore(0.1)).isEmpty();
        assertThat(flow.corrected().getAsDouble()).isGreaterThan(flow.excess());
    }

    /** At infinite time a flow interpolates, like ridge regression without ridge. */
    @Test
    void gradientFlowEndsAtTheInterpolator() {
        double expected = Distillation.of(TASK)
                .target(Training.samples(20))
                .predict()
                .finiteSizeCorrection()
                .getAsDouble();
        assertThat(Distillation.of(TASK)
                        .target(Training.samples(20).stoppedAt(1e6))
                        .predict()
                        .finiteSizeCorrection()
                        .getAsDouble())
                .isCloseTo(expected, withinPercentage(0.1));
    }

    static Stream<Distillation> pipelines() {
        return Stream.of(
                Distillation.of(TASK).target(Training.samples(25).stoppedAt(10)),
                Distillation.of(TASK)
                        .target(Training.samples(25)
                                .withFilter(
                                        SpectralFilter.mixture(new double[] {1.5, -0.5}, new double[] {0.02, 0.4}))),
                Distillation.of(TASK)
                        .surrogate(Training.samples(30).stoppedAt(20))
                        .then(Training.samples(25).stoppedAt(30).withMask(FeatureMask.keepingFirst(30, P))));
    }

    @ParameterizedTest
    @MethodSource("pipelines")
    void simulationsHaveTheCorrectedMean(Distillation pipeline) {
        Simulation simulation = pipeline.simulate(Trials.of(1000).withSeed(1));
        RiskReport prediction = pipeline.predict();
        double corrected = prediction.corrected().getAsDouble();
        double allowed = 4.0 / 25 / 25 * corrected;
        assertThat(simulation.mean()).isCloseTo(corrected, within(3 * simulation.standardError() + allowed));
        if (!pipeline.toString().contains("mixture")) {
            // The uncorrected limit does not pass this test, except for the mixture, where it is too close.
            assertThat(simulation.mean() - prediction.excess()).isGreaterThan(3 * simulation.standardError() + allowed);
        }
    }

    @Test
    void aSinglePassIsExactAndPassesOnItsTeachersCorrection() {
        RiskReport alone =
                Distillation.of(TASK).target(Training.stochastic(200, 2, 0.1)).predict();
        assertThat(alone.finiteSizeCorrection()).hasValue(0);
        assertThat(alone.standardDeviation()).isEmpty();
        assertThat(alone.isExpansionReliable()).isTrue();
        Distillation taught =
                Distillation.of(TASK).surrogate(Training.samples(20)).then(Training.stochastic(100, 2, 0.2));
        RiskReport prediction = taught.predict();
        Simulation simulation = taught.simulate(Trials.of(400).withSeed(2).literal());
        double allowed = 4.0 / 20 / 20 * prediction.excess();
        assertThat(simulation.mean())
                .isCloseTo(prediction.corrected().getAsDouble(), within(3 * simulation.standardError() + allowed));
        assertThat(prediction.finiteSizeCorrection().getAsDouble()).isPositive();
    }
}
