package dev.retort.theory.distillation;

import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.commons.math3.analysis.solvers.BrentSolver;
import org.jspecify.annotations.Nullable;

/**
 * The ridge at which a target's risk is smallest, for any teacher. The risk may have several minima in the ridge: the
 * slope, exact by {@link Sensitivities}, is followed over a grid from far below to far above the spectrum, and each ridge at which
 * the risk turns from falling to rising is solved for. If there is no such minimum, the best ridge is 0, or infinite if nothing is
 * worth learning.
 *
 * <p>For a signal of equal coefficients β<sub>i</sub> = β and labels of the truth it is σ²/(nβ²), whatever the spectrum. The
 * condition for it is derived in {@code docs/self-distillation.md}: signal and noise are let through by the same factor,
 * Σ λβ⋆²ζ²θ/X = (1/n) Σ θ²ζ/(1 − Ω). Immutable.
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.0, 80), Signal.constant(Math.sqrt(1.0 / 80))).withNoise(0.3);
 * BestRidge best = BestRidge.of(Distillation.of(task), Training.samples(40));
 * double ridge = best.ridge(); // 0.18
 * double excess = best.excess(); // 0.036781
 * }</pre>
 */
public final class BestRidge {

    private static final int POINTS = 96;

    /** The extent of the grid in decades, down from a ridge that is certainly too large. */
    private static final double DECADES = 15;

    private static final double ACCURACY = 1e-14;
    private static final int MOST_EVALUATIONS = 200;

    private final Teacher teacher;
    private final Training training;
    private final List<Double> minima;
    private final double ridge;
    private final double excess;
    private final double slopeAtZero;

    private BestRidge(Teacher teacher, Training training) {
        this.teacher = teacher;
        this.training = training;
        double largest = tooLarge(teacher, training);
        List<Double> found = new ArrayList<>();
        this.slopeAtZero = slope(0);
        if (slopeAtZero > 0) {
            found.add(0.0);
        }
        double before = Double.NaN;
        double slopeBefore = slopeAtZero;
        for (int k = 0; k < POINTS; k++) {
            double log = Math.log(largest) - Math.log(10) * DECADES * (POINTS - 1 - k) / (POINTS - 1);
            double slope = slope(Math.exp(log));
            if (k == 0 && slopeBefore == 0 && slope > 0) {
                found.add(0.0);
            } else if (slopeBefore < 0 && slope >= 0) {
                found.add(
                        k == 0
                                ? Math.exp(log)
                                : Math.exp(new BrentSolver(ACCURACY, ACCURACY)
                                        .solve(MOST_EVALUATIONS, at -> slope(Math.exp(at)), before, log)));
            }
            before = log;
            slopeBefore = slope == 0 ? slopeBefore : slope;
        }
        if (found.isEmpty() && slopeBefore == 0) {
            // Level everywhere: no ridge is better than none.
            found.add(0.0);
        } else if (slopeBefore < 0) {
            found.add(Double.POSITIVE_INFINITY);
        }
        this.minima = List.copyOf(found);
        double best = found.get(0);
        for (double candidate : found) {
            best = excess(candidate) < excess(best) ? candidate : best;
        }
        this.ridge = best;
        this.excess = excess(best);
    }

    /**
     * The best ridge of a training.
     *
     * @param teacher who labels the data: a {@link Distillation#of draft} with or without a surrogate, or a pipeline
     * @param training how the target is trained; its ridge does not matter
     * @return the outcome of the search
     * @throws IllegalArgumentException as {@link Teacher#target(Training)} does, or if the best ridge may overflow
     * @throws IllegalStateException if the target or a model before it is not trained by ridge regression
     */
    public static BestRidge of(Teacher teacher, Training training) {
        return new BestRidge(notNull("teacher", teacher), notNull("training", training));
    }

    /** A ridge far above the largest eigenvalue, and above what the noise can make best. */
    private static double tooLarge(Teacher teacher, Training training) {
        Distillation pipeline = teacher.target(training.withRidge(0));
        Coordinates nodes = pipeline.labels().coordinates();
        Stage stage = pipeline.stage();
        double largest = 0;
        double squares = 0;
        double learnable = 0;
        double power = 0;
        for (int k = 0; k < nodes.size(); k++) {
            double lambda = stage.sees(k) ? stage.eigenvalue(nodes, k) : 0;
            double signal = nodes.power(k) * nodes.truth(k) * nodes.truth(k);
            largest = Math.max(largest, lambda);
            squares += nodes.weight(k) * lambda * lambda;
            learnable += lambda * signal;
            power += signal;
        }
        double noise = stage.labels(pipeline.labels()).noise();
        double samples = training.samples();
        double needed = learnable == 0 ? 0 : 16 * (power + noise * noise) * squares / samples / learnable;
        double large = 1e3 * Math.max(largest, Math.max(Math.sqrt(2 * squares / samples), needed));
        if (!(large < Double.POSITIVE_INFINITY)) {
            throw refusal(
                    "noise", noise, "is so large beside the signal that the best ridge overflows; take a smaller one");
        }
        return large;
    }

    private double slope(double at) {
        return pipeline(at).sensitivities().target().ridge();
    }

    private double excess(double at) {
        return Double.isInfinite(at)
                ? teacher.task().signalPower()
                : pipeline(at).predict().excess();
    }

    private Distillation pipeline(double at) {
        return teacher.target(training.withRidge(at));
    }

    /**
     * The best ridge.
     *
     * @return r, at least 0; infinite if the best target learns nothing
     */
    public double ridge() {
        return ridge;
    }

    /**
     * The excess risk there.
     *
     * @return the smallest that any ridge reaches
     */
    public double excess() {
        return excess;
    }

    /**
     * Whether the best ridge is at an end of the range.
     *
     * @return true for 0 and for infinity
     */
    public boolean isBoundary() {
        return ridge == 0 || Double.isInfinite(ridge);
    }

    /**
     * Whether a ridge below zero would do better than none: the risk rises with the ridge from 0 on.
     *
     * @return true if the slope at 0 is positive
     */
    public boolean negativeWouldHelp() {
        return slopeAtZero > 0;
    }

    /**
     * The ridges of all local minima of the risk.
     *
     * @return the local minima in ascending order, the best among them
     */
    public List<Double> minima() {
        return minima;
    }

    /**
     * The target with the best ridge.
     *
     * @return the teacher, followed by the target
     * @throws IllegalStateException if the best ridge is infinite
     */
    public Distillation pipeline() {
        if (Double.isInfinite(ridge)) {
            throw new IllegalStateException(
                    "No pipeline has the best ridge, which is infinite: nothing is worth learning");
        }
        return pipeline(ridge);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof BestRidge that
                && teacher.equals(that.teacher)
                && training.withRidge(0).equals(that.training.withRidge(0));
    }

    @Override
    public int hashCode() {
        return Objects.hash(teacher, training.withRidge(0));
    }

    @Override
    public String toString() {
        return "BestRidge " + ridge + " with excess " + excess + ", of " + training.samples()
                + " samples on the labels of " + teacher;
    }
}
