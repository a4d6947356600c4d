package dev.retort.theory.distillation;

import static dev.retort.core.Arguments.atLeastOne;
import static dev.retort.core.Arguments.notNull;

import dev.retort.core.CompensatedSum;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

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
 * double[] excess = generations.excess(); // after 1, 2, …, 10 generations
 * int best = generations.best(); // 1: from the truth it goes downhill
 * double last = generations.limit(); // after endlessly many
 * }</pre>
 */
public final class Generations {

    private final List<RiskReport> reports;
    private final double nothing;
    private final double limit;

    private Generations(List<RiskReport> reports, double nothing, double limit) {
        this.reports = List.copyOf(reports);
        this.nothing = nothing;
        this.limit = limit;
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
            reports.add(RiskReport.of(stage, given, teacher.task().noise()));
            given = stage.trained(given);
        }
        return new Generations(reports, teacher.task().signalPower(), limit(first));
    }

    /** The risk of moments that the training leaves as they are. */
    private static double limit(Distillation first) {
        Stage stage = first.stage();
        Moments teacher = first.labels();
        Coordinates nodes = teacher.coordinates();
        double share = stage.training().teacherShare();
        double[] deviation = new double[nodes.size()];
        double[] perAdded = new double[nodes.size()];
        CompensatedSum fresh = new CompensatedSum();
        CompensatedSum feedback = new CompensatedSum();
        double noise = stage.equivalent().rootOmega() * stage.training().labelNoise(first.task());
        fresh.add(noise * noise);
        for (int k = 0; k < nodes.size(); k++) {
            double theta = stage.theta(nodes, k);
            double zeta = stage.zeta(nodes, k);
            boolean kept = zeta == 0 && share == 1;
            if (!kept && !(Math.abs(share * theta) < 1)) {
                return Double.POSITIVE_INFINITY;
            }
            // 1 − aθ, without a difference for a = 1.
            double decay = zeta + (1 - share) * theta;
            double portion = nodes.weight(k) * stage.portion(nodes, k);
            deviation[k] = kept ? teacher.deviation(k) : -zeta * nodes.truth(k) / decay;
            perAdded[k] = portion == 0 ? 0 : portion / (decay * (1 + share * theta));
            double scale = stage.equivalent().rootOmega() * zeta * stage.rootRatio(nodes, k);
            double mean = scale * (nodes.truth(k) + share * deviation[k]);
            fresh.add(nodes.power(k) * mean * mean);
            feedback.add(Stage.times(scale * scale * share * share, perAdded[k]));
        }
        double spare = stage.equivalent().oneMinusOmega() - feedback.value();
        if (fresh.value() > 0 && !(spare > 0)) {
            return Double.POSITIVE_INFINITY;
        }
        double added = fresh.value() == 0 ? 0 : fresh.value() / spare;
        return Stage.sum(nodes.size(), k -> {
            boolean kept = stage.zeta(nodes, k) == 0 && share == 1;
            double variance = (kept ? teacher.variance(k) : 0) + Stage.times(perAdded[k], added);
            return nodes.matters(k) ? nodes.power(k) * deviation[k] * deviation[k] + variance : 0;
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
     * The excess risk after endlessly many generations.
     *
     * @return the limit; infinite if the risk grows without bound
     */
    public double limit() {
        return limit;
    }
}
