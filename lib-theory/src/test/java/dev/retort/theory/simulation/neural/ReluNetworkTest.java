package dev.retort.theory.simulation.neural;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.theory.progressive.HierarchicalParity;
import dev.retort.theory.progressive.SparseParity;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ReluNetworkTest {

    private static final int BATCH = 6;
    private static final int WIDTH = 5;

    private final RandomGenerator random =
            RandomGeneratorFactory.of("L64X128MixRandom").create(41);

    private static double[] parameters(ReluNetwork network) {
        double[] all = Arrays.copyOf(network.hidden(), network.hidden().length + network.output().length);
        System.arraycopy(network.output(), 0, all, network.hidden().length, network.output().length);
        return all;
    }

    private static ReluNetwork with(ReluNetwork network, double[] parameters) {
        int hidden = network.hidden().length;
        return new ReluNetwork(
                network.inputs(),
                network.width(),
                network.outputs(),
                Arrays.copyOf(parameters, hidden),
                Arrays.copyOfRange(parameters, hidden, parameters.length));
    }

    /** Before training it is 0, which no factor changes. */
    private static ReluNetwork withOutputBias(ReluNetwork network, double bias) {
        double[] parameters = parameters(network);
        parameters[parameters.length - 1] = bias;
        return with(network, parameters);
    }

    private static double[] input(Batch batch, int example) {
        double[] x = new double[batch.inputs];
        Arrays.setAll(x, i -> batch.input(example, i));
        return x;
    }

    /** Compares the step of a trainee, divided by its rate, with central differences of the mean loss. */
    private void checkStep(ReluNetwork before, ReluNetwork after, double rate, ToDoubleFunction<ReluNetwork> meanLoss) {
        double[] start = parameters(before);
        double[] end = parameters(after);
        double h = 1e-6;
        for (int i = 0; i < start.length; i++) {
            double[] up = start.clone();
            double[] down = start.clone();
            up[i] += h;
            down[i] -= h;
            double slope =
                    (meanLoss.applyAsDouble(with(before, up)) - meanLoss.applyAsDouble(with(before, down))) / (2 * h);
            assertThat((start[i] - end[i]) / rate).isCloseTo(slope, within(1e-8));
        }
    }

    @ParameterizedTest
    @EnumSource(Loss.class)
    void stepsFollowTheGradient(Loss loss) {
        LearningTask task = LearningTask.of(SparseParity.of(7, 3));
        ReluNetwork start = ReluNetwork.random(7, WIDTH, 1, 3);
        double[] targets = random.doubles(BATCH, -1, 1).toArray();
        try (Batch batch = new Batch(BATCH, 7);
                ReluTrainee trainee = new ReluTrainee(start, BATCH, loss, 0.1, 0)) {
            batch.draw(task, random);
            trainee.step(batch, targets);
            checkStep(start, trainee.network(), 0.1, network -> {
                double sum = 0;
                for (int j = 0; j < BATCH; j++) {
                    sum += loss.value(network.logits(input(batch, j))[0], targets[j]) / BATCH;
                }
                return sum;
            });
        }
    }

    @Test
    void stepsOfSeveralClassesFollowTheGradient() {
        LearningTask task = LearningTask.of(HierarchicalParity.of(8, 2, 2));
        ReluNetwork start = ReluNetwork.random(8, WIDTH, 4, 3);
        double[] targets = random.doubles(BATCH * 4).toArray();
        for (int j = 0; j < BATCH; j++) {
            double sum = Arrays.stream(targets, 4 * j, 4 * j + 4).sum();
            for (int l = 4 * j; l < 4 * j + 4; l++) {
                targets[l] /= sum;
            }
        }
        try (Batch batch = new Batch(BATCH, 8);
                ReluTrainee trainee = new ReluTrainee(start, BATCH, Loss.LOGISTIC, 0.1, 0)) {
            batch.draw(task, random);
            trainee.step(batch, targets);
            checkStep(start, trainee.network(), 0.1, network -> {
                double sum = 0;
                for (int j = 0; j < BATCH; j++) {
                    double[] z = network.logits(input(batch, j));
                    double logOfSum = Math.log(Arrays.stream(z).map(Math::exp).sum());
                    for (int l = 0; l < 4; l++) {
                        sum += targets[4 * j + l] * (logOfSum - z[l]) / BATCH;
                    }
                }
                return sum;
            });
        }
    }

    @Test
    void matchingALayerFollowsTheGradient() {
        ReluNetwork start = ReluNetwork.random(7, WIDTH, 1, 3);
        double[] targets = random.doubles(BATCH * WIDTH, -1, 1).toArray();
        try (Batch batch = new Batch(BATCH, 7);
                ReluTrainee trainee = new ReluTrainee(start, BATCH, Loss.LOGISTIC, 0.5, 0)) {
            batch.draw(LearningTask.of(SparseParity.of(7, 3)), random);
            trainee.match(batch, targets, 0.1);
            checkStep(start, trainee.network(), 0.1, network -> {
                double sum = 0;
                for (int j = 0; j < BATCH; j++) {
                    double[] x = input(batch, j);
                    for (int i = 0; i < WIDTH; i++) {
                        double z = network.biases()[i];
                        for (int k = 0; k < 7; k++) {
                            z += network.weights()[i][k] * x[k];
                        }
                        sum += Math.pow(Math.max(0, z) - targets[j * WIDTH + i], 2) / (2 * BATCH);
                    }
                }
                return sum;
            });
        }
    }

    @Test
    void theDerivativeOfReluAtZeroIsOne() {
        ReluNetwork start = ReluNetwork.of(new double[][] {{0, 0}}, new double[1], new double[][] {{1}}, 0);
        try (Batch batch = new Batch(1, 2);
                ReluTrainee trainee = new ReluTrainee(start, 1, Loss.CORRELATION, 1, 0)) {
            batch.take(new double[] {1, -1}, 0);
            trainee.step(batch, new double[] {1});
            assertThat(trainee.network().weights()[0]).containsExactly(1, -1);
            assertThat(trainee.network().biases()).containsExactly(1);
            assertThat(trainee.network().outputWeights()[0]).containsExactly(1); // its gradient is ReLU(0) = 0
            assertThat(trainee.network().outputBiases()).containsExactly(1);
        }
    }

    @Test
    void weightDecayShrinksAllParameters() {
        ReluNetwork start = withOutputBias(ReluNetwork.random(3, 2, 1, 5), 0.3);
        try (Batch batch = new Batch(4, 3);
                ReluTrainee trainee = new ReluTrainee(start, 4, Loss.CORRELATION, 0.5, 0.2)) {
            batch.draw(LearningTask.of(SparseParity.of(3, 1)), random);
            trainee.step(batch, new double[4]); // labels 0: no gradient
            double[] expected =
                    Arrays.stream(parameters(start)).map(w -> 0.9 * w).toArray();
            assertThat(parameters(trainee.network())).containsExactly(expected);
        }
    }

    @Test
    void arraysAndSinglePointsAgree() {
        for (int outputs : new int[] {1, 3}) {
            ReluNetwork network = ReluNetwork.random(9, 17, outputs, 8);
            double[][] points = new double[700][];
            Arrays.setAll(points, j -> random.doubles(9, -1, 1).toArray());
            try (INDArray array = Nd4j.create(points);
                    INDArray logits = network.logits(array)) {
                assertThat(logits.dataType()).isEqualTo(DataType.DOUBLE);
                assertThat(logits.shape()).isEqualTo(outputs == 1 ? new long[] {700} : new long[] {700, 3});
                double[] entries = logits.data().asDouble();
                for (int j = 0; j < 700; j++) {
                    double[] expected = network.logits(points[j]);
                    for (int l = 0; l < outputs; l++) {
                        assertThat(entries[j * outputs + l]).isCloseTo(expected[l], within(1e-14));
                    }
                }
            }
        }
    }

    @Test
    void untrainedNetworksAreUniformAndSmall() {
        ReluNetwork network = ReluNetwork.random(100, 400, 1, 2);
        double[] w =
                Arrays.stream(network.weights()).flatMapToDouble(Arrays::stream).toArray();
        double square = Arrays.stream(w).map(v -> v * v).average().orElseThrow();
        assertThat(square * 100).isCloseTo(1 / 3.0, within(4 * Math.sqrt(4 / 45.0 / w.length)));
        assertThat(Arrays.stream(w).map(Math::abs).max().orElseThrow()).isBetween(0.0999, 0.1);
        assertThat(Arrays.stream(network.outputWeights()[0])
                        .map(Math::abs)
                        .max()
                        .orElseThrow())
                .isLessThanOrEqualTo(0.05);
        assertThat(network.outputBiases()).containsExactly(0);
        assertThat(Arrays.stream(ReluNetwork.random(2, 1, 500, 2).outputWeights())
                        .mapToDouble(row -> Math.abs(row[0]))
                        .max()
                        .orElseThrow())
                .isBetween(0.99, 1.0);
    }

    @Test
    void bytesKeepEveryBit() {
        ReluNetwork network = ReluNetwork.random(5, 3, 2, 9);
        assertThat(ReluNetwork.ofBytes(network.bytes())).isEqualTo(network).hasSameHashCodeAs(network);
        byte[] bytes = network.bytes();
        assertThatIllegalArgumentException().isThrownBy(() -> ReluNetwork.ofBytes(Arrays.copyOf(bytes, 50)));
        assertThatIllegalArgumentException().isThrownBy(() -> ReluNetwork.ofBytes(new byte[3]));
    }

    private static ReluNetwork after(ReluNetwork start, Loss loss, double rate, double decay, double[] targets) {
        LearningTask task = LearningTask.of(SparseParity.of(7, 3));
        try (Batch batch = new Batch(BATCH, 7);
                ReluTrainee trainee = new ReluTrainee(start, BATCH, loss, rate, decay)) {
            batch.draw(task, RandomGeneratorFactory.of("L64X128MixRandom").create(5));
            trainee.step(batch, targets);
            return trainee.network();
        }
    }

    /** θ ← (1 − ηλ) θ − η ∇L(θ), with the gradient at the old parameters. */
    @ParameterizedTest
    @EnumSource(Loss.class)
    void weightDecayUsesTheGradientAtTheOldParameters(Loss loss) {
        ReluNetwork start = withOutputBias(ReluNetwork.random(7, WIDTH, 1, 3), -0.2);
        double[] targets = random.doubles(BATCH, -1, 1).toArray();
        double[] before = parameters(start);
        double[] plain = parameters(after(start, loss, 0.5, 0, targets));
        for (double decay : new double[] {0.2, 2}) {
            double[] decayed = parameters(after(start, loss, 0.5, decay, targets));
            for (int i = 0; i < before.length; i++) {
                assertThat(decayed[i]).isCloseTo(plain[i] - 0.5 * decay * before[i], within(1e-15));
            }
        }
    }

    /** The step of {@code OneStepTeacher}: at ηλ = 1 only the gradient remains, which is not 0. */
    @Test
    void weightDecayOfOneOverTheRateLeavesOnlyTheGradient() {
        NetworkTraining training = NetworkTraining.of(6)
                .withBatch(512)
                .withRate(0.5)
                .withLoss(Loss.CORRELATION)
                .withSteps(1)
                .withCheckpointEvery(1);
        LearningTask task = LearningTask.of(SparseParity.of(7, 3));
        List<Checkpoint> plain =
                ProgressiveDistillation.of(task, training, training).teacher(4).checkpoints();
        double[] start = parameters((ReluNetwork) plain.get(0).network());
        double[] moved = parameters((ReluNetwork) plain.get(1).network());
        NetworkTraining decaying = training.withWeightDecay(2);
        double[] left = parameters((ReluNetwork) ProgressiveDistillation.of(task, decaying, decaying)
                .teacher(4)
                .last()
                .network());
        double largest = 0;
        for (int i = 0; i < start.length; i++) {
            assertThat(left[i]).isCloseTo(moved[i] - start[i], within(1e-15));
            largest = Math.max(largest, Math.abs(left[i]));
        }
        assertThat(largest).isGreaterThan(0.01);
    }

    @Test
    void divergenceIsReported() {
        ReluNetwork start = ReluNetwork.of(new double[][] {{1e308, 1e308}}, new double[1], new double[][] {{1}}, 0);
        try (Batch batch = new Batch(1, 2);
                ReluTrainee trainee = new ReluTrainee(start, 1, Loss.LOGISTIC, 2, 0)) {
            batch.take(new double[] {1, 1}, 0);
            assertThatIllegalStateException()
                    .isThrownBy(() -> trainee.step(batch, new double[] {1}))
                    .withMessageContaining("diverged")
                    .withMessageContaining("lower the rate, 2.0");
        }
    }

    @Test
    void refusesBadInput() {
        assertThatIllegalArgumentException().isThrownBy(() -> ReluNetwork.random(0, 1, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> ReluNetwork.random(1, 0, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> ReluNetwork.random(1, 1, 0, 1));
        double[][] weights = {{1, 2}, {3, 4}};
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ReluNetwork.of(weights, new double[1], new double[][] {{1, 1}}, 0))
                .withMessage("biases.length: 1 is not the number of rows of weights, 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ReluNetwork.of(weights, new double[2], new double[][] {{1}}, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ReluNetwork.of(weights, new double[2], new double[][] {{1, Double.NaN}}, 0))
                .withMessage("outputWeights[0][1]: NaN is not finite");
        ReluNetwork network = ReluNetwork.of(weights, new double[2], new double[][] {{1, 1}}, 0);
        assertThatIllegalArgumentException().isThrownBy(() -> network.logits(1, 2, 3));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> network.logits(Nd4j.zeros(DataType.DOUBLE, 4, 3)))
                .withMessage("inputs: [4, 3] does not have a column for each of 2");
        assertThat(network).hasToString("ReLU network, 2 inputs, 2 neurons, 1 outputs");
    }
}
