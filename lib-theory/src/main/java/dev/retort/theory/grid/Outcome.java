package dev.retort.theory.grid;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The result of measuring a cell: its numbers, or the reason why there are none. Immutable, serialisable. */
public final class Outcome implements Serializable {

    private static final long serialVersionUID = 2L;

    /** The index of the cell. */
    private final int index;
    /** Empty if the cell failed. */
    private final double[] results;
    /** Null unless the cell failed. */
    private final @Nullable String failure;
    /** Whether it failed because its parameters were refused. */
    private final boolean refused;

    private Outcome(int index, double[] results, @Nullable String failure, boolean refused) {
        this.index = index;
        this.results = results;
        this.failure = failure;
        this.refused = refused;
    }

    static Outcome measured(int index, double[] results) {
        return new Outcome(index, results, null, false);
    }

    static Outcome failed(int index, String failure, boolean refused) {
        return new Outcome(index, new double[0], failure, refused);
    }

    /**
     * The cell that was measured.
     *
     * @return its index, counted from 0
     */
    public int index() {
        return index;
    }

    /**
     * The reason why the cell has no numbers.
     *
     * @return what was thrown, with its message; empty if the cell has numbers
     */
    public Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    /**
     * Whether the cell failed because its parameters were refused with an {@link IllegalArgumentException}.
     *
     * @return false if the cell has numbers or failed in another way
     */
    public boolean isRefused() {
        return refused;
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
    public boolean equals(Object other) {
        return other instanceof Outcome that
                && index == that.index
                && Arrays.equals(results, that.results)
                && Objects.equals(failure, that.failure)
                && refused == that.refused;
    }

    @Override
    public int hashCode() {
        return Objects.hash(index, Arrays.hashCode(results), failure, refused);
    }

    @Override
    public String toString() {
        return "cell " + index + ": " + failure().orElse(Arrays.toString(results));
    }
}
