package dev.retort.theory.distillation;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.RegressionTask;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Ridge regression, or the minimum-norm interpolator or least squares without ridge. It has one noise channel,
 *
 * <pre>  profile = θ²/df2,      noise = Ω/(1−Ω),      cost = ζ²Ω/(1−Ω).</pre>
 *
 * √Ω goes into the squares: where Ω is small, a surrogate may be large in proportion. Immutable.
 */
final class RidgeStage extends Stage {

    private final DeterministicEquivalent equivalent;

    static RidgeStage of(RegressionTask task, Training training) {
        return new RidgeStage(
                task,
                training,
                DeterministicEquivalent.of(training.seenSpectrum(task), training.samples(), training.ridge()));
    }

    private RidgeStage(RegressionTask task, Training training, DeterministicEquivalent equivalent) {
        super(task, training);
        this.equivalent = equivalent;
    }

    @Override
    Stage neighbour(RegressionTask task, Training next) {
        return training().isOnTaskFeatures() && next.isOnTaskFeatures() && next.estimator() instanceof Estimator.Ridge
                ? new RidgeStage(task, next, equivalent.at(next.samples(), next.ridge()))
                : Stage.of(task, next);
    }

    @Override
    DeterministicEquivalent equivalent() {
        return equivalent;
    }

    @Override
    double theta(double lambda) {
        return isFaint() ? equivalent.learnabilityOf(lambda) : lambda / (lambda + equivalent.tau());
    }

    @Override
    double zeta(double lambda) {
        return isFaint() ? equivalent.zetaOf(lambda) : equivalent.tau() / (lambda + equivalent.tau());
    }

    @Override
    int channels(Coordinates nodes) {
        return 1;
    }

    @Override
    double spare() {
        return equivalent.oneMinusOmega();
    }

    @Override
    double[] noiseAmounts(Coordinates nodes, DoubleUnaryOperator noisePower) {
        return new double[] {noisePower.applyAsDouble(equivalent.rootOmega())};
    }

    @Override
    double[] designAmounts(Coordinates nodes, NodePower seen) {
        return new double[] {sum(nodes.size(), k -> sees(nodes, k) ? seen.times(missedScale(nodes, k), k) : 0)};
    }

    @Override
    double addedVariance(double[] amounts, Coordinates nodes, int k) {
        return times(portion(nodes, k), amounts[0]);
    }

    @Override
    double addedVariance(double[] amounts, Coordinates nodes) {
        return times(amplification(nodes), amounts[0]);
    }

    /** √(Ωρ) ζ, the root of the cost of a feature times 1 − Ω. */
    double missedScale(Coordinates nodes, int k) {
        return equivalent.rootOmega() * zeta(nodes, k) * rootRatio(nodes, k);
    }

    /** The part θ²/(ρ df2) of the added variance that one feature of the node gets, in the units of the node. */
    double portion(Coordinates nodes, int k) {
        double theta = theta(nodes, k);
        if (theta == 0) {
            return 0;
        }
        double root = theta / equivalent.rootOmega() / rootRatio(nodes, k);
        return root * root / equivalent.samples();
    }

    /** The ratio of the added variance under the task's covariance to that under the training's. */
    double amplification(Coordinates nodes) {
        return amplification(nodes, k -> portion(nodes, k));
    }

    @Override
    Costs costs(Coordinates nodes) {
        double amplification = amplification(nodes);
        double scale = equivalent.rootOmega() * Math.sqrt(amplification);
        return new Costs() {
            @Override
            public double of(NodePower power, int k) {
                return times(amplification, power.times(missedScale(nodes, k), k));
            }

            @Override
            public double perLearnt(double lambda, double rootRatio) {
                double missed = missedPerLearnt(scale * rootRatio, lambda);
                return perSpare(missed * (scale * rootRatio * zeta(lambda)));
            }
        };
    }

    /**
     * A factor times ζ/θ = τ/λ, in an order in which the ratio cannot overflow alone; it stays exact where θ² or Ω underflows.
     * Where it is τ that has lost its digits, ζ and θ have not.
     */
    private double missedPerLearnt(double factor, double lambda) {
        return isFaint() ? factor * zeta(lambda) / theta(lambda) : factor * equivalent.tau() / lambda;
    }

    /** Whether τ is 0, or has underflowed and lost digits. */
    private boolean isFaint() {
        return Math.abs(equivalent.tau()) < Double.MIN_NORMAL;
    }

    /** Whether the model fits its labels exactly. */
    private boolean isInterpolating() {
        return equivalent.ridge() == 0
                && equivalent.samples() < equivalent.spectrum().measure().rank();
    }

    /**
     * A level of at most 1 is crossed once. A higher level, such as 1 − a/2 for a teacher that is contradicted, is crossed
     * never or twice, and the gain exceeds it between the crossings.
     */
    @Override
    double[] gainCrossings(Gain gain, Coordinates nodes, double level) {
        if (training().teacherRows() != 1) {
            return super.gainCrossings(gain, nodes, level);
        }
        if (level <= 1) {
            return new double[] {keptAbove(equivalent, level)};
        }
        if (equivalent.tau() < 0) {
            return new double[0];
        }
        double spare = equivalent.oneMinusOmega();
        double square = spare * (spare / 4 - equivalent.omega() * level * (level - 1));
        if (equivalent.tau() == 0 || !(square > 0)) {
            return new double[0];
        }
        double root = Math.sqrt(square);
        double larger = (spare * (level - 0.5) + root) / level;
        double smaller = spare * (level - 1) / level / larger;
        // 1 − ζ without cancellation, from hθ² − (2hΩ + 1 − Ω)θ + hΩ
        double mostLearnt = level * equivalent.omega() + spare / 2 + root;
        return new double[] {
            equivalent.tau() * (level * equivalent.omega() / mostLearnt) / larger,
            equivalent.tau() * (mostLearnt / level) / smaller
        };
    }

    /**
     * The eigenvalue at which g = h ≤ 1, found without cancellation: its ζ is the positive root of hζ² +
     * (1−Ω)(1−2h)ζ − (1−Ω)(1−h), or the negative root if τ is negative, where every gain is below one. No gain is below h = 0.
     */
    static double keptAbove(DeterministicEquivalent equivalent, double h) {
        if (equivalent.tau() == 0 || h <= 0) {
            return 0;
        }
        double spare = equivalent.oneMinusOmega();
        double half = spare * (2 * h - 1) / 2;
        double root = Math.sqrt(half * half + h * spare * (1 - h));
        if (equivalent.tau() < 0) {
            double beyond = half > 0 ? spare * (1 - h) / (half + root) : (root - half) / h; // −ζ
            return beyond == 0 ? Double.POSITIVE_INFINITY : -equivalent.tau() * (1 + beyond) / beyond;
        }
        double zeta = half > 0 ? (half + root) / h : spare * (1 - h) / (root - half);
        double learnt = h * equivalent.omega() / (h * (1 + zeta) + spare * (1 - 2 * h));
        return equivalent.tau() * learnt / zeta;
    }

    /** (1 − df1/n)² times the mean squared error on fresh labels, as in generalised cross-validation. */
    @Override
    double trainingError(Labelled labels) {
        Coordinates nodes = labels.moments().coordinates();
        double noise = labels.noise();
        double missed =
                noise * noise + sum(nodes.size(), k -> labels.power().times(zeta(nodes, k) * rootRatio(nodes, k), k));
        if (isInterpolating()) {
            return 0;
        }
        double left = equivalent.ridge() == 0 ? equivalent.oneMinusOmega() : equivalent.ridge() / equivalent.tau();
        return left == 0 ? 0 : left * (left * perSpare(missed));
    }

    @Override
    Adjoint adjoint(Labelled labels, double[] byDeviation, double[] byVariance, @Nullable Gain gain) {
        if (isFaint() && (equivalent.tau() != 0 || isInterpolating())) {
            throw new IllegalStateException("No derivatives are known where τ, " + equivalent.tau()
                    + ", is below 2.2e-308 and has few digits; take a smaller unit");
        }
        double rows = training().teacherRows();
        if (gain != null && rows != 1 && rows != 0) {
            if (training().ridge() < 0) {
                throw new IllegalStateException(
                        "No derivatives are known where the optimal surrogate labels a part of the rows, " + rows
                                + ", and the ridge is below 0, " + training().ridge() + "; take a ridge of at least 0");
            }
            // In a pool of rows the gain also depends on the disagreement of teacher and truth.
            return RandomFeatureStage.of(labels.moments().coordinates().task(), training(), Double.POSITIVE_INFINITY)
                    .adjoint(labels, byDeviation, byVariance, gain);
        }
        return new RidgeAdjoint(this, labels, byDeviation, byVariance, gain);
    }
}
