package dev.retort.examples;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.theory.scaling.RunTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * A file of training runs. One run a line, N, D, loss and, for those that are distilled, L_T; or two, one on data in the columns N, D, loss and
 * one that is distilled in N_S, D_S, L_T, L_S, either of which may be empty.
 */
final class RunFile {

    private static final List<String> PARAMETERS = List.of("n", "parameters", "params");
    private static final List<String> TOKENS = List.of("d", "tokens");
    private static final List<String> LOSS = List.of("loss", "l");
    private static final List<String> STUDENT_PARAMETERS = List.of("n_s", "student_parameters");
    private static final List<String> STUDENT_TOKENS = List.of("d_s", "student_tokens");
    private static final List<String> STUDENT_LOSS = List.of("l_s", "student_loss");
    private static final List<String> TEACHER_LOSS = List.of("l_t", "teacher_loss");

    private static final Set<String> MISSING = Set.of("", "na", "n/a", "nan", "null");

    private final List<String> header;
    private final List<String> names = new ArrayList<>();
    private final List<double[]> runs = new ArrayList<>();

    private RunFile(List<String> header) {
        this.header = header;
        for (List<String> called :
                List.of(PARAMETERS, TOKENS, LOSS, STUDENT_PARAMETERS, STUDENT_TOKENS, STUDENT_LOSS, TEACHER_LOSS)) {
            if (header.stream().filter(called::contains).count() > 1) {
                throw refusal(
                        "columns",
                        header,
                        "have more than one that is called " + String.join(" or ", called) + "; keep one of them");
            }
        }
    }

    /**
     * Reads the runs.
     *
     * @throws IllegalArgumentException if a column or a value is missing or no number; the message names the line
     * @throws IOException if the file cannot be read
     */
    static RunTable read(Path file) throws IOException {
        String text = text(file);
        CSVFormat format = CSVFormat.RFC4180
                .builder()
                .setDelimiter(separator(text.lines().findFirst().orElse("")))
                .setIgnoreSurroundingSpaces(true)
                .setIgnoreEmptyLines(true)
                .get();
        try (CSVParser parser = CSVParser.parse(text, format)) {
            RunFile runs = null;
            for (CSVRecord line : parser) {
                if (runs == null) {
                    runs = new RunFile(line.stream()
                            .map(name -> name.strip().toLowerCase(Locale.ROOT))
                            .toList());
                } else {
                    runs.add(line, "line " + parser.getCurrentLineNumber());
                }
            }
            if (runs == null || runs.runs.isEmpty()) {
                throw refusal("runs", 0, "is the number of runs in " + file);
            }
            return runs.table();
        } catch (UncheckedIOException e) {
            throw refusal("file", file, "has quotation marks that do not close, or text behind one that does");
        }
    }

    private static String text(Path file) throws IOException {
        try {
            return Files.readString(file, StandardCharsets.UTF_8).replaceFirst("^\ufeff", "");
        } catch (CharacterCodingException e) {
            throw refusal("file", file, "is not text in UTF-8; save it in that encoding");
        }
    }

    private static char separator(String header) {
        return header.indexOf('\t') >= 0 ? '\t' : header.indexOf(';') >= 0 ? ';' : ',';
    }

    private void add(CSVRecord line, String name) {
        if (line.size() != header.size()) {
            throw refusal(name, line.size(), "is its number of fields, and not that of the names, " + header.size());
        }
        boolean both =
                column(PARAMETERS).isPresent() && column(STUDENT_PARAMETERS).isPresent();
        if (both) {
            addIfThere(line, name, List.of(PARAMETERS, TOKENS, LOSS));
            addIfThere(line, name, List.of(STUDENT_PARAMETERS, STUDENT_TOKENS, STUDENT_LOSS, TEACHER_LOSS));
            return;
        }
        boolean ofStudents = column(STUDENT_PARAMETERS).isPresent();
        double[] run = {
            required(line, name, ofStudents ? STUDENT_PARAMETERS : PARAMETERS),
            required(line, name, column(STUDENT_TOKENS).isPresent() ? STUDENT_TOKENS : TOKENS),
            required(line, name, column(STUDENT_LOSS).isPresent() ? STUDENT_LOSS : LOSS),
            column(TEACHER_LOSS).isPresent() ? number(line, name, TEACHER_LOSS) : Double.NaN
        };
        keep(run, name);
    }

    /** A run of which all fields are empty is none. */
    private void addIfThere(CSVRecord line, String name, List<List<String>> columns) {
        if (columns.stream().allMatch(column -> Double.isNaN(number(line, name, column)))) {
            return;
        }
        double[] run = {Double.NaN, Double.NaN, Double.NaN, Double.NaN};
        for (int k = 0; k < columns.size(); k++) {
            run[k] = required(line, name, columns.get(k));
        }
        keep(run, name);
    }

    private void keep(double[] run, String name) {
        runs.add(run);
        names.add(name);
    }

    private double required(CSVRecord line, String name, List<String> column) {
        double value = number(line, name, column);
        if (Double.isNaN(value)) {
            throw refusal(name + ", column " + column.get(0), "\"\"", "is missing");
        }
        return value;
    }

    /** NaN where it is missing. */
    private double number(CSVRecord line, String name, List<String> column) {
        String text = line.get(column(column)
                .orElseThrow(() -> refusal(
                        "columns",
                        header,
                        "have none that is called " + String.join(" or ", column) + " (either case)")));
        if (MISSING.contains(text.strip().toLowerCase(Locale.ROOT))) {
            return Double.NaN;
        }
        Double value = parsed(text);
        if (value == null || !(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw refusal(name + ", column " + column.get(0), "\"" + text + "\"", "is not a number greater than 0");
        }
        return value;
    }

    private static @Nullable Double parsed(String text) {
        try {
            return Double.valueOf(text.strip());
        } catch (NumberFormatException e) {
            return null; // refused with its line
        }
    }

    private Optional<Integer> column(List<String> called) {
        return called.stream().map(header::indexOf).filter(index -> index >= 0).findFirst();
    }

    private RunTable table() {
        return RunTable.of(column(0), column(1), column(2))
                .withTeacherLosses(column(3))
                .withNames(names);
    }

    private double[] column(int index) {
        return runs.stream().mapToDouble(run -> run[index]).toArray();
    }
}
