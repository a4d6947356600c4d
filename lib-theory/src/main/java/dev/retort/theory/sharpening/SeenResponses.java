package dev.retort.theory.sharpening;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.CompensatedSum;
import dev.retort.theory.scaling.Interval;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a model's own responses to one prompt, drawn from it with their log-probabilities, tell about its most probable response, of mass p⋆.
 * The mass A of the different responses that were seen is known exactly: no response that was not seen has more than 1 − A, and a response
 * of mass a stays unseen in M draws with probability (1 − a)<sup>M</sup>. Immutable.
 *
 * <pre>{@code
 * SeenResponses seen = SeenResponses.of(
 *         List.of("42", "42", "41", "42", "7"), new double[] {-0.9, -0.9, -1.6, -0.9, -3.0});
 * String best = seen.best(); // the most probable of those seen
 * boolean certain = seen.isCertified(); // true: what is unseen has less mass than this response
 * double draws = seen.drawsFor(0.05); // 6
 * double sharpened = seen.sharpened(8); // 0.985
 * }</pre>
 */
public final class SeenResponses {

    /** Log-probabilities of one response may differ by this much: serving stacks compute them in low precision and in different batches. */
    private static final double SAME = 1e-2;

    private static final double TOLERANCE = 1e-9;

    private final Map<String, Double> masses;
    private final int draws;
    private final String best;

    private SeenResponses(Map<String, Double> masses, int draws, String best) {
        this.masses = masses;
        this.draws = draws;
        this.best = best;
    }

    /**
     * Responses that were drawn from the model, independently and with temperature one.
     *
     * @param responses all M that were drawn, with repetitions
     * @param logProbabilities ln p of each, at most 0: of the whole response, the sum over its tokens and the end
     * @return the bounds that follow from them
     * @throws IllegalArgumentException if there is no response, the numbers of responses and log-probabilities differ, one is positive, NaN
     *     or infinite, a response has two that differ by more than 0.01, or the different responses have a mass of more than one
     */
    public static SeenResponses of(List<String> responses, double[] logProbabilities) {
        atLeastOne("responses.size", notNull("responses", responses).size());
        length(
                "logProbabilities",
                notNull("logProbabilities", logProbabilities).length,
                "the number of responses",
                responses.size());
        Map<String, Double> logs = new LinkedHashMap<>();
        for (int i = 0; i < logProbabilities.length; i++) {
            double log = logProbabilities[i];
            if (!(log <= 0 && log > Double.NEGATIVE_INFINITY)) {
                throw refusal(
                        "logProbabilities[" + i + "]",
                        log,
                        "is not at most 0 and finite; it is the logarithm of a probability");
            }
            Double before = logs.putIfAbsent(notNull("responses[" + i + "]", responses.get(i)), log);
            if (before != null && !(Math.abs(before - log) <= SAME)) {
                throw refusal(
                        "logProbabilities[" + i + "]", log, "differs from that of the same response before, " + before);
            }
        }
        Map<String, Double> masses = new LinkedHashMap<>();
        String best = responses.get(0);
        CompensatedSum sum = new CompensatedSum();
        for (Map.Entry<String, Double> entry : logs.entrySet()) {
            double mass = Math.exp(entry.getValue());
            masses.put(entry.getKey(), mass);
            sum.add(mass);
            // Compared by their logarithms, as the masses of long responses underflow to 0.
            best = entry.getValue() > Objects.requireNonNull(logs.get(best)) ? entry.getKey() : best;
        }
        if (!(sum.value() <= 1 + TOLERANCE)) {
            throw refusal(
                    "logProbabilities",
                    sum.value(),
                    "is the mass of all different responses and more than 1; pass log-probabilities of whole responses");
        }
        return new SeenResponses(masses, responses.size(), best);
    }

    /** {@return M, the number of draws} */
    public int draws() {
        return draws;
    }

    /** {@return the different responses, in the order in which they were first seen} */
    public List<String> distinct() {
        return List.copyOf(new ArrayList<>(masses.keySet()));
    }

    /** {@return A, the mass of the different responses that were seen} */
    public double seenMass() {
        CompensatedSum sum = new CompensatedSum();
        masses.values().forEach(sum::add);
        return Math.min(1, sum.value());
    }

    /** {@return the most probable response that was seen, the first of equals} */
    public String best() {
        return best;
    }

    private double bestSeen() {
        return Objects.requireNonNull(masses.get(best));
    }

    /**
     * Whether the best response that was seen is the most probable one of all, with certainty: its mass is at least 1 − A.
     *
     * @return false if a response that was not seen may have more
     */
    public boolean isCertified() {
        return bestSeen() >= 1 - seenMass();
    }

    /**
     * What the mass p⋆ of the most probable response can be.
     *
     * @return from that of the best seen to the larger of it and 1 − A, with certainty
     */
    public Interval bestMass() {
        return new Interval(bestSeen(), Math.max(bestSeen(), 1 - seenMass()));
    }

    /**
     * How probable it was, before the draws, that a response at least as probable as the best seen would not be seen. It is the share of samples
     * in which that happens, and not a probability that it has happened in this one.
     *
     * @return at most (1 − p)<sup>M</sup>, p the mass of the best seen; 0 if the best is certain
     */
    public double missed() {
        return isCertified() ? 0 : Math.exp(draws * Math.log1p(-bestSeen()));
    }

    /**
     * The mass of the best response that was seen in the best of N.
     *
     * @param number N, at least 1
     * @return 1 − (1 − p)<sup>N</sup> if it is the most probable response; in any case the probability that it or a better one is the best of N is
     *     not less
     * @throws IllegalArgumentException if N is less than 1 or not finite
     */
    public double sharpened(double number) {
        return -Math.expm1(atLeastOne("number", number) * Math.log1p(-Math.min(bestSeen(), 1)));
    }

    /**
     * The smallest N with a mass of 1 − δ on the best response that was seen, or a better one.
     *
     * @param delta δ, between 0 and 1
     * @return N; an upper bound if the best is not certain; infinite if it is out of the range of numbers
     * @throws IllegalArgumentException if δ is out of range
     */
    public double drawsFor(double delta) {
        return BestOfN.drawsFor(Math.max(bestSeen(), Double.MIN_VALUE), delta);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SeenResponses that
                && draws == that.draws
                && best.equals(that.best)
                && masses.equals(that.masses);
    }

    @Override
    public int hashCode() {
        return Objects.hash(masses, draws, best);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d different responses in %d draws, of mass %.4g; the best has %.4g%s",
                masses.size(),
                draws,
                seenMass(),
                bestSeen(),
                isCertified() ? " and is the most probable" : "");
    }
}
