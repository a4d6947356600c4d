package dev.retort.theory.distillation;

import dev.retort.core.CompensatedSum;
import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.TaskNodes;

/**
 * The first two moments of a random coefficient vector b, node by node, as departures from the ground truth in features of
 * unit variance: {@code deviation} = √λ (E b − β⋆) and {@code variance} = λ Var b, the latter summed over the features of
 * the node. A risk is then a plain sum of squares, and nothing cancels where b is close to β⋆.
 */
final class Moments {

    private final TaskNodes nodes;
    private final double[] deviation;
    private final double[] variance;

    private Moments(TaskNodes nodes, double[] deviation, double[] variance) {
        this.nodes = nodes;
        this.deviation = deviation;
        this.variance = variance;
    }

    /** The moments of coefficients that are not random. */
    static Moments fixed(TaskNodes nodes, double[] deviation) {
        return new Moments(nodes, deviation, new double[deviation.length]);
    }

    TaskNodes nodes() {
        return nodes;
    }

    double deviation(int k) {
        return deviation[k];
    }

    /** What a node adds to the excess risk E (b − β⋆)ᵀΣ(b − β⋆). */
    double share(int k) {
        return nodes.power(k) * deviation[k] * deviation[k] + variance[k];
    }

    double bias() {
        CompensatedSum sum = new CompensatedSum();
        for (int k = 0; k < deviation.length; k++) {
            sum.add(nodes.power(k) * deviation[k] * deviation[k]);
        }
        return sum.value();
    }

    /** The excess risk, the sum of all shares. */
    double excess() {
        CompensatedSum sum = new CompensatedSum();
        for (int k = 0; k < deviation.length; k++) {
            sum.add(share(k));
        }
        return sum.value();
    }

    /**
     * Ω/(1−Ω) Σ λζ² E b²: what the features that a training misses add to the variance of what it learns, for they act on
     * its labels as noise does.
     */
    double designVariance(DeterministicEquivalent equivalent) {
        CompensatedSum sum = new CompensatedSum();
        for (int k = 0; k < deviation.length; k++) {
            // √Ω within the square: a surrogate may be as large as Ω is small.
            double scale = equivalent.rootOmega() * equivalent.zetaOf(nodes.eigenvalue(k));
            double mean = scale * (nodes.truth(k) + deviation[k]);
            sum.add(nodes.power(k) * mean * mean + scale * scale * variance[k]);
        }
        return perSpareSample(sum.value(), equivalent);
    }

    /** Ωσ²/(1−Ω): what the noise of the labels adds to the variance of what a training learns. */
    static double labelNoiseVariance(double noise, DeterministicEquivalent equivalent) {
        double scaled = equivalent.rootOmega() * noise;
        return perSpareSample(scaled * scaled, equivalent);
    }

    /**
     * The one-stage map: the moments of the coefficients trained on labels that these coefficients give,
     *
     * <pre>  E b' = θ E b,      Var b' = θ² Var b + c λ/(λ+τ)²,      c = (σ² + Σ λζ² E b²)/(n(1−Ω)).</pre>
     *
     * @param equivalent the equivalent of the training
     * @param added what the training adds to the variance in all, {@link #labelNoiseVariance} and {@link #designVariance}
     */
    Moments trained(DeterministicEquivalent equivalent, double added) {
        double[] trainedDeviation = new double[deviation.length];
        double[] trainedVariance = new double[deviation.length];
        for (int k = 0; k < deviation.length; k++) {
            double theta = equivalent.learnabilityOf(nodes.eigenvalue(k));
            double zeta = equivalent.zetaOf(nodes.eigenvalue(k));
            trainedDeviation[k] = theta * deviation[k] - zeta * nodes.truth(k);
            // The features share what is added, c df2, in proportion to θ².
            double portion = theta == 0 ? 0 : theta / equivalent.rootOmega();
            double part = nodes.weight(k) * portion * portion / equivalent.samples();
            trainedVariance[k] = theta * theta * variance[k] + (part == 0 ? 0 : added * part);
        }
        return new Moments(nodes, trainedDeviation, trainedVariance);
    }

    /** Division by 1 − Ω; at the interpolation threshold without bound, unless there is nothing to divide. */
    static double perSpareSample(double value, DeterministicEquivalent equivalent) {
        return value == 0 ? 0 : value / equivalent.oneMinusOmega();
    }
}
