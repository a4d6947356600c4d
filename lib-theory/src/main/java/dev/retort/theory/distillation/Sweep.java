package dev.retort.theory.distillation;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.index;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.equivalent.Equivalent;
import dev.retort.core.internal.Parallel;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Spectrum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A grid of trainings, at which several pipelines are predicted at once. Immutable.
 *
 * <p>On a large spectrum the features are first gathered into a few hundred nodes, {@link RegressionTask#gathered()}, so that
 * a point costs microseconds whatever the number of features; that changes τ, Ω and the risks by a relative 1e-13 at most.
 * {@link #exact()} turns this off. Points are spread over the processors; the numbers do not depend on how many there are.
 *
 * <pre>{@code
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 100_000), Signal.sourcePowerLaw(1.4)).withNoise(0.1);
 * double[] grid = {100, 200, 500, 1000, 2000, 5000, 10_000};
 * Sweep.Curves curves = Sweep.along(grid, Training::samples)
 *         .predict(Distillation.of(task), Distillation.of(task).surrogate(Surrogate.optimal()));
 * double[] standard = curves.excess(0);
 * double[] optimal = curves.excess(1);
 *
 * Training base = Training.samples(500);
 * double[] tau = Sweep.along(new double[] {0, 1e-4, 1e-2}, base::withRidge).predict(Distillation.of(task)).tau();
 * }</pre>
 */
public final class Sweep {

    /** Gathering costs about as much as two points. */
    private static final int POINTS_WORTH_GATHERING = 3;

    /**
     * The number of consecutive points that are solved each from the one before; fixed, so that τ does not depend on the
     * number of threads.
     */
    private static final int RUN = 25;

    private final List<Training> trainings;
    private final boolean exact;

    private Sweep(List<Training> trainings, boolean exact) {
        this.trainings = trainings;
        this.exact = exact;
    }

    /**
     * The sweep of a training along a grid: {@code along(samples, Training::samples)}, {@code along(ridges,
     * base::withRidge)}.
     *
     * @param grid the points, at least one, in any order
     * @param training the training at a point
     * @return the sweep
     * @throws IllegalArgumentException if the grid is empty, or a point is NaN, infinite or refused by the training
     */
    public static Sweep along(double[] grid, DoubleFunction<Training> training) {
        atLeastOne("grid.length", notNull("grid", grid).length);
        notNull("training", training);
        return new Sweep(
                Arrays.stream(finite("grid", grid))
                        .mapToObj(point -> notNull("training at " + point, training.apply(point)))
                        .toList(),
                false);
    }

    /**
     * The same sweep, without gathering features.
     *
     * @return a new sweep, in which every point costs passes over the whole spectrum
     */
    public Sweep exact() {
        return new Sweep(trainings, true);
    }

    /**
     * Predicts the targets of several teachers at every point.
     *
     * @param teachers the teachers, at least one: pipelines without a target, or to be followed by another one. They may
     *     differ in surrogate, signal and noise, but not in the spectrum
     * @return the closed-form predictions along the grid
     * @throws IllegalArgumentException if there is no teacher, or two differ in the spectrum of their task
     */
    public Curves predict(Teacher... teachers) {
        atLeastOne("teachers.length", notNull("teachers", teachers).length);
        for (int j = 0; j < teachers.length; j++) {
            notNull("teachers[" + j + "]", teachers[j]);
        }
        Spectrum spectrum = teachers[0].task().spectrum();
        for (int j = 1; j < teachers.length; j++) {
            if (!teachers[j].task().spectrum().equals(spectrum)) {
                throw refusal("teachers[" + j + "]", teachers[j].task(), "does not have the spectrum of the first");
            }
        }
        boolean gather = !exact && trainings.size() >= POINTS_WORTH_GATHERING;
        Map<RegressionTask, RegressionTask> gathered = new HashMap<>();
        List<Teacher> pipelines = Arrays.stream(teachers)
                .map(teacher -> gather
                        ? teacher.forTask(gathered.computeIfAbsent(teacher.task(), RegressionTask::gathered))
                        : teacher)
                .toList();
        List<Stage> stages = stages(pipelines.get(0).task(), gather ? RUN : 1);
        return new Curves(Parallel.values(trainings.size(), k -> Point.of(pipelines, stages.get(k))));
    }

    private List<Stage> stages(RegressionTask task, int run) {
        int size = trainings.size();
        return Parallel.values(
                        (size - 1) / run + 1,
                        r -> oneFromAnother(task, trainings.subList(r * run, Math.min((r + 1) * run, size))))
                .stream()
                .flatMap(List::stream)
                .toList();
    }

    private static List<Stage> oneFromAnother(RegressionTask task, List<Training> trainings) {
        List<Stage> stages = new ArrayList<>();
        for (Training training : trainings) {
            stages.add(
                    stages.isEmpty()
                            ? Stage.of(task, training)
                            : stages.get(stages.size() - 1).neighbour(task, training));
        }
        return stages;
    }

    private record Point(Stage target, List<RiskReport> risks) {

        static Point of(List<Teacher> teachers, Stage target) {
            return new Point(
                    target,
                    teachers.stream()
                            .map(teacher -> teacher.continuedBy(target).predict())
                            .toList());
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Sweep that && trainings.equals(that.trainings) && exact == that.exact;
    }

    @Override
    public int hashCode() {
        return Objects.hash(trainings, exact);
    }

    @Override
    public String toString() {
        return "Sweep of " + trainings.size() + " trainings from (" + trainings.get(0) + ") to ("
                + trainings.get(trainings.size() - 1) + ")" + (exact ? ", exact" : "");
    }

    /** The predictions of a sweep, point by point in the order of its grid. Immutable. */
    public static final class Curves {

        private final List<Point> points;

        private Curves(List<Point> points) {
            this.points = points;
        }

        /**
         * The implicit regularisation along the grid.
         *
         * @return a new array of τ, one entry per point
         */
        public double[] tau() {
            return each(point -> point.target().equivalent().tau());
        }

        /**
         * The degrees of freedom per sample along the grid.
         *
         * @return a new array of Ω, one entry per point
         */
        public double[] omega() {
            return each(point -> point.target().equivalent().omega());
        }

        /**
         * The equivalent at one point.
         *
         * @param point the point, counted from 0
         * @return τ, Ω and what follows from them
         * @throws IndexOutOfBoundsException if there is no such point
         */
        public Equivalent equivalent(int point) {
            return points.get(index("point", point, points.size())).target().equivalent();
        }

        /**
         * The excess risk of one pipeline along the grid.
         *
         * @param pipeline the pipeline, counted from 0 in the order they were given
         * @return a new array, one entry per point
         * @throws IndexOutOfBoundsException if there is no such pipeline
         */
        public double[] excess(int pipeline) {
            int count = points.get(0).risks().size();
            return each(point ->
                    point.risks().get(index("pipeline", pipeline, count)).excess());
        }

        /**
         * The risk of one pipeline at one point, with its parts.
         *
         * @param pipeline the pipeline, counted from 0 in the order they were given
         * @param point the point, counted from 0
         * @return the report
         * @throws IndexOutOfBoundsException if there is no such pipeline or point
         */
        public RiskReport risk(int pipeline, int point) {
            List<RiskReport> risks =
                    points.get(index("point", point, points.size())).risks();
            return risks.get(index("pipeline", pipeline, risks.size()));
        }

        private List<List<RiskReport>> risks() {
            return points.stream().map(Point::risks).toList();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Curves that && risks().equals(that.risks());
        }

        @Override
        public int hashCode() {
            return risks().hashCode();
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("Curves of " + points.size() + " points");
            for (int pipeline = 0; pipeline < points.get(0).risks().size(); pipeline++) {
                text.append("; excess ").append(Arrays.toString(excess(pipeline)));
            }
            return text.toString();
        }

        private double[] each(ToDoubleFunction<Point> number) {
            return points.stream().mapToDouble(number).toArray();
        }
    }
}
