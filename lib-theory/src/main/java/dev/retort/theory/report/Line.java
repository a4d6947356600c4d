package dev.retort.theory.report;

import dev.retort.core.internal.Arguments;
import dev.retort.theory.report.Canvas.Pen;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A curve through points. It is broken at points that are not finite or that an axis cannot show. Where it leaves the frame above
 * or below, and where it is infinite, a triangle at the edge says so.
 */
public final class Line extends Layer {

    private static final double WIDTH = 2;

    /** The number of columns to a pixel in which points are told apart. */
    private static final double COLUMNS = 4;

    private final double[] x;
    private final double[] y;
    private final double[] lower;
    private final double[] upper;
    private final boolean dashed;

    private Line(
            String name,
            @Nullable String colour,
            double[] x,
            double[] y,
            double[] lower,
            double[] upper,
            boolean dashed) {
        super(name, colour);
        this.x = x;
        this.y = y;
        this.lower = lower;
        this.upper = upper;
        this.dashed = dashed;
    }

    /**
     * {@return a solid line}
     *
     * @param name the name of the series; may hold sub- and superscripts, see {@link Axis#linear}
     * @param x the horizontal positions of the points, in the order in which they are joined
     * @param y their vertical positions; as many as {@code x}
     * @throws IllegalArgumentException if the lengths differ
     */
    public static Line of(String name, double[] x, double[] y) {
        Arguments.notNull("x", x);
        Arguments.length("y", Arguments.notNull("y", y).length, "x.length", x.length);
        double[] points = y.clone();
        return new Line(name, name, x.clone(), points, points, points, false);
    }

    /**
     * {@return an entry of the legend for lines of any colour, such as all that are {@link #dashed()}; nothing is drawn}
     *
     * @param name what these lines are; may hold sub- and superscripts, see {@link Axis#linear}
     */
    public static Line key(String name) {
        double[] none = {};
        return new Line(name, null, none, none, none, none, false);
    }

    /** {@return this line, dashed} */
    public Line dashed() {
        return new Line(name, colour, x, y, lower, upper, true);
    }

    /**
     * {@return this line in the colour of another series, while it keeps its own name in the legend}
     *
     * @param series the other series' name
     */
    public Line withColourOf(String series) {
        return new Line(name, Arguments.notNull("series", series), x, y, lower, upper, dashed);
    }

    /** {@return this line in black, which leaves the colours to other series} */
    public Line black() {
        return new Line(name, null, x, y, lower, upper, dashed);
    }

    /**
     * {@return this line on a band in a light shade of its colour, as wide as the line is uncertain} The band is opaque: what should
     * be seen on it belongs to a later layer. It is broken where either edge is not finite or an axis cannot show it.
     *
     * @param lower the lower edge; as many numbers as points
     * @param upper the upper edge; as many numbers as points
     * @throws IllegalArgumentException if the lengths differ
     */
    public Line withBand(double[] lower, double[] upper) {
        Arguments.length("lower", Arguments.notNull("lower", lower).length, "x.length", x.length);
        Arguments.length("upper", Arguments.notNull("upper", upper).length, "x.length", x.length);
        return new Line(name, colour, x, y, lower.clone(), upper.clone(), dashed);
    }

    private boolean hasBand() {
        return lower != upper;
    }

    @Override
    void spread(Axis.Extent horizontal, Axis.Extent vertical) {
        horizontal.add(x);
        vertical.add(y);
        if (hasBand()) {
            vertical.add(lower);
            vertical.add(upper);
        }
    }

    @Override
    void draw(Canvas canvas, Frame frame, Ink ink) {
        double[] px = Arrays.stream(x).map(frame::px).toArray();
        double[] py = Arrays.stream(y).map(frame::py).toArray();
        if (hasBand()) {
            drawBand(canvas, frame, px, ink.shade());
        }
        int first = 0;
        for (int i = 0; i <= px.length; i++) {
            if (i == px.length || Double.isNaN(px[i] + py[i])) {
                if (i == first + 1) {
                    // A single point between two gaps would be invisible as a line.
                    canvas.circle(px[first], py[first], WIDTH, ink.rgb());
                } else if (i > first) {
                    int[] visible = visible(px, py, first, i);
                    canvas.polyline(at(px, visible), at(py, visible), pen(ink));
                }
                first = i + 1;
            }
        }
        markEdges(canvas, frame, ink, px, py);
    }

    /**
     * The points that matter for the picture: of many in the same narrow column, one after the other, only the first, the last,
     * the highest and the lowest.
     */
    private static int[] visible(double[] px, double[] py, int from, int to) {
        IntStream.Builder visible = IntStream.builder();
        int start = from;
        while (start < to) {
            int lowest = start;
            int highest = start;
            int end = start;
            while (end < to && Math.floor(px[end] * COLUMNS) == Math.floor(px[start] * COLUMNS)) {
                lowest = py[end] < py[lowest] ? end : lowest;
                highest = py[end] > py[highest] ? end : highest;
                end++;
            }
            IntStream.of(start, lowest, highest, end - 1).sorted().distinct().forEach(visible::add);
            start = end;
        }
        return visible.build().toArray();
    }

    private static double[] at(double[] values, int[] points) {
        return Arrays.stream(points).mapToDouble(i -> values[i]).toArray();
    }

    private void markEdges(Canvas canvas, Frame frame, Ink ink, double[] px, double[] py) {
        for (int i = 0; i < px.length; i++) {
            if (Double.isInfinite(y[i])) {
                frame.markEdge(canvas, ink, px[i], y[i] > 0);
            } else if (i > 0 && frame.isBeyond(py[i]) != frame.isBeyond(py[i - 1])) {
                double outside = frame.isBeyond(py[i]) ? py[i] : py[i - 1];
                boolean above = outside < frame.box().getMinY();
                double edge = above ? frame.box().getMinY() : frame.box().getMaxY();
                double part = (edge - py[i - 1]) / (py[i] - py[i - 1]);
                frame.markEdge(canvas, ink, px[i - 1] + part * (px[i] - px[i - 1]), above);
            }
        }
    }

    /** A polygon for each stretch without a gap: along the lower edge and back along the upper one. */
    private void drawBand(Canvas canvas, Frame frame, double[] px, int rgb) {
        int first = 0;
        for (int i = 0; i <= px.length; i++) {
            if (i == px.length || Double.isNaN(px[i] + frame.py(lower[i]) + frame.py(upper[i]))) {
                int from = first;
                int count = i - from;
                if (count > 1) {
                    double[] around = new double[2 * count];
                    double[] edge = new double[2 * count];
                    for (int k = 0; k < count; k++) {
                        around[k] = px[from + k];
                        edge[k] = frame.py(lower[from + k]);
                        around[2 * count - 1 - k] = px[from + k];
                        edge[2 * count - 1 - k] = frame.py(upper[from + k]);
                    }
                    canvas.polygon(around, edge, rgb);
                }
                first = i + 1;
            }
        }
    }

    private Pen pen(Ink ink) {
        return new Pen(ink.rgb(), WIDTH, dashed);
    }

    @Override
    void drawKey(Canvas canvas, double atX, double atY, Ink ink) {
        boolean anyColour = x.length == 0 && colour == null;
        canvas.line(atX - KEY, atY, atX + KEY, atY, anyColour ? new Pen(Ink.QUIET, WIDTH, dashed) : pen(ink));
    }

    @Override
    List<@Nullable Object> parts() {
        return Arrays.asList(name, colour, boxed(x), boxed(y), boxed(lower), boxed(upper), dashed);
    }

    @Override
    public String toString() {
        return "Line[" + (name.isEmpty() ? "" : name + ", ") + x.length + " points" + (dashed ? ", dashed]" : "]");
    }
}
