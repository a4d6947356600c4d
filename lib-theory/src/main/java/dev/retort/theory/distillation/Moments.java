package dev.retort.theory.distillation;

import dev.retort.core.CompensatedSum;
import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.RegressionTask;

/**
 * The first two moments of a random coefficient vector b, feature by feature, as departures from the ground truth in
 * features of unit variance: {@code deviation} = √λ (E b − β⋆) and {@code variance} = λ Var b. A risk is then the plain sum
 * of squares, and nothing cancels where b is close to β⋆.
 */
final class Moments {

    private final double[] deviation;
    private final double[] variance;

    private Moments(double[] deviation, double[] variance) {
        this.deviation = deviation;
        this.variance = variance;
    }

    /** The moments of coefficients that are not random. */
    static Moments fixed(double[] deviation) {
        return new Moments(deviation, new double[deviation.length]);
    }

    double deviation(int i) {
        return deviation[i];
    }

    double variance(int i) {
        return variance[i];
    }

    double bias() {
        CompensatedSum sum = new CompensatedSum();
        for (double d : deviation) {
            sum.add(d * d);
        }
        return sum.value();
    }

    /** The excess risk E (b − β⋆)ᵀΣ(b − β⋆). */
    double excess() {
        CompensatedSum sum = new CompensatedSum();
        sum.add(bias());
        for (double v : variance) {
            sum.add(v);
        }
        return sum.value();
    }

    /**
     * Ω/(1−Ω) Σ λζ² E b²: what the features that a training misses add to the variance of what it learns, for they act on
     * its labels as noise does.
     */
    double designVariance(RegressionTask task, DeterministicEquivalent equivalent) {
        CompensatedSum sum = new CompensatedSum();
        for (int i = 0; i < deviation.length; i++) {
            // √Ω within the square: a surrogate may be as large as Ω is small.
            double scale = equivalent.rootOmega() * equivalent.zeta(i);
            double mean = scale * (task.whitenedCoefficient(i) + deviation[i]);
            sum.add(mean * mean + scale * scale * variance[i]);
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
     * @param task the ground truth from which departures are measured
     * @param equivalent the equivalent of the training
     * @param noise the standard deviation σ of the noise on the labels
     */
    Moments trained(RegressionTask task, DeterministicEquivalent equivalent, double noise) {
        double added = labelNoiseVariance(noise, equivalent) + designVariance(task, equivalent);
        double[] trainedDeviation = new double[deviation.length];
        double[] trainedVariance = new double[deviation.length];
        for (int i = 0; i < deviation.length; i++) {
            double theta = equivalent.learnability(i);
            trainedDeviation[i] = theta * deviation[i] - equivalent.zeta(i) * task.whitenedCoefficient(i);
            // The features share what is added, c df2, in proportion to θ².
            double portion = theta / equivalent.rootOmega();
            trainedVariance[i] =
                    theta == 0 ? 0 : theta * theta * variance[i] + added * (portion * portion / equivalent.samples());
        }
        return new Moments(trainedDeviation, trainedVariance);
    }

    /** Division by 1 − Ω; at the interpolation threshold without bound, unless there is nothing to divide. */
    static double perSpareSample(double value, DeterministicEquivalent equivalent) {
        return value == 0 ? 0 : value / equivalent.oneMinusOmega();
    }
}
