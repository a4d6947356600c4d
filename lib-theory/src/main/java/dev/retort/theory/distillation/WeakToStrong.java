package dev.retort.theory.distillation;

import dev.retort.core.CompensatedSum;
import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.TaskNodes;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Whether a target does better on a surrogate's labels than on those of the ground truth ("weak-to-strong
 * generalisation"), by how much, and which features carry the difference. Both targets are trained alike, with the same
 * noise on their labels; the noise cancels in the difference.
 *
 * <p>Source: arXiv 2410.18837, the weak-to-strong section. Indices count from 0 in code and from 1 in formulas. Immutable.
 */
public final class WeakToStrong {

    private final RiskReport strong;
    private final RiskReport weak;
    private final double[] shares;
    private final double gain;

    private WeakToStrong(RiskReport strong, RiskReport weak, double[] shares) {
        this.strong = strong;
        this.weak = weak;
        this.shares = shares;
        CompensatedSum sum = new CompensatedSum();
        for (double share : shares) {
            sum.add(share);
        }
        this.gain = sum.value();
    }

    static WeakToStrong of(Distillation weak) {
        DeterministicEquivalent target = weak.equivalent();
        Moments labels = weak.labels();
        TaskNodes nodes = labels.nodes();
        double[] shares = new double[nodes.size()];
        for (int k = 0; k < shares.length; k++) {
            double truth = nodes.truth(k);
            double deviation = labels.deviation(k);
            double zeta = target.zetaOf(nodes.eigenvalue(k));
            double theta = target.learnabilityOf(nodes.eigenvalue(k));
            // (ζa)² − (θd − ζa)² − Ω/(1−Ω) ζ²((a+d)² − a²) with d taken out, so that a small d costs no digit.
            double learnt = deviation * theta * (2 * zeta * truth - theta * deviation);
            double scale = target.rootOmega() * zeta;
            double missed = (scale * deviation) * (scale * (2 * truth + deviation));
            shares[k] = nodes.power(k) * (learnt - Moments.perSpareSample(missed, target));
        }
        RiskReport strong = Distillation.of(weak.task()).target(weak.target()).predict();
        return new WeakToStrong(strong, weak.predict(), shares);
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
     * @return the risk of the pipeline that was asked
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
        return gain > 0;
    }

    /**
     * How much excess risk the surrogate's labels save.
     *
     * @return excess risk on strong labels minus that on the surrogate's; negative if these do harm
     */
    public double gain() {
        return gain;
    }

    /**
     * The excess risk on the surrogate's labels as a multiple of that on strong labels.
     *
     * @return the ratio, below 1 if the surrogate wins; 1 if both risks are zero or both infinite
     */
    public double ratio() {
        return weak.excess() == strong.excess() ? 1 : weak.excess() / strong.excess();
    }

    /**
     * What the surrogate's coefficient of one feature contributes to the gain: what it costs the target to be taught
     * β⋆<sub>i</sub>, minus what it costs it to be taught βˢ<sub>i</sub>, each
     *
     * <pre>  λ_i(θ_iβ_i − β⋆_i)² + Ω/(1−Ω) λ_iζ_i²β_i².</pre>
     *
     * @param i the feature, counted from 0
     * @return its share; the shares of all features add up to the gain
     * @throws IndexOutOfBoundsException if there is no such feature
     */
    public double share(int i) {
        return shares[i];
    }

    /**
     * The features that carry the gain: those whose share is positive, the largest share first.
     *
     * @return a new array of features, counted from 0
     */
    public int[] carriers() {
        return IntStream.range(0, shares.length)
                .filter(i -> shares[i] > 0)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> shares[i]).reversed())
                .mapToInt(Integer::intValue)
                .toArray();
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "excess risk %.6g on the surrogate's labels, %.6g on strong labels: %s by %.6g",
                weak.excess(),
                strong.excess(),
                beatsStrongLabels() ? "better" : "no better",
                gain);
    }
}
