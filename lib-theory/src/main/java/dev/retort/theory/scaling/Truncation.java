package dev.retort.theory.scaling;

import static dev.retort.core.Arguments.nonNegative;
import static dev.retort.core.Arguments.notNull;
import static dev.retort.core.Arguments.positive;
import static dev.retort.core.Arguments.refusal;

import dev.retort.core.CompensatedSum;
import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.SpectralMeasure;
import dev.retort.core.spectrum.TaskNodes;
import java.util.function.DoubleUnaryOperator;

/**
 * A spectrum that was stopped at p features, and what is known of the tail beyond: its trace Σ<sub>i&gt;p</sub>
 * λ<sub>i</sub>, its signal power Σ<sub>i&gt;p</sub> λ<sub>i</sub>β⋆<sub>i</sub>², and a bound on its eigenvalues. Whatever the tail is,
 * possibly endless, τ, Ω and the risks of the whole task lie within {@link #bounds(double)}; proofs are in the module's
 * documentation, {@code docs/scaling.md}. Immutable.
 *
 * <p>The bounds are narrow for n ≪ p: of 10<sup>6</sup> features λ = i<sup>−3/2</sup> with 10<sup>4</sup> samples, τ without
 * the tail is 8% too small, and known to 2·10<sup>−5</sup> with it. From n = p on there is no upper bound on a risk: some tail
 * puts n at the interpolation threshold.
 *
 * <pre>{@code
 * RegressionTask measured = RegressionTask.of(Spectrum.powerLaw(2.0, 5_000), Signal.sourcePowerLaw(3.0));
 * Truncation truncation = Truncation.of(measured, 1.9998e-4, 1.9996e-8);
 * Interval tau = truncation.bounds(100).tau(); // from 2.442907e-4 to 2.442913e-4
 * Interval excess = truncation.bounds(100).standard(); // from 2.43065e-4 to 2.43067e-4
 * }</pre>
 */
public final class Truncation {

    /** For the rounding of τ and of sums, in relative terms. */
    private static final double ROUNDING = 1e-13;

    /** Beyond this the lower bound of τ is as good as it gets, or good enough. */
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
     * The task of the first features, and a tail none of whose eigenvalues exceeds theirs.
     *
     * @param task the features that are known, with the noise of the whole task
     * @param trace the sum of all other eigenvalues, at least 0
     * @param signalPower what the other features contribute to the variance of the labels, Σ λβ⋆², at least 0
     * @return the truncation
     * @throws IllegalArgumentException if a number is negative or not finite, or the task's spectrum has no end
     */
    public static Truncation of(RegressionTask task, double trace, double signalPower) {
        SpectralMeasure measure = notNull("task", task).spectrum().measure();
        if (Double.isInfinite(measure.rank())) {
            throw refusal("task", task, "has no tail: its spectrum has no end");
        }
        return new Truncation(
                task,
                nonNegative("trace", trace),
                nonNegative("signalPower", signalPower),
                measure.value(measure.size() - 1));
    }

    /**
     * The same with another bound on the tail's eigenvalues.
     *
     * @param largest what no eigenvalue of the tail exceeds, greater than 0; the smaller, the narrower the bounds
     * @return a new truncation
     * @throws IllegalArgumentException if it is not positive and finite
     */
    public Truncation withLargest(double largest) {
        return new Truncation(task, trace, signalPower, positive("largest", largest));
    }

    /**
     * Where τ, Ω and the risks of the whole task lie.
     *
     * @param tau τ
     * @param omega Ω
     * @param standard the excess risk of the standard target
     * @param optimal that of the target of the optimal surrogate
     * @param masked that of the target of the optimal mask
     */
    public record Bounds(Interval tau, Interval omega, Interval standard, Interval optimal, Interval masked) {}

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
        DeterministicEquivalent low = DeterministicEquivalent.of(task.spectrum(), samples, ridge);
        DeterministicEquivalent high = DeterministicEquivalent.of(task.spectrum(), samples, ridge + trace / samples);
        for (int step = 0; step < MOST_STEPS; step++) {
            double tau = low.tau();
            if (tau == 0) {
                break;
            }
            low = DeterministicEquivalent.of(
                    task.spectrum(), samples, ridge + trace / samples * (tau / (largest + tau)));
            if (low.tau() - tau <= 0.01 * (high.tau() - low.tau())) {
                break;
            }
        }
        double hidden = trace == 0 ? 0 : trace / samples * steepest(low.tau());
        Corner least = new Corner(low.tau(), high.omega(), high.oneMinusOmega(), largest);
        Corner most =
                new Corner(high.tau(), Math.min(low.omega() + hidden, 1), Math.max(low.oneMinusOmega() - hidden, 0), 0);
        return new Bounds(
                between(least.tau, most.tau),
                between(least.omega, most.omega),
                between(standard(least), standard(most)),
                between(optimal(least), optimal(most)),
                between(masked(least), masked(most)));
    }

    /** The largest λ/(λ+τ)² of the tail. */
    private double steepest(double tau) {
        return largest <= tau ? largest / (largest + tau) / (largest + tau) : 1 / (4 * tau);
    }

    private static Interval between(double low, double high) {
        return new Interval(low * (1 - ROUNDING), high * (1 + ROUNDING));
    }

    /**
     * A pair of τ and Ω, where all of the tail's signal is in features of one eigenvalue. Every risk grows with τ and Ω and
     * falls with that eigenvalue.
     */
    private record Corner(double tau, double omega, double spare, double tail) {

        double zeta(double lambda) {
            return lambda == 0 ? 1 : tau / (lambda + tau);
        }

        /** Division by 1 − Ω; without bound at the interpolation threshold, unless there is nothing to divide. */
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
            sum.add(nodes.power(k) * truth * truth * missed.applyAsDouble(nodes.eigenvalue(k)));
        }
        sum.add(signalPower == 0 ? 0 : signalPower * missed.applyAsDouble(at.tail));
        return sum.value() + at.perSpare(at.omega * task.noise() * task.noise());
    }
}
