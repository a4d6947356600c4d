package dev.retort.theory.distillation;

import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.spectrum.SpectralMeasure;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.univariate.BrentOptimizer;
import org.apache.commons.math3.optim.univariate.SearchInterval;
import org.apache.commons.math3.optim.univariate.UnivariateObjectiveFunction;
import org.apache.commons.math3.optim.univariate.UnivariatePointValuePair;
import org.jspecify.annotations.Nullable;

/**
 * The time at which gradient flow is best stopped, for any teacher. The risk may have several minima in the time: a
 * grid of times, from long before anything is learnt to long after everything is learnt, finds them, and Brent's method
 * refines each. The time of a minimum has a relative accuracy of about 1e-7, because the risk is flat there; the risk
 * itself is accurate. Immutable.
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.2, 100), Signal.sourcePowerLaw(1.4)).withNoise(0.4);
 * BestStopping best = BestStopping.of(Distillation.of(task), Training.samples(60));
 * double time = best.time();
 * double excess = best.excess();
 * }</pre>
 */
public final class BestStopping {

    private static final int POINTS = 49;
    private static final double FLATNESS = 1e-8;

    /** The relative accuracy of risks: a smaller improvement by stopping does not count. */
    private static final double PRECISION = 1e-12;

    private static final int MOST_EVALUATIONS = 200;

    /**
     * The grid extends by this factor before the time at which the fastest feature is learnt, and after that of the slowest
     * feature that n samples can resolve.
     */
    private static final double MARGIN = 1e3;

    private final Teacher teacher;
    private final Training training;
    private final double time;
    private final double excess;
    private final boolean boundary;
    private final List<Double> minima;

    private BestStopping(Teacher teacher, Training training) {
        this.teacher = teacher;
        this.training = training;
        SpectralMeasure measure = training.seenSpectrum(teacher.task()).measure();
        double fastest = measure.value(0);
        double slowest = Math.min(measure.trace() / training.samples(), fastest);
        double low = Math.log(1 / (fastest * MARGIN));
        double high = Math.log(MARGIN / (slowest * 1e-3));
        double[] grid = new double[POINTS];
        double[] values = new double[POINTS];
        for (int k = 0; k < POINTS; k++) {
            grid[k] = low + (high - low) * k / (POINTS - 1);
            values[k] = excess(Math.exp(grid[k]));
        }
        List<Double> found = new ArrayList<>();
        double best = Math.exp(grid[0]);
        double smallest = values[0];
        for (int k = 1; k < POINTS - 1; k++) {
            if (values[k] <= values[k - 1] && values[k] < values[k + 1]) {
                UnivariatePointValuePair refined = new BrentOptimizer(FLATNESS, FLATNESS)
                        .optimize(
                                new MaxEval(MOST_EVALUATIONS),
                                GoalType.MINIMIZE,
                                new UnivariateObjectiveFunction(at -> excess(Math.exp(at))),
                                new SearchInterval(grid[k - 1], grid[k + 1], grid[k]));
                found.add(Math.exp(refined.getPoint()));
                if (refined.getValue() < smallest) {
                    smallest = refined.getValue();
                    best = Math.exp(refined.getPoint());
                }
            }
        }
        double ends = end();
        if (ends <= smallest * (1 + PRECISION)) {
            smallest = ends;
            best = Double.POSITIVE_INFINITY;
        }
        this.time = best;
        this.excess = smallest;
        this.boundary = Double.isInfinite(best) || best == Math.exp(grid[0]);
        this.minima = List.copyOf(found);
    }

    /**
     * The best stopping time of a training.
     *
     * @param teacher who labels the data: a draft with or without a surrogate, or a pipeline
     * @param training how the target is trained, by gradient flow in place of ridge regression or of its filter; its ridge is
     *     weight decay
     * @return the outcome of the search
     * @throws IllegalArgumentException as {@link Teacher#target(Training)} does, or if the training is one of random features or
     *     of stochastic gradient descent
     */
    public static BestStopping of(Teacher teacher, Training training) {
        Estimator estimator = notNull("training", training).estimator();
        if (!(estimator instanceof Estimator.Ridge || estimator instanceof Estimator.Filtered)) {
            throw refusal(
                    "training",
                    training,
                    "cannot be stopped early; give one of ridge regression, whose ridge is weight decay");
        }
        return new BestStopping(notNull("teacher", teacher), training.with(new Estimator.Ridge(training.ridge())));
    }

    private double excess(double at) {
        return teacher.target(training.stoppedAt(at)).predict().excess();
    }

    /** The excess risk without stopping: gradient flow with weight decay ends at ridge regression. */
    private double end() {
        return teacher.target(training).predict().excess();
    }

    /**
     * The best time.
     *
     * @return t; infinite if it is best not to stop
     */
    public double time() {
        return time;
    }

    /**
     * The excess risk at the best time.
     *
     * @return the smallest that any time reaches
     */
    public double excess() {
        return excess;
    }

    /**
     * Whether the best time is at an end of the range: it is best never to stop, or not to train at all.
     *
     * @return true at either end
     */
    public boolean isBoundary() {
        return boundary;
    }

    /**
     * The times of all local minima of the risk.
     *
     * @return the finite ones found, in ascending order
     */
    public List<Double> minima() {
        return minima;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof BestStopping that && teacher.equals(that.teacher) && training.equals(that.training);
    }

    @Override
    public int hashCode() {
        return Objects.hash(teacher, training);
    }

    @Override
    public String toString() {
        return "BestStopping at " + time + " with excess " + excess + ", of " + training + " on the labels of "
                + teacher;
    }
}
