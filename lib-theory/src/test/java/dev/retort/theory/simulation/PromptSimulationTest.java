package dev.retort.theory.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.testtime.GradientStep;
import dev.retort.theory.testtime.InContextTask;
import dev.retort.theory.testtime.LinearAttention;
import dev.retort.theory.testtime.SampleMean;
import dev.retort.theory.testtime.TaskPrior;
import dev.retort.theory.testtime.TestTimeTraining;
import dev.retort.theory.testtime.TrainingLoss;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.factory.Nd4j;

/** The exact losses need no allowance for finite size: what is left is chance. */
class PromptSimulationTest {

    /** Standard errors that chance may explain: one case in 16,000. */
    private static final double CHANCE = 4;

    private static final double[][] FEATURES = {
        {1, 0.5, 0.1, 0}, {0.5, 2, -0.3, 0}, {0.1, -0.3, 0.7, 0.2}, {0, 0, 0.2, 1}
    };
    private static final double[][] CROOKED = {
        {0.05, 0.02, 0, -0.01}, {-0.03, 0.04, 0.01, 0}, {0.01, 0, 0.08, 0.02}, {0, 0.03, -0.02, 0.03}
    };

    static Stream<Arguments> trainings() {
        InContextTask isotropic = InContextTask.isotropic(30, 1);
        TaskPrior prior = TaskPrior.isotropic(30, 1);
        LinearAttention warm = LinearAttention.pretrained(prior, 20);
        InContextTask correlated = InContextTask.of(FEATURES, 0.5, -1, 0.3, 0.8).withNoise(0.4);
        LinearAttention crooked = LinearAttention.of(CROOKED);
        RegressionTask powerLaw = RegressionTask.of(Spectrum.powerLaw(1.0, 25), Signal.constant(0.3))
                .withNoise(0.2);
        LinearAttention ofPowerLaw = LinearAttention.pretrained(
                TaskPrior.of(Spectrum.powerLaw(1.0, 25), Spectrum.powerLaw(0.5, 25))
                        .withNoise(0.3),
                15);
        TestTimeTraining longer = TestTimeTraining.of(correlated, crooked, 4).withFreshContext(11);
        return Stream.of(
                Arguments.of("warm", TestTimeTraining.of(isotropic, warm, 20), 25),
                Arguments.of("cold", TestTimeTraining.of(isotropic, LinearAttention.zero(30), 20), 25),
                Arguments.of("noisy", TestTimeTraining.of(isotropic.withNoise(0.7), warm, 20), 25),
                Arguments.of("far too large weights", TestTimeTraining.of(isotropic, warm.scaledBy(3), 20), 60),
                Arguments.of("correlated", TestTimeTraining.of(correlated, crooked, 5), 6),
                Arguments.of("one of each", TestTimeTraining.of(correlated, crooked, 1), 1),
                Arguments.of(
                        "best weights for the task",
                        TestTimeTraining.of(correlated, LinearAttention.optimal(correlated, 5), 5),
                        6),
                Arguments.of("longer evaluation", longer, 6),
                Arguments.of("power law", TestTimeTraining.of(InContextTask.of(powerLaw), ofPowerLaw, 15), 40),
                Arguments.of(
                        "mean loss", TestTimeTraining.of(isotropic, warm, 10).withTrainingLoss(TrainingLoss.MEAN), 7),
                Arguments.of("no context", TestTimeTraining.of(correlated, crooked, 0), 5),
                Arguments.of("no examples", TestTimeTraining.of(correlated, crooked, 5), 0));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("trainings")
    void agreesWithTheExactLoss(String name, TestTimeTraining training, int examples) {
        check(training, examples);
        if (training.evaluationLength() == training.contextLength()) {
            check(training.withSameContext(), examples);
        }
    }

    private static void check(TestTimeTraining training, int examples) {
        GradientStep exact = training.predict().after(examples);
        PromptSimulation measured = Trials.of(3000).seed(11).run(training, examples);
        double stepSize = exact.optimalStepSize().orElse(1);
        assertWithin(measured.initialLoss(), exact.initialLoss());
        assertWithin(measured.loss(stepSize), exact.loss(stepSize));
        assertWithin(measured.loss(3 * stepSize), exact.loss(3 * stepSize));
        assertWithin(measured.improvement(stepSize), exact.initialLoss() - exact.loss(stepSize));
        assertWithin(measured.slope(), exact.slope());
        assertWithin(measured.curvature(), exact.curvature());
        assertThat(Math.abs(measured.zScore(exact))).isLessThan(CHANCE);
        assertThat(measured.loss(stepSize).standardError()).isLessThan(0.1 * exact.loss(stepSize));
    }

    private static void assertWithin(SampleMean measured, double exact) {
        double rounding = 1e-13 * Math.abs(exact);
        assertThat(measured.mean())
                .as("%s, exact %s", measured, exact)
                .isCloseTo(exact, within(CHANCE * measured.standardError() + rounding));
    }

    /** The definition to the letter: the new weights are formed, and the query and its label drawn. */
    @Test
    void agreesWithPromptsToTheLetter() {
        InContextTask task = InContextTask.of(FEATURES, 0.5, -1, 0.3, 0.8).withNoise(0.4);
        LinearAttention start = LinearAttention.of(CROOKED);
        TestTimeTraining fresh = TestTimeTraining.of(task, start, 5);
        for (TestTimeTraining training : new TestTimeTraining[] {fresh, fresh.withSameContext()}) {
            GradientStep exact = training.predict().after(6);
            double stepSize = exact.optimalStepSize().orElseThrow();
            double[] errors = new double[100_000];
            double[] gains = new double[errors.length];
            RandomGenerator random =
                    RandomGeneratorFactory.of("L64X128MixRandom").create(5);
            GaussianVectors features = GaussianVectors.of(FEATURES);
            for (int trial = 0; trial < errors.length; trial++) {
                double[] context = contextVector(task, features, random);
                double[][] trained = start.weights();
                double[][] gradient = new double[4][4];
                for (int k = 0; k < 6; k++) {
                    double[] x = features.draw(random);
                    double error = label(task, x, random) - GaussianVectors.dot(x, start.predictor(context));
                    for (int i = 0; i < 4; i++) {
                        for (int j = 0; j < 4; j++) {
                            gradient[i][j] -= 2 * error * x[i] * context[j];
                        }
                    }
                }
                for (int i = 0; i < 4; i++) {
                    for (int j = 0; j < 4; j++) {
                        trained[i][j] -= stepSize * gradient[i][j];
                    }
                }
                double[] evaluation = training.isOnSameContext() ? context : contextVector(task, features, random);
                double[] query = features.draw(random);
                double label = label(task, query, random);
                double before = label - GaussianVectors.dot(query, start.predictor(evaluation));
                double after = label
                        - GaussianVectors.dot(query, LinearAttention.of(trained).predictor(evaluation));
                errors[trial] = after * after;
                gains[trial] = before * before - after * after;
            }
            assertWithin(SampleMean.of(errors), exact.loss());
            assertWithin(SampleMean.of(gains), exact.improvement());
        }
    }

    private static double[] contextVector(InContextTask task, GaussianVectors features, RandomGenerator random) {
        double[] sum = new double[4];
        for (int i = 0; i < 5; i++) {
            double[] x = features.draw(random);
            GaussianVectors.add(sum, label(task, x, random), x);
        }
        return sum;
    }

    private static double label(InContextTask task, double[] x, RandomGenerator random) {
        return GaussianVectors.dot(x, task.coefficients()) + task.noise() * random.nextGaussian();
    }

    @Test
    void doesNotDependOnTheNumberOfThreads() {
        TestTimeTraining training =
                TestTimeTraining.of(InContextTask.isotropic(6, 1), LinearAttention.isotropic(6, 0.05), 8);
        SampleMean alone = Trials.of(50).seed(5).threads(1).run(training, 4).loss(0.01);
        assertThat(Trials.of(50).seed(5).threads(3).run(training, 4).loss(0.01)).isEqualTo(alone);
        assertThat(Trials.of(50).seed(6).run(training, 4).loss(0.01)).isNotEqualTo(alone);
        assertThat(Trials.of(50).run(training, 4).trials()).isEqualTo(50);
    }

    @Test
    void refusesWhatCannotBeRun() {
        TestTimeTraining training =
                TestTimeTraining.of(InContextTask.isotropic(2, 1), LinearAttention.isotropic(2, 0.05), 8);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Trials.of(2).run(training, -1))
                .withMessage("examples: -1 is not at least 0");
        Population population = Population.of(
                Nd4j.create(new double[][] {{1, 0}, {0, 2}, {-1, 1}}), Nd4j.create(new double[] {1, 2, 0}));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Trials.of(2).drawingFrom(population).run(training, 1))
                .withMessageContaining("has no prompts to draw");
    }

    /** Weights of pre-training by stochastic gradient descent scatter around those of the closed form. */
    @Test
    void gradientDescentFindsTheWeightsOfPreTraining() {
        double[][] coefficients = {{1, -0.4, 0, 0}, {-0.4, 0.5, 0.1, 0}, {0, 0.1, 0.3, 0}, {0, 0, 0, 0.2}};
        TaskPrior prior = TaskPrior.of(FEATURES, coefficients).withNoise(0.3);
        LinearAttention exact = LinearAttention.pretrained(prior, 6);
        int runs = 8;
        double[][][] entries = new double[4][4][runs];
        for (int run = 0; run < runs; run++) {
            LinearAttention trained = Pretraining.of(prior, 6)
                    .withSteps(2000)
                    .withBatch(128)
                    .withSeed(run)
                    .run();
            assertThat(trained.loss(prior, 6) / prior.leastLoss(6) - 1).isBetween(0.0, 0.005);
            for (int i = 0; i < 4; i++) {
                for (int j = 0; j < 4; j++) {
                    entries[i][j][run] = trained.weight(i, j);
                }
            }
        }
        double squares = 0;
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 4; j++) {
                double z = SampleMean.of(entries[i][j]).zScore(exact.weight(i, j));
                squares += z * z / 16;
            }
        }
        // Student's t with 7 degrees of freedom has variance 7/5; the entries are all but independent.
        assertThat(squares).isBetween(0.2, 3.5);
    }

    @Test
    void preTrainingDependsOnItsSeedAlone() {
        Pretraining pretraining = Pretraining.of(TaskPrior.isotropic(3, 1), 5).withSteps(10);
        double[][] once = pretraining.withSeed(4).run().weights();
        assertThat(pretraining.withSeed(4).run().weights()).isDeepEqualTo(once);
        assertThat(pretraining.withSeed(5).run().weight(0, 0)).isNotEqualTo(once[0][0]);
        assertThat(Pretraining.of(TaskPrior.isotropic(3, 0), 5).run().weight(0, 0))
                .isZero();
    }
}
