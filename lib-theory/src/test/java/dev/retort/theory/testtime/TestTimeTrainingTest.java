package dev.retort.theory.testtime;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.RandomStreams;
import dev.retort.core.internal.Blocks;
import dev.retort.core.internal.DotProduct;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.CholeskyDecomposition;
import org.apache.commons.math3.linear.QRDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests limits, symmetries, and the consequences of the improvement curves. */
class TestTimeTrainingTest {

    private static final double ROUNDING = 1e-12;

    private static RandomGenerator random(long seed) {
        return RandomStreams.of(seed).generator();
    }

    private static double[] vector(int dimension, RandomGenerator random) {
        return random.doubles(dimension, -1, 1).toArray();
    }

    private static RealMatrix matrix(int dimension, RandomGenerator random) {
        RealMatrix matrix = new Array2DRowRealMatrix(dimension, dimension);
        for (int i = 0; i < dimension; i++) {
            matrix.setRow(i, vector(dimension, random));
        }
        return matrix;
    }

    private static RealMatrix covariance(int dimension, RandomGenerator random) {
        RealMatrix factor = matrix(dimension, random);
        RealMatrix covariance = factor.multiply(factor.transpose());
        for (int i = 0; i < dimension; i++) {
            covariance.addToEntry(i, i, 0.1);
        }
        return covariance;
    }

    private static void assertAlike(ImprovementCurve actual, ImprovementCurve expected, double error) {
        for (int k : new int[] {1, 7, 1000}) {
            assertThat(actual.loss(k)).isCloseTo(expected.loss(k), within(error * expected.loss(k)));
            assertThat(actual.after(k).optimalStepSize().orElseThrow())
                    .isCloseTo(
                            expected.after(k).optimalStepSize().orElseThrow(),
                            within(error * expected.after(k).optimalStepSize().orElseThrow()));
        }
    }

    /** A task without symmetry, and weights that do not suit it. */
    private static TestTimeTraining odd(long seed) {
        RandomGenerator random = random(seed);
        int d = 3 + (int) (seed % 5);
        InContextTask task = InContextTask.of(covariance(d, random).getData(), vector(d, random))
                .withNoise(0.3);
        LinearAttention start =
                LinearAttention.of(matrix(d, random).scalarMultiply(0.05).getData());
        return TestTimeTraining.of(task, start, 9);
    }

    @Test
    void thereIsNoStepWithoutExamplesOrContext() {
        TestTimeTraining training = odd(1);
        for (TestTimeTraining each : new TestTimeTraining[] {training, training.withSameContext()}) {
            for (TrainingLoss loss : TrainingLoss.values()) {
                GradientStep none = each.withTrainingLoss(loss).predict().after(0);
                assertThat(none.slope()).isZero();
                assertThat(none.curvature()).isZero();
                assertThat(none.improvement()).isZero();
                assertThat(none.optimalStepSize()).isEmpty();
                assertThat(none.loss()).isEqualTo(none.initialLoss());
                assertThat(none.loss(1e300)).isEqualTo(none.initialLoss());
            }
        }
        TestTimeTraining noContext = TestTimeTraining.of(training.task(), training.start(), 0);
        double labels = training.task().signalPower() + 0.09;
        for (TestTimeTraining each : new TestTimeTraining[] {noContext, noContext.withSameContext()}) {
            GradientStep none = each.predict().after(10);
            assertThat(none.curvature()).isZero();
            assertThat(none.optimalStepSize()).isEmpty();
            assertThat(none.loss()).isCloseTo(labels, within(ROUNDING * labels));
        }
    }

    @Test
    void zeroTasksHaveNoLossAndPureNoiseHasNoImprovement() {
        InContextTask zeros = InContextTask.isotropic(5, 0);
        LinearAttention start = LinearAttention.isotropic(5, 0.1);
        GradientStep nothing = TestTimeTraining.of(zeros, start, 8).predict().after(10);
        assertThat(nothing.loss()).isZero();
        assertThat(nothing.optimalStepSize()).isEmpty();

        TestTimeTraining noise = TestTimeTraining.of(zeros.withNoise(1), LinearAttention.zero(5), 8);
        for (TestTimeTraining each : new TestTimeTraining[] {noise, noise.withSameContext()}) {
            GradientStep step = each.predict().after(10);
            assertThat(step.slope()).isZero();
            assertThat(step.curvature()).isPositive();
            assertThat(step.optimalStepSize()).hasValue(0);
            assertThat(step.loss()).isEqualTo(1);
            assertThat(each.predict().halfwayExamples()).isInfinite();
            assertThat(each.predict().floor()).isEqualTo(1);
        }
    }

    @Test
    void optimalWeightsAreNotImprovedOnFreshContexts() {
        for (long seed = 0; seed < 10; seed++) {
            TestTimeTraining training = odd(seed);
            LinearAttention best = LinearAttention.optimal(training.task(), 9);
            double least = training.task().leastLoss(9);
            assertThat(best.loss(training.task(), 9)).isCloseTo(least, within(ROUNDING * least));
            ImprovementCurve curve = training.withStart(best).predict();
            assertThat(curve.reachableImprovement()).isLessThan(1e-25 * least);
            assertThat(training.withStart(best).withSameContext().predict().reachableImprovement())
                    .isGreaterThan(1e-3 * least);
        }
        InContextTask oneFeature = InContextTask.of(new double[][] {{1.7}}, 0.6);
        LinearAttention start =
                LinearAttention.pretrained(TaskPrior.of(new double[][] {{1.7}}, new double[][] {{2}}), 6);
        assertThat(start.weight(0, 0)).isCloseTo(1 / (8 * 1.7), within(1e-16));
        ImprovementCurve curve = TestTimeTraining.of(oneFeature, start, 6).predict();
        assertThat(curve.reachableImprovement()).isLessThan(1e-28);
    }

    @Test
    void theSlopeIsHalfTheSquaredGradientOfTheLoss() {
        TestTimeTraining training = odd(3);
        InContextTask task = training.task();
        double squares = 0;
        double h = 1e-5;
        for (int i = 0; i < task.dimension(); i++) {
            for (int j = 0; j < task.dimension(); j++) {
                double[][] up = training.start().weights();
                double[][] down = training.start().weights();
                up[i][j] += h;
                down[i][j] -= h;
                // The loss is quadratic in the weights, so central differences are exact.
                double gradient = (LinearAttention.of(up).loss(task, 9)
                                - LinearAttention.of(down).loss(task, 9))
                        / (2 * h);
                squares += gradient * gradient;
            }
        }
        assertThat(training.predict().after(1).slope()).isCloseTo(squares / 2, within(1e-8 * squares));
    }

    @Test
    void moreExamplesAreBetterDownToTheFloor() {
        for (long seed = 0; seed < 20; seed++) {
            TestTimeTraining training = odd(seed);
            ImprovementCurve fresh = training.predict();
            ImprovementCurve same = training.withSameContext().predict();
            for (int k = 1; k < 200; k++) {
                assertThat(fresh.loss(k)).isLessThan(fresh.loss(k - 1));
                assertThat(same.loss(k)).isLessThan(same.loss(k - 1));
            }
            assertThat(fresh.loss(1L << 50)).isCloseTo(fresh.floor(), within(1e-10));
            assertThat(fresh.floor()).isGreaterThanOrEqualTo(training.task().leastLoss(9));
            assertThat(same.floor()).isGreaterThan(0.09);
            double half = same.initialLoss() - same.reachableImprovement() / 2;
            assertThat(same.loss((long) Math.floor(same.halfwayExamples()))).isGreaterThanOrEqualTo(half);
            assertThat(same.loss((long) Math.ceil(same.halfwayExamples()))).isLessThanOrEqualTo(half);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 4, 0.3", "7, 5, 0.02", "40, 100, 0.01", "300, 20, 0"})
    void withoutNoiseAndCorrelationHalfTheImprovementTakesOneExampleMoreThanFeatures(int d, int n, double weight) {
        TestTimeTraining training =
                TestTimeTraining.of(InContextTask.isotropic(d, 2), LinearAttention.isotropic(d, weight), n);
        assertThat(training.predict().halfwayExamples()).isCloseTo(d + 1, within(ROUNDING * d));
        assertThat(training.withSameContext().predict().halfwayExamples()).isCloseTo(d + 1, within(ROUNDING * d));
        InContextTask noisy = training.task().withNoise(0.5);
        assertThat(training.withTask(noisy).predict().halfwayExamples()).isGreaterThan(d + 1);
    }

    @ParameterizedTest
    @CsvSource({"2, 1, 1", "20, 30, 10", "60, 30, 40", "500, 2000, 3", "1000, 100, 5000"})
    void agreesWithTheClosedFormsOfWellSpecifiedPreTrainingWithoutNoise(int d, int n, int k) {
        double p = 0.7;
        InContextTask task = InContextTask.isotropic(d, p);
        TestTimeTraining warm = TestTimeTraining.of(task, LinearAttention.pretrained(TaskPrior.isotropic(d, p), n), n);
        double size = n + d + 1.0;
        double e = size * size * size - (n + 2) * (size * size - 2 * size - 8);
        double g = (n + 1.0) * (n + 2) * (size * (d - 3) + 4 * (n + 4)) + e;
        double h = (n + 2) * (size + 4) * (size * size * (size + 2) - (n + 4) * (size + 6) * (size - 8));
        double share = p * k / (k + d + 1);
        assertGain(warm, k, share * n * n * d * d * Math.pow(d - 1, 2) / (size * size * g));
        assertGain(warm.withSameContext(), k, share * n * e * e / (size * size * h));
        double freshStep = d * (d - 1.0) / (2 * (k + d + 1) * p * g);
        assertThat(warm.predict().after(k).optimalStepSize().orElseThrow())
                .isCloseTo(freshStep, within(1e-11 * freshStep));
        assertThat(warm.predict().initialLoss()).isCloseTo(p * (d + 1) / size, within(ROUNDING));

        TestTimeTraining cold = warm.withStart(LinearAttention.zero(d));
        assertGain(cold, k, share * n * n / ((double) n * n + 4 * n + 3 + d));
        assertGain(cold.withSameContext(), k, share * n * size * size / ((n + 2) * (size + 2) * (size + 4)));
    }

    private static void assertGain(TestTimeTraining training, int k, double expected) {
        assertThat(training.predict().after(k).improvement()).isCloseTo(expected, within(1e-11 * expected));
    }

    @Test
    void rotationsChangeNothing() {
        TestTimeTraining training = odd(4);
        int d = training.task().dimension();
        RealMatrix o = new QRDecomposition(matrix(d, random(99))).getQ();
        InContextTask task = InContextTask.of(
                        o.multiply(new Array2DRowRealMatrix(training.task().covariance()))
                                .multiply(o.transpose())
                                .getData(),
                        o.operate(training.task().coefficients()))
                .withNoise(0.3);
        LinearAttention start = LinearAttention.of(
                o.multiply(new Array2DRowRealMatrix(training.start().weights()))
                        .multiply(o.transpose())
                        .getData());
        TestTimeTraining rotated = TestTimeTraining.of(task, start, 9);
        assertAlike(rotated.predict(), training.predict(), ROUNDING);
        assertAlike(
                rotated.withSameContext().predict(), training.withSameContext().predict(), ROUNDING);
        assertAlike(rotated.leadingOrder(), training.leadingOrder(), ROUNDING);
    }

    @ParameterizedTest
    @CsvSource({"3, 0.2", "1e-70, 1e80", "1e75, 1e-75"})
    void unitsOnlyScale(double x, double y) {
        TestTimeTraining training = odd(5);
        InContextTask task = InContextTask.of(
                        new Array2DRowRealMatrix(training.task().covariance())
                                .scalarMultiply(x * x)
                                .getData(),
                        new Array2DRowRealMatrix(training.task().coefficients())
                                .scalarMultiply(y / x)
                                .getColumn(0))
                .withNoise(0.3 * y);
        TestTimeTraining scaled = TestTimeTraining.of(task, training.start().scaledBy(1 / x / x), 9);
        GradientStep expected = training.withSameContext().predict().after(5);
        GradientStep actual = scaled.withSameContext().predict().after(5);
        assertThat(actual.loss() / y / y).isCloseTo(expected.loss(), within(ROUNDING));
        double stepSize = actual.optimalStepSize().orElseThrow() * x * x * y * x * x * y;
        double expectedStep = expected.optimalStepSize().orElseThrow();
        assertThat(stepSize).isCloseTo(expectedStep, within(ROUNDING * expectedStep));
        assertThat(scaled.predict().halfwayExamples())
                .isCloseTo(training.predict().halfwayExamples(), within(1e-10));
    }

    @Test
    void theRepresentationOfAMatrixDoesNotMatter() {
        double[] eigenvalues = {2, 2, 2, 0.5, 0.5, 3};
        double[] weights = {0.02, 0.02, 0.01, 0.01, 0.03, 0.03};
        double[] beta = {1, -1, 0.5, 2, 0.1, -0.7};
        RegressionTask regression =
                RegressionTask.of(Spectrum.of(eigenvalues), Signal.of(beta)).withNoise(0.4);
        InContextTask task = InContextTask.of(regression);
        TestTimeTraining runs = TestTimeTraining.of(task, LinearAttention.diagonal(weights), 5);
        // An entry that is too small to count makes a matrix dense.
        double[][] dense = runs.start().weights();
        dense[0][5] = 1e-40;
        TestTimeTraining entries = runs.withStart(LinearAttention.of(dense));
        assertAlike(entries.predict(), runs.predict(), 1e-14);
        assertAlike(entries.withSameContext().predict(), runs.withSameContext().predict(), 1e-14);
        assertAlike(
                entries.withFreshContext(8).predict(), runs.withFreshContext(8).predict(), 1e-14);
        double[][] covariance = task.covariance();
        covariance[0][5] = 1e-40;
        covariance[5][0] = 1e-40;
        TestTimeTraining both =
                entries.withTask(InContextTask.of(covariance, beta).withNoise(0.4));
        assertAlike(both.predict(), runs.predict(), 1e-14);
        assertAlike(both.withSameContext().predict(), runs.withSameContext().predict(), 1e-14);
    }

    @Test
    void conventionsForTheTrainingLossOnlyScaleTheStepSize() {
        GradientStep sum = odd(6).predict().after(12);
        GradientStep half =
                odd(6).withTrainingLoss(TrainingLoss.HALF_SUM).predict().after(12);
        GradientStep mean = odd(6).withTrainingLoss(TrainingLoss.MEAN).predict().after(12);
        double stepSize = sum.optimalStepSize().orElseThrow();
        assertThat(half.optimalStepSize()).hasValue(2 * stepSize);
        assertThat(mean.optimalStepSize().orElseThrow()).isCloseTo(12 * stepSize, within(1e-14 * stepSize));
        assertThat(half.loss()).isEqualTo(sum.loss());
        assertThat(mean.loss()).isEqualTo(sum.loss());
        assertThat(half.loss(2 * stepSize / 3)).isCloseTo(sum.loss(stepSize / 3), within(1e-14));
        assertThat(mean.loss(12 * stepSize / 3)).isCloseTo(sum.loss(stepSize / 3), within(1e-14));
        for (GradientStep step : new GradientStep[] {sum, half, mean}) {
            double best = step.optimalStepSize().orElseThrow();
            assertThat(step.loss(2 * best)).isCloseTo(step.initialLoss(), within(1e-14));
            double quadratic = step.initialLoss() - 2 * step.slope() * best + step.curvature() * best * best;
            assertThat(quadratic).isCloseTo(step.loss(), within(1e-14));
        }
    }

    @Test
    void aStepForAnotherContextLengthMayDoHarm() {
        InContextTask task = InContextTask.isotropic(2, 2).withNoise(0.1);
        TestTimeTraining training =
                TestTimeTraining.of(task, LinearAttention.isotropic(2, 0.06), 4).withFreshContext(40);
        GradientStep step = training.predict().after(15);
        assertThat(step.slope()).isNegative();
        assertThat(step.optimalStepSize()).hasValue(0);
        assertThat(step.loss()).isEqualTo(step.initialLoss());
        assertThat(step.loss(1e-6)).isGreaterThan(step.initialLoss());
        assertThat(training.predict().floor()).isEqualTo(step.initialLoss());
        assertThat(training.predict().leastExamples(step.initialLoss() * 0.99)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aContextOfItsOwnAveragesToTheSameContext(long seed) {
        // The loss before the step and both parts of the quadratic are averages over contexts.
        TestTimeTraining training = odd(seed).withSameContext();
        int d = training.task().dimension();
        RealMatrix factor = new CholeskyDecomposition(
                        new Array2DRowRealMatrix(training.task().covariance()))
                .getL();
        GradientStep expected = training.predict().after(4);
        double stepSize = expected.optimalStepSize().orElseThrow();
        RandomGenerator random = random(seed);
        int count = 20_000;
        double sum = 0;
        double squares = 0;
        for (int trial = 0; trial < count; trial++) {
            double[] u = new double[d];
            for (int i = 0; i < 9; i++) {
                double[] x = factor.operate(
                        random.doubles(d).map(z -> random.nextGaussian()).toArray());
                double y = DotProduct.of(x, training.task().coefficients()) + 0.3 * random.nextGaussian();
                Blocks.addRow(y, x, 0, u, 0, d);
            }
            double change = training.predictGiven(u).after(4).loss(stepSize)
                    - training.predictGiven(u).after(4).initialLoss();
            sum += change;
            squares += change * change;
        }
        double mean = sum / count;
        double standardError = Math.sqrt((squares / count - mean * mean) / count);
        assertThat((mean + expected.improvement()) / standardError).isBetween(-4.0, 4.0);
    }

    @Test
    void stepsOfASizeForEachContextHaveAClosedFormWithoutNoise() {
        InContextTask task = InContextTask.isotropic(10, 3);
        TestTimeTraining training = TestTimeTraining.of(task, LinearAttention.isotropic(10, 0.04), 7)
                .withSameContext();
        double[] u = vector(10, random(8));
        GradientStep step = training.predictGiven(u).after(20);
        double size = 1 / (2 * DotProduct.of(u, u) * 31);
        assertThat(step.optimalStepSize().orElseThrow()).isCloseTo(size, within(ROUNDING * size));
        assertThat(step.loss()).isCloseTo(step.initialLoss() * 11 / 31, within(ROUNDING));
        double average = training.predict().initialLoss() * 11 / 31;
        assertThat(training.lossOfStepPerContext(20)).isCloseTo(average, within(ROUNDING));
        assertThat(average).isLessThan(training.predict().loss(20));
    }

    @Test
    void coldAndWarmStartsCrossWhereTheyShould() {
        InContextTask task = InContextTask.isotropic(60, 1);
        TestTimeTraining warm =
                TestTimeTraining.of(task, LinearAttention.pretrained(TaskPrior.isotropic(60, 1), 30), 30);
        TestTimeTraining cold = warm.withStart(LinearAttention.zero(60));
        ImprovementCurve one = warm.predict();
        ImprovementCurve other = cold.predict();
        assertThat(one.crossovers(other)).hasSize(1);
        assertThat(one.crossovers(other)[0]).isCloseTo(75.737930, within(1e-5));
        assertThat(other.crossovers(one)[0]).isCloseTo(75.737930, within(1e-5));
        assertThat(one.loss(75)).isLessThan(other.loss(75));
        assertThat(one.loss(76)).isGreaterThan(other.loss(76));
        assertThat(one.crossovers(one)).isEmpty();
        ImprovementCurve sameWarm = warm.withSameContext().predict();
        ImprovementCurve sameCold = cold.withSameContext().predict();
        assertThat(sameWarm.crossovers(sameCold)).isEmpty();
        assertThat(sameWarm.floor()).isLessThan(sameCold.floor());
    }

    @Test
    void everyChangeOfSignIsACrossover() {
        int found = 0;
        int twice = 0;
        RandomGenerator random = random(12);
        for (int trial = 0; trial < 2000; trial++) {
            ImprovementCurve one = curve(random);
            ImprovementCurve other = curve(random);
            double[] crossovers = one.crossovers(other);
            found += crossovers.length > 0 ? 1 : 0;
            twice += crossovers.length == 2 ? 1 : 0;
            for (double k : crossovers) {
                if (k > 1 && k < 1e6) {
                    double before = one.loss((long) Math.floor(k)) - other.loss((long) Math.floor(k));
                    double after = one.loss((long) Math.ceil(k)) - other.loss((long) Math.ceil(k));
                    boolean pair = crossovers.length == 2 && Math.floor(crossovers[0]) == Math.floor(crossovers[1]);
                    assertThat(before * after <= 1e-28 || pair)
                            .as("%s %s", before, after)
                            .isTrue();
                }
            }
            long signs = 0;
            for (int k = 0; k < 300; k++) {
                double before = one.loss(k) - other.loss(k);
                double after = one.loss(k + 1) - other.loss(k + 1);
                signs += before * after < 0 && Math.abs(before) > 1e-12 && Math.abs(after) > 1e-12 ? 1 : 0;
            }
            assertThat(crossovers.length).isGreaterThanOrEqualTo((int) signs);
        }
        assertThat(found).isGreaterThan(500);
        assertThat(twice).isGreaterThan(10);
    }

    @Test
    void theSmallestNumberOfExamplesIsTheSmallest() {
        for (long seed = 0; seed < 20; seed++) {
            ImprovementCurve curve = odd(seed).withSameContext().predict();
            for (double part : new double[] {0.01, 0.3, 0.9, 0.999}) {
                double target = curve.initialLoss() - part * curve.reachableImprovement();
                long least = curve.leastExamples(target).getAsLong();
                assertThat(curve.loss(least)).isLessThanOrEqualTo(target);
                assertThat(curve.loss(least - 1)).isGreaterThan(target);
                assertThat(curve.leastExamples(curve.loss(least))).hasValue(least);
            }
            assertThat(curve.leastExamples(curve.initialLoss())).hasValue(0);
            assertThat(curve.leastExamples(curve.floor())).isEmpty();
            assertThat(curve.leastExamples(-1)).isEmpty();
        }
    }

    private static ImprovementCurve curve(RandomGenerator random) {
        return ImprovementCurve.of(1 + random.nextDouble(), random.nextDouble(), 1, 100 * random.nextDouble(), 0, 0);
    }

    /** d = 1000, losses of a tenth of the signal. */
    @Test
    void trainingShortensTheContextThatATargetNeeds() {
        InContextTask task = InContextTask.isotropic(1000, 1);
        TaskPrior prior = TaskPrior.isotropic(1000, 1);
        assertThat(ContextBudget.leastContext(
                        0.1, 10_000, n -> LinearAttention.pretrained(prior, n).loss(task, n)))
                .hasValue(9009);
        assertThat(coldExamples(task, 100)).isEmpty();
        assertThat(coldExamples(task, 200)).hasValue(15842);
        assertThat(coldExamples(task, 500)).hasValue(10223);
        assertThat(coldExamples(task, 1000)).hasValue(9481);
        assertThat(warm(task, prior, 200).withSameContext().predict().leastExamples(0.1))
                .hasValue(8378);
        assertThat(warm(task, prior, 1000).withSameContext().predict().leastExamples(0.1))
                .hasValue(4110);
        for (int n = 1; n <= 2000; n += 50) {
            assertThat(warm(task, prior, n).predict().leastExamples(0.1)).isEmpty();
        }
    }

    private static OptionalLong coldExamples(InContextTask task, int n) {
        return TestTimeTraining.of(task, LinearAttention.zero(task.dimension()), n)
                .predict()
                .leastExamples(0.1);
    }

    private static TestTimeTraining warm(InContextTask task, TaskPrior prior, int n) {
        return TestTimeTraining.of(task, LinearAttention.pretrained(prior, n), n);
    }

    @Test
    void budgetsAreSplitWhereTheLossIsSmallest() {
        InContextTask task = InContextTask.isotropic(100, 1);
        TaskPrior prior = TaskPrior.isotropic(100, 1);
        ContextBudget best = ContextBudget.best(200, n -> warm(task, prior, n).withSameContext());
        for (int n = 0; n <= 200; n++) {
            assertThat(best.loss())
                    .isLessThanOrEqualTo(
                            warm(task, prior, n).withSameContext().predict().loss(200 - n));
        }
        // In the limit half and half is best, with the loss 1/(1 + 200/(2d))².
        assertThat(best.labels()).isEqualTo(200);
        assertThat(best.contextLength()).isBetween(80, 120);
        assertThat(best.loss()).isCloseTo(0.25, within(0.04));
        ContextBudget least = ContextBudget.least(
                        best.loss(), 300, n -> warm(task, prior, n).withSameContext())
                .orElseThrow();
        assertThat(least).isEqualTo(best);
        assertThat(ContextBudget.least(-1, 10, n -> warm(task, prior, n))).isEmpty();
        assertThat(ContextBudget.leastContext(
                        0.5, 99, n -> LinearAttention.pretrained(prior, n).loss(task, n)))
                .isEmpty();
    }

    @Test
    void aStepCompensatesForAShiftOfTheTasks() {
        InContextTask task = InContextTask.isotropic(30, 4);
        TaskPrior wrong = TaskPrior.isotropic(30, 0.01).withNoise(1);
        double matched =
                LinearAttention.pretrained(TaskPrior.isotropic(30, 4), 40).loss(task, 40);
        ImprovementCurve shifted = TestTimeTraining.of(task, LinearAttention.pretrained(wrong, 40), 40)
                .predict();
        assertThat(shifted.repairedShare(matched, 0)).isZero();
        long enough = shifted.leastExamples(matched).getAsLong();
        assertThat(shifted.repairedShare(matched, enough - 1)).isLessThan(1);
        assertThat(shifted.repairedShare(matched, enough)).isGreaterThanOrEqualTo(1);
    }

    @Test
    void aRotatedTaskKeepsItsPowerAndLosesItsAlignment() {
        RandomGenerator random = random(21);
        InContextTask task = InContextTask.of(covariance(5, random).getData(), vector(5, random));
        double[] direction = vector(5, random);
        for (double angle = 0; angle < 3; angle += 0.25) {
            InContextTask turned = task.turnedTowards(direction, angle);
            assertThat(turned.signalPower()).isCloseTo(task.signalPower(), within(ROUNDING));
            double covariance = task.inner(task.coefficients(), turned.coefficients());
            assertThat(covariance).isCloseTo(Math.cos(angle) * task.signalPower(), within(ROUNDING));
        }
        LinearAttention best = LinearAttention.optimal(task, 50);
        assertThat(best.misalignment(task, 50)).isLessThan(0.01);
        assertThat(best.misalignment(task.turnedTowards(direction, Math.PI / 2), 50))
                .isCloseTo(1, within(ROUNDING));
        assertThat(LinearAttention.zero(5).misalignment(task, 50)).isEqualTo(1);
    }

    /** At once: two thousand million calls take a minute. */
    @Test
    void aLossThatIsNoNumberIsRefusedWhereItIs() {
        refuses(
                "lossAt at 7: NaN is not a number",
                () -> ContextBudget.leastContext(
                        2, Integer.MAX_VALUE, n -> n < 7 ? Double.POSITIVE_INFINITY : Double.NaN));
        assertThat(ContextBudget.leastContext(2, 9, n -> n < 7 ? Double.POSITIVE_INFINITY : 1))
                .hasValue(7);
    }

    @Test
    void aStepIsAValue() {
        ImprovementCurve curve = odd(3).predict();
        assertThat(curve.after(0))
                .isEqualTo(curve.after(0))
                .hasSameHashCodeAs(curve.after(0))
                .isNotEqualTo(curve.after(1));
        assertThat(curve.after(0).toString()).startsWith("loss ").endsWith(", which no step changes");
        assertThat(curve.after(7)).isEqualTo(odd(3).predict().after(7));
        assertThat(curve.after(7).toString()).matches("loss [0-9.]+, after one step of size [0-9.e-]+: [0-9.]+");
    }
}
