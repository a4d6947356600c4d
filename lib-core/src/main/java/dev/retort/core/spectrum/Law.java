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

    /** The nodes of a task. */
    TaskNodes nodes(Signal signal);
}
