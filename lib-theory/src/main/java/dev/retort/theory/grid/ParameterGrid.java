package dev.retort.theory.grid;

import static dev.retort.core.Arguments.atLeastOne;
import static dev.retort.core.Arguments.finite;
import static dev.retort.core.Arguments.notNull;
import static dev.retort.core.Arguments.refusal;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;

/**
 * Named axes of numbers, and every combination of them. The cells of the grid are counted from 0 and ordered like the digits
 * of a number: the last axis changes with every cell, the first most slowly. Immutable, serialisable.
 *
 * <p>Every cell has a seed of its own: that of cell i is the output number i + 1 of SplitMix64 (Steele, Lea, Flood 2014)
 * started at the seed of the grid. It depends on nothing else, so a cell has the same random numbers wherever and whenever
 * it is run.
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

    /** The heading of the cells' indices in a file. */
    static final String INDEX = "index";

    private static final long serialVersionUID = 1L;

    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]*");

    private record Axis(String name, List<Double> values) implements Serializable {}

    /** The last changes fastest. */
    private final ArrayList<Axis> axes;
    /** The number of cells. */
    private final int size;
    /** What those of the cells are mixed from. */
    private final long seed;

    private ParameterGrid(List<Axis> axes, long seed) {
        this.axes = new ArrayList<>(axes);
        this.seed = seed;
        long product = 1;
        for (Axis axis : axes) {
            product *= axis.values().size();
            if (product > Integer.MAX_VALUE) {
                throw refusal("values", "a grid of " + product + " or more cells", "does not have less than 2^31");
            }
        }
        this.size = (int) product;
    }

    /**
     * A grid of one axis, with seed 0.
     *
     * @param name the parameter's name: letters, digits and underscores, a letter first, and not {@code index}
     * @param values its values, at least one, each once
     * @return the grid
     * @throws IllegalArgumentException if the name is none, there is no value, or one is NaN, infinite or occurs twice
     */
    public static ParameterGrid of(String name, double... values) {
        return new ParameterGrid(List.of(), 0).and(name, values);
    }

    /**
     * This grid with another axis, which changes faster than all before.
     *
     * @param name the parameter's name, as in {@link #of}, and another than those of the other axes
     * @param values its values, at least one, each once; a single one for a parameter that is constant
     * @return a new grid
     * @throws IllegalArgumentException as {@link #of} does, if the name is taken, or if there are 2<sup>31</sup> cells or more
     */
    public ParameterGrid and(String name, double... values) {
        checkName("name", name, names());
        atLeastOne("values.length", notNull("values", values).length);
        List<Double> list = DoubleStream.of(finite("values", values))
                .mapToObj(value -> value + 0.0) // no -0.0, which would be another value than 0.0
                .toList();
        Set<Double> before = new HashSet<>();
        for (int i = 0; i < values.length; i++) {
            if (!before.add(list.get(i))) {
                throw refusal("values[" + i + "]", values[i], "is there already");
            }
        }
        List<Axis> more = new ArrayList<>(axes);
        more.add(new Axis(name, List.copyOf(list)));
        return new ParameterGrid(more, seed);
    }

    /** A name can head a column, beside those that do already. */
    static void checkName(String argument, String name, List<String> taken) {
        if (!NAME.matcher(notNull(argument, name)).matches() || name.equals(INDEX)) {
            throw refusal(argument, name, "is not a name of letters, digits and underscores other than " + INDEX);
        }
        if (taken.contains(name)) {
            throw refusal(argument, name, "is there already");
        }
    }

    /**
     * The same cells with other seeds.
     *
     * @param seed any number
     * @return a new grid
     */
    public ParameterGrid withSeed(long seed) {
        return new ParameterGrid(axes, seed);
    }

    /**
     * What the seeds of the cells are derived from.
     *
     * @return the seed
     */
    public long seed() {
        return seed;
    }

    /**
     * The names of the axes.
     *
     * @return at least one, in the order in which they were named
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
     * @param index which, counted from 0
     * @return its parameters and its seed
     * @throws IndexOutOfBoundsException if there is no such cell
     */
    public Cell cell(int index) {
        int rest = Objects.checkIndex(index, size);
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

    @Override
    public String toString() {
        return "ParameterGrid of " + size + " cells over " + names() + ", seed " + seed;
    }
}
