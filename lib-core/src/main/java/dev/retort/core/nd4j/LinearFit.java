package dev.retort.core.nd4j;

import dev.retort.core.nd4j.internal.DenseAlgebra;
import dev.retort.core.nd4j.internal.OffHeapMatrix;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A fit to given features X, shape {@code [n, p]}, that is linear in the labels: coefficients b = A y. {@link
 * FactoredRegression} is ridge and minimum-norm regression, {@link ExplicitFit} any other linear training, with A given as a
 * matrix.
 *
 * <p>{@link AveragedModel} and {@link SignAveragedModel} carry the moments of coefficients through any such map, exactly.
 * Closing it releases its native memory; every later call but {@code toString} throws an {@link IllegalStateException}.
 * Concurrent calls of one instance run one after the other.
 *
 * <pre>{@code
 * INDArray features = Nd4j.create(new double[][] {{1, 0, 1}, {0, 2, 0}});
 * try (LinearFit regression = FactoredRegression.of(features, 0)) {
 *     double[] interpolator = regression.solve(new double[] {2, 4}); // 1, 2, 1
 * }
 * }</pre>
 */
public abstract sealed class LinearFit implements AutoCloseable permits FactoredRegression, ExplicitFit {

    LinearFit() {}

    /**
     * The number of samples.
     *
     * @return n
     */
    public abstract int samples();

    /**
     * The number of features, whether they are seen or not.
     *
     * @return p
     */
    public abstract int features();

    /**
     * Fits one set of labels.
     *
     * @param labels y, one per sample
     * @return b = A y, one per feature
     * @throws IllegalArgumentException if the labels are null or not as many as there are samples, or if one is NaN or
     *     infinite
     */
    public abstract double[] solve(double[] labels);

    abstract DenseAlgebra algebra();

    /** A X m: the coefficients fitted to the noiseless labels of a model with coefficients m. */
    abstract double[] fitToPredictionsOf(double[] model);

    /** E, where A = Eᵀ F. */
    abstract OffHeapMatrix basis();

    /** noise² F Fᵀ, both triangles. */
    abstract OffHeapMatrix covarianceOfNoise(double noise);

    /** share · F X. */
    abstract OffHeapMatrix image(double share);

    /** The model fitted to the labels of another model, averaged over label noise and signs. */
    abstract SignAveragedModel taughtOverSigns(SignAveragedModel labels, double noise);

    /** The lifetime of the native memory. */
    abstract Lifetime lifetime();

    /**
     * Runs work that uses the native memory.
     *
     * @throws IllegalStateException if this is closed
     */
    final <T extends @Nullable Object> T use(Supplier<T> work) {
        return lifetime().use(work);
    }

    /**
     * Releases the native memory, after any call in another thread that is using it. Closing again does nothing; every other
     * call throws from now on.
     */
    @Override
    public final void close() {
        lifetime().close();
    }
}
