package dev.retort.core.internal;

import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The first entries of vectors and matrices as text, enough to distinguish two of them in most messages. */
public final class FirstEntries {

    private static final int SHOWN = 4;

    private FirstEntries() {}

    /** {@code [1.0, 2.0, 3.0, 4.0, …]}. */
    public static String of(double[] vector) {
        return first(vector.length, i -> Double.toString(vector[i]));
    }

    /** {@code 2.0 I}, {@code diagonal [1.0, 2.0]} or {@code [[1.0, 0.5], [0.5, 1.0]]}. */
    public static String of(Matrix matrix) {
        if (matrix instanceof DiagonalMatrix diagonal) {
            return diagonal.isMultipleOfIdentity()
                    ? diagonal.entry(0, 0) + " I"
                    : "diagonal " + first(diagonal.rows(), i -> Double.toString(diagonal.entry(i, i)));
        }
        return first(matrix.rows(), i -> first(matrix.columns(), j -> Double.toString(matrix.entry(i, j))));
    }

    private static String first(int length, IntFunction<String> text) {
        return IntStream.range(0, Math.min(length, SHOWN))
                .mapToObj(text)
                .collect(Collectors.joining(", ", "[", length > SHOWN ? ", …]" : "]"));
    }
}
