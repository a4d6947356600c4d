package dev.retort.theory.testtime;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.spectrum.Spectrum;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.CholeskyDecomposition;
import org.apache.commons.math3.linear.NonPositiveDefiniteMatrixException;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.RectangularCholeskyDecomposition;

/**
 * Covariance matrices: what makes a matrix one, and their factors. Matrices are scaled to unit diagonal first, so that the
 * units of the features do not matter.
 */
final class Positive {

    /** Times ulp(1) and d: a pivot of a matrix of unit diagonal that is no larger cannot be told from zero. */
    private static final double ROUNDING = 16;

    private Positive() {}

    static SquareMatrix identity(int dimension) {
        return DiagonalMatrix.multipleOfIdentity(1, atLeastOne("dimension", dimension));
    }

    static SquareMatrix definite(String name, Spectrum spectrum) {
        Spectrum.listed(name, spectrum);
        return definite(name, DiagonalMatrix.of(spectrum.eigenvalues()));
    }

    static SquareMatrix definite(String name, double[][] rows) {
        return definite(name, SquareMatrix.symmetric(name, rows));
    }

    private static SquareMatrix definite(String name, SquareMatrix matrix) {
        boolean definite = matrix instanceof DiagonalMatrix diagonal
                ? diagonal.smallest() > 0
                : hasPositiveDiagonal(matrix) && hasPositivePivots(matrix);
        if (!definite) {
            throw refusal(name, "the covariance", "is not positive definite");
        }
        return matrix;
    }

    private static boolean hasPositiveDiagonal(SquareMatrix matrix) {
        boolean positive = true;
        for (int i = 0; i < matrix.dimension(); i++) {
            positive &= matrix.entry(i, i) > 0;
        }
        return positive;
    }

    private static boolean hasPositivePivots(SquareMatrix matrix) {
        try {
            return new CholeskyDecomposition(unitDiagonal(matrix), 0, rounding(matrix)).getL() != null;
        } catch (NonPositiveDefiniteMatrixException e) {
            return false;
        }
    }

    static SquareMatrix semidefinite(String name, double[][] rows) {
        SquareMatrix matrix = SquareMatrix.symmetric(name, rows);
        boolean semidefinite = matrix instanceof DiagonalMatrix diagonal
                ? diagonal.smallest() >= 0
                : isProductOf(factor(matrix), matrix);
        if (!semidefinite) {
            throw refusal(name, "the covariance", "is not positive semidefinite");
        }
        return matrix;
    }

    /** F with FFᵀ = the matrix, shape {@code [d][rank]}; if the matrix is not positive semidefinite, something else. */
    static RealMatrix factor(SquareMatrix matrix) {
        int dimension = matrix.dimension();
        if (!(matrix.norm() > 0)) {
            return new Array2DRowRealMatrix(dimension, 1);
        }
        try {
            RealMatrix factor =
                    new RectangularCholeskyDecomposition(unitDiagonal(matrix), rounding(matrix)).getRootMatrix();
            for (int i = 0; i < dimension; i++) {
                double scale = scale(matrix, i);
                for (int j = 0; j < factor.getColumnDimension(); j++) {
                    factor.multiplyEntry(i, j, scale);
                }
            }
            return factor;
        } catch (NonPositiveDefiniteMatrixException e) {
            return new Array2DRowRealMatrix(dimension, 1);
        }
    }

    /** The decomposition looks at pivots alone, and takes some indefinite matrices for semidefinite ones. */
    private static boolean isProductOf(RealMatrix factor, SquareMatrix matrix) {
        RealMatrix product = factor.multiply(factor.transpose());
        double allowed = rounding(matrix) * matrix.dimension();
        boolean same = true;
        for (int i = 0; i < matrix.dimension(); i++) {
            for (int j = 0; j <= i; j++) {
                double scale = scale(matrix, i) * scale(matrix, j);
                same &= Math.abs(product.getEntry(i, j) - matrix.entry(i, j)) <= allowed * scale;
            }
        }
        return same;
    }

    private static RealMatrix unitDiagonal(SquareMatrix matrix) {
        double[][] scaled = matrix.toArray();
        for (int i = 0; i < scaled.length; i++) {
            for (int j = 0; j < scaled.length; j++) {
                double scale = scale(matrix, Math.min(i, j)) * scale(matrix, Math.max(i, j));
                scaled[i][j] = scale == 0 ? 0 : scaled[i][j] / scale;
            }
        }
        return new Array2DRowRealMatrix(scaled, false);
    }

    private static double scale(SquareMatrix matrix, int i) {
        return Math.sqrt(Math.max(0, matrix.entry(i, i)));
    }

    private static double rounding(SquareMatrix matrix) {
        return ROUNDING * Math.ulp(1.0) * matrix.dimension();
    }
}
