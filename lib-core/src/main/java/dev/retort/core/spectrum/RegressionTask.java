package dev.retort.core.spectrum;

import static dev.retort.core.Arguments.nonNegative;
import static dev.retort.core.Arguments.refusal;

import dev.retort.core.CompensatedSum;
import java.util.Arrays;
import java.util.Objects;

/**
 * A linear regression problem in the eigenbasis of its covariance: features x ~ N(0, Σ), labels y = xᵀβ⋆ + σz with
 * standard normal z. The {@link Spectrum} gives Σ, the {@link Signal} β⋆, and the noise is the standard deviation σ.
 *
 * <p>What enters a risk is √λ β⋆, the coefficient of the feature scaled to unit variance ("whitened"): it stays
 * representable where β⋆ itself overflows, and a feature of zero variance has none. Indices count from 0 in code and from 1
 * in formulas. Immutable.
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(2.0, 500), Signal.sourcePowerLaw(1.5)).withNoise(0.1);
 * double power = task.signalPower(); // the excess risk of predicting zero
 * }</pre>
 */
public final class RegressionTask {

    private final Spectrum spectrum;
    private final Signal signal;
    private final double noise;
    private final double signalPower;

    private RegressionTask(Spectrum spectrum, Signal signal, double noise, double signalPower) {
        this.spectrum = spectrum;
        this.signal = signal;
        this.noise = noise;
        this.signalPower = signalPower;
    }

    /**
     * The task with the given covariance and ground truth, and no noise on its labels.
     *
     * @param spectrum the eigenvalues of the feature covariance
     * @param signal the ground truth
     * @return the task
     * @throws IllegalArgumentException if the signal has another number of coefficients than the spectrum has features, if
     *     it is a source power law and an eigenvalue is zero, or if the variance of its labels overflows; for a power
     *     law that is not listed, if the signal lists its coefficients, or if there is no end and Σ i<sup>−b</sup> diverges
     */
    public static RegressionTask of(Spectrum spectrum, Signal signal) {
        signal.checkFits(spectrum);
        CompensatedSum power = new CompensatedSum();
        if (spectrum.isListed()) {
            for (int i = 0; i < spectrum.dimension(); i++) {
                double whitened = signal.whitened(spectrum.eigenvalue(i), i);
                power.add(whitened * whitened);
            }
        } else {
            TaskNodes nodes = spectrum.law().nodes(signal);
            for (int k = 0; k < nodes.size(); k++) {
                power.add(nodes.power(k));
            }
        }
        if (!Double.isFinite(power.value())) {
            throw refusal("signal", "variance of the labels Σ λβ² = " + power.value(), "is not finite");
        }
        return new RegressionTask(spectrum, signal, 0, power.value());
    }

    /**
     * The same task with noise on its labels.
     *
     * @param noise the standard deviation σ of the noise, at least 0
     * @return a new task
     * @throws IllegalArgumentException if the noise is NaN, infinite or negative
     */
    public RegressionTask withNoise(double noise) {
        return new RegressionTask(spectrum, signal, nonNegative("noise", noise), signalPower);
    }

    /**
     * The eigenvalues of the feature covariance.
     *
     * @return the spectrum
     */
    public Spectrum spectrum() {
        return spectrum;
    }

    /**
     * The standard deviation of the label noise.
     *
     * @return σ, at least 0
     */
    public double noise() {
        return noise;
    }

    /**
     * The number of features.
     *
     * @return p
     * @throws IllegalStateException as {@link Spectrum#dimension()} does
     */
    public int dimension() {
        return spectrum.dimension();
    }

    /**
     * The ground truth in one feature.
     *
     * @param i the feature, counted from 0
     * @return β⋆<sub>i+1</sub>
     * @throws IndexOutOfBoundsException if there is no such feature
     */
    public double coefficient(int i) {
        return signal.coefficient(spectrum.eigenvalue(i), i);
    }

    /**
     * The ground truth in one feature scaled to unit variance.
     *
     * @param i the feature, counted from 0
     * @return √λ<sub>i+1</sub> β⋆<sub>i+1</sub>
     * @throws IndexOutOfBoundsException if there is no such feature
     */
    public double whitenedCoefficient(int i) {
        return signal.whitened(spectrum.eigenvalue(i), i);
    }

    /**
     * The features as nodes for sums over them.
     *
     * @return one node per feature, in their order; for a power law that is not listed, about a thousand in descending
     *     order
     */
    public TaskNodes nodes() {
        if (!spectrum.isListed()) {
            return spectrum.law().nodes(signal);
        }
        int p = dimension();
        double[] ones = new double[p];
        Arrays.fill(ones, 1);
        double[] truths = new double[p];
        Arrays.setAll(truths, this::whitenedCoefficient);
        return new TaskNodes(spectrum.eigenvalues(), ones, ones, truths, lambda -> null);
    }

    /**
     * The features on few nodes, for many sums over them: those of the {@linkplain SpectralMeasure#compressed() compressed}
     * measure, in descending order, and one for all features of zero variance. Gathering takes one pass over the features.
     *
     * @return at most 21 nodes for each octave of eigenvalues, all with truth one; for a power law that is not listed,
     *     {@link #nodes()}
     */
    public TaskNodes compressedNodes() {
        return spectrum.isListed() ? CompressedTask.of(this).nodes() : nodes();
    }

    /**
     * The variance of the noiseless labels, which is also the excess risk of predicting zero.
     *
     * @return Σ λ<sub>i</sub>β⋆<sub>i</sub>²
     */
    public double signalPower() {
        return signalPower;
    }

    @Override
    public String toString() {
        return "RegressionTask with noise " + noise + " on " + Objects.toString(spectrum);
    }
}
