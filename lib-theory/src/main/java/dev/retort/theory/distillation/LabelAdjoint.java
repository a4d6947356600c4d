package dev.retort.theory.distillation;

import static dev.retort.theory.distillation.Stage.times;

/**
 * The labels of a training as a function of the teacher, differentiated backwards: from the derivatives of the final risk E
 * with respect to the labels, those with respect to the teacher's moments and the noise. With the mean m and variance v of
 * the teacher, N = Σ ρ(m² + v), the factor c(N) and the noise η(N) of its {@link Labels}, and its part p of labels or rows,
 * labels have
 *
 * <pre>  d' = p(cm − t),   v' = p²c²v,   noise² = truth's + teacher's (σ² + η + Σ ρw) + rows (1 − rows) Σ ρ((cm − t)² + c²v).</pre>
 *
 * with w the variance from row to row where several models label the rows. Immutable.
 */
final class LabelAdjoint {

    private final Stage stage;
    private final Adjoint adjoint;
    private final Coordinates nodes;
    private final Moments teacher;
    private final Labels.Linear linear;
    private final double part;

    /** The derivative of E with respect to the disagreement of rows. */
    private final double byDisagreement;

    /** ∂E/∂N */
    private final double byPower;

    LabelAdjoint(Stage stage, Labelled labels, Adjoint adjoint) {
        this.stage = stage;
        this.adjoint = adjoint;
        this.teacher = labels.given().teacher();
        this.linear = labels.given().linear();
        this.part = labels.given().part();
        this.nodes = teacher.coordinates();
        double rows = stage.training().teacherRows();
        this.byDisagreement = times(rows * (1 - rows), adjoint.byNoiseVariance());
        this.byPower = stage.training().labels().areLogits() ? 0 : byPower();
    }

    private double byPower() {
        double c = linear.factor();
        double byFactor = Stage.sum(nodes.size(), k -> {
            double mean = teacher.mean(k);
            double variance = teacher.variance(k);
            double ratio = ratio(k);
            return part * mean * adjoint.byLabelDeviation(k)
                    + times(2 * part * part * c * variance, adjoint.byLabelVariance(k))
                    + times(2 * ratio * (nodes.power(k) * departure(k) * mean + c * variance), byDisagreement);
        });
        return byFactor * linear.factorByPower()
                + times(teacherNoise() * linear.noiseByPower(), adjoint.byNoiseVariance());
    }

    double byTeacherDeviation(int k) {
        return part * linear.factor() * adjoint.byLabelDeviation(k)
                + times(
                        2 * ratio(k),
                        nodes.power(k)
                                * (times(teacher.mean(k), byPower)
                                        + times(linear.factor() * departure(k), byDisagreement)));
    }

    double byTeacherVariance(int k) {
        double factor = part * linear.factor();
        return times(factor * factor, adjoint.byLabelVariance(k))
                + times(ratio(k), byPower)
                + times(ratio(k) * linear.factor() * linear.factor(), byDisagreement);
    }

    /** The derivative with respect to the standard deviation of the noise on the teacher's labels. */
    double byTeacherNoise() {
        return byNoise(teacherNoise(), stage.training().noise(nodes.task()));
    }

    /** The derivative with respect to the standard deviation of the noise on the truth's labels. */
    double byTruthNoise() {
        double share = stage.training().teacherShare();
        return byNoise(
                (1 - share) * (1 - share) + 1 - stage.training().teacherRows(),
                nodes.task().noise());
    }

    /** The part of the teacher's noise variance that is in the labels. */
    private double teacherNoise() {
        double share = stage.training().teacherShare();
        return share * share * stage.training().teacherRows();
    }

    private double byNoise(double part, double noise) {
        double byVariance = times(part, adjoint.byNoiseVariance());
        return Double.isInfinite(byVariance) ? byVariance : 2 * noise * byVariance;
    }

    /** The derivative with respect to an eigenvalue of this training. */
    double byEigenvalue(int k) {
        double lambda = stage.eigenvalue(nodes, k);
        double unit = nodes.rootUnit(k);
        return adjoint.byEigenvalue(k)
                + (lambda == 0 ? byRatio(k) / unit / unit : times(ratio(k), byRatio(k)) / lambda);
    }

    /** The part of ∂E/∂ln λ due to this stage, for the task's eigenvalue of a feature. */
    double byUnit(int k) {
        double byTruth = part * (linear.factor() - 1) * adjoint.byLabelDeviation(k)
                + times(
                        2 * ratio(k),
                        nodes.power(k)
                                * (times(teacher.mean(k), byPower)
                                        + times((linear.factor() - 1) * departure(k), byDisagreement)));
        return adjoint.byUnit(k)
                + nodes.truth(k) * byTruth / 2
                + times(ratio(k), byRowScatter(k))
                - (stage.training().hasTaskSpectrum() ? 0 : times(ratio(k), byRatio(k)));
    }

    /** The part of the derivative due to this stage, for an eigenvalue of the task that is zero. */
    double byNewUnit(int k) {
        double unit = nodes.rootUnit(k);
        return adjoint.byNewUnit(k) + (stage.training().hasTaskSpectrum() ? byRatio(k) / unit / unit : 0);
    }

    /** The part of ∂E/∂ρ due to the labels. */
    private double byRatio(int k) {
        double c = linear.factor();
        double disagreement = nodes.power(k) * departure(k) * departure(k) + times(c * c, teacher.variance(k));
        return times(teacher.power(1, k), byPower) + times(disagreement, byDisagreement) + byRowScatter(k);
    }

    /** The part of ∂E/∂ρ that comes from a pool of several models. */
    private double byRowScatter(int k) {
        return times(teacherNoise() * teacher.rowScatter(k), adjoint.byNoiseVariance());
    }

    /** cm − t */
    private double departure(int k) {
        return linear.factor() == 1 ? teacher.deviation(k) : linear.factor() * teacher.mean(k) - nodes.truth(k);
    }

    private double ratio(int k) {
        double root = stage.rootRatio(nodes, k);
        return root * root;
    }
}
