package dev.retort.theory.progressive;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.RandomStreams;
import dev.retort.core.SampleMean;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Values of a function at uniformly drawn points of {−1, +1}^d, and estimates of its Fourier coefficients from them: ĝ(A) as the mean of
 * g(x) χ_A(x), with its standard error. For any d, also where {@link BooleanFunction} would be too large. Immutable.
 *
 * <pre>{@code
 * import dev.retort.core.*;
 * import dev.retort.theory.progressive.*;
 * ThresholdUnit majority = ThresholdUnit.of(101, 0);
 * FourierSample sample = FourierSample.draw(101, 20_000, 7, majority::value);
 * SampleMean estimated = sample.coefficient(3); // 0.0368 ± 0.0050
 * double exact = majority.coefficient(3); // 0.0398
 * }</pre>
 */
public final class FourierSample {

    private final int dimension;

    /** Bit i of the words of a point is 1 where x_i = −1. */
    private final long[][] points;

    private final double[] values;

    private FourierSample(int dimension, long[][] points, double[] values) {
        this.dimension = dimension;
        this.points = points;
        this.values = values;
    }

    /**
     * A sample from given points and values.
     *
     * @param points points of the cube, at least 2, all of one dimension of at least 1
     * @param values the function at each
     * @return the sample
     * @throws IllegalArgumentException if there are fewer than 2 points, the numbers of points and values differ, points differ in length,
     *     an entry is not +1 or −1, or a value is NaN or infinite
     */
    public static FourierSample of(double[][] points, double[] values) {
        if (notNull("points", points).length < 2) {
            throw refusal("points.length", points.length, "is not at least 2");
        }
        length("values", notNull("values", values).length, "the number of points", points.length);
        int dimension = atLeastOne("points[0].length", points[0].length);
        long[][] packed = IntStream.range(0, points.length)
                .mapToObj(t -> packed(Cube.point("points[" + t + "]", points[t], dimension)))
                .toArray(long[][]::new);
        return new FourierSample(dimension, packed, finite("values", values).clone());
    }

    /**
     * A function evaluated at random points.
     *
     * @param dimension d, at least 1
     * @param samples how many points, at least 2
     * @param seed the seed, any number
     * @param function computes the value at a point; the array that it is given is reused
     * @return the sample
     * @throws IllegalArgumentException if a number is out of range, or a value is NaN or infinite
     */
    public static FourierSample draw(
            int dimension, int samples, long seed, ToDoubleFunction<? super double[]> function) {
        double[] x = new double[atLeastOne("dimension", dimension)];
        if (samples < 2) {
            throw refusal("samples", samples, "is not at least 2");
        }
        notNull("function", function);
        RandomGenerator random = RandomStreams.of(seed).generator();
        long[][] points = new long[samples][];
        double[] values = new double[samples];
        for (int t = 0; t < samples; t++) {
            Cube.draw(random, x);
            points[t] = packed(x);
            values[t] = Cube.value(function, x);
        }
        return new FourierSample(dimension, points, values);
    }

    private static long[] packed(double[] x) {
        long[] words = new long[(x.length + Long.SIZE - 1) / Long.SIZE];
        for (int i = 0; i < x.length; i++) {
            if (x[i] < 0) {
                words[i / Long.SIZE] |= 1L << i;
            }
        }
        return words;
    }

    /**
     * The dimension of the cube.
     *
     * @return d
     */
    public int dimension() {
        return dimension;
    }

    /**
     * The number of points.
     *
     * @return n
     */
    public int samples() {
        return values.length;
    }

    /**
     * An estimate of a Fourier coefficient.
     *
     * @param set A, coordinates from 0, each once; none for the mean of the function
     * @return the mean of g(x) χ_A(x), and its standard error
     * @throws IllegalArgumentException if a coordinate is out of range or occurs twice
     */
    public SampleMean coefficient(int... set) {
        int[] members = CoordinateSet.of("set", dimension, set).coordinates();
        long[] mask = new long[points[0].length];
        for (int i : members) {
            mask[i / Long.SIZE] |= 1L << i;
        }
        double[] products = new double[values.length];
        for (int t = 0; t < products.length; t++) {
            int minuses = 0;
            for (int word = 0; word < mask.length; word++) {
                minuses += Long.bitCount(points[t][word] & mask[word]);
            }
            products[t] = minuses % 2 == 0 ? values[t] : -values[t];
        }
        return SampleMean.of(products);
    }

    /**
     * Estimates of the coefficients on single coordinates, which reveal the support of a parity in an unfinished teacher.
     *
     * @return one for each coordinate
     */
    public List<SampleMean> degreeOne() {
        return IntStream.range(0, dimension).mapToObj(i -> coefficient(i)).toList();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof FourierSample that
                && dimension == that.dimension
                && Arrays.deepEquals(points, that.points)
                && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return Objects.hash(dimension, Arrays.deepHashCode(points), Arrays.hashCode(values));
    }

    @Override
    public String toString() {
        return values.length + " values of a function of " + dimension + " coordinates";
    }
}
