package dev.retort.theory.progressive;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.HashMap;
import java.util.Map;

/**
 * A tree of parities: a classification task of 2^D classes, of depth D, on {−1, +1}^d. The inner nodes are numbered 1 … 2^D − 1
 * as in a heap; node v owns the k coordinates (v − 1)k … vk − 1, disjoint from those of other nodes. The path of a point starts at the
 * root, v = 1, and goes on to 2v if the parity of node v is +1, and to 2v + 1 if it is −1; after D steps the class is v − 2^D. For D = 1
 * this is {@link SparseParity}: class 0 where the parity is +1.
 *
 * <p>All classes are equally likely. The indicator of a class is the product of (1 ± χ_v)/2 over its path, so that its Fourier
 * coefficients are ±2^−D on the unions of supports of nodes of the path, and 0 elsewhere. Source: Panigrahi et al.
 * (arXiv 2410.05464), section on hierarchical data; the coefficients are derived here. Immutable.
 *
 * <pre>{@code
 * import dev.retort.theory.progressive.*;
 * HierarchicalParity task = HierarchicalParity.of(6, 2, 2);
 * int label = task.label(1, -1, 1, 1, -1, 1); // 3: the root is negative, and so is the node that it leads to
 * double onRoot = task.indicator(3).coefficient(0, 1); // -0.25
 * }</pre>
 */
public final class HierarchicalParity {

    private static final int DEEPEST = 20;

    private final int dimension;
    private final int size;
    private final int depth;

    private HierarchicalParity(int dimension, int size, int depth) {
        this.dimension = dimension;
        this.size = size;
        this.depth = depth;
    }

    /**
     * A task.
     *
     * @param dimension d, at least (2^D − 1)k
     * @param size k, the number of coordinates of a node, at least 1
     * @param depth D, from 1 to 20
     * @return the task
     * @throws IllegalArgumentException if a number is out of range, or there are too few coordinates for all nodes
     */
    public static HierarchicalParity of(int dimension, int size, int depth) {
        atLeastOne("size", size);
        if (depth < 1 || depth > DEEPEST) {
            throw refusal("depth", depth, "is not from 1 to " + DEEPEST);
        }
        long needed = ((1L << depth) - 1) * size;
        if (dimension < needed) {
            throw refusal(
                    "dimension", dimension, "is less than the number of coordinates that the nodes need, " + needed);
        }
        return new HierarchicalParity(dimension, size, depth);
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
     * The number of coordinates of a node.
     *
     * @return k
     */
    public int size() {
        return size;
    }

    /**
     * The depth of the tree.
     *
     * @return D
     */
    public int depth() {
        return depth;
    }

    /**
     * The number of classes.
     *
     * @return 2^D
     */
    public int classes() {
        return 1 << depth;
    }

    /**
     * The coordinates of a node.
     *
     * @param node v, from 1, the root, to 2^D − 1
     * @return (v − 1)k … vk − 1
     * @throws IllegalArgumentException if there is no such node
     */
    public int[] support(int node) {
        if (node < 1 || node >= classes()) {
            throw refusal("node", node, "is not from 1, the root, to " + (classes() - 1));
        }
        int[] support = new int[size];
        for (int j = 0; j < size; j++) {
            support[j] = (node - 1) * size + j;
        }
        return support;
    }

    /**
     * The class of a point.
     *
     * @param x a point of the cube
     * @return the class, from 0 to 2^D − 1
     * @throws IllegalArgumentException if x is not of length d, or an entry is not +1 or −1
     */
    public int label(double... x) {
        Cube.point("x", x, dimension);
        int node = 1;
        while (node < classes()) {
            double parity = 1;
            for (int i = (node - 1) * size; i < node * size; i++) {
                parity *= x[i];
            }
            node = parity > 0 ? 2 * node : 2 * node + 1;
        }
        return node - classes();
    }

    /**
     * The indicator of a class as a function.
     *
     * @param label the class, from 0 to 2^D − 1
     * @return the function that is 1 on the class and 0 elsewhere: 2^D terms
     * @throws IllegalArgumentException if there is no such class
     */
    public FourierExpansion indicator(int label) {
        if (label < 0 || label >= classes()) {
            throw refusal("label", label, "is not a class, from 0 to " + (classes() - 1));
        }
        double share = 1.0 / classes();
        Map<CoordinateSet, Double> terms = new HashMap<>();
        terms.put(CoordinateSet.of("set", dimension), share);
        for (int node = label + classes(); node > 1; node /= 2) {
            CoordinateSet support = CoordinateSet.of("support", dimension, support(node / 2));
            double sign = node % 2 == 0 ? 1 : -1;
            Map<CoordinateSet, Double> longer = new HashMap<>(terms);
            terms.forEach((set, coefficient) -> longer.put(set.symmetricDifference(support), sign * coefficient));
            terms = longer;
        }
        return FourierExpansion.of(dimension, terms);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HierarchicalParity that
                && dimension == that.dimension
                && size == that.size
                && depth == that.depth;
    }

    @Override
    public int hashCode() {
        return 31 * (31 * dimension + size) + depth;
    }

    @Override
    public String toString() {
        return "tree of parities of depth " + depth + ", " + size + " coordinates a node, of " + dimension;
    }
}
