package dev.retort.theory.progressive;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.copy;
import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.CompensatedSum;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * A function on {−1, +1}^d given by its few non-zero Fourier coefficients, g(x) = Σ_A ĝ(A) χ_A(x), in any dimension. Immutable.
 *
 * <pre>{@code
 * import dev.retort.theory.progressive.*;
 * FourierExpansion teacher = FourierExpansion.linear(0.3, 0.2, 0, 0).plus(0.5, 0, 1);
 * double value = teacher.value(1, -1, 1, 1); // -0.4
 * double stability = teacher.noiseStability(0.5); // 0.1275
 * }</pre>
 *
 * @see BooleanFunction#expansion
 */
public final class FourierExpansion {

    private final int dimension;

    /** Without zeros; not changed once the expansion is made. */
    private final NavigableMap<CoordinateSet, Double> coefficients;

    /**
     * One term of an expansion.
     *
     * @param set A, ascending, counted from 0
     * @param coefficient ĝ(A), not 0
     */
    public record Term(List<Integer> set, double coefficient) {

        /**
         * Copies the set.
         *
         * @param set A, ascending
         * @param coefficient ĝ(A), not 0
         * @throws IllegalArgumentException if the set or an entry is null, an entry is negative or not greater than the one
         *     before, or the coefficient is 0, NaN or infinite
         */
        public Term {
            set = copy("set", set);
            int before = -1;
            for (int coordinate : set) {
                if (coordinate <= before) {
                    throw refusal("set", set, "is not ascending from 0 or more");
                }
                before = coordinate;
            }
            if (finite("coefficient", coefficient) == 0) {
                throw refusal("coefficient", coefficient, "is 0; only coefficients other than 0 make terms");
            }
        }
    }

    private FourierExpansion(int dimension, NavigableMap<CoordinateSet, Double> coefficients) {
        this.dimension = dimension;
        this.coefficients = coefficients;
    }

    static FourierExpansion of(int dimension, Map<CoordinateSet, Double> coefficients) {
        NavigableMap<CoordinateSet, Double> sorted = new TreeMap<>(coefficients);
        sorted.values().removeIf(coefficient -> coefficient == 0);
        return new FourierExpansion(dimension, sorted);
    }

    /**
     * The constant 0.
     *
     * @param dimension d, at least 1
     * @return the expansion without terms
     * @throws IllegalArgumentException if {@code dimension < 1}
     */
    public static FourierExpansion zero(int dimension) {
        return of(atLeastOne("dimension", dimension), Map.of());
    }

    /**
     * A parity, χ_A.
     *
     * @param dimension d, at least 1
     * @param set A, coordinates from 0, each once; none for the constant 1
     * @return the expansion
     * @throws IllegalArgumentException if {@code dimension < 1}, or a coordinate is out of range or occurs twice
     */
    public static FourierExpansion parity(int dimension, int... set) {
        return zero(dimension).plus(1, set);
    }

    /**
     * A linear function, Σ c_i x_i: the signal that students find in an unfinished teacher.
     *
     * @param coefficients c, one for each coordinate, at least one
     * @return the expansion
     * @throws IllegalArgumentException if there is no coefficient, or one is NaN or infinite
     */
    public static FourierExpansion linear(double... coefficients) {
        atLeastOne("coefficients.length", notNull("coefficients", coefficients).length);
        finite("coefficients", coefficients);
        FourierExpansion sum = zero(coefficients.length);
        NavigableMap<CoordinateSet, Double> terms = new TreeMap<>();
        for (int i = 0; i < coefficients.length; i++) {
            terms.put(CoordinateSet.of("set", sum.dimension, i), coefficients[i]);
        }
        return of(sum.dimension, terms);
    }

    /**
     * This function plus a multiple of a parity.
     *
     * @param coefficient the number to add to ĝ(A), finite
     * @param set A, coordinates from 0, each once
     * @return the sum
     * @throws IllegalArgumentException if the coefficient is NaN or infinite, or a coordinate is out of range or occurs twice
     */
    public FourierExpansion plus(double coefficient, int... set) {
        NavigableMap<CoordinateSet, Double> sum = new TreeMap<>(coefficients);
        sum.merge(CoordinateSet.of("set", dimension, set), finite("coefficient", coefficient), Double::sum);
        return of(dimension, sum);
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
        return coefficients.getOrDefault(CoordinateSet.of("set", dimension, set), 0.0);
    }

    /**
     * The terms.
     *
     * @return the terms whose coefficients are not 0, smaller sets first
     */
    public List<Term> terms() {
        List<Term> terms = new ArrayList<>();
        coefficients.forEach((set, coefficient) -> {
            List<Integer> coordinates = new ArrayList<>();
            for (int i : set.coordinates()) {
                coordinates.add(i);
            }
            terms.add(new Term(coordinates, coefficient));
        });
        return List.copyOf(terms);
    }

    Map<CoordinateSet, Double> coefficients() {
        return coefficients;
    }

    /**
     * The function at a point.
     *
     * @param x a point of the cube
     * @return g(x)
     * @throws IllegalArgumentException if x is not of length d, or an entry is not +1 or −1
     */
    public double value(double... x) {
        Cube.point("x", x, dimension);
        CompensatedSum sum = new CompensatedSum();
        coefficients.forEach((set, coefficient) -> sum.add(coefficient * set.parity(x)));
        return sum.value();
    }

    /**
     * The power on one level: the sum of the squared coefficients on all sets of a size.
     *
     * @param size the size, from 0 to d
     * @return Σ_{|A| = size} ĝ(A)²
     * @throws IllegalArgumentException if the size is out of range
     */
    public double levelPower(int size) {
        if (size < 0 || size > dimension) {
            throw refusal("size", size, "is not between 0 and the dimension, " + dimension);
        }
        CompensatedSum sum = new CompensatedSum();
        coefficients.forEach((set, coefficient) -> sum.add(set.size() == size ? coefficient * coefficient : 0));
        return sum.value();
    }

    /**
     * The noise stability, E[g(x) g(y)] = Σ_A r^|A| ĝ(A)², where y_i = x_i with probability (1 + r)/2 and −x_i otherwise. The stability of
     * a parity of k coordinates is r^k.
     *
     * @param correlation r, from −1 to 1
     * @return the stability; E g² for r = 1
     * @throws IllegalArgumentException if the correlation is out of range
     */
    public double noiseStability(double correlation) {
        double r = correlation(correlation);
        CompensatedSum sum = new CompensatedSum();
        coefficients.forEach((set, coefficient) -> sum.add(Math.pow(r, set.size()) * coefficient * coefficient));
        return sum.value();
    }

    static double correlation(double correlation) {
        if (!(correlation >= -1 && correlation <= 1)) {
            throw refusal("correlation", correlation, "is not between -1 and 1");
        }
        return correlation;
    }

    /** Requires an expansion of the given dimension, and returns it. */
    static FourierExpansion ofDimension(String name, FourierExpansion expansion, int dimension) {
        if (notNull(name, expansion).dimension != dimension) {
            throw refusal(name, expansion, "is not of dimension " + dimension);
        }
        return expansion;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FourierExpansion that
                && dimension == that.dimension
                && coefficients.equals(that.coefficients);
    }

    @Override
    public int hashCode() {
        return 31 * coefficients.hashCode() + dimension;
    }

    @Override
    public String toString() {
        return "function of " + dimension + " coordinates, "
                + (coefficients.size() <= 8 ? coefficients : coefficients.size() + " terms");
    }
}
