package dev.retort.core.nd4j.internal;

import static org.bytedeco.openblas.global.openblas.LAPACKE_dgelqf;
import static org.bytedeco.openblas.global.openblas.LAPACKE_dgesdd;
import static org.bytedeco.openblas.global.openblas.LAPACK_COL_MAJOR;

import dev.retort.core.RandomStreams;
import dev.retort.core.internal.DotProduct;
import dev.retort.core.internal.ThinSvd;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.bytedeco.javacpp.DoublePointer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thin singular value decomposition of a large matrix, by LAPACK's divide and conquer ({@code dgesdd}) where the
 * class path has a usable OpenBLAS, and by {@link ThinSvd#of} elsewhere and for small matrices.
 *
 * <p>A matrix wider than high is reduced to a triangle of its own height first, some columns at a time ({@code dgelqf}), so that no
 * second matrix of its size is made. Singular values have an error of a few ulps of the largest.
 */
public final class LargeSvd {

    /** Number of multiplications below which plain Java finishes before a library is loaded. */
    private static final double LARGE = 1e8;

    private static final byte THIN = 'S';

    /** Columns that are added to the triangle at a time, unless its own order is larger. */
    private static final int BLOCK = 512;

    /** Errors are a small multiple of √n · 1e-16; broken routines are off by 1 and more. */
    private static final double AGREEMENT = 1e-10;

    private static final Logger LOGGER = LoggerFactory.getLogger("dev.retort.core.nd4j");

    private LargeSvd() {}

    /** Decides at the first large matrix. */
    private static final class Holder {
        static final boolean TRUSTED = isTrusted();
    }

    /**
     * Decomposes a matrix.
     *
     * @param columns the columns of X, at least one, all of the same length n ≥ 1; every entry finite. Not copied if there are more of
     *     them than n: they must then be left alone
     * @return the decomposition
     * @throws IllegalArgumentException if the matrix has no entry, its columns differ in length, or an entry is NaN or infinite
     */
    public static ThinSvd of(double[]... columns) {
        ThinSvd.checkMatrix(columns);
        double rows = columns[0].length;
        boolean large = rows * columns.length * Math.min(rows, columns.length) > LARGE;
        if (large && Holder.TRUSTED) {
            @Nullable ThinSvd svd = byLapack(BLOCK, columns);
            if (svd != null) {
                return svd;
            }
        }
        return ThinSvd.of(columns);
    }

    private static boolean isTrusted() {
        try {
            return DenseAlgebra.selected() instanceof OpenBlasAlgebra && agrees();
        } catch (LinkageError e) {
            LOGGER.debug("Singular values in plain Java, as OpenBLAS cannot be loaded", e);
            return false;
        }
    }

    /** Compares values and projections with those of plain Java, on a matrix beyond the order at which LAPACK divides. */
    private static boolean agrees() {
        RandomGenerator random = RandomStreams.of(20261203).generator();
        double[][] high = new double[48][];
        Arrays.setAll(high, j -> random.doubles(80, -1, 1).toArray());
        double[][] wide = new double[130][];
        Arrays.setAll(wide, j -> random.doubles(40, -1, 1).toArray());
        return agrees(ThinSvd.of(high), byLapack(BLOCK, high)) && agrees(ThinSvd.of(wide), byLapack(50, wide));
    }

    private static boolean agrees(ThinSvd expected, @Nullable ThinSvd actual) {
        if (actual == null) {
            return false;
        }
        for (int k = 0; k < expected.size(); k++) {
            double off = Math.abs(actual.value(k) - expected.value(k));
            if (!(off <= AGREEMENT * expected.value(0)
                    && areParallel(actual.left(k), expected.left(k))
                    && areParallel(actual.right(k), expected.right(k)))) {
                LOGGER.warn(
                        "OpenBLAS failed its self-test for singular values on this processor; they are computed in plain Java");
                return false;
            }
        }
        return true;
    }

    private static boolean areParallel(double[] unit, double[] other) {
        return 1 - Math.abs(DotProduct.of(unit, 0, other, 0, unit.length)) <= AGREEMENT;
    }

    /** The decomposition, or null if the iteration did not converge. */
    static @Nullable ThinSvd byLapack(int block, double[]... columns) {
        OpenBlasAlgebra.keepToOneThread();
        int n = columns[0].length;
        if (columns.length > n) {
            try (DoublePointer triangle = lowerTriangle(columns, block)) {
                return decompose(columns, triangle, n, n);
            }
        }
        try (DoublePointer matrix = new DoublePointer((long) n * columns.length)) {
            for (int j = 0; j < columns.length; j++) {
                matrix.position((long) j * n).put(columns[j]);
            }
            return decompose(columns, matrix.position(0), n, columns.length);
        }
    }

    /**
     * L with L Lᵀ = X Xᵀ: L and the next columns of X are factored together into a new triangle and rotations, which are
     * dropped.
     */
    private static DoublePointer lowerTriangle(double[][] columns, int block) {
        int n = columns[0].length;
        int width = n + Math.max(block, n);
        DoublePointer matrix = new DoublePointer((long) n * width);
        double[] column = new double[n];
        try (DoublePointer scales = new DoublePointer(n)) {
            int held = 0;
            int next = 0;
            while (next < columns.length) {
                for (; held < width && next < columns.length; held++) {
                    matrix.position((long) held * n).put(columns[next++]);
                }
                matrix.position(0);
                refuse("dgelqf", LAPACKE_dgelqf(LAPACK_COL_MAJOR, n, held, matrix, n, scales));
                for (int j = 0; j < n; j++) {
                    matrix.position((long) j * n).get(column, 0, n);
                    Arrays.fill(column, 0, Math.min(j, n), 0); // where the rotations are kept
                    matrix.put(column, 0, n);
                }
                held = n;
            }
        }
        return matrix.position(0);
    }

    private static @Nullable ThinSvd decompose(double[][] columns, DoublePointer matrix, int n, int p) {
        double[] values = new double[p];
        double[][] left = new double[p][n];
        double[][] right = new double[p][p];
        try (DoublePointer d = new DoublePointer(p);
                DoublePointer u = new DoublePointer((long) n * p);
                DoublePointer vt = new DoublePointer((long) p * p)) {
            int info = LAPACKE_dgesdd(LAPACK_COL_MAJOR, THIN, n, p, matrix, n, d, u, n, vt, p);
            if (info > 0) {
                return null;
            }
            refuse("dgesdd", info);
            d.get(values);
            for (int k = 0; k < p; k++) {
                u.position((long) k * n).get(left[k]);
            }
            double[] column = new double[p];
            for (int j = 0; j < p && columns.length <= n; j++) {
                vt.position((long) j * p).get(column);
                for (int k = 0; k < p; k++) {
                    right[k][j] = column[k];
                }
            }
        }
        return ThinSvd.ofFactors(columns, values, left, columns.length <= n ? right : null);
    }

    private static void refuse(String routine, int info) {
        if (info < 0) {
            throw new IllegalStateException(routine + " refused its arguments: info " + info);
        }
    }
}
