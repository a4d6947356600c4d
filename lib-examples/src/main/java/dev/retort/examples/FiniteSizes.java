package dev.retort.examples;

import dev.retort.core.RandomStreams;
import dev.retort.core.SampleMean;
import dev.retort.core.nd4j.Covariance;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.matrix.MatrixDistillation;
import dev.retort.theory.report.Axis;
import dev.retort.theory.report.Figure;
import dev.retort.theory.report.Line;
import dev.retort.theory.report.Markers;
import dev.retort.theory.report.Panel;
import dev.retort.theory.report.Rule;
import dev.retort.theory.report.Table;
import dev.retort.theory.simulation.FiniteSizeError;
import dev.retort.theory.simulation.Simulation;
import dev.retort.theory.simulation.Trials;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The error of the theory at finite size, for every kind of stage: p = 2.5 n features, λ = λβ² = i^-1.5, noise 0.5. */
final class FiniteSizes {

    /** The number of samples at scale 1; all other sizes are in proportion to it. */
    private static final int UNIT = 20;

    private static final int[] SCALES = {1, 2, 4, 8};

    /** The largest n times the standard error of a departure. */
    private static final double PRECISION = 0.1;

    private FiniteSizes() {}

    /** A kind of stage at a scale, run by the given trials. */
    @FunctionalInterface
    private interface Run {

        Simulation at(int scale, Trials trials);

        static Run of(IntFunction<Distillation> pipeline) {
            return (scale, trials) -> pipeline.apply(scale).simulate(trials);
        }
    }

    static Exhibit exhibit(Trials trials) {
        Map<String, Run> targets = new LinkedHashMap<>();
        targets.put("ridge 0", Run.of(s -> truth(s).target(target(s))));
        targets.put("ridge 0.01", Run.of(s -> truth(s).target(target(s).withRidge(0.01))));
        targets.put("p = n/2", Run.of(s -> truthOf(UNIT * s / 2).target(target(s))));
        targets.put("masked to p/4", Run.of(s -> truth(s).target(target(s).withMask(first(s, 4)))));
        targets.put(
                "shifted",
                Run.of(s ->
                        truth(s).target(target(s).withSpectrum(Spectrum.exponential(4.0 / features(s), features(s))))));
        Map<String, Run> teachers = new LinkedHashMap<>();
        teachers.put(
                "optimal", Run.of(s -> truth(s).surrogate(Surrogate.optimal()).target(target(s))));
        teachers.put(
                "masked to p/10",
                Run.of(s -> truth(s).surrogate(Surrogate.masked(first(s, 10))).target(target(s))));
        teachers.put(
                "half true labels",
                Run.of(s -> truth(s).surrogate(Surrogate.masked(first(s, 10)))
                        .target(target(s).withTeacherShare(0.5))));
        Map<String, Run> chains = new LinkedHashMap<>();
        chains.put("two stages", Run.of(s -> truth(s).surrogate(target(s)).then(target(s))));
        chains.put(
                "three stages",
                Run.of(s -> truth(s).surrogate(target(s)).then(target(s)).then(target(s))));
        chains.put(
                "two, weak teacher",
                Run.of(s -> truth(s).surrogate(target(s).withMask(first(s, 10))).then(target(s))));
        chains.put("two, of matrices", FiniteSizes::matrices);
        Table table = Table.of("stage")
                .withGroup("c/n", "c", "predicted", "chi-squared")
                .withFormat("predicted", "%.2f")
                .withFormat("chi-squared", "%.1f");
        for (int scale : SCALES) {
            table = table.withGroup("n = " + UNIT * scale, "simulated/predicted - 1", "trials");
        }
        Map<String, Map<String, Run>> kinds = new LinkedHashMap<>();
        kinds.put("(a) a target", targets);
        kinds.put("(b) a surrogate", teachers);
        kinds.put("(c) chains", chains);
        Panel[] panels = new Panel[kinds.size() + 1];
        List<FiniteSizeError> errors = new ArrayList<>();
        int next = 0;
        for (Map.Entry<String, Map<String, Run>> kind : kinds.entrySet()) {
            Panel panel = Panel.of(kind.getKey(), Axis.log("samples n"), Axis.linear("simulated / predicted − 1"))
                    .with(Rule.horizontal(0, ""));
            for (Map.Entry<String, Run> stage : kind.getValue().entrySet()) {
                List<Simulation> simulations = simulations(stage.getValue(), trials);
                FiniteSizeError error = FiniteSizeError.of(simulations);
                errors.add(error);
                panel = panel.with(line(stage.getKey(), error), markers(stage.getKey(), error));
                table = table.withRow(row(kind.getKey() + ": " + stage.getKey(), error, simulations));
            }
            panels[next++] = panel;
        }
        panels[next] = coefficients(errors);
        return new Exhibit(
                "finite-sizes",
                "How exact is the theory at finite size?",
                List.of("""
                        The closed forms are the limit of many samples and features. At n samples and p = 2.5 n features \
                        they are off by c/n, and the c that simulations measure for every kind of stage is the error bar of the \
                        theory. With averages over label noise and over signs of coordinates, a few hundred designs show this \
                        departure of a part in a thousand. Except for matrices that share no eigenvectors, the theory also predicts \
                        c itself (d).""", """
                        The larger n(1 − Ω), the number of samples to spare, the closer the theory: a mask leaves few of \
                        them, and least squares with p = n/2 leaves half."""),
                Figure.of(panels),
                "Markers: simulated over predicted excess risk, less 1. Lines: c/n + d/n², fitted. (d) c of every kind of stage, "
                        + "measured and predicted; on the line they are equal.",
                table);
    }

    private static List<Simulation> simulations(Run run, Trials trials) {
        RandomStreams streams = RandomStreams.of(trials.seed());
        return IntStream.of(SCALES)
                .mapToObj(scale -> run.at(
                        scale,
                        trials.withSeed(streams.at(scale).seed()).untilRelativeError(PRECISION / (UNIT * scale))))
                .toList();
    }

    /** Measured coefficients against predicted ones, for every stage that has a prediction. */
    private static Panel coefficients(List<FiniteSizeError> errors) {
        List<FiniteSizeError> known = errors.stream()
                .filter(error -> error.predictedCoefficient().isPresent())
                .toList();
        double[] predicted = known.stream()
                .mapToDouble(error -> error.predictedCoefficient().getAsDouble())
                .toArray();
        double most = DoubleStream.of(predicted).max().orElseThrow();
        double[] ends = {0, 1.1 * most};
        return Panel.of("(d) the constant", Axis.linear("predicted c"), Axis.linear("measured c"))
                .with(
                        Line.of("equal", ends, ends).black().dashed(),
                        Markers.of(
                                "kinds of stages",
                                predicted,
                                known.stream()
                                        .map(error -> new SampleMean(error.coefficient(), error.coefficientError()))
                                        .toList()));
    }

    private static Line line(String name, FiniteSizeError error) {
        double[] n = IntStream.rangeClosed(0, 60)
                .mapToDouble(i -> UNIT * Math.pow(SCALES[SCALES.length - 1], i / 60.0))
                .toArray();
        return Line.of(
                name,
                n,
                IntStream.range(0, n.length).mapToDouble(i -> error.at(n[i])).toArray());
    }

    private static Markers markers(String name, FiniteSizeError error) {
        return Markers.of(
                name,
                each(error, FiniteSizeError.Point::samples),
                each(error, FiniteSizeError.Point::departure),
                each(error, FiniteSizeError.Point::standardError));
    }

    private static double[] each(FiniteSizeError error, ToDoubleFunction<FiniteSizeError.Point> number) {
        return error.points().stream().mapToDouble(number).toArray();
    }

    private static Object[] row(String stage, FiniteSizeError error, List<Simulation> simulations) {
        Object[] row = new Object[4 + 2 * SCALES.length];
        row[0] = stage;
        row[1] = new SampleMean(error.coefficient(), error.coefficientError());
        row[2] = error.predictedCoefficient().isPresent()
                ? error.predictedCoefficient().getAsDouble()
                : "";
        row[3] = error.chiSquared();
        for (int k = 0; k < SCALES.length; k++) {
            FiniteSizeError.Point point = error.points().get(k);
            row[4 + 2 * k] = new SampleMean(point.departure(), point.standardError());
            row[5 + 2 * k] = simulations.get(k).trials();
        }
        return row;
    }

    private static int features(int scale) {
        return 5 * UNIT * scale / 2;
    }

    private static Distillation.Draft truth(int scale) {
        return truthOf(features(scale));
    }

    private static Distillation.Draft truthOf(int features) {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, features), Signal.sourcePowerLaw(1.5));
        return Distillation.of(task.withNoise(0.5));
    }

    private static Training target(int scale) {
        return Training.samples(UNIT * scale);
    }

    private static FeatureMask first(int scale, int part) {
        return FeatureMask.keepingFirst(features(scale) / part, features(scale));
    }

    /** A teacher whose neighbouring features are correlated, and a student whose features are not. */
    private static Simulation matrices(int scale, Trials trials) {
        int p = features(scale);
        double[][] correlated = new double[p][p];
        double[] truth = new double[p];
        for (int i = 0; i < p; i++) {
            truth[i] = 1 / Math.sqrt(p);
            for (int j = 0; j < p; j++) {
                correlated[i][j] = Math.pow(0.7, Math.abs(i - j));
            }
        }
        try (INDArray matrix = Nd4j.create(correlated);
                INDArray coefficients = Nd4j.create(truth)) {
            return MatrixDistillation.of(Covariance.diagonal(Spectrum.powerLaw(0.5, p)), coefficients)
                    .withNoise(0.5)
                    .surrogate(target(scale), Covariance.of(matrix))
                    .then(target(scale))
                    .simulate(trials);
        }
    }
}
