package dev.retort.core.nd4j.internal;

import static dev.retort.core.nd4j.KnownProblem.gaussian;
import static dev.retort.core.nd4j.KnownProblem.generator;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.Stream;
import org.bytedeco.openblas.global.openblas;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares all implementations with sums written out, identities and each other. */
public class DenseAlgebraTest {

    /** A sum of a few hundred products of Gaussians, rounded in another order. */
    private static final double ROUNDING = 1e-11;

    public static List<DenseAlgebra> algebras() {
        return List.of(new OpenBlasAlgebra(), new SharedOpenBlasAlgebra(), new JavaAlgebra());
    }

    /** Each implementation, with shapes on both sides of its block sizes. */
    static Stream<Arguments> shapes() {
        int[][] shapes = {{1, 1}, {1, 7}, {3, 5}, {64, 65}, {70, 131}, {33, 530}};
        return algebras().stream()
                .flatMap(algebra -> Arrays.stream(shapes).map(s -> Arguments.of(algebra, s[0], s[1])));
    }

    private static OffHeapMatrix matrix(double[][] rows) {
        return OffHeapMatrix.of(
                rows.length,
                rows[0].length,
                Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray());
    }

    private static double[][] transposed(double[][] a) {
        double[][] t = new double[a[0].length][a.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a[0].length; j++) {
                t[j][i] = a[i][j];
            }
        }
        return t;
    }

    private static void assertSame(double[][] actual, double[][] expected, double tolerance) {
        for (int i = 0; i < expected.length; i++) {
            for (int j = 0; j < expected[i].length; j++) {
                // There are half a million entries, so AssertJ is called only for those that fail.
                if (!(Math.abs(actual[i][j] - expected[i][j]) <= tolerance)) {
                    assertThat(actual[i][j]).as("entry %d, %d", i, j).isCloseTo(expected[i][j], within(tolerance));
                }
            }
        }
    }

    private static double[][] rows(OffHeapMatrix matrix) {
        double[][] rows = new double[matrix.rows()][];
        Arrays.setAll(rows, matrix::row);
        return rows;
    }

    /** A Bᵀ by inner products of rows. */
    private static double[][] product(double[][] a, double[][] b) {
        double[][] product = new double[a.length][b.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < b.length; j++) {
                for (int k = 0; k < a[i].length; k++) {
                    product[i][j] += a[i][k] * b[j][k];
                }
            }
        }
        return product;
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void gramMatrices(DenseAlgebra algebra, int n, int p) {
        double[][] x = gaussian(n, p, generator(n + p));
        try (OffHeapMatrix off = matrix(x);
                OffHeapMatrix ofRows = algebra.gramOfRows(off);
                OffHeapMatrix ofColumns = algebra.gramOfColumns(off)) {
            ofRows.mirrorLower();
            ofColumns.mirrorLower();
            assertSame(rows(ofRows), product(x, x), ROUNDING);
            assertSame(rows(ofColumns), product(transposed(x), transposed(x)), ROUNDING);
            assertSame(rows(off), x, 0);
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void productsAccumulateInEveryTransposition(DenseAlgebra algebra, int n, int p) {
        double[][] a = gaussian(n, 70, generator(n));
        double[][] b = gaussian(p, 70, generator(p));
        double[][] start = gaussian(n, p, generator(n - p));
        double[][] expected = product(a, b);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < p; j++) {
                expected[i][j] = start[i][j] - 2.5 * expected[i][j];
            }
        }
        for (boolean transposeA : new boolean[] {false, true}) {
            for (boolean transposeB : new boolean[] {false, true}) {
                try (OffHeapMatrix left = matrix(transposeA ? transposed(a) : a);
                        OffHeapMatrix right = matrix(transposeB ? b : transposed(b));
                        OffHeapMatrix sum = matrix(start)) {
                    algebra.addProduct(-2.5, left, transposeA, right, transposeB, sum);
                    assertSame(rows(sum), expected, ROUNDING);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("algebras")
    void choleskyOfAHandCase(DenseAlgebra algebra) {
        try (OffHeapMatrix a = OffHeapMatrix.of(2, 2, 4, 99, 2, 10)) {
            // Inverse [10 -2; -2 4] / 36: norms 12 and 1/3.
            assertThat(algebra.cholesky(a)).isCloseTo(1 / (12 * (1 / 3.0)), within(1e-15));
            assertThat(a.toArray()).as("the upper triangle is unchanged").containsExactly(2, 99, 1, 3);
            try (OffHeapMatrix v = OffHeapMatrix.of(2, 2, 8, 22, 0, 9)) {
                algebra.solveCholesky(a, v);
                assertThat(v.toArray()).containsExactly(new double[] {1, 2, -0.5, 1}, within(1e-15));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void choleskySolves(DenseAlgebra algebra, int n, int p) {
        double[][] x = gaussian(n, 3 * p, generator(n + p));
        double[][] solutions = gaussian(3, n, generator(7));
        double[][] gram = product(x, x);
        try (OffHeapMatrix off = matrix(gram);
                OffHeapMatrix vectors = matrix(product(solutions, gram))) {
            assertThat(algebra.cholesky(off)).isBetween(1e-4, 1 + 1e-15);
            algebra.solveCholesky(off, vectors);
            assertSame(rows(vectors), solutions, 1e-10);
        }
    }

    @ParameterizedTest
    @MethodSource("algebras")
    void choleskyRejectsIndefiniteMatrices(DenseAlgebra algebra) {
        for (double[] entries : new double[][] {{1, 2, 2, 1}, {0, 0, 0, 0}, {-1, 0, 0, 1}, {1, 1, 1, 1}}) {
            try (OffHeapMatrix a = OffHeapMatrix.of(2, 2, entries)) {
                assertThat(algebra.cholesky(a)).as(Arrays.toString(entries)).isZero();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("algebras")
    void theConditionOfADiagonalMatrixIsExact(DenseAlgebra algebra) {
        int n = 30;
        try (OffHeapMatrix a = OffHeapMatrix.zeros(n, n)) {
            for (int i = 0; i < n; i++) {
                a.pointer().put(i * (n + 1L), Math.pow(i + 1, -6));
            }
            assertThat(algebra.cholesky(a) * Math.pow(n, 6)).isCloseTo(1, within(1e-13));
        }
    }

    @Test
    void conditionEstimatesAgree() {
        for (int seed = 0; seed < 20; seed++) {
            double[][] x = gaussian(20 + seed, 60, generator(seed));
            for (int i = 0; i < x.length; i++) {
                for (int j = 0; j < 60; j++) {
                    x[i][j] /= Math.pow(j + 1, seed / 5.0);
                }
            }
            List<Double> estimates = new ArrayList<>();
            for (DenseAlgebra algebra : algebras()) {
                try (OffHeapMatrix off = matrix(product(x, x))) {
                    estimates.add(algebra.cholesky(off));
                }
            }
            // Both are Higham's estimator, which guarantees a factor of 3.
            assertThat(estimates.get(0) / estimates.get(1)).as("seed %d", seed).isBetween(1 / 3.0, 3.0);
        }
    }

    /**
     * Higham's counterexample: in exact arithmetic Hager's iteration stops at once, with an estimate a million times
     * too low.
     */
    @ParameterizedTest
    @MethodSource("algebras")
    void theConditionEstimateHandlesTheCounterexample(DenseAlgebra algebra) {
        int n = 4;
        double small = Math.pow(2, -20);
        double[] entries = new double[n * n]; // eigenvalue 1 along the ones, small across
        for (int i = 0; i < entries.length; i++) {
            entries[i] = (1 - small) / n + (i % (n + 1) == 0 ? small : 0);
        }
        double across = (1 / small - 1) / n; // the inverse is 1 / small on the diagonal, minus this everywhere
        double normOfInverse = 1 / small - across + (n - 1) * across;
        try (OffHeapMatrix a = OffHeapMatrix.of(n, n, entries)) {
            assertThat(algebra.cholesky(a) * normOfInverse).isBetween(1 - 1e-9, 3.0);
        }
    }

    @ParameterizedTest
    @MethodSource("algebras")
    void pivotsDecreaseOverManyOrdersOfMagnitude(DenseAlgebra algebra) {
        double[][] x = gaussian(40, 60, generator(11));
        for (double[] row : x) {
            for (int j = 0; j < 60; j++) {
                row[j] *= Math.pow(2, -j) * (j < 5 ? 1 : 1e-10); // norms that are only updated cancel here
            }
        }
        try (OffHeapMatrix w = matrix(x)) {
            RowFactors factors = algebra.factorRows(w);
            for (int i = 1; i < 40; i++) {
                double before = Math.abs(factors.matrix().row(i - 1)[i - 1]);
                assertThat(Math.abs(factors.matrix().row(i)[i])).isLessThan(before * (1 + 1e-6));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("algebras")
    void solvesWithTheLeadingBlockOfALargerTriangle(DenseAlgebra algebra) {
        try (OffHeapMatrix lower = OffHeapMatrix.of(2, 3, 2, 77, 77, 1, 4, 77);
                OffHeapMatrix plain = OffHeapMatrix.of(1, 2, 2, 9);
                OffHeapMatrix transposed = OffHeapMatrix.of(1, 2, 4, 8)) {
            algebra.solveTriangular(lower, false, plain);
            algebra.solveTriangular(lower, true, transposed);
            assertThat(plain.toArray()).containsExactly(1, 2);
            assertThat(transposed.toArray()).containsExactly(1, 2);
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void multipliesFromTheLeft(DenseAlgebra algebra, int n, int columns) {
        double[][] lower = gaussian(n + 2, n + 2, generator(n)); // larger than the relevant block, and not triangular
        double[][] b = gaussian(n, columns, generator(columns));
        double[][] expected = new double[n][columns];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k <= i; k++) {
                for (int j = 0; j < columns; j++) {
                    expected[i][j] += lower[i][k] * b[k][j];
                }
            }
        }
        try (OffHeapMatrix l = matrix(lower);
                OffHeapMatrix product = matrix(b)) {
            algebra.multiplyFromLeft(l, product);
            assertSame(rows(product), expected, ROUNDING);
            assertSame(rows(l), lower, 0);
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void theInverseOfATriangle(DenseAlgebra algebra, int less, int n) {
        double[][] given = gaussian(n, n, generator(n)); // not triangular
        double[][] lower = new double[n][n];
        for (int i = 0; i < n; i++) {
            given[i][i] = i % 2 == 0 ? n : -n; // keeps the condition number near 1
            System.arraycopy(given[i], 0, lower[i], 0, i + 1);
        }
        try (OffHeapMatrix l = matrix(given)) {
            algebra.invertTriangular(l);
            double[][] inverse = rows(l);
            double[][] above = new double[n][n];
            double[][] columns = new double[n][n];
            double[][] identity = new double[n][n];
            for (int i = 0; i < n; i++) {
                identity[i][i] = 1;
                System.arraycopy(given[i], i + 1, above[i], i + 1, n - i - 1);
                for (int j = 0; j <= i; j++) {
                    columns[j][i] = inverse[i][j];
                    inverse[i][j] = 0;
                }
            }
            assertSame(inverse, above, 0);
            assertSame(product(lower, columns), identity, 1e-14);
        }
    }

    @ParameterizedTest
    @MethodSource("algebras")
    void theInverseOfAHandCase(DenseAlgebra algebra) {
        try (OffHeapMatrix lower = OffHeapMatrix.of(2, 2, 2, 99, 1, 4)) {
            algebra.invertTriangular(lower);
            assertThat(lower.toArray()).containsExactly(0.5, 99, -0.125, 0.25);
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void rowFactorsReproduceTheMatrix(DenseAlgebra algebra, int m, int length) {
        double[][] x = gaussian(m, length, generator(m));
        if (m > 2) {
            x[m - 1] = x[0].clone(); // rank m - 1
        }
        try (OffHeapMatrix w = matrix(x)) {
            RowFactors factors = algebra.factorRows(w);
            double[][] lower = new double[m][length];
            for (int i = 0; i < m; i++) {
                System.arraycopy(w.row(i), 0, lower[i], 0, i + 1);
                assertThat(Math.abs(lower[i][i])).isLessThanOrEqualTo(Math.abs(lower[0][0]) * (1 + 1e-12));
            }
            assertThat(factors.rank(1e-14 * length)).isEqualTo(m > 2 ? m - 1 : m);
            try (OffHeapMatrix vectors = matrix(lower)) {
                algebra.rotate(factors, true, vectors); // a row l of L becomes Qᵀ l, which is the row of L Q
                double[][] ordered = new double[m][];
                Arrays.setAll(ordered, i -> x[factors.order(i)]);
                assertSame(rows(vectors), ordered, ROUNDING);
                algebra.rotate(factors, false, vectors);
                assertSame(rows(vectors), lower, ROUNDING);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("algebras")
    void eigenOfAHandCase(DenseAlgebra algebra) {
        try (OffHeapMatrix a = OffHeapMatrix.of(2, 2, 2, 99, 1, 2)) {
            assertThat(algebra.eigen(a)).containsExactly(new double[] {1, 3}, within(1e-15));
            double[] first = a.row(0);
            assertThat(first[0]).isCloseTo(-first[1], within(1e-15));
            assertThat(Math.abs(first[0])).isCloseTo(Math.sqrt(0.5), within(1e-15));
        }
    }

    @ParameterizedTest
    @MethodSource("algebras")
    void eigenOfTheSecondDifference(DenseAlgebra algebra) {
        int n = 101; // eigenvalues 2 - 2 cos(π k / (n + 1))
        try (OffHeapMatrix a = OffHeapMatrix.zeros(n, n)) {
            for (int i = 0; i < n; i++) {
                a.pointer().put(i * (n + 1L), 2);
                if (i > 0) {
                    a.pointer().put((long) i * n + i - 1, -1);
                }
            }
            double[] eigenvalues = algebra.eigen(a);
            for (int k = 1; k <= n; k++) {
                assertThat(eigenvalues[k - 1]).isCloseTo(2 - 2 * Math.cos(Math.PI * k / (n + 1)), within(1e-13));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void eigenvectorsDiagonalise(DenseAlgebra algebra, int p, int n) {
        double[][] x = gaussian(n, p, generator(p)); // of rank p; the Gram matrix of the rows has a larger order
        double[][] gram = p % 2 == 0 ? product(x, x) : product(transposed(x), transposed(x));
        assertDiagonalises(algebra, gram);
    }

    @ParameterizedTest
    @MethodSource("algebras")
    void eigenOfSpecialMatrices(DenseAlgebra algebra) {
        assertDiagonalises(algebra, new double[5][5]);
        assertDiagonalises(algebra, new double[][] {{-3}});
        assertDiagonalises(algebra, new double[][] {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}});
        assertDiagonalises(algebra, new double[][] {{0, 1, 0}, {1, 0, 0}, {0, 0, -7}});
        assertDiagonalises(algebra, new double[][] {{1, 1, 1}, {1, 1, 1}, {1, 1, 1}});
        assertDiagonalises(algebra, new double[][] {{0, 1e-200, 0}, {1e-200, 0, 1e-200}, {0, 1e-200, 0}});
    }

    /** Fewer columns than a block, exactly a block, and one more; the bits are the same for any number of threads. */
    @ParameterizedTest
    @ValueSource(ints = {1, 179, 180, 181, 299, 300, 301, 500, 725})
    void blocksAgreeWithTheWhole(int order) throws Exception {
        try (OffHeapMatrix x = matrix(gaussian(order, 40, generator(order)));
                OffHeapMatrix definite = new OpenBlasAlgebra().gramOfRows(x)) {
            for (int i = 0; i < order; i++) {
                definite.pointer().put(i * (order + 1L), definite.pointer().get(i * (order + 1L)) + 10);
            }
            List<OffHeapMatrix> expected = made(new OpenBlasAlgebra(), x, definite);
            List<List<OffHeapMatrix>> shared = new ArrayList<>();
            for (int threads : new int[] {1, 2, 5}) {
                ForkJoinPool pool = new ForkJoinPool(threads);
                try {
                    shared.add(pool.submit(() -> made(new SharedOpenBlasAlgebra(), x, definite))
                            .get());
                } finally {
                    pool.shutdown();
                }
            }
            for (int k = 0; k < expected.size(); k++) {
                assertSame(rows(shared.get(0).get(k)), rows(expected.get(k)), ROUNDING);
                for (List<OffHeapMatrix> again : shared) {
                    assertThat(Arrays.equals(
                                    again.get(k).toArray(), shared.get(0).get(k).toArray()))
                            .as("the same bits")
                            .isTrue();
                }
            }
        }
    }

    /** X Xᵀ, the same from Xᵀ, and a Cholesky factor. */
    private static List<OffHeapMatrix> made(DenseAlgebra algebra, OffHeapMatrix x, OffHeapMatrix definite) {
        OffHeapMatrix factor = definite.copy();
        assertThat(algebra.cholesky(factor)).isBetween(1e-4, 1.01);
        try (OffHeapMatrix transposed = x.transposed()) {
            return List.of(algebra.gramOfRows(x), algebra.gramOfColumns(transposed), factor);
        }
    }

    @ParameterizedTest
    @MethodSource("algebras")
    void choleskyRejectsMatricesThatAreIndefiniteFarDown(DenseAlgebra algebra) {
        for (int last : new int[] {250, 390, 499}) {
            try (OffHeapMatrix symmetric = OffHeapMatrix.identity(500)) {
                symmetric.pointer().put(last * 501L, -1);
                assertThat(algebra.cholesky(symmetric)).as("row %d", last).isZero();
            }
        }
    }

    /** ND4J may set the number of threads of the same library at any time. */
    @ParameterizedTest
    @MethodSource("algebras")
    void openBlasUsesOneThread(DenseAlgebra algebra) {
        if (algebra instanceof JavaAlgebra) {
            return;
        }
        try (OffHeapMatrix a = OffHeapMatrix.of(1, 1, 4);
                OffHeapMatrix v = OffHeapMatrix.of(1, 1, 1)) {
            RowFactors factors = algebra.factorRows(v);
            List<Runnable> operations = List.of(
                    () -> algebra.gramOfRows(a).close(),
                    () -> algebra.gramOfColumns(a).close(),
                    () -> algebra.addProduct(1, a, false, a, false, v),
                    () -> algebra.cholesky(a),
                    () -> algebra.solveTriangular(a, false, v),
                    () -> algebra.invertTriangular(a),
                    () -> algebra.multiplyFromLeft(a, v),
                    () -> algebra.factorRows(v),
                    () -> algebra.rotate(factors, false, a),
                    () -> algebra.eigen(a));
            for (int i = 0; i < operations.size(); i++) {
                openblas.blas_set_num_threads(2);
                operations.get(i).run();
                assertThat(openblas.blas_get_num_threads())
                        .as("operation %d", i)
                        .isEqualTo(1);
            }
        }
    }

    private static void assertDiagonalises(DenseAlgebra algebra, double[][] a) {
        int n = a.length;
        double size = Arrays.stream(a)
                .flatMapToDouble(Arrays::stream)
                .map(Math::abs)
                .max()
                .orElseThrow();
        try (OffHeapMatrix off = matrix(a)) {
            double[] eigenvalues = algebra.eigen(off);
            double[][] v = rows(off);
            assertThat(eigenvalues).isSorted();
            double[][] vv = product(v, v);
            double[][] av = product(a, v);
            double skew = 0;
            double residual = 0;
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    skew = Math.max(skew, Math.abs(vv[i][j] - (i == j ? 1 : 0)));
                    residual = Math.max(residual, Math.abs(av[i][j] - eigenvalues[j] * v[j][i]));
                }
            }
            assertThat(skew).as("deviation from orthonormality").isLessThan(1e-14 * n);
            assertThat(residual).as("A v - λ v").isLessThanOrEqualTo(1e-14 * n * size);
        }
    }
}
