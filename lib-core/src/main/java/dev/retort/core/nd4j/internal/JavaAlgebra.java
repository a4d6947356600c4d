package dev.retort.core.nd4j.internal;

import dev.retort.core.internal.Blocks;
import dev.retort.core.internal.DotProduct;
import dev.retort.core.internal.Householder;
import dev.retort.core.internal.SymmetricEigen;
import java.util.Arrays;

/**
 * The same operations in plain Java, used where there is no usable OpenBLAS. Each operation copies its matrices to Java
 * arrays and back, which costs little beside the arithmetic; a matrix has at most 2³¹ − 1 entries here.
 *
 * <p>Not final, so that a test can break one operation and check that the self-test notices.
 */
public non-sealed class JavaAlgebra implements DenseAlgebra {

    /** Steps of the norm estimator; Higham found that it rarely takes more than two or three. */
    private static final int ESTIMATOR_STEPS = 5;

    /**
     * An updated norm is used until the rest of the row is so small that cancellation may have cost half of the digits;
     * it is then computed again.
     */
    private static final double HALF_THE_DIGITS = Math.sqrt(Math.ulp(1.0));

    @Override
    public DenseAlgebra onAllProcessors() {
        return this; // plain Java is only a fallback and stays on one processor
    }

    @Override
    public void addGramOfRows(OffHeapMatrix x, OffHeapMatrix c) {
        double[] a = x.toArray();
        double[] gram = c.toArray();
        Blocks.addLowerSquare(a, Blocks.transposed(a, x.rows(), x.columns()), gram, x.rows(), x.columns());
        c.set(gram);
    }

    @Override
    public OffHeapMatrix gramOfColumns(OffHeapMatrix x) {
        try (OffHeapMatrix transposed = x.transposed()) {
            return gramOfRows(transposed);
        }
    }

    @Override
    public void addProduct(
            double factor, OffHeapMatrix a, boolean transposeA, OffHeapMatrix b, boolean transposeB, OffHeapMatrix c) {
        double[] left = transposeA ? Blocks.transposed(a.toArray(), a.rows(), a.columns()) : a.toArray();
        double[] right = transposeB ? Blocks.transposed(b.toArray(), b.rows(), b.columns()) : b.toArray();
        double[] sum = c.toArray();
        Blocks.addProduct(factor, left, right, sum, c.rows(), transposeA ? a.rows() : a.columns(), c.columns());
        c.set(sum);
    }

    @Override
    public double cholesky(OffHeapMatrix symmetric) {
        int n = symmetric.rows();
        double[] a = symmetric.toArray();
        double norm = oneNorm(a, n);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                a[i * n + j] = (a[i * n + j] - DotProduct.of(a, i * n, a, j * n, j)) / a[j * n + j];
            }
            double pivot = a[i * n + i] - DotProduct.of(a, i * n, a, i * n, i);
            if (!(pivot > 0 && pivot < Double.POSITIVE_INFINITY)) {
                return 0;
            }
            a[i * n + i] = Math.sqrt(pivot);
        }
        symmetric.set(a);
        return 1 / (norm * inverseNorm(a, n));
    }

    /** The largest sum of absolute entries of a column of the symmetric matrix whose lower triangle is in a. */
    private static double oneNorm(double[] a, int n) {
        double[] sums = new double[n];
        double norm = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double size = Math.abs(a[i * n + j]);
                sums[i] += size;
                if (j < i) {
                    sums[j] += size;
                }
            }
        }
        for (double sum : sums) {
            norm = Math.max(norm, sum);
        }
        return norm;
    }

    /**
     * Estimates the 1-norm of the inverse of a symmetric matrix from its Cholesky factor: a lower bound, nearly always
     * within a factor of 3 (Hager 1984; Higham, ACM Trans. Math. Software 14 (1988) 381).
     */
    private static double inverseNorm(double[] factor, int n) {
        double[] x = new double[n];
        Arrays.fill(x, 1.0 / n);
        double estimate = 0;
        for (int step = 0; step < ESTIMATOR_STEPS; step++) {
            double[] y = x.clone();
            solveSymmetric(factor, n, y);
            estimate = Math.max(estimate, sizeOf(y));
            for (int i = 0; i < n; i++) {
                y[i] = Math.copySign(1, y[i]);
            }
            solveSymmetric(factor, n, y);
            int steepest = 0;
            for (int i = 1; i < n; i++) {
                steepest = Math.abs(y[i]) > Math.abs(y[steepest]) ? i : steepest;
            }
            if (Math.abs(y[steepest]) <= DotProduct.of(y, 0, x, 0, n)) {
                break;
            }
            Arrays.fill(x, 0);
            x[steepest] = 1;
        }
        // Higham's guard against the matrices that deceive the iteration.
        for (int i = 0; i < n; i++) {
            x[i] = (i % 2 == 0 ? 1 : -1) * (1 + (n == 1 ? 0 : i / (n - 1.0)));
        }
        solveSymmetric(factor, n, x);
        return Math.max(estimate, 2 * sizeOf(x) / (3.0 * n));
    }

    private static double sizeOf(double[] x) {
        double sum = 0;
        for (double entry : x) {
            sum += Math.abs(entry);
        }
        return sum;
    }

    private static void solveSymmetric(double[] factor, int n, double[] x) {
        forward(factor, n, x, 0, n);
        backward(factor, n, x, 0, n);
    }

    @Override
    public void solveTriangular(OffHeapMatrix lower, boolean transposed, OffHeapMatrix vectors) {
        int n = vectors.columns();
        double[] l = lower.toArray();
        double[] x = vectors.toArray();
        for (int at = 0; at < x.length; at += n) {
            if (transposed) {
                backward(l, lower.columns(), x, at, n);
            } else {
                forward(l, lower.columns(), x, at, n);
            }
        }
        vectors.set(x);
    }

    private static void forward(double[] l, int stride, double[] x, int at, int n) {
        for (int i = 0; i < n; i++) {
            x[at + i] = (x[at + i] - DotProduct.of(l, i * stride, x, at, i)) / l[i * stride + i];
        }
    }

    private static void backward(double[] l, int stride, double[] x, int at, int n) {
        for (int i = n - 1; i >= 0; i--) {
            x[at + i] /= l[i * stride + i];
            Blocks.addRow(-x[at + i], l, i * stride, x, at, i);
        }
    }

    @Override
    public void invertTriangular(OffHeapMatrix lower) {
        int n = lower.rows();
        double[] a = lower.toArray();
        double[] row = new double[n];
        for (int i = 0; i < n; i++) {
            Arrays.fill(row, 0, i, 0);
            row[i] = 1;
            for (int k = 0; k < i; k++) {
                Blocks.addRow(-a[i * n + k], a, k * n, row, 0, k + 1);
            }
            double pivot = a[i * n + i];
            for (int j = 0; j <= i; j++) {
                a[i * n + j] = row[j] / pivot;
            }
        }
        lower.set(a);
    }

    @Override
    public void multiplyFromLeft(OffHeapMatrix lower, OffHeapMatrix b) {
        int n = b.rows();
        double[] l = lower.toArray();
        double[] triangle = new double[Math.multiplyExact(n, n)];
        for (int i = 0; i < n; i++) {
            System.arraycopy(l, i * lower.columns(), triangle, i * n, i + 1);
        }
        double[] product = new double[Math.multiplyExact(n, b.columns())];
        Blocks.addProduct(1, triangle, b.toArray(), product, n, n, b.columns());
        b.set(product);
    }

    /** Householder's reflections with row pivoting (Golub and Van Loan, Matrix Computations, section 5.4). */
    @Override
    public RowFactors factorRows(OffHeapMatrix w) {
        int m = w.rows();
        int length = w.columns();
        double[] a = w.toArray();
        int[] order = new int[m];
        double[] scales = new double[m];
        double[] left = new double[m]; // norm of the rest of each row
        double[] fresh = new double[m]; // the norm when it was last computed, not updated
        for (int i = 0; i < m; i++) {
            order[i] = i;
            fresh[i] = Blocks.norm(a, i * length, length);
            left[i] = fresh[i];
        }
        for (int i = 0; i < m; i++) {
            int pivot = i;
            for (int r = i + 1; r < m; r++) {
                pivot = left[r] > left[pivot] ? r : pivot;
            }
            if (pivot != i) {
                swapRows(a, length, i, pivot);
                int row = order[pivot];
                order[pivot] = order[i];
                order[i] = row;
                left[pivot] = left[i];
                fresh[pivot] = fresh[i];
            }
            scales[i] = Householder.reflection(a, i * length + i, length - i);
            for (int r = i + 1; r < m; r++) {
                Householder.reflect(a, i * length + i, scales[i], a, r * length + i, length - i);
                double gone = left[r] == 0 ? 0 : a[r * length + i] / left[r];
                double kept = Math.max(0, 1 - gone * gone);
                double sinceFresh = fresh[r] == 0 ? 0 : left[r] / fresh[r];
                if (kept * sinceFresh * sinceFresh <= HALF_THE_DIGITS) {
                    fresh[r] = Blocks.norm(a, r * length + i + 1, length - i - 1);
                    left[r] = fresh[r];
                } else {
                    left[r] *= Math.sqrt(kept);
                }
            }
        }
        w.set(a);
        return new RowFactors(w, order, scales);
    }

    private static void swapRows(double[] a, int length, int first, int second) {
        for (int j = 0; j < length; j++) {
            double entry = a[first * length + j];
            a[first * length + j] = a[second * length + j];
            a[second * length + j] = entry;
        }
    }

    @Override
    public void rotate(RowFactors factors, boolean transposed, OffHeapMatrix vectors) {
        int m = factors.matrix().rows();
        int length = vectors.columns();
        double[] a = factors.matrix().toArray();
        double[] x = vectors.toArray();
        for (int xAt = 0; xAt < x.length; xAt += length) {
            for (int step = 0; step < m; step++) {
                int i = transposed ? m - 1 - step : step;
                Householder.reflect(a, i * length + i, factors.scales()[i], x, xAt + i, length - i);
            }
        }
        vectors.set(x);
    }

    @Override
    public double[] eigen(OffHeapMatrix symmetric) {
        double[] a = symmetric.toArray();
        Blocks.mirrorLower(a, symmetric.rows());
        double[] eigenvalues = SymmetricEigen.decompose(a, symmetric.rows());
        symmetric.set(a);
        return eigenvalues;
    }
}
