package dev.retort.core.internal;

import java.util.Arrays;
import java.util.Objects;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix in plain Java: Householder's reduction to tridiagonal form, then QR
 * steps with Wilkinson's shift (Golub and Van Loan, Matrix Computations, sections 8.3.1 and 8.3.5). About 4/3 n³
 * multiplications and additions for each of reduction and accumulation, and up to 6 n³ for the rotations, all along
 * rows. Errors are a few ulps of the largest eigenvalue.
 */
public final class SymmetricEigen {

    /** QR steps per eigenvalue, on average, before giving up. LAPACK's limit; about 1.7 are usual. */
    private static final int STEPS_PER_EIGENVALUE = 30;

    private final double[] values;
    private final double[] vectors; // in rows

    private SymmetricEigen(double[] values, double[] vectors) {
        this.values = values;
        this.vectors = vectors;
    }

    /**
     * Decomposes a matrix. It is scaled by a power of two first, so that squares of entries neither overflow nor underflow.
     *
     * @param matrix n x n with n at least 1; only the upper triangle is read
     * @return the decomposition
     * @throws ArithmeticException if an entry is NaN or infinite, or if the iteration does not converge, which is not known to happen
     */
    public static SymmetricEigen of(double[]... matrix) {
        int n = matrix.length;
        double[] a = new double[Math.multiplyExact(n, n)];
        for (int i = 0; i < n; i++) {
            System.arraycopy(matrix[i], 0, a, i * n, n);
        }
        for (double entry : a) {
            if (!Double.isFinite(entry)) {
                throw new ArithmeticException("eigenvalues: the matrix has the entry " + entry
                        + ", which is not finite; scale down the data it was computed from");
            }
        }
        int exponent = PowerOfTwo.exponent(a);
        PowerOfTwo.scale(a, -exponent);
        double[] values = decompose(a, n);
        PowerOfTwo.scale(values, exponent);
        return new SymmetricEigen(values, a);
    }

    /**
     * Replaces a symmetric matrix by its eigenvectors, one per row.
     *
     * @param a n x n, row by row, its entries of moderate size; only the upper triangle is read
     * @param n the order
     * @return the eigenvalues, ascending
     * @throws ArithmeticException if the iteration does not converge
     */
    public static double[] decompose(double[] a, int n) {
        Iteration iteration = new Iteration(n);
        iteration.reduce(a);
        iteration.iterate();
        iteration.sortInto(a);
        return iteration.diagonal;
    }

    /** {@return a new array of the eigenvalues, ascending} */
    public double[] values() {
        return values.clone();
    }

    /**
     * One eigenvector.
     *
     * @param k the place of its eigenvalue, from 0
     * @return a new array of unit length, orthogonal to the other vectors
     * @throws IndexOutOfBoundsException if there is no such place
     */
    public double[] vector(int k) {
        int n = values.length;
        int at = Objects.checkIndex(k, n) * n;
        return Arrays.copyOfRange(vectors, at, at + n);
    }

    /** The matrix as it is reduced. */
    private static final class Iteration {

        private final int n;
        private final double[] diagonal;
        private final double[] besides; // besides[k] couples k and k + 1
        private final double[] vectors; // in rows

        Iteration(int n) {
            this.n = n;
            this.diagonal = new double[n];
            this.besides = new double[n];
            this.vectors = new double[Math.multiplyExact(n, n)];
        }

        private void reduce(double[] a) {
            double[] scales = new double[n];
            double[] v = new double[n];
            double[] w = new double[n];
            for (int k = 0; k < n; k++) {
                diagonal[k] = a[k * n + k];
                if (k < n - 2) {
                    int at = k * n + k + 1;
                    int count = n - k - 1;
                    scales[k] = Householder.reflection(a, at, count);
                    if (scales[k] != 0) {
                        System.arraycopy(a, at, v, k + 1, count);
                        v[k + 1] = 1;
                        reflectFromBothSides(a, k + 1, scales[k], v, w);
                    }
                }
                besides[k] = k < n - 1 ? a[k * n + k + 1] : 0;
            }
            for (int k = 0; k < n; k++) {
                vectors[k * n + k] = 1;
            }
            // Backwards, so that the rows above k + 1 are still those of the identity.
            for (int k = n - 3; k >= 0; k--) {
                for (int row = k + 1; row < n; row++) {
                    Householder.reflect(a, k * n + k + 1, scales[k], vectors, row * n + k + 1, n - k - 1);
                }
            }
        }

        /** B → H B H on the upper triangle of the trailing block: B − v wᵀ − w vᵀ, w = scale (B v − scale/2 (vᵀ B v) v). */
        private void reflectFromBothSides(double[] a, int from, double scale, double[] v, double[] w) {
            Arrays.fill(w, from, n, 0);
            for (int i = from; i < n; i++) {
                w[i] += DotProduct.of(a, i * n + i, v, i, n - i);
                Blocks.addRow(v[i], a, i * n + i + 1, w, i + 1, n - i - 1);
            }
            double half = scale / 2 * DotProduct.of(w, from, v, from, n - from);
            for (int i = from; i < n; i++) {
                w[i] = scale * (w[i] - half * v[i]);
            }
            for (int i = from; i < n; i++) {
                Blocks.addRow(-v[i], w, i, a, i * n + i, n - i);
                Blocks.addRow(-w[i], v, i, a, i * n + i, n - i);
            }
        }

        private void iterate() {
            long stepsLeft = (long) STEPS_PER_EIGENVALUE * n;
            int last = n - 1;
            while (last > 0) {
                if (negligible(last - 1)) {
                    besides[last - 1] = 0;
                    last--;
                    continue;
                }
                int first = last - 1;
                while (first > 0 && !negligible(first - 1)) {
                    first--;
                }
                if (stepsLeft-- == 0) {
                    throw new ArithmeticException("eigenvalues: no convergence within " + STEPS_PER_EIGENVALUE
                            + " QR steps per eigenvalue, order " + n);
                }
                step(first, last);
            }
        }

        private boolean negligible(int k) {
            double size = Math.abs(besides[k]);
            return size <= Math.ulp(1.0) * (Math.abs(diagonal[k]) + Math.abs(diagonal[k + 1]))
                    || size < Double.MIN_NORMAL;
        }

        /** One implicitly shifted QR step on the unreduced block first … last. */
        private void step(int first, int last) {
            double half = (diagonal[last - 1] - diagonal[last]) / 2;
            double coupling = besides[last - 1];
            double shift =
                    diagonal[last] - coupling * (coupling / (half + Math.copySign(Math.hypot(half, coupling), half)));
            double kept = diagonal[first] - shift;
            double bulge = besides[first];
            for (int k = first; k < last; k++) {
                double length = Math.hypot(kept, bulge);
                double c = length == 0 ? 1 : kept / length;
                double s = length == 0 ? 0 : bulge / length;
                if (k > first) {
                    besides[k - 1] = length;
                }
                double upper = diagonal[k];
                double lower = diagonal[k + 1];
                double beside = besides[k];
                // Adding and subtracting the same d = s (s (lower − upper) + 2 c beside) preserves the trace to
                // rounding.
                double moved = s * (s * (lower - upper) + 2 * c * beside);
                diagonal[k] = upper + moved;
                diagonal[k + 1] = lower - moved;
                besides[k] = c * s * (lower - upper) + (c - s) * (c + s) * beside;
                if (k + 1 < last) {
                    kept = besides[k];
                    bulge = s * besides[k + 1];
                    besides[k + 1] *= c;
                }
                rotateRows(k * n, (k + 1) * n, c, s);
            }
        }

        private void rotateRows(int firstAt, int secondAt, double c, double s) {
            for (int j = 0; j < n; j++) {
                double x = vectors[firstAt + j];
                double y = vectors[secondAt + j];
                vectors[firstAt + j] = c * x + s * y;
                vectors[secondAt + j] = c * y - s * x;
            }
        }

        private void sortInto(double[] a) {
            Integer[] order = new Integer[n];
            Arrays.setAll(order, i -> i);
            Arrays.sort(order, (i, j) -> Double.compare(diagonal[i], diagonal[j]));
            double[] unsorted = diagonal.clone();
            for (int i = 0; i < n; i++) {
                diagonal[i] = unsorted[order[i]];
                System.arraycopy(vectors, order[i] * n, a, i * n, n);
            }
        }
    }
}
