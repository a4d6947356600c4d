package dev.retort.examples.validation;

import static dev.retort.core.internal.Arguments.refusal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The tables of reference digits, tab-separated: those that the tests of the libraries read, which the build packs with the examples,
 * or others of the same names in a directory. They remember which of them were read.
 */
final class ReferenceTables {

    private static final String FOLDER = "reference/";
    private static final String TABLE = ".tsv";

    private final @Nullable Path directory;
    private final Set<String> read = new TreeSet<>();

    private ReferenceTables(@Nullable Path directory) {
        this.directory = directory;
    }

    /** The tables of the library. */
    static ReferenceTables shipped() {
        return new ReferenceTables(null);
    }

    /**
     * The tables in a directory, and the library's where it has none of a name. A file that is none of them would not be read, and is
     * refused; hidden ones are left alone.
     */
    static ReferenceTables in(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw refusal("directory", directory, "is not a directory");
        }
        SortedSet<String> names = names();
        SortedSet<String> given = files(directory);
        for (String name : given) {
            if (!names.contains(name)) {
                throw refusal(
                        "directory",
                        directory,
                        "has a file that no check reads, " + name + "; the tables are " + names);
            }
        }
        if (given.isEmpty()) {
            throw refusal("directory", directory, "has none of the tables " + names);
        }
        return new ReferenceTables(directory);
    }

    /** {@return the names of the library's tables} */
    static SortedSet<String> names() {
        try {
            Path classes = Path.of(ReferenceTables.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            String folder = ReferenceTables.class.getPackageName().replace('.', '/') + "/" + FOLDER;
            if (Files.isDirectory(classes)) {
                return files(classes.resolve(folder));
            }
            try (JarFile jar = new JarFile(classes.toFile())) {
                return jar.stream()
                        .map(JarEntry::getName)
                        .filter(name -> name.startsWith(folder) && name.endsWith(TABLE))
                        .map(name -> name.substring(folder.length()))
                        .collect(Collectors.toCollection(TreeSet::new));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The files in a directory and below it, with slashes between the parts of their names; not hidden ones. */
    private static SortedSet<String> files(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> directory.relativize(file).toString().replace('\\', '/'))
                    .filter(name -> !name.startsWith(".") && !name.contains("/."))
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return the names of the library's tables that were not read so far} */
    SortedSet<String> unread() {
        SortedSet<String> names = names();
        names.removeAll(read);
        return names;
    }

    /** The rows of a table: {@code "distillation/chains.tsv"}. */
    List<Row> rows(String name) {
        List<String> lines = lines(name);
        read.add(name);
        List<String> comments =
                lines.stream().takeWhile(line -> line.startsWith("#")).toList();
        if (comments.isEmpty()) {
            throw refusal("table", name, "does not begin with a comment, \"# \" and the names of its columns");
        }
        String header = comments.get(comments.size() - 1).substring(2);
        List<String> columns = List.of(header.split("\t", -1));
        return IntStream.range(comments.size(), lines.size())
                .mapToObj(i -> new Row(
                        name + ", line " + (i + 1),
                        columns,
                        List.of(lines.get(i).split("\t", -1))))
                .toList();
    }

    private List<String> lines(String name) {
        try {
            if (directory != null && Files.exists(directory.resolve(name))) {
                return new String(Files.readAllBytes(directory.resolve(name)), StandardCharsets.UTF_8)
                        .lines()
                        .toList();
            }
            try (InputStream in =
                    Objects.requireNonNull(ReferenceTables.class.getResourceAsStream(FOLDER + name), name)) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .toList();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * One row; a list of numbers may continue in cells after the last column.
     *
     * @param place the table and the line, for messages
     */
    record Row(String place, List<String> columns, List<String> cells) {

        /** Hands the row over, and says where it is if it is refused. */
        void read(Consumer<Row> compare) {
            try {
                compare.accept(this);
            } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
                throw new IllegalArgumentException(place + ": " + e.getMessage(), e);
            }
        }

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
