package dev.retort.theory.grid;

import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.FileAccess;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The results of a sweep, read from its file and sorted by cell. Immutable. */
public final class GridResults {

    private static final Logger LOG = LoggerFactory.getLogger(GridResults.class);

    private final List<String> names;
    private final List<Row> rows;
    private final Optional<String> dropped;

    private GridResults(List<String> names, List<Row> rows, Optional<String> dropped) {
        this.names = names;
        this.rows = rows;
        this.dropped = dropped;
    }

    /**
     * Reads the file of a sweep, which may be running. Every row is checked against its checksum; a last line that is incomplete
     * or wrong is left out, with a warning in the log. A file from before there were checksums is read with a warning in the log.
     *
     * @param csv the file
     * @return its rows
     * @throws IOException if the file cannot be read, is not the file of a sweep, has no complete header yet, or was changed or
     *     damaged anywhere but in its last line
     */
    public static GridResults read(Path csv) throws IOException {
        Storage.requireRegularFile(notNull("csv", csv));
        try (InputStream bytes = FileAccess.to(() -> Files.newInputStream(csv))) {
            ResultText text = new ResultText(csv.toString(), bytes);
            SweepHeader header = text.header(GridStudy.FIRST.length());
            if (!header.isOfSweep()) {
                throw new IOException(csv + ": is not the file of a sweep");
            }
            header.requireIntact(csv.toString());
            if (!header.hasChecksums()) {
                LOG.warn("{}: has no checksums, so that changed digits would go unnoticed", csv);
            }
            TreeMap<Integer, Row> rows = new TreeMap<>();
            text.rows(header.rows(), row -> null, row -> rows.putIfAbsent(row.index(), row) == null);
            return new GridResults(header.names(), List.copyOf(rows.values()), text.loss());
        }
    }

    /**
     * The names of the columns.
     *
     * @return {@code index}, the parameters in the order of the grid, and the results
     */
    public List<String> names() {
        return names;
    }

    /**
     * The number of cells that have results.
     *
     * @return the number of rows
     */
    public int size() {
        return rows.size();
    }

    /**
     * The last line of the file, if it was left out because a sweep was writing it or was stopped while writing it.
     *
     * @return the number of the line and what is wrong with it; empty if every line was read
     */
    public Optional<String> dropped() {
        return dropped;
    }

    /**
     * One column.
     *
     * @param name {@code index}, a parameter or a result
     * @return a new array, one entry per cell that has results, in the order of the grid
     * @throws IllegalArgumentException if there is no such column
     */
    public double[] column(String name) {
        int position = names.indexOf(notNull("name", name));
        if (position < 0) {
            throw refusal("name", name, "is not one of " + names);
        }
        return rows.stream()
                .mapToDouble(row -> position == 0 ? row.index() : row.number(position - 1))
                .toArray();
    }

    /** Whether other results have the same columns and rows, whatever file they were read from. */
    @Override
    public boolean equals(Object other) {
        return other instanceof GridResults that && names.equals(that.names) && rows.equals(that.rows);
    }

    @Override
    public int hashCode() {
        return Objects.hash(names, rows);
    }

    @Override
    public String toString() {
        return "GridResults of " + size() + " cells: " + names
                + dropped.map(line -> ", without " + line).orElse("");
    }
}
