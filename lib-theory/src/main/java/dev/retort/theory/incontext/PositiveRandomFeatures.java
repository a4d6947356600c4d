package dev.retort.theory.incontext;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;

import dev.retort.core.RandomStreams;
import dev.retort.core.StandardNormal;
import java.util.function.UnaryOperator;

/**
 * Positive random features of the softmax kernel,
 *
 * <pre>  φ(x) = r^(−½) (exp(⟨ω_j, x⟩ − ‖x‖²/2))_j,   ω_1, …, ω_r ~ N(0, I_d),</pre>
 *
 * whose inner products estimate exp⟨x, y⟩ without bias and are never negative: attention in time proportional to the length of a
 * prompt. Source: Choromanski et al., <i>Rethinking attention with Performers</i> (ICLR 2021, arXiv 2009.14794), lemma 1.
 *
 * <pre>{@code
 * import dev.retort.theory.incontext.*;
 * PositiveRandomFeatures features = PositiveRandomFeatures.of(2, 64).withSeed(7);
 * double[][] keys = {{0.3, -0.4}, {0.5, 0.2}};
 * double estimate = features.kernel().value(keys[0], keys[1]); // 1.074
 * double scatter = Math.sqrt(features.variance(keys[0], keys[1])); // 0.132, around the exact exp⟨x, y⟩
 * }</pre>
 *
 * <p>Immutable; the same seed gives the same features.
 */
public final class PositiveRandomFeatures implements UnaryOperator<double[]> {

    private final int dimension;
    private final int count;
    private final long seed;

    /** The directions ω, one per row. */
    private final double[][] directions;

    private PositiveRandomFeatures(int dimension, int count, long seed) {
        this.dimension = dimension;
        this.count = count;
        this.seed = seed;
        this.directions = new double[count][];
        for (int j = 0; j < count; j++) {
            directions[j] = StandardNormal.sample(
                    dimension, RandomStreams.of(seed).at(j).generator());
        }
    }

    /**
     * Features of seed 0.
     *
     * @param dimension d of the points, at least 1
     * @param count the number of features r, at least 1
     * @return the features
     * @throws IllegalArgumentException if a number is less than 1
     */
    public static PositiveRandomFeatures of(int dimension, int count) {
        return new PositiveRandomFeatures(atLeastOne("dimension", dimension), atLeastOne("count", count), 0);
    }

    /**
     * Sets the seed of the directions ω.
     *
     * @param newSeed any number
     * @return features of other directions
     */
    public PositiveRandomFeatures withSeed(long newSeed) {
        return new PositiveRandomFeatures(dimension, count, newSeed);
    }

    /**
     * The features of a point.
     *
     * @param x a point, shape {@code [d]}
     * @return a new array φ(x), shape {@code [r]}; entries that overflow are infinite
     * @throws IllegalArgumentException if the point is not of dimension d
     */
    @Override
    public double[] apply(double[] x) {
        length("x", notNull("x", x).length, "the dimension of the features", dimension);
        double squares = 0;
        for (double coordinate : x) {
            squares += coordinate * coordinate;
        }
        double[] features = new double[count];
        for (int j = 0; j < count; j++) {
            double exponent = -squares / 2;
            for (int k = 0; k < dimension; k++) {
                exponent += directions[j][k] * x[k];
            }
            features[j] = Math.exp(exponent) / Math.sqrt(count);
        }
        return features;
    }

    /**
     * The kernel of these features, ⟨φ(x), φ(y)⟩.
     *
     * @return the kernel; it computes features anew for every pair of points
     */
    public Kernel kernel() {
        return Kernel.ofFeatures(toString(), this);
    }

    /**
     * The variance of the estimate ⟨φ(x), φ(y)⟩ over directions, exp(2⟨x, y⟩)(exp(‖x + y‖²) − 1)/r.
     *
     * @param x a point, shape {@code [d]}
     * @param y another
     * @return the variance; infinite where it overflows
     * @throws IllegalArgumentException if a point is not of dimension d
     */
    public double variance(double[] x, double[] y) {
        length("x", notNull("x", x).length, "the dimension of the features", dimension);
        length("y", notNull("y", y).length, "the dimension of the features", dimension);
        double inner = 0;
        double squares = 0;
        for (int k = 0; k < dimension; k++) {
            inner += x[k] * y[k];
            squares += (x[k] + y[k]) * (x[k] + y[k]);
        }
        return squares == 0 ? 0 : Math.exp(2 * inner) * Math.expm1(squares) / count;
    }

    /**
     * The constant c such that the bias of weights on these features is at most c times the discrepancy of the keys in the Gaussian kernel
     * of width 1, for values that are linear in the keys, v = Aκ: c = ‖A‖ ((1/r) Σ<sub>j</sub> exp(‖ω<sub>j</sub>‖²)(d +
     * ‖ω<sub>j</sub>‖²))<sup>½</sup>. Each feature is a Gaussian bump at ω<sub>j</sub>, and a coordinate times a bump is a derivative of
     * one. The constant is for these directions only: its mean over directions is infinite, so that c grows without bound with r.
     *
     * @param valueNorm ‖A‖, the largest singular value, at least 0
     * @return c
     * @throws IllegalArgumentException if the norm is NaN, infinite or negative
     */
    public double biasConstant(double valueNorm) {
        return nonNegative("valueNorm", valueNorm) * root(dimension, 1);
    }

    /**
     * As {@link #biasConstant}, for values that are the same for all keys, v = u: c = ‖u‖ ((1/r) Σ<sub>j</sub>
     * exp(‖ω<sub>j</sub>‖²))<sup>½</sup>.
     *
     * @param valueNorm ‖u‖, at least 0
     * @return c
     * @throws IllegalArgumentException if the norm is NaN, infinite or negative
     */
    public double biasConstantOfEqualValues(double valueNorm) {
        return nonNegative("valueNorm", valueNorm) * root(1, 0);
    }

    /** ((1/r) Σ exp(‖ω‖²)(constant + slope ‖ω‖²))^½. */
    private double root(double constant, double slope) {
        double sum = 0;
        for (double[] direction : directions) {
            double squares = 0;
            for (double coordinate : direction) {
                squares += coordinate * coordinate;
            }
            sum += Math.exp(squares) * (constant + slope * squares);
        }
        return Math.sqrt(sum / count);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PositiveRandomFeatures that
                && dimension == that.dimension
                && count == that.count
                && seed == that.seed;
    }

    @Override
    public int hashCode() {
        return 31 * (31 * dimension + count) + Long.hashCode(seed);
    }

    @Override
    public String toString() {
        return count + " positive random features in dimension " + dimension + " of seed " + seed;
    }
}
