package dev.retort.theory.scaling;

/** What sets the exponent of a {@link ScalingLaw}. */
public enum Regime {

    /** b &lt; 2α + 1: the features that n samples do not learn yet, exponent b − 1. */
    UNLEARNT_FEATURES,

    /** b = 2α + 1: every scale alike, n<sup>−2α</sup> ln n and no pure power. */
    LOGARITHMIC,

    /** b &gt; 2α + 1: the shrinkage of the few features that hold the signal, exponent 2α, whatever b ("saturation"). */
    SHRINKAGE,

    /** The noise of the labels falls more slowly than what the signal leaves: the noise's own exponent. */
    NOISE,

    /** Noise and signal have one exponent, and their constants add up. */
    NOISE_AND_SIGNAL
}
