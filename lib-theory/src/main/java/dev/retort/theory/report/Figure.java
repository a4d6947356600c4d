package dev.retort.theory.report;

import dev.retort.core.Arguments;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One or more panels in a row, drawn as SVG and as PNG. Immutable.
 *
 * <pre>{@code
 * double[] n = {50, 100, 200};
 * double[] theory = {0.42, 0.24, 0.12};
 * double[] mean = {0.43, 0.24, 0.12};
 * double[] standardError = {0.02, 0.01, 0.01};
 * Figure figure = Figure.row(Panel.of("excess risk", Axis.log("samples n"), Axis.log("excess risk"))
 *         .with(
 *                 Line.of("standard target", n, theory),
 *                 Markers.of("standard target", n, mean, standardError),
 *                 Rule.vertical(156, "ζ_i = 1 − Ω"))
 *         .withNote("line: theory, markers: simulation"));
 * }</pre>
 *
 * <p>Series of one name have one colour in all panels. Panels with the same series share one legend, which stands in the
 * first of them; others have their own. If a legend finds no place that is free of data, all stand below.
 */
public final class Figure {

    private static final int WIDTH = 480;
    private static final int HEIGHT = 370;
    private static final double TITLE = 32;
    private static final double RIGHT = 22;
    private static final double EDGE = 8;

    private final List<Panel> panels;

    private Figure(List<Panel> panels) {
        this.panels = panels;
    }

    /**
     * {@return the panels side by side}
     *
     * @param panels the panels, at least one
     * @throws IllegalArgumentException if there is no panel
     */
    public static Figure row(Panel... panels) {
        Arguments.atLeastOne("panels.length", panels.length);
        return new Figure(List.of(panels));
    }

    /**
     * Writes {@code name.svg} and, at two image pixels for each of its pixels, {@code name.png}, in place of such files
     * if there are any. The latter needs a font to be installed.
     *
     * @param directory where to; created if need be
     * @param name the files' name, without extension
     * @throws IOException if the files cannot be written
     */
    public void save(Path directory, String name) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve(name + ".svg"), svg());
        Files.write(directory.resolve(name + ".png"), png());
    }

    /** One element, which may be put into a page as it is; the same figure gives the same text. */
    String svg() {
        String name = panels.stream()
                .filter(panel -> !panel.title.isEmpty())
                .map(panel -> Label.of(panel.title).plain())
                .collect(Collectors.joining("; "));
        SvgCanvas canvas = new SvgCanvas(width(), HEIGHT, name);
        draw(canvas);
        return canvas.finished();
    }

    byte[] png() {
        RasterCanvas canvas = new RasterCanvas(width(), HEIGHT);
        draw(canvas);
        return canvas.finished();
    }

    int width() {
        return panels.size() * WIDTH;
    }

    private void draw(Canvas canvas) {
        canvas.rectangle(new Rectangle2D.Double(0, 0, width(), HEIGHT), Ink.WHITE, Ink.WHITE);
        boolean shared = panels.stream().map(Panel::names).distinct().count() == 1;
        List<Legend> legends = shared
                ? new ArrayList<>(Collections.nCopies(panels.size(), Legend.EMPTY))
                : panels.stream().map(panel -> new Legend(List.of(panel))).toList();
        if (shared) {
            legends.set(0, new Legend(panels));
        }
        List<PanelDrawing> inside = arranged(0);
        if (IntStream.range(0, panels.size()).allMatch(i -> inside.get(i).holds(legends.get(i)))) {
            IntStream.range(0, panels.size()).forEach(i -> inside.get(i).draw(canvas, legends.get(i)));
            return;
        }
        double room = frameWidth(0) + (shared ? width() - WIDTH : 0);
        List<PanelDrawing> above = arranged(legends.stream()
                .mapToDouble(legend -> legend.heightIn(room))
                .max()
                .orElse(0));
        for (int i = 0; i < panels.size(); i++) {
            above.get(i).draw(canvas, Legend.EMPTY);
            above.get(i).drawBelow(canvas, legends.get(i), room);
        }
    }

    private List<PanelDrawing> arranged(double legendHeight) {
        double width = frameWidth(legendHeight);
        Function<Layer, Ink> inks = inks();
        return IntStream.range(0, panels.size())
                .mapToObj(i -> {
                    double left = (i + 1) * WIDTH - RIGHT - width;
                    Rectangle2D box = new Rectangle2D.Double(left, TITLE, width, frameHeight(legendHeight));
                    return new PanelDrawing(panels.get(i), box, inks);
                })
                .toList();
    }

    private static double frameHeight(double legendHeight) {
        return HEIGHT - TITLE - PanelDrawing.FOOT - EDGE - legendHeight;
    }

    private double frameWidth(double legendHeight) {
        double widest = panels.stream()
                .mapToDouble(panel -> PanelDrawing.margin(panel, frameHeight(legendHeight)))
                .max()
                .orElse(0);
        // Equal frames look better than full ones; wide names of ticks must not squeeze them away altogether.
        return Math.max(WIDTH / 3.0, WIDTH - EDGE / 2 - widest - RIGHT);
    }

    private Function<Layer, Ink> inks() {
        List<String> colours = panels.stream()
                .flatMap(panel -> panel.layers.stream())
                .map(layer -> layer.colour)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
        return layer -> layer.colour == null ? Ink.BLACK : Ink.of(colours.indexOf(layer.colour));
    }
}
