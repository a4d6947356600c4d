package dev.retort.theory.sharpening;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.betweenZeroAndOne;
import static dev.retort.core.internal.Arguments.index;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.CompensatedSum;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.IntPredicate;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.apache.commons.math3.analysis.solvers.BrentSolver;
import org.jspecify.annotations.Nullable;

/**
 * The best of N responses drawn from a law p, by their scores v; of responses with equal scores the first drawn is kept. With S the mass of
 * all responses of one score, and F the mass of that score and all lower ones,
 *
 * <pre>  P(best of N has the score) = F^N − (F − S)^N,      within the score proportional to p.</pre>
 *
 * This is exact for every N, with ties as well. For self-rewarded sharpening the score is ln p, {@link #ofLogProbabilities}. Repeating is
 * the same as drawing more: T rounds of N are one round of N<sup>T</sup>.
 *
 * <p>Source of the setting: Huang et al., <i>Self-Improvement in Language Models: The Sharpening Mechanism</i> (ICLR 2025, arXiv
 * 2412.01951); the exact law is derived in {@code docs/sharpening.md}. Immutable.
 *
 * <pre>{@code
 * BestOfN four = BestOfN.of(new double[] {0.5, 0.3, 0.2}, new double[] {1, 2, 3}, 4);
 * double best = four.probability(2); // 0.5904
 * double mean = four.expectedScore(); // 2.5279
 * }</pre>
 */
public final class BestOfN {

    private static final double MASS_TOLERANCE = 1e-9;

    /** Relative to ln(1 − γ); larger than the rounding errors of differences of log-probabilities. */
    private static final double LIMIT_TOLERANCE = 1e-9;

    /** The factor from one trial exponent to the next. */
    private static final double FINER = Math.pow(2, 0.125);

    private final double[] law;
    private final double[] scores;
    private final double draws;

    /** For each response, the mass of all responses with its score; in {@code above} the mass of those with higher scores. */
    private final double[] classMass;

    private final double[] above;

    private BestOfN(double[] law, double[] scores, double draws) {
        this.law = law;
        this.scores = scores;
        this.draws = draws;
        this.classMass = new double[law.length];
        this.above = new double[law.length];
        int[] order = IntStream.range(0, law.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> scores[i]).reversed())
                .mapToInt(Integer::intValue)
                .toArray();
        CompensatedSum sum = new CompensatedSum();
        for (int start = 0; start < order.length; ) {
            double before = sum.value();
            CompensatedSum mass = new CompensatedSum();
            int end = start;
            while (end < order.length && scores[order[end]] == scores[order[start]]) {
                mass.add(law[order[end]]);
                sum.add(law[order[end]]);
                end++;
            }
            for (int i = start; i < end; i++) {
                classMass[order[i]] = mass.value();
                above[order[i]] = before;
            }
            start = end;
        }
    }

    /**
     * The law of the best of N.
     *
     * @param law p, the probability of each response; of sum one
     * @param scores v, one for each response; higher is better
     * @param draws N, at least 1
     * @return the law
     * @throws IllegalArgumentException if there is no response, a probability is negative or NaN, the probabilities do not sum to one
     *     within 1e-9, the numbers of responses and scores differ, a score is NaN, or N is less than 1
     */
    public static BestOfN of(double[] law, double[] scores, int draws) {
        atLeastOne("draws", draws);
        return new BestOfN(checkedLaw(law), checkedScores(scores, law.length), draws);
    }

    /**
     * Self-rewarded sharpening, where a response's score is its own log-probability.
     *
     * @param logProbabilities ln p, one for each response, at most 0; −∞ for a response that is never drawn
     * @param draws N, at least 1
     * @return the law
     * @throws IllegalArgumentException if there is no response, if a logarithm is NaN or greater than 0, the probabilities do not sum to one
     *     within 1e-9, or N is less than 1
     */
    public static BestOfN ofLogProbabilities(double[] logProbabilities, int draws) {
        atLeastOne("draws", draws);
        return new BestOfN(exponentials("logProbabilities", logProbabilities), logProbabilities.clone(), draws);
    }

    /** The probabilities whose logarithms these are. */
    static double[] exponentials(String name, double[] logProbabilities) {
        atLeastOne(name + ".length", notNull(name, logProbabilities).length);
        double[] law = new double[logProbabilities.length];
        for (int i = 0; i < law.length; i++) {
            if (!(logProbabilities[i] <= 0)) {
                throw refusal(
                        name + "[" + i + "]",
                        logProbabilities[i],
                        "is not at most 0; it is the logarithm of a probability");
            }
            law[i] = Math.exp(logProbabilities[i]);
        }
        double sum = Arrays.stream(law).sum();
        if (!(Math.abs(sum - 1) <= MASS_TOLERANCE)) {
            throw refusal(
                    name,
                    sum,
                    "is the sum of their exponentials and not 1; if no response is missing, subtract its logarithm from each");
        }
        return law;
    }

    private static double[] checkedLaw(double[] law) {
        atLeastOne("law.length", notNull("law", law).length);
        for (int i = 0; i < law.length; i++) {
            if (!(law[i] >= 0)) {
                throw refusal("law[" + i + "]", law[i], "is not at least 0; it is a probability");
            }
        }
        double sum = Arrays.stream(law).sum();
        if (!(Math.abs(sum - 1) <= MASS_TOLERANCE)) {
            throw refusal("law", sum, "is its sum and not 1; if no response is missing, divide by it");
        }
        return law.clone();
    }

    private static double[] checkedScores(double[] scores, int responses) {
        length("scores", notNull("scores", scores).length, "the number of responses", responses);
        for (int i = 0; i < scores.length; i++) {
            if (Double.isNaN(scores[i])) {
                throw refusal("scores[" + i + "]", scores[i], "is no number");
            }
        }
        return scores.clone();
    }

    /**
     * Repeated best of N: each round draws N responses from the law of the round before.
     *
     * @param rounds T, at least 1
     * @return the law of the best of N<sup>T</sup>; its limit for infinitely many draws if N<sup>T</sup> overflows
     * @throws IllegalArgumentException if there is no round
     */
    public BestOfN rounds(int rounds) {
        return new BestOfN(law, scores, Math.pow(draws, atLeastOne("rounds", rounds)));
    }

    /**
     * The probability that a response is the best of N.
     *
     * @param response which, counted from 0
     * @return a probability
     * @throws IndexOutOfBoundsException if there is no such response
     */
    public double probability(int response) {
        double mass = classMass[index("response", response, law.length)];
        return mass == 0 ? 0 : ofClass(response) * (law[response] / mass);
    }

    /** F^N − (F − S)^N = −F^N expm1(N ln(1 − S/F)), with F = 1 − the mass of higher scores. */
    private double ofClass(int response) {
        double logF = Math.log1p(-Math.min(above[response], 1));
        double part = Math.min(classMass[response] / Math.exp(logF), 1);
        return -Math.exp(logF == 0 ? 0 : draws * logF) * Math.expm1(draws * Math.log1p(-part));
    }

    /**
     * The mass of the best responses, those of the highest score with positive mass.
     *
     * @return 1 − (1 − p⋆)<sup>N</sup>
     */
    public double sharpened() {
        return -Math.expm1(draws * Math.log1p(-bestMass()));
    }

    /**
     * The mass, in the best of N, of the responses that are nearly as probable as the most probable one: approximate sharpening.
     *
     * @param gamma γ, from 0 to less than 1, as in {@link #bestMass(double)}
     * @return the sum of {@link #probability} over Y<sub>γ</sub>; where scores are log-probabilities, 1 − (1 − p<sub>γ</sub>)<sup>N</sup>, since
     *     a response of Y<sub>γ</sub> is then kept as soon as one is drawn
     * @throws IllegalArgumentException if γ is NaN or out of range
     */
    public double sharpened(double gamma) {
        return massOfNearlyBest(gamma, this::probability);
    }

    /**
     * The mass p⋆ of the best responses under the law itself.
     *
     * @return a probability
     */
    public double bestMass() {
        double top = best();
        double mass = 0;
        for (int i = 0; i < law.length; i++) {
            mass = law[i] > 0 && scores[i] == top ? classMass[i] : mass;
        }
        return Math.min(mass, 1);
    }

    /**
     * The mass p<sub>γ</sub>, under the law itself, of the responses Y<sub>γ</sub> = {p ≥ (1 − γ) max p} that are nearly as probable as the
     * most probable one. They do not depend on the scores: where scores are not log-probabilities, the most probable responses need not be
     * those of the highest score. A response that misses the limit only by rounding, by 1e-9 of ln(1 − γ), is included.
     *
     * @param gamma γ, from 0 to less than 1; 0 for the most probable alone
     * @return a probability
     * @throws IllegalArgumentException if γ is NaN or out of range
     */
    public double bestMass(double gamma) {
        return massOfNearlyBest(gamma, response -> law[response]);
    }

    private double massOfNearlyBest(double gamma, IntToDoubleFunction mass) {
        if (!(gamma >= 0 && gamma < 1)) {
            throw refusal("gamma", gamma, "is not from 0 to less than 1; it is a part of the largest probability");
        }
        double largest = Arrays.stream(law).max().orElseThrow();
        double least = Math.log1p(-gamma) * (1 + LIMIT_TOLERANCE);
        CompensatedSum sum = new CompensatedSum();
        for (int i = 0; i < law.length; i++) {
            if (law[i] > 0 && Math.log(law[i] / largest) >= least) {
                sum.add(mass.applyAsDouble(i));
            }
        }
        return Math.min(sum.value(), 1);
    }

    /** The highest score with positive mass. */
    private double best() {
        double best = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < law.length; i++) {
            best = law[i] > 0 ? Math.max(best, scores[i]) : best;
        }
        return best;
    }

    /**
     * The mean score of the best of N.
     *
     * @return E v
     */
    public double expectedScore() {
        CompensatedSum sum = new CompensatedSum();
        for (int i = 0; i < law.length; i++) {
            double probability = probability(i);
            if (probability > 0) {
                sum.add(probability * scores[i]);
            }
        }
        return sum.value();
    }

    /**
     * The divergence of the best of N from the law.
     *
     * @return the Kullback–Leibler divergence from p, from 0 to ln N − (N − 1)/N, which is approached as all masses vanish
     */
    public double divergence() {
        CompensatedSum sum = new CompensatedSum();
        for (int i = 0; i < law.length; i++) {
            double probability = probability(i);
            if (probability > 0) {
                sum.add(probability * Math.log(ofClass(i) / classMass[i]));
            }
        }
        return Math.max(sum.value(), 0);
    }

    /**
     * The β of the tempered law p<sup>1+1/β</sup>/Z whose best responses have the same mass as in the best of N. If scores are
     * log-probabilities and N is finite, there is exactly one. If scores are something else, tempering may take mass from the best
     * responses, and there may be none, or several, of which this is the largest.
     *
     * @return β; infinite if the law needs no tempering, for N = 1 or if the best responses have all the mass; empty if there is no β of at
     *     least 10⁻¹²
     */
    public OptionalDouble temperedEquivalent() {
        double mass = bestMass();
        if (draws == 1 || mass == 1) {
            return OptionalDouble.of(Double.POSITIVE_INFINITY);
        }
        // Solved for the exponent 1/β, and in log-odds, which keep their digits where the mass itself is rounded to
        // one.
        double none = draws * Math.log1p(-mass);
        double target = Math.log(-Math.expm1(none)) - none;
        double low = 0;
        for (double high = 0x1p-20; high < 1e12; high *= FINER) {
            if (temperedOdds(high) >= target) {
                return OptionalDouble.of(
                        1 / new BrentSolver(1e-13, 1e-13).solve(1000, more -> temperedOdds(more) - target, low, high));
            }
            low = high;
        }
        return OptionalDouble.empty();
    }

    /** The logarithm of the ratio of the mass of the best responses in p<sup>1+more</sup> to that of the others. */
    private double temperedOdds(double more) {
        double top = best();
        return logOfPowers(more, response -> scores[response] == top)
                - logOfPowers(more, response -> scores[response] != top);
    }

    private double logOfPowers(double more, IntPredicate chosen) {
        int[] responses = IntStream.range(0, law.length)
                .filter(i -> law[i] > 0)
                .filter(chosen)
                .toArray();
        double largest = Arrays.stream(responses).mapToDouble(i -> law[i]).max().orElseThrow();
        CompensatedSum sum = new CompensatedSum();
        for (int response : responses) {
            sum.add(Math.exp((1 + more) * Math.log(law[response] / largest)));
        }
        return (1 + more) * Math.log(largest) + Math.log(sum.value());
    }

    /**
     * The smallest N that puts a mass of 1 − δ on the best responses, or on the nearly best ones.
     *
     * @param bestMass p⋆ or p<sub>γ</sub>, from 0 to 1, not 0
     * @param delta δ, between 0 and 1
     * @return ⌈ln δ/ln(1 − p⋆)⌉, a whole number; infinite if it is out of the range of numbers, as for p⋆ below about 10⁻³⁰⁸
     * @throws IllegalArgumentException if a number is NaN or out of range
     */
    public static double drawsFor(double bestMass, double delta) {
        if (!(bestMass > 0 && bestMass <= 1)) {
            throw refusal("bestMass", bestMass, "is not above 0 and at most 1; it is a probability");
        }
        betweenZeroAndOne("delta", delta);
        if (bestMass == 1) {
            return 1;
        }
        double needed = Math.log(delta) / Math.log1p(-bestMass);
        // A whole number that rounding has made slightly larger must not be rounded up to the next.
        return Math.max(1, Math.ceil(needed * (1 - 1e-12)));
    }

    /**
     * The unbiased estimate of pass@N, the chance that one of N responses is correct, from M responses, k of them correct.
     *
     * @param responses M, at least 1
     * @param correct k, from 0 to M
     * @param draws N, from 1 to M
     * @return 1 − C(M − k, N)/C(M, N)
     * @throws IllegalArgumentException if a number is out of range
     */
    public static double passAt(int responses, int correct, int draws) {
        atLeastOne("responses", responses);
        if (correct < 0 || correct > responses) {
            throw refusal("correct", correct, "is not from 0 to the number of responses, " + responses);
        }
        if (draws < 1 || draws > responses) {
            throw refusal("draws", draws, "is not from 1 to the number of responses, " + responses);
        }
        if (responses - correct < draws) {
            return 1;
        }
        double none = 0;
        for (int i = 0; i < draws; i++) {
            none += Math.log1p(-(double) correct / (responses - i));
        }
        return 0 - Math.expm1(none); // 0, not -0.0, if none is correct
    }

    /**
     * The chance that the response that an imperfect verifier chooses among N is correct: the first that it accepts, or the first of all if
     * it accepts none.
     *
     * @param correct a, the chance that a response is correct, from 0 to 1
     * @param error e, the verifier's error rate on correct and wrong responses alike, from 0 to 1
     * @param draws N, at least 1
     * @return a probability; for many draws a(1 − e)/(a(1 − e) + (1 − a)e), and not 1
     * @throws IllegalArgumentException if a number is NaN or out of range
     */
    public static double verified(double correct, double error, double draws) {
        if (!(correct >= 0 && correct <= 1)) {
            throw refusal("correct", correct, "is not from 0 to 1; it is a probability");
        }
        if (!(error >= 0 && error <= 1)) {
            throw refusal("error", error, "is not from 0 to 1; it is a probability");
        }
        atLeastOne("draws", draws);
        double accepted = correct * (1 - error) + (1 - correct) * error;
        double none = Math.exp(draws * Math.log1p(-accepted));
        double ofAccepted =
                accepted == 0 ? 0 : correct * (1 - error) / accepted * -Math.expm1(draws * Math.log1p(-accepted));
        double ofRejected = accepted == 1 ? 0 : none * correct * error / (1 - accepted);
        return ofAccepted + ofRejected;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof BestOfN that
                && draws == that.draws
                && Arrays.equals(law, that.law)
                && Arrays.equals(scores, that.scores);
    }

    @Override
    public int hashCode() {
        return Objects.hash(draws, Arrays.hashCode(law), Arrays.hashCode(scores));
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "best of %.0f among %d responses: mass of the best %.6g, mean score %.6g",
                draws,
                law.length,
                sharpened(),
                expectedScore());
    }
}
