package dev.retort.theory.scaling;

import static dev.retort.core.Arguments.finite;
import static dev.retort.core.Arguments.nonNegative;
import static dev.retort.core.Arguments.positive;
import static dev.retort.core.Arguments.refusal;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.OptimalSurrogate;
import dev.retort.theory.distillation.Surrogate;
import org.apache.commons.math3.special.Gamma;
import org.jspecify.annotations.Nullable;

/**
 * How the excess risk of a target falls with its samples when spectrum and signal are power laws, λ<sub>i</sub> =
 * i<sup>−α</sup> and λ<sub>i</sub>β⋆<sub>i</sub>² = i<sup>−b</sup>: excess ~ constant · n<sup>−exponent</sup> for 1 ≪ n ≪ p,
 * ridge 0. The exponent is the same for the standard target, the optimal surrogate and the optimal mask; the constants
 * differ, and so does the number of labels that a given risk costs.
 *
 * <pre>  b &lt; 2α + 1   exponent b − 1: what lies in features not yet learnt
 *   b = 2α + 1   n^−2α ln n, a logarithm and no pure power; constant() is infinite
 *   b &gt; 2α + 1   exponent 2α: how much the learnt features are shrunk</pre>
 *
 * With {@linkplain #withNoise noise} whose variance falls like n<sup>−γ</sup> the exponent is the smaller of this and γ. How
 * good a law is at some n, {@link RiskLaw#deviation(double)} says exactly; close to the boundary b = 2α + 1 it takes
 * astronomical n. Constants are exact to 1e-13. Immutable.
 *
 * <p>Source: the exponents are those of arXiv 2410.18837, its section on scaling laws; the constants are derived in the
 * module's documentation, {@code docs/scaling.md}.
 *
 * <pre>{@code
 * ScalingLaw law = ScalingLaw.powerLaw(2.0, 1.5);
 * double exponent = law.exponent(); // 0.5
 * double constant = law.standardConstant(); // 4.176
 * double gain = law.gainRatio(); // 0.6159: the optimal surrogate's risk as a multiple
 * double labels = law.optimal().labelSaving(); // 2.636: on so many times fewer labels, the standard target's risk
 * double offBy = law.standard().deviation(200); // -0.0037
 * }</pre>
 */
public final class ScalingLaw {

    /** Far beyond what a spectrum can have; above, (b − 1)/α may underflow. */
    private static final double LARGEST_ALPHA = 1e100;

    private final double alpha;
    private final double b;
    private final SignalConstants signal;
    private final @Nullable Noise noise;

    /** The label noise of variance scale² · n^−gamma. */
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
     * @param b the decay of what each feature contributes to the labels' variance, greater than 1
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
     * The same law for noisy labels whose noise falls as there are more of them, σ² = scale² · n<sup>−γ</sup>. The signal's
     * law survives if γ exceeds the {@link #exponent()} without noise, min(b − 1, 2α); below, the exponent is γ.
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
        // b = 1.3 and γ = 0.3 have one exponent, although 1.3 − 1 is not 0.3 in doubles.
        boolean alike = signal.regime() == Regime.UNLEARNT_FEATURES && b == 1 + gamma;
        return new ScalingLaw(alpha, b, signal, new Noise(scale, alike ? signal.exponent() : gamma));
    }

    /**
     * What sets the exponent.
     *
     * @return the regime that α, b and the noise are in
     */
    public Regime regime() {
        if (noise == null || noise.gamma > signal.exponent()) {
            return signal.regime();
        }
        if (noise.gamma < signal.exponent()) {
            return Regime.NOISE;
        }
        // At equal powers a logarithm wins.
        return signal.regime() == Regime.LOGARITHMIC ? Regime.LOGARITHMIC : Regime.NOISE_AND_SIGNAL;
    }

    /**
     * The exponent of all three risks.
     *
     * @return min(b − 1, 2α), or the noise's γ if that is smaller; at b = 2α + 1 the power that a logarithm goes with
     */
    public double exponent() {
        return noise == null ? signal.exponent() : Math.min(signal.exponent(), noise.gamma);
    }

    /**
     * The law of the target that is trained on the labels of the ground truth.
     *
     * @return the standard target's law
     */
    public RiskLaw standard() {
        return law(Surrogate.groundTruth(), 1, -1 / alpha);
    }

    /**
     * The law of the target with the best teacher, see {@link OptimalSurrogate}.
     *
     * @return the optimal surrogate's law
     */
    public RiskLaw optimal() {
        return law(Surrogate.optimal(), signal.optimalRatio(), -Math.log(alpha - 1) / (2 * alpha));
    }

    /**
     * The law of the target whose teacher sees the best choice of features.
     *
     * @return the optimal mask's law
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
     * The constant of the optimal surrogate's risk.
     *
     * @return {@code optimal().constant()}
     */
    public double optimalConstant() {
        return optimal().constant();
    }

    /**
     * The constant of the optimal mask's risk.
     *
     * @return {@code masked().constant()}
     */
    public double maskConstant() {
        return masked().constant();
    }

    /**
     * The limit of the optimal surrogate's risk as a multiple of the standard target's,
     *
     * <pre>  G(α, c) = (α−1)^(c/2) cos(πc/2) / (α(1−c)),   c = (b−1)/α ≤ 2;      (α−1)/α beyond.</pre>
     *
     * @return {@code optimal().ratio()}: G without noise, from 0 to 1; 1 where noise prevails
     */
    public double gainRatio() {
        return optimal().ratio();
    }

    /**
     * The implicit regularisation at large n. The half that is added to n takes up the next term of the expansion; for even
     * α all others vanish too, and what remains falls exponentially in n. The exact value is {@code
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
     * The implicit regularisation at large n as textbooks have it.
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
     * The limit of the number of features that the optimal surrogate amplifies, per sample.
     *
     * @return (α − 1)<sup>−1/α</sup>/C
     */
    public double amplifiedPerSample() {
        return featuresPerSample(alpha - 1);
    }

    /**
     * The limit of the number of features that the optimal mask keeps, per sample.
     *
     * @return (√α − 1)<sup>−1/α</sup>/C
     */
    public double keptPerSample() {
        return featuresPerSample((alpha - 1) / (Math.sqrt(alpha) + 1));
    }

    /** How many eigenvalues are above a multiple of τ. */
    private double featuresPerSample(double multiple) {
        return Math.exp(-Math.log(multiple) / alpha - SignalConstants.logScale(alpha));
    }

    /** The task that the law is about. */
    RegressionTask task(double samples) {
        return RegressionTask.of(Spectrum.powerLaw(alpha), Signal.sourcePowerLaw(b))
                .withNoise(noiseAt(samples));
    }

    /** The same with an end. */
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

    /** The limit of Ωσ²/(1−Ω) · n^γ, which is what the noise adds to every risk; 0 without noise. */
    double noiseConstant() {
        return noise == null ? 0 : (alpha - 1) * noise.scale * noise.scale;
    }

    /** γ, of no matter without noise. */
    double noiseExponent() {
        return noise == null ? 0 : noise.gamma;
    }

    @Override
    public String toString() {
        return "ScalingLaw of alpha " + alpha + ", b " + b
                + (noise == null ? "" : ", noise variance " + noise.scale * noise.scale + " n^-" + noise.gamma)
                + ": exponent " + exponent() + " (" + regime() + ")";
    }
}
