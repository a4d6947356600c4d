package dev.retort.theory.data;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.SampleMean;
import dev.retort.core.equivalent.EstimatedEquivalent;
import dev.retort.core.internal.ThinSvd;
import dev.retort.core.nd4j.internal.ArrayArguments;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Estimates for ridge regression from its features and labels alone: the risk on new rows, the best ridge, and the effect of
 * self-distillation. Nothing is held out and nothing is fitted twice; one singular value decomposition serves every ridge.
 *
 * <p>With K = XXᵀ/n and Q = (K + rI)⁻¹, generalised cross-validation estimates the test risk of the ridge estimate b,
 *
 * <pre>  R̂ = (1/n)‖Q y‖² / [(1/n) tr Q]²,      ± R̂ √(2(1 + Ω̂)/(n(1 − Ω̂))),</pre>
 *
 * with an error that depends on no unknown quantity if features and noise are Gaussian. Where rows differ in size, or residuals have
 * outliers, {@linkplain #leaveOneOut leaving each row out} in turn gives the better estimate and the more honest error.
 *
 * <p>Ridges r are those of (1/n)‖y − Xb‖² + r‖b‖², from 0, least squares or the minimum-norm interpolator, to infinity. {@link #of} takes
 * features and labels as they are; {@link #withIntercept} centres them, puts n − 1 for n in every formula, and includes the error of the
 * means, a factor 1 + 1/n, in every risk. Duplicate rows make all risks too small. Immutable.
 *
 * <p>Sources: P. Craven and G. Wahba, <i>Smoothing noisy data with spline functions</i> (Numerische Mathematik 31, 1979); H. Dang, P.
 * Patil and A. Rinaldo, <i>Optimal Unconstrained Self-Distillation in Ridge Regression</i> (ICML 2026) for the aim of {@link
 * #bestMixing}; derivations in {@code docs/own-data.md}.
 *
 * <pre>{@code
 * double[][] features = {{1, 0, 2}, {0, 3, 1}, {-1, 1, 0}, {2, -1, 1}, {1, 1, -1}, {-2, 0, 1}};
 * double[] labels = {1.3, 2.1, 0.2, 1.1, 0.9, -1.6};
 * RidgeEstimates fit = RidgeEstimates.of(features, labels);
 * double risk = fit.testRisk(0.1).mean(); // 0.186
 * double scatter = fit.testRisk(0.1).standardError(); // 0.173
 * }</pre>
 */
public final class RidgeEstimates {

    /** More rounds gain nothing, and make the minimised risk estimate optimistic. */
    private static final int MOST_ROUNDS = 3;

    /** With fewer rows, the minimum of cross-validation may be at ridge 0 by chance. */
    private static final int FEW_ROWS = 60;

    /** The share of the rows' degrees of freedom that a fit on few rows may spend. */
    private static final double SPENT = 0.9;

    private final Decomposition data;

    RidgeEstimates(Decomposition data) {
        this.data = data.checked();
    }

    /**
     * Estimates for regression on features and labels as they are, without an intercept.
     *
     * @param features X, one row per sample, at least three, all of the same length; every entry finite; not modified
     * @param labels y, one per row, not all 0; every entry finite; not modified
     * @return the estimates
     * @throws IllegalArgumentException if the shapes do not fit, an entry is not finite, or features or labels are all 0
     */
    public static RidgeEstimates of(double[][] features, double[] labels) {
        return new RidgeEstimates(Decomposition.of(ThinSvd.of(columns(features, labels)), labels.clone()));
    }

    /**
     * Estimates for regression with an intercept that is not penalised.
     *
     * @param features X, one row per sample, at least three, all of the same length; every entry finite; not modified
     * @param labels y, one per row, not all the same; every entry finite; not modified
     * @return the estimates
     * @throws IllegalArgumentException if the shapes do not fit, an entry is not finite, or features or labels do not vary
     */
    public static RidgeEstimates withIntercept(double[][] features, double[] labels) {
        double[][] columns = columns(features, labels);
        for (double[] column : columns) {
            Decomposition.centre(column);
        }
        return new RidgeEstimates(Decomposition.centred(ThinSvd.of(columns), Decomposition.centre(labels.clone())));
    }

    /**
     * As {@link #of}, for ND4J arrays.
     *
     * @param features X, shape {@code [n, p]}, of any numeric type, order and stride; not modified
     * @param labels y, shape {@code [n]} or {@code [n, 1]}; not modified
     * @return the estimates
     * @throws IllegalArgumentException if the shapes do not fit, an entry is not finite, or features or labels are all 0
     */
    public static RidgeEstimates ofArrays(INDArray features, INDArray labels) {
        ArrayArguments.features("features", features);
        ArrayArguments.labels("labels", labels, features.size(0));
        return of(DataTable.ofArray(features).toRows(), ArrayArguments.finiteEntries("labels", labels));
    }

    private static double[][] columns(double[][] features, double[] labels) {
        int n = notNull("features", features).length;
        length("labels", notNull("labels", labels).length, "the number of rows", n);
        if (n < 3) {
            throw refusal("features.length", n, "is not at least 3");
        }
        finite("labels", labels);
        double[][] columns = new double[notNull("features[0]", features[0]).length][n];
        for (int i = 0; i < n; i++) {
            String name = "features[" + i + "]";
            length(name, notNull(name, features[i]).length, "that of the first", columns.length);
            finite(name, features[i]);
            for (int j = 0; j < columns.length; j++) {
                columns[j][i] = features[i][j];
            }
        }
        return columns;
    }

    /** {@return the number of rows n} */
    public int rows() {
        return data.rows;
    }

    /** {@return the numerical rank of the features; of the centred features, with an intercept} */
    public int rank() {
        return data.rank;
    }

    /** The shrinkage at ridge ρ = rn/f of (1/f)‖y − Xb‖² + ρ‖b‖², where f is the degrees of freedom of the rows. */
    private Shrinkage at(double ridge) {
        if (!(ridge >= 0)) {
            throw refusal("ridge", ridge, "is not at least 0");
        }
        return Shrinkage.of(data, ridge * data.rows / data.freedom);
    }

    /** The factor on risks of fits with an intercept for the error of the means, which are estimated from n rows. */
    private double ofMeans() {
        return data.freedom == data.rows ? 1 : 1 + 1.0 / data.rows;
    }

    /**
     * The high-dimensional equivalent of training with a ridge: the effective regularisation τ̂ and Ω̂, estimated from the features.
     *
     * @param ridge the ridge r, at least 0 and finite
     * @return τ̂ and Ω̂ with their errors
     * @throws IllegalArgumentException if the ridge is negative or not finite
     */
    public EstimatedEquivalent equivalent(double ridge) {
        double[] values = new double[data.rank];
        Arrays.setAll(values, j -> Math.sqrt(data.eigenvalues[j] * data.freedom));
        return EstimatedEquivalent.ofSingularValues(values, data.rows, data.freedom, ridge);
    }

    /**
     * The test risk of the fit, by generalised cross-validation: its mean squared error on new rows, label noise included.
     *
     * @param ridge the ridge r, at least 0, perhaps infinite
     * @return R̂, with the standard deviation, for Gaussian rows, of its difference from the risk of this particular fit
     * @throws IllegalArgumentException if the ridge is negative or NaN
     */
    public SampleMean testRisk(double ridge) {
        Shrinkage shrinkage = at(ridge);
        return new SampleMean(
                ofMeans() * shrinkage.generalisedCrossValidation(),
                ofMeans() * shrinkage.errorOfGeneralisedCrossValidation());
    }

    /**
     * The test risk of the fit, by leaving each row out in turn, in closed form.
     *
     * @param ridge the ridge r, at least 0, perhaps infinite
     * @return the mean squared error on each row of the fit without that row, with the larger of two standard errors: from the scatter of
     *     the squared errors, and that of {@link #testRisk}. Infinite without ridge if a row alone determines a direction
     * @throws IllegalArgumentException if the ridge is negative or NaN
     */
    public SampleMean leaveOneOut(double ridge) {
        Shrinkage shrinkage = at(ridge);
        double risk = shrinkage.leaveOneOut();
        double error =
                Math.max(shrinkage.errorOfLeaveOneOut(), ofMeans() * shrinkage.errorOfGeneralisedCrossValidation());
        return new SampleMean(risk, Double.isNaN(error) ? Double.POSITIVE_INFINITY : error);
    }

    /**
     * The ridge of least test risk by generalised cross-validation. With fewer than 60 rows the minimum may be at ridge 0 by chance; the
     * search is then limited to ridges at which the fit spends at most nine tenths of the rows' degrees of freedom.
     *
     * @return the ridge r, 0 or infinite if the risk is least there
     */
    public double bestRidge() {
        return best(Shrinkage::generalisedCrossValidation);
    }

    /**
     * The ridge of least test risk by leaving each row out in turn: the better choice where rows differ in size. With few rows the search
     * is limited as in {@link #bestRidge()}.
     *
     * @return the ridge r, 0 or infinite if the risk is least there
     */
    public double bestLeaveOneOutRidge() {
        return best(Shrinkage::leaveOneOut);
    }

    private double best(ToDoubleFunction<Shrinkage> risk) {
        return new RidgeSearch(data, risk).minimum(least(), shrinkage -> 1) * data.freedom / data.rows;
    }

    private double least() {
        double most = SPENT * data.freedom;
        return data.rows >= FEW_ROWS || data.rank <= most ? 0 : RidgePath.ridgeOfDf1(data, most);
    }

    /**
     * The label mixture that is best for distilling the fit into itself once: the student has the same rows and the same ridge, and labels
     * (1 − ξ)y + ξŷ, where ŷ are the fit's predictions. It diagnoses the ridge rather than improves the fit: it is negative where the ridge
     * is too large, and near 0 where the ridge is best.
     *
     * @param ridge the ridge r, greater than 0 and finite; without ridge an interpolator reproduces its labels, and no mixture has an
     *     effect
     * @return ξ̂*, of any size and sign
     * @throws IllegalArgumentException if the ridge is not positive and finite
     */
    public double bestMixing(double ridge) {
        return rounds(ridge, 1).mixings().get(0);
    }

    /**
     * The label mixtures that are best for distilling the fit into itself several times: round j has labels (1 − ξ_j)y + ξ_jŷ, where ŷ are
     * the predictions of round j − 1, and the fit itself is round 0.
     *
     * @param ridge the ridge r of every round, greater than 0 and finite
     * @param rounds how many, from 0 to 3
     * @return the mixtures and the risk they lead to
     * @throws IllegalArgumentException if the ridge is not positive and finite, or so large that the fit vanishes, or the number of rounds
     *     is out of range
     */
    public EstimatedRounds rounds(double ridge, int rounds) {
        if (rounds < 0 || rounds > MOST_ROUNDS) {
            throw refusal("rounds", rounds, "is not from 0 to " + MOST_ROUNDS + ", beyond which nothing is gained");
        }
        EstimatedRounds found =
                EstimatedRounds.of(data, positive("ridge", ridge) * data.rows / data.freedom, rounds, ofMeans());
        if (Double.isNaN(found.testRisk())) {
            throw refusal("ridge", ridge, "is so large that the fit vanishes");
        }
        return found;
    }

    /**
     * The power of the label noise, from the residuals of least squares.
     *
     * @return the unbiased σ̂² = RSS/(n − k), or RSS/(n − 1 − k) with an intercept, and its standard error for Gaussian noise; empty if
     *     there are no more rows than directions, and so no residuals
     */
    public Optional<SampleMean> noisePower() {
        int left = data.freedom - data.rank;
        if (left == 0) {
            return Optional.empty();
        }
        double power = data.residual / left;
        return Optional.of(new SampleMean(power, power * Math.sqrt(2.0 / left)));
    }

    /**
     * The power of the signal: the variance that the labels would have without noise, if they were linear in the features.
     *
     * @return the labels' mean square, or variance with an intercept, less the noise power, with its standard error for Gaussian features
     *     and noise; it may come out negative. Empty if {@link #noisePower()} is
     */
    public Optional<SampleMean> signalPower() {
        return noisePower().map(noise -> {
            double f = data.freedom;
            double k = data.rank;
            double square = noise.mean() * noise.mean();
            double signal = data.labelVariance() - noise.mean();
            double held = Math.max(0, signal);
            double explained = 2 * k * square + 4 * noise.mean() * f * held + 2 * f * held * held;
            double variance = explained / (f * f) + 2 * square * k * k / (f * f * (f - k));
            return new SampleMean(signal, Math.sqrt(variance));
        });
    }

    @Override
    public boolean equals(@Nullable Object other) {
        // Features that differ by a rotation alone have the same estimates, so their right singular vectors are not
        // compared.
        return other instanceof RidgeEstimates that
                && data.freedom == that.data.freedom
                && Arrays.equals(data.labels(), that.data.labels())
                && Arrays.equals(data.eigenvalues, that.data.eigenvalues)
                && Arrays.deepEquals(data.left, that.data.left);
    }

    @Override
    public int hashCode() {
        return Objects.hash(data.freedom, Arrays.hashCode(data.labels()), Arrays.hashCode(data.eigenvalues));
    }

    @Override
    public String toString() {
        return data.rows + " rows of rank " + data.rank + ", best ridge " + bestRidge();
    }
}
