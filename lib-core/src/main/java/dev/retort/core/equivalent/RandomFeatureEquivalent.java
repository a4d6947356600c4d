package dev.retort.core.equivalent;

import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.spectrum.Spectrum;
import java.util.Objects;

/**
 * The equivalent that a spectrum, n samples, q random features and a ridge r determine, of a model that sees q random
 * combinations of the features, z = q<sup>−1/2</sup> Gx with a q × p Gaussian matrix G, and minimises (1/n)‖y − Za‖² + r‖a‖².
 * For the features x it has the coefficients b = q<sup>−1/2</sup> Gᵀa. With infinitely many random features it is ridge
 * regression, see {@link DeterministicEquivalent}.
 *
 * <table>
 * <caption>Symbols</caption>
 * <tr><th scope="col">symbol</th><th scope="col">here</th><th scope="col">definition</th></tr>
 * <tr><td>τ = ν<sub>2</sub></td><td>{@link #tau()}</td><td>the root of (n − df1)(1 − df1/q)τ = n·r with df1 ≤ min(n, q);
 * for r = 0 that of df1 = min(n, q), or 0 if that is at least the rank</td></tr>
 * <tr><td>ν<sub>1</sub></td><td>{@link #nu1()}</td><td>ρτ, so that n − n·r/ν<sub>1</sub> = df1 for r &gt; 0</td></tr>
 * <tr><td>ρ</td><td>{@link #rho()}</td><td>1 − df1/q, the unused part of the random features</td></tr>
 * <tr><td>ζ, θ</td><td>{@link #zetaOf(double)}, {@link #learnabilityOf(double)}</td><td>τ/(λ+τ), λ/(λ+τ)</td></tr>
 * <tr><td>df1, df2</td><td>{@link #df1()}, {@link #df2()}</td><td>Σ θ, Σ θ²</td></tr>
 * <tr><td>π</td><td>{@link #featureNoise()}</td><td>Σ θζ/(q − df2)</td></tr>
 * <tr><td>Υ</td><td>{@link #omega()}</td><td>(q/n)((1−ρ)² + ρ² df2/(q − df2)) = (df2 + π Σ θζ)/n</td></tr>
 * </table>
 *
 * <p>A model trained on labels with noise variance σ² from coefficients of mean m and second moment s has coefficients whose
 * moments are, in units in which each feature has variance one,
 *
 * <pre>  m' = θm,     s' = θ²s + (θ² + πθζ) C + θζ F,
 *   C = (σ² + Σ (ζ² + πθζ) s)/(n(1 − Υ)),     F = Σ θζ s/(q − df2):</pre>
 *
 * the part of the labels that the random features cannot express acts as noise, C, and fluctuates with the random features,
 * F. Exact for Gaussian G in high dimension; for other random features, with the eigenvalues of their kernel, it is a
 * conjecture that holds well in experiments. Every regime is covered: n and q below the rank, above it, and equal, penalty 0,
 * zero and repeated eigenvalues, infinite power laws, and fractional n and q. For r = 0 and n = q below the
 * rank, Υ = 1: the risk is infinite even without noise. No difference cancels. Immutable.
 *
 * <p>Sources: Defilippis, Loureiro and Misiakiewicz, <i>Dimension-free deterministic equivalents and scaling laws for random
 * feature regression</i> (2024); Wu, Chen, Misiakiewicz and Mondelli, <i>Improved Scaling Laws via Weak-to-Strong Generalization
 * in Random Feature Ridge Regression</i> (arXiv 2603.05691). The forms without cancellation are derived in the module's
 * documentation, {@code docs/equivalents.md}.
 *
 * <pre>{@code
 * Spectrum spectrum = Spectrum.powerLaw(1.5, 300);
 * RandomFeatureEquivalent equivalent = RandomFeatureEquivalent.of(spectrum, 150, 70, 1e-3);
 * double tau = equivalent.tau(); // 6.2114e-3
 * double upsilon = equivalent.omega(); // 0.27813
 * }</pre>
 */
public final class RandomFeatureEquivalent implements Equivalent {

    private final Spectrum spectrum;
    private final double samples;
    private final double features;
    private final FixedPoint solution;
    /** n − df1 */
    private final double spareSamples;
    /** q − df1 */
    private final double unusedFeatures;

    private final double featureNoise;
    private final double rootOmega;

    private RandomFeatureEquivalent(Spectrum spectrum, double samples, double features, FixedPoint solution) {
        this.spectrum = spectrum;
        this.samples = samples;
        this.features = features;
        this.solution = solution;
        this.spareSamples = Math.max(samples - features, 0) + solution.spare();
        this.unusedFeatures = Math.max(features - samples, 0) + solution.spare();
        this.featureNoise = unusedFeatures == 0 ? 1 : undecided() / spareFeatures();
        double mixed = undecided() == 0 ? 0 : undecided() / Math.sqrt(spareFeatures());
        double root = Math.hypot(Math.sqrt(solution.capacity()) * solution.rootOmega(), mixed) / Math.sqrt(samples);
        this.rootOmega = Math.min(root, 1); // above 1 by rounding alone
    }

    /**
     * The equivalent of ridge regression on random features.
     *
     * @param spectrum the eigenvalues of the covariance of the features x
     * @param samples the number of samples n, greater than 0, whole or not
     * @param features the number of random features q, at least 1, whole or not; {@link Double#POSITIVE_INFINITY} is ridge
     *     regression on x
     * @param ridge the ridge r, at least 0, of the objective (1/n)‖y − Za‖² + r‖a‖²
     * @return the equivalent
     * @throws IllegalArgumentException if an argument is out of range, n so small or the ridge so large that τ overflows, or the
     *     smaller of n and q above 1e10 for an infinite power law
     */
    public static RandomFeatureEquivalent of(Spectrum spectrum, double samples, double features, double ridge) {
        checkSizes(notNull("spectrum", spectrum), samples, features, ridge);
        return new RandomFeatureEquivalent(
                spectrum, samples, features, FixedPoint.of(spectrum.measure(), samples, features, ridge));
    }

    /**
     * The equivalent of the same spectrum for other numbers. The solver starts from this one: if it is near, as on a fine
     * grid, two passes over the spectrum are enough.
     *
     * @param newSamples the number of samples n, greater than 0
     * @param newFeatures the number of random features q, at least 1, may be infinite
     * @param newRidge the ridge r, at least 0
     * @return the equivalent
     * @throws IllegalArgumentException as {@link #of(Spectrum, double, double, double)} does
     */
    public RandomFeatureEquivalent at(double newSamples, double newFeatures, double newRidge) {
        checkSizes(spectrum, newSamples, newFeatures, newRidge);
        return new RandomFeatureEquivalent(
                spectrum, newSamples, newFeatures, solution.at(newSamples, newFeatures, newRidge));
    }

    private static void checkSizes(Spectrum spectrum, double samples, double features, double ridge) {
        positive("samples", samples);
        nonNegative("ridge", ridge);
        if (!(features >= 1)) {
            throw refusal("features", features, "is not at least 1");
        }
        double most = spectrum.measure().mostSamples();
        if (samples > most && features > most) {
            throw FixedPoint.tooMany("features", features, most);
        }
    }

    /**
     * The spectrum this is the equivalent of.
     *
     * @return the eigenvalues of the covariance of the features x
     */
    public Spectrum spectrum() {
        return spectrum;
    }

    @Override
    public double samples() {
        return samples;
    }

    /**
     * The number of random features.
     *
     * @return q, at least 1, possibly infinite
     */
    public double features() {
        return features;
    }

    /**
     * The ridge.
     *
     * @return r, at least 0
     */
    public double ridge() {
        return solution.ridge();
    }

    /**
     * The implicit regularisation of the features x.
     *
     * @return τ = ν<sub>2</sub>, at least the ridge; 0 for ridge 0 and min(n, q) ≥ rank
     */
    @Override
    public double tau() {
        return solution.tau();
    }

    /**
     * A bound on the relative error of {@link #tau()}, see {@link DeterministicEquivalent#relativeErrorBound()}.
     *
     * @return the bound, below 1e-13 unless τ is so small that doubles lose precision (subnormal, below 1e-308)
     */
    public double relativeErrorBound() {
        return solution.relativeErrorBound();
    }

    /**
     * The implicit regularisation of the random features.
     *
     * @return ν<sub>1</sub> = ρτ, at least the ridge; 0 for ridge 0 and q ≤ n
     */
    public double nu1() {
        return rho() * tau();
    }

    /**
     * The part of the random features that is not used.
     *
     * @return ρ = 1 − df1/q, from 0 to 1; 1 for infinitely many
     */
    public double rho() {
        return Double.isInfinite(features) ? 1 : unusedFeatures / features;
    }

    @Override
    public double zetaOf(double lambda) {
        return nonNegative("lambda", lambda) == 0 ? 1 : solution.missed(lambda);
    }

    @Override
    public double learnabilityOf(double lambda) {
        return nonNegative("lambda", lambda) == 0 ? 0 : solution.learnt(lambda);
    }

    /**
     * The degrees of freedom of first order.
     *
     * @return df1 = Σ θ<sub>i</sub>, below min(n, q) unless the ridge is 0
     */
    public double df1() {
        return solution.df1();
    }

    /**
     * The degrees of freedom of second order.
     *
     * @return df2 = Σ θ<sub>i</sub>², at most df1
     */
    public double df2() {
        return solution.capacity() * (solution.rootOmega() * solution.rootOmega());
    }

    /**
     * The difference of the degrees of freedom of first and second order, to which only partly learnt features contribute.
     *
     * @return Σ θ<sub>i</sub>ζ<sub>i</sub> = df1 − df2, without a subtraction
     */
    public double undecided() {
        return solution.product();
    }

    /**
     * The random features that are left beyond the degrees of freedom of second order.
     *
     * @return q − df2, without a subtraction; infinite if q is
     */
    public double spareFeatures() {
        return unusedFeatures + undecided();
    }

    /**
     * The random features that are left beyond the degrees of freedom of first order.
     *
     * @return q − df1, without a subtraction; infinite if q is
     */
    public double unusedFeatures() {
        return unusedFeatures;
    }

    /**
     * The samples that are left beyond the degrees of freedom of first order.
     *
     * @return n − df1 = n·r/ν<sub>1</sub>, without a subtraction
     */
    public double spareSamples() {
        return spareSamples;
    }

    /**
     * The noise, relative to a partly learnt feature's signal, that a finite number of random features adds.
     *
     * @return π = Σ θζ/(q − df2), from 0 for infinitely many to 1 for q ≤ n and ridge 0
     */
    public double featureNoise() {
        return featureNoise;
    }

    /**
     * The variance that label noise adds, as a fraction of that variance plus the variance of the noise itself.
     *
     * @return Υ, from 0 to 1; 1 for ridge 0 and n = min(q, rank)
     */
    @Override
    public double omega() {
        return rootOmega() * rootOmega();
    }

    /**
     * The square root of Υ, which is representable where Υ itself underflows (a ridge far above every eigenvalue).
     *
     * @return √Υ
     */
    public double rootOmega() {
        return rootOmega;
    }

    /**
     * The complement of Υ, without the cancellation of a subtraction.
     *
     * @return 1 − Υ, from 0 to 1
     */
    @Override
    public double oneMinusOmega() {
        // n(1 − Υ) = (n − df1) + ρq Σθζ/(q − df2)
        return (spareSamples + parallel(unusedFeatures, undecided())) / samples;
    }

    /** xy/(x + y), where one of the two may be infinite. */
    private static double parallel(double x, double y) {
        double smaller = Math.min(x, y);
        return smaller == 0 ? 0 : smaller / (1 + smaller / Math.max(x, y));
    }

    /**
     * The variance that a feature adds because it is not fully learnt, per unit of its label variance λβ².
     *
     * @param lambda the variance λ, at least 0
     * @return (ζ²Υ + πθζ)/(1−Υ)
     * @throws IllegalArgumentException if λ is negative, NaN or infinite
     */
    @Override
    public double designVarianceOf(double lambda) {
        double zeta = zetaOf(lambda);
        double amount = zeta * (zeta * omega() + featureNoise() * learnabilityOf(lambda));
        return amount == 0 ? 0 : amount / oneMinusOmega();
    }

    /**
     * The derivative of τ with respect to the number of samples.
     *
     * @return dτ/dn at fixed q and r; for ridge 0 and n = q the limit of small ridges, half of the derivative from below
     */
    public double dTauDSamples() {
        return tau() == 0 ? 0 : -tau() * part(unusedFeatures, spareSamples) * (df1() / samples) / stiffness();
    }

    /**
     * The derivative of τ with respect to the number of random features.
     *
     * @return dτ/dq at fixed n and r, 0 if q is infinite; for ridge 0 and n = q the limit of small ridges, half of the derivative
     *     from below
     */
    public double dTauDFeatures() {
        return tau() == 0 ? 0 : -tau() * part(spareSamples, unusedFeatures) * (df1() / features) / stiffness();
    }

    /**
     * The derivative of τ with respect to the ridge.
     *
     * @return dτ/dr, from above at ridge 0; infinite at ridge 0 where n = q is below the rank, and where n or q is the rank
     *     and neither is below it
     */
    public double dTauDRidge() {
        double perSample = Double.isInfinite(features) ? 1 : features / (spareSamples + unusedFeatures);
        return samples * perSample / stiffness();
    }

    /**
     * The derivative of τ with respect to the eigenvalue of one feature, all others held fixed, even equal ones.
     *
     * @param i the feature, counted from 0
     * @return dτ/dλ, from above for a zero eigenvalue
     * @throws IndexOutOfBoundsException if there is no such feature
     */
    public double dTauDEigenvalue(int i) {
        double lambda = spectrum.eigenvalue(i);
        if (tau() > 0) {
            double zeta = zetaOf(lambda);
            return zeta * zeta / stiffness();
        }
        if (lambda > 0) {
            return 0;
        }
        // A new positive eigenvalue raises the rank, possibly above k = min(n, q): then k − rank = λ/(λ+τ).
        return Math.max(1 - solution.spare(), 0) / solution.spare();
    }

    /** Σ θζ + (n − df1)(q − df1)/(n + q − 2 df1), the common denominator of the derivatives of ln τ. */
    private double stiffness() {
        return undecided() + parallel(spareSamples, unusedFeatures);
    }

    /** x/(x + y); one half if both are zero. */
    private static double part(double x, double y) {
        return x == y ? 0.5 : Double.isInfinite(x) ? 1 : x / (x + y);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RandomFeatureEquivalent that
                && spectrum.equals(that.spectrum)
                && samples == that.samples
                && features == that.features
                && ridge() == that.ridge();
    }

    @Override
    public int hashCode() {
        return Objects.hash(spectrum, samples, features, ridge());
    }

    @Override
    public String toString() {
        return "RandomFeatureEquivalent of " + samples + " samples, " + features + " random features, ridge " + ridge()
                + ": tau " + tau() + ", upsilon " + omega();
    }
}
