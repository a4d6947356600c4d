package dev.retort.theory.testtime;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.DenseMatrix;
import dev.retort.core.internal.DiagonalMatrix;
import dev.retort.core.internal.Matrix;
import dev.retort.core.spectrum.Spectrum;
import java.util.Arrays;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.CholeskyDecomposition;
import org.apache.commons.math3.linear.NonPositiveDefiniteMatrixException;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.RectangularCholeskyDecomposition;

/**
 * Checks and factors covariance matrices. They are scaled to unit diagonal first, so that the units of the features do not matter.
 */
final class Positive {

    /** Times ulp(1) and d: the rounding of pivots of a matrix with unit diagonal; smaller pivots count as zero. */
    private static final double ROUNDING = 16;

    private Positive() {}

    static Matrix identity(int dimension) {
        if (atLeastOne("dimension", dimension) > Spectrum.MOST_LISTED) {
            throw refusal(
                    "dimension", dimension, "is above " + Spectrum.MOST_LISTED + ", the most features; take fewer");
        }
        return DiagonalMatrix.multipleOfIdentity(1, dimension);
    }

    /** Whether an array can hold all entries of a square matrix. */
    static boolean fitsArray(int dimension) {
        return (long) dimension * dimension <= Integer.MAX_VALUE - 8;
    }

    /** The entries of a square matrix, if an array can hold them: one of more features is diagonal. */
    static double[][] entries(String name, Matrix matrix) {
        int dimension = matrix.rows();
        if (!fitsArray(dimension)) {
            throw new IllegalStateException(name + ": " + dimension + " x " + dimension
                    + " numbers are more than an array can hold; those off the diagonal are all 0");
        }
        return matrix.toArray();
    }

    static Matrix definite(String name, Spectrum spectrum) {
        return definite(name, DiagonalMatrix.of(Spectrum.listed(name, spectrum)));
    }

    static Matrix definite(String name, double[][] rows) {
        return definite(name, Matrix.symmetric(name, rows));
    }

    private static Matrix definite(String name, Matrix matrix) {
        boolean definite = matrix instanceof DiagonalMatrix diagonal
                ? diagonal.smallest() > 0
                : hasPositiveDiagonal(matrix) && hasPositivePivots(matrix);
        if (!definite) {
            throw refusal(name, "the covariance", "is not positive definite");
        }
        return matrix;
    }

    private static boolean hasPositiveDiagonal(Matrix matrix) {
        boolean positive = true;
        for (int i = 0; i < matrix.rows(); i++) {
            positive &= matrix.entry(i, i) > 0;
        }
        return positive;
    }

    private static boolean hasPositivePivots(Matrix matrix) {
        try {
            return new CholeskyDecomposition(unitDiagonal(matrix), 0, rounding(matrix)).getL() != null;
        } catch (NonPositiveDefiniteMatrixException e) {
            return false;
        }
    }

    static Matrix semidefinite(String name, double[][] rows) {
        Matrix matrix = Matrix.symmetric(name, rows);
        boolean semidefinite = matrix instanceof DiagonalMatrix diagonal
                ? diagonal.smallest() >= 0
                : isProductOf(factor(matrix), matrix);
        if (!semidefinite) {
            throw refusal(name, "the covariance", "is not positive semidefinite");
        }
        return matrix;
    }

    /** F with FFᵀ = the matrix, shape {@code [d][rank]}; meaningless if the matrix is not positive semidefinite. */
    static DenseMatrix factor(Matrix matrix) {
        int dimension = matrix.rows();
        DenseMatrix none = DenseMatrix.ofEntries(dimension, 1, new double[dimension]);
        if (!(matrix.largest() > 0)) {
            return none;
        }
        double[] scales = new double[dimension];
        Arrays.setAll(scales, i -> scale(matrix, i));
        try {
            RectangularCholeskyDecomposition factored =
                    new RectangularCholeskyDecomposition(unitDiagonal(matrix), rounding(matrix));
            return DiagonalMatrix.of(scales)
                    .times(DenseMatrix.of(factored.getRootMatrix().getData()))
                    .dense();
        } catch (NonPositiveDefiniteMatrixException e) {
            return none;
        }
    }

    /** Whether FFᵀ is the matrix. The decomposition checks only the pivots, and accepts some indefinite matrices. */
    private static boolean isProductOf(DenseMatrix factor, Matrix matrix) {
        Matrix product = factor.times(factor.transposed());
        double allowed = rounding(matrix) * matrix.rows();
        boolean same = true;
        for (int i = 0; i < matrix.rows(); i++) {
            for (int j = 0; j <= i; j++) {
                double scale = scale(matrix, i) * scale(matrix, j);
                same &= Math.abs(product.entry(i, j) - matrix.entry(i, j)) <= allowed * scale;
            }
        }
        return same;
    }

    private static RealMatrix unitDiagonal(Matrix matrix) {
        double[][] scaled = matrix.toArray();
        for (int i = 0; i < scaled.length; i++) {
            for (int j = 0; j < scaled.length; j++) {
                double scale = scale(matrix, Math.min(i, j)) * scale(matrix, Math.max(i, j));
                scaled[i][j] = scale == 0 ? 0 : scaled[i][j] / scale;
            }
        }
        return new Array2DRowRealMatrix(scaled, false);
    }

    private static double scale(Matrix matrix, int i) {
        return Math.sqrt(Math.max(0, matrix.entry(i, i)));
    }

    private static double rounding(Matrix matrix) {
        return ROUNDING * Math.ulp(1.0) * matrix.rows();
    }
}
