package dev.retort.examples.validation;

import dev.retort.core.RandomStreams;
import dev.retort.core.StandardNormal;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.examples.validation.ReferenceTables.Row;
import dev.retort.theory.data.Answer;
import dev.retort.theory.data.DataAnalysis;
import dev.retort.theory.data.DataReport;
import dev.retort.theory.data.DataTable;
import dev.retort.theory.data.EstimatedRounds;
import dev.retort.theory.data.RidgeEstimates;
import dev.retort.theory.data.TableReader;
import dev.retort.theory.data.TeacherRisks;
import dev.retort.theory.data.TextTable;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Training;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** Estimates from a table alone. */
final class DataFormulas {

    private static final String DOCUMENT = "lib-theory/docs/own-data.md";

    private DataFormulas() {}

    static List<Formula> all() {
        return List.of(tables(), diagnosis(), estimates(), analysis());
    }

    private static Formula tables() {
        return Formula.of(
                        "tables read from files",
                        "NumPy's format, versions 1 to 3; RFC 4180",
                        DataTable.class,
                        TableReader.class,
                        TextTable.class)
                .withDigits("data/npy-files.tsv", 0, (row, worst) -> {
                    double[][] read = read(row).toRows();
                    double[] expected = Stream.of(row.cells().get(3).split(" ", -1))
                            .mapToDouble(Double::parseDouble)
                            .toArray();
                    int columns = expected.length / read.length;
                    for (int i = 0; i < expected.length; i++) {
                        worst.compare(read[Math.floorDiv(i, columns)][i % columns], expected[i]);
                    }
                })
                .withLimit("cells of text, one empty and one quoted", 0, DataFormulas::compareText);
    }

    private static void compareText(Worst worst) {
        try {
            Path file = Files.createTempFile("retort", ".csv");
            try {
                Files.writeString(file, "a,\"b, c\"\n1.5,\n\"2\",-3e2\n");
                TextTable cells = TableReader.standard().readText(file);
                worst.compare(cells.number(0, 0).orElseThrow(), 1.5);
                worst.compare(cells.number(0, 1).isPresent() ? 1 : 0, 0);
                worst.compare(cells.number(1, 0).orElseThrow(), 2);
                worst.compare(cells.number(1, 1).orElseThrow(), -300);
                worst.compare((double) cells.line(1), 3);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static DataTable read(Row row) {
        byte[] file = Base64.getDecoder().decode(row.cells().get(1));
        try {
            return TableReader.standard().read("x.npy", new ByteArrayInputStream(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Formula diagnosis() {
        return Formula.of(
                        "problems of a table for a regression", "derived, " + DOCUMENT, DataReport.class, Answer.class)
                .withLimit("rank of columns, one of them a sum, one constant", 0, worst -> {
                    double[][] rows = {
                        {1, 2, 3, 7, 5}, {2, 1, 3, 7, 4}, {3, 5, 8, 7, 9}, {4, 3, 7, 7, 1}, {5, 9, 14, 7, 8}
                    };
                    DataTable table = DataTable.of(List.of("a", "b", "sum", "seven", "label"), rows);
                    worst.compare(DataReport.of(table, "label").rank(), 2);
                });
    }

    /** Rows of 40 features with variances i^-1.2, and a label with noise 0.3. */
    private static double[][] rows(int n, long seed) {
        RandomGenerator random = RandomStreams.of(seed).generator();
        double[][] rows = new double[n][];
        for (int i = 0; i < n; i++) {
            rows[i] = StandardNormal.sample(41, random);
            rows[i][40] *= 0.3;
            for (int j = 0; j < 40; j++) {
                rows[i][j] *= Math.pow(j + 1, -0.6);
                rows[i][40] += Math.pow(j + 1, -0.1) * rows[i][j];
            }
        }
        return rows;
    }

    private static Formula estimates() {
        return Formula.of(
                        "risks at every ridge, from the rows alone",
                        "Craven and Wahba (1979); Dang et al. (ICML 2026), the best mixing; " + DOCUMENT,
                        RidgeEstimates.class,
                        EstimatedRounds.class)
                .withSimulation("200 Gaussian rows against the theory of their covariance", (run, worst) -> {
                    double predicted = theory(200, 0.02);
                    for (int draw = 0; draw < run.trials(20); draw++) {
                        double[][] rows = rows(200, draw);
                        RidgeEstimates fit = RidgeEstimates.of(
                                Stream.of(rows)
                                        .map(row -> Arrays.copyOf(row, 40))
                                        .toArray(double[][]::new),
                                Stream.of(rows).mapToDouble(row -> row[40]).toArray());
                        worst.measure(fit.testRisk(0.02), predicted);
                    }
                })
                .withLimit("leaving rows out, one after the other; no ridge on one feature", 1e-12, worst -> {
                    double[] x = {1, 2, -1, 3};
                    double[] y = {2, 1, 0, 5};
                    double left = 0;
                    for (int out = 0; out < 4; out++) {
                        double xy = 0;
                        double xx = 0;
                        for (int i = 0; i < 4; i++) {
                            xy += i == out ? 0 : x[i] * y[i];
                            xx += i == out ? 0 : x[i] * x[i];
                        }
                        left += Math.pow(y[out] - xy / xx * x[out], 2) / 4;
                    }
                    RidgeEstimates fit = RidgeEstimates.of(new double[][] {{1}, {2}, {-1}, {3}}, y);
                    worst.compare(fit.leaveOneOut(0).mean(), left);
                });
    }

    /** The test risk that the theory predicts for such rows. */
    private static double theory(int n, double ridge) {
        RegressionTask task = RegressionTask.of(
                        Spectrum.powerLaw(1.2, 40),
                        Signal.of(Stream.iterate(1, i -> i + 1)
                                .limit(40)
                                .mapToDouble(i -> Math.pow(i, -0.1))
                                .toArray()))
                .withNoise(0.3);
        return Distillation.of(task)
                .target(Training.samples(n).withRidge(ridge))
                .predict()
                .test();
    }

    private static Formula analysis() {
        return Formula.of(
                        "students of fewer and of more rows",
                        "derived, " + DOCUMENT,
                        DataAnalysis.class,
                        TeacherRisks.class)
                .withSimulation(
                        "students of 100 rows from 400, against the theory of their covariance", (run, worst) -> {
                            double predicted = theory(100, 0.02);
                            for (int draw = 0; draw < run.trials(20); draw++) {
                                DataAnalysis analysis = DataAnalysis.raw(DataTable.of(rows(400, 100 + draw)), "40");
                                worst.measure(analysis.withRidge(100, 0.02), predicted);
                            }
                        })
                .withLimit("on all rows: the estimate itself", 1e-9, worst -> {
                    DataAnalysis analysis = DataAnalysis.raw(DataTable.of(rows(400, 1)), "40");
                    double best = analysis.estimates().bestLeaveOneOutRidge();
                    worst.compare(
                            analysis.withRidge(400, best).mean(),
                            analysis.estimates().leaveOneOut(best).mean());
                })
                .withLimit("a teacher's risks: the tuned student on true labels, and the saving", 1e-9, worst -> {
                    DataAnalysis analysis = DataAnalysis.raw(DataTable.of(rows(400, 1)), "40");
                    TeacherRisks risks = analysis.teacher(20).value();
                    worst.compare(
                            risks.tunedOnTruth(), analysis.tuned(20).testRisk().mean());
                    worst.compare(risks.saving(), 1 - risks.onTeacherLabels() / risks.tunedOnTruth());
                });
    }
}
