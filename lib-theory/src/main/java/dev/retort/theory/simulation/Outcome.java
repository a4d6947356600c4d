package dev.retort.theory.simulation;

/** The outcome of one trial of a pipeline: the excess risk after each training. */
final class Outcome {

    /** The excess risk with the trial's averages, less the {@link Controls}. */
    final double[] excess;

    /** The controls that were subtracted, in units of their standard deviations. */
    final double[] taken;

    /** The excess risk on the same designs with the labels that were drawn; equal to the averages if none are taken. */
    final double[] literal;

    /** Whether the features themselves had to be factored, after each training. */
    final boolean[] orthogonal;

    Outcome(double[] excess, double[] taken, double[] literal, boolean[] orthogonal) {
        this.excess = excess;
        this.taken = taken;
        this.literal = literal;
        this.orthogonal = orthogonal;
    }

    static Outcome ofStages(int stages) {
        return new Outcome(new double[stages], new double[stages], new double[stages], new boolean[stages]);
    }

    Outcome copy() {
        return new Outcome(excess.clone(), taken.clone(), literal.clone(), orthogonal.clone());
    }

    /**
     * Returns this outcome if it can be averaged over trials.
     *
     * @throws ArithmeticException if a risk is not a finite number
     */
    Outcome requireFinite() {
        for (int k = 0; k < excess.length; k++) {
            if (!Double.isFinite(excess[k]) || !Double.isFinite(literal[k])) {
                throw new ArithmeticException("the excess risk after training " + (k + 1) + " of " + excess.length
                        + " is not finite: " + excess[k] + " averaged, " + literal[k]
                        + " literal; its noise, coefficients or features are too large");
            }
        }
        return this;
    }
}
