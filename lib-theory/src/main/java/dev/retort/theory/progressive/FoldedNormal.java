package dev.retort.theory.progressive;

import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.apache.commons.math3.analysis.integration.gauss.GaussIntegrator;
import org.apache.commons.math3.analysis.integration.gauss.GaussIntegratorFactory;
import org.apache.commons.math3.special.Erf;

/**
 * The law of |X| for a normal X.
 *
 * @param mean the mean of X
 * @param deviation the standard deviation of X, at least 0
 */
record FoldedNormal(double mean, double deviation) {

    /** Beyond this many standard deviations the density is less than the smallest double. */
    private static final int REACH = 39;

    /** With this many nodes, products of normal densities and tails are integrated to the last digits over one standard deviation. */
    private static final int NODES = 24;

    private static final GaussIntegratorFactory RULES = new GaussIntegratorFactory();

    private static double normalDensity(double z) {
        return Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
    }

    private static double normalTail(double z) {
        return Erf.erfc(z / Math.sqrt(2)) / 2;
    }

    /** P(|X| > |mean| + excess) for |mean| + excess ≥ 0. */
    private double survivalBeyondMean(double excess) {
        if (deviation == 0) {
            return excess < 0 ? 1 : 0;
        }
        return normalTail(excess / deviation) + normalTail((excess + 2 * Math.abs(mean)) / deviation);
    }

    /**
     * The probability that all of some independent draws of this law exceed all draws of another law. Positions are measured from the other
     * law's mean, in its standard deviations, so that narrow laws, for which the probability is nearly 1 or 0, lose no digits.
     *
     * @param count how many draws of this law, at least 1
     * @param other the law of the others, with a deviation greater than 0
     * @param others how many, at least 1
     */
    double exceeds(int count, FoldedNormal other, int others) {
        double unit = other.deviation;
        double ahead = Math.abs(mean) - Math.abs(other.mean);
        double start = Math.max(-REACH, -Math.abs(other.mean) / unit);
        // Edges at each standard deviation of both laws, so that neither varies much between two edges.
        double[] edges = DoubleStream.concat(
                        DoubleStream.of(start),
                        IntStream.rangeClosed(-REACH, REACH)
                                .boxed()
                                .flatMapToDouble(j -> DoubleStream.of(j, ahead / unit + j * (deviation / unit))))
                .filter(x -> x >= start && x <= REACH)
                .sorted()
                .distinct()
                .toArray();
        // The density of the largest draw of the other law, times the probability that all draws of this law exceed it.
        GaussIntegrator rule = RULES.legendre(NODES);
        double sum = 0;
        for (int j = 0; j + 1 < edges.length; j++) {
            double middle = (edges[j] + edges[j + 1]) / 2;
            double half = (edges[j + 1] - edges[j]) / 2;
            sum += half
                    * rule.integrate(y -> {
                        double x = middle + half * y;
                        double mirrored = x + 2 * Math.abs(other.mean) / unit;
                        double tail = Math.min(1, normalTail(x) + normalTail(mirrored));
                        return others
                                * (others == 1 ? 1 : Math.exp((others - 1) * Math.log1p(-tail)))
                                * (normalDensity(x) + normalDensity(mirrored))
                                * Math.pow(survivalBeyondMean(x * unit - ahead), count);
                    });
        }
        return Math.min(1, sum);
    }
}
