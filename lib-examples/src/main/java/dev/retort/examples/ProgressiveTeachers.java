package dev.retort.examples;

import dev.retort.theory.progressive.SparseParity;
import dev.retort.theory.report.Axis;
import dev.retort.theory.report.Figure;
import dev.retort.theory.report.Line;
import dev.retort.theory.report.Markers;
import dev.retort.theory.report.Panel;
import dev.retort.theory.report.Rule;
import dev.retort.theory.report.Table;
import dev.retort.theory.simulation.neural.Checkpoint;
import dev.retort.theory.simulation.neural.CheckpointRule;
import dev.retort.theory.simulation.neural.Comparison;
import dev.retort.theory.simulation.neural.Curriculum;
import dev.retort.theory.simulation.neural.DegreeOneProbe;
import dev.retort.theory.simulation.neural.LearningTask;
import dev.retort.theory.simulation.neural.Measurement;
import dev.retort.theory.simulation.neural.NetworkTraining;
import dev.retort.theory.simulation.neural.ProgressiveDistillation;
import dev.retort.theory.simulation.neural.TrainingRun;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Small networks that learn a sparse parity from the checkpoints of a larger one: unfinished teachers teach better. */
final class ProgressiveTeachers {

    private static final int BATCH = 64;
    private static final int EVERY = 100;
    private static final double LEARNED = 0.95;
    private static final int PROBE_SAMPLES = 2048;
    private static final int HELD_OUT = 2048;

    /**
     * The sizes of the task and of the networks.
     *
     * @param parity the task
     * @param teacher how the teacher is trained
     * @param student how students are trained
     * @param studentSteps for how many steps students are trained
     * @param switchStep how many of these steps use the first of two checkpoints
     * @param interval how many steps use each of many checkpoints
     * @param words a description of networks and task, for the text
     */
    record Size(
            SparseParity parity,
            NetworkTraining teacher,
            NetworkTraining student,
            int studentSteps,
            int switchStep,
            int interval,
            String words) {

        /** Takes seconds. */
        static final Size SMALL = of(24, 128, 1, 16, 4000, 500, 250);

        /** Takes minutes. */
        static final Size LARGE = of(50, 1000, 0.5, 24, 12_000, 2000, 1000);

        private static Size of(
                int dimension,
                int teacherWidth,
                double teacherRate,
                int studentWidth,
                int studentSteps,
                int switchStep,
                int interval) {
            return new Size(
                    SparseParity.of(dimension, 6),
                    NetworkTraining.of(teacherWidth)
                            .withBatch(BATCH)
                            .withRate(teacherRate)
                            .withSteps(20_000)
                            .withEvaluationEvery(EVERY / 2)
                            .withCheckpointEvery(EVERY / 2)
                            .withStopAfter(0.99, 1000),
                    NetworkTraining.of(studentWidth)
                            .withBatch(BATCH)
                            .withSteps(studentSteps)
                            .withEvaluationEvery(EVERY),
                    studentSteps,
                    switchStep,
                    interval,
                    "a teacher of width " + teacherWidth + " and students of width " + studentWidth
                            + " learn the parity of 6 among " + dimension + " coordinates");
        }
    }

    private ProgressiveTeachers() {}

    /** Trains a teacher for each seed, and its students. */
    static Exhibit exhibit(Size size, long... seeds) {
        ProgressiveDistillation experiment = ProgressiveDistillation.of(
                        LearningTask.of(size.parity), size.teacher, size.student)
                .withHeldOut(HELD_OUT);
        Map<String, Curriculum> curricula = new LinkedHashMap<>();
        curricula.put("true labels", Curriculum.labels());
        curricula.put("one-shot", Curriculum.oneShot());
        curricula.put("two-shot", Curriculum.twoShot(CheckpointRule.during(), size.switchStep));
        curricula.put("progressive", Curriculum.progressive(size.interval));
        Map<CheckpointRule, Curriculum> byCheckpoint = new LinkedHashMap<>();
        for (double accuracy : new double[] {0.55, 0.9}) {
            CheckpointRule rule = CheckpointRule.nearest(accuracy);
            byCheckpoint.put(rule, Curriculum.twoShot(rule, size.switchStep));
        }
        Comparison comparison = experiment.compare(
                seeds,
                Stream.concat(curricula.values().stream(), byCheckpoint.values().stream())
                        .toArray(Curriculum[]::new));
        byCheckpoint.put(CheckpointRule.during(), Curriculum.twoShot(CheckpointRule.during(), size.switchStep));
        byCheckpoint.put(CheckpointRule.last(), Curriculum.oneShot());

        TrainingRun first = comparison.teachers().get(0);
        List<DegreeOneProbe.Signal> spike = DegreeOneProbe.of(size.parity, PROBE_SAMPLES, seeds[0])
                .measure(first.checkpoints().stream().map(Checkpoint::network).toList());
        double[] steps = IntStream.rangeClosed(0, size.studentSteps / EVERY)
                .mapToDouble(i -> (double) i * EVERY)
                .toArray();
        String reached = curricula.entrySet().stream()
                .map(curriculum -> String.format(
                        Locale.ROOT,
                        "%s %d",
                        curriculum.getKey(),
                        DoubleStream.of(comparison.stepsTo(curriculum.getValue(), LEARNED))
                                .filter(Double::isFinite)
                                .count()))
                .collect(Collectors.joining(", "));

        return new Exhibit(
                "progressive-teachers",
                "Unfinished teachers",
                List.of(
                        "Networks with one hidden layer, " + size.words
                                + ", from a fresh batch of 64 examples at every step. Of "
                                + seeds.length + " students of each kind, this many reach an accuracy of " + LEARNED
                                + " within "
                                + size.studentSteps + " steps: " + reached
                                + ". One-shot students learn from the finished teacher;"
                                + " two-shot ones for " + size.switchStep
                                + " steps from the checkpoint whose accuracy is nearest to 0.75, then from the finished one;"
                                + " progressive ones from a checkpoint a little ahead of them, a new one every "
                                + size.interval + " steps.",
                        """
                        A parity has no linear part, and neither has a teacher that has learnt it. While the teacher learns, it has \
                        one, on exactly the coordinates of the parity (b); a small student can learn this part quickly, but the \
                        finished teacher no longer shows it. Intermediate checkpoints teach best (c); a checkpoint with an accuracy \
                        near 0.5 does so if its linear part appears before its accuracy rises."""),
                Figure.of(
                        accuracies(comparison, curricula, steps),
                        spike(first, spike),
                        checkpoints(comparison, byCheckpoint)),
                "(a) Medians over " + seeds.length
                        + " seeds. (b) Mean size of the degree-1 Fourier coefficients of the first" + " teacher, at "
                        + PROBE_SAMPLES + " points. (c) The students of all teachers after their last step.",
                table(comparison, curricula, steps, first, spike));
    }

    private static Panel accuracies(Comparison comparison, Map<String, Curriculum> curricula, double[] steps) {
        Panel panel = Panel.of(
                        "(a) what students learn",
                        Axis.linear("examples"),
                        Axis.linear("accuracy").withRange(0.45, 1.02))
                .with(Line.of("the teacher", examples(steps), medians(comparison.teachers(), steps))
                        .dashed());
        for (Map.Entry<String, Curriculum> curriculum : curricula.entrySet()) {
            double[] accuracy = medians(comparison.students(curriculum.getValue()), steps);
            panel = panel.with(Line.of(curriculum.getKey(), examples(steps), accuracy));
        }
        return panel;
    }

    private static double[] examples(double[] steps) {
        return DoubleStream.of(steps).map(step -> step * BATCH).toArray();
    }

    private static double[] medians(List<TrainingRun> runs, double[] steps) {
        return DoubleStream.of(steps)
                .map(step -> Comparison.median(
                        runs.stream().mapToDouble(run -> accuracy(run, step)).toArray()))
                .toArray();
    }

    /** The accuracy as last measured at or before a step. */
    private static double accuracy(TrainingRun run, double step) {
        return run.history().stream()
                .filter(measurement -> measurement.step() <= step)
                .reduce((earlier, later) -> later)
                .map(Measurement::accuracy)
                .orElseThrow();
    }

    private static Panel spike(TrainingRun teacher, List<DegreeOneProbe.Signal> spike) {
        double[] examples = teacher.checkpoints().stream()
                .mapToDouble(checkpoint -> (double) checkpoint.step() * BATCH)
                .toArray();
        double[] inside =
                spike.stream().mapToDouble(DegreeOneProbe.Signal::inside).toArray();
        double[] outside =
                spike.stream().mapToDouble(DegreeOneProbe.Signal::outside).toArray();
        double during = (double) CheckpointRule.during().of(teacher).step() * BATCH;
        return Panel.of("(b) the linear part of a teacher", Axis.linear("examples"), Axis.linear("mean |c_i|"))
                .with(Line.of("on the support", examples, inside), Line.of("off it", examples, outside))
                .with(Rule.vertical(during, "accuracy 0.75"));
    }

    private static Panel checkpoints(Comparison comparison, Map<CheckpointRule, Curriculum> curricula) {
        List<double[]> points = new ArrayList<>();
        for (Map.Entry<CheckpointRule, Curriculum> curriculum : curricula.entrySet()) {
            List<TrainingRun> students = comparison.students(curriculum.getValue());
            for (int s = 0; s < students.size(); s++) {
                Checkpoint teacher =
                        curriculum.getKey().of(comparison.teachers().get(s));
                points.add(
                        new double[] {teacher.accuracy(), students.get(s).last().accuracy()});
            }
        }
        return Panel.of(
                        "(c) which checkpoint teaches",
                        Axis.linear("accuracy of the first checkpoint").withRange(0.45, 1.02),
                        Axis.linear("accuracy of the student").withRange(0.45, 1.02))
                .with(Markers.of(
                        "a two-shot student",
                        points.stream().mapToDouble(point -> point[0]).toArray(),
                        points.stream().mapToDouble(point -> point[1]).toArray()));
    }

    private static Table table(
            Comparison comparison,
            Map<String, Curriculum> curricula,
            double[] steps,
            TrainingRun first,
            List<DegreeOneProbe.Signal> spike) {
        Table table = Table.of("examples")
                .withGroup(
                        "accuracy",
                        Stream.concat(Stream.of("teacher"), curricula.keySet().stream())
                                .toArray(String[]::new))
                .withGroup("linear part", "on the support", "off it");
        double[] teacher = medians(comparison.teachers(), steps);
        List<double[]> students = curricula.values().stream()
                .map(curriculum -> medians(comparison.students(curriculum), steps))
                .toList();
        for (int i = 0; i < steps.length; i++) {
            List<Object> row = new ArrayList<>(List.of(steps[i] * BATCH, teacher[i]));
            for (double[] student : students) {
                row.add(student[i]);
            }
            double step = steps[i];
            int checkpoint = IntStream.range(0, spike.size())
                    .filter(k -> first.checkpoints().get(k).step() == step)
                    .findFirst()
                    .orElse(-1);
            row.add(checkpoint < 0 ? "" : spike.get(checkpoint).inside());
            row.add(checkpoint < 0 ? "" : spike.get(checkpoint).outside());
            table = table.withRow(row.toArray());
        }
        return table;
    }
}
