package dev.retort.core.internal;

/**
 * A running sum whose rounding error does not grow with the number of terms: Neumaier's variant of Kahan's compensated
 * summation (A. Neumaier, <i>Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen</i>, 1974). For terms
 * of one sign the result is within two units in the last place of the exact sum of the given numbers.
 *
 * <p>Mutable and not thread-safe: a local variable of one computation.
 */
public final class CompensatedSum {

    private double sum;
    private double compensation;

    /** An empty sum, zero. */
    public CompensatedSum() {}

    /**
     * Adds a term.
     *
     * @param term the term; once one is infinite or NaN, so is the sum
     */
    public void add(double term) {
        double next = sum + term;
        compensation += Math.abs(sum) >= Math.abs(term) ? (sum - next) + term : (term - next) + sum;
        sum = next;
    }

    /** Forgets all terms: the sum is zero again. */
    public void clear() {
        sum = 0;
        compensation = 0;
    }

    /**
     * The sum of the terms so far.
     *
     * @return the compensated sum
     */
    public double value() {
        // After an infinite term the compensation is NaN and must be left out.
        return Double.isFinite(sum) ? sum + compensation : sum;
    }
}
