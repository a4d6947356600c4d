package dev.retort.theory.distillation;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.RegressionTask;

/**
 * The surrogate whose labels make the target's risk smallest: βˢ<sub>i</sub> = g<sub>i</sub>β⋆<sub>i</sub> with the gain
 *
 * <pre>  g_i = (1−Ω)θ_i / [(1−Ω)θ_i² + Ωζ_i²],      θ_i = 1 − ζ_i = λ_i/(λ_i+τ).</pre>
 *
 * It amplifies the features of which the target misses little, ζ<sub>i</sub> &lt; 1 − Ω, and shrinks the others. The gain
 * depends on the spectrum and the training alone, never on the signal or the noise. Without ridge, an isotropic spectrum has
 * gain one everywhere, and so has every spectrum at τ = 0 (no fewer samples than the rank): no teacher is better than the
 * truth.
 *
 * <p>Valid for any ridge, including 0. Source: arXiv 2410.18837, the proposition on the optimal surrogate for a given
 * target; derived in the module's documentation, {@code docs/distillation.md}. Indices count from 0 in code and from 1 in
 * formulas. Immutable.
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(2.0, 500), Signal.sourcePowerLaw(1.5));
 * OptimalSurrogate best = OptimalSurrogate.of(task, Training.samples(200));
 * double strongest = best.gain(0); // 1.00004: amplified
 * double weakest = best.gain(499); // 0.0695: shrunk
 * double excess = best.risk().excess(); // 0.08325, against 0.11937 for true labels
 * }</pre>
 */
public final class OptimalSurrogate {

    private final Distillation distillation;

    private OptimalSurrogate(Distillation distillation) {
        this.distillation = distillation;
    }

    /**
     * The best teacher for a target trained in a given way.
     *
     * @param task the task
     * @param target the target's training
     * @return the optimal surrogate
     * @throws IllegalArgumentException if the target has so few samples, or so large a ridge, that τ or a coefficient
     *     overflows
     */
    public static OptimalSurrogate of(RegressionTask task, Training target) {
        return new OptimalSurrogate(
                Distillation.of(task).surrogate(Surrogate.optimal()).target(target));
    }

    /**
     * By how much the teacher's coefficient exceeds the truth.
     *
     * @param i the feature, counted from 0
     * @return g, at least 0; above 1 where ζ is below the turning point; 0 for a feature of zero variance
     * @throws IndexOutOfBoundsException if there is no such feature
     */
    public double gain(int i) {
        return gain(distillation.equivalent(), distillation.task().spectrum().eigenvalue(i));
    }

    /**
     * The ζ at which amplification turns into shrinkage.
     *
     * @return 1 − Ω
     */
    public double turningPoint() {
        return distillation.equivalent().oneMinusOmega();
    }

    /**
     * The teacher's coefficients.
     *
     * @return a new array of g<sub>i</sub>β⋆<sub>i</sub>, one per feature
     */
    public double[] coefficients() {
        double[] coefficients = new double[distillation.task().dimension()];
        for (int i = 0; i < coefficients.length; i++) {
            coefficients[i] = gain(i) * distillation.task().coefficient(i);
        }
        return coefficients;
    }

    /**
     * The best teacher that may only keep or drop features.
     *
     * @return the mask of {@link FeatureMask#optimal(DeterministicEquivalent)} for the same training
     */
    public FeatureMask mask() {
        return FeatureMask.optimal(distillation.equivalent());
    }

    /**
     * The risk of the target that this surrogate teaches: its excess part is
     *
     * <pre>  Σ λ_iβ⋆_i² Ωζ_i² / [(1−Ω)θ_i² + Ωζ_i²] + Ωσ²/(1−Ω).</pre>
     *
     * @return the smallest risk that any fixed surrogate can give the target
     */
    public RiskReport risk() {
        return distillation.predict();
    }

    private static double gain(DeterministicEquivalent target, double lambda) {
        if (lambda == 0) {
            return 0;
        }
        double theta = target.learnabilityOf(lambda);
        double spare = target.oneMinusOmega();
        double missed = turn(target, lambda) * target.rootOmega() * target.zetaOf(lambda);
        return missed == 0 ? 1 / theta : spare / (spare * theta + missed);
    }

    /** g − 1, without cancellation for the features that are almost wholly learnt. */
    static double gainAboveOne(DeterministicEquivalent target, double lambda) {
        double zeta = target.zetaOf(lambda);
        if (zeta >= 0.5) {
            return gain(target, lambda) - 1;
        }
        double t = turn(target, lambda);
        double u = t == 0 ? 0 : 1 / (1 + target.oneMinusOmega() / (t * t));
        return (zeta - u) / target.learnabilityOf(lambda);
    }

    /**
     * t = √Ω ζ/θ = √Ω τ/λ. Then g = (1−Ω)/((1−Ω)θ + t√Ωζ), which stays exact where θ² or Ω underflows; the order of the
     * products keeps infinity out of them.
     */
    private static double turn(DeterministicEquivalent target, double lambda) {
        return target.rootOmega() * target.tau() / lambda;
    }
}
