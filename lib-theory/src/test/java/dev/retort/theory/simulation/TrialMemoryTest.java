package dev.retort.theory.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.core.RandomStreams;
import dev.retort.core.StandardNormal;
import dev.retort.core.nd4j.Covariance;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.Pipeline;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.matrix.MatrixDistillation;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class TrialMemoryTest {

    private static final Trials TRIALS = Trials.of(4).threads(1);

    private static final int RUNS = 3;

    private static RegressionTask task(int features) {
        return RegressionTask.of(Spectrum.powerLaw(1.2, features), Signal.sourcePowerLaw(1.5))
                .withNoise(0.1);
    }

    /** All features are equally correlated, so the eigenvalues are known to be close together. */
    private static MatrixDistillation.Draft matrices(int features) {
        try (INDArray unit = Nd4j.eye(features);
                INDArray covariance = unit.castTo(DataType.DOUBLE).muli(0.7).addi(0.3 / features)) {
            return MatrixDistillation.of(Covariance.of(covariance), Nd4j.ones(DataType.DOUBLE, features))
                    .withNoise(0.3);
        }
    }

    private static RegressionTask steep(int features) {
        return RegressionTask.of(Spectrum.powerLaw(5, features), Signal.sourcePowerLaw(1.5))
                .withNoise(0.1);
    }

    private static Arguments ofPopulation(int features, Training training) {
        RandomGenerator random = RandomStreams.of(1).generator();
        try (INDArray x = Nd4j.create(StandardNormal.sample(540 * features, random), new long[] {540, features}, 'c');
                INDArray y = Nd4j.createFromArray(StandardNormal.sample(540, random))) {
            Population population = Population.of(x, y);
            return Arguments.of(
                    TRIALS.drawingFrom(population),
                    Distillation.of(population.task()).target(training));
        }
    }

    static Stream<Arguments> pipelines() {
        Training wide = Training.samples(180).withRidge(1e-3);
        Training tall = Training.samples(1050).withRidge(1e-3);
        Training masked = wide.withMask(FeatureMask.keepingFirst(720, 900));
        return Stream.of(
                Arguments.of(TRIALS.literal(), Distillation.of(task(900)).target(wide)),
                Arguments.of(TRIALS, Distillation.of(task(900)).target(wide.withRidge(0))),
                Arguments.of(
                        TRIALS, Distillation.of(task(900)).surrogate(masked).then(wide)),
                Arguments.of(TRIALS, Distillation.of(task(900)).target(masked)),
                Arguments.of(TRIALS, Distillation.of(task(210)).target(tall)),
                Arguments.of(TRIALS, Distillation.of(task(210)).target(tall.withRidge(0))),
                Arguments.of(
                        TRIALS,
                        Distillation.of(task(720)).target(Training.samples(36).stoppedAt(500))),
                Arguments.of(TRIALS, Distillation.of(task(720)).target(wide.withRandomFeatures(300))),
                // Few more features than samples, or the other way round: their condition is known too.
                Arguments.of(TRIALS, Distillation.of(task(360)).target(wide.withRidge(0))),
                Arguments.of(TRIALS, Distillation.of(task(198)).target(wide.withRidge(0))),
                Arguments.of(TRIALS, Distillation.of(task(162)).target(wide.withRidge(0))),
                // X itself is factored.
                Arguments.of(TRIALS, Distillation.of(steep(360)).target(wide.withRidge(0))),
                Arguments.of(TRIALS.literal(), Distillation.of(steep(360)).target(wide.withRidge(0))),
                Arguments.of(TRIALS, Distillation.of(steep(210)).target(tall.withRidge(0))),
                ofPopulation(360, wide),
                ofPopulation(150, wide),
                Arguments.of(TRIALS, matrices(300).surrogate(wide).then(wide)),
                Arguments.of(TRIALS.literal(), matrices(300).surrogate(wide).then(wide)),
                // Independent coordinates, of which correlated features are made, take more than the fit.
                Arguments.of(TRIALS.literal(), matrices(240).target(tall)),
                // The risk of its noise takes more than the fit.
                Arguments.of(TRIALS, matrices(300).target(wide.withSamples(100))));
    }

    @ParameterizedTest
    @MethodSource("pipelines")
    void needsLittleLessThanTheBound(Trials trials, Pipeline pipeline) throws InterruptedException {
        trials.run(pipeline); // one-time allocations
        double share = (double) trials.memory(pipeline).bytes() / used(trials, pipeline);
        assertThat(share).isBetween(1.0, 1.5);
    }

    /** If X itself is factored, the rank that rounding leaves determines how much of the bound is needed. */
    @Test
    void needsNoMoreThanTheBoundWhereXItselfIsFactored() throws InterruptedException {
        for (int[] shape : new int[][] {{100, 400}, {400, 100}}) {
            int p = shape[1];
            RegressionTask steep = RegressionTask.of(Spectrum.powerLaw(6, p), Signal.constant(1));
            Training training = Training.samples(shape[0]).withRidge(1e-25);
            FeatureMask most = FeatureMask.keepingFirst(p - 9, p);
            for (Training each : new Training[] {
                training,
                training.withMask(most),
                training.withRidge(0),
                training.withRidge(0).withMask(most)
            }) {
                Pipeline pipeline = Distillation.of(steep).target(each);
                for (Trials trials : new Trials[] {TRIALS, TRIALS.literal()}) {
                    assertThat(used(trials, pipeline))
                            .isBetween(1L, trials.memory(pipeline).bytes());
                }
            }
        }
    }

    /** Of several runs, as the watcher may miss the most of one. */
    private static long used(Trials trials, Pipeline pipeline) throws InterruptedException {
        long most = 0;
        for (int run = 0; run < RUNS || most == 0; run++) {
            most = Math.max(most, usedOnce(trials, pipeline));
        }
        return most;
    }

    private static long usedOnce(Trials trials, Pipeline pipeline) throws InterruptedException {
        long before = allocated();
        AtomicLong most = new AtomicLong();
        AtomicBoolean done = new AtomicBoolean();
        Thread watcher = new Thread(() -> {
            while (!done.get()) {
                most.accumulateAndGet(allocated() - before, Math::max);
                // Matrices live much longer; without a pause the watcher takes a whole processor.
                LockSupport.parkNanos(20_000);
            }
        });
        watcher.start();
        trials.run(pipeline);
        done.set(true);
        watcher.join();
        return most.get();
    }

    /**
     * The bytes allocated by JavaCPP and, for its own arrays, by ND4J: read until neither changes meanwhile, because one may be freed
     * and the other allocated in between.
     */
    private static long allocated() {
        while (true) {
            long pointers = Pointer.totalBytes();
            long arrays = Nd4j.getEnvironment().getDeviceCouner(0);
            if (pointers == Pointer.totalBytes()
                    && arrays == Nd4j.getEnvironment().getDeviceCouner(0)) {
                return pointers + arrays;
            }
        }
    }

    /** Nothing waits for the garbage collector, whose time is not known: less is left than one matrix of floats. */
    @Test
    void randomFeaturesLeaveNothingBehind() {
        Distillation pipeline = Distillation.of(task(400))
                .target(Training.samples(300).withRidge(1e-3).withRandomFeatures(100));
        pipeline.simulate(TRIALS); // one-time allocations
        long before = allocated();
        pipeline.simulate(TRIALS);
        assertThat(allocated() - before).isLessThan(300 * 300 * Float.BYTES / 2);
    }

    /** The smallest variance first: the condition is as bad as with the largest first. */
    @Test
    void theOrderOfFeaturesDoesNotMatter() {
        double[] ascending =
                IntStream.range(0, 300).mapToDouble(i -> Math.pow(300 - i, -4)).toArray();
        Training training = Training.samples(600);
        assertThat(memory(Spectrum.of(ascending), training))
                .isEqualTo(memory(Spectrum.powerLaw(4, 300), training))
                .isGreaterThan(memory(Spectrum.isotropic(1, 300), training));
    }

    private static long memory(Spectrum spectrum, Training training) {
        return TRIALS.memory(Distillation.of(RegressionTask.of(spectrum, Signal.constant(1)))
                        .target(training))
                .bytes();
    }
}
