package dev.retort.theory.incontext;

import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.ThinSvd;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * In-context learning as a step of distillation: a prompt of N demonstrations with keys κ<sub>i</sub> and values v<sub>i</sub>, and the
 * reference weights W₀ that an attention head applies to queries,
 *
 * <pre>  W₀ = (1/N) Σ_i v_i φ(κ_i)ᵀ,   W₀φ(q) = (1/N) Σ_i v_i k(κ_i, q),   ⟨φ(x), φ(y)⟩ = k(x, y) = exp⟨x, y⟩.</pre>
 *
 * One gradient step of size 1 from zero on the teacher's values gives W₀, in the loss (1/2N) Σ ‖v<sub>i</sub> − Wφ(κ<sub>i</sub>)‖² and
 * also in −(1/N) Σ ⟨v<sub>i</sub>, Wφ(κ<sub>i</sub>)⟩. Divided by Σ k(κ<sub>i</sub>, q) instead of N the prediction is {@linkplain
 * #attention softmax attention}, exactly. Everything is evaluated through the kernel, without approximation, unless another kernel is set:
 * {@link Kernel#linear()} for linear attention, the kernel of {@link PositiveRandomFeatures} for a finite feature map.
 *
 * <p>Inner products are not divided by √d: if the attention divides them, multiply keys and queries by d<sup>−1/4</sup>. The view is that
 * of Li, Liu and Li, <i>Brewing Knowledge in Context</i> (arXiv 2506.11516); normaliser, losses and all constants are Retort's own
 * (derivations in the module's documentation). Sums do not depend on the order of demonstrations, so this view cannot explain why the order
 * matters to models.
 *
 * <pre>{@code
 * import dev.retort.theory.incontext.*;
 * double[][] keys = {{1, 0}, {0, 1}, {-1, 0}};
 * double[][] values = {{1}, {2}, {3}};
 * AttentionDistillation prompt = AttentionDistillation.of(keys, values);
 * double mean = prompt.weights().predict(new double[] {0.5, 0})[0]; // 1.823: the mean of v exp⟨κ, q⟩
 * double softmax = prompt.attention(new double[] {0.5, 0})[0]; // 1.680
 * double fitted = prompt.limit().predict(new double[] {1, 0})[0]; // 1.000: infinitely many steps fit the teacher's values
 * }</pre>
 *
 * <p>Immutable.
 */
public final class AttentionDistillation {

    private final Points keys;
    private final Points values;
    private final Kernel kernel;

    private AttentionDistillation(Points keys, Points values, Kernel kernel) {
        this.keys = keys;
        this.values = values;
        this.kernel = kernel;
    }

    /**
     * A prompt with the kernel of softmax attention.
     *
     * @param keys κ, one demonstration per row, shape {@code [N][d_k]}
     * @param values v, shape {@code [N][d_v]}
     * @return the prompt
     * @throws IllegalArgumentException if there are no demonstrations, their numbers or dimensions differ, or an entry is NaN or
     *     infinite
     */
    public static AttentionDistillation of(double[][] keys, double[][] values) {
        return of(Points.of("keys", keys), Points.of("values", values));
    }

    private static AttentionDistillation of(Points keys, Points values) {
        length("values", values.count(), "the number of keys", keys.count());
        return new AttentionDistillation(keys, values, Kernel.softmax());
    }

    /**
     * As {@link #of}, for ND4J arrays.
     *
     * @param keys κ, shape {@code [N, d_k]}, of any numeric type, order and stride; not modified
     * @param values v, shape {@code [N, d_v]}; not modified
     * @return the prompt
     * @throws IllegalArgumentException if an array is not of rank 2, shapes do not fit, or an entry is NaN or infinite
     */
    public static AttentionDistillation ofArrays(INDArray keys, INDArray values) {
        return of(Points.of("keys", keys), Points.of("values", values));
    }

    /**
     * Sets the kernel that compares keys and queries.
     *
     * @param newKernel the kernel k
     * @return the same prompt in another kernel
     * @throws IllegalArgumentException if the kernel does not fit the keys' dimension
     */
    public AttentionDistillation withKernel(Kernel newKernel) {
        notNull("newKernel", newKernel).checkDimension(keys.dimension());
        return new AttentionDistillation(keys, values, newKernel);
    }

    /** {@return the number of demonstrations N} */
    public int demonstrations() {
        return keys.count();
    }

    Points keys() {
        return keys;
    }

    Points values() {
        return values;
    }

    Kernel kernel() {
        return kernel;
    }

    /**
     * The reference weights W₀ = (1/N) Σ v<sub>i</sub> φ(κ<sub>i</sub>)ᵀ.
     *
     * @return W₀
     */
    public ReferenceWeights weights() {
        return weights(demonstrations());
    }

    /**
     * The reference weights with another normaliser, (1/D′) Σ v<sub>i</sub> φ(κ<sub>i</sub>)ᵀ: a step of size N/D′.
     *
     * @param normaliser D′, greater than 0
     * @return the weights
     * @throws IllegalArgumentException if the normaliser is not positive and finite
     */
    public ReferenceWeights weights(double normaliser) {
        positive("normaliser", normaliser);
        return scaledValues(1 / normaliser);
    }

    /** Weights whose coefficients are the values, times a factor. */
    private ReferenceWeights scaledValues(double factor) {
        double[][] coefficients = new double[demonstrations()][values.dimension()];
        for (int i = 0; i < coefficients.length; i++) {
            for (int a = 0; a < coefficients[i].length; a++) {
                coefficients[i][a] = factor * values.row(i)[a];
            }
        }
        return new ReferenceWeights(kernel, keys, coefficients);
    }

    /**
     * The answer of attention to a query, Σ v<sub>i</sub> k(κ<sub>i</sub>, q) / Σ k(κ<sub>i</sub>, q): in the softmax kernel exactly the
     * output of softmax attention, for inner products of any size.
     *
     * @param query q, shape {@code [d_k]}
     * @return a new array, shape {@code [d_v]}
     * @throws IllegalArgumentException if the query is not of the keys' dimension, has an entry that is NaN or infinite, or if the
     *     kernel's values have no positive sum
     */
    public double[] attention(double[] query) {
        double[] asked = keys.alike("query", query);
        return attention("query", new double[][] {asked})[0];
    }

    /**
     * The answers of attention to several queries.
     *
     * @param queries the queries, one per row, shape {@code [m][d_k]}
     * @return a new array, shape {@code [m][d_v]}
     * @throws IllegalArgumentException as {@link #attention(double[])} does
     */
    public double[][] attention(double[][] queries) {
        return attention("queries", keys.alike("queries", queries).rows());
    }

    private double[][] attention(String name, double[][] asked) {
        double[][] columns = keys.columns(0, keys.count());
        double[] weights = new double[demonstrations()];
        double[][] answers = new double[asked.length][values.dimension()];
        for (int j = 0; j < answers.length; j++) {
            kernel.fillRelative(new Pairs(asked[j], columns), weights);
            double sum = 0;
            for (double weight : weights) {
                sum += weight;
            }
            if (!(sum > 0 && sum < Double.POSITIVE_INFINITY)) {
                throw refusal(
                        name.equals("query") ? name : name + "[" + j + "]",
                        "a sum of kernel values of " + sum,
                        "cannot be divided by: use weights().predict(…), which divides by N");
            }
            for (int i = 0; i < weights.length; i++) {
                for (int a = 0; a < answers[j].length; a++) {
                    answers[j][a] += weights[i] / sum * values.row(i)[a];
                }
            }
        }
        return answers;
    }

    /**
     * As {@link #attention(double[][])}, for ND4J arrays.
     *
     * @param queries shape {@code [m, d_k]}; not modified
     * @return a new array of type {@code DOUBLE}, shape {@code [m, d_v]}
     * @throws IllegalArgumentException as {@link #attention(double[])} does
     */
    public INDArray attentionOfArrays(INDArray queries) {
        return Nd4j.create(attention(Points.of("queries", queries).rows()));
    }

    /**
     * The weights after t steps of gradient descent from zero in the regression loss (1/2N) Σ ‖v<sub>i</sub> − Wφ(κ<sub>i</sub>)‖²:
     *
     * <pre>  W_t = C Σ⁺ (I − (I − ηΣ)^t),   C = (1/N) Σ v φᵀ,   Σ = (1/N) Σ φ φᵀ.</pre>
     *
     * @param steps t, at least 0
     * @param rate η, greater than 0; steps converge below {@link #largestRate()}
     * @return W<sub>t</sub>; {@link #weights()} for one step of rate 1
     * @throws IllegalArgumentException if the steps are negative, the rate is not positive and finite, or steps of this rate overflow
     */
    public ReferenceWeights afterSteps(int steps, double rate) {
        nonNegative("steps", steps);
        positive("rate", rate);
        Directions directions = new Directions();
        ReferenceWeights weights = directions.weights(eigenvalue -> {
            double small = rate * eigenvalue;
            double learnt = small < 0.5 ? -Math.expm1(steps * Math.log1p(-small)) : 1 - Math.pow(1 - small, steps);
            return eigenvalue == 0 ? 0 : learnt / eigenvalue; // directions without keys are not learnt
        });
        if (!weights.isFinite()) {
            throw refusal(
                    "rate", rate, "makes " + steps + " steps diverge: choose one below " + directions.largestRate());
        }
        return weights;
    }

    /**
     * The weights after t steps of gradient descent from zero in the correlation loss −(1/N) Σ ⟨v<sub>i</sub>, Wφ(κ<sub>i</sub>)⟩, whose
     * gradient is constant: t η W₀.
     *
     * @param steps t, at least 0
     * @param rate η, greater than 0
     * @return the weights
     * @throws IllegalArgumentException if the steps are negative, or the rate is not positive and finite
     */
    public ReferenceWeights afterCorrelationSteps(int steps, double rate) {
        nonNegative("steps", steps);
        return scaledValues(positive("rate", rate) * steps / demonstrations());
    }

    /**
     * The limit of {@link #afterSteps} for many steps: the weights of least norm among those with the least loss.
     *
     * @return C Σ⁺, where eigenvalues within rounding count as 0
     */
    public ReferenceWeights limit() {
        return new Directions().limit();
    }

    /**
     * The rate below which gradient descent in the regression loss converges.
     *
     * @return 2/λ<sub>max</sub>(Σ); infinite if all features are 0
     */
    public double largestRate() {
        return new Directions().largestRate();
    }

    /**
     * The regression loss, (1/2N) Σ ‖v<sub>i</sub> − Wφ(κ<sub>i</sub>)‖².
     *
     * @param weights W
     * @return the loss on this prompt
     * @throws IllegalArgumentException if the weights are of other dimensions
     */
    public double loss(ReferenceWeights weights) {
        double[][] predictions = predictions(weights);
        double sum = 0;
        for (int i = 0; i < predictions.length; i++) {
            for (int a = 0; a < predictions[i].length; a++) {
                double off = values.row(i)[a] - predictions[i][a];
                sum += off * off;
            }
        }
        return sum / 2 / demonstrations();
    }

    /**
     * The correlation loss, −(1/N) Σ ⟨v<sub>i</sub>, Wφ(κ<sub>i</sub>)⟩.
     *
     * @param weights W
     * @return the loss on this prompt
     * @throws IllegalArgumentException if the weights are of other dimensions
     */
    public double correlationLoss(ReferenceWeights weights) {
        double[][] predictions = predictions(weights);
        double sum = 0;
        for (int i = 0; i < predictions.length; i++) {
            for (int a = 0; a < predictions[i].length; a++) {
                sum -= values.row(i)[a] * predictions[i][a];
            }
        }
        return sum / demonstrations();
    }

    private double[][] predictions(ReferenceWeights weights) {
        int[] shape = notNull("weights", weights).dimensions();
        if (shape[0] != values.dimension() || shape[1] != keys.dimension()) {
            throw refusal(
                    "weights",
                    "a map from keys of dimension " + shape[1] + " to values of dimension " + shape[0],
                    "does not fit this prompt, of keys of dimension " + keys.dimension() + " and values of dimension "
                            + values.dimension());
        }
        return weights.predict(keys);
    }

    /**
     * The error of replacing this prompt's kernel by another, measured on the predictions W₀φ(q): for example by the {@linkplain
     * Kernel#linear() linear} kernel, or by that of {@link PositiveRandomFeatures}.
     *
     * @param approximate the other kernel
     * @param queries the queries on which it is measured, shape {@code [m][d_k]}
     * @return the relative error, (Σ ‖Ŵ₀φ̂(q) − W₀φ(q)‖² / Σ ‖W₀φ(q)‖²)<sup>½</sup> over the queries
     * @throws IllegalArgumentException if the queries are refused, or all exact predictions are 0
     */
    public double predictionError(Kernel approximate, double[][] queries) {
        notNull("approximate", approximate);
        return relative(
                weights().predict(queries), withKernel(approximate).weights().predict(queries));
    }

    /**
     * The error of replacing this prompt's kernel by another, measured on the answers of {@link #attention}.
     *
     * @param approximate the other kernel
     * @param queries the queries on which it is measured, shape {@code [m][d_k]}
     * @return the relative error, as in {@link #predictionError}
     * @throws IllegalArgumentException if the queries are refused, as they are where values of the other kernel have no positive sum,
     *     or all exact answers are 0
     */
    public double attentionError(Kernel approximate, double[][] queries) {
        notNull("approximate", approximate);
        return relative(attention(queries), withKernel(approximate).attention(queries));
    }

    private static double relative(double[][] exact, double[][] approximate) {
        double off = 0;
        double size = 0;
        for (int j = 0; j < exact.length; j++) {
            for (int a = 0; a < exact[j].length; a++) {
                double apart = approximate[j][a] - exact[j][a];
                off += apart * apart;
                size += exact[j][a] * exact[j][a];
            }
        }
        if (size == 0) {
            throw refusal("queries", "exact answers that are all 0", "have no relative error");
        }
        return Math.sqrt(off / size);
    }

    /** The directions that gradient descent scales: eigenvectors of the kernel matrix, and eigenvalues of Σ. */
    private final class Directions {

        private final double[][] vectors;
        private final double[] eigenvalues;
        private final int rank;

        Directions() {
            boolean finite = kernel.features().isPresent();
            // From the features themselves if they are finitely many: their products would lose half of the digits.
            ThinSvd svd = ThinSvd.of(finite ? features(kernel.features().get()) : kernel.matrix(keys, keys));
            vectors = new double[svd.size()][];
            eigenvalues = new double[svd.size()];
            rank = svd.rank();
            for (int k = 0; k < vectors.length; k++) {
                vectors[k] = svd.left(k);
                eigenvalues[k] = (finite ? svd.value(k) : 1) * svd.value(k) / demonstrations();
            }
        }

        /** The features of the keys, one feature a row. */
        private double[][] features(UnaryOperator<double[]> map) {
            double[][] columns = new double[map.apply(keys.row(0)).length][demonstrations()];
            for (int i = 0; i < demonstrations(); i++) {
                double[] phi = map.apply(keys.row(i));
                for (int j = 0; j < phi.length; j++) {
                    kernel.checkValue(phi[j]);
                    columns[j][i] = phi[j];
                }
            }
            return columns;
        }

        double largestRate() {
            return 2 / eigenvalues[0];
        }

        ReferenceWeights weights(Filter filter) {
            double[] factors = new double[eigenvalues.length];
            for (int k = 0; k < factors.length; k++) {
                factors[k] = filter.at(eigenvalues[k]);
            }
            return weights(factors);
        }

        ReferenceWeights limit() {
            double[] factors = new double[eigenvalues.length];
            for (int k = 0; k < rank; k++) {
                factors[k] = 1 / eigenvalues[k];
            }
            return weights(factors);
        }

        /** Coefficients Σ_k u_k factor_k ⟨u_k, v⟩ / N. */
        private ReferenceWeights weights(double[] factors) {
            int n = demonstrations();
            double[][] coefficients = new double[n][values.dimension()];
            for (int k = 0; k < factors.length; k++) {
                double[] u = vectors[k];
                for (int a = 0; a < values.dimension(); a++) {
                    double along = 0;
                    for (int i = 0; i < n; i++) {
                        along += u[i] * values.row(i)[a];
                    }
                    for (int i = 0; i < n; i++) {
                        coefficients[i][a] += u[i] * factors[k] * along / n;
                    }
                }
            }
            return new ReferenceWeights(kernel, keys, coefficients);
        }
    }

    /** The effect of the steps along one direction: the learnt share over the eigenvalue. */
    private interface Filter {
        double at(double eigenvalue);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AttentionDistillation that
                && keys.equals(that.keys)
                && values.equals(that.values)
                && kernel.equals(that.kernel);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * keys.hashCode() + values.hashCode()) + kernel.hashCode();
    }

    @Override
    public String toString() {
        return "prompt of " + demonstrations() + " demonstrations, keys of dimension " + keys.dimension()
                + ", values of dimension " + values.dimension() + ", " + kernel;
    }
}
