package dev.retort.theory.simulation;

import dev.retort.core.nd4j.LinearFit;
import java.util.Optional;

/** One training on one sample, for any labels. Belongs to one thread, and is closed before its sample is. */
interface Fit extends AutoCloseable {

    /**
     * Fits labels.
     *
     * @param labels one per sample
     * @return the coefficients of all features; 0 for those that the model does not see
     */
    double[] solve(double[] labels);

    /**
     * The map from labels to coefficients, through which averages over noise and signs are taken. Flipping the sign of a feature must flip
     * the sign of its coefficient, in distribution if the fit itself is random.
     *
     * @return the map, which is closed with this fit; empty if the coefficients are not linear in the labels, so that no averages are taken
     */
    Optional<LinearFit> linear();

    /** Whether the features themselves had to be factored, their Gram matrix being too ill-conditioned. */
    default boolean isOrthogonal() {
        return false;
    }

    @Override
    void close();
}
