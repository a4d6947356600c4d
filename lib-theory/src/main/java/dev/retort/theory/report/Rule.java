package dev.retort.theory.report;

import dev.retort.core.internal.Arguments;
import dev.retort.theory.report.Canvas.Anchor;
import dev.retort.theory.report.Canvas.Lettering;
import dev.retort.theory.report.Canvas.Pen;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A thin dashed line across the panel that marks a value, with a label beside it, placed where it hides least.
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
        super("", null);
        this.value = Arguments.finite("value", value);
        this.label = Label.of(Arguments.notNull("label", label));
        this.upright = upright;
    }

    /**
     * {@return a mark at a value of the horizontal axis}
     *
     * @param value the value, finite
     * @param label its label; may hold sub- and superscripts, see {@link Axis#linear}; may be empty
     * @throws IllegalArgumentException if the value is not finite
     */
    public static Rule vertical(double value, String label) {
        return new Rule(value, label, true);
    }

    /**
     * {@return a mark at a value of the vertical axis}
     *
     * @param value the value, finite
     * @param label its label; may hold sub- and superscripts, see {@link Axis#linear}; may be empty
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
        Rectangle2D box = frame.box();
        Pen pen = new Pen(Ink.QUIET, 1.1, true);
        double at = upright ? frame.px(value) : frame.py(value);
        if (Double.isNaN(at)) {
            return;
        }
        if (upright) {
            canvas.line(at, box.getMaxY(), at, box.getMinY(), pen);
        } else {
            canvas.line(box.getMinX(), at, box.getMaxX(), at, pen);
        }
    }

    @Override
    void drawKey(Canvas canvas, double x, double y, Ink ink) {}

    /** Occupies the freest place beside the line for the label; empty if the line is not shown. */
    Optional<Rectangle2D> placeLabel(Frame frame, Footprint footprint) {
        double fraction = upright ? frame.x().fraction(value) : frame.y().fraction(value);
        if (label.runs().isEmpty() || !(fraction >= 0 && fraction <= 1)) {
            return Optional.empty();
        }
        Rectangle2D place = footprint.freest(places(frame));
        footprint.occupy(place);
        return Optional.of(place);
    }

    /** Draws the label aligned to the end that is tried first, so that labels with enough room line up. */
    void drawLabel(Canvas canvas, Rectangle2D place) {
        double x = upright ? place.getMaxX() - 0.35 * SIZE : place.getMaxX() - 2;
        double y = upright ? place.getMinY() + 2 : place.getMaxY() - 0.35 * SIZE;
        canvas.text(label, x, y, new Lettering(SIZE, Anchor.END, Ink.TEXT, upright));
    }

    private List<Rectangle2D> places(Frame frame) {
        Rectangle2D box = frame.box();
        double length = label.width(SIZE) + 4;
        double room = (upright ? box.getHeight() : box.getWidth()) - length - 6;
        List<Rectangle2D> places = new ArrayList<>();
        for (int i = 0; i <= PLACES; i++) {
            double along = 3 + room * i / PLACES;
            for (double aside : new double[] {-ASIDE - THICK, ASIDE}) {
                places.add(
                        upright
                                ? new Rectangle2D.Double(frame.px(value) + aside, box.getMinY() + along, THICK, length)
                                : new Rectangle2D.Double(
                                        box.getMaxX() - along - length, frame.py(value) + aside, length, THICK));
            }
        }
        return places;
    }

    @Override
    List<@Nullable Object> parts() {
        return List.of(value, label, upright);
    }

    @Override
    public String toString() {
        return "Rule[" + label.plain() + " at " + (upright ? "x = " : "y = ") + value + "]";
    }
}
