package dev.retort.theory.simulation;

import dev.retort.core.StandardNormal;
import dev.retort.core.internal.Blocks;
import dev.retort.core.internal.DotProduct;
import dev.retort.core.nd4j.GaussianDesign;
import dev.retort.core.nd4j.internal.MatrixProduct;
import dev.retort.theory.testtime.TaskPrior;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Prompts of random tasks, many at a time, and the gradient on them. Immutable, and so shared by all threads. */
final class PromptBatch {

    /** The approximate number of entries that are drawn as one array, a megabyte. */
    private static final long ENTRIES = 1 << 17;

    private final int dimension;
    private final int contextLength;
    private final double noise;
    private final GaussianDesign features;

    /** The law of the coefficients; null if all are zero. */
    private final @Nullable GaussianDesign coefficients;

    PromptBatch(TaskPrior prior, int contextLength) {
        this.dimension = prior.dimension();
        this.contextLength = contextLength;
        this.noise = prior.noise();
        this.features = AttentionArrays.features(prior.covariance());
        this.coefficients = prior.signalPower() > 0 ? AttentionArrays.features(prior.coefficientCovariance()) : null;
    }

    /** The number of prompts in one array, at least 1. */
    int inOneArray() {
        return (int) Math.max(1, ENTRIES / ((contextLength + 1L) * dimension));
    }

    /**
     * Minus the gradient of the squared error on new prompts, summed over them.
     *
     * @param weights W; not modified
     */
    INDArray descent(INDArray weights, int prompts, RandomGenerator random) {
        INDArray sum = Nd4j.zeros(DataType.DOUBLE, dimension, dimension);
        for (int done = 0; done < prompts; done += inOneArray()) {
            try (INDArray next = descentInOneArray(weights, Math.min(prompts - done, inOneArray()), random)) {
                sum.addi(next);
            }
        }
        return sum;
    }

    /** 2 Qᵀ diag(e) U, where for each prompt Q has the query and U the context vector as a row, and e = y − qᵀWu is the error. */
    private INDArray descentInOneArray(INDArray weights, int prompts, RandomGenerator random) {
        int inContexts = contextLength * prompts;
        // The first example of every prompt, then the second example of every prompt, and so on; the queries come last.
        double[] samples = sample(features, inContexts + prompts, random);
        double[] labels = labels(samples, prompts, random);
        double[] contexts = contextVectors(samples, labels, prompts);
        int d = dimension;
        try (INDArray u = array(contexts);
                INDArray predictors = MatrixProduct.of(u, weights.transpose());
                INDArray queries = array(Arrays.copyOfRange(samples, inContexts * d, samples.length))) {
            double[] predictor = predictors.data().asDouble();
            for (int k = 0; k < prompts; k++) {
                double error =
                        labels[inContexts + k] - DotProduct.of(samples, (inContexts + k) * d, predictor, k * d, d);
                for (int j = k * d; j < (k + 1) * d; j++) {
                    contexts[j] *= 2 * error;
                }
            }
            try (INDArray weighted = array(contexts)) {
                return MatrixProduct.ofTransposed(queries, weighted);
            }
        }
    }

    private INDArray array(double[] rows) {
        return Nd4j.create(rows, new long[] {rows.length / dimension, dimension}, 'c');
    }

    private static double[] sample(GaussianDesign design, int rows, RandomGenerator random) {
        try (INDArray drawn = design.sample(rows, random)) {
            return drawn.data().asDouble();
        }
    }

    /** y = xᵀβ + noise, each prompt with its own β. */
    private double[] labels(double[] samples, int prompts, RandomGenerator random) {
        double[] tasks = coefficients == null ? new double[prompts * dimension] : sample(coefficients, prompts, random);
        double[] labels = StandardNormal.sample(samples.length / dimension, random);
        for (int i = 0; i < labels.length; i++) {
            labels[i] = DotProduct.of(samples, i * dimension, tasks, i % prompts * dimension, dimension)
                    + noise * labels[i];
        }
        return labels;
    }

    /** u = Xᵀy, one per row. */
    private double[] contextVectors(double[] samples, double[] labels, int prompts) {
        double[] contexts = new double[prompts * dimension];
        for (int i = 0; i < contextLength * prompts; i++) {
            Blocks.addRow(labels[i], samples, i * dimension, contexts, i % prompts * dimension, dimension);
        }
        return contexts;
    }
}
