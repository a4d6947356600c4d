package dev.retort.theory.scaling;

import static dev.retort.core.internal.Arguments.betweenZeroAndOne;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.ThinSvd;
import java.util.Arrays;
import java.util.Locale;
import org.apache.commons.math3.distribution.FDistribution;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.univariate.BrentOptimizer;
import org.apache.commons.math3.optim.univariate.SearchInterval;
import org.apache.commons.math3.optim.univariate.UnivariateObjectiveFunction;
import org.jspecify.annotations.Nullable;

/**
 * A power law above a floor, y = floor + constant · x<sup>−exponent</sup>, fitted by least squares of relative deviations: a
 * risk that tends to that of the noise, or a spectrum that ends in noise. A straight line through logarithms mistakes the
 * floor for a slower decay; this fit tells the two apart if the points allow it.
 *
 * <p>For each exponent the floor, at least 0, and the constant follow from linear least squares; the exponent is the best of
 * 0.01 to 20. If the errors of the points are known, they are the weights; otherwise the points' common relative error is
 * estimated from the residuals, and intervals are those of Student's t, whose degrees of freedom are three less than the
 * number of points. Intervals come from the linearised fit. Immutable.
 *
 * <pre>{@code
 * double[] n = {100, 200, 400, 800, 1600, 3200, 6400};
 * double[] risk = Arrays.stream(n).map(x -> 0.5 + 2 / Math.sqrt(x)).toArray();
 * FlooredFit fit = RiskCurve.of(1e6, n, risk).fitWithFloor();
 * double exponent = fit.exponent(); // 0.500
 * double floor = fit.floor(); // 0.500
 * }</pre>
 */
public final class FlooredFit {

    private static final double LEAST_EXPONENT = 0.01;
    private static final double MOST_EXPONENT = 20;
    private static final int SCAN = 200;
    private static final double PRECISION = 1e-12;
    private static final int PARAMETERS = 3;

    /** The widest range of weights whose products of four neither overflow nor underflow. */
    private static final double WIDEST = 1e70;

    private final double floor;

    /** The part above the floor, at x = e^middle. */
    private final double atMiddle;

    private final double middle;
    private final double exponent;
    private final double floorError;
    private final double exponentError;

    /** Infinite if the errors of the points are known. */
    private final double degreesOfFreedom;

    private final double pValueOfNoFloor;

    private FlooredFit(
            double floor,
            double atMiddle,
            double middle,
            double exponent,
            double floorError,
            double exponentError,
            double degreesOfFreedom,
            double pValueOfNoFloor) {
        this.floor = floor;
        this.atMiddle = atMiddle;
        this.middle = middle;
        this.exponent = exponent;
        this.floorError = floorError;
        this.exponentError = exponentError;
        this.degreesOfFreedom = degreesOfFreedom;
        this.pValueOfNoFloor = pValueOfNoFloor;
    }

    /**
     * The fit to points that are all equally precise, relative to their size.
     *
     * @param x where the points are, greater than 0
     * @param y the values there, greater than 0; at least four, and as many as {@code x}
     * @return the fit
     * @throws IllegalArgumentException if the lengths differ, there are fewer than four points or fewer than three different
     *     x, a number is not positive and finite, or values differ by more than 10<sup>70</sup>
     */
    public static FlooredFit of(double[] x, double[] y) {
        return of(x, y, null);
    }

    static FlooredFit of(double[] x, double[] y, double @Nullable [] errors) {
        length("y", notNull("y", y).length, "x.length", notNull("x", x).length);
        for (int k = 0; k < x.length; k++) {
            positive("x[" + k + "]", x[k]);
            positive("y[" + k + "]", y[k]);
        }
        if (x.length < PARAMETERS + 1 || Arrays.stream(x).distinct().count() < PARAMETERS) {
            throw refusal(
                    "points",
                    x.length,
                    "is not at least 4, with at least 3 different x: a floor cannot be told from a slope");
        }
        return new Points(x, y, errors).fit();
    }

    /** The points, x in units of their geometric mean, y in powers of two, weights in those of the most precise point. */
    private static final class Points {
        private final double[] logarithms;
        private final double[] y;
        private final double[] weights;
        private final double middle;
        private final boolean known;

        /** The given y are the scaled ones times this. */
        private final double scale;

        /** The weights are the reciprocal errors, in units of the scale, times this. */
        private final double precision;

        Points(double[] x, double[] y, double @Nullable [] errors) {
            this.middle = Arrays.stream(x).map(Math::log).average().orElseThrow();
            this.logarithms =
                    Arrays.stream(x).map(value -> Math.log(value) - middle).toArray();
            this.scale = power(Arrays.stream(y).max().orElseThrow());
            this.y = Arrays.stream(y).map(value -> value / scale).toArray();
            this.known = errors != null;
            double[] precise = Arrays.stream(errors == null ? y : errors)
                    .map(value -> value / scale)
                    .toArray();
            double least = Arrays.stream(precise).min().orElseThrow();
            double most = Arrays.stream(precise).max().orElseThrow();
            if (!(most / least <= WIDEST)) {
                throw refusal(
                        known ? "errors" : "y",
                        "values from " + least * scale + " to " + most * scale,
                        "differ by more than " + WIDEST
                                + ", too much to be fitted together: leave out the extreme ones");
            }
            this.precision = power(least);
            this.weights =
                    Arrays.stream(precise).map(value -> precision / value).toArray();
        }

        /** The power of two that scales a number to about 1. */
        private static double power(double value) {
            return Math.scalb(1.0, Math.max(Math.getExponent(value), Double.MIN_EXPONENT));
        }

        FlooredFit fit() {
            double step = Math.log(MOST_EXPONENT / LEAST_EXPONENT) / SCAN;
            int best = 0;
            for (int i = 1; i <= SCAN; i++) {
                best = misfit(exponent(i * step)) < misfit(exponent(best * step)) ? i : best;
            }
            double logarithm = new BrentOptimizer(PRECISION, PRECISION)
                    .optimize(
                            new MaxEval(SCAN),
                            GoalType.MINIMIZE,
                            new UnivariateObjectiveFunction(l -> misfit(exponent(l))),
                            new SearchInterval(
                                    Math.max(0, best - 1) * step, Math.min(SCAN, best + 1) * step, best * step))
                    .getPoint();
            return at(exponent(logarithm));
        }

        private static double exponent(double logarithm) {
            return LEAST_EXPONENT * Math.exp(logarithm);
        }

        private double misfit(double exponent) {
            return misfit(exponent, linear(exponent));
        }

        private double misfit(double exponent, double[] linear) {
            double sum = 0;
            for (int k = 0; k < y.length; k++) {
                double off = weights[k] * (linear[0] + linear[1] * power(exponent, k) - y[k]);
                sum += off * off;
            }
            return sum;
        }

        private double power(double exponent, int k) {
            return Math.exp(-exponent * logarithms[k]);
        }

        /** Floor and factor of the power, neither below 0. */
        private double[] linear(double exponent) {
            double ones = 0;
            double powers = 0;
            double mixed = 0;
            double y1 = 0;
            double yp = 0;
            for (int k = 0; k < y.length; k++) {
                double w = weights[k] * weights[k];
                double t = power(exponent, k);
                ones += w;
                mixed += w * t;
                powers += w * t * t;
                y1 += w * y[k];
                yp += w * y[k] * t;
            }
            double determinant = ones * powers - mixed * mixed;
            double floor = (y1 * powers - yp * mixed) / determinant;
            double factor = (yp * ones - y1 * mixed) / determinant;
            if (!(floor > 0)) {
                return new double[] {0, yp / powers};
            }
            return factor > 0 ? new double[] {floor, factor} : new double[] {y1 / ones, 0};
        }

        private FlooredFit at(double exponent) {
            double[] linear = linear(exponent);
            double misfit = misfit(exponent, linear);
            double freedom = y.length - PARAMETERS;
            double unit = known ? Math.max(precision * precision, Double.MIN_NORMAL) : misfit / freedom;
            double[][] slopes = new double[PARAMETERS][y.length];
            for (int k = 0; k < y.length; k++) {
                double t = power(exponent, k);
                slopes[0][k] = weights[k];
                slopes[1][k] = weights[k] * t;
                slopes[2][k] = -weights[k] * linear[1] * logarithms[k] * t;
            }
            double[] variances = variances(slopes);
            // A floor of 0 is not a fitted parameter and does not reduce the precision of the exponent.
            double ofExponent = linear[0] > 0 ? variances[2] : variances(slopes[1], slopes[2])[1];
            double straight = leastWithoutFloor();
            double p = known
                    ? 1 - new FDistribution(1, 1e9).cumulativeProbability(Math.max(0, (straight - misfit) / unit))
                    : misfit == 0
                            ? straight > 0 ? 0 : 1
                            : 1
                                    - new FDistribution(1, freedom)
                                            .cumulativeProbability(Math.max(0, (straight - misfit) / unit));
            return new FlooredFit(
                    scale * linear[0],
                    scale * linear[1],
                    middle,
                    exponent,
                    scale * error(unit, variances[0]),
                    error(unit, ofExponent),
                    known ? Double.POSITIVE_INFINITY : freedom,
                    p);
        }

        /** Infinite where the points do not determine the parameter, however well the law fits them. */
        private static double error(double unit, double variance) {
            return Double.isInfinite(variance) ? variance : Math.sqrt(unit * variance);
        }

        private double leastWithoutFloor() {
            double least = Double.POSITIVE_INFINITY;
            double best = LEAST_EXPONENT;
            for (int i = 0; i <= SCAN; i++) {
                double exponent = LEAST_EXPONENT * Math.pow(MOST_EXPONENT / LEAST_EXPONENT, (double) i / SCAN);
                double here = withoutFloor(exponent);
                if (here < least) {
                    least = here;
                    best = exponent;
                }
            }
            double around = Math.pow(MOST_EXPONENT / LEAST_EXPONENT, 1.0 / SCAN);
            return new BrentOptimizer(PRECISION, PRECISION)
                    .optimize(
                            new MaxEval(SCAN),
                            GoalType.MINIMIZE,
                            new UnivariateObjectiveFunction(this::withoutFloor),
                            new SearchInterval(best / around, best * around, best))
                    .getValue();
        }

        private double withoutFloor(double exponent) {
            double powers = 0;
            double yp = 0;
            for (int k = 0; k < y.length; k++) {
                double t = weights[k] * power(exponent, k);
                powers += t * t;
                yp += weights[k] * y[k] * t;
            }
            return misfit(exponent, new double[] {0, yp / powers});
        }

        /** The diagonal of (JᵀJ)⁻¹, infinite where the points do not determine the parameter. */
        private static double[] variances(double[]... slopes) {
            double[] lengths = new double[slopes.length];
            double[][] unit = new double[slopes.length][];
            for (int j = 0; j < slopes.length; j++) {
                double length =
                        Math.sqrt(Arrays.stream(slopes[j]).map(v -> v * v).sum());
                lengths[j] = length;
                unit[j] = Arrays.stream(slopes[j])
                        .map(v -> length == 0 ? 0 : v / length)
                        .toArray();
            }
            ThinSvd svd = ThinSvd.of(unit);
            double[] variances = new double[slopes.length];
            for (int k = 0; k < slopes.length; k++) {
                double[] right = svd.right(k);
                for (int j = 0; j < slopes.length; j++) {
                    double part = right[j] / svd.value(k) / lengths[j];
                    variances[j] += right[j] == 0 && lengths[j] > 0 ? 0 : part * part;
                }
            }
            for (int j = 0; j < slopes.length; j++) {
                variances[j] = Double.isFinite(variances[j]) ? variances[j] : Double.POSITIVE_INFINITY;
            }
            return variances;
        }
    }

    /** {@return the floor, to which the values tend, at least 0} */
    public double floor() {
        return floor;
    }

    /** {@return the factor of the power, the part above the floor at x = 1; infinite if that overflows} */
    public double constant() {
        return atMiddle == 0 ? 0 : atMiddle * Math.exp(exponent * middle);
    }

    /** {@return the exponent of the decay to the floor, from 0.01 to 20} */
    public double exponent() {
        return exponent;
    }

    /**
     * The confidence interval of the floor.
     *
     * @param level the confidence, between 0 and 1
     * @return the interval, cut off at 0; its upper end is infinite if the points do not determine the floor, for example if
     *     all values are equal
     * @throws IllegalArgumentException if the level is out of range
     */
    public Interval floorInterval(double level) {
        double reach = quantile(level) * floorError;
        return new Interval(Math.max(0, floor - reach), floor + reach);
    }

    /**
     * The confidence interval of the exponent.
     *
     * @param level the confidence, between 0 and 1
     * @return the interval, cut off at 0; its upper end is infinite if the points do not determine the exponent
     * @throws IllegalArgumentException if the level is out of range
     */
    public Interval exponentInterval(double level) {
        double reach = quantile(level) * exponentError;
        return new Interval(Math.max(0, exponent - reach), exponent + reach);
    }

    private double quantile(double level) {
        betweenZeroAndOne("level", level);
        // With a billion degrees of freedom Student's t is normal to all relevant digits.
        return new TDistribution(Math.min(degreesOfFreedom, 1e9)).inverseCumulativeProbability((1 + level) / 2);
    }

    /**
     * The probability that a power law without a floor fits this much worse by chance: if it is small, a straight line
     * through logarithms has the wrong exponent.
     *
     * @return the p-value of the F-test
     */
    public double pValueOfNoFloor() {
        return pValueOfNoFloor;
    }

    /**
     * The fitted law.
     *
     * @param x where, greater than 0
     * @return floor + constant · x<sup>−exponent</sup>
     * @throws IllegalArgumentException if x is not positive and finite
     */
    public double value(double x) {
        double distance = middle - Math.log(positive("x", x));
        return atMiddle == 0 ? floor : floor + atMiddle * Math.exp(exponent * distance);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof FlooredFit that && Arrays.equals(numbers(), that.numbers());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(numbers());
    }

    /** All that the fit consists of. */
    private double[] numbers() {
        return new double[] {
            floor, atMiddle, middle, exponent, floorError, exponentError, degreesOfFreedom, pValueOfNoFloor
        };
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%.4g + %.4g x^-%.4g, exponent ± %.2g", floor, constant(), exponent, exponentError);
    }
}
