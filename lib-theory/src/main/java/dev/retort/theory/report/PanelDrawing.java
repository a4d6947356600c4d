package dev.retort.theory.report;

import dev.retort.theory.report.Canvas.Anchor;
import dev.retort.theory.report.Canvas.Lettering;
import dev.retort.theory.report.Canvas.Pen;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Draws a panel in a given plotting area: axes around it, layers in it, names where they hide least. */
final class PanelDrawing {

    /** Space below the frame for ticks and the axis label. */
    static final double FOOT = 48;

    private static final double SIZE = 13;
    private static final double LABEL_SIZE = 14;
    private static final double TITLE_SIZE = 15;
    private static final double TICK = 5;
    private static final double OVERHANG = 18;
    private static final double INSET = 8;

    private final Panel panel;
    private final Rectangle2D box;
    private final Frame frame;
    private final Function<Layer, Ink> inks;
    private final Footprint footprint;

    /** The labels of rules, which are placed before the legend: the legend can move below the panel, but they cannot. */
    private final List<RuleLabel> ruleLabels = new ArrayList<>();

    private record RuleLabel(Rule rule, Rectangle2D place) {}

    PanelDrawing(Panel panel, Rectangle2D box, Function<Layer, Ink> inks) {
        this.panel = panel;
        this.box = box;
        this.frame = panel.frame(box);
        this.inks = inks;
        this.footprint = new Footprint(box);
        for (Layer layer : panel.layers) {
            footprint.weighing(layer instanceof Rule ? Footprint.GUIDE : 1);
            layer.draw(footprint, frame, inks.apply(layer));
        }
        footprint.weighing(1);
        for (Layer layer : panel.layers) {
            if (layer instanceof Rule rule) {
                rule.placeLabel(frame, footprint).ifPresent(place -> ruleLabels.add(new RuleLabel(rule, place)));
            }
        }
    }

    /** The space that the vertical axis needs to the left of a frame. */
    static double margin(Panel panel, double height) {
        Scale scale = panel.frame(new Rectangle2D.Double(0, 0, 1, height)).y();
        return widest(scale.ticks(height, false)) + TICK + 8 + 1.6 * LABEL_SIZE;
    }

    private static double widest(List<Scale.Tick> ticks) {
        return ticks.stream()
                .mapToDouble(tick -> Label.of(tick.name()).width(SIZE))
                .max()
                .orElse(0);
    }

    /** Whether the frame has a place for a legend that is free of data. */
    boolean holds(Legend legend) {
        return legend.isEmpty() || footprint.cost(place(legend)) < 1;
    }

    private Rectangle2D place(Legend legend) {
        Rectangle2D size = legend.column();
        double right = box.getMaxX() - INSET - size.getWidth();
        double left = box.getMinX() + INSET;
        double top = box.getMinY() + INSET;
        double bottom = box.getMaxY() - INSET - size.getHeight();
        List<Rectangle2D> places = new ArrayList<>();
        for (double y : new double[] {top, bottom, (top + bottom) / 2}) {
            for (double x : new double[] {right, left, (left + right) / 2}) {
                places.add(new Rectangle2D.Double(x, y, size.getWidth(), size.getHeight()));
            }
        }
        return footprint.freest(places);
    }

    /** Draws the panel with a legend in its frame. */
    void draw(Canvas canvas, Legend legend) {
        drawAcross(canvas);
        drawUp(canvas);
        fit(canvas, panel.title, box.getCenterX(), box.getMinY() - 9, box.getWidth() + OVERHANG, TITLE_SIZE, false);
        canvas.clip(box);
        panel.layers.forEach(layer -> layer.draw(canvas, frame, inks.apply(layer)));
        canvas.unclip();
        canvas.outline(box, Ink.AXIS);
        if (!legend.isEmpty()) {
            Rectangle2D place = place(legend);
            canvas.rectangle(place, Ink.WHITE, Ink.EDGE);
            legend.draw(canvas, place.getMinX(), place.getMinY(), 0, inks);
        }
        ruleLabels.forEach(label -> label.rule().drawLabel(canvas, label.place()));
    }

    /** Draws a legend below the panel, and below its neighbours if it is wider. */
    void drawBelow(Canvas canvas, Legend legend, double width) {
        legend.draw(canvas, box.getMinX() - INSET, box.getMaxY() + FOOT, width, inks);
    }

    private void drawAcross(Canvas canvas) {
        double foot = box.getMaxY();
        for (Scale.Tick tick : frame.x().ticks(box.getWidth(), true)) {
            double x = box.getMinX() + tick.at() * box.getWidth();
            canvas.line(x, foot, x, foot + tick.length(TICK), Pen.thin(Ink.AXIS));
            if (tick.isNamed()) {
                canvas.line(x, box.getMinY(), x, foot, Pen.thin(Ink.GRID));
                Label name = Label.of(tick.name());
                if (x + name.width(SIZE) / 2 <= box.getMaxX() + OVERHANG) {
                    canvas.text(name, x, foot + TICK + 14, new Lettering(SIZE, Anchor.MIDDLE, Ink.TEXT, false));
                }
            }
        }
        fit(canvas, panel.x.label, box.getCenterX(), foot + FOOT - 8, box.getWidth(), LABEL_SIZE, false);
    }

    private void drawUp(Canvas canvas) {
        double left = box.getMinX();
        List<Scale.Tick> ticks = frame.y().ticks(box.getHeight(), false);
        for (Scale.Tick tick : ticks) {
            double y = box.getMaxY() - tick.at() * box.getHeight();
            canvas.line(left - tick.length(TICK), y, left, y, Pen.thin(Ink.AXIS));
            if (tick.isNamed()) {
                canvas.line(left, y, box.getMaxX(), y, Pen.thin(Ink.GRID));
                Lettering lettering = new Lettering(SIZE, Anchor.END, Ink.TEXT, false);
                canvas.text(Label.of(tick.name()), left - TICK - 3, y + 0.35 * SIZE, lettering);
            }
        }
        double beside = left - TICK - 3 - widest(ticks) - 0.75 * LABEL_SIZE;
        fit(canvas, panel.y.label, beside, box.getCenterY(), box.getHeight(), LABEL_SIZE, true);
    }

    // A line that is too long is set smaller, so that it does not run into the neighbouring panel.
    private static void fit(Canvas canvas, String text, double x, double y, double room, double size, boolean upward) {
        Label label = Label.of(text);
        if (!label.runs().isEmpty()) {
            double fitting = size * Math.min(1, room / label.width(size));
            canvas.text(label, x, y, new Lettering(fitting, Anchor.MIDDLE, Ink.TEXT, upward));
        }
    }
}
