package dev.retort.theory.incontext;

import dev.retort.core.internal.DotProduct;
import dev.retort.core.nd4j.internal.DenseAlgebra;
import dev.retort.core.nd4j.internal.OffHeapMatrix;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Pairs of points whose inner products are computed tile by tile with the dense linear algebra that regression uses, each tile on one
 * thread, so that values do not depend on the number of threads. Squared distances are ‖x‖² + ‖y‖² − 2⟨x, y⟩ where that keeps its digits,
 * and sums of squared differences elsewhere. Holds a copy of the points outside the heap until it is closed.
 */
final class PointProducts implements PairSource, AutoCloseable {

    /**
     * The share of ‖x‖² + ‖y‖² below which a squared distance is computed from differences, because it would lose 6 of 53 bits to
     * cancellation.
     */
    private static final double NEAR = 1.0 / 64;

    private final Points points;
    private final double[] squaredNorms;
    private final OffHeapMatrix rows;

    private PointProducts(Points points, double[] squaredNorms, OffHeapMatrix rows) {
        this.points = points;
        this.squaredNorms = squaredNorms;
        this.rows = rows;
    }

    static PointProducts of(Points points) {
        double[] squaredNorms = new double[points.count()];
        OffHeapMatrix rows = OffHeapMatrix.uninitialised(points.count(), points.dimension())
                .filledBy(matrix -> {
                    for (int i = 0; i < squaredNorms.length; i++) {
                        double[] row = points.row(i);
                        squaredNorms[i] = DotProduct.of(row, 0, row, 0, row.length);
                        matrix.setRow(i, row);
                    }
                });
        return new PointProducts(points, squaredNorms, rows);
    }

    @Override
    public void forRows(int row, int rowEnd, int column, int columnEnd, ObjIntConsumer<Pairs> work) {
        Columns columns = new Columns(column, columnEnd);
        try (OffHeapMatrix products = OffHeapMatrix.zeros(rowEnd - row, columnEnd - column)) {
            DenseAlgebra.selected()
                    .addProduct(
                            1,
                            rows.rows(row, rowEnd - row),
                            false,
                            rows.rows(column, columnEnd - column),
                            true,
                            products);
            double[] ofRow = new double[columnEnd - column];
            for (int i = 0; i < products.rows(); i++) {
                products.readRow(i, ofRow);
                work.accept(new OfProducts(row + i, columns, ofRow), i);
            }
        }
    }

    @Override
    public void close() {
        rows.close();
    }

    /** The other points coordinate by coordinate, computed when a kernel first asks for them. */
    private final class Columns {

        private final int from;
        private final int to;
        private double @Nullable [][] entries;

        Columns(int from, int to) {
            this.from = from;
            this.to = to;
        }

        double[][] entries() {
            double[][] known = entries;
            if (known == null) {
                known = points.columns(from, to);
                entries = known;
            }
            return known;
        }
    }

    private final class OfProducts extends Pairs {

        private final double squaredNorm;
        private final Columns columns;
        private final double[] products;

        OfProducts(int i, Columns columns, double[] products) {
            super(points.row(i), new double[0][]);
            this.squaredNorm = squaredNorms[i];
            this.columns = columns;
            this.products = products;
        }

        @Override
        double[][] others() {
            return columns.entries();
        }

        @Override
        void innerProducts(double[] values) {
            System.arraycopy(products, 0, values, 0, values.length);
        }

        @Override
        void squaredNorms(double[] values) {
            System.arraycopy(squaredNorms, columns.from, values, 0, values.length);
        }

        @Override
        void squaredDistances(double[] values) {
            for (int j = 0; j < values.length; j++) {
                values[j] = squaredNorm + squaredNorms[columns.from + j] - 2 * products[j];
            }
            for (int j = 0; j < values.length; j++) {
                // The negated comparison also catches NaN, which results from overflow.
                if (!(values[j] > NEAR * (squaredNorm + squaredNorms[columns.from + j]))) {
                    values[j] = squaredDistance(point(), points.row(columns.from + j));
                }
            }
        }
    }

    /** With four running sums, like {@link DotProduct}. */
    private static double squaredDistance(double[] x, double[] y) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int k = 0;
        for (; k + 4 <= x.length; k += 4) {
            s0 += (x[k] - y[k]) * (x[k] - y[k]);
            s1 += (x[k + 1] - y[k + 1]) * (x[k + 1] - y[k + 1]);
            s2 += (x[k + 2] - y[k + 2]) * (x[k + 2] - y[k + 2]);
            s3 += (x[k + 3] - y[k + 3]) * (x[k + 3] - y[k + 3]);
        }
        for (; k < x.length; k++) {
            s0 += (x[k] - y[k]) * (x[k] - y[k]);
        }
        return (s0 + s1) + (s2 + s3);
    }
}
