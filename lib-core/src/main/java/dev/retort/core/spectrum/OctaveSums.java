package dev.retort.core.spectrum;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The moments that {@link ChebyshevSums} takes of an octave, for values in descending order. Many values are summed in two
 * steps, which takes a fifth of the time: first the sums of the first {@value #TERMS} powers of the distance from the centre
 * in each of {@value #BINS} bins, then from these the Chebyshev sums, by the expansions of the polynomials about the centres.
 * A rational function without poles on the positive side differs by less than 1e-16 from this many terms of its expansion: a
 * pole is at least 257 times as far from a centre as the ends of the bin. Two amounts are gathered at once, a weight and the
 * square of a truth.
 *
 * <p>Mutable and not thread-safe: a local variable of one computation.
 */
final class OctaveSums {

    private static final int BINS = 128;
    private static final int TERMS = 7;

    /** The polynomials are summed directly for fewer values: too few would share the expansion of a bin. */
    private static final int MANY = 4 * BINS;

    /** The number of terms that are added plainly before they are folded into compensated sums. */
    private static final int BLOCK = 64;

    private static final int ORDERS = ChebyshevSums.NODES;

    /**
     * The expansions by bin, the larger values first: the coefficients of T_0, then of T_1, …, in powers of a variable that
     * goes from −1 to 1 in the bin.
     */
    private static final double[][] EXPANSIONS = new double[BINS][];

    static {
        Arrays.setAll(EXPANSIONS, OctaveSums::expansion);
    }

    private final double least;
    private final double greatest;

    /** Moments of weights, then of powers. */
    private final Sums moments = new Sums(2 * ORDERS);

    OctaveSums(double least, double greatest) {
        this.least = least;
        this.greatest = greatest;
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

    /** Adds the contents of other sums over the same octave. */
    void add(OctaveSums other) {
        for (int k = 0; k < 2 * ORDERS; k++) {
            moments.add(k, other.moments.value(k));
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
        if (to - from < MANY) {
            addEach(values, weights, truths, from, to);
        } else {
            addBins(values, weights, truths, from, to);
        }
    }

    private void addEach(double[] values, double @Nullable [] weights, double @Nullable [] truths, int from, int to) {
        ChebyshevSums ofWeights = new ChebyshevSums(least, greatest);
        ChebyshevSums ofPowers = new ChebyshevSums(least, greatest);
        for (int i = from; i < to; i++) {
            ofWeights.add(values[i], weights == null ? 1 : weights[i]);
            if (truths != null) {
                ofPowers.add(values[i], truths[i] * truths[i]);
            }
        }
        for (int k = 0; k < ORDERS; k++) {
            moments.add(k, ofWeights.moment(k));
            moments.add(ORDERS + k, ofPowers.moment(k));
        }
    }

    private void addBins(double[] values, double @Nullable [] weights, double @Nullable [] truths, int from, int to) {
        int end;
        for (int start = from; start < to; start = end) {
            int bin = bin(values[start]);
            int length = 1;
            while (length < to - start && bin(values[start + length]) == bin) {
                length *= 2;
            }
            int low = start + (length + 1) / 2;
            int high = Math.min(start + length, to);
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (bin(values[middle]) == bin) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            end = low;
            double[] sums = powers(bin, values, weights, truths, start, end);
            double[] expansion = EXPANSIONS[bin];
            for (int k = 0; k < ORDERS; k++) {
                double weight = 0;
                double power = 0;
                for (int m = TERMS - 1; m >= 0; m--) {
                    weight += expansion[k * TERMS + m] * sums[m];
                    power += expansion[k * TERMS + m] * sums[TERMS + m];
                }
                moments.add(k, weight);
                moments.add(ORDERS + k, power);
            }
        }
    }

    private int bin(double value) {
        return Math.min((int) ((greatest - value) / (greatest - least) * BINS), BINS - 1);
    }

    /** The weights of the Chebyshev nodes for what has been added so far. */
    double[] weights() {
        return ChebyshevSums.atNodes(moments.values(0, ORDERS));
    }

    /** The powers of the Chebyshev nodes for what has been added so far. */
    double[] powers() {
        return ChebyshevSums.atNodes(moments.values(ORDERS, 2 * ORDERS));
    }

    /**
     * The power sums of one bin: plain sums over a few values, in variables that stay in registers, are added with
     * compensation.
     */
    private double[] powers(
            int bin, double[] values, double @Nullable [] weights, double @Nullable [] truths, int from, int to) {
        Sums sums = new Sums(2 * TERMS);
        for (int start = from; start < to; start += BLOCK) {
            addPowers(sums, bin, values, weights, truths, start, Math.min(start + BLOCK, to));
        }
        return sums.values(0, 2 * TERMS);
    }

    private void addPowers(
            Sums sums,
            int bin,
            double[] values,
            double @Nullable [] weights,
            double @Nullable [] truths,
            int from,
            int to) {
        double low = least;
        double scale = 2 * BINS / (greatest - least);
        double shift = BINS + doubledCentre(bin);
        double w0 = 0;
        double w1 = 0;
        double w2 = 0;
        double w3 = 0;
        double w4 = 0;
        double w5 = 0;
        double w6 = 0;
        double p0 = 0;
        double p1 = 0;
        double p2 = 0;
        double p3 = 0;
        double p4 = 0;
        double p5 = 0;
        double p6 = 0;
        for (int i = from; i < to; i++) {
            // The difference is exact, and the rounding after it is less than an ulp of the value.
            double u = (values[i] - low) * scale - shift;
            double u2 = u * u;
            double u3 = u * u2;
            double weight = weights == null ? 1 : weights[i];
            double power = truths == null ? 0 : truths[i] * truths[i];
            double weight3 = weight * u3;
            double power3 = power * u3;
            w0 += weight;
            w1 += weight * u;
            w2 += weight * u2;
            w3 += weight3;
            w4 += weight3 * u;
            w5 += weight3 * u2;
            w6 += weight3 * u3;
            p0 += power;
            p1 += power * u;
            p2 += power * u2;
            p3 += power3;
            p4 += power3 * u;
            p5 += power3 * u2;
            p6 += power3 * u3;
        }
        sums.add(0, w0);
        sums.add(1, w1);
        sums.add(2, w2);
        sums.add(3, w3);
        sums.add(4, w4);
        sums.add(5, w5);
        sums.add(6, w6);
        sums.add(TERMS, p0);
        sums.add(TERMS + 1, p1);
        sums.add(TERMS + 2, p2);
        sums.add(TERMS + 3, p3);
        sums.add(TERMS + 4, p4);
        sums.add(TERMS + 5, p5);
        sums.add(TERMS + 6, p6);
    }

    /** Several compensated sums, without a branch: by Knuth's sum of two numbers and its rounding error. */
    private static final class Sums {

        private final double[] sums;
        private final double[] compensations;

        Sums(int size) {
            this.sums = new double[size];
            this.compensations = new double[size];
        }

        void add(int k, double term) {
            double sum = sums[k];
            double next = sum + term;
            double part = next - sum;
            sums[k] = next;
            compensations[k] += (sum - (next - part)) + (term - part);
        }

        double value(int k) {
            return sums[k] + compensations[k];
        }

        double[] values(int from, int to) {
            double[] values = new double[to - from];
            Arrays.setAll(values, k -> value(from + k));
            return values;
        }
    }
}
