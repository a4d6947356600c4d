package dev.retort.theory.simulation;

import dev.retort.core.nd4j.AveragedModel;
import dev.retort.core.nd4j.FactoredRegression;
import dev.retort.core.nd4j.SignAverage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A procedure whose label noise is averaged over given the designs, and in the eigenbasis the signs of the first teacher's
 * coordinates too, as the module's documentation, {@code docs/simulation.md}, explains. What the labels of this very trial
 * give is measured beside.
 */
final class AveragedTrial implements Trial {

    /** The procedures that share their designs: alike but for the number of samples of their last training. */
    private final List<Procedure> points;

    /** That with the most samples. */
    private final Procedure largest;

    private final int last;

    AveragedTrial(Procedure procedure) {
        this(List.of(procedure));
    }

    /** A learning curve: each point trains on the first samples of the same design, with the same noise. */
    AveragedTrial(List<Procedure> points) {
        this.points = points;
        this.largest =
                points.stream().max(Comparator.comparingInt(Procedure::samples)).orElseThrow();
        this.last = largest.stages.size() - 1;
    }

    @Override
    public Outcome run(RandomGenerator random) {
        return curve(random).get(0);
    }

    /** Runs all points: one outcome for each. */
    List<Outcome> curve(RandomGenerator random) {
        Outcome outcome = Outcome.ofStages(last + 1);
        Model model = Model.of(largest.surrogate);
        for (int k = 0; k < last; k++) {
            Stage stage = largest.stages.get(k);
            try (Model teacher = model;
                    Design.Sample sample = stage.draw(random);
                    FactoredRegression student = stage.factor(sample)) {
                outcome.orthogonal[k] = student.method() == FactoredRegression.Method.ORTHOGONAL;
                double[] labels = stage.labels(sample, teacher.literal);
                model = new Model(Fit.coefficients(student, labels), teacher.teach(stage, student));
                outcome.literal[k] = largest.excess(model.literal);
                outcome.excess[k] = averagesOverSigns(k)
                        ? overSigns(largest, student.signAverage(largest.evaluation.spectrum()))
                        : overNoise(model.averaged);
            }
        }
        Stage stage = largest.stages.get(last);
        try (Model teacher = model;
                Design.Sample sample = stage.draw(random);
                FactoredRegression student = stage.factor(sample)) {
            outcome.orthogonal[last] = student.method() == FactoredRegression.Method.ORTHOGONAL;
            return lastStage(outcome, teacher, sample, student);
        }
    }

    private List<Outcome> lastStage(Outcome before, Model teacher, Design.Sample sample, FactoredRegression student) {
        Stage stage = largest.stages.get(last);
        List<SignAverage> signs = averagesOverSigns(last)
                ? student.signAverages(
                        largest.evaluation.spectrum(),
                        points.stream().mapToInt(Procedure::samples).toArray())
                : List.of();
        List<Outcome> outcomes = new ArrayList<>();
        for (int j = 0; j < points.size(); j++) {
            Procedure point = points.get(j);
            // A surrogate may be made for the very number of samples; the model of an earlier stage is not.
            double[] labels = stage.labels(sample, last == 0 ? point.surrogate : teacher.literal);
            Outcome outcome = before.copy();
            outcome.literal[last] =
                    onFirst(point.samples(), student, part -> point.excess(Fit.coefficients(part, labels)));
            outcome.excess[last] = signs.isEmpty()
                    ? onFirst(point.samples(), student, part -> excessTaught(teacher, stage, part))
                    : overSigns(point, signs.get(j));
            outcomes.add(outcome);
        }
        return outcomes;
    }

    /** Uses the part of a student that has seen the first samples only; the student itself if those are all. */
    private double onFirst(int count, FactoredRegression student, ToDoubleFunction<FactoredRegression> use) {
        if (count == largest.samples()) {
            return use.applyAsDouble(student);
        }
        try (FactoredRegression part = student.beginning(count)) {
            return use.applyAsDouble(part);
        }
    }

    private double excessTaught(Model teacher, Stage stage, FactoredRegression student) {
        try (AveragedModel taught = teacher.teach(stage, student)) {
            return overNoise(taught);
        }
    }

    /** Whether signs are averaged over after a stage: its teacher must not depend on the coordinates. */
    private boolean averagesOverSigns(int stage) {
        return stage == 0 && largest.inEigenbasis;
    }

    /** After the first stage. */
    private static double overSigns(Procedure procedure, SignAverage average) {
        Stage first = procedure.stages.get(0);
        double excess = average.excess(first.mixed(procedure.surrogate), first.truth, first.labelNoise());
        // What the truth itself lacks is in features that do not vary in this training, and so in the risk of any
        // model.
        return excess + procedure.excess(first.truth);
    }

    private double overNoise(AveragedModel model) {
        try (INDArray mean = model.mean()) {
            return largest.excess(mean.toDoubleVector()) + model.noiseRisk(largest.evaluation);
        }
    }

    /** The model after some stage: as the labels that were drawn have made it, and averaged over those that might have been. */
    private static final class Model implements AutoCloseable {

        final double[] literal;
        final AveragedModel averaged;

        Model(double[] literal, AveragedModel averaged) {
            this.literal = literal;
            this.averaged = averaged;
        }

        static Model of(double[] coefficients) {
            try (INDArray array = Nd4j.createFromArray(coefficients)) {
                return new Model(coefficients, AveragedModel.fixed(array));
            }
        }

        AveragedModel teach(Stage stage, FactoredRegression student) {
            try (INDArray truth = Nd4j.createFromArray(stage.truth)) {
                return averaged.teach(student, stage.training.teacherShare(), truth, stage.labelNoise());
            }
        }

        @Override
        public void close() {
            averaged.close();
        }
    }
}
