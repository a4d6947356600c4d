package dev.retort.theory.simulation;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.CompensatedSum;
import dev.retort.core.nd4j.Covariance;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Pipeline;
import dev.retort.theory.distillation.RowPool;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.matrix.MatrixDistillation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A pipeline in the form that runs on arrays: its first teacher, how each model is trained, and how models are measured. Immutable. */
final class Procedure {

    /** βˢ; zero where the feature does not vary. */
    final double[] surrogate;

    /** The sources that label the rows of the first training; empty if the surrogate labels all rows. */
    final List<Source> sources;

    final List<Stage> stages;

    /** The covariance under which models are measured. */
    final Covariance evaluation;

    /** Whether features are independent and symmetric, so that the signs of coordinates can be averaged over. */
    final boolean inEigenbasis;

    private final ToDoubleFunction<double[]> risk;

    private Procedure(
            double[] surrogate,
            List<Source> sources,
            List<Stage> stages,
            Covariance evaluation,
            boolean inEigenbasis,
            ToDoubleFunction<double[]> risk) {
        this.surrogate = surrogate;
        this.sources = List.copyOf(sources);
        this.stages = List.copyOf(stages);
        this.evaluation = evaluation;
        this.inEigenbasis = inEigenbasis;
        this.risk = risk;
    }

    /**
     * The procedure of a pipeline.
     *
     * @param population the population that samples are drawn from; null for Gaussian samples
     * @param fitters how the models of trainings are fitted
     * @throws IllegalArgumentException if pipelines of this kind cannot be run on arrays, or the pipeline does not fit the population
     */
    static Procedure of(Pipeline pipeline, @Nullable Population population, Function<Training, Fitter> fitters) {
        if (pipeline instanceof Distillation distillation) {
            return inEigenbasis(distillation, population, fitters);
        }
        if (!(pipeline instanceof MatrixDistillation distillation)) {
            throw refusal("pipeline", pipeline, "is neither a Distillation nor a MatrixDistillation");
        }
        if (population != null) {
            throw refusal("pipeline", pipeline, "has its own covariances, and cannot draw from a population");
        }
        return inOriginalFeatures(distillation, fitters);
    }

    private static Procedure inEigenbasis(
            Distillation distillation, @Nullable Population population, Function<Training, Fitter> fitters) {
        RegressionTask task = distillation.task();
        List<Stage> stages = new ArrayList<>();
        for (Training training : distillation.trainings()) {
            Design design = population == null
                    ? Design.gaussian(Covariance.diagonal(training.spectrum(task)))
                    : population.designFor(task, training);
            stages.add(stage(training, fitters.apply(training), task, design));
        }
        return new Procedure(
                distillation.surrogateCoefficients(),
                distillation.surrogate().sources().stream()
                        .map(source -> Source.of(source, distillation.target(), population, fitters))
                        .toList(),
                stages,
                Covariance.diagonal(task.spectrum()),
                true,
                coefficients -> excess(task, coefficients));
    }

    private static Procedure inOriginalFeatures(MatrixDistillation distillation, Function<Training, Fitter> fitters) {
        double[] truth = distillation.truth().toDoubleVector();
        List<Covariance> covariances = distillation.covariances();
        List<Stage> stages = new ArrayList<>();
        for (Training training : distillation.trainings()) {
            Design design = Design.gaussian(covariances.get(stages.size()));
            stages.add(new Stage(training, fitters.apply(training), distillation.task(), design, truth, i -> true));
        }
        Covariance evaluation = distillation.evaluation();
        return new Procedure(
                distillation.surrogateCoefficients().toDoubleVector(),
                List.of(),
                stages,
                evaluation,
                false,
                coefficients -> excess(evaluation, truth, coefficients));
    }

    /**
     * One of the models that label the rows of a pool.
     *
     * @param model the procedure that trains it, without stages if it is fixed
     * @param share the share of the rows that it labels
     * @param noise the standard deviation of the noise on its labels
     */
    record Source(Procedure model, double share, double noise) {

        static Source of(
                RowPool.Source source,
                Training target,
                @Nullable Population population,
                Function<Training, Fitter> fitters) {
            Procedure model = source.teacher() instanceof Distillation trained
                    ? inEigenbasis(trained, population, fitters)
                    : inEigenbasis(source.teacher().target(target), population, fitters)
                            .untrained();
            if (population != null && source.noise() > 0 && population.task().noise() == 0) {
                throw refusal(
                        "noise", source.noise(), "cannot be drawn from a population whose labels are exactly linear");
            }
            return new Source(model, source.share(), source.noise());
        }
    }

    /** The surrogate alone. */
    private Procedure untrained() {
        return new Procedure(surrogate, List.of(), List.of(), evaluation, inEigenbasis, risk);
    }

    /** The number of samples of the last training. */
    int samples() {
        return (int) stages.get(stages.size() - 1).training.samples();
    }

    /** The excess risk of a model. */
    double excess(double[] coefficients) {
        return risk.applyAsDouble(coefficients);
    }

    /**
     * The excess risk of the truth as seen by a stage, which lacks the features that do not vary there and cannot be learnt by it.
     */
    double excessOfTruth(Stage stage) {
        return excess(stage.truth);
    }

    private static double excess(RegressionTask task, double[] coefficients) {
        CompensatedSum excess = new CompensatedSum();
        for (int i = 0; i < coefficients.length; i++) {
            // Whitened, because some ground truths are representable only as λβ².
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

    private static Stage stage(Training training, Fitter fitter, RegressionTask task, Design design) {
        double[] variances = training.spectrum(task).eigenvalues();
        double[] truth = new double[variances.length];
        for (int i = 0; i < truth.length; i++) {
            truth[i] = variances[i] == 0 ? 0 : task.coefficient(i);
        }
        return new Stage(training, fitter, task, design, truth, i -> variances[i] > 0);
    }
}
