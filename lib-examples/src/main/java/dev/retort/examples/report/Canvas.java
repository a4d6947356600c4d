package dev.retort.examples.report;

/** All that a figure is drawn with. Coordinates are pixels, y grows downwards, colours are 0xRRGGBB. */
interface Canvas {

    /** How a line is interrupted: lengths drawn and left out in turn, in pixels. */
    enum Dash {
        SOLID(0, 0),
        DASHED(6, 4),
        DOTTED(1.5, 3);

        final double drawn;
        final double omitted;

        Dash(double drawn, double omitted) {
            this.drawn = drawn;
            this.omitted = omitted;
        }
    }

    /** What a line is drawn with. */
    record Pen(int rgb, double width, Dash dash) {

        static Pen solid(int rgb, double width) {
            return new Pen(rgb, width, Dash.SOLID);
        }
    }

    /** Which point of the text its position names, along the direction of reading. */
    enum Anchor {
        START,
        MIDDLE,
        END
    }

    /** How text looks; upward text reads from below to above. */
    record Lettering(double size, Anchor anchor, int rgb, boolean bold, boolean upward) {

        static Lettering of(double size, Anchor anchor, int rgb) {
            return new Lettering(size, anchor, rgb, false, false);
        }

        Lettering inBold() {
            return new Lettering(size, anchor, rgb, true, upward);
        }

        Lettering readUpward() {
            return new Lettering(size, anchor, rgb, bold, true);
        }
    }

    void polyline(double[] x, double[] y, Pen pen);

    void polygon(double[] x, double[] y, int rgb, double opacity);

    void circle(double x, double y, double radius, int rgb);

    /** Writes a line of text; (x, y) lies on its baseline. */
    void text(Label label, double x, double y, Lettering lettering);

    /** Confines what follows to a box, until {@link #unclip()}; not nested. */
    void clip(Box box);

    void unclip();

    default void line(double x1, double y1, double x2, double y2, Pen pen) {
        polyline(new double[] {x1, x2}, new double[] {y1, y2}, pen);
    }

    default void rectangle(Box box, int rgb, double opacity) {
        polygon(
                new double[] {box.left(), box.right(), box.right(), box.left()},
                new double[] {box.top(), box.top(), box.bottom(), box.bottom()},
                rgb,
                opacity);
    }

    default void outline(Box box, Pen pen) {
        polyline(
                new double[] {box.left(), box.right(), box.right(), box.left(), box.left()},
                new double[] {box.top(), box.top(), box.bottom(), box.bottom(), box.top()},
                pen);
    }
}
