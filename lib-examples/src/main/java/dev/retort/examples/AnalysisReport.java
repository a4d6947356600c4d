package dev.retort.examples;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import dev.retort.core.SampleMean;
import dev.retort.theory.data.Answer;
import dev.retort.theory.data.DataAnalysis;
import dev.retort.theory.data.DataTable;
import dev.retort.theory.data.Diagnostics;
import dev.retort.theory.data.Direction;
import dev.retort.theory.data.Finding;
import dev.retort.theory.data.MeasuredRisk;
import dev.retort.theory.data.TeacherRisks;
import dev.retort.theory.data.TunedRisk;
import dev.retort.theory.report.Axis;
import dev.retort.theory.report.Figure;
import dev.retort.theory.report.Line;
import dev.retort.theory.report.Markers;
import dev.retort.theory.report.Page;
import dev.retort.theory.report.Panel;
import dev.retort.theory.report.Rule;
import dev.retort.theory.report.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a table says about students of one of its columns: a few lines for the terminal, and a page, figure, CSV and JSON with
 * all of it.
 */
final class AnalysisReport {

    private static final Gson JSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private static final int POINTS = 24;

    private static final int MEASURED_POINTS = 10;

    /** Names of the first columns, so that a table of thousands has a page that can be read. */
    private static final int COLUMNS_NAMED = 12;

    /**
     * What was asked for.
     *
     * @param file the name of the table's file
     * @param label the column that is predicted
     * @param raw whether columns are taken as they are
     * @param draws how many students are trained at each measured number of rows; 0 measures nothing
     * @param seed the seed of these draws
     * @param command the command line that makes the report again
     * @param version the version of Retort
     */
    record Settings(String file, String label, boolean raw, int draws, long seed, String command, String version) {}

    /** One number of rows: the student with the best ridge, the one without, and the former measured. */
    private record Point(
            TunedRisk tuned,
            Answer<SampleMean> ridgeless,
            @Nullable MeasuredRisk measured) {

        int samples() {
            return tuned.samples();
        }
    }

    private final Settings settings;
    private final DataTable table;
    private final DataAnalysis analysis;
    private final List<Point> curve;
    private final Map<Integer, Answer<TeacherRisks>> teachers;

    private AnalysisReport(
            Settings settings,
            DataTable table,
            DataAnalysis analysis,
            List<Point> curve,
            Map<Integer, Answer<TeacherRisks>> teachers) {
        this.settings = settings;
        this.table = table;
        this.analysis = analysis;
        this.curve = curve;
        this.teachers = teachers;
    }

    /**
     * Analyses a table.
     *
     * @param progress called before students of so many rows are trained
     * @throws IllegalArgumentException as {@link DataAnalysis#of} throws it
     */
    static AnalysisReport of(DataTable table, Settings settings, IntConsumer progress) {
        DataAnalysis analysis =
                settings.raw() ? DataAnalysis.raw(table, settings.label()) : DataAnalysis.of(table, settings.label());
        int most = analysis.mostSamples();
        int[] samples = spaced(Math.min(10, most), most, POINTS, analysis.rows());
        List<TunedRisk> tuned = analysis.tuned(samples);
        int[] measured = settings.draws() == 0
                ? new int[0]
                : spaced(Math.min(10, most), Math.max(2, analysis.rows() * 4 / 5), MEASURED_POINTS);
        List<Point> curve = new ArrayList<>();
        for (TunedRisk risk : tuned) {
            curve.add(new Point(risk, analysis.ridgeless(risk.samples()), null));
        }
        for (int n : measured) {
            progress.accept(n);
            TunedRisk risk = analysis.tuned(n);
            MeasuredRisk trained = analysis.measured(n, risk.ridge(), settings.draws(), settings.seed());
            curve.removeIf(point -> point.samples() == n);
            curve.add(new Point(risk, analysis.ridgeless(n), trained));
        }
        curve.sort((a, b) -> Integer.compare(a.samples(), b.samples()));
        Map<Integer, Answer<TeacherRisks>> teachers = new LinkedHashMap<>();
        IntStream.of(
                        analysis.rank() / 4,
                        analysis.rank() / 2,
                        analysis.rows() / 4,
                        analysis.rows() / 2,
                        analysis.rows())
                .filter(n -> n >= 5 && n <= most)
                .sorted()
                .distinct()
                .forEach(n -> teachers.put(n, analysis.teacher(n)));
        return new AnalysisReport(settings, table, analysis, curve, teachers);
    }

    /** Whole numbers from one to another, evenly spaced in their logarithms, with others that must be among them. */
    private static int[] spaced(int from, int to, int count, int... others) {
        DoubleStream even =
                IntStream.range(0, count).mapToDouble(i -> from * Math.pow((double) to / from, i / (count - 1.0)));
        return IntStream.concat(even.mapToInt(x -> (int) Math.round(x)), IntStream.of(others))
                .map(n -> Math.max(2, Math.min(n, to)))
                .sorted()
                .distinct()
                .toArray();
    }

    /** A line of the summary. */
    record Answered(String question, String answer) {

        @Override
        public String toString() {
            return question + ": " + answer;
        }
    }

    /** The answers that matter, the first first. */
    List<Answered> answers() {
        List<Answered> lines = new ArrayList<>();
        lines.add(new Answered(
                "table",
                String.format(
                        Locale.ROOT,
                        "%d rows, %d features, label \"%s\" of variance %s",
                        table.rows(),
                        table.columns() - 1,
                        settings.label(),
                        number(analysis.labelVariance()))));
        lines.add(new Answered("data", data()));
        TunedRisk best = analysis.best();
        lines.add(new Answered(
                "risk with " + best.samples() + " rows",
                withError(best.testRisk()) + " with the best ridge, " + ridge(best) + "; "
                        + explained(best.testRisk().mean())));
        for (int n : new int[] {analysis.rows() / 2, analysis.mostSamples()}) {
            if (n >= 2 && n <= analysis.mostSamples() && n != analysis.rows()) {
                TunedRisk other = analysis.tuned(n);
                lines.add(new Answered(
                        "with " + n + " rows", withError(other.testRisk()) + " with the best ridge, " + ridge(other)));
            }
        }
        lines.add(new Answered("without ridge", ridgeless()));
        lines.add(new Answered("a teacher", teacher()));
        lines.add(new Answered("the best teacher", gain()));
        lines.add(new Answered("self-distillation", selfDistillation(best)));
        lines.add(new Answered("spectrum", decay()));
        if (!analysis.caution().isEmpty()) {
            lines.add(new Answered("caution", analysis.caution()));
        }
        return lines;
    }

    private String data() {
        List<Finding> findings = analysis.report().findings();
        return "rank " + analysis.rank() + ", condition "
                + number(analysis.report().condition()) + "; "
                + (findings.isEmpty()
                        ? "nothing wrong found"
                        : findings.get(0).what().replaceFirst("\\.$", "") + andMore(findings.size() - 1));
    }

    private static String andMore(int count) {
        return count == 0 ? "" : "; " + count + (count == 1 ? " more finding" : " more findings");
    }

    private String ridgeless() {
        int n = Math.min(analysis.rows(), analysis.mostSamples());
        return analysis.ridgeless(n)
                .either(
                        risk -> String.format(Locale.ROOT, "%s with %d rows", withError(risk), n),
                        reason -> "withheld with " + n + " rows: " + reason);
    }

    /** The smallest students profit most; of those that the rows can tell about. */
    private Optional<Answer<TeacherRisks>> smallest() {
        return teachers.values().stream().filter(Answer::isGiven).findFirst();
    }

    private String teacher() {
        return smallest()
                .map(answer -> {
                    TeacherRisks risks = answer.value();
                    return risks.saving() > 0
                            ? String.format(
                                    Locale.ROOT,
                                    "its labels, free of noise, lower the risk of %d rows from %s to %s (%.0f %%)",
                                    risks.samples(),
                                    number(risks.tunedOnTruth()),
                                    number(risks.onTeacherLabels()),
                                    100 * risks.saving())
                            : String.format(
                                    Locale.ROOT,
                                    "students of %d rows do better on true labels with their best ridge, %s, than on its labels, %s",
                                    risks.samples(),
                                    number(risks.tunedOnTruth()),
                                    number(risks.onTeacherLabels()));
                })
                .orElse("withheld: " + reasonOfNone());
    }

    private String reasonOfNone() {
        return teachers.values().stream()
                .findFirst()
                .map(answer -> answer.either(given -> "", reason -> reason))
                .orElse("the table has too few rows");
    }

    private String gain() {
        return smallest()
                .map(answer -> {
                    TeacherRisks risks = answer.value();
                    return "further gain with " + risks.samples() + " rows: " + percent(risks)
                            + "; by leaving directions out: "
                            + risks.mask()
                                    .either(
                                            mask -> String.format(Locale.ROOT, "%.0f %%", 100 * mask),
                                            reason -> reason);
                })
                .orElse("withheld: " + reasonOfNone());
    }

    private static String percent(TeacherRisks risks) {
        double to = risks.surrogateGain().high();
        return to == 0
                ? "none"
                : String.format(
                        Locale.ROOT,
                        "%.1f to %.1f %%",
                        100 * risks.surrogateGain().low(),
                        100 * to);
    }

    private String selfDistillation(TunedRisk best) {
        if (best.isBoundary() || analysis.rows() < 60) {
            return "withheld: " + (best.isBoundary() ? "the best ridge is at the boundary" : "less than 60 rows");
        }
        double mixing = analysis.estimates().bestMixing(best.ridge());
        return String.format(
                Locale.ROOT,
                "best share of own predictions %.2f: %s",
                mixing,
                Math.abs(mixing) < 0.5
                        ? "the ridge is about right, and a second fit gains nothing"
                        : mixing < 0 ? "the ridge is rather large" : "the ridge is rather small");
    }

    private String decay() {
        return analysis.decay()
                .either(
                        fit -> String.format(
                                Locale.ROOT,
                                "the variances of the principal directions fall with exponent %.2f towards %s%s",
                                fit.exponent(),
                                number(fit.floor()),
                                analysis.decay().remark().isEmpty()
                                        ? ""
                                        : " (" + analysis.decay().remark() + ")"),
                        reason -> "withheld: " + reason);
    }

    private String explained(double risk) {
        return String.format(
                Locale.ROOT, "%.1f %% of the variance is explained", 100 * (1 - risk / analysis.labelVariance()));
    }

    private static String ridge(TunedRisk risk) {
        return Double.isInfinite(risk.ridge()) ? "infinite" : number(risk.ridge());
    }

    private static String withError(SampleMean mean) {
        return number(mean.mean())
                + (Double.isFinite(mean.standardError())
                        ? " ± " + String.format(Locale.ROOT, "%.2g", mean.standardError())
                        : " with an error without bounds (a single row decides)");
    }

    private static String number(double value) {
        if (value == 0) {
            return "0";
        }
        return Double.isInfinite(value) ? "infinite" : String.format(Locale.ROOT, "%.4g", value);
    }

    /**
     * Writes {@code index.html}, {@code curve.svg}, {@code curve.png}, {@code curve.csv} and {@code analysis.json}.
     *
     * @throws IOException if the directory cannot be written
     */
    void save(Path directory) throws IOException {
        Files.createDirectories(directory);
        figure().save(directory, "curve");
        Files.writeString(directory.resolve("curve.csv"), numbers().csv());
        Files.writeString(directory.resolve("analysis.json"), json());
        page().save(directory.resolve("index.html"));
    }

    private Figure figure() {
        double[] n = curve.stream().mapToDouble(Point::samples).toArray();
        Panel risks = Panel.of("(a) risk on new rows", Axis.log("rows n"), Axis.log("mean squared error"))
                .with(Line.of(
                        "best ridge",
                        n,
                        curve.stream()
                                .mapToDouble(point -> point.tuned().testRisk().mean())
                                .toArray()))
                .with(Line.of(
                                "no ridge",
                                n,
                                curve.stream()
                                        .mapToDouble(point ->
                                                point.ridgeless().either(SampleMean::mean, reason -> Double.NaN))
                                        .toArray())
                        .dashed())
                .with(Rule.horizontal(analysis.labelVariance(), "variance of the label"))
                .with(Rule.vertical(analysis.rows(), "rows of the table"));
        List<Point> trained =
                curve.stream().filter(point -> point.measured() != null).toList();
        if (!trained.isEmpty()) {
            risks = risks.with(Markers.of(
                    "best ridge, trained",
                    trained.stream().mapToDouble(Point::samples).toArray(),
                    trained.stream().map(AnalysisReport::trained).toList()));
        }
        double[] variances = analysis.eigenvalues();
        Panel spectrum = Panel.of(
                        "(b) spectrum of the features", Axis.log("principal direction i"), Axis.log("variance"))
                .with(Line.of(
                        "table",
                        IntStream.rangeClosed(1, variances.length)
                                .asDoubleStream()
                                .toArray(),
                        variances));
        return Figure.of(risks, spectrum);
    }

    private static SampleMean trained(Point point) {
        return Objects.requireNonNull(point.measured()).testRisk();
    }

    private Table numbers() {
        Table numbers = Table.of("rows")
                .withGroup("best ridge", "ridge", "risk", "standard error")
                .withGroup("no ridge", "risk", "remark")
                .withGroup("best ridge, trained", "risk", "standard error");
        for (Point point : curve) {
            MeasuredRisk measured = point.measured();
            numbers = numbers.withRow(
                    point.samples(),
                    point.tuned().ridge(),
                    point.tuned().testRisk().mean(),
                    point.tuned().testRisk().standardError(),
                    point.ridgeless().isGiven() ? point.ridgeless().value().mean() : "",
                    point.ridgeless().either(risk -> point.ridgeless().remark(), reason -> "withheld: " + reason),
                    measured == null ? "" : measured.testRisk().mean(),
                    measured == null ? "" : measured.testRisk().standardError());
        }
        return numbers;
    }

    private Table teacherTable() {
        Table rows = Table.of(
                        "rows",
                        "true labels, best ridge",
                        "teacher’s labels, no ridge",
                        "saving %",
                        "further gain of the best teacher",
                        "by leaving directions out",
                        "remark")
                .withFormat("saving %", "%.1f");
        for (Map.Entry<Integer, Answer<TeacherRisks>> entry : teachers.entrySet()) {
            Answer<TeacherRisks> answer = entry.getValue();
            if (answer.isGiven()) {
                TeacherRisks risks = answer.value();
                rows = rows.withRow(
                        entry.getKey(),
                        risks.tunedOnTruth(),
                        risks.onTeacherLabels(),
                        100 * risks.saving(),
                        percent(risks),
                        risks.mask()
                                .either(gain -> String.format(Locale.ROOT, "%.1f %%", 100 * gain), reason -> reason),
                        answer.remark());
            } else {
                rows = rows.withRow(
                        entry.getKey(),
                        "",
                        "",
                        "",
                        "",
                        "",
                        answer.either(given -> "", reason -> "withheld: " + reason));
            }
        }
        return rows;
    }

    private static Table directions(List<Direction> directions) {
        Table rows = Table.of(
                        "principal directions", "share of the variance %", "gain", "kept by the best mask", "columns")
                .withFormat("share of the variance %", "%.1f")
                .withFormat("gain", "%.3f");
        for (Direction direction : directions) {
            rows = rows.withRow(
                    direction.first() == direction.last()
                            ? "" + (direction.first() + 1)
                            : (direction.first() + 1) + " to " + (direction.last() + 1),
                    100 * direction.share(),
                    direction.gain(),
                    direction.kept() ? "yes" : "no",
                    String.join(", ", direction.columns()));
        }
        return rows;
    }

    private Table findings() {
        Table rows = Table.of("what", "columns", "what to do");
        for (Finding finding : analysis.report().findings()) {
            rows = rows.withRow(finding.what(), named(finding.columns()), finding.advice());
        }
        return rows;
    }

    private static String named(List<String> columns) {
        return columns.size() <= COLUMNS_NAMED
                ? String.join(", ", columns)
                : String.join(", ", columns.subList(0, COLUMNS_NAMED)) + " and " + (columns.size() - COLUMNS_NAMED)
                        + " more";
    }

    private Table diagnostics() {
        Diagnostics d = analysis.diagnostics();
        return Table.of("diagnostic", "value", "meaning")
                .withRow(
                        "excess variance of the rows’ sizes",
                        d.excessVariance(),
                        "0 for Gaussian rows; above 0.1 curves without ridge are corrected, above 0.5 withheld near the rank")
                .withRow(
                        "largest leverage",
                        d.largestLeverage(),
                        "row " + d.leveragedRow() + ", column " + d.isolatingColumn())
                .withRow(
                        "leave-one-out over GCV, no ridge",
                        d.withoutRidge(),
                        "what the theory of Gaussian rows is too low by")
                .withRow("leave-one-out over GCV, best ridge", d.atBestRidge(), "the same at the best ridge")
                .withRow("kurtosis of the residuals", d.kurtosis(), "3 for Gaussian ones")
                .withRow("rows that occur before, %", 100 * d.duplicateRows(), "of all rows")
                .withRow("rows per direction", d.rowsPerDirection(), "below 10, gains are indicative only");
    }

    Page page() {
        Page page = Page.of("What " + settings.file() + " says about students of “" + settings.label() + "”")
                .withHeading("In short");
        Table answers = Table.of("question", "answer");
        for (Answered answered : answers()) {
            answers = answers.withRow(answered.question(), answered.answer());
        }
        page = page.withTable(answers)
                .withHeading("The learning curve")
                .withFigure(
                        figure(),
                        "Predicted from all rows: a student with its best ridge, and one without where that can be told."
                                + (settings.draws() == 0
                                        ? ""
                                        : " Markers: students trained on rows drawn from the table, tested on the rows that are left,"
                                                + " with one standard error."))
                .withParagraph("Rows are predicted for up to n = " + analysis.mostSamples()
                        + ". Predictions with the best ridge were within 0.91 to 1.05 of the measured risk on every table that they were"
                        + " tried on; those without ridge are shown only where the table allows it.")
                .withFoldedTable("The numbers", numbers())
                .withHeading("A teacher’s labels")
                .withParagraph(
                        "The teacher is the ridge regression on all rows. Its labels carry no noise, and its students need no"
                                + " ridge. The best teacher exaggerates some principal directions and plays down others; the gain was from half of"
                                + " the upper number to all of it where it was tried.")
                .withTable(teacherTable());
        Optional<Answer<TeacherRisks>> smallest = smallest();
        if (smallest.isPresent()) {
            page = page.withFoldedTable(
                    "What the best teacher of " + smallest.get().value().samples() + " rows does with each direction",
                    directions(smallest.get().value().directions()));
        }
        page = page.withHeading("The data");
        for (String remark : table.remarks()) {
            page = page.withParagraph(remark);
        }
        page = analysis.report().findings().isEmpty()
                ? page.withParagraph("Nothing wrong was found in the columns and rows.")
                : page.withTable(findings());
        return page.withHeading("How far to trust it")
                .withParagraph(
                        analysis.caution().isEmpty() ? "No general caution applies to this table." : analysis.caution())
                .withTable(diagnostics())
                .withHeading("Again")
                .withParagraph("Retort " + settings.version() + ", columns "
                        + (settings.raw() ? "as they are" : "in units of their standard deviations") + ": "
                        + settings.command());
    }

    /** Everything in numbers; what is infinite is the string "Infinity", as JSON has no such number. */
    private String json() {
        Map<String, Object> all = new LinkedHashMap<>();
        Map<String, Object> asked = new LinkedHashMap<>();
        asked.put("file", settings.file());
        asked.put("label", settings.label());
        asked.put("raw", settings.raw());
        asked.put("draws", settings.draws());
        asked.put("seed", settings.seed());
        asked.put("command", settings.command());
        asked.put("version", settings.version());
        all.put("settings", asked);
        all.put("rows", analysis.rows());
        all.put("features", table.columns() - 1);
        all.put("rank", analysis.rank());
        all.put("labelVariance", analysis.labelVariance());
        all.put("best", json(analysis.best()));
        all.put("caution", analysis.caution());
        all.put(
                "curve",
                curve.stream()
                        .map(point -> {
                            Map<String, Object> row = json(point.tuned());
                            row.put(
                                    "ridgeless",
                                    point.ridgeless()
                                            .either(AnalysisReport::json, reason -> Map.of("withheld", reason)));
                            if (point.measured() != null) {
                                row.put("trained", json(trained(point)));
                            }
                            return row;
                        })
                        .toList());
        List<Map<String, Object>> ofTeachers = new ArrayList<>();
        teachers.forEach((n, answer) -> {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("rows", n);
            if (answer.isGiven()) {
                TeacherRisks risks = answer.value();
                row.put("onTrueLabels", finite(risks.tunedOnTruth()));
                row.put("onTeacherLabels", finite(risks.onTeacherLabels()));
                row.put("gainFrom", finite(risks.surrogateGain().low()));
                row.put("gainTo", finite(risks.surrogateGain().high()));
                row.put("mask", risks.mask().either(AnalysisReport::finite, reason -> Map.of("withheld", reason)));
            } else {
                row.put("withheld", answer.either(given -> "", reason -> reason));
            }
            ofTeachers.add(row);
        });
        all.put("teachers", ofTeachers);
        all.put(
                "findings",
                analysis.report().findings().stream()
                        .map(finding -> Map.of(
                                "kind", finding.kind().name(),
                                "columns", finding.columns(),
                                "what", finding.what(),
                                "advice", finding.advice()))
                        .toList());
        all.put("remarks", table.remarks());
        return JSON.toJson(all) + "\n";
    }

    private static Map<String, Object> json(TunedRisk risk) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("rows", risk.samples());
        row.put("ridge", finite(risk.ridge()));
        row.put("testRisk", json(risk.testRisk()));
        return row;
    }

    private static Map<String, Object> json(SampleMean mean) {
        Map<String, Object> both = new LinkedHashMap<>();
        both.put("mean", finite(mean.mean()));
        both.put("standardError", finite(mean.standardError()));
        return both;
    }

    private static Object finite(double value) {
        return Double.isFinite(value) ? (Object) value : Double.toString(value);
    }
}
