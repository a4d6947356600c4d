package dev.retort.theory.simulation.neural;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.RandomStreams;
import dev.retort.theory.progressive.NGramWindow;
import dev.retort.theory.progressive.ProbabilisticGrammar;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class NGramProbeTest {

    /** The first token mostly determines the second, and the third repeats the first. */
    private static final ProbabilisticGrammar ECHO = ProbabilisticGrammar.parse("""
            S -> A X A 0.5 | B Y B 0.3 | C Y C 0.2
            X -> a 0.8 | b 0.2
            Y -> b 0.6 | c 0.4
            A -> a 1
            B -> b 1
            C -> c 1
            """);

    private static final ProbabilisticGrammar EITHER =
            ProbabilisticGrammar.parse("S -> A B 0.5 | B A 0.5\nA -> a 1\nB -> b 1");

    @Test
    void examplesFollowTheLawOfTheGrammar() {
        GrammarTask task = new GrammarTask(ECHO, 3);
        assertThat(task.inputs()).isEqualTo(9);
        assertThat(task.classes()).isEqualTo(3);
        int count = 20_000;
        double[] inputs = new double[9 * count];
        int[] labels = new int[count];
        task.draw(RandomStreams.of(5).generator(), inputs, labels);
        Map<List<String>, int[]> seen = new HashMap<>();
        for (int j = 0; j < count; j++) {
            seen.computeIfAbsent(task.sentence(inputs, 9 * j), sentence -> new int[3])[labels[j]]++;
        }
        assertThat(seen).hasSizeGreaterThan(9);
        seen.forEach((sentence, counts) -> {
            int position = sentence.indexOf(ProbabilisticGrammar.MASKED);
            double[] law = ECHO.prediction(sentence, position);
            int all = counts[0] + counts[1] + counts[2];
            double share = ECHO.probability(sentence) / 3;
            assertThat(all / (double) count).isCloseTo(share, within(4 * Math.sqrt(share / count)));
            for (int v = 0; v < 3; v++) {
                double error = 4 * Math.sqrt(law[v] * (1 - law[v]) / all);
                assertThat(counts[v] / (double) all).isCloseTo(law[v], within(error));
            }
        });
    }

    @Test
    void measuresTheDistanceFromPredictorsOfNGrams() {
        NGramProbe unigrams = NGramProbe.of(EITHER, 2, new NGramWindow(1), 100, 7);
        NGramProbe sentences = NGramProbe.of(EITHER, 2, new NGramWindow(3), 100, 7);
        ReluNetwork silent = ReluNetwork.of(new double[1][4], new double[1], new double[2][1], 0, 0);
        assertThat(unigrams.measure(silent)).isZero();
        assertThat(sentences.measure(silent)).isEqualTo(0.5);
        // Predicts b after a, and a after b, with a probability of about 1 − e^-30.
        double[][] sees = {{30, 0, 30, 0}, {0, 30, 0, 30}};
        ReluNetwork knowing = ReluNetwork.of(sees, new double[2], new double[][] {{0, 1}, {1, 0}}, 0, 0);
        assertThat(sentences.measure(knowing)).isLessThan(1e-12);
        assertThat(unigrams.measure(knowing)).isCloseTo(0.5, within(1e-12));
        ReluNetwork oneLogit = ReluNetwork.of(sees, new double[2], new double[][] {{-1, 1}}, 0);
        assertThat(sentences.measure(oneLogit)).isLessThan(1e-12);
    }

    @Test
    void trainedNetworksApproachTheWholeSentence() {
        ProgressiveDistillation experiment = ProgressiveDistillation.of(
                        LearningTask.of(ECHO, 3),
                        NetworkTraining.of(32).withSteps(1200).withEvaluationEvery(50),
                        NetworkTraining.of(8))
                .withHeldOut(64)
                .withProbe("1", NGramProbe.of(ECHO, 3, new NGramWindow(1), 200, 1))
                .withProbe("5", NGramProbe.of(ECHO, 3, new NGramWindow(5), 200, 1));
        List<Measurement> history = experiment.teacher(3).history();
        Measurement last = history.get(history.size() - 1);
        assertThat(measured(last, "5")).isLessThan(0.04);
        assertThat(measured(last, "1")).isGreaterThan(0.3);
        double nearest =
                history.stream().mapToDouble(m -> measured(m, "1")).min().orElseThrow();
        assertThat(nearest).isLessThan(measured(last, "1") - 0.1);
    }

    private static double measured(Measurement measurement, String probe) {
        return Objects.requireNonNull(measurement.probes().get(probe));
    }

    @Test
    void probesAreValues() {
        NGramProbe probe = NGramProbe.of(EITHER, 2, new NGramWindow(1), 10, 7);
        assertThat(NGramProbe.of(EITHER, 2, new NGramWindow(1), 10, 7))
                .isEqualTo(probe)
                .hasSameHashCodeAs(probe)
                .hasToString("1-gram of 10 masked tokens of sentences of 2 tokens, S -> A B 0.5 | B A 0.5; A -> a 1.0;"
                        + " B -> b 1.0");
        assertThat(NGramProbe.of(EITHER, 2, new NGramWindow(1), 10, 8)).isNotEqualTo(probe);
    }

    @Test
    void rejectsLanguagesWithoutSuchSentences() {
        refuses(
                "length: 3 is not the number of tokens of any sentence of the grammar",
                () -> LearningTask.of(EITHER, 3));
        refuses(
                "grammar: [a] has only one terminal, so that there is nothing to learn",
                () -> LearningTask.of(ProbabilisticGrammar.parse("S -> a 1"), 1));
        refuses("samples: 0 is not at least 1", () -> NGramProbe.of(EITHER, 2, new NGramWindow(1), 0, 1));
        ReluNetwork other = ReluNetwork.of(new double[1][3], new double[1], new double[2][1], 0, 0);
        refuses(
                "network: ReLU network, 3 inputs, 1 neurons, 2 outputs has 3 inputs and 2 outputs, and does not fit the task of"
                        + " 4 inputs and 2 classes",
                () -> NGramProbe.of(EITHER, 2, new NGramWindow(1), 1, 1).measure(other));
    }
}
