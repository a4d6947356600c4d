package dev.retort.theory.planning;

import dev.retort.core.internal.Parallel;
import java.util.OptionalDouble;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.apache.commons.math3.analysis.solvers.BrentSolver;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.univariate.BrentOptimizer;
import org.apache.commons.math3.optim.univariate.SearchInterval;
import org.apache.commons.math3.optim.univariate.UnivariateObjectiveFunction;

/**
 * Roots and minima of a risk along a line. There may be several: a grid finds the right one, and Brent's methods refine it.
 * The grid is evaluated on all processors.
 */
final class Search {

    private static final int MOST_EVALUATIONS = 200;
    private static final double ACCURACY = 1e-12;

    /** The accuracy with which a minimum can be located: the risk is flat there. */
    private static final double FLATNESS = 1e-7;

    private Search() {}

    /** Points from one number to another at equal distances, both included. */
    static double[] grid(double from, double to, int points) {
        return IntStream.range(0, points)
                .mapToDouble(k -> from + (to - from) * k / (points - 1))
                .toArray();
    }

    private static double[] values(double[] grid, DoubleUnaryOperator function) {
        return Parallel.numbers(grid.length, k -> function.applyAsDouble(grid[k]));
    }

    /** The first point at which a function is not above zero; empty if it is above zero everywhere. */
    static OptionalDouble firstDescent(double[] grid, DoubleUnaryOperator function) {
        double[] values = values(grid, function);
        for (int k = 0; k < grid.length; k++) {
            if (values[k] <= 0) {
                return OptionalDouble.of(k == 0 || values[k] == 0 ? grid[k] : root(grid[k - 1], grid[k], function));
            }
        }
        return OptionalDouble.empty();
    }

    /** The root between two points at which a function has different signs. */
    static double root(double from, double to, DoubleUnaryOperator function) {
        double low = from;
        // Brent's method needs finite values: halve the interval until it contains no infinite risk.
        double high = to;
        boolean sign = function.applyAsDouble(high) > 0;
        while (Double.isInfinite(function.applyAsDouble(low)) || Double.isInfinite(function.applyAsDouble(high))) {
            double middle = low + (high - low) / 2;
            if (middle == low || middle == high) {
                return middle;
            }
            if (function.applyAsDouble(middle) > 0 == sign) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return new BrentSolver(ACCURACY, ACCURACY).solve(MOST_EVALUATIONS, function::applyAsDouble, low, high);
    }

    /** The point at which the function is smallest. */
    static double minimum(double[] grid, DoubleUnaryOperator function) {
        double[] values = values(grid, function);
        int best = IntStream.range(0, grid.length)
                .reduce((k, j) -> values[j] < values[k] ? j : k)
                .orElseThrow();
        double low = grid[Math.max(best - 1, 0)];
        double high = grid[Math.min(best + 1, grid.length - 1)];
        double refined = new BrentOptimizer(FLATNESS, FLATNESS)
                .optimize(
                        new MaxEval(MOST_EVALUATIONS),
                        GoalType.MINIMIZE,
                        new UnivariateObjectiveFunction(function::applyAsDouble),
                        new SearchInterval(low, high, grid[best]))
                .getPoint();
        return function.applyAsDouble(refined) <= values[best] ? refined : grid[best];
    }
}
