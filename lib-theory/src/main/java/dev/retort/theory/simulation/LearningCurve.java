package dev.retort.theory.simulation;

import dev.retort.core.nd4j.FactoredRegression;
import dev.retort.core.nd4j.SignAverage;
import dev.retort.core.nd4j.SignAveragedModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Procedures in the eigenbasis, alike but for the number of samples of their last training, which share their designs: each
 * trains on the first samples of the same last design, with the same noise. Averaged as in {@link SignAveragedTrial}.
 */
final class LearningCurve {

    private final List<Procedure> points;

    /** That with the most samples. */
    private final Procedure largest;

    LearningCurve(List<Procedure> points) {
        this.points = points;
        this.largest =
                points.stream().max(Comparator.comparingInt(Procedure::samples)).orElseThrow();
    }

    /** Runs all points: one outcome for each. */
    List<Trial.Outcome> run(RandomGenerator random) {
        int last = largest.stages.size() - 1;
        Trial.Outcome before = Trial.Outcome.ofStages(last + 1);
        SignAveragedTrial.Model carried = new SignAveragedTrial(largest).run(last, random, before);
        Stage stage = largest.stages.get(last);
        List<Trial.Outcome> outcomes = new ArrayList<>();
        try (Design.Sample sample = stage.draw(random);
                FactoredRegression student = stage.factor(sample)) {
            before.orthogonal[last] = student.method() == FactoredRegression.Method.ORTHOGONAL;
            int[] counts = points.stream().mapToInt(Procedure::samples).toArray();
            List<SignAverage> averages = student.signAverages(largest.evaluation.spectrum(), counts);
            for (int j = 0; j < counts.length; j++) {
                Procedure point = points.get(j);
                // A surrogate may be made for the very number of samples; the model of an earlier stage is not.
                SignAveragedTrial.Model teacher = last == 0 ? SignAveragedTrial.Model.of(point.surrogate) : carried;
                double[] labels = stage.labels(student, sample, teacher.literal);
                SignAveragedModel mixed = teacher.averaged.mixed(stage.training.teacherShare(), stage.truth);
                Trial.Outcome outcome = before.copy();
                outcome.literal[last] = point.excess(fitted(student, counts[j], labels));
                outcome.excess[last] =
                        averages.get(j).excess(mixed, stage.truth, stage.labelNoise()) + point.excessOfTruth(stage);
                outcomes.add(outcome.requireFinite());
            }
        }
        return outcomes;
    }

    /** The coefficients of a student that has seen the first samples only. */
    private static double[] fitted(FactoredRegression student, int samples, double[] labels) {
        if (samples == labels.length) {
            return student.solve(labels);
        }
        try (FactoredRegression beginning = student.beginning(samples)) {
            return beginning.solve(Arrays.copyOf(labels, samples));
        }
    }
}
