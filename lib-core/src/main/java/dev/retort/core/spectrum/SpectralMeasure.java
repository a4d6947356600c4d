package dev.retort.core.spectrum;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.index;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.CompensatedSum;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The positive eigenvalues of a {@link Spectrum}, in descending order, each distinct value a node whose weight is its
 * multiplicity. What a sample size determines (τ, Ω, …) is a function of this measure alone: which feature an eigenvalue
 * belongs to does not matter.
 *
 * <p>Immutable.
 */
public final class SpectralMeasure {

    /** A list of at most this many nodes gets no sample, which would itself have one or two thousand. */
    private static final int SAMPLED = 20_000;

    /** Enough blocks for the roots of power laws to be within 3e-6; up to index 370 a block is a single node. */
    private static final int BLOCKS_PER_OCTAVE = 256;

    private static final double LARGEST = 0x1p900;

    private final double[] values;
    private final double[] weights;
    /** Entry c is the first node of cell c, one entry more than there are cells; null if each node is a cell. */
    private final int @Nullable [] cellStarts;
    /** Entry c is the weight of the cells before c; one entry more than there are cells. */
    private final double[] weightBefore;

    private final double trace;
    private final boolean unitWeights;
    private final @Nullable SpectralMeasure sample;
    private final double mostSamples;

    private SpectralMeasure(double[] values, double[] weights) {
        this(values, weights, null, cumulative(weights), Double.POSITIVE_INFINITY);
    }

    /** A measure whose cells are given; their weights are those that {@code weightBefore} steps by. */
    SpectralMeasure(
            double[] values, double[] weights, int @Nullable [] cellStarts, double[] weightBefore, double mostSamples) {
        this.values = values;
        this.weights = weights;
        this.cellStarts = cellStarts;
        this.weightBefore = weightBefore;
        this.mostSamples = mostSamples;
        CompensatedSum sum = new CompensatedSum();
        for (int k = 0; k < values.length; k++) {
            sum.add(weights[k] * values[k]);
        }
        this.trace = sum.value();
        this.unitWeights = Arrays.stream(weights).allMatch(weight -> weight == 1);
        this.sample = values.length > SAMPLED && cellStarts == null ? sampled() : null;
    }

    /** A measure with one node for each block of indices, which has the value in its middle and the weight of all. */
    private SpectralMeasure sampled() {
        double[] sampleValues = new double[BLOCKS_PER_OCTAVE * Integer.SIZE];
        double[] sampleWeights = new double[sampleValues.length];
        double growth = Math.pow(2, 1.0 / BLOCKS_PER_OCTAVE);
        int size = 0;
        int end;
        for (int start = 0; start < values.length; start = end) {
            end = Math.min((int) (start * growth) + 1, values.length);
            sampleValues[size] = (values[(start + end - 1) / 2] + values[(start + end) / 2]) / 2;
            sampleWeights[size++] = weightBefore[end] - weightBefore[start];
        }
        return new SpectralMeasure(Arrays.copyOf(sampleValues, size), Arrays.copyOf(sampleWeights, size));
    }

    private static double[] cumulative(double[] weights) {
        double[] before = new double[weights.length + 1];
        for (int k = 0; k < weights.length; k++) {
            before[k + 1] = before[k] + weights[k];
        }
        return before;
    }

    /** The measure of a list, whose array it may keep. */
    static SpectralMeasure of(double[] eigenvalues) {
        if (descend(eigenvalues)) {
            double[] ones = new double[eigenvalues.length];
            Arrays.fill(ones, 1);
            return new SpectralMeasure(eigenvalues, ones);
        }
        double[] ascending = eigenvalues.clone();
        Arrays.sort(ascending);
        double[] values = new double[ascending.length];
        double[] weights = new double[ascending.length];
        int size = 0;
        for (int i = ascending.length - 1; i >= 0 && ascending[i] > 0; i--) {
            if (size == 0 || ascending[i] != values[size - 1]) {
                values[size++] = ascending[i];
            }
            weights[size - 1]++;
        }
        return new SpectralMeasure(Arrays.copyOf(values, size), Arrays.copyOf(weights, size));
    }

    /** The measure of eigenvalues that are given as value and multiplicity. */
    static SpectralMeasure of(double[] eigenvalues, double[] counts) {
        int[] descending = IntStream.range(0, eigenvalues.length)
                .boxed()
                .sorted(Comparator.comparingDouble(k -> -eigenvalues[k]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] values = new double[eigenvalues.length];
        double[] weights = new double[eigenvalues.length];
        int size = 0;
        for (int k : descending) {
            if (eigenvalues[k] == 0 || counts[k] == 0) {
                continue;
            }
            if (size == 0 || eigenvalues[k] != values[size - 1]) {
                values[size++] = eigenvalues[k];
            }
            weights[size - 1] += counts[k];
        }
        return new SpectralMeasure(Arrays.copyOf(values, size), Arrays.copyOf(weights, size));
    }

    /** Whether eigenvalues can be used as nodes: positive, distinct and in descending order. */
    private static boolean descend(double[] eigenvalues) {
        for (int i = 1; i < eigenvalues.length; i++) {
            if (!(eigenvalues[i - 1] > eigenvalues[i])) {
                return false;
            }
        }
        return eigenvalues[eigenvalues.length - 1] > 0;
    }

    /**
     * The number of nodes.
     *
     * @return how many distinct positive eigenvalues there are
     */
    public int size() {
        return values.length;
    }

    /**
     * The eigenvalue of a node.
     *
     * @param k the node, counted from 0, the largest eigenvalue first
     * @return a positive number, smaller than that of the node before
     * @throws IndexOutOfBoundsException if there is no such node
     */
    public double value(int k) {
        return values[index("k", k, values.length)];
    }

    /**
     * The weight of a node.
     *
     * @param k the node, counted from 0
     * @return the multiplicity of its eigenvalue; in a compressed measure, its part of the weight of its cell
     * @throws IndexOutOfBoundsException if there is no such node
     */
    public double weight(int k) {
        return weights[index("k", k, values.length)];
    }

    /**
     * The number of cells. A cell is a run of nodes that represent the eigenvalues of an interval only together: in a
     * {@linkplain #compressed() compressed} measure single weights may be negative, but the weight of a cell is not. In other
     * measures every node is a cell of its own.
     *
     * @return how many cells there are, at most the number of nodes
     */
    public int cells() {
        return weightBefore.length - 1;
    }

    /**
     * The first node of a cell.
     *
     * @param cell the cell, counted from 0; the number of cells stands for the end of the last one
     * @return the node at which the cell begins and the one before it ends
     * @throws IndexOutOfBoundsException if the cell is negative or above the number of cells
     */
    public int cellStart(int cell) {
        return cellStarts == null
                ? index("cell", cell, weightBefore.length)
                : cellStarts[index("cell", cell, cellStarts.length)];
    }

    /**
     * The weight of all cells before one.
     *
     * @param cell the cell, counted from 0; the number of cells stands for the total
     * @return how many eigenvalues are larger than those of the cell
     * @throws IndexOutOfBoundsException if the cell is negative or above the number of cells
     */
    public double weightBefore(int cell) {
        return weightBefore[index("cell", cell, weightBefore.length)];
    }

    /**
     * The total weight.
     *
     * @return the rank of Σ, which may be infinite
     */
    public double rank() {
        return weightBefore[weightBefore.length - 1];
    }

    /**
     * The sum of all eigenvalues.
     *
     * @return the trace of Σ
     */
    public double trace() {
        return trace;
    }

    /**
     * A measure of the same rank with far fewer nodes that approximates this one: its solution is a start for the solver.
     *
     * @return a sample of the nodes; this measure if it has too few nodes to need one
     */
    public SpectralMeasure sample() {
        return sample == null ? this : sample;
    }

    /**
     * The largest sample size for which the nodes are accurate.
     *
     * @return 1e10 for an infinite power law, whose last node stands for all that 1e10 samples do not resolve; infinity
     *     for every other measure
     */
    public double mostSamples() {
        return mostSamples;
    }

    /**
     * The first cell whose nodes all lie below a value.
     *
     * @param value the value
     * @return the cell, counted from 0; the number of cells if there is none
     */
    public int cellBelow(double value) {
        int low = 0;
        int high = cells();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (values[cellStart(middle)] < value) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /**
     * The cell in which a weight, counted from the largest eigenvalue down, is reached.
     *
     * @param weight the weight, from 0 to below the rank
     * @return the cell c with {@code weightBefore(c) <= weight < weightBefore(c + 1)}
     * @throws IndexOutOfBoundsException if the weight is not in that range
     */
    public int cellAt(double weight) {
        int found = Arrays.binarySearch(weightBefore, weight);
        int cell = found >= 0 ? found : -found - 2;
        // The weight of a cell may be lost to rounding beside far larger ones.
        while (cell + 1 < cells() && weightBefore[cell + 1] <= weight) {
            cell++;
        }
        if (cell < 0 || cell >= cells()) {
            throw new IndexOutOfBoundsException("weight: " + weight + " is not from 0 to below the rank, " + rank());
        }
        return cell;
    }

    /**
     * The same measure on few nodes, for sweeps over many sample sizes: an octave of eigenvalues (equal binary exponent) with
     * more than 21 distinct values becomes a cell of 21 Chebyshev nodes, the others stay as they are. Sums of rational
     * functions whose poles have no positive real part, and so all sums in an equivalent, have a relative error of about
     * 1e-15. Derived in {@code docs/equivalents.md}.
     *
     * @return a measure of at most 21 nodes per octave; this one if no octave has more, or if it is not a list of eigenvalues
     */
    public SpectralMeasure compressed() {
        return isList() ? Compression.of(this, null).measure() : this;
    }

    /**
     * The same measure in another unit. A value that would overflow is limited to one that can still be doubled, so the
     * factor is meant for a τ that is tiny in the new unit, beside which such an eigenvalue is infinite.
     *
     * @param factor the factor of every eigenvalue, a power of two, at least 1
     * @return a measure of the same nodes and weights
     * @throws IllegalArgumentException if the factor is NaN, infinite or less than 1
     */
    public SpectralMeasure magnified(double factor) {
        // A factor below 1 might round eigenvalues to 0, which no measure has.
        if (!(finite("factor", factor) >= 1)) {
            throw refusal("factor", factor, "is not at least 1");
        }
        double[] magnified = Arrays.stream(values)
                .map(value -> Math.min(value * factor, LARGEST))
                .toArray();
        return new SpectralMeasure(magnified, weights, cellStarts, weightBefore, mostSamples);
    }

    /** Whether each node is an eigenvalue of a list, standing for itself. */
    boolean isList() {
        return cellStarts == null && Double.isInfinite(mostSamples);
    }

    /** Whether these are the nodes, one by one: all eigenvalues distinct and descending, zeros at the end. */
    boolean hasNodes(double[] eigenvalues) {
        return values == eigenvalues
                || (rank() == values.length && Arrays.equals(values, 0, values.length, eigenvalues, 0, values.length));
    }

    /** Adds a range of nodes to the sums of their octave, with the truths of the nodes if there are any. */
    void addTo(OctaveSums sums, double @Nullable [] truths, int from, int to) {
        sums.add(values, unitWeights ? null : weights, truths, from, to);
    }

    /**
     * Adds the learnt parts of a range of nodes: the sums of q = x = λ/(λ+τ).
     *
     * @param from the first node of the range, counted from 0
     * @param to the node after the last
     * @param tau the implicit regularisation τ, greater than 0
     * @param sums what is added to
     * @throws IndexOutOfBoundsException if the range is not within the nodes
     * @throws IllegalArgumentException if the sums are null
     */
    public void addLearnt(int from, int to, double tau, PowerSums sums) {
        checkRange(from, to);
        notNull("sums", sums).add(values, unitWeights ? null : weights, from, to, tau, true);
    }

    /**
     * Adds the missed parts of a range of nodes: the sums of q = z = τ/(λ+τ).
     *
     * @param from the first node of the range, counted from 0
     * @param to the node after the last
     * @param tau the implicit regularisation τ, greater than 0
     * @param sums what is added to
     * @throws IndexOutOfBoundsException if the range is not within the nodes
     * @throws IllegalArgumentException if the sums are null
     */
    public void addMissed(int from, int to, double tau, PowerSums sums) {
        checkRange(from, to);
        notNull("sums", sums).add(values, unitWeights ? null : weights, from, to, tau, false);
    }

    private void checkRange(int from, int to) {
        index("from", from, values.length + 1L);
        index("to - from", to - from, values.length - from + 1L);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SpectralMeasure that
                && Double.compare(mostSamples, that.mostSamples) == 0
                && Arrays.equals(values, that.values)
                && Arrays.equals(weights, that.weights)
                && Arrays.equals(cellStarts, that.cellStarts)
                && Arrays.equals(weightBefore, that.weightBefore);
    }

    @Override
    public int hashCode() {
        return Objects.hash(mostSamples, Arrays.hashCode(values), Arrays.hashCode(weights));
    }

    @Override
    public String toString() {
        return "SpectralMeasure of " + size() + " nodes, rank " + rank() + ", eigenvalues from " + values[0] + " to "
                + values[values.length - 1];
    }
}
