package dev.retort.theory.grid;

import static dev.retort.core.Arguments.atLeastOne;
import static dev.retort.core.Arguments.length;
import static dev.retort.core.Arguments.notNull;
import static dev.retort.core.Arguments.refusal;

import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Experiment;
import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.simulation.Simulation;
import dev.retort.theory.simulation.Trials;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * A grid and what is measured in each of its cells: as many numbers as there are columns. Immutable and serialisable; {@link
 * LocalSweep} runs it on this machine, and on a cluster it gives the same numbers.
 *
 * <pre>{@code
 * ParameterGrid grid = ParameterGrid.of("alpha", 1.5, 2.0) // anything that the pipeline is made of:
 *         .and("features", 50, 100) // widths,
 *         .and("kept", 10, 20, 50) // masks,
 *         .and("samples", 20, 40)
 *         .withSeed(7);
 * CellFunction<Distillation> pipeline = cell -> {
 *     int features = cell.whole("features");
 *     Spectrum spectrum = Spectrum.powerLaw(cell.get("alpha"), features);
 *     return Distillation.of(RegressionTask.of(spectrum, Signal.sourcePowerLaw(1.5)).withNoise(0.1))
 *             .surrogate(Surrogate.masked(FeatureMask.keepingFirst(cell.whole("kept"), features)))
 *             .target(Training.samples(cell.get("samples")));
 * };
 * Path csv = Files.createTempDirectory("sweep").resolve("risks.csv");
 * SweepSummary summary = LocalSweep.onAllProcessors().run(GridStudy.predicting(grid, pipeline), csv);
 * double[] excess = GridResults.read(csv).column("excess"); // cell by cell
 *
 * GridStudy both = GridStudy.simulating(grid, pipeline, 50).named("50 trials"); // predicted, and held against trials
 * }</pre>
 */
public final class GridStudy implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final List<String> PREDICTED =
            List.of("excess", "bias", "labelNoise", "design", "inherited", "tau", "omega");

    private static final List<String> SIMULATED = List.of("simulated", "standardError", "trials");

    /** What its files are headed by, or nothing. */
    private final String name;
    /** The cells. */
    private final ParameterGrid grid;
    /** What is measured. */
    private final ArrayList<String> columns;
    /** One number per column. */
    private final CellFunction<double[]> measurement;

    private GridStudy(String name, ParameterGrid grid, List<String> columns, CellFunction<double[]> measurement) {
        this.name = name;
        this.grid = grid;
        this.columns = new ArrayList<>(columns);
        this.measurement = measurement;
    }

    /**
     * A study of anything.
     *
     * @param grid the cells
     * @param columns the names of what is measured, at least one; made like those of axes, and different from them
     * @param measurement the numbers of a cell, one per column. A cell in which it throws anything, or gives NaN, has failed:
     *     it has no row in the results. Infinite numbers are results
     * @return the study
     * @throws IllegalArgumentException if there is no column, or a name is none or occurs twice
     */
    public static GridStudy of(ParameterGrid grid, List<String> columns, CellFunction<double[]> measurement) {
        atLeastOne("columns.size", notNull("columns", columns).size());
        List<String> taken = new ArrayList<>(notNull("grid", grid).names());
        for (int i = 0; i < columns.size(); i++) {
            ParameterGrid.checkName("columns[" + i + "]", columns.get(i), taken);
            taken.add(columns.get(i));
        }
        return new GridStudy("", grid, columns, notNull("measurement", measurement));
    }

    /**
     * The study of a pipeline's prediction: columns {@code excess}, its parts {@code bias}, {@code labelNoise}, {@code design}
     * and {@code inherited} (those of {@link RiskReport}), and {@code tau} and {@code omega} of the target's training.
     *
     * @param grid the cells
     * @param pipeline the pipeline of a cell
     * @return the study
     * @throws IllegalArgumentException if an axis is called like a column
     */
    public static GridStudy predicting(ParameterGrid grid, CellFunction<Distillation> pipeline) {
        notNull("pipeline", pipeline);
        return of(grid, PREDICTED, cell -> prediction(notNull("pipeline", pipeline.at(cell))));
    }

    /**
     * The study of a pipeline's prediction beside its simulation: the columns of {@link #predicting}, then {@code simulated},
     * the excess risk measured, its {@code standardError}, and {@code trials}, their number. Needs an ND4J backend.
     *
     * @param grid the cells
     * @param pipeline the pipeline of a cell
     * @param trials how the pipeline is run in a cell: {@code cell -> Trials.of(50).withSeed(cell.seed()).threads(1)}
     * @return the study
     * @throws IllegalArgumentException if an axis is called like a column
     */
    public static GridStudy simulating(
            ParameterGrid grid, CellFunction<Distillation> pipeline, CellFunction<Experiment<Simulation>> trials) {
        notNull("pipeline", pipeline);
        notNull("trials", trials);
        List<String> columns =
                Stream.concat(PREDICTED.stream(), SIMULATED.stream()).toList();
        return of(grid, columns, cell -> {
            Distillation run = notNull("pipeline", pipeline.at(cell));
            Simulation simulation = run.simulate(notNull("trials", trials.at(cell)));
            if (Thread.currentThread().isInterrupted()) {
                // It has the trials that were done by then; the cell is one of those that are not finished.
                throw new CancellationException("Interrupted after " + simulation.trials() + " trials");
            }
            return DoubleStream.concat(
                            DoubleStream.of(prediction(run)),
                            DoubleStream.of(simulation.mean(), simulation.standardError(), simulation.trials()))
                    .toArray();
        });
    }

    /**
     * The same with a number of trials in every cell, their randomness from {@link Cell#seed()}, each cell on one thread.
     *
     * @param grid the cells
     * @param pipeline the pipeline of a cell
     * @param trials how many, at least 2
     * @return the study
     * @throws IllegalArgumentException if there are fewer than 2 trials, or an axis is called like a column
     */
    public static GridStudy simulating(ParameterGrid grid, CellFunction<Distillation> pipeline, int trials) {
        if (trials < 2) {
            throw refusal("trials", trials, "is not at least 2");
        }
        return simulating(
                grid, pipeline, cell -> Trials.of(trials).withSeed(cell.seed()).threads(1));
    }

    private static double[] prediction(Distillation pipeline) {
        RiskReport risk = pipeline.predict();
        return new double[] {
            risk.excess(),
            risk.bias(),
            risk.labelNoiseVariance(),
            risk.designVariance(),
            risk.inheritedVariance(),
            pipeline.equivalent().tau(),
            pipeline.equivalent().omega()
        };
    }

    /**
     * The same study under a name, which its files carry. What a function does cannot be compared, names can: rename a study
     * whose function changes, and it will not be resumed in a file of the old one.
     *
     * @param name a line of text
     * @return a new study
     * @throws IllegalArgumentException if there are control characters in the name, or half of a surrogate pair
     */
    public GridStudy named(String name) {
        if (notNull("name", name).chars().anyMatch(Character::isISOControl)) {
            throw refusal("name", name, "has control characters in it");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
            throw refusal("name", name, "has half of a surrogate pair in it");
        }
        return new GridStudy(name, grid, columns, measurement);
    }

    /**
     * The cells.
     *
     * @return the grid
     */
    public ParameterGrid grid() {
        return grid;
    }

    /**
     * The names of what is measured.
     *
     * @return one per number of a cell, in their order
     */
    public List<String> columns() {
        return List.copyOf(columns);
    }

    /**
     * Measures one cell.
     *
     * @param index the cell, counted from 0
     * @return its numbers, or what it failed of
     * @throws IndexOutOfBoundsException if there is no such cell
     */
    @SuppressWarnings("CatchingUnchecked") // whatever a cell fails of, the others go on
    public Outcome measure(int index) {
        Cell cell = grid.cell(index);
        try {
            double[] results = notNull("results", measurement.at(cell)).clone();
            length("results", results.length, "the number of columns", columns.size());
            for (int i = 0; i < results.length; i++) {
                if (Double.isNaN(results[i])) {
                    throw new ArithmeticException(columns.get(i) + " is NaN");
                }
            }
            return Outcome.measured(index, results);
        } catch (Throwable failure) {
            return Outcome.failed(index, reason(failure));
        }
    }

    private static String reason(Throwable failure) {
        try {
            return failure.toString();
        } catch (RuntimeException speechless) {
            return failure.getClass().getName();
        }
    }

    /**
     * What this study is, in lines that head its files: its name, its seed, the values of each axis, and the names of all
     * columns. Results belong to this study if they were written under the same lines.
     *
     * @return lines that end with a line feed, all but the last beginning with {@code #}
     */
    public String description() {
        StringBuilder text = new StringBuilder(("# study: " + name).strip()).append('\n');
        text.append("# seed: ").append(grid.seed()).append('\n');
        for (String axis : grid.names()) {
            text.append("# ").append(axis).append(':');
            DoubleStream.of(grid.values(axis)).forEach(value -> text.append(' ').append(value));
            text.append('\n');
        }
        return text.append(Stream.of(List.of(ParameterGrid.INDEX), grid.names(), columns)
                        .flatMap(List::stream)
                        .collect(Collectors.joining(",")))
                .append('\n')
                .toString();
    }

    /**
     * Refuses results of another study.
     *
     * @param place where they are
     * @param description the lines that they were written under
     * @throws IllegalArgumentException if these are not the lines of this study; the message shows the first that differs
     */
    public void requireSame(String place, String description) {
        List<String> own = description().lines().toList();
        List<String> other = notNull("description", description).lines().toList();
        for (int i = 0; i < own.size(); i++) {
            String line = i < other.size() ? other.get(i) : "";
            boolean isAxis = i >= 2 && i < own.size() - 1; // names and seeds are not numbers that can be rounded
            if (!line.equals(own.get(i)) && !(isAxis && sameNumbers(own.get(i), line))) {
                throw refusal(
                        "file",
                        place,
                        "belongs to another study: line " + (i + 1) + " is \"" + line + "\", this study has \""
                                + own.get(i) + "\"");
            }
        }
    }

    /** Java 19 writes some numbers with fewer digits than Java 17. */
    private static boolean sameNumbers(String line, String other) {
        String[] words = line.split(" ", -1);
        String[] others = other.split(" ", -1);
        boolean same = words.length == others.length;
        for (int i = 0; same && i < words.length; i++) {
            same = words[i].equals(others[i]) || Row.parse(words[i]) == Row.parse(others[i]);
        }
        return same;
    }

    @Override
    public String toString() {
        return "GridStudy of " + columns + " in " + grid;
    }
}
