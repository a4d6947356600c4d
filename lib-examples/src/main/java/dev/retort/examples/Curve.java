package dev.retort.examples;

import dev.retort.core.RandomStreams;
import dev.retort.core.SampleMean;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Generations;
import dev.retort.theory.distillation.Teacher;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.report.Layer;
import dev.retort.theory.report.Line;
import dev.retort.theory.report.Markers;
import dev.retort.theory.report.Table;
import dev.retort.theory.simulation.Simulation;
import dev.retort.theory.simulation.Trials;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.function.DoubleFunction;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The excess risk of a model against a parameter of its pipeline, computed and simulated. */
record Curve(String name, DoubleUnaryOperator theory, List<Point> points) {

    /** One value of the parameter at which the pipeline was run. */
    record Point(double x, double predicted, SampleMean measured) {

        static Point of(double x, double predicted, Simulation simulation) {
            return new Point(x, predicted, new SampleMean(simulation.mean(), simulation.standardError()));
        }

        Point dividedBy(double unit) {
            SampleMean divided = new SampleMean(measured.mean() / unit, measured.standardError() / unit);
            return new Point(x, predicted / unit, divided);
        }

        /** By how much the simulation is above the theory, in per cent. */
        double off() {
            return 100 * (measured.mean() / predicted - 1);
        }
    }

    /** The risk of the pipeline's target. */
    static Curve of(String name, double[] values, DoubleFunction<Distillation> pipeline, Trials trials) {
        return ofStages(values, pipeline, trials, name).get(0);
    }

    /**
     * The risks after the last stages of the pipeline, as many as there are names, measured in the same trials. Every value has its own
     * seed: the points of a curve are independent, and curves of the same seed and number of samples share their designs.
     */
    static List<Curve> ofStages(
            double[] values, DoubleFunction<Distillation> pipeline, Trials trials, String... names) {
        RandomStreams streams = RandomStreams.of(trials.seed());
        List<Simulation> simulations = Arrays.stream(values)
                .mapToObj(x ->
                        pipeline.apply(x).simulate(trials.withSeed(streams.at(x).seed())))
                .toList();
        return IntStream.range(0, names.length)
                .mapToObj(k -> {
                    int beforeLast = names.length - 1 - k;
                    DoubleUnaryOperator theory =
                            x -> fromLast(beforeLast, pipeline.apply(x).predictStages())
                                    .excess();
                    List<Point> points = IntStream.range(0, values.length)
                            .mapToObj(i -> Point.of(
                                    values[i],
                                    theory.applyAsDouble(values[i]),
                                    fromLast(beforeLast, simulations.get(i).stages())))
                            .toList();
                    return new Curve(names[k], theory, points);
                })
                .toList();
    }

    private static <T> T fromLast(int distance, List<T> items) {
        return items.get(items.size() - 1 - distance);
    }

    /** The risk against the generation, from 1, of models that are all trained alike; the first are simulated. */
    static Curve ofGenerations(
            String name, Teacher teacher, Training training, int followed, int simulated, Trials trials) {
        Distillation chain = teacher.target(training);
        for (int k = 1; k < simulated; k++) {
            chain = chain.then(training);
        }
        List<Simulation> stages = chain.simulate(trials).stages();
        double[] predicted = Generations.of(teacher, training, followed).excess();
        List<Point> points = IntStream.range(0, simulated)
                .mapToObj(k -> Point.of(k + 1, predicted[k], stages.get(k)))
                .toList();
        return new Curve(name, generation -> predicted[(int) generation - 1], points);
    }

    Curve named(String other) {
        return new Curve(other, theory, points);
    }

    /** This risk divided by another that depends on the same parameter. */
    Curve relativeTo(DoubleUnaryOperator unit) {
        return new Curve(
                name,
                x -> theory.applyAsDouble(x) / unit.applyAsDouble(x),
                points.stream()
                        .map(point -> point.dividedBy(unit.applyAsDouble(point.x())))
                        .toList());
    }

    /** The theory at the simulated values, and the simulation. */
    Layer[] layers() {
        return layers(each(Point::x));
    }

    /** The theory at given values, and the simulation. */
    Layer[] layers(double... values) {
        return new Layer[] {line(values), markers()};
    }

    Line line(double... values) {
        return Line.of(name, values, Arrays.stream(values).map(theory).toArray());
    }

    Markers markers() {
        return Markers.of(
                name, each(Point::x), points.stream().map(Point::measured).toList());
    }

    private double[] each(ToDoubleFunction<Point> number) {
        return points.stream().mapToDouble(number).toArray();
    }

    /** For each curve: predicted, simulated, and by how much the simulation is above the theory. */
    static Table table(String header, List<Curve> curves) {
        Table table = Table.of(header);
        TreeSet<Double> values = new TreeSet<>();
        for (Curve curve : curves) {
            table = table.withGroup(curve.name, "theory", "simulated", "off %");
            curve.points.forEach(point -> values.add(point.x()));
        }
        table = table.withFormat("theory", "%.4g").withFormat("off %", "%+.2f");
        for (double x : values) {
            List<Object> row = new ArrayList<>(List.of(x));
            for (Curve curve : curves) {
                row.addAll(curve.cellsAt(x));
            }
            table = table.withRow(row.toArray());
        }
        return table;
    }

    private List<Object> cellsAt(double x) {
        return points.stream()
                .filter(point -> point.x() == x)
                .findFirst()
                .map(point -> List.<Object>of(point.predicted(), point.measured(), point.off()))
                .orElse(List.of("", "", ""));
    }
}
