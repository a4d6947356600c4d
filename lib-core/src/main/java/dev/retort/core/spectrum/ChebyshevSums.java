package dev.retort.core.spectrum;

import dev.retort.core.internal.CompensatedSum;
import java.util.Arrays;

/**
 * Gathers amounts at points of an interval into {@value #NODES} nodes: from the sums M_k = Σ v T_k(t) over the
 * points, the weights (2/N) Σ'_k T_k(t_j) M_k of the Chebyshev nodes t_j = cos(π(j + 1/2)/N). For a polynomial φ of degree
 * below N, Σ v φ = Σ weight φ(node); for a φ with poles, the error is that of interpolating φ.
 *
 * <p>Mutable and not thread-safe: a local variable of one computation.
 */
final class ChebyshevSums {

    static final int NODES = 21;

    private static final int LANES = 64;
    /** The number of blocks that are added to the lanes before these are folded into compensated sums. */
    private static final int FOLD = 32;

    /** T_k at node j. */
    private static final double[][] POLYNOMIALS = new double[NODES][NODES];

    static {
        for (int k = 0; k < NODES; k++) {
            for (int j = 0; j < NODES; j++) {
                POLYNOMIALS[k][j] = Math.cos(k * (Math.PI * (j + 0.5) / NODES));
            }
        }
    }

    private final double least;
    private final double greatest;
    private final double[] point = new double[LANES];
    private final double[] amount = new double[LANES];
    private int buffered;
    private final double[][] lanes = new double[NODES][LANES];
    private int blocks;
    private final CompensatedSum[] moments = new CompensatedSum[NODES];
    private final double[] even = new double[LANES];
    private final double[] odd = new double[LANES];

    ChebyshevSums(double least, double greatest) {
        this.least = least;
        this.greatest = greatest;
        Arrays.setAll(moments, k -> new CompensatedSum());
    }

    /** Node j of an interval, in descending order; the ends are not nodes. */
    static double node(int j, double least, double greatest) {
        double t = POLYNOMIALS[1][j];
        return t > 0 ? greatest - (greatest - least) * (1 - t) / 2 : least + (greatest - least) * (1 + t) / 2;
    }

    void add(double where, double howMuch) {
        // The differences are exact, since the two ends of an octave differ by less than a factor of two.
        point[buffered] = ((where - least) - (greatest - where)) / (greatest - least);
        amount[buffered++] = howMuch;
        if (buffered == LANES) {
            addBlock();
        }
    }

    private void addBlock() {
        Arrays.fill(amount, buffered, LANES, 0);
        Arrays.fill(even, 1);
        System.arraycopy(point, 0, odd, 0, LANES);
        for (int k = 0; k < NODES; k++) {
            if (k % 2 == 0) {
                step(lanes[k], amount, point, even, odd);
            } else {
                step(lanes[k], amount, point, odd, even);
            }
        }
        buffered = 0;
        if (++blocks == FOLD) {
            fold();
        }
    }

    /** Adds amount · T_k to the lanes and overwrites T_k by T_{k+2}, given T_{k+1}; HotSpot vectorises this loop. */
    private static void step(double[] lane, double[] amount, double[] point, double[] now, double[] next) {
        for (int j = 0; j < LANES; j++) {
            lane[j] += amount[j] * now[j];
        }
        for (int j = 0; j < LANES; j++) {
            now[j] = 2 * point[j] * next[j] - now[j];
        }
    }

    private void fold() {
        for (int k = 0; k < NODES; k++) {
            for (double lane : lanes[k]) {
                moments[k].add(lane);
            }
            Arrays.fill(lanes[k], 0);
        }
        blocks = 0;
    }

    /** The sum Σ v T_k of what has been added so far. */
    double moment(int k) {
        flush();
        return moments[k].value();
    }

    /** The weights of the nodes for what has been added so far. */
    double[] weights() {
        flush();
        return atNodes(Arrays.stream(moments).mapToDouble(CompensatedSum::value).toArray());
    }

    private void flush() {
        if (buffered > 0) {
            addBlock();
        }
        if (blocks > 0) {
            fold();
        }
    }

    /** The weights of the nodes for these moments. */
    static double[] atNodes(double[] moments) {
        double[] weights = new double[NODES];
        for (int j = 0; j < NODES; j++) {
            CompensatedSum sum = new CompensatedSum();
            sum.add(moments[0] / 2);
            for (int k = 1; k < NODES; k++) {
                sum.add(POLYNOMIALS[k][j] * moments[k]);
            }
            weights[j] = sum.value() * 2 / NODES;
        }
        return weights;
    }
}
