package dev.retort.theory.report;

import java.awt.geom.Rectangle2D;

/** The plotting area of a panel: from values to pixels, NaN for what an axis cannot show. */
record Frame(Rectangle2D box, Scale x, Scale y) {

    // Far outside the frame the exact position does not matter, but renderers cannot handle 1e300 pixels.
    private static final double FAR = 50;

    private static final double SEEN = 1;
    private static final double EDGE_MARK = 9;

    double px(double value) {
        return box.getMinX() + near(x.fraction(value)) * box.getWidth();
    }

    double py(double value) {
        return box.getMaxY() - near(y.fraction(value)) * box.getHeight();
    }

    /** Whether a height is outside, above or below, by more than can be seen; NaN is not. */
    boolean isBeyond(double y) {
        return y < box.getMinY() - SEEN || y > box.getMaxY() + SEEN;
    }

    /** Draws a triangle inside the upper or lower edge that points out of the frame, unless x is outside. */
    void markEdge(Canvas canvas, Ink ink, double x, boolean above) {
        if (x >= box.getMinX() && x <= box.getMaxX()) {
            double tip = above ? box.getMinY() : box.getMaxY();
            double base = above ? tip + EDGE_MARK : tip - EDGE_MARK;
            double half = EDGE_MARK / 1.6;
            canvas.polygon(new double[] {x - half, x + half, x}, new double[] {base, base, tip}, ink.rgb());
        }
    }

    private static double near(double fraction) {
        return Math.max(-FAR, Math.min(FAR, fraction));
    }
}
