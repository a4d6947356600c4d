package dev.retort.core.nd4j;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;
import static dev.retort.core.nd4j.internal.ArrayArguments.at;
import static dev.retort.core.nd4j.internal.ArrayArguments.finiteCopy;
import static dev.retort.core.nd4j.internal.ArrayArguments.numeric;
import static dev.retort.core.nd4j.internal.ArrayArguments.shapeOf;
import static dev.retort.core.nd4j.internal.ArrayArguments.sumOfFinite;

import dev.retort.core.internal.PowerOfTwo;
import dev.retort.core.nd4j.internal.ArrayArguments;
import dev.retort.core.nd4j.internal.DenseAlgebra;
import dev.retort.core.nd4j.internal.OffHeapMatrix;
import dev.retort.core.nd4j.internal.RegressionMemory;
import dev.retort.core.spectrum.Spectrum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Ridge or minimum-norm regression on one set of features, factored once: for many sets of labels, and for averages over
 * labels that draw none.
 *
 * <p>The features, X in the formulas, have one sample per row, shape {@code [n, p]}. The regression is the linear map A from
 * labels to coefficients, b = A y, that {@link LinearRegression} describes, with the same definition of the ridge, the same
 * treatment of conditions, ranks and scales, and the same checks. A regression may also see only some of the features: the
 * coefficients of the others are then 0.
 *
 * <p>Features that are dense, of type {@code DOUBLE} and in c order are read in place, not copied: they must not be changed
 * or closed before this object is closed. The native memory it needs beside them is at most {@link #memory(int, int)}.
 * Concurrent calls of one instance run one after the other; different instances, also on the same features, may be used by
 * different threads at the same time, and give the same results, bit for bit. Once an instance is closed, every call but
 * {@code toString} throws an {@link IllegalStateException}.
 *
 * <pre>{@code
 * INDArray features = Nd4j.create(new double[][] {{1, 0, 1}, {0, 2, 0}});
 * try (FactoredRegression regression = FactoredRegression.of(features, 0)) {
 *     INDArray interpolator = regression.solve(Nd4j.create(new double[] {2, 4})); // 1, 2, 1
 *     SignAverage average = regression.signAverage(Spectrum.of(1, 1, 1));
 *     double excess = average.excess(new double[] {1, 1, 1}, new double[] {1, 1, 1}, 0.5); // 1.1875
 * }
 * }</pre>
 */
public final class FactoredRegression extends LinearFit {

    /** How the features have been factored. */
    public enum Method {
        /** Cholesky's factorisation of the smaller Gram matrix, X Xᵀ or XᵀX, plus n times the ridge. */
        CHOLESKY,
        /**
         * A complete orthogonal factorisation of X itself: where the reciprocal condition of the Gram matrix is below
         * 10⁻¹⁰, or its Cholesky factor does not solve a random problem.
         */
        ORTHOGONAL
    }

    /** The exponent of two of a penalty far beyond the square of the largest singular value of features of size 1. */
    private static final int LARGEST_PENALTY = 200;

    /** Entries with an exponent of two within ± this have squares and products far from overflow and underflow. */
    private static final int MODERATE_EXPONENT = 100;

    private final DenseAlgebra algebra;
    private final OffHeapMatrix x;
    private final int @Nullable [] seen;

    /** The columns that are seen: x itself if all are. */
    private final OffHeapMatrix fitted;

    private final double ridge;

    /** The given X is the factored one times 2^scale. */
    private final int scale;

    /** The given ridge is the factored one times 2^(2 scale + shrinkage). */
    private final int shrinkage;

    private final double penalty;
    private final Factorisation factorisation;
    private final Lifetime lifetime;

    private FactoredRegression(
            @Nullable FactoredRegression whole,
            DenseAlgebra algebra,
            OffHeapMatrix x,
            int @Nullable [] seen,
            OffHeapMatrix fitted,
            double ridge,
            int scale,
            int shrinkage,
            @Nullable GramFactorisation given) {
        this.algebra = algebra;
        this.x = x;
        this.seen = seen;
        this.fitted = fitted;
        this.ridge = ridge;
        this.scale = scale;
        this.shrinkage = shrinkage;
        this.penalty = x.rows() * Math.scalb(ridge, -2 * scale - shrinkage);
        this.factorisation = given == null ? factor() : given;
        this.lifetime = new Lifetime("FactoredRegression", whole == null ? null : whole.lifetime, this::release);
    }

    private Factorisation factor() {
        GramFactorisation gram = GramFactorisation.of(algebra, fitted, penalty);
        if (gram != null) {
            boolean sound = false;
            try {
                sound = gram.isSound();
            } finally {
                if (!sound) {
                    gram.close();
                }
            }
            if (sound) {
                return gram;
            }
        }
        if (penalty < 0) {
            throw singular();
        }
        return new OrthogonalFactorisation(algebra, fitted, penalty);
    }

    /** The exception for a negative ridge at which the fit is singular or nearly so. */
    private IllegalArgumentException singular() {
        boolean wide = fitted.rows() < fitted.columns();
        try (OffHeapMatrix gram = wide ? algebra.gramOfRows(fitted) : algebra.gramOfColumns(fitted)) {
            gram.mirrorLower();
            double smallest = Math.max(algebra.eigen(gram)[0], 0) / fitted.rows();
            return refusal(
                    "ridge",
                    ridge,
                    "is not well above " + -Math.scalb(smallest, 2 * scale)
                            + ", minus the smallest non-zero eigenvalue of the covariance of these samples, at which the"
                            + " fit is singular");
        }
    }

    /**
     * Factors features, all of which are seen.
     *
     * @param features X, shape {@code [n, p]}
     * @param ridge the ridge; 0 stands for ridgeless regression, {@link LinearRegression#minimumNorm}; for one below 0 see {@link
     *     LinearRegression#ridge}
     * @return the regression, to be closed
     * @throws IllegalArgumentException if the features are null, empty, not numeric or not of rank 2, if an entry is NaN or
     *     infinite, or if {@code ridge} is NaN, infinite or so far below 0 that the fit is singular
     */
    public static FactoredRegression of(INDArray features, double ridge) {
        return of(DenseAlgebra.selected(), features, null, ridge);
    }

    /**
     * Factors some of the features. Labels and averages still depend on all features: the unseen ones act as noise on the
     * labels.
     *
     * @param features X, shape {@code [n, p]}
     * @param seen the indices of the features that are seen, at least one, ascending, counted from 0
     * @param ridge the ridge; 0 stands for ridgeless regression; for one below 0 see {@link LinearRegression#ridge}
     * @return the regression, to be closed
     * @throws IllegalArgumentException as {@link #of(INDArray, double)} does, or if {@code seen} is null or empty, is not
     *     ascending, or contains an index that is out of range
     */
    public static FactoredRegression of(INDArray features, int[] seen, double ridge) {
        return of(DenseAlgebra.selected(), features, notNull("seen", seen).clone(), ridge);
    }

    static FactoredRegression of(DenseAlgebra algebra, INDArray features, int @Nullable [] seen, double ridge) {
        finite("ridge", ridge);
        ArrayArguments.features("features", features);
        if (seen != null) {
            checkSeen(seen, features.size(1));
        }
        OffHeapMatrix x = OffHeapMatrix.reading(features);
        OffHeapMatrix fitted = x;
        try {
            double sum = sumOfFinite("features", features, x);
            fitted = seen == null ? x : x.columns(seen);
            int size = exponentOfMean(fitted, seen == null ? sum : fitted.sumOfSizes());
            int scale = Math.abs(size) > MODERATE_EXPONENT ? size : 0;
            if (scale != 0) {
                x = scaled(x, scale);
                fitted = seen == null ? x : scaled(fitted, scale);
            }
            // Beside a penalty beyond 2^200, XᵀX is lost to rounding: b is inversely proportional to the penalty.
            int shrinkage = ridge == 0 ? 0 : Math.max(0, Math.getExponent(ridge) - 2 * size - LARGEST_PENALTY);
            return new FactoredRegression(null, algebra, x, seen, fitted, ridge, scale, shrinkage, null);
        } catch (RuntimeException | Error e) {
            fitted.close();
            x.close();
            throw e;
        }
    }

    /**
     * The most native memory that a regression needs, however it is factored: what it holds, and what any of its methods (for
     * one set of labels), {@link AveragedModel#teach} and {@link SignAveragedModel#teach} allocate temporarily or in their
     * results. Features are not counted. Cholesky of features that are read in place needs a third of it. Where X itself is
     * factored, or OpenBLAS is missing, up to as much again is needed in the Java heap.
     *
     * @param samples n, at least 1
     * @param features p, at least 1
     * @return an upper bound in bytes; {@link Long#MAX_VALUE} if it is more
     * @throws IllegalArgumentException if one is less than 1
     */
    public static long memory(int samples, int features) {
        atLeastOne("samples", samples);
        atLeastOne("features", features);
        // The most memory is needed with all features but one seen: they are copied then, and once more if they are
        // scaled.
        RegressionMemory regression = new RegressionMemory(samples, features, Math.max(1, features - 1), true);
        double rank = Math.min(samples, features);
        double most = Math.max(
                Math.max(regression.ofCholeskyOverSigns(), regression.ofCholeskyOverNoise(rank)),
                Math.max(regression.ofOrthogonalOverSigns(), regression.ofOrthogonalOverNoise(rank)));
        double scaled = 2.0 * samples * features;
        double left = rank * features + rank * rank;
        return (long) (Double.BYTES * (most + scaled + left));
    }

    private static void checkSeen(int[] seen, long features) {
        if (seen.length == 0) {
            throw refusal("seen", "[]", "has no entries");
        }
        for (int j = 0; j < seen.length; j++) {
            if (seen[j] < 0 || seen[j] >= features) {
                throw refusal(at("seen", j), seen[j], "is not the index of one of " + features + " features");
            }
            if (j > 0 && seen[j] <= seen[j - 1]) {
                throw refusal(at("seen", j), seen[j], "is not greater than the one before, " + seen[j - 1]);
            }
        }
    }

    /** The exponent of two of about the mean absolute entry, given the sum of absolute entries; 0 if all are zero. */
    private static int exponentOfMean(OffHeapMatrix matrix, double sum) {
        if (sum == Double.POSITIVE_INFINITY) {
            return PowerOfTwo.exponent(matrix.toArray()); // the sum overflows; the largest entry will do
        }
        return sum == 0 ? 0 : PowerOfTwo.exponent(new double[] {sum}) - Math.getExponent((double) matrix.size());
    }

    /** A copy of a matrix divided by a power of two, in place of the matrix, which is closed. */
    private static OffHeapMatrix scaled(OffHeapMatrix matrix, int exponent) {
        try (matrix) {
            return matrix.copy().filledBy(copy -> copy.scale(-exponent));
        }
    }

    /**
     * The regression on the first samples alone.
     *
     * <p>Without a ridge, and with fewer samples than features, the Cholesky factor of the first samples is part of that of
     * all samples, so that nothing is factored again. Otherwise they are factored anew.
     *
     * @param samples how many samples, at least 1 and at most n
     * @return a regression that reads the memory of this one: it must be used and closed before this one is closed
     * @throws IllegalArgumentException if {@code samples} is out of range
     */
    public FactoredRegression beginning(int samples) {
        checkSamples("samples", samples);
        return use(() -> {
            GramFactorisation part = factorisation instanceof GramFactorisation gram
                    ? gram.beginning(fitted.leadingRows(samples))
                    : null;
            OffHeapMatrix rows = x.leadingRows(samples);
            OffHeapMatrix fittedRows = seen == null ? rows : fitted.leadingRows(samples);
            return new FactoredRegression(this, algebra, rows, seen, fittedRows, ridge, scale, shrinkage, part);
        });
    }

    private void checkSamples(String name, int samples) {
        if (!(samples >= 1 && samples <= x.rows())) {
            throw refusal(name, samples, "is not between 1 and the number of samples, " + x.rows());
        }
    }

    /**
     * Fits labels.
     *
     * @param labels y, shape {@code [n]}, {@code [n, 1]} or {@code [n, k]}
     * @return b = A y, shape {@code [p]}, {@code [p, 1]} or {@code [p, k]}, which the caller may {@link INDArray#close()
     *     close}
     * @throws IllegalArgumentException if the labels are null, empty, not numeric or of another rank or number of rows, or
     *     if one is NaN or infinite
     */
    public INDArray solve(INDArray labels) {
        checkLabels(labels, x.rows(), x.columns());
        return use(() -> {
            try (OffHeapMatrix given = finiteCopy("labels", labels);
                    // One set of labels per row, as the solvers want them.
                    OffHeapMatrix y = labels.rank() == 1 ? given.copy() : given.transposed();
                    OffHeapMatrix coefficients = solveRows(y)) {
                if (labels.rank() == 1) {
                    return coefficients.toNd4j(x.columns());
                }
                try (OffHeapMatrix inColumns = coefficients.transposed()) {
                    return inColumns.toNd4j(x.columns(), y.rows());
                }
            }
        });
    }

    @Override
    public double[] solve(double[] labels) {
        finite("labels", notNull("labels", labels));
        length("labels", labels.length, "the number of samples", x.rows());
        return use(() -> {
            try (OffHeapMatrix y = OffHeapMatrix.of(1, labels.length, labels);
                    OffHeapMatrix coefficients = solveRows(y)) {
                return coefficients.toArray();
            }
        });
    }

    /**
     * The predictions of a linear model for the samples, X m: the labels that it gives as a teacher, without noise.
     *
     * @param coefficients m, one per feature
     * @return X m, one per sample
     * @throws IllegalArgumentException if the coefficients are null or not as many as there are features, or if one is NaN
     *     or infinite
     */
    public double[] predict(double[] coefficients) {
        finite("coefficients", notNull("coefficients", coefficients));
        length("coefficients", coefficients.length, "the number of features", x.columns());
        int size = PowerOfTwo.exponent(coefficients);
        double[] moderate = coefficients.clone();
        PowerOfTwo.scale(moderate, -size);
        return use(() -> {
            try (OffHeapMatrix labels = predictions(moderate)) {
                double[] predictions = labels.toArray();
                PowerOfTwo.scale(predictions, size + scale);
                return predictions;
            }
        });
    }

    /** The predictions for x as factored. */
    private OffHeapMatrix predictions(double[] model) {
        try (OffHeapMatrix m = OffHeapMatrix.of(1, model.length, model)) {
            return OffHeapMatrix.zeros(1, x.rows())
                    .filledBy(labels -> algebra.addProduct(1, m, false, x, true, labels));
        }
    }

    static void checkLabels(INDArray labels, long samples, long features) {
        numeric("labels", labels);
        if (labels.rank() != 1 && labels.rank() != 2) {
            throw refusal("labels", shapeOf(labels), "is not of rank 1 or 2, [samples] or [samples, sets]");
        }
        if (labels.size(0) != samples) {
            throw refusal(
                    "labels",
                    shapeOf(labels),
                    "does not have as many rows as features, shape [" + samples + ", " + features + "]");
        }
    }

    /** The coefficients of all features for each set of labels, one per row; the labels are overwritten. */
    OffHeapMatrix solveRows(OffHeapMatrix y) {
        int[] sizes = scaleRowsToOne(y);
        OffHeapMatrix coefficients = solveFitted(y).filledBy(sets -> {
            for (int set = 0; set < sizes.length; set++) {
                double[] row = sets.row(set);
                PowerOfTwo.scale(row, sizes[set] - scale - shrinkage);
                sets.setRow(set, row);
            }
        });
        if (seen == null) {
            return coefficients;
        }
        try (coefficients) {
            return coefficients.spread(seen, x.columns());
        }
    }

    private static int[] scaleRowsToOne(OffHeapMatrix matrix) {
        int[] exponents = new int[matrix.rows()];
        for (int i = 0; i < exponents.length; i++) {
            double[] row = matrix.row(i);
            exponents[i] = PowerOfTwo.exponent(row);
            PowerOfTwo.scale(row, -exponents[i]);
            matrix.setRow(i, row);
        }
        return exponents;
    }

    private OffHeapMatrix solveFitted(OffHeapMatrix y) {
        OffHeapMatrix coefficients = factorisation.solve(y);
        if (coefficients != null) {
            return coefficients;
        }
        if (penalty < 0) {
            throw singular();
        }
        // The Cholesky factor passed its test on random labels, but does not solve for these.
        try (OrthogonalFactorisation orthogonal = new OrthogonalFactorisation(algebra, fitted, penalty)) {
            return orthogonal.solve(y);
        }
    }

    /**
     * The excess risk averaged over signs and label noise, given these features.
     *
     * @param evaluation the variances Σ = diag(λ) of the features, uncorrelated, under which the excess risk is measured
     * @return the average, which stays valid when this is closed
     * @throws IllegalArgumentException if the spectrum is null, has too many features for a list or is not of
     *     dimension p
     */
    public SignAverage signAverage(Spectrum evaluation) {
        int all = Integer.MAX_VALUE;
        double[] eigenvalues = eigenvalues(evaluation);
        return use(() -> {
            try (CoordinateMap map = coordinates()) {
                return SignAverage.of(map, scale + shrinkage, eigenvalues, all).get(0);
            }
        });
    }

    /**
     * The {@linkplain #signAverage average} for the first samples alone, for several numbers of samples: a learning curve.
     * Where {@link #beginning(int)} factors nothing again, the whole curve costs as much as its last point.
     *
     * @param evaluation the variances Σ = diag(λ) of the features, uncorrelated, under which the excess risk is measured
     * @param samples how many samples, each at least 1 and at most n, in any order
     * @return the averages, in the order of {@code samples}; up to rounding, those of the {@linkplain #beginning(int)
     *     beginnings}
     * @throws IllegalArgumentException as {@link #signAverage(Spectrum)} does, or if one of {@code samples} is out of range
     */
    public List<SignAverage> signAverages(Spectrum evaluation, int... samples) {
        double[] eigenvalues = eigenvalues(evaluation);
        notNull("samples", samples);
        for (int k = 0; k < samples.length; k++) {
            checkSamples(at("samples", k), samples[k]);
        }
        return use(() -> averages(evaluation, eigenvalues, samples));
    }

    private List<SignAverage> averages(Spectrum evaluation, double[] eigenvalues, int... samples) {
        if (factorisation instanceof GramFactorisation gram && gram.isNested()) {
            try (CoordinateMap map = coordinates()) {
                return SignAverage.of(map, scale, eigenvalues, samples);
            }
        }
        List<SignAverage> averages = new ArrayList<>();
        for (int count : samples) {
            if (count == x.rows()) {
                averages.add(signAverage(evaluation));
                continue;
            }
            try (FactoredRegression part = beginning(count)) {
                averages.add(part.signAverage(evaluation));
            }
        }
        return List.copyOf(averages);
    }

    private double[] eigenvalues(Spectrum evaluation) {
        double[] eigenvalues = Spectrum.listed("evaluation", evaluation);
        length("evaluation", eigenvalues.length, "the number of features", x.columns());
        return eigenvalues;
    }

    /**
     * How the features have been factored, which depends on their condition.
     *
     * @return the method
     */
    public Method method() {
        return use(() -> factorisation instanceof GramFactorisation ? Method.CHOLESKY : Method.ORTHOGONAL);
    }

    /**
     * The reciprocal condition number of the smaller Gram matrix plus n times the ridge: about its smallest over its largest
     * eigenvalue.
     *
     * @return an estimate, nearly always within a factor of 3 in the 1-norm for {@link Method#CHOLESKY}, from the pivots for
     *     {@link Method#ORTHOGONAL}; 0 if the matrix is numerically singular. For a {@linkplain #beginning(int) beginning}
     *     that was not factored again, that of all samples, which is a lower bound
     */
    public double reciprocalCondition() {
        return use(factorisation::reciprocalCondition);
    }

    /**
     * The number of directions in which the features determine coefficients.
     *
     * @return the rank of X as factored: min(n, p) for {@link Method#CHOLESKY}, which with a ridge does not determine it; for
     *     {@link Method#ORTHOGONAL} the number of pivots that exceed 2<sup>−52</sup> · max(n, p) times the largest
     */
    int rank() {
        return use(() -> factorisation instanceof OrthogonalFactorisation orthogonal
                ? orthogonal.rank()
                : Math.min(fitted.rows(), fitted.columns()));
    }

    /**
     * The number of samples.
     *
     * @return n, that of a {@linkplain #beginning(int) beginning} if this is one
     */
    @Override
    public int samples() {
        return use(x::rows);
    }

    /** Must be closed before this regression. */
    private CoordinateMap coordinates() {
        return new CoordinateMap(algebra, factorisation, x, seen);
    }

    @Override
    DenseAlgebra algebra() {
        return algebra;
    }

    @Override
    public int features() {
        return use(x::columns);
    }

    @Override
    double[] fitToPredictionsOf(double[] model) {
        try (OffHeapMatrix labels = predictions(model);
                OffHeapMatrix coefficients = solveRows(labels)) {
            double[] fitted = coefficients.toArray();
            PowerOfTwo.scale(fitted, scale); // the labels were those of x as factored
            return fitted;
        }
    }

    /** E for all features, where F holds the powers of two. */
    @Override
    OffHeapMatrix basis() {
        OffHeapMatrix basis = factorisation.basis();
        if (seen == null) {
            return basis;
        }
        try (basis) {
            return basis.spread(seen, x.columns());
        }
    }

    @Override
    OffHeapMatrix covarianceOfNoise(double noise) {
        try (OffHeapMatrix reducer = factorisation.reducer();
                OffHeapMatrix scaled = multiplied(reducer, noise, -scale - shrinkage)) {
            return algebra.gramOfRows(scaled).filledBy(OffHeapMatrix::mirrorLower);
        }
    }

    @Override
    SignAveragedModel taughtOverSigns(SignAveragedModel labels, double noise) {
        try (CoordinateMap map = coordinates()) {
            return labels.taught(map, scale, shrinkage, noise);
        }
    }

    @Override
    OffHeapMatrix image(double share) {
        try (OffHeapMatrix image =
                seen == null && factorisation.reducesToBasis() ? factorisation.basis() : factorisation.reduced(x)) {
            return multiplied(image, share, -shrinkage);
        }
    }

    private static OffHeapMatrix multiplied(OffHeapMatrix matrix, double factor, int exponent) {
        double[] factors = new double[matrix.columns()];
        Arrays.fill(factors, factor);
        PowerOfTwo.scale(factors, exponent);
        return matrix.scaledColumns(factors);
    }

    @Override
    Lifetime lifetime() {
        return lifetime;
    }

    private void release() {
        factorisation.close();
        x.close();
        if (seen != null) {
            fitted.close();
        }
    }

    @Override
    public String toString() {
        return "FactoredRegression of " + x.rows() + " samples on " + x.columns() + " features"
                + (seen == null ? "" : ", " + seen.length + " of them seen") + ", ridge " + ridge;
    }
}
