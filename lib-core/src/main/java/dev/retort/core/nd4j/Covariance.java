package dev.retort.core.nd4j;

import static dev.retort.core.Arguments.length;
import static dev.retort.core.Arguments.refusal;

import dev.retort.core.CompensatedSum;
import dev.retort.core.spectrum.Spectrum;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A covariance matrix Σ = V Λ Vᵀ with its eigenvalues, in descending order, and its eigenvectors: the bridge between arrays
 * and a {@link Spectrum}. Arrays that are passed in are neither modified nor closed; results are of type {@code DOUBLE} and
 * belong to the caller. Immutable.
 *
 * <pre>{@code
 * Covariance covariance = Covariance.of(Nd4j.create(new double[][] {{2, 1}, {1, 2}}));
 * Spectrum spectrum = covariance.spectrum(); // 3, 1
 * }</pre>
 */
public final class Covariance {

    /** Two triangles of a product XᵀX that were computed in another order differ by less, relative to the largest entry. */
    private static final double ASYMMETRY = 1e-12;

    private final Spectrum spectrum;

    /** One eigenvector per row, row after row; null stands for the identity. */
    private final double @Nullable [] eigenvectors;

    private Covariance(Spectrum spectrum, double @Nullable [] eigenvectors) {
        this.spectrum = spectrum;
        this.eigenvectors = eigenvectors;
    }

    /**
     * The covariance given as a matrix.
     *
     * @param matrix Σ, shape {@code [p, p]}, symmetric and positive semidefinite up to rounding
     * @return the covariance with its eigenvalues and eigenvectors
     * @throws IllegalArgumentException if the matrix is not square or not symmetric, if an entry is NaN or infinite, or if
     *     its eigenvalues are no {@link Spectrum}: all zero, or one negative by more than rounding
     */
    public static Covariance of(INDArray matrix) {
        if (matrix.rank() != 2 || matrix.size(0) != matrix.size(1)) {
            throw refusal("matrix", shapeOf(matrix), "is not square");
        }
        try (OffHeapMatrix symmetric = OffHeapMatrix.copyOf(matrix)) {
            checkSymmetric(symmetric.toArray(), symmetric.rows());
            return decompose(symmetric);
        }
    }

    /**
     * The covariance of a population about its mean, (1/N) Σ (x − x̄)(x − x̄)ᵀ over its N members.
     *
     * @param features one member per row, shape {@code [N, p]}
     * @return the covariance with its eigenvalues and eigenvectors
     * @throws IllegalArgumentException if the array is not of rank 2, if an entry is NaN or infinite, or if no feature
     *     varies
     */
    public static Covariance ofPopulation(INDArray features) {
        if (features.rank() != 2) {
            throw refusal("features", shapeOf(features), "is not of rank 2, [samples, features]");
        }
        try (OffHeapMatrix centred = OffHeapMatrix.copyOf(features)) {
            double[] entries = centred.toArray();
            checkFinite("features", entries, centred.columns());
            centre(entries, centred.columns());
            centred.set(entries);
            try (OffHeapMatrix scatter = DenseAlgebra.selected().gramOfColumns(centred)) {
                double[] covariance = scatter.toArray();
                for (int k = 0; k < covariance.length; k++) {
                    covariance[k] /= centred.rows();
                }
                scatter.set(covariance);
                return decompose(scatter);
            }
        }
    }

    /**
     * The covariance of features that are uncorrelated.
     *
     * @param spectrum the variances of the features, in their order
     * @return the covariance diag(λ), whose eigenvectors are the features themselves
     */
    public static Covariance diagonal(Spectrum spectrum) {
        return new Covariance(spectrum, null);
    }

    /** Takes the lower triangle, and leaves eigenvectors in its place. */
    private static Covariance decompose(OffHeapMatrix symmetric) {
        double[] ascending = DenseAlgebra.selected().eigen(symmetric);
        int p = ascending.length;
        double[] descending = new double[p];
        double[] vectors = new double[p * p];
        for (int i = 0; i < p; i++) {
            descending[i] = ascending[p - 1 - i];
            System.arraycopy(symmetric.row(p - 1 - i), 0, vectors, i * p, p);
        }
        return new Covariance(Spectrum.of(descending), vectors);
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
     * @return the spectrum, in descending order unless this covariance was made diagonal from one in another order
     */
    public Spectrum spectrum() {
        return spectrum;
    }

    /**
     * The eigenvectors V.
     *
     * @return a new array of shape {@code [p, p]}, whose column i belongs to eigenvalue i
     */
    public INDArray eigenvectors() {
        int p = dimension();
        double[] identity = new double[p * p];
        for (int i = 0; i < p; i++) {
            identity[i * p + i] = 1;
        }
        try (OffHeapMatrix unit = OffHeapMatrix.of(p, p, identity);
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
     * @throws IllegalArgumentException if the vectors do not have p entries
     */
    public INDArray toEigenbasis(INDArray vectors) {
        return rotated(vectors, true);
    }

    /**
     * Expresses vectors that are given in the eigenbasis in the original features: the inverse of {@link
     * #toEigenbasis(INDArray)}.
     *
     * @param vectors shape {@code [n, p]}, one per row, or {@code [p]}
     * @return a new array of the same shape
     * @throws IllegalArgumentException if the vectors do not have p entries
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
     * @throws IllegalArgumentException if one of them does not have p entries
     */
    public double excessRisk(INDArray estimate, INDArray truth) {
        double[] difference = entries("estimate", estimate);
        double[] subtracted = entries("truth", truth);
        for (int i = 0; i < difference.length; i++) {
            difference[i] -= subtracted[i];
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
        if (vectors.rank() != 1 && vectors.rank() != 2) {
            throw refusal("vectors", shapeOf(vectors), "is not of rank 1 or 2");
        }
        length("vectors", Math.toIntExact(vectors.size(vectors.rank() - 1)), "the number of features", dimension());
        try (OffHeapMatrix given = OffHeapMatrix.copyOf(vectors);
                OffHeapMatrix product = times(given, intoEigenbasis)) {
            return product.toNd4j(vectors.shape());
        }
    }

    /** X V, or X Vᵀ, for vectors one per row. */
    OffHeapMatrix times(OffHeapMatrix vectors, boolean intoEigenbasis) {
        if (eigenvectors == null) {
            return vectors.copy();
        }
        OffHeapMatrix product = OffHeapMatrix.zeros(vectors.rows(), dimension());
        try (OffHeapMatrix rows = OffHeapMatrix.of(dimension(), dimension(), eigenvectors)) {
            DenseAlgebra.selected().addProduct(1, vectors, false, rows, intoEigenbasis, product);
        }
        return product;
    }

    private double[] entries(String name, INDArray vector) {
        length(name, Math.toIntExact(vector.length()), "the number of features", dimension());
        return vector.ravel().toDoubleVector();
    }

    private static void checkSymmetric(double[] entries, int p) {
        checkFinite("matrix", entries, p);
        double largest = Arrays.stream(entries).map(Math::abs).max().orElse(0);
        for (int i = 0; i < p; i++) {
            for (int j = 0; j < i; j++) {
                if (Math.abs(entries[i * p + j] - entries[j * p + i]) > ASYMMETRY * largest) {
                    throw refusal(
                            "matrix[" + i + ", " + j + "]",
                            entries[i * p + j],
                            "is not matrix[" + j + ", " + i + "], " + entries[j * p + i]);
                }
            }
        }
    }

    private static void checkFinite(String name, double[] entries, int columns) {
        for (int k = 0; k < entries.length; k++) {
            if (!Double.isFinite(entries[k])) {
                throw refusal(name + "[" + k / columns + ", " + k % columns + "]", entries[k], "is not finite");
            }
        }
    }

    private static void centre(double[] entries, int columns) {
        double[] mean = new double[columns];
        int rows = entries.length / columns;
        for (int k = 0; k < entries.length; k++) {
            mean[k % columns] += entries[k] / rows;
        }
        for (int k = 0; k < entries.length; k++) {
            entries[k] -= mean[k % columns];
        }
    }

    private static String shapeOf(INDArray array) {
        return "shape " + Arrays.toString(array.shape());
    }

    @Override
    public String toString() {
        return "Covariance with " + Objects.toString(spectrum);
    }
}
