package dev.retort.theory.distillation;

import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.equivalent.DeterministicEquivalent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import org.apache.commons.math3.analysis.solvers.BrentSolver;
import org.jspecify.annotations.Nullable;

/**
 * The ridge at which a target's risk is smallest, for any teacher. The risk may have several minima in the ridge: the exact
 * slope, from {@link Sensitivities}, is evaluated on a grid from far below to far above the spectrum, and each ridge at which
 * the risk turns from falling to rising is solved for. If there is no such minimum, the best ridge is 0, or infinite if the
 * best target learns nothing. If {@link #negativeWouldHelp()}, {@link #ofEitherSign} also searches ridges below zero.
 *
 * <p>For a signal of equal coefficients β<sub>i</sub> = β and labels of the truth the best ridge is σ²/(nβ²) for any
 * spectrum. Its condition is derived in {@code docs/self-distillation.md}: signal and noise are passed on
 * by the same factor, Σ λβ⋆²ζ²θ/X = (1/n) Σ θ²ζ/(1 − Ω). Immutable.
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.0, 80), Signal.constant(Math.sqrt(1.0 / 80))).withNoise(0.3);
 * BestRidge best = BestRidge.of(Distillation.of(task), Training.samples(40));
 * double ridge = best.ridge(); // 0.18
 * double excess = best.excess(); // 0.036781
 *
 * RegressionTask spiked = RegressionTask.of(Spectrum.spiked(40, 4, 200), Signal.sourcePowerLaw(6)).withNoise(0.01);
 * double without = BestRidge.of(Distillation.of(spiked), Training.samples(40)).excess(); // 0.013367: none is best of all above
 * BestRidge either = BestRidge.ofEitherSign(Distillation.of(spiked), Training.samples(40));
 * double below = either.ridge(); // -1.4283
 * double less = either.excess(); // 0.006595
 * }</pre>
 */
public final class BestRidge {

    private static final int POINTS = 96;

    /** The extent of the grid in decades, down from a ridge that is certainly too large. */
    private static final double DECADES = 15;

    private static final double ACCURACY = 1e-14;
    private static final int MOST_EVALUATIONS = 200;

    /** How close the grid comes to the ends of the range of negative ridges, in e-folds. */
    private static final double FOLDS = 20;

    private final Teacher teacher;
    private final Training training;
    private final double least;
    private final List<Double> minima = new ArrayList<>();
    private final double ridge;
    private final double excess;
    private final double slopeAtZero;

    /** @param least the bound above which ridges are allowed, at most 0 */
    private BestRidge(Teacher teacher, Training training, double least) {
        this.teacher = teacher;
        this.training = training;
        this.least = least;
        this.slopeAtZero = slope(0);
        double below = least < 0 ? follow(-1, s -> least / (1 + Math.exp(s)), -FOLDS, FOLDS) : 0;
        if (slopeAtZero > 0 && below <= 0) {
            minima.add(0.0);
        }
        double end = Math.log(tooLarge(teacher, training));
        double beyond = follow(slopeAtZero, Math::exp, end - Math.log(10) * DECADES, end);
        if (minima.isEmpty() && beyond == 0) {
            // The risk is the same for all ridges: choose 0.
            minima.add(0.0);
        } else if (beyond < 0) {
            minima.add(Double.POSITIVE_INFINITY);
        }
        double best = minima.get(0);
        for (double candidate : minima) {
            best = excess(candidate) < excess(best) ? candidate : best;
        }
        this.ridge = best;
        this.excess = excess(best);
    }

    /**
     * Adds the ridges at which the risk turns from falling to rising to the minima.
     *
     * @param slopeBefore the slope of the risk before the first point
     * @param ridgeAt the ridges, ascending
     * @return the slope at the last point where it is not zero
     */
    private double follow(double slopeBefore, DoubleUnaryOperator ridgeAt, double start, double end) {
        double before = start;
        double last = slopeBefore;
        for (int k = 0; k < POINTS; k++) {
            double here = start + (end - start) * k / (POINTS - 1);
            double slope = slope(ridgeAt.applyAsDouble(here));
            if (k == 0 && last == 0 && slope > 0) {
                minima.add(0.0);
            } else if (last < 0 && slope >= 0) {
                minima.add(ridgeAt.applyAsDouble(
                        k == 0
                                ? here
                                : new BrentSolver(ACCURACY, ACCURACY)
                                        .solve(
                                                MOST_EVALUATIONS,
                                                at -> slope(ridgeAt.applyAsDouble(at)),
                                                before,
                                                here)));
            }
            before = here;
            last = slope == 0 ? last : slope;
        }
        return last;
    }

    /**
     * The best non-negative ridge of a training.
     *
     * @param teacher who labels the data: a {@link Distillation#of draft} with or without a surrogate, or a pipeline
     * @param training how the target is trained; its ridge does not matter
     * @return the outcome of the search
     * @throws IllegalArgumentException as {@link Teacher#target(Training)} does, if the training has no ridge or a filter
     *     with several, or if the best ridge may overflow
     * @throws IllegalStateException as {@link Distillation#sensitivities()} does
     */
    public static BestRidge of(Teacher teacher, Training training) {
        notNull("teacher", teacher);
        if (!notNull("training", training).estimator().parameters().contains(Parameter.RIDGE)) {
            throw refusal(
                    "training",
                    training,
                    "has no ridge that can be set; take plain ridge regression, random features, or gradient flow or descent"
                            + " with weight decay");
        }
        return new BestRidge(teacher, training, 0);
    }

    /**
     * The best ridge of a training, negative or not, down to {@link DeterministicEquivalent#leastRidge}, where the risk
     * becomes infinite. A negative ridge is best where the signal lies in strong features and many weak features, which act
     * like a ridge, shrink it by more than is best for the noise.
     *
     * @param teacher who labels the data: a {@link Distillation#of draft} with or without a surrogate, or a pipeline
     * @param training how the target is trained, ridge regression; its ridge does not matter
     * @return the outcome of the search
     * @throws IllegalArgumentException as {@link Teacher#target(Training)} and {@link DeterministicEquivalent#leastRidge} do, or if the
     *     target is not trained by ridge regression
     * @throws IllegalStateException as {@link Distillation#sensitivities()} does
     */
    public static BestRidge ofEitherSign(Teacher teacher, Training training) {
        notNull("teacher", teacher);
        if (!(notNull("training", training).estimator() instanceof Estimator.Ridge)) {
            throw refusal(
                    "training",
                    training,
                    "is not plain ridge regression, the only training with ridges below 0; use BestRidge.of");
        }
        Training ridgeless = training.withRidge(0);
        double least = DeterministicEquivalent.leastRidge(ridgeless.seenSpectrum(teacher.task()), ridgeless.samples());
        return new BestRidge(teacher, training, least);
    }

    /** A ridge far above the largest eigenvalue and above any ridge that the noise can make best. */
    private static double tooLarge(Teacher teacher, Training training) {
        Distillation pipeline = teacher.target(training.withRidge(0));
        Coordinates nodes = pipeline.labels().coordinates();
        Stage stage = pipeline.stage();
        double largest = 0;
        double squares = 0;
        double learnable = 0;
        double power = 0;
        for (int k = 0; k < nodes.size(); k++) {
            double lambda = stage.sees(nodes, k) ? stage.eigenvalue(nodes, k) : 0;
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
     * @return r, at least 0 unless {@linkplain #ofEitherSign negative ridges} were searched; infinite if the best target
     *     learns nothing
     */
    public double ridge() {
        return ridge;
    }

    /**
     * The excess risk at the best ridge.
     *
     * @return the smallest among the ridges searched
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
     * Whether a negative ridge would do better than no ridge: the risk rises with the ridge at 0.
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
        return List.copyOf(minima);
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
                    "There is no pipeline with the best ridge, which is infinite: the best target learns nothing");
        }
        return pipeline(ridge);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof BestRidge that
                && teacher.equals(that.teacher)
                && training.withRidge(0).equals(that.training.withRidge(0))
                && least == that.least;
    }

    @Override
    public int hashCode() {
        return Objects.hash(teacher, training.withRidge(0), least);
    }

    @Override
    public String toString() {
        return "BestRidge " + ridge + " with excess " + excess + ", of " + training.samples()
                + " samples on the labels of " + teacher;
    }
}
