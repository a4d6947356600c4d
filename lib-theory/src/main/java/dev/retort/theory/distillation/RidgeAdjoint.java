package dev.retort.theory.distillation;

import static dev.retort.theory.distillation.Stage.times;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.internal.CompensatedSum;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Ridge regression, differentiated backwards: from the derivatives of the final risk E with respect to the moments that the
 * stage produces, those with respect to the training and to the moments that the stage was given. The map, node by node in
 * the units of the task (d for √λ (E b − β⋆), v for λ Var b, t for the truth, w for the weight, ρ for the variance of the
 * training's feature in those units), is
 *
 * <pre>  d' = θd − ζt,   v' = θ²v + wφA,   A = [Ωσ² + Σ Ωρζ²((t+d)² + v)]/(1−Ω),   φ = θ²/(ρ df2).</pre>
 *
 * <p>Its adjoint is given in full in the module's documentation, {@code docs/distillation.md}. Immutable.
 */
final class RidgeAdjoint implements Adjoint {

    private final RidgeStage stage;
    private final Moments labels;
    private final Coordinates nodes;
    private final DeterministicEquivalent equivalent;
    private final double[] byDeviation;
    private final double[] byVariance;

    /** The gain of the labels, on which the risk then depends too; null unless the labels follow this training. */
    private final @Nullable Gain gain;

    private final double amplification;
    private final double added;
    private final double byAdded;

    /** ∂E/∂A over 1 − Ω: the effect of one more unit of missed variance. */
    private final double byMissed;

    /** The derivative through s² in the labels' gain, summed over all nodes. */
    private final double byGains;

    /** ∂E/∂ln(1−Ω), through A and the gains, which vary inversely with 1 − Ω. */
    private final double bySpare;

    /** ∂ ln(1−Ω)/∂ ln τ is twice this; where τ = 0, ∂τ in place of ∂ ln τ, here and below. */
    private final double spread;

    /** 1 − spread, without cancellation. */
    private final double unspread;

    /** ∂E/∂ln τ at fixed 1 − Ω, and the total derivative. */
    private final double byTauAlone;

    private final double byTau;

    /**
     * Differentiates a stage.
     *
     * @param labelled the labels of its data
     * @param byDeviation ∂E/∂d', not copied
     * @param byVariance ∂E/∂v', not copied
     */
    RidgeAdjoint(RidgeStage stage, Labelled labelled, double[] byDeviation, double[] byVariance, @Nullable Gain gain) {
        this.stage = stage;
        this.labels = labelled.moments();
        this.nodes = labels.coordinates();
        this.equivalent = stage.equivalent();
        this.byDeviation = byDeviation;
        this.byVariance = byVariance;
        this.gain = gain;
        this.amplification = stage.amplification(nodes);
        this.added = stage.amounts(labelled).total()[0];
        this.byAdded = sum(k -> times(byVariance[k], nodes.weight(k) * portion(k)));
        this.byMissed = stage.perSpare(byAdded);
        this.byGains = gain == null ? 0 : -sum(k -> byGain(k) * gain.lacking(k));
        this.bySpare = -(times(byAdded, added) + byGains);
        if (isAtThreshold()) {
            this.spread = 1;
            this.unspread = 0;
            this.byTauAlone = 0;
            this.byTau = byTauAtThreshold();
        } else {
            this.spread = perSpareSampleOf(sum(k -> nodes.weight(k) * theta(k) * theta(k) * slope(k)));
            this.unspread = perSpareSampleOf(sum(k -> nodes.weight(k) * theta(k) * slope(k) * zeta(k)))
                    + (equivalent.tau() == 0 ? 0 : equivalent.ridge() / equivalent.tau() / equivalent.oneMinusOmega());
            this.byTauAlone = byTauAlone();
            this.byTau = byTauAlone + 2 * bySpare * spread;
        }
    }

    @Override
    public double byLabelDeviation(int k) {
        return byMissedMean(k) + theta(k) * byDeviation[k];
    }

    @Override
    public double byLabelVariance(int k) {
        double theta = theta(k);
        double scale = stage.missedScale(nodes, k);
        return times(theta * theta, byVariance[k]) + times(scale * scale, byMissed);
    }

    @Override
    public double byNoiseVariance() {
        return Double.isInfinite(byMissed) ? byMissed : equivalent.omega() * byMissed;
    }

    @Override
    public double byUnit(int k) {
        double byTruth = byMissedMean(k) - zeta(k) * byDeviation[k];
        return nodes.truth(k) * byTruth / 2 + (stage.training().hasTaskSpectrum() ? byFactors(k) : -byRatio(k));
    }

    @Override
    public double byNewUnit(int k) {
        return stage.training().hasTaskSpectrum() ? byEigenvalue(k) : 0;
    }

    @Override
    public double squaredError(int k) {
        double deviation = stage.trainedDeviation(labels, k);
        return deviation * deviation + stage.inheritedVariance(labels, k) + times(portion(k), added);
    }

    private double byMissedMean(int k) {
        double scale = stage.missedScale(nodes, k);
        return 2 * nodes.power(k) * times(byMissed, scale * (scale * labels.mean(k)));
    }

    @Override
    public double by(Parameter parameter) {
        return switch (parameter) {
            case SAMPLES -> bySamples();
            case RIDGE -> byRidge();
            default -> throw new IllegalArgumentException("No derivative with respect to the " + parameter);
        };
    }

    private double bySamples() {
        // ∂ ln(n(1−Ω))/∂n = 1/(n(1−Ω)), d ln τ/dn = −(df1/n)/(n(1−Ω))
        double byRegularisation = equivalent.tau() == 0 ? 0 : byTau * (equivalent.df1() / equivalent.samples());
        return perSpareSampleOf(bySpare - byRegularisation);
    }

    private double byRidge() {
        if (isAtThreshold()) {
            return unbounded(byTau);
        }
        return byTau / equivalent.oneMinusOmega() / (equivalent.tau() == 0 ? 1 : equivalent.tau());
    }

    @Override
    public double byEigenvalue(int k) {
        double lambda = stage.eigenvalue(nodes, k);
        return lambda == 0 ? byNewEigenvalue(k) : (byFactors(k) + byRatio(k)) / lambda;
    }

    /** ∂E/∂ln λ at fixed ρ: the eigenvalue enters through θ and ζ. */
    private double byFactors(int k) {
        double theta = theta(k);
        double zeta = zeta(k);
        if (theta == 0 || equivalent.tau() == 0) {
            return 0;
        }
        // −½ ln(1−Ω) moves by θ_k at fixed τ, and back by the spread with τ: next to the threshold both are near 1.
        double moved = spread < 0.5 ? theta - spread : unspread - zeta;
        double byRegularisation = byTauAlone - 2 * bySpare * moved;
        double by = theta * zeta * (byDeviation[k] * labels.mean(k) + perSpareSampleOf(byRegularisation))
                + 2 * zeta * times(byVariance[k], stage.inheritedVariance(labels, k) + portion(k) * added)
                - 2 * theta * times(byMissed, missed(k));
        if (gain != null) {
            double lacking = gain.lacking(k);
            by += byGain(k) * ((2 * lacking - 1) * zeta + 2 * lacking * theta)
                    + 2 * zeta * byGains * partOfAmplification(k);
        }
        return by;
    }

    /** ∂E/∂ln ρ. */
    private double byRatio(int k) {
        double by = times(byMissed, missed(k)) - times(byVariance[k], times(portion(k), added));
        return gain == null ? by : by - byGain(k) * gain.lacking(k) - byGains * partOfAmplification(k);
    }

    /** The derivative from above with respect to an eigenvalue that is zero. */
    private double byNewEigenvalue(int k) {
        double unit = nodes.rootUnit(k);
        double missed = times(byMissed, labels.power(equivalent.rootOmega() / unit, k));
        if (!stage.sees(nodes, k)) {
            return missed;
        }
        if (equivalent.tau() <= 0) {
            // A feature that gets variance is learnt at once, and passes on noise.
            double noise = times(byAdded, added);
            return unbounded(
                    noise == 0 ? byDeviation[k] * labels.mean(k) + times(byVariance[k], labels.variance(k)) : noise);
        }
        double root = unit / equivalent.tau() / equivalent.rootOmega();
        double byGain = nodes.matters(k) && byGains != 0 ? byGains / amplification : 0;
        return missed
                + (byDeviation[k] * labels.mean(k) + perSpareSampleOf(byTau)) / equivalent.tau()
                + times(root, times(root, times(byVariance[k], added) + byGain)) / equivalent.samples();
    }

    /** ∂E/∂ln g of a node. */
    private double byGain(int k) {
        return gain == null ? 0 : byLabelDeviation(k) * nodes.truth(k) * gain.of(k);
    }

    private double partOfAmplification(int k) {
        return nodes.matters(k) ? nodes.weight(k) * portion(k) / amplification : 0;
    }

    /** ∂E/∂ln τ at fixed 1 − Ω. */
    private double byTauAlone() {
        double by = sum(k -> {
            double theta = theta(k);
            double kept = times(
                    byVariance[k], stage.inheritedVariance(labels, k) + times(nodes.weight(k) * portion(k), added));
            return 2 * theta * times(byMissed, missed(k))
                    - slope(k) * (theta * byDeviation[k] * labels.mean(k) + 2 * kept);
        });
        if (gain == null) {
            return by;
        }
        double ofAmplification = sum(k -> partOfAmplification(k) * slope(k));
        return by
                + sum(k -> {
                    double lacking = gain.lacking(k);
                    return byGain(k) * ((1 - 2 * lacking) * slope(k) - 2 * lacking * theta(k));
                })
                - 2 * byGains * ofAmplification;
    }

    /**
     * The derivative at the threshold, where τ depends on the ridge: 1 − Ω = 2τ/n Σ 1/λ there, and A and the gains start at
     * order τ.
     */
    private double byTauAtThreshold() {
        double spread = sum(k -> nodes.weight(k) * slope(k));
        double perSpread = equivalent.samples() / (2 * spread);
        return sum(k -> {
            double slope = slope(k);
            double missed = slope * stage.rootRatio(nodes, k);
            double mean = missed * labels.mean(k);
            double added = nodes.power(k) * mean * mean + times(missed * missed, labels.variance(k));
            double by = byAdded * perSpread * added
                    - slope * (byDeviation[k] * labels.mean(k) + 2 * times(byVariance[k], labels.variance(k)));
            return by + byGain(k) * (slope - missed * missed * amplification * perSpread);
        });
    }

    /** ζ, or dζ/dτ where τ = 0; zero for features that are not seen. */
    private double slope(int k) {
        return theta(k) == 0 ? 0 : equivalent.tau() == 0 ? 1 / stage.eigenvalue(nodes, k) : zeta(k);
    }

    private boolean isAtThreshold() {
        return equivalent.oneMinusOmega() == 0;
    }

    private double perSpareSampleOf(double value) {
        return stage.perSpare(value) / equivalent.samples();
    }

    private static double unbounded(double sign) {
        return sign == 0 ? 0 : Math.copySign(Double.POSITIVE_INFINITY, sign);
    }

    /** Ωρζ² E b² */
    private double missed(int k) {
        return labels.power(stage.missedScale(nodes, k), k);
    }

    private double theta(int k) {
        return stage.theta(nodes, k);
    }

    private double zeta(int k) {
        return stage.zeta(nodes, k);
    }

    private double portion(int k) {
        return stage.portion(nodes, k);
    }

    private double sum(IntToDoubleFunction term) {
        CompensatedSum sum = new CompensatedSum();
        for (int k = 0; k < nodes.size(); k++) {
            sum.add(term.applyAsDouble(k));
        }
        return sum.value();
    }
}
