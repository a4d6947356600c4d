package dev.retort.theory.incontext;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.Parallel;
import java.util.Arrays;
import java.util.function.DoubleConsumer;

/**
 * The median of the distances of all pairs, found digit by digit: each pass over the pairs counts the next bits of the distances that agree
 * in the bits known so far, so that no list of distances is kept.
 */
final class MedianDistance {

    private static final int DIGIT = 16;

    private static final int BLOCK = 512;

    private MedianDistance() {}

    private interface Distances {
        void fill(Pairs pairs, double[] values);
    }

    static double euclidean(Points points) {
        return median(points, (pairs, values) -> {
            pairs.squaredDistances(values);
            for (int j = 0; j < values.length; j++) {
                values[j] = Math.sqrt(values[j]);
            }
        });
    }

    static double cityBlock(Points points) {
        return median(points, Pairs::cityBlockDistances);
    }

    private static double median(Points points, Distances distances) {
        long pairs = points.count() * (points.count() - 1L) / 2;
        if (pairs == 0) {
            throw refusal("points", "a single one", "has no distance to others");
        }
        double upper = select(points, distances, pairs / 2);
        double median = pairs % 2 == 1 ? upper : before(points, distances, upper, pairs / 2) / 2 + upper / 2;
        if (!(median > 0 && median < Double.POSITIVE_INFINITY)) {
            throw refusal("median distance", median, "is not a valid width: choose one, for example the mean distance");
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
        Parallel.forEach(blocks(points), block -> {
            long[] ofBlock = new long[counts.length];
            forPairs(points, distances, block * BLOCK, value -> {
                long bits = Double.doubleToRawLongBits(value);
                if (shift + DIGIT == Long.SIZE || bits >>> (shift + DIGIT) == known) {
                    ofBlock[(int) (bits >>> shift) & 0xffff]++;
                }
            });
            synchronized (counts) {
                Arrays.setAll(counts, digit -> counts[digit] + ofBlock[digit]);
            }
        });
        return counts;
    }

    /** The distance of the rank just below that of a given distance, which may be equal to it. */
    private static double before(Points points, Distances distances, double distance, long rank) {
        Below all = Parallel.values(blocks(points), block -> {
                    long[] count = new long[1];
                    double[] largest = {Double.NEGATIVE_INFINITY};
                    forPairs(points, distances, block * BLOCK, value -> {
                        if (value < distance) {
                            count[0]++;
                            largest[0] = Math.max(largest[0], value);
                        }
                    });
                    return new Below(count[0], largest[0]);
                })
                .stream()
                .reduce(
                        new Below(0, Double.NEGATIVE_INFINITY),
                        (some, more) -> new Below(some.count + more.count, Math.max(some.largest, more.largest)));
        return all.count == rank ? all.largest : distance;
    }

    /** The number of distances below a given one, and the largest of them. */
    private record Below(long count, double largest) {}

    private static int blocks(Points points) {
        return (points.count() - 1) / BLOCK + 1;
    }

    /** The distances of the points of a block from all points before them, each pair once. */
    private static void forPairs(Points points, Distances distances, int from, DoubleConsumer use) {
        int to = Math.min(points.count(), from + BLOCK);
        double[][] columns = points.columns(from, to);
        double[] values = new double[to - from];
        for (int i = 0; i < to - 1; i++) {
            distances.fill(new Pairs(points.row(i), columns), values);
            for (int j = Math.max(from, i + 1); j < to; j++) {
                use.accept(values[j - from]);
            }
        }
    }
}
