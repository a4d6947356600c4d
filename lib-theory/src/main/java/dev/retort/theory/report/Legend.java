package dev.retort.theory.report;

import dev.retort.theory.report.Canvas.Anchor;
import dev.retort.theory.report.Canvas.Lettering;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The names of the series of one or more panels, with their notes, laid out as a column in a frame or as rows below. */
final class Legend {

    static final Legend EMPTY = new Legend(List.of());

    private static final double SIZE = 13;
    private static final double NOTE_SIZE = 12;
    private static final double ROW = 20;
    private static final double PAD = 8;
    private static final double GAP = 16;
    private static final double INDENT = 2 * Layer.KEY + 7;

    private record Item(Label label, List<Layer> samples, double width) {}

    private final List<Item> items = new ArrayList<>();

    Legend(List<Panel> panels) {
        // One line and one marker represent a series, however many panels it is in.
        Map<String, Map<Class<?>, Layer>> series = new LinkedHashMap<>();
        for (Panel panel : panels) {
            for (Layer layer : panel.series()) {
                series.computeIfAbsent(layer.name, name -> new LinkedHashMap<>())
                        .putIfAbsent(layer.getClass(), layer);
            }
        }
        Set<String> headings = new HashSet<>(Set.of(""));
        series.forEach((name, samples) -> {
            for (Layer layer : samples.values()) {
                if (headings.add(layer.heading())) {
                    items.add(note(layer.heading() + ":"));
                }
            }
            Label label = Label.of(name);
            items.add(new Item(label, List.copyOf(samples.values()), INDENT + label.width(SIZE)));
        });
        panels.stream()
                .map(panel -> panel.note)
                .filter(text -> !text.isEmpty())
                .distinct()
                .forEach(text -> items.add(note(text)));
    }

    private static Item note(String text) {
        Label label = Label.of(text);
        return new Item(label, List.of(), label.width(NOTE_SIZE));
    }

    boolean isEmpty() {
        return items.isEmpty();
    }

    /** The size as a column, that is, in rows of zero width, which have one name each. */
    Rectangle2D column() {
        double width = items.stream().mapToDouble(Item::width).max().orElse(0);
        return new Rectangle2D.Double(0, 0, width + 2 * PAD, heightIn(0));
    }

    /** The height of the legend in rows of a given width. */
    double heightIn(double width) {
        List<Rectangle2D> places = places(0, 0, width);
        return places.isEmpty() ? 0 : bottom(places) + PAD / 2;
    }

    /** The places of the names in as few rows as possible, filled evenly, so that no name is alone below a full row. */
    private List<Rectangle2D> places(double left, double top, double width) {
        List<Rectangle2D> places = filled(left, top, width);
        double used = used(places, left);
        while (used < width) {
            List<Rectangle2D> narrower = filled(left, top, used - 0.01);
            double next = used(narrower, left);
            if (bottom(narrower) > bottom(places) || next >= used) {
                break;
            }
            places = narrower;
            used = next;
        }
        return places;
    }

    private static double used(List<Rectangle2D> places, double left) {
        return places.stream().mapToDouble(Rectangle2D::getMaxX).max().orElse(Double.POSITIVE_INFINITY) - left + PAD;
    }

    private static double bottom(List<Rectangle2D> places) {
        return places.get(places.size() - 1).getMaxY();
    }

    private List<Rectangle2D> filled(double left, double top, double width) {
        List<Rectangle2D> places = new ArrayList<>();
        double x = left + PAD;
        double y = top + PAD / 2;
        for (Item item : items) {
            if (x > left + PAD && x + item.width() > left + width - PAD + 1e-6) {
                x = left + PAD;
                y += ROW;
            }
            places.add(new Rectangle2D.Double(x, y, item.width(), ROW));
            x += item.width() + GAP;
        }
        return places;
    }

    /** Draws the names in rows that fill a width, from its top left. */
    void draw(Canvas canvas, double left, double top, double width, Function<Layer, Ink> inks) {
        List<Rectangle2D> places = places(left, top, width);
        for (int i = 0; i < places.size(); i++) {
            Item item = items.get(i);
            double x = places.get(i).getMinX();
            double y = places.get(i).getCenterY();
            boolean note = item.samples().isEmpty();
            for (Layer layer : item.samples()) {
                layer.drawKey(canvas, x + Layer.KEY, y, inks.apply(layer));
            }
            double size = note ? NOTE_SIZE : SIZE;
            Lettering lettering = new Lettering(size, Anchor.START, note ? Ink.QUIET : Ink.TEXT, false);
            canvas.text(item.label(), note ? x : x + INDENT, y + 0.35 * size, lettering);
        }
    }
}
