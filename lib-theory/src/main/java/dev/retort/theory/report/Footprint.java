package dev.retort.theory.report;

import java.awt.Shape;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;

/** A canvas that only records where there is ink inside a box, so that labels can be placed where there is none. */
final class Footprint implements Canvas {

    /** The weight of a guide line, against 1 for data: it only matters between places that are free of data. */
    static final double GUIDE = 1e-4;

    private record Piece(Shape shape, double weight) {}

    private final Rectangle2D box;
    private final List<Piece> pieces = new ArrayList<>();
    private double weight = 1;

    Footprint(Rectangle2D box) {
        this.box = box;
    }

    void weighing(double weightOfInk) {
        weight = weightOfInk;
    }

    /** The first of the places that covers the least ink; places that leave the box come last. */
    Rectangle2D freest(List<Rectangle2D> places) {
        Rectangle2D best = places.get(0);
        double least = Double.POSITIVE_INFINITY;
        for (Rectangle2D place : places) {
            double cost = cost(place);
            if (cost < least) {
                best = place;
                least = cost;
            }
        }
        return best;
    }

    /** The total weight of ink in a place: below 1 if it covers no data. */
    double cost(Rectangle2D place) {
        double outside = box.contains(place) ? 0 : 1e6;
        return outside
                + pieces.stream()
                        .filter(piece -> piece.shape().intersects(place))
                        .mapToDouble(Piece::weight)
                        .sum();
    }

    void occupy(Rectangle2D place) {
        pieces.add(new Piece(place, weight));
    }

    @Override
    public void polyline(double[] x, double[] y, Pen pen) {
        for (int i = 1; i < x.length; i++) {
            pieces.add(new Piece(new Line2D.Double(x[i - 1], y[i - 1], x[i], y[i]), weight));
        }
    }

    @Override
    public void polygon(double[] x, double[] y, int rgb) {
        Path2D path = RasterCanvas.path(x, y);
        path.closePath();
        pieces.add(new Piece(path, weight));
    }

    @Override
    public void circle(double x, double y, double radius, int rgb) {
        occupy(new Rectangle2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
    }

    // Names and notes are themselves placed by this canvas, and call occupy(...) once they have a place.
    @Override
    public void text(Label label, double x, double y, Lettering lettering) {}

    @Override
    public void clip(Rectangle2D clip) {}

    @Override
    public void unclip() {}
}
