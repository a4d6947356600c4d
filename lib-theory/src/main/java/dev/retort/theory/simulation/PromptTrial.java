package dev.retort.theory.simulation;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.StandardNormal;
import dev.retort.core.internal.Blocks;
import dev.retort.core.internal.DotProduct;
import dev.retort.core.nd4j.GaussianDesign;
import dev.retort.theory.testtime.TestTimeTraining;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One run of test-time training: draw prompts, make the step, measure. Its arrays are only read, by all threads. */
final class PromptTrial implements Trial<PromptTrial.Outcome> {

    private final double[][] covariance;
    private final double[] coefficients;
    private final double[][] weights;
    private final GaussianDesign design;
    private final double noise;
    private final int contextLength;
    private final int examples;

    /** The length of a fresh context for the query; 0 if the query uses the context of the step. */
    private final int freshLength;

    private final boolean sameContext;
    private final double multiple;

    PromptTrial(TestTimeTraining training, int examples) {
        this.weights = training.start().weights();
        this.covariance = training.task().covariance();
        this.coefficients = training.task().coefficients();
        this.design = AttentionArrays.features(covariance);
        this.noise = training.task().noise();
        this.contextLength = training.contextLength();
        this.examples = examples;
        this.sameContext = training.isOnSameContext();
        this.freshLength = sameContext ? 0 : training.evaluationLength();
        this.multiple = training.trainingLoss().multiple(examples);
        if ((long) contextLength + examples + freshLength > Integer.MAX_VALUE) {
            throw refusal("prompts", "of " + contextLength + " + " + examples + " + " + freshLength, "are too long");
        }
    }

    /** Features, their copy and their labels; and some matrices. */
    @Override
    public long memory() {
        long rows = (long) contextLength + examples + freshLength;
        long dimension = coefficients.length;
        return Double.BYTES * (4 * rows * (dimension + 1) + 2 * dimension * dimension);
    }

    /** The loss initialLoss − 2 slope η + curvature η² that this run ends with after a step of size η. */
    record Outcome(double initialLoss, double slope, double curvature) {
        Outcome {
            finite("initialLoss", initialLoss);
            finite("slope", slope);
            finite("curvature", curvature);
        }
    }

    /** Draws the features of context, training and fresh context, in this order, and then the noise of their labels. */
    @Override
    public Outcome run(RandomGenerator random) {
        int rows = contextLength + examples + freshLength;
        double[] features;
        try (INDArray drawn = design.sample(Math.max(1, rows), random)) { // an array has at least one row
            features = drawn.data().asDouble();
        }
        double[] labels = labels(features, random);
        double[] context = contextVector(features, labels, 0, contextLength);
        double[] direction = direction(context, features, labels);
        double[] evaluation = sameContext ? context : contextVector(features, labels, contextLength + examples, rows);
        // The step adds direction · contextᵀ to the weights; applied to the evaluation context, that is a multiple of
        // the direction.
        double along = DotProduct.of(context, 0, evaluation, 0, context.length);
        return outcome(Arrays.stream(direction).map(v -> along * v).toArray(), evaluation);
    }

    /** The loss without a step. */
    @Override
    public double[] measured(Outcome outcome) {
        return new double[] {outcome.initialLoss};
    }

    /** y = Xβ + noise. */
    private double[] labels(double[] features, RandomGenerator random) {
        int d = coefficients.length;
        double[] labels = StandardNormal.sample(features.length / d, random);
        for (int i = 0; i < labels.length; i++) {
            labels[i] = DotProduct.of(features, i * d, coefficients, 0, d) + noise * labels[i];
        }
        return labels;
    }

    /** u = Xᵀy over some rows. */
    private static double[] contextVector(double[] features, double[] labels, int from, int to) {
        int d = features.length / labels.length;
        double[] sum = new double[d];
        for (int i = from; i < to; i++) {
            Blocks.addRow(labels[i], features, i * d, sum, 0, d);
        }
        return sum;
    }

    /** 2 · multiple · Xᵀ(y − X W u) over the examples: minus the gradient is this times uᵀ. */
    private double[] direction(double[] context, double[] features, double[] labels) {
        int d = coefficients.length;
        double[] predictor = times(weights, context);
        double[] direction = new double[d];
        for (int i = contextLength; i < contextLength + examples; i++) {
            double error = labels[i] - DotProduct.of(features, i * d, predictor, 0, d);
            Blocks.addRow(2 * multiple * error, features, i * d, direction, 0, d);
        }
        return direction;
    }

    /** The loss σ² + rᵀΣr of weights W + ηD, which leave the residual r = (β − Wu) − ηDu. */
    private Outcome outcome(double[] shift, double[] evaluation) {
        int d = shift.length;
        double[] residual = times(weights, evaluation);
        for (int i = 0; i < d; i++) {
            residual[i] = coefficients[i] - residual[i];
        }
        double[] weighted = times(covariance, residual);
        return new Outcome(
                noise * noise + DotProduct.of(residual, 0, weighted, 0, d),
                DotProduct.of(shift, 0, weighted, 0, d),
                DotProduct.of(shift, 0, times(covariance, shift), 0, d));
    }

    private static double[] times(double[][] matrix, double[] vector) {
        return Arrays.stream(matrix)
                .mapToDouble(row -> DotProduct.of(row, 0, vector, 0, vector.length))
                .toArray();
    }
}
