package dev.retort.theory.simulation;

import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import dev.retort.core.StandardNormal;
import dev.retort.core.nd4j.GaussianDesign;
import dev.retort.core.nd4j.internal.MatrixProduct;
import dev.retort.theory.testtime.TaskPrior;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Prompts of random tasks, many at a time, and the gradient on them. Immutable, and so shared by all threads. */
final class PromptBatch {

    /** About how many features are drawn as one array, a megabyte of them. */
    private static final long ENTRIES = 1 << 17;

    private final int dimension;
    private final int contextLength;
    private final double noise;
    private final GaussianDesign features;

    /** Null if all coefficients are zero. */
    private final @Nullable GaussianDesign coefficients;

    PromptBatch(TaskPrior prior, int contextLength) {
        this.dimension = prior.dimension();
        this.contextLength = contextLength;
        this.noise = prior.noise();
        this.features = AttentionArrays.features(prior.covariance());
        this.coefficients = prior.signalPower() > 0 ? AttentionArrays.features(prior.coefficientCovariance()) : null;
    }

    /** How many prompts make up one array, at least 1. */
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

    /** 2 Qᵀ diag(e) U, with a prompt's query in each row of Q, its context vector in that of U, and its error e = y − qᵀWu. */
    private INDArray descentInOneArray(INDArray weights, int prompts, RandomGenerator random) {
        int inContexts = contextLength * prompts;
        // First the first example of every prompt, then the second of each, and so on; last the queries.
        try (INDArray samples = features.sample(inContexts + prompts, random);
                INDArray labels = labels(samples, prompts, random);
                INDArray contexts = contextVectors(samples, labels, prompts);
                INDArray predictors = MatrixProduct.of(contexts, weights.transpose())) {
            INDArray queries = samples.get(interval(inContexts, inContexts + prompts));
            try (INDArray errors = predictors.muli(queries).sum(1)) {
                errors.rsubi(labels.get(interval(inContexts, inContexts + prompts)));
                contexts.muliColumnVector(errors.muli(2).reshape(prompts, 1));
                return MatrixProduct.ofTransposed(queries, contexts);
            }
        }
    }

    /** y = xᵀβ + noise, each prompt with its own β. */
    private INDArray labels(INDArray samples, int prompts, RandomGenerator random) {
        double[] ofEach = new double[prompts * (contextLength + 1) * dimension];
        if (coefficients != null) {
            try (INDArray drawn = coefficients.sample(prompts, random)) {
                double[] once = drawn.data().asDouble();
                for (int from = 0; from < ofEach.length; from += once.length) {
                    System.arraycopy(once, 0, ofEach, from, once.length);
                }
            }
        }
        try (INDArray perSample = Nd4j.create(ofEach, samples.shape(), 'c')) {
            double[] drawn = StandardNormal.sample(Math.toIntExact(samples.size(0)), random);
            return AttentionArrays.withNoise(perSample.muli(samples).sum(1), noise, drawn);
        }
    }

    /** u = Xᵀy, one per row. */
    private INDArray contextVectors(INDArray samples, INDArray labels, int prompts) {
        if (contextLength == 0) {
            return Nd4j.zeros(DataType.DOUBLE, prompts, dimension);
        }
        int inContexts = contextLength * prompts;
        try (INDArray weighted = samples.get(interval(0, inContexts))
                .mulColumnVector(labels.get(interval(0, inContexts)).reshape(inContexts, 1))) {
            return weighted.reshape(contextLength, prompts, dimension).sum(0);
        }
    }
}
