package dev.retort.theory.report;

import dev.retort.core.internal.Arguments;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Colours for numbers: blue below a middle and orange above it, darker further away, in bands that each have an entry in the legend. The
 * coloured cells of a map and the coloured points are layers of a {@link Panel}. Immutable.
 *
 * <pre>{@code
 * double[] m = {50, 100, 200};
 * double[] n = {25, 50};
 * double[][] ratio = {{1.2, 1.4}, {0.97, 1.1}, {0.92, 1.0}}; // a row for each m
 * Bands bands = Bands.of("ratio of risks", 1, 0.95, 1.1);
 * Panel panel = Panel.of("(a)", Axis.log("m").withRange(50, 200), Axis.log("n").withRange(25, 50))
 *         .with(bands.cells(m, n, ratio))
 *         .with(bands.points(new double[] {100}, new double[] {50}, new double[] {1.08}));
 * }</pre>
 */
public final class Bands {

    /** The maximum number of bands on either side of the middle. */
    private static final int MOST = Ink.BELOW.size();

    private final String quantity;
    private final double middle;
    private final double[] limits;

    private Bands(String quantity, double middle, double[] limits) {
        this.quantity = Arguments.notNull("quantity", quantity);
        this.middle = middle;
        this.limits = limits;
    }

    /**
     * {@return bands on both sides of a middle}
     *
     * @param quantity the quantity that the numbers measure, which the legend shows before the bands; may hold sub- and superscripts, see
     *     {@link Axis#linear}; may be empty
     * @param middle the value at which the colour changes, finite
     * @param limits the other ends of bands, finite, distinct, in ascending order: at most 3 below the middle and 3 above
     * @throws IllegalArgumentException if a limit is not allowed, or not greater than the one before
     */
    public static Bands of(String quantity, double middle, double... limits) {
        Arguments.finite("middle", middle);
        double[] all = DoubleStream.concat(DoubleStream.of(middle), DoubleStream.of(ascending("limits", limits)))
                .sorted()
                .toArray();
        int below = Arrays.binarySearch(all, middle);
        if (below >= MOST || limits.length - below >= MOST) {
            throw Arguments.refusal("limits", Arrays.toString(limits), "has more than 3 on one side of the middle");
        }
        if (DoubleStream.of(limits).anyMatch(limit -> limit == middle)) {
            throw Arguments.refusal("limits", Arrays.toString(limits), "has the middle, " + middle);
        }
        return new Bands(quantity, middle, all);
    }

    private static double[] ascending(String name, double[] values) {
        Arguments.finite(name, values);
        for (int i = 1; i < values.length; i++) {
            if (!(values[i] > values[i - 1])) {
                throw Arguments.refusal(name + "[" + i + "]", values[i], "is not greater than the one before");
            }
        }
        return values.clone();
    }

    /**
     * {@return a map of coloured cells, a layer for each band} A cell reaches halfway to its neighbours, and equally far at the edge, so
     * that an axis whose range is that of the grid is filled. Cells that an axis cannot show are left out.
     *
     * @param x the positions of the columns, ascending, at least 2
     * @param y the positions of the rows, ascending, at least 2
     * @param values the number at {@code x[i]} and {@code y[j]} in {@code values[i][j]}; no cell where it is NaN
     * @throws IllegalArgumentException if there are too few columns or rows, they do not ascend, or lengths differ
     */
    public Layer[] cells(double[] x, double[] y, double[][] values) {
        double[] columns = grid("x", x);
        double[] rows = grid("y", y);
        Arguments.length("values", Arguments.notNull("values", values).length, "x.length", x.length);
        int[][] bands = new int[x.length][];
        for (int i = 0; i < x.length; i++) {
            String row = "values[" + i + "]";
            Arguments.length(row, Arguments.notNull(row, values[i]).length, "y.length", y.length);
            bands[i] = DoubleStream.of(values[i]).mapToInt(this::band).toArray();
        }
        return layers(band -> new Band.Cells(this, band, columns, rows, bands));
    }

    private static double[] grid(String name, double[] values) {
        if (Arguments.notNull(name, values).length < 2) {
            throw Arguments.refusal(name + ".length", values.length, "is not at least 2");
        }
        return ascending(name, values);
    }

    /**
     * {@return points in the colours of their numbers, with a dark edge, a layer for each band}
     *
     * @param x the horizontal positions of the points
     * @param y their vertical positions; as many as {@code x}
     * @param values their numbers; as many as {@code x}; no point where it is NaN
     * @throws IllegalArgumentException if the lengths differ
     */
    public Layer[] points(double[] x, double[] y, double[] values) {
        Arguments.notNull("x", x);
        Arguments.length("y", Arguments.notNull("y", y).length, "x.length", x.length);
        Arguments.length("values", Arguments.notNull("values", values).length, "x.length", x.length);
        int[] bands = DoubleStream.of(values).mapToInt(this::band).toArray();
        double[] across = x.clone();
        double[] up = y.clone();
        return layers(band -> new Band.Points(this, band, across, up, bands));
    }

    private Layer[] layers(IntFunction<Band> layer) {
        return IntStream.rangeClosed(0, limits.length).mapToObj(layer).toArray(Layer[]::new);
    }

    /** The number of limits that a value has reached; −1 for NaN. */
    private int band(double value) {
        return Double.isNaN(value)
                ? -1
                : (int) DoubleStream.of(limits).filter(limit -> value >= limit).count();
    }

    String quantity() {
        return quantity;
    }

    String name(int band) {
        if (band == 0) {
            return "< " + plain(limits[0]);
        }
        String from = plain(limits[band - 1]);
        return band == limits.length ? "≥ " + from : from + " – " + plain(limits[band]);
    }

    private static String plain(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString().replace('-', '−');
    }

    int colour(int band) {
        int firstAbove = band(middle);
        return band < firstAbove ? Ink.BELOW.get(firstAbove - 1 - band) : Ink.ABOVE.get(band - firstAbove);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Bands bands
                && bands.quantity.equals(quantity)
                && bands.middle == middle
                && Arrays.equals(bands.limits, limits);
    }

    @Override
    public int hashCode() {
        return Objects.hash(quantity, middle, Arrays.hashCode(limits));
    }

    @Override
    public String toString() {
        return "Bands[" + quantity + " around " + plain(middle) + ", limits " + Arrays.toString(limits) + "]";
    }
}
