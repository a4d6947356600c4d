package dev.retort.theory.scaling;

import static dev.retort.core.internal.Arguments.copy;
import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.positive;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Training runs of a user: parameters, tokens and the loss that was reached, and for those that were distilled the teacher's loss.
 * Messages name runs by their rows, "row 0" and so on, or by the names given to {@link #withNames}. Immutable; arrays are copied.
 *
 * <pre>{@code
 * RunTable runs = RunTable.of(
 *                 new double[] {1e8, 1e9, 1e8, 1e9}, new double[] {2e9, 2e10, 2e9, 2e10}, new double[] {3.4, 2.6, 3.1, 2.5})
 *         .withTeacherLosses(new double[] {Double.NaN, Double.NaN, 2.4, 2.4}); // the first two were trained on data
 * int distilled = runs.distilled().size(); // 2
 * }</pre>
 */
public final class RunTable {

    private final double[] parameters;
    private final double[] tokens;
    private final double[] losses;

    /** NaN where there is no teacher. */
    private final double[] teacherLosses;

    private final List<String> names;
    private final Columns columns;

    /** The names of the columns in messages. */
    private record Columns(String parameters, String tokens, String losses, String teacherLosses) {}

    private RunTable(
            double[] parameters,
            double[] tokens,
            double[] losses,
            double[] teacherLosses,
            List<String> names,
            Columns columns) {
        this.parameters = parameters;
        this.tokens = tokens;
        this.losses = losses;
        this.teacherLosses = teacherLosses;
        this.names = names;
        this.columns = columns;
    }

    /**
     * Runs on data, without teachers.
     *
     * @param parameters N of each run, greater than 0
     * @param tokens D of each run, greater than 0; as many
     * @param losses the loss that each run reached, greater than 0; as many
     * @return the table
     * @throws IllegalArgumentException if the lengths differ or a number is not positive and finite; the message names its row
     */
    public static RunTable of(double[] parameters, double[] tokens, double[] losses) {
        int runs = notNull("parameters", parameters).length;
        length("tokens", notNull("tokens", tokens).length, "the number of runs", runs);
        length("losses", notNull("losses", losses).length, "the number of runs", runs);
        for (int i = 0; i < runs; i++) {
            positive("parameters[" + i + "]", parameters[i]);
            positive("tokens[" + i + "]", tokens[i]);
            positive("losses[" + i + "]", losses[i]);
        }
        double[] none = new double[runs];
        Arrays.fill(none, Double.NaN);
        List<String> rows = IntStream.range(0, runs).mapToObj(i -> "row " + i).toList();
        return new RunTable(
                parameters.clone(),
                tokens.clone(),
                losses.clone(),
                none,
                rows,
                new Columns("parameters", "tokens", "loss", "teacher's loss"));
    }

    /**
     * The table with the losses of the teachers.
     *
     * @param teacherLosses the loss of each run's teacher, greater than 0; NaN for runs on data
     * @return a table of the same runs
     * @throws IllegalArgumentException if there are not as many as runs, or one is neither NaN nor positive and finite
     */
    public RunTable withTeacherLosses(double[] teacherLosses) {
        length("teacherLosses", notNull("teacherLosses", teacherLosses).length, "the number of runs", size());
        for (int i = 0; i < teacherLosses.length; i++) {
            if (!Double.isNaN(teacherLosses[i])) {
                positive("teacherLosses[" + i + "]", teacherLosses[i]);
            }
        }
        return new RunTable(parameters, tokens, losses, teacherLosses.clone(), names, columns);
    }

    /**
     * The table with names for its runs, which messages use.
     *
     * @param rows a name for each run, such as {@code "line 7"}
     * @return a table of the same runs
     * @throws IllegalArgumentException if there are not as many as runs
     */
    public RunTable withNames(List<String> rows) {
        length("rows", notNull("rows", rows).size(), "the number of runs", size());
        return new RunTable(parameters, tokens, losses, teacherLosses, copy("rows", rows), columns);
    }

    /**
     * The table with names for its columns, which messages use: those of the file that the runs come from.
     *
     * @param ofParameters the name of the column N, {@code "parameters"} by default
     * @param ofTokens the name of the column D, {@code "tokens"} by default
     * @param ofLosses the name of the column of losses, {@code "loss"} by default
     * @param ofTeacherLosses the name of the column of teachers' losses, {@code "teacher's loss"} by default
     * @return a table of the same runs
     */
    public RunTable withColumnNames(String ofParameters, String ofTokens, String ofLosses, String ofTeacherLosses) {
        Columns called = new Columns(
                notNull("ofParameters", ofParameters),
                notNull("ofTokens", ofTokens),
                notNull("ofLosses", ofLosses),
                notNull("ofTeacherLosses", ofTeacherLosses));
        return new RunTable(parameters, tokens, losses, teacherLosses, names, called);
    }

    /** {@return the number of runs} */
    public int size() {
        return parameters.length;
    }

    /**
     * The runs on data.
     *
     * @return those without a teacher, perhaps none
     */
    public RunTable supervised() {
        return where(i -> Double.isNaN(teacherLosses[i]));
    }

    /**
     * The distilled runs.
     *
     * @return those with a teacher, perhaps none
     */
    public RunTable distilled() {
        return where(i -> !Double.isNaN(teacherLosses[i]));
    }

    private RunTable where(IntPredicate kept) {
        int[] rows = IntStream.range(0, size()).filter(kept).toArray();
        return new RunTable(
                chosen(parameters, rows),
                chosen(tokens, rows),
                chosen(losses, rows),
                chosen(teacherLosses, rows),
                Arrays.stream(rows).mapToObj(names::get).toList(),
                columns);
    }

    private static double[] chosen(double[] column, int[] rows) {
        return Arrays.stream(rows).mapToDouble(i -> column[i]).toArray();
    }

    /** {@return N of each run} */
    public double[] parameters() {
        return parameters.clone();
    }

    /** {@return D of each run} */
    public double[] tokens() {
        return tokens.clone();
    }

    /** {@return the loss of each run} */
    public double[] losses() {
        return losses.clone();
    }

    /** {@return the loss of each run's teacher, NaN for runs on data} */
    public double[] teacherLosses() {
        return teacherLosses.clone();
    }

    /** {@return the name of each run} */
    public List<String> names() {
        return names;
    }

    /** The names of some runs for a message, the first ten of them. */
    String named(int[] rows) {
        String list = Arrays.stream(rows).limit(10).mapToObj(names::get).collect(Collectors.joining(", "));
        return rows.length > 10 ? list + " and " + (rows.length - 10) + " more" : list;
    }

    /**
     * Refuses a table that does not determine a law.
     *
     * @param what the kind of runs, such as "on data"
     * @param how a phrase for the kind of runs to add, such as "without a teacher's loss"
     */
    void requireVariety(String what, String how, int least) {
        if (size() < least) {
            throw refusal(
                    "runs",
                    size(),
                    "is the number of runs " + what + ", and not at least " + least + "; add " + (least - size())
                            + " or more " + how);
        }
        requireVariety(columns.parameters, parameters, "its exponent");
        requireVariety(columns.tokens, tokens, "its exponent");
        long different = IntStream.range(0, size())
                .mapToObj(k -> List.of(parameters[k], tokens[k], teacherLosses[k]))
                .distinct()
                .count();
        if (different < least) {
            throw refusal(
                    "runs",
                    different,
                    "is the number of different settings among the runs " + what + ", and not at least " + least
                            + "; add " + (least - different)
                            + " or more runs with other settings; a repeated run does not count");
        }
        if (Arrays.stream(losses).distinct().count() < 2) {
            throw refusal(
                    "runs",
                    losses[0],
                    inEveryRun(columns.losses) + ", so that no law is determined; check that it holds the losses");
        }
    }

    /** Refuses a table of distilled runs that all have the same teacher. */
    void requireTeachers() {
        requireVariety(columns.teacherLosses, teacherLosses, "how a student depends on its teacher");
    }

    private static void requireVariety(String column, double[] values, String what) {
        if (Arrays.stream(values).distinct().count() < 2) {
            throw refusal(
                    "runs",
                    values[0],
                    inEveryRun(column) + ", so that " + what + " is not determined; add runs with other values");
        }
    }

    private static String inEveryRun(String column) {
        return "is the value in column \"" + column + "\" of every run";
    }

    /** Adds a sentence for N and one for D if it lies outside the runs. */
    void outside(double n, double d, List<String> all) {
        outside(columns.parameters, n, parameters, all);
        outside(columns.tokens, d, tokens, all);
    }

    /** Adds a sentence if the teacher lies outside the runs. */
    void outside(double teacherLoss, List<String> all) {
        outside(columns.teacherLosses, teacherLoss, teacherLosses, all);
    }

    private static void outside(String name, double value, double[] column, List<String> all) {
        Interval range = range(column);
        if (!range.contains(value)) {
            boolean less = value < range.low();
            all.add(String.format(
                    Locale.ROOT,
                    "%s: %.4g is %.3g times %s than in any run",
                    name,
                    value,
                    less ? range.low() / value : value / range.high(),
                    less ? "less" : "more"));
        }
    }

    /** Refuses a table in which too many runs break a rule. */
    void requireFew(int[] rows, int most, String rule, String remedy) {
        if (rows.length > most) {
            throw refusal(
                    "runs",
                    rows.length + " of " + size(),
                    rule + ", columns \"" + columns.losses + "\" and \"" + columns.teacherLosses + "\": " + named(rows)
                            + "; " + remedy);
        }
    }

    static Interval range(double[] values) {
        return new Interval(
                Arrays.stream(values).min().orElseThrow(),
                Arrays.stream(values).max().orElseThrow());
    }

    /** The mean of the logarithms. */
    static double centre(double[] values) {
        return Arrays.stream(values).map(Math::log).average().orElseThrow();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RunTable that
                && Arrays.equals(parameters, that.parameters)
                && Arrays.equals(tokens, that.tokens)
                && Arrays.equals(losses, that.losses)
                && Arrays.equals(teacherLosses, that.teacherLosses)
                && names.equals(that.names)
                && columns.equals(that.columns);
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                Arrays.hashCode(parameters),
                Arrays.hashCode(tokens),
                Arrays.hashCode(losses),
                Arrays.hashCode(teacherLosses),
                names,
                columns);
    }

    @Override
    public String toString() {
        return size() + " runs, of which " + distilled().size() + " are distilled";
    }
}
