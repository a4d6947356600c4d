package dev.retort.examples.report;

import dev.retort.examples.report.Canvas.Anchor;
import dev.retort.examples.report.Canvas.Lettering;
import dev.retort.examples.report.Canvas.Pen;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The names of a panel's series, set as a column inside its frame or as rows below it. */
final class Legend {

    private static final double SIZE = 13;
    private static final double NOTE_SIZE = 12;
    private static final double ROW = 20;
    private static final double PAD = 8;
    private static final double GAP = 16;
    private static final double INDENT = 2 * Layer.KEY + 7;

    private record Item(Label label, List<Layer> layers, double width) {}

    private final List<Item> items = new ArrayList<>();

    Legend(List<Layer> layers, String note) {
        Map<String, List<Layer>> series = new LinkedHashMap<>();
        for (Layer layer : layers) {
            if (!layer.name().isEmpty()) {
                series.computeIfAbsent(layer.name(), name -> new ArrayList<>()).add(layer);
            }
        }
        series.forEach((name, samples) -> {
            Label label = Label.of(name);
            items.add(new Item(label, samples, INDENT + label.width(SIZE)));
        });
        if (!note.isEmpty()) {
            items.add(new Item(Label.of(note), List.of(), Label.of(note).width(NOTE_SIZE)));
        }
    }

    boolean isEmpty() {
        return items.isEmpty();
    }

    /** The size as a column. */
    Box column() {
        double width = items.stream().mapToDouble(Item::width).max().orElse(0);
        return new Box(0, 0, width + 2 * PAD, items.size() * ROW + PAD);
    }

    /** How high the legend is when it fills rows of a given width. */
    double heightIn(double width) {
        List<Box> places = flow(new Box(0, 0, width, 0));
        return places.isEmpty() ? 0 : places.get(places.size() - 1).bottom() + PAD / 2;
    }

    private List<Box> flow(Box box) {
        List<Box> places = new ArrayList<>();
        double x = box.left() + PAD;
        double y = box.top() + PAD / 2;
        for (Item item : items) {
            boolean first = x == box.left() + PAD;
            if (!first && x + item.width() > box.right() - PAD + 1e-6) {
                x = box.left() + PAD;
                y += ROW;
            }
            places.add(new Box(x, y, item.width(), ROW));
            x += item.width() + GAP;
        }
        return places;
    }

    /** Draws the names from the top left of a box, in as many columns as it is wide. */
    void draw(Canvas canvas, Box box, Function<Layer, Ink> inks) {
        List<Box> places = flow(box);
        for (int i = 0; i < places.size(); i++) {
            Item item = items.get(i);
            double x = places.get(i).left();
            double y = places.get(i).top() + ROW / 2;
            boolean note = item.layers().isEmpty();
            for (Layer layer : item.layers()) {
                layer.drawKey(canvas, x + Layer.KEY, y, inks.apply(layer));
            }
            double size = note ? NOTE_SIZE : SIZE;
            Lettering lettering = Lettering.of(size, Anchor.START, note ? Ink.QUIET : Ink.TEXT);
            canvas.text(item.label(), note ? x : x + INDENT, y + 0.35 * size, lettering);
        }
    }

    /** Draws the column on a white ground, with a faint border. */
    void drawColumn(Canvas canvas, Box box, Function<Layer, Ink> inks) {
        canvas.rectangle(box, Ink.WHITE, 0.9);
        canvas.outline(box, Pen.solid(0xcccccc, 1));
        draw(canvas, box, inks);
    }
}
