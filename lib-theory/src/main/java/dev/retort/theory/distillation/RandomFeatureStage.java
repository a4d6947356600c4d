package dev.retort.theory.distillation;

import dev.retort.core.equivalent.RandomFeatureEquivalent;
import dev.retort.core.spectrum.RegressionTask;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Ridge regression on q random combinations of the features. It has two noise channels: the part of the labels that acts as
 * noise, and the fluctuation of the random features with the part that they cannot express,
 *
 * <pre>  profile = (θ² + πθζ)/(nΥ),      noise = Υ/(1−Υ),      cost = (ζ² + πθζ)Υ/(1−Υ),
 *   profile = θζ/Σθζ,                noise = 0,            cost = πθζ,                  π = Σθζ/(q − df2).</pre>
 *
 * Both profiles add up to one under the training's covariance. √Υ goes into the squares, as √Ω does in {@link RidgeStage}.
 * Immutable.
 */
final class RandomFeatureStage extends Stage {

    private final RandomFeatureEquivalent equivalent;

    static RandomFeatureStage of(RegressionTask task, Training training, double features) {
        return new RandomFeatureStage(
                task,
                training,
                RandomFeatureEquivalent.of(
                        training.seenSpectrum(task), training.samples(), features, training.ridge()));
    }

    private RandomFeatureStage(RegressionTask task, Training training, RandomFeatureEquivalent equivalent) {
        super(task, training);
        this.equivalent = equivalent;
    }

    @Override
    Stage neighbour(RegressionTask task, Training next) {
        return training().isOnTaskFeatures()
                        && next.isOnTaskFeatures()
                        && next.estimator() instanceof Estimator.RandomFeatures other
                ? new RandomFeatureStage(task, next, equivalent.at(next.samples(), other.features(), next.ridge()))
                : Stage.of(task, next);
    }

    @Override
    RandomFeatureEquivalent equivalent() {
        return equivalent;
    }

    @Override
    double theta(double lambda) {
        return equivalent.learnabilityOf(lambda);
    }

    @Override
    double zeta(double lambda) {
        return equivalent.zetaOf(lambda);
    }

    @Override
    int channels(Coordinates nodes) {
        return 2;
    }

    @Override
    double spare() {
        return equivalent.oneMinusOmega();
    }

    @Override
    double[] noiseAmounts(Coordinates nodes, DoubleUnaryOperator noisePower) {
        return new double[] {noisePower.applyAsDouble(equivalent.rootOmega()), 0};
    }

    @Override
    double[] designAmounts(Coordinates nodes, NodePower seen) {
        double noise = sum(nodes.size(), k -> sees(nodes, k) ? seen.times(noiseScale(nodes, k), k) : 0);
        double fluctuation = sum(nodes.size(), k -> sees(nodes, k) ? seen.times(fluctuationScale(nodes, k), k) : 0);
        return new double[] {noise, times(spare(), fluctuation)};
    }

    /** √(Υρ(ζ² + πθζ)) */
    private double noiseScale(Coordinates nodes, int k) {
        return equivalent.rootOmega() * missed(nodes, k) * rootRatio(nodes, k);
    }

    /** √(ζ² + πθζ) */
    private double missed(Coordinates nodes, int k) {
        double zeta = zeta(nodes, k);
        return Math.sqrt(zeta * (zeta + equivalent.featureNoise() * theta(nodes, k)));
    }

    /** √(πρθζ) */
    private double fluctuationScale(Coordinates nodes, int k) {
        return Math.sqrt(equivalent.featureNoise() * theta(nodes, k) * zeta(nodes, k)) * rootRatio(nodes, k);
    }

    /** (θ² + πθζ)/(ρnΥ) */
    private double noiseProfile(Coordinates nodes, int k) {
        double theta = theta(nodes, k);
        if (theta == 0) {
            return 0;
        }
        double kept = Math.sqrt(theta * (theta + equivalent.featureNoise() * zeta(nodes, k)));
        double root = kept / equivalent.rootOmega() / rootRatio(nodes, k);
        return root * root / equivalent.samples();
    }

    /** θζ/(ρΣθζ) */
    private double fluctuationProfile(Coordinates nodes, int k) {
        double undecided = theta(nodes, k) * zeta(nodes, k);
        if (undecided == 0) {
            return 0;
        }
        double ratio = rootRatio(nodes, k);
        return undecided / equivalent.undecided() / (ratio * ratio);
    }

    @Override
    double addedVariance(double[] amounts, Coordinates nodes, int k) {
        return times(noiseProfile(nodes, k), amounts[0]) + times(fluctuationProfile(nodes, k), amounts[1]);
    }

    @Override
    double addedVariance(double[] amounts, Coordinates nodes) {
        return times(noiseAmplification(nodes), amounts[0]) + times(fluctuationAmplification(nodes), amounts[1]);
    }

    private double noiseAmplification(Coordinates nodes) {
        return amplification(nodes, k -> noiseProfile(nodes, k));
    }

    private double fluctuationAmplification(Coordinates nodes) {
        return amplification(nodes, k -> fluctuationProfile(nodes, k));
    }

    @Override
    Costs costs(Coordinates nodes) {
        double noise = noiseAmplification(nodes);
        double fluctuation = fluctuationAmplification(nodes);
        double scale = equivalent.rootOmega() * Math.sqrt(noise);
        return new Costs() {
            @Override
            public double of(NodePower power, int k) {
                return times(noise, power.times(noiseScale(nodes, k), k))
                        + times(spare() * fluctuation, power.times(fluctuationScale(nodes, k), k));
            }

            /** Computed with ζ/θ = τ/λ, which stays exact where θ² or Υ underflows. */
            @Override
            public double perLearnt(double lambda, double rootRatio) {
                double zeta = zeta(lambda);
                double mixed = equivalent.featureNoise();
                double missed = scale * rootRatio * (equivalent.tau() / lambda + mixed) * (scale * rootRatio * zeta);
                return perSpare(missed) + fluctuation * rootRatio * rootRatio * mixed * zeta;
            }
        };
    }

    @Override
    Adjoint adjoint(Labelled labels, double[] byDeviation, double[] byVariance, @Nullable Gain gain) {
        return ChannelAdjoint.of(
                this, terms -> new RandomFeatureFunctional(this, terms), labels, byDeviation, byVariance, gain);
    }

    /** (1 − df1/n)² times the mean squared error on fresh labels, as in generalised cross-validation. */
    @Override
    double trainingError(Labelled labels) {
        Coordinates nodes = labels.moments().coordinates();
        double left = equivalent.spareSamples() / equivalent.samples();
        if (left == 0) {
            return 0;
        }
        double noise = labels.noise();
        double missed = sum(nodes.size(), k -> labels.power().times(missed(nodes, k) * rootRatio(nodes, k), k));
        return left * (left * perSpare(noise * noise + missed));
    }
}
