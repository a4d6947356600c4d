package dev.retort.theory.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.Labels;
import dev.retort.theory.distillation.SpectralFilter;
import dev.retort.theory.distillation.Training;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * For trainings other than ridge regression on plain labels, simulations agree with predictions, in chains of all
 * kinds.
 */
class OtherTrainingsTest {

    private static final RegressionTask TASK = RegressionTask.of(Spectrum.powerLaw(1.2, 40), Signal.sourcePowerLaw(1.4))
            .withNoise(0.3);

    static Stream<Training> trainings() {
        Training base = Training.samples(60);
        return Stream.of(
                base.stoppedAt(10),
                base.withRidge(0.01).stoppedAt(100).withMask(FeatureMask.keepingFirst(30, 40)),
                base.withFilter(SpectralFilter.gradientDescent(30, 0.3)),
                base.withFilter(SpectralFilter.mixture(new double[] {1.5, -0.5}, new double[] {0.02, 0.4})),
                Training.stochastic(30, 2, 0.1).withSpectrum(Spectrum.powerLaw(0.8, 40)),
                base.withRidge(0.05).withNoise(0).withLabels(Labels.hard()),
                base.withRidge(0.05).withLabels(Labels.hard(0.1)),
                base.withRidge(0.05).withNoise(0.1).withLabels(Labels.soft(0.5)),
                base.withRidge(0.05).withTeacherRows(0.5),
                base.withRidge(0.05).withLabels(Labels.soft(0.7)).withTeacherShare(0.4),
                base.stoppedAt(20).withLabels(Labels.hard()).withNoise(0).withTeacherRows(0.25));
    }

    /**
     * The training is the middle of three stages; agreement within 4 standard errors of 200 trials and 3/n for the
     * error of the theory at n = 60.
     */
    @ParameterizedTest
    @MethodSource("trainings")
    void simulationsAgreeWithPredictions(Training training) {
        Distillation chain = Distillation.of(TASK)
                .surrogate(Training.samples(80).withRidge(0.02))
                .then(training)
                .then(Training.samples(60).withRidge(0.05));
        List<Simulation> stages = chain.simulate(Trials.of(200).withSeed(11)).stages();
        for (int k = 0; k < 3; k++) {
            double predicted = chain.predictStages().get(k).excess();
            assertThat(stages.get(k).mean())
                    .as("stage %d", k)
                    .isCloseTo(predicted, within(4 * stages.get(k).standardError() + 3.0 / 60 * predicted));
        }
    }
}
