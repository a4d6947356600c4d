package dev.retort.examples.report;

import dev.retort.core.Arguments;
import dev.retort.examples.report.Canvas.Dash;
import dev.retort.examples.report.Canvas.Pen;
import java.util.Arrays;

/** A curve through points. It is broken at points that are not finite or that an axis cannot show. */
public final class Line extends Layer {

    private final double[] x;
    private final double[] y;
    private final Dash dash;
    private final double width;
    private final boolean stepped;

    private Line(String name, String colour, double[] x, double[] y, Dash dash, double width, boolean stepped) {
        super(name, colour);
        this.x = x;
        this.y = y;
        this.dash = dash;
        this.width = width;
        this.stepped = stepped;
    }

    /**
     * A solid line, two pixels wide.
     *
     * @param name the name of the series; may hold sub- and superscripts, see {@link Axis#linear}
     * @param x where the points lie on the horizontal axis, in the order in which they are joined
     * @param y where they lie on the vertical axis; as many as {@code x}
     * @return the line
     * @throws IllegalArgumentException if the lengths differ
     */
    public static Line of(String name, double[] x, double[] y) {
        Arguments.length("y", y.length, "x.length", x.length);
        return new Line(name, name, x.clone(), y.clone(), Dash.SOLID, 2, false);
    }

    /**
     * This line, dashed.
     *
     * @return the refined line
     */
    public Line dashed() {
        return new Line(name(), colour(), x, y, Dash.DASHED, width, stepped);
    }

    /**
     * This line, dotted.
     *
     * @return the refined line
     */
    public Line dotted() {
        return new Line(name(), colour(), x, y, Dash.DOTTED, width, stepped);
    }

    /**
     * This line as a staircase: level around each point, with the steps half-way between points as they are drawn.
     *
     * @return the refined line
     */
    public Line stepped() {
        return new Line(name(), colour(), x, y, dash, width, true);
    }

    /**
     * This line with another width.
     *
     * @param pixels the width, greater than 0 and finite
     * @return the refined line
     * @throws IllegalArgumentException if the width is not allowed
     */
    public Line withWidth(double pixels) {
        return new Line(name(), colour(), x, y, dash, Arguments.positive("pixels", pixels), stepped);
    }

    /**
     * This line in the colour of another series, while it keeps its own name in the legend.
     *
     * @param series the other series' name
     * @return the refined line
     */
    public Line withColourOf(String series) {
        return new Line(name(), series, x, y, dash, width, stepped);
    }

    @Override
    void spread(Axis.Extent horizontal, Axis.Extent vertical) {
        Arrays.stream(x).forEach(horizontal::add);
        Arrays.stream(y).forEach(vertical::add);
    }

    @Override
    void draw(Canvas canvas, Frame frame, Ink ink) {
        double[] px = frame.px(x);
        double[] py = frame.py(y);
        Frame.stretches(px, py, (first, last) -> {
            double[] xs = Arrays.copyOfRange(px, first, last);
            double[] ys = Arrays.copyOfRange(py, first, last);
            if (xs.length == 1) {
                // A point between two gaps would leave no trace as a line.
                canvas.circle(xs[0], ys[0], width, ink.rgb());
            } else if (stepped) {
                canvas.polyline(treads(xs), doubled(ys), new Pen(ink.rgb(), width, dash));
            } else {
                canvas.polyline(xs, ys, new Pen(ink.rgb(), width, dash));
            }
        });
    }

    private static double[] treads(double[] px) {
        double[] edges = new double[2 * px.length];
        edges[0] = px[0];
        for (int i = 1; i < px.length; i++) {
            edges[2 * i - 1] = (px[i - 1] + px[i]) / 2;
            edges[2 * i] = edges[2 * i - 1];
        }
        edges[edges.length - 1] = px[px.length - 1];
        return edges;
    }

    private static double[] doubled(double[] py) {
        double[] levels = new double[2 * py.length];
        Arrays.setAll(levels, i -> py[i / 2]);
        return levels;
    }

    @Override
    void drawKey(Canvas canvas, double atX, double atY, Ink ink) {
        canvas.line(atX - KEY, atY, atX + KEY, atY, new Pen(ink.rgb(), width, dash));
    }
}
