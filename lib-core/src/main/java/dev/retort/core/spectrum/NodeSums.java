package dev.retort.core.spectrum;

import dev.retort.core.CompensatedSum;
import dev.retort.core.spectrum.SpectralMeasure.Sums;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The sums of one pass over a range of nodes. Blocks of {@value #BLOCK} terms are added plainly and then folded into
 * compensated sums, so that rounding does not grow with the number of nodes. A large range is cut into chunks that depend on
 * its length alone, and their sums are added in order: the result is the same bit for bit however many threads share the
 * work.
 */
final class NodeSums {

    static final int BLOCK = 32;

    /** To wake a second thread costs as much as about a third of so many terms. */
    static final int SHARED = 1 << 17;

    /** Of a shared range: enough that a thread which comes late or is slow does not hold up the others. */
    private static final int CHUNKS = 16;

    /** A reciprocal of two subnormal numbers overflows; raised by so much it does not. */
    private static final double RAISE = 0x1p60;

    private final double[] values;

    /** Null if all are one. */
    private final double @Nullable [] weights;

    private final double tau;

    /** The inverse of the largest learnability of the measure. */
    private final double perLargest;

    NodeSums(double[] values, double @Nullable [] weights, double tau) {
        this.values = values;
        this.weights = weights;
        this.tau = tau;
        this.perLargest = Math.min((values[0] + tau) / values[0], Double.MAX_VALUE);
    }

    Sums over(int from, int to) {
        return to - from < SHARED ? overChunk(from, to) : overChunks(from, to);
    }

    private Sums overChunks(int from, int to) {
        int length = (to - from) / CHUNKS + 1;
        Sums[] chunks = IntStream.range(0, CHUNKS)
                .parallel()
                .mapToObj(chunk -> from + chunk * length)
                .map(start -> overChunk(start, Math.min(start + length, to)))
                .toArray(Sums[]::new);
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

    private Sums overChunk(int from, int to) {
        CompensatedSum learnt = new CompensatedSum();
        CompensatedSum missed = new CompensatedSum();
        CompensatedSum product = new CompensatedSum();
        CompensatedSum skew = new CompensatedSum();
        CompensatedSum squares = new CompensatedSum();
        boolean raised = tau < Double.MIN_NORMAL;
        double shift = raised ? tau * RAISE : tau;
        for (int start = from; start < to; start += BLOCK) {
            int end = Math.min(start + BLOCK, to);
            double learntBlock = 0;
            double missedBlock = 0;
            double productBlock = 0;
            double skewBlock = 0;
            double squaresBlock = 0;
            for (int k = start; k < end; k++) {
                // Beside a subnormal τ a value that large is learnt to the last bit, and its size no longer matters.
                double value = raised ? Math.min(values[k] * RAISE, 0x1p1000) : values[k];
                double weight = weights == null ? 1 : weights[k];
                double inverse = 1 / (value + shift);
                double x = value * inverse;
                double z = shift * inverse;
                double wx = weight * x;
                double wxz = wx * z;
                double relative = x * perLargest;
                learntBlock += wx;
                missedBlock += weight * z;
                productBlock += wxz;
                skewBlock += wxz * (x - z);
                squaresBlock += weight * relative * relative;
            }
            learnt.add(learntBlock);
            missed.add(missedBlock);
            product.add(productBlock);
            skew.add(skewBlock);
            squares.add(squaresBlock);
        }
        return new Sums(learnt.value(), missed.value(), product.value(), skew.value(), squares.value());
    }
}
