package dev.retort.core.nd4j.internal;

/**
 * The few operations of dense linear algebra that regression and covariances need, whichever library does the arithmetic.
 * Implementations hold no state and may be shared by threads.
 *
 * <p>A set of vectors is a matrix whose rows are the vectors. A lower triangle is that of the row-major matrix; entries above
 * it are neither read nor, unless stated, written. Nothing is checked for NaN: callers pass finite numbers.
 */
public sealed interface DenseAlgebra permits OpenBlasAlgebra, JavaAlgebra {

    /** OpenBLAS if there is a usable version, otherwise plain Java; decided at the first call. */
    static DenseAlgebra selected() {
        return AlgebraSelection.selected();
    }

    /**
     * The same operations for a caller that has all processors to itself: where it is faster, Gram matrices and their
     * Cholesky factors are made block by block, several at a time. Results do not depend on the number of processors, but may
     * differ in the last bits from those of this algebra.
     */
    DenseAlgebra onAllProcessors();

    /** Lower triangle of X Xᵀ. */
    default OffHeapMatrix gramOfRows(OffHeapMatrix x) {
        return OffHeapMatrix.zeros(x.rows(), x.rows()).filledBy(gram -> addGramOfRows(x, gram));
    }

    /** Adds X Xᵀ to the lower triangle of C. */
    void addGramOfRows(OffHeapMatrix x, OffHeapMatrix c);

    /** Lower triangle of Xᵀ X. */
    OffHeapMatrix gramOfColumns(OffHeapMatrix x);

    /** Adds factor · op(A) op(B) to C, where op transposes its matrix if asked to. */
    void addProduct(
            double factor, OffHeapMatrix a, boolean transposeA, OffHeapMatrix b, boolean transposeB, OffHeapMatrix c);

    /**
     * Replaces the lower triangle of a symmetric matrix by its Cholesky factor.
     *
     * @return an estimate of the reciprocal condition number in the 1-norm, or 0 if the matrix is not numerically
     *     positive definite, in which case its lower triangle is lost
     */
    double cholesky(OffHeapMatrix symmetric);

    /**
     * Solves L x = v, or Lᵀ x = v, for every row v of {@code vectors} and puts x in its place. The order of L is the
     * length of the vectors; the matrix that holds it may be larger.
     */
    void solveTriangular(OffHeapMatrix lower, boolean transposed, OffHeapMatrix vectors);

    /** Replaces a lower triangle, without zeros on its diagonal, by that of its inverse. */
    void invertTriangular(OffHeapMatrix lower);

    /** Replaces B by L B, where the order of L is the number of rows of B; the matrix that holds it may be larger. */
    void multiplyFromLeft(OffHeapMatrix lower, OffHeapMatrix b);

    /**
     * Factors a matrix W with at least as many columns as rows into L Q with row pivoting: row i of L Q is row
     * {@code order(i)} of W, L is lower triangular with diagonal entries of decreasing size, and Q has orthonormal rows.
     * L replaces the lower triangle of W, and the vectors that define Q the rest.
     */
    RowFactors factorRows(OffHeapMatrix w);

    /**
     * Replaces every row v of {@code vectors} by Q v, or by Qᵀ v, where Q is completed to a square orthogonal matrix.
     *
     * @param factors what {@link #factorRows} returned, of a matrix with as many columns as {@code vectors}
     */
    void rotate(RowFactors factors, boolean transposed, OffHeapMatrix vectors);

    /**
     * Replaces a symmetric matrix, given by its lower triangle, by its orthonormal eigenvectors, one per row, in the
     * order of the eigenvalues returned.
     *
     * @return the eigenvalues, ascending
     * @throws ArithmeticException if the iteration does not converge
     */
    double[] eigen(OffHeapMatrix symmetric);

    /** Solves A x = v for every row v of {@code vectors}, where A = L Lᵀ. */
    default void solveCholesky(OffHeapMatrix factor, OffHeapMatrix vectors) {
        solveTriangular(factor, false, vectors);
        solveTriangular(factor, true, vectors);
    }
}
