package dev.retort.theory.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.RandomStreams;
import dev.retort.core.SampleMean;
import dev.retort.core.StandardNormal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.testtime.LinearAttention;
import dev.retort.theory.testtime.TaskPrior;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares pre-training by gradient descent with the weights of the closed form. */
class PretrainingRunTest {

    private static final double[][] FEATURES = {
        {1, 0.5, 0.1, 0}, {0.5, 2, -0.3, 0}, {0.1, -0.3, 0.7, 0.2}, {0, 0, 0.2, 1}
    };
    private static final double[][] COEFFICIENTS = {
        {1, -0.4, 0, 0}, {-0.4, 0.5, 0.1, 0}, {0, 0.1, 0.3, 0}, {0, 0, 0, 0.2}
    };

    /** The squares of (1, 0, 0, −1) and (0, 1, 1, 0). */
    private static final double[][] OF_RANK_TWO = {{1, 0, 0, -1}, {0, 1, 1, 0}, {0, 1, 1, 0}, {-1, 0, 0, 1}};

    static Stream<Arguments> priorsOfCorrelatedTasks() {
        return Stream.of(
                Arguments.of("correlated", TaskPrior.of(FEATURES, COEFFICIENTS).withNoise(0.3), 6),
                Arguments.of("semidefinite", TaskPrior.of(FEATURES, OF_RANK_TWO).withNoise(0.5), 4));
    }

    static Stream<Arguments> priors() {
        TaskPrior uncorrelated = TaskPrior.of(Spectrum.of(1, 0.5, 2, 1), Spectrum.of(1, 0, 0.3, 0.6));
        return Stream.concat(
                priorsOfCorrelatedTasks(), Stream.of(Arguments.of("a coefficient always zero", uncorrelated, 3)));
    }

    /**
     * Weights of pre-training by stochastic gradient descent scatter around those of the closed form. After 400 steps
     * they have visibly not converged; after 1600 steps not even the mean of 40 runs is distinguishable from the closed
     * form.
     */
    @ParameterizedTest(name = "{0}")
    @MethodSource("priorsOfCorrelatedTasks")
    void gradientDescentFindsTheWeightsOfPreTraining(String name, TaskPrior prior, int contextLength) {
        LinearAttention exact = LinearAttention.pretrained(prior, contextLength);
        List<LinearAttention> runs = IntStream.range(0, 8)
                .parallel()
                .mapToObj(run -> Pretraining.of(prior, contextLength)
                        .withSteps(1600)
                        .withBatch(130)
                        .withSeed(run)
                        .run())
                .toList();
        for (LinearAttention trained : runs) {
            assertThat(trained.loss(prior, contextLength) / prior.leastLoss(contextLength) - 1)
                    .isBetween(0.0, 0.005);
        }
        double squares = 0;
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 4; j++) {
                int row = i;
                int column = j;
                double z = SampleMean.of(runs.stream()
                                .mapToDouble(trained -> trained.weight(row, column))
                                .toArray())
                        .zScore(exact.weight(i, j));
                squares += z * z / 16;
            }
        }
        // Student's t with 7 degrees of freedom has variance 7/5; the entries are almost independent.
        assertThat(squares).isBetween(0.2, 3.5);
    }

    /** The arrays of a batch, drawn again, and their gradient by plain loops. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("priors")
    void theGradientAgreesWithThePrompts(String name, TaskPrior prior, int contextLength) {
        int prompts = 5;
        double[][] weights = {{0.1, 0.02, 0, -0.1}, {0.3, 0.1, 0, 0.2}, {0, 0.05, 0.1, 0}, {0.04, 0, 0, 0.1}};
        double[][] descent = new PromptBatch(prior, contextLength)
                .descent(AttentionArrays.matrix(weights), prompts, random(3))
                .toDoubleMatrix();
        RandomGenerator random = random(3);
        int rows = (contextLength + 1) * prompts;
        double[][] x = AttentionArrays.features(prior.covariance())
                .sample(rows, random)
                .toDoubleMatrix();
        double[][] beta = AttentionArrays.features(prior.coefficientCovariance())
                .sample(prompts, random)
                .toDoubleMatrix();
        double[] y = new double[rows];
        for (int i = 0; i < rows; i++) {
            y[i] = dot(x[i], beta[i % prompts]) + prior.noise() * StandardNormal.next(random);
        }
        double[][] expected = new double[4][4];
        for (int prompt = 0; prompt < prompts; prompt++) {
            double[] u = new double[4];
            for (int i = prompt; i < rows - prompts; i += prompts) {
                for (int j = 0; j < 4; j++) {
                    u[j] += x[i][j] * y[i];
                }
            }
            double[] query = x[rows - prompts + prompt];
            double error = y[rows - prompts + prompt]
                    - dot(query, LinearAttention.of(weights).predictor(u));
            for (int i = 0; i < 4; i++) {
                for (int j = 0; j < 4; j++) {
                    expected[i][j] += 2 * error * query[i] * u[j];
                }
            }
        }
        for (int i = 0; i < 4; i++) {
            assertThat(descent[i]).containsExactly(expected[i], within(1e-11));
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static RandomGenerator random(long seed) {
        return RandomStreams.of(seed).generator();
    }

    /** The steps by hand. For Σ = 1 and Ω = 1/3 the moments E uuᵀ are n(n+1)/3 + n(1 + σ²) = 16.25 times the identity. */
    @Test
    void weightsAreTheMeanOfTheSecondHalfOfTheSteps() {
        TaskPrior prior = TaskPrior.isotropic(3, 1).withNoise(0.5);
        double rate = 1 / (2 * 16.25 + 8.0 / 5 * 3 * (3 * 16.25));
        double[][] weights = new double[3][3];
        double[][] before = weights;
        for (int step = 0; step < 3; step++) {
            double[][] descent = new PromptBatch(prior, 5)
                    .descent(
                            AttentionArrays.matrix(weights),
                            5,
                            RandomStreams.of(7).at(step).at(0).generator())
                    .toDoubleMatrix();
            before = weights;
            weights = sum(weights, 1, descent, rate / 5);
        }
        double[][] trained = Pretraining.of(prior, 5)
                .withBatch(5)
                .withSteps(3)
                .withSeed(7)
                .run()
                .weights();
        double[][] expected = sum(before, 0.5, weights, 0.5);
        for (int i = 0; i < 3; i++) {
            assertThat(trained[i]).containsExactly(expected[i], within(1e-13));
        }
    }

    private static double[][] sum(double[][] a, double ofA, double[][] b, double ofB) {
        double[][] sum = new double[a.length][a.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a.length; j++) {
                sum[i][j] = ofA * a[i][j] + ofB * b[i][j];
            }
        }
        return sum;
    }

    @Test
    void dependsOnlyOnItsSeed() {
        Pretraining pretraining = Pretraining.of(TaskPrior.isotropic(3, 1), 5).withSteps(10);
        double[][] once = pretraining.withSeed(4).run().weights();
        assertThat(pretraining.withSeed(4).run().weights()).isDeepEqualTo(once);
        assertThat(pretraining.withSeed(5).run().weight(0, 0)).isNotEqualTo(once[0][0]);
    }

    /** Several parts, and several arrays in each. */
    @Test
    void dividingLargeBatchesDoesNotChangeTheNumbers() {
        TaskPrior prior = TaskPrior.isotropic(40, 1).withNoise(0.2);
        Pretraining pretraining = Pretraining.of(prior, 60).withBatch(1100).withSteps(12);
        assertThat(new PromptBatch(prior, 60).inOneArray()).isEqualTo(53);
        LinearAttention trained = pretraining.run();
        assertThat(pretraining.run().weights()).isDeepEqualTo(trained.weights());
        double none = prior.signalPower() + 0.04;
        assertThat(trained.loss(prior, 60)).isBetween(prior.leastLoss(60), 0.9 * none);
    }

    @Test
    void learnsNothingWhereThereIsNothingToLearn() {
        for (Pretraining idle :
                List.of(Pretraining.of(TaskPrior.isotropic(3, 0), 5), Pretraining.of(TaskPrior.isotropic(3, 1), 0))) {
            assertThat(idle.withSteps(3).run().weights()).isDeepEqualTo(new double[3][3]);
        }
        TaskPrior noise = TaskPrior.isotropic(3, 0).withNoise(1);
        LinearAttention trained = Pretraining.of(noise, 5).run();
        assertThat(trained.weight(0, 0)).isNotZero();
        assertThat(trained.loss(noise, 5)).isBetween(1.0, 1.01);
    }

    @Test
    void rejectsSettingsThatCannotBeRun() {
        TaskPrior prior = TaskPrior.isotropic(2, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Pretraining.of(prior, -1))
                .withMessage("contextLength: -1 is not at least 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Pretraining.of(prior, 1).withBatch(0))
                .withMessage("prompts: 0 is not at least 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Pretraining.of(prior, 1).withSteps(0))
                .withMessage("steps: 0 is not at least 1");
    }
}
