package dev.retort.examples;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.theory.data.TableReader;
import dev.retort.theory.data.TextTable;
import dev.retort.theory.scaling.RunTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The runs in a file. A line has one run, N, D, loss and, if it is distilled, L_T; or two runs, one on data in the columns N, D, loss and a
 * distilled one in N_S, D_S, L_T, L_S, either of which may be empty.
 *
 * @param onData the runs on data, perhaps none
 * @param distilled the runs with teachers, perhaps none
 */
record RunFile(RunTable onData, RunTable distilled) {

    private static final List<String> PARAMETERS = List.of("n", "parameters", "params");
    private static final List<String> TOKENS = List.of("d", "tokens");
    private static final List<String> LOSS = List.of("loss", "l");
    private static final List<String> STUDENT_PARAMETERS = List.of("n_s", "student_parameters");
    private static final List<String> STUDENT_TOKENS = List.of("d_s", "student_tokens");
    private static final List<String> STUDENT_LOSS = List.of("l_s", "student_loss");
    private static final List<String> TEACHER_LOSS = List.of("l_t", "teacher_loss");

    /** The index of a missing column. */
    private static final int NONE = -1;

    /**
     * Reads the runs.
     *
     * @throws IllegalArgumentException if a column or a value is missing or not greater than 0; the message names line and column
     * @throws dev.retort.theory.data.TableFormatException if the file is not a table of text
     * @throws IOException if the file cannot be read
     */
    static RunFile read(Path file) throws IOException {
        TextTable table = TableReader.standard().readText(file);
        if (table.rows() == 0) {
            throw refusal("runs", 0, "is the number of runs in " + file + "; write one run per line below the names");
        }
        Stream.of(PARAMETERS, TOKENS, LOSS, STUDENT_PARAMETERS, STUDENT_TOKENS, STUDENT_LOSS, TEACHER_LOSS)
                .forEach(called -> requireOne(table, called));
        boolean students = find(table, STUDENT_PARAMETERS) != NONE;
        if (students && find(table, PARAMETERS) != NONE) {
            Runs onData = new Runs(table, column(table, PARAMETERS), column(table, TOKENS), column(table, LOSS), NONE);
            Runs distilled = new Runs(
                    table,
                    column(table, STUDENT_PARAMETERS),
                    column(table, STUDENT_TOKENS),
                    column(table, STUDENT_LOSS),
                    column(table, TEACHER_LOSS));
            for (int row = 0; row < table.rows(); row++) {
                onData.addUnlessEmpty(row);
                distilled.addUnlessEmpty(row);
            }
            return new RunFile(onData.table(), distilled.table());
        }
        Runs all = new Runs(
                table,
                column(table, students ? STUDENT_PARAMETERS : PARAMETERS),
                column(table, find(table, STUDENT_TOKENS) != NONE ? STUDENT_TOKENS : TOKENS),
                column(table, find(table, STUDENT_LOSS) != NONE ? STUDENT_LOSS : LOSS),
                find(table, TEACHER_LOSS));
        for (int row = 0; row < table.rows(); row++) {
            all.add(row);
        }
        RunTable runs = all.table();
        return new RunFile(runs.supervised(), runs.distilled());
    }

    private static void requireOne(TextTable table, List<String> called) {
        if (IntStream.range(0, table.names().size())
                        .filter(column -> isCalled(table, column, called))
                        .count()
                > 1) {
            throw refusal(
                    "columns",
                    table.names(),
                    "contain more than one column called " + String.join(" or ", called) + "; keep one of them");
        }
    }

    private static boolean isCalled(TextTable table, int column, List<String> called) {
        return called.contains(table.names().get(column).toLowerCase(Locale.ROOT));
    }

    private static int find(TextTable table, List<String> called) {
        return IntStream.range(0, table.names().size())
                .filter(column -> isCalled(table, column, called))
                .findFirst()
                .orElse(NONE);
    }

    private static int column(TextTable table, List<String> called) {
        int column = find(table, called);
        if (column == NONE) {
            throw refusal(
                    "columns",
                    table.names(),
                    "contain no column called " + String.join(" or ", called) + " (in either case)");
        }
        return column;
    }

    @Override
    public String toString() {
        int runs = onData.size() + distilled.size();
        return runs
                + (runs == 1 ? " run, of which " : " runs, of which ")
                + distilled.size()
                + (distilled.size() == 1 ? " is distilled" : " are distilled");
    }

    /** Runs collected from four columns; that of the teachers' losses may be missing. */
    private static final class Runs {
        private final TextTable file;
        private final int[] columns;
        private final List<double[]> rows = new ArrayList<>();
        private final List<String> names = new ArrayList<>();

        Runs(TextTable file, int parameters, int tokens, int loss, int teacherLoss) {
            this.file = file;
            this.columns = new int[] {parameters, tokens, loss, teacherLoss};
        }

        /** Adds a run, which may have no teacher. */
        void add(int row) throws IOException {
            add(row, columns[3] == NONE ? Double.NaN : number(row, columns[3]).orElse(Double.NaN));
        }

        /** Adds a run whose cells are either all filled or all empty; an empty one is skipped. */
        void addUnlessEmpty(int row) throws IOException {
            int[] there =
                    Arrays.stream(columns).filter(column -> column != NONE).toArray();
            boolean empty = true;
            for (int column : there) {
                empty &= number(row, column).isEmpty();
            }
            if (!empty) {
                add(row, columns[3] == NONE ? Double.NaN : required(row, columns[3]));
            }
        }

        private void add(int row, double teacherLoss) throws IOException {
            rows.add(new double[] {
                required(row, columns[0]), required(row, columns[1]), required(row, columns[2]), teacherLoss
            });
            names.add("line " + file.line(row));
        }

        private double required(int row, int column) throws IOException {
            String cell = file.cell(row, column);
            return number(row, column)
                    .orElseThrow(() -> refusal(
                            file.place(row, column),
                            cell.isEmpty() ? "an empty cell" : "\"" + cell + "\"",
                            "is a missing value, without which the run is not complete"));
        }

        private OptionalDouble number(int row, int column) throws IOException {
            OptionalDouble value = file.number(row, column);
            if (value.isPresent() && !(value.getAsDouble() > 0)) {
                throw refusal(file.place(row, column), "\"" + file.cell(row, column) + "\"", "is not greater than 0");
            }
            return value;
        }

        RunTable table() {
            return RunTable.of(values(0), values(1), values(2))
                    .withTeacherLosses(values(3))
                    .withNames(names)
                    .withColumnNames(name(0, "N"), name(1, "D"), name(2, "loss"), name(3, "L_T"));
        }

        private double[] values(int index) {
            return rows.stream().mapToDouble(run -> run[index]).toArray();
        }

        private String name(int index, String otherwise) {
            return columns[index] == NONE ? otherwise : file.names().get(columns[index]);
        }
    }
}
