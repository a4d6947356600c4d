package dev.retort.theory.grid;

import static dev.retort.core.Arguments.refusal;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** One combination of the parameters of a {@link ParameterGrid}. Immutable. */
public final class Cell {

    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private final ParameterGrid grid;
    private final int index;
    private final double[] values;

    /** The values are those of the grid's axes, and nobody else's. */
    Cell(ParameterGrid grid, int index, double[] values) {
        this.grid = grid;
        this.index = index;
        this.values = values;
    }

    /**
     * Which cell of the grid this is.
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
     * @throws IllegalArgumentException if the grid has no such axis
     */
    public double get(String name) {
        return values[grid.position(name)];
    }

    /**
     * A parameter that counts something.
     *
     * @param name its name
     * @return its value in this cell
     * @throws IllegalArgumentException if the grid has no such axis, or the value is not a whole number of an {@code int}
     */
    public int whole(String name) {
        double value = get(name);
        if (value != (int) value) {
            throw refusal(name, value, "is not a whole number below 2^31");
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
     * What the randomness of this cell should come from.
     *
     * @return a seed mixed from that of the grid and the index, as {@link ParameterGrid} says
     */
    public long seed() {
        long z = grid.seed() + (index + 1L) * GOLDEN_GAMMA;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    @Override
    public String toString() {
        List<String> names = grid.names();
        return IntStream.range(0, values.length)
                .mapToObj(a -> names.get(a) + " " + values[a])
                .collect(Collectors.joining(", ", "cell " + index + " (", ")"));
    }
}
