package dev.retort.theory.simulation;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.theory.distillation.Labels;
import dev.retort.theory.distillation.Training;
import java.util.function.IntPredicate;
import java.util.function.IntToDoubleFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One training of a pipeline in the form that runs on arrays. Immutable. */
final class Stage {

    final Training training;

    /** β⋆; zero where the features of the training do not vary. */
    final double[] truth;

    /** The indices of the features that the model sees and that vary; null if those are all. */
    private final int @Nullable [] seen;

    private final RegressionTask task;
    private final Design design;
    private final Fitter fitter;

    /** @param varies which features vary under the training's covariance */
    Stage(Training training, Fitter fitter, RegressionTask task, Design design, double[] truth, IntPredicate varies) {
        this.training = training;
        this.truth = truth;
        this.seen = Fitter.seen(training, truth.length, varies);
        this.task = task;
        this.design = design;
        this.fitter = fitter;
    }

    Design.Sample draw(RandomGenerator random) {
        return design.draw((int) training.samples(), random);
    }

    /** The fit to a sample, which must stay open as long as the fit. */
    Fit fit(Design.Sample sample, RandomGenerator random) {
        return fitter.fit(sample.features, seen, random);
    }

    /** The labels of a sample: a teacher's, mixed with the truth or for a part of the rows as the training says. */
    double[] labels(Design.Sample sample, double[] teacher) {
        return labels(sample, sample.labelsOf(teacher), row -> 0);
    }

    /**
     * The same with given outputs of a teacher.
     *
     * @param beside the standard deviation of the noise that the outputs of a row have in addition to that of the training
     */
    double[] labels(Design.Sample sample, double[] outputs, IntToDoubleFunction beside) {
        double share = training.teacherShare();
        IntToDoubleFunction noise = row -> Math.hypot(training.noise(task), beside.applyAsDouble(row));
        double[] taught = training.labels().equals(Labels.logits())
                ? outputs
                : Labelling.handedOver(training.labels(), outputs, sample.otherNoise);
        if (share == 1 && training.teacherRows() == 1) {
            return Labelling.withNoise(taught, sample.noise, noise);
        }
        double[] real = Labelling.withNoise(sample.labelsOf(truth), sample.noise, task.noise());
        if (training.teacherRows() != 1) {
            return Labelling.pooled(training.teacherRows(), Labelling.withNoise(taught, sample.noise, noise), real);
        }
        return Labelling.mixed(share, Labelling.withNoise(taught, sample.otherNoise, noise), real);
    }

    /** Whether labels are linear in the teacher and alike for all rows, so that they can be averaged over. */
    boolean hasLinearLabels() {
        return training.labels().equals(Labels.logits()) && training.teacherRows() == 1;
    }

    /** The standard deviation of all noise on a label. */
    double labelNoise() {
        return training.labelNoise(task);
    }
}
