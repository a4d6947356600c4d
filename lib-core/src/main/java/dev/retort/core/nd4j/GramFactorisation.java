package dev.retort.core.nd4j;

import dev.retort.core.RandomStreams;
import dev.retort.core.StandardNormal;
import dev.retort.core.internal.Blocks;
import dev.retort.core.nd4j.internal.DenseAlgebra;
import dev.retort.core.nd4j.internal.OffHeapMatrix;
import dev.retort.core.nd4j.internal.RegressionMemory;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Minimum-norm and ridge regression through the smaller Gram matrix of the features: X Xᵀ if there are fewer samples than
 * features, else Xᵀ X. This is the fast method where the Gram matrix is not too ill-conditioned: half the arithmetic of any
 * factorisation of X, nearly all of it in matrix products.
 *
 * <p>Every solution is corrected once by its residual, which is computed from X, not from the Gram matrix (Björck, Numerical
 * Methods for Least Squares Problems, section 6.6.5). That recovers the digits lost by squaring the condition, and the
 * residual also shows whether the factorisation can be trusted at all.
 */
final class GramFactorisation implements Factorisation {

    /**
     * The largest residual, relative to what was subtracted to obtain it, that rounding explains: backward errors of Cholesky
     * are a modest multiple of n · 1e-16, while those of a broken routine are far larger.
     */
    static final double RESIDUAL_TOLERANCE = 1e-10;

    private final DenseAlgebra algebra;
    private final OffHeapMatrix x;
    private final double penalty;
    private final boolean wide;
    private final OffHeapMatrix factor;
    private final double trace;
    private final double reciprocalCondition;
    private @Nullable OffHeapMatrix inverse;

    private GramFactorisation(
            DenseAlgebra algebra,
            OffHeapMatrix x,
            double penalty,
            boolean wide,
            OffHeapMatrix factor,
            double trace,
            double reciprocalCondition) {
        this.algebra = algebra;
        this.x = x;
        this.penalty = penalty;
        this.wide = wide;
        this.factor = factor;
        this.trace = trace;
        this.reciprocalCondition = reciprocalCondition;
    }

    /**
     * Factors the Gram matrix of x, n x p, plus {@code penalty} times the identity.
     *
     * @param x features of moderate size, so that squares neither overflow nor underflow
     * @return the factorisation, which reads x until it is closed; null if the matrix is too ill-conditioned
     */
    static @Nullable GramFactorisation of(DenseAlgebra algebra, OffHeapMatrix x, double penalty) {
        boolean wide = x.rows() < x.columns();
        OffHeapMatrix gram = wide ? algebra.gramOfRows(x) : algebra.gramOfColumns(x);
        try {
            double trace = addToDiagonal(gram, penalty);
            double reciprocalCondition = algebra.cholesky(gram);
            if (reciprocalCondition >= RegressionMemory.LEAST_RECIPROCAL_CONDITION) {
                return new GramFactorisation(algebra, x, penalty, wide, gram, trace, reciprocalCondition);
            }
        } catch (RuntimeException | Error e) {
            gram.close();
            throw e;
        }
        gram.close();
        return null;
    }

    /**
     * The factorisation for the first samples alone, if this one contains it: the factor of a leading block of X Xᵀ is the
     * leading block of its factor. Reads the memory of this one.
     *
     * @param rows the first rows of x
     * @return the factorisation; null if this one does not contain it
     */
    @Nullable
    GramFactorisation beginning(OffHeapMatrix rows) {
        if (!isNested()) {
            return null;
        }
        // The eigenvalues of a leading block lie between those of the whole matrix, so that its condition is no worse.
        return new GramFactorisation(
                algebra, rows, 0, true, factor.leadingRows(rows.rows()), trace, reciprocalCondition);
    }

    /** Whether this factorisation contains those for the first samples alone, as do the first rows of E, F and F X. */
    boolean isNested() {
        return wide && penalty == 0;
    }

    /** Whether a random set of labels leaves a residual that rounding explains. */
    boolean isSound() {
        double[] labels =
                StandardNormal.sample(x.rows(), RandomStreams.of(x.rows()).generator());
        try (OffHeapMatrix set = OffHeapMatrix.of(1, x.rows(), labels);
                OffHeapMatrix coefficients = OffHeapMatrix.zeros(1, x.columns());
                OffHeapMatrix residual = solveOnce(set, coefficients)) {
            return residual != null;
        }
    }

    private static double addToDiagonal(OffHeapMatrix gram, double penalty) {
        double trace = 0;
        long step = gram.rows() + 1L;
        for (int i = 0; i < gram.rows(); i++) {
            double entry = gram.pointer().get(i * step) + penalty;
            gram.pointer().put(i * step, entry);
            trace += entry;
        }
        return trace;
    }

    @Override
    public @Nullable OffHeapMatrix solve(OffHeapMatrix labels) {
        OffHeapMatrix coefficients = OffHeapMatrix.zeros(labels.rows(), x.columns());
        boolean solved = false;
        try {
            solved = solve(labels, coefficients);
        } finally {
            if (!solved) {
                coefficients.close();
            }
        }
        return solved ? coefficients : null;
    }

    /** Writes the solution over the zeros in {@code coefficients}; false if a residual is larger than rounding explains. */
    private boolean solve(OffHeapMatrix labels, OffHeapMatrix coefficients) {
        try (OffHeapMatrix residual = solveOnce(labels, coefficients)) {
            if (residual == null) {
                return false;
            }
            algebra.solveCholesky(factor, residual);
            if (wide) {
                algebra.addProduct(1, residual, false, x, false, coefficients);
            } else {
                add(1, residual, coefficients);
            }
            return true;
        }
    }

    /**
     * Solves without the correction.
     *
     * @param coefficients zeros, to be replaced by the solution
     * @return the residual of the system that has been factored; null if it is larger than rounding explains
     */
    private @Nullable OffHeapMatrix solveOnce(OffHeapMatrix labels, OffHeapMatrix coefficients) {
        return wide ? solveForMultipliers(labels, coefficients) : solveNormalEquations(labels, coefficients);
    }

    /** b = Xᵀ a with (X Xᵀ + penalty) a = y. */
    private @Nullable OffHeapMatrix solveForMultipliers(OffHeapMatrix labels, OffHeapMatrix coefficients) {
        try (OffHeapMatrix multipliers = labels.copy()) {
            algebra.solveCholesky(factor, multipliers);
            algebra.addProduct(1, multipliers, false, x, false, coefficients);
            OffHeapMatrix residual =
                    labels.copy().filledBy(left -> algebra.addProduct(-1, coefficients, false, x, true, left));
            return ifSmall(residual, multipliers, labels, 1);
        }
    }

    /** (Xᵀ X + penalty) b = Xᵀ y. */
    private @Nullable OffHeapMatrix solveNormalEquations(OffHeapMatrix labels, OffHeapMatrix coefficients) {
        algebra.addProduct(1, labels, false, x, false, coefficients);
        algebra.solveCholesky(factor, coefficients);
        try (OffHeapMatrix misfit = labels.copy()) {
            algebra.addProduct(-1, coefficients, false, x, true, misfit);
            OffHeapMatrix residual = OffHeapMatrix.zeros(labels.rows(), x.columns())
                    .filledBy(left -> algebra.addProduct(1, misfit, false, x, false, left));
            return ifSmall(residual, coefficients, labels, Math.sqrt(trace));
        }
    }

    /** The residual less penalty · solution; null if that is not small. */
    private @Nullable OffHeapMatrix ifSmall(
            OffHeapMatrix residual, OffHeapMatrix solution, OffHeapMatrix labels, double scale) {
        boolean small = false;
        try {
            if (penalty != 0) {
                add(-penalty, solution, residual);
            }
            small = small(residual, solution, labels, scale);
        } finally {
            if (!small) {
                residual.close();
            }
        }
        return small ? residual : null;
    }

    private static void add(double factor, OffHeapMatrix summand, OffHeapMatrix sum) {
        double[] entries = sum.toArray();
        Blocks.addRow(factor, summand.toArray(), 0, entries, 0, entries.length);
        sum.set(entries);
    }

    /** Whether the largest entry of every residual is small beside that of trace · |solution| + scale · |labels|. */
    private boolean small(OffHeapMatrix residual, OffHeapMatrix solution, OffHeapMatrix labels, double scale) {
        for (int i = 0; i < residual.rows(); i++) {
            double bound = trace * largest(solution.row(i)) + scale * largest(labels.row(i));
            if (!(largest(residual.row(i)) <= RESIDUAL_TOLERANCE * bound && bound < Double.POSITIVE_INFINITY)) {
                return false;
            }
        }
        return true;
    }

    /** The largest absolute entry; NaN if one is NaN. */
    private static double largest(double[] entries) {
        double largest = 0;
        for (double entry : entries) {
            largest = Math.max(largest, Math.abs(entry));
        }
        return largest;
    }

    /** L⁻¹ X, or L⁻¹. */
    @Override
    public OffHeapMatrix basis() {
        return wide ? reduced(x) : inverse().copy();
    }

    /** L⁻¹, or L⁻¹ Xᵀ. */
    @Override
    public OffHeapMatrix reducer() {
        if (wide) {
            return inverse().copy();
        }
        OffHeapMatrix left = inverse();
        return OffHeapMatrix.zeros(left.rows(), x.rows())
                .filledBy(product -> algebra.addProduct(1, left, false, x, true, product));
    }

    /** L⁻¹, made when first needed: products with it run at full speed, triangular solves do not. */
    private OffHeapMatrix inverse() {
        if (inverse == null) {
            inverse = factor.lowerTriangle().filledBy(algebra::invertTriangular);
        }
        return inverse;
    }

    @Override
    public OffHeapMatrix reduced(OffHeapMatrix matrix) {
        OffHeapMatrix left = inverse();
        if (wide) {
            return matrix.copy().filledBy(product -> algebra.multiplyFromLeft(left, product));
        }
        return OffHeapMatrix.zeros(x.columns(), matrix.columns()).filledBy(product -> {
            algebra.addProduct(1, x, true, matrix, false, product);
            algebra.multiplyFromLeft(left, product);
        });
    }

    @Override
    public boolean reducesToBasis() {
        return wide;
    }

    /** Unless there are fewer samples than features, A X = (XᵀX + penalty)⁻¹ XᵀX = I − penalty · L⁻ᵀ L⁻¹. */
    @Override
    public @Nullable OffHeapMatrix missed() {
        if (wide) {
            return null;
        }
        double[] factors = new double[x.columns()];
        Arrays.fill(factors, penalty);
        return inverse().scaledColumns(factors);
    }

    @Override
    public double reciprocalCondition() {
        return reciprocalCondition;
    }

    @Override
    public void close() {
        factor.close();
        if (inverse != null) {
            inverse.close();
        }
    }
}
