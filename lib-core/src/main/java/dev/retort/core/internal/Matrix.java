package dev.retort.core.internal;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

/**
 * A real matrix in plain Java, for orders up to some thousands. A {@link DiagonalMatrix} stores one number for each run of
 * equal entries, so that a multiple of the identity costs very little; any other matrix is a {@link DenseMatrix}. Nothing is
 * scaled: products beyond the range of {@code double} overflow. Immutable.
 */
public abstract sealed class Matrix permits DenseMatrix, DiagonalMatrix {

    /**
     * The square matrix of the given rows.
     *
     * @param name what to call it if it is refused
     * @param rows its rows, each as long as there are rows
     * @return the matrix, a {@link DiagonalMatrix} if it is diagonal * @throws IllegalArgumentException if it is empty, not
     *     square, or has an entry that is NaN or infinite
     */
    public static Matrix square(String name, double[][] rows) {
        int order = atLeastOne(name + ".length", notNull(name, rows).length);
        double[] diagonal = new double[order];
        boolean isDiagonal = true;
        for (int i = 0; i < order; i++) {
            String row = name + "[" + i + "]";
            length(row, notNull(row, rows[i]).length, "the number of rows", order);
            finite(row, rows[i]);
            diagonal[i] = rows[i][i];
            for (int j = 0; j < order; j++) {
                isDiagonal &= i == j || rows[i][j] == 0;
            }
        }
        return isDiagonal ? DiagonalMatrix.of(diagonal) : DenseMatrix.of(rows);
    }

    /**
     * The symmetric matrix of the given rows.
     *
     * @param name what to call it if it is refused
     * @param rows its rows; the two entries of a pair may differ by 1e-12 of the largest entry, and are averaged
     * @return the matrix, a {@link DiagonalMatrix} if it is diagonal
     * @throws IllegalArgumentException if it is empty, not symmetric, or has an entry that is NaN or infinite
     */
    public static Matrix symmetric(String name, double[][] rows) {
        Matrix matrix = square(name, rows);
        return matrix instanceof DenseMatrix dense ? dense.symmetrised(name) : matrix;
    }

    /** Refuses the dimension of another object that does not fit this matrix. */
    public final void checkFits(String name, int dimension) {
        if (dimension != columns()) {
            throw refusal(name, "dimension " + dimension, "is not " + columns());
        }
    }

    public abstract int rows();

    public abstract int columns();

    /** One entry, counted from 0; refuses indices out of range. */
    public abstract double entry(int i, int j);

    /** A new array of the entries (i, i), of a square matrix. */
    public abstract double[] diagonal();

    public abstract Matrix times(Matrix right);

    public abstract Matrix plus(Matrix right);

    public abstract Matrix minus(Matrix right);

    public abstract Matrix scaled(double factor);

    /** The product with a column; for a diagonal matrix, a column in the coordinates of its runs, with one entry per run. */
    public abstract double[] times(double[] vector);

    /** The product of the transpose with a column, in the same coordinates. */
    public abstract double[] transposeTimes(double[] vector);

    public abstract double trace();

    /** The largest absolute entry. */
    public abstract double largest();

    /** tr(AᵀB). */
    public abstract double inner(Matrix other);

    /** tr[(a bᵀ − αT)ᵀ(c bᵀ − γT)] for this matrix T, entry by entry, so that it stays exact when the differences are small. */
    public abstract double innerOfDifferences(double[] a, double alpha, double[] c, double gamma, double[] b);

    /** This matrix with every entry stored. */
    public abstract DenseMatrix dense();

    /** A new array of the rows. */
    public abstract double[][] toArray();
}
