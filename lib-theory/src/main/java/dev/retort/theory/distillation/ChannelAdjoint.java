package dev.retort.theory.distillation;

import static dev.retort.theory.distillation.Stage.times;

import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A stage of any kind, differentiated backwards through its noise channels. With the derivatives D and V of the risk with
 * respect to the deviations and variances that the stage produces,
 *
 * <pre>  d' = θd − ζt,   v' = θ²v + w a(P, σ²):     dE = Σ (D(t + d) + 2Vθv) dθ + Σ Vw da + θ D dd + θ² V dv − ζ D dt.</pre>
 *
 * <p>If the labels follow the gain g = (θ + D)/(θ² + C + D) of the stage, g adds a term through θ and the costs C and D,
 * which have the same form, with the task's measure in place of V. Immutable.
 */
final class ChannelAdjoint implements Adjoint {

    private final Stage stage;
    private final Function<Functional.Terms, Functional> functional;
    private final Moments labels;
    private final Coordinates nodes;
    private final double[] byDeviation;
    private final double[] byVariance;
    private final Functional made;

    /** The derivatives through the gain; null unless the labels follow it. */
    private final @Nullable Functional following;

    /** The part of ∂E/∂ln ρ of a node due to the disagreement of teacher and truth in that node. */
    private final double[] byOwnRatio;

    /**
     * Differentiates a stage.
     *
     * @param functional makes the derivatives of a functional of the stage's output
     * @param byDeviation ∂E/∂d', not copied
     * @param byVariance ∂E/∂v', not copied
     * @param gain the gain of the labels; null unless they follow this training
     * @throws IllegalStateException if the training is at its interpolation threshold
     */
    static Adjoint of(
            Stage stage,
            Function<Functional.Terms, Functional> functional,
            Labelled labelled,
            double[] byDeviation,
            double[] byVariance,
            @Nullable Gain gain) {
        if (stage.isAtThreshold()) {
            throw new IllegalStateException("No derivatives are known at the interpolation threshold of a training by "
                    + stage.training().estimator() + "; move its samples off "
                    + stage.training().samples());
        }
        return new ChannelAdjoint(stage, functional, labelled, byDeviation, byVariance, gain);
    }

    private ChannelAdjoint(
            Stage stage,
            Function<Functional.Terms, Functional> functional,
            Labelled labelled,
            double[] byDeviation,
            double[] byVariance,
            @Nullable Gain gain) {
        this.stage = stage;
        this.functional = functional;
        this.labels = labelled.moments();
        this.nodes = labels.coordinates();
        this.byDeviation = byDeviation;
        this.byVariance = byVariance;
        double[] byTheta = new double[nodes.size()];
        double[] weights = new double[nodes.size()];
        for (int k = 0; k < weights.length; k++) {
            byTheta[k] = byDeviation[k] * labels.mean(k)
                    + 2 * stage.theta(nodes, k) * times(byVariance[k], labels.variance(k));
            weights[k] = times(byVariance[k], nodes.weight(k));
        }
        double noise = labelled.noise();
        this.made = functional.apply(new Functional.Terms(nodes, byTheta, weights, labelled.power(), noise * noise));
        this.byOwnRatio = new double[nodes.size()];
        this.following = gain == null ? null : following(gain);
    }

    private Functional following(Gain gain) {
        double rows = stage.training().teacherRows();
        double odds = rows == 1 ? 0 : (1 - rows) / rows;
        double noiseCost = stage.noiseCost(nodes);
        double[] byTheta = new double[nodes.size()];
        double[] byCost = new double[nodes.size()];
        double[] matters = new double[nodes.size()];
        for (int k = 0; k < byTheta.length; k++) {
            matters[k] = nodes.matters(k) ? nodes.weight(k) : 0;
            double theta = stage.theta(nodes, k);
            if (!nodes.matters(k) || theta == 0) {
                continue;
            }
            double g = gain.of(k);
            double ratio = ratio(k);
            double truth = nodes.truth(k);
            // In a pool of rows, teacher and truth disagree by (g − 1)t over the teacher's part.
            double byGain = truth
                    * (byLabelDeviation(k)
                            + 2 * odds * times(ratio * nodes.power(k) * labels.deviation(k), made.byNoiseVariance()));
            // θ² + C + D = (θ + D)/g
            double disagreement = times(odds * ratio, noiseCost);
            double divisor = (theta + disagreement) / g;
            byTheta[k] = byGain * (1 - 2 * theta * g) / divisor;
            byCost[k] = -byGain * g / divisor;
            byOwnRatio[k] = byGain * (1 - g) / divisor * odds * ratio;
        }
        double noise = Arrays.stream(byOwnRatio).sum();
        Arrays.setAll(byOwnRatio, k -> times(byOwnRatio[k], noiseCost));
        return functional.apply(
                new Functional.Terms(nodes, byTheta, matters, (factor, k) -> factor * factor * byCost[k], noise));
    }

    @Override
    public double byLabelDeviation(int k) {
        return 2 * nodes.power(k) * times(labels.mean(k), made.byPower(k)) + stage.theta(nodes, k) * byDeviation[k];
    }

    @Override
    public double byLabelVariance(int k) {
        double theta = stage.theta(nodes, k);
        return times(theta * theta, byVariance[k]) + made.byPower(k);
    }

    @Override
    public double byNoiseVariance() {
        return made.byNoiseVariance();
    }

    @Override
    public double by(Parameter parameter) {
        return made.by(parameter) + (following == null ? 0 : following.by(parameter));
    }

    @Override
    public double byEigenvalue(int k) {
        double lambda = stage.eigenvalue(nodes, k);
        if (lambda == 0) {
            double jump = made.jump(k) + (following == null ? 0 : following.jump(k));
            return jump != 0
                    ? Math.copySign(Double.POSITIVE_INFINITY, jump)
                    : made.byNewEigenvalue(k) + (following == null ? 0 : following.byNewEigenvalue(k));
        }
        return (byFactors(k) + byRatio(k)) / lambda;
    }

    private double byFactors(int k) {
        return made.byFactors(k) + (following == null ? 0 : following.byFactors(k));
    }

    private double byRatio(int k) {
        return made.byRatio(k) + (following == null ? 0 : following.byRatio(k) + byOwnRatio[k]);
    }

    @Override
    public double byUnit(int k) {
        double byTruth =
                2 * nodes.power(k) * times(labels.mean(k), made.byPower(k)) - stage.zeta(nodes, k) * byDeviation[k];
        return nodes.truth(k) * byTruth / 2 + (stage.training().hasTaskSpectrum() ? byFactors(k) : -byRatio(k));
    }

    @Override
    public double byNewUnit(int k) {
        return stage.training().hasTaskSpectrum() ? byEigenvalue(k) : 0;
    }

    @Override
    public double squaredError(int k) {
        double deviation = stage.trainedDeviation(labels, k);
        boolean varies = stage.eigenvalue(nodes, k) > 0 || stage.training().hasTaskSpectrum();
        return deviation * deviation + stage.inheritedVariance(labels, k) + (varies ? made.addedVariance(k) : 0);
    }

    private double ratio(int k) {
        double root = stage.rootRatio(nodes, k);
        return root * root;
    }
}
