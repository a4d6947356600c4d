package dev.retort.examples.report;

import java.util.List;

/** A canvas that only remembers where there is ink inside a box, so that labels can be put where there is none. */
final class Footprint implements Canvas {

    /** What a guide line weighs, against 1 for data: it decides between places that are free of data. */
    static final double GUIDE = 1e-4;

    private static final int CELL = 4;

    private final Box box;
    private final double[][] ink;
    private double weight = 1;

    Footprint(Box box) {
        this.box = box;
        this.ink = new double[(int) Math.ceil(box.width() / CELL) + 1][(int) Math.ceil(box.height() / CELL) + 1];
    }

    void weighing(double weightOfInk) {
        weight = weightOfInk;
    }

    /** The first of the places that covers the least ink; places that leave the box come last. */
    Box freest(List<Box> places) {
        Box best = places.get(0);
        for (Box place : places) {
            if (cost(place) < cost(best)) {
                best = place;
            }
        }
        return best;
    }

    /** The ink in a place: below 1 if it covers no data. */
    double cost(Box place) {
        double sum = box.holds(place) ? 0 : 1e6;
        for (int i = column(place.left()); i <= column(place.right()); i++) {
            for (int j = row(place.top()); j <= row(place.bottom()); j++) {
                sum += inside(i, j) ? ink[i][j] : 0;
            }
        }
        return sum;
    }

    void occupy(Box place) {
        for (double x = place.left(); x <= place.right(); x += CELL) {
            for (double y = place.top(); y <= place.bottom(); y += CELL) {
                mark(x, y);
            }
        }
    }

    private int column(double x) {
        return (int) Math.floor((x - box.left()) / CELL);
    }

    private int row(double y) {
        return (int) Math.floor((y - box.top()) / CELL);
    }

    private boolean inside(int i, int j) {
        return i >= 0 && j >= 0 && i < ink.length && j < ink[i].length;
    }

    private void mark(double x, double y) {
        int i = column(x);
        int j = row(y);
        if (inside(i, j)) {
            ink[i][j] = Math.max(ink[i][j], weight);
        }
    }

    @Override
    public void polyline(double[] x, double[] y, Pen pen) {
        for (int i = 1; i < x.length; i++) {
            double length = Math.hypot(x[i] - x[i - 1], y[i] - y[i - 1]);
            int steps = 1 + (int) (2 * length / CELL);
            for (int k = 0; k <= steps; k++) {
                double t = (double) k / steps;
                mark(x[i - 1] + t * (x[i] - x[i - 1]), y[i - 1] + t * (y[i] - y[i - 1]));
            }
        }
    }

    @Override
    public void polygon(double[] x, double[] y, int rgb, double opacity) {
        polyline(x, y, Pen.solid(rgb, 1));
    }

    @Override
    public void circle(double x, double y, double radius, int rgb) {
        occupy(new Box(x, y, 0, 0).grown(radius));
    }

    // Names and notes are placed by what is found here, so they are told to occupy(...) once they have their place.
    @Override
    public void text(Label label, double x, double y, Lettering lettering) {}

    @Override
    public void clip(Box clip) {}

    @Override
    public void unclip() {}
}
