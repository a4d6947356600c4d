package dev.retort.theory.scaling;

import static dev.retort.core.internal.Arguments.refusal;

/**
 * A range of numbers that contains another number, with certainty or with a stated confidence.
 *
 * @param low its lower end
 * @param high its upper end, at least {@code low}; may be infinite
 */
public record Interval(double low, double high) {

    /**
     * Checks the order of the ends.
     *
     * @param low its lower end
     * @param high its upper end
     * @throws IllegalArgumentException if an end is NaN or {@code low} is greater than {@code high}
     */
    public Interval {
        if (!(low <= high)) {
            throw refusal("low", low, "is not at most high, " + high);
        }
    }

    /**
     * Whether a number lies in the range.
     *
     * @param value the number
     * @return true from {@code low} to {@code high}, both included
     */
    public boolean contains(double value) {
        return value >= low && value <= high;
    }

    /**
     * The length of the range.
     *
     * @return {@code high - low}; 0 if both ends are infinite
     */
    public double width() {
        return low == high ? 0 : high - low;
    }

    /** The smallest range that contains both. */
    Interval hull(Interval other) {
        return new Interval(Math.min(low, other.low), Math.max(high, other.high));
    }

    @Override
    public String toString() {
        return "[" + low + ", " + high + "]";
    }
}
