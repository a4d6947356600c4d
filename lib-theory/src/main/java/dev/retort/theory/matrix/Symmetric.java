package dev.retort.theory.matrix;

import java.util.Arrays;
import java.util.function.UnaryOperator;

/**
 * A positive semidefinite matrix in the coordinates of a basis; only its diagonal is stored as long as it is diagonal there.
 * Immutable.
 */
final class Symmetric {

    private final Basis basis;

    /** k diagonal entries, or k² row after row. */
    private final double[] entries;

    private Symmetric(Basis basis, double[] entries) {
        this.basis = basis;
        this.entries = entries;
    }

    static Symmetric diagonal(Basis basis, double[] diagonal) {
        return new Symmetric(basis, diagonal);
    }

    private boolean isDiagonal() {
        return entries.length == basis.size();
    }

    Symmetric times(double factor) {
        double[] scaled = entries.clone();
        for (int k = 0; k < scaled.length; k++) {
            scaled[k] *= factor;
        }
        return new Symmetric(basis, scaled);
    }

    /** D A D for a diagonal D. */
    Symmetric scaledBy(double[] d) {
        double[] scaled = entries.clone();
        int size = d.length;
        for (int k = 0; k < scaled.length; k++) {
            scaled[k] *= isDiagonal() ? d[k] * d[k] : d[k / size] * d[k % size];
        }
        return new Symmetric(basis, scaled);
    }

    /** The sum with a diagonal matrix in the same coordinates. */
    Symmetric plusDiagonal(double[] diagonal) {
        double[] sum = entries.clone();
        int step = isDiagonal() ? 1 : diagonal.length + 1;
        for (int i = 0; i < diagonal.length; i++) {
            sum[i * step] += diagonal[i];
        }
        return new Symmetric(basis, sum);
    }

    /** The variances along the basis; what rounding pushed below zero is zero. */
    double[] diagonal() {
        double[] diagonal = new double[basis.size()];
        int step = isDiagonal() ? 1 : basis.size() + 1;
        Arrays.setAll(diagonal, i -> Math.max(0, entries[i * step]));
        return diagonal;
    }

    /** The variances along another basis. */
    double[] diagonalIn(Eigenbasis other) {
        if (basis.equals(other)) {
            return diagonal();
        }
        int p = other.size();
        double[] left = basis.vectorsIn(other);
        double[] right = isDiagonal() ? left : other.fromFeatures(basis.toFeatures(entries));
        double[] diagonal = new double[p];
        for (int k = 0; k < left.length; k++) {
            double weight = isDiagonal() ? entries[k / p] : 1;
            diagonal[k % p] += weight * left[k] * right[k];
        }
        for (int i = 0; i < p; i++) {
            diagonal[i] = Math.max(0, diagonal[i]);
        }
        return diagonal;
    }

    /** The matrix of labels as a model with another basis takes them. */
    Symmetric labelsIn(Basis other) {
        if (basis.equals(other)) {
            return this;
        }
        return new Symmetric(other, onBothSides(inFeatures(), other::labels));
    }

    /** The matrix in features, row after row. */
    double[] inFeatures() {
        return onBothSides(inBasis(), basis::toFeatures);
    }

    /** The matrix in the coordinates of its basis, row after row. */
    double[] inBasis() {
        return isDiagonal() ? dense(entries) : entries;
    }

    /** B A Bᵀ for a map B of vectors, one per row, and a square matrix A. */
    static double[] onBothSides(double[] square, UnaryOperator<double[]> map) {
        int size = (int) Math.round(Math.sqrt(square.length));
        double[] half = map.apply(square);
        return map.apply(transposed(half, half.length / size));
    }

    static double[] dense(double[] diagonal) {
        double[] dense = new double[Math.multiplyExact(diagonal.length, diagonal.length)];
        for (int i = 0; i < diagonal.length; i++) {
            dense[i * (diagonal.length + 1)] = diagonal[i];
        }
        return dense;
    }

    private static double[] transposed(double[] rows, int columns) {
        double[] transposed = new double[rows.length];
        int count = rows.length / columns;
        for (int j = 0; j < columns; j++) {
            for (int i = 0; i < count; i++) {
                transposed[j * count + i] = rows[i * columns + j];
            }
        }
        return transposed;
    }
}
