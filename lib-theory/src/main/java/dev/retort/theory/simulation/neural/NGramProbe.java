package dev.retort.theory.simulation.neural;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.notNull;

import dev.retort.core.RandomStreams;
import dev.retort.theory.progressive.NGramWindow;
import dev.retort.theory.progressive.ProbabilisticGrammar;
import java.util.Arrays;
import java.util.List;

/**
 * The distance of a network's predictions for masked tokens from those of the best predictor that sees only their n-gram: the mean total
 * variation between the two laws over random sentences. A network that learns n-grams of growing n first comes close to the predictor of a
 * small n and then departs from it. Immutable.
 *
 * <pre>{@code
 * import dev.retort.theory.progressive.*;
 * import dev.retort.theory.simulation.neural.*;
 * ProbabilisticGrammar grammar = ProbabilisticGrammar.parse("S -> A B 0.5 | B A 0.5\nA -> a 1\nB -> b 1");
 * NGramProbe unigrams = NGramProbe.of(grammar, 2, new NGramWindow(1), 100, 7);
 * NGramProbe sentences = NGramProbe.of(grammar, 2, new NGramWindow(3), 100, 7);
 * ReluNetwork silent = ReluNetwork.of(new double[1][4], new double[1], new double[2][1], 0, 0);
 * double near = unigrams.measure(silent); // 0.0, for both tokens are equally frequent
 * double far = sentences.measure(silent); // 0.5, for the other token says which it is
 * }</pre>
 */
public final class NGramProbe implements Probe {

    private final GrammarTask task;
    private final NGramWindow window;
    private final RandomStreams streams;
    private final double[] inputs;

    /** The laws of the best predictor, by example. */
    private final double[][] laws;

    private NGramProbe(GrammarTask task, NGramWindow window, int samples, RandomStreams streams) {
        this.task = task;
        this.window = window;
        this.streams = streams;
        this.inputs = new double[Math.multiplyExact(samples, task.inputs())];
        this.laws = new double[samples][];
        task.draw(streams.generator(), inputs, new int[samples]);
        for (int j = 0; j < samples; j++) {
            List<String> sentence = task.sentence(inputs, j * task.inputs());
            int position = sentence.indexOf(ProbabilisticGrammar.MASKED);
            laws[j] = task.grammar().prediction(window.kept(sentence, position), position);
        }
    }

    /**
     * A probe.
     *
     * @param grammar the law of sentences, with at least two terminals
     * @param length the number of tokens of a sentence
     * @param window the n-gram that the best predictor sees
     * @param samples the number of sentences, each with one masked token, at least 1
     * @param seed the seed of the sentences, any number
     * @return the probe
     * @throws IllegalArgumentException if there are no samples, the grammar has only one terminal, or has no sentence of this length
     */
    public static NGramProbe of(ProbabilisticGrammar grammar, int length, NGramWindow window, int samples, long seed) {
        return new NGramProbe(
                new GrammarTask(notNull("grammar", grammar), length),
                notNull("window", window),
                atLeastOne("samples", samples),
                RandomStreams.of(seed));
    }

    /**
     * Measures a network.
     *
     * @param network a network with the inputs and classes of {@link LearningTask#of(ProbabilisticGrammar, int)}
     * @return the mean total variation between its law and that of the best predictor, from 0 to 1
     * @throws IllegalArgumentException if the network is null, does not fit the task, or has a logit that is not finite
     */
    @Override
    public double measure(Classifier network) {
        int classes = task.classes();
        int outputs =
                Respondent.fitting("network", network, task.inputs(), classes).outputs();
        double[] logits;
        try (Batch examples = new Batch(laws.length, task.inputs());
                Respondent asked = Respondent.of(network, laws.length)) {
            examples.take(inputs, 0);
            logits = asked.logits(examples).clone();
        }
        Respondent.requireFinite("network", network, logits);
        double sum = 0;
        double[] law = new double[classes];
        for (int j = 0; j < laws.length; j++) {
            if (outputs == 1) {
                law[0] = 1 / (1 + Math.exp(-logits[j]));
                law[1] = 1 - law[0];
            } else {
                double[] own = Arrays.copyOfRange(logits, j * classes, (j + 1) * classes);
                ReluTrainee.softmax(own, law, 0, classes, 1);
            }
            for (int v = 0; v < classes; v++) {
                sum += Math.abs(law[v] - laws[j][v]) / 2;
            }
        }
        return sum / laws.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NGramProbe that
                && task.equals(that.task)
                && window.equals(that.window)
                && laws.length == that.laws.length
                && streams.equals(that.streams);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * task.hashCode() + window.hashCode()) + streams.hashCode();
    }

    @Override
    public String toString() {
        return window.n() + "-gram of " + laws.length + " " + task;
    }
}
