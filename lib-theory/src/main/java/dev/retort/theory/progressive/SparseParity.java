package dev.retort.theory.progressive;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

/**
 * The task of learning a sparse parity: the labels are y = χ_S(x) = ∏_{i∈S} x_i for uniform x ∈ {−1, +1}^d and an unknown set S of k
 * coordinates. Immutable.
 *
 * <pre>{@code
 * import dev.retort.theory.progressive.*;
 * SparseParity task = SparseParity.of(5, 2).withSupport(1, 4);
 * double label = task.label(1, -1, 1, 1, -1); // 1
 * }</pre>
 */
public final class SparseParity {

    private final int dimension;
    private final CoordinateSet support;

    private SparseParity(int dimension, CoordinateSet support) {
        this.dimension = dimension;
        this.support = support;
    }

    /**
     * The parity of the first coordinates.
     *
     * @param dimension d, at least 1
     * @param size k, from 1 to d
     * @return the task
     * @throws IllegalArgumentException if a number is out of range
     */
    public static SparseParity of(int dimension, int size) {
        atLeastOne("dimension", dimension);
        if (size < 1 || size > dimension) {
            throw refusal("size", size, "is not between 1 and the dimension, " + dimension);
        }
        int[] first = new int[size];
        for (int i = 0; i < size; i++) {
            first[i] = i;
        }
        return new SparseParity(dimension, CoordinateSet.of("support", dimension, first));
    }

    /**
     * The parity of other coordinates, whose number may differ.
     *
     * @param support S, at least one coordinate, from 0, each once
     * @return the task in the same dimension
     * @throws IllegalArgumentException if there is no coordinate, or one is out of range or occurs twice
     */
    public SparseParity withSupport(int... support) {
        atLeastOne("support.length", notNull("support", support).length);
        return new SparseParity(dimension, CoordinateSet.of("support", dimension, support));
    }

    /**
     * The dimension of the cube.
     *
     * @return d
     */
    public int dimension() {
        return dimension;
    }

    /**
     * The size of the support.
     *
     * @return k
     */
    public int size() {
        return support.size();
    }

    /**
     * The support.
     *
     * @return S, ascending
     */
    public int[] support() {
        return support.coordinates();
    }

    /**
     * Whether a coordinate is in the support.
     *
     * @param coordinate a coordinate, from 0
     * @return true if it is
     */
    public boolean isInSupport(int coordinate) {
        return coordinate >= 0 && support.contains(coordinate);
    }

    /**
     * The label of a point.
     *
     * @param x a point of the cube
     * @return χ_S(x), +1 or −1
     * @throws IllegalArgumentException if x is not of length d, or an entry is not +1 or −1
     */
    public double label(double... x) {
        return support.parity(Cube.point("x", x, dimension));
    }

    /**
     * The label as a function.
     *
     * @return the expansion whose one term is χ_S
     */
    public FourierExpansion expansion() {
        return FourierExpansion.parity(dimension, support.coordinates());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SparseParity that && dimension == that.dimension && support.equals(that.support);
    }

    @Override
    public int hashCode() {
        return 31 * support.hashCode() + dimension;
    }

    @Override
    public String toString() {
        return "parity of the coordinates " + support + " of " + dimension;
    }
}
