package dev.retort.examples;

import dev.retort.core.SampleMean;
import dev.retort.theory.data.TeacherRisks;
import dev.retort.theory.data.TunedRisk;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The numbers of a report on a table as JSON. */
final class AnalysisJson {

    private AnalysisJson() {}

    /** The whole report; an infinite number is the string "Infinity", as JSON has no such number. */
    static String of(AnalysisReport report) {
        Map<String, Object> all = new LinkedHashMap<>();
        Map<String, Object> asked = new LinkedHashMap<>();
        asked.put("file", report.settings.file());
        asked.put("label", report.settings.label());
        asked.put("raw", report.settings.raw());
        asked.put("draws", report.settings.draws());
        asked.put("seed", report.settings.seed());
        asked.put("command", report.settings.command());
        asked.put("version", report.settings.version());
        all.put("settings", asked);
        all.put("rows", report.analysis.rows());
        all.put("features", report.table.columns() - 1);
        all.put("rank", report.analysis.rank());
        all.put("labelVariance", report.analysis.labelVariance());
        all.put("best", json(report.analysis.best()));
        all.put("caution", report.analysis.caution());
        all.put(
                "curve",
                report.curve.stream()
                        .map(point -> {
                            Map<String, Object> row = json(point.tuned());
                            row.put(
                                    "ridgeless",
                                    point.ridgeless().either(AnalysisJson::json, reason -> Map.of("withheld", reason)));
                            if (point.measured() != null) {
                                row.put("trained", json(point.measured().testRisk()));
                            }
                            return row;
                        })
                        .toList());
        List<Map<String, Object>> ofTeachers = new ArrayList<>();
        report.teachers.forEach((n, answer) -> {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("rows", n);
            if (answer.isGiven()) {
                TeacherRisks risks = answer.value();
                row.put("onTrueLabels", risks.tunedOnTruth());
                row.put("onTeacherLabels", risks.onTeacherLabels());
                row.put("gainFrom", risks.surrogateGain().low());
                row.put("gainTo", risks.surrogateGain().high());
                row.put("mask", risks.mask().either(gain -> (Object) gain, reason -> Map.of("withheld", reason)));
            } else {
                row.put("withheld", answer.either(given -> "", reason -> reason));
            }
            ofTeachers.add(row);
        });
        all.put("teachers", ofTeachers);
        all.put(
                "findings",
                report.analysis.report().findings().stream()
                        .map(finding -> Map.of(
                                "kind", finding.kind().name(),
                                "columns", finding.columns(),
                                "what", finding.what(),
                                "advice", finding.advice()))
                        .toList());
        all.put("remarks", report.table.remarks());
        return Json.of(all);
    }

    private static Map<String, Object> json(TunedRisk risk) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("rows", risk.samples());
        row.put("ridge", risk.ridge());
        row.put("testRisk", json(risk.testRisk()));
        return row;
    }

    private static Map<String, Object> json(SampleMean mean) {
        Map<String, Object> both = new LinkedHashMap<>();
        both.put("mean", mean.mean());
        both.put("standardError", mean.standardError());
        return both;
    }
}
