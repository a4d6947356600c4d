package dev.retort.core.nd4j.internal;

import static dev.retort.core.internal.Arguments.refusal;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Checks of arrays, worded like those of numbers in {@link dev.retort.core.internal.Arguments}. */
public final class ArrayArguments {

    private ArrayArguments() {}

    /** Requires an array of numbers that has entries. */
    public static INDArray numeric(String name, @Nullable INDArray array) {
        if (array == null) {
            throw refusal(name, "null", "is not an array");
        }
        if (array.wasClosed()) {
            throw refusal(name, "an array", "is closed");
        }
        if (array.isEmpty()) {
            throw refusal(name, shapeOf(array), "has no entries");
        }
        if (!array.dataType().isNumerical()) {
            throw refusal(name, array.dataType(), "is not a numeric data type");
        }
        return array;
    }

    /**
     * Requires features in the layout used throughout Retort, one sample per row.
     *
     * @param name the array's name
     * @param array the array
     * @return the array itself
     * @throws IllegalArgumentException if it is null, empty, not numeric or not of rank 2
     */
    public static INDArray features(String name, @Nullable INDArray array) {
        INDArray features = numeric(name, array);
        if (features.rank() != 2) {
            throw refusal(name, shapeOf(features), "is not of rank 2, [samples, features]");
        }
        return features;
    }

    /**
     * Requires one label per sample.
     *
     * @param name the array's name
     * @param array the labels
     * @param samples how many samples there are
     * @return the array itself
     * @throws IllegalArgumentException if it is null, empty, not numeric or not of shape {@code [samples]} or
     *     {@code [samples, 1]}
     */
    public static INDArray labels(String name, @Nullable INDArray array, long samples) {
        INDArray labels = numeric(name, array);
        if (labels.size(0) != samples || labels.length() != samples) {
            throw refusal(
                    name,
                    shapeOf(labels),
                    "is not [" + samples + "] or [" + samples + ", 1], one per row of the features");
        }
        return labels;
    }

    /**
     * The entries of an array, all of which must be finite.
     *
     * @param name the array's name
     * @param array an array of rank 1 or 2, of any order, stride and numeric type
     * @return a new array of its entries, row after row
     * @throws IllegalArgumentException if an entry is NaN or infinite; the message names its indices, counted from 0
     */
    public static double[] finiteEntries(String name, INDArray array) {
        try (OffHeapMatrix copy = finiteCopy(name, array)) {
            return copy.toArray();
        }
    }

    /** A copy of an array of rank 1, as one row, or 2; all entries must be finite. */
    public static OffHeapMatrix finiteCopy(String name, INDArray array) {
        return finite(name, array, OffHeapMatrix.copyOf(array));
    }

    /** An array of rank 2 as a matrix, as {@link OffHeapMatrix#reading} makes it; all entries must be finite. */
    public static OffHeapMatrix finiteMatrix(String name, INDArray array) {
        return finite(name, array, OffHeapMatrix.reading(array));
    }

    private static OffHeapMatrix finite(String name, INDArray array, OffHeapMatrix matrix) {
        return matrix.filledBy(entries -> sumOfFinite(name, array, entries));
    }

    /** The sum of absolute entries, all of which must be finite. */
    public static double sumOfFinite(String name, INDArray array, OffHeapMatrix matrix) {
        double sum = matrix.sumOfSizes();
        if (Double.isFinite(sum)) {
            return sum;
        }
        for (int i = 0; i < matrix.rows(); i++) {
            double[] row = matrix.row(i);
            for (int j = 0; j < row.length; j++) {
                if (!Double.isFinite(row[j])) {
                    throw refusal(array.rank() == 1 ? at(name, j) : at(name, i, j), row[j], "is not finite");
                }
            }
        }
        return sum; // only the sum overflows
    }

    public static String at(String name, long... indices) {
        return LongStream.of(indices).mapToObj(Long::toString).collect(Collectors.joining(", ", name + "[", "]"));
    }

    public static String shapeOf(INDArray array) {
        return "shape " + Arrays.toString(array.shape());
    }
}
