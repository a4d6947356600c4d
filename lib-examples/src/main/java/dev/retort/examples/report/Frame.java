package dev.retort.examples.report;

import java.util.Arrays;

/** The plotting area of a panel: from values to pixels. */
record Frame(Box box, Scale x, Scale y) {

    // Far outside the frame the exact place is of no consequence, but 1e300 pixels would be refused by any renderer.
    private static final double FAR = 50;

    double px(double value) {
        return box.left() + near(x.fraction(value)) * box.width();
    }

    double py(double value) {
        return box.bottom() - near(y.fraction(value)) * box.height();
    }

    private static double near(double fraction) {
        return Math.max(-FAR, Math.min(FAR, fraction));
    }

    double[] px(double[] values) {
        return Arrays.stream(values).map(this::px).toArray();
    }

    double[] py(double[] values) {
        return Arrays.stream(values).map(this::py).toArray();
    }

    /** What is done with points first to last, the last one excluded. */
    interface Stretch {
        void of(int first, int last);
    }

    /** Visits the stretches of points that can be shown, each as long as possible. */
    static void stretches(double[] px, double[] py, Stretch stretch) {
        int first = 0;
        for (int i = 0; i <= px.length; i++) {
            if (i == px.length || Double.isNaN(px[i]) || Double.isNaN(py[i])) {
                if (i > first) {
                    stretch.of(first, i);
                }
                first = i + 1;
            }
        }
    }
}
