package dev.retort.theory.testtime;

import static dev.retort.core.internal.Arguments.index;

import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import org.jspecify.annotations.Nullable;

/** A diagonal matrix, held as runs of equal entries. */
final class DiagonalMatrix extends SquareMatrix {

    private final double[] values;

    /** Where each run ends, exclusively; the last is the dimension. */
    private final int[] ends;

    private DiagonalMatrix(double[] values, int[] ends) {
        this.values = values;
        this.ends = ends;
    }

    static DiagonalMatrix of(double... entries) {
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

    static DiagonalMatrix multipleOfIdentity(double value, int dimension) {
        return new DiagonalMatrix(new double[] {value}, new int[] {dimension});
    }

    @Override
    int dimension() {
        return ends[ends.length - 1];
    }

    boolean isMultipleOfIdentity() {
        return values.length == 1;
    }

    double smallest() {
        return Arrays.stream(values).min().orElseThrow();
    }

    @Override
    double entry(int i, int j) {
        index("i", i, dimension());
        if (index("j", j, dimension()) != i) {
            return 0;
        }
        int found = Arrays.binarySearch(ends, i + 1);
        return values[found < 0 ? -found - 1 : found];
    }

    /** The same matrix with its runs cut wherever the other's end. */
    DiagonalMatrix cutLike(DiagonalMatrix other) {
        return combined(other, (own, others) -> own);
    }

    /** Every entry a run of its own. */
    DiagonalMatrix cutEverywhere() {
        double[] entries = new double[dimension()];
        int[] each = new int[entries.length];
        for (int i = 0, run = 0; i < entries.length; i++) {
            run += i == ends[run] ? 1 : 0;
            entries[i] = values[run];
            each[i] = i + 1;
        }
        return new DiagonalMatrix(entries, each);
    }

    /** Sums over each run, so that vectors may be turned into the coordinates of the runs. */
    double[] sumsOverRuns(double[] terms) {
        double[] sums = new double[ends.length];
        for (int i = 0, run = 0; i < terms.length; i++) {
            run += i == ends[run] ? 1 : 0;
            sums[run] += terms[i];
        }
        return sums;
    }

    DiagonalMatrix combined(DiagonalMatrix other, DoubleBinaryOperator operator) {
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
    SquareMatrix times(SquareMatrix right) {
        if (right instanceof DiagonalMatrix diagonal) {
            return combined(diagonal, (a, b) -> a * b);
        }
        double[][] rows = right.toArray();
        double[] factors = cutEverywhere().values;
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < rows.length; j++) {
                rows[i][j] *= factors[i];
            }
        }
        return new DenseMatrix(rows);
    }

    @Override
    SquareMatrix minus(SquareMatrix right) {
        return right instanceof DiagonalMatrix diagonal ? combined(diagonal, (a, b) -> a - b) : dense().minus(right);
    }

    @Override
    DiagonalMatrix scaled(double factor) {
        return new DiagonalMatrix(
                Arrays.stream(values).map(value -> factor * value).toArray(), ends);
    }

    @Override
    double[] times(double[] vector) {
        double[] product = new double[values.length];
        for (int run = 0; run < product.length; run++) {
            product[run] = values[run] * vector[run];
        }
        return product;
    }

    @Override
    double[] transposeTimes(double[] vector) {
        return times(vector);
    }

    @Override
    double trace() {
        double trace = 0;
        for (int run = 0; run < values.length; run++) {
            trace += count(run) * values[run];
        }
        return trace;
    }

    @Override
    double norm() {
        return Arrays.stream(values).map(Math::abs).max().orElseThrow();
    }

    @Override
    double inner(SquareMatrix other) {
        return other instanceof DiagonalMatrix ? times(other).trace() : dense().inner(other);
    }

    @Override
    double innerOfDifferences(double[] a, double alpha, double[] c, double gamma, double[] b) {
        double inner = 0;
        double left = 0;
        double right = 0;
        for (int run = 0; run < values.length; run++) {
            // What lies off the diagonal, between this run and those before.
            inner += b[run] * b[run] * left + a[run] * c[run] * right;
            left += a[run] * c[run];
            right += b[run] * b[run];
            double entry = values[run];
            inner += (a[run] * b[run] - alpha * entry) * (c[run] * b[run] - gamma * entry);
            inner += (count(run) - 1) * alpha * gamma * entry * entry;
        }
        return inner;
    }

    /** Neighbouring runs of the same value are one. */
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
}
