package dev.retort.theory.progressive;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.CompensatedSum;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.commons.math3.fraction.BigFraction;

/**
 * A linear threshold unit on the cube, 1{⟨w, x⟩ + b ≥ 0}, with whole weights, and the ReLU unit (⟨w, x⟩ + b)₊ with the same weights, whose
 * derivative is the threshold unit: exact Fourier coefficients of both.
 *
 * <p>If all weights are +1 or −1 the coefficient on a set A is χ_A(w) H(d, b, s), where s = |A|; with M = ⌊(d + ⌊b⌋)/2⌋,
 *
 * <pre>
 *     H(d, b, 0) = 2^−d Σ_{m ≤ M} C(d, m)
 *     H(d, b, s) = 2^−d K_M(s − 1; d − 1)       for s ≥ 1, and 0 if M &lt; 0 or M ≥ d
 * </pre>
 *
 * where K_m(x; n) is the Krawtchouk polynomial, the coefficient of z^m in (1 − z)^x (1 + z)^(n − x). The ReLU unit has
 * χ_A(w) [s H(d, b, s − 1) + (d − s) H(d, b, s + 1) + b H(d, b, s)]. For other weights, points are counted by dynamic programming over the
 * coordinates, at a cost of d times the number of values that ⟨w, x⟩ can take.
 *
 * <p>Coefficients are counted in whole numbers of any length and rounded once, so that doubles are right to the last place,
 * for any d; the cost for weights of ±1 grows with d². The bias acts through its integer part. Derivations are in the
 * module's documentation, {@code docs/progressive-distillation.md}; for majorities see also O'Donnell, <i>Analysis of
 * Boolean Functions</i> (2014), section 5.3. Immutable.
 *
 * <pre>{@code
 * import dev.retort.theory.progressive.*;
 * ThresholdUnit majority = ThresholdUnit.of(11, 0); // of eleven coordinates, all of the same weight
 * double third = majority.coefficientOfSize(3); // -0.013671875
 * String exactly = majority.exactCoefficientOfSize(3).toString(); // the same as a fraction
 * ThresholdUnit unit = ThresholdUnit.of(new int[] {3, -1, 2, 2, 1, -3}, 1);
 * double onSet = unit.coefficient(0, 2, 3); // -0.015625
 * double onNothing = unit.reluCoefficient(); // 2.703125, its mean
 * }</pre>
 */
public final class ThresholdUnit {

    private final int[] weights;
    private final double bias;
    private final boolean signs;

    private ThresholdUnit(int[] weights, double bias) {
        this.weights = weights;
        this.bias = bias;
        this.signs = Arrays.stream(weights).allMatch(w -> Math.abs(w) == 1);
    }

    /**
     * The unit whose weights are all 1.
     *
     * @param dimension the number d of coordinates, at least 1
     * @param bias b, finite
     * @return the unit
     * @throws IllegalArgumentException if {@code dimension < 1}, or the bias is NaN or infinite
     */
    public static ThresholdUnit of(int dimension, double bias) {
        int[] weights = new int[atLeastOne("dimension", dimension)];
        Arrays.fill(weights, 1);
        return new ThresholdUnit(weights, finite("bias", bias));
    }

    /**
     * The unit of given weights.
     *
     * @param weights w, whole numbers, at least one; copied
     * @param bias b, finite
     * @return the unit
     * @throws IllegalArgumentException if there are no weights, or the bias is NaN or infinite
     */
    public static ThresholdUnit of(int[] weights, double bias) {
        atLeastOne("weights.length", notNull("weights", weights).length);
        return new ThresholdUnit(weights.clone(), finite("bias", bias));
    }

    /**
     * The number of coordinates.
     *
     * @return d
     */
    public int dimension() {
        return weights.length;
    }

    /**
     * The weights.
     *
     * @return a copy of w
     */
    public int[] weights() {
        return weights.clone();
    }

    /**
     * The bias.
     *
     * @return b
     */
    public double bias() {
        return bias;
    }

    /**
     * The Fourier coefficient of the threshold unit, E[1{⟨w, x⟩ + b ≥ 0} χ_A(x)].
     *
     * @param set A, coordinates from 0, each once, in any order; none for the probability that the unit is on
     * @return the coefficient, rounded once
     * @throws IllegalArgumentException if a coordinate is out of range or occurs twice
     */
    public double coefficient(int... set) {
        return coefficient(CoordinateSet.of("set", weights.length, set));
    }

    /**
     * The Fourier coefficient of the threshold unit, as a fraction.
     *
     * @param set A, as in {@link #coefficient}
     * @return the coefficient, exactly
     * @throws IllegalArgumentException if a coordinate is out of range or occurs twice
     */
    public BigFraction exactCoefficient(int... set) {
        return Dyadic.fraction(count(CoordinateSet.of("set", weights.length, set)), weights.length);
    }

    double coefficient(CoordinateSet set) {
        return Dyadic.toDouble(count(set), weights.length);
    }

    /**
     * H(d, b, s): the coefficient on any set of one size if all weights are 1. For weights of ±1, multiply it by χ_A(w), the product of the
     * weights in the set.
     *
     * @param size s, from 0 to d
     * @return the coefficient, rounded once
     * @throws IllegalArgumentException if the size is out of range
     * @throws IllegalStateException if a weight is not +1 or −1
     */
    public double coefficientOfSize(int size) {
        return Dyadic.toDouble(checkedCount(size), weights.length);
    }

    /**
     * H(d, b, s) as a fraction.
     *
     * @param size s, from 0 to d
     * @return the coefficient, exactly
     * @throws IllegalArgumentException if the size is out of range
     * @throws IllegalStateException if a weight is not +1 or −1
     */
    public BigFraction exactCoefficientOfSize(int size) {
        return Dyadic.fraction(checkedCount(size), weights.length);
    }

    /**
     * The Fourier coefficient of the ReLU unit, E[(⟨w, x⟩ + b)₊ χ_A(x)].
     *
     * @param set A, as in {@link #coefficient}; none for the mean of the unit
     * @return the coefficient, to within two units in the last place
     * @throws IllegalArgumentException if a coordinate is out of range or occurs twice
     */
    public double reluCoefficient(int... set) {
        return Dyadic.toDouble(exactReluCoefficient(set));
    }

    /**
     * The Fourier coefficient of the ReLU unit, as a fraction.
     *
     * @param set A, as in {@link #coefficient}
     * @return the coefficient, exact for the double that the bias is
     * @throws IllegalArgumentException if a coordinate is out of range or occurs twice
     */
    public BigFraction exactReluCoefficient(int... set) {
        return exactReluCoefficient(CoordinateSet.of("set", weights.length, set));
    }

    BigFraction exactReluCoefficient(CoordinateSet set) {
        // (⟨w, x⟩ + b)₊ is the threshold unit times Σ w_i x_i + b, and x_i shifts a coefficient from A to A ∆ {i}.
        BigInteger whole = BigInteger.ZERO;
        BigInteger onSet;
        if (signs) {
            int s = set.size();
            BigInteger smaller = s == 0 ? BigInteger.ZERO : countOfSize(s - 1).multiply(BigInteger.valueOf(s));
            BigInteger larger = s == weights.length
                    ? BigInteger.ZERO
                    : countOfSize(s + 1).multiply(BigInteger.valueOf(weights.length - s));
            BigInteger sign = BigInteger.valueOf(signOf(set));
            whole = smaller.add(larger).multiply(sign);
            onSet = countOfSize(s).multiply(sign);
        } else {
            onSet = BigInteger.ZERO;
            for (Map.Entry<Long, BigInteger> entry : signedCounts(set).entrySet()) {
                if (isOn(entry.getKey())) {
                    whole = whole.add(entry.getValue().multiply(BigInteger.valueOf(entry.getKey())));
                    onSet = onSet.add(entry.getValue());
                }
            }
        }
        BigFraction ofBias = Dyadic.fraction(bias).multiply(Dyadic.fraction(onSet, weights.length));
        return Dyadic.fraction(whole, weights.length).add(ofBias);
    }

    /**
     * The power of the threshold unit on one level: the sum of its squared coefficients on all sets of a size. The powers on all levels add
     * up to the probability that the unit is on (Parseval).
     *
     * @param size s, from 0 to d
     * @return C(d, s) H(d, b, s)², rounded once
     * @throws IllegalArgumentException if the size is out of range
     * @throws IllegalStateException if a weight is not +1 or −1
     */
    public double levelPower(int size) {
        BigInteger count = checkedCount(size);
        return levelPower(size, count);
    }

    private double levelPower(int size, BigInteger count) {
        BigInteger squares = count.multiply(count).multiply(Dyadic.binomial(weights.length, size));
        return Dyadic.toDouble(squares, 2 * weights.length);
    }

    /**
     * The noise stability of the threshold unit, E[g(x) g(y)] = Σ_s r^s C(d, s) H(d, b, s)², where y_i = x_i with probability
     * (1 + r)/2 and −x_i otherwise.
     *
     * @param correlation r, from −1 to 1
     * @return the stability
     * @throws IllegalArgumentException if the correlation is out of range
     * @throws IllegalStateException if a weight is not +1 or −1; {@link BooleanFunction} computes it for any unit of up to 24 coordinates
     */
    public double noiseStability(double correlation) {
        double r = FourierExpansion.correlation(correlation);
        requireSigns();
        CompensatedSum sum = new CompensatedSum();
        sum.add(levelPower(0, countOfSize(0)));
        if (isMixed()) {
            Krawtchouk levels = new Krawtchouk();
            for (int s = 1; s <= weights.length; s++) {
                sum.add(Math.pow(r, s) * levelPower(s, levels.next()));
            }
        }
        return sum.value();
    }

    /**
     * The value of the threshold unit at a point.
     *
     * @param x a point of the cube
     * @return 1 if ⟨w, x⟩ + b ≥ 0, else 0
     * @throws IllegalArgumentException if x is not of length d, or an entry is not +1 or −1
     */
    public double value(double... x) {
        return isOn(product(x)) ? 1 : 0;
    }

    /**
     * The value of the ReLU unit at a point.
     *
     * @param x a point of the cube
     * @return (⟨w, x⟩ + b)₊
     * @throws IllegalArgumentException if x is not of length d, or an entry is not +1 or −1
     */
    public double reluValue(double... x) {
        return Math.max(0, product(x) + bias);
    }

    private long product(double[] x) {
        Cube.point("x", x, weights.length);
        long product = 0;
        for (int i = 0; i < x.length; i++) {
            product += x[i] > 0 ? weights[i] : -(long) weights[i];
        }
        return product;
    }

    /** Whether the unit is on at a given ⟨w, x⟩; compared with −⌊b⌋, as the sum with the bias could round up to 0. */
    private boolean isOn(long product) {
        return product >= -Math.floor(bias);
    }

    private BigInteger checkedCount(int size) {
        requireSigns();
        if (size < 0 || size > weights.length) {
            throw refusal("size", size, "is not between 0 and the dimension, " + weights.length);
        }
        return countOfSize(size);
    }

    private void requireSigns() {
        if (!signs) {
            int i = IntStream.range(0, weights.length)
                    .filter(k -> Math.abs(weights[k]) != 1)
                    .findFirst()
                    .orElseThrow();
            throw new IllegalStateException("weights[" + i + "] is " + weights[i]
                    + ", not +1 or -1, so that sets of one size have different coefficients; use coefficient(set)");
        }
    }

    /** 2^d times the coefficient on a set. */
    private BigInteger count(CoordinateSet set) {
        if (signs) {
            BigInteger count = countOfSize(set.size());
            return signOf(set) < 0 ? count.negate() : count;
        }
        BigInteger count = BigInteger.ZERO;
        for (Map.Entry<Long, BigInteger> entry : signedCounts(set).entrySet()) {
            if (isOn(entry.getKey())) {
                count = count.add(entry.getValue());
            }
        }
        return count;
    }

    /** χ_A(w). */
    private int signOf(CoordinateSet set) {
        return Arrays.stream(set.coordinates()).map(i -> weights[i]).reduce(1, (a, b) -> a * b);
    }

    /** The largest number M of coordinates with w_i x_i = −1 for which a unit of weights ±1 is on; −1 for none. */
    private int most() {
        int d = weights.length;
        double floor = Math.max(-d - 1.0, Math.min(d, Math.floor(bias)));
        return Math.floorDiv(d + (int) floor, 2);
    }

    /** Whether a unit of weights ±1 is on at some points and off at others. */
    private boolean isMixed() {
        return most() >= 0 && most() < weights.length;
    }

    /** 2^d H(d, b, s). */
    private BigInteger countOfSize(int size) {
        if (size == 0) {
            return Dyadic.cumulativeBinomial(weights.length, most());
        }
        if (!isMixed()) {
            return BigInteger.ZERO;
        }
        Krawtchouk levels = new Krawtchouk();
        BigInteger level = levels.next();
        for (int s = 2; s <= size; s++) {
            level = levels.next();
        }
        return level;
    }

    /** K_M(0; d − 1), K_M(1; d − 1) and so on, by (n − x) K_M(x + 1) = (n − 2M) K_M(x) − x K_M(x − 1). */
    private final class Krawtchouk {

        private final int n = weights.length - 1;
        private final int m = most();
        private int x;
        private BigInteger previous = BigInteger.ZERO;
        private BigInteger current = Dyadic.binomial(n, m);

        BigInteger next() {
            BigInteger value = current;
            if (x < n) {
                BigInteger after = current.multiply(BigInteger.valueOf(n - 2L * m))
                        .subtract(previous.multiply(BigInteger.valueOf(x)));
                previous = current;
                current = after.divide(BigInteger.valueOf(n - x));
                x++;
            }
            return value;
        }
    }

    /** For every value of ⟨w, x⟩, the sum of χ_A(x) over the points with this value. */
    private Map<Long, BigInteger> signedCounts(CoordinateSet set) {
        Map<Long, BigInteger> counts = Map.of(0L, BigInteger.ONE);
        for (int i = 0; i < weights.length; i++) {
            long weight = weights[i];
            boolean negative = set.contains(i);
            Map<Long, BigInteger> longer = new HashMap<>(2 * counts.size());
            counts.forEach((value, count) -> {
                longer.merge(value + weight, count, BigInteger::add);
                longer.merge(value - weight, negative ? count.negate() : count, BigInteger::add);
            });
            counts = longer;
        }
        return counts;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ThresholdUnit that
                && Arrays.equals(weights, that.weights)
                && Double.compare(bias, that.bias) == 0;
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(weights) + Double.hashCode(bias);
    }

    @Override
    public String toString() {
        String w = weights.length <= 8
                ? Arrays.toString(weights)
                : "[" + weights[0] + ", " + weights[1] + ", ... " + weights.length + " weights]";
        return String.format(Locale.ROOT, "threshold unit, weights %s, bias %s", w, bias);
    }
}
