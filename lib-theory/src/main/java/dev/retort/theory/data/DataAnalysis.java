package dev.retort.theory.data;

import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.SampleMean;
import dev.retort.core.internal.Parallel;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.OptimalSurrogate;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.scaling.FlooredFit;
import dev.retort.theory.scaling.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Predicts linear students of a table's label: their risk with fewer or more rows, their best ridge, and what a teacher could do for them.
 * Everything is estimated from the rows themselves, with no assumption about their covariance, the signal or the noise, and without
 * refitting for each number of rows.
 *
 * <p>If a ridge on all N rows and another ridge on n rows lead to the same implicit regularisation, they share every quantity that the risk
 * depends on. So the risk of a student of n rows follows from the risk on all rows, which is estimated by leaving each row out in turn
 * ({@code docs/own-data.md} derives it). On twelve tables, real and made up, the risk with the best ridge was predicted within −9 % and +5
 * % for every n. Without ridge, rows of uneven size break the theory of Gaussian features near n = k, the number of directions; predictions
 * that cannot be trusted there are withheld, with the reason.
 *
 * <p>Features are centred, and divided by their standard deviations unless the analysis is {@linkplain #raw raw}; an intercept is fitted
 * and not penalised. Risks are mean squared errors on new rows, label noise included. Ridges are those of (1/n)‖y − a − Xb‖² + r‖b‖².
 * Immutable.
 *
 * <pre>{@code
 * RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(1);
 * double[][] rows = new double[200][6];
 * for (double[] row : rows) {
 *     for (int j = 0; j < 5; j++) {
 *         row[j] = random.nextGaussian();
 *     }
 *     row[5] = row[0] - 0.5 * row[1] + random.nextGaussian();
 * }
 * DataAnalysis analysis = DataAnalysis.of(DataTable.of(rows), "5");
 * TunedRisk small = analysis.tuned(20); // with their best ridge
 * Answer<SampleMean> ridgeless = analysis.ridgeless(6); // withheld: near the threshold
 * }</pre>
 */
public final class DataAnalysis {

    /** The most rows that predictions may go to, in multiples of the rows of the table. */
    private static final int FURTHEST = 2;

    /** Without ridge, means over draws do not settle between these multiples of k. */
    private static final double THRESHOLD_FROM = 0.8;

    private static final double THRESHOLD_TO = 1.25;

    /** Below the first and above the others, in multiples of k, rows of uneven size matter little. */
    private static final double FAR_BELOW = 0.45;

    private static final double FAR_ABOVE = 2.2;
    private static final double FARTHER_ABOVE = 5;

    /** Excess variances of the rows' sizes. */
    private static final double EVEN = 0.1;

    private static final double UNEVEN = 0.5;
    private static final double RARE = 20;

    private static final double ISOLATED = 0.5;

    /** With at most this many directions, the exact factor for Gaussian rows, which the high-dimensional limit leaves out, is applied. */
    private static final int FEW_DIRECTIONS = 15;

    private static final double FEW_ROWS = 3;

    private static final double ESTIMATES_DIFFER = 1.03;

    private static final double INDICATIVE = 10;

    /** Smaller gains are not reported. */
    private static final double MATERIAL = 0.05;

    private static final int SCARCE = 100;

    /** With fewer rows, the estimate at the ridge that minimises it is too small, and so is its error bar. */
    private static final int SHORT_BARS = 40;

    private static final int FEWEST_TO_FIT = 8;
    private static final int COLUMNS_SHOWN = 5;
    private static final int DIRECTIONS_SHOWN = 12;

    private final Prepared prepared;
    private final Decomposition data;
    private final DataReport report;
    private final RidgeSearch search;
    private final Shrinkage best;
    private final Diagnostics diagnostics;

    private DataAnalysis(DataTable table, Prepared prepared, DataReport report) {
        this.prepared = prepared;
        this.report = report;
        this.data = prepared.decomposition().checked();
        this.search = new RidgeSearch(data, DataAnalysis::ofAll);
        this.best = Shrinkage.of(data, search.minimum(least(data.freedom), shrinkage -> 1));
        this.diagnostics = Diagnostics.of(prepared, data, best, (double) report.duplicateRows() / table.rows());
    }

    /**
     * Analyses a table with its features centred and divided by their standard deviations.
     *
     * @param table the table, of at least five rows
     * @param label the name of the column that is to be predicted
     * @return the analysis
     * @throws IllegalArgumentException if there are too few rows, no column has that name, it does not vary, or no other does; or if the
     *     table is too large for the heap
     */
    public static DataAnalysis of(DataTable table, String label) {
        Prepared prepared = Prepared.standardised(table, label);
        return new DataAnalysis(table, prepared, DataReport.of(table, label, prepared));
    }

    /**
     * Analyses a table with its features centred but not rescaled, for features whose scale means something, such as pixels.
     *
     * @param table the table, of at least five rows
     * @param label the name of the column that is to be predicted
     * @return the analysis
     * @throws IllegalArgumentException as {@link #of} does
     */
    public static DataAnalysis raw(DataTable table, String label) {
        return new DataAnalysis(table, Prepared.raw(table, label), DataReport.of(table, label));
    }

    /** The risk of the fit on all rows, without the error of the estimated mean. */
    private static double ofAll(Shrinkage shrinkage) {
        double rows = shrinkage.rows();
        return shrinkage.leaveOneOut() * rows / (rows + 1);
    }

    /** {@return the report on the table's columns and rows} */
    public DataReport report() {
        return report;
    }

    /** {@return the diagnostics that decide which predictions are shown} */
    public Diagnostics diagnostics() {
        return diagnostics;
    }

    /** {@return estimates at any ridge on all rows, with the features as prepared for this analysis} */
    public RidgeEstimates estimates() {
        return new RidgeEstimates(data);
    }

    /** {@return the numerical rank of the features as prepared for this analysis} */
    public int rank() {
        return data.rank;
    }

    /** {@return the number of rows N} */
    public int rows() {
        return data.rows;
    }

    /** {@return the variance of the label, the risk of predicting its mean} */
    public double labelVariance() {
        return data.labelVariance();
    }

    /** {@return the variances of the features along their principal directions, descending, as many as the rank} */
    public double[] eigenvalues() {
        return data.eigenvalues.clone();
    }

    /**
     * How fast the {@linkplain #eigenvalues() variances} fall: λ<sub>i</sub> = floor + constant · i<sup>−exponent</sup>, i from 1 on.
     *
     * @return the fit, or why there is none
     */
    public Answer<FlooredFit> decay() {
        if (data.rank < FEWEST_TO_FIT) {
            return Answer.withheld("a decay cannot be fitted to fewer than " + FEWEST_TO_FIT + " directions");
        }
        double[] places = IntStream.rangeClosed(1, data.rank).asDoubleStream().toArray();
        FlooredFit fit = FlooredFit.of(places, data.eigenvalues);
        return diagnostics.rowsPerDirection() < INDICATIVE
                ? Answer.given(
                        fit,
                        "with fewer than ten rows for each direction, indicative only: the largest variances are"
                                + " too large")
                : Answer.given(fit);
    }

    /**
     * The largest number of rows that students can be predicted for.
     *
     * @return twice the number of rows, or one less than the number of rows if no residual is left from which to estimate the noise
     */
    public int mostSamples() {
        return data.rank < data.freedom ? FURTHEST * data.rows : data.rows - 1;
    }

    /** {@return cautions that apply to all predictions from this table; may be empty} */
    public String caution() {
        List<String> cautions = new ArrayList<>();
        int lost = report.rank() - data.rank;
        if (lost > 0) {
            cautions.add(Wording.count(lost, "direction") + (lost == 1 ? " is" : " are")
                    + " lost to the rounding of columns in larger units: standardise the columns.");
        }
        if (data.rows < SCARCE) {
            cautions.add("With " + data.rows + " rows the error bars matter as much as the curve"
                    + (data.rows < SHORT_BARS
                            ? ", and are too short: ±2 standard errors cover 75 to 93 %, not 95 %."
                            : "."));
        }
        if (data.rows < FEW_ROWS * data.rank) {
            cautions.add("With fewer than three rows for each direction, predictions for more rows than the table has"
                    + " may be optimistic by up to"
                    + " 20 %.");
        }
        if (diagnostics.atBestRidge() > ESTIMATES_DIFFER) {
            cautions.add(String.format(
                    Locale.ROOT,
                    "The two estimates of the risk at the best ridge differ by %.1f %%: the curve is good to 10 %%"
                            + " rather than 5 %%.",
                    100 * (diagnostics.atBestRidge() - 1)));
        }
        return String.join(" ", cautions);
    }

    private double checked(int samples) {
        if (samples < 2) {
            throw refusal("samples", samples, "is not at least 2");
        }
        if (samples > mostSamples()) {
            throw refusal(
                    "samples",
                    samples,
                    data.rank < data.freedom
                            ? "is more than twice the rows of the table, " + data.rows
                                    + ", beyond which nothing is known"
                            : "is not below the rows of the table, " + data.rows
                                    + ", which leaves no residual from which to estimate the noise");
        }
        return samples - 1.0;
    }

    /** The ridge on all rows that corresponds to a student of n_e + 1 rows without ridge: the smallest one of the search. */
    private double least(double freedom) {
        return freedom < data.rank ? RidgePath.ridgeOfDf1(data, freedom) : 0;
    }

    /**
     * A student of n rows with its best ridge, the most reliable of the predictions.
     *
     * @param samples the rows n of the student, from 2 to {@link #mostSamples()}
     * @return its ridge and its risk; with fewer than 40 rows in the table, ±2 standard errors cover 75 to 93 % instead of 95 %
     * @throws IllegalArgumentException if n is out of range
     */
    public TunedRisk tuned(int samples) {
        double freedom = checked(samples);
        double ridge = search.minimum(least(freedom), shrinkage -> RidgePath.factor(data, shrinkage, freedom));
        Shrinkage shrinkage = Shrinkage.of(data, ridge);
        double own = ridge == least(freedom) ? 0 : RidgePath.studentRidge(shrinkage, freedom);
        return new TunedRisk(samples, own * freedom / samples, risk(shrinkage, freedom));
    }

    /**
     * Students of several numbers of rows with their best ridges.
     *
     * @param samples the rows of the students, each from 2 to {@link #mostSamples()}
     * @return their ridges and risks, in the same order
     * @throws IllegalArgumentException if one is out of range
     */
    public List<TunedRisk> tuned(int... samples) {
        return Parallel.values(notNull("samples", samples).length, k -> tuned(samples[k]));
    }

    /**
     * A student of n rows with a given ridge.
     *
     * @param samples the rows n of the student, from 2 to {@link #mostSamples()}
     * @param ridge its ridge r, greater than 0, perhaps infinite; for no ridge see {@link #ridgeless}
     * @return its predicted risk
     * @throws IllegalArgumentException if n or the ridge is out of range
     */
    public SampleMean withRidge(int samples, double ridge) {
        double freedom = checked(samples);
        if (!(ridge > 0)) {
            throw refusal("ridge", ridge, "is not greater than 0");
        }
        return risk(Shrinkage.of(data, RidgePath.matching(data, freedom, ridge * samples / freedom)), freedom);
    }

    private SampleMean risk(Shrinkage shrinkage, double freedom) {
        double ofAll = ofAll(shrinkage);
        double factor = RidgePath.factor(data, shrinkage, freedom);
        return withError(ofAll == 0 ? 0 : ofAll * factor, shrinkage);
    }

    /** A risk of 0 has no error, however large the relative one is. */
    private static SampleMean withError(double risk, Shrinkage shrinkage) {
        return new SampleMean(risk, risk == 0 ? 0 : risk * relativeError(shrinkage));
    }

    /** The larger of the error for Gaussian rows and the one from the scatter of the rows' own errors. */
    private static double relativeError(Shrinkage shrinkage) {
        double risk = shrinkage.leaveOneOut();
        double scatter = risk == 0 ? 0 : shrinkage.errorOfLeaveOneOut() / risk;
        return Double.isNaN(scatter) ? Double.POSITIVE_INFINITY : Math.max(scatter, shrinkage.relativeError());
    }

    /**
     * The best ridge for all rows, and the risk there.
     *
     * @return the tuned student of N rows
     */
    public TunedRisk best() {
        double ridge = best.ridge() * data.freedom / data.rows;
        return new TunedRisk(data.rows, ridge, estimates().leaveOneOut(ridge));
    }

    /**
     * A student of n rows without ridge: the minimum-norm interpolator, or least squares. Corrected where rows are of uneven size, and
     * withheld where the correction is not enough. Never below the risk of {@link #tuned(int)}.
     *
     * @param samples the rows n of the student, from 2 to {@link #mostSamples()}
     * @return its predicted risk, or why there is none
     * @throws IllegalArgumentException if n is out of range
     */
    public Answer<SampleMean> ridgeless(int samples) {
        double freedom = checked(samples);
        double k = data.rank;
        double ratio = freedom / k;
        if (ratio >= THRESHOLD_FROM && ratio <= THRESHOLD_TO) {
            return Answer.withheld(String.format(
                    Locale.ROOT,
                    "threshold: %d rows less a mean for %d directions; risks between %.0f and %.0f rows differ from draw to draw without"
                            + " bounds",
                    samples,
                    data.rank,
                    Math.ceil(THRESHOLD_FROM * k) + 1,
                    Math.floor(THRESHOLD_TO * k) + 1));
        }
        boolean lopsided = diagnostics.largestLeverage() > ISOLATED;
        double excess = diagnostics.excessVariance();
        if (ratio < FARTHER_ABOVE && (excess > UNEVEN || lopsided)) {
            return Answer.withheld(unevenness(lopsided, excess)
                    + String.format(
                            Locale.ROOT,
                            ", so that least squares can be predicted from %.0f rows on alone",
                            FARTHER_ABOVE * k + 1));
        }
        if (ratio > FAR_BELOW && ratio < FAR_ABOVE && excess > EVEN) {
            return Answer.withheld(String.format(
                    Locale.ROOT,
                    "rows differ in size (excess variance %.2g), so that between %.0f and %.0f rows the prediction would be too low",
                    excess,
                    FAR_BELOW * k + 1,
                    FAR_ABOVE * k + 1));
        }
        SampleMean risk = ridgelessRisk(freedom);
        if (risk.mean() == Double.POSITIVE_INFINITY) {
            return Answer.withheld(String.format(
                    Locale.ROOT,
                    "row %d alone determines a direction, mostly by column \"%s\", so that its error cannot be"
                            + " estimated",
                    diagnostics.leveragedRow(),
                    diagnostics.isolatingColumn()));
        }
        return excess > EVEN
                ? Answer.given(risk, "corrected for rows of uneven size; good to about 15 %")
                : Answer.given(risk);
    }

    /** The curve of least squares, scaled to pass through the leave-one-out risk of all rows. */
    private double leastSquares(Leverage leverage, double ofAll, double freedom) {
        boolean exact = data.rank <= FEW_DIRECTIONS && freedom < FEW_ROWS * data.rank;
        double all = leverage.leastSquares(1, data.freedom, exact) / (1 + 1.0 / data.rows);
        return ofAll / all * leverage.leastSquares(1, freedom, exact);
    }

    private String unevenness(boolean lopsided, double excess) {
        if (excess > RARE) {
            return String.format(
                    Locale.ROOT,
                    "some columns are the same in nearly all rows, so that a few rows determine the fit (excess"
                            + " variance %.2g)",
                    excess);
        }
        if (lopsided) {
            return String.format(
                    Locale.ROOT,
                    "row %d has a leverage of %.2f, mostly by column \"%s\"",
                    diagnostics.leveragedRow(),
                    diagnostics.largestLeverage(),
                    diagnostics.isolatingColumn());
        }
        return String.format(Locale.ROOT, "rows differ in size (excess variance %.2g)", excess);
    }

    private SampleMean ridgelessRisk(double freedom) {
        Shrinkage shrinkage = Shrinkage.of(data, least(freedom));
        if (data.rank == data.freedom) {
            return risk(shrinkage, freedom);
        }
        double ofAll = ofAll(shrinkage);
        Leverage leverage = new Leverage(data, shrinkage);
        double corrected = freedom > data.rank
                ? leastSquares(leverage, ofAll, freedom)
                : leverage.interpolation(data.residual / (data.freedom - data.rank), ofAll);
        // The best ridge is chosen from ridges that include 0 without the correction, so its risk is a lower bound.
        return withError(Math.max(corrected, risk(shrinkage, freedom).mean()), shrinkage);
    }

    /**
     * Compares students of n rows without ridge on a teacher's labels with students on true labels.
     *
     * @param samples the rows n of a student, from 2 to {@link #mostSamples()}
     * @return the risks, or why there are none
     * @throws IllegalArgumentException if n is out of range
     */
    public Answer<TeacherRisks> teacher(int samples) {
        double freedom = checked(samples);
        if (data.rows < INDICATIVE) {
            return Answer.withheld("a teacher needs at least " + (int) INDICATIVE + " rows");
        }
        double teacher = best().testRisk().mean();
        RegressionTask truth = RegressionTask.of(Spectrum.of(data.eigenvalues), Signal.of(teacherCoefficients()));
        Training training = Training.samples(freedom);
        double plain = excess(truth, Surrogate.groundTruth(), training);
        double optimal = excess(truth, Surrogate.optimal(), training);
        double masked = excess(truth, Surrogate.optimallyMasked(), training);
        double ofMeans = 1 + 1.0 / samples;
        double onLabels = teacher + ofMeans * plain;
        double gain = relativeGain(ofMeans * (plain - optimal), onLabels);
        double maskGain = relativeGain(ofMeans * (plain - masked), onLabels);
        TeacherRisks risks = new TeacherRisks(
                samples,
                teacher,
                tuned(samples).testRisk().mean(),
                onLabels,
                gain / 2 < MATERIAL / 10 ? new Interval(0, 0) : new Interval(gain / 2, gain),
                mask(maskGain, freedom),
                directions(OptimalSurrogate.of(truth, training)));
        return diagnostics.rowsPerDirection() < INDICATIVE
                ? Answer.given(risks, "with fewer than ten rows for each direction, indicative only")
                : Answer.given(risks);
    }

    /** The gain relative to the risk; 0 where the risk is 0 or the gain is within rounding. */
    private static double relativeGain(double gain, double risk) {
        return gain > 0 ? gain / risk : 0;
    }

    private static double excess(RegressionTask task, Surrogate surrogate, Training training) {
        return Distillation.of(task)
                .surrogate(surrogate)
                .target(training)
                .predict()
                .excess();
    }

    /** The tuned ridge fit on all rows, in the basis of the principal directions. */
    private double[] teacherCoefficients() {
        double[] coefficients = new double[data.rank];
        for (int j = 0; j < data.rank; j++) {
            double singular = Math.sqrt(data.eigenvalues[j] * data.freedom);
            double learnt = data.eigenvalues[j] / (data.eigenvalues[j] + best.ridge());
            coefficients[j] = learnt * data.projections[j] / singular;
        }
        return coefficients;
    }

    private Answer<Double> mask(double gain, double freedom) {
        if (freedom > data.rank / 2.0) {
            return Answer.withheld(
                    "no material gain: with more than half as many rows as directions a student does not profit from a mask");
        }
        if (gain < MATERIAL) {
            return Answer.withheld(
                    String.format(Locale.ROOT, "no material gain: %.1f %% at most, where 5 %% would be", 100 * gain));
        }
        if (data.rows < INDICATIVE * data.rank) {
            return Answer.withheld("fewer than ten rows for each direction cannot tell");
        }
        return Answer.given(gain);
    }

    private List<Direction> directions(OptimalSurrogate surrogate) {
        FeatureMask mask = surrogate.mask();
        double total = Arrays.stream(data.eigenvalues).sum();
        List<Direction> directions = new ArrayList<>();
        int first = 0;
        while (first < data.rank && directions.size() < DIRECTIONS_SHOWN) {
            int last = first;
            // Variances within two standard errors of their neighbours: the rows do not determine their single
            // directions.
            while (last + 1 < data.rank
                    && data.eigenvalues[last] - data.eigenvalues[last + 1]
                            < 2 * data.eigenvalues[last] * Math.sqrt(2.0 / data.rows)) {
                last++;
            }
            directions.add(direction(first, last, total, surrogate, mask));
            first = last + 1;
        }
        return directions;
    }

    private Direction direction(int first, int last, double total, OptimalSurrogate surrogate, FeatureMask mask) {
        double variance = 0;
        double gain = 0;
        int kept = 0;
        for (int j = first; j <= last; j++) {
            variance += data.eigenvalues[j];
            gain += data.eigenvalues[j] * surrogate.gain(j);
            kept += mask.keeps(j) ? 1 : 0;
        }
        return new Direction(
                first, last, variance / total, gain / variance, 2 * kept > last - first + 1, loading(first, last));
    }

    private List<String> loading(int first, int last) {
        double[] parts = new double[prepared.names.size()];
        for (int j = first; j <= last; j++) {
            double[] right = data.right(j);
            for (int i = 0; i < parts.length; i++) {
                parts[i] += data.eigenvalues[j] * right[i] * right[i];
            }
        }
        return IntStream.range(0, parts.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -parts[i]))
                .limit(COLUMNS_SHOWN)
                .map(prepared.names::get)
                .toList();
    }

    /**
     * Trains such students: draws rows without replacement, fits them with a ridge, and measures the mean squared error on the other rows.
     *
     * @param samples the rows n of the students, from 2 to N − 2
     * @param ridge their ridge r, at least 0, perhaps infinite; that of {@link #tuned(int)} for the curve of best ridges
     * @param draws how many students, at least 2
     * @param seed the seed of the draws; the same seed gives the same risks on any number of threads
     * @return their risks
     * @throws IllegalArgumentException if n, the ridge or the number of draws is out of range
     */
    public MeasuredRisk measured(int samples, double ridge, int draws, long seed) {
        if (samples < 2 || samples > data.rows - 2) {
            throw refusal("samples", samples, "is not from 2 to the rows of the table less 2, " + (data.rows - 2));
        }
        if (!(ridge >= 0)) {
            throw refusal("ridge", ridge, "is not at least 0");
        }
        if (draws < 2) {
            throw refusal("draws", draws, "is not at least 2");
        }
        return new Resampling(prepared.columns, prepared.labels).measured(samples, ridge, draws, seed);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DataAnalysis that && report.equals(that.report) && prepared.equals(that.prepared);
    }

    @Override
    public int hashCode() {
        return Objects.hash(report, prepared);
    }

    @Override
    public String toString() {
        return report.rows() + " rows, rank " + data.rank + ", best ridge: " + best();
    }
}
