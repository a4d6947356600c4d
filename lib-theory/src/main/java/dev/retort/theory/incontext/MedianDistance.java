package dev.retort.theory.incontext;

import static dev.retort.core.internal.Arguments.refusal;

/**
 * The median of the distances of all pairs, found digit by digit: each pass over the pairs counts how they go on after the bits that
 * are known, so that no list of distances is ever kept.
 */
final class MedianDistance {

    private static final int DIGIT = 16;

    private static final int BLOCK = 1024;

    private MedianDistance() {}

    private interface Distances {
        void fill(double[] x, double[][] ys, double[] values);
    }

    static double euclidean(Points points) {
        return median(points, (x, ys, values) -> {
            Kernel.squaredDistances(x, ys, values);
            for (int j = 0; j < values.length; j++) {
                values[j] = Math.sqrt(values[j]);
            }
        });
    }

    static double cityBlock(Points points) {
        return median(points, Kernel::cityBlockDistances);
    }

    private static double median(Points points, Distances distances) {
        long pairs = points.count() * (points.count() - 1L) / 2;
        if (pairs == 0) {
            throw refusal("points", "a single one", "has no distance to others");
        }
        double upper = select(points, distances, pairs / 2);
        double median = pairs % 2 == 1 ? upper : select(points, distances, pairs / 2 - 1) / 2 + upper / 2;
        if (!(median > 0 && median < Double.POSITIVE_INFINITY)) {
            throw refusal("median distance", median, "is no width: choose one, for example the mean distance");
        }
        return median;
    }

    /** The distance of a given rank, from 0. The bits of numbers that are not negative are in the order of the numbers. */
    private static double select(Points points, Distances distances, long rank) {
        long known = 0;
        long left = rank;
        for (int shift = Long.SIZE - DIGIT; shift >= 0; shift -= DIGIT) {
            long[] counts = counts(points, distances, known, shift);
            int digit = 0;
            while (left >= counts[digit]) {
                left -= counts[digit];
                digit++;
            }
            known = known << DIGIT | digit;
        }
        return Double.longBitsToDouble(known);
    }

    private static long[] counts(Points points, Distances distances, long known, int shift) {
        long[] counts = new long[1 << DIGIT];
        for (int from = 0; from < points.count(); from += BLOCK) {
            int to = Math.min(points.count(), from + BLOCK);
            double[][] columns = points.columns(from, to);
            double[] values = new double[to - from];
            for (int i = 0; i < to; i++) {
                distances.fill(points.row(i), columns, values);
                // Each pair once: those that follow point i.
                for (int j = Math.max(from, i + 1); j < to; j++) {
                    long bits = Double.doubleToRawLongBits(values[j - from]);
                    boolean goesOn = shift + DIGIT == Long.SIZE || bits >>> (shift + DIGIT) == known;
                    if (goesOn) {
                        counts[(int) (bits >>> shift) & 0xffff]++;
                    }
                }
            }
        }
        return counts;
    }
}
