package dev.retort.theory.distillation;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.notNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;
import org.jspecify.annotations.Nullable;

/**
 * A model trained on the labels of the model before, again and again in the same way: how the risk goes on, where it stops
 * improving, whether it collapses, and where it ends. Generation 1 learns from the teacher.
 *
 * <p>Every generation shrinks each coefficient by θ and adds to the variance. In the end nothing is left of the teacher in
 * the features that are not fully learnt, and the variance has either come to rest or, where everything is learnt (τ = 0)
 * from noisy labels, grown without bound. A share of true labels in each generation ({@link
 * Training#withTeacherShare(double)}) stops the decay.
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

    private static final int LONGEST = 100_000;

    /** Relative steps below this are rounding. */
    private static final double RESTING = 1e-14;

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
     * Some generations.
     *
     * @param teacher who labels the data of the first
     * @param training how every one of them is trained
     * @param count how many to follow, at least 1
     * @return the generations
     * @throws IllegalArgumentException if the count is less than 1, or as {@link Teacher#target(Training)} does
     */
    public static Generations of(Teacher teacher, Training training, int count) {
        atLeastOne("count", count);
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

    /** Where generations come to rest on labels that are no linear function of the teacher: followed until they do. */
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
        throw new IllegalStateException("The generations of " + first + " do not come to rest within " + LONGEST
                + "; follow as many as you need instead");
    }

    /** The risk of moments that the training leaves as they are. */
    private static double limit(Distillation first) {
        Stage stage = first.stage();
        Moments teacher = first.labels();
        Coordinates nodes = teacher.coordinates();
        double share = stage.training().teacherShare();
        double noise = stage.training().labelNoise(first.task());
        double[] deviation = new double[nodes.size()];
        for (int k = 0; k < nodes.size(); k++) {
            double theta = stage.theta(nodes, k);
            if (isKept(stage, nodes, k)) {
                deviation[k] = teacher.deviation(k);
            } else if (Math.abs(share * theta) < 1) {
                deviation[k] = -stage.zeta(nodes, k) * nodes.truth(k) / decay(stage, nodes, k);
            } else {
                return Double.POSITIVE_INFINITY;
            }
        }
        RealMatrix system = system(stage, nodes);
        double[] steady = amounts(
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
        // What is wholly learnt keeps all that any generation adds to it, which is bounded if in the end nothing is
        // added.
        double[] altogether = Arrays.stream(steady).allMatch(amount -> amount == 0)
                ? amounts(
                        system,
                        stage.rawAmounts(
                                nodes,
                                (factor, k) -> {
                                    double ever =
                                            factor / Math.sqrt(stage.zeta(nodes, k) * (1 + stage.theta(nodes, k)));
                                    return isKept(stage, nodes, k) ? 0 : teacher.power(ever, k);
                                },
                                factor -> 0))
                : steady;
        boolean ends = altogether != steady;
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

    /** Whether a generation takes a feature from the one before as it is. */
    private static boolean isKept(Stage stage, Coordinates nodes, int k) {
        return stage.zeta(nodes, k) == 0 && stage.training().teacherShare() == 1;
    }

    /** 1 − aθ, without a difference for a = 1. */
    private static double decay(Stage stage, Coordinates nodes, int k) {
        return stage.zeta(nodes, k) + (1 - stage.training().teacherShare()) * stage.theta(nodes, k);
    }

    /** The variance at which a feature loses as much in a generation as these amounts add. */
    private static double restingVariance(Stage stage, Coordinates nodes, double[] amounts, int k) {
        double added = Stage.times(nodes.weight(k), stage.addedVariance(amounts, nodes, k));
        double share = stage.training().teacherShare();
        return added == 0 ? 0 : added / (decay(stage, nodes, k) * (1 + share * stage.theta(nodes, k)));
    }

    /** What the amounts of a generation are multiplied by to have what was fresh in them; the rest is variance fed back. */
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

    /** The amounts that come of fresh ones when variance feeds back. */
    private static double[] amounts(RealMatrix system, double[] fresh) {
        return Arrays.stream(fresh).allMatch(amount -> amount == 0)
                ? fresh
                : new LUDecomposition(system, 0)
                        .getSolver()
                        .solve(MatrixUtils.createRealVector(fresh))
                        .toArray();
    }

    /** Whether amounts are those of a fixed point that generations tend to: none of them takes variance away. */
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
     * @return a generation, counted from 1; the number of those followed if the risk improves all along
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
     * @return a generation, counted from 1; nothing if none of those followed is that bad
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
     * The excess risk after infinitely many generations; in closed form, but for labels other than logits and for pools of rows,
     * where generations are followed until they come to rest.
     *
     * @return the limit; infinite if the risk grows without bound
     * @throws IllegalStateException if generations that have to be followed do not come to rest
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
