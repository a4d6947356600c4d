package dev.retort.core.nd4j;

import dev.retort.core.nd4j.internal.OffHeapMatrix;
import org.jspecify.annotations.Nullable;

/**
 * A factorisation of the map A from labels to the coefficients that minimise |y − X b|² + penalty |b|² for features X, n x p:
 * A = Eᵀ F, with E of shape r x p and F of shape r x n, where r ≤ min(n, p). Belongs to one thread, and reads X until it is
 * closed.
 */
sealed interface Factorisation extends AutoCloseable permits GramFactorisation, OrthogonalFactorisation {

    /**
     * Solves for every set of labels.
     *
     * @param labels k x n, one set per row
     * @return k x p, the coefficients of least norm, one set per row; null if a residual is larger than rounding explains
     */
    @Nullable
    OffHeapMatrix solve(OffHeapMatrix labels);

    /** E. */
    OffHeapMatrix basis();

    /** F. */
    OffHeapMatrix reducer();

    /** F times a matrix of n rows. */
    OffHeapMatrix reduced(OffHeapMatrix matrix);

    /** Whether F X is E, which then has smaller rounding errors than the product. */
    boolean reducesToBasis();

    /** H, where I − A X = Eᵀ H, so that nothing cancels where A X is near the identity; null if there is none. */
    @Nullable
    OffHeapMatrix missed();

    /** The reciprocal condition number of the smaller Gram matrix with the penalty, estimated; 0 if it is singular. */
    double reciprocalCondition();

    @Override
    void close();
}
