package dev.retort.theory.progressive;

import static dev.retort.core.internal.Arguments.fromZeroToOne;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.Arrays;

/**
 * Cross entropy with smoothed labels, −Σ t_i ln p_i, t = (1 − a) e_y + a/L, on L classes. It is distillation from a teacher whose labels
 * are uniform:
 *
 * <pre>
 *     −Σ t_i ln p_i = (1 − a) (−ln p_y) + a [KL(u ‖ p) + ln L],    u uniform,
 * </pre>
 *
 * the loss {@link #asDistillation()} from a teacher of equal logits, plus the constant a ln L. For a = 0 this is the plain cross entropy.
 * Source: Szegedy et al. (arXiv 1512.00567), section 7; Yuan et al. (arXiv 1909.11723) for the equivalence. Immutable.
 *
 * <pre>{@code
 * import dev.retort.theory.progressive.*;
 * LabelSmoothing smoothing = LabelSmoothing.of(0.1);
 * double[] student = {1, -0.5, 0.25};
 * double loss = smoothing.value(student, 0); // 0.60298
 * double same = smoothing.asDistillation().value(student, new double[3], 0) + 0.1 * Math.log(3); // 0.60298
 * }</pre>
 */
public final class LabelSmoothing {

    private final double smoothing;

    private LabelSmoothing(double smoothing) {
        this.smoothing = smoothing;
    }

    /**
     * A loss.
     *
     * @param smoothing a, from 0 to 1
     * @return the loss
     * @throws IllegalArgumentException if a is out of range
     */
    public static LabelSmoothing of(double smoothing) {
        return new LabelSmoothing(fromZeroToOne("smoothing", smoothing));
    }

    /**
     * The smoothed label.
     *
     * @param classes L, at least 2
     * @param label y, from 0
     * @return t, a new array of length L
     * @throws IllegalArgumentException if {@code classes < 2}, or there is no such class
     */
    public double[] labels(int classes, int label) {
        if (classes < 2) {
            throw refusal("classes", classes, "is not at least 2");
        }
        Softmax.label(label, classes);
        double[] labels = new double[classes];
        Arrays.fill(labels, smoothing / classes);
        labels[label] += 1 - smoothing;
        return labels;
    }

    /**
     * The loss.
     *
     * @param student z, at least 2 logits, finite
     * @param label y, from 0
     * @return −Σ t_i ln p_i
     * @throws IllegalArgumentException if there are fewer than 2 logits, one is NaN or infinite, or there is no such class
     */
    public double value(double[] student, int label) {
        Softmax.logits("student", student);
        double[] labels = labels(student.length, label);
        double[] logP = Softmax.logProbabilities(student);
        double sum = 0;
        for (int i = 0; i < labels.length; i++) {
            sum -= labels[i] == 0 ? 0 : labels[i] * logP[i];
        }
        return sum;
    }

    /**
     * The gradient with respect to the logits.
     *
     * @param student z, at least 2 logits, finite
     * @param label y, from 0
     * @return p − t, a new array
     * @throws IllegalArgumentException as {@link #value} does
     */
    public double[] gradient(double[] student, int label) {
        Softmax.logits("student", student);
        double[] labels = labels(student.length, label);
        double[] p = Softmax.probabilities(student, 1);
        Arrays.setAll(p, i -> p[i] - labels[i]);
        return p;
    }

    /**
     * The same loss, less the constant a ln L, as distillation from a teacher whose logits are all equal.
     *
     * @return (1 − a) (−ln p_y) + a KL(u ‖ p)
     */
    public DistillationLoss asDistillation() {
        return DistillationLoss.ofTeacher(1).withTrueLabels(1 - smoothing);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LabelSmoothing that && Double.compare(smoothing, that.smoothing) == 0;
    }

    @Override
    public int hashCode() {
        return Double.hashCode(smoothing);
    }

    @Override
    public String toString() {
        return "cross entropy with labels smoothed by " + smoothing;
    }
}
