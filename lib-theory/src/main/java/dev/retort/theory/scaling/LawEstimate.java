package dev.retort.theory.scaling;

import dev.retort.core.RandomStreams;
import dev.retort.core.internal.ThinSvd;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.apache.commons.math3.distribution.TDistribution;

/** A law in one form, with what the runs tell of its constants. */
final class LawEstimate<L> {

    /** Iterations of a fit that starts from constants nearby. */
    static final int REFIT = 200;

    /** Relative to the longest; what is shorter is rounding. */
    private static final double NOTHING = 1e-13;

    /** Of a constant's logarithm: beyond it, the constant is known to within a factor of two at best. */
    private static final double UNKNOWN = 0.35;

    private static final double STEP = 1e-5;

    /** A residual is not inflated more than if the run led the fit by all but this. */
    private static final double LEAST_FREEDOM = 0.02;

    private final HuberFit<L> fit;
    private final L law;
    private final double[] lengths;
    private final ThinSvd slopes;
    private final double unit;
    private final double deviation;

    LawEstimate(HuberFit<L> fit) {
        this.fit = fit;
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

    /** How many more runs there are than constants. */
    int freedom() {
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
            if (!(standardError(gradient(each -> Math.log(model.written(each)[constant]))) <= UNKNOWN)) {
                return false;
            }
        }
        return true;
    }

    /** By the delta method, of the quantity if the scatter is 0, and of a run that deviates by so much. */
    Interval interval(ToDoubleFunction<? super L> quantity, double level, double scatter) {
        double value = quantity.applyAsDouble(law);
        boolean logarithmic = value > 0;
        double error = standardError(gradient(logarithmic ? each -> Math.log(quantity.applyAsDouble(each)) : quantity));
        double reach =
                new TDistribution(freedom()).inverseCumulativeProbability((1 + level) / 2) * Math.hypot(error, scatter);
        if (!(reach < Double.POSITIVE_INFINITY)) {
            return new Interval(logarithmic ? 0 : Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
        }
        return logarithmic
                ? new Interval(value * Math.exp(-reach), value * Math.exp(reach))
                : new Interval(value - reach, value + reach);
    }

    private double[] gradient(ToDoubleFunction<? super L> quantity) {
        double[] gradient = new double[lengths.length];
        Arrays.setAll(gradient, j -> (shifted(quantity, j, STEP) - shifted(quantity, j, -STEP)) / (2 * STEP));
        return gradient;
    }

    private double shifted(ToDoubleFunction<? super L> quantity, int constant, double step) {
        double[] constants = fit.constants();
        constants[constant] += step;
        return quantity.applyAsDouble(fit.model().law(constants));
    }

    /** Of what has this gradient; infinite if it depends on what the runs do not tell at all. */
    private double standardError(double[] gradient) {
        double[] scaled = new double[gradient.length];
        double size = 0;
        for (int j = 0; j < scaled.length; j++) {
            if (lengths[j] == 0 && gradient[j] != 0) {
                return Double.POSITIVE_INFINITY;
            }
            scaled[j] = gradient[j] == 0 ? 0 : gradient[j] / lengths[j];
            size = Math.hypot(size, scaled[j]);
        }
        double variance = 0;
        for (int k = 0; k < scaled.length; k++) {
            double[] direction = slopes.right(k);
            double along = 0;
            for (int j = 0; j < scaled.length; j++) {
                along += direction[j] * scaled[j];
            }
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

    /** The laws that fit the runs with other residuals: drawn from those of the fit, which are inflated as the fit has shrunk them. */
    List<L> redrawn(int times, RandomStreams streams) {
        double[] residuals = fit.residuals();
        double[] pool = inflated(residuals);
        double[] measured = fit.measured();
        return IntStream.range(0, times)
                .parallel()
                .mapToObj(k -> {
                    RandomGenerator random = streams.at(k).generator();
                    double[] values = new double[measured.length];
                    Arrays.setAll(values, i -> measured[i] + residuals[i] - pool[random.nextInt(pool.length)]);
                    return fit.model().law(fit.refitted(values, REFIT));
                })
                .toList();
    }

    /** r/√(1 − h) about their mean, with the leverages h: of the variance that the deviations of runs have. */
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
