package dev.retort.core.equivalent;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.positive;

import dev.retort.core.spectrum.Spectrum;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The implicit regularisation τ that a spectrum, a sample size n and a ridge r determine, and everything that follows from τ.
 * Ridge regression, b = argmin (1/n)‖y − Xb‖² + r‖b‖², and for r = 0 the minimum-norm interpolator (n below the rank) or
 * least squares (n above it), behave on n random samples as if each feature were shrunk by a fixed factor:
 *
 * <table>
 * <caption>Symbols, and where n, r and the eigenvalues λ<sub>i</sub> enter</caption>
 * <tr><th scope="col">symbol</th><th scope="col">here</th><th scope="col">definition</th></tr>
 * <tr><td>τ</td><td>{@link #tau()}</td><td>the root of n = Σ λ<sub>i</sub>/(λ<sub>i</sub>+τ) + n·r/τ; 0 for r = 0 and
 * n ≥ rank</td></tr>
 * <tr><td>ζ<sub>i</sub></td><td>{@link #zeta(int)}</td><td>τ/(λ<sub>i</sub>+τ), the part of feature i that is missed</td></tr>
 * <tr><td>θ<sub>i</sub></td><td>{@link #learnability(int)}</td><td>1 − ζ<sub>i</sub>, the part that is learnt</td></tr>
 * <tr><td>df1, df2</td><td>{@link #df1()}, {@link #df2()}</td><td>Σ θ<sub>i</sub>, Σ θ<sub>i</sub>²</td></tr>
 * <tr><td>Ω</td><td>{@link #omega()}</td><td>df2/n</td></tr>
 * </table>
 *
 * <p>Every regime is covered: fewer samples than the rank, more, the interpolation threshold n = rank (r = 0: Ω = 1), any
 * ridge down to the {@linkplain #leastRidge negative} one at which Ω = 1, zero and repeated eigenvalues, and fractional n,
 * for which the formulas hold as well and can be differentiated. For a feature of zero variance ζ = 1. No difference cancels:
 * spectra over 300 orders of magnitude and n within 1e-9 of the rank lose no digit. Indices count from 0 in code and from 1
 * in formulas. Immutable.
 *
 * <p>Source: Ildiz, Gozeten, Taga, Mondelli and Oymak, <i>High-dimensional Analysis of Knowledge Distillation</i> (ICLR
 * 2025, arXiv 2410.18837), section 2, after Han and Xu, <i>The Distribution of Ridgeless Least Squares Interpolators</i>
 * (arXiv 2307.02044); how τ is solved for is in the module's documentation, {@code docs/equivalents.md}.
 *
 * <pre>{@code
 * Spectrum spectrum = Spectrum.powerLaw(2.0, 500);
 * DeterministicEquivalent equivalent = DeterministicEquivalent.of(spectrum, 200);
 * double tau = equivalent.tau(); // 3.9734e-5
 * double omega = equivalent.omega(); // 0.61298
 * double missed = equivalent.zeta(499); // 0.90854: the weakest feature is hardly learnt
 * }</pre>
 */
public final class DeterministicEquivalent implements Equivalent {

    private final Spectrum spectrum;
    private final FixedPoint solution;

    private DeterministicEquivalent(Spectrum spectrum, FixedPoint solution) {
        this.spectrum = spectrum;
        this.solution = solution;
    }

    /**
     * The equivalent of minimum-norm interpolation or least squares.
     *
     * @param spectrum the eigenvalues of the training covariance
     * @param samples the number of samples n, greater than 0, whole or not
     * @return the equivalent for ridge 0
     * @throws IllegalArgumentException if n is not positive and finite, or so small that τ overflows, or above 1e10 for
     *     an infinite power law
     */
    public static DeterministicEquivalent of(Spectrum spectrum, double samples) {
        return of(spectrum, samples, 0);
    }

    /**
     * The equivalent of ridge regression.
     *
     * @param spectrum the eigenvalues of the training covariance
     * @param samples the number of samples n, greater than 0, whole or not
     * @param ridge the ridge r of the objective (1/n)‖y − Xb‖² + r‖b‖²; may be negative, but above {@link #leastRidge}
     * @return the equivalent
     * @throws IllegalArgumentException if n is not positive and finite, the ridge is not finite or not above the least, or n so
     *     small or the ridge so large that τ overflows, or n above 1e10 for an infinite power law
     */
    public static DeterministicEquivalent of(Spectrum spectrum, double samples, double ridge) {
        return new DeterministicEquivalent(
                spectrum,
                FixedPoint.of(
                        notNull("spectrum", spectrum).measure(), positive("samples", samples), finite("ridge", ridge)));
    }

    /**
     * The ridge at which Ω = 1; an equivalent exists only above it. In high dimension it is minus the smallest non-zero
     * eigenvalue of the sample covariance. A negative ridge undoes shrinkage, which lowers the risk where the signal is in a
     * few strong features and the many weak features already shrink it too much.
     *
     * @param spectrum the eigenvalues of the training covariance
     * @param samples the number of samples n, greater than 0, whole or not
     * @return r, at most 0; 0 at the interpolation threshold, n = rank
     * @throws IllegalArgumentException if n is not positive and finite, so small that τ overflows, above 1e10 for an infinite power
     *     law, or, for a gathered spectrum, at least its rank
     */
    public static double leastRidge(Spectrum spectrum, double samples) {
        DeterministicEquivalent ridgeless = of(spectrum, samples);
        return new NegativeRidge(spectrum.measure(), samples, ridgeless.tau()).least();
    }

    /**
     * The equivalent of the same spectrum for another sample size and ridge. The solver starts from this one: if it is near,
     * as on a fine grid, two passes over the spectrum are enough. τ has the same error bound as that of {@link #of(Spectrum,
     * double, double)} and differs from it by rounding alone.
     *
     * @param newSamples the number of samples n, greater than 0, whole or not
     * @param newRidge the ridge r
     * @return the equivalent
     * @throws IllegalArgumentException as {@link #of(Spectrum, double, double)} does
     */
    public DeterministicEquivalent at(double newSamples, double newRidge) {
        return new DeterministicEquivalent(
                spectrum, solution.at(positive("samples", newSamples), finite("ridge", newRidge)));
    }

    /**
     * The spectrum this is the equivalent of.
     *
     * @return the eigenvalues of the training covariance
     */
    public Spectrum spectrum() {
        return spectrum;
    }

    /**
     * The number of samples.
     *
     * @return n, greater than 0
     */
    @Override
    public double samples() {
        return solution.capacity();
    }

    /**
     * The ridge.
     *
     * @return r, which may be negative
     */
    public double ridge() {
        return solution.ridge();
    }

    /**
     * The implicit regularisation: the ridge that would shrink the features by the same factors if the covariance were known.
     *
     * @return τ, at least the ridge; 0 for ridge 0 and n ≥ rank, negative for a negative ridge and n &gt; rank
     */
    @Override
    public double tau() {
        return solution.tau();
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
     * A bound on the relative error of {@link #tau()}, from the solver's last step and worst-case rounding; the error met
     * in practice is about a tenth of it.
     *
     * @return the bound, below 1e-13 unless τ is so small that doubles lose precision (subnormal, below 1e-308), or the ridge
     *     is negative and Ω near 1, where the bound grows as 1/(1 − Ω)
     */
    public double relativeErrorBound() {
        return solution.relativeErrorBound();
    }

    /**
     * The part of a feature that n samples miss.
     *
     * @param i the feature, counted from 0
     * @return ζ = τ/(λ+τ), from 0 to 1; 1 for a feature of zero variance
     * @throws IndexOutOfBoundsException if there is no such feature
     */
    public double zeta(int i) {
        return zetaOf(spectrum.eigenvalue(i));
    }

    /**
     * The part of a feature that n samples learn.
     *
     * @param i the feature, counted from 0
     * @return θ = λ/(λ+τ) = 1 − ζ, from 0 to 1; 0 for a feature of zero variance
     * @throws IndexOutOfBoundsException if there is no such feature
     */
    public double learnability(int i) {
        return learnabilityOf(spectrum.eigenvalue(i));
    }

    /**
     * The degrees of freedom of first order.
     *
     * @return df1 = Σ θ<sub>i</sub>, which is n for ridge 0 and n below the rank
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
        return samples() * omega();
    }

    /**
     * The degrees of freedom per sample.
     *
     * @return Ω = df2/n, from 0 to 1; 1 only at the interpolation threshold, n = rank with ridge 0
     */
    @Override
    public double omega() {
        return rootOmega() * rootOmega();
    }

    /**
     * The square root of Ω, which is representable where Ω itself underflows (a ridge far above every eigenvalue).
     *
     * @return √Ω
     */
    public double rootOmega() {
        return solution.rootOmega();
    }

    /**
     * The complement of Ω, without the cancellation of a subtraction.
     *
     * @return 1 − Ω, from 0 to 1; 0 only at the interpolation threshold
     */
    @Override
    public double oneMinusOmega() {
        // n(1 − Ω) = Σ x(1 − x) + n·ridge/τ has positive terms only, where n − Σ x² would cancel.
        return (solution.product() + solution.spare()) / samples();
    }

    /**
     * The derivative of τ with respect to the number of samples.
     *
     * @return dτ/dn = −(τ − r)/(n(1 − Ω)); 0 where τ = 0, which at the interpolation threshold is the derivative from above
     */
    public double dTauDSamples() {
        // τ − r = τ·df1/n, by the fixed point: no cancellation for a ridge near τ.
        return tau() == 0 ? 0 : -tau() * (df1() / samples()) / (samples() * oneMinusOmega());
    }

    /**
     * The derivative of τ with respect to the ridge.
     *
     * @return dτ/dr = 1/(1 − Ω), at ridge 0 from above; infinite at the interpolation threshold
     */
    public double dTauDRidge() {
        return 1 / oneMinusOmega();
    }

    /**
     * The derivative of τ with respect to the eigenvalue of one feature, all others held fixed, even equal ones.
     *
     * @param i the feature, counted from 0
     * @return dτ/dλ = ζ²/(n(1 − Ω)), from above for a zero eigenvalue, where it is infinite if τ is negative: no negative τ
     *     is possible beside an eigenvalue near zero
     * @throws IndexOutOfBoundsException if there is no such feature
     */
    public double dTauDEigenvalue(int i) {
        double lambda = spectrum.eigenvalue(i);
        if (tau() != 0 && (tau() > 0 || lambda > 0)) {
            double zeta = zeta(i);
            return zeta * zeta / (samples() * oneMinusOmega());
        }
        if (lambda > 0) {
            return 0;
        }
        if (tau() < 0) {
            return Double.POSITIVE_INFINITY;
        }
        // A new positive eigenvalue raises the rank, possibly above n: then n − rank = λ/(λ+τ).
        double surplus = samples() - spectrum.measure().rank();
        return Math.max(1 - surplus, 0) / surplus;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        // The same equivalent may have been solved for from different starts, which leaves τ different by rounding.
        return other instanceof DeterministicEquivalent that
                && Double.compare(samples(), that.samples()) == 0
                && Double.compare(ridge(), that.ridge()) == 0
                && spectrum.equals(that.spectrum);
    }

    @Override
    public int hashCode() {
        return Objects.hash(spectrum, samples(), ridge());
    }

    @Override
    public String toString() {
        return "DeterministicEquivalent of " + samples() + " samples, ridge " + ridge() + ": tau " + tau() + ", omega "
                + omega();
    }
}
