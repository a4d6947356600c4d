package dev.retort.examples.report;

import dev.retort.core.Arguments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One or more panels in a row or a grid, drawn as SVG and as PNG. Immutable.
 *
 * <pre>{@code
 * Figure.row(Panel.of("(b) excess risk", Axis.log("n"), Axis.log("excess risk"))
 *         .with(
 *                 Line.of("standard target", n, theory),
 *                 Markers.of("standard target", n, mean, standardError),
 *                 Rule.vertical(156, "ζ_i = 1 − Ω"))
 *         .withNote("line: theory, markers: simulation"))
 *     .save(Path.of("figures"), "risk");
 * }</pre>
 *
 * <p>Series of one name have one colour in all panels. Each legend stands in the panel where it covers no data; if one
 * of them finds no such place, all stand below.
 */
public final class Figure {

    private static final int LEAST = 240;
    private static final double TITLE = 34;
    private static final double PANEL_TITLE = 32;
    private static final double RIGHT = 22;
    private static final double EDGE = 8;

    private final String title;
    private final int columns;
    private final List<Panel> panels;
    private final int panelWidth;
    private final int panelHeight;

    private Figure(String title, int columns, List<Panel> panels, int panelWidth, int panelHeight) {
        this.title = title;
        this.columns = columns;
        this.panels = panels;
        this.panelWidth = panelWidth;
        this.panelHeight = panelHeight;
    }

    /**
     * Panels side by side.
     *
     * @param panels the panels, at least one
     * @return the figure
     * @throws IllegalArgumentException if there is no panel
     */
    public static Figure row(Panel... panels) {
        return grid(Arguments.atLeastOne("panels.length", panels.length), panels);
    }

    /**
     * Panels in rows of a given length.
     *
     * @param columns how many panels stand side by side, at least 1
     * @param panels the panels, at least one, row after row
     * @return the figure
     * @throws IllegalArgumentException if there is no panel or no column
     */
    public static Figure grid(int columns, Panel... panels) {
        Arguments.atLeastOne("columns", columns);
        Arguments.atLeastOne("panels.length", panels.length);
        return new Figure("", columns, List.of(panels), 480, 370);
    }

    /**
     * This figure with a title above its panels.
     *
     * @param text the title; may be empty; may hold sub- and superscripts, see {@link Axis#linear}
     * @return the refined figure
     */
    public Figure withTitle(String text) {
        return new Figure(text, columns, panels, panelWidth, panelHeight);
    }

    /**
     * This figure with panels of another size, 480 by 370 at first; labels are included, the figure's title is not.
     *
     * @param width the width of a panel in pixels, at least 240
     * @param height its height, at least 240
     * @return the refined figure
     * @throws IllegalArgumentException if a size is too small
     */
    public Figure withPanelSize(int width, int height) {
        if (width < LEAST || height < LEAST) {
            throw Arguments.refusal("size", width + " by " + height, "is not at least 240 by 240");
        }
        return new Figure(title, columns, panels, width, height);
    }

    /**
     * The figure as SVG: one element, which may be put into a page as it is. The same figure gives the same text.
     *
     * @return the SVG, without an XML declaration
     */
    public String svg() {
        String name = Stream.concat(Stream.of(title), panels.stream().map(Panel::title))
                .filter(text -> !text.isEmpty())
                .map(text -> Label.of(text).plain())
                .collect(Collectors.joining("; "));
        SvgCanvas canvas = new SvgCanvas(width(), height(), name);
        draw(canvas);
        return canvas.finished();
    }

    /**
     * The figure as PNG, at two image pixels for each pixel of the SVG. Needs a font to be installed.
     *
     * @return the bytes of the image file
     */
    public byte[] png() {
        RasterCanvas canvas = new RasterCanvas(width(), height());
        draw(canvas);
        return canvas.finished();
    }

    /**
     * Writes {@code name.svg} and {@code name.png}, in place of such files if there are any.
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

    int width() {
        return Math.min(columns, panels.size()) * panelWidth;
    }

    private int height() {
        return (int) titleHeight() + (panels.size() + columns - 1) / columns * panelHeight;
    }

    private double titleHeight() {
        return title.isEmpty() ? 0 : TITLE;
    }

    private void draw(Canvas canvas) {
        canvas.rectangle(new Box(0, 0, width(), height()), Ink.WHITE, 1);
        if (!title.isEmpty()) {
            Label label = Label.of(title);
            double size = 17 * Math.min(1, (width() - 4 * EDGE) / label.width(17));
            Canvas.Lettering lettering = Canvas.Lettering.of(size, Canvas.Anchor.MIDDLE, Ink.TEXT);
            canvas.text(label, width() / 2.0, 26, lettering.inBold());
        }
        List<PanelDrawing> drawings = arranged(0);
        boolean below = !drawings.stream().allMatch(PanelDrawing::holdsLegend);
        if (below) {
            drawings = arranged(panels.stream()
                    .mapToDouble(panel -> panel.legend().heightIn(frameWidth(0)))
                    .max()
                    .orElse(0));
        }
        for (PanelDrawing drawing : drawings) {
            drawing.draw(canvas, below);
        }
    }

    private double frameHeight(double legendHeight) {
        return panelHeight - PANEL_TITLE - PanelDrawing.FOOT - EDGE - legendHeight;
    }

    private double frameWidth(double legendHeight) {
        double widest = panels.stream()
                .mapToDouble(panel -> PanelDrawing.margin(panel, frameHeight(legendHeight)))
                .max()
                .orElse(0);
        // Equal frames look better than full ones; wide names of ticks must not squeeze them away altogether.
        return Math.max(panelWidth / 3.0, panelWidth - EDGE / 2 - widest - RIGHT);
    }

    private List<PanelDrawing> arranged(double legendHeight) {
        double width = frameWidth(legendHeight);
        Function<Layer, Ink> inks = inks();
        List<PanelDrawing> drawings = new ArrayList<>();
        for (int i = 0; i < panels.size(); i++) {
            double right = (i % columns + 1) * panelWidth - RIGHT;
            double top = titleHeight() + i / columns * panelHeight + PANEL_TITLE;
            Box box = new Box(right - width, top, width, frameHeight(legendHeight));
            drawings.add(new PanelDrawing(panels.get(i), box, inks));
        }
        return drawings;
    }

    private Function<Layer, Ink> inks() {
        List<Layer> series = panels.stream()
                .flatMap(panel -> panel.layers().stream())
                .filter(layer -> !(layer instanceof Rule))
                .toList();
        List<String> colours = series.stream().map(Layer::colour).distinct().toList();
        List<String> names = series.stream().map(Layer::name).distinct().toList();
        return layer -> Ink.of(Math.max(0, colours.indexOf(layer.colour())), Math.max(0, names.indexOf(layer.name())));
    }
}
