package dev.retort.core.equivalent;

import static dev.retort.core.internal.Arguments.nonNegative;

/**
 * The effect of a training in high dimension, as masks, gains and sweeps use it: each feature is shrunk by a factor that
 * depends on its eigenvalue alone, and label noise is passed on by a factor that does not depend on the feature.
 *
 * <table>
 * <caption>Symbols</caption>
 * <tr><th scope="col">symbol</th><th scope="col">here</th><th scope="col">meaning</th></tr>
 * <tr><td>τ</td><td>{@link #tau()}</td><td>the implicit regularisation</td></tr>
 * <tr><td>ζ</td><td>{@link #zetaOf(double)}</td><td>τ/(λ+τ), the part of a feature of eigenvalue λ that is missed</td></tr>
 * <tr><td>θ</td><td>{@link #learnabilityOf(double)}</td><td>1 − ζ, the part that is learnt</td></tr>
 * <tr><td>Ω</td><td>{@link #omega()}</td><td>noise of variance σ² on the labels adds σ²Ω/(1−Ω) to the risk</td></tr>
 * </table>
 *
 * <p>{@link DeterministicEquivalent} is that of ridge regression on a known spectrum. Implementations are immutable.
 */
public interface Equivalent {

    /**
     * The number of samples.
     *
     * @return n, greater than 0
     */
    double samples();

    /**
     * The implicit regularisation.
     *
     * @return τ, at least 0
     */
    double tau();

    /**
     * The variance that label noise adds, as a fraction of that variance plus the variance of the noise itself.
     *
     * @return Ω, from 0 to 1
     */
    double omega();

    /**
     * The complement of Ω, without the cancellation of a subtraction where the implementation can avoid it.
     *
     * @return 1 − Ω, from 0 to 1; 0 where noise makes the risk infinite
     */
    double oneMinusOmega();

    /**
     * The part of a feature of a given variance that the training misses.
     *
     * @param lambda the variance λ, at least 0
     * @return ζ = τ/(λ+τ), from 0 to 1; 1 for λ = 0
     * @throws IllegalArgumentException if λ is negative, NaN or infinite
     */
    default double zetaOf(double lambda) {
        return nonNegative("lambda", lambda) == 0 ? 1 : tau() / (lambda + tau());
    }

    /**
     * The part of a feature of a given variance that the training learns.
     *
     * @param lambda the variance λ, at least 0
     * @return θ = λ/(λ+τ) = 1 − ζ, from 0 to 1; 0 for λ = 0
     * @throws IllegalArgumentException if λ is negative, NaN or infinite
     */
    default double learnabilityOf(double lambda) {
        return nonNegative("lambda", lambda) == 0 ? 0 : lambda / (lambda + tau());
    }

    /**
     * The variance that a feature adds because it is not fully learnt, per unit of its label variance λβ²: the missed part of
     * the labels acts as noise on all features.
     *
     * @param lambda the variance λ, at least 0
     * @return ζ²Ω/(1−Ω) unless an implementation documents another formula; infinite at an interpolation threshold if ζ &gt; 0
     * @throws IllegalArgumentException if λ is negative, NaN or infinite
     */
    default double designVarianceOf(double lambda) {
        double zeta = zetaOf(lambda);
        return zeta == 0 ? 0 : zeta * zeta * omega() / oneMinusOmega();
    }
}
