package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.core.spectrum.RegressionTask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every derivative against sensitivities.tsv, central differences that generate-sensitivities.py took with 230 digits. */
class SensitivitiesReferenceTest {

    private static final double RELATIVE_ERROR = 1e-12;

    /** Where the terms of a derivative nearly cancel: of the risk over the number varied. */
    private static final double ERROR_OF_RISK = 3e-14;

    record Reference(
            String name,
            RegressionTask task,
            String surrogate,
            List<Training> stages,
            List<Integer> features,
            List<Double> expected) {

        static Reference of(String line) {
            String[] fields = line.split("\t", -1);
            RegressionTask task = RegressionTask.of(ReferenceText.spectrum(fields[1]), ReferenceText.signal(fields[2]))
                    .withNoise(Double.parseDouble(fields[3]));
            return new Reference(
                    fields[0],
                    task,
                    fields[4],
                    ReferenceText.trainings(fields[5], task.dimension()),
                    Arrays.stream(fields[6].split(" ", -1))
                            .map(Integer::valueOf)
                            .toList(),
                    Arrays.stream(fields, 7, fields.length).map(Double::valueOf).toList());
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
        return ReferenceText.lines("sensitivities.tsv").stream().skip(1).map(Reference::of);
    }

    /** A derivative, and the number that it is with respect to. */
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
