package dev.retort.theory.incontext;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.RandomStreams;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

class AttentionDistillationTest {

    private static AttentionDistillation random(int n, int keys, int values, double scale, long seed) {
        RandomGenerator random = RandomStreams.of(seed).generator();
        return AttentionDistillation.of(
                MmdTest.normal(n, keys, 0, scale, random), MmdTest.normal(n, values, 0.3, 1, random));
    }

    @Test
    void predictionsByHand() {
        AttentionDistillation prompt =
                AttentionDistillation.of(new double[][] {{1, 0}, {0, 1}, {-1, 0}}, new double[][] {{1}, {2}, {3}});
        double a = Math.exp(0.5);
        double b = Math.exp(-0.5);
        double[] query = {0.5, 0};
        assertThat(prompt.weights().predict(query)[0]).isCloseTo((a + 2 + 3 * b) / 3, within(1e-15));
        assertThat(prompt.weights(6).predict(query)[0]).isCloseTo((a + 2 + 3 * b) / 6, within(1e-15));
        assertThat(prompt.attention(query)[0]).isCloseTo((a + 2 + 3 * b) / (a + 1 + b), within(1e-15));
        assertThat(prompt.weights().predict(query)[0]).isCloseTo(1.823, within(5e-4)); // as documented
        assertThat(prompt.attention(query)[0]).isCloseTo(1.680, within(5e-4));
        assertThat(prompt.limit().predict(new double[] {1, 0})[0]).isCloseTo(1, within(1e-12));
    }

    @Test
    void limitsOfSoftmaxAttention() {
        double[][] one = {{3, -1}};
        assertThat(AttentionDistillation.of(one, new double[][] {{5, 7}}).attention(new double[] {40, 2}))
                .containsExactly(5, 7);
        AttentionDistillation prompt = random(9, 3, 2, 1, 4);
        double[] atZero = prompt.attention(new double[3]);
        double[] mean = prompt.weights().predict(new double[3]);
        assertThat(atZero[0]).isCloseTo(mean[0], within(1e-15)); // all weights are equal
        AttentionDistillation equal =
                AttentionDistillation.of(new double[][] {{1, 2}, {1, 2}}, new double[][] {{1}, {4}});
        assertThat(equal.attention(new double[] {-3, 8})[0]).isCloseTo(2.5, within(1e-15));
        // For inner products far beyond the range of exp the largest one decides.
        AttentionDistillation far = AttentionDistillation.of(new double[][] {{1e4}, {-1e4}}, new double[][] {{1}, {2}});
        assertThat(far.attention(new double[] {1e4})[0]).isEqualTo(1);
        assertThat(far.attention(new double[] {-1e4})[0]).isEqualTo(2);
    }

    /** Explicit gradient descent on the matrix of weights, for the loss by its definition. */
    @Test
    void stepsAgreeWithGradientDescent() {
        for (Kernel kernel : List.of(
                Kernel.linear(),
                PositiveRandomFeatures.of(3, 5).withSeed(2).kernel(),
                PositiveRandomFeatures.of(3, 12).kernel())) {
            AttentionDistillation prompt = random(8, 3, 2, 0.4, 11).withKernel(kernel);
            double rate = 0.9 * prompt.largestRate();
            double[][] weights = new double[2][kernel.features().get().apply(new double[3]).length];
            for (int t = 0; t <= 12; t++) {
                double[][] closed = prompt.afterSteps(t, rate).matrix();
                for (int a = 0; a < 2; a++) {
                    for (int j = 0; j < weights[a].length; j++) {
                        assertThat(closed[a][j]).isCloseTo(weights[a][j], within(1e-12));
                    }
                }
                descend(prompt, weights, rate);
            }
        }
    }

    private static void descend(AttentionDistillation prompt, double[][] weights, double rate) {
        int n = prompt.demonstrations();
        double[][] gradient = new double[weights.length][weights[0].length];
        for (int i = 0; i < n; i++) {
            double[] phi = prompt.kernel().features().get().apply(prompt.keys().row(i));
            for (int a = 0; a < weights.length; a++) {
                double off = -prompt.values().row(i)[a];
                for (int j = 0; j < phi.length; j++) {
                    off += weights[a][j] * phi[j];
                }
                for (int j = 0; j < phi.length; j++) {
                    gradient[a][j] += off * phi[j] / n;
                }
            }
        }
        for (int a = 0; a < weights.length; a++) {
            for (int j = 0; j < weights[a].length; j++) {
                weights[a][j] -= rate * gradient[a][j];
            }
        }
    }

    @Test
    void oneStepOfRateOneGivesTheReferenceWeights() {
        for (Kernel kernel : List.of(Kernel.softmax(), Kernel.gaussian(1), Kernel.linear())) {
            AttentionDistillation prompt = random(10, 4, 2, 0.6, 5).withKernel(kernel);
            double[] query = {0.3, 0.1, -0.5, 0.2};
            double[] expected = prompt.weights().predict(query);
            assertThat(prompt.afterSteps(1, 1).predict(query)[1]).isCloseTo(expected[1], within(1e-12));
            assertThat(prompt.afterCorrelationSteps(1, 1).predict(query)[1]).isCloseTo(expected[1], within(1e-15));
            assertThat(prompt.afterCorrelationSteps(6, 0.5).predict(query)[0])
                    .isCloseTo(3 * expected[0], within(1e-14));
            assertThat(prompt.afterSteps(0, 1).norm()).isZero();
            // The step is minus the gradient of both losses at zero, so their slopes along W₀ are −‖W₀‖².
            ReferenceWeights small = prompt.weights(prompt.demonstrations() / 1e-6);
            double square = prompt.weights().norm() * prompt.weights().norm();
            ReferenceWeights zero = prompt.afterSteps(0, 1);
            assertThat((prompt.loss(small) - prompt.loss(zero)) / 1e-6).isCloseTo(-square, within(1e-4 * square));
            assertThat(prompt.correlationLoss(small) / 1e-6).isCloseTo(-square, within(1e-9 * square));
            double values = 0;
            for (double[] value : prompt.values().rows()) {
                values += value[0] * value[0] + value[1] * value[1];
            }
            assertThat(prompt.loss(zero)).isCloseTo(values / 20, within(1e-14));
        }
    }

    @Test
    void manyStepsApproachTheLimitAndLowerTheLoss() {
        AttentionDistillation prompt = random(6, 3, 2, 1, 8);
        double rate = 0.99 * prompt.largestRate();
        double before = Double.POSITIVE_INFINITY;
        for (int steps : new int[] {0, 1, 10, 100, 10_000}) {
            double loss = prompt.loss(prompt.afterSteps(steps, rate));
            assertThat(loss).isLessThan(before);
            before = loss;
        }
        // With six demonstrations and independent features the values are fitted exactly.
        assertThat(prompt.loss(prompt.limit())).isLessThan(1e-20);
        assertThat(prompt.afterSteps(Integer.MAX_VALUE, rate).distance(prompt.limit()))
                .isLessThan(1e-6);
        // With fewer features than demonstrations the limit is least squares, whose gradient vanishes.
        AttentionDistillation linear = random(20, 3, 1, 1, 9).withKernel(Kernel.linear());
        double[][] fitted = linear.limit().matrix();
        double[][] moved = {fitted[0].clone()};
        descend(linear, moved, 1);
        for (int j = 0; j < 3; j++) {
            assertThat(moved[0][j]).isCloseTo(fitted[0][j], within(1e-14));
        }
        // With more features than demonstrations the limit has the smallest norm: it is in the span of the keys.
        AttentionDistillation wide = AttentionDistillation.of(new double[][] {{1, 1, 0}}, new double[][] {{4}})
                .withKernel(Kernel.linear());
        assertThat(wide.limit().matrix()[0]).containsExactly(new double[] {2, 2, 0}, within(1e-14));
    }

    @Test
    void normAndDistanceAgreeWithTheMatrices() {
        Kernel features = PositiveRandomFeatures.of(2, 7).kernel();
        Kernel hidden = Kernel.of("the same, hidden", features::value);
        AttentionDistillation first = random(9, 2, 3, 0.7, 1);
        AttentionDistillation second = random(5, 2, 3, 0.9, 2);
        double distance = first.withKernel(features)
                .weights()
                .distance(second.withKernel(features).weights());
        assertThat(first.withKernel(hidden)
                        .weights()
                        .distance(second.withKernel(hidden).weights()))
                .isCloseTo(distance, within(1e-12 * distance));
        double[][] matrix = first.withKernel(features).weights().matrix();
        double sum = 0;
        for (double[] row : matrix) {
            for (double entry : row) {
                sum += entry * entry;
            }
        }
        assertThat(first.withKernel(features).weights().norm()).isCloseTo(Math.sqrt(sum), within(1e-13));
    }

    @Test
    void randomFeaturesAreUnbiasedWithTheirVariance() {
        double[] x = {0.3, -0.4};
        double[] y = {0.5, 0.2};
        assertThat(PositiveRandomFeatures.of(2, 1).variance(x, y)).isCloseTo(1.1202260386751788, within(1e-15));
        assertThat(PositiveRandomFeatures.of(2, 1).variance(x, new double[] {-0.3, 0.4}))
                .isZero();
        int runs = 20_000;
        double sum = 0;
        double squares = 0;
        double exact = Math.exp(0.07);
        for (int r = 0; r < runs; r++) {
            double off = PositiveRandomFeatures.of(2, 4).withSeed(r).kernel().value(x, y) - exact;
            sum += off;
            squares += off * off;
        }
        double variance = PositiveRandomFeatures.of(2, 4).variance(x, y);
        assertThat(sum / runs).isCloseTo(0, within(4 * Math.sqrt(variance / runs)));
        assertThat(squares / runs / variance).isCloseTo(1, within(0.15)); // heavy tails
    }

    @Test
    void errorFallsWithTheNumberOfRandomFeatures() {
        AttentionDistillation prompt = random(40, 3, 2, 0.5, 21);
        double[][] queries = MmdTest.normal(30, 3, 0, 0.5, RandomStreams.of(22).generator());
        Kernel few = PositiveRandomFeatures.of(3, 50).kernel();
        Kernel many = PositiveRandomFeatures.of(3, 5000).kernel();
        // The error is about ten times smaller with a hundred times as many features.
        assertThat(prompt.predictionError(few, queries) / prompt.predictionError(many, queries))
                .isBetween(3.0, 30.0);
        assertThat(prompt.attentionError(few, queries) / prompt.attentionError(many, queries))
                .isBetween(3.0, 30.0);
        assertThat(prompt.predictionError(Kernel.softmax(), queries)).isZero();
        assertThat(prompt.predictionError(Kernel.linear(), queries)).isGreaterThan(0.5);
    }

    @Test
    void arraysGiveTheSameResults() {
        AttentionDistillation prompt = random(5, 3, 2, 1, 30);
        double[][] queries = {{0.1, 0.2, 0.3}, {-1, 0, 1}};
        AttentionDistillation ofArrays = AttentionDistillation.ofArrays(
                Nd4j.create(prompt.keys().rows()).dup('f'),
                Nd4j.create(prompt.values().rows()));
        assertThat(ofArrays).isEqualTo(prompt);
        assertThat(ofArrays.attentionOfArrays(Nd4j.create(queries)).toDoubleMatrix())
                .isDeepEqualTo(prompt.attention(queries));
        refuses(
                "keys: shape [3] is not of rank 2, [samples, features]",
                () -> AttentionDistillation.ofArrays(
                        Nd4j.zeros(DataType.DOUBLE, 3), Nd4j.zeros(DataType.DOUBLE, 3, 1)));
    }

    @Test
    void badInputIsRefused() {
        double[][] keys = {{1, 2}, {3, 4}};
        double[][] values = {{1}, {2}};
        refuses(
                "keys: no points are not allowed: give at least one",
                () -> AttentionDistillation.of(new double[0][], values));
        refuses(
                "values.length: 1 is not the number of keys, 2",
                () -> AttentionDistillation.of(keys, new double[][] {{1}}));
        refuses(
                "values[1][0]: NaN is not finite",
                () -> AttentionDistillation.of(keys, new double[][] {{1}, {Double.NaN}}));
        AttentionDistillation prompt = AttentionDistillation.of(keys, values);
        refuses(
                "query.length: 1 is not the dimension of the other points, 2",
                () -> prompt.attention(new double[] {1}));
        refuses("normaliser: 0.0 is not greater than 0 and finite", () -> prompt.weights(0));
        refuses("rate: NaN is not greater than 0 and finite", () -> prompt.afterSteps(1, Double.NaN));
        refuses("steps: -1 is not at least 0", () -> prompt.afterSteps(-1, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> prompt.afterSteps(100_000, 10))
                .withMessageStartingWith("rate: 10.0 makes 100000 steps diverge: choose one below ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> prompt.weights().predict(new double[] {500, 500}))
                .withMessageContaining("is out of range on these points");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> prompt.withKernel(Kernel.linear()).attention(new double[] {-1, 0}))
                .withMessageContaining("a sum of kernel values of -4.0 cannot be divided by");
        assertThatIllegalStateException()
                .isThrownBy(() -> prompt.weights().matrix())
                .withMessageStartingWith("The softmax kernel has no finite list of features");
        refuses(
                "other: linear kernel is not the kernel of these weights, softmax kernel",
                () -> prompt.weights()
                        .distance(prompt.withKernel(Kernel.linear()).weights()));
        refuses("count: 0 is not at least 1", () -> PositiveRandomFeatures.of(2, 0));
        refuses(
                "x.length: 1 is not the dimension of the features, 2",
                () -> PositiveRandomFeatures.of(2, 3).apply(new double[1]));
    }

    @Test
    void areValues() {
        AttentionDistillation prompt = random(5, 3, 2, 1, 30);
        assertThat(prompt).isEqualTo(random(5, 3, 2, 1, 30)).hasSameHashCodeAs(random(5, 3, 2, 1, 30));
        assertThat(prompt).isNotEqualTo(prompt.withKernel(Kernel.linear()));
        assertThat(prompt)
                .hasToString("prompt of 5 demonstrations, keys of dimension 3, values of dimension 2, softmax kernel");
        assertThat(prompt.weights()).isEqualTo(prompt.weights()).hasSameHashCodeAs(prompt.weights());
        assertThat(prompt.weights())
                .isNotEqualTo(prompt.weights(3))
                .hasToString("weights of 5 demonstrations, softmax kernel");
        PositiveRandomFeatures features = PositiveRandomFeatures.of(2, 64).withSeed(7);
        assertThat(features)
                .isEqualTo(PositiveRandomFeatures.of(2, 64).withSeed(7))
                .hasToString("64 positive random features in dimension 2 of seed 7");
        assertThat(features.kernel())
                .isEqualTo(PositiveRandomFeatures.of(2, 64).withSeed(7).kernel());
        assertThat(features.kernel().value(new double[] {0.3, -0.4}, new double[] {0.5, 0.2}))
                .isCloseTo(1.074, within(5e-4));
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose
    void messagesNameTheArgument() {
        AttentionDistillation prompt =
                AttentionDistillation.of(new double[][] {{1, 2}, {3, 4}}, new double[][] {{1}, {2}});
        refuses(
                "query.length: 1 is not the dimension of the other points, 2",
                () -> prompt.attention(new double[] {1}));
        refuses("query[1]: NaN is not finite", () -> prompt.attention(new double[] {1, Double.NaN}));
        refuses("query: null is not allowed", () -> prompt.attention((double[]) null));
        refuses(
                "query.length: 3 is not the dimension of the other points, 2",
                () -> prompt.weights().predict(new double[] {1, 2, 3}));
        refuses(
                "query: a sum of kernel values of -5.0 cannot be divided by: use weights().predict(…), which divides by N",
                () -> prompt.withKernel(Kernel.linear()).attention(new double[] {1, -1.5}));
        refuses("approximate: null is not allowed", () -> prompt.predictionError(null, new double[][] {{1, 2}}));
        refuses("approximate: null is not allowed", () -> prompt.attentionError(null, new double[][] {{1, 2}}));
        ReferenceWeights other = AttentionDistillation.of(new double[][] {{1}}, new double[][] {{1, 2, 3}})
                .weights();
        String unfit =
                "weights: a map from keys of dimension 1 to values of dimension 3 does not fit this prompt, of keys of dimension 2"
                        + " and values of dimension 1";
        refuses(unfit, () -> prompt.loss(other));
        refuses(unfit, () -> prompt.correlationLoss(other));
    }
}
