package dev.retort.theory.report;

import org.jspecify.annotations.Nullable;

/**
 * Something drawn in a {@link Panel}. Layers are drawn in the order in which they were added.
 *
 * <p>Layers of one name belong to one series: they share a colour throughout a figure, and an entry in the legend. A
 * layer without a name, the empty string, has no entry.
 */
public abstract sealed class Layer permits Band, Line, Markers, Rule {

    /** Half the width of the sample in a legend. */
    static final double KEY = 13;

    final String name;

    /** The name of the series whose colour the layer has; null if it has none of the palette's. */
    final @Nullable String colour;

    Layer(String name, @Nullable String colour) {
        this.name = name;
        this.colour = colour;
    }

    /** Tells the axes what they have to show. */
    abstract void spread(Axis.Extent x, Axis.Extent y);

    /** Draws the layer; the canvas is clipped to the frame. */
    abstract void draw(Canvas canvas, Frame frame, Ink ink);

    /** Draws the sample for the legend, centred. */
    abstract void drawKey(Canvas canvas, double x, double y, Ink ink);
}
