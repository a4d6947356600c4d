package dev.retort.theory.progressive;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.ArrayList;
import java.util.List;

/**
 * The n tokens around one of a sentence, this one among them: as many before it as after it, and for even n one more before it; fewer at the ends.
 * How far a masked token depends on its neighbourhood is told by two distances of laws, after Panigrahi et al. (ICLR 2025, arXiv 2410.05464), here with
 * the exact laws of a grammar.
 *
 * <pre>{@code
 * ProbabilisticGrammar grammar = ProbabilisticGrammar.parse("""
 *         S -> A B 0.5 | B A 0.5
 *         A -> a 1
 *         B -> b 1
 *         """);
 * NGramWindow two = new NGramWindow(2); // a token and the one before it
 * double close = two.close(grammar, List.of("a", "b"), 1); // 0.0, for the token before says all
 * double robust = two.robust(grammar, List.of("a", "b"), 1); // 0.5
 * }</pre>
 *
 * @param n how many tokens, at least 1
 */
public record NGramWindow(int n) {

    /**
     * A window.
     *
     * @param n how many tokens, at least 1
     * @throws IllegalArgumentException if there is none
     */
    public NGramWindow {
        atLeastOne("n", n);
    }

    /**
     * What is left of a sentence if only the window is seen.
     *
     * @param sentence the tokens
     * @param position the token in the middle, from 0
     * @return the sentence, masked outside of the window
     * @throws IllegalArgumentException if there is no such position
     */
    public List<String> kept(List<String> sentence, int position) {
        return masked(sentence, position, false);
    }

    /**
     * What is left of a sentence if the window is not seen.
     *
     * @param sentence the tokens
     * @param position the token in the middle, from 0
     * @return the sentence, masked in the window
     * @throws IllegalArgumentException if there is no such position
     */
    public List<String> hidden(List<String> sentence, int position) {
        return masked(sentence, position, true);
    }

    private List<String> masked(List<String> sentence, int position, boolean within) {
        int length = notNull("sentence", sentence).size();
        if (position < 0 || position >= length) {
            throw refusal("position", position, "is not from 0 to less than the number of tokens, " + length);
        }
        long first = position - (long) Math.floorDiv(n, 2);
        long end = first + n;
        List<String> masked = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            masked.add((i >= first && i < end) == within ? ProbabilisticGrammar.MASKED : sentence.get(i));
        }
        return masked;
    }

    /**
     * How much more the rest of the sentence tells of a token than its window does, M<sub>close</sub>.
     *
     * @param grammar the law of sentences
     * @param sentence the tokens
     * @param position which token, from 0
     * @return the total variation, from 0 to 1, between its law given all others and given those of the window; 0 if the window covers the sentence
     * @throws IllegalArgumentException as {@link ProbabilisticGrammar#prediction} does
     */
    public double close(ProbabilisticGrammar grammar, List<String> sentence, int position) {
        return distance(grammar, sentence, kept(sentence, position), position);
    }

    /**
     * How much of what is known of a token is known by its window only, M<sub>robust</sub>.
     *
     * @param grammar the law of sentences
     * @param sentence the tokens
     * @param position which token, from 0
     * @return the total variation, from 0 to 1, between its law given all others and given those outside of the window; 0 for n = 1
     * @throws IllegalArgumentException as {@link ProbabilisticGrammar#prediction} does
     */
    public double robust(ProbabilisticGrammar grammar, List<String> sentence, int position) {
        return distance(grammar, sentence, hidden(sentence, position), position);
    }

    private static double distance(
            ProbabilisticGrammar grammar, List<String> sentence, List<String> masked, int position) {
        return distance(
                notNull("grammar", grammar).prediction(sentence, position), grammar.prediction(masked, position));
    }

    /** The total variation between two laws. */
    static double distance(double[] one, double[] other) {
        double sum = 0;
        for (int v = 0; v < one.length; v++) {
            sum += Math.abs(one[v] - other[v]);
        }
        return sum / 2;
    }
}
