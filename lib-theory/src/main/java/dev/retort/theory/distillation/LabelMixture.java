package dev.retort.theory.distillation;

import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.CompensatedSum;
import dev.retort.core.spectrum.RegressionTask;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Ordinary knowledge distillation: labels that are partly the teacher's and partly the truth's, and the best mixture of the
 * two. With the share a of the teacher, labels are
 *
 * <pre>  (1 − a)(xᵀβ⋆ + σ⋆z) + a(xᵀb + σz'),      z, z' independent,</pre>
 *
 * where σ⋆ is the noise of the task and σ that of the training ({@link Training#withNoise(double)}, 0 if the teacher's
 * outputs are taken as they are). The excess risk is a parabola in a, so the best share is a closed form. It may lie above 1,
 * where exaggerating the teacher is best, or below 0, where contradicting it is.
 *
 * <p>Every label is a mixture here. For data in which the teacher labels some rows and the truth the others, see {@link
 * RowPool}: with the same share they have more noise, Σ πσ² instead of Σ π²σ², plus the disagreement between teacher and
 * truth. The student's data are fresh: for a teacher that labels the data it was trained on, see {@link SelfDistillation}.
 *
 * <p>Source: the one-stage map of arXiv 2410.18837 for labels of coefficients (1 − a)β⋆ + a b; {@code docs/distillation.md}.
 * Immutable.
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(2.0, 500), Signal.sourcePowerLaw(1.5)).withNoise(0.5);
 * Distillation teacher = Distillation.of(task).surrogate(Training.samples(300));
 * LabelMixture mixture = LabelMixture.of(teacher, Training.samples(200).withNoise(0));
 * double share = mixture.bestShare();
 * RiskReport risk = mixture.best().predict();
 * }</pre>
 */
public final class LabelMixture {

    private final Teacher teacher;
    private final Training target;

    /** The excess risk, or at an interpolation threshold the part of it that is divided by 1 − Ω, is … + linear a + square a². */
    private final double linear;

    private final double square;

    private LabelMixture(Teacher teacher, Training target) {
        this.teacher = teacher;
        this.target = target;
        Distillation pure = teacher.target(target.withTeacherRows(1).withTeacherShare(1));
        Stage stage = pure.stage();
        Labelled ofTeacherAlone = stage.labels(pure.labels());
        Moments labels = ofTeacherAlone.moments();
        Coordinates nodes = labels.coordinates();
        RegressionTask task = teacher.task();
        double ofTruth = task.noise();
        double ofTeacher = ofTeacherAlone.noise();
        NodePower both = (factor, k) -> 2 * nodes.power(k) * (factor * nodes.truth(k)) * (factor * labels.deviation(k));
        NodePower departure =
                (factor, k) -> nodes.power(k) * (factor * labels.deviation(k)) * (factor * labels.deviation(k))
                        + Stage.times(factor * factor, labels.variance(k));
        double[] linearAdded = stage.rawAmounts(nodes, both, f -> -2 * (f * ofTruth) * (f * ofTruth));
        double[] squareAdded =
                stage.rawAmounts(nodes, departure, f -> f * ofTruth * (f * ofTruth) + f * ofTeacher * (f * ofTeacher));
        CompensatedSum bias1 = new CompensatedSum();
        CompensatedSum bias2 = new CompensatedSum();
        for (int k = 0; k < labels.size(); k++) {
            if (nodes.matters(k)) {
                double missed = stage.zeta(nodes, k) * nodes.truth(k);
                double passedOn = stage.theta(nodes, k) * labels.deviation(k);
                bias1.add(-2 * nodes.power(k) * missed * passedOn);
                bias2.add(nodes.power(k) * passedOn * passedOn);
                bias2.add(stage.inheritedVariance(labels, k));
            }
        }
        if (Double.isInfinite(stage.perSpare(stage.addedVariance(squareAdded, nodes)))) {
            // Only the terms with an infinite factor matter, as in the limit.
            this.linear = Arrays.stream(linearAdded).sum();
            this.square = Arrays.stream(squareAdded).sum();
        } else {
            this.linear = bias1.value() + stage.perSpare(stage.addedVariance(linearAdded, nodes));
            this.square = bias2.value() + stage.perSpare(stage.addedVariance(squareAdded, nodes));
        }
    }

    /**
     * The mixtures of the labels of a teacher and of the truth.
     *
     * @param teacher the teacher
     * @param target how the target is trained; its own teacher's share, of labels or rows, does not matter
     * @return the mixtures
     * @throws IllegalArgumentException if the surrogate adapts to its share (the optimal or the optimally masked surrogate,
     *     teaching the target directly), or as {@link Teacher#target(Training)} does
     */
    public static LabelMixture of(Teacher teacher, Training target) {
        notNull("target", target);
        if (notNull("teacher", teacher).stages().isEmpty()
                && teacher.surrogate().adapts()) {
            throw refusal("teacher", teacher.surrogate(), "adapts to its share of the labels");
        }
        return new LabelMixture(teacher, target);
    }

    /**
     * The share of the teacher at which the target's risk is smallest. Averaging pays even with a teacher that gives the
     * truth's labels with independent noise: if its noise is as large as the truth's, the best share is ½. At the
     * interpolation threshold of the target, where the risk of most mixtures is infinite, this is the limit of the best
     * share. If the teacher or the truth alone is better than the computed lowest point of the parabola, which has
     * rounding errors, this is its share, 1 or 0.
     *
     * @return a, any number; 1 if the teacher's labels do not differ from the truth's and neither has noise
     */
    public double bestShare() {
        double lowest = square == 0 ? 1 : -linear / (2 * square);
        return Double.isFinite(lowest) ? better(0, better(1, lowest)) : lowest;
    }

    /** A share that may be better, if it is. */
    private double better(double candidate, double share) {
        return candidate != share && excess(candidate) < excess(share) ? candidate : share;
    }

    /**
     * The excess risk at a share.
     *
     * @param share the teacher's share a
     * @return the excess risk of the target
     * @throws IllegalArgumentException if the share is NaN or infinite
     */
    public double excess(double share) {
        return pipeline(share).predict().excess();
    }

    /**
     * The pipeline with the best share.
     *
     * @return the teacher, followed by the target
     */
    public Distillation best() {
        return pipeline(bestShare());
    }

    /**
     * The pipeline with a given share.
     *
     * @param share the teacher's share a
     * @return the teacher, followed by the target
     * @throws IllegalArgumentException if the share is NaN or infinite
     */
    public Distillation pipeline(double share) {
        return teacher.target(target.withTeacherRows(1).withTeacherShare(share));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LabelMixture that && teacher.equals(that.teacher) && target.equals(that.target);
    }

    @Override
    public int hashCode() {
        return Objects.hash(teacher, target);
    }

    @Override
    public String toString() {
        return "LabelMixture of (" + teacher + ") for " + target + ": best share " + bestShare();
    }
}
