package dev.retort.examples;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.BestStopping;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Labels;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.report.Axis;
import dev.retort.theory.report.Figure;
import dev.retort.theory.report.Panel;
import dev.retort.theory.report.Rule;
import dev.retort.theory.simulation.Trials;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Teachers that stop early, pools of rows against mixed labels, and classes against logits. 100 features, λ = i^-1.2. */
final class OtherTrainings {

    private static final RegressionTask TASK = RegressionTask.of(
                    Spectrum.powerLaw(1.2, 100), Signal.sourcePowerLaw(1.4))
            .withNoise(0.4);
    private static final Training STUDENT = Training.samples(80).withRidge(0.02);

    private OtherTrainings() {}

    static Exhibit exhibit(Trials trials) {
        List<Curve> stopping = Curve.ofStages(
                new double[] {1, 3, 10, 30, 100, 1000},
                time -> Distillation.of(TASK)
                        .surrogate(Training.samples(60).stoppedAt(time))
                        .then(STUDENT.withNoise(0)),
                trials,
                "teacher",
                "its student");
        double best =
                BestStopping.of(Distillation.of(TASK), Training.samples(60)).time();
        Panel first = Panel.of("(a) a teacher that stops early", Axis.log("time t"), Axis.log("excess risk"))
                .with(Rule.vertical(best, "best time"));
        double[] times = IntStream.rangeClosed(0, 40)
                .mapToDouble(k -> Math.pow(10, k / 40.0 * 3))
                .toArray();
        for (Curve curve : stopping) {
            first = first.with(curve.layers(times));
        }

        Distillation teacher =
                Distillation.of(TASK).surrogate(Training.samples(60).withRidge(0.02));
        double[] shares = {0, 0.25, 0.5, 0.75, 1};
        Curve labels = Curve.of(
                "of every label",
                shares,
                share -> teacher.target(STUDENT.withNoise(0.1).withTeacherShare(share)),
                trials);
        Curve rows = Curve.of(
                "of the rows",
                shares,
                share -> teacher.target(STUDENT.withNoise(0.1).withTeacherRows(share)),
                trials);
        double[] fine = IntStream.rangeClosed(0, 40).mapToDouble(k -> k / 40.0).toArray();
        Panel second = Panel.of(
                        "(b) a part of the labels is the teacher’s",
                        Axis.linear("the teacher’s part"),
                        Axis.linear("excess risk"))
                .with(labels.layers(fine))
                .with(rows.layers(fine));

        double[] flips = {0, 0.1, 0.2, 0.3, 0.4};
        Curve hard = Curve.of(
                "true classes, some flipped",
                flips,
                flip -> Distillation.of(TASK).target(STUDENT.withNoise(0).withLabels(Labels.hard(flip))),
                trials);
        Curve classes = Curve.of(
                "the teacher’s classes",
                flips,
                flip -> Distillation.of(TASK)
                        .surrogate(Training.samples(60).withRidge(0.02))
                        .target(STUDENT.withNoise(0).withLabels(Labels.hard(flip))),
                trials);
        Panel third = Panel.of("(c) classes with flips", Axis.linear("flipped"), Axis.linear("excess risk"))
                .with(hard.layers(0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4))
                .with(classes.layers(0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4));

        List<Curve> all = new ArrayList<>();
        stopping.forEach(curve -> all.add(curve.named("(a) " + curve.name())));
        all.add(labels.named("(b) " + labels.name()));
        all.add(rows.named("(b) " + rows.name()));
        all.add(hard.named("(c) " + hard.name()));
        all.add(classes.named("(c) " + classes.name()));
        return new Exhibit(
                "other-trainings",
                "Other ways of training",
                List.of("""
                        Gradient flow that stops at time t is similar to ridge regression with a ridge of 1/t (a). A teacher of \
                        60 samples has a best stopping time. Its student, a ridge regression on 80 of its labels, smooths once \
                        more: it is never better than this teacher, but it suffers little from a teacher that was trained for too \
                        long.""", """
                        The teacher’s share of every label differs from its share of the rows (b). A label that is half true and \
                        half the teacher’s has less noise than two rows of which one is the teacher’s, and between rows truth and \
                        teacher disagree.""", """
                        For squared loss, classes in place of numbers are noisy labels in the same direction (c); the risk is that of \
                        the student’s outputs, which are smaller than those of the truth."""),
                Figure.of(first, second, third),
                "Lines: theory. Markers: simulation, with one standard error.",
                Curve.table("parameter", all));
    }
}
