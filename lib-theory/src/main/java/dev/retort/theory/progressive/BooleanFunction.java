package dev.retort.theory.progressive;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.CompensatedSum;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.apache.commons.math3.transform.FastHadamardTransformer;
import org.apache.commons.math3.transform.TransformType;

/**
 * A function on {−1, +1}^d, d ≤ 24, given by all its values, with all its Fourier coefficients, which the fast Walsh–Hadamard transform
 * computes in d 2^d additions. Immutable.
 *
 * <p>Points and sets are numbered by their bits: bit i of a point's number is 1 if x_i = −1, and bit i of a set's number is 1 if i is in
 * the set. So χ_A(x) = (−1)^s, where s is the number of bits that are 1 in both numbers.
 *
 * <pre>{@code
 * import dev.retort.theory.progressive.*;
 * BooleanFunction max = BooleanFunction.of(2, x -> Math.max(x[0], x[1]));
 * double[] all = max.coefficients(); // on the empty set, each of the two coordinates, and both
 * double onBoth = all[3]; // -0.5
 * double stability = max.noiseStability(0.5); // 0.5625
 * }</pre>
 *
 * @see FourierSample
 */
public final class BooleanFunction {

    /** The transform takes three arrays of 2^d doubles: 400 MB for 24. */
    private static final int LARGEST = 24;

    private final int dimension;
    /** The sum of 2^24 values up to this size does not overflow. */
    private static final double LARGE = 0x1p900;

    private final double[] coefficients;

    private BooleanFunction(int dimension, double[] values) {
        this.dimension = dimension;
        // Dividing by a power of two is exact. Large values are divided before the transform, so that no sum overflows;
        // others after it, so that none becomes subnormal and loses digits.
        boolean large = Arrays.stream(values).anyMatch(value -> Math.abs(value) > LARGE);
        double[] scaled = values.clone();
        Arrays.setAll(scaled, k -> large ? scaled[k] / scaled.length : scaled[k]);
        this.coefficients = new FastHadamardTransformer().transform(scaled, TransformType.FORWARD);
        Arrays.setAll(coefficients, k -> large ? coefficients[k] : coefficients[k] / coefficients.length);
    }

    /**
     * The function with given values.
     *
     * @param values its values at all points of the cube in the order of their numbers, 2^d of them for a d from 1 to 24
     * @return the function
     * @throws IllegalArgumentException if the length is not such a power of two, or a value is NaN or infinite
     */
    public static BooleanFunction ofValues(double... values) {
        int points = notNull("values", values).length;
        int dimension = Integer.numberOfTrailingZeros(points);
        if (points != 1 << dimension || dimension < 1 || dimension > LARGEST) {
            throw refusal("values.length", points, "is not 2^d for a d from 1 to " + LARGEST);
        }
        return new BooleanFunction(dimension, finite("values", values));
    }

    /**
     * A function evaluated at every point.
     *
     * @param dimension d, from 1 to 24; beyond, see {@link FourierSample}
     * @param function computes the value at a point; the array that it is given is reused
     * @return the function
     * @throws IllegalArgumentException if the dimension is out of range, or a value is NaN or infinite
     */
    public static BooleanFunction of(int dimension, ToDoubleFunction<? super double[]> function) {
        notNull("function", function);
        if (dimension < 1 || dimension > LARGEST) {
            throw refusal("dimension", dimension, "is not from 1 to " + LARGEST + "; FourierSample takes any");
        }
        double[] values = new double[1 << dimension];
        double[] x = new double[dimension];
        for (int bits = 0; bits < values.length; bits++) {
            Cube.point(bits, x);
            values[bits] = Cube.value(function, x);
        }
        return new BooleanFunction(dimension, values);
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
     * A Fourier coefficient.
     *
     * @param set A, coordinates from 0, each once; none for the mean of the function
     * @return ĝ(A)
     * @throws IllegalArgumentException if a coordinate is out of range or occurs twice
     */
    public double coefficient(int... set) {
        return coefficients[CoordinateSet.of("set", dimension, set).mask()];
    }

    /**
     * All Fourier coefficients.
     *
     * @return a new array of length 2^d, in the order of the numbers of the sets
     */
    public double[] coefficients() {
        return coefficients.clone();
    }

    /**
     * The power on one level: the sum of the squared coefficients on all sets of a size. The powers on all levels add up to E g²
     * (Parseval).
     *
     * @param size the size, from 0 to d
     * @return Σ_{|A| = size} ĝ(A)²
     * @throws IllegalArgumentException if the size is out of range
     */
    public double levelPower(int size) {
        if (size < 0 || size > dimension) {
            throw refusal("size", size, "is not between 0 and the dimension, " + dimension);
        }
        return levelPowers()[size];
    }

    private double[] levelPowers() {
        CompensatedSum[] sums = new CompensatedSum[dimension + 1];
        Arrays.setAll(sums, size -> new CompensatedSum());
        for (int k = 0; k < coefficients.length; k++) {
            sums[Integer.bitCount(k)].add(coefficients[k] * coefficients[k]);
        }
        return Arrays.stream(sums).mapToDouble(CompensatedSum::value).toArray();
    }

    /**
     * The noise stability, E[g(x) g(y)] = Σ_A r^|A| ĝ(A)², where y_i = x_i with probability (1 + r)/2 and −x_i otherwise.
     *
     * @param correlation r, from −1 to 1
     * @return the stability; E g² for r = 1
     * @throws IllegalArgumentException if the correlation is out of range
     */
    public double noiseStability(double correlation) {
        double r = FourierExpansion.correlation(correlation);
        double[] powers = levelPowers();
        CompensatedSum sum = new CompensatedSum();
        for (int size = 0; size <= dimension; size++) {
            sum.add(Math.pow(r, size) * powers[size]);
        }
        return sum.value();
    }

    /**
     * The expansion that keeps only the coefficients above a threshold.
     *
     * @param threshold the size |ĝ(A)| that a coefficient must exceed, at least 0
     * @return the terms whose coefficients exceed it
     * @throws IllegalArgumentException if the threshold is negative, NaN or infinite
     */
    public FourierExpansion expansion(double threshold) {
        nonNegative("threshold", threshold);
        Map<CoordinateSet, Double> terms = new HashMap<>();
        for (int k = 0; k < coefficients.length; k++) {
            if (Math.abs(coefficients[k]) > threshold) {
                int bits = k;
                int[] set = IntStream.range(0, dimension)
                        .filter(i -> (bits >>> i & 1) == 1)
                        .toArray();
                terms.put(CoordinateSet.of("set", dimension, set), coefficients[k]);
            }
        }
        return FourierExpansion.of(dimension, terms);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BooleanFunction that && Arrays.equals(coefficients, that.coefficients);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(coefficients);
    }

    @Override
    public String toString() {
        return "function of " + dimension + " coordinates, mean " + coefficients[0];
    }
}
