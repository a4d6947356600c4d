package dev.retort.theory.data;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * A correction for rows of different size and students without ridge. It models a row as √w Σ^½ z, where z behaves like a Gaussian vector
 * and w, the squared size of the row, is 1 on average; w is estimated from the leverage of the row, shrunk by the scatter that Gaussian
 * rows would show. The deterministic equivalent of Σ w z zᵀ then replaces that of Σ z zᵀ. This is a heuristic; on every table tried it came
 * closer than no correction.
 */
final class Leverage {

    /** The cap on leverages: a row that is alone in its direction has leverage 1, for which w would be infinite. */
    private static final double MOST = 0.9;

    private final Decomposition data;
    private final Shrinkage shrinkage;

    /** The w of each row, 1 on average; all 1 if rows scatter no more than Gaussian ones. */
    private final double[] weights;

    private final double rawVariance;
    private final double excessVariance;

    Leverage(Decomposition data, Shrinkage shrinkage) {
        this.data = data;
        this.shrinkage = shrinkage;
        double[] w = shrinkage.leverages();
        double mean = 0;
        for (int i = 0; i < w.length; i++) {
            double h = Math.min(MOST, w[i]);
            w[i] = h / (1 - h);
            mean += w[i] / w.length;
        }
        double variance = 0;
        for (int i = 0; i < w.length; i++) {
            w[i] /= mean;
            variance += (w[i] - 1) * (w[i] - 1) / w.length;
        }
        double directions = shrinkage.df1() * shrinkage.df1() / (shrinkage.df1() - shrinkage.slope());
        this.rawVariance = variance;
        this.excessVariance = variance - 2 / directions;
        double shrink = excessVariance > 0 ? Math.sqrt(excessVariance / variance) : 0;
        for (int i = 0; i < w.length; i++) {
            w[i] = 1 + (w[i] - 1) * shrink;
        }
        this.weights = w;
    }

    /** The variance of the w before they are shrunk. */
    double rawVariance() {
        return rawVariance;
    }

    /** The variance of the w beyond that of Gaussian rows; negative if they scatter less. */
    double excessVariance() {
        return excessVariance;
    }

    /** E[1/w], the factor on independent noise for a student that interpolates its labels. */
    double meanInverse() {
        return mean(w -> 1 / w);
    }

    private double mean(DoubleUnaryOperator term) {
        return Arrays.stream(weights).map(term).average().orElseThrow();
    }

    /** δ with mean[wδ/(1 + wδ)] = spent, the share of its degrees of freedom that a student spends, below 1. */
    double delta(double spent) {
        double low = 0;
        double high = 1;
        while (learnt(high) < spent) {
            low = high;
            high *= 2;
        }
        while (true) {
            double middle = low + (high - low) / 2;
            if (!(middle > low && middle < high)) {
                return middle;
            }
            if (learnt(middle) < spent) {
                low = middle;
            } else {
                high = middle;
            }
        }
    }

    private double learnt(double delta) {
        return mean(w -> w * delta / (1 + w * delta));
    }

    /** mean[w^power/(1 + wδ)²]. */
    private double square(double delta, int power) {
        return mean(w -> Math.pow(w, power) / ((1 + w * delta) * (1 + w * delta)));
    }

    private double level(double delta) {
        return mean(w -> w / (1 + w * delta));
    }

    /** σ² + [A + σ²Ω c₁/c²]/(1 − Ω c₂/c²); infinite beyond the threshold. */
    private static double risk(double noise, double bias, double omega, double forNoise, double forBias) {
        double spare = 1 - omega * forBias;
        return spare > 0 ? noise + (bias + noise * omega * forNoise) / spare : Double.POSITIVE_INFINITY;
    }

    /**
     * The risk of a student without ridge that has more rows than directions. If exact, it includes the factor (n_e − k)/(n_e − k − 1) that
     * the equivalent leaves out.
     *
     * @param freedom n_e, above k
     */
    double leastSquares(double noise, double freedom, boolean exact) {
        double k = data.rank;
        double delta = delta(k / freedom);
        double level = level(delta);
        double excess =
                risk(noise, 0, k / freedom, square(delta, 1) / (level * level), square(delta, 2) / (level * level))
                        - noise;
        double finite = exact && freedom > k + 1 ? (freedom - k) / (freedom - k - 1) : 1;
        return (1 + 1 / (freedom + 1)) * (noise + excess * finite);
    }

    /**
     * The risk of a student without ridge that has fewer rows than directions, and as many degrees of freedom as the shrinkage of all rows
     * spends.
     *
     * @param ofAll the leave-one-out risk of that shrinkage, without the error of the estimated mean
     */
    double interpolation(double noise, double ofAll) {
        double all = data.freedom;
        double df1 = shrinkage.df1();
        double slope = shrinkage.slope();
        double delta = delta(df1 / all);
        double level = level(delta);
        double c1 = square(delta, 1);
        double c2 = square(delta, 2);
        double df2 = df1 - slope / (1 - c2 * slope / (all * level * c1));
        double omega = df2 / all;
        double bias = Math.max(
                0, (ofAll - noise) * (1 - omega * c2 / (level * level)) - noise * omega * c1 / (level * level));
        return (1 + 1 / (df1 + 1)) * risk(noise, bias, df2 / df1, meanInverse(), 1);
    }
}
