package dev.retort.examples;

import dev.retort.examples.report.Estimate;
import dev.retort.examples.report.Line;
import dev.retort.examples.report.Markers;
import dev.retort.examples.report.Table;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.simulation.Simulation;
import dev.retort.theory.simulation.Trials;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** The excess risk of a pipeline against its number of samples, computed and simulated. */
final class Curve {

    private final String name;
    private final List<Point> points;

    private Curve(String name, List<Point> points) {
        this.name = name;
        this.points = points;
    }

    /** The pipeline at one number of samples. */
    private record Point(double samples, double predicted, Simulation simulation) {

        Estimate measured() {
            return new Estimate(simulation.mean(), simulation.standardError());
        }

        Estimate ratio() {
            return new Estimate(simulation.mean() / predicted, simulation.standardError() / predicted);
        }

        double z() {
            return simulation.zScore(predicted);
        }
    }

    /**
     * Computes and simulates the pipeline at every number of samples, each with a seed of its own: the points of a curve are
     * independent, and curves of the same seed and number of samples share their designs.
     */
    static Curve of(String name, double[] samples, DoubleFunction<Distillation> pipeline, Trials trials) {
        List<Point> points = new ArrayList<>();
        for (double n : samples) {
            Distillation distillation = pipeline.apply(n);
            points.add(new Point(
                    n,
                    distillation.predict().excess(),
                    distillation.simulate(trials.seed(trials.seed() + Math.round(n)))));
        }
        return new Curve(name, points);
    }

    String name() {
        return name;
    }

    Line line() {
        return Line.of(name, each(Point::samples), each(Point::predicted));
    }

    Markers markers() {
        return estimates(Point::measured);
    }

    Markers ratioMarkers() {
        return estimates(Point::ratio);
    }

    private Markers estimates(Function<Point, Estimate> estimate) {
        return Markers.of(
                name,
                each(Point::samples),
                each(point -> estimate.apply(point).value()),
                each(point -> estimate.apply(point).error()));
    }

    private double[] each(ToDoubleFunction<Point> number) {
        return points.stream().mapToDouble(number).toArray();
    }

    /** For each curve: predicted, simulated, and how far apart they are in standard errors. */
    static Table table(String samplesHeader, List<Curve> curves) {
        Table table = Table.of(samplesHeader);
        TreeSet<Double> samples = new TreeSet<>();
        for (Curve curve : curves) {
            table = table.withGroup(curve.name, "theory", "simulated", "z");
            curve.points.forEach(point -> samples.add(point.samples()));
        }
        table = table.withFormat("theory", "%.4g").withFormat("z", "%+.1f");
        for (double n : samples) {
            List<Object> row = new ArrayList<>(List.of(n));
            for (Curve curve : curves) {
                row.addAll(curve.cellsAt(n));
            }
            table = table.withRow(row.toArray());
        }
        return table;
    }

    private List<Object> cellsAt(double samples) {
        return points.stream()
                .filter(point -> point.samples() == samples)
                .findFirst()
                .map(point -> List.<Object>of(point.predicted(), point.measured(), point.z()))
                .orElse(List.of("", "", ""));
    }
}
