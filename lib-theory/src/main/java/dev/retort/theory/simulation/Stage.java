package dev.retort.theory.simulation;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.theory.distillation.Training;
import java.util.random.RandomGenerator;

/** One training of a pipeline, as it is run on arrays. Immutable. */
final class Stage {

    final Training training;

    /** β⋆; zero where the features of the training do not vary. */
    final double[] truth;

    private final RegressionTask task;
    private final Design design;

    Stage(Training training, RegressionTask task, Design design, double[] truth) {
        this.training = training;
        this.task = task;
        this.design = design;
        this.truth = truth;
    }

    Design.Sample draw(RandomGenerator random) {
        return design.draw((int) training.samples(), random);
    }

    /** What a teacher says of a sample, mixed with the truth if the training says so, and with noise. */
    double[] labels(Design.Sample sample, double[] teacher) {
        double share = training.teacherShare();
        double noise = training.noise(task);
        if (share == 1) {
            return Fit.labels(sample.features, teacher, sample.noise, noise);
        }
        double[] real = Fit.labels(sample.features, truth, sample.noise, task.noise());
        double[] taught = Fit.labels(sample.features, teacher, sample.otherNoise, noise);
        return Fit.mixed(share, taught, real);
    }

    /** The coefficients that labels without noise would have, had they a linear origin: of the truth and the teacher. */
    double[] mixed(double[] teacher) {
        return training.teacherShare() == 1 ? teacher : Fit.mixed(training.teacherShare(), teacher, truth);
    }

    /** The standard deviation of all noise on a label. */
    double labelNoise() {
        return training.labelNoise(task);
    }
}
