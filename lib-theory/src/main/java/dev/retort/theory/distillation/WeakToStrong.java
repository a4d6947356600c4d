package dev.retort.theory.distillation;

import static dev.retort.core.internal.Arguments.index;
import static dev.retort.theory.distillation.Stage.times;

import dev.retort.core.internal.CompensatedSum;
import dev.retort.core.spectrum.RegressionTask;
import java.util.Comparator;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Whether a target does better on a surrogate's labels than on those of the ground truth ("weak-to-strong
 * generalisation"), by how much, and which features carry the difference. Both targets are trained alike, with the same
 * noise on their labels; the noise cancels in the difference. (A {@link RowPool} is compared with the truth under the task's noise.)
 *
 * <p>Source: arXiv 2410.18837, the weak-to-strong section. Indices count from 0 in code and from 1 in formulas. Immutable.
 */
public final class WeakToStrong {

    private final RiskReport strong;
    private final RiskReport weak;
    private final Shares shares;
    private final double advantage;

    /** The excess risk of the teacher itself. */
    private final double teacher;

    private WeakToStrong(RiskReport strong, RiskReport weak, Shares shares, double advantage, double teacher) {
        this.strong = strong;
        this.weak = weak;
        this.shares = shares;
        this.advantage = advantage;
        this.teacher = teacher;
    }

    static WeakToStrong of(Distillation weak) {
        Stage target = weak.stage();
        boolean pooled = weak.labels().areOfSeveral();
        RiskReport strong =
                (pooled ? ofTruth(weak) : Distillation.of(weak.task()).continuedBy(target)).predict();
        RiskReport weakRisk = weak.predict();
        double teacher = weak.labels().excess();
        if (pooled || !target.training().hasLinearLabels()) {
            return new WeakToStrong(
                    strong,
                    weakRisk,
                    strong.sharesMinus(weakRisk),
                    strong.excess() == weakRisk.excess() ? 0 : strong.excess() - weakRisk.excess(),
                    teacher);
        }
        Moments labels = target.labels(weak.labels()).moments();
        Coordinates nodes = labels.coordinates();
        Stage.Costs costs = target.costs(nodes);
        NodePower more = (factor, k) -> more(labels, factor, k);
        return new WeakToStrong(
                strong,
                weakRisk,
                Shares.of(nodes, k -> learnt(target, labels, k) - target.perSpare(costs.of(more, k))),
                advantage(target, labels, more),
                teacher);
    }

    /** The rows of a pool have the noise of its sources; the truth's labels have the noise of the task. */
    private static Distillation ofTruth(Distillation weak) {
        RegressionTask task = weak.task();
        return Distillation.of(task).target(weak.target().withNoise(task.noise()));
    }

    /** At an interpolation threshold, where shares are infinite with either sign, the sum of all missed parts decides. */
    private static double advantage(Stage target, Moments labels, NodePower more) {
        Coordinates nodes = labels.coordinates();
        CompensatedSum learnt = new CompensatedSum();
        for (int k = 0; k < labels.size(); k++) {
            learnt.add(learnt(target, labels, k));
        }
        double missed = target.addedVariance(target.rawAmounts(nodes, more, factor -> 0), nodes);
        return learnt.value() == Double.NEGATIVE_INFINITY ? learnt.value() : learnt.value() - target.perSpare(missed);
    }

    /** (ζa)² − (θd − ζa)² with d factored out, so that a small d costs no digit, minus the variance inherited from the labels. */
    private static double learnt(Stage target, Moments labels, int k) {
        Coordinates nodes = labels.coordinates();
        if (!nodes.matters(k)) {
            return 0;
        }
        double deviation = labels.deviation(k);
        double theta = target.theta(nodes, k);
        double more = deviation * theta * (2 * target.zeta(nodes, k) * nodes.truth(k) - theta * deviation);
        return nodes.power(k) * more - target.inheritedVariance(labels, k);
    }

    /** (a+d)² − a² plus the variance of the labels: their second moment minus that of the truth. */
    private static double more(Moments labels, double factor, int k) {
        Coordinates nodes = labels.coordinates();
        double deviation = labels.deviation(k);
        double sum = nodes.truth(k) + labels.mean(k);
        return nodes.power(k) * (factor * deviation) * (factor * sum) + times(factor * factor, labels.variance(k));
    }

    /**
     * The risk of the target trained on strong labels, those of the ground truth.
     *
     * @return the standard target's risk
     */
    public RiskReport strong() {
        return strong;
    }

    /**
     * The risk of the target trained on the surrogate's labels.
     *
     * @return the risk of the pipeline that was compared
     */
    public RiskReport weak() {
        return weak;
    }

    /**
     * The verdict.
     *
     * @return true if the surrogate's labels give the smaller excess risk
     */
    public boolean beatsStrongLabels() {
        return advantage > 0;
    }

    /**
     * The excess risk that the surrogate's labels save.
     *
     * @return excess risk on strong labels minus that on the surrogate's; negative if the surrogate's are worse
     */
    public double advantage() {
        return advantage;
    }

    /**
     * The performance gap recovered (PGR): the fraction of the gap in excess risk between the teacher and the target on
     * strong labels that the target on the teacher's labels closes.
     *
     * @return (teacher − weak)/(teacher − strong); 1 if it is as good as on strong labels, above 1 if better or, where the gap is
     *     negative because the teacher itself beats the target on strong labels, if worse; empty if there is no gap or it is
     *     infinite
     */
    public OptionalDouble performanceGapRecovered() {
        double gap = teacher - strong.excess();
        double recovered = (teacher - weak.excess()) / gap;
        return gap == 0 || !Double.isFinite(recovered) ? OptionalDouble.empty() : OptionalDouble.of(recovered);
    }

    /**
     * The excess risk on the surrogate's labels as a multiple of that on strong labels.
     *
     * @return the ratio, below 1 if the surrogate wins; 1 if both risks are zero or both infinite, infinite if only that on
     *     strong labels is zero
     */
    public double ratio() {
        return weak.excess() == strong.excess() ? 1 : weak.excess() / strong.excess();
    }

    /**
     * The contribution of the surrogate's coefficient of one feature to the advantage: the target's cost of being taught
     * β⋆<sub>i</sub> minus that of being taught βˢ<sub>i</sub>, where each cost is
     *
     * <pre>  λ_i(θ_iβ_i − β⋆_i)² + Ω/(1−Ω) λ_iζ_i²β_i².</pre>
     *
     * <p>(For a surrogate that was itself trained, the average over its coefficients.)
     *
     * @param i the feature, counted from 0
     * @return its share; the shares of all features add up to the advantage
     * @throws IndexOutOfBoundsException if there is no such feature
     * @throws IllegalStateException if the task's features are gathered or not listed
     */
    public double share(int i) {
        double[] all = shares.ofFeatures();
        return all[index("i", i, all.length)];
    }

    /**
     * The features that carry the advantage: those whose share is positive, the largest share first.
     *
     * @return a new array of features, counted from 0
     * @throws IllegalStateException if the task's features are gathered or not listed
     */
    public int[] carriers() {
        double[] share = shares.ofFeatures();
        return IntStream.range(0, share.length)
                .filter(i -> share[i] > 0)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> share[i]).reversed())
                .mapToInt(Integer::intValue)
                .toArray();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof WeakToStrong that
                && Double.compare(advantage, that.advantage) == 0
                && strong.equals(that.strong)
                && weak.equals(that.weak)
                && shares.equals(that.shares);
    }

    @Override
    public int hashCode() {
        return Objects.hash(advantage, strong, weak, shares);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "excess risk %.6g on the surrogate's labels, %.6g on strong labels: %s by %.6g",
                weak.excess(),
                strong.excess(),
                beatsStrongLabels() ? "better" : "no better",
                advantage);
    }
}
