package dev.retort.core.spectrum;

import dev.retort.core.internal.CompensatedSum;
import dev.retort.core.internal.Parallel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sums Σ w q, Σ w q², Σ w q³ over a range of a measure's nodes, where w is the weight of a node and q one of its two
 * shares, x = λ/(λ+τ) or z = τ/(λ+τ): see {@link SpectralMeasure#addLearnt} and {@link SpectralMeasure#addMissed}.
 *
 * <p>Blocks of {@value #BLOCK} terms are added plainly and then folded into compensated sums, so that the relative error
 * stays below 5e-15 for any number of nodes. A range of {@value #SHARED} nodes or more is cut into chunks that depend on its
 * length alone and are shared by the threads of the common pool; their sums are added in order, so that the result is the
 * same, bit for bit, for any number of threads.
 *
 * <p>Mutable and not thread-safe: confined to one computation, which takes one sum after the other without allocating.
 */
public final class PowerSums {

    static final int BLOCK = 32;

    /** Waking a second thread costs about as much as summing a third of this many terms. */
    static final int SHARED = 1 << 17;

    /** The number of chunks of a shared range: enough that a late or slow thread does not hold up the others. */
    private static final int CHUNKS = 16;

    private double first;
    private double second;
    private double third;

    /** The sums over the range that is being added. */
    private final CompensatedSum sum = new CompensatedSum();

    private final CompensatedSum squares = new CompensatedSum();
    private final CompensatedSum cubes = new CompensatedSum();

    /** Empty sums, zero. */
    public PowerSums() {}

    /**
     * The first sum.
     *
     * @return Σ w q
     */
    public double first() {
        return first;
    }

    /**
     * The second sum.
     *
     * @return Σ w q²
     */
    public double second() {
        return second;
    }

    /**
     * The third sum.
     *
     * @return Σ w q³
     */
    public double third() {
        return third;
    }

    /**
     * Multiplies the sums so far.
     *
     * @param factor the factor; zero empties the sums
     */
    public void scale(double factor) {
        first *= factor;
        second *= factor;
        third *= factor;
    }

    private void clear() {
        sum.clear();
        squares.clear();
        cubes.clear();
    }

    private void addRange() {
        first += sum.value();
        second += squares.value();
        third += cubes.value();
    }

    /**
     * Adds a range of nodes.
     *
     * @param weights null if all are one
     * @param learnt whether q is x, or z
     */
    void add(double[] values, double @Nullable [] weights, int from, int to, double tau, boolean learnt) {
        if (to - from < SHARED) {
            addChunk(values, weights, from, to, tau, learnt);
        } else {
            addChunks(values, weights, from, to, tau, learnt);
        }
    }

    private void addChunks(double[] values, double @Nullable [] weights, int from, int to, double tau, boolean learnt) {
        int length = (to - from) / CHUNKS + 1;
        List<PowerSums> chunks = Parallel.values(CHUNKS, chunk -> {
            PowerSums sums = new PowerSums();
            int start = from + chunk * length;
            sums.addChunk(values, weights, start, Math.min(start + length, to), tau, learnt);
            return sums;
        });
        clear();
        for (PowerSums chunk : chunks) {
            sum.add(chunk.first);
            squares.add(chunk.second);
            cubes.add(chunk.third);
        }
        addRange();
    }

    private void addChunk(double[] values, double @Nullable [] weights, int from, int to, double tau, boolean learnt) {
        clear();
        for (int start = from; start < to; start += BLOCK) {
            int end = Math.min(start + BLOCK, to);
            double block = 0;
            double blockSquares = 0;
            double blockCubes = 0;
            for (int k = start; k < end; k++) {
                double value = values[k];
                double q = (learnt ? value : tau) / (value + tau);
                double term = weights == null ? q : weights[k] * q;
                double square = term * q;
                block += term;
                blockSquares += square;
                blockCubes += square * q;
            }
            sum.add(block);
            squares.add(blockSquares);
            cubes.add(blockCubes);
        }
        addRange();
    }
}
