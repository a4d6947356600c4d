package dev.retort.theory.simulation;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;

import dev.retort.core.RandomStreams;
import dev.retort.core.internal.Matrix;
import dev.retort.core.internal.Parallel;
import dev.retort.core.nd4j.internal.Backend;
import dev.retort.theory.testtime.LinearAttention;
import dev.retort.theory.testtime.TaskPrior;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Pre-training of linear attention as done in practice, by stochastic gradient descent on prompts: every step draws a batch of prompts,
 * each with new coefficients β ~ N(0, Σ<sub>β</sub>), a context of n examples and a query, and descends their mean squared error; the
 * result is the average of the weights over the second half of the steps. It converges to {@link LinearAttention#pretrained}, up to noise
 * that falls with the number of prompts; the more ill-conditioned the covariances, the more steps it needs. The numbers depend on the seed
 * alone. Needs an ND4J backend on the class path. Immutable.
 *
 * <pre>{@code
 * TaskPrior prior = TaskPrior.isotropic(4, 1.0).withNoise(0.2);
 * LinearAttention trained = Pretraining.of(prior, 10).withSteps(100).withSeed(3).run();
 * double excess = trained.loss(prior, 10) / prior.leastLoss(10) - 1; // 0.0022
 * }</pre>
 */
public final class Pretraining {

    /** The most parts of a batch that are drawn in parallel; fixed, so that the numbers do not depend on the processors. */
    private static final long PARTS = 16;

    private final TaskPrior prior;
    private final int contextLength;
    private final int batch;
    private final int steps;
    private final long seed;

    private Pretraining(TaskPrior prior, int contextLength, int batch, int steps, long seed) {
        this.prior = prior;
        this.contextLength = contextLength;
        this.batch = batch;
        this.steps = steps;
        this.seed = seed;
    }

    /**
     * Pre-training with 100 steps on batches of 512 prompts and seed 0.
     *
     * @param prior the tasks, with signal or noise
     * @param contextLength the length n of the context, at least 0
     * @return the pre-training
     * @throws IllegalArgumentException if the length is negative
     */
    public static Pretraining of(TaskPrior prior, int contextLength) {
        return new Pretraining(notNull("prior", prior), nonNegative("contextLength", contextLength), 512, 100, 0);
    }

    /**
     * The same with batches of another size.
     *
     * @param prompts the number of prompts in a batch, at least 1
     * @return a new pre-training
     * @throws IllegalArgumentException if there is less than one
     */
    public Pretraining withBatch(int prompts) {
        return new Pretraining(prior, contextLength, atLeastOne("prompts", prompts), steps, seed);
    }

    /**
     * The same with another number of steps.
     *
     * @param steps at least 1
     * @return a new pre-training
     * @throws IllegalArgumentException if there is less than one
     */
    public Pretraining withSteps(int steps) {
        return new Pretraining(prior, contextLength, batch, atLeastOne("steps", steps), seed);
    }

    /**
     * The same with another seed.
     *
     * @param seed the seed, any number
     * @return a new pre-training
     */
    public Pretraining withSeed(long seed) {
        return new Pretraining(prior, contextLength, batch, steps, seed);
    }

    /**
     * Trains from zero weights.
     *
     * @return the trained attention
     * @throws IllegalArgumentException if labels or gradients overflow, or if one prompt has more features than an array can hold
     * @throws IllegalStateException if there is no ND4J backend on the class path
     */
    public LinearAttention run() {
        Backend.require();
        int d = prior.dimension();
        PromptBatch prompts = new PromptBatch(prior, contextLength);
        double rate = rate();
        RandomStreams streams = RandomStreams.of(seed);
        try (INDArray weights = Nd4j.zeros(DataType.DOUBLE, d, d);
                INDArray sum = Nd4j.zeros(DataType.DOUBLE, d, d)) {
            for (int step = 0; step < steps; step++) {
                for (INDArray part : descents(prompts, weights, streams.at(step))) {
                    weights.addi(part.muli(rate / batch));
                    part.close();
                }
                if (step >= steps / 2) {
                    sum.addi(weights);
                }
            }
            return AttentionArrays.attention(sum.divi(steps - steps / 2));
        }
    }

    /** The descents in order, whichever part is ready first. */
    private List<INDArray> descents(PromptBatch prompts, INDArray weights, RandomStreams streams) {
        int inPart = (int) Math.max(prompts.inOneArray(), (batch + PARTS - 1) / PARTS);
        return Parallel.values(
                (batch - 1) / inPart + 1,
                i -> prompts.descent(
                        weights,
                        Math.min(inPart, batch - i * inPart),
                        streams.at(i).generator()));
    }

    /**
     * The step size: below the inverse of the largest curvature, 2 |Σx| |C| with C = E uuᵀ, plus the excess curvature of a small batch.
     * Norms are bounded by the largest row sum.
     */
    private double rate() {
        Matrix features = Matrix.square("covariance", prior.covariance());
        Matrix moments = secondMoments(features);
        double noise = 8 * features.trace() * moments.trace() / batch;
        double curvature = 2 * largestRowSum(features) * largestRowSum(moments) + noise;
        return curvature == 0 ? 0 : 1 / curvature;
    }

    private static double largestRowSum(Matrix matrix) {
        return Arrays.stream(matrix.toArray())
                .mapToDouble(row -> Arrays.stream(row).map(Math::abs).sum())
                .max()
                .getAsDouble();
    }

    /** C = n(n+1) Σx Σβ Σx + n τ Σx. */
    private Matrix secondMoments(Matrix features) {
        double n = contextLength;
        double labels = prior.signalPower() + prior.noise() * prior.noise();
        return features.times(Matrix.square("coefficientCovariance", prior.coefficientCovariance()))
                .times(features)
                .scaled(n * (n + 1))
                .plus(features.scaled(n * labels));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Pretraining that
                && prior.equals(that.prior)
                && contextLength == that.contextLength
                && batch == that.batch
                && steps == that.steps
                && seed == that.seed;
    }

    @Override
    public int hashCode() {
        return Objects.hash(prior, contextLength, batch, steps, seed);
    }

    @Override
    public String toString() {
        return "Pretraining on " + prior + ", context length " + contextLength + ", " + steps + " steps on batches of "
                + batch + ", seed " + seed;
    }
}
