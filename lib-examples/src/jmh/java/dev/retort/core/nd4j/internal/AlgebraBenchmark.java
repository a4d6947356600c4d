package dev.retort.core.nd4j.internal;

import dev.retort.core.RandomStreams;
import dev.retort.core.nd4j.Covariance;
import dev.retort.core.nd4j.GaussianDesign;
import dev.retort.core.spectrum.Spectrum;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The operations of a fit with n = 2p/5 samples, for comparison with other callers of the same BLAS: n²p and n³/3
 * multiplications and additions. In this package because the operations are internal to it.
 */
@State(Scope.Benchmark)
public class AlgebraBenchmark {

    /** The number of features p. */
    @Param({"500", "2000"})
    public int features;

    private final OpenBlasAlgebra openBlas = new OpenBlasAlgebra();
    private final DenseAlgebra shared = openBlas.onAllProcessors();
    private OffHeapMatrix x = OffHeapMatrix.zeros(1, 1);
    private OffHeapMatrix gram = OffHeapMatrix.zeros(1, 1);
    private OffHeapMatrix work = OffHeapMatrix.zeros(1, 1);

    /** Draws a design. */
    @Setup
    public void setUp() {
        GaussianDesign design = GaussianDesign.of(Covariance.diagonal(Spectrum.powerLaw(1.5, features)));
        try (INDArray drawn =
                design.sample(2 * features / 5, RandomStreams.of(1).generator())) {
            x = OffHeapMatrix.copyOf(drawn);
        }
        gram = openBlas.gramOfRows(x);
        work = gram.copy();
    }

    /** Frees the matrices. */
    @TearDown
    public void tearDown() {
        x.close();
        gram.close();
        work.close();
    }

    /** The symmetric product, X Xᵀ. */
    @Benchmark
    public void product() {
        openBlas.gramOfRows(x).close();
    }

    /**
     * Cholesky with the estimate of the condition number, on a copy.
     *
     * @return the reciprocal condition number
     */
    @Benchmark
    public double copyAndCholesky() {
        try (OffHeapMatrix copy = gram.copy()) {
            return openBlas.cholesky(copy);
        }
    }

    /** Only the call of LAPACK for Cholesky, without the estimate. */
    @Benchmark
    public void copyAndFactor() {
        try (OffHeapMatrix copy = gram.copy()) {
            openBlas.factor(copy);
        }
    }

    /** The symmetric product in blocks that all processors share. */
    @Benchmark
    public void sharedProduct() {
        shared.gramOfRows(x).close();
    }

    /**
     * Cholesky with the estimate of the condition number, on a copy, in blocks that all processors share.
     *
     * @return the reciprocal condition number
     */
    @Benchmark
    public double sharedCopyAndCholesky() {
        try (OffHeapMatrix copy = gram.copy()) {
            return shared.cholesky(copy);
        }
    }

    /** Only the copy. */
    @Benchmark
    public void copy() {
        gram.copy().close();
    }
}
