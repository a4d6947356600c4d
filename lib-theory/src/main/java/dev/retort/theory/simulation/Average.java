package dev.retort.theory.simulation;

import dev.retort.core.nd4j.LinearFit;

/** A model averaged exactly over what chance might have made of it, given the designs. */
sealed interface Average extends AutoCloseable permits OverNoise, OverSigns {

    /** That of a model which nothing random has happened to, in as far as the procedure allows. */
    static Average of(Procedure procedure, double[] coefficients) {
        return procedure.inEigenbasis ? new OverSigns(coefficients) : new OverNoise(coefficients);
    }

    /** The student that this model teaches in a stage, averaged; this one stays as it is. */
    Average taught(Stage stage, LinearFit student);

    /** The average of the excess risk of this model, which the given stage has trained. */
    double excess(Procedure procedure, Stage stage);

    @Override
    void close();
}
