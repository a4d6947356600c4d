package dev.retort.theory.incontext;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.SampleMean;
import dev.retort.core.StandardNormal;
import dev.retort.core.internal.Blocks;
import dev.retort.core.internal.DotProduct;
import dev.retort.core.internal.ThinSvd;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Spectrum;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The excess risk of in-context predictors on Gaussian features of any covariance, averaged exactly over label noise and query, and by
 * sampling over contexts, for predictors without a closed form. All predictors use the same contexts, so that differences between
 * predictors are known more precisely than their risks. Memory: 8 d · min(n, d) bytes for each context of n examples.
 * Immutable.
 *
 * <pre>{@code
 * import dev.retort.theory.incontext.*;
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.0, 20), Signal.constant(0.3)).withNoise(0.2);
 * SampledContexts contexts = SampledContexts.of(task, 40, 200, 7);
 * SampleMean tenSteps = contexts.excess(InContextPredictor.gradientSteps(10, 0.01)); // 0.0876 ± 0.0012
 * }</pre>
 */
public final class SampledContexts {

    /** The bytes of a context beside its vectors. */
    private static final int OBJECTS = 200;

    private final RegressionTask task;
    private final int length;
    private final long seed;
    private final List<Context> contexts;

    private SampledContexts(RegressionTask task, int length, long seed, List<Context> contexts) {
        this.task = task;
        this.length = length;
        this.seed = seed;
        this.contexts = contexts;
    }

    /** One context: the positive eigenvalues of XᵀX with their eigenvectors, the span of the rows, and the task in terms of them. */
    private static final class Context {

        private final double[] variances;
        private final double[] eigenvalues;

        /** One eigenvector after the other. */
        private final double[][] vectors;

        private final double[] task;

        /** The part of the task that is orthogonal to all rows. */
        private final double[] unseen;

        Context(double[] coefficients, double[] variances, int rank, int length, RandomGenerator random) {
            double[][] rows = new double[length][variances.length];
            for (double[] row : rows) {
                Arrays.setAll(row, i -> Math.sqrt(variances[i]) * StandardNormal.next(random));
            }
            ThinSvd svd = ThinSvd.of(rows);
            // Singular values beyond the rank are rounding.
            int seen = Math.min(length, rank);
            this.variances = variances;
            this.eigenvalues = new double[seen];
            this.vectors = new double[seen][];
            this.task = new double[seen];
            this.unseen = length < rank ? coefficients.clone() : new double[variances.length];
            for (int k = 0; k < seen; k++) {
                eigenvalues[k] = Math.min(svd.value(k) * svd.value(k), Double.MAX_VALUE);
                vectors[k] = svd.left(k);
                task[k] = DotProduct.of(vectors[k], coefficients);
                if (length < rank) {
                    Blocks.addRow(-task[k], vectors[k], 0, unseen, 0, unseen.length);
                }
            }
        }

        double excess(InContextPredictor predictor, double noise) {
            double[] missed = new double[task.length];
            double largest = 0;
            double excess = 0;
            for (int k = 0; k < missed.length; k++) {
                missed[k] = task[k] == 0 ? 0 : predictor.missed(eigenvalues[k]) * task[k];
                largest = Math.max(largest, Math.abs(missed[k]));
                double gain = noise == 0 ? 0 : noise * predictor.noiseGain(eigenvalues[k]);
                excess += gain == 0 ? 0 : gain * gain * variance(vectors[k]);
            }
            if (Double.isInfinite(largest)) {
                return largest;
            }
            // Scaled so that products do not overflow: the terms have both signs, and infinite ones would give NaN.
            int unit = Math.max(Math.getExponent(largest), 0);
            double[] error = new double[variances.length];
            Blocks.addRow(Math.scalb(predictor.missed(0), -unit), unseen, 0, error, 0, error.length);
            for (int k = 0; k < missed.length; k++) {
                Blocks.addRow(Math.scalb(missed[k], -unit), vectors[k], 0, error, 0, error.length);
            }
            return excess + Math.scalb(Math.scalb(variance(error), unit), unit);
        }

        /** The variance of the labels of a linear function, bᵀΣb. */
        private double variance(double[] coefficients) {
            double sum = 0;
            for (int i = 0; i < coefficients.length; i++) {
                sum += coefficients[i] * variances[i] * coefficients[i];
            }
            return sum;
        }
    }

    /**
     * Draws contexts, on all processors; the draws depend on the seed alone.
     *
     * @param task covariance, the coefficients of one task, and noise; of at most ten million features, or listed
     * @param length the number of examples n, at least 1
     * @param count the number of contexts, at least 2
     * @param seed the seed, any number
     * @return the contexts
     * @throws IllegalArgumentException if the spectrum has too many features, a coefficient overflows, a number is out of
     *     range, or the contexts do not fit into Java's heap
     */
    public static SampledContexts of(RegressionTask task, int length, int count, long seed) {
        double[] variances =
                Spectrum.listed("task.spectrum", notNull("task", task).spectrum());
        if (length < 1) {
            throw refusal("length", length, "is not at least 1");
        }
        requireMemory(count, length, variances.length);
        double[] coefficients = new double[variances.length];
        for (int i = 0; i < coefficients.length; i++) {
            coefficients[i] = finite("coefficient " + i + " of the task", task.coefficient(i));
        }
        int rank = task.spectrum().rank();
        List<Context> contexts =
                Draws.of(count, seed, random -> new Context(coefficients, variances, rank, length, random));
        return new SampledContexts(task, length, seed, contexts);
    }

    private static void requireMemory(int count, int length, int dimension) {
        double kept = OBJECTS + 8.0 * dimension * (Math.min(length, dimension) + 1);
        double drawn = 8.0 * length * dimension;
        double needed = count * kept + drawn;
        double heap = (double) Runtime.getRuntime().maxMemory();
        if (needed > heap) {
            throw refusal(
                    "count",
                    count,
                    String.format(
                            Locale.ROOT,
                            "contexts of %d examples with %d features need %.3g GB, and Java's heap has %.3g GB: give"
                                    + " it more with -Xmx, take fewer or shorter ones, or GaussianContext, which samples"
                                    + " nothing",
                            length,
                            dimension,
                            needed / 1e9,
                            heap / 1e9));
        }
    }

    /**
     * The excess risk of a predictor.
     *
     * @param predictor the predictor
     * @return the mean of (ŵ − β)ᵀΣ(ŵ − β) over the contexts, each averaged over the noise
     */
    public SampleMean excess(InContextPredictor predictor) {
        notNull("predictor", predictor);
        return SampleMean.of(contexts.stream()
                .mapToDouble(context -> context.excess(predictor, task.noise()))
                .toArray());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SampledContexts that
                && task.equals(that.task)
                && length == that.length
                && seed == that.seed
                && contexts.size() == that.contexts.size();
    }

    @Override
    public int hashCode() {
        return Objects.hash(task, length, seed, contexts.size());
    }

    @Override
    public String toString() {
        return contexts.size() + " sampled contexts of " + length + " examples, seed " + seed + ", " + task;
    }
}
