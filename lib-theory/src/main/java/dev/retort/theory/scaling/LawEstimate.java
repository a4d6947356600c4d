package dev.retort.theory.scaling;

import dev.retort.core.RandomStreams;
import dev.retort.core.internal.DotProduct;
import dev.retort.core.internal.Parallel;
import dev.retort.core.internal.ThinSvd;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import org.apache.commons.math3.distribution.TDistribution;
import org.jspecify.annotations.Nullable;

/** A fitted law in one form, with the errors of its constants: from its own runs, and from those of a law that it is built on. */
final class LawEstimate<L> {

    /** Iterations of a fit that starts from constants nearby. */
    static final int REFIT = 200;

    /** Singular values below this share of the largest are rounding error. */
    private static final double NOTHING = 1e-13;

    /** The standard error of a constant's logarithm above which the constant is not known to within a factor of two. */
    private static final double UNKNOWN = 0.35;

    private static final double STEP = 1e-5;

    /** The least 1 − h by whose root a residual is divided, so that none is inflated more than sevenfold. */
    private static final double LEAST_FREEDOM = 0.02;

    private final HuberFit<L> fit;
    private final @Nullable Premise<?, L> premise;
    private final L law;
    private final double[] lengths;
    private final ThinSvd slopes;
    private final double unit;
    private final double deviation;

    /**
     * The derivatives of the residuals with respect to each constant of the premise, projected on the left singular vectors
     * of the slopes.
     */
    private final double[][] moved;

    /** The estimate of a law that is built on no other. */
    LawEstimate(HuberFit<L> fit) {
        this(fit, null);
    }

    /** @param premise the law that the fitted model is built on, or null */
    LawEstimate(HuberFit<L> fit, @Nullable Premise<?, L> premise) {
        this.fit = fit;
        this.premise = premise;
        this.law = fit.model().law(fit.constants());
        this.deviation = fit.deviation();
        double[] constants = fit.constants();
        int runs = fit.model().runs().size();
        double[][] rows = new double[runs][constants.length];
        double[] residuals = fit.residuals(constants, rows);
        double[][] columns = new double[constants.length][runs];
        this.lengths = new double[constants.length];
        for (int j = 0; j < constants.length; j++) {
            int column = j;
            Arrays.setAll(columns[j], i -> rows[i][column]);
            double length = Math.sqrt(Arrays.stream(columns[j]).map(v -> v * v).sum());
            lengths[j] = length;
            Arrays.setAll(columns[column], i -> length == 0 ? 0 : rows[i][column] / length);
        }
        this.slopes = ThinSvd.of(columns);
        this.unit = unit(residuals, fit.scale(), constants.length);
        this.moved = premise == null ? new double[0][] : moved(premise);
    }

    private double[][] moved(Premise<?, L> by) {
        double[] constants = fit.constants();
        double[][] unused = new double[fit.model().runs().size()][constants.length];
        double[][] all = new double[by.estimate().lengths.length][constants.length];
        for (int j = 0; j < all.length; j++) {
            LawModel<L> above = by.shifted(j, STEP);
            LawModel<L> below = by.shifted(j, -STEP);
            double[] slope = new double[unused.length];
            Arrays.setAll(
                    slope,
                    i -> (above.predict(constants, i, unused[i]) - below.predict(constants, i, unused[i]))
                            / (2 * STEP));
            Arrays.setAll(all[j], k -> DotProduct.of(slopes.left(k), 0, slope, 0, slope.length));
        }
        return all;
    }

    /** The variance in (JᵀJ)⁻¹ of an M-estimate, with Huber's correction for few rows (Huber, Robust Statistics, 1981, 7.6). */
    private static double unit(double[] residuals, double scale, int constants) {
        int runs = residuals.length;
        double squares = 0;
        double inside = 0;
        for (double residual : residuals) {
            double pull = Math.max(-scale, Math.min(scale, residual));
            squares += pull * pull;
            inside += Math.abs(residual) <= scale ? 1 : 0;
        }
        double share = inside / runs;
        double correction = 1 + constants * (1 - share) / (share * runs);
        return correction * correction * squares / (runs - constants) / (share * share);
    }

    HuberFit<L> fit() {
        return fit;
    }

    L law() {
        return law;
    }

    double deviation() {
        return deviation;
    }

    /** The number of runs minus that of constants, for this law or its premise, whichever is smaller. */
    int freedom() {
        return premise == null
                ? ownFreedom()
                : Math.min(ownFreedom(), premise.estimate().freedom());
    }

    private int ownFreedom() {
        return fit.model().runs().size() - lengths.length;
    }

    double condition() {
        double ratio = slopes.value(0) / slopes.value(lengths.length - 1);
        return ratio * ratio;
    }

    boolean isIdentified() {
        LawModel<L> model = fit.model();
        for (int k = 0; k < lengths.length; k++) {
            int constant = k;
            if (!(errors(each -> Math.log(model.written(each)[constant])).both() <= UNKNOWN)) {
                return false;
            }
        }
        return true;
    }

    /** The interval by the delta method: of the quantity if the scatter is 0, otherwise of a run with that scatter. */
    Interval interval(ToDoubleFunction<? super L> quantity, double level, double scatter) {
        double value = quantity.applyAsDouble(law);
        boolean logarithmic = value > 0;
        double reach = errors(logarithmic ? each -> Math.log(quantity.applyAsDouble(each)) : quantity)
                .with(scatter)
                .reach(level);
        if (!(reach < Double.POSITIVE_INFINITY)) {
            return new Interval(logarithmic ? 0 : Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
        }
        return logarithmic
                ? new Interval(value * Math.exp(-reach), value * Math.exp(reach))
                : new Interval(value - reach, value + reach);
    }

    /** The standard errors due to the runs of the law and to those of its premise, each with its degrees of freedom. */
    private record Errors(double own, int freedom, double premise, int freedomOfPremise) {

        double both() {
            return Math.hypot(own, premise);
        }

        Errors with(double scatter) {
            return new Errors(Math.hypot(own, scatter), freedom, premise, freedomOfPremise);
        }

        /** Quantiles of Student's t with the degrees of freedom of a sum of variances (Welch and Satterthwaite). */
        double reach(double level) {
            double share = premise == 0 ? 0 : Math.pow(premise / both(), 2);
            double together = 1 / (Math.pow(1 - share, 2) / freedom + share * share / freedomOfPremise);
            return both() < Double.POSITIVE_INFINITY
                    ? both() * new TDistribution(together).inverseCumulativeProbability((1 + level) / 2)
                    : Double.POSITIVE_INFINITY;
        }
    }

    private Errors errors(ToDoubleFunction<? super L> quantity) {
        double[] own = new double[lengths.length];
        Arrays.setAll(own, j -> slope(step -> quantity.applyAsDouble(shifted(j, step))));
        double error = standardError(own);
        if (premise == null || !(error < Double.POSITIVE_INFINITY)) {
            return new Errors(error, ownFreedom(), 0, 1);
        }
        return new Errors(
                error,
                ownFreedom(),
                premise.estimate().standardError(byPremise(quantity, own, premise)),
                premise.estimate().ownFreedom());
    }

    /** The derivatives of a quantity with respect to the constants of the premise. */
    private double[] byPremise(ToDoubleFunction<? super L> quantity, double[] own, Premise<?, L> by) {
        // The fitted constants follow those of the premise so that the runs stay fitted.
        double[] followed = new double[lengths.length];
        double[] scaled = scaled(own);
        Arrays.setAll(
                followed,
                k -> isTold(k) ? DotProduct.of(slopes.right(k), 0, scaled, 0, scaled.length) / slopes.value(k) : 0);
        double[] constants = fit.constants();
        double[] gradient = new double[moved.length];
        Arrays.setAll(
                gradient,
                j -> slope(step -> quantity.applyAsDouble(by.shifted(j, step).law(constants)))
                        - DotProduct.of(followed, 0, moved[j], 0, moved[j].length));
        return gradient;
    }

    private static double slope(DoubleUnaryOperator function) {
        return (function.applyAsDouble(STEP) - function.applyAsDouble(-STEP)) / (2 * STEP);
    }

    /** The law with one of its constants moved. */
    L shifted(int constant, double step) {
        double[] constants = fit.constants();
        constants[constant] += step;
        return fit.model().law(constants);
    }

    private double[] scaled(double[] gradient) {
        double[] scaled = new double[gradient.length];
        Arrays.setAll(scaled, j -> gradient[j] == 0 ? 0 : gradient[j] / lengths[j]);
        return scaled;
    }

    /**
     * The standard error of a quantity with this gradient; infinite if it depends on constants that the runs do not determine
     * at all.
     */
    private double standardError(double[] gradient) {
        for (int j = 0; j < gradient.length; j++) {
            if (lengths[j] == 0 && gradient[j] != 0) {
                return Double.POSITIVE_INFINITY;
            }
        }
        double[] scaled = scaled(gradient);
        double size = Math.sqrt(DotProduct.of(scaled, 0, scaled, 0, scaled.length));
        double variance = 0;
        for (int k = 0; k < scaled.length; k++) {
            double along = DotProduct.of(slopes.right(k), 0, scaled, 0, scaled.length);
            if (isTold(k)) {
                variance += Math.pow(along / slopes.value(k), 2);
            } else if (Math.abs(along) > 1e-8 * size) {
                return Double.POSITIVE_INFINITY;
            }
        }
        return Math.sqrt(unit * variance);
    }

    private boolean isTold(int direction) {
        return slopes.value(direction) > NOTHING * slopes.value(0);
    }

    /**
     * The laws fitted to runs with resampled residuals, which are inflated first because fitting has shrunk them. Each law is
     * built on a premise that is resampled as well.
     */
    List<L> redrawn(int times, RandomStreams streams) {
        double[] residuals = fit.residuals();
        double[] pool = inflated(residuals);
        double[] measured = fit.measured();
        List<LawModel<L>> models = premise == null
                ? Collections.nCopies(times, fit.model())
                : premise.redrawn(times, streams.at(Integer.MAX_VALUE));
        return Parallel.values(times, k -> {
            RandomGenerator random = streams.at(k).generator();
            double[] values = new double[measured.length];
            Arrays.setAll(values, i -> measured[i] + residuals[i] - pool[random.nextInt(pool.length)]);
            LawModel<L> model = models.get(k);
            return model.law(fit.refitted(model, values, REFIT));
        });
    }

    /** r/√(1 − h) minus their mean, with the leverages h: these have the variance of the runs' deviations. */
    private double[] inflated(double[] residuals) {
        double[] freedom = new double[residuals.length];
        Arrays.fill(freedom, 1);
        for (int k = 0; k < lengths.length; k++) {
            if (isTold(k)) {
                double[] along = slopes.left(k);
                Arrays.setAll(freedom, i -> freedom[i] - along[i] * along[i]);
            }
        }
        double[] inflated = new double[residuals.length];
        Arrays.setAll(inflated, i -> residuals[i] / Math.sqrt(Math.max(freedom[i], LEAST_FREEDOM)));
        double mean = Arrays.stream(inflated).average().orElseThrow();
        Arrays.setAll(inflated, i -> inflated[i] - mean);
        return inflated;
    }
}
