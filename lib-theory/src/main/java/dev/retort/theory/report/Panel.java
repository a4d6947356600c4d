package dev.retort.theory.report;

import dev.retort.core.internal.Arguments;
import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A pair of axes and the layers drawn between them; part of a {@link Figure}. Immutable. */
public final class Panel {

    final String title;
    final Axis x;
    final Axis y;
    final List<Layer> layers;
    final String note;

    private Panel(String title, Axis x, Axis y, List<Layer> layers, String note) {
        this.title = Arguments.notNull("title", title);
        this.x = Arguments.notNull("x", x);
        this.y = Arguments.notNull("y", y);
        this.layers = layers;
        this.note = Arguments.notNull("text", note);
    }

    /**
     * {@return an empty panel}
     *
     * @param title its title, {@code "(a) gain of the optimal surrogate"}; may be empty; may hold sub- and superscripts,
     *     see {@link Axis#linear}
     * @param x the horizontal axis
     * @param y the vertical axis
     */
    public static Panel of(String title, Axis x, Axis y) {
        return new Panel(title, x, y, List.of(), "");
    }

    /**
     * {@return this panel with more layers on top of the present ones}
     *
     * @param more the layers, in the order in which they are drawn
     */
    public Panel with(Layer... more) {
        for (int i = 0; i < Arguments.notNull("more", more).length; i++) {
            Arguments.notNull("more[" + i + "]", more[i]);
        }
        return new Panel(
                title, x, y, Stream.concat(layers.stream(), Stream.of(more)).toList(), note);
    }

    /**
     * {@return this panel with a note at the end of its legend, which replaces any previous note}
     *
     * @param text for example {@code "line: theory, markers: simulation"}; may be empty
     */
    public Panel withNote(String text) {
        return new Panel(title, x, y, layers, text);
    }

    /** The layers that have an entry in the legend. */
    List<Layer> series() {
        return layers.stream().filter(layer -> !layer.name.isEmpty()).toList();
    }

    Set<String> names() {
        return series().stream().map(layer -> layer.name).collect(Collectors.toSet());
    }

    /** The plotting area, for a given box. */
    Frame frame(Rectangle2D box) {
        Axis.Extent horizontal = x.extent();
        Axis.Extent vertical = y.extent();
        layers.forEach(layer -> layer.spread(horizontal, vertical));
        return new Frame(box, horizontal.scale(), vertical.scale());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Panel panel
                && panel.title.equals(title)
                && panel.x.equals(x)
                && panel.y.equals(y)
                && panel.layers.equals(layers)
                && panel.note.equals(note);
    }

    @Override
    public int hashCode() {
        return Objects.hash(title, x, y, layers, note);
    }

    @Override
    public String toString() {
        return "Panel[" + Label.of(title).plain() + ": " + x + ", " + y + ", " + layers + "]";
    }
}
