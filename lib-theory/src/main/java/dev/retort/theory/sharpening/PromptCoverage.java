package dev.retort.theory.sharpening;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.betweenZeroAndOne;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.nonNegativeOrInfinite;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.CompensatedSum;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How many responses sharpening takes over many prompts x, whose best responses have the masses p⋆(x). A model is (ε, δ)-sharpened if, on all
 * but a share ε of the prompts, its best responses have a mass of at least 1 − δ (Huang et al., <i>Self-Improvement in Language Models: The
 * Sharpening Mechanism</i>, ICLR 2025, arXiv 2412.01951). The best of N has the mass 1 − (1 − p⋆)<sup>N</sup>. Sharpening is approximate if
 * nearly best responses will do: everything here then holds with their masses p<sub>γ</sub>(x) in place of p⋆(x),
 * {@link #ofLogProbabilities}.
 *
 * <p>Answers are of two kinds: exact ones from all p⋆, and bounds from the coverage C = E 1/p⋆ alone, as in the theory. Derived in
 * {@code docs/sharpening.md}. Immutable; arrays are copied.
 *
 * <pre>{@code
 * PromptCoverage prompts = PromptCoverage.of(new double[] {0.5, 0.2, 0.1, 0.01});
 * double coverage = prompts.coverage(); // 29.25
 * double draws = prompts.drawsFor(0.25, 0.1); // 22: the hardest of the four may fail
 * double sufficient = prompts.sufficientDraws(0.25, 0.1); // 270, from the coverage alone
 * double adaptive = prompts.adaptiveDraws(0.1); // 68: on average, and none fails
 * }</pre>
 */
public final class PromptCoverage {

    private static final double TOLERANCE = 1e-9;

    /** From the hardest to the easiest. */
    private final double[] bestMasses;

    /** μ, of sum one. */
    private final double[] weights;

    private PromptCoverage(double[] bestMasses, double[] weights) {
        this.bestMasses = bestMasses;
        this.weights = weights;
    }

    /**
     * Prompts that are equally frequent.
     *
     * @param bestMasses p⋆ of each prompt, above 0 and at most 1
     * @return the prompts
     * @throws IllegalArgumentException if there is no prompt, or a mass is out of range
     */
    public static PromptCoverage of(double[] bestMasses) {
        double[] equal = new double[notNull("bestMasses", bestMasses).length];
        Arrays.fill(equal, 1.0 / equal.length);
        return of(bestMasses, equal);
    }

    /**
     * Prompts of different frequency.
     *
     * @param bestMasses p⋆ of each prompt, above 0 and at most 1
     * @param weights μ of each prompt, of sum one
     * @return the prompts
     * @throws IllegalArgumentException if there is no prompt, the numbers of masses and weights differ, a mass or a weight is out of range,
     *     or the weights do not sum to one within 1e-9
     */
    public static PromptCoverage of(double[] bestMasses, double[] weights) {
        atLeastOne("bestMasses.length", notNull("bestMasses", bestMasses).length);
        length("weights", notNull("weights", weights).length, "the number of prompts", bestMasses.length);
        CompensatedSum sum = new CompensatedSum();
        for (int i = 0; i < bestMasses.length; i++) {
            if (!(bestMasses[i] > 0 && bestMasses[i] <= 1)) {
                throw refusal(
                        "bestMasses[" + i + "]", bestMasses[i], "is not above 0 and at most 1; it is a probability");
            }
            sum.add(nonNegative("weights[" + i + "]", weights[i]));
        }
        if (!(Math.abs(sum.value() - 1) <= TOLERANCE)) {
            throw refusal("weights", sum.value(), "is their sum and not 1");
        }
        int[] order = IntStream.range(0, bestMasses.length)
                .filter(i -> weights[i] > 0)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> bestMasses[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        return new PromptCoverage(
                Arrays.stream(order).mapToDouble(i -> bestMasses[i]).toArray(),
                Arrays.stream(order).mapToDouble(i -> weights[i]).toArray());
    }

    /**
     * Prompts whose responses are all known, for sharpening towards those of at least 1 − γ of the largest probability.
     *
     * @param logProbabilities for each prompt ln p of its responses, at most 0; −∞ for a response that is never drawn
     * @param weights μ of each prompt, of sum one
     * @param gamma γ, from 0 to less than 1; 0 for the best responses alone
     * @return the prompts, with the masses {@link BestOfN#bestMass(double)}
     * @throws IllegalArgumentException if there is no prompt, the probabilities of one do not sum to one within 1e-9, the numbers of
     *     prompts and weights differ, the weights do not sum to one within 1e-9, or a number is out of range
     */
    public static PromptCoverage ofLogProbabilities(double[][] logProbabilities, double[] weights, double gamma) {
        double[] masses = new double[notNull("logProbabilities", logProbabilities).length];
        for (int x = 0; x < masses.length; x++) {
            double[] law = BestOfN.exponentials("logProbabilities[" + x + "]", logProbabilities[x]);
            masses[x] = BestOfN.of(law, law, 1).bestMass(gamma);
        }
        return of(masses, weights);
    }

    private double mean(DoubleUnaryOperator ofMass) {
        CompensatedSum sum = new CompensatedSum();
        for (int i = 0; i < bestMasses.length; i++) {
            sum.add(weights[i] * ofMass.applyAsDouble(bestMasses[i]));
        }
        return sum.value();
    }

    /**
     * The coverage C = E 1/p⋆: the mean number of draws until a best response first appears.
     *
     * @return at least 1
     */
    public double coverage() {
        return mean(mass -> 1 / mass);
    }

    /**
     * The share of prompts on which the best of N has a mass of at least 1 − δ on the best responses.
     *
     * @param draws N, at least 1
     * @param delta δ, between 0 and 1
     * @return 1 − ε, exactly
     * @throws IllegalArgumentException if a number is out of range
     */
    public double sharpened(double draws, double delta) {
        atLeastOne("draws", draws);
        betweenZeroAndOne("delta", delta);
        return mean(mass -> BestOfN.drawsFor(mass, delta) <= draws ? 1 : 0);
    }

    /**
     * The mean mass that the best of N leaves to other responses.
     *
     * @param draws N, at least 1
     * @return E (1 − p⋆)<sup>N</sup>, at most C/(e N)
     * @throws IllegalArgumentException if N is less than 1 or not finite
     */
    public double missed(double draws) {
        atLeastOne("draws", draws);
        return mean(mass -> mass == 1 ? 0 : Math.exp(draws * Math.log1p(-mass)));
    }

    /**
     * The smallest N for which the best of N is (ε, δ)-sharpened.
     *
     * @param epsilon ε, the share of prompts that may fail, between 0 and 1
     * @param delta δ, between 0 and 1
     * @return N, exactly, a whole number; infinite if it is out of the range of numbers
     * @throws IllegalArgumentException if a number is out of range
     */
    public double drawsFor(double epsilon, double delta) {
        betweenZeroAndOne("epsilon", epsilon);
        double failing = 0;
        int i = 0;
        // Sums of decimal weights are rounded; a share that exceeds ε only by rounding may still fail.
        while (i < bestMasses.length - 1 && failing + weights[i] <= epsilon * (1 + 1e-12)) {
            failing += weights[i];
            i++;
        }
        return BestOfN.drawsFor(bestMasses[i], betweenZeroAndOne("delta", delta));
    }

    /**
     * An N that is enough for (ε, δ) whatever the masses are, as long as they have this coverage: by Markov's inequality p⋆ is below ε/C on a
     * share of at most ε of the prompts.
     *
     * @param epsilon ε, the share of prompts that may fail, between 0 and 1
     * @param delta δ, between 0 and 1
     * @return ⌈C ln(1/δ)/ε⌉; infinite if it is out of the range of numbers
     * @throws IllegalArgumentException if a number is out of range
     */
    public double sufficientDraws(double epsilon, double delta) {
        return Math.ceil(
                coverage() * -Math.log(betweenZeroAndOne("delta", delta)) / betweenZeroAndOne("epsilon", epsilon));
    }

    /**
     * The mean number of draws if each prompt gets as many as it needs, ⌈ln(1/δ)/p⋆⌉, so that none fails. This saves the factor 1/ε of a
     * common N.
     *
     * @param delta δ, between 0 and 1
     * @return at most C ln(1/δ) + 1
     * @throws IllegalArgumentException if δ is out of range
     */
    public double adaptiveDraws(double delta) {
        double log = -Math.log(betweenZeroAndOne("delta", delta));
        return mean(mass -> Math.ceil(log / mass));
    }

    /**
     * Fine-tuning on the best of N, by theorem 4.1 of Huang et al.: how the numbers of prompts and draws grow with ε, δ and ρ. <b>Up to a
     * constant</b>, which the theorem leaves open and which is 1 here: only ratios of two such results have a meaning.
     *
     * @param logPolicies ln |Π|, of the number of policies to choose from, greater than 0
     * @param rho ρ, the probability of failure, between 0 and 1
     * @param epsilon ε, between 0 and 1
     * @param delta δ, between 0 and 1
     * @return n = (ln |Π| + ln(1/ρ))/(δ ε) prompts with N = C ln(2/δ)/ε draws each, up to a constant
     * @throws IllegalArgumentException if a number is out of range
     */
    public FineTuningOrder fineTuningOrder(double logPolicies, double rho, double epsilon, double delta) {
        double log = positive("logPolicies", logPolicies) - Math.log(betweenZeroAndOne("rho", rho));
        double prompts = log / (betweenZeroAndOne("delta", delta) * betweenZeroAndOne("epsilon", epsilon));
        return new FineTuningOrder(prompts, coverage() * Math.log(2 / delta) / epsilon);
    }

    /**
     * The orders of the numbers that fine-tuning needs; see {@link #fineTuningOrder}.
     *
     * @param prompts n, up to a constant; at least 0, perhaps infinite
     * @param draws N for each, up to a constant; at least 0, perhaps infinite
     */
    public record FineTuningOrder(double prompts, double draws) {

        /**
         * Checks the numbers.
         *
         * @param prompts n, up to a constant
         * @param draws N for each, up to a constant
         * @throws IllegalArgumentException if a number is NaN or negative
         */
        public FineTuningOrder {
            nonNegativeOrInfinite("prompts", prompts);
            nonNegativeOrInfinite("draws", draws);
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "up to a constant, %.6g prompts with %.6g draws each", prompts, draws);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PromptCoverage that
                && Arrays.equals(bestMasses, that.bestMasses)
                && Arrays.equals(weights, that.weights);
    }

    @Override
    public int hashCode() {
        return Objects.hash(Arrays.hashCode(bestMasses), Arrays.hashCode(weights));
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d prompts of coverage %.6g", bestMasses.length, coverage());
    }
}
