package dev.retort.theory.scaling;

/**
 * A range of numbers in which another lies, surely or with some confidence.
 *
 * @param low its lower end
 * @param high its upper end, at least {@code low}; may be infinite
 */
public record Interval(double low, double high) {

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
     * @return {@code high - low}
     */
    public double width() {
        return high - low;
    }
}
