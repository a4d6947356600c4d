package dev.retort.theory.report;

import dev.retort.core.SampleMean;
import dev.retort.core.internal.Arguments;
import dev.retort.theory.report.Canvas.Pen;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * Points, each with a marker and an error bar. Points that are not finite or that an axis cannot show are skipped; so is
 * a bar whose error is NaN. A triangle at the edge stands for a point above or below the frame.
 */
public final class Markers extends Layer {

    private static final double RADIUS = 3.6;
    private static final double CAP = 3.5;
    private static final double THICKNESS = 1.3;

    /** Half the length of the bar of the sample in a legend. */
    private static final double BAR = 8;

    private final double[] x;
    private final double[] y;
    private final double[] error;

    private Markers(String name, double[] x, double[] y, double[] error) {
        super(name, name);
        this.x = x;
        this.y = y;
        this.error = error;
    }

    /**
     * {@return points with symmetric error bars; a bar that reaches zero on a logarithmic axis ends at the edge}
     *
     * @param name the name of the series; may hold sub- and superscripts, see {@link Axis#linear}
     * @param x the horizontal positions of the points
     * @param y their vertical positions; as many as {@code x}
     * @param error the length of each bar to either side, at least 0, or NaN for no bar; as many as {@code x}
     * @throws IllegalArgumentException if the lengths differ or an error is negative
     */
    public static Markers of(String name, double[] x, double[] y, double[] error) {
        Arguments.notNull("x", x);
        Arguments.length("y", Arguments.notNull("y", y).length, "x.length", x.length);
        Arguments.length("error", Arguments.notNull("error", error).length, "x.length", x.length);
        for (int i = 0; i < error.length; i++) {
            if (error[i] < 0) {
                throw Arguments.refusal("error[" + i + "]", error[i], "is not at least 0");
            }
        }
        return new Markers(name, x.clone(), y.clone(), error.clone());
    }

    /**
     * {@return points with error bars of one standard error}
     *
     * @param name the name of the series; may hold sub- and superscripts, see {@link Axis#linear}
     * @param x the horizontal positions of the points
     * @param y their vertical positions with standard errors; as many as {@code x}
     * @throws IllegalArgumentException if the lengths differ
     */
    public static Markers of(String name, double[] x, List<SampleMean> y) {
        List<SampleMean> means = Arguments.copy("y", y);
        return of(
                name,
                x,
                means.stream().mapToDouble(SampleMean::mean).toArray(),
                means.stream().mapToDouble(SampleMean::standardError).toArray());
    }

    /**
     * {@return points without error bars}
     *
     * @param name the name of the series; may hold sub- and superscripts, see {@link Axis#linear}
     * @param x the horizontal positions of the points
     * @param y their vertical positions; as many as {@code x}
     * @throws IllegalArgumentException if the lengths differ
     */
    public static Markers of(String name, double[] x, double[] y) {
        double[] unknown = new double[Arguments.notNull("y", y).length];
        Arrays.fill(unknown, Double.NaN);
        return of(name, x, y, unknown);
    }

    @Override
    void spread(Axis.Extent horizontal, Axis.Extent vertical) {
        horizontal.add(x);
        vertical.add(y);
        for (int i = 0; i < x.length; i++) {
            vertical.addBar(y[i], error[i]);
        }
    }

    @Override
    void draw(Canvas canvas, Frame frame, Ink ink) {
        for (int i = 0; i < x.length; i++) {
            if (isShown(frame, i) && error[i] >= 0) {
                bar(canvas, frame, i, new Pen(ink.rgb(), THICKNESS, false));
            }
        }
        for (int i = 0; i < x.length; i++) {
            if (isShown(frame, i)) {
                double py = frame.py(y[i]);
                if (frame.isBeyond(py)) {
                    frame.markEdge(canvas, ink, frame.px(x[i]), py < frame.box().getMinY());
                } else {
                    ink.mark(canvas, frame.px(x[i]), py, RADIUS);
                }
            }
        }
    }

    private boolean isShown(Frame frame, int i) {
        return !Double.isNaN(frame.px(x[i]) + frame.py(y[i]));
    }

    private void bar(Canvas canvas, Frame frame, int i, Pen pen) {
        double px = frame.px(x[i]);
        double top = frame.py(y[i] + error[i]);
        double foot = frame.py(y[i] - error[i]);
        // NaN if an end is infinite, or not positive on a logarithmic axis.
        double up = Double.isNaN(top) ? frame.box().getMinY() : top;
        double down = Double.isNaN(foot) ? frame.box().getMaxY() : foot;
        canvas.line(px, up, px, down, pen);
        for (double end : new double[] {top, foot}) {
            if (!Double.isNaN(end)) {
                canvas.line(px - CAP, end, px + CAP, end, pen);
            }
        }
    }

    @Override
    void drawKey(Canvas canvas, double atX, double atY, Ink ink) {
        if (DoubleStream.of(error).anyMatch(each -> each >= 0)) {
            canvas.line(atX, atY - BAR, atX, atY + BAR, new Pen(ink.rgb(), THICKNESS, false));
        }
        ink.mark(canvas, atX, atY, RADIUS);
    }

    @Override
    List<@Nullable Object> parts() {
        return List.of(name, boxed(x), boxed(y), boxed(error));
    }

    @Override
    public String toString() {
        return "Markers[" + name + ", " + x.length + " points]";
    }
}
