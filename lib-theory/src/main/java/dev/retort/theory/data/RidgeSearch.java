package dev.retort.theory.data;

import java.util.function.ToDoubleFunction;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.univariate.BrentOptimizer;
import org.apache.commons.math3.optim.univariate.SearchInterval;
import org.apache.commons.math3.optim.univariate.UnivariateObjectiveFunction;

/**
 * Finds the ridge that minimises a function: a scan over the logarithm of the ridge, to see all minima, then Brent's method at the best.
 */
final class RidgeSearch {

    /** The factor below the least eigenvalue, and above the largest, beyond which a ridge changes nothing more. */
    private static final double BEYOND = 1e5;

    private static final int PER_DECADE = 12;

    private static final int MOST = 400;

    /** A minimum is flat: the ridge is found to about the root of the precision of its value. */
    private static final double PRECISION = 1e-9;

    private static final int EVALUATIONS = 200;

    private final Decomposition data;
    private final ToDoubleFunction<Shrinkage> criterion;

    /** Ridges from one without effect to one that leaves nothing, in equal steps of the logarithm. */
    private final Shrinkage[] grid;

    private final double[] values;
    private final double step;

    /** @param criterion the function to be minimised, up to a factor that each search chooses; evaluated once on the grid */
    RidgeSearch(Decomposition data, ToDoubleFunction<Shrinkage> criterion) {
        this.data = data;
        this.criterion = criterion;
        double low = data.eigenvalues[data.rank - 1] / BEYOND;
        double high = data.eigenvalues[0] * BEYOND;
        int points = (int) Math.min(MOST, 2 + PER_DECADE * Math.log10(high / low));
        this.step = Math.log(high / low) / (points - 1);
        this.grid = new Shrinkage[points];
        this.values = new double[points];
        for (int i = 0; i < points; i++) {
            grid[i] = Shrinkage.of(data, low * Math.exp(i * step));
            values[i] = criterion.applyAsDouble(grid[i]);
        }
    }

    /**
     * The ridge with the least product of criterion and factor.
     *
     * @param least the smallest ridge that is allowed, perhaps 0
     * @param factor the factor on the criterion, infinite where a ridge is not allowed
     * @return that ridge; {@code least} or infinity if the product is no greater there than anywhere else
     */
    double minimum(double least, ToDoubleFunction<Shrinkage> factor) {
        double best = product(least, factor);
        int place = -1;
        for (int i = 0; i < grid.length; i++) {
            if (grid[i].ridge() > least) {
                double here = product(factor.applyAsDouble(grid[i]), values[i]);
                if (here < best) {
                    best = here;
                    place = i;
                }
            }
        }
        if (place < 0) {
            return least;
        }
        if (product(Double.POSITIVE_INFINITY, factor) <= best) {
            return Double.POSITIVE_INFINITY;
        }
        double middle = Math.log(grid[place].ridge());
        double from = Math.max(middle - step, least > 0 ? Math.log(least) : Double.NEGATIVE_INFINITY);
        double refined = Math.exp(new BrentOptimizer(PRECISION, PRECISION)
                .optimize(
                        new MaxEval(EVALUATIONS),
                        GoalType.MINIMIZE,
                        new UnivariateObjectiveFunction(
                                logarithm -> Math.min(product(Math.exp(logarithm), factor), Double.MAX_VALUE)),
                        new SearchInterval(from, middle + step, middle))
                .getPoint());
        return product(refined, factor) <= best ? refined : grid[place].ridge();
    }

    private double product(double ridge, ToDoubleFunction<Shrinkage> factor) {
        Shrinkage shrinkage = Shrinkage.of(data, ridge);
        double weight = factor.applyAsDouble(shrinkage);
        return weight == Double.POSITIVE_INFINITY ? weight : product(weight, criterion.applyAsDouble(shrinkage));
    }

    /** 0 · ∞ = 0: a risk of 0 stays 0. */
    private static double product(double factor, double value) {
        return value == 0 && factor < Double.POSITIVE_INFINITY ? 0 : factor * value;
    }
}
