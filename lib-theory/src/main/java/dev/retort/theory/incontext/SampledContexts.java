package dev.retort.theory.incontext;

import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.SampleMean;
import dev.retort.core.StandardNormal;
import dev.retort.core.internal.DenseMatrix;
import dev.retort.core.internal.DiagonalMatrix;
import dev.retort.core.internal.SymmetricEigen;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Spectrum;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The excess risk of in-context predictors on Gaussian features of any covariance, averaged exactly over label noise and query, and by
 * sampling over contexts, for predictors without a closed form. All predictors use the same contexts, so that differences between
 * predictors are known more precisely than their risks. Memory: 8 d² bytes for each context. Immutable.
 *
 * <pre>{@code
 * import dev.retort.theory.incontext.*;
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.0, 20), Signal.constant(0.3)).withNoise(0.2);
 * SampledContexts contexts = SampledContexts.of(task, 40, 200, 7);
 * SampleMean tenSteps = contexts.excess(InContextPredictor.gradientSteps(10, 0.01)); // 0.0876 ± 0.0012
 * }</pre>
 */
public final class SampledContexts {

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

    /** One context: eigenvalues of XᵀX, and task and covariance in its eigenbasis. */
    private static final class Context {

        private final double[] eigenvalues;
        private final double[] task;
        private final double[][] covariance;

        Context(RegressionTask task, double[] variances, int length, RandomGenerator random) {
            int dimension = variances.length;
            double[][] rows = new double[length][dimension];
            for (double[] row : rows) {
                Arrays.setAll(row, i -> Math.sqrt(variances[i]) * StandardNormal.next(random));
            }
            DenseMatrix features = DenseMatrix.of(rows);
            SymmetricEigen gram =
                    SymmetricEigen.of(features.transposed().times(features).toArray());
            this.eigenvalues = gram.values();
            // They ascend; those beyond the rank are rounding.
            int rank = Math.min(length, task.spectrum().rank());
            Arrays.fill(eigenvalues, 0, Math.max(0, dimension - rank), 0);
            double[][] vectors = new double[dimension][];
            Arrays.setAll(vectors, gram::vector);
            DenseMatrix basis = DenseMatrix.of(vectors); // in rows
            this.task = basis.times(
                    IntStream.range(0, dimension).mapToDouble(task::coefficient).toArray());
            this.covariance = basis.times(DiagonalMatrix.of(variances))
                    .times(basis.transposed())
                    .toArray();
        }

        double excess(InContextPredictor predictor, double noiseVariance) {
            double[] missed = new double[task.length];
            double largest = 0;
            double excess = 0;
            for (int i = 0; i < missed.length; i++) {
                missed[i] = task[i] == 0 ? 0 : predictor.missed(eigenvalues[i]) * task[i];
                largest = Math.max(largest, Math.abs(missed[i]));
                double gain = noiseVariance == 0 ? 0 : predictor.noiseGain(eigenvalues[i]);
                excess += gain == 0 ? 0 : noiseVariance * covariance[i][i] * gain * gain;
            }
            if (Double.isInfinite(largest)) {
                return largest;
            }
            // Scaled so that products do not overflow: the terms have both signs, and infinite ones would give NaN.
            int unit = Math.max(Math.getExponent(largest), 0);
            double squared = 0;
            for (int i = 0; i < missed.length; i++) {
                for (int j = 0; j < missed.length; j++) {
                    squared += Math.scalb(missed[i], -unit) * covariance[i][j] * Math.scalb(missed[j], -unit);
                }
            }
            return excess + Math.scalb(Math.scalb(squared, unit), unit);
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
     * @throws IllegalArgumentException if the spectrum has too many features, or a number is out of range
     */
    public static SampledContexts of(RegressionTask task, int length, int count, long seed) {
        double[] variances =
                Spectrum.listed("task.spectrum", notNull("task", task).spectrum());
        if (length < 1) {
            throw refusal("length", length, "is not at least 1");
        }
        List<Context> contexts = Draws.of(count, seed, random -> new Context(task, variances, length, random));
        return new SampledContexts(task, length, seed, contexts);
    }

    /**
     * The excess risk of a predictor.
     *
     * @param predictor the predictor
     * @return the mean of (ŵ − β)ᵀΣ(ŵ − β) over the contexts, each averaged over the noise
     */
    public SampleMean excess(InContextPredictor predictor) {
        notNull("predictor", predictor);
        double noiseVariance = task.noise() * task.noise();
        return SampleMean.of(contexts.stream()
                .mapToDouble(context -> context.excess(predictor, noiseVariance))
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
