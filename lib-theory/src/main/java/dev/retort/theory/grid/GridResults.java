package dev.retort.theory.grid;

import static dev.retort.core.Arguments.notNull;
import static dev.retort.core.Arguments.refusal;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The results of a sweep, read from its file and sorted by cell. Immutable. */
public final class GridResults {

    private final List<String> names;
    private final List<Row> rows;

    private GridResults(List<String> names, List<Row> rows) {
        this.names = names;
        this.rows = rows;
    }

    /**
     * Reads the file of a sweep, which may not be complete or still be running: a last line that is incomplete is left out.
     *
     * @param csv the file
     * @return what is in it
     * @throws IOException if it cannot be read, is not the file of a sweep, or is corrupt elsewhere than in its last line
     */
    public static GridResults read(Path csv) throws IOException {
        if (Files.isDirectory(notNull("csv", csv))) {
            throw new IOException(csv + ": is a directory, not the file of a sweep");
        }
        try (InputStream bytes = new BufferedInputStream(Files.newInputStream(csv))) {
            ResultText text = new ResultText(csv.toString(), bytes);
            String[] header = new String(text.header(), StandardCharsets.UTF_8).split("\n", -1);
            List<String> names = List.of(header[Math.max(0, header.length - 2)].split(",", -1));
            if (!names.get(0).equals(ParameterGrid.INDEX)) {
                throw new IOException(csv + ": is not the file of a sweep");
            }
            List<Row> rows = new ArrayList<>();
            text.rows(names.size() - 1, row -> row.index() < 0 ? "its index is negative" : null, rows::add);
            rows.sort(Comparator.comparingInt(Row::index));
            return new GridResults(names, List.copyOf(rows));
        }
    }

    /**
     * The names of the columns.
     *
     * @return {@code index}, the parameters in the order of the grid, and what was measured
     */
    public List<String> names() {
        return names;
    }

    /**
     * The number of cells that have results.
     *
     * @return how many
     */
    public int size() {
        return rows.size();
    }

    /**
     * One column.
     *
     * @param name a parameter, or what was measured, or {@code index}
     * @return a new array, one entry per cell that has results, in the order of the grid
     * @throws IllegalArgumentException if there is no such column
     */
    public double[] column(String name) {
        int position = names.indexOf(name);
        if (position < 0) {
            throw refusal("name", name, "is not one of " + names);
        }
        return rows.stream()
                .mapToDouble(row -> position == 0 ? row.index() : row.number(position - 1))
                .toArray();
    }

    @Override
    public String toString() {
        return "GridResults of " + size() + " cells: " + names;
    }
}
