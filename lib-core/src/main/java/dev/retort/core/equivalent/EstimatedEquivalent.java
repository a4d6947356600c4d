package dev.retort.core.equivalent;

import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.SampleMean;
import dev.retort.core.internal.CompensatedSum;
import dev.retort.core.internal.ThinSvd;
import java.util.Arrays;
import java.util.Locale;

/**
 * The equivalent of a training on given rows of features, estimated from the rows alone: the covariance need not be known.
 * With K = XXᵀ/n, Q = (K + rI)⁻¹ and t<sub>j</sub> = tr Q<sup>j</sup>/n,
 *
 * <pre>  τ̂ = 1/t_1,      1 − Ω̂ = t_1²/t_2      (as dτ/dr = 1/(1 − Ω)),</pre>
 *
 * each with its standard error over new draws of the rows, which for Gaussian features follows from t<sub>1</sub> …
 * t<sub>6</sub>. The relative errors are of order 1/n, much smaller than those of risks. Repeated rows, or rows of very
 * different size, make them too small.
 *
 * <p>Without ridge and with no more rows than the rank, τ̂ is the limit r → 0; with more, τ̂ = 0 and Ω̂ = rank/n exactly.
 * {@link #equivalent()} can be used wherever an {@link Equivalent} can. The eigenvalues passed to it may come from a larger
 * set of rows; the largest eigenvalues of the same rows are too large by a relative df1/n or so. Immutable.
 *
 * <p>Sources: A. Wei, W. Hu and J. Steinhardt, <i>More Than a Toy: Random Matrix Models Predict How Real-World Neural
 * Representations Generalize</i> (ICML 2022, arXiv 2203.06176) for τ̂; the errors are derived in {@code docs/equivalents.md}.
 *
 * <pre>{@code
 * double[][] features = {{1, 0, 2}, {0, 3, 1}, {-1, 1, 0}, {2, -1, 1}};
 * EstimatedEquivalent seen = EstimatedEquivalent.of(features, 0.5);
 * double tau = seen.tau().mean(); // 0.985
 * double error = seen.tau().standardError(); // 0.126
 * double missed = seen.equivalent().zetaOf(2.5); // 0.2827
 * }</pre>
 */
public final class EstimatedEquivalent {

    /** 1 − Ω needs two traces, its standard error four more. */
    private static final int TRACES = 6;

    private final int rows;
    private final double samples;
    private final double ridge;
    private final SampleMean tau;
    private final double tauBias;
    private final SampleMean omega;
    private final double oneMinusOmega;

    /** Squares of singular values and ridges beyond this could overflow in sums. */
    private static final double LARGEST = 0x1p1020;

    private EstimatedEquivalent(
            int rows,
            double samples,
            double ridge,
            SampleMean tau,
            double tauBias,
            SampleMean omega,
            double oneMinusOmega) {
        this.rows = rows;
        this.samples = samples;
        this.ridge = ridge;
        this.tau = tau;
        this.tauBias = tauBias;
        this.omega = omega;
        this.oneMinusOmega = oneMinusOmega;
    }

    /**
     * The equivalent of ridge regression on the features as they are, without an intercept.
     *
     * @param features X, one row per sample, at least one, all of the same length; every entry finite
     * @param ridge the ridge r, at least 0, of (1/n)‖y − Xb‖² + r‖b‖²
     * @return its estimate
     * @throws IllegalArgumentException if the rows differ in length, an entry or the ridge is not finite, the ridge is negative, or
     *     no feature differs from 0
     */
    public static EstimatedEquivalent of(double[][] features, double ridge) {
        double[][] columns = columns(features);
        return ofSingularValues(beyondRounding(columns), features.length, features.length, ridge);
    }

    /**
     * The equivalent of ridge regression with an unpenalised intercept: that of the centred features, with n − 1 in place of
     * n.
     *
     * @param features X, one row per sample, at least two, all of the same length; every entry finite
     * @param ridge the ridge r, at least 0, of (1/n)‖y − a − Xb‖² + r‖b‖²
     * @return its estimate
     * @throws IllegalArgumentException if there are fewer than two rows, they differ in length, an entry or the ridge is not finite,
     *     the ridge is negative, or no feature varies
     */
    public static EstimatedEquivalent withIntercept(double[][] features, double ridge) {
        double[][] columns = columns(features);
        int n = features.length;
        if (n < 2) {
            throw refusal("features.length", n, "is not at least 2");
        }
        for (double[] column : columns) {
            CompensatedSum sum = new CompensatedSum();
            for (double entry : column) {
                sum.add(entry / n);
            }
            for (int i = 0; i < n; i++) {
                column[i] -= sum.value();
            }
        }
        double[] values = beyondRounding(columns);
        return ofSingularValues(Arrays.copyOf(values, Math.min(values.length, n - 1)), n, n - 1, ridge);
    }

    private static double[] beyondRounding(double[][] columns) {
        ThinSvd svd = ThinSvd.of(columns);
        return Arrays.copyOf(svd.values(), svd.rank());
    }

    private static double[][] columns(double[][] features) {
        if (notNull("features", features).length == 0 || notNull("features[0]", features[0]).length == 0) {
            throw refusal("features", "an array without entries", "is not allowed");
        }
        double[][] columns = new double[features[0].length][features.length];
        for (int i = 0; i < features.length; i++) {
            length(
                    "features[" + i + "]",
                    notNull("features[" + i + "]", features[i]).length,
                    "that of the first",
                    columns.length);
            for (int j = 0; j < columns.length; j++) {
                if (!Double.isFinite(features[i][j])) {
                    throw refusal("features[" + i + "][" + j + "]", features[i][j], "is not finite");
                }
                columns[j][i] = features[i][j];
            }
        }
        return columns;
    }

    /**
     * The equivalent of features whose singular values are already known.
     *
     * @param values the singular values d of X, at least 0; those that are only rounding error must be left out
     * @param rows the number of rows n, to which the ridge refers
     * @param freedom n, or n − 1 if the columns of X are centred; at least the number of positive values
     * @param ridge the ridge r, at least 0
     * @return its estimate
     * @throws IllegalArgumentException if no value is positive, more are positive than {@code freedom}, or a value or the
     *     ridge is negative or not finite
     */
    public static EstimatedEquivalent ofSingularValues(double[] values, int rows, int freedom, double ridge) {
        double[] positive = Arrays.stream(notNull("values", values))
                .filter(d -> nonNegative("values", d) > 0)
                .toArray();
        if (positive.length == 0) {
            throw refusal("values", "all 0", "say that no feature varies");
        }
        if (positive.length > freedom || freedom > rows) {
            throw refusal(
                    "freedom",
                    freedom,
                    "is not from the number of singular values, " + positive.length + ", to " + rows);
        }
        double[] eigenvalues = new double[positive.length];
        for (int i = 0; i < eigenvalues.length; i++) {
            eigenvalues[i] = positive[i] * positive[i] / freedom;
            if (!(eigenvalues[i] >= Double.MIN_NORMAL && eigenvalues[i] <= LARGEST)) {
                throw refusal(
                        "values[" + i + "]",
                        positive[i],
                        "has a square that is not a number of ordinary size; scale the features");
            }
        }
        double own = nonNegative("ridge", ridge) * rows / freedom;
        if (own > LARGEST) {
            throw refusal("ridge", ridge, "is more than " + LARGEST + " per row");
        }
        if (own == 0 && positive.length < freedom) {
            double omega = (double) positive.length / freedom;
            double spare = (double) (freedom - positive.length) / freedom;
            return new EstimatedEquivalent(
                    rows, freedom, ridge, new SampleMean(0, 0), 0, new SampleMean(omega, 0), spare);
        }
        return estimated(eigenvalues, rows, freedom, ridge, own);
    }

    private static EstimatedEquivalent estimated(
            double[] eigenvalues, int rows, int freedom, double ridge, double own) {
        // Q in units of its largest eigenvalue, which is 1/unit.
        double least = Arrays.stream(eigenvalues).min().orElseThrow();
        double unit = own > 0 && eigenvalues.length < freedom ? own : own + least;
        double[] traces = new double[TRACES + 1];
        double outside = freedom - eigenvalues.length;
        for (int j = 1; j <= TRACES; j++) {
            CompensatedSum sum = new CompensatedSum();
            sum.add(outside);
            for (double eigenvalue : eigenvalues) {
                sum.add(Math.pow(unit / (eigenvalue + own), j));
            }
            traces[j] = sum.value() / freedom;
        }
        double tau = unit / traces[1];
        double[] c = inverse(reciprocal(traces));
        double spare = c[1];
        double[] k = reciprocal(traces);
        double bracket = Math.max(0, k[1] * k[3] - k[2] * k[2]) / Math.pow(k[1], 4);
        double tauError = tau * Math.sqrt(2 * bracket) / (freedom * spare);
        double bias = -tau * c[2] / (freedom * spare * spare);
        double omegaError = spare * errorOfLogarithm(c, freedom);
        return new EstimatedEquivalent(
                rows,
                freedom,
                ridge,
                new SampleMean(tau, tauError),
                bias,
                new SampleMean(1 - spare, omegaError),
                spare);
    }

    /** τ(r + τy)/τ as a power series in y, up to the fifth: the reciprocal of that of t_1(r + τy)/t_1. */
    private static double[] reciprocal(double[] traces) {
        double[] g = new double[TRACES];
        for (int j = 0; j < TRACES; j++) {
            g[j] = (j % 2 == 0 ? 1 : -1) * traces[j + 1] / Math.pow(traces[1], j + 1);
        }
        double[] k = new double[TRACES];
        k[0] = 1;
        for (int j = 1; j < TRACES; j++) {
            for (int m = 1; m <= j; m++) {
                k[j] -= g[m] * k[j - m];
            }
        }
        return k;
    }

    /** r(τ + τx) as a power series in x: the inverse function of the other. c_1 = 1 − Ω; c_{k+1} is M_k up to its sign. */
    private static double[] inverse(double[] k) {
        double a = k[1];
        double[] c = new double[TRACES];
        c[1] = 1 / a;
        c[2] = -k[2] / Math.pow(a, 3);
        c[3] = (2 * k[2] * k[2] - a * k[3]) / Math.pow(a, 5);
        c[4] = (5 * a * k[2] * k[3] - a * a * k[4] - 5 * Math.pow(k[2], 3)) / Math.pow(a, 7);
        c[5] = (6 * a * a * k[2] * k[4]
                        + 3 * a * a * k[3] * k[3]
                        + 14 * Math.pow(k[2], 4)
                        - Math.pow(a, 3) * k[5]
                        - 21 * a * k[2] * k[2] * k[3])
                / Math.pow(a, 9);
        return c;
    }

    /** The standard error of ln(1 − Ω̂); infinite where there are too few rows to estimate it. */
    private static double errorOfLogarithm(double[] c, double n) {
        double u = c[1];
        double m1 = c[2];
        double m2 = -c[3];
        double m3 = c[4];
        double m4 = -c[5];
        double w10 = -m1;
        double w11 = m2;
        double w20 = 2 * m2;
        double w21 = -2 * m3;
        double w22 = 4 * m4;
        double a = 2 - 2 * m1 / u;
        double f11 = w11 / u + w10 * w10 / (u * u);
        double f21 = w21 / u + (w20 * w10 + 2 * w11 * w10) / (u * u) + 2 * Math.pow(w10, 3) / Math.pow(u, 3);
        double f22 = w22 / u
                + (4 * w21 * w10 + w20 * w20 + 2 * w11 * w11) / (u * u)
                + (4 * w20 * w10 * w10 + 8 * w11 * w10 * w10) / Math.pow(u, 3)
                + 6 * Math.pow(w10, 4) / Math.pow(u, 4);
        double square = a * a * f11 + 2 * a * f21 + f22;
        return square >= 0 ? Math.sqrt(2 * square) / (n * u) : Double.POSITIVE_INFINITY;
    }

    /** {@return the number of rows n} */
    public int rows() {
        return rows;
    }

    /** {@return the ridge r, at least 0} */
    public double ridge() {
        return ridge;
    }

    /**
     * The implicit regularisation.
     *
     * @return τ̂ with its standard error, which for Gaussian features is τ (√2/(n(1−Ω))) [M₂/(1−Ω) + M₁²/(1−Ω)²]<sup>½</sup>,
     *     M<sub>k</sub> = (1/n) Σ θ²ζ<sup>k</sup>
     */
    public SampleMean tau() {
        return tau;
    }

    /**
     * The mean of τ̂ − τ over draws of Gaussian rows, to leading order.
     *
     * @return −τ M₁/(n(1−Ω)²), at most 0, and small beside the standard error unless n is tiny
     */
    public double tauBias() {
        return tauBias;
    }

    /**
     * The variance that label noise adds, as a fraction of that variance plus the variance of the noise itself.
     *
     * @return Ω̂ with its standard error, for Gaussian features; the error is infinite where there are too few rows to
     *     estimate it
     */
    public SampleMean omega() {
        return omega;
    }

    /**
     * The estimate as an equivalent, for gains, masks and risks.
     *
     * @return an equivalent with τ̂ and Ω̂
     */
    public Equivalent equivalent() {
        return new Values(samples, tau.mean(), omega.mean(), oneMinusOmega);
    }

    private record Values(double samples, double tau, double omega, double oneMinusOmega) implements Equivalent {}

    @Override
    public boolean equals(Object other) {
        return other instanceof EstimatedEquivalent estimate
                && rows == estimate.rows
                && samples == estimate.samples
                && ridge == estimate.ridge
                && tau.equals(estimate.tau)
                && omega.equals(estimate.omega);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(new double[] {rows, samples, ridge, tau.mean(), omega.mean()});
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d rows, ridge %.6g: τ %s, Ω %s", rows, ridge, tau, omega);
    }
}
