package dev.retort.theory.report;

import dev.retort.core.internal.Arguments;
import dev.retort.core.internal.WholeFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One or more panels side by side, drawn as SVG and as PNG. Immutable.
 *
 * <p>Plotting a curve takes one line for the data, one for the panel, and one to save the figure:
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(2.0, 500), Signal.sourcePowerLaw(1.5)).withNoise(0.1);
 * double[] n = {25, 50, 100, 200, 400};
 * double[] excess = Sweep.along(n, Training::samples).predict(Distillation.of(task)).excess(0);
 * Panel panel = Panel.of("", Axis.log("samples n"), Axis.log("excess risk")).with(Line.of("true labels", n, excess));
 * Figure.of(panel).save(Files.createTempDirectory("figures"), "risk"); // risk.svg and risk.png
 * }</pre>
 *
 * <p>Besides a {@link Line} there are {@link Markers} with error bars, {@link Rule}s that mark a value, and maps of coloured cells, {@link
 * Bands}. Series with the same name have the same colour in all panels. Panels with the same series share one legend, which is placed in
 * the first of them; others have their own. If there is no place free of data for some legend, all legends are placed below the panels.
 */
public final class Figure {

    private static final int WIDTH = 480;
    private static final int NARROW_WIDTH = 360;

    private final List<Panel> panels;

    private Figure(List<Panel> panels) {
        this.panels = panels;
    }

    /**
     * {@return the panels side by side}
     *
     * @param panels the panels, at least one
     * @throws IllegalArgumentException if there is no panel, or one is null
     */
    public static Figure of(Panel... panels) {
        Arguments.atLeastOne("panels.length", Arguments.notNull("panels", panels).length);
        for (int i = 0; i < panels.length; i++) {
            Arguments.notNull("panels[" + i + "]", panels[i]);
        }
        return new Figure(List.of(panels));
    }

    /**
     * Writes {@code name.svg} and, at two image pixels for each of its pixels, {@code name.png}, and replaces existing files. Each file
     * appears whole or not at all. The PNG needs an installed font.
     *
     * @param directory the directory; created if needed
     * @param name the name of the files, without extension
     * @throws IOException if the files cannot be written
     */
    public void save(Path directory, String name) throws IOException {
        Arguments.notNull("directory", directory);
        Arguments.notNull("name", name);
        WholeFile.write(directory.resolve(name + ".svg"), svg());
        byte[] png = png();
        WholeFile.write(directory.resolve(name + ".png"), out -> out.write(png));
    }

    /** {@return the figure as one SVG element, which can be embedded in a page; the same figure gives the same text} */
    public String svg() {
        return svg(wide());
    }

    /** {@return the figure as a PNG, two image pixels for each pixel of the SVG; needs an installed font} */
    public byte[] png() {
        Arrangement wide = wide();
        RasterCanvas canvas = new RasterCanvas(wide.width(), wide.height());
        wide.draw(canvas);
        return canvas.finished();
    }

    /** The figure for narrow screens, with the panels below each other at a readable size. */
    String narrowSvg() {
        return svg(new Arrangement(panels, 1, NARROW_WIDTH));
    }

    private String svg(Arrangement arrangement) {
        String name = panels.stream()
                .filter(panel -> !panel.title.isEmpty())
                .map(panel -> Label.of(panel.title).plain())
                .collect(Collectors.joining("; "));
        SvgCanvas canvas = new SvgCanvas(arrangement.width(), arrangement.height(), name);
        arrangement.draw(canvas);
        return canvas.finished();
    }

    int width() {
        return panels.size() * WIDTH;
    }

    private Arrangement wide() {
        return new Arrangement(panels, panels.size(), WIDTH);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Figure figure && figure.panels.equals(panels);
    }

    @Override
    public int hashCode() {
        return panels.hashCode();
    }

    @Override
    public String toString() {
        return "Figure" + panels;
    }
}
