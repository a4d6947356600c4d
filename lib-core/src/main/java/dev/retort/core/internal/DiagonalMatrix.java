package dev.retort.core.internal;

import static dev.retort.core.internal.Arguments.index;

import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import org.jspecify.annotations.Nullable;

/** A square matrix that is zero off its diagonal, held as runs of equal entries. */
public final class DiagonalMatrix extends Matrix {

    private final double[] values;

    /** The index after each run; the last is the dimension. */
    private final int[] ends;

    private DiagonalMatrix(double[] values, int[] ends) {
        this.values = values;
        this.ends = ends;
    }

    /** The matrix of the given entries, at least one, on the diagonal. */
    public static DiagonalMatrix of(double... entries) {
        double[] values = new double[entries.length];
        int[] ends = new int[entries.length];
        int runs = 0;
        for (int i = 0; i < entries.length; i++) {
            if (i == 0 || entries[i] != entries[i - 1]) {
                values[runs++] = entries[i];
            }
            ends[runs - 1] = i + 1;
        }
        return new DiagonalMatrix(Arrays.copyOf(values, runs), Arrays.copyOf(ends, runs));
    }

    public static DiagonalMatrix multipleOfIdentity(double value, int dimension) {
        return new DiagonalMatrix(new double[] {value}, new int[] {dimension});
    }

    @Override
    public int rows() {
        return ends[ends.length - 1];
    }

    @Override
    public int columns() {
        return rows();
    }

    public boolean isMultipleOfIdentity() {
        return values.length == 1;
    }

    public double smallest() {
        return Arrays.stream(values).min().orElseThrow();
    }

    @Override
    public double entry(int i, int j) {
        index("i", i, rows());
        if (index("j", j, rows()) != i) {
            return 0;
        }
        int found = Arrays.binarySearch(ends, i + 1);
        return values[found < 0 ? -found - 1 : found];
    }

    /** The same matrix, its runs split wherever a run of the other matrix ends. */
    public DiagonalMatrix cutLike(DiagonalMatrix other) {
        return combined(other, (own, others) -> own);
    }

    /** The same matrix with every entry as a run of its own. */
    public DiagonalMatrix cutEverywhere() {
        int[] each = new int[rows()];
        Arrays.setAll(each, i -> i + 1);
        return new DiagonalMatrix(diagonal(), each);
    }

    /** Sums over each run, so that vectors may be turned into the coordinates of the runs. */
    public double[] sumsOverRuns(double[] terms) {
        double[] sums = new double[ends.length];
        for (int i = 0, run = 0; i < terms.length; i++) {
            run += i == ends[run] ? 1 : 0;
            sums[run] += terms[i];
        }
        return sums;
    }

    /** The matrix whose entries an operator computes from those of this matrix and another. */
    public DiagonalMatrix combined(DiagonalMatrix other, DoubleBinaryOperator operator) {
        double[] combined = new double[values.length + other.values.length];
        int[] combinedEnds = new int[combined.length];
        int runs = 0;
        for (int i = 0, j = 0; i < ends.length; runs++) {
            int end = Math.min(ends[i], other.ends[j]);
            combined[runs] = operator.applyAsDouble(values[i], other.values[j]);
            combinedEnds[runs] = end;
            i += ends[i] == end ? 1 : 0;
            j += other.ends[j] == end ? 1 : 0;
        }
        return new DiagonalMatrix(Arrays.copyOf(combined, runs), Arrays.copyOf(combinedEnds, runs));
    }

    private int count(int run) {
        return run == 0 ? ends[0] : ends[run] - ends[run - 1];
    }

    @Override
    public double[] diagonal() {
        double[] diagonal = new double[rows()];
        for (int run = 0; run < values.length; run++) {
            Arrays.fill(diagonal, ends[run] - count(run), ends[run], values[run]);
        }
        return diagonal;
    }

    @Override
    public Matrix times(Matrix right) {
        if (right instanceof DiagonalMatrix diagonal) {
            return combined(diagonal, (a, b) -> a * b);
        }
        double[] factors = diagonal();
        double[] entries = right.dense().entries().clone();
        for (int k = 0; k < entries.length; k++) {
            entries[k] *= factors[k / right.columns()];
        }
        return DenseMatrix.ofEntries(right.rows(), right.columns(), entries);
    }

    @Override
    public Matrix plus(Matrix right) {
        return right instanceof DiagonalMatrix diagonal ? combined(diagonal, Double::sum) : right.plus(this);
    }

    @Override
    public Matrix minus(Matrix right) {
        return right instanceof DiagonalMatrix diagonal ? combined(diagonal, (a, b) -> a - b) : dense().minus(right);
    }

    @Override
    public DiagonalMatrix scaled(double factor) {
        return new DiagonalMatrix(
                Arrays.stream(values).map(value -> factor * value).toArray(), ends);
    }

    @Override
    public double[] times(double[] vector) {
        double[] product = new double[values.length];
        for (int run = 0; run < product.length; run++) {
            product[run] = values[run] * vector[run];
        }
        return product;
    }

    @Override
    public double[] transposeTimes(double[] vector) {
        return times(vector);
    }

    @Override
    public double trace() {
        double trace = 0;
        for (int run = 0; run < values.length; run++) {
            trace += count(run) * values[run];
        }
        return trace;
    }

    @Override
    public double largest() {
        return Arrays.stream(values).map(Math::abs).max().orElseThrow();
    }

    @Override
    public double inner(Matrix other) {
        return other instanceof DiagonalMatrix ? times(other).trace() : dense().inner(other);
    }

    @Override
    public double innerOfDifferences(double[] a, double alpha, double[] c, double gamma, double[] b) {
        double inner = 0;
        double left = 0;
        double right = 0;
        for (int run = 0; run < values.length; run++) {
            // The entries off the diagonal, between this run and those before it.
            inner += b[run] * b[run] * left + a[run] * c[run] * right;
            left += a[run] * c[run];
            right += b[run] * b[run];
            double entry = values[run];
            inner += (a[run] * b[run] - alpha * entry) * (c[run] * b[run] - gamma * entry);
            inner += (count(run) - 1) * alpha * gamma * entry * entry;
        }
        return inner;
    }

    @Override
    public DenseMatrix dense() {
        double[] diagonal = diagonal();
        double[] entries = new double[Math.multiplyExact(rows(), rows())];
        for (int i = 0; i < diagonal.length; i++) {
            entries[i * (diagonal.length + 1)] = diagonal[i];
        }
        return DenseMatrix.ofEntries(rows(), rows(), entries);
    }

    @Override
    public double[][] toArray() {
        double[] diagonal = diagonal();
        double[][] array = new double[diagonal.length][diagonal.length];
        for (int i = 0; i < array.length; i++) {
            array[i][i] = diagonal[i];
        }
        return array;
    }

    /** Merges neighbouring runs of the same value. */
    private DiagonalMatrix merged() {
        double[] different = new double[values.length];
        int[] last = new int[values.length];
        int runs = 0;
        for (int k = 0; k < values.length; k++) {
            if (k == 0 || values[k] != values[k - 1]) {
                different[runs++] = values[k];
            }
            last[runs - 1] = ends[k];
        }
        return new DiagonalMatrix(Arrays.copyOf(different, runs), Arrays.copyOf(last, runs));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (!(other instanceof DiagonalMatrix that)) {
            return false;
        }
        DiagonalMatrix one = merged();
        DiagonalMatrix two = that.merged();
        return Arrays.equals(one.values, two.values) && Arrays.equals(one.ends, two.ends);
    }

    @Override
    public int hashCode() {
        DiagonalMatrix one = merged();
        return 31 * Arrays.hashCode(one.values) + Arrays.hashCode(one.ends);
    }

    @Override
    public String toString() {
        return "DiagonalMatrix, " + rows() + " x " + rows() + " in runs of " + Arrays.toString(values);
    }
}
