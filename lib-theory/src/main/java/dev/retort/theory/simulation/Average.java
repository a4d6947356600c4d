package dev.retort.theory.simulation;

import dev.retort.core.nd4j.LinearFit;

/** A model averaged exactly over its randomness, given the designs. */
sealed interface Average extends AutoCloseable permits OverNoise, OverSigns {

    /** The average of a model with fixed coefficients: over signs in the eigenbasis, over label noise alone otherwise. */
    static Average of(Procedure procedure, double[] coefficients) {
        return procedure.inEigenbasis ? new OverSigns(coefficients) : new OverNoise(coefficients);
    }

    /** The averaged student that this model teaches in a stage; this model is not changed. */
    Average taught(Stage stage, LinearFit student);

    /** The average excess risk of this model, which the given stage has trained. */
    double excess(Procedure procedure, Stage stage);

    @Override
    void close();
}
