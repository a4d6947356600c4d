package dev.retort.theory.planning;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.index;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.Parallel;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.WeakToStrong;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a surrogate's labels are better than true ones, over two parameters of a pipeline: the ratio of the two excess risks on
 * a grid, and the boundary on which it is one. Immutable.
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 300), Signal.sourcePowerLaw(1.3)).withNoise(0.5);
 * double[] surrogateSamples = {50, 100, 200, 400, 800};
 * double[] targetSamples = {25, 50, 100, 200};
 * PhaseDiagram diagram = PhaseDiagram.of(surrogateSamples, targetSamples, (m, n) -> Distillation.of(task)
 *         .surrogate(Training.samples(m))
 *         .target(Training.samples(n).withNoise(0.5)));
 * double ratio = diagram.ratio(4, 0); // 1.0647
 * List<double[]> boundary = diagram.boundary(); // points (m, n), in order along the boundary
 * }</pre>
 */
public final class PhaseDiagram {

    private final double[] x;
    private final double[] y;
    private final Family pipeline;
    /** The verdict at indices i and j is entry i · y.length + j. */
    private final List<WeakToStrong> verdicts;

    /** A family of pipelines with two parameters. */
    @FunctionalInterface
    public interface Family {

        /**
         * The pipeline at a point. Called by several threads.
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
        this.verdicts = Parallel.values(x.length * y.length, k -> verdict(x[k / y.length], y[k % y.length]));
    }

    /**
     * The diagram over a grid.
     *
     * @param x the values of the first parameter, ascending, at least one
     * @param y the values of the second parameter, ascending, at least one
     * @param pipeline the pipeline at any point from the first to the last values
     * @return the diagram
     * @throws IllegalArgumentException if an axis is null, empty or not ascending, the family or a pipeline is null, or as the
     *     family does
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
        return notNull("pipeline at (" + x + ", " + y + ")", pipeline.at(x, y)).againstStrongLabels();
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
     * @return whether the surrogate's labels are better than true ones, by how much, and why
     * @throws IndexOutOfBoundsException if there is no such point
     */
    public WeakToStrong verdict(int i, int j) {
        return verdicts.get(index("i", i, x.length) * y.length + index("j", j, y.length));
    }

    /**
     * The excess risk on the surrogate's labels as a multiple of that on true ones.
     *
     * @param i the index of the first parameter's value, from 0
     * @param j the index of the second parameter's value, from 0
     * @return the ratio, below 1 where the surrogate's labels are better
     * @throws IndexOutOfBoundsException if there is no such point
     */
    public double ratio(int i, int j) {
        return verdict(i, j).ratio();
    }

    /**
     * The points of the boundary between the phases: those of {@link #boundaryCurves()}, one curve after the other.
     *
     * @return points {x, y}, in order along each curve; none if one phase fills the diagram
     */
    public List<double[]> boundary() {
        return boundaryCurves().stream().flatMap(List::stream).toList();
    }

    /**
     * The curves that separate the phases. Wherever the order of the two risks changes between neighbouring points of the
     * grid, along either parameter, there is a point of a curve; points are joined across the cells of the grid. A boundary
     * that passes twice between two neighbouring points is not found.
     *
     * @return curves of points {x, y} in order, each with one coordinate on the grid and the other solved for. An open curve
     *     begins at its end with the smaller x; a closed one ends with the point it begins with. Curves are sorted by their
     *     first points
     */
    public List<List<double[]>> boundaryCurves() {
        return new Boundary(
                        x,
                        y,
                        this::isBetter,
                        (first, second) -> verdict(first, second).advantage())
                .curves();
    }

    private boolean isBetter(int i, int j) {
        return verdict(i, j).beatsStrongLabels();
    }

    /** Whether another diagram has the same grid and the same verdicts on it. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PhaseDiagram that
                && Arrays.equals(x, that.x)
                && Arrays.equals(y, that.y)
                && verdicts.equals(that.verdicts);
    }

    @Override
    public int hashCode() {
        return Objects.hash(Arrays.hashCode(x), Arrays.hashCode(y), verdicts);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "PhaseDiagram of %d x %d points, x from %s to %s, y from %s to %s: the surrogate's labels are better at %d",
                x.length,
                y.length,
                x[0],
                x[x.length - 1],
                y[0],
                y[y.length - 1],
                verdicts.stream().filter(WeakToStrong::beatsStrongLabels).count());
    }
}
