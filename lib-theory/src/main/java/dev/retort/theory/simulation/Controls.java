package dev.retort.theory.simulation;

import static dev.retort.core.internal.Arguments.refusal;

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
 * explains a part of the scatter. Its mean is 0 whatever the derivatives are, so that taking it from the risk changes no expectation.
 * Immutable.
 */
final class Controls {

    /** For each risk and each stage that leads to it, by feature; 0 where the feature does not vary. */
    private final List<double[][]> derivatives;

    /** Of the features of each stage. */
    private final List<double[]> variances;

    private Controls(List<double[][]> derivatives, List<double[]> variances) {
        this.derivatives = derivatives;
        this.variances = variances;
    }

    /** That nothing is taken from any risk. */
    static Controls none() {
        return new Controls(List.of(), List.of());
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
            derivatives.add(derivatives(distillation, ofStages));
            variances = ofStages.size() > variances.size() ? ofStages : variances;
        }
        return new Controls(derivatives, variances);
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
     * What a risk owes to the designs.
     *
     * @param risk which of the risks, counted from 0
     * @param departures those of the designs of all stages that lead to it
     */
    double of(int risk, List<double[]> departures) {
        double control = 0;
        if (!derivatives.isEmpty()) {
            double[][] ofRisk = derivatives.get(risk);
            for (int s = 0; s < ofRisk.length; s++) {
                control += DotProduct.of(ofRisk[s], 0, departures.get(s), 0, ofRisk[s].length);
            }
        }
        return control;
    }
}
