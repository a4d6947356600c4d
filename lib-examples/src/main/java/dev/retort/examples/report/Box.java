package dev.retort.examples.report;

/** An upright rectangle in pixels; y grows downwards. */
record Box(double left, double top, double width, double height) {

    double right() {
        return left + width;
    }

    double bottom() {
        return top + height;
    }

    double middle() {
        return left + width / 2;
    }

    Box grown(double margin) {
        return new Box(left - margin, top - margin, width + 2 * margin, height + 2 * margin);
    }

    boolean holds(Box other) {
        return other.left >= left && other.top >= top && other.right() <= right() && other.bottom() <= bottom();
    }
}
