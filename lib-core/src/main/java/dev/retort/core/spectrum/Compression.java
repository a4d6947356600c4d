package dev.retort.core.spectrum;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a list of eigenvalues is gathered into few nodes: by octaves, each of which stays a list if it has no more distinct
 * values than {@link ChebyshevSums} has nodes. The nodes serve every sum over the eigenvalues, whatever its weights.
 * Immutable.
 */
final class Compression {

    /** An octave: its place among the binary exponents, its nodes from the first to before the last, and the interval of its values. */
    record Octave(int place, int start, int end, boolean gathered, double least, double greatest) {}

    private final SpectralMeasure measure;
    /** By binary exponent, counted from that of subnormal numbers. */
    private final @Nullable Octave[] octaves;

    private Compression(SpectralMeasure measure, @Nullable Octave[] octaves) {
        this.measure = measure;
        this.octaves = octaves;
    }

    static Compression of(SpectralMeasure exact) {
        @Nullable Octave[] octaves = new Octave[place(Double.MAX_VALUE) + 1];
        double[] values = new double[exact.size()];
        double[] weights = new double[exact.size()];
        int[] cellStarts = new int[exact.size() + 1];
        double[] weightBefore = new double[exact.size() + 1];
        int nodes = 0;
        int cells = 0;
        int end;
        for (int start = 0; start < exact.size(); start = end) {
            int place = place(exact.value(start));
            end = start + 1;
            while (end < exact.size() && place(exact.value(end)) == place) {
                end++;
            }
            // Subnormal numbers share one exponent over 52 octaves.
            boolean gathered = end - start > ChebyshevSums.NODES && place > 0;
            int size = gathered ? ChebyshevSums.NODES : end - start;
            double least = exact.value(end - 1);
            double greatest = exact.value(start);
            octaves[place] = new Octave(place, nodes, nodes + size, gathered, least, greatest);
            if (gathered) {
                ChebyshevSums sums = new ChebyshevSums(least, greatest);
                for (int k = start; k < end; k++) {
                    sums.add(exact.value(k), exact.weight(k));
                }
                System.arraycopy(sums.weights(), 0, weights, nodes, size);
                for (int j = 0; j < size; j++) {
                    values[nodes + j] = sums.node(j);
                }
                nodes += size;
                cellStarts[++cells] = nodes;
                weightBefore[cells] = exact.weightBefore(end);
            } else {
                for (int k = start; k < end; k++) {
                    values[nodes] = exact.value(k);
                    weights[nodes] = exact.weight(k);
                    cellStarts[++cells] = ++nodes;
                    weightBefore[cells] = exact.weightBefore(k + 1);
                }
            }
        }
        SpectralMeasure measure = cells == exact.cells()
                ? exact
                : new SpectralMeasure(
                        Arrays.copyOf(values, nodes),
                        Arrays.copyOf(weights, nodes),
                        Arrays.copyOf(cellStarts, cells + 1),
                        Arrays.copyOf(weightBefore, cells + 1),
                        exact.mostSamples());
        return new Compression(measure, octaves);
    }

    SpectralMeasure measure() {
        return measure;
    }

    /** The octave of a positive number, or null if no eigenvalue lies in it. */
    @Nullable
    Octave octaveOrNull(double value) {
        return octaves[place(value)];
    }

    /** The octave of an eigenvalue or of a node. */
    Octave octave(double value) {
        return Objects.requireNonNull(octaveOrNull(value));
    }

    /** The node of an eigenvalue in an octave that is not gathered. */
    int nodeOf(double eigenvalue, Octave octave) {
        int low = octave.start();
        int high = octave.end() - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (measure.value(middle) > eigenvalue) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static int place(double value) {
        return Math.getExponent(value) - Double.MIN_EXPONENT + 1;
    }
}
