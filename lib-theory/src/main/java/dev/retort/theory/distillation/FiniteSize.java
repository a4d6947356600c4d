package dev.retort.theory.distillation;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The difference between experiments of finite size and the limit: the expansion of the excess risk in 1/n. Immutable.
 * Source: the module's documentation, {@code docs/finite-size.md}.
 *
 * @param correction δE, of order 1/n: the mean over experiments is E + δE + O(1/n²)
 * @param standardDeviation the standard deviation of the excess risk from experiment to experiment, to leading order, at
 *     least 0; empty where the formula is not known
 * @param spareSamples n(1 − Ω) of the stage where it is smallest, greater than 0: the expansion is in its inverse; infinite
 *     where every stage is exact
 */
public record FiniteSize(double correction, OptionalDouble standardDeviation, double spareSamples) {

    private static final double FEWEST_SPARE_SAMPLES = 30;

    /**
     * Checks the ranges of the numbers.
     *
     * @param correction δE
     * @param standardDeviation that of a single experiment, at least 0, where it is known
     * @param spareSamples the smallest n(1 − Ω), greater than 0
     * @throws IllegalArgumentException if an argument is null, NaN or out of its range, or if the correction or the standard
     *     deviation is infinite
     */
    public FiniteSize {
        finite("correction", correction);
        notNull("standardDeviation", standardDeviation).ifPresent(value -> nonNegative("standardDeviation", value));
        if (!(spareSamples > 0)) {
            throw refusal("spareSamples", spareSamples, "is not greater than 0");
        }
    }

    /**
     * The expansion if its terms are finite; they may overflow where eigenvalues span hundreds of decades.
     *
     * @param correction δE
     * @param standardDeviation that of a single experiment, at least 0 or NaN, where it is known
     * @param spareSamples the smallest n(1 − Ω), greater than 0
     * @return the expansion; empty if a term is NaN or infinite
     * @throws IllegalArgumentException if an argument is null or a finite number is out of its range
     */
    public static Optional<FiniteSize> ifFinite(
            double correction, OptionalDouble standardDeviation, double spareSamples) {
        boolean finite = Double.isFinite(correction)
                && Double.isFinite(
                        notNull("standardDeviation", standardDeviation).orElse(0));
        return finite && !Double.isNaN(spareSamples)
                ? Optional.of(new FiniteSize(correction, standardDeviation, spareSamples))
                : Optional.empty();
    }

    /**
     * Whether the expansion can be trusted: the correction is at most a third of the excess risk, and every stage has at least 30
     * spare samples.
     *
     * @param excess the excess risk in the limit, at least 0
     * @return whether both hold
     * @throws IllegalArgumentException if the excess risk is NaN, infinite or negative
     */
    public boolean isReliable(double excess) {
        return Math.abs(correction) <= nonNegative("excess", excess) / 3 && spareSamples >= FEWEST_SPARE_SAMPLES;
    }
}
