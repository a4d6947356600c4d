package dev.retort.theory.incontext;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.nd4j.internal.ArrayArguments;
import java.util.Arrays;
import java.util.function.ObjIntConsumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Points of one dimension, one per row, checked and copied, so that no caller can change them in the meantime. */
final class Points implements PairSource {

    private final double[][] rows;

    private Points(double[][] rows) {
        this.rows = rows;
    }

    /**
     * Checked points.
     *
     * @param name their name in messages
     * @param points the points, one per row, at least one, with at least one coordinate
     */
    static Points of(String name, double[][] points) {
        if (notNull(name, points).length == 0) {
            throw refusal(name, "no points", "are not allowed: give at least one");
        }
        double[][] rows = new double[points.length][];
        for (int i = 0; i < rows.length; i++) {
            String row = name + "[" + i + "]";
            rows[i] = finite(row, notNull(row, points[i]).clone());
            if (rows[i].length == 0) {
                throw refusal(row + ".length", 0, "is not at least 1");
            }
            length(row, rows[i].length, "that of the first", rows[0].length);
        }
        return new Points(rows);
    }

    /**
     * Checked points of an array.
     *
     * @param name their name in messages
     * @param points the points, one per row, of any numeric type, order and stride
     */
    static Points of(String name, INDArray points) {
        ArrayArguments.features(name, points);
        double[] entries = ArrayArguments.finiteEntries(name, points);
        double[][] rows = new double[Math.toIntExact(points.size(0))][];
        int dimension = Math.toIntExact(points.size(1));
        Arrays.setAll(rows, i -> Arrays.copyOfRange(entries, i * dimension, (i + 1) * dimension));
        return new Points(rows);
    }

    /** Checked points of the same dimension as these. */
    Points alike(String name, double[][] points) {
        return alike(name, of(name, points));
    }

    /** The same for points that have already been checked. */
    Points alike(String name, Points others) {
        length(name + "[0]", others.dimension(), "the dimension of the other points", dimension());
        return others;
    }

    /** A checked point of the same dimension as these. */
    double[] alike(String name, double[] point) {
        length(name, finite(name, notNull(name, point)).length, "the dimension of the other points", dimension());
        return point.clone();
    }

    /** These points, followed by others of the same dimension. */
    Points followedBy(Points others) {
        double[][] all = Arrays.copyOf(rows, count() + others.count());
        System.arraycopy(others.rows, 0, all, count(), others.count());
        return new Points(all);
    }

    int count() {
        return rows.length;
    }

    int dimension() {
        return rows[0].length;
    }

    /** A point, which must not be modified. */
    double[] row(int i) {
        return rows[i];
    }

    /** All points, which must not be modified. */
    double[][] rows() {
        return rows;
    }

    /**
     * A centre near the mean. Each coordinate is a multiple of a power of two matched to the points' spread, so that subtracting it is
     * exact unless points have digits too small to matter.
     */
    double[] centre() {
        double[] least = rows[0].clone();
        double[] most = rows[0].clone();
        double[] mean = new double[dimension()];
        for (double[] row : rows) {
            for (int k = 0; k < mean.length; k++) {
                least[k] = Math.min(least[k], row[k]);
                most[k] = Math.max(most[k], row[k]);
                mean[k] += row[k] / count();
            }
        }
        double[] centre = new double[dimension()];
        for (int k = 0; k < centre.length; k++) {
            double unit = Math.scalb(1.0, Math.getExponent(most[k] - least[k]));
            // Centring would move equal points to 0; it is not needed near the origin, and not possible if the spread
            // overflows.
            double units = least[k] == most[k] ? 0 : mean[k] / unit;
            centre[k] = least[k] == most[k] ? least[k] : Double.isFinite(units) ? Math.rint(units) * unit : 0;
        }
        return centre;
    }

    /** These points with a vector subtracted. */
    Points less(double[] vector) {
        double[][] shifted = new double[count()][dimension()];
        for (int i = 0; i < shifted.length; i++) {
            for (int k = 0; k < vector.length; k++) {
                shifted[i][k] = rows[i][k] - vector[k];
            }
        }
        return new Points(shifted);
    }

    /** Whether adding a vector to these points gives the others exactly, that is, whether subtracting it rounded nothing. */
    boolean restores(Points others, double[] vector) {
        for (int i = 0; i < count(); i++) {
            for (int k = 0; k < vector.length; k++) {
                if (rows[i][k] + vector[k] != others.rows[i][k]) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Some of the points, coordinate by coordinate, as kernels read them. */
    double[][] columns(int from, int to) {
        double[][] columns = new double[dimension()][to - from];
        for (int j = from; j < to; j++) {
            for (int k = 0; k < columns.length; k++) {
                columns[k][j - from] = rows[j][k];
            }
        }
        return columns;
    }

    @Override
    public void forRows(int row, int rowEnd, int column, int columnEnd, ObjIntConsumer<Pairs> work) {
        double[][] others = columns(column, columnEnd);
        for (int i = row; i < rowEnd; i++) {
            work.accept(new Pairs(rows[i], others), i - row);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Points that && Arrays.deepEquals(rows, that.rows);
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(rows);
    }
}
