package dev.retort.theory.distillation;

/**
 * One stage of a pipeline, differentiated backwards: given how the risk E at the end moves with the moments that the stage
 * makes, how it moves with the labels and the training. Deviations, variances and eigenvalues are those of {@link Moments} and
 * {@link Coordinates}. Immutable.
 */
interface Adjoint {

    /** ∂E/∂d of the labels. */
    double byLabelDeviation(int k);

    /** ∂E/∂v of the labels. */
    double byLabelVariance(int k);

    /** ∂E/∂σ² of the noise on the labels; infinite at an interpolation threshold. */
    double byNoiseVariance();

    /** By a number of the training itself; that of samples from above at an interpolation threshold, that of a ridge from above at 0. */
    double by(Parameter parameter);

    /** Of an eigenvalue of this training, the units of the node held; every node is a feature. */
    double byEigenvalue(int k);

    /**
     * Of the task's eigenvalue of a feature, ∂E/∂ln λ, as far as this stage goes: its labels, and what it makes, are held in the
     * units of the node, which move.
     */
    double byUnit(int k);

    /** Of an eigenvalue of the task that is zero, as far as this stage goes. */
    double byNewUnit(int k);

    /** E (b' − β⋆)² of a feature, in the units of the node. */
    double squaredError(int k);
}
