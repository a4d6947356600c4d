package dev.retort.theory.report;

import java.awt.geom.Rectangle2D;

/** The drawing operations of figures. Coordinates are pixels, y grows downwards, colours are 0xRRGGBB. */
interface Canvas {

    /** The style of a line. */
    record Pen(int rgb, double width, boolean dashed) {

        static final double DRAWN = 6;
        static final double OMITTED = 4;

        static Pen thin(int rgb) {
            return new Pen(rgb, 1, false);
        }
    }

    /** The point of the text, along the direction of reading, that its position refers to. */
    enum Anchor {
        START,
        MIDDLE,
        END
    }

    /** The style of text; upward text is read from bottom to top. */
    record Lettering(double size, Anchor anchor, int rgb, boolean upward) {}

    void polyline(double[] x, double[] y, Pen pen);

    void polygon(double[] x, double[] y, int rgb);

    void circle(double x, double y, double radius, int rgb);

    /** Writes a line of text; (x, y) lies on its baseline. */
    void text(Label label, double x, double y, Lettering lettering);

    /** Clips the following operations to a box, until {@link #unclip()}; not nested. */
    void clip(Rectangle2D box);

    void unclip();

    default void line(double x1, double y1, double x2, double y2, Pen pen) {
        polyline(new double[] {x1, x2}, new double[] {y1, y2}, pen);
    }

    /** Fills a box and draws its edge. */
    default void rectangle(Rectangle2D box, int rgb, int edge) {
        double[] x = {box.getMinX(), box.getMaxX(), box.getMaxX(), box.getMinX()};
        double[] y = {box.getMinY(), box.getMinY(), box.getMaxY(), box.getMaxY()};
        polygon(x, y, rgb);
        outline(box, edge);
    }

    default void outline(Rectangle2D box, int rgb) {
        polyline(
                new double[] {box.getMinX(), box.getMaxX(), box.getMaxX(), box.getMinX(), box.getMinX()},
                new double[] {box.getMinY(), box.getMinY(), box.getMaxY(), box.getMaxY(), box.getMinY()},
                Pen.thin(rgb));
    }
}
