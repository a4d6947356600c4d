package dev.retort.theory.testtime;

import static dev.retort.core.internal.Arguments.deviation;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.DenseMatrix;
import dev.retort.core.internal.DiagonalMatrix;
import dev.retort.core.internal.FirstEntries;
import dev.retort.core.internal.Matrix;
import dev.retort.core.internal.SymmetricEigen;
import dev.retort.core.spectrum.Spectrum;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The random tasks that attention is pre-trained on: features x ~ N(0, Σ<sub>x</sub>), labels y = xᵀβ + σ₀z, and for every prompt new
 * coefficients β of mean zero and covariance Σ<sub>β</sub>. The result of pre-training, {@link LinearAttention#pretrained(TaskPrior, int)},
 * depends only on the two covariances, the noise and the length of the context, not on other properties of the law of β. Immutable.
 *
 * <pre>{@code
 * TaskPrior prior = TaskPrior.of(Spectrum.isotropic(1, 40), Spectrum.powerLaw(1.5, 40)).withNoise(0.3);
 * LinearAttention pretrained = LinearAttention.pretrained(prior, 20);
 * double loss = pretrained.loss(prior, 20); // 0.9647
 * double least = prior.leastLoss(20); // 0.9647: nothing does better
 * }</pre>
 */
public final class TaskPrior {

    private final Matrix features;
    private final Matrix coefficients;
    private final double noise;
    private final double signalPower;

    private TaskPrior(Matrix features, Matrix coefficients, double noise) {
        this.features = features;
        this.coefficients = coefficients;
        this.noise = noise;
        this.signalPower = features.inner(coefficients);
        if (!Double.isFinite(signalPower + noise * noise)) {
            throw refusal("prior", "variance of the labels = " + (signalPower + noise * noise), "is not finite");
        }
    }

    /**
     * An isotropic prior: features of unit variance, coefficients of equal variance, no noise.
     *
     * @param dimension the number of features d, from 1 to ten million
     * @param power the variance of the noiseless labels E|β|², at least 0; each coefficient has variance power/d
     * @return the prior
     * @throws IllegalArgumentException if an argument is out of range
     */
    public static TaskPrior isotropic(int dimension, double power) {
        nonNegative("power", power);
        Matrix features = Positive.identity(dimension);
        return new TaskPrior(features, features.scaled(power / dimension), 0);
    }

    /**
     * A prior whose covariances have a common eigenbasis, without noise.
     *
     * @param features the eigenvalues of Σ<sub>x</sub>, greater than 0
     * @param coefficients the eigenvalues of Σ<sub>β</sub>, in the same order
     * @return the prior
     * @throws IllegalArgumentException if an eigenvalue of Σ<sub>x</sub> is zero, the dimensions differ, a spectrum has too
     *     many features for a list, or the variance of the labels overflows
     */
    public static TaskPrior of(Spectrum features, Spectrum coefficients) {
        Matrix covariance = Positive.definite("features", notNull("features", features));
        double[] variances = Spectrum.listed("coefficients", coefficients);
        covariance.checkFits("coefficients", variances.length);
        return new TaskPrior(covariance, DiagonalMatrix.of(variances), 0);
    }

    /**
     * A prior without noise. The covariances need not commute.
     *
     * @param covariance Σ<sub>x</sub>, shape {@code [d][d]}, symmetric and positive definite
     * @param coefficientCovariance Σ<sub>β</sub>, shape {@code [d][d]}, symmetric and positive semidefinite
     * @return the prior
     * @throws IllegalArgumentException if a matrix is not square, symmetric (up to 1e-12 of its largest entry) and positive definite or
     *     semidefinite as required, if their dimensions differ, if an entry is NaN or infinite, or if the variance of the labels overflows
     */
    public static TaskPrior of(double[][] covariance, double[][] coefficientCovariance) {
        Matrix features = Positive.definite("covariance", covariance);
        Matrix coefficients = Positive.semidefinite("coefficientCovariance", coefficientCovariance);
        features.checkFits("coefficientCovariance", coefficients.rows());
        return new TaskPrior(features, coefficients, 0);
    }

    /**
     * The same prior with noise on the labels.
     *
     * @param noise the standard deviation σ₀, at least 0
     * @return a new prior
     * @throws IllegalArgumentException if the noise is NaN or negative, or its square not finite
     */
    public TaskPrior withNoise(double noise) {
        return new TaskPrior(features, coefficients, deviation("noise", noise));
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
     * The variance of the noiseless labels over all tasks.
     *
     * @return tr(Σ<sub>x</sub>Σ<sub>β</sub>)
     */
    public double signalPower() {
        return signalPower;
    }

    /**
     * The standard deviation of the label noise.
     *
     * @return σ₀, at least 0
     */
    public double noise() {
        return noise;
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
     * The covariance of the coefficients.
     *
     * @return a new array of Σ<sub>β</sub>, shape {@code [d][d]}
     * @throws IllegalStateException if d is above 46,340, so that d² numbers are more than an array can hold
     */
    public double[][] coefficientCovariance() {
        return Positive.entries("coefficientCovariance", coefficients);
    }

    /**
     * The loss after pre-training: with τ = tr(Σ<sub>x</sub>Σ<sub>β</sub>) + σ₀² and the eigenvalues λ of Σ<sub>x</sub>Σ<sub>β</sub>,
     *
     * <pre>  σ₀² + Σ_i λ_i (λ_i + τ) / ((n+1) λ_i + τ).</pre>
     *
     * @param contextLength the length n of the context, at least 0
     * @return the least mean squared error of any linear attention, irreducible noise included
     * @throws IllegalArgumentException if the length is negative
     */
    public double leastLoss(int contextLength) {
        nonNegative("contextLength", contextLength);
        return tau() == 0 ? 0 : optimum(contextLength).loss();
    }

    /** W⋆ = [(n+1) Σx + τ Σβ⁻¹]⁻¹ in a form that needs neither inverse. */
    Matrix optimalWeights(int contextLength) {
        if (!(tau() > 0)) {
            throw refusal("prior", "its labels", "are all zero, so that no weights are better than others");
        }
        return optimum(contextLength).weights();
    }

    /** The loss of any weights: the least loss plus the excess over it, which is a sum of squares. */
    double loss(Matrix weights, int contextLength) {
        if (tau() == 0) {
            return 0;
        }
        Optimum optimum = optimum(contextLength);
        Matrix difference = weights.minus(optimum.weights());
        Matrix squared =
                features.times(coefficients).times(features).scaled((double) contextLength * (contextLength + 1.0));
        Matrix left = features.times(difference);
        return optimum.loss()
                + left.inner(difference.times(squared))
                + contextLength * tau() * left.inner(difference.times(features));
    }

    private double tau() {
        return signalPower + noise * noise;
    }

    private record Optimum(Matrix weights, double loss) {}

    private Optimum optimum(int contextLength) {
        if (features instanceof DiagonalMatrix diagonal && coefficients instanceof DiagonalMatrix prior) {
            return optimum(contextLength, diagonal, prior);
        }
        // With Σβ = FFᵀ and FᵀΣxF = VΛVᵀ, W⋆ = FV [(n+1)Λ + τ]⁻¹ (FV)ᵀ, of condition n + 2 at most.
        DenseMatrix factor = Positive.factor(coefficients);
        SymmetricEigen eigen = SymmetricEigen.of(
                factor.transposed().times(features).times(factor).toArray());
        double[] values = eigen.values();
        double loss = noise * noise;
        double[] scales = new double[values.length];
        double[][] basis = new double[values.length][]; // in rows
        for (int j = 0; j < values.length; j++) {
            double lambda = Math.max(0, values[j]);
            loss += missed(lambda, contextLength);
            basis[j] = factor.times(eigen.vector(j));
            scales[j] = 1 / ((contextLength + 1.0) * lambda + tau());
        }
        DenseMatrix rows = DenseMatrix.of(basis);
        Matrix weights = rows.transposed().times(DiagonalMatrix.of(scales)).times(rows);
        return new Optimum(Matrix.square("weights", weights.toArray()), loss);
    }

    private Optimum optimum(int contextLength, DiagonalMatrix features, DiagonalMatrix prior) {
        DiagonalMatrix weights = prior.combined(features, (b, s) -> b / ((contextLength + 1.0) * (s * b) + tau()));
        double loss =
                prior.combined(features, (b, s) -> missed(s * b, contextLength)).trace();
        return new Optimum(weights, noise * noise + loss);
    }

    private double missed(double lambda, int contextLength) {
        return lambda * ((lambda + tau()) / ((contextLength + 1.0) * lambda + tau()));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TaskPrior that
                && features.equals(that.features)
                && coefficients.equals(that.coefficients)
                && noise == that.noise;
    }

    @Override
    public int hashCode() {
        return Objects.hash(features, coefficients, noise);
    }

    @Override
    public String toString() {
        return "TaskPrior of " + dimension() + " features, covariance " + FirstEntries.of(features)
                + ", coefficients' covariance " + FirstEntries.of(coefficients) + ", power " + signalPower + ", noise "
                + noise;
    }
}
