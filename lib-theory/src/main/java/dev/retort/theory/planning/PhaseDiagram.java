package dev.retort.theory.planning;

import static dev.retort.core.Arguments.atLeastOne;
import static dev.retort.core.Arguments.finite;
import static dev.retort.core.Arguments.notNull;
import static dev.retort.core.Arguments.refusal;

import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.WeakToStrong;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Where a teacher's labels are better than true ones, over two parameters of a pipeline: the ratio of the two excess risks
 * on a grid, and the boundary at which it is one. Immutable.
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 300), Signal.sourcePowerLaw(1.3)).withNoise(0.5);
 * double[] teacherSamples = {50, 100, 200, 400, 800};
 * double[] studentSamples = {25, 50, 100, 200};
 * PhaseDiagram diagram = PhaseDiagram.of(teacherSamples, studentSamples, (m, n) -> Distillation.of(task)
 *         .surrogate(Training.samples(m))
 *         .target(Training.samples(n).withNoise(0.5)));
 * double ratio = diagram.ratio(4, 0); // 1.0647: of the first student and the last teacher
 * List<double[]> boundary = diagram.boundary(); // points (m, n) between the phases
 * }</pre>
 */
public final class PhaseDiagram {

    private final double[] x;
    private final double[] y;
    private final Family pipeline;
    private final WeakToStrong[][] verdicts;

    /** A family of pipelines of two parameters. */
    @FunctionalInterface
    public interface Family {

        /**
         * The pipeline at a point.
         *
         * @param x the first parameter
         * @param y the second parameter
         * @return the pipeline
         */
        Distillation at(double x, double y);
    }

    private PhaseDiagram(double[] x, double[] y, Family pipeline) {
        this.x = x;
        this.y = y;
        this.pipeline = pipeline;
        this.verdicts = new WeakToStrong[x.length][y.length];
        // What is refused is refused in this thread, with its own words: others wrap their exceptions.
        verdicts[0][0] = verdict(x[0], y[0]);
        IntStream.range(1, x.length * y.length).parallel().forEach(k -> {
            int i = k / y.length;
            int j = k % y.length;
            verdicts[i][j] = verdict(x[i], y[j]);
        });
    }

    /**
     * The diagram over a grid.
     *
     * @param x the values of the first parameter, ascending, at least one
     * @param y the values of the second parameter, ascending, at least one
     * @param pipeline the pipeline at a point of the grid, or between
     * @return the diagram
     * @throws IllegalArgumentException if an axis is empty or not ascending, or as the pipeline does
     */
    public static PhaseDiagram of(double[] x, double[] y, Family pipeline) {
        return new PhaseDiagram(ascending("x", x), ascending("y", y), notNull("pipeline", pipeline));
    }

    private static double[] ascending(String name, double[] values) {
        atLeastOne(name + ".length", notNull(name, values).length);
        finite(name, values);
        for (int i = 1; i < values.length; i++) {
            if (!(values[i] > values[i - 1])) {
                throw refusal(name + "[" + i + "]", values[i], "is not greater than the one before");
            }
        }
        return values.clone();
    }

    private WeakToStrong verdict(double x, double y) {
        return notNull("pipeline at " + x + ", " + y, pipeline.at(x, y)).againstStrongLabels();
    }

    /**
     * The values of the first parameter.
     *
     * @return a new array
     */
    public double[] x() {
        return x.clone();
    }

    /**
     * The values of the second parameter.
     *
     * @return a new array
     */
    public double[] y() {
        return y.clone();
    }

    /**
     * The verdict at a point of the grid.
     *
     * @param i the index of the first parameter's value, from 0
     * @param j the index of the second parameter's value, from 0
     * @return whether the teacher's labels are better, by how much, and why
     * @throws IndexOutOfBoundsException if there is no such point
     */
    public WeakToStrong verdict(int i, int j) {
        return verdicts[i][j];
    }

    /**
     * The excess risk on the teacher's labels as a multiple of that on true ones.
     *
     * @param i the index of the first parameter's value, from 0
     * @param j the index of the second parameter's value, from 0
     * @return the ratio, below 1 where the teacher is better
     * @throws IndexOutOfBoundsException if there is no such point
     */
    public double ratio(int i, int j) {
        return verdicts[i][j].ratio();
    }

    /**
     * The boundary between the phases: on every line of the grid, along either parameter, where the gain changes its sign
     * between two neighbours.
     *
     * @return points {x, y}, each with one coordinate on the grid and the other solved for
     */
    public List<double[]> boundary() {
        List<double[]> points = new ArrayList<>();
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < y.length; j++) {
                double at = x[i];
                double on = y[j];
                if (i + 1 < x.length && changes(i, j, i + 1, j)) {
                    double root = Search.root(
                            at, x[i + 1], between -> verdict(between, on).advantage());
                    points.add(new double[] {root, on});
                }
                if (j + 1 < y.length && changes(i, j, i, j + 1)) {
                    double root = Search.root(
                            on, y[j + 1], between -> verdict(at, between).advantage());
                    points.add(new double[] {at, root});
                }
            }
        }
        return points;
    }

    private boolean changes(int i, int j, int nextI, int nextJ) {
        return verdicts[i][j].beatsStrongLabels() != verdicts[nextI][nextJ].beatsStrongLabels();
    }
}
