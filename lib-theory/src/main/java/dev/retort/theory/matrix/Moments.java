package dev.retort.theory.matrix;

/**
 * The first two moments of a random coefficient vector b: its mean, stored as the deviation E b − β⋆ from the truth feature
 * by feature, so that nothing cancels where b is close to β⋆, and its covariance. In the units of a {@link MatrixTask}.
 * Immutable.
 */
final class Moments {

    private final double[] deviation;
    private final Spread spread;

    /** Keeps the array. */
    Moments(double[] deviation, Spread spread) {
        this.deviation = deviation;
        this.spread = spread;
    }

    /** The moments of coefficients that are not random. */
    static Moments fixed(MatrixTask task, double[] coefficients) {
        double[] deviation = coefficients.clone();
        for (int i = 0; i < deviation.length; i++) {
            deviation[i] -= task.truth()[i];
        }
        return new Moments(deviation, Spread.NONE);
    }

    /** E b − β⋆, not a copy. */
    double[] deviation() {
        return deviation;
    }

    Spread spread() {
        return spread;
    }

    /** The moments of (1−a)β⋆ + a b. */
    Moments mixedWithTruth(double share) {
        if (share == 1) {
            return this;
        }
        double[] mixed = deviation.clone();
        for (int i = 0; i < mixed.length; i++) {
            mixed[i] *= share;
        }
        return new Moments(mixed, spread.timesSquareOf(share));
    }
}
