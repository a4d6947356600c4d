package dev.retort.theory.report;

import java.awt.geom.Rectangle2D;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/** The part of a map or of points that has one colour of {@link Bands}. */
abstract sealed class Band extends Layer {

    private static final double HEIGHT = 12;

    final Bands bands;
    final int band;
    final double[] x;
    final double[] y;

    private Band(Bands bands, int band, double[] x, double[] y) {
        super(bands.name(band), null);
        this.bands = bands;
        this.band = band;
        this.x = x;
        this.y = y;
    }

    @Override
    String heading() {
        return bands.quantity();
    }

    @Override
    void spread(Axis.Extent horizontal, Axis.Extent vertical) {
        horizontal.add(x);
        vertical.add(y);
    }

    @Override
    void drawKey(Canvas canvas, double atX, double atY, Ink ink) {
        Rectangle2D swatch = new Rectangle2D.Double(atX - KEY, atY - HEIGHT / 2, 2 * KEY, HEIGHT);
        canvas.rectangle(swatch, bands.colour(band), Ink.EDGE);
    }

    @Override
    public String toString() {
        return "Band[" + bands.quantity() + " " + name + "]";
    }

    /** The cells of a map; a column of them for each x. */
    static final class Cells extends Band {

        private static final double OVERLAP = 0.5;

        private final int[][] bandOf;

        Cells(Bands bands, int band, double[] x, double[] y, int[][] bandOf) {
            super(bands, band, x, y);
            this.bandOf = bandOf;
        }

        // Each band also covers the area of all bands above it, which are drawn over it, so that no background shows
        // through seams.
        @Override
        void draw(Canvas canvas, Frame frame, Ink ink) {
            double[] across = edges(DoubleStream.of(x).map(frame::px).toArray());
            double[] up = edges(DoubleStream.of(y).map(frame::py).toArray());
            for (int j = 0; j < y.length; j++) {
                int first = 0;
                for (int i = 0; i <= x.length; i++) {
                    boolean ends = i == x.length || bandOf[i][j] < band;
                    if (ends || Double.isNaN(across[i] + across[i + 1] + up[j] + up[j + 1])) {
                        if (i > first) {
                            double left = across[first];
                            double right = across[i] + OVERLAP;
                            double foot = up[j] + OVERLAP;
                            canvas.polygon(
                                    new double[] {left, right, right, left},
                                    new double[] {foot, foot, up[j + 1], up[j + 1]},
                                    bands.colour(band));
                        }
                        first = i + 1;
                    }
                }
            }
        }

        /** The edges of cells around given centres. */
        private static double[] edges(double[] centres) {
            int last = centres.length - 1;
            double[] edges = new double[centres.length + 1];
            for (int i = 1; i <= last; i++) {
                edges[i] = (centres[i - 1] + centres[i]) / 2;
            }
            edges[0] = 2 * centres[0] - edges[1];
            edges[last + 1] = 2 * centres[last] - edges[last];
            return edges;
        }

        @Override
        List<@Nullable Object> parts() {
            return List.of(bands, band, boxed(x), boxed(y), Arrays.deepToString(bandOf));
        }
    }

    /** Points with a dark edge. */
    static final class Points extends Band {

        private static final double RADIUS = 5;

        private final int[] bandOf;

        Points(Bands bands, int band, double[] x, double[] y, int[] bandOf) {
            super(bands, band, x, y);
            this.bandOf = bandOf;
        }

        @Override
        void draw(Canvas canvas, Frame frame, Ink ink) {
            for (int i = 0; i < x.length; i++) {
                double px = frame.px(x[i]);
                double py = frame.py(y[i]);
                if (bandOf[i] == band && !Double.isNaN(px + py)) {
                    canvas.circle(px, py, RADIUS + 2.4, Ink.WHITE);
                    canvas.circle(px, py, RADIUS + 1.2, Ink.TEXT);
                    canvas.circle(px, py, RADIUS, bands.colour(band));
                }
            }
        }

        @Override
        List<@Nullable Object> parts() {
            return List.of(bands, band, boxed(x), boxed(y), Arrays.toString(bandOf));
        }
    }
}
