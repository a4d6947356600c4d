package dev.retort.examples.report;

import java.util.List;
import java.util.stream.Stream;

/** A pair of axes and what is drawn between them; part of a {@link Figure}. Immutable. */
public final class Panel {

    private final String title;
    private final Axis x;
    private final Axis y;
    private final List<Layer> layers;
    private final String note;

    private Panel(String title, Axis x, Axis y, List<Layer> layers, String note) {
        this.title = title;
        this.x = x;
        this.y = y;
        this.layers = layers;
        this.note = note;
    }

    /**
     * An empty panel.
     *
     * @param title its title, for example {@code "(a) gain of the optimal surrogate"}; may be empty; may hold sub- and
     *     superscripts, see {@link Axis#linear}
     * @param x the horizontal axis
     * @param y the vertical axis
     * @return the panel
     */
    public static Panel of(String title, Axis x, Axis y) {
        return new Panel(title, x, y, List.of(), "");
    }

    /**
     * This panel with more layers, on top of those it has.
     *
     * @param more the layers, in the order in which they are drawn
     * @return the refined panel
     */
    public Panel with(Layer... more) {
        return new Panel(
                title, x, y, Stream.concat(layers.stream(), Stream.of(more)).toList(), note);
    }

    /**
     * This panel with a line of explanation at the end of its legend, in place of the one it has.
     *
     * @param text for example {@code "line: theory, markers: simulation"}; may be empty
     * @return the refined panel
     */
    public Panel withNote(String text) {
        return new Panel(title, x, y, layers, text);
    }

    String title() {
        return title;
    }

    Axis x() {
        return x;
    }

    Axis y() {
        return y;
    }

    List<Layer> layers() {
        return layers;
    }

    Legend legend() {
        return new Legend(layers, note);
    }

    /** The plotting area, once its place is known. */
    Frame frame(Box box) {
        Axis.Extent horizontal = x.extent();
        Axis.Extent vertical = y.extent();
        layers.forEach(layer -> layer.spread(horizontal, vertical));
        return new Frame(box, horizontal.scale(), vertical.scale());
    }
}
