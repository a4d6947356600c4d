package dev.retort.core.nd4j;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.StandardNormal;
import dev.retort.core.nd4j.internal.Backend;
import dev.retort.core.nd4j.internal.OffHeapMatrix;
import dev.retort.core.spectrum.Spectrum;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Random features x ~ N(0, Σ). Immutable.
 *
 * <pre>{@code
 * GaussianDesign design = GaussianDesign.of(Covariance.diagonal(Spectrum.powerLaw(2.0, 50)));
 * INDArray features = design.sample(20, RandomStreams.of(7).generator()); // shape [20, 50]
 * }</pre>
 */
public final class GaussianDesign {

    private final Covariance covariance;
    private final double[] deviations;

    private GaussianDesign(Covariance covariance) {
        this.covariance = covariance;
        this.deviations = Spectrum.listed("covariance.spectrum", covariance.spectrum());
        for (int i = 0; i < deviations.length; i++) {
            deviations[i] = Math.sqrt(deviations[i]);
        }
    }

    /**
     * The design of a given covariance.
     *
     * @param covariance Σ
     * @return the design
     * @throws IllegalArgumentException if the covariance is null, or has too many features for a list
     */
    public static GaussianDesign of(Covariance covariance) {
        return new GaussianDesign(notNull("covariance", covariance));
    }

    /**
     * Draws independent samples.
     *
     * @param samples how many, at least 1
     * @param random where the bits come from, for example {@link dev.retort.core.RandomStreams}: the same bits give the same
     *     numbers on every platform
     * @return a new array of type {@code DOUBLE} and shape {@code [samples, p]}, one sample per row, which the caller may
     *     {@link INDArray#close() close}
     * @throws IllegalArgumentException if {@code samples} is less than 1 or, times p, more than an array can
     *     hold, or if the generator is null
     * @throws IllegalStateException if there is no ND4J backend on the class path
     */
    public INDArray sample(int samples, RandomGenerator random) {
        notNull("random", random);
        int p = deviations.length;
        if ((long) atLeastOne("samples", samples) * p > Integer.MAX_VALUE - 8) {
            throw refusal("samples", samples + " times " + p + " features", "is not below 2^31 - 8");
        }
        Backend.require();
        INDArray independent = Nd4j.createUninitialized(DataType.DOUBLE, new long[] {samples, p}, 'c');
        OffHeapMatrix rows = OffHeapMatrix.over(independent);
        double[] row = new double[p];
        for (int k = 0; k < samples; k++) {
            for (int i = 0; i < p; i++) {
                row[i] = deviations[i] * StandardNormal.next(random);
            }
            rows.setRow(k, row);
        }
        if (covariance.isDiagonal()) {
            return independent;
        }
        try (independent;
                OffHeapMatrix correlated = covariance.times(rows, false)) {
            return correlated.toNd4j(samples, p);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof GaussianDesign that && covariance.equals(that.covariance);
    }

    @Override
    public int hashCode() {
        return covariance.hashCode();
    }

    @Override
    public String toString() {
        return "GaussianDesign of " + covariance;
    }
}
