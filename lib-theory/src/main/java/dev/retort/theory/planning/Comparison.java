package dev.retort.theory.planning;

import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.RiskReport;
import java.util.Locale;
import java.util.Objects;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.jspecify.annotations.Nullable;

/**
 * Two pipelines in an experiment: the chance that the pipeline which is better on average is better in a single run, and how
 * many runs it takes to see the difference. Each run has its own data, so that variances add; risks are taken as normal, with
 * the mean {@link RiskReport#corrected()} and the scatter {@link RiskReport#standardDeviation()}. Source: {@code
 * docs/finite-size.md}. Immutable.
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 200), Signal.sourcePowerLaw(1.4)).withNoise(0.5);
 * Distillation strong = Distillation.of(task).target(Training.samples(80));
 * Distillation weak = Distillation.of(task).surrogate(Training.samples(800)).then(Training.samples(80).withNoise(0));
 * Comparison comparison = Comparison.of(weak, strong);
 * double chance = comparison.chanceThatFirstWins(); // 0.9908
 * long runs = comparison.runsToSee(0.9, 0.05); // 2
 * }</pre>
 */
public final class Comparison {

    private final Distillation first;
    private final Distillation second;
    private final double difference;
    private final double scatter;

    private Comparison(Distillation first, Distillation second) {
        this.first = first;
        this.second = second;
        this.difference = mean(second) - mean(first);
        this.scatter = Math.hypot(scatter(first), scatter(second));
    }

    /**
     * Compares two pipelines.
     *
     * @param first one pipeline
     * @param second another one, on a task of the same covariance or not
     * @return the comparison
     * @throws IllegalArgumentException if the scatter of a pipeline is {@linkplain RiskReport#standardDeviation() not known}
     */
    public static Comparison of(Distillation first, Distillation second) {
        check("first", notNull("first", first));
        check("second", notNull("second", second));
        return new Comparison(first, second);
    }

    static void check(String name, Distillation pipeline) {
        if (pipeline.predict().standardDeviation().isEmpty()) {
            throw refusal(
                    name, pipeline, "has no known scatter; it is known for chains of ridge regressions of finite risk");
        }
    }

    private static double mean(Distillation pipeline) {
        return pipeline.predict().corrected().orElseThrow();
    }

    private static double scatter(Distillation pipeline) {
        return pipeline.predict().standardDeviation().orElseThrow();
    }

    /**
     * How much smaller the first pipeline's excess risk is on average.
     *
     * @return the corrected excess risk of the second minus that of the first; negative if the second is better
     */
    public double difference() {
        return difference;
    }

    /**
     * The scatter of the difference between one run of each.
     *
     * @return a standard deviation, at least 0
     */
    public double scatter() {
        return scatter;
    }

    /**
     * The chance that the first pipeline has the smaller excess risk in a single experiment, one run of each.
     *
     * @return a probability, Φ(difference/scatter); without scatter 0, ½ or 1
     */
    public double chanceThatFirstWins() {
        if (scatter == 0) {
            return difference == 0 ? 0.5 : difference > 0 ? 1 : 0;
        }
        return new NormalDistribution(null, 0, 1).cumulativeProbability(difference / scatter);
    }

    /**
     * The number of runs of each pipeline after which a two-sided test tells their mean difference from zero.
     *
     * @param power the chance that the test finds the difference, from 0 to 1, both excluded
     * @param level the chance that it would if there were no difference, from 0 to 1, both excluded
     * @return a number of at least 1; {@link Long#MAX_VALUE} if the difference is zero or too small
     * @throws IllegalArgumentException if the power or the level is NaN or outside that range
     */
    public long runsToSee(double power, double level) {
        double needed = scatter * deviations(power, level) / difference;
        return difference == 0 ? Long.MAX_VALUE : atLeastOne(needed * needed);
    }

    /**
     * The number of fresh test samples, shared by both, that show the difference between two given models after training: the
     * scatter of training does not enter. A test set of N adds the variance 2R²/N to a measured test risk R.
     *
     * @param power the chance that a two-sided test finds the difference, from 0 to 1, both excluded
     * @param level the chance that it would if there were no difference, from 0 to 1, both excluded
     * @return a number of at least 1; {@link Long#MAX_VALUE} if the difference is zero or too small
     * @throws IllegalArgumentException if the power or the level is NaN or outside that range
     */
    public long testSamplesToSee(double power, double level) {
        double spread = Math.sqrt(2) * Math.hypot(test(first), test(second));
        double needed = spread * deviations(power, level) / difference;
        return difference == 0 ? Long.MAX_VALUE : atLeastOne(needed * needed);
    }

    private static double test(Distillation pipeline) {
        RiskReport risk = pipeline.predict();
        return mean(pipeline) + risk.test() - risk.excess();
    }

    private static double deviations(double power, double level) {
        NormalDistribution normal = new NormalDistribution(null, 0, 1);
        return Math.max(
                normal.inverseCumulativeProbability(probability("power", power))
                        + normal.inverseCumulativeProbability(1 - probability("level", level) / 2),
                0);
    }

    private static double probability(String name, double value) {
        if (!(value > 0 && value < 1)) {
            throw refusal(name, value, "is not between 0 and 1; it is a probability");
        }
        return value;
    }

    static long atLeastOne(double number) {
        return Math.max(1, (long) Math.ceil(number));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Comparison that && first.equals(that.first) && second.equals(that.second);
    }

    @Override
    public int hashCode() {
        return Objects.hash(first, second);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "Comparison: difference %.6g, scatter %.6g, the first wins with probability %.4f; first %s; second %s",
                difference,
                scatter,
                chanceThatFirstWins(),
                first,
                second);
    }
}
