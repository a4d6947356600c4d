package dev.retort.theory.distillation;

import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.function.LongPredicate;

/**
 * The ratio g of the coefficients of the labels that are best for a training to the truth. A coefficient b = gβ⋆ costs (θg −
 * 1)² + Cg² + D(g − 1)² of the truth's part of the risk, where C is the cost of the second moment of the labels and D, in a
 * pool of rows, that of the disagreement between teacher and truth; so the best ratio is
 *
 * <pre>  g = (θ + D)/(θ² + C + D).</pre>
 *
 * Immutable.
 */
final class Gain {

    private final Stage pupil;
    private final Coordinates nodes;
    private final Stage.Costs costs;
    private final double disagreementCost;

    Gain(Stage pupil, Coordinates nodes) {
        this.pupil = pupil;
        this.nodes = nodes;
        this.costs = pupil.costs(nodes);
        double rows = pupil.training().teacherRows();
        this.disagreementCost = rows == 1 || rows == 0 ? 0 : (1 - rows) / rows * pupil.noiseCost(nodes);
    }

    /** The gain of a feature with a given variance under a training on the task's features. */
    double at(double lambda) {
        return lambda == 0 ? ofUnlearnt() : at(lambda, 1);
    }

    /** The gain of a node. */
    double of(int k) {
        return teaches(k) ? at(pupil.eigenvalue(nodes, k), pupil.rootRatio(nodes, k)) : ofUnlearnt();
    }

    /** The gain of a feature, counted from 0. */
    double ofFeature(long i) {
        double lambda = nodes.task().spectrum().eigenvalue(i);
        double seen = pupil.seesFeature(i) ? pupil.eigenvalueOfFeature(nodes.task(), i) : 0;
        return lambda > 0 && seen > 0 && pupil.theta(seen) > 0
                ? at(seen, Math.sqrt(seen) / Math.sqrt(lambda))
                : ofUnlearnt();
    }

    /**
     * The gain of a feature that the pupil does not learn, θ = 0, whose coefficient is noise to it: D/(C + D), which leaves the
     * truth's rows alone and silences the teacher's.
     */
    private double ofUnlearnt() {
        return isBeyondHelp()
                ? 1
                : disagreementCost == 0 ? 0 : 1 - pupil.training().teacherRows();
    }

    private boolean teaches(int k) {
        return nodes.matters(k) && pupil.theta(nodes, k) > 0;
    }

    private double at(double lambda, double rootRatio) {
        if (isBeyondHelp()) {
            return 1;
        }
        double theta = pupil.theta(lambda);
        double disagreement = disagreement(theta, rootRatio);
        return (1 + disagreement) / (theta + costs.perLearnt(lambda, rootRatio) + disagreement);
    }

    /** Whether teacher and truth make the risk infinite wherever they disagree; then the truth is as good a teacher as any. */
    private boolean isBeyondHelp() {
        return Double.isInfinite(disagreementCost);
    }

    /** D/θ */
    private double disagreement(double theta, double rootRatio) {
        return disagreementCost == 0 ? 0 : rootRatio * rootRatio * disagreementCost / theta;
    }

    /** 1 − θg, the part of the truth that the pupil still lacks. */
    double lacking(int k) {
        if (!teaches(k)) {
            return 1;
        }
        double lambda = pupil.eigenvalue(nodes, k);
        double rootRatio = pupil.rootRatio(nodes, k);
        if (isBeyondHelp()) {
            return pupil.zeta(lambda);
        }
        double theta = pupil.theta(lambda);
        double cost = costs.perLearnt(lambda, rootRatio);
        double disagreement = disagreement(theta, rootRatio);
        return Double.isInfinite(cost) ? 1 : (cost + pupil.zeta(lambda) * disagreement) / (theta + cost + disagreement);
    }

    /** g − 1, without cancellation for features that are almost fully learnt. */
    double aboveOne(int k) {
        if (!teaches(k)) {
            return ofUnlearnt() - 1;
        }
        double lambda = pupil.eigenvalue(nodes, k);
        double rootRatio = pupil.rootRatio(nodes, k);
        if (isBeyondHelp()) {
            return 0;
        }
        double theta = pupil.theta(lambda);
        double cost = costs.perLearnt(lambda, rootRatio);
        return Double.isInfinite(cost)
                ? -1
                : (pupil.zeta(lambda) - cost) / (theta + cost + disagreement(theta, rootRatio));
    }

    /**
     * The nodes whose truth is better kept in the teacher's part of the labels than dropped: the risk is a parabola in the
     * coefficient with its minimum at g, so that 1 is better than 1 − a if it is closer to g.
     */
    IntPredicate kept() {
        if (pupil.isShifted() || pupil.needsFeatures()) {
            return k -> keeps(of(k));
        }
        double[] edges = edges();
        return k -> keeps(edges, nodes.eigenvalue(k));
    }

    private boolean keeps(double gain) {
        return pupil.training().teacherShare() < 0 ? gain < middle() : gain > middle();
    }

    /** Whether the truth of a feature, counted from 0, is better kept than dropped. */
    LongPredicate keptFeatures() {
        if (pupil.isShifted() || pupil.needsFeatures()) {
            return i -> keeps(ofFeature(i));
        }
        double[] edges = edges();
        return i -> keeps(edges, nodes.task().spectrum().eigenvalue(i));
    }

    /** Whether features of arbitrarily small variance are kept under a training on the task's features. */
    boolean keepsTheSmallest() {
        return keeps(edges(), Double.MIN_VALUE);
    }

    private boolean keeps(double[] edges, double lambda) {
        boolean above = Arrays.stream(edges).filter(edge -> lambda > edge).count() % 2 == 1;
        return above != pupil.training().teacherShare() < 0;
    }

    /**
     * The eigenvalues at which keeping turns into dropping under a training on the task's features; below all of them, g is
     * below 1 − a/2.
     */
    double[] edges() {
        return pupil.gainCrossings(this, nodes, middle());
    }

    /** 1 − a/2, halfway between the truth kept and the truth dropped in the teacher's part of the labels. */
    private double middle() {
        return 1 - pupil.training().teacherShare() * pupil.training().teacherRows() / 2;
    }
}
