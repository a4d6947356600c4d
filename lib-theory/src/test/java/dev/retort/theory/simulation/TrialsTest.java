package dev.retort.theory.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Training;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TrialsTest {

    /** Standard errors that chance may explain: one case in 16,000. */
    private static final double CHANCE = 4;

    /**
     * The relative distance of n samples from the limit that the theory describes is of order 1/n. For the power laws of
     * Figure 1, p from 1000 to 2000 and n from 400 to 800, about 0.7/n was measured; this allows for other tasks.
     */
    private static final double FINITE_SIZE = 2;

    private static final RegressionTask TASK = RegressionTask.of(
                    Spectrum.powerLaw(1.5, 200), Signal.sourcePowerLaw(1.4))
            .withNoise(0.2);

    static Stream<Arguments> pipelines() {
        double[] reversed = IntStream.range(0, 200)
                .mapToDouble(i -> TASK.coefficient(i) * (i < 20 ? 0.5 : 1.5))
                .toArray();
        RegressionTask withZeros = RegressionTask.of(
                        Spectrum.withMultiplicities(new double[] {5, 1, 0, 0.1}, new int[] {4, 60, 30, 80}),
                        Signal.constant(0.3))
                .withNoise(0.1);
        return Stream.of(
                Arguments.of("standard", TASK, Surrogate.groundTruth(), Training.samples(80)),
                Arguments.of("optimal", TASK, Surrogate.optimal(), Training.samples(80)),
                Arguments.of(
                        "optimal, no noise",
                        TASK,
                        Surrogate.optimal(),
                        Training.samples(80).withNoise(0)),
                Arguments.of("masked", TASK, Surrogate.optimallyMasked(), Training.samples(60)),
                Arguments.of("half", TASK, Surrogate.masked(FeatureMask.keepingFirst(30, 200)), Training.samples(120)),
                Arguments.of("given", TASK, Surrogate.given(reversed), Training.samples(100)),
                Arguments.of(
                        "ridge",
                        TASK,
                        Surrogate.groundTruth(),
                        Training.samples(80).withRidge(0.02)),
                Arguments.of(
                        "ridge, n > p",
                        TASK,
                        Surrogate.optimal(),
                        Training.samples(300).withRidge(0.05)),
                Arguments.of("least squares", TASK, Surrogate.groundTruth(), Training.samples(320)),
                Arguments.of("zeros, n < rank", withZeros, Surrogate.optimal(), Training.samples(70)),
                Arguments.of("zeros, rank < n < p", withZeros, Surrogate.groundTruth(), Training.samples(165)),
                Arguments.of("steep", steep(), Surrogate.groundTruth(), Training.samples(60)));
    }

    private static RegressionTask steep() {
        return RegressionTask.of(Spectrum.powerLaw(4, 200), Signal.sourcePowerLaw(2))
                .withNoise(0.01);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pipelines")
    void agreesWithThePrediction(String name, RegressionTask task, Surrogate surrogate, Training target) {
        Distillation pipeline = Distillation.of(task).surrogate(surrogate).target(target);
        double predicted = pipeline.predict().excess();
        Simulation simulation = pipeline.simulate(Trials.of(200).seed(17));
        double allowance = FINITE_SIZE / target.samples() * predicted;
        // Close to the rank, samples to spare are what counts: 1/(n − rank) and 1/(n − rank − 1).
        if (name.startsWith("zeros, rank")) {
            allowance = FINITE_SIZE / (target.samples() - task.spectrum().rank()) * predicted;
        }
        assertThat(Math.abs(simulation.mean() - predicted))
                .as("%s: %s, predicted %s", name, simulation, predicted)
                .isLessThanOrEqualTo(CHANCE * simulation.standardError() + allowance);
        // Not by being vague.
        assertThat(simulation.standardError()).isLessThan(0.05 * predicted);
    }

    @ParameterizedTest
    @CsvSource({"40, 0.5", "40, 0", "150, 0.5"})
    void agreesWithTheExactRiskOfIsotropicFeatures(int samples, double noise) {
        int p = 100;
        RegressionTask task = RegressionTask.of(Spectrum.isotropic(1, p), Signal.constant(0.1))
                .withNoise(noise);
        Distillation pipeline = Distillation.of(task).target(Training.samples(samples));
        double exact = samples < p
                ? (1 - (double) samples / p) * p * 0.01 + noise * noise * samples / (p - samples - 1)
                : noise * noise * p / (samples - p - 1);
        Simulation simulation = pipeline.simulate(Trials.of(400).seed(3));
        assertThat(Math.abs(simulation.zScore(exact))).isLessThan(CHANCE);
    }

    @Test
    void doesNotDependOnTheNumberOfThreads() {
        Distillation pipeline =
                Distillation.of(TASK).surrogate(Surrogate.optimal()).target(Training.samples(50));
        double[] alone = pipeline.simulate(Trials.of(20).seed(5).threads(1)).excess();
        assertThat(pipeline.simulate(Trials.of(20).seed(5).threads(3)).excess()).containsExactly(alone);
        assertThat(pipeline.simulate(Trials.of(20).seed(6)).excess()).isNotEqualTo(alone);
    }

    @Test
    void moreTrialsBeginWithTheSameOnes() {
        Distillation pipeline = Distillation.of(TASK).target(Training.samples(50));
        double[] few = pipeline.simulate(Trials.of(5).seed(5)).excess();
        double[] many = pipeline.simulate(Trials.of(9).seed(5)).excess();
        assertThat(many).startsWith(few);
    }

    @Test
    void tellsOfItsProgress() {
        List<String> told = new ArrayList<>();
        Distillation.of(TASK)
                .target(Training.samples(10))
                .simulate(Trials.of(3).onProgress((done, total) -> told.add(done + " of " + total)));
        assertThat(told).containsExactly("1 of 3", "2 of 3", "3 of 3");
    }

    @Test
    void whatProgressThrowsEndsTheRun() throws InterruptedException {
        IllegalStateException enough = new IllegalStateException("enough");
        Trials trials = Trials.of(100_000).threads(2).onProgress((done, total) -> {
            if (done == 2) {
                throw enough;
            }
        });
        Distillation pipeline = Distillation.of(TASK).target(Training.samples(10));
        assertThatThrownBy(() -> pipeline.simulate(trials)).isSameAs(enough);
        for (int wait = 0; wait < 100 && workers() > 0; wait++) {
            Thread.sleep(50);
        }
        assertThat(workers()).isZero();
    }

    private static long workers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("retort-trial"))
                .count();
    }

    @Test
    void canBeInterrupted() {
        Distillation pipeline = Distillation.of(TASK).target(Training.samples(10));
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(CancellationException.class)
                .isThrownBy(() -> pipeline.simulate(Trials.of(1000)))
                .withMessage("Interrupted before all 1000 trials were done");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void refusesWhatCannotBeRun() {
        assertThatIllegalArgumentException().isThrownBy(() -> Trials.of(1)).withMessage("count: 1 is not at least 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Trials.of(2).threads(0))
                .withMessage("threads: 0 is not at least 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Distillation.of(TASK).target(Training.samples(17.25)).simulate(Trials.of(2)))
                .withMessage("samples: 17.25 is not a whole number below 2^31, which a simulation needs");
        RegressionTask twenty = RegressionTask.of(Spectrum.powerLaw(1.5, 20), Signal.constant(1));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Distillation.of(twenty).target(Training.samples(1e9)).simulate(Trials.of(2)))
                .withMessage("samples: 1.0E9 times 20 features is not below 2^31");
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose
    void refusesNull() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Trials.of(2).drawingFrom(null))
                .withMessage("population: null is not allowed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Trials.of(2).onProgress(null))
                .withMessage("progress: null is not allowed");
    }
}
