package dev.retort.theory.incontext;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.betweenZeroAndOne;
import static dev.retort.core.internal.Arguments.fromZeroToOne;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

/**
 * The effect on attention of a prompt whose distribution differs from the target's: the bias of its reference weights W₀ = E v φ(κ)ᵀ, and
 * the consequences for answers and risks.
 *
 * <p>The bias <em>is</em> a maximum mean discrepancy, with no constant between them: of the pairs (key, value), in the product kernel ⟨v,
 * v′⟩ k(κ, κ′). In the kernel of the keys alone no constant bounds it, even on bounded sets (the module's documentation has the examples):
 * a prompt whose keys match the target's in every respect that k detects may still be biased, through its values. Other kernels and
 * distances are diagnostics, each with its own constant.
 *
 * <pre>{@code
 * import dev.retort.theory.incontext.*;
 * AttentionDistillation prompt = AttentionDistillation.of(new double[][] {{1}, {-1}}, new double[][] {{1}, {-1}});
 * AttentionDistillation target = AttentionDistillation.of(new double[][] {{0}}, new double[][] {{0}});
 * WeightBias bias = WeightBias.between(prompt.withKernel(Kernel.linear()), target.withKernel(Kernel.linear()));
 * double value = bias.value(); // 1.0
 * double ofKeys = bias.ofKeys(); // 0.0: the keys have the same mean
 * }</pre>
 *
 * <p>The constants are Retort's own; derivations are in the module's documentation. Immutable.
 */
public final class WeightBias {

    private final AttentionDistillation prompt;
    private final AttentionDistillation target;

    private WeightBias(AttentionDistillation prompt, AttentionDistillation target) {
        this.prompt = prompt;
        this.target = target;
    }

    /**
     * The bias of a prompt.
     *
     * @param prompt the demonstrations, P
     * @param target the pairs of keys and values that the prompt should represent, Q, in the same kernel
     * @return the bias of the first against the second
     * @throws IllegalArgumentException if kernels or dimensions differ
     */
    public static WeightBias between(AttentionDistillation prompt, AttentionDistillation target) {
        notNull("prompt", prompt);
        notNull("target", target);
        if (!prompt.kernel().equals(target.kernel())) {
            throw refusal("target", target.kernel(), "is not the kernel of the prompt, " + prompt.kernel());
        }
        length(
                "keys of the target",
                target.keys().dimension(),
                "the dimension of the prompt's",
                prompt.keys().dimension());
        length(
                "values of the target",
                target.values().dimension(),
                "the dimension of the prompt's",
                prompt.values().dimension());
        return new WeightBias(prompt, target);
    }

    /**
     * The bias of the reference weights.
     *
     * @return ‖W₀(P) − W₀(Q)‖, Frobenius
     */
    public double value() {
        return prompt.weights().distance(target.weights());
    }

    /**
     * The discrepancy of the keys in the kernel of attention, whatever their values: a diagnostic, not a bound on the bias.
     *
     * @return MMD of the keys
     */
    public double ofKeys() {
        return distanceOfKeys(prompt.kernel());
    }

    private double distanceOfKeys(Kernel kernel) {
        return Mmd.of(kernel).distance(prompt.keys().rows(), target.keys().rows());
    }

    /**
     * How far the answers of {@linkplain AttentionDistillation#attention attention} are apart.
     *
     * @param query q, shape {@code [d_k]}
     * @return ‖f<sub>P</sub>(q) − f<sub>Q</sub>(q)‖
     * @throws IllegalArgumentException if the query is refused by one of them
     */
    public double ofAttention(double[] query) {
        double[] ofPrompt = prompt.attention(query);
        double[] ofTarget = target.attention(query);
        double sum = 0;
        for (int a = 0; a < ofPrompt.length; a++) {
            sum += (ofPrompt[a] - ofTarget[a]) * (ofPrompt[a] - ofTarget[a]);
        }
        return Math.sqrt(sum);
    }

    /**
     * A bound on {@link #ofAttention}: (√k(q, q)/z<sub>P</sub>)(bias + ‖f<sub>Q</sub>(q)‖ MMD of the keys), where z<sub>P</sub> is the
     * mean of k(κ, q) over the prompt.
     *
     * @param query q, shape {@code [d_k]}
     * @return the bound
     * @throws IllegalArgumentException if the query is refused, or the kernel leaves the range of numbers
     */
    public double attentionBound(double[] query) {
        double[] answer = target.attention(query);
        double[] values =
                prompt.kernel().matrix(new double[][] {query}, prompt.keys().rows())[0];
        double mean = 0;
        for (double value : values) {
            mean += value / values.length;
        }
        double features = Math.sqrt(prompt.kernel().value(query, query));
        return features / mean * (value() + norm(answer) * ofKeys());
    }

    private static double norm(double[] vector) {
        double sum = 0;
        for (double entry : vector) {
            sum += entry * entry;
        }
        return Math.sqrt(sum);
    }

    /**
     * A bound on the effect of the shift on the risk of any weights up to a given norm, |L<sub>P</sub>(W) − L<sub>Q</sub>(W)| for the loss
     * ½‖v − Wφ(κ)‖²: ½B² MMD of the keys in k² + B · bias + ½|E<sub>P</sub>‖v‖² − E<sub>Q</sub>‖v‖²|.
     *
     * @param weightNorm B, at least ‖W‖
     * @return the bound
     * @throws IllegalArgumentException if the norm is NaN, infinite or negative, or the kernel leaves the range of numbers
     */
    public double riskBound(double weightNorm) {
        double b = nonNegative("weightNorm", weightNorm);
        double squared = distanceOfKeys(prompt.kernel().times(prompt.kernel()));
        return b * squared / 2 * b + b * value() + Math.abs(meanSquare(prompt) - meanSquare(target)) / 2;
    }

    private static double meanSquare(AttentionDistillation of) {
        double sum = 0;
        for (double[] value : of.values().rows()) {
            double norm = norm(value);
            sum += norm * norm;
        }
        return sum / of.demonstrations();
    }

    /**
     * A bound on the distance of the reference weights of N independent demonstrations from those of their distribution, which holds with a
     * probability of at least 1 − δ: M/√N + M√(2 ln(1/δ)/N). The first term alone bounds the mean distance. For another target, add {@link
     * #value()} between the distributions.
     *
     * @param bound M, at least ‖v‖‖φ(κ)‖ for all pairs; in the softmax kernel ‖φ(κ)‖ = exp(‖κ‖²/2)
     * @param demonstrations N, at least 1
     * @param delta δ, between 0 and 1
     * @return the bound
     * @throws IllegalArgumentException if an argument is out of its range
     */
    public static double samplingBound(double bound, int demonstrations, double delta) {
        nonNegative("bound", bound);
        double n = atLeastOne("demonstrations", demonstrations);
        betweenZeroAndOne("delta", delta);
        return bound / Math.sqrt(n) + bound * Math.sqrt(2 * Math.log(1 / delta) / n);
    }

    /**
     * A bound on the bias for values v = Aκ in the softmax kernel, by total variation: 2‖A‖ ρ exp(ρ²/2) TV(P, Q).
     *
     * @param valueNorm ‖A‖, the largest singular value
     * @param radius ρ, at least ‖κ‖ for all keys
     * @param distance TV, the largest difference of probabilities, from 0 to 1
     * @return the bound
     * @throws IllegalArgumentException if an argument is NaN or out of its range
     */
    public static double totalVariationBound(double valueNorm, double radius, double distance) {
        fromZeroToOne("distance", distance);
        return 2
                * nonNegative("valueNorm", valueNorm)
                * distance
                * nonNegative("radius", radius)
                * Math.exp(radius * radius / 2);
    }

    /**
     * A bound on the bias for values v = Aκ in the softmax kernel, by the Wasserstein distance of order 1: ‖A‖ exp(ρ²/2)(1 + ρ√(1 + ρ²))
     * W₁(P, Q).
     *
     * @param valueNorm ‖A‖, the largest singular value
     * @param radius ρ, at least ‖κ‖ for all keys
     * @param distance W₁, at least 0
     * @return the bound
     * @throws IllegalArgumentException if an argument is NaN, infinite or negative
     */
    public static double wassersteinBound(double valueNorm, double radius, double distance) {
        double rho = nonNegative("radius", radius);
        double lipschitz = Math.exp(rho * rho / 2) * (1 + rho * Math.sqrt(1 + rho * rho));
        return nonNegative("valueNorm", valueNorm) * lipschitz * nonNegative("distance", distance);
    }

    /**
     * As {@link #wassersteinBound}, for keys and values on a line, where the exact Lipschitz constant is known: |A| exp(ρ²/2)√(1 + 3ρ² +
     * ρ⁴) W₁(P, Q).
     *
     * @param valueNorm |A|
     * @param radius ρ, at least |κ| for all keys
     * @param distance W₁, at least 0
     * @return the bound
     * @throws IllegalArgumentException if an argument is NaN, infinite or negative
     */
    public static double wassersteinBoundOnALine(double valueNorm, double radius, double distance) {
        double square = nonNegative("radius", radius) * radius;
        double lipschitz = Math.exp(square / 2) * Math.sqrt(1 + 3 * square + square * square);
        return nonNegative("valueNorm", valueNorm) * lipschitz * nonNegative("distance", distance);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WeightBias that && prompt.equals(that.prompt) && target.equals(that.target);
    }

    @Override
    public int hashCode() {
        return 31 * prompt.hashCode() + target.hashCode();
    }

    @Override
    public String toString() {
        return "bias of a " + prompt + ", against " + target.demonstrations();
    }
}
