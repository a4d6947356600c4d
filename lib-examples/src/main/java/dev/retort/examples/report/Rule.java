package dev.retort.examples.report;

import dev.retort.core.Arguments;
import dev.retort.examples.report.Canvas.Anchor;
import dev.retort.examples.report.Canvas.Dash;
import dev.retort.examples.report.Canvas.Lettering;
import dev.retort.examples.report.Canvas.Pen;
import java.util.ArrayList;
import java.util.List;

/**
 * A thin dashed line across the panel that marks a value, with a label beside it, where it hides least of what else is
 * drawn.
 */
public final class Rule extends Layer {

    private static final double SIZE = 13;
    private static final double THICK = 1.25 * SIZE;
    private static final double ASIDE = 4;
    private static final int PLACES = 12;

    private final double value;
    private final Label label;
    private final boolean upright;

    private Rule(double value, String label, boolean upright) {
        super("", "");
        this.value = Arguments.finite("value", value);
        this.label = Label.of(label);
        this.upright = upright;
    }

    /**
     * Marks a value of the horizontal axis.
     *
     * @param value the value, finite
     * @param label what it is; may hold sub- and superscripts, see {@link Axis#linear}; may be empty
     * @return the rule
     * @throws IllegalArgumentException if the value is not finite
     */
    public static Rule vertical(double value, String label) {
        return new Rule(value, label, true);
    }

    /**
     * Marks a value of the vertical axis.
     *
     * @param value the value, finite
     * @param label what it is; may hold sub- and superscripts, see {@link Axis#linear}; may be empty
     * @return the rule
     * @throws IllegalArgumentException if the value is not finite
     */
    public static Rule horizontal(double value, String label) {
        return new Rule(value, label, false);
    }

    @Override
    void spread(Axis.Extent horizontal, Axis.Extent vertical) {
        (upright ? horizontal : vertical).add(value);
    }

    @Override
    void draw(Canvas canvas, Frame frame, Ink ink) {
        double at = upright ? frame.px(value) : frame.py(value);
        Box box = frame.box();
        if (Double.isNaN(at)) {
            return;
        }
        Pen pen = new Pen(Ink.QUIET, 1.1, Dash.DASHED);
        if (upright) {
            canvas.line(at, box.bottom(), at, box.top(), pen);
        } else {
            canvas.line(box.left(), at, box.right(), at, pen);
        }
    }

    @Override
    void drawKey(Canvas canvas, double x, double y, Ink ink) {}

    /** Writes the label into the freest place beside the line and occupies it; no label if the line is not shown. */
    void drawLabel(Canvas canvas, Frame frame, Footprint footprint) {
        double fraction = upright ? frame.x().fraction(value) : frame.y().fraction(value);
        if (label.runs().isEmpty() || !(fraction >= 0 && fraction <= 1)) {
            return;
        }
        Box place = footprint.freest(places(frame));
        footprint.occupy(place);
        // Set from the end that is tried first, so that labels with enough room line up.
        Lettering lettering = Lettering.of(SIZE, Anchor.END, Ink.TEXT);
        if (upright) {
            canvas.text(label, place.right() - 0.35 * SIZE, place.top() + 2, lettering.readUpward());
        } else {
            canvas.text(label, place.right() - 2, place.bottom() - 0.35 * SIZE, lettering);
        }
    }

    private List<Box> places(Frame frame) {
        Box box = frame.box();
        double length = label.width(SIZE) + 4;
        List<Box> places = new ArrayList<>();
        for (int i = 0; i <= PLACES; i++) {
            double t = (double) i / PLACES;
            for (double aside : new double[] {-ASIDE - THICK, ASIDE}) {
                places.add(
                        upright
                                ? new Box(
                                        frame.px(value) + aside,
                                        box.top() + 3 + t * (box.height() - length - 6),
                                        THICK,
                                        length)
                                : new Box(
                                        box.right() - 3 - length - t * (box.width() - length - 6),
                                        frame.py(value) + aside,
                                        length,
                                        THICK));
            }
        }
        return places;
    }
}
