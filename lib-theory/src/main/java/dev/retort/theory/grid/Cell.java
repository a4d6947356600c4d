package dev.retort.theory.grid;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.RandomStreams;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** One combination of the parameters of a {@link ParameterGrid}. Immutable. */
public final class Cell {

    private final ParameterGrid grid;
    private final int index;
    private final double[] values;

    /** The values are in the order of the grid's axes; the array is not copied. */
    Cell(ParameterGrid grid, int index, double[] values) {
        this.grid = grid;
        this.index = index;
        this.values = values;
    }

    /**
     * The position of this cell in the grid.
     *
     * @return its index, counted from 0
     */
    public int index() {
        return index;
    }

    /**
     * A parameter.
     *
     * @param name its name
     * @return its value in this cell
     * @throws IllegalArgumentException if the grid has no axis of this name
     */
    public double get(String name) {
        return values[grid.position(name)];
    }

    /**
     * A parameter that is a whole number, such as a number of features.
     *
     * @param name its name
     * @return its value in this cell
     * @throws IllegalArgumentException if the grid has no axis of this name, or the value is not whole or not in the range of
     *     an {@code int}
     */
    public int whole(String name) {
        double value = get(name);
        if (value != (int) value) {
            throw refusal(name, value, "is not a whole number from -2^31 to 2^31 - 1");
        }
        return (int) value;
    }

    int parameters() {
        return values.length;
    }

    /** The value on an axis. */
    double value(int axis) {
        return values[axis];
    }

    /**
     * The seed for everything random in this cell.
     *
     * @return a number that depends on the seed of the grid and the index of the cell only, as {@link ParameterGrid} describes
     */
    public long seed() {
        return RandomStreams.of(grid.seed()).at(index).seed();
    }

    /** Whether another cell has the same index in an equal grid. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Cell that && index == that.index && grid.equals(that.grid);
    }

    @Override
    public int hashCode() {
        return Objects.hash(grid, index);
    }

    @Override
    public String toString() {
        List<String> names = grid.names();
        return IntStream.range(0, values.length)
                .mapToObj(a -> names.get(a) + " " + text(values[a]))
                .collect(Collectors.joining(", ", "cell " + index + " (", ")"));
    }

    /** Whole numbers without a decimal point. */
    private static String text(double value) {
        return value == (long) value && Math.abs(value) < 1e15 ? Long.toString((long) value) : Double.toString(value);
    }
}
