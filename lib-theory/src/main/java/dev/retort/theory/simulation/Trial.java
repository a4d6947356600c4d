package dev.retort.theory.simulation;

import dev.retort.core.CompensatedSum;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Training;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/** One run of a pipeline: for each training draw, label, fit, measure. Immutable, and so shared by all threads. */
final class Trial {

    private final RegressionTask task;

    /** βˢ; zero where the feature does not vary. */
    private final double[] surrogate;

    private final List<Stage> stages;

    Trial(Distillation distillation, Function<Training, Design> designs) {
        this.task = distillation.task();
        this.surrogate = distillation.surrogateCoefficients();
        this.stages = distillation.trainings().stream()
                .map(training -> new Stage(training, task, designs.apply(training)))
                .toList();
    }

    /** The excess risk after each training. */
    double[] excess(RandomGenerator random) {
        double[] excess = new double[stages.size()];
        double[] teacher = surrogate;
        for (int k = 0; k < excess.length; k++) {
            teacher = stages.get(k).coefficients(teacher, random);
            excess[k] = excess(teacher);
        }
        return excess;
    }

    private double excess(double[] coefficients) {
        CompensatedSum excess = new CompensatedSum();
        for (int i = 0; i < coefficients.length; i++) {
            // Whitened: a ground truth that only λβ² keeps representable may stand on either side.
            double error = Math.sqrt(task.spectrum().eigenvalue(i)) * coefficients[i] - task.whitenedCoefficient(i);
            excess.add(error * error);
        }
        return excess.value();
    }

    /** One training. */
    private static final class Stage {

        private final Training training;
        private final RegressionTask task;
        private final Design design;

        /** β⋆; zero where the features of this training do not vary. */
        private final double[] truth;

        Stage(Training training, RegressionTask task, Design design) {
            this.training = training;
            this.task = task;
            this.design = design;
            this.truth = training.spectrum(task).eigenvalues();
            for (int i = 0; i < truth.length; i++) {
                truth[i] = truth[i] == 0 ? 0 : task.coefficient(i);
            }
        }

        double[] coefficients(double[] teacher, RandomGenerator random) {
            try (Design.Sample sample = design.draw((int) training.samples(), random)) {
                return Fit.coefficients(training, sample.features, labels(sample, teacher));
            }
        }

        private double[] labels(Design.Sample sample, double[] teacher) {
            double share = training.teacherShare();
            double noise = training.noise(task);
            if (share == 1) {
                return Fit.labels(sample.features, teacher, sample.noise, noise);
            }
            double[] real = Fit.labels(sample.features, truth, sample.noise, task.noise());
            double[] taught = Fit.labels(sample.features, teacher, sample.otherNoise, noise);
            return Fit.mixed(share, taught, real);
        }
    }
}
