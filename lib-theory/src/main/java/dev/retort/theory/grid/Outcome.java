package dev.retort.theory.grid;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What came of measuring a cell: its numbers, or the reason why there are none. Immutable, serialisable. */
public final class Outcome implements Serializable {

    private static final long serialVersionUID = 1L;

    /** Which cell. */
    private final int index;
    /** Empty if it failed. */
    private final double[] results;
    /** Null unless it failed. */
    private final @Nullable String failure;

    private Outcome(int index, double[] results, @Nullable String failure) {
        this.index = index;
        this.results = results;
        this.failure = failure;
    }

    static Outcome measured(int index, double[] results) {
        return new Outcome(index, results, null);
    }

    static Outcome failed(int index, String failure) {
        return new Outcome(index, new double[0], failure);
    }

    /**
     * Which cell it is.
     *
     * @return its index, counted from 0
     */
    public int index() {
        return index;
    }

    /**
     * Why the cell has no numbers.
     *
     * @return what was thrown, with its message; empty if it has
     */
    public Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    /**
     * The numbers of the cell.
     *
     * @return a new array, one entry per column of the study, none of them NaN
     * @throws IllegalStateException if the cell failed
     */
    public double[] results() {
        if (failure != null) {
            throw new IllegalStateException("Cell " + index + " failed: " + failure);
        }
        return results.clone();
    }

    @Override
    public String toString() {
        return "cell " + index + ": " + failure().orElse(Arrays.toString(results));
    }
}
