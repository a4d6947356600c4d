package dev.retort.core.spectrum;

import dev.retort.core.CompensatedSum;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The moments that {@link ChebyshevSums} takes of an octave, of values in descending order and in two steps, which takes a
 * fifth of the time: in each of {@value #BINS} bins the sums of the first {@value #TERMS} powers of the distance from its
 * centre, and of these the Chebyshev sums, by the expansions of the polynomials about the centres. A rational function
 * without poles on the positive side is within 1e-16 of so many terms of its own expansion: a pole is at least 65 times as
 * far from a centre as the ends of the bin. Two amounts are gathered at once, a weight and the square of a truth.
 *
 * <p>Mutable and not thread-safe: a local variable of one computation.
 */
final class OctaveSums {

    private static final int BINS = 32;
    private static final int TERMS = 9;
    private static final int ORDERS = ChebyshevSums.NODES;

    /** By bin, the larger values first: the coefficients of T_0, then of T_1, … in powers of what goes from −1 to 1 in the bin. */
    private static final double[][] EXPANSIONS = new double[BINS][];

    static {
        Arrays.setAll(EXPANSIONS, OctaveSums::expansion);
    }

    private final double least;
    private final double greatest;

    /** Moments of weights, then of powers. */
    private final CompensatedSum[] moments = new CompensatedSum[2 * ORDERS];

    OctaveSums(double least, double greatest) {
        this.least = least;
        this.greatest = greatest;
        Arrays.setAll(moments, k -> new CompensatedSum());
    }

    private static int doubledCentre(int bin) {
        return BINS - 1 - 2 * bin;
    }

    /** By T_{k+1} = 2 t T_k − T_{k−1}. */
    private static double[] expansion(int bin) {
        double centre = (double) doubledCentre(bin) / BINS;
        double[] terms = new double[ORDERS * TERMS];
        terms[0] = 1;
        terms[TERMS] = centre;
        terms[TERMS + 1] = 1.0 / BINS;
        for (int k = 2; k < ORDERS; k++) {
            for (int m = 0; m < TERMS; m++) {
                double lower = m == 0 ? 0 : terms[(k - 1) * TERMS + m - 1];
                terms[k * TERMS + m] =
                        2 * (centre * terms[(k - 1) * TERMS + m] + lower / BINS) - terms[(k - 2) * TERMS + m];
            }
        }
        return terms;
    }

    /** Adds all that has been added to sums over the same octave. */
    void add(OctaveSums other) {
        for (int k = 0; k < moments.length; k++) {
            moments[k].add(other.moments[k].value());
        }
    }

    /**
     * Adds a range of values.
     *
     * @param values the values, descending
     * @param weights their weights; one if null
     * @param truths the roots of their powers; zero if null
     */
    void add(double[] values, double @Nullable [] weights, double @Nullable [] truths, int from, int to) {
        int end;
        for (int start = from; start < to; start = end) {
            int bin = bin(values[start]);
            int low = start + 1;
            int high = to;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (bin(values[middle]) == bin) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            end = low;
            double[] sums = new BinSums(bin).over(values, weights, truths, start, end);
            double[] expansion = EXPANSIONS[bin];
            for (int k = 0; k < ORDERS; k++) {
                double weight = 0;
                double power = 0;
                for (int m = TERMS - 1; m >= 0; m--) {
                    weight += expansion[k * TERMS + m] * sums[m];
                    power += expansion[k * TERMS + m] * sums[TERMS + m];
                }
                moments[k].add(weight);
                moments[ORDERS + k].add(power);
            }
        }
    }

    private int bin(double value) {
        return Math.min((int) ((greatest - value) / (greatest - least) * BINS), BINS - 1);
    }

    /** The weights of the Chebyshev nodes for what has been added so far. */
    double[] weights() {
        return ChebyshevSums.atNodes(Arrays.copyOf(moments, ORDERS));
    }

    /** The powers of the Chebyshev nodes for what has been added so far. */
    double[] powers() {
        return ChebyshevSums.atNodes(Arrays.copyOfRange(moments, ORDERS, 2 * ORDERS));
    }

    /** Power sums of one bin: plain over a few values, in variables that stay in registers, and these sums compensated. */
    private final class BinSums {

        private static final int BLOCK = 32;

        private final double[] sums = new double[2 * TERMS];
        private final double[] compensations = new double[2 * TERMS];
        private final double doubledCentre;

        BinSums(int bin) {
            this.doubledCentre = doubledCentre(bin);
        }

        double[] over(double[] values, double @Nullable [] weights, double @Nullable [] truths, int from, int to) {
            for (int start = from; start < to; start += BLOCK) {
                addBlock(values, weights, truths, start, Math.min(start + BLOCK, to));
            }
            for (int m = 0; m < sums.length; m++) {
                sums[m] += compensations[m];
            }
            return sums;
        }

        private void addBlock(
                double[] values, double @Nullable [] weights, double @Nullable [] truths, int from, int to) {
            double low = least;
            double high = greatest;
            double perBin = BINS;
            double centre = doubledCentre;
            double w0 = 0;
            double w1 = 0;
            double w2 = 0;
            double w3 = 0;
            double w4 = 0;
            double w5 = 0;
            double w6 = 0;
            double w7 = 0;
            double w8 = 0;
            double p0 = 0;
            double p1 = 0;
            double p2 = 0;
            double p3 = 0;
            double p4 = 0;
            double p5 = 0;
            double p6 = 0;
            double p7 = 0;
            double p8 = 0;
            for (int i = from; i < to; i++) {
                // The differences are exact, since the two ends of an octave differ by less than a factor of two.
                double u = ((values[i] - low) - (high - values[i])) / (high - low) * perBin - centre;
                double u2 = u * u;
                double u3 = u2 * u;
                double u4 = u2 * u2;
                double weight = weights == null ? 1 : weights[i];
                double power = truths == null ? 0 : truths[i] * truths[i];
                double weight4 = weight * u4;
                double power4 = power * u4;
                w0 += weight;
                w1 += weight * u;
                w2 += weight * u2;
                w3 += weight * u3;
                w4 += weight4;
                w5 += weight4 * u;
                w6 += weight4 * u2;
                w7 += weight4 * u3;
                w8 += weight4 * u4;
                p0 += power;
                p1 += power * u;
                p2 += power * u2;
                p3 += power * u3;
                p4 += power4;
                p5 += power4 * u;
                p6 += power4 * u2;
                p7 += power4 * u3;
                p8 += power4 * u4;
            }
            add(0, w0);
            add(1, w1);
            add(2, w2);
            add(3, w3);
            add(4, w4);
            add(5, w5);
            add(6, w6);
            add(7, w7);
            add(8, w8);
            add(TERMS, p0);
            add(TERMS + 1, p1);
            add(TERMS + 2, p2);
            add(TERMS + 3, p3);
            add(TERMS + 4, p4);
            add(TERMS + 5, p5);
            add(TERMS + 6, p6);
            add(TERMS + 7, p7);
            add(TERMS + 8, p8);
        }

        /** Knuth's sum of two numbers and its rounding error, without a branch. */
        private void add(int m, double term) {
            double sum = sums[m];
            double next = sum + term;
            double part = next - sum;
            sums[m] = next;
            compensations[m] += (sum - (next - part)) + (term - part);
        }
    }
}
