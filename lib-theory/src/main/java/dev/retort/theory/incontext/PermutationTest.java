package dev.retort.theory.incontext;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.betweenZeroAndOne;
import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.refusal;

/**
 * The result of a permutation test of whether two samples come from one distribution.
 *
 * @param statistic the squared discrepancy of the two samples, by the biased estimate
 * @param pValue (1 + the number of permutations with a statistic at least as large) / (1 + the number of permutations): if both samples
 *     come from one distribution, it is at most α with a probability of at most α, for every α and sample size
 * @param permutations how many permutations were drawn
 */
public record PermutationTest(double statistic, double pValue, int permutations) {

    /**
     * Checks the numbers.
     *
     * @param statistic the squared discrepancy
     * @param pValue the p-value, greater than 0 and at most 1
     * @param permutations how many were drawn, at least 1
     * @throws IllegalArgumentException if one is out of range
     */
    public PermutationTest {
        finite("statistic", statistic);
        if (!(pValue > 0 && pValue <= 1)) {
            throw refusal("pValue", pValue, "is not greater than 0 and at most 1");
        }
        atLeastOne("permutations", permutations);
    }

    /**
     * Whether the hypothesis of one distribution is rejected.
     *
     * @param level α, the probability with which a true hypothesis may be rejected
     * @return whether the p-value is at most α
     * @throws IllegalArgumentException if the level is not between 0 and 1, or if so few permutations cannot reject at it
     */
    public boolean rejects(double level) {
        betweenZeroAndOne("level", level);
        double smallest = 1.0 / (permutations + 1);
        if (level < smallest) {
            throw refusal(
                    "level",
                    level,
                    "is less than the smallest p-value of " + permutations + " permutations, " + smallest
                            + ": ask for more of them");
        }
        return pValue <= level;
    }
}
