package dev.retort.core.nd4j.internal;

import static org.bytedeco.openblas.global.openblas.CblasLower;
import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasNonUnit;
import static org.bytedeco.openblas.global.openblas.CblasRight;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.cblas_dgemm;
import static org.bytedeco.openblas.global.openblas.cblas_dsyrk;
import static org.bytedeco.openblas.global.openblas.cblas_dtrsm;

import dev.retort.core.internal.Parallel;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.DoublePointer;

/**
 * OpenBLAS with its larger operations cut into blocks, which are run by the threads of a pool: the caller's fork-join pool,
 * or else Java's common one. Each block is one call on one thread. With BLAS's own threads the digits would depend on their
 * number, and they would compete with those of other callers. Blocks depend on the shape alone, and so do the results.
 */
final class SharedOpenBlasAlgebra extends OpenBlasAlgebra {

    /** Wide enough for products at nearly full speed. */
    private static final int GRAM_BLOCK = 200;

    /** Narrower, because only the rest of the matrix after each block column can be shared. */
    private static final int CHOLESKY_BLOCK = 120;

    @Override
    void addGram(OffHeapMatrix x, boolean transposed, OffHeapMatrix c) {
        keepToOneThread();
        int terms = transposed ? x.rows() : x.columns();
        addGram(1, x, transposed, 0, terms, c, bounds(c.rows(), GRAM_BLOCK), 0);
    }

    /**
     * For each block column: factors the diagonal block, solves for the blocks below it, and subtracts their products from
     * the rest.
     */
    @Override
    boolean factor(OffHeapMatrix symmetric) {
        int length = symmetric.columns();
        int[] bounds = bounds(symmetric.rows(), CHOLESKY_BLOCK);
        for (int k = 0; k + 1 < bounds.length; k++) {
            int column = bounds[k];
            int width = bounds[k + 1] - column;
            DoublePointer diagonal = symmetric.at(column, column);
            if (!factor(width, diagonal, length)) {
                return false;
            }
            int next = k + 1;
            Parallel.forEach(bounds.length - 1 - next, below -> {
                int i = next + below;
                cblas_dtrsm(
                        CblasRowMajor,
                        CblasRight,
                        CblasLower,
                        CblasTrans,
                        CblasNonUnit,
                        bounds[i + 1] - bounds[i],
                        width,
                        1,
                        diagonal,
                        length,
                        symmetric.at(bounds[i], column),
                        length);
            });
            addGram(-1, symmetric, false, column, width, symmetric, bounds, k + 1);
        }
        return true;
    }

    /**
     * Adds factor · A Aᵀ to the lower triangle of C, or factor · Aᵀ A if transposed, from a block on.
     *
     * @param first the first column of A, or its first row if transposed, that the product includes
     * @param terms how many of them
     * @param bounds the beginnings of the blocks of C, and the end of the last one
     */
    private static void addGram(
            double factor,
            OffHeapMatrix a,
            boolean transposed,
            int first,
            int terms,
            OffHeapMatrix c,
            int[] bounds,
            int from) {
        int blocks = bounds.length - 1 - from;
        Parallel.forEach(blocks * (blocks + 1) / 2, index -> {
            int row = (int) ((Math.sqrt(8.0 * index + 1) - 1) / 2);
            int i = from + row;
            int j = from + index - row * (row + 1) / 2;
            int rows = bounds[i + 1] - bounds[i];
            int columns = bounds[j + 1] - bounds[j];
            DoublePointer left = transposed ? a.at(first, bounds[i]) : a.at(bounds[i], first);
            DoublePointer right = transposed ? a.at(first, bounds[j]) : a.at(bounds[j], first);
            DoublePointer block = c.at(bounds[i], bounds[j]);
            int asIs = transposed ? CblasTrans : CblasNoTrans;
            int other = transposed ? CblasNoTrans : CblasTrans;
            int length = a.columns();
            if (i == j) {
                cblas_dsyrk(CblasRowMajor, CblasLower, asIs, rows, terms, factor, left, length, 1, block, c.columns());
            } else {
                cblas_dgemm(
                        CblasRowMajor,
                        asIs,
                        other,
                        rows,
                        columns,
                        terms,
                        factor,
                        left,
                        length,
                        right,
                        length,
                        1,
                        block,
                        c.columns());
            }
        });
    }

    /** The bounds of blocks of about the given size: where each begins, and the last one ends. */
    private static int[] bounds(int order, int size) {
        int blocks = Math.max(1, (order + size / 2) / size);
        return IntStream.rangeClosed(0, blocks)
                .map(i -> (int) ((long) order * i / blocks))
                .toArray();
    }
}
