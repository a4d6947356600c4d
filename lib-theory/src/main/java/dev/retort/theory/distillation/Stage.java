package dev.retort.theory.distillation;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.equivalent.Equivalent;
import dev.retort.core.internal.CompensatedSum;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Spectrum;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One training of a pipeline: a linear map of the labels' coefficients b with noise channels,
 *
 * <pre>  E b' = θ E b,      Var b' = θ² Var b + Σ_r profile_r A_r,      A_r = noise_r σ² + Σ_j cost_r,j E b_j².</pre>
 *
 * <p>A subclass, one kind of training, defines θ and the channels for a feature of eigenvalue λ, in units in which the
 * training's own features have variance one, √λ b. This class knows which feature has which eigenvalue, which features are
 * seen, and the units of the nodes, in which a feature of the training has the variance ρ. The contribution of unseen
 * features to the labels is noise. A feature that is not seen or does not vary has θ = 0, ζ = 1. Immutable.
 *
 * <p>The amounts A_r are computed up to a divisor that all of them share, {@link #spare()}: for ridge regression 1 − Ω, which
 * is 0 at the interpolation threshold.
 */
abstract class Stage {

    private static final int BLOCK = 32;

    private final Training training;

    /** The covariance of the features, if the model does not learn from all of the task's; nodes carry it. */
    private final @Nullable Spectrum own;

    private final @Nullable FeatureMask mask;

    Stage(RegressionTask task, Training training) {
        this.training = training;
        this.own = training.isOnTaskFeatures() ? null : training.spectrum(task);
        this.mask = training.mask().orElse(null);
    }

    /** The stage of a training. */
    static Stage of(RegressionTask task, Training training) {
        return training.estimator().stage(task, training);
    }

    /** The same stage as {@link #of}; the solver starts from this one where that is faster. */
    Stage neighbour(RegressionTask task, Training next) {
        return of(task, next);
    }

    final Training training() {
        return training;
    }

    /** τ and Ω of the training, if it has such numbers. */
    abstract Equivalent equivalent();

    // The part that depends on the kind of training, as a function of the eigenvalue λ > 0 of a feature that the model
    // sees.

    /** The part θ of a feature that is learnt. */
    abstract double theta(double lambda);

    /** 1 − θ, without a subtraction. */
    abstract double zeta(double lambda);

    /** The number of noise channels. */
    abstract int channels(Coordinates nodes);

    /** The common divisor of all amounts. */
    abstract double spare();

    /** The amounts due to noise on the labels, times {@link #spare()}; the noise variance is asked for times squared factors. */
    abstract double[] noiseAmounts(Coordinates nodes, DoubleUnaryOperator noisePower);

    /**
     * The amounts due to features that are not fully learnt, for labels of a given second moment, times {@link #spare()}.
     *
     * @param seen the second moment of node k, in the units of the node, if the model sees it
     */
    abstract double[] designAmounts(Coordinates nodes, NodePower seen);

    /** The variance that amounts (divided by {@link #spare()}) add to one feature of node k, in the units of the node. */
    abstract double addedVariance(double[] amounts, Coordinates nodes, int k);

    /** The same as a function of the node; overridden where something can be prepared for all nodes. */
    IntToDoubleFunction addedVariances(double[] amounts, Coordinates nodes) {
        return k -> addedVariance(amounts, nodes, k);
    }

    /** The total variance that amounts add, under the task's covariance. */
    abstract double addedVariance(double[] amounts, Coordinates nodes);

    /**
     * The cost C of each node, such that a second moment s of the labels there adds C s to the total variance; times {@link
     * #spare()}.
     */
    abstract Costs costs(Coordinates nodes);

    /** The costs of the labels' second moments under the task's covariance. */
    interface Costs {

        /** The cost of node k, times {@link Stage#spare()}. */
        double of(NodePower power, int k);

        /** C/θ for a feature of eigenvalue λ that the model sees, where ρ is its variance in the units of the node. */
        double perLearnt(double lambda, double rootRatio);
    }

    /**
     * The eigenvalues at which the gain of a training on the task's features crosses a level, in ascending order: found between
     * the nodes, and then by bisection. Kinds of training with a closed form override this.
     */
    double[] gainCrossings(Gain gain, Coordinates nodes, double level) {
        double[] grid = IntStream.range(0, nodes.size())
                .mapToDouble(nodes::eigenvalue)
                .filter(lambda -> lambda > 0)
                .sorted()
                .distinct()
                .toArray();
        List<Double> crossings = new ArrayList<>();
        double below = 0;
        for (double above : grid) {
            if (gain.at(below) > level != gain.at(above) > level) {
                crossings.add(crossing(gain, level, below, above));
            }
            below = above;
        }
        return crossings.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static double crossing(Gain gain, double level, double low, double high) {
        boolean startsAbove = gain.at(low) > level;
        double below = low;
        double above = high;
        while (true) {
            double middle = below > 0 ? Math.sqrt(below) * Math.sqrt(above) : above / 2;
            if (!(middle > below && middle < above)) {
                return below;
            }
            if (gain.at(middle) > level == startsAbove) {
                below = middle;
            } else {
                above = middle;
            }
        }
    }

    /**
     * The ratio of a channel's variance under the task's covariance to that under the training's.
     *
     * @param profile the part that one feature of a node gets, in the units of the node; the parts sum to 1 under the training's
     */
    final double amplification(Coordinates nodes, IntToDoubleFunction profile) {
        return isShifted()
                ? sum(nodes.size(), k -> nodes.matters(k) ? nodes.weight(k) * profile.applyAsDouble(k) : 0)
                : 1;
    }

    /** The increase of the task's risk per unit of noise variance on the labels. */
    final double noiseCost(Coordinates nodes) {
        return perSpare(addedVariance(noiseAmounts(nodes, factor -> factor * factor), nodes));
    }

    /** The mean squared error on the labels that the stage was trained on, the noise on them included. */
    abstract double trainingError(Labelled labels);

    /**
     * The stage, differentiated backwards.
     *
     * @throws IllegalStateException if the training is at an interpolation threshold where its derivatives are not known
     */
    abstract Adjoint adjoint(Labelled labels, double[] byDeviation, double[] byVariance, @Nullable Gain gain);

    /** Whether noise on the labels makes the risk infinite. */
    boolean isAtThreshold() {
        return spare() == 0;
    }

    // Features, masks and units.

    /** Whether the model learns from other features than the task's, or not from all of them. */
    final boolean isShifted() {
        return own != null;
    }

    /** Whether sums have to run over the features one by one. */
    boolean needsFeatures() {
        return (own != null && own.isListed()) || (mask != null && !mask.keepsFirst());
    }

    /** Nodes of features in their order that this stage treats as one each. */
    final Coordinates split(Coordinates nodes) {
        if (own == null) {
            return nodes;
        }
        Coordinates carrying = nodes.carrying(own);
        return mask != null && mask.keepsFirst() ? carrying.splitAfter((double) mask.count()) : carrying;
    }

    final boolean sees(Coordinates nodes, int k) {
        return mask == null || mask.keeps(nodes, k);
    }

    /** Whether the model sees a feature, counted from 0. */
    final boolean seesFeature(long i) {
        return mask == null || mask.keepsFeature(i);
    }

    /** λ of a feature of the training, counted from 0, whether the model sees it or not. */
    final double eigenvalueOfFeature(RegressionTask task, long i) {
        return (own == null ? task.spectrum() : own).eigenvalue(i);
    }

    /** λ of the training, whether the model sees the feature or not. */
    final double eigenvalue(Coordinates nodes, int k) {
        return own == null ? nodes.eigenvalue(k) : nodes.eigenvalue(own, k);
    }

    final double theta(Coordinates nodes, int k) {
        double lambda = eigenvalue(nodes, k);
        return lambda > 0 && sees(nodes, k) ? theta(lambda) : 0;
    }

    final double zeta(Coordinates nodes, int k) {
        double lambda = eigenvalue(nodes, k);
        return lambda > 0 && sees(nodes, k) ? zeta(lambda) : 1;
    }

    /** √ρ, where ρ is the variance of the training's feature in the units of the node, 1 if it is the task's. */
    final double rootRatio(Coordinates nodes, int k) {
        double lambda = eigenvalue(nodes, k);
        if (lambda == 0) {
            return 0;
        }
        return own == null ? 1 : Math.sqrt(lambda) / nodes.rootUnit(k);
    }

    // The operations for callers.

    /** The labels that a teacher with given moments gives to this training. */
    final Labelled labels(Moments teacher) {
        Coordinates nodes = teacher.coordinates();
        Labels.Linear linear = linear(teacher);
        Moments handedOver = teacher.times(linear.factor());
        double beside = linear.noiseVariance() + teacher.rowNoise(k -> rootRatio(nodes, k));
        double noise = training.labelNoise(nodes.task(), Math.hypot(training.noise(nodes.task()), Math.sqrt(beside)));
        double rows = training.teacherRows();
        double part = training.teacherShare() * rows;
        if (rows != 1) {
            noise = Math.hypot(noise, Math.sqrt(times(rows * (1 - rows), disagreement(handedOver))));
        }
        return new Labelled(handedOver.mixedWithTruth(part), noise, new Labelled.Given(teacher, linear, part));
    }

    private Labels.Linear linear(Moments teacher) {
        Labels kind = training.labels();
        if (kind.areLogits()) {
            return kind.linear(1);
        }
        Coordinates nodes = teacher.coordinates();
        if (teacher.areOfSeveral()) {
            throw refusal("labels", kind, "are not supported for a pool of rows; use logits");
        }
        double power = sum(nodes.size(), k -> teacher.power(rootRatio(nodes, k), k));
        if (!(power < Double.POSITIVE_INFINITY)) {
            throw refusal(
                    "labels", kind, "need a teacher of finite variance; this one is at its interpolation threshold");
        }
        return power == 0 ? new Labels.Linear(0, 0, 0, 0) : kind.linear(power);
    }

    /** The mean squared difference of teacher and truth on this training's features, E (xᵀ(b − β⋆))². */
    private double disagreement(Moments teacher) {
        Coordinates nodes = teacher.coordinates();
        return sum(nodes.size(), k -> {
            double root = rootRatio(nodes, k);
            double apart = root * teacher.deviation(k);
            return nodes.power(k) * apart * apart + times(root * root, teacher.variance(k));
        });
    }

    /** The amounts A_r by cause. No variance is negative, not even by rounding. Not for several threads. */
    final class Amounts {
        private final Coordinates nodes;
        private final double[] labelNoise;
        private final double[] design;
        private final double[] total;

        /** The added variance of each node, prepared on first use. */
        private @Nullable IntToDoubleFunction variances;

        private Amounts(Coordinates nodes, double[] labelNoise, double[] design) {
            this.nodes = nodes;
            this.labelNoise = spared(labelNoise);
            this.design = spared(design);
            this.total = this.labelNoise.clone();
            for (int r = 0; r < total.length; r++) {
                total[r] += this.design[r];
            }
        }

        /**
         * The variance that label noise, including the contribution of unseen features to the labels, adds to the task's
         * risk.
         */
        double labelNoise() {
            return Math.max(addedVariance(labelNoise, nodes), 0);
        }

        /** The variance that the random design adds to the task's risk. */
        double design() {
            return Math.max(addedVariance(design, nodes), 0);
        }

        /** The variance that is added to one feature of node k, in the units of the node. */
        double variance(int k) {
            if (variances == null) {
                variances = addedVariances(total, nodes);
            }
            return Math.max(variances.applyAsDouble(k), 0);
        }

        /** The amounts of both causes together. */
        double[] total() {
            return total;
        }
    }

    /** The amounts that this training adds to the variance for given labels. */
    final Amounts amounts(Labelled labels) {
        Coordinates nodes = labels.moments().coordinates();
        return new Amounts(
                nodes,
                noiseAmounts(
                        nodes,
                        factor -> labels.noisePower().applyAsDouble(factor) + unseen(nodes, labels.power(), factor)),
                designAmounts(nodes, labels.power()));
    }

    /** The sum of the amounts due to noise and to a second moment, times {@link #spare()}. */
    final double[] rawAmounts(Coordinates nodes, NodePower power, DoubleUnaryOperator noisePower) {
        double[] raw = noiseAmounts(nodes, factor -> noisePower.applyAsDouble(factor) + unseen(nodes, power, factor));
        double[] design = designAmounts(nodes, power);
        for (int r = 0; r < raw.length; r++) {
            raw[r] += design[r];
        }
        return raw;
    }

    /** The variance of the unseen features' contribution to the labels, which acts as noise; times the square of a factor. */
    final double unseen(Coordinates nodes, NodePower power, double factor) {
        return mask == null
                ? 0
                : sum(nodes.size(), k -> sees(nodes, k) ? 0 : power.times(factor * rootRatio(nodes, k), k));
    }

    /**
     * Returns a variance that this training produces; refuses one that is infinite although the exact value is finite,
     * because it has overflowed.
     */
    final double inRange(double variance, Labelled labels) {
        if (variance < Double.POSITIVE_INFINITY || isAtThreshold() || labels.areUnbounded()) {
            return variance;
        }
        if (labels.noise() > 0 && !(amounts(labels).labelNoise() < Double.POSITIVE_INFINITY)) {
            throw refusal(
                    "noise", labels.noise(), "makes, with these labels, a variance that overflows; take a larger unit");
        }
        throw refusal(
                "training",
                training,
                "turns these labels into a variance that overflows; take a larger unit, or a covariance closer to the task's");
    }

    /** √λ (E b' − β⋆) */
    final double trainedDeviation(Moments labels, int k) {
        Coordinates nodes = labels.coordinates();
        double deviation = labels.deviation(k);
        double inherited = deviation == 0 ? 0 : theta(nodes, k) * deviation;
        return inherited - zeta(nodes, k) * nodes.truth(k);
    }

    /** The part of Var b' that comes from the variance of the labels' coefficients. */
    final double inheritedVariance(Moments labels, int k) {
        double variance = labels.variance(k);
        if (variance == 0) {
            return 0;
        }
        double theta = theta(labels.coordinates(), k);
        return times(theta * theta, variance);
    }

    /** The moments of the coefficients trained on the labels of a teacher with these moments. */
    final Moments trained(Moments teacher) {
        Labelled labelled = labels(teacher);
        Moments labels = labelled.moments();
        Coordinates nodes = labels.coordinates();
        Amounts added = amounts(labelled);
        double[] mean = new double[labels.size()];
        double[] deviation = new double[labels.size()];
        double[] variance = new double[labels.size()];
        for (int k = 0; k < deviation.length; k++) {
            mean[k] = theta(nodes, k) * labels.mean(k);
            deviation[k] = trainedDeviation(labels, k);
            variance[k] = inRange(inheritedVariance(labels, k) + times(nodes.weight(k), added.variance(k)), labelled);
        }
        return new Moments(nodes, mean, deviation, variance);
    }

    private double[] spared(double[] raw) {
        double[] amounts = new double[raw.length];
        for (int r = 0; r < raw.length; r++) {
            amounts[r] = perSpare(raw[r]);
        }
        return amounts;
    }

    /** Divides by {@link #spare()}; where that is 0, the result is infinite unless the value is 0. */
    final double perSpare(double value) {
        return value == 0 ? 0 : value / spare();
    }

    /** A product in which 0 · ∞ = 0. */
    static double times(double factor, double value) {
        return factor == 0 || value == 0 ? 0 : factor * value;
    }

    /**
     * A sum over nodes, infinite as soon as a term is: node weights may have either sign, but the sums they represent are
     * positive. Blocks are added plainly and then compensated.
     */
    static double sum(int size, IntToDoubleFunction term) {
        CompensatedSum sum = new CompensatedSum();
        for (int start = 0; start < size; start += BLOCK) {
            double block = 0;
            for (int k = start; k < Math.min(start + BLOCK, size); k++) {
                double value = term.applyAsDouble(k);
                if (Double.isInfinite(value)) {
                    return Double.POSITIVE_INFINITY;
                }
                block += value;
            }
            sum.add(block);
        }
        return sum.value();
    }
}
