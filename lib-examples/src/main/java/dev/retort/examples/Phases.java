package dev.retort.examples;

import dev.retort.core.RandomStreams;
import dev.retort.core.SampleMean;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.planning.PhaseDiagram;
import dev.retort.theory.report.Axis;
import dev.retort.theory.report.Bands;
import dev.retort.theory.report.Figure;
import dev.retort.theory.report.Line;
import dev.retort.theory.report.Panel;
import dev.retort.theory.report.Table;
import dev.retort.theory.simulation.Simulation;
import dev.retort.theory.simulation.Trials;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Where a trained surrogate is a better teacher than the truth, depending on its samples or features and on the target's samples. 200
 * features, λ = i^-1.5, λβ² = i^-1.3, noise 0.2.
 */
final class Phases {

    private static final int DIMENSION = 200;
    private static final RegressionTask TASK = RegressionTask.of(
                    Spectrum.powerLaw(1.5, DIMENSION), Signal.sourcePowerLaw(1.3))
            .withNoise(0.2);
    private static final Bands BANDS = Bands.of("ratio of risks", 1, 0.85, 0.9, 0.95, 1.1, 1.5, 3);
    private static final double[] SIMULATED_TARGETS = {10, 24, 44, 100};

    private Phases() {}

    /** A point of a diagram that was simulated. */
    private record Point(double x, double n, double predicted, SampleMean ratio) {}

    /** Computes two diagrams with this number of steps along each axis, and simulates some of their points. */
    static Exhibit exhibit(Trials trials, int steps) {
        double[] targets = grid(5, 150, steps);
        double[] teachers = grid(5, 1000, steps);
        DoubleFunction<Training> bySamples = Training::samples;
        DoubleFunction<Training> byFeatures =
                k -> Training.samples(180).withMask(FeatureMask.keepingFirst((int) Math.round(k), DIMENSION));
        List<Point> samples = simulated(bySamples, new double[] {8, 25, 80, 150, 500}, trials);
        List<Point> features = simulated(byFeatures, new double[] {11, 28, 46, 110}, trials);
        double[] counts = DoubleStream.of(grid(5, DIMENSION, steps))
                .map(Math::rint)
                .distinct()
                .toArray();
        Panel left =
                Panel.of("(a) a teacher of m samples", axis("samples m of the teacher", teachers), targets(targets));
        Panel right = Panel.of(
                "(b) a teacher of 180 samples that sees k features",
                axis("features k that the teacher sees", counts),
                targets(targets));

        Table table = Table.of("teacher", "n", "theory", "simulated", "off %").withFormat("off %", "%+.2f");
        table = withRows(table, "m = %.0f", samples);
        table = withRows(table, "k = %.0f", features);
        return new Exhibit(
                "phases",
                "Where a weak teacher is better than the truth",
                List.of("""
                        The target’s excess risk on the labels of a trained teacher, divided by that on true labels, for the task of \
                        the masked teachers. In the blue region the weak teacher wins: for targets of few samples, and teachers that \
                        have learnt neither too little nor, as their labels are noisy, too much. Near m = 200 the teacher interpolates \
                        its noisy labels, and its risk is huge. With more samples its ratio approaches 1, but from above.""", """
                        A teacher of 180 samples that sees all features never wins (b, right edge). One that sees only some \
                        of them does, by a wider margin, and for targets of up to 57 samples instead of 33."""),
                Figure.of(
                        drawn(left, teachers, targets, bySamples, samples),
                        drawn(right, counts, targets, byFeatures, features)),
                "Excess risk on the teacher’s labels over that on true ones. Map and boundary: theory. Circles: simulation, "
                        + "in the colour of the measured ratio.",
                table);
    }

    private static double[] grid(double from, double to, int steps) {
        return IntStream.rangeClosed(0, steps)
                .mapToDouble(i -> from * Math.pow(to / from, i / (double) steps))
                .toArray();
    }

    private static Axis axis(String label, double[] grid) {
        return Axis.log(label).withRange(grid[0], grid[grid.length - 1]);
    }

    private static Axis targets(double[] samples) {
        return axis("samples n of the target", samples);
    }

    private static Distillation taught(Training teacher, double n) {
        return Distillation.of(TASK).surrogate(teacher).target(Training.samples(n));
    }

    private static Panel drawn(
            Panel panel, double[] x, double[] targets, DoubleFunction<Training> teacher, List<Point> points) {
        PhaseDiagram diagram = PhaseDiagram.of(x, targets, (at, n) -> taught(teacher.apply(at), n));
        double[][] ratio = IntStream.range(0, x.length)
                .mapToObj(i -> IntStream.range(0, targets.length)
                        .mapToDouble(j -> diagram.ratio(i, j))
                        .toArray())
                .toArray(double[][]::new);
        Panel map = panel.with(BANDS.cells(x, targets, ratio));
        for (List<double[]> curve : diagram.boundaryCurves()) {
            map = map.with(Line.of("ratio 1", each(curve, point -> point[0]), each(curve, point -> point[1]))
                    .black());
        }
        return map.with(BANDS.points(
                        each(points, Point::x),
                        each(points, Point::n),
                        each(points, point -> point.ratio().mean())))
                .withNote("circles: simulation");
    }

    private static <T> double[] each(List<T> items, ToDoubleFunction<T> number) {
        return items.stream().mapToDouble(number).toArray();
    }

    private static List<Point> simulated(DoubleFunction<Training> teacher, double[] values, Trials trials) {
        RandomStreams streams = RandomStreams.of(trials.seed());
        List<Point> points = new ArrayList<>();
        for (double n : SIMULATED_TARGETS) {
            Simulation strong = Distillation.of(TASK)
                    .target(Training.samples(n))
                    .simulate(trials.withSeed(streams.at(n).seed()));
            for (double x : values) {
                Distillation pipeline = taught(teacher.apply(x), n);
                Simulation weak =
                        pipeline.simulate(trials.withSeed(streams.at(n).at(x).seed()));
                double ratio = weak.mean() / strong.mean();
                double error =
                        ratio * Math.hypot(weak.standardError() / weak.mean(), strong.standardError() / strong.mean());
                double predicted = pipeline.againstStrongLabels().ratio();
                points.add(new Point(x, n, predicted, new SampleMean(ratio, error)));
            }
        }
        return points;
    }

    private static Table withRows(Table table, String teacher, List<Point> points) {
        Table longer = table;
        for (Point point : points) {
            double off = 100 * (point.ratio().mean() / point.predicted() - 1);
            longer = longer.withRow(teacher.formatted(point.x()), point.n(), point.predicted(), point.ratio(), off);
        }
        return longer;
    }
}
