package dev.retort.theory.progressive;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.CompensatedSum;
import java.math.BigInteger;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;

/**
 * A kernel κ(⟨x, x'⟩/d) on the cube. Its eigenfunctions are the parities, with an eigenvalue for each size of set,
 *
 * <pre>
 *     λ_s = E[κ(⟨x, 1⟩/d) χ_A(x)],  |A| = s
 * </pre>
 *
 * and the squared norm of a function in its space is Σ_A ĝ(A)²/λ_|A|. That norm is what kernel learners pay for labels
 * ("supervision complexity"): for the exponential kernel a parity of k costs coth(1/d)^(k−1), about d^(k−1), times as much
 * as a linear function, the exponent of one-shot learning again. Derivation: module documentation, {@code
 * docs/progressive-distillation.md}. Immutable.
 *
 * <pre>{@code
 * import dev.retort.theory.progressive.*;
 * DotProductKernel kernel = DotProductKernel.exponential(50);
 * double ratio = kernel.eigenvalue(1) / kernel.eigenvalue(6); // 3.1271e8
 * double ofParity = kernel.squaredNorm(FourierExpansion.parity(50, 0, 1, 2, 3, 4, 5)); // 1.5482e10
 * }</pre>
 */
public final class DotProductKernel {

    private final int dimension;
    private final String name;
    private final IntToDoubleFunction eigenvalues;

    private static final int LARGEST = 10_000_000;

    private DotProductKernel(int dimension, String name, IntToDoubleFunction eigenvalues) {
        this.dimension = dimension;
        this.name = name;
        this.eigenvalues = eigenvalues;
    }

    /**
     * The kernel exp(⟨x, x'⟩/d): λ_s = cosh(1/d)^(d−s) sinh(1/d)^s, to full precision.
     *
     * @param dimension d, at least 1
     * @return the kernel
     * @throws IllegalArgumentException if {@code dimension < 1}
     */
    public static DotProductKernel exponential(int dimension) {
        double inverse = 1.0 / atLeastOne("dimension", dimension);
        return new DotProductKernel(
                dimension,
                "exponential",
                s -> Math.pow(Math.cosh(inverse), dimension - s) * Math.pow(Math.sinh(inverse), s));
    }

    /**
     * The kernel Σ_j a_j t^j, t = ⟨x, x'⟩/d, to full precision: all terms of an eigenvalue are positive.
     *
     * @param dimension d, at least 1
     * @param coefficients a, a_0 first, at least one, each at least 0
     * @return the kernel
     * @throws IllegalArgumentException if {@code dimension < 1}, there is no coefficient, or one is negative, NaN or infinite
     */
    public static DotProductKernel polynomial(int dimension, double... coefficients) {
        atLeastOne("dimension", dimension);
        double[] a = notNull("coefficients", coefficients).clone();
        atLeastOne("coefficients.length", a.length);
        for (int j = 0; j < a.length; j++) {
            nonNegative("coefficients[" + j + "]", a[j]);
        }
        return new DotProductKernel(dimension, "polynomial", s -> {
            double[] moments = moments(dimension, s, a.length);
            double sum = 0;
            for (int j = 0; j < a.length; j++) {
                sum += a[j] * moments[j];
            }
            return sum;
        });
    }

    /**
     * E[t^j χ_A] for j below a number, t the mean of the coordinates, |A| = s: of (t + x_i/d)^j the even powers of x_i
     * remain off the set and the odd ones on it.
     */
    private static double[] moments(int dimension, int s, int count) {
        double[] moments = new double[count];
        moments[0] = 1;
        for (int i = 0; i < dimension; i++) {
            double[] next = new double[count];
            for (int j = 0; j < count; j++) {
                double weight = 1; // C(j, l) d^−l
                for (int l = 0; l <= j; l++) {
                    next[j] += l % 2 == (i < s ? 1 : 0) ? weight * moments[j - l] : 0;
                    weight *= (j - l) / ((l + 1.0) * dimension);
                }
            }
            moments = next;
        }
        return moments;
    }

    /**
     * Any kernel, by λ_s = 2^−d Σ_m K_m(s; d) κ(1 − 2m/d). Terms cancel: the absolute error is a few units in the last place of the
     * largest |κ|, so that small eigenvalues are lost; {@link #polynomial} keeps them.
     *
     * @param dimension d, at least 1
     * @param function κ, finite on [−1, 1]
     * @return the kernel
     * @throws IllegalArgumentException if {@code dimension < 1} or more than ten million, or κ is NaN or infinite at one of the d + 1 points
     */
    public static DotProductKernel of(int dimension, DoubleUnaryOperator function) {
        if (atLeastOne("dimension", dimension) > LARGEST) {
            throw refusal(
                    "dimension",
                    dimension,
                    "is more than " + LARGEST + ", for κ is taken at as many points; polynomial takes any");
        }
        double[] values = new double[dimension + 1];
        notNull("function", function);
        for (int m = 0; m <= dimension; m++) {
            values[m] = function.applyAsDouble(1 - 2.0 * m / dimension);
        }
        finite("function", values);
        return new DotProductKernel(dimension, "function", s -> {
            // K_m(s; d) for m = 0, 1, … by (m + 1) K_{m+1} = (d − 2s) K_m − (d − m + 1) K_{m−1}.
            CompensatedSum sum = new CompensatedSum();
            BigInteger previous = BigInteger.ZERO;
            BigInteger current = BigInteger.ONE;
            for (int m = 0; m <= dimension; m++) {
                sum.add(Dyadic.toDouble(current, dimension) * values[m]);
                BigInteger next = current.multiply(BigInteger.valueOf(dimension - 2L * s))
                        .subtract(previous.multiply(BigInteger.valueOf(dimension - m + 1L)))
                        .divide(BigInteger.valueOf(m + 1L));
                previous = current;
                current = next;
            }
            return sum.value();
        });
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
     * An eigenvalue; there are C(d, s) of that size.
     *
     * @param size s, from 0 to d
     * @return λ_s
     * @throws IllegalArgumentException if the size is out of range
     */
    public double eigenvalue(int size) {
        if (size < 0 || size > dimension) {
            throw refusal("size", size, "is not between 0 and the dimension, " + dimension);
        }
        return eigenvalues.applyAsDouble(size);
    }

    /**
     * The squared norm of a function in the kernel's space.
     *
     * @param function g, of as many coordinates
     * @return Σ_A ĝ(A)²/λ_|A|; infinite if g has a term of eigenvalue 0, which the space does not have
     * @throws IllegalArgumentException if the dimensions differ
     */
    public double squaredNorm(FourierExpansion function) {
        FourierExpansion.ofDimension("function", function, dimension);
        CompensatedSum sum = new CompensatedSum();
        for (Map.Entry<CoordinateSet, Double> term : function.coefficients().entrySet()) {
            sum.add(term.getValue()
                    * term.getValue()
                    / Math.max(0, eigenvalue(term.getKey().size())));
        }
        return sum.value();
    }

    @Override
    public String toString() {
        return name + " kernel on the cube of dimension " + dimension;
    }
}
