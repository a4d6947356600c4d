package dev.retort.theory.testtime;

/**
 * The loss on which the gradient step descends. It only sets the scale of step sizes: at the best step, losses and
 * improvements are the same.
 */
public enum TrainingLoss {
    /** Σ (y − ŷ)² over the training examples, as in arXiv 2503.11842. */
    SUM,

    /** ½ Σ (y − ŷ)². */
    HALF_SUM,

    /** Σ (y − ŷ)² / k, the mean squared error of the usual libraries. */
    MEAN;

    /**
     * The ratio of this loss to the sum of squares.
     *
     * @param examples the number of training examples k; without examples the ratio does not matter
     * @return 1, ½ or 1/k
     */
    public double multiple(long examples) {
        return switch (this) {
            case SUM -> 1;
            case HALF_SUM -> 0.5;
            case MEAN -> 1.0 / Math.max(1, examples);
        };
    }
}
