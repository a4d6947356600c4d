package dev.retort.core.nd4j.internal;

/** Plain Java with one routine that is slightly wrong, as a broken BLAS would have it. */
public final class BrokenAlgebra extends JavaAlgebra {

    public enum Routine {
        PRODUCT,
        CHOLESKY,
        TRIANGULAR_SOLVE,
        TRIANGULAR_INVERSE,
        LEFT_PRODUCT,
        ROW_FACTORS,
        ROTATION,
        EIGENVECTORS
    }

    private final Routine broken;

    public BrokenAlgebra(Routine broken) {
        this.broken = broken;
    }

    @Override
    public void addProduct(
            double factor, OffHeapMatrix a, boolean transposeA, OffHeapMatrix b, boolean transposeB, OffHeapMatrix c) {
        super.addProduct(factor, a, transposeA, b, transposeB, c);
        spoil(Routine.PRODUCT, c);
    }

    @Override
    public double cholesky(OffHeapMatrix symmetric) {
        double reciprocalCondition = super.cholesky(symmetric);
        spoil(Routine.CHOLESKY, symmetric);
        return reciprocalCondition;
    }

    @Override
    public void solveTriangular(OffHeapMatrix lower, boolean transposed, OffHeapMatrix vectors) {
        super.solveTriangular(lower, transposed, vectors);
        spoil(Routine.TRIANGULAR_SOLVE, vectors);
    }

    @Override
    public void invertTriangular(OffHeapMatrix lower) {
        super.invertTriangular(lower);
        spoil(Routine.TRIANGULAR_INVERSE, lower);
    }

    @Override
    public void multiplyFromLeft(OffHeapMatrix lower, OffHeapMatrix b) {
        super.multiplyFromLeft(lower, b);
        spoil(Routine.LEFT_PRODUCT, b);
    }

    @Override
    public RowFactors factorRows(OffHeapMatrix w) {
        RowFactors factors = super.factorRows(w);
        spoil(Routine.ROW_FACTORS, w);
        return factors;
    }

    @Override
    public void rotate(RowFactors factors, boolean transposed, OffHeapMatrix vectors) {
        super.rotate(factors, transposed, vectors);
        spoil(Routine.ROTATION, vectors);
    }

    @Override
    public double[] eigen(OffHeapMatrix symmetric) {
        double[] eigenvalues = super.eigen(symmetric);
        spoil(Routine.EIGENVECTORS, symmetric);
        return eigenvalues;
    }

    private void spoil(Routine routine, OffHeapMatrix matrix) {
        if (routine == broken) {
            double[] entries = matrix.toArray();
            entries[entries.length - 1] *= 1.000001;
            matrix.set(entries);
        }
    }
}
