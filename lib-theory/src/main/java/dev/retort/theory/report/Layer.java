package dev.retort.theory.report;

import dev.retort.core.internal.Arguments;
import java.util.List;
import java.util.stream.DoubleStream;
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

    /** The name of the series whose colour the layer has; null if it has no colour of the palette. */
    final @Nullable String colour;

    Layer(String name, @Nullable String colour) {
        this.name = Arguments.notNull("name", name);
        this.colour = colour;
    }

    /** The heading in the legend before the entries of layers of this kind; empty for none. */
    String heading() {
        return "";
    }

    /** Adds the values of this layer to the ranges of the axes. */
    abstract void spread(Axis.Extent x, Axis.Extent y);

    /** Draws the layer; the canvas is clipped to the frame. */
    abstract void draw(Canvas canvas, Frame frame, Ink ink);

    /** Draws the sample for the legend, centred. */
    abstract void drawKey(Canvas canvas, double x, double y, Ink ink);

    /** All properties that distinguish the layer from others of its class. */
    abstract List<@Nullable Object> parts();

    static List<Double> boxed(double[] values) {
        return DoubleStream.of(values).boxed().toList();
    }

    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof Layer layer
                && layer.getClass() == getClass()
                && layer.parts().equals(parts());
    }

    @Override
    public final int hashCode() {
        return parts().hashCode();
    }
}
