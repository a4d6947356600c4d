package dev.retort.theory.simulation;

/** What came of one trial of a pipeline: the excess risk after each training. */
final class Outcome {

    /** Averaged over whatever the trial averages over, less what {@link Controls} take. */
    final double[] excess;

    /** What controls took, in its standard deviations. */
    final double[] taken;

    /** Of the same designs, with labels as they fell; the same numbers if nothing is averaged over. */
    final double[] literal;

    /** Whether the features themselves had to be factored. */
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
     * The same, if it can be averaged over trials.
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
