package dev.retort.theory.distillation;

import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.RegressionTask;
import java.util.Objects;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The surrogate whose labels make the target's risk smallest: βˢ<sub>i</sub> = g<sub>i</sub>β⋆<sub>i</sub> with the gain
 *
 * <pre>  g_i = (1−Ω)θ_i / [(1−Ω)θ_i² + Ωζ_i²],      θ_i = 1 − ζ_i = λ_i/(λ_i+τ).</pre>
 *
 * It amplifies the features that the target mostly learns, ζ<sub>i</sub> &lt; 1 − Ω, and shrinks the others. The gain depends
 * on the spectrum and the training alone, never on the signal or the noise. Without ridge, the gain is one everywhere for an
 * isotropic spectrum, and for every spectrum at τ = 0 (at least as many samples as the rank): no teacher is better than the
 * truth.
 *
 * <p>Valid for any ridge, including 0, for targets that are trained on another covariance than the task's or under a mask
 * (with another gain, in {@code docs/distillation.md}), and for mixed labels, where it is the best teacher's share of them.
 * Source: arXiv 2410.18837, the proposition on the optimal surrogate for a given target; derived in the module's
 * documentation, {@code docs/distillation.md}. Indices count from 0 in code and from 1 in formulas. Immutable.
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(2.0, 500), Signal.sourcePowerLaw(1.5));
 * OptimalSurrogate best = OptimalSurrogate.of(task, Training.samples(200));
 * double strongest = best.gain(0); // 1.00004: amplified
 * double weakest = best.gain(499); // 0.0695: shrunk
 * double excess = best.risk().excess(); // 0.08325
 * double strong = Distillation.of(task).target(Training.samples(200)).predict().excess(); // 0.11937: on true labels
 * }</pre>
 */
public final class OptimalSurrogate {

    private final Distillation distillation;
    private final Gain gain;

    private OptimalSurrogate(Distillation distillation) {
        this.distillation = distillation;
        this.gain = new Gain(distillation.stage(), distillation.labels().coordinates());
    }

    /**
     * The best teacher for a target trained in a given way.
     *
     * @param task the task
     * @param target the target's training
     * @return the optimal surrogate
     * @throws IllegalArgumentException if the target has so few samples, or so large a ridge, that τ or a coefficient
     *     overflows, if the teacher has no share in the target's labels, or if the target's spectrum or mask does not fit the
     *     task
     */
    public static OptimalSurrogate of(RegressionTask task, Training target) {
        if (notNull("target", target).teacherShare() == 0 || target.teacherRows() == 0) {
            throw refusal("target", target, "gives the teacher no share in its labels; give it a share other than 0");
        }
        return new OptimalSurrogate(
                Distillation.of(task).surrogate(Surrogate.optimal()).target(target));
    }

    /**
     * The ratio of the teacher's coefficient to the truth.
     *
     * @param i the feature, counted from 0
     * @return g; above 1 where ζ is below the turning point; 0 for a feature of zero variance; at least 0 if the labels are
     *     the teacher's alone
     * @throws IndexOutOfBoundsException if there is no such feature
     */
    public double gain(int i) {
        double lambda = distillation.task().spectrum().eigenvalue(i);
        Stage pupil = distillation.stage();
        double best = pupil.isShifted() ? gain.ofFeature(i) : gain.at(lambda);
        double share = pupil.training().teacherShare() * pupil.training().teacherRows();
        return share == 1 ? best : 1 + (best - 1) / share;
    }

    /**
     * The ζ at which amplification turns into shrinkage.
     *
     * @return 1 − Ω
     * @throws IllegalStateException if the target has a spectrum or a mask of its own, where the task's λ decides instead of
     *     ζ
     */
    public double turningPoint() {
        if (distillation.stage().isShifted()) {
            throw new IllegalStateException(
                    "There is no turning point in ζ: the training has a spectrum or a mask of its own");
        }
        return distillation.equivalent().oneMinusOmega();
    }

    /**
     * The teacher's coefficients.
     *
     * @return a new array of g<sub>i</sub>β⋆<sub>i</sub>, one per feature
     * @throws IllegalStateException if there are more features than {@link
     *     dev.retort.core.spectrum.Spectrum#eigenvalues()} gives, or a coefficient overflows; the message names its feature
     */
    public double[] coefficients() {
        return distillation.surrogateCoefficients();
    }

    /**
     * The best teacher that may only keep or drop features.
     *
     * @return the best mask; for a target trained on the task's covariance and the teacher's labels alone the features with 1
     *     − ζ² &gt; Ω, as in {@link FeatureMask#optimal(DeterministicEquivalent)}
     * @throws IllegalStateException where {@link FeatureMask#optimal(DeterministicEquivalent)} throws an
     *     IllegalArgumentException
     */
    public FeatureMask mask() {
        RegressionTask task = distillation.task();
        return FeatureMask.of(task, gain.keptFeatures())
                .orElseThrow(() -> new IllegalStateException(task.spectrum() + " " + FeatureMask.TOO_MANY));
    }

    /**
     * The number of features that the optimal mask keeps, also where they cannot be listed.
     *
     * @return the size of {@link #mask()} where there is one; for an infinite spectrum a finite number if the share is from 0
     *     to below 2; Long.MAX_VALUE if infinitely many are kept
     */
    public long maskSize() {
        Stage pupil = distillation.stage();
        Coordinates nodes =
                Surrogate.optimallyMasked().split(distillation.labels().coordinates(), pupil);
        Gain split = new Gain(pupil, nodes);
        IntPredicate kept = split.kept();
        boolean endless = Double.isInfinite(distillation.task().spectrum().features());
        if (endless && (pupil.isShifted() ? kept.test(nodes.size() - 1) : split.keepsTheSmallest())) {
            return Long.MAX_VALUE;
        }
        return Math.round(Stage.sum(nodes.size(), k -> kept.test(k) ? nodes.weight(k) : 0));
    }

    /**
     * The risk of the target that this surrogate teaches: its excess risk is
     *
     * <pre>  Σ λ_iβ⋆_i² Ωζ_i² / [(1−Ω)θ_i² + Ωζ_i²] + Ωσ²/(1−Ω).</pre>
     *
     * @return the smallest risk that any fixed surrogate can give the target
     */
    public RiskReport risk() {
        return distillation.predict();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof OptimalSurrogate that && distillation.equals(that.distillation);
    }

    @Override
    public int hashCode() {
        return Objects.hash(distillation);
    }

    @Override
    public String toString() {
        return "OptimalSurrogate of " + distillation.target() + " on (" + distillation.task() + "): " + risk();
    }
}
