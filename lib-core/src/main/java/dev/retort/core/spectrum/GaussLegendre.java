package dev.retort.core.spectrum;

/** The quadrature rule of Gauss and Legendre on [−1, 1]; its points are the roots of a Legendre polynomial. */
final class GaussLegendre {

    private final double[] points;
    private final double[] weights;

    GaussLegendre(int size) {
        points = new double[size];
        weights = new double[size];
        for (int j = 0; j < (size + 1) / 2; j++) {
            double x = Math.cos(Math.PI * (j + 0.75) / (size + 0.5));
            double slope = 0;
            // From this start Newton's method converges to rounding in four steps.
            for (int step = 0; step < 6; step++) {
                double before = 1;
                double value = x;
                for (int k = 2; k <= size; k++) {
                    double next = ((2 * k - 1) * x * value - (k - 1) * before) / k;
                    before = value;
                    value = next;
                }
                slope = size * (x * value - before) / (x * x - 1);
                x -= value / slope;
            }
            points[j] = -x;
            points[size - 1 - j] = x;
            weights[j] = 2 / ((1 - x * x) * slope * slope);
            weights[size - 1 - j] = weights[j];
        }
    }

    int size() {
        return points.length;
    }

    /** The points, ascending. */
    double point(int j) {
        return points[j];
    }

    double weight(int j) {
        return weights[j];
    }
}
