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
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A pipeline as it is run on arrays: who labels first, how each model is trained, and how models are measured. Immutable. */
final class Procedure {

    /** βˢ; zero where the feature does not vary. */
    final double[] surrogate;

    final List<Stage> stages;

    /** Under which models are measured. */
    final Covariance evaluation;

    private final ToDoubleFunction<double[]> risk;

    private Procedure(double[] surrogate, List<Stage> stages, Covariance evaluation, ToDoubleFunction<double[]> risk) {
        this.surrogate = surrogate;
        this.stages = List.copyOf(stages);
        this.evaluation = evaluation;
        this.risk = risk;
    }

    /** In the eigenbasis of the task. */
    static Procedure of(Distillation distillation, Function<Training, Design> designs) {
        RegressionTask task = distillation.task();
        List<Stage> stages = distillation.trainings().stream()
                .map(training -> new Stage(training, task, designs.apply(training), truth(training, task)))
                .toList();
        return new Procedure(
                distillation.surrogateCoefficients(),
                stages,
                Covariance.diagonal(task.spectrum()),
                coefficients -> excess(task, coefficients));
    }

    /** In the original features. */
    static Procedure of(MatrixDistillation distillation) {
        double[] truth = distillation.truth().toDoubleVector();
        List<Covariance> covariances = distillation.covariances();
        List<Stage> stages = new ArrayList<>();
        for (Training training : distillation.trainings()) {
            Design design = Design.gaussian(covariances.get(stages.size()));
            stages.add(new Stage(training, distillation.task(), design, truth));
        }
        Covariance evaluation = distillation.evaluation();
        return new Procedure(
                distillation.surrogateCoefficients().toDoubleVector(),
                stages,
                evaluation,
                coefficients -> excess(evaluation, truth, coefficients));
    }

    /** The excess risk of a model. */
    double excess(double[] coefficients) {
        return risk.applyAsDouble(coefficients);
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
}
