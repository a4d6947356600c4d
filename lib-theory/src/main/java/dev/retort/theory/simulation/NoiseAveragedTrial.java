package dev.retort.theory.simulation;

import dev.retort.core.nd4j.AveragedModel;
import dev.retort.core.nd4j.FactoredRegression;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A procedure whose label noise is averaged over given the designs. What the labels of this very trial give is measured
 * beside.
 */
final class NoiseAveragedTrial implements Trial {

    private final Procedure procedure;

    NoiseAveragedTrial(Procedure procedure) {
        this.procedure = procedure;
    }

    @Override
    public Outcome run(RandomGenerator random) {
        Outcome outcome = Outcome.ofStages(procedure.stages.size());
        double[] literal = procedure.surrogate;
        AveragedModel averaged = fixed(literal);
        try {
            for (int k = 0; k < outcome.excess.length; k++) {
                Stage stage = procedure.stages.get(k);
                try (AveragedModel teacher = averaged;
                        Design.Sample sample = stage.draw(random);
                        FactoredRegression student = stage.factor(sample)) {
                    outcome.orthogonal[k] = student.method() == FactoredRegression.Method.ORTHOGONAL;
                    literal = student.solve(stage.labels(student, sample, literal));
                    averaged = taught(teacher, stage, student);
                }
                outcome.literal[k] = procedure.excess(literal);
                outcome.excess[k] = excess(averaged);
            }
        } finally {
            averaged.close();
        }
        return outcome;
    }

    private static AveragedModel fixed(double[] coefficients) {
        try (INDArray array = Nd4j.createFromArray(coefficients)) {
            return AveragedModel.fixed(array);
        }
    }

    private static AveragedModel taught(AveragedModel teacher, Stage stage, FactoredRegression student) {
        try (INDArray truth = Nd4j.createFromArray(stage.truth)) {
            return teacher.teach(student, stage.training.teacherShare(), truth, stage.labelNoise());
        }
    }

    private double excess(AveragedModel model) {
        try (INDArray mean = model.mean()) {
            return procedure.excess(mean.toDoubleVector()) + model.noiseRisk(procedure.evaluation);
        }
    }
}
