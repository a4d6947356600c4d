package dev.retort.theory.progressive;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.betweenZeroAndOne;
import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.Locale;
import java.util.Objects;

/**
 * How many samples it takes to find the support of a parity from a degree-1 signal. Labels g with |g| ≤ R have coefficients ĝ({i}) of
 * size at least c on the support S and at most e off it; Δ = c − e &gt; 0. If they are estimated by (1/n) Σ g(x) x_i, every estimate on the
 * support exceeds every estimate off it in size with probability at least 1 − δ, if
 *
 * <pre>
 *     n ≥ (8 R²/Δ²) ln(m (2d − k)/δ)                        (Hoeffding)
 *     n ≥ (8 σ²/Δ² + 8 R/(3Δ)) ln(m (2d − k)/δ)             (Bernstein, E g² ≤ σ²)
 * </pre>
 *
 * where m = 1, or the number of neurons through whose ReLU masks the gradient is seen, if every one of them must find the support. One-shot
 * learning has Δ = γ, the {@link FourierGap}, and n = Θ(d^(k−1) log d); the labels of an unfinished teacher have a Δ that does not depend
 * on d, and n = Θ(log d).
 *
 * <p>The bounds, with their constants, are derived in the module's documentation, {@code docs/progressive-distillation.md};
 * the paper (Panigrahi et al., arXiv 2410.05464) claims only the exponents, see {@link ParityLearning}. Numbers of samples are real; round
 * up if a whole number is needed. Immutable.
 *
 * <pre>{@code
 * import dev.retort.theory.progressive.*;
 * SupportRecovery oneShot = SupportRecovery.oneShot(FourierGap.of(50, 6));
 * double many = oneShot.hoeffdingSamples(0.05); // 1.43e10
 * SupportRecovery twoShot = SupportRecovery.linear(50, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25);
 * double few = twoShot.hoeffdingSamples(0.05); // 2171
 * double fewer = twoShot.bernsteinSamples(0.05); // 482.5
 * }</pre>
 */
public final class SupportRecovery {

    private final int dimension;
    private final int size;
    private final double gap;
    private final double bound;
    private final double variance;
    private final int neurons;

    private SupportRecovery(int dimension, int size, double gap, double bound, double variance, int neurons) {
        this.dimension = dimension;
        this.size = size;
        this.gap = gap;
        this.bound = bound;
        this.variance = variance;
        this.neurons = neurons;
        if (!Double.isFinite(variance)) {
            throw refusal("bound", bound, "has a square beyond the range of double; divide the labels by a constant");
        }
    }

    /**
     * Labels whose gap and bound are known.
     *
     * @param dimension d, at least 1
     * @param size k, the size of the support, from 1 to d
     * @param gap Δ, greater than 0 and at most R
     * @param bound R, greater than 0
     * @return the problem, with σ² = R² and m = 1
     * @throws IllegalArgumentException if a number is out of range, or R² overflows; a gap above R is impossible, as |ĝ| ≤ R
     */
    public static SupportRecovery of(int dimension, int size, double gap, double bound) {
        atLeastOne("dimension", dimension);
        if (size < 1 || size > dimension) {
            throw refusal("size", size, "is not between 1 and the dimension, " + dimension);
        }
        positive("gap", gap);
        if (gap > positive("bound", bound)) {
            throw refusal(
                    "gap", gap, "is more than the bound on the labels, " + bound + "; no coefficient exceeds that");
        }
        return new SupportRecovery(dimension, size, gap, bound, bound * bound, 1);
    }

    /**
     * The labels of a parity, seen through the mask of a neuron: Δ = γ, R = 1, and σ² the probability that the neuron is on.
     *
     * @param gap the neuron's Fourier gap, greater than 0
     * @return the problem, with m = 1
     * @throws IllegalArgumentException if the gap is not positive: then this neuron does not reveal the support
     */
    public static SupportRecovery oneShot(FourierGap gap) {
        return of(notNull("gap", gap).dimension(), gap.size(), positive("gap", gap.gap()), 1)
                .withVariance(gap.unit().coefficient());
    }

    /**
     * Linear labels, Σ_S c_i x_i: Δ = min |c_i|, R = Σ |c_i|, σ² = Σ c_i².
     *
     * @param dimension d
     * @param coefficients c, one for each coordinate of the support, not 0; from 1 to d of them
     * @return the problem, with m = 1
     * @throws IllegalArgumentException if a coefficient is 0, NaN or infinite, or there are none or more than d
     */
    public static SupportRecovery linear(int dimension, double... coefficients) {
        finite("coefficients", notNull("coefficients", coefficients));
        double least = Double.POSITIVE_INFINITY;
        double sum = 0;
        double squares = 0;
        for (double c : coefficients) {
            least = Math.min(least, Math.abs(c));
            sum += Math.abs(c);
            squares += c * c;
        }
        if (least == 0) {
            throw refusal(
                    "coefficients",
                    0.0,
                    "is the coefficient of a coordinate of the support, which then cannot be found");
        }
        atLeastOne("coefficients.length", coefficients.length);
        return of(dimension, coefficients.length, least, sum).withVariance(Math.min(squares, sum * sum));
    }

    /**
     * The one-hot labels of a balanced teacher, sgn(Σ_S x_i) with sgn(0) = 0: Δ = C(k − 1, ⌊k/2⌋) 2^−(k−1), R = 1, σ² the
     * probability that the sum is not 0. So n = Θ(k log d).
     *
     * @param dimension d
     * @param size k, from 1 to d
     * @return the problem, with m = 1
     * @throws IllegalArgumentException if a number is out of range
     */
    public static SupportRecovery oneHot(int dimension, int size) {
        of(dimension, size, 1, 1); // checks
        double gap = Dyadic.toDouble(Dyadic.binomial(size - 1, size / 2), size - 1);
        double ties = size % 2 == 0 ? Dyadic.toDouble(Dyadic.binomial(size, size / 2), size) : 0;
        return of(dimension, size, gap, 1).withVariance(1 - ties);
    }

    /**
     * Any labels: Δ = min_S |ĝ({i})| − max over the others, R = Σ |ĝ(A)|, which bounds the labels, σ² = E g².
     *
     * @param task the parity whose support is to be found
     * @param labels g
     * @return the problem, with m = 1
     * @throws IllegalArgumentException if the dimensions differ, or Δ is not positive
     */
    public static SupportRecovery of(SparseParity task, FourierExpansion labels) {
        FourierExpansion.ofDimension("labels", labels, notNull("task", task).dimension());
        double[] signal = new double[task.dimension()];
        for (int i = 0; i < signal.length; i++) {
            signal[i] = labels.coefficient(i);
        }
        return of(task, signal, labels);
    }

    /**
     * Any labels, seen through the mask of a neuron with weights w and bias b: as for labels alone, with the gradient with respect to w in
     * place of ĝ, see {@link NeuronGradient}.
     *
     * @param unit the neuron
     * @param task the parity whose support is to be found
     * @param labels g
     * @return the problem, with m = 1
     * @throws IllegalArgumentException if dimensions differ, or Δ is not positive
     */
    public static SupportRecovery throughNeuron(ThresholdUnit unit, SparseParity task, FourierExpansion labels) {
        FourierExpansion.ofDimension("labels", labels, notNull("task", task).dimension());
        return of(task, NeuronGradient.of(unit, 1, labels).weights(), labels);
    }

    private static SupportRecovery of(SparseParity task, double[] signal, FourierExpansion labels) {
        double least = Double.POSITIVE_INFINITY;
        double other = 0;
        for (int i = 0; i < signal.length; i++) {
            if (task.isInSupport(i)) {
                least = Math.min(least, Math.abs(signal[i]));
            } else {
                other = Math.max(other, Math.abs(signal[i]));
            }
        }
        double bound = labels.terms().stream()
                .mapToDouble(term -> Math.abs(term.coefficient()))
                .sum();
        return of(task.dimension(), task.size(), positive("gap", least - other), bound)
                .withVariance(Math.min(labels.noiseStability(1), bound * bound));
    }

    /**
     * The same labels plus a residual that has no linear part and is uncorrelated with them, as it is if they are linear. It turns R into
     * R + ρ and σ² into σ² + ρ². For any other residual, take {@link #withResidual(double, double)}, with 0 if there is no linear part.
     *
     * @param largest ρ, a bound on the size of the residual, at least 0
     * @return the problem
     * @throws IllegalArgumentException if the bound is negative, NaN or infinite, or σ² + ρ² overflows
     */
    public SupportRecovery withResidual(double largest) {
        double rho = nonNegative("largest", largest);
        return new SupportRecovery(dimension, size, gap, bound + rho, variance + rho * rho, neurons);
    }

    /**
     * The same labels plus a residual r with a linear part, which turns Δ into Δ − 2 max |r̂({i})|, R into R + ρ and σ² into (σ + ρ)².
     *
     * @param largest ρ, a bound on the size of the residual, at least 0
     * @param largestCoefficient a bound on the size of its coefficients on single coordinates, at least 0 and at most ρ
     * @return the problem
     * @throws IllegalArgumentException if a number is out of range, or so large that no gap is left or (σ + ρ)² overflows
     */
    public SupportRecovery withResidual(double largest, double largestCoefficient) {
        double rho = nonNegative("largest", largest);
        double linear = nonNegative("largestCoefficient", largestCoefficient);
        if (linear > rho || 2 * linear >= gap) {
            throw refusal(
                    "largestCoefficient",
                    linear,
                    "is not at most the bound " + rho + " and less than half of the gap, " + gap / 2);
        }
        double deviation = Math.sqrt(variance) + rho;
        return new SupportRecovery(dimension, size, gap - 2 * linear, bound + rho, deviation * deviation, neurons);
    }

    /**
     * The same labels with a known mean square.
     *
     * @param variance σ², a bound on E g², greater than 0 and at most R²
     * @return the problem
     * @throws IllegalArgumentException if it is out of range
     */
    public SupportRecovery withVariance(double variance) {
        if (positive("variance", variance) > bound * bound) {
            throw refusal("variance", variance, "is more than the square of the bound, " + bound * bound);
        }
        return new SupportRecovery(dimension, size, gap, bound, variance, neurons);
    }

    /**
     * The same labels, seen by several neurons, every one of which must find the support.
     *
     * @param neurons m, at least 1
     * @return the problem
     * @throws IllegalArgumentException if {@code neurons < 1}
     */
    public SupportRecovery withNeurons(int neurons) {
        return new SupportRecovery(dimension, size, gap, bound, variance, atLeastOne("neurons", neurons));
    }

    /**
     * The gap.
     *
     * @return Δ
     */
    public double gap() {
        return gap;
    }

    /**
     * The bound on the labels.
     *
     * @return R
     */
    public double bound() {
        return bound;
    }

    /**
     * The bound on the labels' mean square.
     *
     * @return σ²
     */
    public double variance() {
        return variance;
    }

    /**
     * The number of samples that suffices by Hoeffding's inequality.
     *
     * @param failure δ, between 0 and 1, neither included
     * @return n
     * @throws IllegalArgumentException if δ is out of range
     */
    public double hoeffdingSamples(double failure) {
        return hoeffdingUnit() * logOfTails(failure);
    }

    /**
     * The number of samples that suffices by Bernstein's inequality; smaller if most labels are small.
     *
     * @param failure δ, between 0 and 1, neither included
     * @return n
     * @throws IllegalArgumentException if δ is out of range
     */
    public double bernsteinSamples(double failure) {
        return bernsteinUnit() * logOfTails(failure);
    }

    /**
     * Hoeffding's bound on the probability of failure with a number of samples.
     *
     * @param samples n, at least 0
     * @return a bound on the probability that the support is not found, at most 1
     * @throws IllegalArgumentException if n is negative, NaN or infinite
     */
    public double hoeffdingFailure(double samples) {
        return Math.min(1, tails() * Math.exp(-nonNegative("samples", samples) / hoeffdingUnit()));
    }

    /**
     * Bernstein's bound on the probability of failure with a number of samples.
     *
     * @param samples n, at least 0
     * @return a bound on the probability that the support is not found, at most 1
     * @throws IllegalArgumentException if n is negative, NaN or infinite
     */
    public double bernsteinFailure(double samples) {
        return Math.min(1, tails() * Math.exp(-nonNegative("samples", samples) / bernsteinUnit()));
    }

    private double hoeffdingUnit() {
        double ratio = bound / gap;
        return 8 * ratio * ratio;
    }

    private double bernsteinUnit() {
        return 8 * variance / gap / gap + 8 * bound / (3 * gap);
    }

    /**
     * The number of tails in the union bound: for each neuron, one for each coordinate of the support and two for each other coordinate.
     */
    private double tails() {
        return (double) neurons * (2.0 * dimension - size);
    }

    private double logOfTails(double failure) {
        return Math.log(tails() / betweenZeroAndOne("failure", failure));
    }

    /**
     * The number of samples with which the estimates off the support, whose true coefficients are 0, add up to little: Σ |estimate| ≤ ε
     * with probability at least 1 − δ if n ≥ (2 R² (d − k)²/ε²) ln(2 (d − k)/δ). Up to a logarithm this is of order d²/ε², the order that
     * the paper claims for two-shot learning; that its d² comes from this bound is an interpretation.
     *
     * @param leakage ε, greater than 0
     * @param failure δ, between 0 and 1, neither included
     * @return n; 0 if the support has all coordinates
     * @throws IllegalArgumentException if a number is out of range
     */
    public double l1LeakageSamples(double leakage, double failure) {
        positive("leakage", leakage);
        betweenZeroAndOne("failure", failure);
        double others = dimension - size;
        double ratio = bound * others / leakage;
        return others == 0 ? 0 : 2 * ratio * ratio * Math.log(2 * others / failure);
    }

    /**
     * An estimate, not a bound, of the probability that the k largest gradients of one neuron, trained on n samples of a parity, are those
     * of the support. It takes the gradients for independent Gaussians with means |H(k ∓ 1)| and variances (H(0) − H²)/n. In simulations of
     * d = 21 and 29 it is within 0.08 of the observed share of successes.
     *
     * @param gap the neuron's Fourier gap, of any sign
     * @param samples n, at least 1
     * @return the probability
     * @throws IllegalArgumentException if the samples are out of range
     * @throws IllegalStateException if the neuron is never on, or its gradients have no variance
     */
    public static double gaussianProbability(FourierGap gap, double samples) {
        double on = notNull("gap", gap).unit().coefficient();
        if (!(positive("samples", samples) >= 1)) {
            throw refusal("samples", samples, "is not at least 1");
        }
        FoldedNormal inside = gradient(on, gap.supportCoefficient(), samples);
        FoldedNormal outside = gradient(on, gap.otherCoefficient(), samples);
        if (!(outside.deviation() > 0)) {
            throw new IllegalStateException("The gradients of " + gap + " do not scatter");
        }
        return inside.exceeds(gap.size(), outside, gap.dimension() - gap.size());
    }

    private static FoldedNormal gradient(double on, double mean, double samples) {
        return new FoldedNormal(mean, Math.sqrt((on - mean * mean) / samples));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SupportRecovery that
                && dimension == that.dimension
                && size == that.size
                && Double.compare(gap, that.gap) == 0
                && Double.compare(bound, that.bound) == 0
                && Double.compare(variance, that.variance) == 0
                && neurons == that.neurons;
    }

    @Override
    public int hashCode() {
        return Objects.hash(dimension, size, gap, bound, variance, neurons);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "support of %d among %d coordinates, gap %.4g, labels up to %.4g of mean square %.4g, %d neurons",
                size,
                dimension,
                gap,
                bound,
                variance,
                neurons);
    }
}
