package dev.retort.theory.distillation;

import static dev.retort.core.Arguments.nonNegative;
import static dev.retort.core.Arguments.notNull;
import static dev.retort.core.Arguments.positive;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.RegressionTask;
import org.jspecify.annotations.Nullable;

/**
 * How a model is trained: on how many samples, with what ridge, and with how much noise on its labels. Immutable.
 *
 * <pre>{@code
 * Training ridgeless = Training.samples(200);
 * Training regularised = ridgeless.withRidge(1e-3).withNoise(0.1);
 * }</pre>
 */
public final class Training {

    private final double samples;
    private final double ridge;
    private final @Nullable Double noise;

    private Training(double samples, double ridge, @Nullable Double noise) {
        this.samples = samples;
        this.ridge = ridge;
        this.noise = noise;
    }

    /**
     * Training on n samples without ridge (the minimum-norm interpolator when n is below the rank of the covariance, least
     * squares when it is above), with the noise of the task.
     *
     * @param samples the number of samples n, greater than 0; a simulation needs a whole number
     * @return the training
     * @throws IllegalArgumentException if n is not positive and finite
     */
    public static Training samples(double samples) {
        return new Training(positive("samples", samples), 0, null);
    }

    /**
     * The same training with a ridge.
     *
     * @param ridge the ridge r, at least 0, of the objective (1/n)‖y − Xb‖² + r‖b‖²
     * @return a new training
     * @throws IllegalArgumentException if the ridge is NaN, infinite or negative
     */
    public Training withRidge(double ridge) {
        return new Training(samples, nonNegative("ridge", ridge), noise);
    }

    /**
     * The same training with its own label noise in place of the task's.
     *
     * @param noise the standard deviation of the noise added to each label, at least 0
     * @return a new training
     * @throws IllegalArgumentException if the noise is NaN, infinite or negative
     */
    public Training withNoise(double noise) {
        return new Training(samples, ridge, nonNegative("noise", noise));
    }

    /**
     * The number of samples.
     *
     * @return n, greater than 0
     */
    public double samples() {
        return samples;
    }

    /**
     * The ridge.
     *
     * @return r, at least 0
     */
    public double ridge() {
        return ridge;
    }

    /**
     * The standard deviation of the noise on the labels.
     *
     * @param task the task whose noise holds unless this training has its own
     * @return σ, at least 0
     */
    public double noise(RegressionTask task) {
        return noise == null ? task.noise() : noise;
    }

    /**
     * The deterministic equivalent of this training.
     *
     * @param task the task whose covariance the features have
     * @return τ, Ω and ζ for this sample size and ridge
     * @throws IllegalArgumentException if n is so small, or the ridge so large, that τ overflows
     */
    public DeterministicEquivalent equivalent(RegressionTask task) {
        return DeterministicEquivalent.of(notNull("task", task).spectrum(), samples, ridge);
    }

    @Override
    public String toString() {
        return samples + " samples, ridge " + ridge + (noise == null ? "" : ", noise " + noise);
    }
}
