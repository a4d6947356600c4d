package dev.retort.theory.report;

import dev.retort.core.Arguments;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Colours for numbers: blue below a middle and orange above it, the darker the further away, in bands with an entry each in
 * the legend. What is coloured, the cells of a map or points, are layers of a {@link Panel}. Immutable.
 *
 * <pre>{@code
 * double[] m = {50, 100, 200};
 * double[] n = {25, 50};
 * double[][] ratio = {{1.2, 1.4}, {0.97, 1.1}, {0.92, 1.0}}; // a row for each m
 * Bands bands = Bands.around(1, 0.95, 1.1);
 * Panel panel = Panel.of("ratio", Axis.log("m").withRange(50, 200), Axis.log("n").withRange(25, 50))
 *         .with(bands.cells(m, n, ratio))
 *         .with(bands.points(new double[] {100}, new double[] {50}, new double[] {1.08}));
 * }</pre>
 */
public final class Bands {

    // From the middle outwards; told apart by colour-blind readers too, and by lightness alone on each side.
    private static final int[] BLUES = {0xdbe9f6, 0x9ecae1, 0x4b97c9, 0x1261a6};
    private static final int[] ORANGES = {0xfeebd6, 0xfdc48a, 0xf08a33, 0xb8530a};

    private static final double OVERLAP = 0.5;
    private static final double RADIUS = 5;

    private final double middle;
    private final double[] limits;

    private Bands(double middle, double[] limits) {
        this.middle = middle;
        this.limits = limits;
    }

    /**
     * {@return bands on both sides of a middle}
     *
     * @param middle where the colour changes, finite
     * @param limits where else a band ends, each finite and once, in ascending order: at most 3 below the middle and 3 above
     * @throws IllegalArgumentException if a limit is not allowed, or not greater than the one before
     */
    public static Bands around(double middle, double... limits) {
        Arguments.finite("middle", middle);
        double[] all = DoubleStream.concat(DoubleStream.of(middle), DoubleStream.of(ascending("limits", limits)))
                .sorted()
                .toArray();
        int below = Arrays.binarySearch(all, middle);
        if (below >= BLUES.length || limits.length - below >= ORANGES.length) {
            throw Arguments.refusal("limits", Arrays.toString(limits), "has more than 3 on one side of the middle");
        }
        if (DoubleStream.of(limits).anyMatch(limit -> limit == middle)) {
            throw Arguments.refusal("limits", Arrays.toString(limits), "has the middle, " + middle);
        }
        return new Bands(middle, all);
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
     * {@return a map of coloured cells, a layer for each band} A cell reaches half-way to its neighbours, and as far at the
     * edge: an axis whose range is that of the grid is filled. Cells that an axis cannot show are left out.
     *
     * @param x where the columns lie, ascending, at least 2
     * @param y where the rows lie, ascending, at least 2
     * @param values the number at {@code x[i]} and {@code y[j]} in {@code values[i][j]}; no cell where it is NaN
     * @throws IllegalArgumentException if there are too few columns or rows, they do not ascend, or lengths differ
     */
    public Layer[] cells(double[] x, double[] y, double[][] values) {
        double[] columns = grid("x", x);
        double[] rows = grid("y", y);
        Arguments.length("values", values.length, "x.length", x.length);
        int[][] bands = new int[x.length][];
        for (int i = 0; i < x.length; i++) {
            Arguments.length("values[" + i + "]", values[i].length, "y.length", y.length);
            bands[i] = DoubleStream.of(values[i]).mapToInt(this::band).toArray();
        }
        return layers(columns, rows, band -> (canvas, frame) -> drawCells(canvas, frame, columns, rows, bands, band));
    }

    private static double[] grid(String name, double[] values) {
        if (values.length < 2) {
            throw Arguments.refusal(name + ".length", values.length, "is not at least 2");
        }
        return ascending(name, values);
    }

    /**
     * {@return points in the colours of their numbers, with a dark edge, a layer for each band}
     *
     * @param x where the points lie on the horizontal axis
     * @param y where they lie on the vertical axis; as many as {@code x}
     * @param values their numbers; as many as {@code x}; no point where it is NaN
     * @throws IllegalArgumentException if the lengths differ
     */
    public Layer[] points(double[] x, double[] y, double[] values) {
        Arguments.length("y", y.length, "x.length", x.length);
        Arguments.length("values", values.length, "x.length", x.length);
        int[] bands = DoubleStream.of(values).mapToInt(this::band).toArray();
        double[] across = x.clone();
        double[] up = y.clone();
        return layers(across, up, band -> (canvas, frame) -> drawPoints(canvas, frame, across, up, bands, band));
    }

    private Layer[] layers(double[] x, double[] y, IntFunction<BiConsumer<Canvas, Frame>> painting) {
        return IntStream.rangeClosed(0, limits.length)
                .mapToObj(band -> new Band(name(band), colour(band), x, y, painting.apply(band)))
                .toArray(Layer[]::new);
    }

    /** How many limits a number has reached; −1 for NaN. */
    private int band(double value) {
        return Double.isNaN(value)
                ? -1
                : (int) DoubleStream.of(limits).filter(limit -> value >= limit).count();
    }

    private String name(int band) {
        if (band == 0) {
            return "< " + plain(limits[0]);
        }
        String from = plain(limits[band - 1]);
        return band == limits.length ? "≥ " + from : from + " – " + plain(limits[band]);
    }

    private static String plain(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString().replace('-', '−');
    }

    private int colour(int band) {
        int firstAbove = band(middle);
        return band < firstAbove ? BLUES[firstAbove - 1 - band] : ORANGES[band - firstAbove];
    }

    // Each band is drawn as a whole with all those above it, which then cover it: no seam shows the ground.
    private void drawCells(Canvas canvas, Frame frame, double[] x, double[] y, int[][] bands, int band) {
        double[] across = edges(DoubleStream.of(x).map(frame::px).toArray());
        double[] up = edges(DoubleStream.of(y).map(frame::py).toArray());
        for (int j = 0; j < y.length; j++) {
            int first = 0;
            for (int i = 0; i <= x.length; i++) {
                boolean ends = i == x.length || bands[i][j] < band;
                if (ends || Double.isNaN(across[i] + across[i + 1] + up[j] + up[j + 1])) {
                    if (i > first) {
                        double left = across[first];
                        double right = across[i] + OVERLAP;
                        double foot = up[j] + OVERLAP;
                        canvas.polygon(
                                new double[] {left, right, right, left},
                                new double[] {foot, foot, up[j + 1], up[j + 1]},
                                colour(band));
                    }
                    first = i + 1;
                }
            }
        }
    }

    /** The edges of cells around given centres. */
    private static double[] edges(double[] centres) {
        int last = centres.length - 1;
        double[] edges = new double[centres.length + 1];
        for (int i = 1; i <= last; i++) {
            edges[i] = (centres[i - 1] + centres[i]) / 2;
        }
        edges[0] = 2 * centres[0] - edges[1];
        edges[last + 1] = 2 * centres[last] - edges[last];
        return edges;
    }

    private void drawPoints(Canvas canvas, Frame frame, double[] x, double[] y, int[] bands, int band) {
        for (int i = 0; i < x.length; i++) {
            double px = frame.px(x[i]);
            double py = frame.py(y[i]);
            if (bands[i] == band && !Double.isNaN(px + py)) {
                canvas.circle(px, py, RADIUS + 2.4, Ink.WHITE);
                canvas.circle(px, py, RADIUS + 1.2, Ink.TEXT);
                canvas.circle(px, py, RADIUS, colour(band));
            }
        }
    }
}
