package dev.retort.examples;

import dev.retort.core.SampleMean;
import dev.retort.theory.progressive.NGramCurriculum;
import dev.retort.theory.progressive.NGramWindow;
import dev.retort.theory.progressive.ProbabilisticGrammar;
import dev.retort.theory.report.Axis;
import dev.retort.theory.report.Figure;
import dev.retort.theory.report.Line;
import dev.retort.theory.report.Panel;
import dev.retort.theory.report.Table;
import dev.retort.theory.simulation.neural.Curriculum;
import dev.retort.theory.simulation.neural.LearningTask;
import dev.retort.theory.simulation.neural.Measurement;
import dev.retort.theory.simulation.neural.NGramProbe;
import dev.retort.theory.simulation.neural.NetworkTraining;
import dev.retort.theory.simulation.neural.ProgressiveDistillation;
import dev.retort.theory.simulation.neural.TrainingRun;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Networks that learn to predict masked tokens of a small language, from small neighbourhoods to whole sentences. */
final class LanguageCurricula {

    /** Sentences are pairs of pairs of pairs of tokens; each level determines most, but not all, of the level above. */
    private static final ProbabilisticGrammar GRAMMAR = ProbabilisticGrammar.parse("""
            S -> B A 0.5 | D D 0.3 | C A 0.2
            A -> E H 0.5 | F G 0.3 | E E 0.2
            B -> F E 0.5 | F F 0.3 | H E 0.2
            C -> G F 0.5 | E G 0.3 | H H 0.2
            D -> G E 0.5 | G G 0.3 | E F 0.2
            E -> L J 0.5 | I K 0.3 | J L 0.2
            F -> K K 0.5 | L K 0.3 | K I 0.2
            G -> K J 0.5 | J I 0.3 | I L 0.2
            H -> J K 0.5 | I J 0.3 | L L 0.2
            I -> a 1
            J -> b 1
            K -> c 1
            L -> d 1
            """);

    private static final int LENGTH = 8;
    private static final int WHOLE = 2 * LENGTH - 1;
    private static final int[] WINDOWS = {1, 3, 5, 7, WHOLE};

    private static final int SENTENCES = 400;
    private static final int STEPS = 3000;
    private static final int EVERY = 150;
    private static final int TEACHER = 128;
    private static final int STUDENT = 16;

    private LanguageCurricula() {}

    /** Trains a teacher and two students of it. */
    static Exhibit exhibit(long seed) {
        NGramCurriculum curriculum = NGramCurriculum.sampled(GRAMMAR, WHOLE, LENGTH, SENTENCES, seed);
        ProgressiveDistillation experiment = ProgressiveDistillation.of(
                        LearningTask.of(GRAMMAR, LENGTH),
                        training(TEACHER, 2).withCheckpointEvery(EVERY),
                        training(STUDENT, 1))
                .withHeldOut(1024);
        for (int n : WINDOWS) {
            experiment =
                    experiment.withProbe(name(n), NGramProbe.of(GRAMMAR, LENGTH, new NGramWindow(n), SENTENCES, seed));
        }
        TrainingRun teacher = experiment.teacher(seed);
        Map<String, TrainingRun> students = new LinkedHashMap<>();
        students.put("one-shot", experiment.student(teacher, Curriculum.oneShot()));
        students.put("progressive", experiment.student(teacher, Curriculum.progressive(EVERY)));

        Table numbers = Table.of("panel", "curve", "x", "y").withFormat("y", "%.4f");
        Panel exact = Panel.of("(a) what n-grams tell", Axis.linear("n"), Axis.linear("nats, or total variation"));
        Map<String, IntFunction<SampleMean>> curves = new LinkedHashMap<>();
        curves.put("loss of the best predictor", curriculum::loss);
        curves.put("added by the rest (M close)", curriculum::close);
        curves.put("added by these n (M robust)", curriculum::robust);
        double[] windows = IntStream.rangeClosed(1, WHOLE).asDoubleStream().toArray();
        for (Map.Entry<String, IntFunction<SampleMean>> curve : curves.entrySet()) {
            double[] means = IntStream.rangeClosed(1, WHOLE)
                    .mapToDouble(n -> curve.getValue().apply(n).mean())
                    .toArray();
            exact = exact.with(Line.of(curve.getKey(), windows, means));
            numbers = with(numbers, "(a)", curve.getKey(), windows, means);
        }
        Panel ofTeacher = distances("(b) a teacher of width " + TEACHER);
        Panel ofStudent = distances("(c) its progressive student, width " + STUDENT);
        for (int n : WINDOWS) {
            double[] far = distances(teacher, n);
            ofTeacher = ofTeacher.with(Line.of(name(n), steps(teacher), far));
            numbers = with(numbers, "(b)", name(n), steps(teacher), far);
            TrainingRun student = students.get("progressive");
            double[] farther = distances(student, n);
            ofStudent = ofStudent.with(Line.of(name(n), steps(student), farther));
            numbers = with(numbers, "(c)", name(n), steps(student), farther);
        }
        return new Exhibit(
                "language-curricula",
                "A curriculum of n-grams",
                List.of(
                        "The grammar of a small language says exactly how much the n tokens around a masked token tell about"
                                + " it (a): its own frequency tells little, the neighbours tell more, and the rest needs the"
                                + " whole sentence.",
                        "A network that is trained on masked tokens learns in this order (b). At first it is closest to the"
                                + " best predictor that sees one token, then it approaches those that see three tokens and"
                                + " more, and moves away from the smaller ones. A small student does the same, more slowly"
                                + " (c). " + accuracies(teacher, students)),
                Figure.of(exact, ofTeacher, ofStudent),
                "(a) NGramCurriculum, " + SENTENCES + " sentences of " + LENGTH
                        + " tokens. (b), (c) The mean total variation between a network and the best predictors that see n-grams, "
                        + SENTENCES + " sentences; one seed.",
                numbers);
    }

    private static NetworkTraining training(int width, double rate) {
        return NetworkTraining.of(width).withRate(rate).withSteps(STEPS).withEvaluationEvery(EVERY);
    }

    private static String name(int n) {
        return n == WHOLE ? "the whole sentence" : n == 1 ? "1 token" : n + " tokens";
    }

    private static Panel distances(String title) {
        return Panel.of(title, Axis.linear("steps"), Axis.linear("distance from the best predictor"));
    }

    private static double[] steps(TrainingRun run) {
        return run.history().stream().mapToDouble(Measurement::step).toArray();
    }

    private static double[] distances(TrainingRun run, int n) {
        return run.history().stream()
                .mapToDouble(measurement ->
                        Objects.requireNonNull(measurement.probes().get(name(n))))
                .toArray();
    }

    private static String accuracies(TrainingRun teacher, Map<String, TrainingRun> students) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "On held-out tokens the accuracy of the teacher is %.3f",
                teacher.last().accuracy()));
        students.forEach((name, student) -> text.append(String.format(
                Locale.ROOT,
                ", that of the %s student %.3f",
                name,
                student.last().accuracy())));
        return text
                + ". Unlike a parity, this language can be learnt from the finished teacher, so checkpoints help little.";
    }

    private static Table with(Table table, String panel, String curve, double[] x, double[] y) {
        Table more = table;
        for (int i = 0; i < x.length; i++) {
            more = more.withRow(panel, curve, x[i], y[i]);
        }
        return more;
    }
}
