package dev.retort.core.nd4j;

import static dev.retort.core.nd4j.KnownProblem.distance;
import static dev.retort.core.nd4j.KnownProblem.gaussian;
import static dev.retort.core.nd4j.KnownProblem.generator;
import static dev.retort.core.nd4j.KnownProblem.norm;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.nd4j.internal.BrokenAlgebra;
import dev.retort.core.nd4j.internal.DenseAlgebra;
import dev.retort.core.nd4j.internal.DenseAlgebraTest;
import dev.retort.core.nd4j.internal.JavaAlgebra;
import dev.retort.core.nd4j.internal.OffHeapMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class LinearRegressionTest {

    private static final double[] RIDGES = {0, 1e-20, 1e-14, 1e-8, 1e-3, 1, 1e6};

    /**
     * Where X is singular and labels are outside its range, rounding an entry of X by 1e-16 moves the solution by 1e-16
     * / (n · ridge). The smallest ridge here for which Cholesky is used is 1e-8; for smaller ones the rank decides,
     * which is less sensitive.
     */
    private static final double OUT_OF_REACH = 3e-8;

    static List<DenseAlgebra> algebras() {
        return DenseAlgebraTest.algebras();
    }

    static Stream<Arguments> shapes() {
        int[][] shapes = {{1, 1}, {1, 6}, {6, 1}, {12, 30}, {30, 12}, {20, 20}, {60, 150}, {150, 60}};
        return algebras().stream()
                .flatMap(algebra -> Arrays.stream(shapes).map(s -> Arguments.of(algebra, s[0], s[1])));
    }

    private static double[] singularValues(int count, double exponent) {
        return IntStream.rangeClosed(1, count)
                .mapToDouble(i -> Math.pow(i, -exponent))
                .toArray();
    }

    private static void assertSolves(DenseAlgebra algebra, KnownProblem problem, double tolerance) {
        for (double ridge : RIDGES) {
            double[] expected = problem.coefficients(ridge);
            double[] actual = LinearRegression.solve(algebra, problem.features(), problem.labels(), ridge)
                    .toDoubleVector();
            assertThat(distance(actual, expected) / norm(expected))
                    .as("ridge %s", ridge)
                    .isLessThan(tolerance);
        }
    }

    @Test
    void theExampleOfTheDocumentation() {
        INDArray features = Nd4j.create(new double[][] {{1, 0, 1}, {0, 2, 0}});
        INDArray labels = Nd4j.create(new double[] {2, 4});
        assertThat(LinearRegression.minimumNorm(features, labels).toDoubleVector())
                .containsExactly(new double[] {1, 2, 1}, within(1e-15));
        assertThat(LinearRegression.ridge(features, labels, 0.5).toDoubleVector())
                .containsExactly(new double[] {2 / 3.0, 8 / 5.0, 2 / 3.0}, within(1e-15));
    }

    @ParameterizedTest
    @MethodSource("algebras")
    void aStraightLineThroughThreePoints(DenseAlgebra algebra) {
        INDArray features = Nd4j.create(new double[][] {{1, 0}, {1, 1}, {1, 2}});
        INDArray labels = Nd4j.create(new double[] {1, 2, 4});
        assertThat(LinearRegression.solve(algebra, features, labels, 0).toDoubleVector())
                .containsExactly(new double[] {5 / 6.0, 1.5}, within(1e-14));
        // Normal equations with 3 · ridge = 1: [4 3; 3 6] b = [7, 10].
        assertThat(LinearRegression.solve(algebra, features, labels, 1 / 3.0).toDoubleVector())
                .containsExactly(new double[] {12 / 15.0, 19 / 15.0}, within(1e-14));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void wellConditioned(DenseAlgebra algebra, int n, int p) {
        assertSolves(algebra, new KnownProblem(n, p, singularValues(Math.min(n, p), 0.5), 1, n + p), 1e-12);
    }

    /**
     * With condition numbers of the Gram matrix up to 1e7² = 1e14, its Cholesky factor alone gives at most two digits.
     */
    @ParameterizedTest
    @MethodSource("shapes")
    void steepSpectra(DenseAlgebra algebra, int n, int p) {
        assertSolves(algebra, new KnownProblem(n, p, singularValues(Math.min(n, p), 4), 0, n + p), 1e-8);
    }

    /** Cholesky still works here, but its solution is off by 1e-9 and more, which the correction must repair. */
    @ParameterizedTest
    @MethodSource("shapes")
    void steepSpectraThatCholeskyTakes(DenseAlgebra algebra, int n, int p) {
        KnownProblem problem = new KnownProblem(n, p, singularValues(Math.min(n, p), 2.4), 0, n + p);
        try (OffHeapMatrix x = OffHeapMatrix.copyOf(problem.features());
                GramFactorisation gram = GramFactorisation.of(algebra, x, 0)) {
            assertThat(gram).isNotNull();
        }
        assertSolves(algebra, problem, 1e-10);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void rankDeficientWithLabelsOutOfReach(DenseAlgebra algebra, int n, int p) {
        int rank = (Math.min(n, p) + 2) / 3;
        KnownProblem problem = new KnownProblem(n, p, singularValues(rank, 1), 1, n + p);
        assertSolves(algebra, problem, OUT_OF_REACH);
        try (OffHeapMatrix x = OffHeapMatrix.copyOf(problem.features());
                OrthogonalFactorisation factorisation = new OrthogonalFactorisation(algebra, x, 0)) {
            assertThat(factorisation.rank()).isEqualTo(rank);
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void bothFactorisationsAgree(DenseAlgebra algebra, int n, int p) {
        try (OffHeapMatrix x = OffHeapMatrix.of(n, p, gaussian(n * p, generator(n)));
                OffHeapMatrix labels = OffHeapMatrix.of(3, n, gaussian(3 * n, generator(p)))) {
            for (double penalty : RIDGES) {
                try (GramFactorisation gram = requireNonNull(GramFactorisation.of(algebra, x, penalty));
                        OrthogonalFactorisation orthogonal = new OrthogonalFactorisation(algebra, x, penalty);
                        OffHeapMatrix expected = orthogonal.solve(labels)) {
                    try (OffHeapMatrix actual = requireNonNull(gram.solve(labels))) {
                        assertThat(distance(actual.toArray(), expected.toArray()) / norm(expected.toArray()))
                                .as("penalty %s", penalty)
                                .isLessThan(1e-11);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("algebras")
    void interpolatesWithinTheRowSpace(DenseAlgebra algebra) {
        int n = 100;
        int p = 300;
        double[][] x = gaussian(n, p, generator(1));
        double[] y = gaussian(n, generator(2));
        double[] b = LinearRegression.solve(algebra, Nd4j.create(x), Nd4j.create(y), 0)
                .toDoubleVector();
        for (int i = 0; i < n; i++) {
            assertThat(KnownProblem.dot(x[i], b)).isCloseTo(y[i], within(1e-10));
        }
        // b is a combination of the samples, so its regression on them has no residual.
        INDArray samplesInColumns = Nd4j.create(x).transpose();
        double[] weights = LinearRegression.solve(algebra, samplesInColumns, Nd4j.create(b), 0)
                .toDoubleVector();
        for (int j = 0; j < p; j++) {
            int column = j;
            double combined = IntStream.range(0, n)
                    .mapToDouble(i -> weights[i] * x[i][column])
                    .sum();
            assertThat(combined).isCloseTo(b[j], within(1e-10));
        }
    }

    /** Repeated samples with contradicting labels count as their mean label. */
    @ParameterizedTest
    @MethodSource("algebras")
    void repeatedSamples(DenseAlgebra algebra) {
        double[][] x = gaussian(8, 20, generator(3));
        double[] y = gaussian(8, generator(4));
        double[][] twice = Stream.concat(Arrays.stream(x), Arrays.stream(x)).toArray(double[][]::new);
        double[] contradicting = IntStream.range(0, 16)
                .mapToDouble(i -> y[i % 8] + (i < 8 ? 1 : -1))
                .toArray();
        for (double ridge : RIDGES) {
            double[] once = LinearRegression.solve(algebra, Nd4j.create(x), Nd4j.create(y), ridge)
                    .toDoubleVector();
            double[] repeated = LinearRegression.solve(algebra, Nd4j.create(twice), Nd4j.create(contradicting), ridge)
                    .toDoubleVector();
            assertThat(distance(once, repeated)).as("ridge %s", ridge).isLessThan(OUT_OF_REACH * norm(once));
        }
    }

    @ParameterizedTest
    @MethodSource("algebras")
    void featuresOfZero(DenseAlgebra algebra) {
        INDArray labels = Nd4j.create(new double[] {1, 2});
        for (double ridge : RIDGES) {
            for (int p : new int[] {1, 2, 5}) {
                INDArray zeros = Nd4j.zeros(DataType.DOUBLE, 2, p);
                assertThat(LinearRegression.solve(algebra, zeros, labels, ridge).toDoubleVector())
                        .containsExactly(new double[p]);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("algebras")
    void anyScale(DenseAlgebra algebra) {
        for (int[] shape : new int[][] {{10, 25}, {25, 10}}) {
            KnownProblem problem = new KnownProblem(shape[0], shape[1], singularValues(10, 1), 1, 5);
            double[] expected = problem.coefficients(0);
            for (double scale : new double[] {1e-250, 1e-160, 1e-90, 1e90, 1e160, 1e250}) {
                INDArray scaled = problem.features().mul(scale);
                double[] actual = LinearRegression.solve(algebra, scaled, problem.labels(), 0)
                        .mul(scale)
                        .toDoubleVector();
                assertThat(distance(actual, expected) / norm(expected))
                        .as("scale %s", scale)
                        .isLessThan(1e-12);
            }
        }
    }

    /** Powers of two, so that the answers must agree to the last bit. */
    @ParameterizedTest
    @MethodSource("algebras")
    void bitsDoNotDependOnTheScale(DenseAlgebra algebra) {
        for (int[] shape : new int[][] {{10, 25}, {25, 10}}) {
            KnownProblem problem = new KnownProblem(shape[0], shape[1], singularValues(10, 1), 1, 5);
            for (double ridge : new double[] {0, 0x1p-30, 0.5}) {
                double[] expected = LinearRegression.solve(algebra, problem.features(), problem.labels(), ridge)
                        .toDoubleVector();
                for (double scale : new double[] {0x1p-480, 0x1p-400, 0x1p-200, 0x1p200, 0x1p400, 0x1p480}) {
                    INDArray features = problem.features().mul(scale);
                    INDArray labels = problem.labels().mul(scale);
                    assertThat(LinearRegression.solve(algebra, features, labels, ridge * scale * scale)
                                    .toDoubleVector())
                            .as("ridge %s, scale %s", ridge, scale)
                            .containsExactly(expected);
                    assertThat(LinearRegression.solve(algebra, problem.features(), labels, ridge)
                                    .divi(scale)
                                    .toDoubleVector())
                            .as("ridge %s, scale %s of the labels", ridge, scale)
                            .containsExactly(expected);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("algebras")
    void beyondAnyFeatureCoefficientsAreInverseToTheRidge(DenseAlgebra algebra) {
        for (int[] shape : new int[][] {{10, 25}, {25, 10}}) {
            KnownProblem problem = new KnownProblem(shape[0], shape[1], singularValues(10, 1), 0, 6);
            double[] expected = problem.coefficients(1e30);
            for (double factor : new double[] {1e80, 1e170, 1e200, 1e260}) {
                double[] actual = LinearRegression.solve(algebra, problem.features(), problem.labels(), 1e30 * factor)
                        .muli(factor)
                        .toDoubleVector();
                assertThat(distance(actual, expected) / norm(expected))
                        .as("factor %s", factor)
                        .isLessThan(1e-13);
            }
        }
    }

    @Test
    void everySetOfLabelsHasItsOwnScale() {
        KnownProblem problem = new KnownProblem(10, 25, singularValues(10, 1), 0, 6);
        INDArray labels = problem.labels();
        INDArray sets = Nd4j.concat(
                1, labels.mul(0x1p600).reshape(10, 1), labels.mul(0x1p-600).reshape(10, 1));
        INDArray coefficients = LinearRegression.ridge(problem.features(), sets, 0.1);
        double[] expected = problem.coefficients(0.1);
        double[] large = coefficients.getColumn(0).dup().muli(0x1p-600).toDoubleVector();
        double[] small = coefficients.getColumn(1).dup().muli(0x1p600).toDoubleVector();
        assertThat(distance(large, expected)).isLessThan(1e-13 * norm(expected));
        assertThat(distance(small, expected)).isLessThan(1e-13 * norm(expected));
    }

    @ParameterizedTest
    @MethodSource("algebras")
    void anEnormousRidgeShrinksToZero(DenseAlgebra algebra) {
        KnownProblem problem = new KnownProblem(10, 25, singularValues(10, 1), 0, 6);
        double[] b = LinearRegression.solve(algebra, problem.features(), problem.labels(), Double.MAX_VALUE)
                .toDoubleVector();
        assertThat(norm(b)).isLessThan(1e-300);
    }

    @ParameterizedTest
    @EnumSource(names = {"CHOLESKY", "TRIANGULAR_SOLVE"})
    void aWrongCholeskySolutionIsNotAccepted(BrokenAlgebra.Routine routine) {
        for (int[] shape : new int[][] {{10, 25}, {25, 10}}) {
            KnownProblem problem = new KnownProblem(shape[0], shape[1], singularValues(10, 0.5), 1, 7);
            for (DenseAlgebra algebra : List.of(new JavaAlgebra(), new BrokenAlgebra(routine))) {
                try (OffHeapMatrix x = OffHeapMatrix.copyOf(problem.features());
                        OffHeapMatrix y = OffHeapMatrix.copyOf(problem.labels());
                        GramFactorisation gram = requireNonNull(GramFactorisation.of(algebra, x, 0))) {
                    assertThat(gram.isSound()).isNotEqualTo(algebra instanceof BrokenAlgebra);
                    try (OffHeapMatrix solution = gram.solve(y)) {
                        assertThat(solution == null)
                                .as("%s %s", routine, algebra)
                                .isEqualTo(algebra instanceof BrokenAlgebra);
                    }
                }
            }
        }
        DenseAlgebra wrongOnlyInCholesky = new BrokenAlgebra(BrokenAlgebra.Routine.CHOLESKY);
        assertSolves(wrongOnlyInCholesky, new KnownProblem(10, 25, singularValues(10, 0.5), 1, 7), 1e-12);
    }

    @Test
    void severalSetsOfLabelsEqualSeparateOnes() {
        for (double exponent : new double[] {0.5, 6}) {
            for (int[] shape : new int[][] {{14, 40}, {40, 14}}) {
                KnownProblem problem = new KnownProblem(shape[0], shape[1], singularValues(14, exponent), 0, 8);
                INDArray one = problem.labels();
                INDArray other = one.mul(-2).addi(problem.features().sum(1));
                INDArray both = Nd4j.concat(1, one.reshape(shape[0], 1), other.reshape(shape[0], 1));
                for (double ridge : new double[] {0, 0.1}) {
                    INDArray together = LinearRegression.ridge(problem.features(), both, ridge);
                    assertThat(together.shape()).containsExactly(shape[1], 2);
                    assertThat(together.dataType()).isEqualTo(DataType.DOUBLE);
                    assertClose(together.getColumn(0), LinearRegression.ridge(problem.features(), one, ridge));
                    assertClose(together.getColumn(1), LinearRegression.ridge(problem.features(), other, ridge));
                }
            }
        }
    }

    private static void assertClose(INDArray actual, INDArray expected) {
        double[] e = expected.toDoubleVector();
        // Sets share a factorisation, but products of several rows may be summed in another order.
        assertThat(distance(actual.dup().toDoubleVector(), e)).isLessThan(1e-8 * norm(e));
    }

    @Test
    void theShapeOfTheLabelsIsThatOfTheCoefficients() {
        KnownProblem problem = new KnownProblem(4, 9, singularValues(4, 0.5), 0, 9);
        INDArray vector = LinearRegression.minimumNorm(problem.features(), problem.labels());
        INDArray column = LinearRegression.minimumNorm(
                problem.features(), problem.labels().reshape(4, 1));
        assertThat(vector.shape()).containsExactly(9);
        assertThat(column.shape()).containsExactly(9, 1);
        assertThat(column.reshape(9).toDoubleVector()).containsExactly(vector.toDoubleVector());
    }

    @Test
    void aRidgeOfZeroIsTheMinimumNorm() {
        KnownProblem problem = new KnownProblem(9, 4, singularValues(4, 0.5), 1, 9);
        assertThat(LinearRegression.ridge(problem.features(), problem.labels(), 0)
                        .toDoubleVector())
                .containsExactly(LinearRegression.minimumNorm(problem.features(), problem.labels())
                        .toDoubleVector());
    }

    @Test
    void layoutAndTypeOfTheInputDoNotMatter() {
        // Values that a float holds exactly.
        double[][] x = new double[7][11];
        double[][] y = new double[7][2];
        RandomGenerator random = generator(10);
        for (int i = 0; i < 7; i++) {
            Arrays.setAll(x[i], j -> random.nextInt(-50, 50) / 8.0);
            Arrays.setAll(y[i], j -> random.nextInt(-50, 50));
        }
        INDArray features = Nd4j.create(x);
        INDArray labels = Nd4j.create(y);
        double[] expected =
                LinearRegression.minimumNorm(features, labels).ravel().toDoubleVector();

        INDArray larger = Nd4j.valueArrayOf(new long[] {9, 24}, 1e9, DataType.DOUBLE);
        INDArray view = larger.get(NDArrayIndex.interval(1, 8), NDArrayIndex.interval(2, 2, 24));
        view.assign(features);
        List<INDArray> sameFeatures = List.of(
                features.dup('f'),
                features.transpose().dup('c').transpose(),
                view,
                features.castTo(DataType.FLOAT),
                features.castTo(DataType.FLOAT).dup('f'));
        List<INDArray> sameLabels = List.of(
                labels.dup('f'),
                labels.transpose().dup('c').transpose(),
                labels.castTo(DataType.FLOAT),
                labels.castTo(DataType.INT32));
        for (INDArray f : sameFeatures) {
            for (INDArray l : sameLabels) {
                INDArray fBefore = f.dup();
                INDArray lBefore = l.dup();
                assertThat(LinearRegression.minimumNorm(f, l).ravel().toDoubleVector())
                        .containsExactly(expected);
                assertThat(f.equalsWithEps(fBefore, 0)).isTrue();
                assertThat(l.equalsWithEps(lBefore, 0)).isTrue();
                assertThat(f.wasClosed() || l.wasClosed()).isFalse();
            }
        }
    }

    @Test
    void theAmbientDefaultTypeDoesNotMatter() {
        KnownProblem problem = new KnownProblem(5, 8, singularValues(5, 0.5), 0, 11);
        INDArray features = problem.features();
        INDArray labels = problem.labels();
        DataType type = Nd4j.dataType();
        DataType floatingPointType = Nd4j.defaultFloatingPointType();
        try {
            for (DataType ambient : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
                Nd4j.setDefaultDataTypes(ambient, ambient);
                for (INDArray b : List.of(
                        LinearRegression.minimumNorm(features, labels),
                        LinearRegression.minimumNorm(features, labels.reshape(5, 1)))) {
                    assertThat(b.dataType()).isEqualTo(DataType.DOUBLE);
                    assertThat(distance(b.reshape(8).toDoubleVector(), problem.coefficients(0)))
                            .isLessThan(1e-12);
                }
            }
        } finally {
            Nd4j.setDefaultDataTypes(type, floatingPointType);
        }
    }

    @Test
    void parallelCallsGiveTheSameBits() throws Exception {
        List<KnownProblem> problems = List.of(
                new KnownProblem(80, 200, singularValues(80, 0.5), 0, 12),
                new KnownProblem(200, 80, singularValues(80, 0.5), 1, 13),
                new KnownProblem(60, 100, singularValues(60, 5), 0, 14),
                new KnownProblem(310, 320, singularValues(310, 0.5), 0, 15)); // shared among the processors
        List<double[]> expected = new ArrayList<>();
        for (KnownProblem problem : problems) {
            expected.add(LinearRegression.minimumNorm(problem.features(), problem.labels())
                    .toDoubleVector());
        }
        ExecutorService executor = Executors.newFixedThreadPool(4);
        try {
            List<Future<double[]>> results = new ArrayList<>();
            for (KnownProblem problem : Collections.nCopies(20, problems).stream()
                    .flatMap(List::stream)
                    .toList()) {
                results.add(executor.submit(() -> LinearRegression.minimumNorm(problem.features(), problem.labels())
                        .toDoubleVector()));
            }
            for (int i = 0; i < results.size(); i++) {
                assertThat(results.get(i).get()).as("call %d", i).containsExactly(expected.get(i % problems.size()));
            }
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void ranksAgreeWithTheFeatures() {
        assertThat(LinearRegression.rank(Nd4j.create(new double[][] {{1, 0, 1}, {0, 2, 0}})))
                .isEqualTo(2);
        assertThat(LinearRegression.rank(Nd4j.create(new double[][] {{1e7, 1}, {-2e7, 0}, {3e7, 2}})))
                .isEqualTo(2);
        assertThat(LinearRegression.rank(Nd4j.create(new double[][] {{1, 2, 3}, {1, 2, 3}, {2, 4, 6}, {1, 0, 0}})))
                .isEqualTo(2);
        // In double precision the second column is a multiple of the first.
        assertThat(LinearRegression.rank(Nd4j.create(new double[][] {{1, 3}, {2, 6}, {-1, -3 - 1e-16}})))
                .isEqualTo(1);
        assertThat(LinearRegression.rank(Nd4j.zeros(DataType.DOUBLE, 2, 3))).isZero();
    }
}
