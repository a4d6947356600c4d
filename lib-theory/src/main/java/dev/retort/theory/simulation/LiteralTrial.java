package dev.retort.theory.simulation;

import dev.retort.core.CompensatedSum;
import dev.retort.core.nd4j.Covariance;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.nd4j.MatrixDistillation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** For each training: draw, label, fit, measure. */
final class LiteralTrial implements Trial {

    /** βˢ; zero where the feature does not vary. */
    private final double[] surrogate;

    private final List<Stage> stages;

    /** Of coefficients. */
    private final ToDoubleFunction<double[]> risk;

    private LiteralTrial(double[] surrogate, List<Stage> stages, ToDoubleFunction<double[]> risk) {
        this.surrogate = surrogate;
        this.stages = stages;
        this.risk = risk;
    }

    /** In the eigenbasis of the task. */
    static LiteralTrial of(Distillation distillation, Function<Training, Design> designs) {
        RegressionTask task = distillation.task();
        List<Stage> stages = distillation.trainings().stream()
                .map(training -> new Stage(training, task, designs.apply(training), truth(training, task)))
                .toList();
        return new LiteralTrial(
                distillation.surrogateCoefficients(), stages, coefficients -> excess(task, coefficients));
    }

    /** In the original features. */
    static LiteralTrial of(MatrixDistillation distillation) {
        double[] truth = distillation.truth().toDoubleVector();
        List<Covariance> covariances = distillation.covariances();
        List<Stage> stages = new ArrayList<>();
        for (Training training : distillation.trainings()) {
            Design design = Design.gaussian(covariances.get(stages.size()));
            stages.add(new Stage(training, distillation.task(), design, truth));
        }
        Covariance evaluation = distillation.evaluation();
        return new LiteralTrial(
                distillation.surrogateCoefficients().toDoubleVector(),
                List.copyOf(stages),
                coefficients -> excess(evaluation, truth, coefficients));
    }

    @Override
    public Outcome run(RandomGenerator random) {
        double[] excess = new double[stages.size()];
        double[] teacher = surrogate;
        for (int k = 0; k < excess.length; k++) {
            teacher = stages.get(k).coefficients(teacher, random);
            excess[k] = risk.applyAsDouble(teacher);
        }
        return new Outcome(excess, excess);
    }

    private static double excess(RegressionTask task, double[] coefficients) {
        CompensatedSum excess = new CompensatedSum();
        for (int i = 0; i < coefficients.length; i++) {
            // Whitened: a ground truth that only λβ² keeps representable may stand on either side.
            double error = Math.sqrt(task.spectrum().eigenvalue(i)) * coefficients[i] - task.whitenedCoefficient(i);
            excess.add(error * error);
        }
        return excess.value();
    }

    private static double excess(Covariance evaluation, double[] truth, double[] coefficients) {
        try (INDArray estimate = Nd4j.createFromArray(coefficients);
                INDArray aim = Nd4j.createFromArray(truth)) {
            return evaluation.excessRisk(estimate, aim);
        }
    }

    /** β⋆; zero where the features of the training do not vary. */
    private static double[] truth(Training training, RegressionTask task) {
        double[] truth = training.spectrum(task).eigenvalues();
        for (int i = 0; i < truth.length; i++) {
            truth[i] = truth[i] == 0 ? 0 : task.coefficient(i);
        }
        return truth;
    }

    /** One training. */
    private static final class Stage {

        private final Training training;
        private final RegressionTask task;
        private final Design design;
        private final double[] truth;

        Stage(Training training, RegressionTask task, Design design, double[] truth) {
            this.training = training;
            this.task = task;
            this.design = design;
            this.truth = truth;
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
