package dev.retort.theory.matrix;

import dev.retort.core.internal.DiagonalMatrix;
import dev.retort.core.spectrum.Spectrum;

/**
 * The coordinates in which a training acts on each coefficient alone: the k eigenvectors of the covariance of the features
 * that the model sees. Sets of vectors are stored one per row, row after row. Immutable.
 */
sealed interface Basis permits Eigenbasis, MaskedBasis {

    /** The k variances along the eigenvectors. */
    Spectrum spectrum();

    default int size() {
        return spectrum().dimension();
    }

    /** Vectors of k coordinates as vectors of p features. */
    double[] toFeatures(double[] rows);

    /** The k components along the eigenvectors of each vector of p features. */
    double[] fromFeatures(double[] rows);

    /** The k eigenvectors, each by its components along those of a basis of all features. */
    default double[] vectorsIn(Eigenbasis other) {
        double[] identity = DiagonalMatrix.multipleOfIdentity(1, size()).dense().entries();
        return equals(other) ? identity : other.fromFeatures(toFeatures(identity));
    }

    /**
     * The components along the eigenvectors that unseen features add to labels given by vectors of p features: the regression
     * of the unseen features on those the model sees.
     */
    double[] guessed(double[] rows);

    /**
     * The components of labels that the model can learn: those of the features it sees plus the {@linkplain #guessed guessed}
     * ones.
     */
    default double[] labels(double[] rows) {
        double[] labels = fromFeatures(rows);
        double[] guessed = guessed(rows);
        for (int k = 0; k < labels.length; k++) {
            labels[k] += guessed[k];
        }
        return labels;
    }

    /** The transpose of {@link #labels}: sets of k components as vectors of p features. */
    double[] ofLabels(double[] rows);

    /** The covariance of the features that the model can neither see nor infer, row after row. */
    double[] hidden();

    /** The mean square of the part of the labels that the model can neither see nor infer. */
    double unseen(double[] mean, Spread spread);
}
