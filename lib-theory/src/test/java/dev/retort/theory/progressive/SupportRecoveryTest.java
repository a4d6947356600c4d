package dev.retort.theory.progressive;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.fixtures.ReferenceTable;
import dev.retort.fixtures.ReferenceTable.Row;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SupportRecoveryTest {

    private static final double RELATIVE_ERROR = 1e-12;

    static Stream<Row> references() {
        return ReferenceTable.rows(SupportRecoveryTest.class, "predictions.tsv");
    }

    @ParameterizedTest
    @MethodSource("references")
    void agreesWithHighPrecision(Row row) {
        double[] arguments = row.numbers("arguments");
        int d = (int) arguments[0];
        int k = (int) arguments[1];
        double actual = switch (row.text("what")) {
            case "hoeffding" ->
                SupportRecovery.of(d, k, arguments[2], arguments[3]).hoeffdingSamples(arguments[4]);
            case "oneShotHoeffding" ->
                SupportRecovery.oneShot(FourierGap.of(d, k)).hoeffdingSamples(arguments[2]);
            case "oneShotBernstein" ->
                SupportRecovery.oneShot(FourierGap.of(d, k)).bernsteinSamples(arguments[2]);
            case "oneHotHoeffding" -> SupportRecovery.oneHot(d, k).hoeffdingSamples(arguments[2]);
            case "l1Leakage" -> SupportRecovery.of(d, k, 1, 1).l1LeakageSamples(arguments[2], arguments[3]);
            case "gaussian" -> SupportRecovery.gaussianProbability(FourierGap.of(d, k, arguments[2]), arguments[3]);
            case "ordered" -> OneStepTeacher.of(FourierGap.of(d, k), 100).orderedProbability();
            case "queries" -> ParityLearning.of(d, k).statisticalQueries(arguments[2], arguments[3]);
            case "exhaustive" -> ParityLearning.of(d, k).exhaustiveSearchSamples(arguments[2]);
            case "exponentialEigenvalue" -> DotProductKernel.exponential(d).eigenvalue(k);
            default ->
                DotProductKernel.exponential(d).eigenvalue(k)
                        / DotProductKernel.exponential(d).eigenvalue((int) arguments[2]);
        };
        assertThat(actual / row.number("value")).isCloseTo(1, within(RELATIVE_ERROR));
    }

    /** Estimates the correlations of the labels with all coordinates; true if those of the support are the largest. */
    private static boolean recovers(
            SparseParity task, ToDoubleFunction<double[]> labels, int n, RandomGenerator random) {
        double[] x = new double[task.dimension()];
        double[] sums = new double[x.length];
        for (int t = 0; t < n; t++) {
            Cube.draw(random, x);
            double label = labels.applyAsDouble(x);
            for (int i = 0; i < x.length; i++) {
                sums[i] += label * x[i];
            }
        }
        double least = Double.POSITIVE_INFINITY;
        double other = 0;
        for (int i = 0; i < x.length; i++) {
            if (task.isInSupport(i)) {
                least = Math.min(least, Math.abs(sums[i]));
            } else {
                other = Math.max(other, Math.abs(sums[i]));
            }
        }
        return least > other;
    }

    /**
     * Both bounds guarantee failure in at most 40 % of the draws; even with half of the smaller number of samples,
     * failures are rarer.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void boundsHold(boolean oneHot) {
        int d = 10;
        double[] c = {0.3, -0.2};
        SparseParity task = SparseParity.of(d, 2);
        SupportRecovery problem = oneHot ? SupportRecovery.oneHot(d, 2) : SupportRecovery.linear(d, c);
        double samples = Math.min(problem.hoeffdingSamples(0.4), problem.bernsteinSamples(0.4));
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(17);
        int draws = 150;
        int failures = 0;
        for (int draw = 0; draw < draws; draw++) {
            boolean recovered = recovers(
                    task,
                    x -> oneHot ? Math.signum(x[0] + x[1]) : c[0] * x[0] + c[1] * x[1],
                    (int) Math.ceil(samples),
                    random);
            failures += recovered ? 0 : 1;
        }
        assertThat(failures).isLessThanOrEqualTo((int) (0.4 * draws));
        assertThat(problem.bernsteinSamples(0.01)).isLessThan(problem.hoeffdingSamples(0.01));
    }

    /** With far fewer samples than the bounds require, recovery fails, so the simulation can show a difference. */
    @Test
    void tooFewSamplesFail() {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(18);
        int failures = 0;
        for (int draw = 0; draw < 200; draw++) {
            failures += recovers(SparseParity.of(10, 2), x -> 0.3 * x[0] - 0.2 * x[1], 6, random) ? 0 : 1;
        }
        assertThat(failures).isGreaterThan(100);
    }

    /** Compares the share of masked neurons that identify the support with an estimate for independent gradients. */
    @ParameterizedTest
    @CsvSource({"0.5", "2", "4"})
    void gaussianProbabilityIsNearTheSimulatedShare(double budget) {
        FourierGap gap = FourierGap.of(13, 4);
        SparseParity task = SparseParity.of(13, 4);
        int n = (int) (budget / (gap.gap() * gap.gap()));
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(21);
        int draws = 150;
        int successes = 0;
        for (int draw = 0; draw < draws; draw++) {
            successes += recovers(task, x -> gap.unit().value(x) * task.label(x), n, random) ? 1 : 0;
        }
        double predicted = SupportRecovery.gaussianProbability(gap, n);
        double error = Math.sqrt(predicted * (1 - predicted) / draws);
        // The gradients are dependent, which changes the share by 0.08, as measured in two other dimensions.
        assertThat(successes / (double) draws).isCloseTo(predicted, within(0.08 + 4 * error));
    }

    @Test
    void gaussianProbabilityTendsToOne() {
        for (int[] task : new int[][] {{11, 4}, {41, 2}, {50, 6}}) {
            FourierGap gap = FourierGap.of(task[0], task[1]);
            double before = 0;
            for (int exponent = 0; exponent <= 308; exponent++) {
                double probability = SupportRecovery.gaussianProbability(gap, Math.pow(10, exponent));
                assertThat(probability).isBetween(before - 1e-14, 1.0);
                before = probability;
            }
            assertThat(SupportRecovery.gaussianProbability(gap, 1e14)).isCloseTo(1, within(1e-12));
            assertThat(before).isCloseTo(1, within(1e-14));
        }
        assertThat(SupportRecovery.gaussianProbability(FourierGap.of(7, 6), 1e40))
                .isZero(); // larger outside the support
    }

    @Test
    void failuresAndSamplesAreInverses() {
        SupportRecovery problem = SupportRecovery.linear(30, 0.5, 0.4, 0.1).withNeurons(7);
        assertThat(problem.hoeffdingFailure(problem.hoeffdingSamples(0.03))).isCloseTo(0.03, within(1e-14));
        assertThat(problem.bernsteinFailure(problem.bernsteinSamples(0.03))).isCloseTo(0.03, within(1e-14));
        assertThat(problem.hoeffdingFailure(0)).isEqualTo(1);
        assertThat(problem.withNeurons(1).hoeffdingSamples(0.03)).isLessThan(problem.hoeffdingSamples(0.03));
    }

    @Test
    void derivesItsConstantsFromLabels() {
        SparseParity task = SparseParity.of(5, 2);
        FourierExpansion labels = FourierExpansion.linear(0.4, -0.3, 0.1, 0, 0).plus(0.2, 0, 3);
        SupportRecovery problem = SupportRecovery.of(task, labels);
        assertThat(problem.gap()).isCloseTo(0.2, within(1e-15));
        assertThat(problem.bound()).isCloseTo(1, within(1e-15));
        assertThat(problem.variance()).isCloseTo(0.16 + 0.09 + 0.01 + 0.04, within(1e-15));

        SupportRecovery masked = SupportRecovery.throughNeuron(
                ThresholdUnit.of(5, 0), task, FourierExpansion.linear(0.4, -0.3, 0, 0, 0));
        assertThat(masked.gap()).isCloseTo(0.15, within(1e-15)); // half of the smallest coefficient

        SupportRecovery ofParity = SupportRecovery.throughNeuron(
                ThresholdUnit.of(21, 0), SparseParity.of(21, 4), FourierExpansion.parity(21, 0, 1, 2, 3));
        assertThat(ofParity.gap()).isCloseTo(FourierGap.of(21, 4).gap(), within(1e-17));

        SupportRecovery oneHot = SupportRecovery.oneHot(7, 4);
        BooleanFunction sign = BooleanFunction.of(7, x -> Math.signum(x[0] + x[1] + x[2] + x[3]));
        assertThat(oneHot.gap()).isEqualTo(sign.coefficient(2));
        assertThat(oneHot.variance()).isEqualTo(sign.noiseStability(1));

        SupportRecovery plain = SupportRecovery.linear(9, 0.3, 0.4);
        assertThat(plain.withResidual(0.5))
                .isEqualTo(SupportRecovery.of(9, 2, 0.3, 0.7 + 0.5).withVariance(plain.variance() + 0.25));
        SupportRecovery withLinearPart = plain.withResidual(0.5, 0.1);
        assertThat(withLinearPart.gap()).isCloseTo(0.1, within(1e-15));
        assertThat(withLinearPart.bound()).isCloseTo(1.2, within(1e-15));
        assertThat(withLinearPart.variance()).isCloseTo(1, within(1e-15)); // (√(0.3² + 0.4²) + 0.5)²
    }

    /**
     * Labels of an unfinished teacher need a number of samples that grows as log d; labels of the parity as d^(k−1) log
     * d.
     */
    @Test
    void exponentsOfTheDimension() {
        double fewer = SupportRecovery.oneShot(FourierGap.of(1001, 4)).hoeffdingSamples(0.05);
        double more = SupportRecovery.oneShot(FourierGap.of(4001, 4)).hoeffdingSamples(0.05);
        double logarithms = Math.log(2 * 4001 / 0.05) / Math.log(2 * 1001 / 0.05);
        assertThat(Math.log(more / fewer / logarithms) / Math.log(4001 / 1001.0))
                .isCloseTo(ParityLearning.of(1001, 4).oneShotExponent(), within(0.01));
        double linear = SupportRecovery.linear(4001, 0.2, 0.2, 0.2, 0.2).hoeffdingSamples(0.05)
                / SupportRecovery.linear(1001, 0.2, 0.2, 0.2, 0.2).hoeffdingSamples(0.05);
        assertThat(linear).isCloseTo(logarithms, within(1e-3));
        assertThat(ParityLearning.of(50, 6).twoShotExponent()).isEqualTo(2);
    }

    @Test
    void informationAndQueries() {
        ParityLearning learning = ParityLearning.of(50, 6);
        assertThat(learning.supports()).isEqualTo(15_890_700);
        assertThat(learning.statisticalQueries(0.01, 1e-9)).isZero();
        assertThat(learning.informationSuccess(0)).isCloseTo(1 / 15_890_700.0, within(1e-20));
        assertThat(learning.informationSuccess(100)).isEqualTo(1);
        // Values from mpmath with 800 digits, where the squared tolerance, the number of supports, or both are out of
        // range.
        assertThat(ParityLearning.of(1200, 600).statisticalQueries(1e-170, 1e-5) / 396509646226102.0)
                .isCloseTo(1, within(1e-12));
        assertThat(ParityLearning.of(1100, 550).statisticalQueries(1e-20, 1e-5) / 3.26693313677885e284)
                .isCloseTo(1, within(1e-12));
        assertThat(ParityLearning.of(1100, 550).statisticalQueries(1, 1)).isInfinite();
        assertThat(ParityLearning.of(100_000, 50_000).statisticalQueries(1e-300, 1e-300))
                .isInfinite();
        assertThat(ParityLearning.of(50, 6).statisticalQueries(1e-170, 1)).isZero();
        assertThat(ParityLearning.of(3000, 1500).supports()).isInfinite();
        assertThat(ParityLearning.of(3000, 1500).informationSuccess(2990))
                .isCloseTo(Math.pow(2, 2990 - 2993.8988), within(1e-5));
    }

    @Test
    void teachersAfterAStepHaveTheirExactLinearPart() {
        FourierGap gap = FourierGap.of(9, 4);
        OneStepTeacher teacher = OneStepTeacher.of(gap, 6).withStep(0.3).withOutputWeight(-1.5);
        OneStepTeacher.Draw draw = teacher.draw(4);
        SparseParity task = SparseParity.of(9, 4);
        // The teacher itself, on all points.
        double a = 1.5 * 1.5 * 0.3;
        BooleanFunction f = BooleanFunction.of(9, x -> {
            double sum = 0;
            for (int[] w : draw.weights()) {
                double z = 0;
                for (int i = 0; i < 9; i++) {
                    double h = gap.unit().coefficientOfSize(task.isInSupport(i) ? 3 : 5);
                    z += a * w[0] * w[1] * w[2] * w[3] * w[i] * h * x[i];
                }
                sum += Math.max(0, z);
            }
            return sum;
        });
        for (int i = 0; i < 9; i++) {
            assertThat(draw.coefficients()[i]).isCloseTo(f.coefficient(i), within(1e-15));
        }
    }

    @Test
    void teachersAfterAStepRevealTheSupportAsOftenAsPredicted() {
        OneStepTeacher teacher = OneStepTeacher.of(FourierGap.of(49, 4), 256);
        int draws = 400;
        int told = 0;
        double squares = 0;
        for (int seed = 0; seed < draws; seed++) {
            OneStepTeacher.Draw draw = teacher.draw(seed);
            told += draw.gap() > 0 ? 1 : 0;
            squares += Math.pow(draw.coefficients()[1] / teacher.supportDeviation(), 2) / draws;
        }
        double predicted = teacher.orderedProbability();
        assertThat(told / (double) draws)
                .isCloseTo(predicted, within(4 * Math.sqrt(predicted * (1 - predicted) / draws)));
        assertThat(squares).isCloseTo(1, within(4 * Math.sqrt(2.0 / draws)));
        assertThat(teacher.otherDeviation() / teacher.supportDeviation()).isCloseTo(3 / 45.0, within(1e-14));
        // The output weight is a factor of the step and of the output.
        assertThat(teacher.withOutputWeight(-3).supportDeviation())
                .isCloseTo(9 * teacher.supportDeviation(), within(1e-14 * 9 * teacher.supportDeviation()));
        assertThat(teacher.exceedanceProbability(0)).isEqualTo(1);
        assertThat(teacher.exceedanceProbability(1)).isCloseTo(Math.pow(0.31731050786291415, 4), within(1e-14));
    }

    @Test
    void kernelsHaveOneEigenvalueForEachSize() {
        int d = 9;
        double[] taylor = {1, 1, 0.5, 1 / 6.0, 1 / 24.0, 1 / 120.0, 1 / 720.0};
        DotProductKernel polynomial = DotProductKernel.polynomial(d, taylor);
        DotProductKernel function = DotProductKernel.of(
                d,
                t -> Arrays.stream(new double[] {0, 1, 2, 3, 4, 5, 6})
                        .map(j -> taylor[(int) j] * Math.pow(t, j))
                        .sum());
        BooleanFunction row = BooleanFunction.of(d, x -> {
            double t = Arrays.stream(x).sum() / d;
            double sum = 0;
            for (int j = taylor.length - 1; j >= 0; j--) {
                sum = sum * t + taylor[j];
            }
            return sum;
        });
        int[] set = {};
        for (int s = 0; s <= d; s++) {
            assertThat(polynomial.eigenvalue(s)).isCloseTo(row.coefficient(set), within(1e-15));
            assertThat(function.eigenvalue(s)).isCloseTo(row.coefficient(set), within(1e-15));
            set = Arrays.copyOf(set, s + 1);
            set[s] = s;
        }
        assertThat(polynomial.eigenvalue(7)).isZero(); // beyond the degree
        assertThat(polynomial.squaredNorm(FourierExpansion.parity(d, 0, 1, 2, 3, 4, 5, 6)))
                .isInfinite();
        DotProductKernel exponential = DotProductKernel.exponential(d);
        assertThat(exponential.squaredNorm(FourierExpansion.linear(1, 2, 0, 0, 0, 0, 0, 0, 0)))
                .isCloseTo(5 / exponential.eigenvalue(1), within(1e-12));
        // A long series has accurate small eigenvalues, which differences of exponentials lose.
        double[] longer = new double[40];
        longer[0] = 1;
        for (int j = 1; j < longer.length; j++) {
            longer[j] = longer[j - 1] / j;
        }
        DotProductKernel series = DotProductKernel.polynomial(30, longer);
        for (int s : new int[] {0, 3, 12, 30}) {
            double expected = DotProductKernel.exponential(30).eigenvalue(s);
            assertThat(series.eigenvalue(s) / expected).isCloseTo(1, within(1e-12));
        }
    }

    /** cosh(1/d)^(d − s) sinh(1/d)^s from mpmath with 40 digits. */
    @ParameterizedTest
    @CsvSource({
        "1, 0, 1.5430806348152437785",
        "1, 1, 1.1752011936438014569",
        "30, 0, 1.0168031930295084899",
        "30, 30, 4.8839928128461238983e-45",
        "1000000, 0, 1.0000005000001249999",
        "1000000, 40, 1.0000004999867916599e-240",
        "2147483647, 1, 4.6566128763299990974e-10"
    })
    void exponentialEigenvaluesHaveAllDigits(int d, int s, double expected) {
        assertThat(DotProductKernel.exponential(d).eigenvalue(s) / expected).isCloseTo(1, within(1e-15));
    }

    @Test
    void kernelsDoNotDivideByRounding() {
        DotProductKernel function = DotProductKernel.of(30, Math::exp);
        DotProductKernel exponential = DotProductKernel.exponential(30);
        for (int s = 0; s <= 30; s++) {
            FourierExpansion parity =
                    FourierExpansion.parity(30, IntStream.range(0, s).toArray());
            double exact = exponential.squaredNorm(parity);
            assertThat(function.eigenvalue(s)).isCloseTo(exponential.eigenvalue(s), within(4.6e-16));
            if (s <= 13) { // down to 6e-20, where the terms are small too
                assertThat(function.squaredNorm(parity) / exact).isCloseTo(1, within(s < 8 ? 1e-9 : 0.4));
            } else {
                assertThatIllegalStateException()
                        .isThrownBy(() -> function.squaredNorm(parity))
                        .withMessageContaining("is within its rounding error")
                        .withMessageContaining("exponential(30) or polynomial(…)");
            }
        }
        assertThatIllegalStateException()
                .isThrownBy(() -> DotProductKernel.of(8, t -> -t).squaredNorm(FourierExpansion.parity(8, 3)))
                .withMessage(
                        "The function is not a kernel on the cube of dimension 8: its eigenvalue for sets of 1 is negative, "
                                + "-0.125");
        assertThat(DotProductKernel.of(8, t -> t).squaredNorm(FourierExpansion.parity(8, 3)))
                .isCloseTo(8, within(1e-13));
    }

    @Test
    void refusesBadInput() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SupportRecovery.of(10, 2, 0, 1))
                .withMessage("gap: 0.0 is not greater than 0 and finite");
        assertThatIllegalArgumentException().isThrownBy(() -> SupportRecovery.of(10, 2, 1.5, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> SupportRecovery.of(10, 11, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> SupportRecovery.oneShot(FourierGap.of(11, 8)));
        assertThatIllegalArgumentException().isThrownBy(() -> SupportRecovery.linear(10));
        assertThatIllegalArgumentException().isThrownBy(() -> SupportRecovery.linear(10, 1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> SupportRecovery.linear(1, 1, 1));
        SupportRecovery problem = SupportRecovery.of(10, 2, 0.5, 1);
        for (double bad : new double[] {0, 1, -1, Double.NaN}) {
            assertThatIllegalArgumentException().isThrownBy(() -> problem.hoeffdingSamples(bad));
            assertThatIllegalArgumentException().isThrownBy(() -> problem.bernsteinSamples(bad));
            assertThatIllegalArgumentException().isThrownBy(() -> problem.l1LeakageSamples(0.1, bad));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ParityLearning.of(5, 2).exhaustiveSearchSamples(bad));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> problem.withVariance(1.1));
        assertThatIllegalArgumentException().isThrownBy(() -> problem.withNeurons(0));
        assertThatIllegalArgumentException().isThrownBy(() -> problem.withResidual(1, 0.25));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SupportRecovery.gaussianProbability(FourierGap.of(9, 2), 0));
        for (double bad : new double[] {0, 1.1, Double.NaN}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ParityLearning.of(5, 2).statisticalQueries(bad, 1));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ParityLearning.of(5, 2).statisticalQueries(1, bad));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> ParityLearning.of(5, 6));
        assertThatIllegalArgumentException().isThrownBy(() -> DotProductKernel.polynomial(3, 1, -1));
        assertThatIllegalArgumentException().isThrownBy(() -> DotProductKernel.of(3, t -> 1 / (t - 1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DotProductKernel.exponential(3).eigenvalue(4));
        OneStepTeacher teacher = OneStepTeacher.of(FourierGap.of(9, 2), 3);
        assertThatIllegalArgumentException().isThrownBy(() -> OneStepTeacher.of(FourierGap.of(9, 2), 0));
        assertThatIllegalArgumentException().isThrownBy(() -> teacher.withStep(0));
        assertThatIllegalArgumentException().isThrownBy(() -> teacher.withOutputWeight(0));
        assertThatIllegalArgumentException().isThrownBy(() -> teacher.exceedanceProbability(-1));
    }

    @Test
    void refusesLabelsWhoseSquareOverflows() {
        String reason = "bound: 1.0E160 has a square beyond the range of double; divide the labels by a constant";
        refuses(reason, () -> SupportRecovery.of(9, 2, 1, 1e160));
        refuses(reason, () -> SupportRecovery.of(9, 2, 1, 1).withResidual(1e160));
        refuses(reason, () -> SupportRecovery.of(9, 2, 1, 1).withResidual(1e160, 0.1));
    }

    @Test
    void areValues() {
        assertThat(SupportRecovery.linear(9, 0.5, 0.5))
                .isEqualTo(SupportRecovery.of(9, 2, 0.5, 1).withVariance(0.5))
                .hasSameHashCodeAs(SupportRecovery.linear(9, 0.5, 0.5))
                .isNotEqualTo(SupportRecovery.linear(9, 0.5, 0.5).withNeurons(2))
                .hasToString(
                        "support of 2 among 9 coordinates, gap 0.5000, labels up to 1.000 of mean square 0.5000, 1 neurons");
        assertThat(ParityLearning.of(9, 2)).isEqualTo(ParityLearning.of(9, 2)).isNotEqualTo(ParityLearning.of(9, 3));
        OneStepTeacher teacher = OneStepTeacher.of(FourierGap.of(9, 2), 3);
        assertThat(teacher).isEqualTo(teacher.withStep(1)).isNotEqualTo(teacher.withStep(2));
        assertThat(teacher.draw(1)).isEqualTo(teacher.draw(1)).isNotEqualTo(teacher.draw(2));
    }
}
