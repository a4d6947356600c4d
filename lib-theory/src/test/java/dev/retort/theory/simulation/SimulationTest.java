package dev.retort.theory.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.RandomStreams;
import dev.retort.core.nd4j.Covariance;
import dev.retort.core.nd4j.GaussianDesign;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.distillation.Training;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

class SimulationTest {

    private static final Distillation PIPELINE = Distillation.of(
                    RegressionTask.of(Spectrum.isotropic(1, 3), Signal.constant(1)))
            .target(Training.samples(2));

    private static final Trials TRIALS = Trials.of(10).withSeed(7);

    private static Simulation simulation(double... excess) {
        return Simulation.of(
                PIPELINE,
                TRIALS,
                DoubleStream.of(excess).mapToObj(SimulationTest::outcome).toList());
    }

    private static Outcome outcome(double... excess) {
        return new Outcome(excess, new double[excess.length], excess, new boolean[excess.length]);
    }

    @Test
    void summarisesItsTrials() {
        Simulation simulation = simulation(1, 2, 3, 6);
        assertThat(simulation.trials()).isEqualTo(4);
        assertThat(simulation.mean()).isEqualTo(3);
        // Sample variance (4 + 1 + 0 + 9)/3, over 4 trials.
        assertThat(simulation.standardError()).isCloseTo(Math.sqrt(14.0 / 3 / 4), within(1e-15));
        assertThat(simulation.zScore(2)).isCloseTo(1 / Math.sqrt(14.0 / 12), within(1e-14));
        assertThat(simulation.zScore(3)).isZero();
        assertThat(simulation).hasToString("excess 3.0 ± 1.1 from 4 trials");
    }

    @Test
    void isComparedWithTheCorrectedMean() {
        Simulation simulation = simulation(1, 2, 3, 6);
        RiskReport prediction = Distillation.of(RegressionTask.of(Spectrum.isotropic(1, 60), Signal.constant(0.2))
                        .withNoise(0.5))
                .target(Training.samples(30))
                .predict();
        double corrected = prediction.corrected().getAsDouble();
        assertThat(corrected).isGreaterThan(prediction.excess());
        assertThat(simulation.expected(prediction)).isEqualTo(corrected);
        assertThat(simulation.zScore(prediction)).isEqualTo(simulation.zScore(corrected));
        // A report that is built from parts knows only the limit.
        double[] part = {0.5};
        double[] none = {0};
        assertThat(simulation.zScore(RiskReport.of(part, none, none, none, 0))).isEqualTo(simulation.zScore(0.5));
    }

    @Test
    void samplesOfAPopulationAreComparedWithItsExpectedRisk() {
        RegressionTask task =
                RegressionTask.of(Spectrum.isotropic(1, 4), Signal.constant(1)).withNoise(0.5);
        INDArray features = GaussianDesign.of(Covariance.diagonal(task.spectrum()))
                .sample(200, RandomStreams.of(1).generator());
        Population population = Population.of(features, features.sum(1));
        Distillation pipeline = Distillation.of(population.task())
                .target(Training.samples(20).withRidge(0.1).withNoise(0));
        Simulation simulation = pipeline.simulate(Trials.of(3).withSeed(1).drawingFrom(population));
        assertThat(simulation.isGaussian()).isFalse();
        assertThat(simulation.literal().isGaussian()).isFalse();
        assertThat(pipeline.simulate(Trials.of(3)).isGaussian()).isTrue();
        RiskReport prediction = pipeline.predict();
        assertThat(prediction.corrected().getAsDouble()).isNotEqualTo(prediction.excess());
        double expected = population.excess(pipeline).getAsDouble();
        assertThat(expected).isLessThan(0.99 * prediction.excess());
        assertThat(simulation.expected(prediction)).isCloseTo(expected, within(1e-12 * expected));
    }

    @Test
    void equalTrialsHaveZeroError() {
        Simulation simulation = simulation(2, 2);
        assertThat(simulation.zScore(2)).isZero();
        assertThat(simulation.zScore(1)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(simulation.zScore(3)).isEqualTo(Double.NEGATIVE_INFINITY);
    }

    @Test
    void copiesItsTrials() {
        Simulation simulation = simulation(1, 3);
        simulation.excess()[0] = 7;
        assertThat(simulation.excess()).containsExactly(1, 3);
    }

    @Test
    void hasEveryStageOfAChain() {
        Distillation chain = PIPELINE.then(Training.samples(4)).then(Training.samples(5));
        Simulation simulation = Simulation.of(chain, TRIALS, List.of(outcome(1, 10, 100), outcome(3, 30, 300)));
        assertThat(simulation.mean()).isEqualTo(200);
        assertThat(simulation.pipeline()).isSameAs(chain);
        assertThat(simulation.seed()).isEqualTo(7);
        assertThat(simulation.stages()).hasSize(3).last().isSameAs(simulation);
        Simulation second = simulation.stages().get(1);
        assertThat(second.excess()).containsExactly(10, 30);
        assertThat(second.stages()).hasSize(2);
        assertThat(second.pipeline().trainings())
                .containsExactly(chain.trainings().get(0), chain.trainings().get(1));
        assertThat(second.pipeline().predict().excess())
                .isEqualTo(chain.predictStages().get(1).excess());
        assertThat(second.stages().get(0).mean()).isEqualTo(2);
    }

    @Test
    void comparesItsScatterWithThatOfLiteralTrials() {
        double[][] averaged = {{2, 20}, {3, 20}, {4, 20}};
        double[][] literal = {{0, 10}, {3, 20}, {6, 30}};
        List<Outcome> trials = IntStream.range(0, 3)
                .mapToObj(t -> new Outcome(averaged[t], new double[2], literal[t], new boolean[] {t > 0, t == 0}))
                .toList();
        Simulation simulation = Simulation.of(PIPELINE.then(Training.samples(4)), TRIALS, trials);
        assertThat(simulation.effectiveGain()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(simulation.literal().excess()).containsExactly(10, 20, 30);
        Simulation first = simulation.stages().get(0);
        assertThat(first.effectiveGain()).isEqualTo(9);
        assertThat(first.literal().excess()).containsExactly(0, 3, 6);
        assertThat(first.literal().effectiveGain()).isEqualTo(1);
        assertThat(simulation.literal().stages().get(0).excess()).containsExactly(0, 3, 6);
        assertThat(simulation(1, 1).effectiveGain()).isEqualTo(1);
        assertThat(simulation.orthogonalTrials()).isEqualTo(1);
        assertThat(first.orthogonalTrials()).isEqualTo(2);
        assertThat(first.literal().orthogonalTrials()).isEqualTo(2);
    }

    @Test
    @SuppressWarnings("NullAway")
    void unknownPredictionsAreRejected() {
        RegressionTask task = RegressionTask.of(Spectrum.isotropic(1, 4), Signal.constant(1));
        Simulation simulation =
                Distillation.of(task).target(Training.samples(2)).simulate(Trials.of(2));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> simulation.zScore(null))
                .withMessage("prediction: null is not allowed");
    }

    @Test
    void stagesAreAListThatCannotChange() {
        assertThat(simulation(1, 2, 3, 6).stages()).isUnmodifiable();
    }
}
