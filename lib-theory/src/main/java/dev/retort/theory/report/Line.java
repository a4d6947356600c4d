package dev.retort.theory.report;

import dev.retort.core.internal.Arguments;
import dev.retort.theory.report.Canvas.Pen;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A curve through points. It is broken at points that are not finite or that an axis cannot show. */
public final class Line extends Layer {

    private static final double WIDTH = 2;

    private final double[] x;
    private final double[] y;
    private final boolean dashed;

    private Line(String name, @Nullable String colour, double[] x, double[] y, boolean dashed) {
        super(name, colour);
        this.x = x;
        this.y = y;
        this.dashed = dashed;
    }

    /**
     * {@return a solid line}
     *
     * @param name the name of the series; may hold sub- and superscripts, see {@link Axis#linear}
     * @param x where the points lie on the horizontal axis, in the order in which they are joined
     * @param y where they lie on the vertical axis; as many as {@code x}
     * @throws IllegalArgumentException if the lengths differ
     */
    public static Line of(String name, double[] x, double[] y) {
        Arguments.notNull("x", x);
        Arguments.length("y", Arguments.notNull("y", y).length, "x.length", x.length);
        return new Line(name, name, x.clone(), y.clone(), false);
    }

    /** {@return this line, dashed} */
    public Line dashed() {
        return new Line(name, colour, x, y, true);
    }

    /**
     * {@return this line in the colour of another series, while it keeps its own name in the legend}
     *
     * @param series the other series' name
     */
    public Line withColourOf(String series) {
        return new Line(name, Arguments.notNull("series", series), x, y, dashed);
    }

    /** {@return this line in black, which leaves the colours to other series} */
    public Line black() {
        return new Line(name, null, x, y, dashed);
    }

    @Override
    void spread(Axis.Extent horizontal, Axis.Extent vertical) {
        horizontal.add(x);
        vertical.add(y);
    }

    @Override
    void draw(Canvas canvas, Frame frame, Ink ink) {
        double[] px = Arrays.stream(x).map(frame::px).toArray();
        double[] py = Arrays.stream(y).map(frame::py).toArray();
        int first = 0;
        for (int i = 0; i <= px.length; i++) {
            if (i == px.length || Double.isNaN(px[i] + py[i])) {
                if (i == first + 1) {
                    // A point between two gaps would leave no trace as a line.
                    canvas.circle(px[first], py[first], WIDTH, ink.rgb());
                } else if (i > first) {
                    canvas.polyline(Arrays.copyOfRange(px, first, i), Arrays.copyOfRange(py, first, i), pen(ink));
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
        canvas.line(atX - KEY, atY, atX + KEY, atY, pen(ink));
    }

    @Override
    List<@Nullable Object> parts() {
        return Arrays.asList(name, colour, boxed(x), boxed(y), dashed);
    }

    @Override
    public String toString() {
        return "Line[" + (name.isEmpty() ? "" : name + ", ") + x.length + " points" + (dashed ? ", dashed]" : "]");
    }
}
