package dev.retort.core.nd4j;

import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;
import static dev.retort.core.nd4j.internal.ArrayArguments.at;
import static dev.retort.core.nd4j.internal.ArrayArguments.finiteCopy;
import static dev.retort.core.nd4j.internal.ArrayArguments.numeric;
import static dev.retort.core.nd4j.internal.ArrayArguments.shapeOf;

import dev.retort.core.internal.Blocks;
import dev.retort.core.internal.CompensatedSum;
import dev.retort.core.internal.PowerOfTwo;
import dev.retort.core.internal.ThinSvd;
import dev.retort.core.nd4j.internal.ArrayArguments;
import dev.retort.core.nd4j.internal.Backend;
import dev.retort.core.nd4j.internal.DenseAlgebra;
import dev.retort.core.nd4j.internal.LargeSvd;
import dev.retort.core.nd4j.internal.OffHeapMatrix;
import dev.retort.core.spectrum.Spectrum;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A covariance matrix Σ = V Λ Vᵀ with its eigenvalues, in descending order, and its eigenvectors: the bridge between arrays
 * and a {@link Spectrum}. Arrays that are passed in are neither modified nor closed; results are of type {@code DOUBLE} and
 * belong to the caller. Immutable.
 *
 * <p>Eigenvalues of a matrix that rounding cannot tell from zero are set to zero, so that {@link Spectrum#rank()} does not
 * count them: absolute values of at most 64 · 2<sup>−52</sup> · p · λ<sub>max</sub>, the rounding of the decomposition; in a
 * matrix of a type narrower than {@code DOUBLE}, whose entries are rounded to ulp(1) of that type, also those of at most 4 ·
 * ulp(1) · (Σ λ²)<sup>1/2</sup>. Where variances on the diagonal differ by a factor of more than a thousand, the rule is
 * applied to the correlations instead, so that features of small variance are kept: the matrix is factored by Cholesky with
 * pivoting, and the factor by singular values (J. Demmel and K. Veselić, <i>Jacobi's method is more accurate than QR</i>,
 * SIAM J. Matrix Anal. Appl. 13, 1992), down to (2<sup>−52</sup> p)² of λ<sub>max</sub>. If the correlations are not positive
 * semidefinite, which rounding relative to the largest variance can cause, the first rule applies. {@link
 * PrincipalComponents}, computed from data rows, keep smaller eigenvalues.
 *
 * <pre>{@code
 * Covariance covariance = Covariance.of(Nd4j.create(new double[][] {{2, 1}, {1, 2}}));
 * Spectrum spectrum = covariance.spectrum(); // 3, 1
 * }</pre>
 */
public final class Covariance {

    /**
     * The two triangles of a product XᵀX, summed in different orders, differ by less than this, relative to the largest
     * entry.
     */
    private static final double ASYMMETRY = 1e-12;

    /** The same in units of ulp(1), for types in which it is larger. */
    private static final double NARROW_ASYMMETRY = 16;

    /** This times p · ulp(1) of a double is how far rounding moves a zero eigenvalue, relative to the largest. */
    private static final double DECOMPOSING = 64;

    /**
     * This times ulp(1) of the matrix's type is how far storing the matrix moves an eigenvalue, relative to the Frobenius
     * norm: 1/2 for rounding every entry once, the rest for products that were summed in the same type.
     */
    private static final double STORING = 4;

    private final Spectrum spectrum;

    /** One eigenvector per row, row after row; null stands for the identity. */
    private final double @Nullable [] eigenvectors;

    /**
     * Where the smallest variance is at least this share of the largest, the matrix is decomposed as accurately as its
     * correlations.
     */
    private static final double SIMILAR_VARIANCES = 1e-3;

    /** Eigenvalues of at least this share of the largest are known to about 1e-8 of themselves. */
    private static final double WELL_KNOWN = 1e-8;

    private Covariance(Spectrum spectrum, double @Nullable [] eigenvectors) {
        this.spectrum = spectrum;
        this.eigenvectors = eigenvectors;
    }

    /**
     * The covariance given as a matrix.
     *
     * @param matrix Σ, shape {@code [p, p]}, symmetric and positive semidefinite up to rounding
     * @return the covariance with its eigenvalues and eigenvectors
     * @throws IllegalArgumentException if the matrix is null, empty, not numeric, not square or not symmetric, if an entry is
     *     NaN or infinite, or if its eigenvalues do not make a {@link Spectrum}: all zero, or one negative by more than
     *     rounding
     * @throws ArithmeticException if the iteration for the eigenvalues does not converge, which no matrix is known to cause
     */
    public static Covariance of(INDArray matrix) {
        numeric("matrix", matrix);
        if (matrix.rank() != 2 || matrix.size(0) != matrix.size(1)) {
            throw refusal("matrix", shapeOf(matrix), "is not square");
        }
        try (OffHeapMatrix symmetric = finiteCopy("matrix", matrix)) {
            double[] entries = symmetric.toArray();
            double ulp = Centring.ulp(matrix);
            int exponent = PowerOfTwo.exponent(entries);
            PowerOfTwo.scale(entries, -exponent);
            checkSymmetric(matrix, entries, Math.max(ASYMMETRY, NARROW_ASYMMETRY * ulp));
            symmetric.set(entries);
            double[] ascending = DenseAlgebra.selected().eigen(symmetric);
            if (ascending[0] < WELL_KNOWN * ascending[ascending.length - 1] && isGraded(entries, ascending.length)) {
                Covariance graded = ofGraded(entries, ascending.length, exponent, ulp);
                if (graded != null) {
                    return graded;
                }
            }
            return ofEigen(ascending, symmetric, exponent, ulp);
        }
    }

    /**
     * The covariance of given eigenvalues and eigenvectors.
     *
     * @param spectrum the eigenvalues, descending
     * @param axes the eigenvectors
     */
    static Covariance ofEigenvectors(Spectrum spectrum, double[]... axes) {
        int p = axes.length;
        double[] rows = new double[Math.multiplyExact(p, p)];
        for (int i = 0; i < p; i++) {
            System.arraycopy(axes[i], 0, rows, i * p, p);
        }
        return new Covariance(spectrum, rows);
    }

    /** Completes orthonormal vectors of length p to a basis. */
    static double[][] completed(double[][] axes, int p) {
        double[][] all = Arrays.copyOf(axes, p);
        if (axes.length == p) {
            return all;
        }
        // The last rows of a square orthogonal matrix whose first rows span the axes.
        int[] others = IntStream.range(axes.length, p).toArray();
        double[] known = Arrays.stream(axes).flatMapToDouble(Arrays::stream).toArray();
        try (OffHeapMatrix span = OffHeapMatrix.of(axes.length, p, known);
                OffHeapMatrix unit = OffHeapMatrix.identity(others.length);
                OffHeapMatrix rest = unit.spread(others, p)) {
            DenseAlgebra.selected().rotate(DenseAlgebra.selected().factorRows(span), true, rest);
            Arrays.setAll(all, i -> i < axes.length ? axes[i] : rest.row(i - axes.length));
        }
        return all;
    }

    /**
     * The variance of each feature in a sample of mean zero.
     *
     * @param features one sample per row, shape {@code [n, p]}
     * @param rows how many of the first rows to use, from 1 to n
     * @return (1/rows) Σ x², one number per feature; infinite where squares overflow
     * @throws IllegalArgumentException if the array is null, empty, not numeric or not of rank 2, or if {@code rows} is not
     *     from 1 to n
     */
    public static double[] meanSquares(INDArray features, int rows) {
        ArrayArguments.features("features", features);
        if (!(rows >= 1 && rows <= features.size(0))) {
            throw refusal("rows", rows, "is not from 1 to the number of samples, " + features.size(0));
        }
        try (OffHeapMatrix x = OffHeapMatrix.reading(features)) {
            double[] squares = new double[x.columns()];
            double[] row = new double[x.columns()];
            for (int k = 0; k < rows; k++) {
                x.readRow(k, row);
                for (int i = 0; i < row.length; i++) {
                    squares[i] += row[i] * row[i];
                }
            }
            for (int i = 0; i < squares.length; i++) {
                squares[i] /= rows;
            }
            return squares;
        }
    }

    /**
     * The covariance of features that are uncorrelated.
     *
     * @param spectrum the variances of the features, in their order
     * @return the covariance diag(λ), whose eigenvectors are the features themselves
     * @throws IllegalArgumentException if the spectrum is null
     */
    public static Covariance diagonal(Spectrum spectrum) {
        return new Covariance(notNull("spectrum", spectrum), null);
    }

    /** Whether variances differ so much that small ones are lost in units of the largest. */
    private static boolean isGraded(double[] entries, int p) {
        double least = Double.POSITIVE_INFINITY;
        double most = 0;
        for (int i = 0; i < p; i++) {
            double variance = entries[i * (p + 1)];
            least = variance > 0 ? Math.min(least, variance) : least;
            most = Math.max(most, variance);
        }
        return least < SIMILAR_VARIANCES * most;
    }

    /** The covariance by the singular values of a Cholesky factor; null if the correlations are not positive semidefinite. */
    private static @Nullable Covariance ofGraded(double[] entries, int p, int exponent, double ulp) {
        double rounding = DECOMPOSING * Math.ulp(1.0) * p;
        if (ulp > Math.ulp(1.0)) {
            rounding = Math.max(rounding, STORING * ulp * PivotedCholesky.sizeOfCorrelations(entries, p));
        }
        PivotedCholesky factor = PivotedCholesky.of(entries, p, rounding);
        if (factor == null) {
            return null;
        }
        ThinSvd svd = LargeSvd.of(factor.columns());
        double[] eigenvalues = new double[p];
        double[][] axes = new double[svd.rank()][p];
        for (int i = 0; i < axes.length; i++) {
            eigenvalues[i] = svd.value(i) * svd.value(i);
            double[] left = svd.left(i);
            for (int j = 0; j < p; j++) {
                axes[i][factor.order(j)] = left[j];
            }
        }
        PowerOfTwo.scale(eigenvalues, exponent);
        return ofEigenvectors(Spectrum.of(eigenvalues), completed(axes, p));
    }

    /**
     * @param ascending the eigenvalues of the covariance, divided by 2^exponent
     * @param vectors its eigenvectors, one per row, in the same order
     * @param ulp ulp(1) in the type that its entries have been rounded to
     */
    private static Covariance ofEigen(double[] ascending, OffHeapMatrix vectors, int exponent, double ulp) {
        int p = ascending.length;
        double rounding = DECOMPOSING * Math.ulp(1.0) * p * Math.max(ascending[p - 1], 0);
        if (ulp > Math.ulp(1.0)) {
            rounding = Math.max(rounding, STORING * ulp * Blocks.norm(ascending, 0, p));
        }
        double[] descending = new double[p];
        double[][] axes = new double[p][];
        for (int i = 0; i < p; i++) {
            double eigenvalue = ascending[p - 1 - i];
            descending[i] = Math.abs(eigenvalue) <= rounding ? 0 : eigenvalue;
            axes[i] = vectors.row(p - 1 - i);
        }
        PowerOfTwo.scale(descending, exponent);
        return ofEigenvectors(Spectrum.of(descending), axes);
    }

    /**
     * The number of features.
     *
     * @return p
     */
    public int dimension() {
        return spectrum.dimension();
    }

    /**
     * The eigenvalues.
     *
     * @return the spectrum, in descending order unless this covariance was made by {@link #diagonal} from a spectrum in
     *     another order
     */
    public Spectrum spectrum() {
        return spectrum;
    }

    /**
     * The eigenvectors V.
     *
     * @return a new array of shape {@code [p, p]}, whose column i belongs to eigenvalue i
     * @throws IllegalStateException if there is no ND4J backend on the class path, or if p is above 46,340, so that p²
     *     numbers are more than an array can hold
     */
    public INDArray eigenvectors() {
        Backend.require();
        int p = dimension();
        if ((long) p * p > Integer.MAX_VALUE - 8) {
            throw new IllegalStateException(
                    "eigenvectors: " + p + " x " + p + " numbers are more than an array can hold;"
                            + " those of a diagonal covariance are the features themselves");
        }
        try (OffHeapMatrix unit = OffHeapMatrix.identity(p);
                OffHeapMatrix columns = times(unit, true)) {
            return columns.toNd4j(p, p);
        }
    }

    /**
     * Expresses vectors in the eigenbasis: X V, or Vᵀb for a single one. Labels, predictions and risks do not change when
     * features and coefficients are both expressed so.
     *
     * @param vectors shape {@code [n, p]}, one per row, or {@code [p]}
     * @return a new array of the same shape, entry i of a vector being its component along eigenvector i
     * @throws IllegalArgumentException if the array is null, empty, not numeric or of another rank, if the vectors do not
     *     have p entries, or if one is NaN or infinite
     */
    public INDArray toEigenbasis(INDArray vectors) {
        return rotated(vectors, true);
    }

    /**
     * Expresses vectors given in the eigenbasis in the original features: the inverse of {@link
     * #toEigenbasis(INDArray)}.
     *
     * @param vectors shape {@code [n, p]}, one per row, or {@code [p]}
     * @return a new array of the same shape
     * @throws IllegalArgumentException if the array is null, empty, not numeric or of another rank, if the vectors do not
     *     have p entries, or if one is NaN or infinite
     */
    public INDArray fromEigenbasis(INDArray vectors) {
        return rotated(vectors, false);
    }

    /**
     * The excess risk of an estimate, (b − β⋆)ᵀΣ(b − β⋆).
     *
     * @param estimate b, shape {@code [p]} or {@code [p, 1]}
     * @param truth β⋆, shape {@code [p]} or {@code [p, 1]}
     * @return the excess risk, at least 0
     * @throws IllegalArgumentException if one of them is null, not numeric or of another shape, or if an entry is NaN or
     *     infinite
     */
    public double excessRisk(INDArray estimate, INDArray truth) {
        return excessRisk(entries("estimate", estimate), entries("truth", truth));
    }

    double excessRisk(double[] estimate, double[] truth) {
        double[] difference = estimate.clone();
        for (int i = 0; i < difference.length; i++) {
            difference[i] -= truth[i];
        }
        try (OffHeapMatrix vector = OffHeapMatrix.of(1, dimension(), difference);
                OffHeapMatrix rotated = times(vector, true)) {
            double[] component = rotated.toArray();
            CompensatedSum risk = new CompensatedSum();
            for (int i = 0; i < component.length; i++) {
                risk.add(spectrum.eigenvalue(i) * component[i] * component[i]);
            }
            return risk.value();
        }
    }

    private INDArray rotated(INDArray vectors, boolean intoEigenbasis) {
        numeric("vectors", vectors);
        if (vectors.rank() != 1 && vectors.rank() != 2) {
            throw refusal("vectors", shapeOf(vectors), "is not of rank 1 or 2");
        }
        length("vectors", Math.toIntExact(vectors.size(vectors.rank() - 1)), "the number of features", dimension());
        try (OffHeapMatrix given = finiteCopy("vectors", vectors);
                OffHeapMatrix product = times(given, intoEigenbasis)) {
            return product.toNd4j(vectors.shape());
        }
    }

    boolean isDiagonal() {
        return eigenvectors == null;
    }

    /** X V, or X Vᵀ, where the rows of X are vectors. */
    OffHeapMatrix times(OffHeapMatrix vectors, boolean intoEigenbasis) {
        if (eigenvectors == null) {
            return vectors.copy();
        }
        try (OffHeapMatrix rows = OffHeapMatrix.of(dimension(), dimension(), eigenvectors)) {
            return OffHeapMatrix.zeros(vectors.rows(), dimension())
                    .filledBy(product ->
                            DenseAlgebra.selected().addProduct(1, vectors, false, rows, intoEigenbasis, product));
        }
    }

    private double[] entries(String name, INDArray vector) {
        numeric(name, vector);
        if (vector.rank() != 1 && !(vector.rank() == 2 && vector.size(1) == 1)) {
            throw refusal(name, shapeOf(vector), "is not [features] or [features, 1]");
        }
        length(name, Math.toIntExact(vector.size(0)), "the number of features", dimension());
        try (OffHeapMatrix copy = finiteCopy(name, vector)) {
            return copy.toArray();
        }
    }

    private static void checkSymmetric(INDArray matrix, double[] entries, double tolerance) {
        int p = Math.toIntExact(matrix.size(0));
        double largest = 0;
        for (double entry : entries) {
            largest = Math.max(largest, Math.abs(entry));
        }
        for (int i = 0; i < p; i++) {
            for (int j = 0; j < i; j++) {
                if (Math.abs(entries[i * p + j] - entries[j * p + i]) > tolerance * largest) {
                    throw refusal(
                            at("matrix", i, j),
                            matrix.getDouble(i, j),
                            "is not " + at("matrix", j, i) + ", " + matrix.getDouble(j, i));
                }
            }
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Covariance that
                && spectrum.equals(that.spectrum)
                && Arrays.equals(eigenvectors, that.eigenvectors);
    }

    @Override
    public int hashCode() {
        return Objects.hash(spectrum, Arrays.hashCode(eigenvectors));
    }

    @Override
    public String toString() {
        return "Covariance with " + Objects.toString(spectrum);
    }
}
