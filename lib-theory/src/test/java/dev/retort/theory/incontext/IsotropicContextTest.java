package dev.retort.theory.incontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.fixtures.ReferenceTable;
import dev.retort.fixtures.ReferenceTable.Row;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class IsotropicContextTest {

    private static final double RELATIVE_ERROR = 2e-14;

    static Stream<Row> references() {
        return ReferenceTable.rows(IsotropicContextTest.class, "in-context.tsv");
    }

    private static IsotropicContext context(int dimension, int length, double power, double noise) {
        return IsotropicContext.of(dimension, length).withTaskPower(power).withNoise(noise);
    }

    @ParameterizedTest
    @MethodSource("references")
    void agreesWithAnotherFormulaAtHighPrecision(Row row) {
        IsotropicContext context =
                context(row.whole("d"), row.whole("n"), row.number("power"), Math.sqrt(row.number("noiseVariance")));
        agrees(context.excess(InContextPredictor.gradientStep(1 / 64.0)), row.number("step1"));
        agrees(context.excess(InContextPredictor.gradientSteps(3, 1 / 64.0)), row.number("steps3"));
        agrees(context.excess(InContextPredictor.gradientSteps(8, 1 / 128.0)), row.number("steps8"));
        agrees(context.excess(InContextPredictor.ridge(1 / 16.0)), row.number("ridge"));
        agrees(context.excess(context.bayes()), row.number("bayes"));
        agrees(context.excess(InContextPredictor.ridge(30)), row.number("strongRidge"));
        agrees(context.excess(InContextPredictor.ridge(0x1p-30)), row.number("tinyRidge"));
    }

    private static void agrees(double actual, double expected) {
        assertThat(actual / expected).isCloseTo(1, within(RELATIVE_ERROR));
    }

    /** The moments of a Wishart matrix are known, and so is the risk of least squares, the limit of a small ridge. */
    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "1, 50",
        "50, 1",
        "2, 2",
        "20, 20",
        "21, 21",
        "40, 43",
        "43, 40",
        "100, 500",
        "300, 301",
        "500, 500",
        "64, 10000",
        "65, 10001",
        "1000, 800",
        "801, 1001"
    })
    void momentsAgreeWithAWishartMatrix(int columns, int rows) {
        WishartEigenvalues eigenvalues = WishartEigenvalues.of(rows, columns, 6);
        double d = columns;
        double n = rows;
        double tolerance = 1e-12;
        assertThat(eigenvalues.meanSquare(x -> 1) / Math.min(n, d)).isCloseTo(1, within(tolerance));
        assertThat(eigenvalues.meanSquare(Math::sqrt) / (n * d)).isCloseTo(1, within(tolerance));
        assertThat(eigenvalues.meanSquare(x -> x) / (n * d * (n + d + 1))).isCloseTo(1, within(tolerance));
        double third = n * d * (n * n + d * d + 3 * n * d + 3 * n + 3 * d + 4);
        assertThat(eigenvalues.meanSquare(x -> x * Math.sqrt(x)) / third).isCloseTo(1, within(tolerance));
        if (Math.abs(n - d) > 1) {
            double inverse = Math.min(n, d) / (Math.abs(n - d) - 1);
            assertThat(eigenvalues.meanSquare(x -> 1 / Math.sqrt(x)) / inverse).isCloseTo(1, within(tolerance));
        }
    }

    @Test
    void oneStepIsTheClosedFormOfAnyCovariance() {
        for (int[] size : new int[][] {{3, 7}, {20, 20}, {50, 10}, {30, 200}}) {
            RegressionTask task = RegressionTask.of(
                            Spectrum.isotropic(1, size[0]), Signal.constant(Math.sqrt(2.0 / size[0])))
                    .withNoise(0.7);
            GaussianContext any = GaussianContext.of(task, size[1]);
            IsotropicContext context = context(size[0], size[1], 2, 0.7);
            InContextPredictor best = context.bestGradientSteps(1);
            agrees(context.excess(best), any.gradientStep(any.bestStep()));
            agrees(context.excess(InContextPredictor.gradientStep(0.02)), any.gradientStep(0.02));
        }
    }

    /** Linear attention: W⋆ = I/(n + d + 1 + dσ²/p), minimal excess p(d + 1 + dσ²/p)/(n + d + 1 + dσ²/p). */
    @Test
    void theBestStepIsLinearAttentionAtItsOptimum() {
        IsotropicContext context = context(20, 30, 1, 0.5);
        agrees(context.excess(context.bestGradientSteps(1)), 26.0 / 56.0);
        agrees(context(20, 30, 1, 0).excess(context(20, 30, 1, 0).bestGradientSteps(1)), 21.0 / 51.0);
    }

    @Test
    void contextsAndPredictorsAreValues() {
        IsotropicContext context = IsotropicContext.of(3, 4).withNoise(0.5);
        assertThat(context)
                .isEqualTo(IsotropicContext.of(3, 4).withNoise(0.5))
                .hasSameHashCodeAs(IsotropicContext.of(3, 4).withNoise(0.5))
                .isNotEqualTo(IsotropicContext.of(4, 3).withNoise(0.5))
                .isNotEqualTo(context.withTaskPower(2));
        assertThat(InContextPredictor.ridge(0.5))
                .isEqualTo(InContextPredictor.ridge(0.5))
                .hasSameHashCodeAs(InContextPredictor.ridge(0.5))
                .isNotEqualTo(InContextPredictor.leastSquares());
        assertThat(InContextPredictor.gradientStep(0.5))
                .isEqualTo(InContextPredictor.gradientSteps(1, 0.5))
                .hasSameHashCodeAs(InContextPredictor.gradientSteps(1, 0.5))
                .isNotEqualTo(InContextPredictor.gradientSteps(2, 0.5));
        assertThat(InContextPredictor.gradientSteps(0, 0.5)).isEqualTo(InContextPredictor.zero());
    }

    @Test
    void withoutContextNothingIsLearnt() {
        IsotropicContext context = context(7, 0, 3, 0.5);
        for (InContextPredictor predictor : List.of(
                InContextPredictor.zero(),
                context.bayes(),
                context.bestGradientSteps(4),
                InContextPredictor.leastSquares())) {
            assertThat(context.excess(predictor)).isEqualTo(3);
        }
        assertThat(context(7, 20, 3, 0.5).excess(InContextPredictor.zero())).isCloseTo(3, within(1e-12));
    }

    @Test
    void aTaskWithoutPowerIsBestPredictedByZero() {
        IsotropicContext context = context(7, 10, 0, 0.5);
        assertThat(context.excess(context.bayes())).isZero();
        assertThat(context.excess(context.bestGradientSteps(3))).isZero();
        assertThat(context.excess(InContextPredictor.leastSquares())).isCloseTo(0.25 * 7 / 2, within(1e-15));
    }

    @Test
    void leastSquaresIsTheLimitOfSmallRidges() {
        for (int n : new int[] {5, 15, 25, 60}) {
            IsotropicContext context = context(20, n, 1, 0.5);
            double leastSquares = context.excess(InContextPredictor.leastSquares());
            assertThat(context.excess(InContextPredictor.ridge(1e-9)) / leastSquares)
                    .isCloseTo(1, within(1e-8));
        }
        assertThat(context(20, 40, 1, 0.5).excess(InContextPredictor.leastSquares()))
                .isEqualTo(0.25 * 20 / 19);
        assertThat(context(20, 5, 1, 0.5).excess(InContextPredictor.leastSquares()))
                .isCloseTo(0.75 + 0.25 * 5 / 14, within(1e-15));
        assertThat(context(20, 21, 1, 0).excess(InContextPredictor.leastSquares()))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {19, 20, 21})
    void leastSquaresOfNoisyLabelsIsInfiniteAboutTheThreshold(int n) {
        assertThat(context(20, n, 1, 0.5).excess(InContextPredictor.leastSquares()))
                .isInfinite();
        assertThat(context(20, n, 1, 0.5).excess(InContextPredictor.ridge(1e-12)))
                .isFinite();
    }

    @Test
    void noPredictorBeatsBayesAndMoreStepsAreBetter() {
        for (int n : new int[] {3, 10, 20, 40, 100}) {
            IsotropicContext context = context(20, n, 1, 0.5);
            double bayes = context.excess(context.bayes());
            double before = context.taskPower();
            for (int count : new int[] {1, 2, 3, 5, 10}) {
                double excess = context.excess(context.bestGradientSteps(count));
                assertThat(excess).isGreaterThan(bayes * (1 - 1e-13));
                if (count <= 3) {
                    assertThat(excess).isLessThan(before);
                }
                before = excess;
            }
            double strength = 5;
            for (double factor : new double[] {0.9, 0.99, 1.01, 1.1}) {
                assertThat(context.excess(InContextPredictor.ridge(strength * factor)))
                        .isGreaterThan(bayes);
            }
        }
    }

    @Test
    void theBestStepOfSeveralIsStationary() {
        IsotropicContext context = context(12, 18, 1, 0.4);
        for (int count : new int[] {1, 2, 4, 9, 100}) {
            String name = context.bestGradientSteps(count).toString();
            double step = Double.parseDouble(name.substring(name.lastIndexOf(' ') + 1));
            double best = context.excess(InContextPredictor.gradientSteps(count, step));
            for (double factor : new double[] {0.5, 0.9, 0.999, 1.001, 1.1, 1.5}) {
                assertThat(context.excess(InContextPredictor.gradientSteps(count, factor * step)))
                        .isGreaterThan(best);
            }
        }
    }

    @Test
    void manySmallStepsBecomeLeastSquares() {
        IsotropicContext context = context(5, 60, 1, 0.5);
        assertThat(context.excess(InContextPredictor.gradientSteps(40, 0.01)))
                .isCloseTo(context.excess(InContextPredictor.leastSquares()), within(1e-4));
    }

    @Test
    void aTinyStepLearnsItsOwnSize() {
        IsotropicContext context = context(5, 8, 0, 1);
        // η²nd from the noise is the only term up to second order in η.
        assertThat(context.excess(InContextPredictor.gradientSteps(3, 1e-9)) / (9e-18 * 40))
                .isCloseTo(1, within(1e-6));
    }

    @Test
    void badInputIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> IsotropicContext.of(0, 3));
        assertThatIllegalArgumentException().isThrownBy(() -> IsotropicContext.of(3, -1));
        IsotropicContext context = IsotropicContext.of(3, 4);
        for (double bad : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatIllegalArgumentException().isThrownBy(() -> context.withNoise(bad));
            assertThatIllegalArgumentException().isThrownBy(() -> context.withTaskPower(bad));
            assertThatIllegalArgumentException().isThrownBy(() -> InContextPredictor.gradientStep(bad));
            assertThatIllegalArgumentException().isThrownBy(() -> InContextPredictor.ridge(bad));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> InContextPredictor.gradientSteps(-1, 0.1));
        assertThatIllegalArgumentException().isThrownBy(() -> context.bestGradientSteps(-1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> context.bestGradientSteps(101))
                .withMessage("count: 101 is not from 0 to 100");
    }

    /** E (1 − ηx)^2k over χ²_n, by the binomial sum in exact fractions. */
    @Test
    void divergingDescentsHaveARiskUntilItOverflows() {
        double[][] exact = {{1, 10, 1.09442821241e17}, {3, 30, 2.7143761833e82}, {3, 60, 3.06403022094e199}};
        for (double[] known : exact) {
            double risk = IsotropicContext.of(1, (int) known[0])
                    .excess(InContextPredictor.gradientSteps((int) known[1], 0.5));
            assertThat(risk / known[2])
                    .as("%s examples, %s steps", known[0], known[1])
                    .isCloseTo(1, within(1e-9));
        }
        IsotropicContext context = IsotropicContext.of(8, 5);
        double before = 1;
        for (int steps : new int[] {50, 60, 70}) {
            double risk = context.excess(InContextPredictor.gradientSteps(steps, 0.5));
            assertThat(risk).isFinite().isGreaterThan(1e30 * before);
            before = risk;
        }
        InContextPredictor many = InContextPredictor.gradientSteps(1000, 0.5);
        assertThat(context.excess(many)).isInfinite();
        assertThat(context.withNoise(0.3).excess(many)).isInfinite();
        assertThat(context.withTaskPower(0).withNoise(0.3).excess(many)).isInfinite();
        assertThat(context.withTaskPower(0).excess(many)).isZero();
    }
}
