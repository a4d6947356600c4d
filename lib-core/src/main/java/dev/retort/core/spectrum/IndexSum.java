package dev.retort.core.spectrum;

import java.util.Arrays;

/**
 * Indices and weights such that Σ f(i) over features is Σ weight f(index), where f is a rational function of
 * eigenvalues that fall as powers of the index, or such a function times a power of the index: the first features one
 * by one, for the others an integral over ln i with end corrections. Stretches of features are added one after another,
 * each with its own corrections at both ends, so f may jump between them. Indices count from 1.
 */
final class IndexSum {

    /**
     * The weights of f(b), f(b−1), … in Gregory's correction (1670), Σ_{i≤b} f = ∫^b f + f(b)/2 + Σ_k c_k ∇^k f(b), up
     * to k = 5. From k = 8 on, some of them exceed one and would make weights negative where the listed features end.
     */
    private static final double[] END_WEIGHTS = endWeights(1 / 12.0, 1 / 24.0, 19 / 720.0, 3 / 160.0, 863 / 60480.0);

    /** The number of indices in the correction at an end. */
    static final int END = END_WEIGHTS.length;

    private static final GaussLegendre PANEL = new GaussLegendre(16);

    private final double listed;
    private final double width;

    private double[] index = new double[2048];
    private double[] weight = new double[2048];
    private double[] before = new double[2048];

    /** The sum of the weights so far; set to its exact value where that is known, to remove rounding errors. */
    private double reached;

    private int size;

    /**
     * An empty sum.
     *
     * @param steepness the largest power of 1/i with which an eigenvalue falls
     * @param decay the further power of 1/i, or of i, in f
     */
    IndexSum(double steepness, double decay) {
        this.listed = listed(Math.max(steepness, decay));
        this.width = Math.min(2 / Math.max(steepness, decay / 4), 2);
    }

    private static double[] endWeights(double... coefficients) {
        double[] weights = new double[coefficients.length + 1];
        weights[0] = 0.5;
        double[] difference = new double[weights.length];
        difference[0] = 1;
        for (double coefficient : coefficients) {
            for (int j = weights.length - 1; j > 0; j--) {
                difference[j] -= difference[j - 1];
            }
            for (int j = 0; j < weights.length; j++) {
                weights[j] += coefficient * difference[j];
            }
        }
        return weights;
    }

    /** The number of features listed before the integral begins: there an end correction is exact to rounding. */
    static double listed(double steepness) {
        return 512 * Math.max(1, Math.ceil(steepness / 4));
    }

    /** Adds the features from one index to another. */
    void add(double from, double to) {
        if (to <= Math.max(from, listed) + 64) {
            for (double i = from; i <= to; i++) {
                node(i, 1);
            }
            return;
        }
        panels(begin(from), to);
        for (int j = END - 1; j >= 0; j--) {
            node(to - j, END_WEIGHTS[j]);
        }
    }

    /**
     * Adds the features from one index up to another, from which on the caller adds an integral.
     *
     * @return where the integral is left to the caller: at {@code rest}, or further out if that is too close
     */
    double addWithoutEnd(double from, double rest) {
        double start = begin(from);
        double end = Math.max(rest, 2 * start);
        panels(start, end);
        return end;
    }

    /** Adds an integral over the index. */
    void addIntegral(double from, double to) {
        panels(from, to);
    }

    /** Adds a node. */
    void node(double at, double newWeight) {
        if (size == index.length) {
            index = Arrays.copyOf(index, 2 * size);
            weight = Arrays.copyOf(weight, 2 * size);
            before = Arrays.copyOf(before, 2 * size);
        }
        index[size] = at;
        weight[size] = newWeight;
        before[size++] = reached;
        reached += newWeight;
    }

    double[] index() {
        return Arrays.copyOf(index, size);
    }

    double[] weight() {
        return Arrays.copyOf(weight, size);
    }

    int size() {
        return size;
    }

    /** The weight before each node, and the given total at the end. */
    double[] weightBefore(double total) {
        double[] all = Arrays.copyOf(before, size + 1);
        all[size] = total;
        return all;
    }

    /**
     * Lists the features that must be listed from an index on, and returns the index at which an integral continues.
     */
    private double begin(double from) {
        if (from > listed - END) {
            for (int j = 0; j < END; j++) {
                node(from + j, END_WEIGHTS[j]);
            }
            return from;
        }
        // Subtract the end correction of the integral from the weights of the last listed features.
        for (double i = from; i <= listed; i++) {
            double back = listed - i;
            node(i, back < END ? 1 - END_WEIGHTS[(int) back] : 1);
        }
        reached = listed - 0.5;
        return listed;
    }

    /**
     * The integral over the index, in panels of its logarithm. The poles of the summand in that variable are at a distance of
     * π/α for λ/(λ+τ) and at least half of that for a function of its square: with panels of half width 1/α they lie
     * outside an ellipse for which 16 points leave an error of 3.4^−32. The weight of an index grows by at most e² in one.
     */
    private void panels(double start, double end) {
        double count = Math.ceil(Math.log(end / start) / width);
        double left = start;
        for (double panel = 1; panel <= count; panel++) {
            double right = panel == count ? end : start * Math.pow(end / start, panel / count);
            double half = Math.log1p((right - left) / left) / 2;
            for (int j = 0; j < PANEL.size(); j++) {
                double at = left * Math.exp(half * (1 + PANEL.point(j)));
                node(at, half * PANEL.weight(j) * at);
            }
            reached = right - 0.5;
            left = right;
        }
    }
}
