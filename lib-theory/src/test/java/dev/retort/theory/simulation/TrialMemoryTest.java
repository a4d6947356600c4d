package dev.retort.theory.simulation;

import static org.assertj.core.api.Assertions.assertThat;

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

    static Stream<Arguments> pipelines() {
        Training wide = Training.samples(300).withRidge(1e-3);
        Training tall = Training.samples(1500).withRidge(1e-3);
        Training masked = wide.withMask(FeatureMask.keepingFirst(1200, 1500));
        return Stream.of(
                Arguments.of(TRIALS.literal(), Distillation.of(task(1500)).target(wide)),
                Arguments.of(TRIALS, Distillation.of(task(1500)).target(wide.withRidge(0))),
                Arguments.of(
                        TRIALS, Distillation.of(task(1500)).surrogate(masked).then(wide)),
                Arguments.of(TRIALS, Distillation.of(task(1500)).target(masked)),
                Arguments.of(TRIALS, Distillation.of(task(300)).target(tall)),
                Arguments.of(TRIALS, Distillation.of(task(300)).target(tall.withRidge(0))),
                Arguments.of(
                        TRIALS,
                        Distillation.of(task(1200)).target(Training.samples(60).stoppedAt(500))),
                Arguments.of(TRIALS, Distillation.of(task(1200)).target(wide.withRandomFeatures(500))),
                Arguments.of(TRIALS, matrices(500).surrogate(wide).then(wide)),
                Arguments.of(TRIALS.literal(), matrices(500).surrogate(wide).then(wide)));
    }

    @ParameterizedTest
    @MethodSource("pipelines")
    void needsLittleLessThanTheBound(Trials trials, Pipeline pipeline) {
        trials.run(pipeline); // one-time allocations
        double share = (double) trials.memory(pipeline).bytes() / used(trials, pipeline);
        assertThat(share).isBetween(1.0, 1.5);
    }

    /** If X itself is factored, the rank that rounding leaves determines how much of the bound is needed. */
    @Test
    void needsNoMoreThanTheBoundWhereXItselfIsFactored() {
        for (int[] shape : new int[][] {{100, 400}, {400, 100}}) {
            int p = shape[1];
            RegressionTask steep = RegressionTask.of(Spectrum.powerLaw(6, p), Signal.constant(1));
            Training training = Training.samples(shape[0]).withRidge(1e-25);
            for (Training each : new Training[] {training, training.withMask(FeatureMask.keepingFirst(p - 9, p))}) {
                Pipeline pipeline = Distillation.of(steep).target(each);
                assertThat(used(TRIALS, pipeline))
                        .isBetween(1L, TRIALS.memory(pipeline).bytes());
            }
        }
    }

    private static long used(Trials trials, Pipeline pipeline) {
        long before = allocated();
        AtomicLong most = new AtomicLong();
        AtomicBoolean done = new AtomicBoolean();
        Thread watcher = new Thread(() -> {
            while (!done.get()) {
                most.accumulateAndGet(allocated() - before, Math::max);
            }
        });
        watcher.start();
        do { // until the watcher has seen an allocation
            trials.run(pipeline);
        } while (most.get() == 0);
        done.set(true);
        return most.get();
    }

    /** The bytes allocated by JavaCPP and, for its own arrays, by ND4J. */
    private static long allocated() {
        return Pointer.totalBytes() + Nd4j.getEnvironment().getDeviceCouner(0);
    }
}
