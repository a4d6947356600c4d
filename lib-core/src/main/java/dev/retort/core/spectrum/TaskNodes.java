package dev.retort.core.spectrum;

import static dev.retort.core.Arguments.nonNegative;

import org.jspecify.annotations.Nullable;

/**
 * The features of a {@link RegressionTask} gathered into nodes, over which every risk is summed. For functions φ of the
 * eigenvalue,
 *
 * <pre>  Σ_i φ(λ_i) = Σ_k weight_k φ(λ_k)    if φ(0) = 0,      Σ_i λ_iβ⋆_i² φ(λ_i) = Σ_k power_k truth_k² φ(λ_k).</pre>
 *
 * <p>A task whose features are listed one by one has a node for each of them, in their order, with weight and power one and
 * the whitened coefficient √λ β⋆ for truth. Nodes that stand for several features ({@link
 * RegressionTask#compressedNodes()}, power laws that are not listed) have truth one; single weights and powers among them
 * may be negative, and φ must be a rational function of λ whose poles have no positive real part, on each side of an
 * eigenvalue at which the nodes are {@linkplain #splitAt(double) split}. The sums are then exact to about 1e-15 of Σ |φ|.
 * Immutable.
 */
public final class TaskNodes {

    private final double[] eigenvalues;
    private final double[] weights;
    private final double[] powers;
    private final double[] truths;

    private final Splitter splitter;

    /** Nodes of which none stands for features on both sides of an eigenvalue; null if these are such nodes. */
    interface Splitter {
        @Nullable
        TaskNodes splitAt(double lambda);
    }

    TaskNodes(double[] eigenvalues, double[] weights, double[] powers, double[] truths, Splitter splitter) {
        this.splitter = splitter;
        this.eigenvalues = eigenvalues;
        this.weights = weights;
        this.powers = powers;
        this.truths = truths;
    }

    /**
     * The number of nodes.
     *
     * @return how many there are
     */
    public int size() {
        return eigenvalues.length;
    }

    /**
     * The eigenvalue of a node.
     *
     * @param k the node, counted from 0
     * @return λ, at least 0
     */
    public double eigenvalue(int k) {
        return eigenvalues[k];
    }

    /**
     * For how many features a node stands.
     *
     * @param k the node, counted from 0
     * @return its weight in sums over features
     */
    public double weight(int k) {
        return weights[k];
    }

    /**
     * The weight of a node in sums over the signal.
     *
     * @param k the node, counted from 0
     * @return what multiplies the square of its truth
     */
    public double power(int k) {
        return powers[k];
    }

    /**
     * The whitened coefficient of a node.
     *
     * @param k the node, counted from 0
     * @return √λ β⋆ for a node that is a feature, one for a node that stands for several
     */
    public double truth(int k) {
        return truths[k];
    }

    /**
     * The same features on nodes of which none stands for features on both sides of an eigenvalue, so that φ may jump
     * there. Nodes that are split already stay so. Only the last node of a power law without end, which stands for
     * infinitely many features, is never split: it is on the side of its eigenvalue.
     *
     * @param lambda the eigenvalue, at least 0; features that have it belong to the larger ones
     * @return these nodes or others, in another order
     * @throws IllegalArgumentException if λ is negative, NaN or infinite
     */
    public TaskNodes splitAt(double lambda) {
        TaskNodes split = splitter.splitAt(nonNegative("lambda", lambda));
        return split == null ? this : split;
    }
}
