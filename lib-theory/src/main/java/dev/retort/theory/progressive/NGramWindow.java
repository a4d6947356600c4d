package dev.retort.theory.progressive;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A window of n tokens around a token of a sentence, which it includes: as many before the token as after it, one more before it for even
 * n, and fewer at the ends of the sentence. Two distances between laws measure how far a masked token depends on its window, after
 * Panigrahi et al. (ICLR 2025, arXiv 2410.05464), here computed from the exact laws of a grammar.
 *
 * <pre>{@code
 * ProbabilisticGrammar grammar = ProbabilisticGrammar.parse("""
 *         S -> A B 0.5 | B A 0.5
 *         A -> a 1
 *         B -> b 1
 *         """);
 * NGramWindow two = new NGramWindow(2); // a token and the one before it
 * double close = two.close(grammar, List.of("a", "b"), 1); // 0.0: the token before determines it
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
     * @throws IllegalArgumentException if {@code n < 1}
     */
    public NGramWindow {
        atLeastOne("n", n);
    }

    /**
     * A sentence of which only the window is seen.
     *
     * @param sentence the tokens
     * @param position the token in the middle, from 0
     * @return the sentence, with the tokens outside the window masked
     * @throws IllegalArgumentException if there is no such position
     */
    public List<String> kept(List<String> sentence, int position) {
        return masked(sentence, position, false);
    }

    /**
     * A sentence of which the window is not seen.
     *
     * @param sentence the tokens
     * @param position the token in the middle, from 0
     * @return the sentence, with the tokens of the window masked
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
        return IntStream.range(0, length)
                .mapToObj(i -> (i >= first && i < end) == within ? ProbabilisticGrammar.MASKED : sentence.get(i))
                .toList();
    }

    /**
     * How much the rest of the sentence adds to the window's information about a token, M<sub>close</sub>.
     *
     * @param grammar the law of sentences
     * @param sentence the tokens
     * @param position which token, from 0
     * @return the total variation, from 0 to 1, between the token's law given all others and its law given those of the window; 0 if the
     *     window covers the sentence
     * @throws IllegalArgumentException as {@link ProbabilisticGrammar#prediction} does
     */
    public double close(ProbabilisticGrammar grammar, List<String> sentence, int position) {
        return distance(grammar, sentence, kept(sentence, position), position);
    }

    /**
     * How much the window adds to the rest of the sentence's information about a token, M<sub>robust</sub>.
     *
     * @param grammar the law of sentences
     * @param sentence the tokens
     * @param position which token, from 0
     * @return the total variation, from 0 to 1, between the token's law given all others and its law given those outside the window; 0 for
     *     n = 1
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
