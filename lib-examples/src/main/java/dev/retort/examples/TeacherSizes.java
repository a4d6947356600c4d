package dev.retort.examples;

import dev.retort.core.internal.Parallel;
import dev.retort.theory.progressive.CapacityGap;
import dev.retort.theory.progressive.SparseParity;
import dev.retort.theory.report.Axis;
import dev.retort.theory.report.Figure;
import dev.retort.theory.report.Line;
import dev.retort.theory.report.Markers;
import dev.retort.theory.report.Panel;
import dev.retort.theory.report.Table;
import dev.retort.theory.simulation.neural.Comparison;
import dev.retort.theory.simulation.neural.Curriculum;
import dev.retort.theory.simulation.neural.LearningTask;
import dev.retort.theory.simulation.neural.NetworkTraining;
import dev.retort.theory.simulation.neural.ProgressiveDistillation;
import dev.retort.theory.simulation.neural.TrainingRun;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** Teachers of growing size, all trained for the same number of steps, and what a small student learns from each. */
final class TeacherSizes {

    private static final int[] WIDTHS = {32, 64, 128, 256};
    private static final int ASSISTANT = 64;
    private static final int STUDENT = 16;
    private static final int TEACHER_STEPS = 2500;
    private static final int STUDENT_STEPS = 3000;

    private TeacherSizes() {}

    /** The accuracies with one teacher. */
    private record Taught(double teacher, double student, double withAssistant) {}

    /** Trains all teachers, and the students of each, for every seed. */
    static Exhibit exhibit(long... seeds) {
        List<List<Taught>> byWidth = IntStream.of(WIDTHS)
                .mapToObj(width -> Parallel.values(seeds.length, s -> taught(width, seeds[s])))
                .toList();
        double[] widths = IntStream.of(WIDTHS).asDoubleStream().toArray();
        double[] teachers = medians(byWidth, Taught::teacher);
        double[] students = medians(byWidth, Taught::student);
        double[] assisted = medians(byWidth, Taught::withAssistant);
        CapacityGap direct = CapacityGap.of(teachers, students);
        CapacityGap through = CapacityGap.of(teachers, assisted);
        Table numbers = Table.of("seed", "teacher’s width", "teacher", "student", "through an assistant");
        for (int k = 0; k < WIDTHS.length; k++) {
            for (int s = 0; s < seeds.length; s++) {
                Taught taught = byWidth.get(k).get(s);
                numbers = numbers.withRow(seeds[s], WIDTHS[k], taught.teacher, taught.student, taught.withAssistant);
            }
        }
        return new Exhibit(
                "teacher-sizes",
                "Better teachers, worse students",
                List.of(String.format(
                        Locale.ROOT,
                        "Teachers of growing width learn the parity of 6 among 24 coordinates for %d steps, and a student of"
                                + " width %d learns from each when it is finished. Larger teachers are more accurate, but"
                                + " beyond a width of %d their students are less accurate: the capacity gap is %.2f. A"
                                + " teacher that is still learning has a linear part, which a small student can learn; a"
                                + " finished one has none. With an assistant of width %d in between, the gap is %.2f.",
                        TEACHER_STEPS,
                        STUDENT,
                        WIDTHS[direct.mostSuitable()],
                        direct.gap(),
                        ASSISTANT,
                        through.gap())),
                Figure.of(Panel.of(
                                "a student of width " + STUDENT,
                                Axis.log("width of the teacher"),
                                Axis.linear("accuracy").withRange(0.45, 1.02))
                        .with(Line.of("the teacher", widths, teachers).dashed().black())
                        .with(
                                Line.of("its student", widths, students),
                                Line.of("through an assistant", widths, assisted))
                        .with(Markers.of("its student", spread(widths, seeds.length), all(byWidth)))),
                "Lines are medians over " + seeds.length + " seeds; markers are the students of each seed.",
                numbers);
    }

    private static Taught taught(int width, long seed) {
        NetworkTraining student =
                NetworkTraining.of(STUDENT).withSteps(STUDENT_STEPS).withEvaluationEvery(STUDENT_STEPS);
        ProgressiveDistillation experiment = ProgressiveDistillation.of(
                        LearningTask.of(SparseParity.of(24, 6)), training(width), student)
                .withHeldOut(1024);
        TrainingRun teacher = experiment.teacher(seed);
        List<TrainingRun> chain = experiment.chain(teacher, Curriculum.oneShot(), training(ASSISTANT), student);
        return new Taught(
                teacher.last().accuracy(),
                experiment.student(teacher, Curriculum.oneShot()).last().accuracy(),
                chain.get(1).last().accuracy());
    }

    private static NetworkTraining training(int width) {
        return NetworkTraining.of(width).withRate(1).withSteps(TEACHER_STEPS).withEvaluationEvery(TEACHER_STEPS);
    }

    private static double[] medians(List<List<Taught>> byWidth, ToDoubleFunction<Taught> accuracy) {
        return byWidth.stream()
                .mapToDouble(seeds ->
                        Comparison.median(seeds.stream().mapToDouble(accuracy).toArray()))
                .toArray();
    }

    private static double[] spread(double[] widths, int seeds) {
        return Arrays.stream(widths)
                .flatMap(width -> Arrays.stream(new double[seeds]).map(zero -> width))
                .toArray();
    }

    private static double[] all(List<List<Taught>> byWidth) {
        return byWidth.stream()
                .flatMap(List::stream)
                .mapToDouble(Taught::student)
                .toArray();
    }
}
