package dev.retort.theory.testtime;

import static dev.retort.core.internal.Arguments.deviation;
import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.Blocks;
import dev.retort.core.internal.DiagonalMatrix;
import dev.retort.core.internal.DotProduct;
import dev.retort.core.internal.FirstEntries;
import dev.retort.core.internal.Matrix;
import dev.retort.core.spectrum.RegressionTask;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One task to be learnt in context: features x ~ N(0, Σ<sub>x</sub>) and labels y = xᵀβ + σz with standard normal z and fixed
 * coefficients β. A prompt is n such pairs, the context, and one more, the query. Indices count from 0 in code and from 1 in
 * formulas. Immutable.
 *
 * <pre>{@code
 * InContextTask task = InContextTask.isotropic(60, 1.0).withNoise(0.1);
 * InContextTask correlated = InContextTask.of(new double[][] {{1, 0.5}, {0.5, 1}}, 1.0, -1.0);
 * double power = correlated.signalPower(); // 1.0
 * }</pre>
 */
public final class InContextTask {

    private final Matrix features;
    private final double[] coefficients;
    private final double noise;
    private final double signalPower;

    private InContextTask(Matrix features, double[] coefficients, double noise) {
        this.features = features;
        this.coefficients = coefficients;
        this.noise = noise;
        this.signalPower = inner(coefficients, coefficients);
        if (!Double.isFinite(signalPower + noise * noise)) {
            throw refusal("coefficients", "variance of the labels = " + (signalPower + noise * noise), "is not finite");
        }
    }

    /**
     * A task of uncorrelated features of unit variance, without noise. Its coefficients lie along the first feature; the direction matters
     * only to anisotropic weights.
     *
     * @param dimension the number of features d, from 1 to ten million
     * @param power the variance of the noiseless labels |β|², at least 0
     * @return the task
     * @throws IllegalArgumentException if an argument is out of range
     */
    public static InContextTask isotropic(int dimension, double power) {
        nonNegative("power", power);
        Matrix features = Positive.identity(dimension);
        double[] coefficients = new double[dimension];
        coefficients[0] = Math.sqrt(power);
        return new InContextTask(features, coefficients, 0);
    }

    /**
     * A regression task in the eigenbasis of its features, with its noise.
     *
     * @param task the task; every eigenvalue is greater than 0
     * @return the same task, to be learnt in context
     * @throws IllegalArgumentException if an eigenvalue is zero, a coefficient overflows, or the features are not listed
     */
    public static InContextTask of(RegressionTask task) {
        Matrix features = Positive.definite("task", notNull("task", task).spectrum());
        double[] coefficients = new double[features.rows()];
        for (int i = 0; i < coefficients.length; i++) {
            coefficients[i] = finite("coefficient " + i + " of the task", task.coefficient(i));
        }
        return new InContextTask(features, coefficients, task.noise());
    }

    /**
     * A task without noise.
     *
     * @param covariance Σ<sub>x</sub>, shape {@code [d][d]}, symmetric and positive definite
     * @param coefficients β, of length d
     * @return the task
     * @throws IllegalArgumentException if the matrix is not square, symmetric (up to 1e-12 of its largest entry) and positive
     *     definite, if the length is another, if an entry is NaN or infinite, or if the variance of the labels overflows
     */
    public static InContextTask of(double[][] covariance, double... coefficients) {
        Matrix features = Positive.definite("covariance", covariance);
        length("coefficients", notNull("coefficients", coefficients).length, "the dimension", features.rows());
        return new InContextTask(features, finite("coefficients", coefficients).clone(), 0);
    }

    /**
     * The same task with noise on its labels: in the context, in training and in the query.
     *
     * @param noise the standard deviation σ, at least 0
     * @return a new task
     * @throws IllegalArgumentException if the noise is NaN or negative, or its square not finite
     */
    public InContextTask withNoise(double noise) {
        return new InContextTask(features, coefficients, deviation("noise", noise));
    }

    /**
     * The same features and noise with other coefficients.
     *
     * @param coefficients β, of length d
     * @return a new task
     * @throws IllegalArgumentException if the length is another, an entry is NaN or infinite, or the variance of the labels
     *     overflows
     */
    public InContextTask withCoefficients(double... coefficients) {
        length("coefficients", notNull("coefficients", coefficients).length, "the dimension", dimension());
        return new InContextTask(features, finite("coefficients", coefficients).clone(), noise);
    }

    /**
     * The same task with its coefficients rotated, for scans over the alignment of a task with the tasks that weights were trained for: cos
     * φ · β + sin φ · e, where e is the part of the direction whose labels are uncorrelated with those of β, scaled so that the power of
     * the labels does not change.
     *
     * @param direction the direction to rotate towards, of length d, not a multiple of β
     * @param angle φ in radians: 0 leaves the task unchanged, π/2 makes its labels uncorrelated with the original ones
     * @return a new task of the same {@link #signalPower()}
     * @throws IllegalArgumentException if the length is another, an argument is NaN or infinite, or the direction is a multiple of β
     */
    public InContextTask turnedTowards(double[] direction, double angle) {
        length("direction", notNull("direction", direction).length, "the dimension", dimension());
        finite("direction", direction);
        double along = signalPower == 0 ? 0 : inner(direction, coefficients) / signalPower;
        double[] aside = direction.clone();
        Blocks.addRow(-along, coefficients, 0, aside, 0, aside.length);
        double length = Math.sqrt(inner(aside, aside));
        if (!(length > 1e-9 * Math.sqrt(inner(direction, direction)))) {
            throw refusal("direction", "its part uncorrelated with the coefficients", "is zero");
        }
        double[] turned = new double[coefficients.length];
        for (int i = 0; i < turned.length; i++) {
            turned[i] = Math.cos(finite("angle", angle)) * coefficients[i]
                    + Math.sin(angle) * Math.sqrt(signalPower) / length * aside[i];
        }
        return withCoefficients(turned);
    }

    /**
     * The number of features.
     *
     * @return d
     */
    public int dimension() {
        return features.rows();
    }

    /**
     * The variance of the noiseless labels, which is also the loss of predicting zero for them.
     *
     * @return βᵀΣ<sub>x</sub>β
     */
    public double signalPower() {
        return signalPower;
    }

    /**
     * The standard deviation of the label noise.
     *
     * @return σ, at least 0
     */
    public double noise() {
        return noise;
    }

    /**
     * The coefficients.
     *
     * @return a new array of β, of length d
     */
    public double[] coefficients() {
        return coefficients.clone();
    }

    /**
     * The covariance of the features.
     *
     * @return a new array of Σ<sub>x</sub>, shape {@code [d][d]}
     * @throws IllegalStateException if d is above 46,340, so that d² numbers are more than an array can hold
     */
    public double[][] covariance() {
        return Positive.entries("covariance", features);
    }

    /**
     * The loss of the {@linkplain LinearAttention#optimal(InContextTask, int) best weights} for this one task, a lower bound on the loss of
     * any procedure evaluated on fresh contexts: with q = βᵀΣ<sub>x</sub>β,
     *
     * <pre>  σ² + q (2q + σ²) / ((n+2) q + σ²).</pre>
     *
     * @param contextLength the length n of the context, at least 0
     * @return the least mean squared error, irreducible noise included
     * @throws IllegalArgumentException if the length is negative
     */
    public double leastLoss(int contextLength) {
        double variance = noise * noise;
        double scale = (nonNegative("contextLength", contextLength) + 2.0) * signalPower + variance;
        return scale == 0 ? 0 : variance + signalPower * ((2 * signalPower + variance) / scale);
    }

    Matrix features() {
        return features;
    }

    double inner(double[] a, double[] b) {
        Matrix each = features instanceof DiagonalMatrix diagonal ? diagonal.cutEverywhere() : features;
        return DotProduct.of(a, each.times(b));
    }

    /** β, not a copy. */
    double[] beta() {
        return coefficients;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof InContextTask that
                && features.equals(that.features)
                && Arrays.equals(coefficients, that.coefficients)
                && noise == that.noise;
    }

    @Override
    public int hashCode() {
        return Objects.hash(features, Arrays.hashCode(coefficients), noise);
    }

    @Override
    public String toString() {
        return "InContextTask of " + dimension() + " features, covariance " + FirstEntries.of(features)
                + ", coefficients " + FirstEntries.of(coefficients) + ", power " + signalPower + ", noise " + noise;
    }
}
