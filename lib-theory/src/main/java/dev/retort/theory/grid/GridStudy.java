package dev.retort.theory.grid;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Estimator;
import dev.retort.theory.distillation.Experiment;
import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.simulation.Simulation;
import dev.retort.theory.simulation.Trials;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * A grid and the quantities measured in each of its cells: one number per column. Immutable and serialisable; {@link LocalSweep} runs
 * it on this machine, and a cluster gives the same numbers.
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

    /** How every description begins. */
    static final String FIRST = "# study:";

    /** Empty unless given. */
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
     * A study that measures arbitrary quantities.
     *
     * @param grid the cells
     * @param columns the names of the quantities, at least one; they follow the rules for names of axes, and must differ from those
     * @param measurement computes the numbers of a cell, one per column. A cell fails if this throws anything or gives NaN; it
     *     then has no row in the results. Infinite numbers are results
     * @return the study
     * @throws IllegalArgumentException if there is no column, or a name is not allowed or occurs twice
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
     * A study of what the theory predicts for a pipeline. The columns are {@code excess}, its parts {@code bias}, {@code
     * labelNoise}, {@code design} and {@code inherited} as in {@link RiskReport}, and {@code tau} and {@code omega} of the
     * target's training. The last two are infinite where a training has neither: with a spectral filter, such as early
     * stopping, and with stochastic gradient descent.
     *
     * @param grid the cells
     * @param pipeline the pipeline of a cell
     * @return the study
     * @throws IllegalArgumentException if an axis has the name of a column
     */
    public static GridStudy predicting(ParameterGrid grid, CellFunction<Distillation> pipeline) {
        notNull("pipeline", pipeline);
        return of(grid, PREDICTED, cell -> prediction(notNull("pipeline", pipeline.at(cell))));
    }

    /**
     * A study that compares a pipeline's prediction with its simulation. The columns are those of {@link #predicting}, then {@code
     * simulated}, the mean excess risk over the trials, its {@code standardError}, and the number of {@code trials}. Needs an
     * ND4J backend.
     *
     * @param grid the cells
     * @param pipeline the pipeline of a cell
     * @param trials the trials that the pipeline runs in a cell: {@code cell -> Trials.of(50).withSeed(cell.seed()).threads(1)}
     * @return the study
     * @throws IllegalArgumentException if an axis has the name of a column
     */
    public static GridStudy simulating(
            ParameterGrid grid,
            CellFunction<Distillation> pipeline,
            CellFunction<Experiment<? super Distillation, Simulation>> trials) {
        notNull("pipeline", pipeline);
        notNull("trials", trials);
        List<String> columns =
                Stream.concat(PREDICTED.stream(), SIMULATED.stream()).toList();
        return of(grid, columns, cell -> {
            Distillation run = notNull("pipeline", pipeline.at(cell));
            Simulation simulation = run.simulate(notNull("trials", trials.at(cell)));
            if (Thread.currentThread().isInterrupted()) {
                // The result covers only the trials done so far; the cell is measured again when the sweep is resumed.
                throw new CancellationException("Interrupted after " + simulation.trials() + " trials");
            }
            return DoubleStream.concat(
                            DoubleStream.of(prediction(run)),
                            DoubleStream.of(simulation.mean(), simulation.standardError(), simulation.trials()))
                    .toArray();
        });
    }

    /**
     * A study that compares a pipeline's prediction with its simulation, as above, with the same number of trials in every cell. A cell
     * takes its seed from {@link Cell#seed()} and runs on one thread.
     *
     * @param grid the cells
     * @param pipeline the pipeline of a cell
     * @param trials the number of trials of a cell, at least 2
     * @return the study
     * @throws IllegalArgumentException if there are fewer than 2 trials, or an axis has the name of a column
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
        boolean hasEquivalent = hasEquivalent(pipeline.target().estimator());
        return new double[] {
            risk.excess(),
            risk.bias(),
            risk.labelNoiseVariance(),
            risk.designVariance(),
            risk.inheritedVariance(),
            hasEquivalent ? pipeline.equivalent().tau() : Double.POSITIVE_INFINITY,
            hasEquivalent ? pipeline.equivalent().omega() : Double.POSITIVE_INFINITY
        };
    }

    /** Whether a training has one τ and one Ω, which are then finite. */
    private static boolean hasEquivalent(Estimator estimator) {
        return estimator instanceof Estimator.Ridge || estimator instanceof Estimator.RandomFeatures;
    }

    /**
     * The same study under a name, which is written into its files. Functions cannot be compared, but names can: rename a study when its
     * function changes, so that it is not resumed in a file of the old one.
     *
     * @param name a line of text
     * @return a new study
     * @throws IllegalArgumentException if the name contains control characters or an unpaired surrogate
     */
    public GridStudy named(String name) {
        if (notNull("name", name).chars().anyMatch(Character::isISOControl)) {
            throw refusal("name", Quotation.of(name), "contains control characters");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
            throw refusal("name", Quotation.of(name), "contains an unpaired surrogate");
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
     * The names of the quantities measured.
     *
     * @return one name per number of a cell, in the order of the numbers
     */
    public List<String> columns() {
        return List.copyOf(columns);
    }

    /**
     * Measures one cell.
     *
     * @param index the cell, counted from 0
     * @return its numbers, or the reason why it failed
     * @throws IndexOutOfBoundsException if there is no such cell
     */
    @SuppressWarnings("CatchingUnchecked") // a failure of any kind in one cell must not stop the others
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
            return Outcome.failed(index, reason(failure), failure instanceof IllegalArgumentException);
        }
    }

    /** The message of a refusal; of other failures, with the name of the exception. */
    private static String reason(Throwable failure) {
        try {
            String message = failure.getMessage();
            return failure instanceof IllegalArgumentException && message != null ? message : failure.toString();
        } catch (RuntimeException unreadable) {
            return failure.getClass().getName();
        }
    }

    /**
     * A description of this study, with which its files begin: its name, its seed, the values of each axis, and the names of
     * all columns. Results belong to this study if they were stored with the same description.
     *
     * @return lines that end with a line feed; all but the last begin with {@code #}
     */
    public String description() {
        StringBuilder text = new StringBuilder((FIRST + " " + name).strip()).append('\n');
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
     * Requires that results belong to this study.
     *
     * @param place where the results are, for the message
     * @param description the description that they were stored with
     * @throws IllegalArgumentException if it is not the description of this study; the message shows the first line that
     *     differs
     */
    public void requireSame(String place, String description) {
        notNull("place", place);
        List<String> own = description().lines().toList();
        List<String> other = notNull("description", description).lines().toList();
        for (int i = 0; i < own.size(); i++) {
            String line = i < other.size() ? other.get(i) : "";
            boolean isAxis = i >= 2 && i < own.size() - 1; // numbers have two spellings, names and seeds one
            if (!line.equals(own.get(i)) && !(isAxis && sameNumbers(own.get(i), line))) {
                int from = Math.max(
                        0, Arrays.mismatch(line.toCharArray(), own.get(i).toCharArray()));
                throw refusal(
                        "file",
                        place,
                        "belongs to another study: it has " + Quotation.of(line, from) + " where this study has "
                                + Quotation.of(own.get(i), from));
            }
        }
    }

    /** Whether two axes are equal. Since Java 19 some numbers are written with fewer digits. */
    private static boolean sameNumbers(String line, String other) {
        String[] words = line.split(" ", -1);
        String[] others = other.split(" ", -1);
        boolean same = words.length == others.length;
        for (int i = 0; same && i < words.length; i++) {
            same = words[i].equals(others[i]) || RowFormat.number(words[i]) == RowFormat.number(others[i]);
        }
        return same;
    }

    /**
     * Whether another study is equal.
     *
     * @return true if the names, grids and columns are equal and the function is the same object; two functions that compute the same
     *     cannot be recognised as equal
     */
    @Override
    public boolean equals(Object other) {
        return other instanceof GridStudy that
                && name.equals(that.name)
                && grid.equals(that.grid)
                && columns.equals(that.columns)
                && measurement.equals(that.measurement);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, grid, columns, measurement);
    }

    @Override
    public String toString() {
        return "GridStudy" + (name.isEmpty() ? "" : " \"" + name + "\"") + " of " + columns + " in " + grid;
    }
}
