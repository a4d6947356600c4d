package dev.retort.core.spectrum;

import dev.retort.core.internal.Parallel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Gathers a list of eigenvalues into few nodes, octave by octave; an octave stays a list if it has no more distinct values
 * than {@link ChebyshevSums} has nodes. The nodes serve every sum over the eigenvalues, whatever its weights. Immutable.
 */
final class Compression {

    /** An octave: its binary exponent, its nodes from {@code start} to before {@code end}, and the interval of its values. */
    record Octave(int place, int start, int end, boolean gathered, double least, double greatest) {}

    /**
     * The number of values that are summed as one piece of an octave, so that threads can share the work; it does not depend
     * on their number.
     */
    private static final int PIECE = 1 << 15;

    private final SpectralMeasure measure;
    /** The powers by node; zero without truths. */
    private final double[] powers;
    /** The octaves by binary exponent, counted from that of subnormal numbers. */
    private final @Nullable Octave[] octaves;

    private Compression(SpectralMeasure measure, double[] powers, @Nullable Octave[] octaves) {
        this.measure = measure;
        this.powers = powers;
        this.octaves = octaves;
    }

    /** The nodes of the exact measure that lie in an octave. */
    private record Range(int start, int end, boolean gathered) {}

    private record Piece(Range octave, int start, int end) {}

    /**
     * The compression of a measure.
     *
     * @param exact the measure, each of whose nodes stands for itself
     * @param truths the roots of the nodes' powers, gathered along with the weights; null if there are none
     */
    static Compression of(SpectralMeasure exact, double @Nullable [] truths) {
        List<Range> ranges = octaves(exact);
        List<OctaveSums> sums = sums(exact, truths, ranges);
        int most = ranges.stream().mapToInt(Compression::size).sum();
        @Nullable Octave[] octaves = new Octave[place(Double.MAX_VALUE) + 1];
        double[] values = new double[most];
        double[] weights = new double[most];
        double[] powers = new double[most];
        int[] cellStarts = new int[most + 1];
        double[] weightBefore = new double[most + 1];
        int nodes = 0;
        int cells = 0;
        int summed = 0;
        for (Range range : ranges) {
            double least = exact.value(range.end - 1);
            double greatest = exact.value(range.start);
            int place = place(greatest);
            octaves[place] = new Octave(place, nodes, nodes + size(range), range.gathered, least, greatest);
            if (range.gathered) {
                OctaveSums octave = sums.get(summed++);
                System.arraycopy(octave.weights(), 0, weights, nodes, ChebyshevSums.NODES);
                System.arraycopy(octave.powers(), 0, powers, nodes, ChebyshevSums.NODES);
                for (int j = 0; j < ChebyshevSums.NODES; j++) {
                    values[nodes++] = ChebyshevSums.node(j, least, greatest);
                }
                cellStarts[++cells] = nodes;
                weightBefore[cells] = exact.weightBefore(range.end);
            } else {
                for (int k = range.start; k < range.end; k++) {
                    values[nodes] = exact.value(k);
                    weights[nodes] = exact.weight(k);
                    powers[nodes] = truths == null ? 0 : truths[k] * truths[k];
                    cellStarts[++cells] = ++nodes;
                    weightBefore[cells] = exact.weightBefore(k + 1);
                }
            }
        }
        SpectralMeasure measure = cells == exact.cells()
                ? exact
                : new SpectralMeasure(
                        values,
                        weights,
                        Arrays.copyOf(cellStarts, cells + 1),
                        Arrays.copyOf(weightBefore, cells + 1),
                        exact.mostSamples());
        return new Compression(measure, powers, octaves);
    }

    private static int size(Range octave) {
        return octave.gathered ? ChebyshevSums.NODES : octave.end - octave.start;
    }

    private static List<Range> octaves(SpectralMeasure exact) {
        List<Range> octaves = new ArrayList<>();
        int end;
        for (int start = 0; start < exact.size(); start = end) {
            int place = place(exact.value(start));
            int low = start + 1;
            int high = exact.size();
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (place(exact.value(middle)) == place) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            end = low;
            // Subnormal numbers share one exponent over 52 octaves.
            octaves.add(new Range(start, end, end - start > ChebyshevSums.NODES && place > 0));
        }
        return octaves;
    }

    /** The sums of the octaves that are gathered, each from the sums of its pieces in their order. */
    private static List<OctaveSums> sums(SpectralMeasure exact, double @Nullable [] truths, List<Range> octaves) {
        List<Piece> pieces = octaves.stream()
                .filter(Range::gathered)
                .flatMap(octave -> IntStream.iterate(octave.start, start -> start < octave.end, start -> start + PIECE)
                        .mapToObj(start -> new Piece(octave, start, Math.min(start + PIECE, octave.end))))
                .toList();
        IntFunction<OctaveSums> part = k -> {
            Piece piece = pieces.get(k);
            Range octave = piece.octave;
            OctaveSums ofPiece = new OctaveSums(exact.value(octave.end - 1), exact.value(octave.start));
            exact.addTo(ofPiece, truths, piece.start, piece.end);
            return ofPiece;
        };
        List<OctaveSums> parts = exact.size() > PIECE
                ? Parallel.values(pieces.size(), part)
                : IntStream.range(0, pieces.size()).mapToObj(part).toList();
        List<OctaveSums> sums = new ArrayList<>();
        for (int k = 0; k < parts.size(); k++) {
            if (pieces.get(k).start == pieces.get(k).octave.start) {
                sums.add(parts.get(k));
            } else {
                sums.get(sums.size() - 1).add(parts.get(k));
            }
        }
        return sums;
    }

    SpectralMeasure measure() {
        return measure;
    }

    /** The powers of the nodes, as a new array. */
    double[] powers() {
        return powers.clone();
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
