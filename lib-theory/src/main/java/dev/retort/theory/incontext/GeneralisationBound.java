package dev.retort.theory.incontext;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.betweenZeroAndOne;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

/**
 * Bounds on how much the loss of distilled weights on the population can exceed their loss on the n demonstrations they were made of. For
 * independent pairs of features ‖φ‖ ≤ R and values ‖v‖ ≤ V, the loss ½‖v − Wφ‖², and a probability of at least 1 − δ,
 *
 * <pre>  L(W) ≤ L̂(W) + middle + c√(ln(1/δ)/2n)   for all W with ‖W‖ ≤ B at once,   c = (BR + V)²/2,</pre>
 *
 * where the middle term is, by three routes, the first of which is the best:
 *
 * <table>
 * <caption>Middle terms</caption>
 * <tr><th scope="col">route</th><th scope="col">middle term</th></tr>
 * <tr><td>{@link #momentTerm moments}</td><td>BR(BR/2 + V)/√n</td></tr>
 * <tr><td>{@link #rademacherTerm Rademacher complexity}</td><td>2(B²R²/2 + BRV)/√n</td></tr>
 * <tr><td>{@link #maurerTerm Maurer's contraction}</td><td>2√2 (BR + V) BR √(d<sub>v</sub>/n)</td></tr>
 * </table>
 *
 * <p>The reference weights W₀ are among these W, with ‖W₀‖ ≤ RV. All constants are Retort's own, derived in the module's documentation, and
 * not those of a paper.
 *
 * <pre>{@code
 * import dev.retort.theory.incontext.*;
 * GeneralisationBound bound = GeneralisationBound.of(1, 1, 1);
 * double gap = bound.moment(100, 0.05); // 0.3948: a term for the mean, and one for the probability
 * }</pre>
 *
 * <p>Immutable.
 */
public final class GeneralisationBound {

    private final double weightNorm;
    private final double featureNorm;
    private final double valueNorm;
    private final boolean empirical;

    private GeneralisationBound(double weightNorm, double featureNorm, double valueNorm, boolean empirical) {
        this.weightNorm = weightNorm;
        this.featureNorm = featureNorm;
        this.valueNorm = valueNorm;
        this.empirical = empirical;
    }

    /**
     * Bounds with given constants.
     *
     * @param weightNorm B, at least the Frobenius norm of the weights
     * @param featureNorm R, at least ‖φ(κ)‖ for all keys; exp(ρ²/2) in the softmax kernel for keys with ‖κ‖ ≤ ρ
     * @param valueNorm V, at least ‖v‖ for all values
     * @return the bounds
     * @throws IllegalArgumentException if a constant is NaN, infinite or negative
     */
    public static GeneralisationBound of(double weightNorm, double featureNorm, double valueNorm) {
        return new GeneralisationBound(
                nonNegative("weightNorm", weightNorm),
                nonNegative("featureNorm", featureNorm),
                nonNegative("valueNorm", valueNorm),
                false);
    }

    /**
     * Bounds with constants taken from a prompt: B = ‖W₀‖, and the largest ‖φ(κ)‖ and ‖v‖ in it. Further pairs may be larger: such a bound
     * is not a guarantee, and is {@linkplain #isEmpirical() marked}.
     *
     * @param prompt the demonstrations
     * @return the bounds, marked
     */
    public static GeneralisationBound ofPrompt(AttentionDistillation prompt) {
        double features = 0;
        double values = 0;
        for (int i = 0; i < notNull("prompt", prompt).demonstrations(); i++) {
            features = Math.max(features, squaredFeatures(prompt, i));
            values = Math.max(values, squaredValues(prompt, i));
        }
        return new GeneralisationBound(prompt.weights().norm(), Math.sqrt(features), Math.sqrt(values), true);
    }

    private static double squaredFeatures(AttentionDistillation prompt, int i) {
        double square = prompt.kernel().onDiagonal(prompt.keys().row(i));
        prompt.kernel().checkValue(square);
        return Math.max(0, square);
    }

    private static double squaredValues(AttentionDistillation prompt, int i) {
        double sum = 0;
        for (double entry : prompt.values().row(i)) {
            sum += entry * entry;
        }
        return sum;
    }

    /** {@return B} */
    public double weightNorm() {
        return weightNorm;
    }

    /** {@return R} */
    public double featureNorm() {
        return featureNorm;
    }

    /** {@return V} */
    public double valueNorm() {
        return valueNorm;
    }

    /** {@return whether the constants were taken from a sample, so that the bound is not guaranteed} */
    public boolean isEmpirical() {
        return empirical;
    }

    /** {@return the largest loss c = (BR + V)²/2} */
    public double lossBound() {
        double largest = weightNorm * featureNorm + valueNorm;
        return largest * largest / 2;
    }

    /**
     * The term for the probability, c√(ln(1/δ)/2n).
     *
     * @param samples n, at least 1
     * @param delta δ, between 0 and 1
     * @return the last term of every bound
     * @throws IllegalArgumentException if an argument is out of its range
     */
    public double tail(int samples, double delta) {
        return lossBound() * tail(1 / betweenZeroAndOne("delta", delta), samples);
    }

    private static double tail(double odds, int samples) {
        return Math.sqrt(Math.log(odds) / 2 / atLeastOne("samples", samples));
    }

    /**
     * The bound by moments.
     *
     * @param samples n, at least 1
     * @param delta δ, between 0 and 1
     * @return an upper bound on L(W) − L̂(W) that holds with a probability of at least 1 − δ
     * @throws IllegalArgumentException if an argument is out of its range
     */
    public double moment(int samples, double delta) {
        return momentTerm(samples) + tail(samples, delta);
    }

    /**
     * The middle term by moments, which bounds the mean of the maximum of L(W) − L̂(W).
     *
     * @param samples n, at least 1
     * @return BR(BR/2 + V)/√n
     * @throws IllegalArgumentException if n is less than 1
     */
    public double momentTerm(int samples) {
        double br = weightNorm * featureNorm;
        return br * (br / 2 + valueNorm) / Math.sqrt(atLeastOne("samples", samples));
    }

    /**
     * The bound by Rademacher complexity.
     *
     * @param samples n, at least 1
     * @param delta δ, between 0 and 1
     * @return an upper bound on L(W) − L̂(W) that holds with a probability of at least 1 − δ
     * @throws IllegalArgumentException if an argument is out of its range
     */
    public double rademacher(int samples, double delta) {
        return rademacherTerm(samples) + tail(samples, delta);
    }

    /**
     * Twice a bound on the Rademacher complexity of the losses.
     *
     * @param samples n, at least 1
     * @return 2(B²R²/2 + BRV)/√n
     * @throws IllegalArgumentException if n is less than 1
     */
    public double rademacherTerm(int samples) {
        return 2 * momentTerm(samples);
    }

    /**
     * The bound by the Rademacher complexity of a given sample, 2[½B²√(Σ‖φ‖⁴) + B√(Σ‖v‖²‖φ‖²)]/n + 3c√(ln(2/δ)/2n), which is better than
     * {@link #rademacher} where few pairs are as large as R and V.
     *
     * @param prompt the sample of n pairs
     * @param delta δ, between 0 and 1
     * @return an upper bound on L(W) − L̂(W) that holds with a probability of at least 1 − δ
     * @throws IllegalArgumentException if δ is out of its range, or a pair of the sample is larger than R or V
     */
    public double rademacherOf(AttentionDistillation prompt, double delta) {
        double fourth = 0;
        double mixed = 0;
        int n = notNull("prompt", prompt).demonstrations();
        for (int i = 0; i < n; i++) {
            double features = squaredFeatures(prompt, i);
            double values = squaredValues(prompt, i);
            within("‖φ‖ of demonstration " + i, Math.sqrt(features), "R", featureNorm);
            within("‖v‖ of demonstration " + i, Math.sqrt(values), "V", valueNorm);
            fourth += features * features;
            mixed += features * values;
        }
        double average = (weightNorm * weightNorm / 2 * Math.sqrt(fourth) + weightNorm * Math.sqrt(mixed)) / n;
        return 2 * average + 3 * lossBound() * tail(2 / betweenZeroAndOne("delta", delta), n);
    }

    private static void within(String name, double norm, String bound, double largest) {
        if (!(norm <= largest * (1 + 1e-12))) {
            throw refusal(name, norm, "is greater than " + bound + ", " + largest);
        }
    }

    /**
     * The bound by Maurer's contraction inequality for vectors (<i>A vector-contraction inequality for Rademacher complexities</i>, ALT
     * 2016, arXiv 1605.00251).
     *
     * @param samples n, at least 1
     * @param valueDimension d<sub>v</sub>, at least 1
     * @param delta δ, between 0 and 1
     * @return an upper bound on L(W) − L̂(W) that holds with a probability of at least 1 − δ
     * @throws IllegalArgumentException if an argument is out of its range
     */
    public double maurer(int samples, int valueDimension, double delta) {
        return maurerTerm(samples, valueDimension) + tail(samples, delta);
    }

    /**
     * The middle term by Maurer's contraction.
     *
     * @param samples n, at least 1
     * @param valueDimension d<sub>v</sub>, at least 1
     * @return 2√2 (BR + V) BR √(d<sub>v</sub>/n)
     * @throws IllegalArgumentException if an argument is out of its range
     */
    public double maurerTerm(int samples, int valueDimension) {
        double br = weightNorm * featureNorm;
        double perSample = (double) atLeastOne("valueDimension", valueDimension) / atLeastOne("samples", samples);
        return 2 * Math.sqrt(2) * (br + valueNorm) * br * Math.sqrt(perSample);
    }

    /**
     * The middle term for another loss, of values with one coordinate: 2ℓBR/√n.
     *
     * @param samples n, at least 1
     * @param lipschitz ℓ, the most by which the loss changes when the prediction changes by 1
     * @return the term; for the bound add the largest loss times √(ln(1/δ)/2n)
     * @throws IllegalArgumentException if an argument is out of its range
     */
    public double lipschitzTerm(int samples, double lipschitz) {
        return 2
                * nonNegative("lipschitz", lipschitz)
                * weightNorm
                * featureNorm
                / Math.sqrt(atLeastOne("samples", samples));
    }

    /**
     * An upper bound on the Rademacher complexity of the correlation loss −⟨v, Wφ⟩ on a sample: B√(Σ‖v‖²‖φ‖²)/n. The complexity is at least
     * 1/√2 of the bound.
     *
     * @param prompt the sample
     * @return the upper bound
     */
    public double correlationComplexity(AttentionDistillation prompt) {
        double mixed = 0;
        for (int i = 0; i < notNull("prompt", prompt).demonstrations(); i++) {
            mixed += squaredFeatures(prompt, i) * squaredValues(prompt, i);
        }
        return weightNorm * Math.sqrt(mixed) / prompt.demonstrations();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GeneralisationBound that
                && weightNorm == that.weightNorm
                && featureNorm == that.featureNorm
                && valueNorm == that.valueNorm
                && empirical == that.empirical;
    }

    @Override
    public int hashCode() {
        return 31
                        * (31 * (31 * Double.hashCode(weightNorm) + Double.hashCode(featureNorm))
                                + Double.hashCode(valueNorm))
                + Boolean.hashCode(empirical);
    }

    @Override
    public String toString() {
        return "generalisation bounds for B = " + weightNorm + ", R = " + featureNorm + ", V = " + valueNorm
                + (empirical ? ", read off a sample" : "");
    }
}
