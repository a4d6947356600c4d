package dev.retort.theory.simulation;

import dev.retort.core.nd4j.FactoredRegression;
import dev.retort.core.nd4j.LinearFit;
import dev.retort.core.nd4j.SignAverage;
import dev.retort.core.nd4j.SignAveragedModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Procedures in the eigenbasis that differ only in the number of samples of their last training and share their designs: each trains on the
 * first samples of the same last design, with the same noise.
 */
final class LearningCurve implements Trial<List<Outcome>> {

    private final List<Procedure> points;

    /** The procedure with the most samples. */
    private final Procedure largest;

    private final boolean averaging;

    /** The controls of the risk at each point. */
    private final Controls controls;

    private final long memory;

    LearningCurve(List<Procedure> points, boolean averaging, Controls controls, long memory) {
        this.points = points;
        this.controls = controls;
        this.largest =
                points.stream().max(Comparator.comparingInt(Procedure::samples)).orElseThrow();
        this.averaging = averaging;
        this.memory = memory;
    }

    /** Runs all points: one outcome for each. */
    @Override
    public List<Outcome> run(RandomGenerator random) {
        int last = largest.stages.size() - 1;
        Outcome before = Outcome.ofStages(last + 1);
        Stage stage = largest.stages.get(last);
        List<double[]> departures = new ArrayList<>();
        try (Model carried =
                        new PipelineTrial(largest, averaging, controls, memory).run(last, random, before, departures);
                Design.Sample sample = stage.draw(random);
                Fit student = stage.fit(sample, random)) {
            before.orthogonal[last] = student.isOrthogonal();
            LinearFit linear = student.linear().orElse(null);
            List<Outcome> outcomes = stage.hasLinearLabels() && linear instanceof FactoredRegression regression
                    ? nested(carried, sample, regression, before)
                    : anew(carried, sample, student, before, random);
            for (int j = 0; j < outcomes.size(); j++) {
                double[] own =
                        controls.departures(last, sample.features, points.get(j).samples());
                controls.take(
                        outcomes.get(j),
                        last,
                        j,
                        Stream.concat(departures.stream(), Stream.of(own)).toList());
            }
            outcomes.forEach(Outcome::requireFinite);
            return outcomes;
        }
    }

    /** The teacher of the last student: a fixed surrogate may depend on the student's number of samples, a trained model does not. */
    private Model teacher(Procedure point, Model carried) {
        return point.stages.size() == 1 ? Model.surrogate(point, averaging, null) : carried;
    }

    /** All points from one factorisation, which contains those of the first samples. */
    private List<Outcome> nested(Model carried, Design.Sample sample, FactoredRegression student, Outcome before) {
        int[] counts = points.stream().mapToInt(Procedure::samples).toArray();
        int last = before.excess.length - 1;
        List<SignAverage> averages =
                averaging ? student.signAverages(largest.evaluation.spectrum(), counts) : List.of();
        List<Outcome> outcomes = new ArrayList<>();
        for (int j = 0; j < counts.length; j++) {
            Procedure point = points.get(j);
            Stage stage = point.stages.get(last);
            Model teacher = teacher(point, carried);
            double[] labels = stage.labels(sample, teacher.literal);
            Outcome outcome = before.copy();
            outcome.literal[last] = point.excess(fitted(student, counts[j], labels));
            outcome.excess[last] = teacher.average instanceof OverSigns average
                    ? excess(point, stage, average.model(), averages.get(j))
                    : outcome.literal[last];
            outcomes.add(outcome);
        }
        return outcomes;
    }

    private static double excess(Procedure point, Stage stage, SignAveragedModel teacher, SignAverage student) {
        SignAveragedModel mixed = teacher.mixed(stage.training.teacherShare(), stage.truth);
        return student.excess(mixed, stage.truth, stage.labelNoise()) + point.excessOfTruth(stage);
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

    /** Each point by its own fit; the fit to all samples is reused. */
    private List<Outcome> anew(Model carried, Design.Sample sample, Fit all, Outcome before, RandomGenerator random) {
        List<Outcome> outcomes = new ArrayList<>();
        for (Procedure point : points) {
            if (point == largest) {
                outcomes.add(outcome(point, carried, sample, all, before));
                continue;
            }
            Design.Sample part = sample.beginning(point.samples());
            try (Fit student = point.stages.get(before.excess.length - 1).fit(part, random)) {
                outcomes.add(outcome(point, carried, part, student, before));
            }
        }
        return outcomes;
    }

    private Outcome outcome(Procedure point, Model carried, Design.Sample sample, Fit student, Outcome before) {
        int last = before.excess.length - 1;
        Stage stage = point.stages.get(last);
        Outcome outcome = before.copy();
        outcome.orthogonal[last] = student.isOrthogonal();
        try (Model model = teacher(point, carried).teach(point, stage, sample, student)) {
            outcome.literal[last] = point.excess(model.literal);
            outcome.excess[last] = model.average == null ? outcome.literal[last] : model.average.excess(point, stage);
        }
        return outcome;
    }

    /** The excess risk after the last training, at every point. */
    @Override
    public double[] measured(List<Outcome> outcomes) {
        return outcomes.stream()
                .mapToDouble(point -> point.excess[point.excess.length - 1])
                .toArray();
    }

    @Override
    public long memory() {
        return memory;
    }
}
