package dev.retort.examples.report;

import dev.retort.examples.report.Canvas.Anchor;
import dev.retort.examples.report.Canvas.Lettering;
import dev.retort.examples.report.Canvas.Pen;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** A panel whose plotting area has its place: axes around it, layers in it, names where they hide least. */
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
    private final Frame frame;
    private final Function<Layer, Ink> inks;
    private final Footprint footprint;

    PanelDrawing(Panel panel, Box box, Function<Layer, Ink> inks) {
        this.panel = panel;
        this.frame = panel.frame(box);
        this.inks = inks;
        this.footprint = new Footprint(box);
        for (Layer layer : panel.layers()) {
            footprint.weighing(layer instanceof Rule ? Footprint.GUIDE : 1);
            layer.draw(footprint, frame, inks.apply(layer));
        }
        footprint.weighing(1);
    }

    /** The space that the vertical axis needs to the left of a frame. */
    static double margin(Panel panel, double height) {
        double widest = panel.frame(new Box(0, 0, 1, height)).y().ticks(height, false).stream()
                .mapToDouble(tick -> Label.of(tick.name()).width(SIZE))
                .max()
                .orElse(0);
        return widest + TICK + 8 + 1.6 * LABEL_SIZE;
    }

    /** Whether the legend finds a place in the frame that is free of data. */
    boolean holdsLegend() {
        return panel.legend().isEmpty() || footprint.cost(footprint.freest(legendPlaces())) < 1;
    }

    private List<Box> legendPlaces() {
        Box size = panel.legend().column();
        Box box = frame.box();
        double right = box.right() - INSET - size.width();
        double left = box.left() + INSET;
        double top = box.top() + INSET;
        double bottom = box.bottom() - INSET - size.height();
        List<Box> places = new ArrayList<>();
        for (double y : new double[] {top, bottom, (top + bottom) / 2}) {
            for (double x : new double[] {right, left, (left + right) / 2}) {
                places.add(new Box(x, y, size.width(), size.height()));
            }
        }
        return places;
    }

    /** Draws the panel; the legend stands in the frame, or below all else if there is a box for it. */
    void draw(Canvas canvas, boolean legendBelow) {
        drawAxes(canvas);
        canvas.clip(frame.box());
        for (Layer layer : panel.layers()) {
            layer.draw(canvas, frame, inks.apply(layer));
        }
        canvas.unclip();
        canvas.outline(frame.box(), Pen.solid(Ink.AXIS, 1));
        Legend legend = panel.legend();
        if (legendBelow) {
            Box box = frame.box();
            legend.draw(canvas, new Box(box.left() - INSET, box.bottom() + FOOT, box.width(), 0), inks);
        } else if (!legend.isEmpty()) {
            Box place = footprint.freest(legendPlaces());
            footprint.occupy(place.grown(2));
            legend.drawColumn(canvas, place, inks);
        }
        for (Layer layer : panel.layers()) {
            if (layer instanceof Rule rule) {
                rule.drawLabel(canvas, frame, footprint);
            }
        }
    }

    private void drawAxes(Canvas canvas) {
        Box box = frame.box();
        List<Scale.Tick> across = frame.x().ticks(box.width(), true);
        List<Scale.Tick> up = frame.y().ticks(box.height(), false);
        double widest = 0;
        for (Scale.Tick tick : across) {
            double x = box.left() + tick.at() * box.width();
            Label name = Label.of(tick.name());
            boolean named = !tick.name().isEmpty();
            if (named) {
                canvas.line(x, box.top(), x, box.bottom(), Pen.solid(Ink.GRID, 1));
            }
            canvas.line(x, box.bottom(), x, box.bottom() + (named ? TICK : TICK / 2), Pen.solid(Ink.AXIS, 1));
            if (named && x + name.width(SIZE) / 2 <= box.right() + OVERHANG) {
                canvas.text(name, x, box.bottom() + TICK + 14, Lettering.of(SIZE, Anchor.MIDDLE, Ink.TEXT));
            }
        }
        for (Scale.Tick tick : up) {
            double y = box.bottom() - tick.at() * box.height();
            Label name = Label.of(tick.name());
            boolean named = !tick.name().isEmpty();
            if (named) {
                canvas.line(box.left(), y, box.right(), y, Pen.solid(Ink.GRID, 1));
                canvas.text(name, box.left() - TICK - 3, y + 0.35 * SIZE, Lettering.of(SIZE, Anchor.END, Ink.TEXT));
                widest = Math.max(widest, name.width(SIZE));
            }
            canvas.line(box.left() - (named ? TICK : TICK / 2), y, box.left(), y, Pen.solid(Ink.AXIS, 1));
        }
        fit(canvas, panel.title(), box.middle(), box.top() - 9, box.width() + OVERHANG, TITLE_SIZE, false);
        fit(canvas, panel.x().label(), box.middle(), box.bottom() + FOOT - 8, box.width(), LABEL_SIZE, false);
        double beside = box.left() - TICK - 3 - widest - 0.75 * LABEL_SIZE;
        fit(canvas, panel.y().label(), beside, box.top() + box.height() / 2, box.height(), LABEL_SIZE, true);
    }

    // A line that is too long is set smaller: it would otherwise run into the neighbouring panel.
    private static void fit(Canvas canvas, String text, double x, double y, double room, double size, boolean upward) {
        Label label = Label.of(text);
        if (label.runs().isEmpty()) {
            return;
        }
        Lettering lettering = Lettering.of(size * Math.min(1, room / label.width(size)), Anchor.MIDDLE, Ink.TEXT);
        canvas.text(label, x, y, upward ? lettering.readUpward() : lettering);
    }
}
