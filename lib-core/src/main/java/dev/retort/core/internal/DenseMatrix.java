package dev.retort.core.internal;

import static dev.retort.core.internal.Arguments.index;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import org.jspecify.annotations.Nullable;

/** A matrix of any shape given by all its entries. */
public final class DenseMatrix extends Matrix {

    /** The two triangles of a product, summed in different orders, differ by less than this, relative to the largest entry. */
    private static final double ASYMMETRY = 1e-12;

    private final int rows;
    private final int columns;
    private final double[] entries; // row after row

    private DenseMatrix(int rows, int columns, double[] entries) {
        this.rows = rows;
        this.columns = columns;
        this.entries = entries;
    }

    /** The matrix of at least one given row; all are equally long. */
    public static DenseMatrix of(double[]... rows) {
        int columns = rows[0].length;
        double[] entries = new double[Math.multiplyExact(rows.length, columns)];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, entries, i * columns, columns);
        }
        return new DenseMatrix(rows.length, columns, entries);
    }

    /** The matrix of the given entries, row after row; keeps the array. */
    public static DenseMatrix ofEntries(int rows, int columns, double[] entries) {
        return new DenseMatrix(rows, columns, entries);
    }

    DenseMatrix symmetrised(String name) {
        double allowed = ASYMMETRY * largest();
        double[] symmetric = new double[entries.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j <= i; j++) {
                double lower = entries[i * rows + j];
                double upper = entries[j * rows + i];
                if (!(Math.abs(lower - upper) <= allowed)) {
                    throw refusal(
                            name + "[" + i + "][" + j + "]",
                            lower,
                            "is not " + name + "[" + j + "][" + i + "], " + upper + ": the matrix is not symmetric");
                }
                symmetric[i * rows + j] = lower / 2 + upper / 2;
                symmetric[j * rows + i] = symmetric[i * rows + j];
            }
        }
        return new DenseMatrix(rows, rows, symmetric);
    }

    /** All entries, row after row; not a copy. */
    public double[] entries() {
        return entries;
    }

    public DenseMatrix transposed() {
        return new DenseMatrix(columns, rows, Blocks.transposed(entries, rows, columns));
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return columns;
    }

    @Override
    public double entry(int i, int j) {
        return entries[index("i", i, rows) * columns + index("j", j, columns)];
    }

    @Override
    public double[] diagonal() {
        double[] diagonal = new double[rows];
        Arrays.setAll(diagonal, i -> entries[i * (columns + 1)]);
        return diagonal;
    }

    @Override
    public DenseMatrix times(Matrix right) {
        if (right instanceof DiagonalMatrix diagonal) {
            double[] factors = diagonal.diagonal();
            double[] scaled = entries.clone();
            for (int k = 0; k < scaled.length; k++) {
                scaled[k] *= factors[k % columns];
            }
            return new DenseMatrix(rows, columns, scaled);
        }
        double[] product = new double[Math.multiplyExact(rows, right.columns())];
        Blocks.addProduct(1, entries, right.dense().entries, product, rows, columns, right.columns());
        return new DenseMatrix(rows, right.columns(), product);
    }

    @Override
    public DenseMatrix plus(Matrix right) {
        return combined(right, Double::sum);
    }

    @Override
    public DenseMatrix minus(Matrix right) {
        return combined(right, (a, b) -> a - b);
    }

    private DenseMatrix combined(Matrix right, DoubleBinaryOperator operator) {
        double[] other = right.dense().entries;
        double[] combined = new double[entries.length];
        Arrays.setAll(combined, k -> operator.applyAsDouble(entries[k], other[k]));
        return new DenseMatrix(rows, columns, combined);
    }

    @Override
    public DenseMatrix scaled(double factor) {
        double[] scaled = new double[entries.length];
        Arrays.setAll(scaled, k -> factor * entries[k]);
        return new DenseMatrix(rows, columns, scaled);
    }

    @Override
    public double[] times(double[] vector) {
        double[] product = new double[rows];
        Arrays.setAll(product, i -> DotProduct.of(entries, i * columns, vector, 0, columns));
        return product;
    }

    @Override
    public double[] transposeTimes(double[] vector) {
        double[] product = new double[columns];
        for (int i = 0; i < rows; i++) {
            Blocks.addRow(vector[i], entries, i * columns, product, 0, columns);
        }
        return product;
    }

    @Override
    public double trace() {
        return Arrays.stream(diagonal()).sum();
    }

    @Override
    public double largest() {
        double largest = 0;
        for (double entry : entries) {
            largest = Math.max(largest, Math.abs(entry));
        }
        return largest;
    }

    @Override
    public double inner(Matrix other) {
        return DotProduct.of(entries, 0, other.dense().entries, 0, entries.length);
    }

    @Override
    public double innerOfDifferences(double[] a, double alpha, double[] c, double gamma, double[] b) {
        double inner = 0;
        for (int k = 0; k < entries.length; k++) {
            int i = k / columns;
            int j = k % columns;
            inner += (a[i] * b[j] - alpha * entries[k]) * (c[i] * b[j] - gamma * entries[k]);
        }
        return inner;
    }

    @Override
    public DenseMatrix dense() {
        return this;
    }

    @Override
    public double[][] toArray() {
        double[][] array = new double[rows][];
        Arrays.setAll(array, i -> Arrays.copyOfRange(entries, i * columns, (i + 1) * columns));
        return array;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DenseMatrix that && rows == that.rows && Arrays.equals(entries, that.entries);
    }

    @Override
    public int hashCode() {
        return 31 * rows + Arrays.hashCode(entries);
    }

    @Override
    public String toString() {
        return "DenseMatrix, " + rows + " x " + columns;
    }
}
