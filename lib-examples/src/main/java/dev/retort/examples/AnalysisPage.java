package dev.retort.examples;

import dev.retort.core.SampleMean;
import dev.retort.theory.data.Answer;
import dev.retort.theory.data.Diagnostics;
import dev.retort.theory.data.Direction;
import dev.retort.theory.data.Finding;
import dev.retort.theory.data.MeasuredRisk;
import dev.retort.theory.data.TeacherRisks;
import dev.retort.theory.report.Axis;
import dev.retort.theory.report.Figure;
import dev.retort.theory.report.Line;
import dev.retort.theory.report.Markers;
import dev.retort.theory.report.Page;
import dev.retort.theory.report.Panel;
import dev.retort.theory.report.Rule;
import dev.retort.theory.report.Table;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/** The page of a report on a table, with its figure and its tables. */
record AnalysisPage(AnalysisReport report) {

    /** How many columns are named, so that the page of a table with thousands of columns stays readable. */
    private static final int COLUMNS_NAMED = 12;

    Figure figure() {
        double[] n =
                report.curve.stream().mapToDouble(AnalysisReport.Point::samples).toArray();
        Panel risks = Panel.of("(a) risk on new rows", Axis.log("rows n"), Axis.log("mean squared error"))
                .with(Line.of(
                        "best ridge",
                        n,
                        report.curve.stream()
                                .mapToDouble(point -> point.tuned().testRisk().mean())
                                .toArray()))
                .with(Line.of(
                                "no ridge",
                                n,
                                report.curve.stream()
                                        .mapToDouble(point ->
                                                point.ridgeless().either(SampleMean::mean, reason -> Double.NaN))
                                        .toArray())
                        .dashed())
                .with(Rule.horizontal(report.analysis.labelVariance(), "variance of the label"))
                .with(Rule.vertical(report.analysis.rows(), "rows of the table"));
        List<AnalysisReport.Point> trained =
                report.curve.stream().filter(point -> point.measured() != null).toList();
        if (!trained.isEmpty()) {
            risks = risks.with(Markers.of(
                    "best ridge, trained",
                    trained.stream().mapToDouble(AnalysisReport.Point::samples).toArray(),
                    trained.stream().map(AnalysisPage::trained).toList()));
        }
        double[] variances = report.analysis.eigenvalues();
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

    private static SampleMean trained(AnalysisReport.Point point) {
        return Objects.requireNonNull(point.measured()).testRisk();
    }

    Table numbers() {
        Table numbers = Table.of("rows")
                .withGroup("best ridge", "ridge", "risk", "standard error")
                .withGroup("no ridge", "risk", "remark")
                .withGroup("best ridge, trained", "risk", "standard error");
        for (AnalysisReport.Point point : report.curve) {
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
                        "further saving with the best teacher",
                        "by leaving directions out",
                        "remark")
                .withFormat("saving %", "%.1f");
        for (Map.Entry<Integer, Answer<TeacherRisks>> entry : report.teachers.entrySet()) {
            Answer<TeacherRisks> answer = entry.getValue();
            if (answer.isGiven()) {
                TeacherRisks risks = answer.value();
                rows = rows.withRow(
                        entry.getKey(),
                        risks.tunedOnTruth(),
                        risks.onTeacherLabels(),
                        100 * risks.saving(),
                        AnalysisReport.percent(risks),
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
        for (Finding finding : report.analysis.report().findings()) {
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
        Diagnostics d = report.analysis.diagnostics();
        return Table.of("diagnostic", "value", "meaning")
                .withRow(
                        "excess variance of the rows’ norms",
                        d.excessVariance(),
                        "0 for Gaussian rows; above 0.1 curves without ridge are corrected, above 0.5 withheld near the rank")
                .withRow(
                        "largest leverage",
                        d.largestLeverage(),
                        "row " + d.leveragedRow() + ", column " + d.isolatingColumn())
                .withRow(
                        "leave-one-out over GCV, no ridge",
                        d.withoutRidge(),
                        "the factor by which the theory of Gaussian rows is too low")
                .withRow("leave-one-out over GCV, best ridge", d.atBestRidge(), "the same at the best ridge")
                .withRow("kurtosis of the residuals", d.kurtosis(), "3 for Gaussian residuals")
                .withRow("duplicate rows, %", 100 * d.duplicateRows(), "of all rows")
                .withRow("rows per direction", d.rowsPerDirection(), "below 10, savings are only indicative");
    }

    Page page() {
        Page page = Page.of(
                        "What " + report.settings.file() + " says about students of “" + report.settings.label() + "”")
                .withHeading("In short");
        Table answers = Table.of("question", "answer");
        for (AnalysisReport.Answered answered : report.answers()) {
            answers = answers.withRow(answered.question(), answered.answer());
        }
        page = page.withTable(answers)
                .withHeading("The learning curve")
                .withFigure(
                        figure(),
                        "Predicted from all rows: a student with its best ridge, and one without ridge where it can be predicted."
                                + (report.settings.draws() == 0
                                        ? ""
                                        : " Markers: students trained on rows drawn from the table, tested on the remaining rows,"
                                                + " with one standard error."))
                .withParagraph("Predictions reach up to n = " + report.analysis.mostSamples()
                        + ". Predictions with the best ridge were within 0.91 to 1.05 of the measured risk on every table"
                        + " they were tried on; predictions without ridge are shown only where the table allows them.")
                .withFoldedTable("The numbers", numbers())
                .withHeading("A teacher’s labels")
                .withParagraph(
                        "The teacher is the ridge regression on all rows. Its labels carry no noise, and its students need no"
                                + " ridge. The best teacher amplifies some principal directions and attenuates others;"
                                + " where it was tried, the saving was between half of the upper number and all of it.")
                .withTable(teacherTable());
        Optional<Answer<TeacherRisks>> smallest = report.smallest();
        if (smallest.isPresent()) {
            page = page.withFoldedTable(
                    "What the best teacher of " + smallest.get().value().samples() + " rows does to each direction",
                    directions(smallest.get().value().directions()));
        }
        page = page.withHeading("The data");
        for (String remark : report.table.remarks()) {
            page = page.withParagraph(remark);
        }
        page = report.analysis.report().findings().isEmpty()
                ? page.withParagraph("No problems were found in the columns and rows.")
                : page.withTable(findings());
        return page.withHeading("How far to trust it")
                .withParagraph(
                        report.analysis.caution().isEmpty()
                                ? "No general caution applies to this table."
                                : report.analysis.caution())
                .withTable(diagnostics())
                .withHeading("How to reproduce")
                .withParagraph("Retort " + report.settings.version() + ", columns "
                        + (report.settings.raw() ? "as they are" : "in units of their standard deviations") + ": "
                        + report.settings.command());
    }
}
