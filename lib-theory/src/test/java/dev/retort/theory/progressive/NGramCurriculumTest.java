package dev.retort.theory.progressive;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.SampleMean;
import dev.retort.fixtures.ReferenceTable;
import dev.retort.fixtures.ReferenceTable.Row;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NGramCurriculumTest {

    private static final NGramCurriculum OF_TREE = NGramCurriculum.of(ProbabilisticGrammarTest.TREE, 10, 5);
    private static final NGramCurriculum OF_BRACKETS = NGramCurriculum.of(ProbabilisticGrammarTest.BRACKETS, 11, 6);

    private static Stream<Row> rows(boolean means) {
        return ReferenceTable.rows(NGramCurriculumTest.class, "n-grams.tsv")
                .filter(row -> row.text("sentence").isEmpty() == means);
    }

    @Test
    void windowsAgreeWithAllSentencesWrittenOut() {
        rows(false).forEach(row -> {
            ProbabilisticGrammar grammar = grammar(row);
            NGramWindow window = new NGramWindow(row.whole("n"));
            List<String> sentence = List.of(row.text("sentence").split(" ", -1));
            int position = row.whole("position");
            assertThat(window.close(grammar, sentence, position)).isCloseTo(row.number("close"), within(1e-14));
            assertThat(window.robust(grammar, sentence, position)).isCloseTo(row.number("robust"), within(1e-14));
        });
    }

    private static ProbabilisticGrammar grammar(Row row) {
        return row.text("grammar").equals("tree") ? ProbabilisticGrammarTest.TREE : ProbabilisticGrammarTest.BRACKETS;
    }

    @Test
    void meansAgreeWithAllSentencesWrittenOut() {
        rows(true).forEach(row -> {
            NGramCurriculum curriculum = row.text("grammar").equals("tree") ? OF_TREE : OF_BRACKETS;
            int n = row.whole("n");
            assertThat(curriculum.loss(n).mean()).isCloseTo(row.number("loss"), within(1e-13));
            assertThat(curriculum.close(n).mean()).isCloseTo(row.number("close"), within(1e-13));
            assertThat(curriculum.robust(n).mean()).isCloseTo(row.number("robust"), within(1e-13));
            assertThat(curriculum.loss(n).standardError()).isZero();
        });
    }

    @Test
    void lossesFallToThatOfTheWholeSentence() {
        for (NGramCurriculum curriculum : List.of(OF_TREE, OF_BRACKETS)) {
            int largest = curriculum.largest();
            double least = curriculum.loss(largest).mean();
            assertThat(curriculum.robust(1).mean()).isZero();
            assertThat(curriculum.close(largest).mean()).isZero();
            assertThat(curriculum.robust(largest).mean())
                    .isCloseTo(curriculum.close(1).mean(), within(1e-14));
            for (int n = 1; n <= largest; n++) {
                double left = curriculum.loss(n).mean() - least;
                assertThat(left).isGreaterThan(-1e-14);
                assertThat(
                                n == 1
                                        ? 0
                                        : curriculum.loss(n).mean()
                                                - curriculum.loss(n - 1).mean())
                        .isLessThan(1e-14);
                // Pinsker's inequality, and Jensen's.
                assertThat(curriculum.close(n).mean()).isLessThanOrEqualTo(Math.sqrt(Math.max(left, 0) / 2) + 1e-14);
            }
        }
    }

    @Test
    void samplesAgreeWithTheExactMeans() {
        NGramCurriculum sampled = NGramCurriculum.sampled(ProbabilisticGrammarTest.BRACKETS, 5, 6, 4000, 2);
        for (int n = 1; n <= 5; n++) {
            agrees(sampled.loss(n), OF_BRACKETS.loss(n));
            agrees(sampled.close(n), OF_BRACKETS.close(n));
            agrees(sampled.robust(n), OF_BRACKETS.robust(n));
        }
        assertThat(sampled)
                .isEqualTo(NGramCurriculum.sampled(ProbabilisticGrammarTest.BRACKETS, 5, 6, 4000, 2))
                .hasSameHashCodeAs(NGramCurriculum.sampled(ProbabilisticGrammarTest.BRACKETS, 5, 6, 4000, 2))
                .isNotEqualTo(OF_BRACKETS);
    }

    private static void agrees(SampleMean sampled, SampleMean exact) {
        assertThat(Math.abs(sampled.zScore(exact.mean()))).isLessThan(4);
    }

    @Test
    void windowsAreClippedAndEvenOnesReachBack() {
        List<String> sentence = List.of("a", "b", "c", "d", "e");
        assertThat(new NGramWindow(3).kept(sentence, 0)).containsExactly("a", "b", "?", "?", "?");
        assertThat(new NGramWindow(4).kept(sentence, 2)).containsExactly("a", "b", "c", "d", "?");
        assertThat(new NGramWindow(2).hidden(sentence, 4)).containsExactly("a", "b", "c", "?", "?");
        assertThat(new NGramWindow(Integer.MAX_VALUE).kept(sentence, 2)).isEqualTo(sentence);
    }

    @Test
    void rejectsInvalidWindowsAndLengths() {
        ProbabilisticGrammar tree = ProbabilisticGrammarTest.TREE;
        refuses("n: 0 is not at least 1", () -> new NGramWindow(0));
        refuses(
                "position: -1 is not from 0 to less than the number of tokens, 1",
                () -> new NGramWindow(1).kept(List.of("a"), -1));
        refuses("largest: 0 is not at least 1", () -> NGramCurriculum.of(tree, 0, 5));
        refuses("longest: 3 is less than the length of the shortest sentence", () -> NGramCurriculum.of(tree, 1, 3));
        refuses("samples: 1 is not at least 2", () -> NGramCurriculum.sampled(tree, 1, 5, 1, 1));
        refuses("n: 11 is not from 1 to the largest, 10", () -> OF_TREE.loss(11));
        String letters = "abcdefghijklmnop".replaceAll("(.)", " | $1 0.06");
        ProbabilisticGrammar anything = ProbabilisticGrammar.parse("S -> S S 0.04" + letters);
        refuses(
                "longest: 4 allows more than 50000 sentences; use sampled(…)",
                () -> NGramCurriculum.of(anything, 1, 9));
    }

    @Test
    void masksInListsThatCannotChange() {
        NGramWindow window = new NGramWindow(2);
        List<String> sentence = List.of("a", "b", "c");
        assertThat(window.kept(sentence, 1))
                .containsExactly("a", "b", ProbabilisticGrammar.MASKED)
                .isUnmodifiable();
        assertThat(window.hidden(sentence, 1))
                .containsExactly(ProbabilisticGrammar.MASKED, ProbabilisticGrammar.MASKED, "c")
                .isUnmodifiable();
    }
}
