package dev.retort.theory.report;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The appearance of a series: its colour, and the shape of its markers. */
record Ink(int rgb, int shape) {

    /** The ink of everything that belongs to no series. */
    static final Ink BLACK = new Ink(0x000000, 0);

    static final int WHITE = 0xffffff;
    static final int TEXT = 0x222222;
    static final int QUIET = 0x666666;
    static final int AXIS = 0x444444;
    static final int EDGE = 0xcccccc;
    static final int GRID = 0xe8e8e8;

    // Okabe and Ito (2008), which colour-blind readers can distinguish; without their yellow, which is hard to see on
    // white.
    private static final int[] PALETTE = {0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9, 0x000000};

    /** Blues for bands below a middle and oranges for those above it, from the middle outwards; they also differ in lightness. */
    static final List<Integer> BELOW = List.of(0xdbe9f6, 0x9ecae1, 0x4b97c9, 0x1261a6);

    static final List<Integer> ABOVE = List.of(0xfeebd6, 0xfdc48a, 0xf08a33, 0xb8530a);

    /** The replacement of each colour on a dark background: lines and text become lighter, and bands darker towards their middle. */
    static final Map<Integer, Integer> IN_THE_DARK = withShades(Map.ofEntries(
            Map.entry(WHITE, 0x1b1b1d),
            Map.entry(0x000000, 0xffffff),
            Map.entry(TEXT, 0xdddddd),
            Map.entry(QUIET, 0xaaaaaa),
            Map.entry(AXIS, 0x999999),
            Map.entry(EDGE, 0x555555),
            Map.entry(GRID, 0x333336),
            Map.entry(0x0072b2, 0x4aa3df),
            Map.entry(0xd55e00, 0xf07c2e),
            Map.entry(0x009e73, 0x2cc295),
            Map.entry(0xcc79a7, 0xdc94bb),
            Map.entry(0xe69f00, 0xe6b13c),
            Map.entry(0x56b4e9, 0x9ad4f5),
            Map.entry(0xdbe9f6, 0x1d3348),
            Map.entry(0x9ecae1, 0x2d5c80),
            Map.entry(0x4b97c9, 0x4f9bcd),
            Map.entry(0x1261a6, 0x93caf0),
            Map.entry(0xfeebd6, 0x402a15),
            Map.entry(0xfdc48a, 0x80501c),
            Map.entry(0xf08a33, 0xcf7a28),
            Map.entry(0xb8530a, 0xffb877)));

    /** The share of a colour in its shade; the rest is the background's. */
    private static final double SHADE = 0.22;

    // Number of corners (0: a circle), rotation in degrees, and the factor that makes areas look equal.
    private static final double[][] SHAPES = {
        {0, 0, 1}, {4, 45, 1.25}, {3, -90, 1.4}, {4, 0, 1.3}, {3, 90, 1.4},
    };

    /** The ink of a series by its index in the figure, from 0. */
    static Ink of(int series) {
        return new Ink(PALETTE[series % PALETTE.length], series % SHAPES.length);
    }

    /** The colour of what lies beneath the lines of a series. */
    int shade() {
        return shade(rgb, WHITE);
    }

    private static int shade(int rgb, int ground) {
        int shade = 0;
        for (int shift = 0; shift < 24; shift += 8) {
            int colour = rgb >> shift & 0xff;
            int beneath = ground >> shift & 0xff;
            shade |= (int) Math.round(SHADE * colour + (1 - SHADE) * beneath) << shift;
        }
        return shade;
    }

    private static Map<Integer, Integer> withShades(Map<Integer, Integer> colours) {
        Map<Integer, Integer> all = new HashMap<>(colours);
        int ground = Objects.requireNonNull(colours.get(WHITE));
        for (int colour : PALETTE) {
            all.put(shade(colour, WHITE), shade(Objects.requireNonNull(colours.get(colour)), ground));
        }
        return Map.copyOf(all);
    }

    /** Draws a marker, with a white edge that sets it off from the line beneath. */
    void mark(Canvas canvas, double x, double y, double radius) {
        mark(canvas, x, y, radius + 1, WHITE);
        mark(canvas, x, y, radius, rgb);
    }

    private void mark(Canvas canvas, double x, double y, double radius, int fill) {
        int corners = (int) SHAPES[shape][0];
        if (corners == 0) {
            canvas.circle(x, y, radius, fill);
            return;
        }
        double[] xs = new double[corners];
        double[] ys = new double[corners];
        for (int i = 0; i < corners; i++) {
            double angle = Math.toRadians(SHAPES[shape][1]) + 2 * Math.PI * i / corners;
            xs[i] = x + SHAPES[shape][2] * radius * Math.cos(angle);
            ys[i] = y + SHAPES[shape][2] * radius * Math.sin(angle);
        }
        canvas.polygon(xs, ys, fill);
    }
}
