package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.fixtures.ReferenceTable;
import dev.retort.fixtures.ReferenceTable.Row;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares the risk after every stage of chains, part by part, with chains.tsv, which generate-chains.py computed with
 * 120 digits.
 */
class ChainReferenceTest {

    private static final double RELATIVE_ERROR = 1e-12;

    record ReferenceChain(
            String name, RegressionTask task, double surrogate, List<Training> stages, List<Double> expected) {

        static ReferenceChain of(Row row) {
            RegressionTask task = ReferenceText.task(row, "evaluation");
            return new ReferenceChain(
                    row.text("name"),
                    task,
                    row.number("surrogate (times the truth)"),
                    ReferenceText.trainings(row.text("stages"), task.dimension()),
                    row.numbersFrom("excess, bias, label noise, design, inherited of each stage"));
        }

        Distillation pipeline() {
            double[] coefficients = IntStream.range(0, task.dimension())
                    .mapToDouble(i -> surrogate * task.coefficient(i))
                    .toArray();
            Distillation.Draft draft = Distillation.of(task);
            if (surrogate != 1) {
                draft = draft.surrogate(Surrogate.given(coefficients));
            }
            Distillation chain = draft.surrogate(stages.get(0));
            for (Training next : stages.subList(1, stages.size())) {
                chain = chain.then(next);
            }
            return chain;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<ReferenceChain> chains() {
        return ReferenceTable.rows(ChainReferenceTest.class, "chains.tsv").map(ReferenceChain::of);
    }

    @ParameterizedTest
    @MethodSource("chains")
    void everyStageAgreesPartByPart(ReferenceChain chain) {
        List<RiskReport> reports = chain.pipeline().predictStages();
        assertThat(reports).hasSize(chain.expected.size() / 5);
        for (int stage = 0; stage < reports.size(); stage++) {
            RiskReport risk = reports.get(stage);
            double[] actual = {
                risk.excess(), risk.bias(), risk.labelNoiseVariance(), risk.designVariance(), risk.inheritedVariance()
            };
            for (int part = 0; part < actual.length; part++) {
                double expected = chain.expected.get(5 * stage + part);
                assertThat(Math.abs(actual[part] - expected))
                        .as("stage %d, part %d: %s, expected %s", stage, part, actual[part], expected)
                        .isLessThanOrEqualTo(RELATIVE_ERROR * expected);
            }
            double shares = IntStream.range(0, chain.task.dimension())
                    .mapToDouble(risk::share)
                    .sum();
            assertThat(Math.abs(shares - risk.excess())).isLessThanOrEqualTo(1e-11 * risk.excess());
        }
    }

    @ParameterizedTest
    @MethodSource("chains")
    void thePipelinesReportIsThatOfTheLastStage(ReferenceChain chain) {
        List<RiskReport> reports = chain.pipeline().predictStages();
        assertThat(chain.pipeline().predict()).usingRecursiveComparison().isEqualTo(reports.get(reports.size() - 1));
    }

    @ParameterizedTest
    @MethodSource("chains")
    void theVerdictIsTheDifferenceOfTheRisks(ReferenceChain chain) {
        WeakToStrong verdict = chain.pipeline().againstStrongLabels();
        double difference = verdict.strong().excess() - verdict.weak().excess();
        double scale = verdict.strong().excess() + verdict.weak().excess();
        assertThat(Math.abs(verdict.advantage() - difference)).isLessThanOrEqualTo(1e-12 * scale);
        double shares = IntStream.range(0, chain.task.dimension())
                .mapToDouble(verdict::share)
                .sum();
        assertThat(Math.abs(shares - verdict.advantage())).isLessThanOrEqualTo(1e-12 * scale);
    }
}
