package dev.retort.theory.incontext;

import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The weights that a prompt implies, as a sum over its demonstrations, W = Σ<sub>i</sub> a<sub>i</sub> φ(κ<sub>i</sub>)ᵀ: a linear map from
 * the features of a query to a value. A kernel may have infinitely many features; the map is then known only through its values. Made by
 * {@link AttentionDistillation}. Immutable.
 */
public final class ReferenceWeights {

    private final Kernel kernel;
    private final Points keys;

    /** The keys coordinate by coordinate, as kernels read them. */
    private final double[][] columns;

    /** a_i, one per row. */
    private final double[][] coefficients;

    ReferenceWeights(Kernel kernel, Points keys, double[][] coefficients) {
        this.kernel = kernel;
        this.keys = keys;
        this.columns = keys.columns(0, keys.count());
        this.coefficients = coefficients;
    }

    /** The dimensions of values and of keys. */
    int[] dimensions() {
        return new int[] {coefficients[0].length, keys.dimension()};
    }

    boolean isFinite() {
        return Arrays.stream(coefficients).flatMapToDouble(Arrays::stream).allMatch(Double::isFinite);
    }

    /**
     * The prediction for a query.
     *
     * @param query q, shape {@code [d_k]}
     * @return a new array Wφ(q) = Σ a<sub>i</sub> k(κ<sub>i</sub>, q), shape {@code [d_v]}
     * @throws IllegalArgumentException if the query is not of the keys' dimension, has an entry that is NaN or infinite, or if the
     *     kernel leaves the range of numbers
     */
    public double[] predict(double[] query) {
        return predict(Points.of("query", new double[][] {keys.alike("query", query)}))[0];
    }

    /**
     * The predictions for several queries.
     *
     * @param queries the queries, one per row, shape {@code [m][d_k]}
     * @return a new array, shape {@code [m][d_v]}
     * @throws IllegalArgumentException as {@link #predict(double[])} does
     */
    public double[][] predict(double[][] queries) {
        return predict(keys.alike("queries", queries));
    }

    double[][] predict(Points queries) {
        double[] values = new double[keys.count()];
        double[][] predictions = new double[queries.count()][coefficients[0].length];
        for (int j = 0; j < predictions.length; j++) {
            kernel.fill(queries.row(j), columns, values);
            addTo(predictions[j], values);
            for (double entry : predictions[j]) {
                kernel.checkValue(entry);
            }
        }
        return predictions;
    }

    private void addTo(double[] sum, double[] weights) {
        for (int i = 0; i < weights.length; i++) {
            for (int k = 0; k < sum.length; k++) {
                sum[k] += weights[i] * coefficients[i][k];
            }
        }
    }

    /**
     * The size of the weights.
     *
     * @return the Frobenius norm ‖W‖ = (Σ<sub>ij</sub> ⟨a<sub>i</sub>, a<sub>j</sub>⟩ k(κ<sub>i</sub>, κ<sub>j</sub>))<sup>½</sup>
     */
    public double norm() {
        return Math.sqrt(Math.max(0, inner(this)));
    }

    /**
     * The distance of two maps.
     *
     * @param other weights on the same features
     * @return the Frobenius norm ‖W − W′‖; from the matrices if there are finitely many features, otherwise with an error of about
     *     10<sup>−8</sup> ‖W‖
     * @throws IllegalArgumentException if keys or values differ in dimension, or the kernels are not the same
     */
    public double distance(ReferenceWeights other) {
        notNull("other", other);
        if (!kernel.equals(other.kernel)) {
            throw refusal("other", other.kernel, "is not the kernel of these weights, " + kernel);
        }
        length("keys of the other", other.keys.dimension(), "the dimension of these", keys.dimension());
        length("values of the other", other.coefficients[0].length, "the dimension of these", coefficients[0].length);
        if (kernel.features().isPresent()) {
            double[][] mine = matrix();
            double[][] others = other.matrix();
            double sum = 0;
            for (int a = 0; a < mine.length; a++) {
                for (int j = 0; j < mine[a].length; j++) {
                    double apart = mine[a][j] - others[a][j];
                    sum += apart * apart;
                }
            }
            return Math.sqrt(sum);
        }
        return Math.sqrt(Math.max(0, inner(this) + other.inner(other) - 2 * inner(other)));
    }

    /** ⟨W, W′⟩ = Σ_ij ⟨a_i, a′_j⟩ k(κ_i, κ′_j). */
    private double inner(ReferenceWeights other) {
        double[][] predictions = other.predict(keys);
        double sum = 0;
        for (int i = 0; i < predictions.length; i++) {
            for (int k = 0; k < predictions[i].length; k++) {
                sum += coefficients[i][k] * predictions[i][k];
            }
        }
        return sum;
    }

    /**
     * The weights as a matrix, where the kernel has finitely many features: the linear kernel, or one made {@linkplain Kernel#ofFeatures of
     * features}.
     *
     * @return a new array W, shape {@code [d_v][features]}
     * @throws IllegalStateException if the kernel has infinitely many features
     */
    public double[][] matrix() {
        Optional<UnaryOperator<double[]>> features = kernel.features();
        if (features.isEmpty()) {
            throw new IllegalStateException("The " + kernel + " has no finite list of features: use Kernel.linear(), or"
                    + " Kernel.ofFeatures(…), for example with positive random features");
        }
        double[][] transposed = new double[coefficients[0].length][];
        for (int i = 0; i < keys.count(); i++) {
            double[] phi = features.get().apply(keys.row(i));
            for (int a = 0; a < transposed.length; a++) {
                if (transposed[a] == null) {
                    transposed[a] = new double[phi.length];
                }
                for (int j = 0; j < phi.length; j++) {
                    transposed[a][j] += coefficients[i][a] * phi[j];
                }
            }
        }
        return transposed;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ReferenceWeights that
                && kernel.equals(that.kernel)
                && keys.equals(that.keys)
                && Arrays.deepEquals(coefficients, that.coefficients);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * kernel.hashCode() + keys.hashCode()) + Arrays.deepHashCode(coefficients);
    }

    @Override
    public String toString() {
        return "weights of " + keys.count() + " demonstrations, " + kernel;
    }
}
