package dev.retort.theory.matrix;

import dev.retort.core.internal.Blocks;
import dev.retort.core.internal.DenseMatrix;
import dev.retort.core.internal.DiagonalMatrix;
import dev.retort.core.internal.Matrix;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/** A positive semidefinite matrix in the coordinates of a basis, diagonal as long as it is diagonal there. Immutable. */
record Symmetric(Basis basis, Matrix entries) {

    static Symmetric diagonal(Basis basis, double[] diagonal) {
        return new Symmetric(basis, DiagonalMatrix.of(diagonal));
    }

    Symmetric times(double factor) {
        return new Symmetric(basis, entries.scaled(factor));
    }

    /** D A D for a diagonal D. */
    Symmetric scaledBy(double[] d) {
        Matrix scales = DiagonalMatrix.of(d);
        return new Symmetric(basis, scales.times(entries).times(scales));
    }

    /** The sum with a diagonal matrix in the same coordinates. */
    Symmetric plusDiagonal(double[] diagonal) {
        return new Symmetric(basis, entries.plus(DiagonalMatrix.of(diagonal)));
    }

    /** The variances along the basis; one that rounding made negative is set to zero. */
    double[] diagonal() {
        return nonNegative(entries.diagonal());
    }

    /** The variances along another basis. */
    double[] diagonalIn(Eigenbasis other) {
        if (basis.equals(other)) {
            return diagonal();
        }
        int p = other.size();
        double[] left = basis.vectorsIn(other);
        double[] weights = new double[basis.size()];
        double[] right = left;
        if (entries instanceof DiagonalMatrix diagonal) {
            weights = diagonal.diagonal();
        } else {
            Arrays.fill(weights, 1);
            right = other.fromFeatures(basis.toFeatures(inBasis()));
        }
        double[] diagonal = new double[p];
        for (int k = 0; k < left.length; k++) {
            diagonal[k % p] += weights[k / p] * left[k] * right[k];
        }
        return nonNegative(diagonal);
    }

    private static double[] nonNegative(double[] variances) {
        for (int i = 0; i < variances.length; i++) {
            variances[i] = Math.max(0, variances[i]);
        }
        return variances;
    }

    /** The matrix of the labels in the basis of the model that learns from them. */
    Symmetric labelsIn(Basis other) {
        if (basis.equals(other)) {
            return this;
        }
        double[] labels = onBothSides(inFeatures(), other::labels);
        return new Symmetric(other, DenseMatrix.ofEntries(other.size(), other.size(), labels));
    }

    /** The matrix in features, row after row. */
    double[] inFeatures() {
        return onBothSides(inBasis(), basis::toFeatures);
    }

    /** The matrix in the coordinates of its basis, row after row; not to be changed. */
    double[] inBasis() {
        return entries.dense().entries();
    }

    /** B A Bᵀ for a map B of vectors, one per row, and a square matrix A. */
    static double[] onBothSides(double[] square, UnaryOperator<double[]> map) {
        int size = (int) Math.round(Math.sqrt(square.length));
        double[] half = map.apply(square);
        return map.apply(Blocks.transposed(half, size, half.length / size));
    }
}
