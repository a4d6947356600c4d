package dev.retort.core.internal;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The thin singular value decomposition of a matrix, X = U D Vᵀ, in plain Java: k = min(n, p) singular values d<sub>1</sub> ≥ … ≥
 * d<sub>k</sub> ≥ 0 of X, which has n rows and p columns, and orthonormal vectors to the left and right of them.
 *
 * <p>A matrix with at least as many rows as columns is reduced to a triangle by Householder's reflections with pivoting, and
 * the triangle by Jacobi's rotations from one side (Z. Drmač and K. Veselić, <i>New fast and accurate Jacobi SVD
 * algorithm</i>, SIAM J. Matrix Anal. Appl. 29, 2008). Small singular values are found to as many digits as the entries of X
 * determine, and scaling the columns by factors of any size costs no digit. The columns of a wider matrix are added one by
 * one, by Givens' rotations, without a second matrix of its size; its singular values have an error of a few ulps of the
 * largest. XᵀX and XXᵀ are never formed: they would lose the singular values below 10⁻⁸ of the largest.
 *
 * <p>About 2 n p k multiplications and additions for the triangle, and 20 k³ for its rotations. Immutable. Arrays that are handed out are
 * copies.
 *
 * <pre>{@code
 * double[][] columns = {{1e9, 0, 0}, {1e9, 1e-6, 0}}; // of a matrix with three rows
 * ThinSvd svd = ThinSvd.of(columns);
 * double smallest = svd.value(1); // 7.0711e-7
 * int rank = svd.rank(); // 1: in double precision the second direction is rounding
 * }</pre>
 */
public final class ThinSvd {

    /** The distance from 1 to the next larger double. */
    private static final double PRECISION = Math.ulp(1.0);

    /** Ten or fewer are usual. */
    private static final int SWEEPS = 60;

    /** Columns are scaled to a largest entry of about 1; the square of a length below this would underflow. */
    private static final double NOTHING = 0x1p-500;

    private final double[] values;

    /** One vector after the other. */
    private final double[][] left;

    /** One vector after the other; null if the matrix is wider than high. */
    private final double @Nullable [][] right;

    /** The columns of the matrix, from which the right vectors of a wide matrix are computed. */
    private final double[][] columns;

    private ThinSvd(double[] values, double[][] left, double @Nullable [][] right, double[][] columns) {
        this.values = values;
        this.left = left;
        this.right = right;
        this.columns = columns;
    }

    /**
     * Decomposes a matrix.
     *
     * @param columns the columns of X, at least one, all of the same length n ≥ 1; every entry finite. Not copied if there are more of
     *     them than n: they must then be left alone
     * @return the decomposition
     * @throws IllegalArgumentException if the matrix has no entry, its columns differ in length, or an entry is NaN or infinite
     * @throws ArithmeticException if the rotations do not converge, which is not known to happen
     */
    public static ThinSvd of(double[]... columns) {
        checkMatrix(columns);
        int exponent = exponent(columns);
        int n = columns[0].length;
        if (columns.length > n) {
            double[][] triangle = lowerTriangle(columns, exponent);
            Factors factors = tall(triangle);
            return new ThinSvd(scaled(factors.values, exponent), factors.left, null, columns);
        }
        double[][] copy = new double[columns.length][];
        for (int j = 0; j < copy.length; j++) {
            copy[j] = scaled(columns[j], -exponent);
        }
        Factors factors = tall(copy);
        return new ThinSvd(scaled(factors.values, exponent), factors.left, factors.right, columns);
    }

    /**
     * A decomposition that was computed elsewhere.
     *
     * @param columns the columns of the matrix X; kept, not copied
     * @param values the singular values, descending, min(n, p) of them; kept, not copied
     * @param left the vectors to the left, each of length n, as many as values; kept, not copied
     * @param right the vectors to the right, each of length p, as many as values; kept, not copied. May be null if X is wider than
     *     high: they are then found from those to the left
     * @return the decomposition
     * @throws IllegalArgumentException if the numbers of values and vectors differ, or vectors to the right of a high matrix are
     *     missing
     */
    public static ThinSvd ofFactors(double[][] columns, double[] values, double[][] left, double @Nullable [][] right) {
        checkMatrix(columns);
        int count = Math.min(columns.length, columns[0].length);
        length("values", values.length, "min(n, p)", count);
        length("left", left.length, "min(n, p)", count);
        if (right == null && columns.length <= columns[0].length) {
            throw refusal("right", "null", "is not allowed for a matrix that is at least as high as wide");
        }
        if (right != null) {
            length("right", right.length, "min(n, p)", count);
        }
        return new ThinSvd(values, left, right, columns);
    }

    /**
     * Requires the columns of a matrix.
     *
     * @param columns the columns
     * @throws IllegalArgumentException if there is no entry, the columns differ in length, or an entry is NaN or infinite
     */
    public static void checkMatrix(double[]... columns) {
        if (notNull("columns", columns).length == 0 || notNull("columns[0]", columns[0]).length == 0) {
            throw refusal("columns", "a matrix without entries", "is not allowed");
        }
        for (int j = 0; j < columns.length; j++) {
            String name = "columns[" + j + "]";
            length(name, notNull(name, columns[j]).length, "that of the first", columns[0].length);
            finite(name, columns[j]);
        }
    }

    /** {@return the number of singular values, k = min(n, p)} */
    public int size() {
        return values.length;
    }

    /**
     * One singular value.
     *
     * @param i its place, from 0, the largest, on
     * @return d, at least 0
     * @throws IndexOutOfBoundsException if there is no such place
     */
    public double value(int i) {
        return values[i];
    }

    /** {@return a new array of the singular values, descending} */
    public double[] values() {
        return values.clone();
    }

    /**
     * The number of singular values that the rounding of the entries cannot explain.
     *
     * @return how many exceed max(n, p) · 2<sup>−52</sup> · d<sub>1</sub>
     */
    public int rank() {
        double rounding = Math.max(columns.length, columns[0].length) * PRECISION * values[0];
        return (int) Arrays.stream(values).filter(d -> d > rounding).count();
    }

    /**
     * The vector to the left of a singular value.
     *
     * @param i the place of the value, counted from 0
     * @return a new array, of unit length and orthogonal to those of other places, with an entry for each row
     * @throws IndexOutOfBoundsException if there is no such place
     */
    public double[] left(int i) {
        return left[i].clone();
    }

    /**
     * The vector to the right of a singular value. Those of a matrix that is wider than high are found from those to the left, Xᵀu/d:
     * orthogonal to others up to the rounding of d<sub>1</sub>/d.
     *
     * @param i the place of the value, counted from 0
     * @return a new array, of unit length, with an entry for each column; zeros in a wide matrix if d is 0
     * @throws IndexOutOfBoundsException if there is no such place
     */
    public double[] right(int i) {
        if (right != null) {
            return right[i].clone();
        }
        double[] vector = new double[columns.length];
        for (int j = 0; j < vector.length; j++) {
            vector[j] = values[i] == 0 ? 0 : DotProduct.of(columns[j], left[i]) / values[i];
        }
        return vector;
    }

    /** The decomposition of a matrix that is at least as high as wide. */
    private static final class Factors {
        final double[] values;
        final double[][] left;
        final double[][] right;

        Factors(double[] values, double[][] left, double[][] right) {
            this.values = values;
            this.left = left;
            this.right = right;
        }
    }

    /**
     * X P = Q R with reflections and pivots; rotations W then make the rows of R orthogonal: Rᵀ W = Y D, so X = (Q W) D (P
     * Y)ᵀ.
     *
     * @param a the columns, overwritten
     */
    private static Factors tall(double[][] a) {
        int p = a.length;
        int n = a[0].length;
        int[] pivots = IntStream.range(0, p).toArray();
        double[] scales = new double[p];
        double[] diagonal = new double[p];
        reduce(a, pivots, scales, diagonal);

        double[][] rows = new double[p][p];
        for (int i = 0; i < p; i++) {
            rows[i][i] = diagonal[i];
            for (int j = i + 1; j < p; j++) {
                rows[i][j] = a[j][i];
            }
        }
        double[][] rotations = new double[p][p];
        for (int i = 0; i < p; i++) {
            rotations[i][i] = 1;
        }
        rotate(rows, rotations);

        double[] lengths = Arrays.stream(rows).mapToDouble(ThinSvd::norm).toArray();
        int[] order = IntStream.range(0, p)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -lengths[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] values = new double[p];
        double[][] left = new double[p][];
        double[][] right = new double[p][p];
        for (int k = 0; k < p; k++) {
            int from = order[k];
            values[k] = lengths[from];
            left[k] = Arrays.copyOf(rotations[from], n);
            for (int i = p - 1; i >= 0; i--) {
                Householder.reflect(a[i], i, scales[i], left[k], i, n - i);
            }
            for (int j = 0; j < p; j++) {
                right[k][pivots[j]] = values[k] == 0 ? 0 : rows[from][j] / values[k];
            }
        }
        complete(values, right);
        return new Factors(values, left, right);
    }

    /**
     * Completes the right vectors for singular values 0, which may be any that are orthogonal to the others, by
     * orthogonalised unit vectors.
     */
    private static void complete(double[] values, double[][] right) {
        int p = values.length;
        int known = (int) Arrays.stream(values).filter(d -> d > 0).count();
        double[] free = new double[p];
        Arrays.fill(free, 1);
        for (int k = 0; k < p; k++) {
            if (k >= known) {
                int freest = IntStream.range(0, p)
                        .boxed()
                        .max(Comparator.comparingDouble(j -> free[j]))
                        .orElseThrow();
                double[] vector = right[k];
                vector[freest] = 1;
                for (int again = 0; again < 2; again++) {
                    for (int i = 0; i < k; i++) {
                        Blocks.addRow(-DotProduct.of(right[i], vector), right[i], 0, vector, 0, p);
                    }
                }
                double length = norm(vector);
                for (int j = 0; j < p; j++) {
                    vector[j] /= length;
                }
            }
            for (int j = 0; j < p; j++) {
                free[j] -= right[k][j] * right[k][j];
            }
        }
    }

    /**
     * Householder's reflections with pivoting: the longest remaining column comes next. The columns then hold the reflection
     * vectors below the diagonal and the triangle above it.
     */
    private static void reduce(double[][] a, int[] pivots, double[] scales, double[] diagonal) {
        int p = a.length;
        double[] left = Arrays.stream(a).mapToDouble(ThinSvd::norm).toArray();
        double[] before = left.clone();
        for (int k = 0; k < p; k++) {
            int longest = k;
            for (int j = k + 1; j < p; j++) {
                longest = left[j] > left[longest] ? j : longest;
            }
            swap(a, pivots, left, before, k, longest);
            int count = a[k].length - k;
            scales[k] = Householder.reflection(a[k], k, count);
            diagonal[k] = a[k][k];
            for (int j = k + 1; j < p; j++) {
                Householder.reflect(a[k], k, scales[k], a[j], k, count);
                if (left[j] > 0) {
                    double ratio = Math.abs(a[j][k]) / left[j];
                    double rest = Math.max(0, (1 - ratio) * (1 + ratio));
                    double known = left[j] / before[j];
                    // Compute the norm anew once cancellation may have cost half of its digits.
                    if (rest * known * known <= Math.sqrt(PRECISION)) {
                        left[j] = Blocks.norm(a[j], k + 1, count - 1);
                        before[j] = left[j];
                    } else {
                        left[j] *= Math.sqrt(rest);
                    }
                }
            }
        }
    }

    private static void swap(double[][] a, int[] pivots, double[] left, double[] before, int i, int j) {
        double[] column = a[i];
        a[i] = a[j];
        a[j] = column;
        int pivot = pivots[i];
        pivots[i] = pivots[j];
        pivots[j] = pivot;
        left[j] = left[i];
        before[j] = before[i];
    }

    /**
     * Rotates pairs of vectors by Jacobi's method until all are orthogonal, and their companions alike. A sweep goes through
     * all pairs.
     */
    private static void rotate(double[][] vectors, double[][] companions) {
        int count = vectors.length;
        double tolerance = PRECISION * Math.sqrt(count);
        for (int sweep = 0; sweep < SWEEPS; sweep++) {
            boolean rotated = false;
            double[] squares =
                    Arrays.stream(vectors).mapToDouble(v -> DotProduct.of(v, v)).toArray();
            for (int i = 0; i < count; i++) {
                for (int j = i + 1; j < count; j++) {
                    double lengths = Math.sqrt(squares[i]) * Math.sqrt(squares[j]);
                    double product = lengths > NOTHING ? DotProduct.of(vectors[i], vectors[j]) : 0;
                    if (Math.abs(product) > tolerance * lengths) {
                        double slope = (squares[j] - squares[i]) / (2 * product);
                        double tangent = Math.copySign(1, slope) / (Math.abs(slope) + Math.hypot(1, slope));
                        double cosine = 1 / Math.hypot(1, tangent);
                        turn(vectors[i], vectors[j], cosine, cosine * tangent);
                        turn(companions[i], companions[j], cosine, cosine * tangent);
                        squares[i] = Math.max(0, squares[i] - tangent * product);
                        squares[j] += tangent * product;
                        rotated = true;
                    }
                }
            }
            if (!rotated) {
                return;
            }
        }
        throw new ArithmeticException("singular values: no convergence within " + SWEEPS + " sweeps, order " + count);
    }

    private static void turn(double[] x, double[] y, double cosine, double sine) {
        for (int i = 0; i < x.length; i++) {
            double xi = x[i];
            double yi = y[i];
            x[i] = cosine * xi - sine * yi;
            y[i] = sine * xi + cosine * yi;
        }
    }

    /**
     * The columns of a lower triangle L with L Lᵀ = X Xᵀ, which has the singular values and left vectors of X: rotations
     * merge one column after the other into L, until the column is zero.
     */
    private static double[][] lowerTriangle(double[][] columns, int exponent) {
        int n = columns[0].length;
        double[][] triangle = new double[n][n];
        for (double[] column : columns) {
            double[] rest = scaled(column, -exponent);
            for (int k = 0; k < n; k++) {
                if (rest[k] != 0) {
                    double length = Math.hypot(triangle[k][k], rest[k]);
                    double cosine = triangle[k][k] / length;
                    double sine = rest[k] / length;
                    double[] own = triangle[k];
                    for (int i = k; i < n; i++) {
                        double ours = own[i];
                        own[i] = cosine * ours + sine * rest[i];
                        rest[i] = cosine * rest[i] - sine * ours;
                    }
                }
            }
        }
        return triangle;
    }

    /** The power of two of the largest entry. */
    private static int exponent(double[][] columns) {
        double[] largest = new double[columns.length];
        Arrays.setAll(
                largest, j -> Arrays.stream(columns[j]).map(Math::abs).max().orElseThrow());
        return PowerOfTwo.exponent(largest);
    }

    private static double[] scaled(double[] values, int exponent) {
        double[] scaled = values.clone();
        PowerOfTwo.scale(scaled, exponent);
        return scaled;
    }

    private static double norm(double[] x) {
        return Blocks.norm(x, 0, x.length);
    }
}
