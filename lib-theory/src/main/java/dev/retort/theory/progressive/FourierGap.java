package dev.retort.theory.progressive;

import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import java.math.BigInteger;
import org.apache.commons.math3.fraction.BigFraction;

/**
 * How clearly the first gradient step on a sparse parity separates the coordinates of its support from the others. A neuron
 * a·ReLU(⟨w, x⟩ + b) with weights of ±1 that is trained on −f(x) χ_S(x), |S| = k, has a population gradient of size
 * |a| |H(d, b, k − 1)| in the weights of the support and |a| |H(d, b, k + 1)| in the others (see {@link ThresholdUnit} for
 * H); the Fourier gap is the difference
 *
 * <pre>
 *     γ_k(d, b) = |H(d, b, k − 1)| − |H(d, b, k + 1)|
 * </pre>
 *
 * <p>For d odd, |b| &lt; 1 and k even the gap is |H(d, b, k − 1)| (d − 2k + 1)/(d − k): positive from d = 2k on, and negative below, where
 * the gradient is larger off the support. For d odd, |b| &lt; 1 and k odd ≥ 3 both coefficients are 0, and another bias is needed. For k
 * even and large d the gap falls as d^(−(k−1)/2), see {@link #leadingOrder}, so that 1/γ² grows as d^(k−1), like the number of samples that
 * one-shot learning needs.
 *
 * <p>Source: Panigrahi, Liu, Malladi, Risteski and Goel, <i>Progressive distillation induces an implicit curriculum</i>
 * (ICLR 2025, arXiv 2410.05464), who define the gap; the closed form is derived in the module's documentation, {@code
 * docs/progressive-distillation.md}. Exact for every d. Immutable.
 *
 * <pre>{@code
 * import dev.retort.theory.progressive.*;
 * FourierGap gap = FourierGap.of(50, 6);
 * double inside = gap.supportCoefficient(); // 7.31e-5
 * double outside = gap.otherCoefficient(); // 8.13e-6
 * double gamma = gap.gap(); // 6.50e-5
 * double least = FourierGap.of(7, 6).gap(); // -0.125
 * }</pre>
 */
public final class FourierGap {

    private final int size;
    private final ThresholdUnit unit;

    private FourierGap(int size, ThresholdUnit unit) {
        this.size = size;
        this.unit = unit;
    }

    /**
     * The gap of a neuron without bias.
     *
     * @param dimension d, at least 2
     * @param size k, the size of the support, from 1 to d − 1
     * @return the gap
     * @throws IllegalArgumentException if a number is out of range
     */
    public static FourierGap of(int dimension, int size) {
        return of(dimension, size, 0);
    }

    /**
     * The gap of a neuron.
     *
     * @param dimension d, at least 2
     * @param size k, the size of the support, from 1 to d − 1
     * @param bias b, finite
     * @return the gap
     * @throws IllegalArgumentException if a number is out of range
     */
    public static FourierGap of(int dimension, int size, double bias) {
        ThresholdUnit unit = ThresholdUnit.of(dimension, bias);
        if (size < 1 || size > dimension - 1) {
            throw refusal("size", size, "is not between 1 and one less than the dimension, " + (dimension - 1));
        }
        return new FourierGap(size, unit);
    }

    /**
     * The gap of a neuron without bias on a task.
     *
     * @param task the parity, whose support is not all of the coordinates
     * @return the gap
     * @throws IllegalArgumentException if the support has all coordinates
     */
    public static FourierGap of(SparseParity task) {
        return of(notNull("task", task).dimension(), task.size());
    }

    /**
     * The dimension of the cube.
     *
     * @return d
     */
    public int dimension() {
        return unit.dimension();
    }

    /**
     * The size of the support.
     *
     * @return k
     */
    public int size() {
        return size;
    }

    /**
     * The neuron's threshold unit, with weights all 1.
     *
     * @return the unit, of dimension d and bias b
     */
    public ThresholdUnit unit() {
        return unit;
    }

    /**
     * The size of the gradient with respect to a weight of the support, for |a| = 1.
     *
     * @return |H(d, b, k − 1)|
     */
    public double supportCoefficient() {
        return Math.abs(unit.coefficientOfSize(size - 1));
    }

    /**
     * The size of the gradient with respect to any other weight, for |a| = 1.
     *
     * @return |H(d, b, k + 1)|
     */
    public double otherCoefficient() {
        return Math.abs(unit.coefficientOfSize(size + 1));
    }

    /**
     * The gap.
     *
     * @return γ_k(d, b), to within two units in the last place; negative where the gradient is larger off the support
     */
    public double gap() {
        return Dyadic.toDouble(exactGap());
    }

    /**
     * The gap as a fraction.
     *
     * @return γ_k(d, b), exactly
     */
    public BigFraction exactGap() {
        return absolute(unit.exactCoefficientOfSize(size - 1))
                .subtract(absolute(unit.exactCoefficientOfSize(size + 1)));
    }

    private static BigFraction absolute(BigFraction fraction) {
        return fraction.getNumerator().compareTo(BigInteger.ZERO) < 0 ? fraction.negate() : fraction;
    }

    /**
     * The leading order of the gap of a majority for large d.
     *
     * @return (k − 3)!! / √(2π) · d^(−(k − 1)/2), where (−1)!! = 1; its relative error is O(1/d)
     * @throws IllegalStateException if k is odd, or b is not in the range in which the unit is a majority: |b| &lt; 1 for d
     *     odd, −2 ≤ b &lt; 2 for d even
     */
    public double leadingOrder() {
        double b = unit.bias();
        boolean majority = dimension() % 2 == 1 ? b >= -1 && b < 1 : b >= -2 && b < 2;
        if (size % 2 != 0 || !majority) {
            throw new IllegalStateException("The limit is known for even sizes and majorities, not for size " + size
                    + ", dimension " + dimension() + ", bias " + b + "; see gap()");
        }
        double factor = 1 / Math.sqrt(2 * Math.PI);
        double d = dimension();
        for (int i = 1; i < size; i += 2) {
            factor *= Math.max(1, i - 2) / d; // (k − 3)!! = 1 · 1 · 3 · 5 …
        }
        return factor * Math.sqrt(d);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FourierGap that && size == that.size && unit.equals(that.unit);
    }

    @Override
    public int hashCode() {
        return 31 * unit.hashCode() + size;
    }

    @Override
    public String toString() {
        return "Fourier gap of parities of " + size + " among " + dimension() + " coordinates, bias " + unit.bias();
    }
}
