package dev.retort.theory.incontext;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.RandomStreams;
import dev.retort.core.StandardNormal;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.LUDecomposition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FinitePretrainingTest {

    private static FinitePretraining of(double alpha, double tau, double kappa, double rho, double lambda) {
        IsotropicContext context =
                IsotropicContext.of(20, (int) Math.round(20 * alpha)).withNoise(Math.sqrt(rho));
        return FinitePretraining.of(context, 400 * tau).withTasks(20 * kappa).withRidge(lambda);
    }

    /**
     * Risks with the query's noise, from an independent evaluation to 16 digits. Those without ridge agree with the
     * published formula.
     */
    @ParameterizedTest
    @CsvSource({
        "1, 2, Infinity, 0.25, 0, 1.611111111111111, 1.611111111111111",
        "1, 0.5, Infinity, 0.25, 0, 1.833333333333333, 1.833333333333333",
        "2, 0.5, 0.5, 0.25, 0, 1.714710036383169, 1.178915036121710",
        "2, 3, 0.5, 0.1, 0, 1.070442318183584, 0.4397103422209231",
        "2, 1, 2, 0.1, 0.1, 1.251008593027749, 1.045456362341414",
        "1, 2, 2, 0.25, 0.05, 1.558924010620187, 1.361966001921905",
        "1, 4, 0.3, 0.25, 0.2, 1.313814702152889, 0.6232299027365771"
    })
    void agreesWithReferenceValues(
            double alpha, double tau, double kappa, double rho, double lambda, double onNew, double onKnown) {
        FinitePretraining pretraining = of(alpha, tau, kappa, rho, lambda);
        assertThat(pretraining.onNewTasks() + rho).isCloseTo(onNew, within(1e-12 * onNew));
        assertThat(pretraining.onPretrainingTasks() + rho).isCloseTo(onKnown, within(1e-12 * onKnown));
    }

    /** With fresh tasks of power 1 for each prompt, the risk has a closed form on both sides of n = d². */
    @Test
    void freshTasksWithoutRidge() {
        for (double tau : new double[] {0.05, 0.5, 0.9, 1.1, 3, 50}) {
            double rho = 0.3;
            double q = 1.3 / 2;
            double expected = tau > 1
                    ? (rho + q / (1 + q)) * tau / (tau - 1) - rho
                    : (1 + rho - tau * (2 - tau) / (1 + q)) / (1 - tau) - rho;
            assertThat(of(2, tau, Double.POSITIVE_INFINITY, rho, 0).onNewTasks())
                    .isCloseTo(expected, within(1e-11 * expected));
        }
        assertThat(of(2, 1, Double.POSITIVE_INFINITY, 0.3, 0).onNewTasks()).isInfinite();
        assertThat(of(2, 1, 3, 0.3, 0).onPretrainingTasks()).isInfinite();
        assertThat(of(2, 1, 3, 0.3, 1e-9).onPretrainingTasks())
                .isGreaterThan(100)
                .isFinite();
    }

    @Test
    void limits() {
        // Infinitely many prompts of fresh tasks give the best gradient step, in the limit of many features.
        int d = 20_000;
        GaussianContext large = GaussianContext.of(
                RegressionTask.of(Spectrum.isotropic(1, d), Signal.constant(Math.sqrt(3.0 / d)))
                        .withNoise(0.4),
                2 * d);
        IsotropicContext context = IsotropicContext.of(d, 2 * d).withNoise(0.4).withTaskPower(3);
        assertThat(FinitePretraining.of(context, 1e18).onNewTasks())
                .isCloseTo(large.gradientStep(large.bestStep()), within(2e-4));
        // An enormous ridge, or almost no prompts, gives weights 0.
        assertThat(of(1, 2, 2, 0.25, 1e9).onNewTasks()).isCloseTo(1, within(1e-6));
        assertThat(of(1, 1e-9, 2, 0.25, 0).onNewTasks()).isCloseTo(1, within(1e-6));
        // Many tasks are as good as fresh ones.
        assertThat(of(1, 2, 1e9, 0.25, 0.1).onPretrainingTasks())
                .isCloseTo(of(1, 2, Double.POSITIVE_INFINITY, 0.25, 0.1).onNewTasks(), within(1e-6));
        // In another unit of the labels risks and ridge are multiplied by its square.
        IsotropicContext small = IsotropicContext.of(20, 20).withNoise(0.5);
        IsotropicContext scaled = small.withTaskPower(9).withNoise(1.5);
        double risk =
                FinitePretraining.of(small, 800).withTasks(10).withRidge(0.2).onNewTasks();
        assertThat(FinitePretraining.of(scaled, 800)
                        .withTasks(10)
                        .withRidge(1.8)
                        .onNewTasks())
                .isCloseTo(9 * risk, within(1e-12 * risk));
    }

    /**
     * Pre-training by its definition, with features and tasks of constant length, which have smaller finite-size
     * corrections. The error of the limit is up to 5 % at d = 40 and proportional to 1/d; standard errors are 2 %.
     */
    @ParameterizedTest
    @CsvSource({
        "24, 1, 0.5, Infinity, 0.25, 0",
        "24, 2, 0.5, 0.5, 0.25, 0",
        "16, 1, 2, 2, 0.25, 0.05",
        "16, 2, 1, 2, 0.1, 0.1"
    })
    void agreesWithSimulation(int d, double alpha, double tau, double kappa, double rho, double lambda) {
        int runs = 16;
        double[] onNew = new double[runs];
        double[] onKnown = new double[runs];
        for (int r = 0; r < runs; r++) {
            double[] risks = simulate(
                    d,
                    alpha,
                    tau,
                    kappa,
                    rho,
                    lambda,
                    RandomStreams.of(91).at(r).generator());
            onNew[r] = risks[0];
            onKnown[r] = risks[1];
        }
        FinitePretraining pretraining = of(alpha, tau, kappa, rho, lambda);
        double allowed = 0.05 * 40 / d + 0.06;
        assertThat(Arrays.stream(onNew).average().getAsDouble() / (pretraining.onNewTasks() + rho))
                .isCloseTo(1, within(allowed));
        assertThat(Arrays.stream(onKnown).average().getAsDouble() / (pretraining.onPretrainingTasks() + rho))
                .isCloseTo(1, within(allowed));
    }

    /** A vector of length √d. */
    private static double[] direction(int d, RandomGenerator random) {
        double[] vector = StandardNormal.sample(d, random);
        double norm = Math.sqrt(dot(vector, vector) / d);
        return Arrays.stream(vector).map(v -> v / norm).toArray();
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** The query, the mean h of its context, and the query's label. */
    private static final class Prompt {

        private final double[] query;
        private final double[] mean;
        private final double label;

        private Prompt(double[] query, double[] mean, double label) {
            this.query = query;
            this.mean = mean;
            this.label = label;
        }

        static Prompt of(double[] task, int length, double rho, RandomGenerator random) {
            int d = task.length;
            double[] mean = new double[d];
            for (int i = 0; i < length; i++) {
                double[] x = direction(d, random);
                double y = dot(x, task) + Math.sqrt(rho) * StandardNormal.next(random);
                for (int k = 0; k < d; k++) {
                    mean[k] += y * x[k] / length;
                }
            }
            double[] query = direction(d, random);
            return new Prompt(query, mean, dot(query, task) + Math.sqrt(rho) * StandardNormal.next(random));
        }
    }

    private static double[] task(int d, RandomGenerator random) {
        return Arrays.stream(direction(d, random)).map(b -> b / Math.sqrt(d)).toArray();
    }

    private static double[] simulate(
            int d, double alpha, double tau, double kappa, double rho, double lambda, RandomGenerator random) {
        int length = (int) Math.round(alpha * d);
        int n = (int) Math.round(tau * d * d);
        double[][] tasks = kappa == Double.POSITIVE_INFINITY
                ? new double[0][]
                : IntStream.range(0, (int) Math.round(kappa * d))
                        .mapToObj(i -> task(d, random))
                        .toArray(double[][]::new);
        Prompt[] prompts = new Prompt[n];
        Arrays.setAll(prompts, i -> Prompt.of(drawn(tasks, d, random), length, rho, random));
        double[][] kernel = new double[n][n];
        double[] labels = new double[n];
        for (int i = 0; i < n; i++) {
            labels[i] = prompts[i].label;
            for (int j = 0; j < n; j++) {
                kernel[i][j] = dot(prompts[i].query, prompts[j].query) * dot(prompts[i].mean, prompts[j].mean);
            }
            kernel[i][i] += n * lambda / d;
        }
        double[] weights = new LUDecomposition(new Array2DRowRealMatrix(kernel, false), 1e-300)
                .getSolver()
                .solve(new ArrayRealVector(labels))
                .toArray();
        int tests = 400;
        double onNew = 0;
        double onKnown = 0;
        for (int t = 0; t < tests; t++) {
            onNew += squaredError(Prompt.of(task(d, random), length, rho, random), prompts, weights) / tests;
            onKnown += squaredError(Prompt.of(drawn(tasks, d, random), length, rho, random), prompts, weights) / tests;
        }
        return new double[] {onNew, onKnown};
    }

    private static double[] drawn(double[][] tasks, int d, RandomGenerator random) {
        return tasks.length == 0 ? task(d, random) : tasks[random.nextInt(tasks.length)];
    }

    private static double squaredError(Prompt test, Prompt[] prompts, double[] weights) {
        double prediction = 0;
        for (int i = 0; i < prompts.length; i++) {
            prediction += weights[i] * dot(prompts[i].query, test.query) * dot(prompts[i].mean, test.mean);
        }
        return (test.label - prediction) * (test.label - prediction);
    }

    @Test
    void example() {
        IsotropicContext context = IsotropicContext.of(100, 100).withNoise(0.5);
        FinitePretraining pretraining = FinitePretraining.of(context, 20_000);
        assertThat(pretraining.onNewTasks()).isCloseTo(1.361, within(5e-4));
        assertThat(FinitePretraining.of(context, 1e9).onNewTasks()).isCloseTo(0.556, within(5e-4));
        assertThat(pretraining.withTasks(50).withRidge(0.1).onPretrainingTasks())
                .isCloseTo(0.747, within(5e-4));
    }

    @Test
    void badInputIsRefused() {
        IsotropicContext context = IsotropicContext.of(4, 4);
        refuses("prompts: 0.0 is not greater than 0 and finite", () -> FinitePretraining.of(context, 0));
        refuses("context.length: 0 is not at least 1", () -> FinitePretraining.of(IsotropicContext.of(4, 0), 5));
        refuses(
                "context.taskPower: 0.0 is not greater than 0 and finite",
                () -> FinitePretraining.of(context.withTaskPower(0), 5));
        refuses(
                "count: NaN is less than 1.0E-9, below which the limit loses all digits",
                () -> FinitePretraining.of(context, 5).withTasks(Double.NaN));
        refuses(
                "newRidge: -1.0 is not at least 0 and finite",
                () -> FinitePretraining.of(context, 5).withRidge(-1));
        assertThat(FinitePretraining.of(context, 5))
                .isEqualTo(FinitePretraining.of(IsotropicContext.of(4, 4), 5))
                .hasSameHashCodeAs(FinitePretraining.of(context, 5))
                .isNotEqualTo(FinitePretraining.of(context, 6));
    }
}
