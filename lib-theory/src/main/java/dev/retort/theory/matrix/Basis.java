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

    /** The components along the eigenvectors: k of each vector of p features. */
    double[] fromFeatures(double[] rows);

    /** The k eigenvectors, each by its components along those of a basis of all features. */
    default double[] vectorsIn(Eigenbasis other) {
        double[] identity = DiagonalMatrix.multipleOfIdentity(1, size()).dense().entries();
        return equals(other) ? identity : other.fromFeatures(toFeatures(identity));
    }

    /**
     * What labels given by vectors of p features owe to features that the model does not see but can guess from those it
     * sees, as further components along the eigenvectors.
     */
    double[] guessed(double[] rows);

    /** The coefficients of labels as far as the model can tell: what it sees of them and what it guesses. */
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

    /** The covariance of what the model can neither see nor guess, in features, row after row. */
    double[] hidden();

    /** The mean square of what remains of the labels: what the model can neither see nor guess. */
    double unseen(double[] mean, Spread spread);
}
