package dev.retort.theory.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.testtime.InContextTask;
import dev.retort.theory.testtime.LinearAttention;
import dev.retort.theory.testtime.TaskPrior;
import dev.retort.theory.testtime.TestTimeTraining;
import dev.retort.theory.testtime.TrainingLoss;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Equal descriptions and equal results are equal, and have a readable text. */
class ValuesTest {

    private static final Distillation PIPELINE = Distillation.of(
                    RegressionTask.of(Spectrum.powerLaw(1.5, 6), Signal.sourcePowerLaw(1.4)))
            .target(Training.samples(4));

    private static final TestTimeTraining PROMPTS =
            TestTimeTraining.of(InContextTask.isotropic(2, 1), LinearAttention.isotropic(2, 0.1), 4);

    private static final LinearAttention START = LinearAttention.isotropic(2, 0.5);

    private static INDArray rows(double... entries) {
        return Nd4j.create(entries, new long[] {entries.length / 2, 2}, 'c');
    }

    private static INDArray labels(double... entries) {
        return Nd4j.createFromArray(entries);
    }

    private static Population population(double label) {
        return Population.of(rows(1, 0, 0, 2, -1, 1, 3, 1, 0, 0), labels(1, 2, 0, 3, label));
    }

    private static OwnArrays.Draft draft(double label) {
        return OwnArrays.teacher(rows(1, 0, 0, 2, 1, 1), labels(3, 4, label)).student(rows(1, 1, 1, -1));
    }

    private static OwnArrays arrays(double label) {
        return draft(label).test(rows(1, 0, 0, 1), labels(2, 2));
    }

    private static OwnPrompts prompts(double label) {
        return OwnPrompts.context(rows(1, 0, 0, 1), labels(2, 1))
                .examples(rows(1, 1), labels(label))
                .test(rows(1, 0, 0, 1), labels(2, 1));
    }

    private static TestReport report(double label) {
        RegressionTask task = RegressionTask.of(Spectrum.isotropic(1, 2), Signal.constant(1));
        return Distillation.of(task)
                .surrogate(Training.samples(3))
                .then(Training.samples(2).withRidge(0.1))
                .simulate(arrays(label));
    }

    private static FiniteSizeError error(int seed) {
        return FiniteSizeError.of(Stream.of(6, 12)
                .map(n -> Distillation.of(PIPELINE.task())
                        .target(Training.samples(n).withNoise(1).withRidge(0.1))
                        .simulate(Trials.of(4).withSeed(seed)))
                .toList());
    }

    private static Arguments values(String readable, Supplier<Object> value, Object... others) {
        return Arguments.of(readable, value, List.of(others));
    }

    static Stream<Arguments> types() {
        Trials trials = Trials.of(20).withSeed(7);
        return Stream.of(
                values(
                        "Trials, 20, seed 7, on 3 threads",
                        () -> Trials.of(20).withSeed(7).threads(3),
                        trials.threads(2),
                        trials.threads(3).withSeed(8),
                        Trials.of(21).withSeed(7).threads(3),
                        trials.threads(3).literal(),
                        trials.threads(3).withMemory(1_000_000),
                        trials.threads(3).drawingFrom(population(0)),
                        trials.threads(3).untilStandardError(0.1),
                        trials.threads(3).onProgress(progress -> {})),
                values(
                        "Trials, at most 20 until a relative error of 0.1, literal, seed 0, on 1 threads in 1000 bytes",
                        () -> Trials.of(20)
                                .untilRelativeError(0.1)
                                .literal()
                                .threads(1)
                                .withMemory(1000),
                        Trials.of(20)
                                .untilStandardError(0.1)
                                .literal()
                                .threads(1)
                                .withMemory(1000)),
                values(
                        "PromptTrials of 3 examples: Trials, 20, seed 7",
                        () -> PromptTrials.of(3, trials),
                        PromptTrials.of(4, trials),
                        PromptTrials.of(3, trials.withSeed(6))),
                values(
                        "from 3 trials",
                        () -> PIPELINE.simulate(Trials.of(3)),
                        PIPELINE.simulate(Trials.of(4)),
                        PIPELINE.simulate(Trials.of(3).withSeed(1)),
                        PIPELINE.simulate(Trials.of(3).literal())),
                values(
                        "loss without a step",
                        () -> PROMPTS.simulate(PromptTrials.of(2, Trials.of(3))),
                        PROMPTS.simulate(PromptTrials.of(3, Trials.of(3)))),
                values("Population of 5 members with 2 features", () -> population(0), population(1)),
                values("OwnArrays of [3 x 2, 2 x 2 without labels] without a test set", () -> draft(5), draft(6)),
                values(
                        "OwnArrays of [3 x 2, 2 x 2 without labels], tested on 2 x 2, seed 3",
                        () -> arrays(5).withSeed(3),
                        arrays(5),
                        arrays(6).withSeed(3)),
                values(
                        "mean squared error 0.50",
                        () -> report(5).surrogate(),
                        report(6).surrogate()),
                values("mean squared error 0.50", () -> report(5), report(6)),
                values("simulated/predicted - 1 = ", () -> error(1), error(2)),
                values(
                        "OwnPrompts of a context 2 x 2 without examples",
                        () -> OwnPrompts.context(rows(1, 0, 0, 1), labels(2, 1)),
                        OwnPrompts.context(rows(1, 0, 0, 1), labels(2, 0))),
                values(
                        "OwnPrompts of a context 2 x 2 and examples 1 x 2",
                        () -> OwnPrompts.context(rows(1, 0, 0, 1), labels(2, 1)).examples(rows(1, 1), labels(3)),
                        OwnPrompts.context(rows(1, 0, 0, 1), labels(2, 1)).examples(rows(1, 1), labels(2))),
                values(
                        "OwnPrompts of 2 features",
                        () -> prompts(3),
                        prompts(2),
                        prompts(3).withTrainingLoss(TrainingLoss.MEAN),
                        prompts(3).withFreshContext(rows(1, 0), labels(1))),
                values(
                        "mean squared error 0.63",
                        () -> prompts(3).step(START, 0.05).before()),
                values(
                        "Pretraining on ",
                        () -> Pretraining.of(TaskPrior.isotropic(2, 1), 5).withSeed(2),
                        Pretraining.of(TaskPrior.isotropic(2, 1), 5),
                        Pretraining.of(TaskPrior.isotropic(2, 1), 6).withSeed(2),
                        Pretraining.of(TaskPrior.isotropic(2, 1), 5).withSeed(2).withSteps(3),
                        Pretraining.of(TaskPrior.isotropic(2, 1), 5).withSeed(2).withBatch(3)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("types")
    void equalValuesAreEqualAndReadable(String readable, Supplier<Object> value, List<Object> others) {
        Object one = value.get();
        assertThat(one)
                .hasToString(one.toString())
                .asString()
                .contains(readable)
                .doesNotContain("@");
        assertThat(value.get()).isEqualTo(one).hasSameHashCodeAs(one);
        for (Object other : others) {
            assertThat(one).isNotEqualTo(other);
            assertThat(other).isNotEqualTo(one);
        }
        assertThat(one).isNotEqualTo("another");
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose
    void recordsCheckTheirParts() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MemoryNeed(-1, 1))
                .withMessage("bytesPerTrial: -1 is not at least 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MemoryNeed(1, 0))
                .withMessage("trialsAtOnce: 0 is not at least 1");
        assertThat(new MemoryNeed(Long.MAX_VALUE / 2, 3).bytes()).isEqualTo(Long.MAX_VALUE);
        assertThat(new MemoryNeed(Long.MAX_VALUE / 3, 3).bytes()).isEqualTo(Long.MAX_VALUE / 3 * 3);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Progress(0, 5, 1, 1, Duration.ZERO, Duration.ZERO))
                .withMessage("done: 0 is not at least 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Progress(6, 5, 1, 1, Duration.ZERO, Duration.ZERO))
                .withMessage("done: 6 is more than the limit, 5");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Progress(1, 5, 1, 1, null, Duration.ZERO))
                .withMessage("elapsed: null is not allowed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Progress(1, 5, 1, 1, Duration.ZERO, Duration.ofSeconds(-1)))
                .withMessage("remaining: PT-1S is negative");
    }
}
