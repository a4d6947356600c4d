package dev.retort.theory.testtime;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

/**
 * A square matrix as far as the theory needs one. A {@link DiagonalMatrix} costs one number for each run of equal entries,
 * so that the isotropic case costs next to nothing; any other is a {@link DenseMatrix}. Immutable.
 */
abstract sealed class SquareMatrix permits DiagonalMatrix, DenseMatrix {

    /** The matrix of the given rows, diagonal if these are. */
    static SquareMatrix of(String name, double[][] rows) {
        int dimension = atLeastOne(name + ".length", notNull(name, rows).length);
        double[][] entries = new double[dimension][];
        double[] diagonal = new double[dimension];
        boolean isDiagonal = true;
        for (int i = 0; i < dimension; i++) {
            String row = name + "[" + i + "]";
            length(row, notNull(row, rows[i]).length, "the number of rows", dimension);
            entries[i] = finite(row, rows[i]).clone();
            diagonal[i] = entries[i][i];
            for (int j = 0; j < dimension; j++) {
                isDiagonal &= i == j || entries[i][j] == 0;
            }
        }
        return isDiagonal ? DiagonalMatrix.of(diagonal) : new DenseMatrix(entries);
    }

    /** The same, if it is symmetric: but for rounding, which is averaged out. */
    static SquareMatrix symmetric(String name, double[][] rows) {
        SquareMatrix matrix = of(name, rows);
        return matrix instanceof DenseMatrix dense ? dense.symmetrised(name) : matrix;
    }

    /** Refuses the dimension of something else that has to fit. */
    void checkFits(String name, int dimension) {
        if (dimension != dimension()) {
            throw refusal(name, "dimension " + dimension, "is not " + dimension());
        }
    }

    abstract int dimension();

    abstract double entry(int i, int j);

    abstract SquareMatrix times(SquareMatrix right);

    abstract SquareMatrix minus(SquareMatrix right);

    abstract SquareMatrix scaled(double factor);

    /** Of a diagonal matrix, in the coordinates of its runs: one for each. */
    abstract double[] times(double[] vector);

    abstract double[] transposeTimes(double[] vector);

    abstract double trace();

    /** The largest entry in size. */
    abstract double norm();

    /** tr(AᵀB). */
    abstract double inner(SquareMatrix other);

    /** tr[(a bᵀ − αT)ᵀ(c bᵀ − γT)] for this matrix T, from its entries, so that it stays exact when the differences are small. */
    abstract double innerOfDifferences(double[] a, double alpha, double[] c, double gamma, double[] b);

    /** Every entry. */
    final DenseMatrix dense() {
        return this instanceof DenseMatrix dense ? dense : new DenseMatrix(toArray());
    }

    final double[][] toArray() {
        double[][] rows = new double[dimension()][dimension()];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < rows.length; j++) {
                rows[i][j] = entry(i, j);
            }
        }
        return rows;
    }

    static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** a + factor · b. */
    static double[] sum(double[] a, double factor, double[] b) {
        double[] sum = new double[a.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = a[i] + factor * b[i];
        }
        return sum;
    }
}
