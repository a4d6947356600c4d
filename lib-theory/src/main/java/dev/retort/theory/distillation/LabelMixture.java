package dev.retort.theory.distillation;

import static dev.retort.core.Arguments.notNull;
import static dev.retort.core.Arguments.refusal;

import dev.retort.core.CompensatedSum;
import dev.retort.core.spectrum.RegressionTask;

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

    /** The excess risk is constant + linear a + square a². */
    private final double constant;

    private final double linear;
    private final double square;

    private LabelMixture(Teacher teacher, Training target) {
        this.teacher = teacher;
        this.target = target;
        Distillation pure = teacher.target(target.withTeacherShare(1));
        Stage stage = pure.stage();
        Moments labels = pure.labels();
        Coordinates nodes = labels.coordinates();
        RegressionTask task = teacher.task();
        double ofTruth = task.noise() * stage.equivalent().rootOmega();
        double ofTeacher = target.noise(task) * stage.equivalent().rootOmega();
        CompensatedSum added0 = new CompensatedSum();
        CompensatedSum added1 = new CompensatedSum();
        CompensatedSum added2 = new CompensatedSum();
        added0.add(ofTruth * ofTruth);
        added1.add(-2 * ofTruth * ofTruth);
        added2.add(ofTruth * ofTruth);
        added2.add(ofTeacher * ofTeacher);
        CompensatedSum bias0 = new CompensatedSum();
        CompensatedSum bias1 = new CompensatedSum();
        CompensatedSum bias2 = new CompensatedSum();
        for (int k = 0; k < labels.size(); k++) {
            double truth = nodes.truth(k);
            double deviation = labels.deviation(k);
            double zeta = stage.zeta(nodes, k);
            double theta = stage.theta(nodes, k);
            double scale = stage.equivalent().rootOmega() * zeta * stage.rootRatio(nodes, k);
            added0.add(nodes.power(k) * (scale * truth) * (scale * truth));
            added1.add(2 * nodes.power(k) * (scale * truth) * (scale * deviation));
            added2.add(nodes.power(k) * (scale * deviation) * (scale * deviation));
            added2.add(Stage.times(scale * scale, labels.variance(k)));
            if (nodes.matters(k)) {
                bias0.add(nodes.power(k) * (zeta * truth) * (zeta * truth));
                bias1.add(-2 * nodes.power(k) * (zeta * truth) * (theta * deviation));
                bias2.add(nodes.power(k) * (theta * deviation) * (theta * deviation));
                bias2.add(stage.inheritedVariance(labels, k));
            }
        }
        double amplification = stage.amplification(nodes);
        this.constant = bias0.value() + Stage.times(amplification, stage.perSpareSample(added0.value()));
        this.linear = bias1.value() + Stage.times(amplification, stage.perSpareSample(added1.value()));
        this.square = bias2.value() + Stage.times(amplification, stage.perSpareSample(added2.value()));
    }

    /**
     * The mixtures of the labels of a teacher and of the truth.
     *
     * @param teacher the teacher
     * @param target how the target is trained; its own teacher's share does not matter
     * @return the mixtures
     * @throws IllegalArgumentException if the surrogate is one that adapts to the share (the optimal one, or the optimally
     *     masked one, teaching the target directly), if the risk is infinite, or as {@link Teacher#target(Training)} does
     */
    public static LabelMixture of(Teacher teacher, Training target) {
        notNull("target", target);
        if (notNull("teacher", teacher).stages().isEmpty()
                && teacher.surrogate().adapts()) {
            throw refusal("teacher", teacher.surrogate(), "adapts to its share of the labels");
        }
        LabelMixture mixture = new LabelMixture(teacher, target);
        if (!(mixture.constant + Math.abs(mixture.linear) + mixture.square < Double.POSITIVE_INFINITY)) {
            throw refusal("target", target, "has an infinite risk on some mixture");
        }
        return mixture;
    }

    /**
     * The share of the teacher at which the target's risk is smallest.
     *
     * @return a, any number; 1 if the teacher's labels do not differ from the truth's
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
        return teacher.target(target.withTeacherShare(share));
    }
}
