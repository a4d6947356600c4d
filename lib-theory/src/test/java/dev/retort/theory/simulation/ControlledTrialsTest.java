package dev.retort.theory.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.RandomStreams;
import dev.retort.core.SampleMean;
import dev.retort.core.nd4j.Covariance;
import dev.retort.core.nd4j.GaussianDesign;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.Sensitivities;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.matrix.MatrixDistillation;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Trials with a control variate for the scale of the drawn features. */
class ControlledTrialsTest {

    private static final RegressionTask TASK = RegressionTask.of(
                    Spectrum.powerLaw(1.1, 200), Signal.sourcePowerLaw(2.5))
            .withNoise(1);

    private static final Trials TRIALS = Trials.of(200).withSeed(5);

    /** Pipelines, each with a lower bound on its variance reduction: half of the measured one. */
    static Stream<Arguments> pipelines() {
        Distillation.Draft truth = Distillation.of(TASK);
        return Stream.of(
                Arguments.of("a target", truth.target(Training.samples(20)), 2),
                Arguments.of(
                        "a ridge and a fixed teacher",
                        truth.surrogate(Surrogate.optimal())
                                .target(Training.samples(30).withRidge(0.05)),
                        2),
                Arguments.of("two stages", truth.surrogate(Training.samples(40)).then(Training.samples(20)), 1.5),
                Arguments.of(
                        "a mask, another covariance and mixed labels",
                        truth.surrogate(Training.samples(30).withMask(FeatureMask.keepingFirst(120, 200)))
                                .then(Training.samples(40)
                                        .withSpectrum(Spectrum.powerLaw(0.8, 200))
                                        .withTeacherShare(0.6)),
                        1.2),
                Arguments.of("least squares", truth.target(Training.samples(500)), 1));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pipelines")
    void haveTheSameMeanAndLessScatter(String name, Distillation pipeline, double gain) {
        List<Simulation> plain = pipeline.simulate(TRIALS).stages();
        List<Simulation> controlled = pipeline.simulate(TRIALS.controlled()).stages();
        for (int k = 0; k < plain.size(); k++) {
            double[] taken = plain.get(k).excess();
            double[] rest = controlled.get(k).excess();
            for (int t = 0; t < taken.length; t++) {
                taken[t] -= rest[t];
            }
            assertThat(SampleMean.of(taken).zScore(0)).isBetween(-4.0, 4.0);
            double ratio = plain.get(k).standardError() / controlled.get(k).standardError();
            assertThat(ratio * ratio).isGreaterThan(gain);
            assertThat(controlled.get(k).literal().excess())
                    .containsExactly(plain.get(k).literal().excess());
        }
    }

    @Test
    void subtractTheEffectOfTheFeaturesScale() {
        Distillation chain =
                Distillation.of(TASK).surrogate(Training.samples(40)).then(Training.samples(20));
        Simulation plain = chain.simulate(TRIALS);
        Sensitivities sensitivities = chain.sensitivities();
        double deviation =
                Math.hypot(deviation(sensitivities.trainings().get(0), 40), deviation(sensitivities.target(), 20));
        double[] left = plain.excess();
        double[] taken = new double[left.length];
        for (int t = 0; t < left.length; t++) {
            RandomGenerator random = RandomStreams.of(5).at(t).generator();
            double explained = 0;
            for (Sensitivities.OfTraining training : sensitivities.trainings()) {
                int samples = training.equals(sensitivities.target()) ? 20 : 40;
                explained += explained(training, draw(random, samples), samples);
            }
            left[t] -= explained;
            taken[t] = explained / deviation;
        }
        assertThat(chain.simulate(TRIALS.controlled()).excess())
                .containsExactly(Controls.refined(left, taken), within(1e-12));
    }

    /** Draws in the order of a trial: features, then noise of two kinds. */
    private static INDArray draw(RandomGenerator random, int samples) {
        Design.Sample sample =
                Design.gaussian(Covariance.diagonal(TASK.spectrum())).draw(samples, random);
        return sample.features;
    }

    private static double explained(Sensitivities.OfTraining training, INDArray features, int samples) {
        INDArray squares = features.mul(features).sum(0);
        return IntStream.range(0, 200)
                .mapToDouble(i -> training.eigenvalue(i)
                        * (squares.getDouble(i) / samples - TASK.spectrum().eigenvalue(i)))
                .sum();
    }

    private static double deviation(Sensitivities.OfTraining training, int samples) {
        double variance = IntStream.range(0, 200)
                .mapToDouble(i ->
                        2 * Math.pow(training.eigenvalue(i) * TASK.spectrum().eigenvalue(i), 2) / samples)
                .sum();
        return Math.sqrt(variance);
    }

    @Test
    void pointsOfALearningCurveAreControlledByTheirOwnSamples() {
        Distillation teacher = Distillation.of(TASK).target(Training.samples(40));
        Trials trials = Trials.of(3).withSeed(5);
        List<Simulation> plain = trials.learningCurve(teacher, Training.samples(1), 10, 20);
        List<Simulation> controlled = trials.controlled().learningCurve(teacher, Training.samples(1), 10, 20);
        double[][] left = {plain.get(0).excess(), plain.get(1).excess()};
        double[][] taken = new double[2][3];
        for (int t = 0; t < 3; t++) {
            RandomGenerator random = RandomStreams.of(5).at(t).generator();
            INDArray ofTeacher = draw(random, 40);
            INDArray ofTarget = draw(random, 20);
            for (int j = 0; j < 2; j++) {
                int samples = 10 * (j + 1);
                Sensitivities sensitivities =
                        teacher.then(Training.samples(samples)).sensitivities();
                INDArray seen = Nd4j.vstack(
                        IntStream.range(0, samples).mapToObj(ofTarget::getRow).toList());
                double explained = explained(sensitivities.trainings().get(0), ofTeacher, 40)
                        + explained(sensitivities.target(), seen, samples);
                left[j][t] -= explained;
                taken[j][t] = explained
                        / Math.hypot(
                                deviation(sensitivities.trainings().get(0), 40),
                                deviation(sensitivities.target(), samples));
            }
        }
        for (int j = 0; j < 2; j++) {
            assertThat(controlled.get(j).excess()).containsExactly(Controls.refined(left[j], taken[j]), within(1e-12));
        }
        Simulation alone = teacher.then(Training.samples(20)).simulate(trials.controlled());
        assertThat(controlled.get(1).excess()).containsExactly(alone.excess(), within(1e-12));
    }

    @Test
    void fewerReachAPrecision() {
        Distillation target = Distillation.of(TASK).target(Training.samples(20).withRidge(0.05));
        Trials until = Trials.of(10_000).withSeed(1).untilRelativeError(0.004);
        Simulation plain = target.simulate(until);
        Simulation controlled = target.simulate(until.controlled());
        assertThat(controlled.standardError()).isLessThanOrEqualTo(0.004 * controlled.mean());
        assertThat(controlled.trials()).isLessThan(plain.trials() / 2);
        assertThat(controlled.mean())
                .isCloseTo(plain.mean(), within(4 * Math.hypot(plain.standardError(), controlled.standardError())));
    }

    @Test
    void areDescribedAndCompared() {
        assertThat(Trials.of(5).controlled().toString()).startsWith("Trials, 5, controlled, seed 0");
        assertThat(Trials.of(5).controlled())
                .isEqualTo(Trials.of(5).literal().controlled())
                .isNotEqualTo(Trials.of(5));
        Distillation target = Distillation.of(TASK).target(Training.samples(20));
        assertThat(target.simulate(Trials.of(2).controlled()).description())
                .startsWith("2 controlled trials with seed 0 of\n");
    }

    @Test
    void rejectPipelinesWithoutDerivatives() {
        Trials trials = Trials.of(2).controlled();
        Distillation stopped = Distillation.of(TASK).target(Training.samples(20).stoppedAt(3));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stopped.simulate(trials))
                .withMessageContaining("has no known derivatives by which its trials could be controlled");
        MatrixDistillation matrices = MatrixDistillation.of(
                        Covariance.diagonal(Spectrum.isotropic(1, 3)), Nd4j.create(new double[] {1, 2, 3}))
                .target(Training.samples(5));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> matrices.simulate(trials))
                .withMessageStartingWith("pipeline: ");
        INDArray features = GaussianDesign.of(Covariance.diagonal(Spectrum.isotropic(1, 3)))
                .sample(50, RandomStreams.of(1).generator());
        Population population = Population.of(features, features.sum(1));
        Distillation drawn = Distillation.of(population.task()).target(Training.samples(5));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> drawn.simulate(trials.drawingFrom(population)))
                .withMessageContaining("has no controlled trials");
    }
}
