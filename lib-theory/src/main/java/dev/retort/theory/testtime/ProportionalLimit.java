package dev.retort.theory.testtime;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.positive;

import java.util.OptionalDouble;

/**
 * Test-time training in the proportional <b>limit</b> on isotropic features: d, n, k → ∞ with n/d → α and k/d → γ, and weights of size 1/n.
 * All results are approximations to {@link TestTimeTraining#predict()} with an error O(1/d) with a large constant; they serve for insight
 * and for comparison with the paper. In the limit only four numbers matter: the task's power p = |β|² and noise variance σ², the part A of
 * the task that the average predictor misses, and the scatter B of predictors from one context to the next:
 *
 * <pre>  A = βᵀ(I − nW)²β,      B = n (p + σ²) tr W²,      R = A + B,      L₀ = σ² + R
 *   fresh contexts:  I = γA² / ((1+γ)R + σ²)        same context:  I = γR² / ((1+γ)R + σ²)</pre>
 *
 * <p>Source: arXiv 2503.11842 for the form of the improvement, A²/(A+B) and k/(k+d) · d³/(n+d)³; the rest is derived in
 * {@code docs/test-time-training.md}.
 *
 * <pre>{@code
 * ProportionalLimit warm = ProportionalLimit.warm(0.5, 1.0, 0.0, 1.0, 0.0);
 * double loss = warm.lossOnFreshContexts(1.0); // 0.519
 * double deployed = warm.lossOnSameContext(1.0); // 1/3
 * double crossover = warm.crossover(); // 0.9: with more examples per feature than that a cold start is better
 * }</pre>
 *
 * @param power p, the variance of the noiseless labels, at least 0
 * @param noise σ, the standard deviation of the noise, at least 0
 * @param missed A, at least 0
 * @param scatter B, at least 0
 */
public record ProportionalLimit(double power, double noise, double missed, double scatter) {

    /**
     * The limit for weights of given A and B.
     *
     * @param power p, at least 0
     * @param noise σ, at least 0
     * @param missed A, at least 0
     * @param scatter B, at least 0
     * @throws IllegalArgumentException if a number is NaN, infinite or negative, or a loss overflows
     */
    public ProportionalLimit {
        nonNegative("power", power);
        nonNegative("noise", noise);
        nonNegative("missed", missed);
        nonNegative("scatter", scatter);
        finite("power + noise²", power + noise * noise);
        finite("missed + scatter + noise²", missed + scatter + noise * noise);
    }

    /**
     * The limit for weights pre-trained on an isotropic prior: A = p(1 − ω)² and B = ω²(p + σ²)/α with ω = α/(α + 1 +
     * σ₀²/p₀).
     *
     * @param contextRatio α = n/d, greater than 0
     * @param power p, at least 0
     * @param noise σ, at least 0
     * @param priorPower p₀, the power of the tasks in pre-training, greater than 0
     * @param priorNoise σ₀, their noise, at least 0
     * @return the limit
     * @throws IllegalArgumentException if an argument is out of range
     */
    public static ProportionalLimit warm(
            double contextRatio, double power, double noise, double priorPower, double priorNoise) {
        double rest = 1 + nonNegative("priorNoise", priorNoise) / positive("priorPower", priorPower) * priorNoise;
        double learnt = 1 / (1 + rest / positive("contextRatio", contextRatio));
        double left = 1 / (1 + contextRatio / rest);
        double labels = finite("power + noise²", nonNegative("power", power) + nonNegative("noise", noise) * noise);
        return new ProportionalLimit(power, noise, power * left * left, learnt * (learnt / contextRatio) * labels);
    }

    /**
     * The limit for zero weights: A = p, B = 0.
     *
     * @param power p, at least 0
     * @param noise σ, at least 0
     * @return the limit
     * @throws IllegalArgumentException if an argument is out of range
     */
    public static ProportionalLimit cold(double power, double noise) {
        return new ProportionalLimit(power, noise, power, 0);
    }

    /**
     * The limit for n, W and β of a training, with A and B as above; it does not depend on the kind of evaluation context.
     *
     * @param training a training on features of unit variance without correlation
     * @return the limit
     * @throws IllegalArgumentException if the features are not of unit variance or are correlated
     */
    public static ProportionalLimit of(TestTimeTraining training) {
        return ContextMoments.limit(notNull("training", training).task(), training.start(), training.contextLength());
    }

    /**
     * The loss without a step.
     *
     * @return σ² + A + B
     */
    public double initialLoss() {
        return variance() + residual();
    }

    /**
     * The loss after the best step, on fresh contexts.
     *
     * @param exampleRatio γ = k/d, at least 0
     * @return L₀ − γA²/((1+γ)R + σ²)
     * @throws IllegalArgumentException if γ is NaN, infinite or negative
     */
    public double lossOnFreshContexts(double exampleRatio) {
        return initialLoss() - improvement(exampleRatio, missed);
    }

    /**
     * The loss after the best step, on the context of the step.
     *
     * @param exampleRatio γ = k/d, at least 0
     * @return L₀ − γR²/((1+γ)R + σ²); increasing in R, so that in this limit the start with the smaller loss stays ahead for any γ
     * @throws IllegalArgumentException if γ is NaN, infinite or negative
     */
    public double lossOnSameContext(double exampleRatio) {
        return initialLoss() - improvement(exampleRatio, residual());
    }

    private double improvement(double exampleRatio, double learnt) {
        double gamma = nonNegative("exampleRatio", exampleRatio);
        return learnt == 0 ? 0 : learnt * (gamma / (1 + gamma) * learnt / (residual() + variance() / (1 + gamma)));
    }

    /**
     * The number of examples per feature up to which these weights are a better start than zero weights, on fresh contexts. (On the same
     * context there is no such transition.) It is the positive solution γ⋆ of
     *
     * <pre>  p (R² − A²) γ² + [p²(R+σ²) − A²(p+σ²) − (p−R)(2pR + σ²(p+R))] γ − (p−R)(p+σ²)(R+σ²) = 0,</pre>
     *
     * without noise R(p − R)/(R² − A²), and for well-specified pre-training (1+α)²/(2+α).
     *
     * @return γ⋆; 0 if a cold start is better with any number of examples, R ≥ p; infinite if these weights are, B = 0
     */
    public double crossover() {
        if (residual() >= power) {
            return 0;
        }
        if (scatter == 0) {
            return Double.POSITIVE_INFINITY;
        }
        // In units of a power of two near the power, and with square roots of products taken factor by factor, so that
        // nothing overflows.
        int unit = Math.getExponent(power);
        double p = Math.scalb(power, -unit);
        double a = Math.scalb(missed, -unit);
        double b = Math.scalb(scatter, -unit);
        double v = Math.scalb(variance(), -unit);
        double r = a + b;
        double linear = p * p * (r + v) - a * a * (p + v) - (p - r) * (2 * p * r + v * (p + r));
        double rootOfQuadratic = Math.sqrt(p * b) * Math.sqrt(2 * a + b);
        double rootOfConstant = Math.sqrt((p - r) * (p + v)) * Math.sqrt(r + v);
        double root = Math.hypot(linear, 2 * rootOfQuadratic * rootOfConstant);
        return linear > 0
                ? 2 * rootOfConstant * (rootOfConstant / (linear + root))
                : (root - linear) / 2 / rootOfQuadratic / rootOfQuadratic;
    }

    /**
     * The length of the context, per feature, at which the loss after a step is largest, on fresh contexts with well-specified pre-training
     * and no noise: a longer context is not always better, because the step, not the context, carries the task. The maximum is never beyond
     * √3 − 1. It is a property of the limit: at finite size the loss falls again towards short contexts, and for d below several hundred to
     * several thousand there is no maximum at all.
     *
     * @param exampleRatio γ = k/d, at least 0
     * @return √(3γ/(1+γ)) − 1; empty for γ ≤ ½, where the loss falls throughout
     * @throws IllegalArgumentException if γ is NaN, infinite or negative
     */
    public static OptionalDouble worstContextRatio(double exampleRatio) {
        double gamma = nonNegative("exampleRatio", exampleRatio);
        return gamma > 0.5 ? OptionalDouble.of(Math.sqrt(3 * (gamma / (1 + gamma))) - 1) : OptionalDouble.empty();
    }

    private double residual() {
        return missed + scatter;
    }

    private double variance() {
        return noise * noise;
    }
}
