package dev.retort.theory.progressive;

import static dev.retort.core.internal.Arguments.fromZeroToOne;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.positive;

import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;

/**
 * The losses of knowledge distillation on logits of L classes, with their gradients with respect to the student's logits z; z_T are the
 * teacher's logits, p_τ = softmax(z/τ), q_τ = softmax(z_T/τ).
 *
 * <pre>
 *     of(τ)                     τ² KL(q_τ ‖ p_τ)                        gradient τ (p_τ − q_τ)
 *     of(τ).withoutFactor()     KL(q_τ ‖ p_τ)                           gradient (p_τ − q_τ)/τ
 *     ofTeacher(τ)              KL(q_τ ‖ p_1)                           gradient p_1 − q_τ
 *     … .withTrueLabels(α)      α (−ln p_1[y]) + (1 − α) (the above)    gradient α (p_1 − e_y) + (1 − α) (…)
 * </pre>
 *
 * <p>The first is that of Hinton, Vinyals and Dean (arXiv 1503.02531). The third, in which the temperature divides the teacher's
 * logits only, is that of the code of Panigrahi et al. (arXiv 2410.05464), with α = 0; for τ = 0 the teacher's labels are one-hot,
 * split equally between tied logits. Cross entropy with the teacher differs from a divergence by the entropy of q, which does
 * not depend on z: it has the same gradient. All gradients add up to 0. Losses and gradients are accurate to the last digits even if
 * student and teacher nearly agree, as they do at high temperatures. Immutable.
 *
 * <pre>{@code
 * import dev.retort.theory.progressive.*;
 * double[] student = {1, -0.5, 0.25};
 * double[] teacher = {2, 0, -1};
 * double loss = DistillationLoss.of(1).value(student, teacher); // 0.20651
 * DistillationLoss mixed = DistillationLoss.of(2).withTrueLabels(0.3);
 * double both = mixed.value(student, teacher, 0); // 0.41039
 * double[] gradient = mixed.gradient(student, teacher, 0); // -0.35475, 0.02198, 0.33277
 * }</pre>
 *
 * @see LabelSmoothing
 */
public final class DistillationLoss {

    /** Which logits the temperature divides, and whether the divergence has the factor τ². */
    private enum Form {
        BOTH_WITH_FACTOR,
        BOTH,
        TEACHER
    }

    private final Form form;
    private final double temperature;
    private final double trueLabels;

    private DistillationLoss(Form form, double temperature, double trueLabels) {
        this.form = form;
        this.temperature = temperature;
        this.trueLabels = trueLabels;
    }

    /**
     * The loss τ² KL(q_τ ‖ p_τ), where the temperature divides the logits of both student and teacher.
     *
     * @param temperature τ, greater than 0
     * @return the loss
     * @throws IllegalArgumentException if the temperature is not positive and finite
     */
    public static DistillationLoss of(double temperature) {
        return new DistillationLoss(Form.BOTH_WITH_FACTOR, positive("temperature", temperature), 0);
    }

    /**
     * The loss KL(q_τ ‖ p_1), where the temperature divides the teacher's logits only.
     *
     * @param temperature τ, greater than 0, or 0 for one-hot labels
     * @return the loss
     * @throws IllegalArgumentException if the temperature is negative, NaN or infinite
     */
    public static DistillationLoss ofTeacher(double temperature) {
        return new DistillationLoss(Form.TEACHER, nonNegative("temperature", temperature), 0);
    }

    /**
     * This loss without the factor τ².
     *
     * @return the loss; {@link #ofTeacher} has no such factor, and its loss is returned unchanged
     */
    public DistillationLoss withoutFactor() {
        return form == Form.BOTH_WITH_FACTOR ? new DistillationLoss(Form.BOTH, temperature, trueLabels) : this;
    }

    /**
     * A mixture with the cross entropy of the true label.
     *
     * @param share α, the share of the true label, from 0 to 1
     * @return the loss
     * @throws IllegalArgumentException if the share is out of range
     */
    public DistillationLoss withTrueLabels(double share) {
        return new DistillationLoss(form, temperature, fromZeroToOne("share", share));
    }

    /**
     * The labels that the teacher gives.
     *
     * @param teacher z_T, at least 2 logits, finite
     * @return q_τ
     * @throws IllegalArgumentException if there are fewer than 2 logits, or one is NaN or infinite
     */
    public double[] labels(double... teacher) {
        Softmax.logits("teacher", teacher);
        return temperature == 0 ? Softmax.oneHot(teacher) : Softmax.probabilities(teacher, temperature);
    }

    /**
     * The loss without a true label.
     *
     * @param student z, at least 2 logits, finite
     * @param teacher z_T, one for each class
     * @return the loss, at least 0
     * @throws IllegalArgumentException if there are fewer than 2 logits, the numbers of logits differ, or one is NaN or infinite
     * @throws IllegalStateException if true labels have a share, as this method does not take them
     */
    public double value(double[] student, double[] teacher) {
        requireNoTrueLabel();
        return value(student, teacher, 0);
    }

    /**
     * The loss.
     *
     * @param student z, at least 2 logits, finite
     * @param teacher z_T, one for each class
     * @param label y, the true class, from 0; it must be a valid class even if true labels have no share
     * @return the loss, at least 0
     * @throws IllegalArgumentException if there are fewer than 2 logits, the numbers of logits differ, one is NaN or infinite, or there is
     *     no such class
     */
    public double value(double[] student, double[] teacher, int label) {
        check(student, teacher, label);
        double divergence;
        if (form == Form.TEACHER) {
            double[] q = labels(teacher);
            double[] logQ = Arrays.stream(q).map(Math::log).toArray();
            divergence = temperature == 1
                    ? Softmax.compare(student, teacher, 1).divergence
                    : Softmax.divergence(q, logQ, Softmax.logProbabilities(student));
        } else {
            Softmax compared = Softmax.compare(student, teacher, temperature);
            divergence = form == Form.BOTH ? compared.divergence : compared.scaledDivergence;
        }
        double ofLabel = trueLabels == 0 ? 0 : -trueLabels * Softmax.logProbabilities(student)[label];
        return trueLabels == 1 ? ofLabel : ofLabel + (1 - trueLabels) * divergence;
    }

    /**
     * The gradient with respect to the student's logits, without a true label.
     *
     * @param student z, at least 2 logits, finite
     * @param teacher z_T, one for each class
     * @return a new array, one entry for each class
     * @throws IllegalArgumentException as {@link #value(double[], double[])} does
     * @throws IllegalStateException if true labels have a share, as this method does not take them
     */
    public double[] gradient(double[] student, double[] teacher) {
        requireNoTrueLabel();
        return gradient(student, teacher, 0);
    }

    /**
     * The gradient with respect to the student's logits.
     *
     * @param student z, at least 2 logits, finite
     * @param teacher z_T, one for each class
     * @param label y, the true class, from 0; it must be a valid class even if true labels have no share
     * @return a new array, one entry for each class
     * @throws IllegalArgumentException as {@link #value(double[], double[], int)} does
     */
    public double[] gradient(double[] student, double[] teacher, int label) {
        check(student, teacher, label);
        double[] gradient = new double[student.length];
        double[] p = Softmax.probabilities(student, 1);
        if (form == Form.TEACHER) {
            double[] q = labels(teacher);
            Arrays.setAll(gradient, i -> p[i] - q[i]);
        } else {
            double[] difference = Softmax.compare(student, teacher, temperature).scaledDifference;
            Arrays.setAll(gradient, i -> form == Form.BOTH ? difference[i] / temperature / temperature : difference[i]);
        }
        for (int i = 0; i < gradient.length; i++) {
            double ofLabel = trueLabels * (p[i] - (i == label ? 1 : 0));
            gradient[i] = trueLabels == 1 ? ofLabel : ofLabel + (1 - trueLabels) * gradient[i];
        }
        return gradient;
    }

    /**
     * The limit of τ² KL(q_τ ‖ p_τ) at high temperatures: half the mean squared difference of the logits, after subtracting each set's
     * mean.
     *
     * @param student z, at least 2 logits, finite
     * @param teacher z_T, one for each class
     * @return ‖(z − mean z) − (z_T − mean z_T)‖²/(2L)
     * @throws IllegalArgumentException if there are fewer than 2 logits, the numbers of logits differ, or one is NaN or infinite
     */
    public static double highTemperatureLimit(double[] student, double[] teacher) {
        Softmax.logits("student", student);
        Softmax.logits("teacher", teacher, student.length);
        int classes = student.length;
        double first = student[0] - teacher[0];
        double[] apart = new double[classes];
        Arrays.setAll(apart, i -> student[i] - teacher[i] - first);
        double mean = Arrays.stream(apart).sum() / classes;
        return Arrays.stream(apart).map(a -> (a - mean) * (a - mean)).sum() / (2 * classes);
    }

    private void check(double[] student, double[] teacher, int label) {
        Softmax.logits("student", student);
        Softmax.logits("teacher", teacher, student.length);
        Softmax.label(label, student.length);
    }

    private void requireNoTrueLabel() {
        if (trueLabels > 0) {
            throw new IllegalStateException("True labels have a share of " + trueLabels + "; pass the true label");
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DistillationLoss that
                && form == that.form
                && Double.compare(temperature, that.temperature) == 0
                && Double.compare(trueLabels, that.trueLabels) == 0;
    }

    @Override
    public int hashCode() {
        return Objects.hash(form, temperature, trueLabels);
    }

    @Override
    public String toString() {
        String name = switch (form) {
            case BOTH_WITH_FACTOR -> "distillation loss, temperature %s";
            case BOTH -> "distillation loss without factor, temperature %s";
            case TEACHER -> "distillation loss, temperature %s of the teacher";
        };
        return String.format(Locale.ROOT, name, temperature)
                + (trueLabels == 0 ? "" : ", share " + trueLabels + " of true labels");
    }
}
