package dev.retort.examples;

import dev.retort.core.SampleMean;
import dev.retort.core.internal.WholeFile;
import dev.retort.theory.data.Answer;
import dev.retort.theory.data.DataAnalysis;
import dev.retort.theory.data.DataTable;
import dev.retort.theory.data.Finding;
import dev.retort.theory.data.MeasuredRisk;
import dev.retort.theory.data.TeacherRisks;
import dev.retort.theory.data.TunedRisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ObjDoubleConsumer;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A report on students of one column of a table: a few lines for the terminal, and a page, figure, CSV and JSON with everything.
 */
final class AnalysisReport {

    private static final int POINTS = 24;

    private static final int MEASURED_POINTS = 10;

    /**
     * The command's options.
     *
     * @param file the name of the table's file
     * @param label the column that is predicted
     * @param raw whether columns are used without scaling
     * @param draws how many students are trained at each measured number of rows; 0 measures nothing
     * @param seed the seed of these draws
     * @param command the command line that reproduces the report
     * @param version the version of Retort
     */
    record Settings(String file, String label, boolean raw, int draws, long seed, String command, String version) {}

    /** One number of rows: the student with the best ridge, the student without ridge, and measurements of the first. */
    record Point(
            TunedRisk tuned,
            Answer<SampleMean> ridgeless,
            @Nullable MeasuredRisk measured) {

        int samples() {
            return tuned.samples();
        }
    }

    final Settings settings;
    final DataTable table;
    final DataAnalysis analysis;
    final List<Point> curve;
    final Map<Integer, Answer<TeacherRisks>> teachers;

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
     * @param progress called with the step that begins and the share of the students' training that is done
     * @throws IllegalArgumentException as {@link DataAnalysis#of} throws it
     */
    static AnalysisReport of(DataTable table, Settings settings, ObjDoubleConsumer<String> progress) {
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
        double whole = IntStream.of(measured)
                .mapToDouble(n -> cost(n, analysis.rank()))
                .sum();
        double done = 0;
        for (int n : measured) {
            progress.accept("Training " + settings.draws() + " students of " + n + " rows", Math.min(1, done / whole));
            done += cost(n, analysis.rank());
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

    /**
     * The cost of training a student, in arbitrary units: its linear system has the smaller of the two sizes, and forming it takes longest.
     */
    private static double cost(int samples, int rank) {
        return (double) samples * rank * Math.min(samples, rank);
    }

    /** Whole numbers between two limits, evenly spaced in their logarithms, together with given others. */
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

    /** The answers, the most important first. */
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
                        ? "no problems found"
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

    /** The answer for the smallest students that have one; these benefit most from a teacher. */
    Optional<Answer<TeacherRisks>> smallest() {
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
                    return "further saving with " + risks.samples() + " rows: " + percent(risks)
                            + "; by leaving directions out: "
                            + risks.mask()
                                    .either(
                                            mask -> String.format(Locale.ROOT, "%.0f %%", 100 * mask),
                                            reason -> reason);
                })
                .orElse("withheld: " + reasonOfNone());
    }

    static String percent(TeacherRisks risks) {
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
            return "withheld: " + (best.isBoundary() ? "the best ridge is at the boundary" : "fewer than 60 rows");
        }
        double mixing = analysis.estimates().bestMixing(best.ridge());
        return String.format(
                Locale.ROOT,
                "best share of own predictions %.2f: %s",
                mixing,
                Math.abs(mixing) < 0.5
                        ? "the ridge is about right, and a second fit would not help"
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
                        : " with an unbounded error (a single row decides)");
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
        AnalysisPage page = new AnalysisPage(this);
        page.figure().save(directory, "curve");
        WholeFile.write(directory.resolve("curve.csv"), page.numbers().csv());
        WholeFile.write(directory.resolve("analysis.json"), AnalysisJson.of(this));
        page.page().save(directory.resolve("index.html"));
    }
}
