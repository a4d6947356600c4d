package dev.retort.theory.scaling;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.OptimalSurrogate;
import dev.retort.theory.distillation.Surrogate;
import java.util.Objects;
import org.apache.commons.math3.special.Gamma;
import org.jspecify.annotations.Nullable;

/**
 * The scaling law of a target's excess risk in its number of samples when spectrum and signal are power laws, λ<sub>i</sub> =
 * i<sup>−α</sup> and λ<sub>i</sub>β⋆<sub>i</sub>² = i<sup>−b</sup>: excess ~ constant · n<sup>−exponent</sup> for 1 ≪ n ≪ p and
 * ridge 0. The exponent is the same for the standard target, which learns from true labels, and for the targets of the optimal
 * surrogate and of the optimal mask; the constants differ, and so does the number of labels needed for a given risk.
 *
 * <pre>  b &lt; 2α + 1   exponent b − 1: set by the features that are not learnt yet
 *   b = 2α + 1   n^−2α ln n, which is not a pure power; constant() is infinite
 *   b &gt; 2α + 1   exponent 2α: set by the shrinkage of the features that are learnt</pre>
 *
 * With {@linkplain #withNoise noise} whose variance falls like n<sup>−γ</sup> the exponent is the smaller of this and γ. {@link
 * RiskLaw#deviation(double)} gives the exact error of a law at any n; near the boundary b = 2α + 1 it is small only at
 * astronomical n. The relative error of the constants is at most 1e-13. Immutable.
 *
 * <p>Source: the exponents are those of arXiv 2410.18837, section on scaling laws; the constants are derived in the module's
 * documentation, {@code docs/scaling.md}.
 *
 * <pre>{@code
 * ScalingLaw law = ScalingLaw.powerLaw(2.0, 1.5);
 * double exponent = law.exponent(); // 0.5
 * double constant = law.standardConstant(); // 4.176
 * double ratio = law.optimal().ratio(); // 0.6159: the risk with the optimal surrogate over that of the standard target
 * double saving = law.optimal().labelSaving(); // 2.636: that many times fewer labels give the standard target's risk
 * double offBy = law.standard().deviation(200); // -0.0037
 * }</pre>
 */
public final class ScalingLaw {

    /** Far above any real spectrum; (b − 1)/α may underflow for larger α. */
    private static final double LARGEST_ALPHA = 1e100;

    private final double alpha;
    private final double b;
    private final SignalConstants signal;
    private final @Nullable Noise noise;

    /** Label noise of variance scale² · n^−gamma. */
    private record Noise(double scale, double gamma) {}

    private ScalingLaw(double alpha, double b, SignalConstants signal, @Nullable Noise noise) {
        this.alpha = alpha;
        this.b = b;
        this.signal = signal;
        this.noise = noise;
    }

    /**
     * The law of λ<sub>i</sub> = i<sup>−α</sup>, λ<sub>i</sub>β⋆<sub>i</sub>² = i<sup>−b</sup>, without noise.
     *
     * @param alpha the decay α of the eigenvalues, greater than 1 and at most 1e100
     * @param b the decay b of each feature's contribution to the variance of the labels, greater than 1
     * @return the law
     * @throws IllegalArgumentException if α or b is out of range
     */
    public static ScalingLaw powerLaw(double alpha, double b) {
        if (!(finite("alpha", alpha) > 1)) {
            throw refusal("alpha", alpha, "is not greater than 1, so the eigenvalues have no finite sum");
        }
        if (alpha > LARGEST_ALPHA) {
            throw refusal("alpha", alpha, "is above " + LARGEST_ALPHA);
        }
        if (!(finite("b", b) > 1)) {
            throw refusal("b", b, "is not greater than 1, so the labels have no finite variance");
        }
        return new ScalingLaw(alpha, b, SignalConstants.of(alpha, b), null);
    }

    /**
     * The same law for labels whose noise falls with their number, σ² = scale² · n<sup>−γ</sup>. The exponent stays that
     * without noise, min(b − 1, 2α), if γ is larger, and becomes γ if it is smaller.
     *
     * @param scale the standard deviation σ at n = 1, greater than 0
     * @param gamma the exponent γ of the noise's variance, at least 0; 0 is constant noise
     * @return a new law
     * @throws IllegalArgumentException if an argument is out of range
     */
    public ScalingLaw withNoise(double scale, double gamma) {
        nonNegative("gamma", gamma);
        if (!Double.isFinite((alpha - 1) * positive("scale", scale) * scale)) {
            throw refusal("scale", scale, "is so large that the variance of the noise overflows");
        }
        // b = 1.3 and γ = 0.3 have the same exponent, although 1.3 − 1 is not 0.3 in double precision.
        boolean alike = signal.regime() == Regime.UNLEARNT_FEATURES && b == 1 + gamma;
        return new ScalingLaw(alpha, b, signal, new Noise(scale, alike ? signal.exponent() : gamma));
    }

    /**
     * The part of the risk that sets the exponent.
     *
     * @return the regime of α, b and the noise
     */
    public Regime regime() {
        if (noise == null || noise.gamma > signal.exponent()) {
            return signal.regime();
        }
        if (noise.gamma < signal.exponent()) {
            return Regime.NOISE;
        }
        // If the powers are equal, the term with the logarithm is larger.
        return signal.regime() == Regime.LOGARITHMIC ? Regime.LOGARITHMIC : Regime.NOISE_AND_SIGNAL;
    }

    /**
     * The exponent of all three risks.
     *
     * @return min(b − 1, 2α), or the noise's γ if that is smaller; at b = 2α + 1 the exponent of the power beside the logarithm
     */
    public double exponent() {
        return noise == null ? signal.exponent() : Math.min(signal.exponent(), noise.gamma);
    }

    /**
     * The law of the standard target, which learns from the labels of the ground truth.
     *
     * @return the standard target's law
     */
    public RiskLaw standard() {
        return law(Surrogate.groundTruth(), 1, -1 / alpha);
    }

    /**
     * The law of the target that learns from the labels of the {@link OptimalSurrogate}. Without noise its risk is a multiple of
     * the standard target's,
     *
     * <pre>  G(α, c) = (α−1)^(c/2) cos(πc/2) / (α(1−c)),   c = (b−1)/α ≤ 2;      (α−1)/α for larger c.</pre>
     *
     * @return the law of the optimal surrogate's target, with this multiple as its {@link RiskLaw#ratio()}
     */
    public RiskLaw optimal() {
        return law(Surrogate.optimal(), signal.optimalRatio(), -Math.log(alpha - 1) / (2 * alpha));
    }

    /**
     * The law of the target whose surrogate knows the truth on the best choice of features and is zero on the others.
     *
     * @return the law of the optimal mask's target
     */
    public RiskLaw masked() {
        double root = Math.sqrt(alpha);
        double edge = (root - 1) / alpha;
        return law(
                Surrogate.optimallyMasked(),
                signal.maskRatio(),
                edge * edge / 2 - (Math.log(alpha) / 2 + 1 / root) / alpha);
    }

    private RiskLaw law(Surrogate surrogate, double ratio, double offset) {
        return new RiskLaw(this, surrogate, ratio, Gamma.GAMMA + offset - SignalConstants.logScale(alpha));
    }

    /**
     * The constant of the standard target's risk.
     *
     * @return {@code standard().constant()}
     */
    public double standardConstant() {
        return standard().constant();
    }

    /**
     * The constant of the risk of the optimal surrogate's target.
     *
     * @return {@code optimal().constant()}
     */
    public double optimalConstant() {
        return optimal().constant();
    }

    /**
     * The constant of the risk of the optimal mask's target.
     *
     * @return {@code masked().constant()}
     */
    public double maskConstant() {
        return masked().constant();
    }

    /**
     * The implicit regularisation τ at large n. Adding one half to n accounts for the next term of the expansion; for even α
     * all later terms vanish too, and the remainder falls exponentially in n. The exact value is {@code
     * DeterministicEquivalent.of(Spectrum.powerLaw(alpha), samples).tau()}.
     *
     * @param samples the number of samples n, greater than 0
     * @return (C/(n + 1/2))<sup>α</sup> with C = π/(α sin(π/α)); off by a relative O(τ/n)
     * @throws IllegalArgumentException if n is not positive and finite
     */
    public double tau(double samples) {
        return tauAt(positive("samples", samples) + 0.5);
    }

    /**
     * The implicit regularisation τ at large n to leading order, as in textbooks.
     *
     * @param samples the number of samples n, greater than 0
     * @return (C/n)<sup>α</sup>, off by a relative α/(2n)
     * @throws IllegalArgumentException if n is not positive and finite
     */
    public double textbookTau(double samples) {
        return tauAt(positive("samples", samples));
    }

    private double tauAt(double size) {
        return Math.exp(alpha * (SignalConstants.logScale(alpha) - Math.log(size)));
    }

    /**
     * The limit of {@link DeterministicEquivalent#omega()}.
     *
     * @return (α − 1)/α
     */
    public double omega() {
        return (alpha - 1) / alpha;
    }

    /**
     * The number of features that the optimal surrogate amplifies, per sample, in the limit of large n.
     *
     * @return (α − 1)<sup>−1/α</sup>/C
     */
    public double amplifiedPerSample() {
        return featuresPerSample(alpha - 1);
    }

    /**
     * The number of features that the optimal mask keeps, per sample, in the limit of large n.
     *
     * @return (√α − 1)<sup>−1/α</sup>/C
     */
    public double keptPerSample() {
        return featuresPerSample((alpha - 1) / (Math.sqrt(alpha) + 1));
    }

    /** The number of eigenvalues above a multiple of τ, per sample. */
    private double featuresPerSample(double multiple) {
        return Math.exp(-Math.log(multiple) / alpha - SignalConstants.logScale(alpha));
    }

    /** The task that the law describes. */
    RegressionTask task(double samples) {
        return RegressionTask.of(Spectrum.powerLaw(alpha), Signal.sourcePowerLaw(b))
                .withNoise(noiseAt(samples));
    }

    /** The same task with a finite number of features. */
    RegressionTask task(double samples, long features) {
        return RegressionTask.of(Spectrum.powerLaw(alpha, 1, 0, features), Signal.sourcePowerLaw(b))
                .withNoise(noiseAt(samples));
    }

    /** σ at a number of samples. */
    private double noiseAt(double samples) {
        return noise == null ? 0 : noise.scale * Math.pow(samples, -noise.gamma / 2);
    }

    SignalConstants signal() {
        return signal;
    }

    double alpha() {
        return alpha;
    }

    /** The limit of Ωσ²/(1−Ω) · n^γ, the noise's part of every risk; 0 without noise. */
    double noiseConstant() {
        return noise == null ? 0 : (alpha - 1) * noise.scale * noise.scale;
    }

    /** γ; 0 without noise, where it has no meaning. */
    double noiseExponent() {
        return noise == null ? 0 : noise.gamma;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ScalingLaw that
                && Double.compare(alpha, that.alpha) == 0
                && Double.compare(b, that.b) == 0
                && Objects.equals(noise, that.noise);
    }

    @Override
    public int hashCode() {
        return Objects.hash(alpha, b, noise);
    }

    @Override
    public String toString() {
        return "ScalingLaw of alpha " + alpha + ", b " + b
                + (noise == null ? "" : ", noise variance " + noise.scale * noise.scale + " n^-" + noise.gamma)
                + ": exponent " + exponent() + " (" + regime() + ")";
    }
}
