package dev.retort.core.nd4j;

import dev.retort.core.nd4j.internal.DenseAlgebra;
import dev.retort.core.nd4j.internal.OffHeapMatrix;
import dev.retort.core.nd4j.internal.RowFactors;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Minimum-norm and ridge regression through a complete orthogonal factorisation of the features themselves, for use where
 * their Gram matrix, whose condition is the square of theirs, has lost too many digits.
 *
 * <p>W, the features or their transpose, whichever has at most as many rows as columns, is factored with row pivoting, P₁ W =
 * L₁ Q₁. Columns of L₁ past the numerical rank are left out, and what remains is factored from the other side, P₂ L₁ᵀ = L₂
 * Q₂. So W = Uᵀ L₂ᵀ V with U = Q₂ P₁ and V = P₂ Q₁, both with orthonormal rows, and L₂ square and regular: the pivoted QLP
 * factorisation (Stewart, SIAM J. Sci. Comput. 20 (1999) 1336). It serves the purpose of LAPACK's {@code dgelsy} but gives
 * access to its middle factor, which ridge regression needs: where X is singular, the usual method of appending the ridge to
 * X as rows multiplies rounding errors of X by the whole residual.
 */
final class OrthogonalFactorisation implements Factorisation {

    private static final IntUnaryOperator IN_PLACE = IntUnaryOperator.identity();

    private final DenseAlgebra algebra;
    private final double penalty;
    private final boolean wide; // W is X, not its transpose
    private final OffHeapMatrix w;
    private final RowFactors first;
    private final OffHeapMatrix middle; // L₂ in the first columns
    private final RowFactors second;
    private final int rank;

    /**
     * Factors the features, n x p, and leaves them as they are.
     *
     * @param penalty n times the ridge, or 0
     */
    OrthogonalFactorisation(DenseAlgebra algebra, OffHeapMatrix x, double penalty) {
        this.algebra = algebra;
        this.penalty = penalty;
        wide = x.rows() < x.columns();
        w = wide ? x.copy() : x.transposed();
        OffHeapMatrix factored = null;
        try {
            first = algebra.factorRows(w);
            rank = first.rank(rankTolerance(x));
            // At rank 0 one pivot is kept, so that there is something to factor; it is not used to solve anything.
            factored = lowerTransposed(w, Math.max(rank, 1));
            middle = factored;
            second = algebra.factorRows(factored);
        } catch (RuntimeException | Error e) {
            w.close();
            if (factored != null) {
                factored.close();
            }
            throw e;
        }
    }

    /**
     * Pivots of at most this times the first count as zero. Rounding the entries of X moves its singular values by
     * about as much, so that the data do not determine smaller ones.
     */
    static double rankTolerance(OffHeapMatrix x) {
        return Math.ulp(1.0) * Math.max(x.rows(), x.columns());
    }

    int rank() {
        return rank;
    }

    @Override
    public OffHeapMatrix solve(OffHeapMatrix labels) {
        try (OffHeapMatrix reduced = reducedRows(labels)) {
            return expanded(reduced);
        }
    }

    /** F y for every row y: the components of the coefficients along the rows of E. */
    private OffHeapMatrix reducedRows(OffHeapMatrix labels) {
        if (rank == 0) {
            return OffHeapMatrix.zeros(labels.rows(), 1);
        }
        return solved(wide ? alongU(labels) : alongV(labels));
    }

    /**
     * Solves the middle system for the components of the labels along the rows of U or V, whichever has their length; takes
     * over the memory of {@code along}.
     */
    private OffHeapMatrix solved(OffHeapMatrix along) {
        if (penalty == 0) {
            return along.filledBy(set -> algebra.solveTriangular(middle, wide, set));
        }
        try (along) {
            return solveReduced(along, Math.sqrt(penalty));
        }
    }

    /** Eᵀ d for every row d. */
    private OffHeapMatrix expanded(OffHeapMatrix reduced) {
        if (rank == 0) {
            return OffHeapMatrix.zeros(reduced.rows(), wide ? w.columns() : w.rows());
        }
        return wide ? backFromV(reduced) : backFromU(reduced);
    }

    @Override
    public OffHeapMatrix basis() {
        try (OffHeapMatrix unit = OffHeapMatrix.identity(Math.max(rank, 1))) {
            return expanded(unit);
        }
    }

    @Override
    public OffHeapMatrix reducer() {
        if (rank == 0) {
            return OffHeapMatrix.zeros(1, wide ? w.rows() : w.columns());
        }
        try (OffHeapMatrix unit = OffHeapMatrix.identity(rank);
                OffHeapMatrix along = wide ? backFromU(unit) : backFromV(unit);
                OffHeapMatrix columns = solved(unit.copy())) {
            return OffHeapMatrix.zeros(rank, along.columns())
                    .filledBy(reducer -> algebra.addProduct(1, columns, true, along, false, reducer));
        }
    }

    /** Some columns at a time, because each passes through a dozen intermediate matrices. */
    @Override
    public OffHeapMatrix reduced(OffHeapMatrix matrix) {
        return OffHeapMatrix.zeros(Math.max(rank, 1), matrix.columns())
                .filledBy(reduced -> matrix.inStripes((stripe, from) -> {
                    try (OffHeapMatrix vectors = stripe.transposed();
                            OffHeapMatrix columns = reducedRows(vectors);
                            OffHeapMatrix part = columns.transposed()) {
                        reduced.setColumns(from, part);
                    }
                }));
    }

    /** The part of X beyond the rank is orthogonal to V, but for n &lt; p not to U, so that F X contains some of it. */
    @Override
    public boolean reducesToBasis() {
        return penalty == 0 && (!wide || rank == w.rows());
    }

    /** Without a ridge, and with features that are independent, A X = I. */
    @Override
    public @Nullable OffHeapMatrix missed() {
        return penalty == 0 && !wide && rank == w.rows() ? OffHeapMatrix.zeros(rank, rank) : null;
    }

    @Override
    public double reciprocalCondition() {
        double largest = middle.row(0)[0];
        double smallest = rank < w.rows() ? 0 : middle.row(rank - 1)[rank - 1];
        double scale = largest * largest + penalty;
        return scale == 0 ? 0 : (smallest * smallest + penalty) / scale;
    }

    /** Minimises |c − T d|² + |root · d|² for every row c, where T is L₂, or its transpose if W is X. */
    private OffHeapMatrix solveReduced(OffHeapMatrix reduced, double root) {
        double[] stacked = new double[Math.multiplyExact(rank, 2 * rank)]; // row i: column i of T, then of root · I
        for (int i = 0; i < rank; i++) {
            double[] row = middle.row(i);
            for (int j = 0; j <= i; j++) {
                stacked[wide ? i * 2 * rank + j : j * 2 * rank + i] = row[j];
            }
            stacked[i * 2 * rank + rank + i] = root;
        }
        try (OffHeapMatrix both = OffHeapMatrix.of(rank, 2 * rank, stacked);
                OffHeapMatrix padded = scatter(reduced, IN_PLACE, 2 * rank)) {
            RowFactors third = algebra.factorRows(both);
            algebra.rotate(third, false, padded);
            try (OffHeapMatrix pivoted = gather(padded, IN_PLACE, rank)) {
                algebra.solveTriangular(both, true, pivoted);
                return scatter(pivoted, third::order, rank);
            }
        }
    }

    private OffHeapMatrix alongU(OffHeapMatrix vectors) {
        try (OffHeapMatrix pivoted = gather(vectors, first::order, w.rows())) {
            algebra.rotate(second, false, pivoted);
            return gather(pivoted, IN_PLACE, rank);
        }
    }

    private OffHeapMatrix backFromU(OffHeapMatrix vectors) {
        try (OffHeapMatrix pivoted = scatter(vectors, IN_PLACE, w.rows())) {
            algebra.rotate(second, true, pivoted);
            return scatter(pivoted, first::order, w.rows());
        }
    }

    private OffHeapMatrix alongV(OffHeapMatrix vectors) {
        try (OffHeapMatrix rotated = vectors.copy()) {
            algebra.rotate(first, false, rotated);
            return gather(rotated, second::order, rank);
        }
    }

    private OffHeapMatrix backFromV(OffHeapMatrix vectors) {
        return scatter(vectors, second::order, w.columns()).filledBy(rotated -> algebra.rotate(first, true, rotated));
    }

    /** Entry i of each result is entry order(i) of the vector. */
    private static OffHeapMatrix gather(OffHeapMatrix vectors, IntUnaryOperator order, int length) {
        double[] from = vectors.toArray();
        double[] to = new double[Math.multiplyExact(vectors.rows(), length)];
        for (int v = 0; v < vectors.rows(); v++) {
            for (int i = 0; i < length; i++) {
                to[v * length + i] = from[v * vectors.columns() + order.applyAsInt(i)];
            }
        }
        return OffHeapMatrix.of(vectors.rows(), length, to);
    }

    /** Entry order(i) of each result is entry i of the vector; the others are 0. */
    private static OffHeapMatrix scatter(OffHeapMatrix vectors, IntUnaryOperator order, int length) {
        double[] from = vectors.toArray();
        double[] to = new double[Math.multiplyExact(vectors.rows(), length)];
        for (int v = 0; v < vectors.rows(); v++) {
            for (int i = 0; i < vectors.columns(); i++) {
                to[v * length + order.applyAsInt(i)] = from[v * vectors.columns() + i];
            }
        }
        return OffHeapMatrix.of(vectors.rows(), length, to);
    }

    /** The first columns of the lower triangle in {@code w}, as rows. */
    private static OffHeapMatrix lowerTransposed(OffHeapMatrix w, int columns) {
        int m = w.rows();
        double[] transposed = new double[Math.multiplyExact(columns, m)];
        for (int i = 0; i < m; i++) {
            double[] row = w.row(i);
            for (int j = 0; j < Math.min(i + 1, columns); j++) {
                transposed[j * m + i] = row[j];
            }
        }
        return OffHeapMatrix.of(columns, m, transposed);
    }

    @Override
    public void close() {
        w.close();
        middle.close();
    }
}
