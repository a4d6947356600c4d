package dev.retort.theory.scaling;

import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.internal.CompensatedSum;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.SpectralMeasure;
import dev.retort.core.spectrum.TaskNodes;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Bounds for a task of which only the first p features are known. All that is needed of the others, the tail, is the trace
 * Σ<sub>i&gt;p</sub> λ<sub>i</sub>, the signal power Σ<sub>i&gt;p</sub> λ<sub>i</sub>β⋆<sub>i</sub>² and an upper bound on
 * the eigenvalues. For any such tail, even an infinite one, τ, Ω and the risks of the whole task lie within {@link
 * #bounds(double)}; the proofs are in the module's documentation, {@code docs/scaling.md}. Immutable.
 *
 * <p>The bounds are narrow for n ≪ p: with 10<sup>6</sup> features λ = i<sup>−3/2</sup> and 10<sup>4</sup> samples, τ of the
 * known features alone is 8% too small, and the bounds are 2·10<sup>−5</sup> apart. From n = p on a risk has no upper bound,
 * because there is a tail that puts the interpolation threshold at n.
 *
 * <pre>{@code
 * RegressionTask measured = RegressionTask.of(Spectrum.powerLaw(2.0, 5_000), Signal.sourcePowerLaw(3.0));
 * Truncation truncation = Truncation.of(measured, 1.9998e-4, 1.9996e-8);
 * Interval tau = truncation.bounds(100).tau(); // from 2.442907e-4 to 2.442913e-4
 * Interval excess = truncation.bounds(100).standard(); // from 2.43065e-4 to 2.43067e-4
 * }</pre>
 */
public final class Truncation {

    /** The relative widening of the bounds for the rounding errors of τ and of sums. */
    private static final double ROUNDING = 1e-13;

    /** After so many steps the lower bound of τ has converged, or is close enough. */
    private static final int MOST_STEPS = 20;

    private final RegressionTask task;
    private final double trace;
    private final double signalPower;
    private final double largest;

    private Truncation(RegressionTask task, double trace, double signalPower, double largest) {
        this.task = task;
        this.trace = trace;
        this.signalPower = signalPower;
        this.largest = largest;
    }

    /**
     * A truncated task. The eigenvalues of the tail are bounded by the smallest known one unless {@link #withLargest} sets
     * another bound.
     *
     * @param task the known features, with the noise of the whole task
     * @param trace the sum of the eigenvalues of the tail, at least 0
     * @param signalPower the tail's contribution to the variance of the labels, Σ λβ⋆², at least 0
     * @return the truncation
     * @throws IllegalArgumentException if a number is negative or not finite, or the task's spectrum is infinite
     */
    public static Truncation of(RegressionTask task, double trace, double signalPower) {
        SpectralMeasure measure = notNull("task", task).spectrum().measure();
        if (Double.isInfinite(measure.rank())) {
            throw refusal(
                    "task", task, "has an infinite spectrum, which no tail can follow; give it a number of features");
        }
        return new Truncation(
                task,
                nonNegative("trace", trace),
                nonNegative("signalPower", signalPower),
                measure.value(measure.size() - 1));
    }

    /**
     * The same truncated task with another bound on the eigenvalues of the tail.
     *
     * @param largest the upper bound, greater than 0; a smaller one makes narrower bounds
     * @return a new truncation
     * @throws IllegalArgumentException if the bound is not positive and finite
     */
    public Truncation withLargest(double largest) {
        return new Truncation(task, trace, signalPower, positive("largest", largest));
    }

    /**
     * Intervals that contain τ, Ω and the risks of the whole task.
     *
     * @param tau the interval of τ
     * @param omega the interval of Ω, from 0 to 1
     * @param standard the interval of the standard target's excess risk
     * @param optimal the interval of the excess risk of the optimal surrogate's target
     * @param masked the interval of the excess risk of the optimal mask's target
     */
    public record Bounds(Interval tau, Interval omega, Interval standard, Interval optimal, Interval masked) {

        /**
         * Checks the arguments.
         *
         * @param tau the interval of τ
         * @param omega the interval of Ω
         * @param standard the interval of the standard target's excess risk
         * @param optimal the interval of the excess risk of the optimal surrogate's target
         * @param masked the interval of the excess risk of the optimal mask's target
         * @throws IllegalArgumentException if an interval is null
         */
        public Bounds {
            notNull("tau", tau);
            notNull("omega", omega);
            notNull("standard", standard);
            notNull("optimal", optimal);
            notNull("masked", masked);
        }
    }

    /**
     * The bounds for training without ridge.
     *
     * @param samples the number of samples n, greater than 0
     * @return the bounds
     * @throws IllegalArgumentException if n is not positive and finite, or so small that τ overflows
     */
    public Bounds bounds(double samples) {
        return bounds(samples, 0);
    }

    /**
     * The bounds for training with a ridge.
     *
     * @param samples the number of samples n, greater than 0
     * @param ridge the ridge r, at least 0
     * @return the bounds
     * @throws IllegalArgumentException if n is not positive and finite, the ridge is negative or not finite, or τ overflows
     */
    public Bounds bounds(double samples, double ridge) {
        double asRidge = nonNegative("trace / samples", trace / positive("samples", samples));
        DeterministicEquivalent low = DeterministicEquivalent.of(task.spectrum(), samples, ridge);
        DeterministicEquivalent high = DeterministicEquivalent.of(task.spectrum(), samples, ridge + asRidge);
        for (int step = 0; step < MOST_STEPS; step++) {
            double tau = low.tau();
            if (tau == 0) {
                break;
            }
            low = DeterministicEquivalent.of(task.spectrum(), samples, ridge + asRidge * (tau / (largest + tau)));
            if (low.tau() - tau <= 0.01 * (high.tau() - low.tau())) {
                break;
            }
        }
        double hidden = trace == 0 ? 0 : trace * steepest(low.tau()) / samples;
        Corner least = new Corner(low.tau(), high.omega(), high.oneMinusOmega(), largest);
        Corner most =
                new Corner(high.tau(), Math.min(low.omega() + hidden, 1), Math.max(low.oneMinusOmega() - hidden, 0), 0);
        return new Bounds(
                between(least.tau, most.tau),
                new Interval(least.omega * (1 - ROUNDING), Math.min(most.omega * (1 + ROUNDING), 1)),
                between(standard(least), standard(most)),
                between(optimal(least), optimal(most)),
                between(masked(least), masked(most)));
    }

    /** The largest λ/(λ+τ)² in the tail. */
    private double steepest(double tau) {
        return largest <= tau ? largest / (largest + tau) / (largest + tau) : 1 / (4 * tau);
    }

    private static Interval between(double low, double high) {
        return new Interval(low * (1 - ROUNDING), high * (1 + ROUNDING));
    }

    /**
     * A value of τ, one of Ω, and the eigenvalue of the features that carry all of the tail's signal. Every risk grows with τ
     * and Ω and falls with this eigenvalue.
     */
    private record Corner(double tau, double omega, double spare, double tail) {

        double zeta(double lambda) {
            return lambda == 0 ? 1 : tau / (lambda + tau);
        }

        /** A number over 1 − Ω: infinite at the interpolation threshold, unless the number is 0. */
        double perSpare(double value) {
            return value == 0 ? 0 : value / spare;
        }
    }

    private double standard(Corner at) {
        return risk(at, task.nodes(), lambda -> at.perSpare(Math.pow(at.zeta(lambda), 2)));
    }

    private double optimal(Corner at) {
        return risk(at, task.nodes(), lambda -> {
            if (lambda == 0) {
                return 1;
            }
            double zeta = at.zeta(lambda);
            double theta = lambda / (lambda + at.tau);
            double missed = at.omega * zeta * zeta;
            return missed == 0 ? 0 : missed / (at.spare * theta * theta + missed);
        });
    }

    private double masked(Corner at) {
        double zeta = Math.sqrt(at.spare);
        double edge = at.tau * at.omega / (zeta * (1 + zeta));
        return risk(
                at,
                Double.isFinite(edge) ? task.nodes().splitAt(edge) : task.nodes(),
                lambda -> Math.min(at.perSpare(Math.pow(at.zeta(lambda), 2)), 1));
    }

    private double risk(Corner at, TaskNodes nodes, DoubleUnaryOperator missed) {
        CompensatedSum sum = new CompensatedSum();
        for (int k = 0; k < nodes.size(); k++) {
            double truth = nodes.truth(k);
            double signal = nodes.power(k) * truth * truth;
            sum.add(signal == 0 ? 0 : signal * missed.applyAsDouble(nodes.eigenvalue(k)));
        }
        sum.add(signalPower == 0 ? 0 : signalPower * missed.applyAsDouble(at.tail));
        return sum.value() + at.perSpare(at.omega * task.noise() * task.noise());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Truncation that
                && task.equals(that.task)
                && Double.compare(trace, that.trace) == 0
                && Double.compare(signalPower, that.signalPower) == 0
                && Double.compare(largest, that.largest) == 0;
    }

    @Override
    public int hashCode() {
        return Objects.hash(task, trace, signalPower, largest);
    }

    @Override
    public String toString() {
        return "Truncation of (" + task + "), tail of trace " + trace + ", signal power " + signalPower
                + ", eigenvalues up to " + largest;
    }
}
