package dev.retort.theory.simulation;

import dev.retort.core.nd4j.FactoredRegression;
import dev.retort.core.nd4j.SignAveragedModel;
import java.util.random.RandomGenerator;

/**
 * A procedure in the eigenbasis whose label noise is averaged over given the designs, and the signs of their coordinates too,
 * as the module's documentation, {@code docs/simulation.md}, explains. What the labels of this very trial give is measured
 * beside.
 */
final class SignAveragedTrial implements Trial {

    private final Procedure procedure;

    SignAveragedTrial(Procedure procedure) {
        this.procedure = procedure;
    }

    /** A model as the labels that were drawn have made it, and averaged over what might have been drawn. */
    static final class Model {

        final double[] literal;
        final SignAveragedModel averaged;

        private Model(double[] literal, SignAveragedModel averaged) {
            this.literal = literal;
            this.averaged = averaged;
        }

        static Model of(double[] coefficients) {
            return new Model(coefficients, SignAveragedModel.fixed(coefficients));
        }
    }

    @Override
    public Outcome run(RandomGenerator random) {
        Outcome outcome = Outcome.ofStages(procedure.stages.size());
        run(outcome.excess.length, random, outcome);
        return outcome;
    }

    /** Runs the first stages, notes what comes of them, and returns the model after the last of these. */
    Model run(int stages, RandomGenerator random, Outcome outcome) {
        Model model = Model.of(procedure.surrogate);
        for (int k = 0; k < stages; k++) {
            Stage stage = procedure.stages.get(k);
            try (Design.Sample sample = stage.draw(random);
                    FactoredRegression student = stage.factor(sample)) {
                outcome.orthogonal[k] = student.method() == FactoredRegression.Method.ORTHOGONAL;
                double share = stage.training.teacherShare();
                model = new Model(
                        student.solve(stage.labels(student, sample, model.literal)),
                        model.averaged.teach(student, share, stage.truth, stage.labelNoise()));
            }
            outcome.literal[k] = procedure.excess(model.literal);
            outcome.excess[k] = model.averaged.excessRisk(procedure.evaluation.spectrum(), stage.truth)
                    + procedure.excessOfTruth(stage);
        }
        return model;
    }
}
