package dev.retort.examples;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.WholeFile;
import dev.retort.theory.report.Axis;
import dev.retort.theory.report.Figure;
import dev.retort.theory.report.Line;
import dev.retort.theory.report.Markers;
import dev.retort.theory.report.Page;
import dev.retort.theory.report.Panel;
import dev.retort.theory.report.Rule;
import dev.retort.theory.report.Table;
import dev.retort.theory.scaling.BestTeacher;
import dev.retort.theory.scaling.BudgetSplit;
import dev.retort.theory.scaling.ComputeOptimal;
import dev.retort.theory.scaling.DistillationLaw;
import dev.retort.theory.scaling.FitSettings;
import dev.retort.theory.scaling.Interval;
import dev.retort.theory.scaling.LawBootstrap;
import dev.retort.theory.scaling.LawFit;
import dev.retort.theory.scaling.RunTable;
import dev.retort.theory.scaling.SupervisedLaw;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ObjDoubleConsumer;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A report on future training runs from a table of past ones: lines for the terminal, and a page, figure, CSV and JSON. */
final class LawReport {

    private static final double LEVEL = 0.95;
    private static final int REDRAWN = 200;
    private static final double FLOPS_PER_TOKEN = 6;
    private static final int POINTS = 81;

    /** The share of the time that has passed once one law is fitted, both are, or the first is fitted to the resampled tables. */
    private static final double ALONE_FITTED = 0.3;

    private static final double FIRST_FITTED = 0.1;
    private static final double BOTH_FITTED = 0.3;
    private static final double FIRST_REDRAWN = 0.5;

    /** If the ends of an interval are further apart than this factor, the number itself is not shown. */
    private static final double UNTOLD = 1000;

    /**
     * The command's options; those that are null follow from the runs.
     *
     * @param file the name of the table's file
     * @param flops the budget; ten times that of the largest run unless given
     * @param parameters the student's parameters; the geometric mean of the distilled runs unless given
     * @param tokens the student's tokens; likewise
     * @param students how many students share a teacher
     * @param seed the seed of the search and the bootstrap
     * @param command the command line that reproduces the report
     * @param version the version of Retort
     */
    record Settings(
            String file,
            @Nullable Double flops,
            @Nullable Double parameters,
            @Nullable Double tokens,
            int students,
            long seed,
            String command,
            String version) {}

    /** A line of the summary, with its number and intervals if it has any. */
    record Answered(
            String question,
            String answer,
            double value,
            @Nullable Interval delta,
            @Nullable Interval bootstrap) {

        @Override
        public String toString() {
            return question + ": " + answer;
        }
    }

    private final Settings settings;
    private final RunFile runs;
    private final LawFit<SupervisedLaw> supervised;
    private final @Nullable LawFit<DistillationLaw> distilled;

    /** Why no law could be fitted to the distilled runs; null if one was, or there are no distilled runs. */
    private final @Nullable String unfitted;

    private final double flops;
    private final double parameters;
    private final double tokens;
    private final List<Answered> answers = new ArrayList<>();

    private LawReport(
            Settings settings,
            RunFile runs,
            LawFit<SupervisedLaw> supervised,
            @Nullable LawFit<DistillationLaw> distilled,
            @Nullable String unfitted) {
        this.settings = settings;
        this.runs = runs;
        this.supervised = supervised;
        this.distilled = distilled;
        this.unfitted = unfitted;
        this.flops = settings.flops() == null ? 10 * largest(runs) : settings.flops();
        RunTable students = distilled == null ? supervised.runs() : distilled.runs();
        this.parameters = settings.parameters() == null ? middle(students.parameters()) : settings.parameters();
        this.tokens = settings.tokens() == null ? middle(students.tokens()) : settings.tokens();
    }

    /**
     * Fits the laws and answers the questions; those about runs on data alone if no law can be fitted to the distilled runs.
     *
     * @param progress called with each step that begins, and the share of all that is done before it
     * @throws IllegalArgumentException as {@link SupervisedLaw#fit} throws it
     */
    static LawReport of(RunFile runs, Settings settings, ObjDoubleConsumer<String> progress) {
        FitSettings search = FitSettings.standard().withSeed(settings.seed());
        progress.accept("Fitting the law of training on data", 0);
        LawFit<SupervisedLaw> supervised = SupervisedLaw.fit(runs.onData(), search);
        LawFit<DistillationLaw> distilled = null;
        String unfitted = null;
        if (runs.distilled().size() > 0) {
            progress.accept("Fitting the law of distillation", FIRST_FITTED);
            try {
                distilled = DistillationLaw.fit(runs.distilled(), supervised, search);
            } catch (IllegalArgumentException refused) {
                unfitted = refused.getMessage();
            }
        }
        LawReport report = new LawReport(settings, runs, supervised, distilled, unfitted);
        report.answer(progress);
        return report;
    }

    /** 6 N D of the runs. */
    private static double[] compute(RunTable runs) {
        double[] n = runs.parameters();
        double[] d = runs.tokens();
        double[] compute = new double[n.length];
        for (int i = 0; i < n.length; i++) {
            compute[i] = FLOPS_PER_TOKEN * n[i] * d[i];
            if (!(compute[i] > 0 && 10 * compute[i] < Double.POSITIVE_INFINITY)) {
                throw refusal(
                        runs.names().get(i),
                        number(n[i]) + " parameters, " + number(d[i]) + " tokens",
                        "take more or fewer FLOPs than a double can hold");
            }
        }
        return compute;
    }

    private static double largest(RunFile runs) {
        return Stream.of(runs.onData(), runs.distilled())
                .flatMapToDouble(some -> Arrays.stream(compute(some)))
                .max()
                .orElseThrow();
    }

    private static double middle(double[] values) {
        return Math.exp(Arrays.stream(values).map(Math::log).average().orElseThrow());
    }

    /** The answers, the most important first. */
    List<Answered> answers() {
        return List.copyOf(answers);
    }

    private void say(String question, String answer) {
        answers.add(new Answered(question, answer, Double.NaN, null, null));
    }

    private void answer(ObjDoubleConsumer<String> progress) {
        progress.accept(
                "Fitting " + (distilled == null ? "it" : "the first") + " again to " + REDRAWN + " resampled tables",
                distilled == null ? ALONE_FITTED : BOTH_FITTED);
        say("runs", runs.onData().size() + " on data, " + runs.distilled().size() + " distilled");
        say("supervised law", supervised.toString());
        LawBootstrap<SupervisedLaw> redrawn = supervised.bootstrap(REDRAWN, settings.seed());
        String budget = "best model of " + number(flops) + " FLOPs";
        ComputeOptimal best = supervised.law().optimalFor(flops);
        ask(
                supervised,
                redrawn,
                budget + ", parameters",
                law -> law.optimalFor(flops).parameters());
        ask(
                supervised,
                redrawn,
                budget + ", tokens",
                law -> law.optimalFor(flops).tokens());
        ask(supervised, redrawn, budget + ", loss", law -> law.optimalFor(flops).loss());
        if (isTold(best.parameters()) && isTold(best.tokens())) {
            caution("that model", supervised.outside(best.parameters(), best.tokens()));
        }
        if (distilled != null) {
            progress.accept("Fitting the second to as many", FIRST_REDRAWN);
            answer(distilled, redrawn);
        }
        if (unfitted != null) {
            say("caution, distilled runs are not fitted", unfitted);
        }
        supervised.warnings().forEach(text -> say("caution, supervised law", text));
        if (distilled != null) {
            distilled.warnings().forEach(text -> say("caution, distillation law", text));
        }
    }

    private void answer(LawFit<DistillationLaw> fit, LawBootstrap<SupervisedLaw> onData) {
        say("distillation law", fit.toString());
        LawBootstrap<DistillationLaw> redrawn = fit.bootstrap(REDRAWN, settings.seed());
        String student = "student of " + number(parameters) + " parameters on " + number(tokens) + " tokens";
        BestTeacher best = fit.law().bestTeacher(parameters, tokens);
        String teacher = student + ", loss of its best teacher";
        if (best.capacityGap()) {
            ask(
                    fit,
                    redrawn,
                    teacher,
                    law -> law.bestTeacher(parameters, tokens).teacherLoss());
        } else {
            say(
                    teacher,
                    number(best.teacherLoss())
                            + ", the irreducible loss: the better the teacher, the better the student");
        }
        ask(
                fit,
                redrawn,
                student + ", its loss with that teacher",
                law -> law.bestTeacher(parameters, tokens).studentLoss());
        say(
                student + ", capacity gap",
                (best.capacityGap()
                                ? "a teacher of a loss below " + number(best.teacherLoss()) + " makes a worse student"
                                : "none down to the irreducible loss")
                        + String.format(
                                Locale.ROOT,
                                "; %.0f %% of the bootstrap's laws have one",
                                100
                                        * redrawn.share(law -> law.bestTeacher(parameters, tokens)
                                                .capacityGap())));
        caution("that student", fit.outside(parameters, tokens, best.teacherLoss()));
        double least = Arrays.stream(fit.runs().teacherLosses()).min().orElseThrow();
        meeting(fit, redrawn, least);
        BudgetSplit split = fit.law().split(flops, parameters, settings.students());
        say(
                "best split of " + number(flops) + " FLOPs with " + settings.students()
                        + (settings.students() == 1 ? " student" : " students"),
                String.format(
                        Locale.ROOT,
                        "teacher of %s parameters on %s tokens, loss %s; each student on %s tokens; training the teacher %.0f %%, its"
                                + " outputs %.0f %%, students %.0f %%",
                        number(split.teacherParameters()),
                        number(split.teacherTokens()),
                        number(split.teacherLoss()),
                        number(split.studentTokens()),
                        100 * split.teacherTraining() / flops,
                        100 * split.teacherInference() / flops,
                        100 * split.studentTraining() / flops));
        ask(
                fit,
                redrawn,
                "its student’s loss",
                law -> law.split(flops, parameters, settings.students()).studentLoss());
        double ofData = flops / settings.students() / FLOPS_PER_TOKEN / parameters;
        ask(
                supervised,
                onData,
                "loss of such a student if the whole budget is spent on data",
                law -> law.loss(parameters, ofData));
        caution("the teacher of that split", supervised.outside(split.teacherParameters(), split.teacherTokens()));
        caution("the student of that split", fit.outside(parameters, split.studentTokens(), split.teacherLoss()));
        caution("a student with the whole budget spent on data", supervised.outside(parameters, ofData));
    }

    private void meeting(LawFit<DistillationLaw> fit, LawBootstrap<DistillationLaw> redrawn, double teacherLoss) {
        String question = "tokens beyond which data are better than a teacher of loss " + number(teacherLoss)
                + " (the best in the runs)";
        double meeting = fit.law().meetingTokens(parameters, teacherLoss);
        if (meeting > 0 && meeting < Double.MAX_VALUE) {
            ask(fit, redrawn, question, law -> law.meetingTokens(parameters, teacherLoss));
            caution("a student on so many tokens", fit.outside(parameters, meeting, teacherLoss));
            caution("a model on so many tokens of data", supervised.outside(parameters, meeting));
            return;
        }
        String answer = meeting == 0
                ? "any number, by the law"
                : Double.isInfinite(meeting)
                        ? "none: by the law, this teacher stays better however many tokens there are"
                        : "more than a double can hold";
        double share = redrawn.share(law -> {
            double tokens = law.meetingTokens(parameters, teacherLoss);
            return tokens > 0 && tokens < Double.MAX_VALUE;
        });
        say(
                question,
                String.format(
                        Locale.ROOT, "%s; %.0f %% of the bootstrap's laws have such a number", answer, 100 * share));
    }

    private <L> void ask(LawFit<L> fit, LawBootstrap<L> redrawn, String question, ToDoubleFunction<L> quantity) {
        double value = quantity.applyAsDouble(fit.law());
        Interval delta = fit.interval(quantity, LEVEL);
        if (!isTold(value) || (delta.low() <= 0 && delta.high() == Double.POSITIVE_INFINITY)) {
            say(question, "not determined by the runs, without an interval");
            return;
        }
        Interval bootstrap = redrawn.interval(quantity, LEVEL);
        String range = "95 % between " + number(delta.low()) + " and " + number(delta.high());
        boolean told = delta.high() <= UNTOLD * delta.low();
        String answer = (told ? number(value) : "not determined by the runs") + ", " + range;
        answers.add(new Answered(question, answer, value, delta, bootstrap));
    }

    private static boolean isTold(double value) {
        return value > 0 && value < Double.POSITIVE_INFINITY;
    }

    private void caution(String what, List<String> outside) {
        if (!outside.isEmpty()) {
            say("caution, " + what + " is outside the runs", String.join("; ", outside));
        }
    }

    private static String number(double value) {
        return Double.isInfinite(value) ? "infinite" : String.format(Locale.ROOT, "%.4g", value);
    }

    /**
     * Writes {@code index.html}, {@code law.svg}, {@code law.png}, {@code runs.csv} and {@code law.json}.
     *
     * @throws IOException if the directory cannot be written
     */
    void save(Path directory) throws IOException {
        Figure figure = figure();
        figure.save(directory, "law");
        WholeFile.write(directory.resolve("runs.csv"), residuals().csv());
        WholeFile.write(directory.resolve("law.json"), json());
        page(figure).save(directory.resolve("index.html"));
    }

    private Page page(Figure figure) {
        Table asked = Table.of("question", "answer", "95 % by the delta method", "95 % by the bootstrap");
        for (Answered line : answers) {
            asked = asked.withRow(
                    line.question(),
                    line.delta() == null ? line.answer() : number(line.value()),
                    range(line.delta()),
                    range(line.bootstrap()));
        }
        Page page = Page.of("What " + settings.file() + " says about training runs to come")
                .withTable(asked)
                .withFigure(
                        figure,
                        distilled == null
                                ? "(a) The loss of each run by the fitted law, against the measured loss. (b) The runs, and"
                                        + " the best model of each budget."
                                : "(a) The loss of each run by the fitted laws, against the measured loss. (b) The runs, and"
                                        + " the best model of each budget. (c) The loss of a student against that of its"
                                        + " teacher: to the left of the minimum, a better teacher makes a worse student.")
                .withParagraph(
                        "Losses are cross-entropies in nats a token. An interval covers the intervals of every form of the"
                                + " law whose error in cross-validation is at most 10 % above the least. It assumes that the"
                                + " form holds at the sizes in question; the intervals of students account for the errors of"
                                + " both laws. The constants of such laws are often not determined by the runs even where"
                                + " their predictions are.")
                .withHeading("Forms tried")
                .withTable(tried())
                .withFoldedTable("The runs", residuals());
        return page.withParagraph(settings.command() + " (Retort, " + settings.version() + ")");
    }

    private static String range(@Nullable Interval interval) {
        return interval == null ? "" : number(interval.low()) + " to " + number(interval.high());
    }

    private Table tried() {
        Table rows = Table.of("law", "form", "constants", "error in cross-validation %", "chosen")
                .withFormat("error in cross-validation %", "%.3f");
        rows = tried(rows, "supervised", supervised);
        return distilled == null ? rows : tried(rows, "distillation", distilled);
    }

    private static Table tried(Table rows, String law, LawFit<?> fit) {
        Table more = rows;
        for (LawFit.Tried tried : fit.tried()) {
            more = more.withRow(
                    law,
                    tried.form().toString(),
                    tried.constants(),
                    100 * tried.error(),
                    tried.form() == fit.form() ? "yes" : "");
        }
        return more;
    }

    private Table residuals() {
        Table rows = Table.of("run", "parameters", "tokens", "teacher's loss", "loss", "by the law", "residual %")
                .withFormat("residual %", "%.3f");
        rows = residuals(rows, supervised);
        return distilled == null ? rows : residuals(rows, distilled);
    }

    private static Table residuals(Table rows, LawFit<?> fit) {
        RunTable runs = fit.runs();
        double[] residuals = fit.residuals();
        Table more = rows;
        for (int i = 0; i < runs.size(); i++) {
            double teacher = runs.teacherLosses()[i];
            more = more.withRow(
                    runs.names().get(i),
                    runs.parameters()[i],
                    runs.tokens()[i],
                    Double.isNaN(teacher) ? "" : teacher,
                    runs.losses()[i],
                    runs.losses()[i] * Math.exp(residuals[i]),
                    100 * residuals[i]);
        }
        return more;
    }

    private Figure figure() {
        Panel agreement = Panel.of("(a) law and runs", Axis.linear("measured loss"), Axis.linear("loss by the law"));
        double[] losses = Stream.of(runs.onData(), runs.distilled())
                .flatMapToDouble(some -> Arrays.stream(some.losses()))
                .sorted()
                .toArray();
        double[] ends = {losses[0], losses[losses.length - 1]};
        agreement = agreement.with(Line.of("equal", ends, ends).dashed().black());
        agreement = agreement.with(measured("on data", supervised));
        if (distilled != null) {
            agreement = agreement.with(measured("distilled", distilled));
        }
        return distilled == null
                ? Figure.of(agreement, frontier())
                : Figure.of(agreement, frontier(), byTeacher(distilled));
    }

    private static Markers measured(String name, LawFit<?> fit) {
        double[] losses = fit.runs().losses();
        double[] residuals = fit.residuals();
        double[] predicted = new double[losses.length];
        Arrays.setAll(predicted, i -> losses[i] * Math.exp(residuals[i]));
        return Markers.of(name, losses, predicted);
    }

    private Panel frontier() {
        RunTable onData = supervised.runs();
        double[] compute = compute(onData);
        double least = Arrays.stream(compute).min().orElseThrow();
        double[] budgets = spaced(least, Math.max(flops, largest(runs)));
        return Panel.of("(b) training on data", Axis.log("FLOPs"), Axis.linear("loss"))
                .with(Line.of(
                        "best model",
                        budgets,
                        Arrays.stream(budgets)
                                .map(c -> supervised.law().optimalFor(c).loss())
                                .toArray()))
                .with(Markers.of("runs", compute, onData.losses()))
                .with(Rule.vertical(flops, "budget"));
    }

    private Panel byTeacher(LawFit<DistillationLaw> fit) {
        double best = fit.law().bestTeacher(parameters, tokens).teacherLoss();
        double[] teachers = fit.runs().teacherLosses();
        double[] range = spaced(
                Math.min(0.85 * best, Arrays.stream(teachers).min().orElseThrow()),
                Arrays.stream(teachers).max().orElseThrow());
        Panel panel = Panel.of(
                "(c) a student of " + number(parameters) + " parameters",
                Axis.linear("teacher’s loss"),
                Axis.linear("student’s loss"));
        for (double factor : new double[] {0.25, 1, 4}) {
            double many = factor * tokens;
            panel = panel.with(Line.of(
                    number(many) + " tokens",
                    range,
                    Arrays.stream(range)
                            .map(teacher -> fit.law().loss(parameters, many, teacher))
                            .toArray()));
        }
        return panel.with(Line.of("its teacher", range, range).dashed().black())
                .with(Rule.vertical(best, "best teacher"));
    }

    private static double[] spaced(double from, double to) {
        return IntStream.range(0, POINTS)
                .mapToDouble(i -> from * Math.pow(to / from, i / (POINTS - 1.0)))
                .toArray();
    }

    private String json() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("command", settings.command());
        all.put("version", settings.version());
        List<Map<String, Object>> lines = new ArrayList<>();
        for (Answered line : answers) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("question", line.question());
            row.put("answer", line.answer());
            if (line.delta() != null && line.bootstrap() != null) {
                row.put("value", line.value());
                row.put("delta", List.of(line.delta().low(), line.delta().high()));
                row.put(
                        "bootstrap",
                        List.of(line.bootstrap().low(), line.bootstrap().high()));
            }
            lines.add(row);
        }
        all.put("answers", lines);
        all.put("supervised", described(supervised));
        if (distilled != null) {
            all.put("distillation", described(distilled));
        }
        return Json.of(all);
    }

    private static Map<String, Object> described(LawFit<?> fit) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("law", String.valueOf(fit.law()));
        row.put("form", fit.form().toString());
        row.put("constantsDetermined", fit.isIdentified());
        row.put("condition", fit.condition());
        row.put("deviation", fit.deviation());
        row.put("warnings", fit.warnings());
        return row;
    }
}
