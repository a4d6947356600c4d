package dev.retort.theory.data;

import static dev.retort.core.internal.Arguments.fromZeroToOne;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.nonNegativeOrInfinite;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.number;
import static dev.retort.core.internal.Arguments.positive;

import java.util.stream.IntStream;

/**
 * Diagnostics that decide how far predictions from a table can be trusted: how the sizes of its rows scatter, and how two estimates of the
 * same risk compare. The thresholds that {@link DataAnalysis} applies to them come from experiments on twelve tables, real and made up,
 * which {@code docs/own-data.md} lists.
 *
 * @param excessVariance the variance of the rows' squared sizes beyond that of Gaussian rows: about 0 for Gaussian rows and features that
 *     are independent, 0.3 to 6 on many real tables, hundreds where columns are zero in nearly all rows
 * @param largestLeverage the largest leverage, at most 1: the weight of a label in its own fit without ridge
 * @param leveragedRow the row with the largest leverage, counted from 0
 * @param isolatingColumn the column in which that row stands apart most
 * @param withoutRidge the leave-one-out risk of least squares over its risk by generalised cross-validation; the theory of Gaussian
 *     features is too low by this factor or more. Infinite if a row alone determines a direction
 * @param atBestRidge the same ratio at the best ridge
 * @param kurtosis the kurtosis of the residuals at the best ridge, 3 for Gaussian ones
 * @param duplicateRows the share of rows that are equal to an earlier row
 * @param rowsPerDirection N/k
 */
public record Diagnostics(
        double excessVariance,
        double largestLeverage,
        int leveragedRow,
        String isolatingColumn,
        double withoutRidge,
        double atBestRidge,
        double kurtosis,
        double duplicateRows,
        double rowsPerDirection) {

    /**
     * Checks the numbers.
     *
     * @param excessVariance the variance of the rows' squared sizes beyond that of Gaussian rows
     * @param largestLeverage the largest leverage, from 0 to 1
     * @param leveragedRow the row with the largest leverage, at least 0
     * @param isolatingColumn the column in which that row stands apart most
     * @param withoutRidge the ratio of risks without ridge, at least 0
     * @param atBestRidge the same ratio at the best ridge, at least 0
     * @param kurtosis the kurtosis of the residuals, at least 0
     * @param duplicateRows the share of rows that are equal to an earlier row, from 0 to 1
     * @param rowsPerDirection N/k, greater than 0
     * @throws IllegalArgumentException if an argument is null, NaN or out of range
     */
    public Diagnostics {
        number("excessVariance", excessVariance);
        fromZeroToOne("largestLeverage", largestLeverage);
        nonNegative("leveragedRow", leveragedRow);
        notNull("isolatingColumn", isolatingColumn);
        nonNegativeOrInfinite("withoutRidge", withoutRidge);
        nonNegativeOrInfinite("atBestRidge", atBestRidge);
        nonNegativeOrInfinite("kurtosis", kurtosis);
        fromZeroToOne("duplicateRows", duplicateRows);
        positive("rowsPerDirection", rowsPerDirection);
    }

    static Diagnostics of(Prepared prepared, Decomposition data, Shrinkage best, double duplicateRows) {
        Shrinkage none = Shrinkage.of(data, 0);
        double[] leverages = none.leverages();
        int row = IntStream.range(0, leverages.length)
                .reduce((i, j) -> leverages[j] > leverages[i] ? j : i)
                .orElseThrow();
        // Without residual degrees of freedom every row has leverage 1 − 1/n, which carries no information.
        boolean free = data.rank < data.freedom;
        return new Diagnostics(
                free ? new Leverage(data, none).excessVariance() : 0,
                free ? Math.min(1, leverages[row]) : 1,
                row,
                isolating(prepared, row),
                ratio(data, none),
                ratio(data, best),
                kurtosis(best.deletedResiduals()),
                duplicateRows,
                (double) data.rows / data.rank);
    }

    private static String isolating(Prepared prepared, int row) {
        int column = IntStream.range(0, prepared.columns.length)
                .reduce((i, j) -> apart(prepared.columns[j], row) > apart(prepared.columns[i], row) ? j : i)
                .orElseThrow();
        return prepared.names.get(column);
    }

    /** The share of a row in the variance of a column. */
    private static double apart(double[] column, int row) {
        return column[row] * column[row] / Decomposition.squares(column);
    }

    private static double ratio(Decomposition data, Shrinkage shrinkage) {
        double general = shrinkage.generalisedCrossValidation();
        double single = shrinkage.leaveOneOut() * data.rows / (data.rows + 1);
        return single == general ? 1 : single / general;
    }

    private static double kurtosis(double[] residuals) {
        double mean = 0;
        for (double residual : residuals) {
            mean += residual / residuals.length;
        }
        double second = 0;
        for (double residual : residuals) {
            second += (residual - mean) * (residual - mean) / residuals.length;
        }
        double fourth = 0;
        for (double residual : residuals) {
            double square = (residual - mean) * (residual - mean) / second;
            fourth += square * square / residuals.length;
        }
        return second == 0 ? 3 : fourth;
    }
}
