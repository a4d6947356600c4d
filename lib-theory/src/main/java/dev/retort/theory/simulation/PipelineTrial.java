package dev.retort.theory.simulation;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.theory.distillation.Pipeline;
import dev.retort.theory.distillation.Training;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A procedure followed once: for each training draw, label, fit, measure; and beside what the labels of this very trial give,
 * averages over what might have been drawn.
 */
final class PipelineTrial implements Trial<Outcome> {

    private final Procedure procedure;
    private final boolean averaging;
    private final Controls controls;
    private final long memory;

    /** @param controls those of the risk after each stage */
    PipelineTrial(Procedure procedure, boolean averaging, Controls controls, long memory) {
        this.procedure = procedure;
        this.averaging = averaging;
        this.controls = controls;
        this.memory = memory;
    }

    @Override
    public Outcome run(RandomGenerator random) {
        Outcome outcome = Outcome.ofStages(procedure.stages.size());
        List<double[]> departures = new ArrayList<>();
        run(outcome.excess.length, random, outcome, departures).close();
        for (int k = 0; k < outcome.excess.length; k++) {
            outcome.excess[k] -= controls.of(k, departures);
        }
        return outcome.requireFinite();
    }

    /**
     * Runs the first stages, notes what comes of them, and returns the model after the last of these, to be closed.
     *
     * @param departures to which those of the designs that are drawn are added
     */
    Model run(int stages, RandomGenerator random, Outcome outcome, List<double[]> departures) {
        Model model = Model.surrogate(procedure, averaging);
        try {
            for (int k = 0; k < stages; k++) {
                Stage stage = procedure.stages.get(k);
                try (Model teacher = model;
                        Design.Sample sample = stage.draw(random);
                        Fit student = stage.fit(sample, random)) {
                    departures.add(controls.departures(k, sample.features, sample.noise.length));
                    outcome.orthogonal[k] = student.isOrthogonal();
                    model = teacher.teach(procedure, stage, sample, student);
                }
                outcome.literal[k] = procedure.excess(model.literal);
                outcome.excess[k] = model.average == null ? outcome.literal[k] : model.average.excess(procedure, stage);
            }
            return model;
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    @Override
    public double[] measured(Outcome outcome) {
        return outcome.excess;
    }

    @Override
    public long memory() {
        return memory;
    }

    /**
     * The native memory of a trial of a pipeline: that of its largest stage.
     *
     * @throws IllegalArgumentException if a number of samples is not a whole number, or samples times features are too many
     */
    static long memory(Pipeline pipeline) {
        int features = pipeline.task().dimension();
        pipeline.trainings().forEach(training -> checkSize(training.samples(), features));
        long most = 0;
        for (Training training : pipeline.trainings()) {
            int samples = (int) training.samples();
            long design = (long) Double.BYTES * samples * features;
            most = Math.max(most, design + Fitter.of(training).memory(samples, features));
        }
        return most;
    }

    private static void checkSize(double samples, int features) {
        if (samples != Math.rint(samples) || samples > Integer.MAX_VALUE) {
            throw refusal("samples", samples, "is not a whole number below 2^31, which a simulation needs");
        }
        if (!(samples * features <= Integer.MAX_VALUE)) {
            throw refusal("samples", samples + " times " + features + " features", "is not below 2^31");
        }
    }
}
