package dev.retort.theory.simulation;

import dev.retort.core.nd4j.FactoredRegression;
import java.util.random.RandomGenerator;

/** A procedure followed to the letter: for each training draw, label, fit, measure. */
final class LiteralTrial implements Trial {

    private final Procedure procedure;

    LiteralTrial(Procedure procedure) {
        this.procedure = procedure;
    }

    @Override
    public Outcome run(RandomGenerator random) {
        Outcome outcome = Outcome.ofStages(procedure.stages.size());
        double[] model = procedure.surrogate;
        for (int k = 0; k < outcome.literal.length; k++) {
            Stage stage = procedure.stages.get(k);
            try (Design.Sample sample = stage.draw(random);
                    FactoredRegression student = stage.factor(sample)) {
                outcome.orthogonal[k] = student.method() == FactoredRegression.Method.ORTHOGONAL;
                model = student.solve(stage.labels(student, sample, model));
            }
            outcome.literal[k] = procedure.excess(model);
        }
        return outcome.toTheLetter();
    }
}
