package dev.retort.theory.simulation;

import java.util.random.RandomGenerator;

/** A procedure followed to the letter: for each training draw, label, fit, measure. */
final class LiteralTrial implements Trial {

    private final Procedure procedure;

    LiteralTrial(Procedure procedure) {
        this.procedure = procedure;
    }

    @Override
    public Outcome run(RandomGenerator random) {
        double[] excess = new double[procedure.stages.size()];
        double[] model = procedure.surrogate;
        for (int k = 0; k < excess.length; k++) {
            Stage stage = procedure.stages.get(k);
            try (Design.Sample sample = stage.draw(random)) {
                model = Fit.coefficients(stage.training, sample.features, stage.labels(sample, model));
            }
            excess[k] = procedure.excess(model);
        }
        return new Outcome(excess, excess);
    }
}
