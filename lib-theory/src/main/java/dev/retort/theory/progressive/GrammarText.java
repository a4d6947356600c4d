package dev.retort.theory.progressive;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.CompensatedSum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads, checks and writes the rules of a grammar as text. */
final class GrammarText {

    private static final String ARROW = "->";
    private static final double TOLERANCE = 1e-9;

    private GrammarText() {}

    /** A symbol, its right side, and the weight of the rule. */
    record Rule(String symbol, List<String> right, double probability) {

        String first() {
            return right.get(0);
        }

        String left() {
            return symbol + " " + ARROW + " " + String.join(" ", right);
        }
    }

    /** Reads and checks the rules. */
    static List<Rule> rules(String text) {
        List<Rule> rules = new ArrayList<>();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).replaceFirst("#.*", "").strip();
            if (!line.isEmpty()) {
                read(line, "line " + (i + 1), rules);
            }
        }
        if (rules.isEmpty()) {
            throw refusal("text", "no rule", "was found; write one rule per line, such as S -> A B 0.6");
        }
        check(rules);
        return List.copyOf(rules);
    }

    private static void read(String line, String name, List<Rule> rules) {
        String[] sides = line.split("\\s+" + ARROW + "\\s+", -1);
        if (sides.length != 2 || !sides[0].matches("[^\\s|]+")) {
            throw refusal(name, line, "is not a symbol, " + ARROW + " and a right side");
        }
        for (String right : sides[1].split("\\|", -1)) {
            List<String> words = Arrays.asList(right.strip().split("\\s+", -1));
            Double probability = number(words.get(words.size() - 1));
            if (words.size() < 2 || probability == null) {
                throw refusal(name, line, "has a right side that is not one or more symbols followed by a probability");
            }
            if (!(probability >= 0 && probability <= 1)) {
                throw refusal(name, line, "has a probability that is not from 0 to 1");
            }
            rules.add(new Rule(sides[0], List.copyOf(words.subList(0, words.size() - 1)), probability));
        }
    }

    private static @Nullable Double number(String word) {
        try {
            return Double.valueOf(word);
        } catch (NumberFormatException e) {
            return null; // the caller refuses it and names the line
        }
    }

    private static void check(List<Rule> rules) {
        Map<String, CompensatedSum> sums = new LinkedHashMap<>();
        Set<String> seen = new HashSet<>();
        for (Rule rule : rules) {
            sums.computeIfAbsent(rule.symbol(), symbol -> new CompensatedSum()).add(rule.probability());
            if (!seen.add(rule.left())) {
                throw refusal("text", rule.left(), "occurs twice; add up the probabilities");
            }
        }
        for (Rule rule : rules) {
            boolean terminal = rule.right().size() == 1;
            for (String word : rule.right()) {
                if (word.equals(ProbabilisticGrammar.MASKED) || rule.symbol().equals(ProbabilisticGrammar.MASKED)) {
                    throw refusal(
                            "text", rule.left(), "has the symbol ?, which stands for a masked token; choose another");
                }
                if (terminal && sums.containsKey(word)) {
                    throw refusal(
                            "text",
                            rule.left(),
                            "has a right side of one symbol that has rules; put its rules in its place");
                }
                if (!terminal && !sums.containsKey(word)) {
                    throw refusal(
                            "text",
                            rule.left(),
                            "has several symbols, of which " + word + " has no rule; write a rule for it");
                }
            }
        }
        sums.forEach((symbol, sum) -> {
            if (!(Math.abs(sum.value() - 1) <= TOLERANCE)) {
                throw refusal("text", sum.value(), "is the sum of the probabilities of " + symbol + " and not 1");
            }
        });
    }

    /** Writes the rules, one line per symbol. */
    static String text(List<Rule> rules) {
        Map<String, List<Rule>> bySymbol =
                rules.stream().collect(Collectors.groupingBy(Rule::symbol, LinkedHashMap::new, Collectors.toList()));
        return bySymbol.entrySet().stream()
                .map(of -> of.getKey() + " " + ARROW + " "
                        + of.getValue().stream()
                                .map(rule -> String.join(" ", rule.right()) + " " + rule.probability())
                                .collect(Collectors.joining(" | ")))
                .collect(Collectors.joining("\n"));
    }
}
