package dev.retort.theory.distillation;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.internal.SymmetricEigen;
import dev.retort.core.spectrum.RegressionTask;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An ensemble of ridge regressions on the same sample, whose coefficients are averaged with weights w, Σ w = 1: its excess risk
 * is Σ w_k w_l P(r_k, r_l) with
 *
 * <pre>  P(r_1, r_2) = [Σ λβ⋆²ζ_1ζ_2 + σ²Ω_12]/(1 − Ω_12),      Ω_12 = (1/n) Σ θ_1θ_2,</pre>
 *
 * and the best weights minimise it. Widely spread ridges come close to the risk of the best of all spectral filters. {@link
 * #filter()} makes the ensemble a training for any pipeline. Source: derived in {@code docs/self-distillation.md}. Immutable.
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.2, 300), Signal.sourcePowerLaw(1.4)).withNoise(0.6);
 * RidgeEnsemble ensemble = RidgeEnsemble.of(task, Training.samples(200), 0.05, 0.5, 5);
 * double excess = ensemble.excess(); // 0.42068
 * double alone = ensemble.excess(1, 0, 0); // 0.56853: the first of them alone
 * }</pre>
 */
public final class RidgeEnsemble {

    /**
     * Directions in which the curvature of the risk is below this share of the largest are not followed: it is rounding
     * error.
     */
    private static final double FLAT = 1e-13;

    private final RegressionTask task;
    private final Training training;
    private final double[] ridges;
    private final double[][] cross;
    private final double[] weights;

    private RidgeEnsemble(RegressionTask task, Training training, double[] ridges) {
        this.task = task;
        this.training = training;
        this.ridges = ridges;
        SameData data = new SameData(task, training);
        DeterministicEquivalent[] equivalents =
                Arrays.stream(ridges).mapToObj(data::at).toArray(DeterministicEquivalent[]::new);
        this.cross = new double[ridges.length][ridges.length];
        for (int k = 0; k < ridges.length; k++) {
            for (int l = 0; l <= k; l++) {
                cross[k][l] = data.cross(equivalents[k], equivalents[l]);
                cross[l][k] = cross[k][l];
            }
        }
        this.weights = best();
    }

    /**
     * The ensemble of given ridges.
     *
     * @param task the task
     * @param training the number of samples and the noise; its own ridge does not matter
     * @param ridges r<sub>k</sub>, at least 0, at least one
     * @return the ensemble with the best weights
     * @throws IllegalArgumentException if an argument is null, there is no ridge, a ridge is negative, NaN or infinite, or the training is
     *     of a kind that {@link SelfDistillation#of} refuses
     */
    public static RidgeEnsemble of(RegressionTask task, Training training, double... ridges) {
        atLeastOne("ridges.length", notNull("ridges", ridges).length);
        for (int k = 0; k < ridges.length; k++) {
            nonNegative("ridges[" + k + "]", ridges[k]);
        }
        return new RidgeEnsemble(notNull("task", task), notNull("training", training), ridges.clone());
    }

    /** Starts at the best single ridge and minimises along the directions in which the risk is curved. */
    private double[] best() {
        int size = ridges.length;
        int from = 0;
        for (int k = 1; k < size; k++) {
            from = cross[k][k] < cross[from][from] ? k : from;
        }
        double[] single = new double[size];
        single[from] = 1;
        double[][] bend = new double[size][size];
        double[] scale = new double[size];
        for (int k = 0; k < size; k++) {
            double own = cross[k][k] - 2 * cross[k][from] + cross[from][from];
            scale[k] = k != from && own > 0 ? 1 / Math.sqrt(own) : 0;
        }
        for (int k = 0; k < size; k++) {
            for (int l = 0; l < size; l++) {
                bend[k][l] = scale[k] * scale[l] * (cross[k][l] - cross[k][from] - cross[from][l] + cross[from][from]);
            }
        }
        if (!Double.isFinite(cross[from][from])
                || Arrays.stream(bend).flatMapToDouble(Arrays::stream).anyMatch(b -> !Double.isFinite(b))) {
            return single;
        }
        SymmetricEigen eigen = SymmetricEigen.of(bend);
        double[] curvatures = eigen.values();
        double[] moved = new double[size];
        for (int e = 0; e < size; e++) {
            double value = curvatures[e];
            if (value > FLAT * size) {
                double[] direction = eigen.vector(e);
                double slope = 0;
                for (int k = 0; k < size; k++) {
                    slope += direction[k] * scale[k] * (cross[k][from] - cross[from][from]);
                }
                for (int k = 0; k < size; k++) {
                    moved[k] -= slope / value * direction[k] * scale[k];
                }
            }
        }
        moved[from] = 1 - Arrays.stream(moved).sum() + moved[from];
        return form(moved) <= cross[from][from] ? moved : single;
    }

    private double form(double[] weights) {
        double sum = 0;
        for (int k = 0; k < weights.length; k++) {
            for (int l = 0; l < weights.length; l++) {
                sum += Stage.times(weights[k] * weights[l], cross[k][l]);
            }
        }
        return Math.max(sum, 0);
    }

    /**
     * The best weights.
     *
     * @return w, of either sign, with the sum 1; a new array
     */
    public double[] weights() {
        return weights.clone();
    }

    /**
     * The excess risk with the best weights.
     *
     * @return the smallest excess risk that this ensemble reaches
     */
    public double excess() {
        return form(weights);
    }

    /**
     * The excess risk with given weights.
     *
     * @param weights w, one for each ridge; their sum should be 1
     * @return the excess risk
     * @throws IllegalArgumentException if the weights are null, not as many as the ridges, NaN or infinite, or do not add up
     *     to 1 within 1e-9
     */
    public double excess(double... weights) {
        length("weights", notNull("weights", weights).length, "the number of ridges", ridges.length);
        finite("weights", weights);
        SpectralFilter.mixture(weights, ridges);
        return form(weights);
    }

    /**
     * The ensemble with the best weights, for {@link Training#withFilter(SpectralFilter)}.
     *
     * @return the mixture of the ridges
     */
    public SpectralFilter filter() {
        return SpectralFilter.mixture(weights, ridges);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RidgeEnsemble that
                && task.equals(that.task)
                && training.equals(that.training)
                && Arrays.equals(ridges, that.ridges);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * task.hashCode() + training.hashCode()) + Arrays.hashCode(ridges);
    }

    @Override
    public String toString() {
        return "RidgeEnsemble of " + Arrays.toString(ridges) + " with weights " + Arrays.toString(weights) + ": excess "
                + excess();
    }
}
