package dev.retort.theory.distillation;

import dev.retort.core.equivalent.DeterministicEquivalent;

/**
 * By how much the coefficients of the labels that are best for a training exceed the truth. With s² = ρW Ω/(1−Ω), where ρ
 * and W hold the training's covariance against the task's (both are 1 if it is the same),
 *
 * <pre>  g = θ/(θ² + s²ζ²).</pre>
 *
 * Immutable.
 */
final class Gain {

    private final Stage pupil;
    private final Coordinates nodes;
    private final DeterministicEquivalent equivalent;
    private final double rootAmplification;

    Gain(Stage pupil, Coordinates nodes) {
        this.pupil = pupil;
        this.nodes = nodes;
        this.equivalent = pupil.equivalent();
        this.rootAmplification = Math.sqrt(pupil.amplification(nodes));
    }

    /** The gain of a feature of some variance under a training on the task's features. */
    double at(double lambda) {
        return lambda == 0 ? 0 : at(lambda, 1);
    }

    /** The gain of a node: 0 if it does not matter, or is not seen. */
    double of(int k) {
        return teaches(k) ? at(pupil.eigenvalue(nodes, k), pupil.rootRatio(nodes, k)) : 0;
    }

    private boolean teaches(int k) {
        return nodes.matters(k) && pupil.theta(nodes, k) > 0;
    }

    private double at(double lambda, double rootRatio) {
        double theta = equivalent.learnabilityOf(lambda);
        double spare = equivalent.oneMinusOmega();
        double missed = missed(lambda, rootRatio);
        return missed == 0 ? 1 / theta : spare / (spare * theta + missed);
    }

    /** (1−Ω)s²ζ²/θ */
    private double missed(double lambda, double rootRatio) {
        double scale = scale(rootRatio);
        return scale * equivalent.tau() / lambda * scale * equivalent.zetaOf(lambda);
    }

    /** 1 − θg, the part of the truth that the pupil lacks all the same. */
    double lacking(int k) {
        if (!teaches(k)) {
            return 1;
        }
        double lambda = pupil.eigenvalue(nodes, k);
        double missed = missed(lambda, pupil.rootRatio(nodes, k));
        return missed == 0 ? 0 : missed / (equivalent.oneMinusOmega() * equivalent.learnabilityOf(lambda) + missed);
    }

    /** g − 1, without cancellation for the features that are almost wholly learnt. */
    double aboveOne(int k) {
        if (!teaches(k)) {
            return -1;
        }
        double lambda = pupil.eigenvalue(nodes, k);
        double zeta = equivalent.zetaOf(lambda);
        double rootRatio = pupil.rootRatio(nodes, k);
        if (zeta >= 0.5) {
            return at(lambda, rootRatio) - 1;
        }
        double t = scale(rootRatio) * equivalent.tau() / lambda;
        double u = t == 0 ? 0 : 1 / (1 + equivalent.oneMinusOmega() / (t * t));
        return (zeta - u) / equivalent.learnabilityOf(lambda);
    }

    /**
     * s√(1−Ω). With t = s√(1−Ω) τ/λ the gain is (1−Ω)/((1−Ω)θ + t s√(1−Ω) ζ), which stays exact where θ² or Ω underflows; the
     * order of the products keeps infinity out of them.
     */
    private double scale(double rootRatio) {
        return equivalent.rootOmega() * rootAmplification * rootRatio;
    }

    /**
     * Whether the truth of a node is better kept in the teacher's part of the labels than dropped: the risk is a parabola in
     * the coefficient, lowest at g, so that 1 is better than 1 − a if it is nearer to g.
     */
    boolean keeps(int k) {
        if (!pupil.needsFeatures()) {
            return keeps(pupil, nodes.eigenvalue(k));
        }
        double share = pupil.training().teacherShare();
        double middle = 1 - share / 2;
        return share < 0 ? of(k) < middle : of(k) > middle;
    }

    /** The same for a feature of some variance under a training on the task's features. */
    static boolean keeps(Stage pupil, double lambda) {
        boolean keeps = pupil.training().teacherShare() < 0;
        for (double edge : edges(pupil)) {
            keeps ^= lambda > edge;
        }
        return keeps;
    }

    /**
     * The eigenvalues at which keeping turns into dropping under a training on the task's features: one for a teacher with a
     * share of its own; for one that is contradicted, for which 1 is the smaller of the two, none or two, between which the
     * gain exceeds both too far.
     */
    static double[] edges(Stage pupil) {
        DeterministicEquivalent equivalent = pupil.equivalent();
        double h = 1 - pupil.training().teacherShare() / 2;
        if (h <= 1) {
            return new double[] {keptAbove(equivalent, h)};
        }
        double spare = equivalent.oneMinusOmega();
        double square = spare * (spare / 4 - equivalent.omega() * h * (h - 1));
        if (equivalent.tau() == 0 || !(square > 0)) {
            return new double[0];
        }
        double larger = (spare * (h - 0.5) + Math.sqrt(square)) / h;
        double smaller = spare * (h - 1) / h / larger;
        return new double[] {equivalent.tau() * (1 - larger) / larger, equivalent.tau() * (1 - smaller) / smaller};
    }

    /**
     * The eigenvalue at which g = h, at most 1, solved without a difference: its ζ is the positive root of hζ² +
     * (1−Ω)(1−2h)ζ − (1−Ω)(1−h). No gain is below h = 0.
     */
    static double keptAbove(DeterministicEquivalent equivalent, double h) {
        if (equivalent.tau() == 0 || h <= 0) {
            return 0;
        }
        double spare = equivalent.oneMinusOmega();
        double half = spare * (2 * h - 1) / 2;
        double root = Math.sqrt(half * half + h * spare * (1 - h));
        double zeta = half > 0 ? (half + root) / h : spare * (1 - h) / (root - half);
        double learnt = h * equivalent.omega() / (h * (1 + zeta) + spare * (1 - 2 * h));
        return equivalent.tau() * learnt / zeta;
    }
}
