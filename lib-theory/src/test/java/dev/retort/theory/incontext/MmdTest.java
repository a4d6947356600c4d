package dev.retort.theory.incontext;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.RandomStreams;
import dev.retort.core.SampleMean;
import dev.retort.core.StandardNormal;
import dev.retort.fixtures.ReferenceTable;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MmdTest {

    private static final double[][] X = {{0, 1}, {1, 0}, {2, 2}};
    private static final double[][] Y = {{0, 0}, {1, 1}};

    static double[][] normal(int count, int dimension, double mean, double scale, RandomGenerator random) {
        double[][] points = new double[count][];
        for (int i = 0; i < count; i++) {
            points[i] = StandardNormal.sample(dimension, random);
            for (int k = 0; k < dimension; k++) {
                points[i][k] = mean + scale * points[i][k];
            }
        }
        return points;
    }

    private static Stream<ReferenceTable.Row> discrepancies() {
        return ReferenceTable.rows(MmdTest.class, "discrepancies.tsv");
    }

    private static Kernel kernel(ReferenceTable.Row row) {
        double parameter = row.number("parameter");
        return switch (row.text("kernel")) {
            case "gaussian" -> Kernel.gaussian(parameter);
            case "laplace" -> Kernel.laplace(parameter);
            case "energy" -> Kernel.energy();
            case "softmax" -> Kernel.softmax();
            case "linear-softmax" -> Kernel.linear().times(Kernel.softmax());
            case "linear" -> Kernel.linear();
            case "polynomial" -> Kernel.polynomial(2, parameter);
            default -> throw new IllegalStateException(row.toString());
        };
    }

    private static double[][] square(double[] entries) {
        int d = (int) Math.round(Math.sqrt(entries.length));
        return IntStream.range(0, d)
                .mapToObj(i -> Arrays.copyOfRange(entries, i * d, (i + 1) * d))
                .toArray(double[][]::new);
    }

    /** In this table E k(X, X′) is at most 1000 times the squared discrepancy, so 1e-12 has a margin of one decimal. */
    @ParameterizedTest
    @MethodSource("discrepancies")
    void closedFormsAgreeWithQuadrature(ReferenceTable.Row row) {
        double expected = row.number("squared");
        double[] first = row.numbers("firstMean");
        double[] second = row.numbers("secondMean");
        double[][] firstCovariance = square(row.numbers("firstCovariance"));
        double[][] secondCovariance = square(row.numbers("secondCovariance"));
        Mmd mmd = Mmd.of(kernel(row));
        assertThat(mmd.betweenGaussians(first, firstCovariance, second, secondCovariance))
                .isCloseTo(expected, within(1e-12 * expected));
        assertThat(mmd.betweenGaussians(second, secondCovariance, first, firstCovariance))
                .isCloseTo(expected, within(1e-12 * expected));
        assertThat(mmd.betweenGaussians(first, firstCovariance, first, firstCovariance))
                .isBetween(0.0, 1e-12);
    }

    @ParameterizedTest
    @MethodSource("discrepancies")
    void samplesAgreeWithClosedForms(ReferenceTable.Row row) {
        double[] first = row.numbers("firstMean");
        double[] second = row.numbers("secondMean");
        double[][] firstCovariance = square(row.numbers("firstCovariance"));
        double[][] secondCovariance = square(row.numbers("secondCovariance"));
        if (row.text("kernel").contains("softmax") && row.number("squared") > 5) {
            return; // infinite variance
        }
        RandomGenerator random = RandomStreams.of(31).generator();
        double[][] x = sample(first, firstCovariance, 700, random);
        double[][] y = sample(second, secondCovariance, 700, random);
        SampleMean estimate = Mmd.of(kernel(row)).unbiased(x, y);
        assertThat(Math.abs(estimate.zScore(row.number("squared")))).isLessThan(4);
    }

    /** A Gaussian sample in one or two dimensions. */
    private static double[][] sample(double[] mean, double[][] covariance, int count, RandomGenerator random) {
        double[][] points = normal(count, mean.length, 0, 1, random);
        double root = Math.sqrt(covariance[0][0]);
        for (double[] z : points) {
            if (z.length == 2) {
                double slope = covariance[1][0] / root;
                z[1] = mean[1] + slope * z[0] + Math.sqrt(covariance[1][1] - slope * slope) * z[1];
            }
            z[0] = mean[0] + root * z[0];
        }
        return points;
    }

    /** Values by hand, and from an independent evaluation to 17 digits. */
    @Test
    void estimatesOfFivePoints() {
        assertThat(Mmd.of(Kernel.linear()).biased(X, Y).mean()).isCloseTo(0.5, within(1e-15));
        Mmd square = Mmd.of(Kernel.polynomial(2, 1));
        assertThat(square.biased(X, Y).mean()).isCloseTo(46.0 / 9, within(1e-14));
        assertThat(square.unbiased(X, Y).mean()).isCloseTo(-14.0 / 3, within(1e-14));
        assertThat(Mmd.of(Kernel.laplace(1)).biased(X, Y).mean()).isCloseTo(0.41148017267512094, within(1e-15));
        assertThat(Mmd.of(Kernel.energy()).unbiased(X, Y).mean()).isCloseTo(-0.31439158622877916, within(1e-15));
        assertThat(Mmd.of(Kernel.gaussian(1)).unbiased(X, Y).mean()).isCloseTo(-0.39220998565904786, within(1e-15));
        assertThat(Mmd.of(Kernel.gaussian(1)).unbiased(X, Y).standardError()).isNaN();
        assertThat(Mmd.of(Kernel.linear()).biased(X, new double[][] {{1, 1}}).mean())
                .isCloseTo(0, within(1e-15));
        assertThat(Mmd.of(Kernel.linear()).distance(X, Y)).isCloseTo(Math.sqrt(0.5), within(1e-15));
    }

    /**
     * Compares with sums over whole matrices and with estimates without one point, for samples of one tile and of
     * several.
     */
    @Test
    void tilesAndJackknifeAgreeWithTheDefinition() {
        RandomGenerator random = RandomStreams.of(3).generator();
        for (int[] sizes : new int[][] {{4, 3}, {256, 40}, {40, 257}, {300, 530}}) {
            double[][] x = normal(sizes[0], 3, 0, 1, random);
            double[][] y = normal(sizes[1], 3, 0.5, 1.3, random);
            for (Kernel kernel : List.of(
                    Kernel.gaussian(1.5), Kernel.energy(), Kernel.softmax().times(Kernel.laplace(1)))) {
                Mmd mmd = Mmd.of(kernel);
                SampleMean biased = mmd.biased(x, y);
                SampleMean unbiased = mmd.unbiased(x, y);
                assertThat(biased.mean())
                        .isCloseTo(definition(kernel, x, y, true), within(1e-12 * Math.max(1, biased.mean())));
                assertThat(unbiased.mean())
                        .isCloseTo(definition(kernel, x, y, false), within(1e-12 * Math.max(1, biased.mean())));
                if (sizes[0] < 10) {
                    assertThat(biased.standardError())
                            .isCloseTo(jackknife(kernel, x, y, true), within(1e-12 * Math.max(1, biased.mean())));
                    assertThat(unbiased.standardError())
                            .isCloseTo(jackknife(kernel, x, y, false), within(1e-12 * Math.max(1, biased.mean())));
                }
            }
        }
    }

    private static double definition(Kernel kernel, double[][] x, double[][] y, boolean biased) {
        return mean(kernel.matrix(x, x), !biased)
                + mean(kernel.matrix(y, y), !biased)
                - 2 * mean(kernel.matrix(x, y), false);
    }

    private static double mean(double[][] matrix, boolean offDiagonal) {
        double sum = 0;
        int count = 0;
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j < matrix[i].length; j++) {
                if (!offDiagonal || i != j) {
                    sum += matrix[i][j];
                    count++;
                }
            }
        }
        return sum / count;
    }

    private static double jackknife(Kernel kernel, double[][] x, double[][] y, boolean biased) {
        double[] ofX = IntStream.range(0, x.length)
                .mapToDouble(i -> definition(kernel, without(x, i), y, biased))
                .toArray();
        double[] ofY = IntStream.range(0, y.length)
                .mapToDouble(i -> definition(kernel, x, without(y, i), biased))
                .toArray();
        return Math.sqrt(spread(ofX) + spread(ofY));
    }

    private static double spread(double[] values) {
        double mean = Arrays.stream(values).average().getAsDouble();
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        return squares * (values.length - 1) / values.length;
    }

    private static double[][] without(double[][] points, int index) {
        return IntStream.range(0, points.length)
                .filter(i -> i != index)
                .mapToObj(i -> points[i])
                .toArray(double[][]::new);
    }

    /**
     * With 400 pairs of samples the scatter has a standard error of 4 %; the mean square of the standard errors equals
     * the variance.
     */
    @Test
    void standardErrorsAgreeWithRepeatedSamples() {
        Kernel kernel = Kernel.gaussian(1);
        Mmd mmd = Mmd.of(kernel);
        double expected = Mmd.of(kernel)
                .betweenGaussians(new double[] {0}, new double[][] {{1}}, new double[] {1}, new double[][] {{1}});
        int runs = 400;
        double[] unbiased = new double[runs];
        double[] linear = new double[runs];
        double[] chance = new double[runs];
        double unbiasedVariance = 0;
        double linearVariance = 0;
        double chanceVariance = 0;
        for (int r = 0; r < runs; r++) {
            RandomGenerator random = RandomStreams.of(5).at(r).generator();
            double[][] x = normal(60, 1, 0, 1, random);
            double[][] y = normal(50, 1, 1, 1, random);
            double[][] z = normal(50, 1, 0, 1, random);
            SampleMean estimate = mmd.unbiased(x, y);
            SampleMean fast = mmd.linearTime(x, y);
            SampleMean same = mmd.unbiased(x, z);
            unbiased[r] = estimate.mean();
            linear[r] = fast.mean();
            chance[r] = same.mean();
            unbiasedVariance += estimate.standardError() * estimate.standardError() / runs;
            linearVariance += fast.standardError() * fast.standardError() / runs;
            chanceVariance += same.standardError() * same.standardError() / runs;
        }
        SampleMean mean = SampleMean.of(unbiased);
        assertThat(Math.abs(mean.zScore(expected))).isLessThan(4);
        assertThat(Math.abs(SampleMean.of(linear).zScore(expected))).isLessThan(4);
        assertThat(Math.abs(SampleMean.of(chance).zScore(0))).isLessThan(4);
        assertThat(variance(unbiased) / unbiasedVariance).isBetween(0.75, 1.2);
        assertThat(variance(linear) / linearVariance).isBetween(0.75, 1.3);
        assertThat(variance(chance) / chanceVariance).isBetween(0.35, 0.65); // twice too large for P = Q
    }

    private static double variance(double[] values) {
        double error = SampleMean.of(values).standardError();
        return error * error * values.length;
    }

    @Test
    void linearTimeEstimateTakesPointsInPairs() {
        Kernel k = Kernel.gaussian(2);
        double[][] x = {{0}, {1}, {3}, {4}, {9}};
        double[][] y = {{1}, {1}, {2}, {0}};
        double first = k.value(x[0], x[1]) + k.value(y[0], y[1]) - k.value(x[0], y[1]) - k.value(x[1], y[0]);
        double second = k.value(x[2], x[3]) + k.value(y[2], y[3]) - k.value(x[2], y[3]) - k.value(x[3], y[2]);
        SampleMean estimate = Mmd.of(k).linearTime(x, y);
        assertThat(estimate.mean()).isCloseTo((first + second) / 2, within(1e-16));
        assertThat(estimate.standardError()).isCloseTo(Math.abs(first - second) / 2, within(1e-16));
        assertThat(Mmd.of(k).linearTime(X, Y).standardError()).isNaN();
    }

    @Test
    void discrepancyIsSymmetricAndIgnoresATranslation() {
        RandomGenerator random = RandomStreams.of(8).generator();
        double[][] x = normal(30, 2, 0, 1, random);
        double[][] y = normal(20, 2, 1, 2, random);
        double[][] movedX =
                Arrays.stream(x).map(p -> new double[] {p[0] + 4, p[1] - 2}).toArray(double[][]::new);
        double[][] movedY =
                Arrays.stream(y).map(p -> new double[] {p[0] + 4, p[1] - 2}).toArray(double[][]::new);
        for (Kernel kernel : List.of(Kernel.gaussian(1), Kernel.laplace(2), Kernel.energy(), Kernel.linear())) {
            Mmd mmd = Mmd.of(kernel);
            assertThat(mmd.distance(x, y)).isCloseTo(mmd.distance(y, x), within(1e-14));
            assertThat(mmd.distance(x, x)).isLessThan(1e-7);
            assertThat(mmd.distance(movedX, movedY)).isCloseTo(mmd.distance(x, y), within(1e-12));
        }
        double energyDistance = 2 * meanDistance(x, y) - meanDistance(x, x) - meanDistance(y, y);
        assertThat(Mmd.of(Kernel.energy()).biased(x, y).mean()).isCloseTo(energyDistance / 2, within(1e-13));
    }

    private static double meanDistance(double[][] x, double[][] y) {
        return Arrays.stream(x)
                .mapToDouble(p -> Arrays.stream(y)
                        .mapToDouble(q -> Math.hypot(p[0] - q[0], p[1] - q[1]))
                        .average()
                        .getAsDouble())
                .average()
                .getAsDouble();
    }

    @Test
    void limitsOfTheClosedForms() {
        double[][] none = {{0}};
        double[] zero = {0};
        double[] three = {3};
        assertThat(Mmd.of(Kernel.gaussian(1)).betweenGaussians(zero, none, three, none))
                .isCloseTo(2 - 2 * Math.exp(-4.5), within(1e-15));
        assertThat(Mmd.of(Kernel.laplace(2)).betweenGaussians(zero, none, three, none))
                .isCloseTo(2 - 2 * Math.exp(-1.5), within(1e-15));
        assertThat(Mmd.of(Kernel.energy()).betweenGaussians(zero, none, three, none))
                .isCloseTo(3, within(1e-15));
        double wide = 1e4;
        assertThat(Mmd.of(Kernel.gaussian(wide))
                                .betweenGaussians(zero, new double[][] {{1}}, three, new double[][] {{2}})
                        * wide
                        * wide)
                .isCloseTo(9, within(1e-6));
        // exp(s²/2) overflows, and so does erfcx far to the left.
        for (double s : new double[] {1e-9, 1, 100}) {
            double squared = Mmd.of(Kernel.laplace(1))
                    .betweenGaussians(zero, new double[][] {{s * s}}, new double[] {60}, new double[][] {{s * s}});
            assertThat(squared).isBetween(0.0, 2.0);
        }
        double[][] narrow = {{1e-18}};
        assertThat(Mmd.of(Kernel.laplace(1)).betweenGaussians(zero, narrow, new double[] {1}, narrow))
                .isCloseTo(2 - 2 * Math.exp(-1), within(1e-8));
    }

    @Test
    void sumsMultiplesAndRestrictionsHaveClosedForms() {
        double[] m1 = {0.2, -0.1, 1};
        double[] m2 = {0, 0.3, 0.5};
        double[][] s1 = {{0.5, 0.1, 0}, {0.1, 0.4, 0}, {0, 0, 0.2}};
        double[][] s2 = {{0.3, 0, 0}, {0, 0.4, 0.1}, {0, 0.1, 0.6}};
        Mmd part = Mmd.of(Kernel.gaussian(2).on(1, 3).times(3).plus(Kernel.polynomial(1, 5)));
        double gaussian = Mmd.of(Kernel.gaussian(2))
                .betweenGaussians(
                        new double[] {-0.1, 1},
                        new double[][] {{0.4, 0}, {0, 0.2}},
                        new double[] {0.3, 0.5},
                        new double[][] {{0.4, 0.1}, {0.1, 0.6}});
        double linear = Mmd.of(Kernel.linear()).betweenGaussians(m1, s1, m2, s2);
        assertThat(part.betweenGaussians(m1, s1, m2, s2)).isCloseTo(3 * gaussian + linear, within(1e-14));
    }

    @Test
    void pValueCountsPermutationsOfTheDefinition() {
        RandomGenerator random = RandomStreams.of(12).generator();
        double[][] x = normal(7, 2, 0, 1, random);
        double[][] y = normal(5, 2, 0.8, 1, random);
        Kernel kernel = Kernel.gaussian(1);
        PermutationTest test = Mmd.of(kernel).withPermutations(9999).withSeed(4).permutationTest(x, y);
        assertThat(test.statistic()).isCloseTo(Mmd.of(kernel).biased(x, y).mean(), within(1e-14));
        // Counts all 792 divisions.
        double[][] all = Stream.concat(Arrays.stream(x), Arrays.stream(y)).toArray(double[][]::new);
        int count = 0;
        int asLarge = 0;
        for (int set = 0; set < 1 << 12; set++) {
            if (Integer.bitCount(set) == 7) {
                int chosen = set;
                double[][] in = IntStream.range(0, 12)
                        .filter(i -> (chosen >> i & 1) == 1)
                        .mapToObj(i -> all[i])
                        .toArray(double[][]::new);
                double[][] out = IntStream.range(0, 12)
                        .filter(i -> (chosen >> i & 1) == 0)
                        .mapToObj(i -> all[i])
                        .toArray(double[][]::new);
                count++;
                asLarge += definition(kernel, in, out, true) >= test.statistic() - 1e-12 ? 1 : 0;
            }
        }
        double exact = (double) asLarge / count;
        assertThat(test.pValue()).isCloseTo(exact, within(4 * Math.sqrt(exact * (1 - exact) / 9999) + 1e-4));
    }

    /**
     * For equal distributions a test at the level 10 % rejects with exactly that probability, ± 0.0067 in 2000 runs.
     */
    @Test
    void levelOfThePermutationTestIsExact() {
        int runs = 2000;
        Mmd mmd = Mmd.of(Kernel.gaussian(1)).withPermutations(99);
        long rejected = IntStream.range(0, runs)
                .filter(r -> {
                    RandomGenerator random = RandomStreams.of(77).at(r).generator();
                    double[][] x = normal(6, 1, 0, 1, random);
                    double[][] y = normal(8, 1, 0, 1, random);
                    return mmd.withSeed(random.nextLong()).permutationTest(x, y).rejects(0.1);
                })
                .count();
        assertThat(rejected / (double) runs).isCloseTo(0.1, within(4 * Math.sqrt(0.1 * 0.9 / runs)));
    }

    @Test
    void equalPointsAreTies() {
        double[][] same = new double[300][1];
        assertThat(Mmd.of(Kernel.gaussian(1)).permutationTest(same, same).pValue())
                .isEqualTo(1);
        double[][] large = {{1e5, 3}, {1e5, 3}, {1e5, 3}};
        assertThat(Mmd.of(Kernel.polynomial(2, 1)).permutationTest(large, large).pValue())
                .isEqualTo(1);
    }

    @Test
    void resultsDoNotDependOnThreads() throws Exception {
        RandomGenerator random = RandomStreams.of(2).generator();
        double[][] x = normal(700, 2, 0, 1, random);
        double[][] y = normal(520, 2, 0.1, 1, random);
        Mmd mmd = Mmd.of(Kernel.gaussian(1)).withPermutations(150);
        PermutationTest parallel = mmd.permutationTest(x, y);
        ForkJoinPool one = new ForkJoinPool(1);
        try {
            assertThat(one.submit(() -> mmd.permutationTest(x, y)).get()).isEqualTo(parallel);
            assertThat(one.submit(() -> mmd.unbiased(x, y)).get()).isEqualTo(mmd.unbiased(x, y));
        } finally {
            one.shutdown();
        }
    }

    @Test
    void powerGrowsWithTheSamples() {
        Mmd mmd = Mmd.of(Kernel.gaussian(1)).withPermutations(99).withSeed(6);
        double before = 0;
        for (int samples : new int[] {5, 20, 60}) {
            SampleMean power = mmd.power(
                    random -> new double[] {StandardNormal.next(random)},
                    random -> new double[] {0.8 + StandardNormal.next(random)},
                    samples,
                    0.05,
                    200);
            assertThat(power.mean()).isGreaterThan(before + 0.1);
            before = power.mean();
        }
        assertThat(before).isGreaterThan(0.95);
        SampleMean level = mmd.power(
                random -> new double[] {StandardNormal.next(random)},
                random -> new double[] {StandardNormal.next(random)},
                10,
                0.05,
                400);
        assertThat(level.mean()).isCloseTo(0.05, within(4 * Math.sqrt(0.05 * 0.95 / 400)));
    }

    @Test
    void deviationBounds() {
        assertThat(Mmd.deviationBound(1, 30, 40, 0.05)).isCloseTo(0.9967134263157491, within(1e-15));
        assertThat(Mmd.linearTimeDeviationBound(1, 41, Math.exp(-2))).isCloseTo(Math.sqrt(16 / 20.0), within(1e-15));
        Kernel kernel = Kernel.gaussian(1);
        double expected = Math.sqrt(Mmd.of(kernel)
                .betweenGaussians(new double[] {0}, new double[][] {{1}}, new double[] {1}, new double[][] {{1}}));
        int draws = 2000;
        int outside = 0;
        int above = 0;
        for (int r = 0; r < draws; r++) {
            RandomGenerator random = RandomStreams.of(19).at(r).generator();
            double[][] x = normal(10, 1, 0, 1, random);
            double[][] y = normal(14, 1, 1, 1, random);
            double off = Math.abs(Mmd.of(kernel).distance(x, y) - expected);
            outside += off > Mmd.deviationBound(kernel.bound().getAsDouble(), 10, 14, 0.5) ? 1 : 0;
            double over = Mmd.of(kernel).linearTime(x, y).mean() - expected * expected;
            above += over > Mmd.linearTimeDeviationBound(1, 10, 0.5) ? 1 : 0;
        }
        assertThat(outside).isZero(); // with a probability far below a half, because the bound holds for the worst case
        assertThat(above).isLessThan(draws / 2);
    }

    @Test
    void witnessIsPositiveWhereTheFirstSampleIsDenser() {
        double[][] x = {{0}, {1}};
        double[][] y = {{5}};
        Kernel kernel = Kernel.gaussian(1);
        double[] witness = Mmd.of(kernel).witness(x, y, new double[][] {{0.5}, {5}, {1e9}});
        assertThat(witness[0]).isCloseTo(Math.exp(-0.125) - Math.exp(-4.5 * 4.5 / 2), within(1e-15));
        assertThat(witness[1]).isNegative();
        assertThat(witness[2]).isZero();
    }

    @Test
    void badInputIsRefused() {
        Mmd mmd = Mmd.of(Kernel.gaussian(1));
        refuses("x: no points are not allowed: give at least one", () -> mmd.biased(new double[0][], Y));
        refuses(
                "y[0].length: 1 is not the dimension of the other points, 2",
                () -> mmd.biased(X, new double[][] {{1}}));
        refuses("y[1].length: 3 is not that of the first, 2", () -> mmd.biased(X, new double[][] {{1, 2}, {1, 2, 3}}));
        refuses(
                "x[1][0]: NaN is not finite",
                () -> mmd.witness(new double[][] {{1}, {Double.NaN}}, new double[][] {{1}}, new double[][] {{1}}));
        refuses("y.length: 1 is not at least 2", () -> mmd.unbiased(X, new double[][] {{1, 2}}));
        refuses("y.length: 1 is not at least 2", () -> mmd.linearTime(X, new double[][] {{1, 2}}));
        refuses("count: 0 is not at least 1", () -> mmd.withPermutations(0));
        refuses("delta: 1.0 is not between 0 and 1", () -> Mmd.deviationBound(1, 2, 2, 1));
        refuses("delta: NaN is not between 0 and 1", () -> Mmd.linearTimeDeviationBound(1, 2, Double.NaN));
        refuses("kernelBound: 0.0 is not greater than 0 and finite", () -> Mmd.deviationBound(0, 2, 2, 0.1));
        refuses(
                "level: 0.001 is less than the smallest p-value of 99 permutations, 0.01: ask for more of them",
                () -> mmd.withPermutations(99).permutationTest(X, Y).rejects(0.001));
        refuses(
                "level: NaN is not between 0 and 1",
                () -> mmd.permutationTest(X, Y).rejects(Double.NaN));
        double[] zero = {0, 0};
        double[][] one = {{1, 0}, {0, 1}};
        refuses(
                "secondCovariance[1][0]: 0.0 is not secondCovariance[0][1], 0.5",
                () -> mmd.betweenGaussians(zero, one, zero, new double[][] {{1, 0.5}, {0, 1}}));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> mmd.betweenGaussians(zero, new double[][] {{1, 2}, {2, 1}}, zero, one))
                .withMessageContaining("is not positive semidefinite");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Mmd.of(Kernel.softmax()).betweenGaussians(zero, one, zero, one))
                .withMessageContaining("is not less than 1: the mean of exp⟨x, y⟩ is infinite");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Mmd.of(Kernel.energy()).betweenGaussians(zero, one, zero, one))
                .withMessageContaining("has no closed form between these Gaussians");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Mmd.of(Kernel.softmax()).biased(new double[][] {{30}}, new double[][] {{40}}))
                .withMessageContaining("is out of range on these points");
    }

    /** The numbers in the documentation of the class. */
    @Test
    void example() {
        double[][] x = {{0, 1}, {1, 0}, {1, 1}, {2, 1}};
        double[][] y = {{3, 3}, {4, 2}, {3, 4}};
        Mmd mmd = Mmd.of(Kernel.gaussian(1)).withPermutations(999).withSeed(7);
        assertThat(mmd.biased(x, y).mean()).isCloseTo(1.1207, within(5e-5));
        assertThat(mmd.permutationTest(x, y).pValue()).isCloseTo(0.023, within(5e-4));
        double[][] product = {{1, 0, 2}, {0.5, 1, 3}};
        assertThat(Kernel.softmax().on(0, 2).times(Kernel.linear().on(2, 3)).value(product[0], product[1]))
                .isCloseTo(9.892, within(5e-4));
    }

    @Test
    void isAValue() {
        Mmd mmd = Mmd.of(Kernel.gaussian(1)).withPermutations(99).withSeed(3);
        assertThat(mmd).isEqualTo(Mmd.of(Kernel.gaussian(1)).withSeed(3).withPermutations(99));
        assertThat(mmd).hasSameHashCodeAs(Mmd.of(Kernel.gaussian(1)).withSeed(3).withPermutations(99));
        assertThat(mmd)
                .isNotEqualTo(mmd.withSeed(4))
                .isNotEqualTo(Mmd.of(Kernel.gaussian(2)).withPermutations(99).withSeed(3));
        assertThat(mmd)
                .hasToString("maximum mean discrepancy in the Gaussian kernel of width 1.0, 99 permutations of seed 3");
        assertThat(mmd.kernel()).isEqualTo(Kernel.gaussian(1));
    }

    /** Whole numbers, whose sums with 2^30 are exact, so the samples differ only by a shift. */
    @Test
    void aDistantOriginLosesNoDigits() {
        double[][] x = {{0, 1}, {2, 0}, {1, 3}, {4, 4}};
        double[][] y = {{2, 1}, {3, 0}, {7, 5}};
        double[][] farX = shifted(x);
        double[][] farY = shifted(y);
        for (Kernel kernel : new Kernel[] {
            Kernel.linear(),
            Kernel.energy(),
            Kernel.gaussian(2),
            Kernel.laplace(2),
            Kernel.linear().plus(Kernel.gaussian(1)).times(3),
            Kernel.energy().on(1, 2)
        }) {
            Mmd mmd = Mmd.of(kernel).withPermutations(99);
            double expected = mmd.biased(x, y).mean();
            assertThat(mmd.biased(farX, farY).mean()).as("%s", kernel).isCloseTo(expected, within(1e-12 * expected));
            assertThat(mmd.biased(farX, farY).standardError())
                    .isCloseTo(mmd.biased(x, y).standardError(), within(1e-12 * expected));
            assertThat(mmd.unbiased(farX, farY).mean())
                    .isCloseTo(mmd.unbiased(x, y).mean(), within(1e-12 * expected));
            assertThat(mmd.linearTime(farX, farY).mean())
                    .isCloseTo(mmd.linearTime(x, y).mean(), within(1e-12 * expected));
            assertThat(mmd.permutationTest(farX, farY).pValue())
                    .isEqualTo(mmd.permutationTest(x, y).pValue());
        }
        double[][] same = {{1e9, -1e9}, {1e9, -1e9}};
        assertThat(Mmd.of(Kernel.linear()).distance(same, same)).isZero();
        assertThat(Mmd.of(Kernel.linear()).distance(new double[][] {{1e308}}, new double[][] {{1e308}}))
                .isZero();
    }

    private static double[][] shifted(double[][] points) {
        return Arrays.stream(points)
                .map(row -> new double[] {row[0] + 0x1p30, row[1] - 0x1p40})
                .toArray(double[][]::new);
    }

    /** An exception from a thread of the pool is not wrapped in another one of its class. */
    @Test
    void refusesALevelThatIsTooLowInPlainWords() {
        refuses(
                "level: 0.1 is less than the smallest p-value of 5 permutations, " + 1.0 / 6 + ": ask for more of them",
                () -> Mmd.of(Kernel.gaussian(1))
                        .withPermutations(5)
                        .power(random -> new double[] {0}, random -> new double[] {1}, 4, 0.1, 50));
    }
}
