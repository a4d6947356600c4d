package dev.retort.core.nd4j.internal;

/** Plain Java with one slightly wrong routine, like a broken BLAS. */
public final class BrokenAlgebra extends JavaAlgebra {

    public enum Routine {
        GRAM_OF_ROWS,
        GRAM_OF_COLUMNS,
        PRODUCT,
        CHOLESKY,
        CONDITION,
        INDEFINITE,
        TRIANGULAR_SOLVE,
        TRANSPOSED_SOLVE,
        TRIANGULAR_INVERSE,
        LEFT_PRODUCT,
        ROW_FACTORS,
        PIVOTS,
        ROTATION,
        ROTATION_BACK,
        EIGENVECTORS,
        EIGENVALUES,
        SHARED_GRAM,
        SHARED_CHOLESKY
    }

    private final Routine broken;

    /** The routine is wrong if every dimension is at least this. */
    private final int from;

    public BrokenAlgebra(Routine broken) {
        this(broken, 1);
    }

    /** @param from the routine is right if a dimension of its arguments is less */
    BrokenAlgebra(Routine broken, int from) {
        this.broken = broken;
        this.from = from;
    }

    @Override
    public DenseAlgebra onAllProcessors() {
        return switch (broken) {
            case SHARED_GRAM -> new BrokenAlgebra(Routine.GRAM_OF_ROWS, from);
            case SHARED_CHOLESKY -> new BrokenAlgebra(Routine.CHOLESKY, from);
            default -> new JavaAlgebra();
        };
    }

    @Override
    public void addGramOfRows(OffHeapMatrix x, OffHeapMatrix c) {
        super.addGramOfRows(x, c);
        spoil(Routine.GRAM_OF_ROWS, c, x.rows());
    }

    @Override
    public OffHeapMatrix gramOfColumns(OffHeapMatrix x) {
        OffHeapMatrix gram = super.gramOfColumns(x);
        spoil(Routine.GRAM_OF_COLUMNS, gram, x.columns());
        return gram;
    }

    @Override
    public void addProduct(
            double factor, OffHeapMatrix a, boolean transposeA, OffHeapMatrix b, boolean transposeB, OffHeapMatrix c) {
        super.addProduct(factor, a, transposeA, b, transposeB, c);
        spoil(Routine.PRODUCT, c, Math.min(Math.min(a.rows(), a.columns()), Math.min(b.rows(), b.columns())));
    }

    @Override
    public double cholesky(OffHeapMatrix symmetric) {
        double reciprocalCondition = super.cholesky(symmetric);
        spoil(Routine.CHOLESKY, symmetric, symmetric.rows());
        if (broken == Routine.INDEFINITE && reciprocalCondition == 0 && symmetric.rows() >= from) {
            return 0.5;
        }
        return isBroken(Routine.CONDITION, symmetric.rows()) ? reciprocalCondition * 1.000001 : reciprocalCondition;
    }

    @Override
    public void solveTriangular(OffHeapMatrix lower, boolean transposed, OffHeapMatrix vectors) {
        super.solveTriangular(lower, transposed, vectors);
        int dimension = Math.min(vectors.rows(), vectors.columns());
        spoil(transposed ? Routine.TRANSPOSED_SOLVE : Routine.TRIANGULAR_SOLVE, vectors, dimension);
    }

    @Override
    public void invertTriangular(OffHeapMatrix lower) {
        super.invertTriangular(lower);
        spoil(Routine.TRIANGULAR_INVERSE, lower, lower.rows());
    }

    @Override
    public void multiplyFromLeft(OffHeapMatrix lower, OffHeapMatrix b) {
        super.multiplyFromLeft(lower, b);
        spoil(Routine.LEFT_PRODUCT, b, Math.min(b.rows(), b.columns()));
    }

    @Override
    public RowFactors factorRows(OffHeapMatrix w) {
        RowFactors factors = super.factorRows(w);
        spoil(Routine.ROW_FACTORS, w, w.rows());
        if (!isBroken(Routine.PIVOTS, w.rows())) {
            return factors;
        }
        int[] order = new int[w.rows()];
        for (int i = 0; i < order.length; i++) {
            order[i] = factors.order(order.length - 1 - i);
        }
        return new RowFactors(w, order, factors.scales());
    }

    @Override
    public void rotate(RowFactors factors, boolean transposed, OffHeapMatrix vectors) {
        super.rotate(factors, transposed, vectors);
        int dimension = Math.min(factors.matrix().rows(), vectors.rows());
        spoil(transposed ? Routine.ROTATION_BACK : Routine.ROTATION, vectors, dimension);
    }

    @Override
    public double[] eigen(OffHeapMatrix symmetric) {
        double[] eigenvalues = super.eigen(symmetric);
        spoil(Routine.EIGENVECTORS, symmetric, symmetric.rows());
        if (isBroken(Routine.EIGENVALUES, symmetric.rows())) {
            eigenvalues[eigenvalues.length - 1] *= 1.000001;
        }
        return eigenvalues;
    }

    private boolean isBroken(Routine routine, int dimension) {
        return routine == broken && dimension >= from;
    }

    private void spoil(Routine routine, OffHeapMatrix matrix, int dimension) {
        if (isBroken(routine, dimension)) {
            double[] entries = matrix.toArray();
            entries[entries.length - 1] *= 1.000001;
            matrix.set(entries);
        }
    }
}
