package dev.retort.theory.scaling;

/** The part of the risk that sets the exponent of a {@link ScalingLaw}. */
public enum Regime {

    /** b &lt; 2α + 1: the features that n samples are too few to learn set the exponent, b − 1. */
    UNLEARNT_FEATURES,

    /** b = 2α + 1: all features up to about n contribute alike; n<sup>−2α</sup> ln n, which is not a pure power. */
    LOGARITHMIC,

    /** b &gt; 2α + 1: the shrinkage of the few features that carry the signal sets the exponent, 2α for all b ("saturation"). */
    SHRINKAGE,

    /** The variance of the label noise falls more slowly than the signal's part of the risk, and sets the exponent. */
    NOISE,

    /** Noise and signal have the same exponent, and their constants add up. */
    NOISE_AND_SIGNAL
}
