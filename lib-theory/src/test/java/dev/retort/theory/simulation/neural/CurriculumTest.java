package dev.retort.theory.simulation.neural;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.theory.progressive.HierarchicalParity;
import dev.retort.theory.progressive.SparseParity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

class CurriculumTest {

    private static final LearningTask TASK = LearningTask.of(SparseParity.of(5, 2));

    /** A teacher whose checkpoints differ in their output bias. */
    private static TrainingRun teacher(double... accuracies) {
        List<Checkpoint> checkpoints = new ArrayList<>();
        for (int i = 0; i < accuracies.length; i++) {
            ReluNetwork network =
                    ReluNetwork.of(new double[][] {{0, 0, 0, 0, 0}}, new double[1], new double[][] {{1}}, i);
            checkpoints.add(new Checkpoint(100 * i, accuracies[i], network));
        }
        return TrainingRun.of(TASK, 1, checkpoints);
    }

    private static int step(Curriculum curriculum, TrainingRun teacher, int t) {
        return curriculum.schedule(teacher).apply(t).step();
    }

    @Test
    void rulesChooseCheckpoints() {
        TrainingRun teacher = teacher(0.5, 0.49, 0.52, 0.7, 0.8, 0.95, 1, 1);
        assertThat(CheckpointRule.during().of(teacher).step()).isEqualTo(300); // ties with 400
        assertThat(CheckpointRule.before().of(teacher).step()).isEqualTo(100); // 150, rounded down
        assertThat(CheckpointRule.last().of(teacher).step()).isEqualTo(700);
        assertThat(CheckpointRule.nearest(1).of(teacher).step()).isEqualTo(600);
        assertThat(CheckpointRule.atStep(401).of(teacher).step()).isEqualTo(500);
        assertThat(CheckpointRule.atStep(9999).of(teacher).step()).isEqualTo(700);
        assertThat(teacher.stepsTo(0.9)).isEqualTo(500);
        assertThat(teacher.stepsTo(1.1)).isInfinite();
    }

    @Test
    void schedules() {
        TrainingRun teacher = teacher(0.5, 0.49, 0.52, 0.7, 0.8, 0.95, 1, 1);
        Curriculum twoShot = Curriculum.twoShot(CheckpointRule.during(), 1000);
        assertThat(step(twoShot, teacher, 0)).isEqualTo(300);
        assertThat(step(twoShot, teacher, 999)).isEqualTo(300);
        assertThat(step(twoShot, teacher, 1000)).isEqualTo(700);
        Curriculum progressive = Curriculum.progressive(200);
        assertThat(step(progressive, teacher, 0)).isEqualTo(200);
        assertThat(step(progressive, teacher, 199)).isEqualTo(200);
        assertThat(step(progressive, teacher, 200)).isEqualTo(400);
        assertThat(step(progressive, teacher, 600)).isEqualTo(700);
        assertThat(step(progressive, teacher, Integer.MAX_VALUE)).isEqualTo(700);
        assertThat(step(Curriculum.progressive(150), teacher, 0)).isEqualTo(200); // the first after 150
        Curriculum listed = Curriculum.listed(0.5, 100, 400);
        assertThat(step(listed, teacher, 0)).isEqualTo(100);
        assertThat(step(listed, teacher, 200)).isEqualTo(100);
        assertThat(step(listed, teacher, 201)).isEqualTo(400);
        assertThat(step(listed, teacher, 100_000)).isEqualTo(400);
        assertThat(step(Curriculum.oneShot(), teacher, 0)).isEqualTo(700);
    }

    private static double[] labels(Curriculum curriculum, int step) {
        TrainingRun teacher = teacher(0.5, 0.7, 1);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(3);
        try (Batch batch = new Batch(4, 5);
                Labeller labeller = new Labeller(curriculum, teacher, 2, 1, 4)) {
            batch.draw(TASK, random);
            double[] targets = labeller.targets(batch, step).clone();
            for (int j = 0; j < 4; j++) {
                targets[j] *= batch.sign(j); // relative to the truth
            }
            return targets;
        }
    }

    @Test
    void labelsOfTwoClasses() {
        assertThat(labels(Curriculum.labels(), 0)).containsOnly(1);
        assertThat(labels(Curriculum.labels().withSmoothing(0.1), 0)).containsOnly(0.9);
        Curriculum twoShot = Curriculum.twoShot(CheckpointRule.atStep(100), 10);
        for (double label : labels(twoShot, 0)) {
            assertThat(Math.abs(label)).isEqualTo(Math.tanh(0.5)); // its logit is 1
        }
        for (double label : labels(twoShot.withTemperature(3), 10)) {
            assertThat(Math.abs(label)).isEqualTo(Math.tanh(1 / 3.0)); // then 2
        }
        for (double label : labels(twoShot.withTemperature(0), 10)) {
            assertThat(Math.abs(label)).isEqualTo(1);
        }
        for (double label : labels(twoShot.withTemperature(1e-300), 10)) {
            assertThat(Math.abs(label)).isEqualTo(1);
        }
        for (double label :
                labels(Curriculum.twoShot(CheckpointRule.atStep(0), 1).withTemperature(0), 0)) {
            assertThat(label).isZero(); // as its logit is
        }
        for (double label : labels(Curriculum.oneShot().withTrueLabels(0.25).withSmoothing(0.2), 0)) {
            double ofTruth = 0.25 * 0.8;
            assertThat(Math.abs(label - ofTruth)).isCloseTo(0.75 * Math.tanh(1), within(1e-15));
        }
    }

    @Test
    void labelsOfSeveralClasses() {
        LearningTask task = LearningTask.of(HierarchicalParity.of(3, 1, 2));
        double[] biases = {2, 0, 2, -1};
        ReluNetwork network = ReluNetwork.of(new double[1][3], new double[1], new double[4][1], biases);
        TrainingRun teacher = TrainingRun.of(task, 1, List.of(new Checkpoint(0, 0.25, network)));
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(3);
        try (Batch batch = new Batch(1, 3);
                Labeller soft = new Labeller(Curriculum.oneShot().withTemperature(2), teacher, 4, 4, 1);
                Labeller oneHot = new Labeller(Curriculum.oneShot().withTemperature(0), teacher, 4, 4, 1);
                Labeller mixed = new Labeller(
                        Curriculum.oneShot()
                                .withTemperature(0)
                                .withTrueLabels(0.5)
                                .withSmoothing(0.4),
                        teacher,
                        4,
                        4,
                        1)) {
            batch.draw(task, random);
            double sum = Math.exp(1) + 1 + Math.exp(1) + Math.exp(-0.5);
            assertThat(soft.targets(batch, 0)[3]).isCloseTo(Math.exp(-0.5) / sum, within(1e-15));
            assertThat(oneHot.targets(batch, 0)).containsExactly(0.5, 0, 0.5, 0);
            int truth = batch.labels[0];
            for (int l = 0; l < 4; l++) {
                double expected = 0.5 * (l % 2 == 0 ? 0.5 : 0) + 0.5 * (0.1 + (l == truth ? 0.6 : 0));
                assertThat(mixed.targets(batch, 0)[l]).isCloseTo(expected, within(1e-15));
            }
        }
    }

    @Test
    void linearPartsAreMeasured() {
        SparseParity task = SparseParity.of(6, 2).withSupport(1, 4);
        double[][] rows = {{0, 1, 0, 0, 0, 0}, {0, -1, 0, 0, 0, 0}};
        // 0.4 x_1 as the difference of two neurons; the label is tanh(0.2 x_1), a multiple of x_1.
        ReluNetwork network = ReluNetwork.of(rows, new double[2], new double[][] {{0.4, -0.4}}, 0);
        DegreeOneProbe.Signal signal = DegreeOneProbe.of(task, 5000, 3).measure(network);
        double noise = Math.tanh(0.2) / Math.sqrt(5000);
        assertThat(signal.inside()).isCloseTo((Math.tanh(0.2) + 0.8 * noise) / 2, within(2 * noise));
        assertThat(signal.noiseFloor()).isCloseTo(Math.sqrt(2 / Math.PI) * noise, within(1e-12));
        assertThat(signal.outside()).isCloseTo(signal.noiseFloor(), within(4 * noise * 0.6 / 2));
        assertThat(signal.ratio()).isGreaterThan(4);
        // Two logits are equivalent to their difference.
        ReluNetwork two = ReluNetwork.of(rows, new double[2], new double[][] {{0.4, 0}, {0, 0.4}}, 0, 0);
        assertThat(DegreeOneProbe.of(task, 5000, 3).measure(two).inside()).isCloseTo(signal.inside(), within(1e-14));
        TrainingRun run = TrainingRun.of(
                LearningTask.of(task),
                3,
                List.of(
                        new Checkpoint(0, 0.5, ReluNetwork.random(6, 3, 1, 1)),
                        new Checkpoint(1, 0.6, network),
                        new Checkpoint(2, 0.7, ReluNetwork.random(6, 3, 1, 2))));
        assertThat(CheckpointRule.peak().of(run).step()).isEqualTo(1);
        assertThat(run.measure(net -> net.outputs())).containsExactly(1, 1, 1);
    }

    @Test
    void refusesBadInput() {
        assertThatIllegalArgumentException().isThrownBy(() -> Curriculum.progressive(0));
        assertThatIllegalArgumentException().isThrownBy(() -> Curriculum.twoShot(CheckpointRule.last(), -1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Curriculum.listed(1))
                .withMessage("steps.length: 0 is not at least 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Curriculum.listed(1, 100, 50))
                .withMessage("steps[1]: 50 is not after the one before, 100");
        assertThatIllegalArgumentException().isThrownBy(() -> Curriculum.listed(0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> Curriculum.layerwise(10, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Curriculum.oneShot().withTemperature(-1))
                .withMessage("temperature: -1.0 is not at least 0 and finite");
        for (double bad : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Curriculum.oneShot().withTrueLabels(bad));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Curriculum.oneShot().withSmoothing(bad));
            assertThatIllegalArgumentException().isThrownBy(() -> CheckpointRule.nearest(bad));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> NetworkTraining.of(3).withStopAfter(bad, 0));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Curriculum.oneShot().withLayerOf(CheckpointRule.last()))
                .withMessage("layer: the last is for students taught layer by layer, see layerwise, not for one-shot");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Curriculum.labels().withTemperature(1))
                .withMessage("temperature: 1.0 is for labels of a teacher, and labels() has none; see oneShot()");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Curriculum.labels().withTrueLabels(0.5));
        assertThatIllegalArgumentException().isThrownBy(() -> CheckpointRule.atStep(-1));
        ReluNetwork network = ReluNetwork.random(5, 1, 1, 1);
        assertThatIllegalArgumentException().isThrownBy(() -> new Checkpoint(-5, 0.5, network));
        for (double bad : new double[] {-0.1, 7, Double.NaN}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new Checkpoint(5, bad, network))
                    .withMessage("accuracy: " + bad + " is not from 0 to 1");
            assertThatIllegalArgumentException().isThrownBy(() -> new Measurement(5, bad, Map.of()));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> TrainingRun.of(TASK, 1, List.of()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TrainingRun.of(
                        TASK, 1, List.of(new Checkpoint(5, 0.5, network), new Checkpoint(5, 0.5, network))))
                .withMessage("checkpoints[1].step(): 5 is not after the one before");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        TrainingRun.of(TASK, 1, List.of(new Checkpoint(5, 0.5, ReluNetwork.random(4, 1, 1, 1)))));
        TrainingRun tree = TrainingRun.of(
                LearningTask.of(HierarchicalParity.of(5, 1, 2)),
                1,
                List.of(new Checkpoint(0, 0.25, ReluNetwork.random(5, 1, 4, 1))));
        assertThatIllegalStateException().isThrownBy(() -> CheckpointRule.peak().of(tree));
        assertThatIllegalArgumentException().isThrownBy(() -> NetworkTraining.of(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NetworkTraining.of(3).withBatch(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NetworkTraining.of(3).withRate(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NetworkTraining.of(3).withWeightDecay(-1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NetworkTraining.of(3).withSteps(-1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NetworkTraining.of(3).withEvaluationEvery(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NetworkTraining.of(3).withCheckpointEvery(0));
        assertThatIllegalArgumentException().isThrownBy(() -> DegreeOneProbe.of(SparseParity.of(3, 1), 0, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> DegreeOneProbe.of(SparseParity.of(3, 1), 9, 1).measure(ReluNetwork.random(3, 1, 3, 1)));
    }

    @Test
    @SuppressWarnings("NullAway") // null on purpose
    void rejectsNetworksThatCannotBeMeasured() {
        DegreeOneProbe probe = DegreeOneProbe.of(SparseParity.of(3, 1), 9, 1);
        assertThatIllegalArgumentException().isThrownBy(() -> probe.measure((Classifier) null));
        assertThatIllegalArgumentException().isThrownBy(() -> probe.measure((List<Classifier>) null));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> probe.measure(ReluNetwork.random(4, 1, 1, 1)))
                .withMessageContaining(
                        "has 4 inputs and 1 outputs, and does not fit the task of 3 inputs and 2 classes");
        ReluNetwork odd = new ReluNetwork(3, 1, 1, new double[4], new double[] {1, Double.NaN});
        assertThatIllegalArgumentException()
                .isThrownBy(() -> probe.measure(odd))
                .withMessageContaining("has logits of NaN, which is not finite");
        TrainingRun teacher =
                TrainingRun.of(LearningTask.of(SparseParity.of(3, 1)), 1, List.of(new Checkpoint(0, 0.5, odd)));
        NetworkTraining student = NetworkTraining.of(2).withSteps(3);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProgressiveDistillation.of(teacher.task(), student, student)
                        .student(teacher, Curriculum.oneShot()))
                .withMessageContaining("teacher: ")
                .withMessageContaining("has logits of NaN, which is not finite");
    }

    @Test
    void areValues() {
        assertThat(Curriculum.twoShot(CheckpointRule.during(), 5).withTemperature(0))
                .isEqualTo(Curriculum.twoShot(CheckpointRule.during(), 5).withTemperature(0))
                .hasSameHashCodeAs(
                        Curriculum.twoShot(CheckpointRule.during(), 5).withTemperature(0))
                .isNotEqualTo(Curriculum.twoShot(CheckpointRule.during(), 5))
                .hasToString("two-shot, during the transition for 5 steps, one-hot");
        assertThat(Curriculum.labels()).hasToString("true labels");
        assertThat(Curriculum.layerwise(9, 0.5).withLayerOf(CheckpointRule.atStep(0)))
                .hasToString("layer by layer, 9 steps at rate 0.5, layer at step 0");
        assertThat(NetworkTraining.of(3).withRate(2))
                .isEqualTo(NetworkTraining.of(3).withRate(2))
                .hasSameHashCodeAs(NetworkTraining.of(3).withRate(2))
                .isNotEqualTo(NetworkTraining.of(3))
                .hasToString("width 3, rate 2.0, LOGISTIC, batch 64, 12000 steps, measured every 100");
        assertThat(LearningTask.of(SparseParity.of(5, 2))).isEqualTo(TASK).hasSameHashCodeAs(TASK);
        assertThat(teacher(0.5, 1)).isEqualTo(teacher(0.5, 1)).isNotEqualTo(teacher(0.5));
    }
}
