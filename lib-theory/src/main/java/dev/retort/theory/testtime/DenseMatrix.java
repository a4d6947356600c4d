package dev.retort.theory.testtime;

import static dev.retort.core.internal.Arguments.index;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.Arrays;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.RealMatrix;
import org.jspecify.annotations.Nullable;

/** A matrix given by all its entries. */
final class DenseMatrix extends SquareMatrix {

    /** Two triangles of one product, summed in another order, differ by less, relative to the largest entry. */
    private static final double ASYMMETRY = 1e-12;

    private final double[][] rows;

    /** Keeps the array without copying it. */
    DenseMatrix(double[][] rows) {
        this.rows = rows;
    }

    private static DenseMatrix of(RealMatrix matrix) {
        return new DenseMatrix(matrix.getData());
    }

    /** The same entries, not a copy. */
    Array2DRowRealMatrix real() {
        return new Array2DRowRealMatrix(rows, false);
    }

    DenseMatrix symmetrised(String name) {
        double allowed = ASYMMETRY * norm();
        double[][] symmetric = new double[rows.length][rows.length];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j <= i; j++) {
                if (!(Math.abs(rows[i][j] - rows[j][i]) <= allowed)) {
                    throw refusal(
                            name + "[" + i + "][" + j + "]",
                            rows[i][j],
                            "is not " + name + "[" + j + "][" + i + "], " + rows[j][i]
                                    + ": the matrix is not symmetric");
                }
                symmetric[i][j] = rows[i][j] / 2 + rows[j][i] / 2;
                symmetric[j][i] = symmetric[i][j];
            }
        }
        return new DenseMatrix(symmetric);
    }

    @Override
    int dimension() {
        return rows.length;
    }

    @Override
    double entry(int i, int j) {
        return rows[index("i", i, rows.length)][index("j", j, rows.length)];
    }

    @Override
    DenseMatrix times(SquareMatrix right) {
        return of(real().multiply(right.dense().real()));
    }

    @Override
    DenseMatrix minus(SquareMatrix right) {
        return of(real().subtract(right.dense().real()));
    }

    @Override
    DenseMatrix scaled(double factor) {
        return of(real().scalarMultiply(factor));
    }

    @Override
    double[] times(double[] vector) {
        return real().operate(vector);
    }

    @Override
    double[] transposeTimes(double[] vector) {
        return real().preMultiply(vector);
    }

    @Override
    double trace() {
        return real().getTrace();
    }

    @Override
    double norm() {
        return Arrays.stream(rows)
                .flatMapToDouble(Arrays::stream)
                .map(Math::abs)
                .max()
                .orElseThrow();
    }

    @Override
    double inner(SquareMatrix other) {
        double inner = 0;
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < rows.length; j++) {
                inner += rows[i][j] * other.entry(i, j);
            }
        }
        return inner;
    }

    @Override
    double innerOfDifferences(double[] a, double alpha, double[] c, double gamma, double[] b) {
        double inner = 0;
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < rows.length; j++) {
                inner += (a[i] * b[j] - alpha * rows[i][j]) * (c[i] * b[j] - gamma * rows[i][j]);
            }
        }
        return inner;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DenseMatrix that && Arrays.deepEquals(rows, that.rows);
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(rows);
    }
}
