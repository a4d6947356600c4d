package dev.retort.core.spectrum;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.Arguments;
import java.util.Arrays;

/**
 * The eigenvalues scale · (i + shift)^−α, i = 1, 2, … up to the last or without end, and nodes for sums over them: the first
 * features one by one, for the others an integral over ln i with end corrections. Indices count from 1.
 *
 * @param last the last index, or infinity
 */
record PowerLaw(double alpha, double scale, double shift, double last) implements Law {

    /** The most samples for which the features in the last node of an infinite law enter only through their trace. */
    static final double MOST_SAMPLES = 1e10;

    /** The longest law whose indices are exact as doubles, with room for a shift. */
    static final long MOST_FEATURES = 1_000_000_000_000_000L;

    /** The law; checks that no eigenvalue underflows. Each argument has been checked by itself. */
    static PowerLaw of(double alpha, double scale, double shift, double last) {
        PowerLaw law = new PowerLaw(alpha, scale, shift, last);
        double end = law.isInfinite() ? law.rest() : last;
        if (law.value(end) < Double.MIN_NORMAL) {
            String remedy = law.isInfinite()
                    ? "end the law before it, powerLaw(alpha, scale, shift, dimension)"
                    : "take fewer features or a slower decay";
            throw refusal(
                    "alpha", alpha, "is too fast: the eigenvalue of feature " + (long) end + " underflows; " + remedy);
        }
        return law;
    }

    boolean isInfinite() {
        return Double.isInfinite(last);
    }

    /** Whether there are few enough features to list them. */
    boolean isShort() {
        return last <= 8 * IndexSum.listed(alpha);
    }

    @Override
    public double value(double index) {
        return scale * Math.pow(index + shift, -alpha);
    }

    /** Where the last panel of an infinite law ends: 17 decades of eigenvalues beyond the most samples. */
    double rest() {
        return Math.exp(Math.log(MOST_SAMPLES + shift) + 17 * Math.log(10) / alpha);
    }

    /** The integral of the eigenvalues from an index on, over the eigenvalue there. */
    double featuresFrom(double index) {
        return (index + shift) / (alpha - 1);
    }

    @Override
    public double zeros() {
        return 0;
    }

    @Override
    public SpectralMeasure measure() {
        IndexSum sum = new IndexSum(alpha, 0);
        if (isInfinite()) {
            double rest = sum.addWithoutEnd(1, rest());
            sum.node(rest, featuresFrom(rest));
            return new SpectralMeasure(values(sum), sum.weight(), null, sum.weightBefore(last), MOST_SAMPLES);
        }
        sum.add(1, last);
        // Weights at the end have either sign, so that the last features form one cell.
        int cells = sum.size() - IndexSum.END + 1;
        int[] cellStarts = new int[cells + 1];
        Arrays.setAll(cellStarts, cell -> cell < cells ? cell : sum.size());
        double[] weightBefore = Arrays.copyOf(sum.weightBefore(last), cells + 1);
        weightBefore[cells] = last;
        return new SpectralMeasure(values(sum), sum.weight(), cellStarts, weightBefore, Double.POSITIVE_INFINITY);
    }

    private double[] values(IndexSum sum) {
        return Arrays.stream(sum.index()).map(this::value).toArray();
    }

    @Override
    public double steepness() {
        return alpha;
    }

    @Override
    public double[] stretches() {
        return new double[] {last};
    }

    @Override
    public Spectrum first(double count) {
        if (!(count <= MOST_FEATURES)) {
            throw refusal("count", Arguments.text(count), "is above " + MOST_FEATURES + ", the most features of a law");
        }
        return Spectrum.powerLaw(alpha, scale, shift, (long) count);
    }

    @Override
    public String toString() {
        String features = isInfinite() ? "infinitely many" : Long.toString((long) last);
        return features + " features, " + scale + " (i + " + shift + ")^-" + alpha;
    }

    @Override
    public double countAbove(double lambda) {
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
}
