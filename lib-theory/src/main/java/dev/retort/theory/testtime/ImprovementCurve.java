package dev.retort.theory.testtime;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.Locale;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * The loss after one gradient step at its best size, as a function of the number k of training examples: exactly a
 * hyperbola, at every finite size,
 *
 * <pre>  L(k) = L₀ − I∞ k / (k + κ).</pre>
 *
 * A curve does not record whether it is exact, from {@link TestTimeTraining#predict()}, or an approximation. Immutable.
 *
 * <pre>{@code
 * InContextTask task = InContextTask.isotropic(60, 1.0);
 * LinearAttention pretrained = LinearAttention.pretrained(TaskPrior.isotropic(60, 1.0), 30);
 * ImprovementCurve warm = TestTimeTraining.of(task, pretrained, 30).predict();
 * ImprovementCurve cold = TestTimeTraining.of(task, LinearAttention.zero(60), 30).predict();
 * double crossover = warm.crossovers(cold)[0]; // 75.7: beyond, pre-training is in the way
 * long examples = cold.leastExamples(0.5).getAsLong(); // 93
 * }</pre>
 */
public final class ImprovementCurve {

    private final double initialLoss;
    private final double b1;
    private final double a1;
    private final double a2;
    private final int lossExponent;
    private final int stepExponent;
    private final TrainingLoss trainingLoss;

    private ImprovementCurve(
            double initialLoss,
            double b1,
            double a1,
            double a2,
            int lossExponent,
            int stepExponent,
            TrainingLoss trainingLoss) {
        this.initialLoss = initialLoss;
        this.b1 = b1;
        this.a1 = a1;
        this.a2 = a2;
        this.lossExponent = lossExponent;
        this.stepExponent = stepExponent;
        this.trainingLoss = trainingLoss;
    }

    /** With b = k b₁ and a = k (k+1) a₁ + k a₂, all in units of powers of two. */
    static ImprovementCurve of(
            double initialLoss, double b1, double a1, double a2, int lossExponent, int stepExponent) {
        return new ImprovementCurve(initialLoss, b1, a1, a2, lossExponent, stepExponent, TrainingLoss.SUM);
    }

    ImprovementCurve withTrainingLoss(TrainingLoss trainingLoss) {
        return new ImprovementCurve(initialLoss, b1, a1, a2, lossExponent, stepExponent, trainingLoss);
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
     * The improvement by the step on infinitely many examples.
     *
     * @return I<sub>∞</sub>, at least 0
     */
    public double reachableImprovement() {
        return Math.scalb(reachable(), lossExponent);
    }

    private double reachable() {
        return b1 > 0 ? b1 / a1 * b1 : 0;
    }

    /**
     * The number of examples that give half of the reachable improvement.
     *
     * @return κ, greater than 1; infinite if there is no residual to learn from, that is, without context, or if all labels are noise and
     *     the weights zero
     */
    public double halfwayExamples() {
        return a1 > 0 ? 1 + a2 / a1 : Double.POSITIVE_INFINITY;
    }

    /**
     * The loss that infinitely many examples lead to.
     *
     * @return L₀ − I<sub>∞</sub>
     */
    public double floor() {
        return initialLoss() - reachableImprovement();
    }

    /**
     * The gradient step on a number of examples.
     *
     * @param examples k, at least 0
     * @return the quadratic in the step size
     * @throws IllegalArgumentException if k is negative
     */
    public GradientStep after(long examples) {
        if (examples < 0) {
            throw refusal("examples", examples, "is not at least 0");
        }
        double k = examples;
        return new GradientStep(
                initialLoss,
                k * b1,
                k * ((k + 1) * a1 + a2),
                lossExponent,
                stepExponent,
                trainingLoss.multiple(examples));
    }

    /**
     * The loss after the best step on a number of examples.
     *
     * @param examples k, at least 0
     * @return L(k)
     * @throws IllegalArgumentException if k is negative
     */
    public double loss(long examples) {
        return after(examples).loss();
    }

    /**
     * The least number of examples with which the best step reaches a loss.
     *
     * @param loss the loss to reach
     * @return the least k with L(k) ≤ loss, 0 if that holds without examples; empty if there is none below 2<sup>53</sup>
     * @throws IllegalArgumentException if the loss is NaN or infinite
     */
    public OptionalLong leastExamples(double loss) {
        double gain = initialLoss() - finite("loss", loss);
        if (gain <= 0) {
            return OptionalLong.of(0);
        }
        double solution = Math.ceil(halfwayExamples() * gain / (reachableImprovement() - gain));
        if (!(gain < reachableImprovement() && solution < 0x1p53)) {
            return OptionalLong.empty();
        }
        // The real solution is rounded, so the neighbouring whole numbers are checked.
        long least = (long) solution;
        least -= least > 0 && loss(least - 1) <= loss ? 1 : 0;
        return OptionalLong.of(loss(least) <= loss ? least : least + 1);
    }

    /**
     * The share of these weights' disadvantage against other weights that the step recovers: after a shift of the tasks, for example,
     * against weights that were pre-trained for the new tasks.
     *
     * @param matchedLoss the loss of the other weights, less than {@link #initialLoss()}
     * @param examples k, at least 0
     * @return (L₀ − L(k)) / (L₀ − matchedLoss), at least 0; above 1 if the step does even better than the other weights
     * @throws IllegalArgumentException if k is negative, or the loss of the other weights is not smaller
     */
    public double repairedShare(double matchedLoss, long examples) {
        if (!(finite("matchedLoss", matchedLoss) < initialLoss())) {
            throw refusal("matchedLoss", matchedLoss, "is not less than the initial loss, " + initialLoss());
        }
        return after(examples).improvement() / (initialLoss() - matchedLoss);
    }

    /**
     * The crossings of two curves, such as those of a warm and a cold start: the numbers of examples at which their
     * losses agree, as real numbers. Between two crossings the same curve is better throughout; the losses at any whole
     * number in between show which.
     *
     * @param other the other curve
     * @return the positive solutions k of L(k) = L′(k), in ascending order: none, one or two; none if the curves are equal
     * @throws IllegalArgumentException if one of the curves has no residual to learn from, κ = ∞
     */
    public double[] crossovers(ImprovementCurve other) {
        double ownHalf = finite("halfwayExamples", halfwayExamples());
        double otherHalf =
                finite("other.halfwayExamples", notNull("other", other).halfwayExamples());
        double own = reachable();
        double others = Math.scalb(other.reachable(), other.lossExponent - lossExponent);
        double ahead = initialLoss - Math.scalb(other.initialLoss, other.lossExponent - lossExponent);
        // (ahead − own + others) k² + linear k + ahead κκ′ = 0
        double quadratic = ahead - own + others;
        double linear = ahead * (ownHalf + otherHalf) - own * otherHalf + others * ownHalf;
        double constant = ahead * ownHalf * otherHalf;
        double discriminant = linear * linear - 4 * quadratic * constant;
        double sum = -(linear + Math.copySign(Math.sqrt(Math.max(0, discriminant)), linear)) / 2;
        return DoubleStream.of(sum / quadratic, constant / sum)
                .filter(k -> discriminant >= 0 && k > 0 && Double.isFinite(k))
                .sorted()
                .distinct()
                .toArray();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ImprovementCurve that
                && Double.compare(initialLoss, that.initialLoss) == 0
                && Double.compare(b1, that.b1) == 0
                && Double.compare(a1, that.a1) == 0
                && Double.compare(a2, that.a2) == 0
                && lossExponent == that.lossExponent
                && stepExponent == that.stepExponent
                && trainingLoss == that.trainingLoss;
    }

    @Override
    public int hashCode() {
        return Objects.hash(initialLoss, b1, a1, a2, lossExponent, stepExponent, trainingLoss);
    }

    @Override
    public String toString() {
        String steps = trainingLoss == TrainingLoss.SUM ? "" : ", steps of the loss " + trainingLoss;
        return String.format(
                Locale.ROOT,
                "loss %.6g - %.6g k / (k + %.6g)%s",
                initialLoss(),
                reachableImprovement(),
                halfwayExamples(),
                steps);
    }
}
