package dev.retort.core.nd4j.internal;

/**
 * The result of {@link DenseAlgebra#factorRows}: L and the reflections that make up Q share one matrix, which belongs to
 * its caller.
 */
public final class RowFactors {

    private final OffHeapMatrix matrix;
    private final int[] order;
    private final double[] scales;

    /**
     * @param matrix L in the lower triangle; row i right of the diagonal holds the vector of reflection i, whose entry
     *     on the diagonal is 1
     * @param order which row of the original matrix stands in each row
     * @param scales reflection i is the identity minus scales[i] times the outer square of its vector
     */
    RowFactors(OffHeapMatrix matrix, int[] order, double[] scales) {
        this.matrix = matrix;
        this.order = order;
        this.scales = scales;
    }

    OffHeapMatrix matrix() {
        return matrix;
    }

    public int order(int i) {
        return order[i];
    }

    /** The reflections' scales, not a copy. */
    double[] scales() {
        return scales;
    }

    /** The number of diagonal entries of L whose absolute value exceeds {@code tolerance} times the first. */
    public int rank(double tolerance) {
        int rows = matrix.rows();
        double first = Math.abs(matrix.row(0)[0]);
        int rank = 0;
        while (rank < rows && Math.abs(matrix.row(rank)[rank]) > tolerance * first) {
            rank++;
        }
        return rank;
    }
}
