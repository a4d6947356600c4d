package dev.retort.theory.progressive;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.betweenZeroAndOne;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.refusal;

import java.math.BigInteger;

/**
 * Bounds on what it takes to find the support of a parity of k among d coordinates: every gradient learner needs a number of queries of the
 * order of C(d, k), although log₂ C(d, k) labels contain the information. Immutable.
 *
 * <p>The exponents are claims of Panigrahi, Liu, Malladi, Risteski and Goel (ICLR 2025, arXiv 2410.05464); the bounds are derived
 * in the module's documentation, {@code docs/progressive-distillation.md}.
 *
 * <pre>{@code
 * import dev.retort.theory.progressive.*;
 * ParityLearning learning = ParityLearning.of(50, 6);
 * double queries = learning.statisticalQueries(0.01, 0.5); // 794.5
 * double labels = learning.exhaustiveSearchSamples(0.05); // 28.2
 * }</pre>
 */
public final class ParityLearning {

    /** Beyond this size, counting the supports exactly takes seconds. */
    private static final int LARGEST = 100_000;

    private final int dimension;
    private final int size;
    private final BigInteger supports;

    private ParityLearning(int dimension, int size) {
        this.dimension = dimension;
        this.size = size;
        this.supports = Dyadic.binomial(dimension, size);
    }

    /**
     * Parities of one size.
     *
     * @param dimension d, at least 1
     * @param size k, from 1 to d
     * @return the bounds
     * @throws IllegalArgumentException if a number is out of range, or k and d − k are both more than 100,000
     */
    public static ParityLearning of(int dimension, int size) {
        atLeastOne("dimension", dimension);
        if (size < 1 || size > dimension) {
            throw refusal("size", size, "is not between 1 and the dimension, " + dimension);
        }
        if (Math.min(size, dimension - size) > LARGEST) {
            throw refusal(
                    "size",
                    size,
                    "is more than " + LARGEST + " from 0 and from the dimension, " + dimension
                            + ": the supports are too many to be counted");
        }
        return new ParityLearning(dimension, size);
    }

    /**
     * The number of supports.
     *
     * @return C(d, k); infinite beyond the largest double
     */
    public double supports() {
        return Dyadic.toDouble(supports, 0);
    }

    /**
     * The exponent of d in the number of samples that learning from the parity's labels alone, in one shot, needs: Ω(d^(k−1)). A claim of
     * the paper, up to logarithms and factors of k and ε; the explicit counterpart is {@link SupportRecovery#oneShot}.
     *
     * @return k − 1
     */
    public int oneShotExponent() {
        return size - 1;
    }

    /**
     * The exponent of d in the number of samples that a student needs if it learns from an unfinished teacher first: Θ̃(d²). A claim of the
     * paper, up to logarithms and factors of k and ε; explicit counterparts are {@link SupportRecovery#linear} and {@link
     * SupportRecovery#l1LeakageSamples}.
     *
     * @return 2
     */
    public int twoShotExponent() {
        return 2;
    }

    /**
     * The least number of statistical queries that find a uniformly drawn support with a given probability; a query returns E q(x, y), q in
     * [−1, 1], up to a tolerance. A gradient step on r parameters counts as r queries; a batch of B samples behaves like a tolerance of
     * 1/√B.
     *
     * @param tolerance τ, greater than 0 and at most 1
     * @param success p, greater than 0 and at most 1
     * @return τ² (p C(d, k) − 1), and 0 if that is negative, where a guess without queries succeeds as often
     * @throws IllegalArgumentException if a number is out of range
     */
    public double statisticalQueries(double tolerance, double success) {
        positiveUpToOne("tolerance", tolerance);
        positiveUpToOne("success", success);
        // C(d, k) divided by a power of 2, by which the tolerances are multiplied: C(d, k) may overflow a double, and
        // τ² underflow it.
        int surplus = surplus();
        double guesses = success * Dyadic.toDouble(supports, surplus) - Math.scalb(1.0, -surplus);
        return Math.max(0, Math.scalb(tolerance, surplus / 2) * guesses * Math.scalb(tolerance, surplus - surplus / 2));
    }

    /**
     * The number of labels with which a search through all supports finds the right one with probability 1 − δ.
     *
     * @param failure δ, between 0 and 1, neither included
     * @return log₂(C(d, k)/δ)
     * @throws IllegalArgumentException if δ is out of range
     */
    public double exhaustiveSearchSamples(double failure) {
        betweenZeroAndOne("failure", failure);
        return logOfSupports() - Math.log(failure) / Math.log(2);
    }

    /**
     * A bound for every learner: with n labels, which take 2^n values, no more than 2^n supports can be told apart.
     *
     * @param samples n, at least 0
     * @return min(1, 2^n / C(d, k)), a bound on the probability of finding a uniformly drawn support
     * @throws IllegalArgumentException if n is negative, NaN or infinite
     */
    public double informationSuccess(double samples) {
        return Math.min(1, Math.pow(2, nonNegative("samples", samples) - logOfSupports()));
    }

    /** log₂ C(d, k). */
    private double logOfSupports() {
        int surplus = surplus();
        return surplus + Math.log(Dyadic.toDouble(supports, surplus)) / Math.log(2);
    }

    /** The exponent of the power of 2 to divide the number of supports by, so that it fits in a double. */
    private int surplus() {
        return Math.max(0, supports.bitLength() - 1000);
    }

    private static double positiveUpToOne(String name, double value) {
        if (!(value > 0 && value <= 1)) {
            throw refusal(name, value, "is not greater than 0 and at most 1");
        }
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ParityLearning that && dimension == that.dimension && size == that.size;
    }

    @Override
    public int hashCode() {
        return 31 * dimension + size;
    }

    @Override
    public String toString() {
        return "learning parities of " + size + " among " + dimension + " coordinates";
    }
}
