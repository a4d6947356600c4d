package dev.retort.theory.distillation;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.apache.commons.math3.linear.DecompositionSolver;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.RealVector;
import org.jspecify.annotations.Nullable;

/**
 * Models trained one after the other in the same way, each on the labels of the one before: the risk of every generation,
 * where it stops improving, whether it collapses, and its limit. Generation 1 learns from the teacher.
 *
 * <p>Every generation shrinks each coefficient by θ and adds to the variance. In the limit nothing is left of the teacher in
 * the features that are not fully learnt, and the variance either converges or, where everything is learnt (τ = 0) from noisy
 * labels, grows without bound. A share of true labels in each generation ({@link Training#withTeacherShare(double)}) stops
 * the decay.
 *
 * <p>Source: the two-stage theorem of arXiv 2410.18837, applied repeatedly; {@code docs/distillation.md}. Immutable.
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(2.0, 500), Signal.sourcePowerLaw(1.5)).withNoise(0.1);
 * Generations generations = Generations.of(Distillation.of(task), Training.samples(200), 10);
 * double[] excess = generations.excess(); // after one generation, two, and so on
 * int best = generations.best(); // 1: from the truth it goes downhill
 * double last = generations.limit(); // 6.1154: after infinitely many
 * }</pre>
 */
public final class Generations {

    /** Each generation that is followed takes the time and memory of a prediction. */
    private static final int LONGEST = 100_000;

    /** Relative steps below this are rounding error. */
    private static final double RESTING = 1e-14;

    /** An amplification of variance per generation that is this near to 1 cannot be distinguished from 1. */
    private static final double ROUNDING = 1e-13;

    private final List<RiskReport> reports;
    private final double nothing;

    /** The pipeline that ends with generation 1. */
    private final Distillation first;

    private Generations(List<RiskReport> reports, Distillation first) {
        this.reports = List.copyOf(reports);
        this.nothing = first.task().signalPower();
        this.first = first;
    }

    /**
     * The first generations.
     *
     * @param teacher who labels the data of the first generation
     * @param training how every generation is trained
     * @param count the number of generations, from 1 to 100,000; {@link #limit()} is that of infinitely many
     * @return the generations
     * @throws IllegalArgumentException if the count is not in that range, or as {@link Teacher#target(Training)} does
     */
    public static Generations of(Teacher teacher, Training training, int count) {
        if (atLeastOne("count", count) > LONGEST) {
            throw refusal("count", count, "is above " + LONGEST + "; limit() gives the risk after infinitely many");
        }
        Distillation first = notNull("teacher", teacher).target(training);
        Stage stage = first.stage();
        Moments given = first.labels();
        List<RiskReport> reports = new ArrayList<>();
        for (int generation = 1; generation <= count; generation++) {
            reports.add(RiskReport.of(stage, given, first.repeated(generation)));
            given = stage.trained(given);
        }
        return new Generations(reports, first);
    }

    /** The limit for labels that are not a linear function of the teacher: follows the generations until the risk converges. */
    private static double resting(Distillation first) {
        Stage stage = first.stage();
        Moments given = first.labels();
        double before = Double.NaN;
        for (int generation = 1; generation <= LONGEST; generation++) {
            double excess =
                    RiskReport.of(stage, given, first.repeated(generation)).excess();
            if (excess == before || Math.abs(excess - before) <= RESTING * excess) {
                return excess;
            }
            before = excess;
            given = stage.trained(given);
        }
        throw new IllegalStateException("The generations of " + first + " do not converge within " + LONGEST
                + "; follow as many as you need instead");
    }

    /** The risk of the moments that the training maps to themselves. */
    private static double limit(Distillation first) {
        Stage stage = first.stage();
        Moments teacher = first.labels();
        Coordinates nodes = teacher.coordinates();
        double share = stage.training().teacherShare();
        double noise = stage.training().labelNoise(first.task());
        Moments trained = stage.trained(teacher);
        double[] deviation = new double[nodes.size()];
        for (int k = 0; k < nodes.size(); k++) {
            double theta = stage.theta(nodes, k);
            if (isKept(stage, nodes, k)) {
                deviation[k] = teacher.deviation(k);
            } else if (Math.abs(share * theta) < 1) {
                // Divided first, so that it is exactly −β⋆ for a = 1.
                deviation[k] = -nodes.truth(k) * (stage.zeta(nodes, k) / decay(stage, nodes, k));
            } else if (trained.deviation(k) != 0 || trained.variance(k) != 0) {
                return Double.POSITIVE_INFINITY;
            }
        }
        RealMatrix system = system(stage, nodes);
        double[] steady = amounts(
                stage,
                system,
                stage.rawAmounts(
                        nodes,
                        (factor, k) -> {
                            double mean =
                                    isKept(stage, nodes, k) ? 0 : factor * (nodes.truth(k) + share * deviation[k]);
                            return nodes.power(k) * mean * mean;
                        },
                        factor -> factor * noise * (factor * noise)));
        if (!isBounded(stage, nodes, steady)) {
            return Double.POSITIVE_INFINITY;
        }
        // A fully learnt feature keeps all variance that is added to it, which is bounded if nothing is added in the
        // limit.
        boolean ends = Arrays.stream(steady).allMatch(amount -> amount == 0);
        double[] altogether = ends ? amounts(stage, system, everFedBack(stage, teacher)) : steady;
        if (ends && Arrays.stream(altogether).allMatch(Double::isInfinite)) {
            // Without fresh noise, a generation that feeds back all of its variance hands it on.
            return resting(first);
        }
        // Even without fresh noise, the variance of the first generations may amplify itself.
        if (!isBounded(stage, nodes, altogether)) {
            return Double.POSITIVE_INFINITY;
        }
        return Stage.sum(nodes.size(), k -> {
            if (!nodes.matters(k)) {
                return 0;
            }
            if (!isKept(stage, nodes, k)) {
                return nodes.power(k) * deviation[k] * deviation[k] + restingVariance(stage, nodes, steady, k);
            }
            double added = Stage.times(nodes.weight(k), stage.addedVariance(altogether, nodes, k));
            return nodes.power(k) * deviation[k] * deviation[k]
                    + teacher.variance(k)
                    + (ends || added == 0 ? added : Double.POSITIVE_INFINITY);
        });
    }

    /**
     * The amounts that all generations together add because of what is left of the teacher in their labels: of its coefficients
     * or, if the truth has a share in the labels, of their variance, as their means do not fade then.
     */
    private static double[] everFedBack(Stage stage, Moments teacher) {
        Coordinates nodes = teacher.coordinates();
        double share = stage.training().teacherShare();
        return stage.rawAmounts(
                nodes,
                (factor, k) -> {
                    if (isKept(stage, nodes, k)) {
                        return 0;
                    }
                    double left = decay(stage, nodes, k) * (1 + share * stage.theta(nodes, k));
                    return share == 1
                            ? teacher.power(factor / Math.sqrt(left), k)
                            : Stage.times(factor * factor / left, teacher.variance(k));
                },
                factor -> 0);
    }

    /** Whether each generation takes a feature from the one before unchanged. */
    private static boolean isKept(Stage stage, Coordinates nodes, int k) {
        return stage.zeta(nodes, k) == 0 && stage.training().teacherShare() == 1;
    }

    /** 1 − aθ, without a difference for a = 1. */
    private static double decay(Stage stage, Coordinates nodes, int k) {
        return stage.zeta(nodes, k) + (1 - stage.training().teacherShare()) * stage.theta(nodes, k);
    }

    /** The variance of a feature at which a generation loses as much as these amounts add. */
    private static double restingVariance(Stage stage, Coordinates nodes, double[] amounts, int k) {
        double added = Stage.times(nodes.weight(k), stage.addedVariance(amounts, nodes, k));
        double share = stage.training().teacherShare();
        return added == 0 ? 0 : added / (decay(stage, nodes, k) * (1 + share * stage.theta(nodes, k)));
    }

    /**
     * The matrix of the stationary equations, which maps a generation's amounts to those that do not come from fed-back
     * variance.
     */
    private static RealMatrix system(Stage stage, Coordinates nodes) {
        int channels = stage.channels(nodes);
        double share = stage.training().teacherShare();
        RealMatrix system = MatrixUtils.createRealMatrix(channels, channels);
        for (int r = 0; r < channels; r++) {
            double[] unit = new double[channels];
            unit[r] = 1;
            double[] fedBack = stage.rawAmounts(
                    nodes,
                    (factor, k) -> isKept(stage, nodes, k)
                            ? 0
                            : Stage.times(factor * factor * share * share, restingVariance(stage, nodes, unit, k)),
                    factor -> 0);
            for (int q = 0; q < channels; q++) {
                system.setEntry(q, r, (q == r ? stage.spare() : 0) - fedBack[q]);
            }
        }
        return system;
    }

    /**
     * The stationary amounts, for given amounts that do not come from fed-back variance. They are infinite if every one is more
     * than 1e13 times its given amount: a generation then feeds back all of each amount but 1e-13, and by the theorem of Collatz
     * and Wielandt the largest eigenvalue of the map from one generation to the next cannot be told from 1.
     */
    private static double[] amounts(Stage stage, RealMatrix system, double[] fresh) {
        if (Arrays.stream(fresh).allMatch(amount -> amount == 0)) {
            return fresh;
        }
        DecompositionSolver solver = new LUDecomposition(system, 0).getSolver();
        RealVector given = MatrixUtils.createRealVector(fresh);
        RealVector solution = solver.solve(given);
        // Corrected once, so that small amounts beside large ones have the right sign.
        RealVector steady = solution.add(solver.solve(given.subtract(system.operate(solution))));
        boolean grows = IntStream.range(0, fresh.length)
                .allMatch(r -> Math.abs(fresh[r]) <= ROUNDING * stage.spare() * Math.abs(steady.getEntry(r)));
        if (grows) {
            steady.set(Double.POSITIVE_INFINITY);
        }
        return steady.toArray();
    }

    /** Whether the amounts are those of an attracting fixed point: none of the added variances is negative. */
    private static boolean isBounded(Stage stage, Coordinates nodes, double[] amounts) {
        return IntStream.range(0, nodes.size()).allMatch(k -> {
            double added = stage.addedVariance(amounts, nodes, k);
            return added >= 0 && added < Double.POSITIVE_INFINITY;
        });
    }

    /**
     * The risk after each generation.
     *
     * @return one report per generation, in their order
     */
    public List<RiskReport> reports() {
        return reports;
    }

    /**
     * The excess risk after each generation.
     *
     * @return a new array, entry 0 for generation 1
     */
    public double[] excess() {
        return reports.stream().mapToDouble(RiskReport::excess).toArray();
    }

    /**
     * The generation with the smallest excess risk of those followed, the first if several are equal.
     *
     * @return a generation, counted from 1
     */
    public int best() {
        int best = 0;
        for (int k = 1; k < reports.size(); k++) {
            if (reports.get(k).excess() < reports.get(best).excess()) {
                best = k;
            }
        }
        return best + 1;
    }

    /**
     * The last generation up to which each has a smaller excess risk than the one before.
     *
     * @return a generation, counted from 1; the last one if the risk improves throughout
     */
    public int improvesUntil() {
        int k = 1;
        while (k < reports.size()
                && reports.get(k).excess() < reports.get(k - 1).excess()) {
            k++;
        }
        return k;
    }

    /**
     * The first generation that is no better than predicting zero.
     *
     * @return a generation, counted from 1; empty if every generation is better than that
     */
    public OptionalInt collapse() {
        for (int k = 0; k < reports.size(); k++) {
            if (reports.get(k).excess() >= nothing) {
                return OptionalInt.of(k + 1);
            }
        }
        return OptionalInt.empty();
    }

    /**
     * The excess risk after infinitely many generations: in closed form, except for labels other than logits, for pools of
     * rows, and where variance is handed on unchanged without fresh noise; there generations are followed until the risk
     * converges.
     *
     * @return the limit; infinite if the risk grows without bound, or if noise is added and a generation amplifies variance by a
     *     factor within 1e-13 of 1, which rounding does not distinguish from 1
     * @throws IllegalStateException if generations that have to be followed do not converge
     */
    public double limit() {
        return first.target().hasLinearLabels() ? limit(first) : resting(first);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Generations that && reports.equals(that.reports) && first.equals(that.first);
    }

    @Override
    public int hashCode() {
        return Objects.hash(reports, first);
    }

    @Override
    public String toString() {
        return "Generations with excess risks " + Arrays.toString(excess()) + ", begun by " + first;
    }
}
