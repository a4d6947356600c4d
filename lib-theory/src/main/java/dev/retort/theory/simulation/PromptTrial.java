package dev.retort.theory.simulation;

import static dev.retort.theory.simulation.GaussianVectors.add;
import static dev.retort.theory.simulation.GaussianVectors.dot;

import dev.retort.theory.testtime.LinearAttention;
import dev.retort.theory.testtime.TestTimeTraining;
import java.util.random.RandomGenerator;

/** One run of test-time training: draw prompts, descend, measure. Immutable, and so shared by all threads. */
final class PromptTrial {

    private final GaussianVectors features;
    private final double[][] covariance;
    private final double[] coefficients;
    private final double noise;
    private final LinearAttention start;
    private final int contextLength;
    private final int evaluationLength;
    private final boolean sameContext;
    private final int examples;
    private final double multiple;

    PromptTrial(TestTimeTraining training, int examples) {
        this.covariance = training.task().covariance();
        this.features = GaussianVectors.of(covariance);
        this.coefficients = training.task().coefficients();
        this.noise = training.task().noise();
        this.start = training.start();
        this.contextLength = training.contextLength();
        this.evaluationLength = training.evaluationLength();
        this.sameContext = training.isOnSameContext();
        this.examples = examples;
        this.multiple = training.trainingLoss().multiple(examples);
    }

    /** The loss initialLoss − 2 slope η + curvature η² that this run ends with after a step of size η. */
    record Outcome(double initialLoss, double slope, double curvature) {}

    Outcome outcome(RandomGenerator random) {
        double[] context = contextVector(contextLength, random);
        double[] descent = descent(start.predictor(context), random);
        double[] evaluation = sameContext ? context : contextVector(evaluationLength, random);
        double[] residual = coefficients.clone();
        add(residual, -1, start.predictor(evaluation));
        // The step adds η descent contextᵀ to the weights: of rank one, and never formed.
        double along = dot(context, evaluation);
        double[] weighted = times(covariance, descent);
        return new Outcome(
                noise * noise + dot(residual, times(covariance, residual)),
                along * dot(residual, weighted),
                along * along * dot(descent, weighted));
    }

    /** u = Xᵀy. */
    private double[] contextVector(int length, RandomGenerator random) {
        double[] sum = new double[coefficients.length];
        for (int i = 0; i < length; i++) {
            double[] x = features.draw(random);
            add(sum, label(x, random), x);
        }
        return sum;
    }

    /** Minus the derivative of the training loss by the coefficients of the predictor. */
    private double[] descent(double[] predictor, RandomGenerator random) {
        double[] descent = new double[coefficients.length];
        for (int j = 0; j < examples; j++) {
            double[] x = features.draw(random);
            add(descent, 2 * multiple * (label(x, random) - dot(x, predictor)), x);
        }
        return descent;
    }

    private double label(double[] x, RandomGenerator random) {
        return dot(x, coefficients) + noise * random.nextGaussian();
    }

    private static double[] times(double[][] matrix, double[] vector) {
        double[] product = new double[vector.length];
        for (int i = 0; i < product.length; i++) {
            product[i] = dot(matrix[i], vector);
        }
        return product;
    }
}
