package dev.retort.core.spectrum;

import dev.retort.core.CompensatedSum;
import dev.retort.core.spectrum.SpectralMeasure.Sums;
import java.util.Arrays;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The sums of one pass over a range of nodes. Terms are added in independent lanes that are folded into compensated sums;
 * a large range is cut into chunks that depend on its length alone, and their sums are added in order, so that the result
 * is the same bit for bit however many threads share the work.
 */
final class LaneSums {

    static final int LANES = 64;

    /** Terms between two folds, 32 in each lane: what a lane loses meanwhile stays below the rounding of τ. */
    static final int FOLD = 2048;

    /** Ranges of so many nodes are shared among threads; waking a second one pays from about a third of it on. */
    static final int SHARED = 1 << 17;

    /** Of a shared range: enough that a thread which comes late or is slow does not hold up the others. */
    private static final int CHUNKS = 16;

    /** A reciprocal of two subnormal numbers overflows; raised by so much it does not. */
    private static final double RAISE = 0x1p60;

    private final double[] values;
    /** Null if all are one. */
    private final double @Nullable [] weights;

    private final int from;
    private final int to;
    private final double tau;
    /** The inverse of the largest learnability of the measure. */
    private final double perLargest;

    private final int chunkLength;
    private final Sums[] chunks;
    private final AtomicInteger next = new AtomicInteger();

    LaneSums(double[] values, double @Nullable [] weights, int from, int to, double tau) {
        this.values = values;
        this.weights = weights;
        this.from = from;
        this.to = to;
        this.tau = tau;
        this.perLargest = Math.min((values[0] + tau) / values[0], Double.MAX_VALUE);
        this.chunks = new Sums[to - from < SHARED ? 1 : CHUNKS];
        this.chunkLength = (to - from) / chunks.length + 1;
    }

    Sums sum() {
        return sum(Math.min(chunks.length - 1, ForkJoinPool.getCommonPoolParallelism()));
    }

    /** The sums, with that many helpers from the common pool beside the calling thread. */
    Sums sum(int helpers) {
        ForkJoinTask<?>[] tasks = new ForkJoinTask<?>[helpers];
        Arrays.setAll(tasks, helper -> ForkJoinPool.commonPool().submit(this::sumChunks));
        sumChunks();
        for (ForkJoinTask<?> task : tasks) {
            task.join();
        }
        return chunks.length == 1 ? chunks[0] : total();
    }

    private Sums total() {
        CompensatedSum learnt = new CompensatedSum();
        CompensatedSum missed = new CompensatedSum();
        CompensatedSum product = new CompensatedSum();
        CompensatedSum skew = new CompensatedSum();
        CompensatedSum squares = new CompensatedSum();
        for (Sums chunk : chunks) {
            learnt.add(chunk.learnt());
            missed.add(chunk.missed());
            product.add(chunk.product());
            skew.add(chunk.skew());
            squares.add(chunk.relativeSquares());
        }
        return new Sums(learnt.value(), missed.value(), product.value(), skew.value(), squares.value());
    }

    /**
     * Sums one chunk after the other until none is left. HotSpot makes vector code of loops, element by element, over
     * arrays that the method itself allocates, and of those alone: hence the lanes here, and the copies of the nodes.
     */
    private void sumChunks() {
        double[] value = new double[LANES];
        double[] weight = new double[LANES];
        double[] learnt = new double[LANES];
        double[] missed = new double[LANES];
        double[] product = new double[LANES];
        double[] skew = new double[LANES];
        double[] squares = new double[LANES];
        Arrays.fill(weight, 1);
        boolean raised = tau < Double.MIN_NORMAL;
        double shift = raised ? tau * RAISE : tau;
        for (int chunk = next.getAndIncrement(); chunk < chunks.length; chunk = next.getAndIncrement()) {
            CompensatedSum learntSum = new CompensatedSum();
            CompensatedSum missedSum = new CompensatedSum();
            CompensatedSum productSum = new CompensatedSum();
            CompensatedSum skewSum = new CompensatedSum();
            CompensatedSum squaresSum = new CompensatedSum();
            int chunkStart = from + chunk * chunkLength;
            int chunkEnd = chunkStart + Math.min(chunkLength, to - chunkStart);
            for (int start = chunkStart; start < chunkEnd; start += FOLD) {
                int end = Math.min(start + FOLD, chunkEnd);
                for (int k = start; k < end; k += LANES) {
                    int lanes = Math.min(LANES, end - k);
                    System.arraycopy(values, k, value, 0, lanes);
                    if (weights != null) {
                        System.arraycopy(weights, k, weight, 0, lanes);
                    }
                    if (raised) {
                        raise(value);
                    }
                    for (int j = 0; j < lanes; j++) {
                        double inverse = 1 / (value[j] + shift);
                        double x = value[j] * inverse;
                        double z = shift * inverse;
                        double wx = weight[j] * x;
                        double wxz = wx * z;
                        double relative = x * perLargest;
                        learnt[j] += wx;
                        missed[j] += weight[j] * z;
                        product[j] += wxz;
                        skew[j] += wxz * (x - z);
                        squares[j] += weight[j] * relative * relative;
                    }
                }
                fold(learnt, learntSum);
                fold(missed, missedSum);
                fold(product, productSum);
                fold(skew, skewSum);
                fold(squares, squaresSum);
            }
            chunks[chunk] = new Sums(
                    learntSum.value(), missedSum.value(), productSum.value(), skewSum.value(), squaresSum.value());
        }
    }

    /** Beside a subnormal τ a value above 2^1000 / RAISE is learnt to the last bit, and its size no longer matters. */
    private static void raise(double[] value) {
        for (int j = 0; j < value.length; j++) {
            value[j] = Math.min(value[j] * RAISE, 0x1p1000);
        }
    }

    private static void fold(double[] lanes, CompensatedSum sum) {
        for (double lane : lanes) {
            sum.add(lane);
        }
        Arrays.fill(lanes, 0);
    }
}
