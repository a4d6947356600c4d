package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RidgeEnsembleTest {

    private static final RegressionTask TASK = RegressionTask.of(
                    Spectrum.powerLaw(1.2, 300), Signal.sourcePowerLaw(1.4))
            .withNoise(0.6);

    /**
     * The best spectral filter from another program with 80 digits, and one and two models from the closed forms of
     * self-distillation.
     */
    @Test
    void manyRidgesReachTheBestFilter() {
        double[] ridges =
                IntStream.range(0, 18).mapToDouble(k -> 1e-3 * Math.pow(2.2, k)).toArray();
        double best = RidgeEnsemble.of(TASK, Training.samples(200), ridges).excess();
        assertThat(best).isCloseTo(0.3136420, within(2e-7));
        RidgeEnsemble one = RidgeEnsemble.of(TASK, Training.samples(200), 0.05);
        assertThat(one.excess()).isCloseTo(0.568528, within(1e-6));
        assertThat(one.weights()).containsExactly(1);
    }

    @Test
    void twoRidgesAreSelfDistillation() {
        RidgeEnsemble two = RidgeEnsemble.of(TASK, Training.samples(200), 0.05, 0.4);
        SelfDistillation own =
                SelfDistillation.of(TASK, Training.samples(200).withRidge(0.05)).withStudentRidge(0.4);
        assertThat(two.excess()).isCloseTo(own.bestExcess(), withinPercentage(1e-9));
    }

    /** The filter in a pipeline has the same risk, and no neighbouring weights are better. */
    @Test
    void theFilterHasTheSameRiskAndTheWeightsAreOptimal() {
        RidgeEnsemble ensemble = RidgeEnsemble.of(TASK, Training.samples(200), 0.05, 0.5, 5);
        double predicted = Distillation.of(TASK)
                .target(Training.samples(200).withFilter(ensemble.filter()))
                .predict()
                .excess();
        assertThat(ensemble.excess()).isCloseTo(predicted, withinPercentage(1e-10));
        assertThat(ensemble.excess()).isCloseTo(0.42068, within(5e-6));
        assertThat(ensemble.excess(1, 0, 0)).isCloseTo(0.56853, within(5e-6));
        double[] weights = ensemble.weights();
        assertThat(Arrays.stream(weights).sum()).isCloseTo(1, within(1e-12));
        for (double by : new double[] {-0.01, 0.01}) {
            assertThat(ensemble.excess(weights[0] + by, weights[1] - by, weights[2]))
                    .isGreaterThan(ensemble.excess());
            assertThat(ensemble.excess(weights[0], weights[1] + by, weights[2] - by))
                    .isGreaterThan(ensemble.excess());
        }
    }

    @Test
    void equalRidgesAndThresholdsHaveFiniteWeights() {
        RidgeEnsemble equal = RidgeEnsemble.of(TASK, Training.samples(200), 0.3, 0.3, 0.3);
        assertThat(equal.excess()).isCloseTo(equal.excess(1, 0, 0), withinPercentage(1e-10));
        RidgeEnsemble threshold = RidgeEnsemble.of(TASK, Training.samples(300), 0, 0.3);
        assertThat(threshold.weights()).containsExactly(0, 1);
    }

    @Test
    void rejectsInvalidArguments() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RidgeEnsemble.of(TASK, Training.samples(20)))
                .withMessageStartingWith("ridges.length: 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RidgeEnsemble.of(TASK, Training.samples(20), 1, -1))
                .withMessageStartingWith("ridges[1]: -1.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RidgeEnsemble.of(TASK, Training.samples(20).stoppedAt(1), 1))
                .withMessageStartingWith("training");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> RidgeEnsemble.of(TASK, Training.samples(20), 1, 2).excess(1, 1))
                .withMessageStartingWith("weights: 2.0");
    }
}
