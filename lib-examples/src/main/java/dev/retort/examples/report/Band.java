package dev.retort.examples.report;

import dev.retort.core.Arguments;
import java.util.Arrays;

/** The shade between two curves. It is broken where a point is not finite or an axis cannot show it. */
public final class Band extends Layer {

    private static final double OPACITY = 0.2;

    private final double[] x;
    private final double[] lower;
    private final double[] upper;

    private Band(String name, String colour, double[] x, double[] lower, double[] upper) {
        super(name, colour);
        this.x = x;
        this.lower = lower;
        this.upper = upper;
    }

    /**
     * The shade between two curves over the same points. A lower curve at or below zero on a logarithmic axis counts
     * as the bottom of the panel.
     *
     * @param name the name of the series, often that of the line in its middle
     * @param x where the points lie on the horizontal axis, in order
     * @param lower one curve; as many as {@code x}
     * @param upper the other; as many as {@code x}
     * @return the band
     * @throws IllegalArgumentException if the lengths differ
     */
    public static Band of(String name, double[] x, double[] lower, double[] upper) {
        Arguments.length("lower", lower.length, "x.length", x.length);
        Arguments.length("upper", upper.length, "x.length", x.length);
        return new Band(name, name, x.clone(), lower.clone(), upper.clone());
    }

    /**
     * This band in the colour of another series.
     *
     * @param series the other series' name
     * @return the refined band
     */
    public Band withColourOf(String series) {
        return new Band(name(), series, x, lower, upper);
    }

    @Override
    void spread(Axis.Extent horizontal, Axis.Extent vertical) {
        Arrays.stream(x).forEach(horizontal::add);
        Arrays.stream(lower).forEach(vertical::add);
        Arrays.stream(upper).forEach(vertical::add);
    }

    @Override
    void draw(Canvas canvas, Frame frame, Ink ink) {
        double[] px = frame.px(x);
        double[] top = frame.py(upper);
        double[] foot = frame.py(lower);
        for (int i = 0; i < foot.length; i++) {
            boolean below = frame.y().log() && lower[i] <= 0;
            foot[i] = below ? frame.box().bottom() : foot[i];
            // Gaps of the lower curve become gaps of the upper one, which alone is asked where to break.
            top[i] = Double.isNaN(foot[i]) ? Double.NaN : top[i];
        }
        Frame.stretches(px, top, (first, last) -> {
            int n = last - first;
            double[] xs = Arrays.copyOfRange(px, first, first + 2 * n);
            double[] ys = Arrays.copyOfRange(top, first, first + 2 * n);
            for (int i = 0; i < n; i++) {
                xs[n + i] = px[last - 1 - i];
                ys[n + i] = foot[last - 1 - i];
            }
            canvas.polygon(xs, ys, ink.rgb(), OPACITY);
        });
    }

    @Override
    void drawKey(Canvas canvas, double atX, double atY, Ink ink) {
        canvas.rectangle(new Box(atX - KEY, atY - 5, 2 * KEY, 10), ink.rgb(), OPACITY);
    }
}
