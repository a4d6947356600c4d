package dev.retort.core.nd4j;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;
import static dev.retort.core.nd4j.internal.ArrayArguments.finiteCopy;
import static dev.retort.core.nd4j.internal.ArrayArguments.finiteMatrix;
import static dev.retort.core.nd4j.internal.ArrayArguments.numeric;
import static dev.retort.core.nd4j.internal.ArrayArguments.shapeOf;
import static dev.retort.core.nd4j.internal.ArrayArguments.sumOfFinite;

import dev.retort.core.internal.PowerOfTwo;
import dev.retort.core.nd4j.internal.ArrayArguments;
import dev.retort.core.nd4j.internal.DenseAlgebra;
import dev.retort.core.nd4j.internal.OffHeapMatrix;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Linear regression on ND4J arrays: ridgeless, by the minimum-norm interpolator, and ridge.
 *
 * <p>The features, X in the formulas, have one sample per row, shape {@code [n, p]}. The labels, y, have shape {@code [n]}
 * or {@code [n, 1]}, or {@code [n, k]} for {@code k} sets of labels of the same samples, which share one factorisation.
 * The coefficients, b, come back in the shape {@code [p]}, {@code [p, 1]} or {@code [p, k]} that corresponds. There is no
 * intercept, and nothing is centred or scaled. Arrays of any real data type, order and stride are accepted; they are
 * neither modified nor closed. Results are of type {@code DOUBLE} whatever ND4J's default, and belong to the caller, who
 * may {@link INDArray#close() close} them.
 *
 * <p>The smaller of the Gram matrices X Xᵀ and Xᵀ X is factored by Cholesky, at a cost of min(n, p)² · max(n, p) / 2
 * multiplications and as many additions, and the solution corrected by its residual. Where the estimated condition of that
 * matrix exceeds 10¹⁰, where Cholesky breaks down, or where the residual is larger than rounding explains, X itself is
 * factored instead, X = U T V with T triangular and U, V orthogonal, at many times the price: so that steep spectra and
 * repeated samples lose no digits to the squared condition. That factorisation determines a rank: pivots of at most 2⁻⁵² ·
 * max(n, p) times the largest count as zero. Errors are of the size that rounding the entries of X and y would cause.
 * Features and labels may be of any size: labels are scaled to 1 by powers of two, which is exact, and so are features whose
 * mean size is beyond 2<sup>±100</sup>; the coefficients are scaled back.
 *
 * <p>All methods may be called from several threads, and give the same result, bit for bit, in each. A large regression runs
 * on all processors, with the same result for any number of them; to run many regressions in parallel, use {@link
 * FactoredRegression}, which stays on the calling thread.
 *
 * <pre>{@code
 * INDArray features = Nd4j.create(new double[][] {{1, 0, 1}, {0, 2, 0}});
 * INDArray labels = Nd4j.create(new double[] {2, 4});
 * INDArray interpolator = LinearRegression.minimumNorm(features, labels); // 1, 2, 1
 * INDArray shrunk = LinearRegression.ridge(features, labels, 0.5);        // 2/3, 8/5, 2/3
 * }</pre>
 */
public final class LinearRegression {

    private LinearRegression() {}

    /**
     * Ridgeless regression: the coefficients of least norm among those that minimise |y − X b|², b = X⁺ y.
     *
     * <p>With fewer samples than features this is the minimum-norm interpolator, Xᵀ (X Xᵀ)⁻¹ y, studied by Han and Xu
     * (arXiv 2307.02044) and by Hastie, Montanari, Rosset and Tibshirani (arXiv 1903.08560); with at least as many, it is
     * least squares. If X is rank-deficient, for example because samples are repeated, it is the least squares solution of
     * minimum norm, as LAPACK's {@code dgelsy} defines it (LAPACK Users' Guide, "Linear Least Squares Problems").
     *
     * @param features X, shape {@code [n, p]}
     * @param labels y, shape {@code [n]}, {@code [n, 1]} or {@code [n, k]}
     * @return b, shape {@code [p]}, {@code [p, 1]} or {@code [p, k]}
     * @throws IllegalArgumentException if an array is null, empty, not numeric or of another rank, if the numbers of
     *     rows differ, or if an entry is NaN or infinite
     */
    public static INDArray minimumNorm(INDArray features, INDArray labels) {
        return solve(DenseAlgebra.selected().onAllProcessors(), features, labels, 0);
    }

    /**
     * The rank that {@link #minimumNorm} finds: the number of directions in feature space along which the coefficients are
     * determined.
     *
     * @param features X, shape {@code [n, p]}
     * @return from 0 to min(n, p): how many pivots exceed 2<sup>−52</sup> · max(n, p) times the largest
     * @throws IllegalArgumentException if the array is null, empty, not numeric or not of rank 2, or if an entry is NaN or infinite
     */
    public static int rank(INDArray features) {
        ArrayArguments.features("features", features);
        try (FactoredRegression regression =
                FactoredRegression.of(DenseAlgebra.selected().onAllProcessors(), features, null, 0)) {
            return regression.rank();
        }
    }

    /**
     * Ridge regression: the coefficients that minimise (1/n) |y − X b|² + ridge · |b|².
     *
     * <p>Note the 1/n: b = (Xᵀ X + n · ridge · I)⁻¹ Xᵀ y. As the ridge goes to 0, this tends to {@link #minimumNorm}.
     *
     * <p>A negative ridge is allowed above minus the smallest non-zero eigenvalue of Xᵀ X/n, at which the fit is singular:
     * with fewer samples than features b = Xᵀ (X Xᵀ + n · ridge · I)⁻¹ y, which then continues the formula but is not a
     * minimum.
     *
     * @param features X, shape {@code [n, p]}
     * @param labels y, shape {@code [n]}, {@code [n, 1]} or {@code [n, k]}
     * @param ridge the ridge; 0 stands for {@link #minimumNorm}
     * @return b, shape {@code [p]}, {@code [p, 1]} or {@code [p, k]}
     * @throws IllegalArgumentException if an array is null, empty, not numeric or of another rank, if the numbers of
     *     rows differ, if an entry is NaN or infinite, or if {@code ridge} is NaN, infinite or so far below 0 that the fit is
     *     singular or its reciprocal condition below 1e-10
     */
    public static INDArray ridge(INDArray features, INDArray labels, double ridge) {
        return solve(DenseAlgebra.selected().onAllProcessors(), features, labels, finite("ridge", ridge));
    }

    /**
     * The predictions of given coefficients, X b: without noise, the labels that a linear teacher gives.
     *
     * @param features X, shape {@code [n, p]}
     * @param coefficients b, shape {@code [p]}, or {@code [p, k]} for several models
     * @return X b, shape {@code [n]} or {@code [n, k]}
     * @throws IllegalArgumentException if the shapes do not fit, or if an entry is NaN or infinite
     */
    public static INDArray predict(INDArray features, INDArray coefficients) {
        ArrayArguments.features("features", features);
        numeric("coefficients", coefficients);
        if (coefficients.rank() < 1 || coefficients.rank() > 2 || coefficients.size(0) != features.size(1)) {
            throw refusal(
                    "coefficients",
                    shapeOf(coefficients),
                    "does not have one entry, or one row, per feature, " + shapeOf(features));
        }
        try (OffHeapMatrix x = finiteMatrix("features", features);
                OffHeapMatrix b = finiteCopy("coefficients", coefficients)) {
            if (coefficients.rank() == 1) {
                try (OffHeapMatrix predictions = OffHeapMatrix.zeros(1, x.rows())) {
                    DenseAlgebra.selected().addProduct(1, b, false, x, true, predictions);
                    return predictions.toNd4j(x.rows());
                }
            }
            try (OffHeapMatrix predictions = OffHeapMatrix.zeros(x.rows(), b.columns())) {
                DenseAlgebra.selected().addProduct(1, x, false, b, false, predictions);
                return predictions.toNd4j(x.rows(), b.columns());
            }
        }
    }

    /**
     * The predictions of given coefficients, X b, as in {@link #predict(INDArray, INDArray)}. Features and
     * coefficients may be of any size.
     *
     * @param features X, shape {@code [n, p]}
     * @param coefficients b, one per feature
     * @return X b, one per sample; infinite where it overflows
     * @throws IllegalArgumentException if the features are null, empty, not numeric or not of rank 2, if the coefficients are
     *     null or not as many as there are features, or if an entry is NaN or infinite
     */
    public static double[] predict(INDArray features, double[] coefficients) {
        ArrayArguments.features("features", features);
        finite("coefficients", notNull("coefficients", coefficients));
        length("coefficients", coefficients.length, "the number of features", Math.toIntExact(features.size(1)));
        int size = PowerOfTwo.exponent(coefficients);
        double[] moderate = coefficients.clone();
        PowerOfTwo.scale(moderate, -size);
        try (OffHeapMatrix x = OffHeapMatrix.reading(features)) {
            double[] predictions = product(x, moderate);
            int unit = 0;
            if (!areModerate(predictions)) {
                sumOfFinite("features", features, x);
                try (OffHeapMatrix scaled = x.copy()) {
                    unit = PowerOfTwo.exponent(scaled.toArray());
                    scaled.scale(-unit);
                    predictions = product(scaled, moderate);
                }
            }
            PowerOfTwo.scale(predictions, size + unit);
            return predictions;
        }
    }

    private static double[] product(OffHeapMatrix x, double[] coefficients) {
        try (OffHeapMatrix b = OffHeapMatrix.of(1, coefficients.length, coefficients);
                OffHeapMatrix predictions = OffHeapMatrix.zeros(1, x.rows())) {
            DenseAlgebra.selected().addProduct(1, b, false, x, true, predictions);
            return predictions.toArray();
        }
    }

    /** Whether all numbers are finite and the largest is far from overflow and underflow. */
    private static boolean areModerate(double[] numbers) {
        double largest = 0;
        for (double number : numbers) {
            if (!(Math.abs(number) < 0x1p500)) {
                return false;
            }
            largest = Math.max(largest, Math.abs(number));
        }
        return largest > 0x1p-500;
    }

    static INDArray solve(DenseAlgebra algebra, INDArray features, INDArray labels, double ridge) {
        ArrayArguments.features("features", features);
        FactoredRegression.checkLabels(labels, features.size(0), features.size(1));
        try (FactoredRegression regression = FactoredRegression.of(algebra, features, null, ridge)) {
            return regression.solve(labels);
        }
    }
}
