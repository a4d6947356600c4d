package dev.retort.core.spectrum;

import static dev.retort.core.internal.Arguments.refusal;
import static java.util.stream.Collectors.joining;

import dev.retort.core.internal.Arguments;
import java.util.Arrays;

/** Eigenvalues given as value and multiplicity, of which any number may be equal. Immutable. */
final class Levels implements Law {

    /** Far above the number of features in any relevant degree of a kernel's expansion. */
    private static final double MOST_FEATURES = 1e100;

    private final double[] values;
    private final double[] counts;

    /** Keeps the arrays. */
    Levels(double[] values, double[] counts) {
        this.values = values;
        this.counts = counts;
    }

    /** Requires multiplicities, and returns them. */
    static double[] checked(String name, double[] counts) {
        for (int k = 0; k < counts.length; k++) {
            if (!(counts[k] >= 1 && Math.rint(counts[k]) == counts[k])) {
                throw refusal(name + "[" + k + "]", counts[k], "is not a whole number of at least 1");
            }
        }
        double sum = Arrays.stream(counts).sum();
        if (!(sum <= MOST_FEATURES)) {
            throw refusal(name, "their sum, " + sum + ",", "is not at most " + MOST_FEATURES);
        }
        return counts;
    }

    /** The value of a level, counted from 0. */
    double ofLevel(int level) {
        return values[level];
    }

    boolean hasCountsOf(Levels other) {
        return Arrays.equals(counts, other.counts);
    }

    /** The multiplicities as text. */
    String countsText() {
        return Arrays.stream(counts).mapToObj(Arguments::text).collect(joining(" + "));
    }

    @Override
    public double value(double index) {
        double reached = 0;
        for (int k = 0; k < values.length; k++) {
            reached += counts[k];
            if (index <= reached) {
                return values[k];
            }
        }
        throw new IndexOutOfBoundsException("No feature " + index + " among " + reached);
    }

    @Override
    public double last() {
        return Arrays.stream(counts).sum();
    }

    @Override
    public double zeros() {
        double zeros = 0;
        for (int k = 0; k < values.length; k++) {
            zeros += values[k] == 0 ? counts[k] : 0;
        }
        return zeros;
    }

    @Override
    public SpectralMeasure measure() {
        return SpectralMeasure.of(values, counts);
    }

    @Override
    public double steepness() {
        return 0;
    }

    @Override
    public double[] stretches() {
        return counts;
    }

    /** No eigenvalue splits a level, and levels may be in any order. */
    @Override
    public double countAbove(double lambda) {
        return 0;
    }

    @Override
    public Spectrum first(double count) {
        double left = count;
        int levels = 0;
        double[] kept = counts.clone();
        while (left > 0 && levels < counts.length) {
            kept[levels] = Math.min(counts[levels], left);
            left -= kept[levels++];
        }
        return Spectrum.withMultiplicities(Arrays.copyOf(values, levels), Arrays.copyOf(kept, levels));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Levels that && Arrays.equals(values, that.values) && Arrays.equals(counts, that.counts);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(values) + Arrays.hashCode(counts);
    }

    @Override
    public String toString() {
        return text("eigenvalues");
    }

    /** The multiplicities and the values, which are given a name, as text. */
    String text(String name) {
        return countsText() + " features, " + name + " " + Arrays.toString(values);
    }
}
