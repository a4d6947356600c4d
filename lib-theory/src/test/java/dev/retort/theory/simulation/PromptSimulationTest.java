package dev.retort.theory.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.RandomStreams;
import dev.retort.core.SampleMean;
import dev.retort.core.StandardNormal;
import dev.retort.core.nd4j.GaussianDesign;
import dev.retort.core.nd4j.LinearRegression;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.testtime.GradientStep;
import dev.retort.theory.testtime.InContextTask;
import dev.retort.theory.testtime.LinearAttention;
import dev.retort.theory.testtime.TaskPrior;
import dev.retort.theory.testtime.TestTimeTraining;
import dev.retort.theory.testtime.TrainingLoss;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The exact losses need no allowance for finite size; all deviations are random. */
class PromptSimulationTest {

    /** Standard errors that chance may explain: one case in 16,000. */
    private static final double CHANCE = 4;

    private static final double[][] FEATURES = {
        {1, 0.5, 0.1, 0}, {0.5, 2, -0.3, 0}, {0.1, -0.3, 0.7, 0.2}, {0, 0, 0.2, 1}
    };
    private static final double[][] CROOKED = {
        {0.05, 0.02, 0, -0.01}, {-0.03, 0.04, 0.01, 0}, {0.01, 0, 0.08, 0.02}, {0, 0.03, -0.02, 0.03}
    };

    /** Correlated neighbours of decreasing variance, and weights in another basis. */
    private static final int WIDE = 24;

    private static final double[][] NEIGHBOURS = new double[WIDE][WIDE];
    private static final double[][] ASKEW = new double[WIDE][WIDE];
    private static final double[] SIGNAL = new double[WIDE];

    private static final GaussianDesign DESIGN;

    static {
        for (int i = 0; i < WIDE; i++) {
            SIGNAL[i] = 0.3 * Math.cos(i);
            for (int j = 0; j < WIDE; j++) {
                NEIGHBOURS[i][j] = Math.pow(0.4, Math.abs(i - j)) / Math.sqrt((1 + 0.05 * i) * (1 + 0.05 * j));
                ASKEW[i][j] = i == j ? 0.015 : 0.004 * Math.sin(3 * i + 5.0 * j);
            }
        }
        DESIGN = AttentionArrays.features(NEIGHBOURS);
    }

    /**
     * Curvatures are of eighth order in the features. With few features or few examples their tails are so long that
     * not even the standard error of 100,000 trials is reliable. Only the test of single steps uses such settings.
     */
    static Stream<Arguments> trainings() {
        InContextTask isotropic = InContextTask.isotropic(30, 1);
        TaskPrior prior = TaskPrior.isotropic(30, 1);
        LinearAttention warm = LinearAttention.pretrained(prior, 20);
        InContextTask correlated = InContextTask.of(NEIGHBOURS, SIGNAL).withNoise(0.4);
        LinearAttention askew = LinearAttention.of(ASKEW);
        TestTimeTraining training = TestTimeTraining.of(correlated, askew, 20);
        return Stream.of(
                Arguments.of("warm", TestTimeTraining.of(isotropic, warm, 20), 25),
                Arguments.of("cold", TestTimeTraining.of(isotropic, LinearAttention.zero(30), 20), 25),
                Arguments.of("noisy", TestTimeTraining.of(isotropic.withNoise(0.7), warm, 20), 25),
                Arguments.of("far too large weights", TestTimeTraining.of(isotropic, warm.scaledBy(3), 20), 60),
                Arguments.of("correlated", training, 25),
                Arguments.of("few examples", training, 5),
                Arguments.of("cold and correlated", training.withStart(LinearAttention.zero(WIDE)), 25),
                Arguments.of(
                        "best weights for the task", training.withStart(LinearAttention.optimal(correlated, 20)), 25),
                Arguments.of("longer evaluation", training.withFreshContext(33), 25),
                Arguments.of("half the sum", training.withTrainingLoss(TrainingLoss.HALF_SUM), 25),
                Arguments.of(
                        "mean loss", TestTimeTraining.of(isotropic, warm, 10).withTrainingLoss(TrainingLoss.MEAN), 7),
                Arguments.of("no context", TestTimeTraining.of(correlated, askew, 0), 5),
                Arguments.of("no examples", training, 0));
    }

    static Stream<Arguments> smallTrainings() {
        InContextTask correlated = InContextTask.of(FEATURES, 0.5, -1, 0.3, 0.8).withNoise(0.4);
        TestTimeTraining training = TestTimeTraining.of(correlated, LinearAttention.of(CROOKED), 5);
        RegressionTask powerLaw = RegressionTask.of(Spectrum.powerLaw(1.0, 25), Signal.constant(0.3))
                .withNoise(0.2);
        LinearAttention ofPowerLaw = LinearAttention.pretrained(
                TaskPrior.of(Spectrum.powerLaw(1.0, 25), Spectrum.powerLaw(0.5, 25))
                        .withNoise(0.3),
                15);
        return Stream.of(
                Arguments.of("four features", training, 6),
                Arguments.of("one of each", TestTimeTraining.of(correlated, LinearAttention.of(CROOKED), 1), 1),
                Arguments.of(
                        "one feature",
                        TestTimeTraining.of(InContextTask.isotropic(1, 2), LinearAttention.isotropic(1, 0.1), 2),
                        3),
                Arguments.of("power law", TestTimeTraining.of(InContextTask.of(powerLaw), ofPowerLaw, 15), 40),
                Arguments.of("small, best weights", training.withStart(LinearAttention.optimal(correlated, 5)), 6),
                Arguments.of("nothing", TestTimeTraining.of(correlated, LinearAttention.of(CROOKED), 0), 0));
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
        PromptSimulation measured =
                training.simulate(PromptTrials.of(examples, Trials.of(1000).withSeed(11)));
        double stepSize = exact.optimalStepSize().orElse(1);
        assertWithin(measured.initialLoss(), exact.initialLoss());
        assertWithin(measured.loss(stepSize), exact.loss(stepSize));
        assertWithin(measured.loss(3 * stepSize), exact.loss(3 * stepSize));
        assertWithin(measured.improvement(stepSize), exact.initialLoss() - exact.loss(stepSize));
        assertWithin(measured.slope(), exact.slope());
        assertWithin(measured.curvature(), exact.curvature());
        if (training.contextLength() > 0) { // without a context nothing is random, and rounding has no standard error
            assertThat(Math.abs(measured.zScore(exact))).isLessThan(CHANCE);
        }
        assertThat(measured.loss(stepSize).standardError()).isLessThan(0.1 * exact.loss(stepSize));
    }

    private static void assertWithin(SampleMean measured, double exact) {
        double rounding = 1e-13 * Math.abs(exact);
        assertThat(measured.mean())
                .as("%s, exact %s", measured, exact)
                .isCloseTo(exact, within(CHANCE * measured.standardError() + rounding));
    }

    /** The arrays of a trial, drawn again, and W trained on them with plain loops. */
    @ParameterizedTest(name = "{0}")
    @MethodSource({"trainings", "smallTrainings"})
    void theQuadraticIsTheLossOfTheWeightsAfterTheStep(String name, TestTimeTraining training, int examples) {
        checkStep(training, examples);
        if (training.evaluationLength() == training.contextLength()) {
            checkStep(training.withSameContext(), examples);
        }
    }

    private static void checkStep(TestTimeTraining training, int examples) {
        PromptTrial.Outcome outcome = new PromptTrial(training, examples).run(random(8));
        double[][] covariance = training.task().covariance();
        double[] beta = training.task().coefficients();
        int d = beta.length;
        int n = training.contextLength();
        boolean same = training.isOnSameContext();
        int rows = n + examples + (same ? 0 : training.evaluationLength());
        RandomGenerator random = random(8);
        double[][] x = AttentionArrays.features(covariance)
                .sample(Math.max(1, rows), random)
                .toDoubleMatrix();
        double[] y = new double[rows];
        for (int i = 0; i < rows; i++) {
            y[i] = dot(x[i], beta) + training.task().noise() * StandardNormal.next(random);
        }
        double[] context = contextVector(x, y, 0, n, d);
        double[] evaluation = same ? context : contextVector(x, y, n + examples, rows, d);
        double best = training.predict().after(examples).optimalStepSize().orElse(1);
        for (double stepSize : new double[] {0, best, -2 * best, 5 * best}) {
            double[][] trained = training.start().weights();
            double[] predictor = training.start().predictor(context);
            double factor = 2 * training.trainingLoss().multiple(examples) * stepSize;
            for (int j = n; j < n + examples; j++) {
                double error = y[j] - dot(x[j], predictor);
                for (int a = 0; a < d; a++) {
                    for (int b = 0; b < d; b++) {
                        trained[a][b] += factor * error * x[j][a] * context[b];
                    }
                }
            }
            double[] residual = LinearAttention.of(trained).predictor(evaluation);
            for (int a = 0; a < d; a++) {
                residual[a] = beta[a] - residual[a];
            }
            double loss = training.task().noise() * training.task().noise();
            for (int a = 0; a < d; a++) {
                loss += residual[a] * dot(covariance[a], residual);
            }
            double quadratic =
                    outcome.initialLoss() + stepSize * (stepSize * outcome.curvature() - 2 * outcome.slope());
            double size = outcome.initialLoss() + stepSize * stepSize * outcome.curvature();
            assertThat(quadratic).as("η = %s", stepSize).isCloseTo(loss, within(1e-12 * size));
        }
    }

    private static RandomGenerator random(long seed) {
        return RandomStreams.of(seed).generator();
    }

    private static double[] contextVector(double[][] x, double[] y, int from, int to, int d) {
        double[] sum = new double[d];
        for (int i = from; i < to; i++) {
            for (int a = 0; a < d; a++) {
                sum[a] += x[i][a] * y[i];
            }
        }
        return sum;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** Follows the definition literally: forms the new weights, and draws the query and its label. */
    @Test
    void agreesWithLiteralPrompts() {
        InContextTask task = InContextTask.of(NEIGHBOURS, SIGNAL).withNoise(0.4);
        LinearAttention start = LinearAttention.of(ASKEW);
        TestTimeTraining fresh = TestTimeTraining.of(task, start, 20);
        int trials = 1000;
        int queries = 20;
        for (TestTimeTraining training : new TestTimeTraining[] {fresh, fresh.withSameContext()}) {
            GradientStep exact = training.predict().after(25);
            double stepSize = exact.optimalStepSize().orElseThrow();
            double[] errors = new double[trials];
            double[] gains = new double[trials];
            RandomGenerator random = random(5);
            for (int trial = 0; trial < trials; trial++) {
                INDArray context = draw(20, random);
                INDArray contextLabels = labels(task, context, random);
                INDArray examples = draw(25, random);
                INDArray query = draw(queries, random);
                OwnPrompts prompts = OwnPrompts.context(context, contextLabels)
                        .examples(examples, labels(task, examples, random))
                        .test(query, labels(task, query, random));
                if (!training.isOnSameContext()) {
                    INDArray other = draw(20, random);
                    prompts = prompts.withFreshContext(other, labels(task, other, random));
                }
                PromptReport report = prompts.step(start, stepSize);
                errors[trial] = report.after().mean();
                gains[trial] = report.before().mean() - report.after().mean();
            }
            assertWithin(SampleMean.of(errors), exact.loss());
            assertWithin(SampleMean.of(gains), exact.improvement());
        }
    }

    private static INDArray draw(int rows, RandomGenerator random) {
        return DESIGN.sample(rows, random);
    }

    private static INDArray labels(InContextTask task, INDArray features, RandomGenerator random) {
        INDArray noise = Nd4j.createFromArray(StandardNormal.sample((int) features.size(0), random));
        return LinearRegression.predict(features, Nd4j.createFromArray(task.coefficients()))
                .addi(noise.muli(task.noise()));
    }

    @Test
    void doesNotDependOnTheNumberOfThreads() {
        TestTimeTraining training =
                TestTimeTraining.of(InContextTask.isotropic(6, 1), LinearAttention.isotropic(6, 0.05), 8);
        SampleMean alone = training.simulate(
                        PromptTrials.of(4, Trials.of(50).withSeed(5).threads(1)))
                .loss(0.01);
        assertThat(training.simulate(
                                PromptTrials.of(4, Trials.of(50).withSeed(5).threads(3)))
                        .loss(0.01))
                .isEqualTo(alone);
        assertThat(training.simulate(PromptTrials.of(4, Trials.of(50).withSeed(6)))
                        .loss(0.01))
                .isNotEqualTo(alone);
        assertThat(training.simulate(PromptTrials.of(4, Trials.of(50))).trials())
                .isEqualTo(50);
    }

    @Test
    void rejectsTrialsThatCannotBeRun() {
        TestTimeTraining training =
                TestTimeTraining.of(InContextTask.isotropic(2, 1), LinearAttention.isotropic(2, 0.05), 8);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> training.simulate(PromptTrials.of(-1, Trials.of(2))))
                .withMessage("examples: -1 is not at least 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> training.simulate(PromptTrials.of(Integer.MAX_VALUE - 9, Trials.of(2))))
                .withMessage("prompts: of 8 + 2147483638 + 8 are too long");
        assertThatIllegalStateException()
                .isThrownBy(() -> training.withStart(LinearAttention.isotropic(2, 1e200))
                        .simulate(PromptTrials.of(3, Trials.of(2))))
                .withMessageContaining("is not finite");
        Population population = Population.of(
                Nd4j.create(new double[][] {{1, 0}, {0, 2}, {-1, 1}}), Nd4j.create(new double[] {1, 2, 0}));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> training.simulate(PromptTrials.of(1, Trials.of(2).drawingFrom(population))))
                .withMessageContaining("has no prompts to draw");
        PromptSimulation simulation = training.simulate(PromptTrials.of(1, Trials.of(2)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> simulation.loss(1e160))
                .withMessage("stepSize: 1.0E160 is so large that the loss overflows");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> simulation.improvement(Double.NaN))
                .withMessage("stepSize: NaN is not finite");
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose
    void refusesNull() {
        TestTimeTraining training =
                TestTimeTraining.of(InContextTask.isotropic(2, 1), LinearAttention.isotropic(2, 0.05), 8);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> training.simulate(null))
                .withMessage("experiment: null is not allowed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PromptTrials.of(1, null))
                .withMessage("trials: null is not allowed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PromptTrials.of(1, Trials.of(2)).run(null))
                .withMessage("training: null is not allowed");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        training.simulate(PromptTrials.of(1, Trials.of(2))).zScore(null))
                .withMessage("prediction: null is not allowed");
    }
}
