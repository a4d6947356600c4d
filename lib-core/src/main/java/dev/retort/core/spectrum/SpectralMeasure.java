package dev.retort.core.spectrum;

import dev.retort.core.CompensatedSum;
import java.util.Arrays;
import java.util.Objects;

/**
 * The positive eigenvalues of a {@link Spectrum}, in descending order, each distinct value a node whose weight is its
 * multiplicity. What a sample size determines (τ, Ω, …) is a function of this measure alone: which feature an eigenvalue
 * belongs to does not matter.
 *
 * <p>Sums over the nodes run in {@value #LANES} independent lanes that are folded into compensated sums every {@value
 * #FOLD} nodes, so that their relative error stays below 5e-15 for any number of nodes. Immutable.
 */
public final class SpectralMeasure {

    private static final int LANES = 64;
    private static final int FOLD = 2048;

    private final double[] values;
    private final double[] weights;
    /** Entry k is the weight of the nodes before k; one entry more than there are nodes. */
    private final double[] weightBefore;

    private final double trace;

    private SpectralMeasure(double[] values, double[] weights) {
        this.values = values;
        this.weights = weights;
        this.weightBefore = new double[values.length + 1];
        CompensatedSum sum = new CompensatedSum();
        for (int k = 0; k < values.length; k++) {
            weightBefore[k + 1] = weightBefore[k] + weights[k];
            sum.add(weights[k] * values[k]);
        }
        this.trace = sum.value();
    }

    static SpectralMeasure of(double[] eigenvalues) {
        double[] ascending = eigenvalues.clone();
        Arrays.sort(ascending);
        double[] values = new double[ascending.length];
        double[] weights = new double[ascending.length];
        int size = 0;
        for (int i = ascending.length - 1; i >= 0 && ascending[i] > 0; i--) {
            if (size == 0 || ascending[i] != values[size - 1]) {
                values[size++] = ascending[i];
            }
            weights[size - 1]++;
        }
        return new SpectralMeasure(Arrays.copyOf(values, size), Arrays.copyOf(weights, size));
    }

    /**
     * The number of nodes.
     *
     * @return how many distinct positive eigenvalues there are
     */
    public int size() {
        return values.length;
    }

    /**
     * The eigenvalue of a node.
     *
     * @param k the node, counted from 0, the largest eigenvalue first
     * @return a positive number, smaller than that of the node before
     * @throws IndexOutOfBoundsException if there is no such node
     */
    public double value(int k) {
        return values[Objects.checkIndex(k, values.length)];
    }

    /**
     * The weight of a node.
     *
     * @param k the node, counted from 0
     * @return the multiplicity of its eigenvalue
     * @throws IndexOutOfBoundsException if there is no such node
     */
    public double weight(int k) {
        return weights[Objects.checkIndex(k, values.length)];
    }

    /**
     * The weight of all nodes before one.
     *
     * @param k the node, counted from 0; the number of nodes asks for the total
     * @return how many eigenvalues are larger than that of node k
     * @throws IndexOutOfBoundsException if k is negative or above the number of nodes
     */
    public double weightBefore(int k) {
        return weightBefore[Objects.checkIndex(k, weightBefore.length)];
    }

    /**
     * The total weight.
     *
     * @return the rank of Σ
     */
    public double rank() {
        return weightBefore[values.length];
    }

    /**
     * The sum of all eigenvalues.
     *
     * @return the trace of Σ
     */
    public double trace() {
        return trace;
    }

    /**
     * The node in which a weight, counted from the largest eigenvalue down, is reached.
     *
     * @param weight the weight, from 0 to below the rank
     * @return the node k with {@code weightBefore(k) <= weight < weightBefore(k + 1)}
     * @throws IndexOutOfBoundsException if the weight is not in that range
     */
    public int nodeAt(double weight) {
        int found = Arrays.binarySearch(weightBefore, weight);
        return Objects.checkIndex(found >= 0 ? found : -found - 2, values.length);
    }

    /**
     * The sums over a range of nodes from which the fixed point is solved.
     *
     * @param from the first node of the range, counted from 0
     * @param to the node after the last
     * @param tau the implicit regularisation τ, greater than 0
     * @return the sums
     * @throws IndexOutOfBoundsException if the range is not within the nodes
     */
    public Sums sums(int from, int to, double tau) {
        Objects.checkFromToIndex(from, to, values.length);
        double[] value = new double[LANES];
        double[] weight = new double[LANES];
        double[] learnt = new double[LANES];
        double[] missed = new double[LANES];
        double[] product = new double[LANES];
        double[] skew = new double[LANES];
        CompensatedSum learntSum = new CompensatedSum();
        CompensatedSum missedSum = new CompensatedSum();
        CompensatedSum productSum = new CompensatedSum();
        CompensatedSum skewSum = new CompensatedSum();
        for (int start = from; start < to; start += FOLD) {
            int end = Math.min(start + FOLD, to);
            for (int k = start; k < end; k += LANES) {
                int lanes = Math.min(LANES, end - k);
                System.arraycopy(values, k, value, 0, lanes);
                System.arraycopy(weights, k, weight, 0, lanes);
                // Element by element on small arrays: the one shape of loop that HotSpot turns into vector code.
                for (int j = 0; j < lanes; j++) {
                    double sum = value[j] + tau;
                    double x = value[j] / sum;
                    double z = tau / sum;
                    double wx = weight[j] * x;
                    double wxz = wx * z;
                    learnt[j] += wx;
                    missed[j] += weight[j] * z;
                    product[j] += wxz;
                    skew[j] += wxz * (x - z);
                }
            }
            fold(learnt, learntSum);
            fold(missed, missedSum);
            fold(product, productSum);
            fold(skew, skewSum);
        }
        return new Sums(learntSum.value(), missedSum.value(), productSum.value(), skewSum.value());
    }

    private static void fold(double[] lanes, CompensatedSum sum) {
        for (double lane : lanes) {
            sum.add(lane);
        }
        Arrays.fill(lanes, 0);
    }

    /**
     * The squared norm of the learnabilities θ = λ/(λ+τ) relative to the largest of them, Σ (θ/θ<sub>max</sub>)². Unlike
     * Σ θ² itself it cannot underflow.
     *
     * @param tau the implicit regularisation τ, at least 0
     * @return a number from 1 to the rank
     */
    public double relativeSquaredLearnability(double tau) {
        double largest = values[0] / (values[0] + tau);
        CompensatedSum sum = new CompensatedSum();
        for (int k = 0; k < values.length; k++) {
            double ratio = values[k] / (values[k] + tau) / largest;
            sum.add(weights[k] * ratio * ratio);
        }
        return sum.value();
    }

    /**
     * Sums over nodes with weight w, learnability x = λ/(λ+τ) and its complement z = τ/(λ+τ).
     *
     * @param learnt Σ w x
     * @param missed Σ w z
     * @param product Σ w x z
     * @param skew Σ w x z (x − z)
     */
    public record Sums(double learnt, double missed, double product, double skew) {}
}
