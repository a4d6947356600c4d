package dev.retort.core.nd4j;

import static dev.retort.core.internal.Arguments.refusal;
import static dev.retort.core.nd4j.internal.ArrayArguments.finiteCopy;
import static dev.retort.core.nd4j.internal.ArrayArguments.shapeOf;

import dev.retort.core.internal.Blocks;
import dev.retort.core.internal.PowerOfTwo;
import dev.retort.core.internal.ThinSvd;
import dev.retort.core.nd4j.internal.ArrayArguments;
import dev.retort.core.nd4j.internal.DenseAlgebra;
import dev.retort.core.nd4j.internal.LargeSvd;
import dev.retort.core.nd4j.internal.OffHeapMatrix;
import dev.retort.core.spectrum.Spectrum;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The principal components of N members with p features each: the covariance about their mean, (1/N) Σ (x − x̄)(x − x̄)ᵀ, and
 * every member's coordinates along its eigenvectors.
 *
 * <p>Variances are squared singular values of the centred features over N. Singular values of at most 2<sup>−52</sup> ·
 * max(N, p) times the largest cannot be told from the rounding of the features and count as 0, as in {@link LinearRegression}
 * and the analysis of a table: so directions are kept whose variance is far below 2<sup>−52</sup> of the largest, which XᵀX
 * would lose. XᵀX is still used, for its speed, where its eigenvalues show that nothing is lost: down to 10⁻⁸ of the largest.
 * A feature that is constant up to rounding, as {@link Centring} judges it, does not vary.
 *
 * <p>With more members than features the singular values take three to four times as long as the product and its eigenvalues. Features
 * are neither modified nor closed. Immutable.
 *
 * <pre>{@code
 * INDArray features = Nd4j.create(new double[][] {{1e9, 1}, {-1e9, 1}, {1e9, -1}, {-1e9, -1}});
 * PrincipalComponents components = PrincipalComponents.of(features);
 * int rank = components.rank(); // 2
 * double smallest = components.covariance().spectrum().eigenvalue(1); // 1, beside the largest
 * }</pre>
 */
public final class PrincipalComponents {

    /** Where the smallest eigenvalue of the product is at least this share of the largest, it is known to about 1e-8 of itself. */
    private static final double PRODUCT_SUFFICES = 1e-8;

    /** Units that differ by less change the rank only through directions that are at the edge of rounding in any unit. */
    private static final double SIMILAR_UNITS = 1e6;

    private final Covariance covariance;

    /** The centred features are the given ones less their means, divided by 2^exponent. */
    private final int exponent;

    /** The scores, divided by 2^exponent; the caller closes the matrix. */
    private final Supplier<OffHeapMatrix> scores;

    private PrincipalComponents(Covariance covariance, int exponent, Supplier<OffHeapMatrix> scores) {
        this.covariance = covariance;
        this.exponent = exponent;
        this.scores = scores;
    }

    /**
     * The principal components of a population.
     *
     * @param features one member per row, shape {@code [N, p]}
     * @return the principal components
     * @throws IllegalArgumentException if the array is null, empty, not numeric or not of rank 2; if an entry is NaN or
     *     infinite; if no feature varies, if a variance overflows or all underflow; or if features differ so widely in scale
     *     that rounding loses a direction which it would not lose if each feature were divided by its standard deviation
     * @throws ArithmeticException if an iteration does not converge, which no matrix is known to cause
     */
    public static PrincipalComponents of(INDArray features) {
        ArrayArguments.features("features", features);
        try (OffHeapMatrix centred = finiteCopy("features", features)) {
            double[] entries = centred.toArray();
            int p = centred.columns();
            int exponent = Centring.centre(entries, p, Centring.ulp(features));
            if (Blocks.norm(entries, 0, entries.length) == 0) {
                throw refusal("features", shapeOf(features), "has no feature that varies");
            }
            if (Math.abs(2 * exponent) > Double.MAX_EXPONENT - Integer.SIZE) {
                throw refusal("features", "their largest variance, about 2^" + 2 * exponent + ",", "is out of range");
            }
            int[] varying = varying(entries, p);
            centred.set(entries);
            PrincipalComponents ofProduct =
                    varying.length < centred.rows() ? ofProduct(centred, varying, exponent) : null;
            return ofProduct == null ? ofSingularValues(entries, varying, p, exponent) : ofProduct;
        }
    }

    private static int[] varying(double[] entries, int p) {
        boolean[] varies = new boolean[p];
        for (int k = 0; k < entries.length; k++) {
            varies[k % p] |= entries[k] != 0;
        }
        return IntStream.range(0, p).filter(j -> varies[j]).toArray();
    }

    /** The components by the eigenvalues of XᵀX; null if the smallest of them has lost too many digits. */
    private static @Nullable PrincipalComponents ofProduct(OffHeapMatrix centred, int[] varying, int exponent) {
        int count = varying.length;
        try (OffHeapMatrix seen = centred.columns(varying);
                OffHeapMatrix product = DenseAlgebra.selected().gramOfColumns(seen)) {
            double[] ascending = DenseAlgebra.selected().eigen(product);
            if (!(ascending[0] >= PRODUCT_SUFFICES * ascending[count - 1])) {
                return null;
            }
            double[] deviations = new double[count];
            double[][] axes = new double[count][];
            for (int i = 0; i < count; i++) {
                deviations[i] = Math.sqrt(ascending[count - 1 - i] / centred.rows());
                axes[i] = product.row(count - 1 - i);
            }
            Covariance covariance = covariance(deviations, exponent, axes, varying, centred.columns());
            double[] entries = centred.toArray();
            return new PrincipalComponents(covariance, exponent, () -> {
                try (OffHeapMatrix features =
                        OffHeapMatrix.of(entries.length / covariance.dimension(), covariance.dimension(), entries)) {
                    return covariance.times(features, true);
                }
            });
        }
    }

    /**
     * The components by X = U D Vᵀ of the matrix or its transpose, whichever is not wider than high: all vectors are then
     * orthogonal to rounding.
     */
    private static PrincipalComponents ofSingularValues(double[] entries, int[] varying, int p, int exponent) {
        int n = entries.length / p;
        boolean high = varying.length <= n;
        double[][] columns = new double[varying.length][n];
        for (int j = 0; j < columns.length; j++) {
            for (int row = 0; row < n; row++) {
                columns[j][row] = entries[row * p + varying[j]];
            }
        }
        ThinSvd svd = LargeSvd.of(high ? columns : transposed(columns));
        int rank = Math.min(svd.rank(), n - 1); // the centred members add up to zero
        checkUnits(columns, rank);
        double[] deviations = new double[rank];
        Arrays.setAll(deviations, i -> svd.value(i) / Math.sqrt(n));
        double[][] axes = new double[svd.size()][];
        Arrays.setAll(axes, i -> high ? svd.right(i) : svd.left(i));
        Covariance covariance = covariance(deviations, exponent, axes, varying, p);
        return new PrincipalComponents(covariance, exponent, () -> {
            double[] scores = new double[Math.multiplyExact(n, p)];
            for (int i = 0; i < rank; i++) {
                double[] along = high ? svd.left(i) : svd.right(i);
                for (int row = 0; row < n; row++) {
                    scores[row * p + i] = svd.value(i) * along[row];
                }
            }
            return OffHeapMatrix.of(n, p, scores);
        });
    }

    private static double[][] transposed(double[][] columns) {
        double[][] rows = new double[columns[0].length][columns.length];
        for (int j = 0; j < columns.length; j++) {
            for (int i = 0; i < rows.length; i++) {
                rows[i][j] = columns[j][i];
            }
        }
        return rows;
    }

    /** Refuses columns whose rank would be higher if each were divided by its standard deviation. */
    private static void checkUnits(double[][] columns, int rank) {
        int n = columns[0].length;
        int possible = Math.min(columns.length, n - 1);
        double[] deviations = Arrays.stream(columns)
                .mapToDouble(column -> Blocks.norm(column, 0, n) / Math.sqrt(n))
                .toArray();
        double least = Arrays.stream(deviations).min().orElseThrow();
        double most = Arrays.stream(deviations).max().orElseThrow();
        if (rank == possible || most <= SIMILAR_UNITS * least) {
            return;
        }
        double[][] standardised = new double[columns.length][];
        Arrays.setAll(
                standardised,
                j -> Arrays.stream(columns[j]).map(x -> x / deviations[j]).toArray());
        int inOwnUnits = Math.min(LargeSvd.of(standardised).rank(), possible);
        if (inOwnUnits > rank) {
            throw refusal(
                    "features",
                    "columns whose standard deviations differ by " + Math.round(Math.log10(most) - Math.log10(least))
                            + " decades",
                    "have a rank of " + rank + " in double precision, and of " + inOwnUnits
                            + " with each divided by its own: divide them");
        }
    }

    /**
     * @param deviations the standard deviations along the first axes, descending, in units of 2^exponent; 0 along the others
     * @param axes in the features that vary, at least the first of them
     */
    private static Covariance covariance(double[] deviations, int exponent, double[][] axes, int[] varying, int p) {
        double[] eigenvalues = new double[p];
        for (int i = 0; i < deviations.length; i++) {
            eigenvalues[i] = deviations[i] * deviations[i];
        }
        PowerOfTwo.scale(eigenvalues, 2 * exponent);
        double[][] all = new double[p][p];
        double[][] completed = Covariance.completed(axes, varying.length);
        for (int i = 0; i < varying.length; i++) {
            for (int j = 0; j < varying.length; j++) {
                all[i][varying[j]] = completed[i][j];
            }
        }
        int next = varying.length;
        for (int j = 0; j < p; j++) {
            if (Arrays.binarySearch(varying, j) < 0) {
                all[next++][j] = 1;
            }
        }
        return Covariance.ofEigenvectors(Spectrum.of(eigenvalues), all);
    }

    /**
     * The number of directions in which the members vary.
     *
     * @return the rank of the covariance, at most p and N − 1
     */
    public int rank() {
        return covariance.spectrum().rank();
    }

    /**
     * The covariance about the mean.
     *
     * @return (1/N) Σ (x − x̄)(x − x̄)ᵀ
     */
    public Covariance covariance() {
        return covariance;
    }

    /**
     * The members' coordinates along the eigenvectors, their scores: (x − x̄)ᵀV, as accurate in each direction as the
     * features are.
     *
     * @return a new array of shape {@code [N, p]}, one member per row; columns of directions that do not vary are 0
     */
    public INDArray scores() {
        try (OffHeapMatrix matrix = scores.get()) {
            double[] entries = matrix.toArray();
            PowerOfTwo.scale(entries, exponent);
            matrix.set(entries);
            return matrix.toNd4j(matrix.rows(), matrix.columns());
        }
    }

    private double[] scaledScores() {
        try (OffHeapMatrix matrix = scores.get()) {
            return matrix.toArray();
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PrincipalComponents that
                && exponent == that.exponent
                && covariance.equals(that.covariance)
                && Arrays.equals(scaledScores(), that.scaledScores());
    }

    @Override
    public int hashCode() {
        return Objects.hash(covariance, exponent);
    }

    @Override
    public String toString() {
        return "Principal components: rank " + rank() + " of " + covariance.dimension() + " features";
    }
}
