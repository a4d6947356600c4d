package dev.retort.core.nd4j;

import dev.retort.core.internal.DotProduct;
import org.jspecify.annotations.Nullable;

/**
 * A covariance as L Lᵀ with rank(L) columns. The next pivot is the variable of largest remaining variance; the factorisation ends
 * when every remaining variance is rounding relative to the original one. Scaling a variable only changes the order of the pivots,
 * so variables may differ in scale by any factor.
 */
final class PivotedCholesky {

    /** Column after column of L, its rows in the order of the pivots. */
    private final double[][] columns;

    private final int[] order;

    private PivotedCholesky(double[][] columns, int[] order) {
        this.columns = columns;
        this.order = order;
    }

    /**
     * Factors a symmetric matrix.
     *
     * @param entries p x p, row after row; only the lower triangle is used
     * @param rounding the share of a variance that counts as zero
     * @return the factorisation; null if the matrix is not positive semidefinite to that precision, or is zero
     */
    static @Nullable PivotedCholesky of(double[] entries, int p, double rounding) {
        double[][] rows = new double[p][p];
        double[] variances = new double[p];
        double[] left = new double[p];
        int[] order = new int[p];
        for (int i = 0; i < p; i++) {
            variances[i] = entries[i * (p + 1)];
            left[i] = variances[i];
            order[i] = i;
        }
        int rank = 0;
        for (; rank < p; rank++) {
            int next = -1;
            for (int k = rank; k < p; k++) {
                int i = order[k];
                if (left[i] < -rounding * variances[i] || variances[i] < 0) {
                    return null;
                }
                if (left[i] > rounding * variances[i] && (next < 0 || left[i] > left[order[next]])) {
                    next = k;
                }
            }
            if (next < 0) {
                break;
            }
            int pivot = order[next];
            order[next] = order[rank];
            order[rank] = pivot;
            double root = Math.sqrt(left[pivot]);
            rows[pivot][rank] = root;
            for (int k = rank + 1; k < p; k++) {
                int i = order[k];
                double entry = rest(entries, p, rows, i, pivot, rank) / root;
                rows[i][rank] = entry;
                left[i] -= entry * entry;
            }
        }
        for (int k = rank; k < p; k++) {
            int i = order[k];
            for (int l = rank; l < k; l++) {
                int j = order[l];
                double size = Math.sqrt(variances[i]) * Math.sqrt(variances[j]);
                if (!(Math.abs(rest(entries, p, rows, i, j, rank)) <= rounding * size)) {
                    return null;
                }
            }
        }
        if (rank == 0) {
            return null;
        }
        double[][] columns = new double[rank][p];
        for (int j = 0; j < rank; j++) {
            for (int k = 0; k < p; k++) {
                columns[j][k] = rows[order[k]][j];
            }
        }
        return new PivotedCholesky(columns, order);
    }

    /** An entry less the contribution of the first columns. */
    private static double rest(double[] entries, int p, double[][] rows, int i, int j, int columns) {
        double entry = entries[Math.max(i, j) * p + Math.min(i, j)];
        return entry - DotProduct.of(rows[i], 0, rows[j], 0, columns);
    }

    /** (Σ ρ²)^½ over the correlations of all pairs of variables that vary, each with itself included. */
    static double sizeOfCorrelations(double[] entries, int p) {
        double sum = 0;
        for (int i = 0; i < p; i++) {
            for (int j = 0; j < p; j++) {
                double size = Math.sqrt(entries[i * (p + 1)]) * Math.sqrt(entries[j * (p + 1)]);
                double correlation = size > 0 ? entries[i * p + j] / size : 0;
                sum += correlation * correlation;
            }
        }
        return Math.sqrt(sum);
    }

    double[][] columns() {
        return columns;
    }

    /** The variable of row k of the columns. */
    int order(int k) {
        return order[k];
    }
}
