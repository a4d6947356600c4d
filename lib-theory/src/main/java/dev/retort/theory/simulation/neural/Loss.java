package dev.retort.theory.simulation.neural;

/**
 * The losses of networks with one logit f on labels that may be soft: the mean of ℓ(y f) over y = ±1, with probability q = (1 + ỹ)/2 for
 * +1, where ỹ ∈ [−1, 1] is the expected label.
 */
public enum Loss {

    /** ℓ(m) = ln(1 + e^−m): binary cross entropy; on networks with a logit for each class the cross entropy of softmax. */
    LOGISTIC {
        @Override
        double value(double f, double label) {
            double q = (1 + label) / 2;
            return q * softplus(-f) + (1 - q) * softplus(f);
        }

        @Override
        double slope(double f, double label) {
            return 1 / (1 + Math.exp(-f)) - (1 + label) / 2;
        }
    },

    /** ℓ(m) = −m. Unbounded below: for single steps, or with weight decay. */
    CORRELATION {
        @Override
        double value(double f, double label) {
            return -label * f;
        }

        @Override
        double slope(double f, double label) {
            return -label;
        }
    },

    /** ℓ(m) = max(0, 1 − m). */
    HINGE {
        @Override
        double value(double f, double label) {
            double q = (1 + label) / 2;
            return q * Math.max(0, 1 - f) + (1 - q) * Math.max(0, 1 + f);
        }

        @Override
        double slope(double f, double label) {
            double q = (1 + label) / 2;
            return (f < 1 ? -q : 0) + (f > -1 ? 1 - q : 0);
        }
    };

    /** The loss of a logit for an expected label from −1 to 1. */
    abstract double value(double f, double label);

    /** The derivative of the loss with respect to the logit. */
    abstract double slope(double f, double label);

    private static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }
}
