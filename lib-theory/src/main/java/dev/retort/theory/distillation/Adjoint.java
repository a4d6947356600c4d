package dev.retort.theory.distillation;

/**
 * One stage of a pipeline, differentiated backwards: from the derivatives of the final risk E with respect to the moments
 * that the stage produces, those with respect to its labels and its training. Deviations, variances and eigenvalues are those
 * of {@link Moments} and {@link Coordinates}. Immutable.
 */
interface Adjoint {

    /** ∂E/∂d for the labels' deviation d. */
    double byLabelDeviation(int k);

    /** ∂E/∂v for the labels' variance v. */
    double byLabelVariance(int k);

    /** ∂E/∂σ² of the noise on the labels; infinite at an interpolation threshold. */
    double byNoiseVariance();

    /**
     * The derivative with respect to a parameter of the training: for samples from above at an interpolation threshold, for a
     * ridge from above at 0.
     */
    double by(Parameter parameter);

    /**
     * The derivative with respect to an eigenvalue of this training, with the units of the node held fixed; every node is a
     * feature.
     */
    double byEigenvalue(int k);

    /**
     * The part of ∂E/∂ln λ due to this stage, for the task's eigenvalue of a feature: labels and trained moments are held
     * fixed in the units of the node, which move.
     */
    double byUnit(int k);

    /** The part of the derivative due to this stage, for an eigenvalue of the task that is zero. */
    double byNewUnit(int k);

    /** E (b' − β⋆)² of a feature, in the units of the node. */
    double squaredError(int k);
}
