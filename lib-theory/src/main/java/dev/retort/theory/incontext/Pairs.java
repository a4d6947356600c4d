package dev.retort.theory.incontext;

import java.util.Arrays;

/**
 * A point and some others, the arguments of kernels. Inner products and distances are computed here in plain Java, with inner loops over
 * points rather than coordinates, which the compiler turns into vector instructions.
 */
class Pairs {

    private final double[] x;
    private final double[][] ys;

    /** @param ys the others, coordinate by coordinate: ys[k][j] is coordinate k of point j */
    Pairs(double[] x, double[][] ys) {
        this.x = x;
        this.ys = ys;
    }

    /** The point, which must not be modified. */
    final double[] point() {
        return x;
    }

    /** The others, coordinate by coordinate, which must not be modified. */
    double[][] others() {
        return ys;
    }

    /** The same points, restricted to some coordinates. */
    final Pairs on(int from, int to) {
        return new Pairs(Arrays.copyOfRange(x, from, to), Arrays.copyOfRange(others(), from, to));
    }

    /** ⟨x, y⟩ for each of the others. */
    void innerProducts(double[] values) {
        Arrays.fill(values, 0);
        for (int k = 0; k < x.length; k++) {
            double at = x[k];
            double[] column = ys[k];
            for (int j = 0; j < values.length; j++) {
                values[j] += at * column[j];
            }
        }
    }

    /** ‖x − y‖² for each of the others. */
    void squaredDistances(double[] values) {
        squaredDistances(x, ys, values);
    }

    /** ‖y‖² of each of the others. */
    void squaredNorms(double[] values) {
        squaredDistances(new double[x.length], ys, values);
    }

    private static void squaredDistances(double[] x, double[][] ys, double[] values) {
        Arrays.fill(values, 0);
        for (int k = 0; k < x.length; k++) {
            double at = x[k];
            double[] column = ys[k];
            for (int j = 0; j < values.length; j++) {
                double apart = at - column[j];
                values[j] += apart * apart;
            }
        }
    }

    /** ‖x − y‖₁ for each of the others. */
    final void cityBlockDistances(double[] values) {
        double[][] columns = others();
        Arrays.fill(values, 0);
        for (int k = 0; k < x.length; k++) {
            double at = x[k];
            double[] column = columns[k];
            for (int j = 0; j < values.length; j++) {
                values[j] += Math.abs(at - column[j]);
            }
        }
    }
}
