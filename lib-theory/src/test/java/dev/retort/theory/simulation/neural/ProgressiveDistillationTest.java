package dev.retort.theory.simulation.neural;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.retort.theory.progressive.HierarchicalParity;
import dev.retort.theory.progressive.SparseParity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ProgressiveDistillationTest {

    /** A parity that is learned quickly. */
    private static final ProgressiveDistillation SMALL = ProgressiveDistillation.of(
                    LearningTask.of(SparseParity.of(16, 4)),
                    NetworkTraining.of(32)
                            .withBatch(32)
                            .withRate(1)
                            .withSteps(2000)
                            .withCheckpointEvery(20)
                            .withEvaluationEvery(20)
                            .withStopAfter(0.99, 100),
                    NetworkTraining.of(8).withBatch(32).withSteps(300).withEvaluationEvery(50))
            .withHeldOut(500);

    private static final Curriculum TWO_SHOT = Curriculum.twoShot(CheckpointRule.during(), 100);

    private static ReluNetwork network(TrainingRun run) {
        return (ReluNetwork) run.last().network();
    }

    @Test
    void teachersLearnAndStopSomeTimeAfterwards() {
        TrainingRun teacher = SMALL.teacher(5);
        double known = teacher.stepsTo(0.99);
        assertThat(known).isFinite();
        assertThat(teacher.last().step()).isEqualTo((int) known + 100);
        assertThat(teacher.last().accuracy()).isEqualTo(1);
        assertThat(teacher.checkpoints()).hasSize(teacher.last().step() / 20 + 1);
        assertThat(teacher.checkpoints().get(0).network())
                .isNotEqualTo(teacher.last().network());
        assertThat(teacher.history()).hasSameSizeAs(teacher.checkpoints());
    }

    @Test
    void theSameSeedGivesTheSameBitsOnAnyNumberOfThreads() {
        long[] seeds = {1, 2, 3};
        Comparison alone = SMALL.withThreads(1).compare(seeds, TWO_SHOT, Curriculum.labels());
        Comparison together = SMALL.withThreads(3).compare(seeds, TWO_SHOT, Curriculum.labels());
        assertThat(together).isEqualTo(alone);
        assertThat(alone.students(TWO_SHOT).get(1)).isEqualTo(SMALL.student(SMALL.teacher(2), TWO_SHOT));
        assertThat(alone.teachers().get(0).last())
                .isNotEqualTo(alone.teachers().get(1).last());
        assertThat(alone.stepsTo(TWO_SHOT, 0)).containsExactly(0, 0, 0);
        assertThat(alone.teacherStepsTo(1.1)).containsOnly(Double.POSITIVE_INFINITY);
        assertThatIllegalArgumentException().isThrownBy(() -> alone.students(Curriculum.oneShot()));
        assertThat(Comparison.median(3, 1, Double.POSITIVE_INFINITY)).isEqualTo(3);
        assertThat(Comparison.median(3, 1, 4, Double.POSITIVE_INFINITY)).isEqualTo(3.5);
    }

    @Test
    void withoutStepsOfTheFirstTeacherTwoShotsAreOne() {
        TrainingRun teacher = SMALL.teacher(5);
        TrainingRun oneShot = SMALL.student(teacher, Curriculum.oneShot());
        assertThat(network(SMALL.student(teacher, Curriculum.twoShot(CheckpointRule.during(), 0))))
                .isEqualTo(network(oneShot));
        assertThat(network(SMALL.student(teacher, TWO_SHOT))).isNotEqualTo(network(oneShot));
        assertThat(network(SMALL.student(teacher, Curriculum.layerwise(0, 1)))).isEqualTo(network(oneShot));
    }

    @Test
    void oneHotLabelsOfAPerfectTeacherAreTrueLabels() {
        // x_0 x_1 = (|x_0 + x_1| − |x_0 − x_1|)/2, exactly.
        double[][] rows = {{1, 1}, {-1, -1}, {1, -1}, {-1, 1}};
        ReluNetwork right = ReluNetwork.of(rows, new double[4], new double[][] {{3, 3, -3, -3}}, 0);
        LearningTask task = LearningTask.of(SparseParity.of(2, 2));
        TrainingRun teacher = TrainingRun.of(task, 9, List.of(new Checkpoint(0, 1, right)));
        ProgressiveDistillation experiment = ProgressiveDistillation.of(
                task, NetworkTraining.of(4), NetworkTraining.of(6).withSteps(200));
        TrainingRun oneHot = experiment.student(teacher, Curriculum.oneShot().withTemperature(0));
        TrainingRun truth = experiment.student(teacher, Curriculum.labels());
        assertThat(network(oneHot)).isEqualTo(network(truth));
        assertThat(oneHot.history()).isEqualTo(truth.history());
        assertThat(network(experiment.student(teacher, Curriculum.oneShot()))).isNotEqualTo(network(truth));
    }

    @Test
    void studentsOfASeedStartAlike() {
        TrainingRun teacher = SMALL.teacher(5);
        ProgressiveDistillation untrained =
                SMALL.withStudent(NetworkTraining.of(8).withSteps(0));
        assertThat(network(untrained.student(teacher, TWO_SHOT)))
                .isEqualTo(network(untrained.student(teacher, Curriculum.labels())));
    }

    @Test
    void chainsBeginWithAStudent() {
        TrainingRun teacher = SMALL.teacher(5);
        NetworkTraining assistant = NetworkTraining.of(24)
                .withBatch(32)
                .withRate(1)
                .withSteps(2000)
                .withCheckpointEvery(20)
                .withStopAfter(0.99, 100);
        NetworkTraining last = assistant.withStopAfter(0.99, 0);
        List<TrainingRun> chain = SMALL.chain(teacher, TWO_SHOT, assistant, last);
        assertThat(chain.get(0)).isEqualTo(SMALL.withStudent(assistant).student(teacher, TWO_SHOT));
        assertThat(network(chain.get(1)).width()).isEqualTo(24);
        assertThat(chain.get(1).last().accuracy()).isGreaterThan(0.9);
        assertThat(network(chain.get(1)))
                .isNotEqualTo(network(SMALL.withStudent(last).student(teacher, TWO_SHOT)));
    }

    @Test
    void treesOfParitiesAreLearned() {
        ProgressiveDistillation tree = ProgressiveDistillation.of(
                        LearningTask.of(HierarchicalParity.of(6, 2, 2)),
                        NetworkTraining.of(48)
                                .withRate(1)
                                .withSteps(3000)
                                .withCheckpointEvery(100)
                                .withStopAfter(0.98, 0),
                        NetworkTraining.of(24).withRate(1).withSteps(1500))
                .withHeldOut(500);
        TrainingRun teacher = tree.teacher(3);
        assertThat(teacher.last().accuracy()).isGreaterThan(0.98);
        TrainingRun student = tree.student(teacher, Curriculum.progressive(200));
        assertThat(student.last().accuracy()).isGreaterThan(0.9);
        assertThat(student.last().network().outputs()).isEqualTo(4);
    }

    @Test
    void probesMeasureDuringTraining() {
        DegreeOneProbe probe = DegreeOneProbe.of(SparseParity.of(16, 4), 500, 1);
        TrainingRun teacher = SMALL.withProbe(
                        "inside", network -> probe.measure(network).inside())
                .withProbe("inputs", Classifier::inputs)
                .teacher(5);
        assertThat(teacher.history())
                .allSatisfy(measurement ->
                        assertThat(measurement.probes().get("inputs")).isEqualTo(16));
        assertThat(teacher.history().get(0).probes().get("inside"))
                .isEqualTo(probe.measure(teacher.checkpoints().get(0).network()).inside());
    }

    @Test
    void listenersAreCalled() {
        List<TrainingProgress> told = new ArrayList<>();
        TrainingRun teacher = SMALL.onProgress(told::add).teacher(5);
        assertThat(told).hasSameSizeAs(teacher.history());
        assertThat(told.get(1).toString())
                .startsWith("teacher, true labels, seed 5: step 20 of at most 2000, accuracy 0.");
    }

    /** The training is stopped after any checkpoint by a listener that throws, like a kill. */
    @Test
    void resumedTrainingsEndWithTheSameBits(@TempDir Path directory) {
        TrainingRun whole = SMALL.teacher(5);
        for (int stop : new int[] {0, 20, 60, 300}) {
            ProgressiveDistillation stored = SMALL.withStorage(directory.resolve("stop-" + stop));
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(() -> stored.onProgress(progress -> {
                                if (progress.step() == stop) {
                                    throw new UnsupportedOperationException();
                                }
                            })
                            .teacher(5));
            assertThat(stored.teacher(5)).isEqualTo(whole);
            List<TrainingProgress> told = new ArrayList<>();
            assertThat(stored.onProgress(told::add).teacher(5)).isEqualTo(whole);
            assertThat(told).isEmpty(); // read instead of trained
        }
    }

    @Test
    void resumedStudentsEndWithTheSameBits(@TempDir Path directory) {
        ProgressiveDistillation checkpointed = SMALL.withStudent(NetworkTraining.of(8)
                .withBatch(32)
                .withSteps(300)
                .withEvaluationEvery(25)
                .withCheckpointEvery(100));
        TrainingRun teacher = checkpointed.teacher(5);
        for (Curriculum curriculum : List.of(
                Curriculum.progressive(60),
                Curriculum.layerwise(150, 0.02),
                Curriculum.labels().withSmoothing(0.1))) {
            TrainingRun whole = checkpointed.student(teacher, curriculum);
            ProgressiveDistillation stored = checkpointed.withStorage(directory);
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(() -> stored.onProgress(progress -> {
                                if (progress.step() == 175) {
                                    throw new UnsupportedOperationException();
                                }
                            })
                            .student(teacher, curriculum));
            assertThat(stored.student(teacher, curriculum)).isEqualTo(whole);
        }
    }

    @Test
    void damagedAndForeignCheckpointsAreNamed(@TempDir Path directory) throws IOException {
        ProgressiveDistillation stored = SMALL.withStorage(directory);
        TrainingRun teacher = stored.teacher(5);
        Path run;
        try (Stream<Path> runs = Files.list(directory)) {
            run = runs.findFirst().orElseThrow();
        }
        Path last;
        try (Stream<Path> files = Files.list(run)) {
            last = files.filter(file -> file.toString().endsWith(".checkpoint"))
                    .sorted()
                    .reduce((a, b) -> b)
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(last);
        bytes[bytes.length / 2] ^= 1;
        Files.write(last, bytes);
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> stored.teacher(5))
                .withMessageContaining("is damaged; delete it, and training resumes from the one before");
        Files.delete(last);
        assertThat(stored.teacher(5)).isEqualTo(teacher);
        Files.writeString(run.resolve("run.txt"), "something else");
        assertThatIllegalStateException()
                .isThrownBy(() -> stored.teacher(5))
                .withMessageContaining("holds checkpoints of another run, \"something else\"");
        // Other seeds and settings have separate directories.
        assertThat(stored.teacher(6)).isNotEqualTo(teacher);
        assertThat(stored.withHeldOut(400).teacher(5).last().network())
                .isEqualTo(teacher.last().network());
    }

    @Test
    void interruptionEndsATraining() {
        ProgressiveDistillation interrupted = SMALL.onProgress(progress -> {
            if (progress.step() >= 40) {
                Thread.currentThread().interrupt();
            }
        });
        assertThatExceptionOfType(CancellationException.class)
                .isThrownBy(() -> interrupted.teacher(5))
                .withMessage("Interrupted at step 40 of teacher, true labels, seed 5");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void divergenceNamesTheRun() {
        assertThatIllegalStateException()
                .isThrownBy(() ->
                        SMALL.withTeacher(NetworkTraining.of(8).withRate(1e200)).teacher(2))
                .withMessageStartingWith("teacher, true labels, seed 2: Training diverged");
    }

    /** A user's logistic regression, in plain Java. */
    static final class OwnNetwork implements TrainableClassifier {

        private final double[] weights;

        OwnNetwork(long seed) {
            weights = new double[] {seed % 3, 0, 0};
        }

        @Override
        public int inputs() {
            return weights.length;
        }

        @Override
        public int outputs() {
            return 1;
        }

        @Override
        public INDArray logits(INDArray inputs) {
            double[] logits = new double[(int) inputs.size(0)];
            for (int j = 0; j < logits.length; j++) {
                for (int i = 0; i < weights.length; i++) {
                    logits[j] += weights[i] * inputs.getDouble(j, i);
                }
            }
            return Nd4j.createFromArray(logits).castTo(DataType.FLOAT);
        }

        @Override
        public void step(INDArray inputs, INDArray targets) {
            INDArray logits = logits(inputs);
            for (int j = 0; j < inputs.size(0); j++) {
                double slope = Loss.LOGISTIC.slope(logits.getDouble(j), targets.getDouble(j));
                for (int i = 0; i < weights.length; i++) {
                    weights[i] -= slope * inputs.getDouble(j, i) / inputs.size(0);
                }
            }
        }

        @Override
        public byte[] state() {
            ByteBuffer bytes = ByteBuffer.allocate(Double.BYTES * weights.length);
            bytes.asDoubleBuffer().put(weights);
            return bytes.array();
        }

        @Override
        public void restore(byte[] state) {
            ByteBuffer.wrap(state).asDoubleBuffer().get(weights);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof OwnNetwork that && java.util.Arrays.equals(weights, that.weights);
        }

        @Override
        public int hashCode() {
            return java.util.Arrays.hashCode(weights);
        }
    }

    @Test
    void networksOfTheUsersTeachAndLearn(@TempDir Path directory) {
        NetworkTraining own = NetworkTraining.own("logistic regression", OwnNetwork::new)
                .withBatch(16)
                .withSteps(60)
                .withCheckpointEvery(20);
        ProgressiveDistillation experiment = ProgressiveDistillation.of(
                        LearningTask.of(SparseParity.of(3, 1).withSupport(2)), own, own)
                .withHeldOut(200);
        TrainingRun teacher = experiment.teacher(4);
        assertThat(teacher.last().accuracy()).isEqualTo(1);
        TrainingRun student = experiment.student(teacher, Curriculum.progressive(20));
        assertThat(student.last().accuracy()).isEqualTo(1);
        TrainingRun relu =
                experiment.withStudent(NetworkTraining.of(8).withSteps(300)).student(teacher, Curriculum.oneShot());
        assertThat(relu.last().accuracy()).isEqualTo(1);
        ProgressiveDistillation stored = experiment.withStorage(directory);
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> stored.onProgress(progress -> {
                            if (progress.step() == 40) {
                                throw new UnsupportedOperationException();
                            }
                        })
                        .teacher(4));
        assertThat(stored.teacher(4)).isEqualTo(teacher);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> experiment.student(teacher, Curriculum.layerwise(10, 0.1)))
                .withMessageContaining("needs networks with one hidden layer");
    }

    /** A user's network that fails in some way. */
    @SuppressWarnings("NullAway") // methods may return null and thus violate their contract
    private static class Faulty implements TrainableClassifier {

        @Override
        public int inputs() {
            return 3;
        }

        @Override
        public int outputs() {
            return 1;
        }

        @Override
        public @Nullable INDArray logits(INDArray inputs) {
            return Nd4j.zeros(DataType.DOUBLE, inputs.size(0));
        }

        @Override
        public void step(INDArray inputs, INDArray targets) {}

        @Override
        public byte @Nullable [] state() {
            return new byte[1];
        }

        @Override
        public void restore(byte[] state) {}

        @Override
        public String toString() {
            return "faulty network";
        }
    }

    private static ProgressiveDistillation ofOwn(Supplier<Faulty> factory) {
        NetworkTraining own = NetworkTraining.own("faulty", seed -> factory.get())
                .withBatch(4)
                .withSteps(1000)
                .withEvaluationEvery(10);
        return ProgressiveDistillation.of(LearningTask.of(SparseParity.of(3, 1)), own, own)
                .withHeldOut(20);
    }

    @Test
    void networksOfTheUsersThatDivergeEndTheTraining() {
        AtomicInteger steps = new AtomicInteger();
        assertThatIllegalStateException()
                .isThrownBy(() -> ofOwn(() -> new Faulty() {
                            @Override
                            public void step(INDArray inputs, INDArray targets) {
                                steps.incrementAndGet();
                            }

                            @Override
                            public INDArray logits(INDArray inputs) {
                                return Nd4j.valueArrayOf(new long[] {inputs.size(0)}, steps.get() > 5 ? Double.NaN : 1);
                            }
                        })
                        .withProbe(
                                "linear",
                                network -> DegreeOneProbe.of(SparseParity.of(3, 1), 9, 1)
                                        .measure(network)
                                        .inside())
                        .teacher(7))
                .withMessage(
                        "teacher, true labels, seed 7: Training diverged: the network's logits are NaN; lower its rate, faulty network");
        assertThat(steps).hasValue(10);
    }

    @Test
    void networksOfTheUsersMustReturnValues() {
        assertThatIllegalStateException()
                .isThrownBy(() -> ofOwn(() -> new Faulty() {
                            @Override
                            public @Nullable INDArray logits(INDArray inputs) {
                                return null;
                            }
                        })
                        .teacher(7))
                .withMessageContaining("The network's method logits(INDArray) returned null, in faulty network");
        assertThatIllegalStateException()
                .isThrownBy(() -> ofOwn(() -> new Faulty() {
                            @Override
                            public byte @Nullable [] state() {
                                return null;
                            }
                        })
                        .teacher(7))
                .withMessageContaining("The network's method state() returned null, in faulty network");
        AtomicInteger steps = new AtomicInteger();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ofOwn(() -> new Faulty() {
                            @Override
                            public int inputs() {
                                return 2;
                            }

                            @Override
                            public void step(INDArray inputs, INDArray targets) {
                                steps.incrementAndGet();
                            }
                        })
                        .teacher(7))
                .withMessage(
                        "network: faulty network has 2 inputs and 1 outputs, and does not fit the task of 3 inputs and 2 "
                                + "classes");
        assertThat(steps).hasValue(0);
    }

    @Test
    void networksOfTheUsersTakeTheirOwnSteps() {
        NetworkTraining own = NetworkTraining.own("own", OwnNetwork::new);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> own.withRate(0.1))
                .withMessage("rate: 0.1 is not for an own network, which takes its own steps; set it in its factory");
        assertThatIllegalArgumentException().isThrownBy(() -> own.withLoss(Loss.HINGE));
        assertThatIllegalArgumentException().isThrownBy(() -> own.withWeightDecay(0));
    }

    @Test
    void refusesBadInput() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SMALL.withProbe("one", network -> 1).withProbe("one", network -> 2))
                .withMessage("name: one is already the name of a probe; choose one other than [one]");
        NetworkTraining decaying = NetworkTraining.of(4).withRate(0.5).withWeightDecay(2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> decaying.withRate(0.6))
                .withMessage("rate: 0.6 times the weight decay, 2.0, is more than 1; lower either");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> decaying.withWeightDecay(2.1))
                .withMessage("decay: 2.1 times the rate, 0.5, is more than 1; lower either, the rate first");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SMALL.withHeldOut(0))
                .withMessage("examples: 0 is not at least 1");
        assertThatIllegalArgumentException().isThrownBy(() -> SMALL.withThreads(0));
        assertThatIllegalArgumentException().isThrownBy(() -> SMALL.compare(new long[0], TWO_SHOT));
        assertThatIllegalArgumentException().isThrownBy(() -> SMALL.compare(new long[] {1}));
        assertThatIllegalArgumentException().isThrownBy(() -> SMALL.chain(SMALL.teacher(1), TWO_SHOT));
        TrainingRun other = TrainingRun.of(
                LearningTask.of(SparseParity.of(16, 3)),
                1,
                List.of(new Checkpoint(0, 0.5, ReluNetwork.random(16, 2, 1, 1))));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SMALL.student(other, TWO_SHOT))
                .withMessageContaining("is not the task of the students");
        ProgressiveDistillation tree = ProgressiveDistillation.of(
                LearningTask.of(HierarchicalParity.of(6, 2, 2)),
                NetworkTraining.of(4).withLoss(Loss.HINGE),
                NetworkTraining.of(4));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tree.teacher(1))
                .withMessage("loss: HINGE is for two classes, and the task has 4");
    }

    @Test
    void isAValue() {
        assertThat(ProgressiveDistillation.fast())
                .isEqualTo(ProgressiveDistillation.fast())
                .hasSameHashCodeAs(ProgressiveDistillation.fast())
                .isNotEqualTo(ProgressiveDistillation.mid())
                .isNotEqualTo(ProgressiveDistillation.fast().withHeldOut(10))
                .isNotEqualTo(ProgressiveDistillation.fast().onProgress(progress -> {}));
    }
}
