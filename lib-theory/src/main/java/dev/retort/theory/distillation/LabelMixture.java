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
 * outputs are taken as they are). The excess risk is a parabola in a, so the best share is a closed form. It may lie above
 * 1, where the teacher is worth exaggerating, or below 0, where it is worth contradicting.
 *
 * <p>Every label is a mixture here. For rows of which some are labelled by the teacher and the others by the truth, each in full, see
 * {@link RowPool}: the same share gives those more noise, Σ πσ² and not Σ π²σ², and what the two disagree in besides. The student's data
 * are fresh: for a teacher that labels the data it was trained on there is {@link SelfDistillation}.
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

    /** The excess risk, or at an interpolation threshold what is divided by 1 − Ω in it, is … + linear a + square a². */
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
            // What is multiplied by something infinite decides alone, as it does in the limit.
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
     * @throws IllegalArgumentException if the surrogate is one that adapts to the share (the optimal one, or the optimally
     *     masked one, teaching the target directly), or as {@link Teacher#target(Training)} does
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
     * The share of the teacher at which the target's risk is smallest. A teacher whose labels are the truth's with noise of
     * their own is worth averaging with: as much noise as the truth's gives the share ½. At the interpolation threshold of the
     * target, where the risk is infinite on most mixtures, it is the limit of the best share.
     *
     * @return a, any number; 1 if the teacher's labels do not differ from the truth's and neither has noise
     */
    public double bestShare() {
        return square == 0 ? 1 : -linear / (2 * square);
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
     * The pipeline with some share.
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
