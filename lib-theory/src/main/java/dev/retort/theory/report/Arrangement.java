package dev.retort.theory.report;

import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** The panels of a figure in rows of equal frames, with their legends: all inside the frames, or all below them. */
final class Arrangement {

    private static final double FRAME_HEIGHT = 282;
    private static final double TITLE = 32;
    private static final double RIGHT = 22;
    private static final double EDGE = 8;
    private static final double HEIGHT = TITLE + FRAME_HEIGHT + PanelDrawing.FOOT + EDGE;

    private final int columns;
    private final int panelWidth;
    private final double frameWidth;
    private final List<Legend> legends;
    private final boolean inside;

    /** The maximum width of a legend below the frames. */
    private final double room;

    private final List<PanelDrawing> drawings;

    Arrangement(List<Panel> panels, int columns, int panelWidth) {
        this.columns = columns;
        this.panelWidth = panelWidth;
        double widest = panels.stream()
                .mapToDouble(panel -> PanelDrawing.margin(panel, FRAME_HEIGHT))
                .max()
                .orElse(0);
        // Equal frames look better than larger unequal ones, but wide tick names must not squeeze them to nothing.
        this.frameWidth = Math.max(panelWidth / 3.0, panelWidth - EDGE / 2 - widest - RIGHT);
        boolean shared = panels.stream().map(Panel::names).distinct().count() == 1;
        List<Legend> own =
                panels.stream().map(panel -> new Legend(List.of(panel))).toList();
        this.legends = shared ? new ArrayList<>(Collections.nCopies(panels.size(), Legend.EMPTY)) : own;
        if (shared) {
            legends.set(0, new Legend(panels));
        }
        this.room = frameWidth + (shared ? (columns - 1.0) * panelWidth : 0);
        Function<Layer, Ink> inks = inks(panels);
        List<PanelDrawing> closed = drawings(panels, inks, row -> row * HEIGHT);
        this.inside =
                IntStream.range(0, panels.size()).allMatch(i -> closed.get(i).holds(legends.get(i)));
        this.drawings = inside ? closed : drawings(panels, inks, this::top);
    }

    private List<PanelDrawing> drawings(List<Panel> panels, Function<Layer, Ink> inks, IntToDoubleFunction top) {
        return IntStream.range(0, panels.size())
                .mapToObj(i -> {
                    double left = (i % columns + 1.0) * panelWidth - RIGHT - frameWidth;
                    double above = top.applyAsDouble(i / columns) + TITLE;
                    Rectangle2D box = new Rectangle2D.Double(left, above, frameWidth, FRAME_HEIGHT);
                    return new PanelDrawing(panels.get(i), box, inks);
                })
                .toList();
    }

    /** The top of a row, below the legends of the rows above it. */
    private double top(int row) {
        return IntStream.range(0, row)
                .mapToDouble(before -> HEIGHT + legendHeight(before))
                .sum();
    }

    private double legendHeight(int row) {
        int end = Math.min(legends.size(), (row + 1) * columns);
        return inside
                ? 0
                : legends.subList(row * columns, end).stream()
                        .mapToDouble(legend -> legend.heightIn(room))
                        .max()
                        .orElse(0);
    }

    private static Function<Layer, Ink> inks(List<Panel> panels) {
        List<String> colours = panels.stream()
                .flatMap(panel -> panel.layers.stream())
                .map(layer -> layer.colour)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
        return layer -> layer.colour == null ? Ink.BLACK : Ink.of(colours.indexOf(layer.colour));
    }

    int width() {
        return columns * panelWidth;
    }

    int height() {
        return (int) Math.ceil(top((drawings.size() + columns - 1) / columns));
    }

    void draw(Canvas canvas) {
        canvas.rectangle(new Rectangle2D.Double(0, 0, width(), height()), Ink.WHITE, Ink.WHITE);
        for (int i = 0; i < drawings.size(); i++) {
            drawings.get(i).draw(canvas, inside ? legends.get(i) : Legend.EMPTY);
            if (!inside) {
                drawings.get(i).drawBelow(canvas, legends.get(i), room);
            }
        }
    }
}
