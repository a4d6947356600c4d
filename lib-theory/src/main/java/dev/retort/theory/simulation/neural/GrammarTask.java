package dev.retort.theory.simulation.neural;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.theory.progressive.ProbabilisticGrammar;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The task of predicting the token at a random position of a sentence from all others. An input has an entry for each position and
 * terminal, 1 where the terminal stands, and 0 where it does not or the token is masked.
 */
record GrammarTask(ProbabilisticGrammar grammar, int length) implements LearningTask {

    GrammarTask {
        if (grammar.terminals().size() < 2) {
            throw refusal("grammar", grammar.terminals(), "has only one terminal, so that there is nothing to learn");
        }
        if (grammar.logProbability(masked(length)) == Double.NEGATIVE_INFINITY) {
            throw refusal("length", length, "is not the number of tokens of any sentence of the grammar");
        }
    }

    private static List<String> masked(int length) {
        return Collections.nCopies(Math.max(0, length), ProbabilisticGrammar.MASKED);
    }

    @Override
    public int inputs() {
        return length * classes();
    }

    @Override
    public int classes() {
        return grammar.terminals().size();
    }

    @Override
    public void draw(RandomGenerator random, double[] inputs, int[] labels) {
        ParityTask.check(random, inputs, labels, inputs());
        if (labels.length == 0) {
            return;
        }
        int at = 0;
        int example = 0;
        for (List<String> sentence : grammar.samples(masked(length), labels.length, random)) {
            int hidden = random.nextInt(length);
            for (int i = 0; i < length; i++) {
                for (String terminal : grammar.terminals()) {
                    inputs[at++] = i != hidden && terminal.equals(sentence.get(i)) ? 1 : 0;
                }
            }
            labels[example++] = grammar.terminals().indexOf(sentence.get(hidden));
        }
    }

    /** The sentence that an input encodes. */
    List<String> sentence(double[] inputs, int at) {
        String[] sentence = new String[length];
        for (int i = 0; i < length; i++) {
            sentence[i] = ProbabilisticGrammar.MASKED;
            for (int v = 0; v < classes(); v++) {
                sentence[i] = inputs[at + i * classes() + v] == 1
                        ? grammar.terminals().get(v)
                        : sentence[i];
            }
        }
        return List.of(sentence);
    }

    @Override
    public String toString() {
        return "masked tokens of sentences of " + length + " tokens, "
                + grammar.toString().replace("\n", "; ");
    }
}
