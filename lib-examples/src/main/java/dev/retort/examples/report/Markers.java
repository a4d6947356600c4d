package dev.retort.examples.report;

import dev.retort.core.Arguments;
import dev.retort.examples.report.Canvas.Pen;
import java.util.Arrays;

/**
 * Points, each with a marker and if wanted an error bar. Points that are not finite or that an axis cannot show are
 * skipped; so is a bar whose error is NaN.
 */
public final class Markers extends Layer {

    private static final double CAP = 3.5;

    private final double[] x;
    private final double[] y;
    private final double[] error;
    private final double radius;

    private Markers(String name, String colour, double[] x, double[] y, double[] error, double radius) {
        super(name, colour);
        this.x = x;
        this.y = y;
        this.error = error;
        this.radius = radius;
    }

    /**
     * Points without error bars.
     *
     * @param name the name of the series; may hold sub- and superscripts, see {@link Axis#linear}
     * @param x where the points lie on the horizontal axis
     * @param y where they lie on the vertical axis; as many as {@code x}
     * @return the markers
     * @throws IllegalArgumentException if the lengths differ
     */
    public static Markers of(String name, double[] x, double[] y) {
        Arguments.length("y", y.length, "x.length", x.length);
        double[] none = new double[x.length];
        Arrays.fill(none, Double.NaN);
        return new Markers(name, name, x.clone(), y.clone(), none, 3.6);
    }

    /**
     * Points with symmetric error bars. A bar that reaches zero on a logarithmic axis ends at the edge of the panel.
     *
     * @param name the name of the series
     * @param x where the points lie on the horizontal axis
     * @param y where they lie on the vertical axis; as many as {@code x}
     * @param error how far each bar reaches to either side, at least 0, or NaN for no bar; as many as {@code x}
     * @return the markers
     * @throws IllegalArgumentException if the lengths differ or an error is negative
     */
    public static Markers of(String name, double[] x, double[] y, double[] error) {
        Arguments.length("error", error.length, "x.length", x.length);
        for (int i = 0; i < error.length; i++) {
            if (error[i] < 0) {
                throw Arguments.refusal("error[" + i + "]", error[i], "is not at least 0");
            }
        }
        Markers bare = of(name, x, y);
        return new Markers(name, name, bare.x, bare.y, error.clone(), bare.radius);
    }

    /**
     * These markers in another size: small for one point per feature.
     *
     * @param pixels the radius, greater than 0 and finite
     * @return the refined markers
     * @throws IllegalArgumentException if the radius is not allowed
     */
    public Markers withRadius(double pixels) {
        return new Markers(name(), colour(), x, y, error, Arguments.positive("pixels", pixels));
    }

    /**
     * These markers in the colour of another series, while they keep their own name and shape.
     *
     * @param series the other series' name
     * @return the refined markers
     */
    public Markers withColourOf(String series) {
        return new Markers(name(), series, x, y, error, radius);
    }

    @Override
    void spread(Axis.Extent horizontal, Axis.Extent vertical) {
        for (int i = 0; i < x.length; i++) {
            horizontal.add(x[i]);
            vertical.add(y[i]);
            vertical.addBar(y[i], error[i]);
        }
    }

    @Override
    void draw(Canvas canvas, Frame frame, Ink ink) {
        double[] px = frame.px(x);
        double[] py = frame.py(y);
        Frame.stretches(px, py, (first, last) -> {
            for (int i = first; i < last; i++) {
                if (error[i] >= 0) {
                    bar(canvas, frame, px[i], i, Pen.solid(ink.rgb(), 1.3));
                }
            }
            for (int i = first; i < last; i++) {
                ink.mark(canvas, px[i], py[i], radius);
            }
        });
    }

    private void bar(Canvas canvas, Frame frame, double px, int i, Pen pen) {
        double top = frame.py(y[i] + error[i]);
        double foot = frame.py(y[i] - error[i]);
        // NaN: an end at infinity, or at or below zero on a logarithmic axis.
        double up = Double.isNaN(top) ? frame.box().top() : top;
        double down = Double.isNaN(foot) ? frame.box().bottom() : foot;
        canvas.line(px, up, px, down, pen);
        for (double end : new double[] {top, foot}) {
            if (!Double.isNaN(end)) {
                canvas.line(px - CAP, end, px + CAP, end, pen);
            }
        }
    }

    @Override
    void drawKey(Canvas canvas, double atX, double atY, Ink ink) {
        ink.mark(canvas, atX, atY, Math.max(radius, 2.5));
    }
}
