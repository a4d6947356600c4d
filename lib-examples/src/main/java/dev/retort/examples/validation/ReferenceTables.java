package dev.retort.examples.validation;

import static dev.retort.core.internal.Arguments.refusal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The tables of reference digits, tab-separated: those that the tests of the libraries read, which the build packs with the examples,
 * or others of the same names in a directory.
 */
final class ReferenceTables {

    private final @Nullable Path directory;

    private ReferenceTables(@Nullable Path directory) {
        this.directory = directory;
    }

    /** The tables of the library. */
    static ReferenceTables shipped() {
        return new ReferenceTables(null);
    }

    /** The tables in a directory, and the library's where it has none of a name. */
    static ReferenceTables in(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw refusal("directory", directory, "is not a directory");
        }
        return new ReferenceTables(directory);
    }

    /** The rows of a table: {@code "distillation/chains.tsv"}. */
    List<Row> rows(String name) {
        List<String> lines = lines(name);
        List<String> comments =
                lines.stream().takeWhile(line -> line.startsWith("#")).toList();
        String header = comments.get(comments.size() - 1).substring(2);
        List<String> columns = List.of(header.split("\t", -1));
        return lines.stream()
                .skip(comments.size())
                .map(line -> new Row(columns, List.of(line.split("\t", -1))))
                .toList();
    }

    private List<String> lines(String name) {
        try {
            if (directory != null && Files.exists(directory.resolve(name))) {
                return Files.readAllLines(directory.resolve(name));
            }
            try (InputStream in =
                    Objects.requireNonNull(ReferenceTables.class.getResourceAsStream("reference/" + name), name)) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .toList();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One row; a list of numbers may continue in cells after the last column. */
    record Row(List<String> columns, List<String> cells) {

        private int index(String column) {
            int index = columns.indexOf(column);
            if (index < 0) {
                throw refusal("column", column, "is not one of " + columns);
            }
            return index;
        }

        String text(String column) {
            return cells.get(index(column));
        }

        boolean has(String column) {
            return !text(column).isEmpty();
        }

        double number(String column) {
            return Double.parseDouble(text(column));
        }

        int whole(String column) {
            return Integer.parseInt(text(column));
        }

        /** The numbers in a cell, which spaces separate. */
        double[] numbers(String column) {
            return Stream.of(text(column).split(" ", -1))
                    .filter(word -> !word.isEmpty())
                    .mapToDouble(Double::parseDouble)
                    .toArray();
        }

        /** The numbers in all cells from an index on. */
        double[] numbersFrom(int index) {
            return cells.stream().skip(index).mapToDouble(Double::parseDouble).toArray();
        }

        double[] numbersFrom(String column) {
            return numbersFrom(index(column));
        }
    }

    /** A matrix written row after row. */
    static double[][] square(double[] entries) {
        int d = (int) Math.round(Math.sqrt(entries.length));
        double[][] matrix = new double[d][];
        Arrays.setAll(matrix, i -> Arrays.copyOfRange(entries, i * d, (i + 1) * d));
        return matrix;
    }
}
