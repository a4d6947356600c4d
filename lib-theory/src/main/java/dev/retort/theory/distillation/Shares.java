package dev.retort.theory.distillation;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The contribution of each feature to a number, if the nodes of the sum are features. Immutable. */
final class Shares {

    private static final Shares NONE = new Shares(null);

    private final double @Nullable [] shares;

    private Shares(double @Nullable [] shares) {
        this.shares = shares;
    }

    static Shares of(Coordinates nodes, IntToDoubleFunction share) {
        if (!nodes.areFeatures()) {
            return NONE;
        }
        double[] shares = new double[nodes.size()];
        Arrays.setAll(shares, share);
        return new Shares(shares);
    }

    /** Keeps the array. */
    static Shares of(double[] shares) {
        return new Shares(shares);
    }

    /** The contribution of each feature to the difference of two numbers. */
    Shares minus(Shares other) {
        if (shares == null || other.shares == null) {
            return NONE;
        }
        double[] difference = new double[shares.length];
        for (int i = 0; i < difference.length; i++) {
            difference[i] = shares[i] == other.shares[i] ? 0 : shares[i] - other.shares[i];
        }
        return new Shares(difference);
    }

    /**
     * The share of each feature, not a copy.
     *
     * @throws IllegalStateException if nodes stand for several features
     */
    double[] ofFeatures() {
        if (shares == null) {
            throw new IllegalStateException(
                    "No share belongs to a single feature, because the features of the task are gathered or not listed; predict a"
                            + " task with Spectrum.of(spectrum.first(count).eigenvalues()), whose features are listed");
        }
        return shares;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Shares that && Arrays.equals(shares, that.shares);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(shares);
    }
}
