package dev.retort.core.nd4j.internal;

import dev.retort.core.RandomStreams;
import dev.retort.core.internal.Blocks;
import dev.retort.core.internal.DotProduct;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Tests every operation of an implementation of dense algebra: at the smallest shapes at which broken versions of OpenBLAS
 * were wrong, and beyond the edges of the blocks into which BLAS and LAPACK cut larger ones.
 *
 * <p>Results are checked by multiplying them with random vectors: a matrix with a wrong entry maps nearly all of them
 * wrongly. In plain Java that takes time proportional to the square of the order where the operation takes the cube, and so
 * little time when a program starts.
 */
final class AlgebraSelfTest {

    /** Correct routines agree to a small multiple of n · 1e-16; broken ones were off by 1 and more. */
    private static final double AGREEMENT = 1e-10;

    /** Broken kernels for triangles were wrong at most orders between these two. */
    private static final int[] SMALL_ORDERS = {21, 64};

    /** Above 128, the most that OpenBLAS and LAPACK take as one block and that LAPACK pivots in. */
    private static final int ORDER = 150;

    /** Above the 384 terms and the 512 rows that kernels for products take at a time. */
    private static final int LONG = 520;

    /** The short side of long matrices: cheap, and not a multiple of a kernel's block. */
    private static final int FEW = 13;

    private final DenseAlgebra algebra;
    private final RandomGenerator random = RandomStreams.of(20261123).generator();

    private AlgebraSelfTest(DenseAlgebra algebra) {
        this.algebra = algebra;
    }

    /**
     * Tests all operations.
     *
     * @throws ArithmeticException if an iteration does not converge
     * @throws IllegalStateException if a routine refuses its arguments
     */
    static boolean isPassedBy(DenseAlgebra algebra) {
        return new AlgebraSelfTest(algebra).passes();
    }

    private boolean passes() {
        return productsAreRight()
                && gramMatricesAreRight(algebra, ORDER)
                && gramMatricesAreRight(algebra, LONG)
                && choleskyIsRight(algebra, SMALL_ORDERS[1])
                && choleskyIsRight(algebra, ORDER)
                && trianglesAreRight()
                && rowFactorsAreRight()
                && eigenvectorsAreRight()
                && isRightOnAllProcessors();
    }

    private boolean productsAreRight() {
        return productIsRight(83, true, 102, true, 276)
                && productIsRight(ORDER, false, 102, false, 83)
                && productIsRight(LONG, true, FEW, false, 97)
                && productIsRight(FEW, false, LONG, true, LONG);
    }

    /** C + A B / 2 of given rows, terms and columns. */
    private boolean productIsRight(int rows, boolean transposeA, int terms, boolean transposeB, int columns) {
        double[] a = uniform(rows * terms);
        double[] b = uniform(terms * columns);
        double[] c = uniform(rows * columns);
        double[] v = uniform(columns);
        double[] expected = times(c, columns, v);
        double[] ofTerms = transposeB ? transposedTimes(b, terms, v) : times(b, columns, v);
        double[] added = transposeA ? transposedTimes(a, rows, ofTerms) : times(a, terms, ofTerms);
        Arrays.setAll(expected, i -> expected[i] + added[i] / 2);
        try (OffHeapMatrix left = transposeA ? matrix(terms, rows, a) : matrix(rows, terms, a);
                OffHeapMatrix right = transposeB ? matrix(columns, terms, b) : matrix(terms, columns, b);
                OffHeapMatrix sum = matrix(rows, columns, c)) {
            algebra.addProduct(0.5, left, transposeA, right, transposeB, sum);
            return close(times(sum.toArray(), columns, v), expected);
        }
    }

    /** X Xᵀ of a given number of rows, alone and added to a matrix, and Xᵀ X of as many columns. */
    private boolean gramMatricesAreRight(DenseAlgebra made, int order) {
        int terms = order == LONG ? FEW : LONG;
        double[] x = uniform(order * terms);
        double[] v = uniform(order);
        double[] ofRows = times(x, terms, transposedTimes(x, terms, v));
        double[] ofColumns = transposedTimes(x, order, times(x, order, v));
        try (OffHeapMatrix rows = matrix(order, terms, x);
                OffHeapMatrix columns = matrix(terms, order, x);
                OffHeapMatrix gram = made.gramOfRows(rows);
                OffHeapMatrix other = made.gramOfColumns(columns)) {
            if (!close(symmetricTimes(gram.toArray(), v), ofRows)
                    || !close(symmetricTimes(other.toArray(), v), ofColumns)) {
                return false;
            }
            made.addGramOfRows(rows, other);
            Arrays.setAll(ofColumns, i -> ofColumns[i] + ofRows[i]);
            return close(symmetricTimes(other.toArray(), v), ofColumns);
        }
    }

    /**
     * The factor, the condition, and the refusal of a matrix that is not positive definite. The condition is in general an
     * estimate, but exact where no entry of the inverse is negative, as for a matrix with a heavy diagonal and no positive
     * entry off it.
     */
    private boolean choleskyIsRight(DenseAlgebra made, int order) {
        double[] a = uniform(order * order);
        for (int i = 0; i < order; i++) {
            for (int j = 0; j <= i; j++) {
                a[i * order + j] = i == j ? 2 * order + i : -Math.abs(a[i * order + j]);
            }
        }
        double[] v = uniform(order);
        double[] ones = new double[order];
        Arrays.fill(ones, 1);
        try (OffHeapMatrix factor = matrix(order, order, a);
                OffHeapMatrix indefinite = factor.copy();
                OffHeapMatrix sums = matrix(1, order, ones)) {
            double reciprocalCondition = made.cholesky(factor);
            double[] lower = lowerTriangle(factor.toArray(), order);
            if (!close(times(lower, order, transposedTimes(lower, order, v)), symmetricTimes(a, v))) {
                return false;
            }
            new JavaAlgebra().solveCholesky(factor, sums);
            double[] sizes = a.clone();
            Arrays.setAll(sizes, k -> Math.abs(sizes[k]));
            double condition = largest(symmetricTimes(sizes, ones)) * largest(sums.toArray());
            if (!(Math.abs(reciprocalCondition * condition - 1) <= AGREEMENT)) {
                return false;
            }
            indefinite.pointer().put((order - 1) * (order + 1L), -1);
            return made.cholesky(indefinite) == 0;
        }
    }

    private boolean trianglesAreRight() {
        for (int order = SMALL_ORDERS[0]; order <= SMALL_ORDERS[1]; order++) {
            if (!triangleIsRight(order, order)) {
                return false;
            }
        }
        return triangleIsRight(ORDER, 90) && triangleIsRight(LONG, FEW);
    }

    /** L⁻¹, L⁻¹ and L⁻ᵀ times vectors, and L times a matrix of given width. */
    private boolean triangleIsRight(int order, int width) {
        double[] l = uniform(order * order);
        // A heavy diagonal keeps the condition near 1: a difference is then due to the routine, not to rounding.
        for (int i = 0; i < order; i++) {
            l[i * (order + 1)] = order;
        }
        double[] vectors = uniform(width * order);
        double[] weights = uniform(width);
        double[] v = transposedTimes(vectors, order, weights);
        double[] ofWide = times(vectors, width, weights);
        double[] triangle = lowerTriangle(l, order);
        try (OffHeapMatrix lower = matrix(order, order, l);
                OffHeapMatrix forward = matrix(width, order, vectors);
                OffHeapMatrix backward = forward.copy();
                OffHeapMatrix wide = matrix(order, width, vectors)) {
            algebra.solveTriangular(lower, false, forward);
            algebra.solveTriangular(lower, true, backward);
            algebra.multiplyFromLeft(lower, wide);
            algebra.invertTriangular(lower);
            double[] solved = transposedTimes(forward.toArray(), order, weights);
            double[] solvedBackward = transposedTimes(backward.toArray(), order, weights);
            double[] solvedByInverse = times(lowerTriangle(lower.toArray(), order), order, v);
            return close(times(triangle, order, solved), v)
                    && close(transposedTimes(triangle, order, solvedBackward), v)
                    && close(times(triangle, order, solvedByInverse), v)
                    && close(times(wide.toArray(), width, weights), times(triangle, order, ofWide));
        }
    }

    /** L Q is W with its rows in order, diagonal entries of L decrease, and Q keeps lengths and is undone by Qᵀ. */
    private boolean rowFactorsAreRight() {
        int length = ORDER + 50;
        int sets = 90;
        double[] w = uniform(ORDER * length);
        double[] weights = uniform(ORDER);
        double[] vectors = uniform(sets * length);
        try (OffHeapMatrix factored = matrix(ORDER, length, w)) {
            RowFactors factors = algebra.factorRows(factored);
            double[] ofOrder = new double[ORDER];
            double[] l = factored.toArray();
            for (int i = 0; i < ORDER; i++) {
                ofOrder[factors.order(i)] = weights[i];
                Arrays.fill(l, i * length + i + 1, (i + 1) * length, 0);
                if (i > 0 && Math.abs(l[i * (length + 1)]) > 1.001 * Math.abs(l[(i - 1) * (length + 1)])) {
                    return false;
                }
            }
            System.arraycopy(transposedTimes(l, length, weights), 0, vectors, 0, length);
            try (OffHeapMatrix rotated = matrix(sets, length, vectors)) {
                algebra.rotate(factors, true, rotated);
                if (!close(rotated.row(0), transposedTimes(w, length, ofOrder))
                        || !close(squares(rotated.toArray(), length), squares(vectors, length))) {
                    return false;
                }
                algebra.rotate(factors, false, rotated);
                return close(rotated.toArray(), vectors);
            }
        }
    }

    private static double[] squares(double[] vectors, int length) {
        double[] squares = new double[vectors.length / length];
        Arrays.setAll(squares, i -> DotProduct.of(vectors, i * length, vectors, i * length, length));
        return squares;
    }

    /** Vᵀ Λ V is the matrix, V keeps lengths, and Λ ascends. */
    private boolean eigenvectorsAreRight() {
        double[] a = uniform(ORDER * ORDER);
        double[] v = uniform(ORDER);
        try (OffHeapMatrix vectors = matrix(ORDER, ORDER, a)) {
            double[] eigenvalues = algebra.eigen(vectors);
            double[] rows = vectors.toArray();
            double[] rotated = times(rows, ORDER, v);
            if (!close(squares(rotated, ORDER), squares(v, ORDER))) {
                return false;
            }
            Arrays.setAll(rotated, k -> rotated[k] * eigenvalues[k]);
            double[] sorted = eigenvalues.clone();
            Arrays.sort(sorted);
            return Arrays.equals(sorted, eigenvalues)
                    && close(transposedTimes(rows, ORDER, rotated), symmetricTimes(a, v));
        }
    }

    private boolean isRightOnAllProcessors() {
        DenseAlgebra shared = algebra.onAllProcessors();
        return gramMatricesAreRight(shared, LONG) && choleskyIsRight(shared, 2 * ORDER);
    }

    private double[] uniform(int count) {
        double[] numbers = new double[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = 2 * random.nextDouble() - 1;
        }
        return numbers;
    }

    private static OffHeapMatrix matrix(int rows, int columns, double[] entries) {
        return OffHeapMatrix.of(rows, columns, entries);
    }

    /** A v. */
    private static double[] times(double[] a, int columns, double[] v) {
        double[] product = new double[a.length / columns];
        for (int i = 0; i < product.length; i++) {
            product[i] = DotProduct.of(a, i * columns, v, 0, columns);
        }
        return product;
    }

    /** Aᵀ v. */
    private static double[] transposedTimes(double[] a, int columns, double[] v) {
        double[] product = new double[columns];
        for (int i = 0; i < v.length; i++) {
            Blocks.addRow(v[i], a, i * columns, product, 0, columns);
        }
        return product;
    }

    /** The symmetric matrix whose lower triangle is given, times v. */
    private static double[] symmetricTimes(double[] a, double[] v) {
        int order = v.length;
        double[] product = new double[order];
        for (int i = 0; i < order; i++) {
            product[i] += DotProduct.of(a, i * order, v, 0, i + 1);
            Blocks.addRow(v[i], a, i * order, product, 0, i);
        }
        return product;
    }

    private static double[] lowerTriangle(double[] a, int order) {
        double[] lower = new double[a.length];
        for (int i = 0; i < order; i++) {
            System.arraycopy(a, i * order, lower, i * order, i + 1);
        }
        return lower;
    }

    private static boolean close(double[] actual, double[] expected) {
        double allowed = AGREEMENT * largest(expected);
        for (int i = 0; i < expected.length; i++) {
            if (!(Math.abs(actual[i] - expected[i]) <= allowed)) {
                return false;
            }
        }
        return true;
    }

    private static double largest(double[] numbers) {
        double largest = 0;
        for (double number : numbers) {
            largest = Math.max(largest, Math.abs(number));
        }
        return largest;
    }
}
