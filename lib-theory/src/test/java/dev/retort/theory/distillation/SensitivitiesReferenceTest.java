package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.fixtures.ReferenceTable;
import dev.retort.fixtures.ReferenceTable.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares every derivative with sensitivities.tsv, central differences that generate-sensitivities.py computed with
 * 230 digits.
 */
class SensitivitiesReferenceTest {

    private static final double RELATIVE_ERROR = 1e-12;

    /** Where the terms of a derivative nearly cancel, the error relative to the risk divided by the parameter. */
    private static final double ERROR_OF_RISK = 3e-14;

    private static final String EXPECTED = "excess; of each stage d/dn, d/dr, d/dsigma, d/dlambda of the features;"
            + " of the task d/dsigma, d/dlambda";

    record Reference(
            String name,
            RegressionTask task,
            String surrogate,
            List<Training> stages,
            List<Integer> features,
            List<Double> expected) {

        static Reference of(Row row) {
            RegressionTask task = ReferenceText.task(row, "evaluation");
            return new Reference(
                    row.text("name"),
                    task,
                    row.text("surrogate"),
                    ReferenceText.trainings(row.text("stages"), task.dimension()),
                    Arrays.stream(row.numbers("features"))
                            .mapToObj(i -> (int) i)
                            .toList(),
                    row.numbersFrom(EXPECTED));
        }

        Distillation pipeline() {
            Surrogate first = switch (surrogate) {
                case "optimal" -> Surrogate.optimal();
                case "masked" -> Surrogate.optimallyMasked();
                case "1" -> Surrogate.groundTruth();
                default ->
                    Surrogate.given(IntStream.range(0, task.dimension())
                            .mapToDouble(i -> Double.parseDouble(surrogate) * task.coefficient(i))
                            .toArray());
            };
            Distillation chain = Distillation.of(task).surrogate(first).target(stages.get(0));
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

    static Stream<Reference> references() {
        return ReferenceTable.rows(SensitivitiesReferenceTest.class, "sensitivities.tsv")
                .map(Reference::of);
    }

    /** A derivative and its parameter. */
    record Derivative(double value, double number) {}

    @ParameterizedTest
    @MethodSource("references")
    void everyDerivativeAgrees(Reference reference) {
        RegressionTask task = reference.task;
        Distillation pipeline = reference.pipeline();
        double excess = pipeline.predict().excess();
        Sensitivities sensitivities = pipeline.sensitivities();
        List<Derivative> actual = new ArrayList<>(List.of(new Derivative(excess, 1)));
        for (int s = 0; s < reference.stages.size(); s++) {
            Training training = reference.stages.get(s);
            Sensitivities.OfTraining of = sensitivities.trainings().get(s);
            actual.add(new Derivative(of.samples(), training.samples()));
            actual.add(new Derivative(of.ridge(), training.ridge()));
            actual.add(new Derivative(of.noise(), training.noise(task)));
            for (int i : reference.features) {
                actual.add(
                        new Derivative(of.eigenvalue(i), training.spectrum(task).eigenvalue(i)));
            }
        }
        actual.add(new Derivative(sensitivities.noise(), task.noise()));
        for (int i : reference.features) {
            actual.add(
                    new Derivative(sensitivities.eigenvalue(i), task.spectrum().eigenvalue(i)));
        }

        assertThat(actual).hasSameSizeAs(reference.expected);
        for (int k = 0; k < actual.size(); k++) {
            double expected = reference.expected.get(k);
            double number = actual.get(k).number;
            double ofRisk = number == 0 ? 0 : ERROR_OF_RISK * excess / number;
            assertThat(Math.abs(actual.get(k).value - expected))
                    .as("derivative %d: %s, expected %s", k, actual.get(k), expected)
                    .isLessThanOrEqualTo(Math.max(RELATIVE_ERROR * Math.abs(expected), ofRisk));
        }
    }
}
