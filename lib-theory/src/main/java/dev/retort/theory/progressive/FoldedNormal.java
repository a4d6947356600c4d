package dev.retort.theory.progressive;

import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.apache.commons.math3.analysis.integration.gauss.GaussIntegratorFactory;
import org.apache.commons.math3.special.Erf;

/**
 * The law of |X|, X normal.
 *
 * @param mean of X
 * @param deviation the standard deviation of X, at least 0
 */
record FoldedNormal(double mean, double deviation) {

    /** Beyond as many standard deviations a density is less than the smallest double. */
    private static final int REACH = 39;

    /** On a panel of one standard deviation products of normal densities and tails are known to the last digits. */
    private static final int NODES = 24;

    private static final GaussIntegratorFactory RULES = new GaussIntegratorFactory();

    private double density(double t) {
        return (normalDensity((t - mean) / deviation) + normalDensity((t + mean) / deviation)) / deviation;
    }

    private static double normalDensity(double z) {
        return Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
    }

    /** P(|X| > t) for t ≥ 0. */
    private double survival(double t) {
        if (deviation == 0) {
            return Math.abs(mean) > t ? 1 : 0;
        }
        return normalTail((t - mean) / deviation) + normalTail((t + mean) / deviation);
    }

    private static double normalTail(double z) {
        return Erf.erfc(z / Math.sqrt(2)) / 2;
    }

    /** Where to cut the line so that neither law varies much on a piece. */
    private DoubleStream marks() {
        return IntStream.rangeClosed(-REACH, REACH).mapToDouble(j -> Math.abs(mean) + j * deviation);
    }

    /**
     * The probability that all of some independent draws of this law exceed all of some others.
     *
     * @param count how many draws of this law, at least 1
     * @param other the law of the others, with a deviation greater than 0
     * @param others how many, at least 1
     */
    double exceeds(int count, FoldedNormal other, int others) {
        double end = Math.abs(other.mean) + REACH * other.deviation;
        double[] edges = DoubleStream.concat(DoubleStream.of(0, end), DoubleStream.concat(marks(), other.marks()))
                .filter(t -> t >= 0 && t <= end)
                .sorted()
                .distinct()
                .toArray();
        // The density of the largest of the others, times the probability that all of these are larger.
        double sum = 0;
        for (int j = 0; j + 1 < edges.length; j++) {
            sum += RULES.legendre(NODES, edges[j], edges[j + 1])
                    .integrate(t -> others
                            * (others == 1 ? 1 : Math.exp((others - 1) * Math.log1p(-Math.min(1, other.survival(t)))))
                            * other.density(t)
                            * Math.pow(survival(t), count));
        }
        return Math.min(1, sum);
    }
}
