package dev.retort.core.spectrum;

/**
 * The features of a {@link RegressionTask} gathered into nodes, over which every risk is summed. For functions φ of the
 * eigenvalue,
 *
 * <pre>  Σ_i φ(λ_i) = Σ_k weight_k φ(λ_k)    if φ(0) = 0,      Σ_i λ_iβ⋆_i² φ(λ_i) = Σ_k power_k truth_k² φ(λ_k).</pre>
 *
 * <p>A task whose features are listed one by one has a node for each of them, in their order, with weight and power one and
 * the whitened coefficient √λ β⋆ for truth. Immutable.
 */
public final class TaskNodes {

    private final double[] eigenvalues;
    private final double[] weights;
    private final double[] powers;
    private final double[] truths;

    TaskNodes(double[] eigenvalues, double[] weights, double[] powers, double[] truths) {
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
}
