package dev.retort.core.spectrum;

import static dev.retort.core.internal.Arguments.refusal;

import java.util.Arrays;

/**
 * The eigenvalues scale · (i + shift)^−α, i = 1, 2, … up to the last or without end, and nodes for sums over them: the first
 * features one by one, for the others an integral over ln i with end corrections. Indices count from 1.
 *
 * @param last the last index, or infinity
 */
record PowerLaw(double alpha, double scale, double shift, double last) implements Law {

    /** The most samples for which the features in the last node of a law without end enter only through their trace. */
    static final double MOST_SAMPLES = 1e10;

    /** The longest law whose indices are exact as doubles, with room for a shift. */
    static final long MOST_FEATURES = 1_000_000_000_000_000L;

    /**
     * Of f(b), f(b−1), … in the correction of Gregory (1670), Σ_{i≤b} f = ∫^b f + f(b)/2 + Σ_k c_k ∇^k f(b), up to k = 5.
     * From k = 8 on, some would exceed one and leave negative weights where the listed features end.
     */
    private static final double[] END_WEIGHTS = endWeights(1 / 12.0, 1 / 24.0, 19 / 720.0, 3 / 160.0, 863 / 60480.0);

    private static final int END = END_WEIGHTS.length;

    private static final GaussLegendre PANEL = new GaussLegendre(16);

    /** The law, checked as a whole; each argument has been checked by itself. */
    static PowerLaw of(double alpha, double scale, double shift, double last) {
        PowerLaw law = new PowerLaw(alpha, scale, shift, last);
        double end = law.isInfinite() ? law.rest() : last;
        if (law.value(end) < Double.MIN_NORMAL) {
            throw refusal("alpha", alpha, "is too fast: the eigenvalue of feature " + (long) end + " underflows");
        }
        return law;
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

    boolean isInfinite() {
        return Double.isInfinite(last);
    }

    /** Whether there are few enough features to list them. */
    boolean isShort() {
        return last <= 8 * listed();
    }

    @Override
    public double value(double index) {
        return scale * Math.pow(index + shift, -alpha);
    }

    /** How many features are listed before the integral begins: there an end correction is exact to rounding. */
    private double listed() {
        return 512 * Math.max(1, Math.ceil(alpha / 4));
    }

    /** Where the last panel of a law without end ends: 17 decades of eigenvalues beyond the most samples. */
    private double rest() {
        return Math.exp(Math.log(MOST_SAMPLES + shift) + 17 * Math.log(10) / alpha);
    }

    /** The integral of the eigenvalues from an index on. */
    private double traceFrom(double index) {
        return value(index) * (index + shift) / (alpha - 1);
    }

    @Override
    public double zeros() {
        return 0;
    }

    @Override
    public SpectralMeasure measure() {
        Indices indices = between(1, last);
        double[] values = Arrays.stream(indices.index()).map(this::value).toArray();
        if (isInfinite()) {
            return new SpectralMeasure(values, indices.weight(), null, indices.weightBefore(last), MOST_SAMPLES);
        }
        // The weights at the end have either sign: the last features are one cell.
        int cells = values.length - END + 1;
        int[] cellStarts = new int[cells + 1];
        Arrays.setAll(cellStarts, cell -> cell < cells ? cell : values.length);
        double[] weightBefore = Arrays.copyOf(indices.weightBefore(last), cells + 1);
        weightBefore[cells] = last;
        return new SpectralMeasure(values, indices.weight(), cellStarts, weightBefore, Double.POSITIVE_INFINITY);
    }

    @Override
    public TaskNodes nodes(Signal signal) {
        return nodes(signal, new double[0]);
    }

    /** The nodes of a task, such that none stands for features on both sides of a cut (after the given indices). */
    private TaskNodes nodes(Signal signal, double[] cuts) {
        double[] ends = Arrays.copyOf(cuts, cuts.length + 1);
        ends[cuts.length] = last;
        Indices indices = new Indices();
        double start = 1;
        for (double end : ends) {
            between(start, end, indices);
            start = end + 1;
        }
        double[] index = indices.index();
        double[] weight = indices.weight();
        double[] values = Arrays.stream(index).map(this::value).toArray();
        double[] powers = new double[index.length];
        Arrays.setAll(powers, k -> weight[k] * signal.power(values[k], index[k]));
        if (isInfinite()) {
            int rest = index.length - 1;
            powers[rest] = signal.powerFrom(index[rest], traceFrom(index[rest]));
        }
        return TaskNodes.gathered(values, weight, powers, lambda -> {
            double cut = countAbove(lambda);
            boolean splits =
                    cut >= 1 && cut < last && Arrays.binarySearch(cuts, cut) < 0 && !(isInfinite() && cut > rest());
            return splits ? nodes(signal, with(cuts, cut)) : null;
        });
    }

    @Override
    public String toString() {
        String features = isInfinite() ? "infinitely many" : Long.toString((long) last);
        return features + " features, " + scale + " (i + " + shift + ")^-" + alpha;
    }

    private static double[] with(double[] cuts, double cut) {
        double[] more = Arrays.copyOf(cuts, cuts.length + 1);
        more[cuts.length] = cut;
        Arrays.sort(more);
        return more;
    }

    /** How many eigenvalues are at least this large. */
    private double countAbove(double lambda) {
        double count = Math.floor(Math.min(Math.max(Math.pow(lambda / scale, -1 / alpha) - shift, 0), last));
        // The power is rounded: correct the count by comparing eigenvalues.
        while (count >= 1 && count <= MOST_FEATURES && value(count) < lambda) {
            count--;
        }
        while (count < last && count < MOST_FEATURES && value(count + 1) >= lambda) {
            count++;
        }
        return count;
    }

    private Indices between(double from, double to) {
        Indices indices = new Indices();
        between(from, to, indices);
        return indices;
    }

    private void between(double from, double to, Indices indices) {
        double listed = listed();
        if (to <= Math.max(from, listed) + 64) {
            for (double i = from; i <= to; i++) {
                indices.add(i, 1);
            }
            return;
        }
        double start = Math.max(from, listed);
        if (from <= listed - END) {
            // What the integral from the last listed feature on counts too much is taken from this and those before it.
            for (double i = from; i <= listed; i++) {
                double back = listed - i;
                indices.add(i, back < END ? 1 - END_WEIGHTS[(int) back] : 1);
            }
            indices.reach(listed - 0.5);
        } else {
            start = from;
            for (int j = 0; j < END; j++) {
                indices.add(from + j, END_WEIGHTS[j]);
            }
        }
        double end = isInfinite() && Double.isInfinite(to) ? Math.max(rest(), 2 * start) : to;
        panels(start, end, indices);
        if (Double.isInfinite(to)) {
            indices.add(end, traceFrom(end) / value(end));
        } else {
            for (int j = END - 1; j >= 0; j--) {
                indices.add(to - j, END_WEIGHTS[j]);
            }
        }
    }

    /**
     * The integral over the index, in panels of its logarithm. The poles of a sum, seen from there, are at a distance of
     * π/α for λ/(λ+τ) and at least half of that for a function of its square: with panels of half width 1/α they lie
     * outside an ellipse on which 16 points leave an error of 3.4^−32. The weight of an index grows by at most e² in one.
     */
    private void panels(double start, double end, Indices indices) {
        double width = Math.min(2 / alpha, 2);
        double count = Math.ceil(Math.log(end / start) / width);
        double left = start;
        for (double panel = 1; panel <= count; panel++) {
            double right = panel == count ? end : start * Math.pow(end / start, panel / count);
            double half = Math.log1p((right - left) / left) / 2;
            for (int j = 0; j < PANEL.size(); j++) {
                double index = left * Math.exp(half * (1 + PANEL.point(j)));
                indices.add(index, half * PANEL.weight(j) * index);
            }
            indices.reach(right - 0.5);
            left = right;
        }
    }

    /**
     * Indices and weights such that Σ f(i) over the features is Σ weight f(index), for f a rational function of the
     * eigenvalue or that times a power of the index.
     */
    private static final class Indices {
        private double[] index = new double[2048];
        private double[] weight = new double[2048];
        private double[] before = new double[2048];
        private double reached;
        private int size;

        void add(double newIndex, double newWeight) {
            if (size == index.length) {
                index = Arrays.copyOf(index, 2 * size);
                weight = Arrays.copyOf(weight, 2 * size);
                before = Arrays.copyOf(before, 2 * size);
            }
            index[size] = newIndex;
            weight[size] = newWeight;
            before[size++] = reached;
            reached += newWeight;
        }

        /** Sets the weight so far to what it is but for rounding. */
        void reach(double exact) {
            reached = exact;
        }

        double[] index() {
            return Arrays.copyOf(index, size);
        }

        double[] weight() {
            return Arrays.copyOf(weight, size);
        }

        double[] weightBefore(double total) {
            double[] all = Arrays.copyOf(before, size + 1);
            all[size] = total;
            return all;
        }
    }
}
