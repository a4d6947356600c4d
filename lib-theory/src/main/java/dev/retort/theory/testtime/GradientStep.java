package dev.retort.theory.testtime;

import static dev.retort.core.internal.Arguments.finite;

import java.util.Locale;
import java.util.Objects;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * One gradient step on k examples: the loss after it is a quadratic in the step size,
 *
 * <pre>  L(η) = L₀ − 2bη + aη²,      η⋆ = b/a,      L(η⋆) = L₀ − b²/a,</pre>
 *
 * averaged over all randomness, with one η for all. The step helps for 0 &lt; η &lt; 2η⋆. Immutable.
 */
public final class GradientStep {

    private final double initialLoss;
    private final double b;
    private final double a;

    /** Losses are in units of 2^lossExponent, step sizes in units of 2^stepExponent / multiple. */
    private final int lossExponent;

    private final int stepExponent;
    private final double multiple;

    GradientStep(double initialLoss, double b, double a, int lossExponent, int stepExponent, double multiple) {
        this.initialLoss = initialLoss;
        this.b = b;
        this.a = a;
        this.lossExponent = lossExponent;
        this.stepExponent = stepExponent;
        this.multiple = multiple;
    }

    /**
     * The loss without the step.
     *
     * @return L₀
     */
    public double initialLoss() {
        return Math.scalb(initialLoss, lossExponent);
    }

    /**
     * Half the slope at which the loss falls at η = 0.
     *
     * @return b; negative if a small step does harm, which is possible only with an evaluation context of another length; 0 without
     *     examples or context
     */
    public double slope() {
        return Math.scalb(b * multiple, lossExponent - stepExponent);
    }

    /**
     * Half the curvature of the loss.
     *
     * @return a, at least 0; 0 without examples, without context, or if all labels are zero
     */
    public double curvature() {
        return Math.scalb(a * multiple * multiple, lossExponent - 2 * stepExponent);
    }

    /**
     * The step size that makes the loss smallest.
     *
     * @return η⋆ = b/a, or 0 if that is negative; empty if no step changes anything, a = 0
     */
    public OptionalDouble optimalStepSize() {
        return a == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(Math.scalb(Math.max(0, b / a) / multiple, stepExponent));
    }

    /**
     * The loss after a step of any size.
     *
     * @param stepSize η
     * @return L(η)
     * @throws IllegalArgumentException if the step size is NaN or infinite
     */
    public double loss(double stepSize) {
        double step = Math.scalb(finite("stepSize", stepSize) * multiple, -stepExponent);
        return Math.scalb(a == 0 ? initialLoss : initialLoss + step * (a * step - 2 * b), lossExponent);
    }

    /**
     * The loss after the best step.
     *
     * @return L(η⋆); L₀ if no step changes anything
     */
    public double loss() {
        return initialLoss() - improvement();
    }

    /**
     * The improvement by the best step.
     *
     * @return b²/a, at least 0
     */
    public double improvement() {
        return b > 0 ? Math.scalb(b / a * b, lossExponent) : 0;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof GradientStep that
                && Double.compare(initialLoss, that.initialLoss) == 0
                && Double.compare(b, that.b) == 0
                && Double.compare(a, that.a) == 0
                && lossExponent == that.lossExponent
                && stepExponent == that.stepExponent
                && Double.compare(multiple, that.multiple) == 0;
    }

    @Override
    public int hashCode() {
        return Objects.hash(initialLoss, b, a, lossExponent, stepExponent, multiple);
    }

    @Override
    public String toString() {
        OptionalDouble size = optimalStepSize();
        return size.isEmpty()
                ? String.format(Locale.ROOT, "loss %.6g, which no step changes", initialLoss())
                : String.format(
                        Locale.ROOT,
                        "loss %.6g, after one step of size %.6g: %.6g",
                        initialLoss(),
                        size.getAsDouble(),
                        loss());
    }
}
