package dev.retort.theory.report;

import java.awt.geom.Rectangle2D;
import java.util.function.BiConsumer;

/** What has one colour of {@link Bands}. */
final class Band extends Layer {

    private static final double HEIGHT = 12;

    private final int rgb;
    private final double[] x;
    private final double[] y;
    private final BiConsumer<Canvas, Frame> painting;

    Band(String name, int rgb, double[] x, double[] y, BiConsumer<Canvas, Frame> painting) {
        super(name, null);
        this.rgb = rgb;
        this.x = x;
        this.y = y;
        this.painting = painting;
    }

    @Override
    void spread(Axis.Extent horizontal, Axis.Extent vertical) {
        horizontal.add(x);
        vertical.add(y);
    }

    @Override
    void draw(Canvas canvas, Frame frame, Ink ink) {
        painting.accept(canvas, frame);
    }

    @Override
    void drawKey(Canvas canvas, double atX, double atY, Ink ink) {
        Rectangle2D swatch = new Rectangle2D.Double(atX - KEY, atY - HEIGHT / 2, 2 * KEY, HEIGHT);
        canvas.rectangle(swatch, rgb, Ink.EDGE);
    }
}
