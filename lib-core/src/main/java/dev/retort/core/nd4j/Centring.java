package dev.retort.core.nd4j;

import static dev.retort.core.internal.Arguments.refusal;
import static dev.retort.core.nd4j.internal.ArrayArguments.at;
import static dev.retort.core.nd4j.internal.ArrayArguments.numeric;
import static dev.retort.core.nd4j.internal.ArrayArguments.shapeOf;

import dev.retort.core.internal.Blocks;
import dev.retort.core.internal.CompensatedSum;
import dev.retort.core.internal.PowerOfTwo;
import dev.retort.core.nd4j.internal.ArrayArguments;
import dev.retort.core.nd4j.internal.OffHeapMatrix;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Subtracts means to the precision of the data: the mean is a compensated sum, and is subtracted in two steps, of which the
 * second removes the rounding of the first.
 *
 * <p>A column whose standard deviation is at most 8 · ulp(1) of the array's type times its root mean square differs from a
 * constant by no more than the rounding of a few operations: it is treated as constant and becomes exactly zero.
 */
public final class Centring {

    private static final double ROUNDINGS = 8;

    private Centring() {}

    /**
     * An array less the means of its columns.
     *
     * @param name the array's name, for messages
     * @param array shape {@code [N, p]}, or {@code [N]} for a single column; not modified
     * @return a new array of type {@code DOUBLE} and of the same shape, each column of which has mean zero up to rounding
     *     relative to its own variation
     * @throws IllegalArgumentException if the array is null, empty, not numeric or of another rank, if an entry is NaN or
     *     infinite, or if a difference from the mean overflows
     */
    public static INDArray centred(String name, INDArray array) {
        numeric(name, array);
        if (array.rank() != 1 && array.rank() != 2) {
            throw refusal(name, shapeOf(array), "is not of rank 1 or 2");
        }
        try (OffHeapMatrix matrix = ArrayArguments.finiteCopy(name, array)) {
            double[] entries = matrix.toArray();
            int columns = array.rank() == 1 ? 1 : matrix.columns();
            int exponent = centre(entries, columns, ulp(array));
            PowerOfTwo.scale(entries, exponent);
            for (int k = 0; k < entries.length; k++) {
                if (Double.isInfinite(entries[k])) {
                    throw refusal(at(name, k / columns, k % columns), entries[k], "is not finite without the mean");
                }
            }
            matrix.set(entries);
            return matrix.toNd4j(array.shape());
        }
    }

    /**
     * The relative precision of an array's data type: the distance from 1 to the next number.
     *
     * @param array an array of any numeric type
     * @return ulp(1) of its type; for integers, which become doubles, that of {@code DOUBLE}
     * @throws IllegalArgumentException if the array is null, empty or not numeric
     */
    public static double ulp(INDArray array) {
        numeric("array", array);
        return switch (array.dataType()) {
            case FLOAT -> 0x1p-23;
            case HALF -> 0x1p-10;
            case BFLOAT16 -> 0x1p-7;
            default -> Math.ulp(1.0);
        };
    }

    /**
     * Centres in place, and divides the entries by the power of two that makes the largest about 1.
     *
     * @param entries row after row
     * @param columns how many entries a row has
     * @param ulp ulp(1) in the type of the array that the entries come from
     * @return the exponent e of the power: the centred entries are these times 2^e
     */
    static int centre(double[] entries, int columns, double ulp) {
        int exponent = PowerOfTwo.exponent(entries);
        double[] values = new double[entries.length / columns];
        for (int column = 0; column < columns; column++) {
            for (int row = 0; row < values.length; row++) {
                values[row] = entries[row * columns + column];
            }
            int own = PowerOfTwo.exponent(values);
            PowerOfTwo.scale(values, -own);
            centre(values, ulp);
            PowerOfTwo.scale(values, own - exponent);
            for (int row = 0; row < values.length; row++) {
                entries[row * columns + column] = values[row];
            }
        }
        int left = PowerOfTwo.exponent(entries);
        PowerOfTwo.scale(entries, -left);
        return exponent + left;
    }

    private static void centre(double[] values, double ulp) {
        double rounding = ROUNDINGS * ulp * rootMeanSquare(values);
        subtract(values, mean(values));
        subtract(values, mean(values));
        if (rootMeanSquare(values) <= rounding) {
            Arrays.fill(values, 0);
        }
    }

    private static double mean(double[] values) {
        CompensatedSum sum = new CompensatedSum();
        for (double value : values) {
            sum.add(value);
        }
        return sum.value() / values.length;
    }

    private static void subtract(double[] values, double mean) {
        for (int i = 0; i < values.length; i++) {
            values[i] -= mean;
        }
    }

    private static double rootMeanSquare(double[] values) {
        return Blocks.norm(values, 0, values.length) / Math.sqrt(values.length);
    }
}
