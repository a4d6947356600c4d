package dev.retort.theory.scaling;

import dev.retort.core.RandomStreams;
import dev.retort.core.internal.Parallel;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.math3.exception.ConvergenceException;
import org.apache.commons.math3.fitting.leastsquares.LeastSquaresBuilder;
import org.apache.commons.math3.fitting.leastsquares.LeastSquaresProblem;
import org.apache.commons.math3.fitting.leastsquares.LevenbergMarquardtOptimizer;
import org.apache.commons.math3.fitting.leastsquares.MultivariateJacobianFunction;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.RealVector;
import org.apache.commons.math3.util.Pair;

/**
 * The fit that minimises Huber's loss of the residuals ln(predicted) − ln(measured): r²/2 up to a scale, and scale · (|r| −
 * scale/2) beyond. It is half the square of sign(r) √(2 huber(r)), whose sum of squares Levenberg and Marquardt's method
 * minimises.
 */
final class HuberFit<L> {

    /** The scale before that of the residuals is known: an unremarkable relative deviation of a loss. */
    static final double FIRST_SCALE = 0.01;

    /**
     * The scale in units of the standard deviation at which the fit is 95 % as efficient as least squares for normal
     * residuals (Huber).
     */
    private static final double EFFICIENT = 1.345;

    /** The reciprocal of the median of |z| for normal z. */
    private static final double NORMAL_MEDIAN = 1.4826;

    /** Residuals below this are only the rounding of the recorded losses. */
    private static final double LEAST_SCALE = 1e-9;

    private static final int SHORT = 40;
    private static final int LONG = 1000;
    private static final int FINALISTS = 3;
    private static final int REWEIGHTINGS = 3;

    private final LawModel<L> model;
    private final double[] measured;
    private final double[] constants;
    private final double scale;
    private final int agreeing;

    private HuberFit(LawModel<L> model, double[] measured, double[] constants, double scale, int agreeing) {
        this.model = model;
        this.measured = measured;
        this.constants = constants;
        this.scale = scale;
        this.agreeing = agreeing;
    }

    /** Searches from many starts, continues the best of them to convergence, then refits with the scale of the residuals. */
    static <L> HuberFit<L> of(LawModel<L> model, FitSettings settings) {
        double[] measured = Arrays.stream(model.runs().losses()).map(Math::log).toArray();
        RandomStreams streams = RandomStreams.of(settings.seed());
        Search<L> all = new Search<>(model, measured, allOf(measured.length), FIRST_SCALE);
        List<Candidate> brief =
                Parallel.values(
                                settings.starts(),
                                i -> all.from(model.start(streams.at(i).generator()), SHORT))
                        .stream()
                        .sorted(Comparator.comparingDouble(Candidate::loss))
                        .toList();
        List<Candidate> candidates = brief.stream()
                .limit(FINALISTS)
                .map(candidate -> all.from(candidate.constants(), LONG))
                .sorted(Comparator.comparingDouble(Candidate::loss))
                .toList();
        Candidate best = candidates.get(0);
        int agreeing = (int) brief.stream()
                .filter(candidate -> candidate.loss() <= 1.05 * best.loss() + LEAST_SCALE)
                .count();
        HuberFit<L> fit = new HuberFit<>(model, measured, best.constants(), FIRST_SCALE, agreeing);
        for (int i = 0; i < REWEIGHTINGS; i++) {
            double scale = Math.max(LEAST_SCALE, EFFICIENT * fit.deviation());
            double[] next = new Search<>(model, measured, allOf(measured.length), scale)
                    .from(fit.constants, LONG)
                    .constants();
            fit = new HuberFit<>(model, measured, next, scale, agreeing);
        }
        return fit;
    }

    private static int[] allOf(int rows) {
        return IntStream.range(0, rows).toArray();
    }

    /** The constants that fit some of the rows, with the scale of a first fit, before that of the residuals is known. */
    double[] refitted(int[] rows, int iterations) {
        return new Search<>(model, measured, rows, FIRST_SCALE)
                .from(constants, iterations)
                .constants();
    }

    /** The constants with which another model of the same form fits other logarithms of losses. */
    double[] refitted(LawModel<L> other, double[] values, int iterations) {
        return new Search<>(other, values, allOf(values.length), scale)
                .from(constants, iterations)
                .constants();
    }

    /** The fit of another model of the same form to the same losses. */
    HuberFit<L> with(LawModel<L> other) {
        return new HuberFit<>(other, measured, refitted(other, measured, LONG), scale, agreeing);
    }

    /** The logarithms of the losses. */
    double[] measured() {
        return measured.clone();
    }

    LawModel<L> model() {
        return model;
    }

    double[] constants() {
        return constants.clone();
    }

    double scale() {
        return scale;
    }

    /** The number of starts whose result is close to the best. */
    int agreeing() {
        return agreeing;
    }

    double[] residuals() {
        return residuals(constants, new double[measured.length][constants.length]);
    }

    double[] residuals(double[] at, double[][] jacobian) {
        double[] residuals = new double[measured.length];
        Arrays.setAll(residuals, i -> model.predict(at, i, jacobian[i]) - measured[i]);
        return residuals;
    }

    /**
     * The standard deviation of the residuals, estimated from the median of their absolute values, so that outliers have no
     * extra influence.
     */
    double deviation() {
        int n = measured.length;
        return NORMAL_MEDIAN * medianSize(residuals()) * Math.sqrt((double) n / (n - constants.length));
    }

    /** The standard deviation of the logarithms of the losses, estimated in the same way. */
    double spread() {
        double middle = median(measured);
        return NORMAL_MEDIAN
                * medianSize(
                        Arrays.stream(measured).map(value -> value - middle).toArray());
    }

    private static double medianSize(double[] values) {
        return median(Arrays.stream(values).map(Math::abs).toArray());
    }

    private static double median(double[] values) {
        double[] sorted = Arrays.stream(values).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    static double huber(double residual, double scale) {
        double size = Math.abs(residual);
        return size <= scale ? size * size / 2 : scale * (size - scale / 2);
    }

    /** Constants that a search has evaluated. */
    private static final class Candidate {
        private final double[] constants;
        private final double loss;

        Candidate(double[] constants, double loss) {
            this.constants = constants;
            this.loss = loss;
        }

        double[] constants() {
            return constants;
        }

        double loss() {
            return loss;
        }
    }

    /** A search, which remembers the best constants that it has evaluated. */
    private static final class Search<L> {
        private final LawModel<L> model;
        private final double[] measured;
        private final int[] rows;
        private final double scale;
        private final double[][] bounds;

        Search(LawModel<L> model, double[] measured, int[] rows, double scale) {
            this.model = model;
            this.measured = measured;
            this.rows = rows;
            this.scale = scale;
            this.bounds = model.bounds();
        }

        Candidate from(double[] start, int iterations) {
            Candidate[] best = {new Candidate(start, Double.POSITIVE_INFINITY)};
            MultivariateJacobianFunction function = point -> {
                double[] at = point.toArray();
                double[] values = new double[rows.length];
                double[][] jacobian = new double[rows.length][at.length];
                double sum = 0;
                for (int k = 0; k < rows.length; k++) {
                    double residual = model.predict(at, rows[k], jacobian[k]) - measured[rows[k]];
                    double loss = huber(residual, scale);
                    sum += loss;
                    values[k] = Math.signum(residual) * Math.sqrt(2 * loss);
                    double slope = Math.abs(residual) <= scale ? 1 : scale / Math.sqrt(2 * loss);
                    for (int j = 0; j < at.length; j++) {
                        jacobian[k][j] *= slope;
                    }
                }
                holdAtBounds(at, values, jacobian);
                if (sum < best[0].loss()) {
                    best[0] = new Candidate(at, sum);
                }
                return new Pair<>(new ArrayRealVector(values, false), new Array2DRowRealMatrix(jacobian, false));
            };
            LeastSquaresProblem problem = new LeastSquaresBuilder()
                    .start(start)
                    .model(function)
                    .target(new double[rows.length])
                    .parameterValidator(this::bounded)
                    .checker((iteration, previous, current) -> iteration >= iterations)
                    .maxEvaluations(Integer.MAX_VALUE)
                    .maxIterations(Integer.MAX_VALUE)
                    .lazyEvaluation(false)
                    .build();
            try {
                new LevenbergMarquardtOptimizer()
                        .withCostRelativeTolerance(1e-12)
                        .withParameterRelativeTolerance(1e-12)
                        .optimize(problem);
            } catch (ConvergenceException exhausted) {
                // Steps have become too small for double precision: take the best constants evaluated.
                return best[0];
            }
            return best[0];
        }

        /**
         * Clears the derivatives with respect to constants that are at a bound and would lower the loss beyond it. Otherwise the
         * step relies on their moving as well, and hardly lowers the loss once they are put back.
         */
        private void holdAtBounds(double[] at, double[] values, double[][] jacobian) {
            for (int j = 0; j < at.length; j++) {
                double slope = 0;
                for (int k = 0; k < values.length; k++) {
                    slope += values[k] * jacobian[k][j];
                }
                if ((at[j] <= bounds[j][0] && slope > 0) || (at[j] >= bounds[j][1] && slope < 0)) {
                    for (double[] row : jacobian) {
                        row[j] = 0;
                    }
                }
            }
        }

        private RealVector bounded(RealVector point) {
            for (int j = 0; j < bounds.length; j++) {
                point.setEntry(j, Math.max(bounds[j][0], Math.min(bounds[j][1], point.getEntry(j))));
            }
            return point;
        }
    }
}
