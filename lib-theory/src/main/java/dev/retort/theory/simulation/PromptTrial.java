package dev.retort.theory.simulation;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.refusal;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import dev.retort.core.StandardNormal;
import dev.retort.core.nd4j.GaussianDesign;
import dev.retort.core.nd4j.internal.MatrixProduct;
import dev.retort.theory.testtime.TestTimeTraining;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** One run of test-time training: draw prompts, make the step, measure. Its arrays are only read, by all threads. */
final class PromptTrial implements Trial<PromptTrial.Outcome> {

    private final INDArray covariance;
    private final INDArray coefficients;
    private final INDArray weights;
    private final GaussianDesign design;
    private final double noise;
    private final int contextLength;
    private final int examples;

    /** The length of a context for the query alone; 0 if it comes with that of the step. */
    private final int freshLength;

    private final boolean sameContext;
    private final double multiple;

    PromptTrial(TestTimeTraining training, int examples) {
        this.weights = AttentionArrays.weights(training.start());
        this.covariance = AttentionArrays.matrix(training.task().covariance());
        this.coefficients = Nd4j.createFromArray(training.task().coefficients());
        this.design = AttentionArrays.features(training.task().covariance());
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
        long dimension = coefficients.length();
        return Double.BYTES * (4 * rows * (dimension + 1) + 8 * dimension * dimension);
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
        // An array has at least one row.
        try (INDArray features = design.sample(Math.max(1, rows), random);
                INDArray labels = labels(features, random);
                INDArray context = contextVector(features, labels, 0, contextLength);
                INDArray descent = descent(context, features, labels);
                INDArray evaluation =
                        sameContext ? context.dup() : contextVector(features, labels, contextLength + examples, rows)) {
            return outcome(descent, evaluation);
        }
    }

    /** The loss without a step. */
    @Override
    public double[] measured(Outcome outcome) {
        return new double[] {outcome.initialLoss};
    }

    /** y = Xβ + noise. */
    private INDArray labels(INDArray features, RandomGenerator random) {
        double[] drawn = StandardNormal.sample(Math.toIntExact(features.size(0)), random);
        return AttentionArrays.withNoise(MatrixProduct.of(features, coefficients), noise, drawn);
    }

    private INDArray contextVector(INDArray features, INDArray labels, int from, int to) {
        return from == to
                ? Nd4j.zeros(DataType.DOUBLE, coefficients.length())
                : AttentionArrays.contextVector(features.get(interval(from, to)), labels.get(interval(from, to)));
    }

    private INDArray descent(INDArray context, INDArray features, INDArray labels) {
        return examples == 0
                ? Nd4j.zeros(DataType.DOUBLE, weights.shape())
                : AttentionArrays.descent(
                        weights,
                        context,
                        features.get(interval(contextLength, contextLength + examples)),
                        labels.get(interval(contextLength, contextLength + examples)),
                        multiple);
    }

    /** The loss σ² + rᵀΣr of weights W + ηD, which leave the residual r = (β − Wu) − ηDu. */
    private Outcome outcome(INDArray descent, INDArray evaluation) {
        try (INDArray residual = MatrixProduct.of(weights, evaluation).rsubi(coefficients);
                INDArray shift = MatrixProduct.of(descent, evaluation);
                INDArray both =
                        Nd4j.createFromArray(new double[][] {residual.toDoubleVector(), shift.toDoubleVector()});
                INDArray weighted = MatrixProduct.of(both, covariance);
                INDArray forms = MatrixProduct.of(weighted, both.transpose())) {
            return new Outcome(noise * noise + forms.getDouble(0, 0), forms.getDouble(0, 1), forms.getDouble(1, 1));
        }
    }
}
