package dev.retort.theory.progressive;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.RandomStreams;
import dev.retort.core.SampleMean;
import dev.retort.core.internal.CompensatedSum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * The information of growing windows about masked tokens: for n = 1, 2, …, the loss of the perfect predictor that sees
 * a token's n-gram, and the two distances of {@link NGramWindow}, averaged over sentences of a grammar and all their
 * positions. The loss of a network that learns n-grams in order of their length falls through these values, and a
 * checkpoint between two of them teaches the next. Derived in {@code docs/progressive-distillation.md}. Immutable.
 *
 * <pre>{@code
 * ProbabilisticGrammar grammar = ProbabilisticGrammar.parse("""
 *         S -> A B 0.6 | B A 0.4
 *         A -> C D 0.7 | D E 0.3
 *         B -> C C 0.5 | D C 0.5
 *         E -> C D 1
 *         C -> a 0.8 | b 0.2
 *         D -> b 0.7 | c 0.3
 *         """);
 * NGramCurriculum curriculum = NGramCurriculum.of(grammar, 9, 5);
 * double unigram = curriculum.loss(1).mean(); // 0.88671
 * double whole = curriculum.loss(9).mean(); // 0.71260
 * double close = curriculum.close(3).mean(); // 0.11106
 * }</pre>
 */
public final class NGramCurriculum {

    private static final int MOST_SENTENCES = 50_000;

    private final List<SampleMean> losses;
    private final List<SampleMean> close;
    private final List<SampleMean> robust;

    private NGramCurriculum(List<SampleMean> losses, List<SampleMean> close, List<SampleMean> robust) {
        this.losses = losses;
        this.close = close;
        this.robust = robust;
    }

    /**
     * Averages over all sentences up to a length, by their probabilities.
     *
     * @param grammar the law of sentences
     * @param largest the largest n, at least 1
     * @param longest the number of tokens of the longest sentences, at least 1; longer sentences are left out, and the probabilities of the
     *     others add up to 1
     * @return the curriculum, exactly: its standard errors are 0
     * @throws IllegalArgumentException if a number is out of range, or there are no sentences up to this length or more than 50,000
     */
    public static NGramCurriculum of(ProbabilisticGrammar grammar, int largest, int longest) {
        double[] lengths = lengths(grammar, longest);
        atLeastOne("largest", largest);
        List<List<String>> sentences = new ArrayList<>();
        for (int length = 1; length <= longest; length++) {
            if (lengths[length] > 0) {
                extend(grammar, masked(length), 0, sentences);
            }
        }
        double whole = Arrays.stream(lengths).sum();
        CompensatedSum[][] sums = new CompensatedSum[3][largest];
        for (CompensatedSum[] row : sums) {
            Arrays.setAll(row, n -> new CompensatedSum());
        }
        for (List<String> sentence : sentences) {
            double weight = grammar.probability(sentence) / whole / sentence.size();
            for (int position = 0; position < sentence.size(); position++) {
                double[][] measured = measured(grammar, largest, sentence, position);
                for (int n = 0; n < largest; n++) {
                    for (int k = 0; k < sums.length; k++) {
                        sums[k][n].add(weight * measured[n][k]);
                    }
                }
            }
        }
        List<List<SampleMean>> means = Arrays.stream(sums)
                .map(row -> Arrays.stream(row)
                        .map(sum -> new SampleMean(sum.value(), 0))
                        .toList())
                .toList();
        return new NGramCurriculum(means.get(0), means.get(1), means.get(2));
    }

    /**
     * Averages over random sentences up to a length, each at one random position.
     *
     * @param grammar the law of sentences
     * @param largest the largest n, at least 1
     * @param longest the number of tokens of the longest sentences, at least 1; longer sentences are left out, and the probabilities of the
     *     others add up to 1
     * @param samples how many sentences, at least 2
     * @param seed the seed, any number
     * @return the curriculum, with standard errors
     * @throws IllegalArgumentException if a number is out of range, or there are no sentences up to this length
     */
    public static NGramCurriculum sampled(
            ProbabilisticGrammar grammar, int largest, int longest, int samples, long seed) {
        double[] lengths = lengths(grammar, longest);
        atLeastOne("largest", largest);
        if (samples < 2) {
            throw refusal("samples", samples, "is not at least 2");
        }
        RandomGenerator random = RandomStreams.of(seed).generator();
        int[] drawn = new int[longest + 1];
        double whole = Arrays.stream(lengths).sum();
        for (int i = 0; i < samples; i++) {
            drawn[length(lengths, random.nextDouble() * whole)]++;
        }
        double[][][] draws = new double[3][largest][samples];
        int done = 0;
        for (int length = 1; length <= longest; length++) {
            if (drawn[length] > 0) {
                for (List<String> sentence : grammar.samples(masked(length), drawn[length], random)) {
                    double[][] measured = measured(grammar, largest, sentence, random.nextInt(length));
                    for (int n = 0; n < largest; n++) {
                        for (int k = 0; k < draws.length; k++) {
                            draws[k][n][done] = measured[n][k];
                        }
                    }
                    done++;
                }
            }
        }
        List<List<SampleMean>> means = Arrays.stream(draws)
                .map(row -> Arrays.stream(row).map(SampleMean::of).toList())
                .toList();
        return new NGramCurriculum(means.get(0), means.get(1), means.get(2));
    }

    /** The probability of each length. */
    private static double[] lengths(ProbabilisticGrammar grammar, int longest) {
        notNull("grammar", grammar);
        double[] lengths = new double[atLeastOne("longest", longest) + 1];
        for (int length = 1; length <= longest; length++) {
            lengths[length] = grammar.probability(masked(length));
        }
        if (Arrays.stream(lengths).sum() == 0) {
            throw refusal("longest", longest, "is less than the length of the shortest sentence");
        }
        return lengths;
    }

    private static int length(double[] lengths, double uniform) {
        double left = uniform;
        int length = 0;
        for (int next = 1; next < lengths.length && left >= 0; next++) {
            length = lengths[next] > 0 ? next : length;
            left -= lengths[next];
        }
        return length;
    }

    private static List<String> masked(int length) {
        return Collections.nCopies(length, ProbabilisticGrammar.MASKED);
    }

    /** Adds all sentences that agree with a sentence in which the tokens from a position on are masked. */
    private static void extend(
            ProbabilisticGrammar grammar, List<String> sentence, int position, List<List<String>> into) {
        if (position == sentence.size()) {
            if (into.size() == MOST_SENTENCES) {
                throw refusal(
                        "longest",
                        sentence.size(),
                        "allows more than " + MOST_SENTENCES + " sentences; use sampled(…)");
            }
            into.add(sentence);
            return;
        }
        double[] law = grammar.prediction(sentence, position);
        for (int v = 0; v < law.length; v++) {
            if (law[v] > 0) {
                List<String> longer = new ArrayList<>(sentence);
                longer.set(position, grammar.terminals().get(v));
                extend(grammar, longer, position + 1, into);
            }
        }
    }

    /** For each n: loss, closeness and robustness at a position. */
    private static double[][] measured(ProbabilisticGrammar grammar, int largest, List<String> sentence, int position) {
        double[] all = grammar.prediction(sentence, position);
        int token = grammar.terminals().indexOf(sentence.get(position));
        double[][] measured = new double[largest][];
        for (int n = 1; n <= largest; n++) {
            NGramWindow window = new NGramWindow(n);
            double[] kept = grammar.prediction(window.kept(sentence, position), position);
            double[] hidden = grammar.prediction(window.hidden(sentence, position), position);
            measured[n - 1] = new double[] {
                -Math.log(kept[token]), NGramWindow.distance(all, kept), NGramWindow.distance(all, hidden)
            };
        }
        return measured;
    }

    /** {@return the largest n} */
    public int largest() {
        return losses.size();
    }

    /**
     * The loss of the best predictor of a token that sees its window.
     *
     * @param n how many tokens the window has, from 1 to {@link #largest}
     * @return H<sub>n</sub> = −E ln p in nats; it never increases with n
     * @throws IllegalArgumentException if n is out of range
     */
    public SampleMean loss(int n) {
        return at(losses, n);
    }

    /**
     * How much the rest of the sentence adds to the window's information about a token.
     *
     * @param n how many tokens the window has, from 1 to {@link #largest}
     * @return E M<sub>close</sub>, at most √((H<sub>n</sub> − H<sub>∞</sub>)/2)
     * @throws IllegalArgumentException if n is out of range
     */
    public SampleMean close(int n) {
        return at(close, n);
    }

    /**
     * How much the window adds to the rest of the sentence's information about a token.
     *
     * @param n how many tokens the window has, from 1 to {@link #largest}
     * @return E M<sub>robust</sub>
     * @throws IllegalArgumentException if n is out of range
     */
    public SampleMean robust(int n) {
        return at(robust, n);
    }

    private static SampleMean at(List<SampleMean> means, int n) {
        if (n < 1 || n > means.size()) {
            throw refusal("n", n, "is not from 1 to the largest, " + means.size());
        }
        return means.get(n - 1);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NGramCurriculum that
                && losses.equals(that.losses)
                && close.equals(that.close)
                && robust.equals(that.robust);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * losses.hashCode() + close.hashCode()) + robust.hashCode();
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "n-grams up to %d: loss from %.4f to %.4f",
                largest(),
                loss(1).mean(),
                loss(largest()).mean());
    }
}
