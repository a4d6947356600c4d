package dev.retort.theory.simulation;

import dev.retort.core.nd4j.LinearFit;
import dev.retort.core.nd4j.SignAveragedModel;

/**
 * The average over all label noise and, in the eigenbasis, over the signs of all coordinates; {@code docs/simulation.md} explains it.
 */
record OverSigns(SignAveragedModel model) implements Average {

    OverSigns(double[] coefficients) {
        this(SignAveragedModel.fixed(coefficients));
    }

    @Override
    public OverSigns taught(Stage stage, LinearFit student) {
        return new OverSigns(model.teach(student, stage.training.teacherShare(), stage.truth, stage.labelNoise()));
    }

    @Override
    public double excess(Procedure procedure, Stage stage) {
        return model.excessRisk(procedure.evaluation.spectrum(), stage.truth) + procedure.excessOfTruth(stage);
    }

    @Override
    public void close() {
        // nothing to release
    }
}
