package dev.retort.theory.distillation;

import dev.retort.core.spectrum.RegressionTask;
import java.util.List;

/**
 * Trainings one after the other, each on the labels of the model before: what a {@link Distillation} and a {@code
 * MatrixDistillation}, whose covariances need not share eigenvectors, have in common. Immutable.
 */
public interface Pipeline {

    /**
     * The task.
     *
     * @return the spectrum of the covariance under which the risk is measured, the signal along its eigenvectors, and the
     *     noise
     */
    RegressionTask task();

    /**
     * All trainings, in their order.
     *
     * @return at least one, the target's last
     */
    List<Training> trainings();

    /**
     * The pipeline that ends earlier.
     *
     * @param stages how many trainings to keep, from the first on; from 1 to all of them
     * @return a pipeline of this many trainings
     * @throws IllegalArgumentException if {@code stages} is less than 1 or more than there are
     */
    Pipeline beginning(int stages);

    /**
     * The risk of the target in closed form.
     *
     * @return the predicted risk and its parts
     */
    RiskReport predict();

    /**
     * The risk after every stage.
     *
     * @return one report per training, in their order; the last is that of {@link #predict()}
     */
    List<RiskReport> predictStages();
}
