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
 * Control variates: the part of a trial's excess risk that is due to the scale at which its features happened to be drawn. To first order,
 * a design of stage s in which feature i has the mean square λ̂ trains like one of that variance, so that
 *
 * <pre>  Σ<sub>s</sub> Σ<sub>i</sub> (∂E/∂λ<sub>si</sub>) (λ̂<sub>si</sub> − λ<sub>si</sub>)</pre>
 *
 * explains a part of the scatter. Its mean is 0 whatever the derivatives are, so that subtracting it from the risk changes no expectation;
 * nor does subtracting a multiple of it, if the factor depends on other trials only. Immutable.
 */
final class Controls {

    /**
     * The number of trials that the theory's coefficient counts for in a fit. In 44 pipelines it was so close to the best coefficient that
     * 180 or more would have been right.
     */
    private static final double TRIALS_OF_THEORY = 200;

    /** The derivatives for each risk and each stage that leads to it, by feature; 0 where the feature does not vary. */
    private final List<double[][]> derivatives;

    /** The variances of the features of each stage. */
    private final List<double[]> variances;

    /** The standard deviation of the control of each risk. */
    private final double[] deviations;

    private Controls(List<double[][]> derivatives, List<double[]> variances, double[] deviations) {
        this.derivatives = derivatives;
        this.variances = variances;
        this.deviations = deviations;
    }

    /** Controls that subtract nothing. */
    static Controls none() {
        return new Controls(List.of(), List.of(), new double[0]);
    }

    /**
     * The controls of the risks after the last stages of some pipelines.
     *
     * @param pipelines the pipelines; except for samples and ridge, the stages of each are the first stages of the longest
     * @throws IllegalArgumentException if the derivatives of the risk of one of them are not known
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
                        "has no known derivatives by which its trials could be controlled; use trials without"
                                + " controls");
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
            // A feature that does not vary is 0 in every design, and may have an infinite derivative.
            Arrays.setAll(derivatives[s], i -> ofStage[i] > 0 ? training.eigenvalue(i) : 0);
        }
        return derivatives;
    }

    /** Uses the variance 2λ²/n of the mean square of n Gaussian numbers. */
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
     * The difference of the mean square of each feature in a design from its variance.
     *
     * @param stage the stage of the design
     * @param rows the number of rows that count, from the first
     * @return λ̂ − λ; empty if nothing is controlled
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
     * Subtracts the control of a risk from an outcome, and records it in units of its standard deviation.
     *
     * @param outcome the outcome of the trial, which is changed
     * @param stage the stage after which the risk is measured
     * @param risk the index of the risk, counted from 0
     * @param departures the departures of the designs of all stages that lead to it
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
     * Subtracts from each trial the part that its control explains beyond the theory, with a coefficient fitted to all other trials. The
     * coefficient is then independent of the control, whose mean is 0, and the expectation does not change. With risks e and controls u,
     * both centred over the other trials, the coefficient is Σue/(Σu² + 200), with sums over the others.
     *
     * @param risks the risks of independent trials, less the theory's controls; at least 2
     * @param taken the control of each, in units of its standard deviation
     * @return new risks; equal to the given ones if the controls are 0
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
            // The share of a trial in sums about a mean that includes the trial itself.
            double own = (taken[t] - control) / weight * trials / (trials - 1.0);
            double ofOthers = (coefficient - own * (risks[t] - risk)) / (1 - own * (taken[t] - control));
            refined[t] = risks[t] - ofOthers * taken[t];
        }
        return refined;
    }
}
