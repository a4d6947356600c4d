package dev.retort.theory.simulation;

import static dev.retort.core.Arguments.atLeastOne;
import static dev.retort.core.Arguments.nonNegative;
import static dev.retort.core.Arguments.notNull;

import dev.retort.theory.testtime.LinearAttention;
import dev.retort.theory.testtime.TaskPrior;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGenerator.SplittableGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;

/**
 * Pre-training of linear attention as it is done in practice, by stochastic gradient descent on prompts: every step draws a
 * batch of them, each with new coefficients β ~ N(0, Σ<sub>β</sub>), a context of n examples and a query, and descends their mean
 * squared error; the weights are those of the second half of the steps, averaged. It finds {@link
 * LinearAttention#pretrained}, in as many steps as the covariances are ill-conditioned, and then up to noise that falls
 * with the number of prompts. The numbers depend on the seed alone. Immutable.
 *
 * <pre>{@code
 * TaskPrior prior = TaskPrior.isotropic(4, 1.0).withNoise(0.2);
 * LinearAttention trained = Pretraining.of(prior, 10).withSteps(100).withSeed(3).run();
 * double excess = trained.loss(prior, 10) / prior.leastLoss(10) - 1; // 0.0013
 * }</pre>
 */
public final class Pretraining {

    /** Parts of a batch that are drawn side by side; fixed, so that the numbers do not depend on the processors. */
    private static final int PARTS = 16;

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
     * @param prompts the number of prompts in a batch, at least 1; rounded up to a multiple of 16
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
     * @return the attention that comes of it
     */
    public LinearAttention run() {
        int d = prior.dimension();
        Prompts prompts = new Prompts(prior, contextLength);
        double rate = rate();
        double[][] weights = new double[d][d];
        double[][] average = new double[d][d];
        SplittableGenerator root = RandomGeneratorFactory.<SplittableGenerator>of("L64X128MixRandom")
                .create(seed);
        for (int step = 0; step < steps; step++) {
            List<double[][]> parts = Stream.generate(root::split).limit(PARTS).toList().parallelStream()
                    .map(random -> prompts.descent(weights, (batch + PARTS - 1) / PARTS, random))
                    .toList();
            for (double[][] part : parts) {
                add(weights, rate / PARTS, part);
            }
            if (step >= steps / 2) {
                add(average, 1.0 / (steps - steps / 2), weights);
            }
        }
        return LinearAttention.of(average);
    }

    private static void add(double[][] sum, double factor, double[][] term) {
        for (int i = 0; i < sum.length; i++) {
            GaussianVectors.add(sum[i], factor, term[i]);
        }
    }

    /**
     * The step size: below the inverse of the largest curvature, 2 |Σx| |C| with C = E uuᵀ, and of what a small batch adds to
     * it. Norms are bounded by the largest sum of a row.
     */
    private double rate() {
        double[][] features = prior.covariance();
        double[][] moments = secondMoments(features);
        double noise = 8 * trace(features) * trace(moments) / batch;
        double curvature = 2 * largestRow(features) * largestRow(moments) + noise;
        return curvature == 0 ? 0 : 1 / curvature;
    }

    /** C = n(n+1) Σx Σβ Σx + n τ Σx. */
    private double[][] secondMoments(double[][] features) {
        double[][] moments = product(product(features, prior.coefficientCovariance()), features);
        double n = contextLength;
        double labels = prior.signalPower() + prior.noise() * prior.noise();
        for (int i = 0; i < moments.length; i++) {
            for (int j = 0; j < moments.length; j++) {
                moments[i][j] = n * (n + 1) * moments[i][j] + n * labels * features[i][j];
            }
        }
        return moments;
    }

    private static double[][] product(double[][] a, double[][] b) {
        double[][] product = new double[a.length][a.length];
        for (int i = 0; i < a.length; i++) {
            for (int l = 0; l < a.length; l++) {
                GaussianVectors.add(product[i], a[i][l], b[l]);
            }
        }
        return product;
    }

    private static double trace(double[][] matrix) {
        double trace = 0;
        for (int i = 0; i < matrix.length; i++) {
            trace += matrix[i][i];
        }
        return trace;
    }

    private static double largestRow(double[][] matrix) {
        double largest = 0;
        for (double[] row : matrix) {
            double sum = 0;
            for (double entry : row) {
                sum += Math.abs(entry);
            }
            largest = Math.max(largest, sum);
        }
        return largest;
    }

    /** Where prompts come from. Immutable, and so shared by all threads. */
    private static final class Prompts {

        private final GaussianVectors features;
        private final GaussianVectors coefficients;
        private final double noise;
        private final int contextLength;

        Prompts(TaskPrior prior, int contextLength) {
            this.features = GaussianVectors.of(prior.covariance());
            this.coefficients = GaussianVectors.of(prior.coefficientCovariance());
            this.noise = prior.noise();
            this.contextLength = contextLength;
        }

        /** Minus the gradient of the mean squared error on new prompts. */
        double[][] descent(double[][] weights, int prompts, RandomGenerator random) {
            double[][] descent = new double[weights.length][weights.length];
            for (int prompt = 0; prompt < prompts; prompt++) {
                double[] beta = coefficients.draw(random);
                double[] u = new double[beta.length];
                for (int i = 0; i < contextLength; i++) {
                    double[] x = features.draw(random);
                    GaussianVectors.add(u, label(x, beta, random), x);
                }
                double[] query = features.draw(random);
                double error = label(query, beta, random);
                for (int i = 0; i < query.length; i++) {
                    error -= query[i] * GaussianVectors.dot(weights[i], u);
                }
                for (int i = 0; i < query.length; i++) {
                    GaussianVectors.add(descent[i], 2 * error * query[i] / prompts, u);
                }
            }
            return descent;
        }

        private double label(double[] x, double[] beta, RandomGenerator random) {
            return GaussianVectors.dot(x, beta) + noise * random.nextGaussian();
        }
    }
}
