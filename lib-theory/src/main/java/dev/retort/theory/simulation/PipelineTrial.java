package dev.retort.theory.simulation;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.Pipeline;
import dev.retort.theory.distillation.RowPool;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.matrix.MatrixDistillation;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One run of a procedure: for each training draw, label, fit and measure, both with the labels drawn and averaged over all labels that
 * could have been drawn.
 */
final class PipelineTrial implements Trial<Outcome> {

    private final Procedure procedure;
    private final boolean averaging;
    private final Controls controls;
    private final long memory;

    /** @param controls the controls of the risk after each stage */
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
            controls.take(outcome, k, k, departures);
        }
        return outcome.requireFinite();
    }

    /**
     * Runs the first stages, records their outcomes, and returns the model after the last of them, which the caller must close.
     *
     * @param departures receives the departures of the designs that are drawn
     */
    Model run(int stages, RandomGenerator random, Outcome outcome, List<double[]> departures) {
        SourceModels sources =
                procedure.sources.isEmpty() ? null : SourceModels.train(procedure.sources, random, memory);
        Model model = Model.surrogate(procedure, averaging, sources);
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
     * The native memory of a trial of a pipeline, which is the memory of its largest stage.
     *
     * @param averaging whether labels are averaged over
     * @param members the number of members of the population that samples are drawn from; 0 if they are Gaussian
     * @throws IllegalArgumentException if the task has too many features for a list, a number of samples is not a whole number, or samples times features are too many
     */
    static long memory(Pipeline pipeline, boolean averaging, int members) {
        int features = Spectrum.listed("pipeline.task.spectrum", pipeline.task().spectrum()).length;
        pipeline.trainings().forEach(training -> checkSize(training.samples(), features));
        FitSize.Averages averages = !averaging
                ? FitSize.Averages.NONE
                : pipeline instanceof Distillation ? FitSize.Averages.OVER_SIGNS : FitSize.Averages.OVER_NOISE;
        double most = 0;
        double rank = 0; // of the covariance of the teacher's coefficients
        for (int k = 0; k < pipeline.trainings().size(); k++) {
            Training training = pipeline.trainings().get(k);
            FitSize size = size(training, features, averages, rank, spectrum(pipeline, k), members);
            double fitting = Fitter.of(training).memory(size);
            if (pipeline instanceof MatrixDistillation) { // whose designs are made of independent coordinates
                fitting = Math.max(fitting, size.design() + Math.max(size.design(), squared(features)));
            }
            double vectors = 16.0 * (size.samples() + features);
            most = Math.max(most, rank * features + squared(rank) + size.design() + fitting + vectors);
            if (averages == FitSize.Averages.OVER_NOISE) {
                rank = Math.min(size.samples(), size.seen());
                double measuring = Math.max(squared(features), rank * features) + rank * features + squared(rank);
                most = Math.max(most, rank * features + squared(rank) + measuring);
            }
        }
        long bytes = (long) (Double.BYTES * most);
        if (pipeline instanceof Distillation distillation) {
            for (RowPool.Source source : distillation.surrogate().sources()) {
                bytes = Math.max(
                        bytes, source.teacher() instanceof Distillation model ? memory(model, false, members) : 0);
            }
        }
        return bytes;
    }

    private static FitSize size(
            Training training,
            int features,
            FitSize.Averages averages,
            double rank,
            @Nullable Spectrum spectrum,
            int members) {
        int samples = (int) training.samples();
        if (averages == FitSize.Averages.OVER_NOISE || spectrum == null) {
            int seen = training.mask().map(FeatureMask::size).orElse(features);
            return new FitSize(samples, features, seen, averages, rank, seen == features ? spectrum : null, members);
        }
        double[] variances = spectrum.eigenvalues();
        int[] seen = Fitter.seen(training, features, i -> variances[i] > 0);
        return seen == null || seen.length == 0
                ? new FitSize(samples, features, features, averages, rank, spectrum, members)
                : new FitSize(
                        samples,
                        features,
                        seen.length,
                        averages,
                        rank,
                        Spectrum.of(IntStream.of(seen).mapToDouble(i -> variances[i])),
                        members);
    }

    /** The spectrum of the features of a stage; null if it is not known. */
    private static @Nullable Spectrum spectrum(Pipeline pipeline, int stage) {
        if (pipeline instanceof MatrixDistillation matrices) {
            return matrices.covariances().get(stage).spectrum();
        }
        return pipeline.trainings().get(stage).spectrum(pipeline.task());
    }

    private static double squared(double x) {
        return x * x;
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
