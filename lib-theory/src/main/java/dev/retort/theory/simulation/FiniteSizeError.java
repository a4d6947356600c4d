package dev.retort.theory.simulation;

import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.number;
import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.distillation.Training;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The error of the theory at finite size: simulated/predicted − 1 at several sizes, to which
 *
 * <pre>  departure(n) = c/n + d/n²</pre>
 *
 * is fitted by least squares, each point weighted by its standard error. The theory's error is O(1/n) when all sizes grow together, so c is
 * the constant by which to judge whether n samples are enough; d absorbs the next order at small sizes. Where the theory knows its own
 * {@linkplain RiskReport#finiteSizeCorrection() correction}, c is also predicted. Immutable.
 *
 * <pre>{@code
 * List<Simulation> sizes = IntStream.of(1, 2, 4)
 *         .mapToObj(scale -> Distillation.of(
 *                         RegressionTask.of(Spectrum.powerLaw(1.5, 50 * scale), Signal.sourcePowerLaw(1.5)))
 *                 .target(Training.samples(20 * scale))
 *                 .simulate(Trials.of(100).withSeed(scale)))
 *         .toList();
 * FiniteSizeError error = FiniteSizeError.of(sizes);
 * double c = error.coefficient(); // 0.29: the closed form is off by c/n
 * double uncertainty = error.coefficientError(); // 0.14
 * double atThousand = error.at(1000); // 0.000289
 * double expected = error.predictedCoefficient().getAsDouble(); // 0.388
 * }</pre>
 */
public final class FiniteSizeError {

    private final List<Point> points;
    private final double coefficient;
    private final double curvature;

    /** The constant c of the theory; NaN if an expected departure is not known. */
    private final double predictedCoefficient;

    private final double varianceOfCoefficient;
    private final double varianceOfCurvature;
    private final double covariance;

    /**
     * One size.
     *
     * @param samples the number of samples n of the target's training
     * @param predicted the excess risk in closed form
     * @param departure simulated/predicted − 1
     * @param standardError the standard error of the departure
     * @param expected the expected departure, the correction for finite size over the predicted risk; empty where the theory does not know
     *     it
     */
    public record Point(
            double samples, double predicted, double departure, double standardError, OptionalDouble expected) {

        /**
         * Checks the numbers.
         *
         * @param samples n, greater than 0
         * @param predicted the excess risk in closed form, greater than 0
         * @param departure simulated/predicted − 1
         * @param standardError the standard error of the departure, greater than 0
         * @param expected the expected departure, if it is known
         * @throws IllegalArgumentException if an argument is null, NaN or out of range
         */
        public Point {
            positive("samples", samples);
            positive("predicted", predicted);
            number("departure", departure);
            if (!(standardError > 0)) {
                throw refusal("standardError", standardError, "is not greater than 0");
            }
            notNull("expected", expected).ifPresent(value -> number("expected", value));
        }

        private static Point of(Simulation simulation) {
            List<Training> trainings = simulation.pipeline().trainings();
            RiskReport prediction = simulation.pipeline().predict();
            double predicted = prediction.excess();
            if (!(predicted > 0 && predicted < Double.POSITIVE_INFINITY)) {
                throw refusal("predicted", predicted, "is not positive and finite, for " + simulation.pipeline());
            }
            double error = simulation.standardError() / predicted;
            if (!(error > 0)) {
                throw refusal("standardError", error, "is not greater than 0, for " + simulation.pipeline());
            }
            OptionalDouble correction =
                    simulation.isGaussian() ? prediction.finiteSizeCorrection() : OptionalDouble.empty();
            return new Point(
                    trainings.get(trainings.size() - 1).samples(),
                    predicted,
                    simulation.mean() / predicted - 1,
                    error,
                    correction.isPresent()
                            ? OptionalDouble.of(correction.getAsDouble() / predicted)
                            : OptionalDouble.empty());
        }
    }

    private FiniteSizeError(List<Point> points) {
        this.points = points;
        // In x = n₀/n, with the smallest n₀, so that no power of n overflows.
        double smallest = points.get(0).samples;
        double xx = 0;
        double xxx = 0;
        double xxxx = 0;
        double xy = 0;
        double xxy = 0;
        double xe = 0;
        double xxe = 0;
        for (Point point : points) {
            double x = smallest / point.samples / point.standardError;
            double square = x * smallest / point.samples;
            double y = point.departure / point.standardError;
            double expected = point.expected.orElse(Double.NaN) / point.standardError;
            xx += x * x;
            xxx += x * square;
            xxxx += square * square;
            xy += x * y;
            xxy += square * y;
            xe += x * expected;
            xxe += square * expected;
        }
        double determinant = xx * xxxx - xxx * xxx;
        this.coefficient = smallest * (xxxx * xy - xxx * xxy) / determinant;
        this.curvature = smallest * smallest * (xx * xxy - xxx * xy) / determinant;
        this.predictedCoefficient = smallest * (xxxx * xe - xxx * xxe) / determinant;
        this.varianceOfCoefficient = smallest * smallest * xxxx / determinant;
        this.varianceOfCurvature = Math.pow(smallest, 4) * xx / determinant;
        this.covariance = -Math.pow(smallest, 3) * xxx / determinant;
    }

    /**
     * Fits the departures of some simulations.
     *
     * @param simulations the same pipeline at two or more sizes, in which everything that counts samples or features grows in
     *     proportion; in any order
     * @return the fit
     * @throws IllegalArgumentException if a simulation is null or occurs twice, if all simulations have the same number of samples, if a
     *     predicted risk is 0 or infinite, or if the trials of a simulation do not scatter
     */
    public static FiniteSizeError of(List<Simulation> simulations) {
        List<Point> points = new ArrayList<>();
        Set<Simulation> different = new HashSet<>();
        for (Simulation simulation : notNull("simulations", simulations)) {
            if (!different.add(notNull("simulations[" + points.size() + "]", simulation))) {
                throw refusal("simulations[" + points.size() + "]", simulation, "is there already");
            }
            points.add(Point.of(simulation));
        }
        points.sort(Comparator.comparingDouble(Point::samples));
        if (points.stream().mapToDouble(Point::samples).distinct().count() < 2) {
            throw refusal("simulations", points.size(), "do not have two different numbers of samples");
        }
        return new FiniteSizeError(List.copyOf(points));
    }

    /**
     * The sizes.
     *
     * @return one point per simulation, the smallest number of samples first
     */
    public List<Point> points() {
        return points;
    }

    /**
     * The constant of 1/n.
     *
     * @return c
     */
    public double coefficient() {
        return coefficient;
    }

    /**
     * The standard error of the constant, from those of the points.
     *
     * @return the standard error of c
     */
    public double coefficientError() {
        return Math.sqrt(varianceOfCoefficient);
    }

    /**
     * The constant of 1/n that the theory predicts: the same fit to the departures that are {@linkplain Point#expected() expected} at the
     * same sizes, instead of the measured ones.
     *
     * @return the predicted c; empty where the theory's correction for finite size is not known, or features were not Gaussian
     */
    public OptionalDouble predictedCoefficient() {
        return Double.isNaN(predictedCoefficient) ? OptionalDouble.empty() : OptionalDouble.of(predictedCoefficient);
    }

    /**
     * The fitted departure at a size.
     *
     * @param samples n, greater than 0
     * @return c/n + d/n²
     * @throws IllegalArgumentException if it is not positive and finite
     */
    public double at(double samples) {
        positive("samples", samples);
        return (coefficient + curvature / samples) / samples;
    }

    /**
     * The standard error of the fitted departure.
     *
     * @param samples n, greater than 0
     * @return the standard error of {@link #at(double)}
     * @throws IllegalArgumentException if it is not positive and finite
     */
    public double errorAt(double samples) {
        positive("samples", samples);
        double variance = varianceOfCoefficient + (2 * covariance + varianceOfCurvature / samples) / samples;
        return Math.sqrt(Math.max(0, variance)) / samples;
    }

    /**
     * How well the two terms describe the points.
     *
     * @return the sum of squared distances of the points from the fit, in standard errors; if two terms are enough, it is about m = (number
     *     of points) − 2, and below m + 4√(2m)
     */
    public double chiSquared() {
        double sum = 0;
        for (Point point : points) {
            double distance = (point.departure - at(point.samples)) / point.standardError;
            sum += distance * distance;
        }
        return sum;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof FiniteSizeError that && points.equals(that.points);
    }

    @Override
    public int hashCode() {
        return points.hashCode();
    }

    @Override
    public String toString() {
        String measured = String.format(
                Locale.ROOT, "simulated/predicted - 1 = (%.3g ± %.2g)/n", coefficient, coefficientError());
        return Double.isNaN(predictedCoefficient)
                ? measured
                : measured + String.format(Locale.ROOT, ", expected %.3g/n", predictedCoefficient);
    }
}
