package dev.retort.theory.simulation;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.SampleMean;
import dev.retort.core.internal.DotProduct;
import dev.retort.core.nd4j.Covariance;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Estimator;
import dev.retort.theory.distillation.Pipeline;
import dev.retort.theory.distillation.Sensitivities;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a trial's excess risk owes to the scale that its features happened to be drawn at: the design of stage s in which feature i
 * has the mean square λ̂ trains as one of that variance would, to first order, so that
 *
 * <pre>  Σ<sub>s</sub> Σ<sub>i</sub> (∂E/∂λ<sub>si</sub>) (λ̂<sub>si</sub> − λ<sub>si</sub>)</pre>
 *
 * explains a part of the scatter. Its mean is 0 whatever the derivatives are, so that taking it from the risk changes no expectation,
 * and neither does taking more or less of it than that, if other trials decide how much. Immutable.
 */
final class Controls {

    /**
     * How many trials the coefficient of the theory counts for in a fit. In 44 pipelines it was so near to the best one that 180 and
     * more would have been right.
     */
    private static final double TRIALS_OF_THEORY = 200;

    /** For each risk and each stage that leads to it, by feature; 0 where the feature does not vary. */
    private final List<double[][]> derivatives;

    /** Of the features of each stage. */
    private final List<double[]> variances;

    /** The standard deviation of what each risk owes to its designs. */
    private final double[] deviations;

    private Controls(List<double[][]> derivatives, List<double[]> variances, double[] deviations) {
        this.derivatives = derivatives;
        this.variances = variances;
        this.deviations = deviations;
    }

    /** That nothing is taken from any risk. */
    static Controls none() {
        return new Controls(List.of(), List.of(), new double[0]);
    }

    /**
     * Those of the risks after the last stages of some pipelines.
     *
     * @param pipelines what the risks are of; the stages of each are alike, but for samples and ridge, to the first of those of the
     *     longest
     * @throws IllegalArgumentException if there are no derivatives of the risk of one of them
     */
    static Controls of(List<? extends Pipeline> pipelines) {
        List<double[][]> derivatives = new ArrayList<>();
        List<double[]> variances = List.of();
        double[] deviations = new double[pipelines.size()];
        for (Pipeline pipeline : pipelines) {
            if (!(pipeline instanceof Distillation distillation)
                    || distillation.trainings().stream()
                            .anyMatch(training -> !(training.estimator() instanceof Estimator.Ridge))) {
                throw refusal(
                        "pipeline",
                        pipeline,
                        "has no known derivatives by which its trials could be controlled; run it by trials that are not");
            }
            List<double[]> ofStages = distillation.trainings().stream()
                    .map(training -> training.spectrum(distillation.task()).eigenvalues())
                    .toList();
            double[][] ofRisk = derivatives(distillation, ofStages);
            deviations[derivatives.size()] = deviation(distillation, ofRisk, ofStages);
            derivatives.add(ofRisk);
            variances = ofStages.size() > variances.size() ? ofStages : variances;
        }
        return new Controls(derivatives, variances, deviations);
    }

    private static double[][] derivatives(Distillation pipeline, List<double[]> variances) {
        List<Sensitivities.OfTraining> trainings = pipeline.sensitivities().trainings();
        double[][] derivatives = new double[trainings.size()][];
        for (int s = 0; s < derivatives.length; s++) {
            Sensitivities.OfTraining training = trainings.get(s);
            double[] ofStage = variances.get(s);
            derivatives[s] = new double[ofStage.length];
            // What does not vary is 0 in every design, and may have an infinite derivative.
            Arrays.setAll(derivatives[s], i -> ofStage[i] > 0 ? training.eigenvalue(i) : 0);
        }
        return derivatives;
    }

    /** By the variance 2λ²/n of the mean square of n Gaussian numbers. */
    private static double deviation(Distillation pipeline, double[][] derivatives, List<double[]> variances) {
        double deviation = 0;
        for (int s = 0; s < derivatives.length; s++) {
            double ofSquare = Math.sqrt(2 / pipeline.trainings().get(s).samples());
            for (int i = 0; i < derivatives[s].length; i++) {
                deviation = Math.hypot(deviation, derivatives[s][i] * variances.get(s)[i] * ofSquare);
            }
        }
        return deviation;
    }

    /**
     * How far the scale of each feature in a design is from that of its distribution.
     *
     * @param stage whose design it is
     * @param rows how many of its rows count, from the first on
     * @return λ̂ − λ; nothing if nothing is controlled
     */
    double[] departures(int stage, INDArray features, int rows) {
        if (derivatives.isEmpty()) {
            return new double[0];
        }
        double[] departures = Covariance.meanSquares(features, rows);
        for (int i = 0; i < departures.length; i++) {
            departures[i] -= variances.get(stage)[i];
        }
        return departures;
    }

    /**
     * Takes what a risk owes to the designs from an outcome, and notes how much that was.
     *
     * @param outcome of the trial; changed
     * @param stage after which the risk is
     * @param risk which of the risks it is, counted from 0
     * @param departures those of the designs of all stages that lead to it
     */
    void take(Outcome outcome, int stage, int risk, List<double[]> departures) {
        if (derivatives.isEmpty()) {
            return;
        }
        double taken = 0;
        double[][] ofRisk = derivatives.get(risk);
        for (int s = 0; s < ofRisk.length; s++) {
            taken += DotProduct.of(ofRisk[s], 0, departures.get(s), 0, ofRisk[s].length);
        }
        outcome.excess[stage] -= taken;
        outcome.taken[stage] = deviations[risk] > 0 ? taken / deviations[risk] : 0;
    }

    /**
     * Takes from each trial what its control explains beyond the theory, with a coefficient that is fitted to all other trials: so it is
     * independent of that control, whose mean is 0, and the expectation stays. With e the risks, u the controls and their means over the
     * others taken from both, the coefficient is Σue/(Σu² + 200), sums over the others.
     *
     * @param risks of trials that are independent of each other, less what the theory says that they owe to the designs; at least 2
     * @param taken that, for each, in its standard deviations
     * @return new risks; the same numbers if nothing was taken
     */
    static double[] refined(double[] risks, double[] taken) {
        int trials = risks.length;
        double risk = SampleMean.of(risks).mean();
        double control = SampleMean.of(taken).mean();
        double weight = TRIALS_OF_THEORY;
        for (double u : taken) {
            weight += (u - control) * (u - control);
        }
        double coefficient = 0;
        for (int t = 0; t < trials; t++) {
            coefficient += (taken[t] - control) / weight * (risks[t] - risk);
        }
        double[] refined = new double[trials];
        for (int t = 0; t < trials; t++) {
            // The share of a trial in sums about a mean of which it is itself a part.
            double own = (taken[t] - control) / weight * trials / (trials - 1.0);
            double ofOthers = (coefficient - own * (risks[t] - risk)) / (1 - own * (taken[t] - control));
            refined[t] = risks[t] - ofOthers * taken[t];
        }
        return refined;
    }
}
