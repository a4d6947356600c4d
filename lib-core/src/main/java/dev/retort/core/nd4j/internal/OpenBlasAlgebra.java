package dev.retort.core.nd4j.internal;

import static org.bytedeco.openblas.global.openblas.CblasColMajor;
import static org.bytedeco.openblas.global.openblas.CblasLeft;
import static org.bytedeco.openblas.global.openblas.CblasLower;
import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasNonUnit;
import static org.bytedeco.openblas.global.openblas.CblasRight;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.CblasUpper;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dgeqp3;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dlansy;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dormqr;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dpocon;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dpotrf_work;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dsyevd;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dtrtri_work;
import static org.bytedeco.openblas.global.openblas.LAPACK_COL_MAJOR;
import static org.bytedeco.openblas.global.openblas.cblas_dgemm;
import static org.bytedeco.openblas.global.openblas.cblas_dsyrk;
import static org.bytedeco.openblas.global.openblas.cblas_dtrmm;
import static org.bytedeco.openblas.global.openblas.cblas_dtrsm;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.openblas.global.openblas;

/**
 * The operations by OpenBLAS and the LAPACK inside it, called directly.
 *
 * <p>LAPACK stores matrices by columns. It is called that way, and sees every matrix transposed: our lower triangles are its
 * upper ones, our rows its columns, and row factors L Q its factors Q R. That avoids the copies that LAPACKE makes of
 * row-major matrices. Where LAPACKE has a variant without the search for NaN that needs no workspace, it is used: entries
 * have been checked before.
 */
sealed class OpenBlasAlgebra implements DenseAlgebra permits SharedOpenBlasAlgebra {

    private static final byte UPPER = 'U';
    private static final byte NON_UNIT = 'N';
    private static final byte ONE_NORM = '1';
    private static final byte WITH_VECTORS = 'V';
    private static final byte FROM_THE_LEFT = 'L';
    private static final byte TRANSPOSED = 'T';
    private static final byte AS_IT_IS = 'N';

    /**
     * Binds the native library.
     *
     * @throws LinkageError if it is missing or incompatible
     */
    OpenBlasAlgebra() {
        keepToOneThread();
    }

    /**
     * Sets the number of BLAS threads to one. Trials run in parallel; threads inside BLAS would only compete with them, and
     * on a busy machine take a hundred times as long as one thread. Setting the number once is not enough: when ND4J makes
     * its first array, it sets the number for the same library to that of the cores. Reading the number costs nanoseconds,
     * setting it a fifth of a millisecond.
     */
    static void keepToOneThread() {
        if (openblas.blas_get_num_threads() != 1) {
            openblas.blas_set_num_threads(1);
        }
    }

    @Override
    public DenseAlgebra onAllProcessors() {
        return new SharedOpenBlasAlgebra();
    }

    @Override
    public void addGramOfRows(OffHeapMatrix x, OffHeapMatrix c) {
        addGram(x, false, c);
    }

    @Override
    public OffHeapMatrix gramOfColumns(OffHeapMatrix x) {
        return OffHeapMatrix.zeros(x.columns(), x.columns()).filledBy(gram -> addGram(x, true, gram));
    }

    /** Adds X Xᵀ, or Xᵀ X, to the lower triangle of C. */
    void addGram(OffHeapMatrix x, boolean transposed, OffHeapMatrix c) {
        keepToOneThread();
        cblas_dsyrk(
                CblasRowMajor,
                CblasLower,
                transposed ? CblasTrans : CblasNoTrans,
                c.rows(),
                transposed ? x.rows() : x.columns(),
                1,
                x.pointer(),
                x.columns(),
                1,
                c.pointer(),
                c.columns());
    }

    @Override
    public void addProduct(
            double factor, OffHeapMatrix a, boolean transposeA, OffHeapMatrix b, boolean transposeB, OffHeapMatrix c) {
        keepToOneThread();
        cblas_dgemm(
                CblasRowMajor,
                transposeA ? CblasTrans : CblasNoTrans,
                transposeB ? CblasTrans : CblasNoTrans,
                c.rows(),
                c.columns(),
                transposeA ? a.rows() : a.columns(),
                factor,
                a.pointer(),
                a.columns(),
                b.pointer(),
                b.columns(),
                1,
                c.pointer(),
                c.columns());
    }

    @Override
    public double cholesky(OffHeapMatrix symmetric) {
        keepToOneThread();
        int n = symmetric.rows();
        DoublePointer a = symmetric.pointer();
        double norm = LAPACKE_dlansy(LAPACK_COL_MAJOR, ONE_NORM, UPPER, n, a, n);
        if (!factor(symmetric)) {
            return 0;
        }
        try (DoublePointer reciprocalCondition = new DoublePointer(1)) {
            accepted("dpocon", LAPACKE_dpocon(LAPACK_COL_MAJOR, UPPER, n, a, n, norm, reciprocalCondition));
            return reciprocalCondition.get();
        }
    }

    /** Replaces the lower triangle by its Cholesky factor; false if it is not numerically positive definite. */
    boolean factor(OffHeapMatrix symmetric) {
        return factor(symmetric.rows(), symmetric.pointer(), symmetric.columns());
    }

    /** The same for a block on the diagonal of a matrix whose rows have a given length. */
    static boolean factor(int order, DoublePointer block, int rowLength) {
        return accepted("dpotrf", LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, UPPER, order, block, rowLength)) == 0;
    }

    @Override
    public void solveTriangular(OffHeapMatrix lower, boolean transposed, OffHeapMatrix vectors) {
        keepToOneThread();
        cblas_dtrsm(
                CblasColMajor,
                CblasLeft,
                CblasUpper,
                transposed ? CblasNoTrans : CblasTrans,
                CblasNonUnit,
                vectors.columns(),
                vectors.rows(),
                1,
                lower.pointer(),
                lower.columns(),
                vectors.pointer(),
                vectors.columns());
    }

    @Override
    public void invertTriangular(OffHeapMatrix lower) {
        keepToOneThread();
        int n = lower.rows();
        int info = accepted("dtrtri", LAPACKE_dtrtri_work(LAPACK_COL_MAJOR, UPPER, NON_UNIT, n, lower.pointer(), n));
        if (info > 0) {
            throw new ArithmeticException("dtrtri: singular, info " + info + ", order " + n);
        }
    }

    /** In LAPACK's transposed view, Bᵀ is multiplied from the right by Lᵀ. */
    @Override
    public void multiplyFromLeft(OffHeapMatrix lower, OffHeapMatrix b) {
        keepToOneThread();
        cblas_dtrmm(
                CblasColMajor,
                CblasRight,
                CblasUpper,
                CblasNoTrans,
                CblasNonUnit,
                b.columns(),
                b.rows(),
                1,
                lower.pointer(),
                lower.columns(),
                b.pointer(),
                b.columns());
    }

    @Override
    public RowFactors factorRows(OffHeapMatrix w) {
        keepToOneThread();
        int m = w.rows();
        int length = w.columns();
        double[] scales = new double[m];
        int[] order = new int[m];
        try (IntPointer pivots = new IntPointer(m);
                DoublePointer tau = new DoublePointer(m)) {
            pivots.zero(); // zero: free to move
            accepted("dgeqp3", LAPACKE_dgeqp3(LAPACK_COL_MAJOR, length, m, w.pointer(), length, pivots, tau));
            pivots.get(order);
            tau.get(scales);
        }
        for (int i = 0; i < m; i++) {
            order[i]--; // LAPACK counts from 1
        }
        return new RowFactors(w, order, scales);
    }

    @Override
    public void rotate(RowFactors factors, boolean transposed, OffHeapMatrix vectors) {
        keepToOneThread();
        int m = factors.matrix().rows();
        int length = vectors.columns();
        try (DoublePointer tau = new DoublePointer(factors.scales())) {
            accepted(
                    "dormqr",
                    LAPACKE_dormqr(
                            LAPACK_COL_MAJOR,
                            FROM_THE_LEFT,
                            transposed ? AS_IT_IS : TRANSPOSED,
                            length,
                            vectors.rows(),
                            m,
                            factors.matrix().pointer(),
                            length,
                            tau,
                            vectors.pointer(),
                            length));
        }
    }

    @Override
    public double[] eigen(OffHeapMatrix symmetric) {
        keepToOneThread();
        int n = symmetric.rows();
        double[] eigenvalues = new double[n];
        try (DoublePointer values = new DoublePointer(n)) {
            int info = accepted(
                    "dsyevd", LAPACKE_dsyevd(LAPACK_COL_MAJOR, WITH_VECTORS, UPPER, n, symmetric.pointer(), n, values));
            if (info > 0) {
                throw new ArithmeticException("dsyevd: no convergence, info " + info + ", order " + n);
            }
            values.get(eigenvalues);
        }
        return eigenvalues;
    }

    /** LAPACK's positive codes are results; negative codes mean that the call itself was wrong or memory ran out. */
    private static int accepted(String routine, int info) {
        if (info < 0) {
            throw new IllegalStateException(routine + " refused its arguments: info " + info);
        }
        return info;
    }
}
