package dev.retort.theory.simulation;

import dev.retort.core.nd4j.AveragedModel;
import dev.retort.core.nd4j.LinearFit;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The average over all label noise. */
record OverNoise(AveragedModel model) implements Average {

    OverNoise(double[] coefficients) {
        this(fixed(coefficients));
    }

    private static AveragedModel fixed(double[] coefficients) {
        try (INDArray array = Nd4j.createFromArray(coefficients)) {
            return AveragedModel.fixed(array);
        }
    }

    @Override
    public OverNoise taught(Stage stage, LinearFit student) {
        try (INDArray truth = Nd4j.createFromArray(stage.truth)) {
            return new OverNoise(model.teach(student, stage.training.teacherShare(), truth, stage.labelNoise()));
        }
    }

    @Override
    public double excess(Procedure procedure, Stage stage) {
        try (INDArray mean = model.mean()) {
            return procedure.excess(mean.toDoubleVector()) + model.noiseRisk(procedure.evaluation);
        }
    }

    @Override
    public void close() {
        model.close();
    }
}
