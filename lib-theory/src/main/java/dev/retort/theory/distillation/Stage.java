package dev.retort.theory.distillation;

import dev.retort.core.CompensatedSum;
import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Spectrum;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * One training of a pipeline: what it makes of labels that coefficients with given moments provide,
 *
 * <pre>  E b' = θ E b,      Var b' = θ² Var b + c λ/(λ+τ)²,      c = (σ² + Σ λζ² E b²)/(n(1−Ω)),</pre>
 *
 * with the eigenvalues λ of the training. A feature that the model does not see has θ = 0, ζ = 1. Immutable.
 */
final class Stage {

    private static final int BLOCK = 32;

    private final RegressionTask task;
    private final Training training;
    private final DeterministicEquivalent equivalent;

    /** The covariance of the features, if they are not the task's; then every node is a feature. */
    private final @Nullable Spectrum own;

    private final @Nullable FeatureMask mask;

    Stage(RegressionTask task, Training training) {
        this(task, training, training.equivalent(task));
    }

    /** With an equivalent that is known already. */
    Stage(RegressionTask task, Training training, DeterministicEquivalent equivalent) {
        this.task = task;
        this.training = training;
        this.equivalent = equivalent;
        this.own = training.isOnTaskFeatures() ? null : training.spectrum(task);
        this.mask = training.mask().orElse(null);
    }

    /** What a training adds to the variance of the coefficients in all, measured under its own covariance. */
    record Added(double labelNoise, double design) {
        double total() {
            return labelNoise + design;
        }
    }

    Training training() {
        return training;
    }

    DeterministicEquivalent equivalent() {
        return equivalent;
    }

    boolean needsFeatures() {
        return own != null;
    }

    boolean sees(int k) {
        return mask == null || mask.keeps(k);
    }

    /** λ of the training, whether the model sees the feature or not. */
    double eigenvalue(Coordinates nodes, int k) {
        return own == null ? nodes.eigenvalue(k) : own.eigenvalue(k);
    }

    double theta(Coordinates nodes, int k) {
        double lambda = eigenvalue(nodes, k);
        return lambda > 0 && sees(k) ? lambda / (lambda + equivalent.tau()) : 0;
    }

    double zeta(Coordinates nodes, int k) {
        double lambda = eigenvalue(nodes, k);
        return lambda > 0 && sees(k) ? equivalent.tau() / (lambda + equivalent.tau()) : 1;
    }

    /** √ρ, where ρ is the variance of the training's feature in the units of the node, 1 if it is the task's. */
    double rootRatio(Coordinates nodes, int k) {
        double lambda = eigenvalue(nodes, k);
        if (lambda == 0) {
            return 0;
        }
        return own == null ? 1 : Math.sqrt(lambda) / nodes.rootUnit(k);
    }

    /** The part λ/(λ+τ)²/df2 of the added variance that one feature of the node gets, in the units of the node. */
    double portion(Coordinates nodes, int k) {
        double theta = theta(nodes, k);
        if (theta == 0) {
            return 0;
        }
        double root = theta / equivalent.rootOmega() / rootRatio(nodes, k);
        return root * root / equivalent.samples();
    }

    /** How many times larger the added variance is under the task's covariance than under the training's. */
    double amplification(Coordinates nodes) {
        return own == null ? 1 : sum(nodes.size(), k -> nodes.matters(k) ? nodes.weight(k) * portion(nodes, k) : 0);
    }

    /** What this training adds to the variance; what the labels owe to unseen features counts as noise on them. */
    Added added(Moments labels) {
        double noise = equivalent.rootOmega() * training.labelNoise(task);
        double unseen = mask == null ? 0 : sum(labels.size(), k -> sees(k) ? 0 : missed(labels, k));
        double design = sum(labels.size(), k -> sees(k) ? missed(labels, k) : 0);
        return new Added(perSpareSample(noise * noise + unseen), perSpareSample(design));
    }

    /** √(Ωρ) ζ; √Ω goes within squares, for a surrogate may be as large as Ω is small. */
    double missedScale(Coordinates nodes, int k) {
        return equivalent.rootOmega() * zeta(nodes, k) * rootRatio(nodes, k);
    }

    /** Ω λζ² E b² */
    double missed(Moments labels, int k) {
        Coordinates nodes = labels.coordinates();
        double scale = missedScale(nodes, k);
        double mean = scale * labels.mean(k);
        return nodes.power(k) * mean * mean + times(scale * scale, labels.variance(k));
    }

    /** √λ (E b' − β⋆) */
    double trainedDeviation(Moments labels, int k) {
        Coordinates nodes = labels.coordinates();
        return theta(nodes, k) * labels.deviation(k) - zeta(nodes, k) * nodes.truth(k);
    }

    /** The part of Var b' that the labels bring with them. */
    double inheritedVariance(Moments labels, int k) {
        double theta = theta(labels.coordinates(), k);
        return times(theta * theta, labels.variance(k));
    }

    /** The moments of the coefficients trained on labels of these moments. */
    Moments trained(Moments given) {
        Moments labels = given.mixedWithTruth(training.teacherShare());
        Coordinates nodes = labels.coordinates();
        double added = added(labels).total();
        double[] deviation = new double[labels.size()];
        double[] variance = new double[labels.size()];
        for (int k = 0; k < deviation.length; k++) {
            deviation[k] = trainedDeviation(labels, k);
            variance[k] = inheritedVariance(labels, k) + times(nodes.weight(k) * portion(nodes, k), added);
        }
        return new Moments(nodes, deviation, variance);
    }

    /** Division by 1 − Ω; at the interpolation threshold without bound, unless there is nothing to divide. */
    double perSpareSample(double value) {
        return value == 0 ? 0 : value / equivalent.oneMinusOmega();
    }

    /** A product in which nothing of what is infinite is nothing. */
    static double times(double factor, double value) {
        return factor == 0 || value == 0 ? 0 : factor * value;
    }

    /**
     * A sum over nodes, infinite as soon as a term is: nodes of either sign stand together for what is positive. Blocks are
     * added plainly and then compensated.
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
