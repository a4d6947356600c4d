package dev.retort.theory.progressive;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A probabilistic context-free grammar, and its predictions of masked tokens. Predictions are the exact conditional laws of the grammar,
 * given the tokens that are seen and the length of the sentence: the output of a perfect masked predictor. They are computed by the
 * inside–outside algorithm, in O(T³R) time for T tokens and R rules of two symbols, with a scale of its own for every part of a sentence,
 * so that nothing underflows.
 *
 * <p>Sentences are lists of tokens; the token {@value #MASKED} stands for a masked token. Positions count from 0. Immutable.
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
 * double sentence = grammar.probability(List.of("a", "a", "b", "b")); // 0.012544
 * double[] law = grammar.prediction(List.of("a", "?", "b", "b"), 1); // the probabilities of a, b and c
 * double b = law[1]; // 0.52927
 * double five = grammar.probability(List.of("?", "?", "?", "?", "?")); // 0.3, of all sentences of five tokens
 * }</pre>
 */
public final class ProbabilisticGrammar {

    /** The token that stands for a masked one. */
    public static final String MASKED = "?";

    /** The largest number of tokens: a chart has half as many parts as the square of this number. */
    private static final int LONGEST = 1000;

    /** The rule A -> B C; symbols are given by their numbers. */
    record Pair(int parent, int left, int right, double probability) {}

    private final List<GrammarText.Rule> rules;
    private final List<String> terminals;
    private final Map<String, Integer> numbers = new HashMap<>();

    /** For each symbol, its rules of two symbols; the symbols that were added to split longer rules are at the end. */
    private final List<List<Pair>> pairs = new ArrayList<>();

    /** For each symbol, the probability of becoming each terminal. */
    private final List<double[]> emissions = new ArrayList<>();

    private ProbabilisticGrammar(List<GrammarText.Rule> rules) {
        this.rules = rules;
        Map<String, Integer> symbols = new HashMap<>();
        rules.forEach(rule -> symbols.putIfAbsent(rule.symbol(), symbols.size()));
        Set<String> tokens = new LinkedHashSet<>();
        rules.stream().filter(rule -> rule.right().size() == 1).forEach(rule -> tokens.add(rule.first()));
        this.terminals = tokens.stream().sorted().toList();
        terminals.forEach(token -> numbers.put(token, numbers.size()));
        symbols.forEach((symbol, number) -> addSymbol());
        for (GrammarText.Rule rule : rules) {
            int symbol = number(symbols, rule.symbol());
            if (rule.right().size() == 1) {
                emissions.get(symbol)[number(numbers, rule.first())] = rule.probability();
            } else if (rule.probability() > 0) {
                add(
                        symbol,
                        rule.right().stream().map(name -> number(symbols, name)).toList(),
                        rule.probability());
            }
        }
    }

    private int addSymbol() {
        pairs.add(new ArrayList<>());
        emissions.add(new double[terminals.size()]);
        return pairs.size() - 1;
    }

    private static int number(Map<String, Integer> of, String name) {
        return notNull(name, of.get(name));
    }

    /** Adds a rule. One of three symbols or more becomes pairs: its first symbol, and a new symbol for all the others. */
    private void add(int parent, List<Integer> right, double probability) {
        int rest = right.get(1);
        if (right.size() > 2) {
            rest = addSymbol();
            add(rest, right.subList(1, right.size()), 1);
        }
        pairs.get(parent).add(new Pair(parent, right.get(0), rest, probability));
    }

    /**
     * Reads a grammar. A line has one rule with its probability at the end, {@code S -> A B 0.6}, or several rules of one symbol,
     * {@code C -> a 0.8 | b 0.2}; the rules of one symbol may be spread over several lines. What follows {@code #} is a comment. Sentences
     * start from the symbol of the first rule; a word that has no rules is a terminal. A right side is either one terminal, or two symbols
     * or more.
     *
     * @param text the rules
     * @return the grammar
     * @throws IllegalArgumentException if there is no rule, a line is not a rule, the right side is empty, is one symbol that has rules, or has a
     *     terminal among several, a rule occurs twice, a probability is not from 0 to 1, or those of a symbol do not sum to one within
     *     1e-9; the message names the line or the symbol
     */
    public static ProbabilisticGrammar parse(String text) {
        return new ProbabilisticGrammar(GrammarText.rules(notNull("text", text)));
    }

    /** {@return the terminals in alphabetical order, the order of predictions} */
    public List<String> terminals() {
        return terminals;
    }

    int symbols() {
        return emissions.size();
    }

    List<Pair> pairs() {
        return pairs.stream().flatMap(List::stream).toList();
    }

    List<Pair> pairs(int symbol) {
        return pairs.get(symbol);
    }

    double[] emissions(int symbol) {
        return emissions.get(symbol);
    }

    /**
     * The probability of a sentence; if tokens are masked, that of all sentences which agree with it in the other tokens.
     *
     * @param sentence the tokens, from 1 to 1000
     * @return a probability; for a sentence of masked tokens only, that of its length
     * @throws IllegalArgumentException if there is no token or more than 1000, or one is not a terminal
     */
    public double probability(List<String> sentence) {
        return chart(sentence).probability();
    }

    /**
     * The logarithm of the probability, which does not underflow.
     *
     * @param sentence the tokens, from 1 to 1000
     * @return ln of {@link #probability}; −∞ if the grammar has no such sentence
     * @throws IllegalArgumentException if there is no token or more than 1000, or one is not a terminal
     */
    public double logProbability(List<String> sentence) {
        return chart(sentence).logProbability();
    }

    /**
     * The law of the token at one position, given the other tokens that are seen and the length; the token that the sentence has there is
     * ignored.
     *
     * @param sentence the tokens, from 1 to 1000
     * @param position the position, from 0
     * @return the probability of each of {@link #terminals}
     * @throws IllegalArgumentException if there is no token or more than 1000, one is not a terminal, there is no such position, or no sentence of
     *     the grammar agrees with the tokens that are seen
     */
    public double[] prediction(List<String> sentence, int position) {
        int length = notNull("sentence", sentence).size();
        if (position < 0 || position >= length) {
            throw refusal("position", position, "is not from 0 to less than the number of tokens, " + length);
        }
        double[] law = chart(sentence).law(position);
        double sum = Arrays.stream(law).sum();
        if (sum == 0) {
            throw impossible(sentence);
        }
        return Arrays.stream(law).map(weight -> weight / sum).toArray();
    }

    private InsideOutside chart(List<String> sentence) {
        int length = notNull("sentence", sentence).size();
        if (length < 1 || length > LONGEST) {
            throw refusal("sentence.size", length, "is not a number of tokens from 1 to " + LONGEST);
        }
        int[] tokens = new int[length];
        for (int i = 0; i < length; i++) {
            tokens[i] = token("sentence[" + i + "]", sentence.get(i));
        }
        return new InsideOutside(this, tokens);
    }

    /** The number of a terminal; −1 for a masked token. */
    private int token(String name, String token) {
        if (notNull(name, token).equals(MASKED)) {
            return -1;
        }
        Integer number = numbers.get(token);
        if (number == null) {
            throw refusal(name, token, "is not a terminal of the grammar, " + terminals);
        }
        return number;
    }

    /**
     * Draws the masked tokens from their law, given the tokens that are seen and the length. A sentence of masked tokens only gives
     * independent sentences of its length.
     *
     * @param sentence the tokens, from 1 to 1000
     * @param count how many sentences, at least 1
     * @param random the source of randomness
     * @return the sentences, with no token masked
     * @throws IllegalArgumentException if there is no token or more than 1000, one is not a terminal, no sentence of the grammar agrees
     *     with those that are seen, or {@code count < 1}
     */
    public List<List<String>> samples(List<String> sentence, int count, RandomGenerator random) {
        InsideOutside chart = chart(sentence);
        atLeastOne("count", count);
        notNull("random", random);
        if (chart.logProbability() == Double.NEGATIVE_INFINITY) {
            throw impossible(sentence);
        }
        List<List<String>> samples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            samples.add(
                    Arrays.stream(chart.sample(random)).mapToObj(terminals::get).toList());
        }
        return samples;
    }

    private static IllegalArgumentException impossible(List<String> sentence) {
        return refusal("sentence", sentence, "agrees with no sentence of the grammar of this length");
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ProbabilisticGrammar that && rules.equals(that.rules);
    }

    @Override
    public int hashCode() {
        return rules.hashCode();
    }

    /** {@return the rules, in the form that {@link #parse} reads} */
    @Override
    public String toString() {
        return GrammarText.text(rules);
    }
}
