package dev.retort.core.spectrum;

/** The eigenvalues of a spectrum with too many features for a list. Indices count from 1. Immutable. */
interface Law {

    /** The eigenvalue at an index. */
    double value(double index);

    /** The last index, a whole number; or infinity. */
    double last();

    /** The number of zero eigenvalues. */
    double zeros();

    /** The positive eigenvalues on nodes. */
    SpectralMeasure measure();

    /** The largest power of 1/i with which eigenvalues fall within a stretch; 0 if those of a stretch are equal. */
    double steepness();

    /** The number of features in each stretch, from the first on; the eigenvalue may jump between stretches. */
    double[] stretches();

    /**
     * The number of eigenvalues that are at least this large, if they are the first ones; 0 if there is nothing to
     * split.
     */
    double countAbove(double lambda);

    /** The spectrum of the first features alone. */
    Spectrum first(double count);
}
