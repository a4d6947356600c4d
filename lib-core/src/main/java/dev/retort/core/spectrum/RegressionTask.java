package dev.retort.core.spectrum;

import static dev.retort.core.internal.Arguments.deviation;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.CompensatedSum;
import java.util.Objects;

/**
 * A linear regression problem in the eigenbasis of its covariance: features x ~ N(0, Σ), labels y = xᵀβ⋆ + σz with
 * standard normal z. The {@link Spectrum} gives Σ, the {@link Signal} β⋆, and the noise is the standard deviation σ.
 *
 * <p>Risks depend on √λ β⋆, the coefficient of the feature scaled to unit variance ("whitened"): it stays representable where
 * β⋆ itself overflows, and is zero for a feature of zero variance. Indices count from 0 in code and from 1 in formulas.
 * Immutable.
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(2.0, 500), Signal.sourcePowerLaw(1.5)).withNoise(0.1);
 * double power = task.signalPower(); // 2.523: the excess risk of predicting zero
 * }</pre>
 */
public final class RegressionTask {

    private final Spectrum spectrum;
    private final Signal signal;
    private final double noise;

    /** The features one by one, or the nodes of a spectrum that is not listed. */
    private final TaskNodes features;

    private final TaskNodes nodes;

    private RegressionTask(Spectrum spectrum, Signal signal, double noise, TaskNodes features, TaskNodes nodes) {
        this.spectrum = spectrum;
        this.signal = signal;
        this.noise = noise;
        this.features = features;
        this.nodes = nodes;
    }

    /**
     * The task with the given covariance and ground truth, and no noise on its labels.
     *
     * @param spectrum the eigenvalues of the feature covariance; they are listed if the signal lists its coefficients
     * @param signal the ground truth
     * @return the task
     * @throws IllegalArgumentException if the number of the signal's coefficients is not that of the spectrum's features, if
     *     it is a source power law and an eigenvalue is zero, or if the variance of its labels overflows; for a power
     *     law without end, if Σ i<sup>−b</sup> diverges
     */
    public static RegressionTask of(Spectrum spectrum, Signal signal) {
        Spectrum fitting = notNull("signal", signal).fitting(notNull("spectrum", spectrum));
        TaskNodes features = fitting.isListed()
                ? TaskNodes.ofFeatures(fitting, signal)
                : TaskNodes.of(new IndexedFeatures(fitting.law(), signal));
        RegressionTask task = new RegressionTask(fitting, signal, 0, features, features);
        if (!Double.isFinite(task.signalPower())) {
            throw refusal("signal", "variance of the labels Σ λβ² = " + task.signalPower(), "is not finite");
        }
        return task;
    }

    /**
     * The same task with noise on its labels.
     *
     * @param noise the standard deviation σ of the noise, at least 0
     * @return a new task
     * @throws IllegalArgumentException if the noise is NaN, infinite or negative, or its variance overflows
     */
    public RegressionTask withNoise(double noise) {
        return new RegressionTask(spectrum, signal, deviation("noise", noise), features, nodes);
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
     * The same task, prepared for many sums over its features: they are gathered on the nodes of the {@linkplain
     * SpectralMeasure#compressed() compressed} measure, which takes one pass over them. Equivalents and risks then cost the
     * same for any number of features, and differ by a relative 1e-13 at most.
     *
     * @return a task of equal spectrum, signal and noise; this one if it is already gathered or its features are not listed
     */
    public RegressionTask gathered() {
        if (!spectrum.isListed() || !nodes.areFeatures()) {
            return this;
        }
        GatheredTask gathered = GatheredTask.of(this);
        return new RegressionTask(spectrum.gathered(gathered.measure()), signal, noise, features, gathered.nodes());
    }

    /**
     * The features as nodes for sums over them.
     *
     * @return one node per feature, in their order; for a {@linkplain #gathered() gathered} task at most 21 for each octave
     *     of eigenvalues, and for a power law that is not listed about a thousand, both in descending order
     */
    public TaskNodes nodes() {
        return nodes;
    }

    /**
     * The features one by one, whether the task is gathered or not. If the spectrum is not listed, they are listed anew by every
     * call.
     *
     * @return one node per feature, in their order
     * @throws IllegalStateException if there are too many features, see {@link Spectrum#eigenvalues()}
     */
    public TaskNodes features() {
        return features.areFeatures() ? features : TaskNodes.ofFeatures(spectrum, signal);
    }

    /**
     * The features in their order, whether the task is gathered or not: nodes that can be {@linkplain TaskNodes#splitAfter
     * split} at an index, and {@linkplain TaskNodes#carrying carry} other spectra.
     *
     * @return one node per feature, or nodes of the index if the spectrum is not listed
     */
    public TaskNodes indexed() {
        return features;
    }

    /**
     * The variance of the noiseless labels, which is also the excess risk of predicting zero.
     *
     * @return Σ λ<sub>i</sub>β⋆<sub>i</sub>²
     */
    public double signalPower() {
        CompensatedSum power = new CompensatedSum();
        for (int k = 0; k < features.size(); k++) {
            power.add(features.power(k) * features.truth(k) * features.truth(k));
        }
        return power.value();
    }

    /** A gathered task does not equal the one it was gathered from, because it has no features to list. */
    @Override
    public boolean equals(Object other) {
        return other instanceof RegressionTask that
                && spectrum.equals(that.spectrum)
                && signal.equals(that.signal)
                && noise == that.noise
                && nodes.areFeatures() == that.nodes.areFeatures();
    }

    @Override
    public int hashCode() {
        return Objects.hash(spectrum, signal, noise);
    }

    @Override
    public String toString() {
        return "RegressionTask: " + spectrum + "; " + signal + "; noise " + noise
                + (spectrum.isListed() && !nodes.areFeatures() ? "; gathered" : "");
    }
}
