package dev.retort.theory.testtime;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.DiagonalMatrix;
import dev.retort.core.internal.FirstEntries;
import dev.retort.core.internal.Matrix;
import org.jspecify.annotations.Nullable;

/**
 * One layer of linear attention, reparameterised by one d × d matrix of weights W: after a context of features X and labels y it answers
 * the query x with xᵀWXᵀy. So it is a linear predictor whose coefficients are W times the context vector u = Xᵀy. Its losses are exact at
 * every length n of the context and every dimension; W is any matrix, symmetric or not. Immutable.
 *
 * <p>Source of the setting: Gozeten et al., ICML 2025, arXiv 2503.11842; formulas derived in the module's documentation,
 * {@code docs/test-time-training.md}.
 *
 * <pre>{@code
 * LinearAttention pretrained = LinearAttention.pretrained(TaskPrior.isotropic(60, 1.0), 30);
 * double weight = pretrained.weight(0, 0); // 1 / 91
 * double loss = pretrained.loss(InContextTask.isotropic(60, 1.0), 30); // 0.6703
 * }</pre>
 */
public final class LinearAttention {

    private final Matrix weights;

    private LinearAttention(Matrix weights) {
        this.weights = weights;
    }

    /**
     * Attention that has learnt nothing, W = 0: the cold start.
     *
     * @param dimension the number of features d, from 1 to ten million
     * @return the attention
     * @throws IllegalArgumentException if d is not in that range
     */
    public static LinearAttention zero(int dimension) {
        return isotropic(dimension, 0);
    }

    /**
     * Attention with the same weight in all directions, W = wI.
     *
     * @param dimension the number of features d, from 1 to ten million
     * @param weight w
     * @return the attention
     * @throws IllegalArgumentException if d is not in that range, or the weight NaN or infinite
     */
    public static LinearAttention isotropic(int dimension, double weight) {
        finite("weight", weight);
        return new LinearAttention(Positive.identity(dimension).scaled(weight));
    }

    /**
     * Attention with a diagonal weight matrix.
     *
     * @param weights the diagonal of W, at least one entry
     * @return the attention
     * @throws IllegalArgumentException if there is no entry, or one is NaN or infinite
     */
    public static LinearAttention diagonal(double... weights) {
        atLeastOne("weights.length", notNull("weights", weights).length);
        return new LinearAttention(DiagonalMatrix.of(finite("weights", weights)));
    }

    /**
     * Attention with any weights.
     *
     * @param weights W, shape {@code [d][d]}
     * @return the attention
     * @throws IllegalArgumentException if the matrix is not square, or an entry NaN or infinite
     */
    public static LinearAttention of(double[][] weights) {
        return new LinearAttention(Matrix.square("weights", weights));
    }

    /**
     * The result of pre-training: the weights of least loss over a prior of tasks, with τ = tr(Σ<sub>x</sub>Σ<sub>β</sub>) + σ₀²
     *
     * <pre>  W⋆ = Σβ Σx [(n+1) Σβ Σx + τ I]⁻¹ Σx⁻¹,      in a common eigenbasis  b_i / ((n+1) s_i b_i + τ).</pre>
     *
     * It is symmetric; Σ<sub>β</sub> may be singular, and the covariances need not commute.
     *
     * @param prior the tasks
     * @param contextLength the length n of the context in pre-training, at least 0
     * @return the attention
     * @throws IllegalArgumentException if the length is negative, or if the prior has neither signal nor noise, in which case W⋆ is not
     *     determined
     */
    public static LinearAttention pretrained(TaskPrior prior, int contextLength) {
        return new LinearAttention(notNull("prior", prior).optimalWeights(nonNegative("contextLength", contextLength)));
    }

    /**
     * The best weights for one known task, W = ββᵀ / ((n+2) βᵀΣ<sub>x</sub>β + σ²); zero if β is zero. Their loss is {@link
     * InContextTask#leastLoss(int)}.
     *
     * @param task the task
     * @param contextLength the length n of the context, at least 0
     * @return the attention
     * @throws IllegalArgumentException if the length is negative, or if d is above 46,340, so that d² weights are more than an
     *     array can hold
     */
    public static LinearAttention optimal(InContextTask task, int contextLength) {
        double[] beta = notNull("task", task).beta();
        double scale =
                (nonNegative("contextLength", contextLength) + 2.0) * task.signalPower() + task.noise() * task.noise();
        if (!Positive.fitsArray(beta.length)) {
            throw refusal(
                    "task",
                    beta.length + " features",
                    "have more weights than an array can hold; take at most 46340, or leastLoss for the loss alone");
        }
        double[][] weights = new double[beta.length][beta.length];
        for (int i = 0; scale > 0 && i < beta.length; i++) {
            for (int j = 0; j < beta.length; j++) {
                weights[i][j] = beta[i] / scale * beta[j];
            }
        }
        return of(weights);
    }

    /**
     * The same attention with all weights multiplied.
     *
     * @param factor the factor on the weights
     * @return new attention
     * @throws IllegalArgumentException if the factor is NaN or infinite, or makes a weight infinite
     */
    public LinearAttention scaledBy(double factor) {
        Matrix scaled = weights.scaled(finite("factor", factor));
        if (!Double.isFinite(scaled.largest())) {
            throw refusal("factor", factor, "makes a weight infinite: take a smaller one");
        }
        return new LinearAttention(scaled);
    }

    /**
     * The number of features.
     *
     * @return d
     */
    public int dimension() {
        return weights.rows();
    }

    /**
     * One weight.
     *
     * @param i the row, counted from 0
     * @param j the column, counted from 0
     * @return W<sub>i+1, j+1</sub>
     * @throws IndexOutOfBoundsException if there is no such row or column
     */
    public double weight(int i, int j) {
        return weights.entry(i, j);
    }

    /**
     * The weights.
     *
     * @return a new array of W, shape {@code [d][d]}
     * @throws IllegalStateException if d is above 46,340, so that d² numbers are more than an array can hold
     */
    public double[][] weights() {
        return Positive.entries("weights", weights);
    }

    /**
     * The coefficients of this attention as a linear predictor, given a context.
     *
     * @param contextVector u = Xᵀy, of length d
     * @return a new array of Wu
     * @throws IllegalArgumentException if the length is another, if an entry is NaN or infinite, or if a coefficient overflows
     */
    public double[] predictor(double[] contextVector) {
        length("contextVector", notNull("contextVector", contextVector).length, "the dimension", dimension());
        return finite("weights · contextVector", each().times(finite("contextVector", contextVector)));
    }

    /**
     * The loss on one task: with g = Σ<sub>x</sub>β and s = βᵀΣ<sub>x</sub>β + σ²,
     *
     * <pre>  E(y − xᵀWXᵀy)² = σ² + mᵀΣx m + n [gᵀWᵀΣx W g + s tr(WᵀΣx WΣx)],      m = β − nWg.</pre>
     *
     * @param task the task
     * @param contextLength the length n of the context, at least 0
     * @return the mean squared error over all prompts, irreducible noise included
     * @throws IllegalArgumentException if the length is negative, the dimensions differ, or the loss overflows
     */
    public double loss(InContextTask task, int contextLength) {
        return ContextMoments.of(task, this, contextLength).loss(contextLength);
    }

    /**
     * The loss averaged over a prior of tasks, which may differ from that of pre-training.
     *
     * @param prior the tasks
     * @param contextLength the length n of the context, at least 0
     * @return the mean squared error over all prompts of all tasks, irreducible noise included
     * @throws IllegalArgumentException if the length is negative, the dimensions differ, or the loss overflows
     */
    public double loss(TaskPrior prior, int contextLength) {
        weights.checkFits("prior", notNull("prior", prior).dimension());
        return finite("loss", prior.loss(weights, nonNegative("contextLength", contextLength)));
    }

    /**
     * The misalignment of these weights with a task: the share of its signal that the average predictor misses, mᵀΣ<sub>x</sub>m /
     * βᵀΣ<sub>x</sub>β with m = β − nWΣ<sub>x</sub>β. It is 1 for zero weights, and near 0 if the weights were trained for such tasks and
     * the context is long.
     *
     * @param task the task, whose signal is not zero
     * @param contextLength the length n of the context, at least 0
     * @return the share, at least 0; above 1 if the weights are too large
     * @throws IllegalArgumentException if the length is negative, the dimensions differ, or the task has no signal
     */
    public double misalignment(InContextTask task, int contextLength) {
        return ContextMoments.of(task, this, contextLength).missedShare();
    }

    Matrix matrix() {
        return weights;
    }

    private Matrix each() {
        return weights instanceof DiagonalMatrix diagonal ? diagonal.cutEverywhere() : weights;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LinearAttention that && weights.equals(that.weights);
    }

    @Override
    public int hashCode() {
        return weights.hashCode();
    }

    @Override
    public String toString() {
        return "LinearAttention on " + dimension() + " features, weights " + FirstEntries.of(weights) + ", mean weight "
                + weights.trace() / dimension();
    }
}
