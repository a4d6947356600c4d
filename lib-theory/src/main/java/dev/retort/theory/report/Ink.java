package dev.retort.theory.report;

/** How a series is told from the others: its colour, and the shape of its markers. */
record Ink(int rgb, int shape) {

    /** The ink of what belongs to no series. */
    static final Ink BLACK = new Ink(0x000000, 0);

    static final int WHITE = 0xffffff;
    static final int TEXT = 0x222222;
    static final int QUIET = 0x666666;
    static final int AXIS = 0x444444;
    static final int EDGE = 0xcccccc;
    static final int GRID = 0xe8e8e8;

    // Okabe and Ito (2008), told apart by colour-blind readers as well; their yellow is lost on white and left out.
    private static final int[] PALETTE = {0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9, 0x000000};

    // Corners (0: a circle), turn in degrees, and what makes the areas look alike.
    private static final double[][] SHAPES = {
        {0, 0, 1}, {4, 45, 1.25}, {3, -90, 1.4}, {4, 0, 1.3}, {3, 90, 1.4},
    };

    /** The ink of a series by its place, from 0, in the figure. */
    static Ink of(int series) {
        return new Ink(PALETTE[series % PALETTE.length], series % SHAPES.length);
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
