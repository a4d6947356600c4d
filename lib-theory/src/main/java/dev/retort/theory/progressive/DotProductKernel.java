package dev.retort.theory.progressive;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.CompensatedSum;
import dev.retort.core.internal.FirstEntries;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A kernel κ(⟨x, x'⟩/d) on the cube. Its eigenfunctions are the parities, with an eigenvalue for each size of set,
 *
 * <pre>
 *     λ_s = E[κ(⟨x, 1⟩/d) χ_A(x)],  |A| = s
 * </pre>
 *
 * and the squared norm of a function in its space is Σ_A ĝ(A)²/λ_|A|. This norm measures how hard labels are for a kernel learner
 * ("supervision complexity"): with the exponential kernel, that of a parity of k coordinates is coth(1/d)^(k−1), about d^(k−1), times that
 * of a linear function, which is the exponent of one-shot learning as well. Derivation: module documentation,
 * {@code docs/progressive-distillation.md}. Immutable.
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

    /** What defines the kernel beside name and dimension: coefficients, or values at d + 1 points; may be empty. */
    private final double[] numbers;

    private final IntFunction<Eigenvalue> eigenvalues;

    private static final int LARGEST = 10_000_000;

    /** An eigenvalue, and a bound on its error by cancellation; 0 if nothing cancels. */
    private static final class Eigenvalue {

        private final double value;
        private final double error;

        private Eigenvalue(double value, double error) {
            this.value = value;
            this.error = error;
        }
    }

    private DotProductKernel(int dimension, String name, double[] numbers, IntFunction<Eigenvalue> eigenvalues) {
        this.dimension = dimension;
        this.name = name;
        this.numbers = numbers;
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
        // By logarithms: cosh(1/d) and d sinh(1/d) are near 1, and their powers would lose digits.
        double square = 1.0 / atLeastOne("dimension", dimension) / dimension;
        double logOfCosh = Math.log1p(beyondOne(square, 2));
        double logOfSinh = Math.log1p(beyondOne(square, 3));
        return new DotProductKernel(
                dimension,
                "exponential kernel",
                new double[0],
                s -> new Eigenvalue(
                        Math.pow(dimension, -s) * Math.exp((dimension - s) * logOfCosh + s * logOfSinh), 0));
    }

    /** The series x²/first! + …, from x²: cosh x − 1 for first = 2, sinh(x)/x − 1 for first = 3. */
    private static double beyondOne(double square, int first) {
        double term = square / (first * (first - 1));
        double sum = 0;
        for (int j = first + 2; sum + term != sum; j += 2) {
            sum += term;
            term *= square / (j * (j - 1));
        }
        return sum;
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
        return new DotProductKernel(dimension, "polynomial kernel of coefficients " + FirstEntries.of(a), a, s -> {
            double[] moments = moments(dimension, s, a.length);
            double sum = 0;
            for (int j = 0; j < a.length; j++) {
                sum += a[j] * moments[j];
            }
            return new Eigenvalue(sum, 0);
        });
    }

    /**
     * E[t^j χ_A] for j below a count, where t is the mean of the coordinates and |A| = s. Coordinates are added one at a time: in (t +
     * x_i/d)^j only the even powers of x_i contribute if i is not in A, and only the odd powers if it is.
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
     * Any kernel, by λ_s = 2^−d Σ_m K_m(s; d) κ(1 − 2m/d). Terms of different sign cancel: even if κ is accurate to the last digit, the
     * absolute error is up to 2^−51 times the sum of the terms' absolute values, which is at most 4.5e-16 times the largest |κ|. A smaller
     * eigenvalue is only rounding error, and {@link #squaredNorm} refuses to divide by it; {@link #exponential} and {@link #polynomial}
     * have no cancellation and compute every eigenvalue accurately.
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
                    "is more than " + LARGEST
                            + ", as κ is evaluated at d + 1 points; polynomial(…) takes any dimension");
        }
        double[] values = new double[dimension + 1];
        notNull("function", function);
        for (int m = 0; m <= dimension; m++) {
            double product = 1 - 2.0 * m / dimension;
            values[m] = finite("function", product, function.applyAsDouble(product));
        }
        return new DotProductKernel(dimension, "kernel of a function", values, s -> {
            // K_m(s; d) for m = 0, 1, … by (m + 1) K_{m+1} = (d − 2s) K_m − (d − m + 1) K_{m−1}.
            CompensatedSum sum = new CompensatedSum();
            double sizes = 0;
            BigInteger previous = BigInteger.ZERO;
            BigInteger current = BigInteger.ONE;
            for (int m = 0; m <= dimension; m++) {
                double term = Dyadic.toDouble(current, dimension) * values[m];
                sum.add(term);
                sizes += Math.abs(term);
                BigInteger next = current.multiply(BigInteger.valueOf(dimension - 2L * s))
                        .subtract(previous.multiply(BigInteger.valueOf(dimension - m + 1L)))
                        .divide(BigInteger.valueOf(m + 1L));
                previous = current;
                current = next;
            }
            return new Eigenvalue(sum.value(), Math.scalb(sizes, -51));
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
     * The eigenvalue of sets of one size; its multiplicity is C(d, s).
     *
     * @param size s, from 0 to d
     * @return λ_s; for kernels made by {@link #of} to within the absolute error stated there, so that a smaller eigenvalue may come out as
     *     0 or negative
     * @throws IllegalArgumentException if the size is out of range
     */
    public double eigenvalue(int size) {
        if (size < 0 || size > dimension) {
            throw refusal("size", size, "is not between 0 and the dimension, " + dimension);
        }
        return eigenvalues.apply(size).value;
    }

    /**
     * The squared norm of a function in the kernel's space.
     *
     * @param function g, in the same dimension
     * @return Σ_A ĝ(A)²/λ_|A|; infinite if g has a term whose eigenvalue is 0: such functions are not in the space
     * @throws IllegalArgumentException if the dimensions differ
     * @throws IllegalStateException if an eigenvalue that is needed is within its rounding error, or is negative, which no kernel's
     *     eigenvalue is
     */
    public double squaredNorm(FourierExpansion function) {
        FourierExpansion.ofDimension("function", function, dimension);
        CompensatedSum sum = new CompensatedSum();
        for (Map.Entry<CoordinateSet, Double> term : function.coefficients().entrySet()) {
            int size = term.getKey().size();
            sum.add(term.getValue() * term.getValue() / accurate(size));
        }
        return sum.value();
    }

    /** The eigenvalue, if it is not negative and larger than its rounding error, so that it can be divided by. */
    private double accurate(int size) {
        Eigenvalue eigenvalue = eigenvalues.apply(size);
        if (eigenvalue.value < -eigenvalue.error) {
            throw new IllegalStateException("The function is not a kernel on the cube of dimension " + dimension
                    + ": its eigenvalue for sets of " + size + " is negative, " + eigenvalue.value);
        }
        if (eigenvalue.error > 0 && eigenvalue.value <= eigenvalue.error) {
            throw new IllegalStateException("The eigenvalue for sets of " + size + ", " + eigenvalue.value
                    + ", is within its rounding error, " + eigenvalue.error
                    + ", because its terms cancel; use exponential(" + dimension
                    + ") or polynomial(…), which compute it without cancellation");
        }
        return eigenvalue.value;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        // Kernels of functions are equal if the functions have the same values on the cube.
        return other instanceof DotProductKernel that
                && dimension == that.dimension
                && name.equals(that.name)
                && Arrays.equals(numbers, that.numbers);
    }

    @Override
    public int hashCode() {
        return Objects.hash(dimension, name, Arrays.hashCode(numbers));
    }

    @Override
    public String toString() {
        return name + " on the cube of dimension " + dimension;
    }
}
