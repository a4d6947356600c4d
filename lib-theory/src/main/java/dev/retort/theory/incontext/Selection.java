package dev.retort.theory.incontext;

import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.Arrays;

/** Demonstrations that were chosen by a {@link DemonstrationSelection}, in order. Immutable. */
public final class Selection {

    private final int[] indices;
    private final double[] objectives;

    Selection(int[] indices, double[] objectives) {
        this.indices = indices;
        this.objectives = objectives;
    }

    /** {@return a new array of the indices in the pool, from 0, in the order in which they were chosen} */
    public int[] indices() {
        return indices.clone();
    }

    /** {@return the squared discrepancy J between the target and the choice, at least 0} */
    public double objective() {
        return objectives[objectives.length - 1];
    }

    /** {@return a new array of the squared discrepancies of the first 1, 2, … demonstrations} */
    public double[] objectives() {
        return objectives.clone();
    }

    /** {@return the discrepancy √J; in the product kernel of keys and values the bias of the weights} */
    public double discrepancy() {
        return Math.sqrt(objective());
    }

    /**
     * The chosen rows of an array in the order of the pool.
     *
     * @param pool the points, or data that belong to them, one per row
     * @return a new array of the rows that are chosen, in order; the rows themselves are not copied
     * @throws IllegalArgumentException if there is no pool, or it has no row of a chosen index
     */
    public double[][] of(double[][] pool) {
        int last = Arrays.stream(indices).max().orElse(-1);
        if (notNull("pool", pool).length <= last) {
            throw refusal("pool.length", pool.length, "is not greater than the largest index that was chosen, " + last);
        }
        return Arrays.stream(indices).mapToObj(i -> pool[i]).toArray(double[][]::new);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Selection that
                && Arrays.equals(indices, that.indices)
                && Arrays.equals(objectives, that.objectives);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(indices) + Arrays.hashCode(objectives);
    }

    @Override
    public String toString() {
        return "demonstrations " + Arrays.toString(indices) + ", squared discrepancy " + objective();
    }
}
