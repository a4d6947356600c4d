package dev.retort.theory.report;

import java.awt.geom.Rectangle2D;

/** The plotting area of a panel: from values to pixels, NaN for what an axis cannot show. */
record Frame(Rectangle2D box, Scale x, Scale y) {

    // Far outside the frame the exact position does not matter, but renderers cannot handle 1e300 pixels.
    private static final double FAR = 50;

    double px(double value) {
        return box.getMinX() + near(x.fraction(value)) * box.getWidth();
    }

    double py(double value) {
        return box.getMaxY() - near(y.fraction(value)) * box.getHeight();
    }

    private static double near(double fraction) {
        return Math.max(-FAR, Math.min(FAR, fraction));
    }
}
