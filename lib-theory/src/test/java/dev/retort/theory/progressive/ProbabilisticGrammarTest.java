package dev.retort.theory.progressive;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.RandomStreams;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ProbabilisticGrammarTest {

    /** All sentences have four or five tokens. */
    static final ProbabilisticGrammar TREE = ProbabilisticGrammar.parse("""
            S -> A B 0.6 | B A 0.4
            A -> C D 0.7 | D E 0.3   # four tokens or five
            B -> C C 0.5 | D C 0.5
            E -> C D 1

            C -> a 0.8 | b 0.2
            D -> b 0.7
            D -> c 0.3
            """);

    /** Sentences of any length; one right-hand side has three symbols, and one symbol has rules of both kinds. */
    static final ProbabilisticGrammar BRACKETS = ProbabilisticGrammar.parse("""
            S -> L S R 0.3 | S S 0.15 | L R 0.25 | x 0.3
            L -> ( 0.9 | [ 0.1
            R -> ) 0.8 | ] 0.2
            """);

    private static List<String> tokens(String text) {
        return List.of(text.split(" ", -1));
    }

    static List<String> masked(int length) {
        return Collections.nCopies(length, ProbabilisticGrammar.MASKED);
    }

    @Test
    void computesProbabilitiesOfSentencesAndMaskedTokens() {
        assertThat(TREE.terminals()).containsExactly("a", "b", "c");
        // By hand: A B with A of C D and B of D C, B A likewise; and so on.
        assertThat(TREE.probability(tokens("a a b b"))).isCloseTo(0.012544, within(1e-16));
        assertThat(TREE.probability(tokens("b a c a a"))).isCloseTo(0.0096768, within(1e-16));
        assertThat(TREE.probability(masked(5))).isCloseTo(0.3, within(1e-15));
        assertThat(TREE.probability(masked(4))).isCloseTo(0.7, within(1e-15));
        assertThat(TREE.probability(masked(6))).isZero();
        assertThat(TREE.logProbability(masked(6))).isEqualTo(Double.NEGATIVE_INFINITY);
        double[] law = TREE.prediction(tokens("a ? b b"), 1);
        assertThat(law[1]).isCloseTo(217.0 / 410, within(1e-15));
        assertThat(law[2]).isCloseTo(81.0 / 410, within(1e-15));
        assertThat(TREE.prediction(tokens("b a ? ? ?"), 2)[2]).isCloseTo(0.3, within(1e-15));
    }

    /** Enumerates all texts that a symbol can produce. */
    @Test
    void predictionsAgreeWithAllSentencesWrittenOut() {
        RandomGenerator random = RandomStreams.of(7).generator();
        for (int length = 1; length <= 6; length++) {
            Map<String, Double> sentences = brackets(length);
            double whole = sentences.values().stream().mapToDouble(p -> p).sum();
            assertThat(BRACKETS.probability(masked(length))).isCloseTo(whole, within(1e-15));
            for (Map.Entry<String, Double> sentence : sentences.entrySet()) {
                List<String> text = tokens(sentence.getKey());
                assertThat(BRACKETS.probability(text)).isCloseTo(sentence.getValue(), within(1e-16));
                String[] some =
                        text.stream().map(t -> random.nextInt(3) == 0 ? t : "?").toArray(String[]::new);
                int position = random.nextInt(length);
                double[] law = BRACKETS.prediction(List.of(some), position);
                double[] expected = new double[law.length];
                sentences.forEach((other, probability) -> {
                    String[] there = other.split(" ", -1);
                    boolean agrees = true;
                    for (int i = 0; i < there.length; i++) {
                        agrees &= i == position || some[i].equals("?") || some[i].equals(there[i]);
                    }
                    expected[BRACKETS.terminals().indexOf(there[position])] += agrees ? probability : 0;
                });
                double sum = Arrays.stream(expected).sum();
                for (int v = 0; v < law.length; v++) {
                    assertThat(law[v]).isCloseTo(expected[v] / sum, within(1e-14));
                }
            }
        }
    }

    private static Map<String, Double> brackets(int length) {
        Map<String, Double> texts = new HashMap<>();
        if (length == 1) {
            texts.put("x", 0.3);
        }
        for (String left : List.of("( 0.9", "[ 0.1")) {
            for (String right : List.of(") 0.8", "] 0.2")) {
                double both = Double.parseDouble(left.substring(2)) * Double.parseDouble(right.substring(2));
                if (length == 2) {
                    texts.merge(left.charAt(0) + " " + right.charAt(0), 0.25 * both, Double::sum);
                }
                if (length > 2) {
                    brackets(length - 2)
                            .forEach((text, p) -> texts.merge(
                                    left.charAt(0) + " " + text + " " + right.charAt(0), 0.3 * both * p, Double::sum));
                }
            }
        }
        for (int first = 1; first < length; first++) {
            Map<String, Double> rest = brackets(length - first);
            brackets(first)
                    .forEach((text, p) ->
                            rest.forEach((more, q) -> texts.merge(text + " " + more, 0.15 * p * q, Double::sum)));
        }
        return texts;
    }

    @Test
    void longSentencesDoNotUnderflow() {
        // One sentence of each length: a … a, of probability 0.9^(T−1) 0.1, and both tokens are equally likely there.
        ProbabilisticGrammar chain = ProbabilisticGrammar.parse("""
                S -> A S 1e-4 | a 0.49995 | b 0.49995
                A -> a 0.001 | b 0.999
                """);
        int length = 300;
        List<String> all = Collections.nCopies(length, "a");
        double log = (length - 1) * (Math.log(1e-4) + Math.log(1e-3)) + Math.log(0.49995);
        assertThat(log).isLessThan(-4000);
        assertThat(chain.logProbability(all)).isCloseTo(log, within(1e-12 * -log));
        assertThat(chain.probability(all)).isZero();
        assertThat(chain.prediction(all, 150)[0]).isCloseTo(0.001, within(1e-15));
        assertThat(chain.prediction(all, length - 1)[0]).isCloseTo(0.5, within(1e-14));
    }

    @Test
    void samplesFollowTheConditionalLaw() {
        int count = 40_000;
        List<String> seen = tokens("? a ? ? ?");
        Map<List<String>, Integer> counts = new HashMap<>();
        TREE.samples(seen, count, RandomStreams.of(3).generator())
                .forEach(sentence -> counts.merge(sentence, 1, Integer::sum));
        double whole = TREE.probability(seen);
        double sum = 0;
        for (Map.Entry<List<String>, Integer> drawn : counts.entrySet()) {
            assertThat(drawn.getKey().get(1)).isEqualTo("a");
            double p = TREE.probability(drawn.getKey()) / whole;
            assertThat(drawn.getValue() / (double) count)
                    .as("%s", drawn.getKey())
                    .isCloseTo(p, within(4 * Math.sqrt(p * (1 - p) / count)));
            sum += p;
        }
        assertThat(sum).isCloseTo(1, within(0.002));
        assertThat(BRACKETS.samples(tokens("( ?"), 1, RandomStreams.of(1).generator()))
                .hasSize(1);
    }

    @Test
    void grammarsAreValues() {
        assertThat(ProbabilisticGrammar.parse(BRACKETS.toString()))
                .isEqualTo(BRACKETS)
                .hasSameHashCodeAs(BRACKETS)
                .isNotEqualTo(TREE);
        assertThat(TREE).asString().startsWith("S -> A B 0.6 | B A 0.4\nA -> C D 0.7 | D E 0.3\n");
    }

    @Test
    void rejectsInvalidGrammars() {
        refuses(
                "text: no rule was found; write one rule per line, such as S -> A B 0.6",
                () -> ProbabilisticGrammar.parse("#"));
        refusesRules("line 1: S = a 1 is not a symbol, -> and a right side", "S = a 1");
        refusesRules("line 2: A B -> b 1 is not a symbol, -> and a right side", "S -> a 1\nA B -> b 1");
        refusesRules(
                "line 1: S -> a has a right side that is not one or more symbols followed by a probability", "S -> a");
        refusesRules(
                "line 1: S -> 1 has a right side that is not one or more symbols followed by a probability", "S -> 1");
        refusesRules("line 1: S -> a -0.5 | b 1.5 has a probability that is not from 0 to 1", "S -> a -0.5 | b 1.5");
        refusesRules("line 1: S -> a NaN has a probability that is not from 0 to 1", "S -> a NaN");
        refusesRules("text: 0.7 is the sum of the probabilities of S and not 1", "S -> a 0.5 | b 0.2");
        refusesRules("text: S -> a occurs twice; add up the probabilities", "S -> a 0.5\nS -> a 0.5");
        refusesRules(
                "text: S -> A has a right side of one symbol that has rules; put its rules in its place",
                "S -> A 1\nA -> a 1");
        refusesRules(
                "text: S -> A b has several symbols, of which b has no rule; write a rule for it",
                "S -> A b 1\nA -> a 1");
        refusesRules("text: S -> ? has the symbol ?, which stands for a masked token; choose another", "S -> ? 1");
    }

    private static void refusesRules(String message, String rules) {
        refuses(message, () -> ProbabilisticGrammar.parse(rules));
    }

    @Test
    void rejectsImpossibleSentences() {
        refuses("sentence.size: 0 is not a number of tokens from 1 to 1000", () -> TREE.probability(List.of()));
        refuses(
                "sentence[1]: x is not a terminal of the grammar, [a, b, c]",
                () -> TREE.probability(tokens("a x b b")));
        refuses("position: 4 is not from 0 to less than the number of tokens, 4", () -> TREE.prediction(masked(4), 4));
        refuses(
                "sentence: [?, ?, ?] agrees with no sentence of the grammar of this length",
                () -> TREE.prediction(masked(3), 1));
        refuses(
                "sentence: [c, c, ?, ?] agrees with no sentence of the grammar of this length",
                () -> TREE.prediction(tokens("c c ? ?"), 2));
        RandomGenerator random = RandomStreams.of(1).generator();
        refuses("count: 0 is not at least 1", () -> TREE.samples(masked(4), 0, random));
        refuses(
                "sentence: [?] agrees with no sentence of the grammar of this length",
                () -> TREE.samples(masked(1), 1, random));
    }
}
