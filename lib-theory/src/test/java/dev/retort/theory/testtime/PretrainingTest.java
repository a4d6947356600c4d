package dev.retort.theory.testtime;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.RandomStreams;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Tests priors, their pre-trained weights, and invalid arguments. */
class PretrainingTest {

    private static final double[][] FEATURES = {{1, 0.5, 0.1}, {0.5, 2, -0.3}, {0.1, -0.3, 0.7}};
    private static final double[][] COEFFICIENTS = {{1, -0.4, 0}, {-0.4, 0.5, 0.1}, {0, 0.1, 0.3}};

    /** The third row is the sum of the others, so the rank is two. */
    private static final double[][] SINGULAR = {{2, 1, 3}, {1, 3, 4}, {3, 4, 7}};

    @Test
    void noWeightsLoseLessThanThoseOfPreTraining() {
        RandomGenerator random = RandomStreams.of(1).generator();
        for (double[][] coefficients : new double[][][] {COEFFICIENTS, SINGULAR}) {
            TaskPrior prior = TaskPrior.of(FEATURES, coefficients).withNoise(0.3);
            LinearAttention best = LinearAttention.pretrained(prior, 5);
            double least = prior.leastLoss(5);
            assertThat(best.loss(prior, 5)).isCloseTo(least, within(1e-14));
            for (double size : new double[] {1e-1, 1e-3, 1e-5}) {
                double[][] weights = best.weights();
                for (double[] row : weights) {
                    for (int j = 0; j < row.length; j++) {
                        row[j] += size * (random.nextDouble() - 0.5);
                    }
                }
                assertThat(LinearAttention.of(weights).loss(prior, 5))
                        .isGreaterThan(least)
                        .isCloseTo(least, within(1e3 * size * size));
            }
            for (int i = 0; i < 3; i++) {
                for (int j = 0; j < i; j++) {
                    assertThat(best.weight(i, j)).isCloseTo(best.weight(j, i), within(1e-17));
                }
            }
        }
    }

    @Test
    void theLossOverAPriorIsTheAverageOverItsTasks() {
        // Independent random signs of the coefficients give a prior with covariance diag(b²).
        double[] b = {0.7, 0.2, 1.1};
        double[][] coefficients = {{b[0] * b[0], 0, 0}, {0, b[1] * b[1], 0}, {0, 0, b[2] * b[2]}};
        TaskPrior prior = TaskPrior.of(FEATURES, coefficients).withNoise(0.4);
        LinearAttention attention =
                LinearAttention.of(new double[][] {{0.1, 0.02, 0}, {-0.05, 0.08, 0.01}, {0.03, 0, 0.2}});
        InContextTask task = InContextTask.of(FEATURES, b).withNoise(0.4);
        double average = 0;
        for (int signs = 0; signs < 8; signs++) {
            double[] beta = {
                (signs & 1) > 0 ? b[0] : -b[0], (signs & 2) > 0 ? b[1] : -b[1], (signs & 4) > 0 ? b[2] : -b[2]
            };
            average += attention.loss(task.withCoefficients(beta), 6) / 8;
        }
        assertThat(attention.loss(prior, 6)).isCloseTo(average, within(1e-13));
        LinearAttention other = LinearAttention.pretrained(prior, 2);
        assertThat(other.loss(prior, 6)).isGreaterThan(prior.leastLoss(6));
    }

    @Test
    void theFormInTheEigenbasisAgreesWithMatrices() {
        Spectrum features = Spectrum.of(2, 1, 1, 0.25);
        Spectrum coefficients = Spectrum.of(0.1, 0.3, 0.3, 0);
        TaskPrior diagonal = TaskPrior.of(features, coefficients).withNoise(0.2);
        double[][] covariance = diagonal.covariance();
        covariance[0][3] = 1e-40;
        covariance[3][0] = 1e-40;
        TaskPrior dense =
                TaskPrior.of(covariance, diagonal.coefficientCovariance()).withNoise(0.2);
        double tau = 0.2 + 0.6 + 0.04;
        LinearAttention attention = LinearAttention.pretrained(diagonal, 7);
        assertThat(attention.weight(1, 1)).isCloseTo(0.3 / (8 * 0.3 + tau), within(1e-16));
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 4; j++) {
                assertThat(LinearAttention.pretrained(dense, 7).weight(i, j))
                        .isCloseTo(attention.weight(i, j), within(1e-15));
            }
        }
        assertThat(dense.leastLoss(7)).isCloseTo(diagonal.leastLoss(7), within(1e-15));
        LinearAttention given = LinearAttention.diagonal(0.1, 0.2, 0.1, 0.3);
        assertThat(given.loss(dense, 3)).isCloseTo(given.loss(diagonal, 3), within(1e-14));
        assertThat(diagonal.leastLoss(0)).isCloseTo(tau, within(1e-15));
    }

    @Test
    void aPriorOfNothing() {
        TaskPrior noise = TaskPrior.isotropic(3, 0).withNoise(2);
        assertThat(LinearAttention.pretrained(noise, 4).weight(0, 0)).isZero();
        assertThat(noise.leastLoss(4)).isEqualTo(4);
        TaskPrior dense = TaskPrior.of(FEATURES, new double[3][3]).withNoise(2);
        assertThat(LinearAttention.pretrained(dense, 4).weight(0, 0)).isZero();
        assertThat(dense.leastLoss(4)).isEqualTo(4);
        TaskPrior nothing = TaskPrior.isotropic(3, 0);
        assertThat(nothing.leastLoss(4)).isZero();
        assertThat(LinearAttention.isotropic(3, 1).loss(nothing, 4)).isZero();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LinearAttention.pretrained(nothing, 4))
                .withMessage("prior: its labels are all zero, so that no weights are better than others");
    }

    @Test
    void textDistinguishesValuesOfTheSamePower() {
        double[][] correlated = {{1, 0.5}, {0.5, 1}};
        assertThat(LinearAttention.isotropic(5, 0.25))
                .hasToString("LinearAttention on 5 features, weights 0.25 I, mean weight 0.25");
        assertThat(LinearAttention.diagonal(1, 2, 3, 4, 5))
                .hasToString(
                        "LinearAttention on 5 features, weights diagonal [1.0, 2.0, 3.0, 4.0, …], mean weight 3.0");
        assertThat(LinearAttention.of(new double[][] {{1, 2}, {3, 4}}))
                .hasToString("LinearAttention on 2 features, weights [[1.0, 2.0], [3.0, 4.0]], mean weight 2.5");
        assertThat(InContextTask.of(correlated, 2, 0))
                .hasToString(
                        "InContextTask of 2 features, covariance [[1.0, 0.5], [0.5, 1.0]], coefficients [2.0, 0.0],"
                                + " power 4.0, noise 0.0");
        assertThat(TaskPrior.of(correlated, new double[][] {{1, 0}, {0, 3}}))
                .hasToString("TaskPrior of 2 features, covariance [[1.0, 0.5], [0.5, 1.0]], coefficients' covariance"
                        + " diagonal [1.0, 3.0], power 4.0, noise 0.0");
    }

    @Test
    void aCurveIsAValue() {
        TestTimeTraining training =
                TestTimeTraining.of(InContextTask.isotropic(6, 1), LinearAttention.isotropic(6, 0.1), 4);
        ImprovementCurve curve = training.predict();
        assertThat(curve)
                .isEqualTo(training.predict())
                .hasSameHashCodeAs(training.predict())
                .isNotEqualTo(training.withSameContext().predict())
                .isNotEqualTo(training.withTrainingLoss(TrainingLoss.MEAN).predict());
        assertThat(training.withTrainingLoss(TrainingLoss.MEAN).predict())
                .hasToString(curve + ", steps of the loss MEAN");
    }

    @Test
    void predictsFromAContextVector() {
        LinearAttention attention = LinearAttention.of(new double[][] {{1, 2}, {3, 4}});
        assertThat(attention.predictor(new double[] {10, 1})).containsExactly(12, 34);
        assertThat(LinearAttention.isotropic(2, 2).predictor(new double[] {10, 1}))
                .containsExactly(20, 2);
    }

    @Test
    void rejectsInvalidCovariances() {
        refusesCovariance("covariance: the covariance is not positive definite", new double[][] {{1, 2}, {2, 1}});
        refusesCovariance("covariance: the covariance is not positive definite", new double[][] {{1, 1}, {1, 1}});
        refusesCovariance("covariance: the covariance is not positive definite", new double[][] {{1, 0}, {0, 0}});
        refusesCovariance("covariance: the covariance is not positive definite", new double[][] {{0, 1}, {1, 0}});
        refusesCovariance(
                "covariance[1][0]: 0.2 is not covariance[0][1], 0.1: the matrix is not symmetric",
                new double[][] {{1, 0.1}, {0.2, 1}});
        refusesCovariance("covariance[1].length: 1 is not the number of rows, 2", new double[][] {{1, 0}, {0}});
        refusesCovariance("covariance[0][1]: NaN is not finite", new double[][] {{1, Double.NaN}, {0, 1}});
        refusesCovariance("covariance.length: 0 is not at least 1", new double[0][0]);
        double[][] unit = {{1, 0.1}, {0.1, 1}};
        double[][][] indefinite = {{{1, 2}, {2, 1}}, {{0, 1}, {1, 0}}, {{-1, 0}, {0, 1}}};
        for (double[][] coefficients : indefinite) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> TaskPrior.of(unit, coefficients))
                    .withMessage("coefficientCovariance: the covariance is not positive semidefinite");
        }
        // Its pivots alone look harmless: 1, 0, 0.
        double[][] hidden = {{1, 0, 0}, {0, 1e-20, 1e-3}, {0, 1e-3, 1e-20}};
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TaskPrior.of(FEATURES, hidden))
                .withMessage("coefficientCovariance: the covariance is not positive semidefinite");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TaskPrior.of(FEATURES, unit))
                .withMessage("coefficientCovariance: dimension 2 is not 3");
    }

    private static void refusesCovariance(String message, double[][] covariance) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> InContextTask.of(covariance, new double[covariance.length]))
                .withMessage(message);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TaskPrior.of(covariance, covariance))
                .withMessage(message);
    }

    @Test
    void rejectsInvalidTasks() {
        InContextTask task = InContextTask.isotropic(2, 1);
        refuses("dimension: 0 is not at least 1", () -> InContextTask.isotropic(0, 1));
        refuses("dimension: 0 is not at least 1", () -> TaskPrior.isotropic(0, 1));
        refuses("power: -1.0 is not at least 0 and finite", () -> InContextTask.isotropic(2, -1));
        refuses("power: NaN is not at least 0 and finite", () -> TaskPrior.isotropic(2, Double.NaN));
        refuses("noise: -0.1 is not at least 0 and finite", () -> task.withNoise(-0.1));
        refuses(
                "noise: -0.1 is not at least 0 and finite",
                () -> TaskPrior.isotropic(2, 1).withNoise(-0.1));
        refuses(
                "noise: 1.0E200 is above 1.3407e154, from which on the variance overflows; take a larger unit",
                () -> task.withNoise(1e200));
        refuses("coefficients: variance of the labels = Infinity is not finite", () -> task.withCoefficients(1e200, 0));
        refuses("coefficients.length: 3 is not the dimension, 2", () -> task.withCoefficients(1, 2, 3));
        refuses("coefficients[1]: NaN is not finite", () -> task.withCoefficients(1, Double.NaN));
        refuses(
                "direction: its part uncorrelated with the coefficients is zero",
                () -> task.turnedTowards(new double[] {3, 0}, 1));
        refuses("angle: NaN is not finite", () -> task.turnedTowards(new double[] {0, 1}, Double.NaN));
        RegressionTask withZero = RegressionTask.of(Spectrum.of(1, 0), Signal.constant(1));
        refuses("task: the covariance is not positive definite", () -> InContextTask.of(withZero));
        RegressionTask endless = RegressionTask.of(Spectrum.powerLaw(2.0), Signal.sourcePowerLaw(1.5));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> InContextTask.of(endless))
                .withMessageContaining("has too many features for a list");
        refuses("contextLength: -1 is not at least 0", () -> task.leastLoss(-1));
    }

    @Test
    void rejectsInvalidTrainings() {
        InContextTask task = InContextTask.isotropic(2, 1);
        TaskPrior prior = TaskPrior.isotropic(2, 1);
        LinearAttention start = LinearAttention.zero(2);
        TestTimeTraining training = TestTimeTraining.of(task, start, 3);
        refuses("start: dimension 3 is not 2", () -> TestTimeTraining.of(task, LinearAttention.zero(3), 3));
        refuses("attention: dimension 3 is not 2", () -> LinearAttention.zero(3).loss(task, 3));
        refuses("prior: dimension 2 is not 3", () -> LinearAttention.zero(3).loss(prior, 3));
        refuses("contextLength: -1 is not at least 0", () -> TestTimeTraining.of(task, start, -1));
        refuses("contextLength: -1 is not at least 0", () -> LinearAttention.pretrained(prior, -1));
        refuses("contextLength: -1 is not at least 0", () -> LinearAttention.optimal(task, -1));
        refuses("contextLength: -1 is not at least 0", () -> start.loss(task, -1));
        refuses("contextLength: -1 is not at least 0", () -> start.loss(prior, -1));
        refuses("evaluationLength: -1 is not at least 0", () -> training.withFreshContext(-1));
        refuses("examples: -1 is not at least 0", () -> training.predict().after(-1));
        refuses("loss: NaN is not finite", () -> training.predict().leastExamples(Double.NaN));
        refuses("stepSize: NaN is not finite", () -> training.predict().after(1).loss(Double.NaN));
        refuses(
                "halfwayExamples: Infinity is not finite",
                () -> TestTimeTraining.of(task, start, 0).predict().crossovers(training.predict()));
        refuses(
                "other.halfwayExamples: Infinity is not finite",
                () -> training.predict()
                        .crossovers(TestTimeTraining.of(task, start, 0).predict()));
        refuses(
                "matchedLoss: 1.0 is not less than the initial loss, 1.0",
                () -> training.predict().repairedShare(1, 2));
        refuses(
                "weights: their loss is not finite",
                () -> training.withStart(LinearAttention.isotropic(2, 1e200)).predict());
        refuses(
                "weights: their loss is not finite",
                () -> LinearAttention.isotropic(2, 1e200).loss(task, 3));
        refuses("task: its signal is zero", () -> start.misalignment(InContextTask.isotropic(2, 0), 3));
        refuses("weights.length: 0 is not at least 1", LinearAttention::diagonal);
        refuses("weights[0]: NaN is not finite", () -> LinearAttention.diagonal(Double.NaN));
        refuses("labels: -1 is not at least 0", () -> ContextBudget.best(-1, n -> training));
        refuses(
                "contextVector.length: 1 is not the dimension, 2",
                () -> training.withSameContext().predictGiven(new double[1]));
        refuses(
                "contextVector[0]: NaN is not finite",
                () -> training.withSameContext().predictGiven(new double[] {Double.NaN, 1}));
        assertThatIllegalStateException()
                .isThrownBy(() -> training.predictGiven(new double[2]))
                .withMessage("The query comes with a fresh context, not with that of the step");
        assertThatIllegalStateException()
                .isThrownBy(() ->
                        training.withTask(task.withNoise(1)).withSameContext().lossOfStepPerContext(1))
                .withMessage("Only isotropic features without noise have a closed form");
    }

    @Test
    void weightsStayFinite() {
        LinearAttention large = LinearAttention.isotropic(3, 1e200);
        LinearAttention dense = LinearAttention.of(new double[][] {{1e200, 1}, {1, 1}});
        for (LinearAttention attention : new LinearAttention[] {large, dense}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> attention.scaledBy(1e200))
                    .withMessage("factor: 1.0E200 makes a weight infinite: take a smaller one");
        }
        assertThat(large.scaledBy(-1e100).weight(2, 2)).isEqualTo(-1e300);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> large.predictor(new double[] {1, 1e200, 1}))
                .withMessage("weights · contextVector[1]: Infinity is not finite");
    }

    @Test
    void featuresThatDoNotFitIntoArraysAreRefused() {
        String tooMany = "dimension: 2147483647 is above 10000000, the most features; take fewer";
        refuses(tooMany, () -> InContextTask.isotropic(Integer.MAX_VALUE, 1));
        refuses(tooMany, () -> TaskPrior.isotropic(Integer.MAX_VALUE, 1));
        refuses(tooMany, () -> LinearAttention.isotropic(Integer.MAX_VALUE, 1));
        refuses(tooMany, () -> LinearAttention.zero(Integer.MAX_VALUE));
        refuses(
                "power: NaN is not at least 0 and finite",
                () -> InContextTask.isotropic(Integer.MAX_VALUE, Double.NaN));
        assertThatIllegalStateException()
                .isThrownBy(() -> LinearAttention.isotropic(46_341, 1).weights())
                .withMessage("weights: 46341 x 46341 numbers are more than an array can hold;"
                        + " those off the diagonal are all 0");
        TaskPrior prior = TaskPrior.isotropic(46_341, 1);
        assertThatIllegalStateException().isThrownBy(prior::covariance).withMessageStartingWith("covariance: 46341 x");
        assertThatIllegalStateException()
                .isThrownBy(prior::coefficientCovariance)
                .withMessageStartingWith("coefficientCovariance: 46341 x");
        InContextTask task = InContextTask.isotropic(46_341, 1);
        assertThatIllegalStateException().isThrownBy(task::covariance).withMessageStartingWith("covariance: 46341 x");
        refuses(
                "task: 46341 features have more weights than an array can hold; take at most 46340, or leastLoss for"
                        + " the loss alone",
                () -> LinearAttention.optimal(task, 5));
    }
}
