package dev.retort.theory.grid;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;
import static java.util.stream.Collectors.joining;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;

/**
 * Named axes of numbers, and every combination of their values. The cells of the grid are counted from 0 and ordered like the digits of a
 * number: the last axis changes fastest, the first most slowly. Immutable, serialisable.
 *
 * <p>Every cell has its own seed: that of cell i is output number i + 1 of SplitMix64 (Steele, Lea, Flood 2014) started at the
 * seed of the grid. It depends on nothing else, so a cell has the same random numbers wherever and whenever it runs.
 *
 * <pre>{@code
 * ParameterGrid grid = ParameterGrid.of("samples", 100, 200, 400).and("alpha", 1.5, 2.0).and("ridge", 0, 1e-3);
 * int cells = grid.size(); // 12
 * double samples = grid.cell(5).get("samples"); // 200
 * double alpha = grid.cell(5).get("alpha"); // 1.5
 * double ridge = grid.cell(5).get("ridge"); // 0.001: the last parameter runs fastest
 * }</pre>
 */
public final class ParameterGrid implements Serializable {

    /** The name of the first column of a file. */
    static final String INDEX = "index";

    private static final long serialVersionUID = 1L;

    /** An axis with more values is shortened when it is shown. */
    private static final int SHOWN = 8;

    static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]*");

    private record Axis(String name, List<Double> values) implements Serializable {}

    /** The axes; the last changes fastest. */
    private final ArrayList<Axis> axes;
    /** The number of cells. */
    private final int size;
    /** The seed from which the seeds of the cells are derived. */
    private final long seed;

    private ParameterGrid(List<Axis> axes, long seed) {
        this.axes = new ArrayList<>(axes);
        this.seed = seed;
        long product = 1;
        for (Axis axis : axes) {
            product *= axis.values().size();
            if (product > Integer.MAX_VALUE) {
                throw refusal("values", "a grid of at least " + product + " cells", "does not have fewer than 2^31");
            }
        }
        this.size = (int) product;
    }

    /**
     * A grid of one axis, with seed 0.
     *
     * @param name the name of the parameter: letters, digits and underscores, the first a letter; not {@code index}
     * @param values the values of the parameter, at least one, all different
     * @return the grid
     * @throws IllegalArgumentException if the name is not allowed, there is no value, or one is NaN, infinite or occurs twice
     */
    public static ParameterGrid of(String name, double... values) {
        return new ParameterGrid(List.of(), 0).and(name, values);
    }

    /**
     * This grid with another axis, which changes faster than those before.
     *
     * @param name the name of the parameter, as in {@link #of}, and different from those of the other axes
     * @param values the values of the parameter, at least one, all different; a single value for a constant parameter
     * @return a new grid
     * @throws IllegalArgumentException as {@link #of} does, if the name is taken, or if there are 2<sup>31</sup> cells or more
     */
    public ParameterGrid and(String name, double... values) {
        checkName("name", name, names());
        atLeastOne("values.length", notNull("values", values).length);
        List<Double> list = DoubleStream.of(finite("values", values))
                .mapToObj(value -> value + 0.0) // turns -0.0 into 0.0, from which equals would distinguish it
                .toList();
        Set<Double> before = new HashSet<>();
        for (int i = 0; i < values.length; i++) {
            if (!before.add(list.get(i))) {
                throw refusal("values[" + i + "]", values[i], "occurs twice");
            }
        }
        List<Axis> more = new ArrayList<>(axes);
        more.add(new Axis(name, List.copyOf(list)));
        return new ParameterGrid(more, seed);
    }

    /** Requires a name for a column that no other column has. */
    static void checkName(String argument, String name, List<String> taken) {
        if (!NAME.matcher(notNull(argument, name)).matches() || name.equals(INDEX)) {
            throw refusal(
                    argument,
                    Quotation.of(name),
                    "is not a letter followed by letters, digits and underscores, or is \"index\"");
        }
        if (taken.contains(name)) {
            throw refusal(argument, name, "is taken by another axis or column");
        }
    }

    /**
     * The same cells with other seeds.
     *
     * @param seed any number; the seed of a cell is derived from it and the cell's index
     * @return a new grid
     */
    public ParameterGrid withSeed(long seed) {
        return new ParameterGrid(axes, seed);
    }

    /**
     * The seed of the grid, from which those of the cells are derived.
     *
     * @return the seed
     */
    public long seed() {
        return seed;
    }

    /**
     * The names of the axes.
     *
     * @return at least one, in the order in which they were added
     */
    public List<String> names() {
        return axes.stream().map(Axis::name).toList();
    }

    /**
     * The values of an axis.
     *
     * @param name the axis
     * @return a new array, in the order in which they were given
     * @throws IllegalArgumentException if there is no such axis
     */
    public double[] values(String name) {
        return axes.get(position(name)).values().stream()
                .mapToDouble(Double::doubleValue)
                .toArray();
    }

    /**
     * The number of cells.
     *
     * @return the product of the numbers of values, less than 2<sup>31</sup>
     */
    public int size() {
        return size;
    }

    /**
     * One cell.
     *
     * @param index its position, counted from 0
     * @return its parameters and its seed
     * @throws IndexOutOfBoundsException if there is no such cell
     */
    public Cell cell(int index) {
        if (index < 0 || index >= size) {
            throw new IndexOutOfBoundsException("index: " + index + " is not from 0 to " + (size - 1));
        }
        int rest = index;
        double[] values = new double[axes.size()];
        for (int a = values.length - 1; a >= 0; a--) {
            List<Double> axis = axes.get(a).values();
            values[a] = axis.get(rest % axis.size());
            rest /= axis.size();
        }
        return new Cell(this, index, values);
    }

    int position(String name) {
        for (int a = 0; a < axes.size(); a++) {
            if (axes.get(a).name().equals(name)) {
                return a;
            }
        }
        throw refusal("name", name, "is not one of " + names());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ParameterGrid that && seed == that.seed && axes.equals(that.axes);
    }

    @Override
    public int hashCode() {
        return Objects.hash(seed, axes);
    }

    /** The axes with their values, only the first three and the last of long axes, and the seed. */
    @Override
    public String toString() {
        return axes.stream().map(ParameterGrid::shown).collect(joining("; ", "ParameterGrid(", "; seed " + seed + ")"));
    }

    private static String shown(Axis axis) {
        List<Double> values = axis.values();
        int n = values.size();
        if (n <= SHOWN) {
            return axis.name() + ": " + values.stream().map(Object::toString).collect(joining(", "));
        }
        return axis.name() + ": "
                + values.subList(0, 3).stream().map(value -> value + ", ").collect(joining()) + "..., "
                + values.get(n - 1) + " (" + n + " values)";
    }
}
