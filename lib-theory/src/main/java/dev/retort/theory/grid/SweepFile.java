package dev.retort.theory.grid;

import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a running sweep. A program that measures the cells of a study, on one machine or on many, asks this class which cells are
 * missing and adds their outcomes.
 *
 * <p>The file is text: the {@linkplain GridStudy#description() description} of the study and one row per cell, in the order in
 * which the cells finish: index, parameters and results in full precision, {@code Infinity} included, then {@code #} and a
 * checksum. Pandas and R skip the checksums and the description when told that {@code #} begins a comment; the header says how.
 *
 * <p>Rows are on the disk when {@link #add} returns, so a process may be killed at any moment: the next one that opens the file drops an
 * incomplete or wrong last line, with a warning, and measures the cells without a row. Nothing else is ever dropped. A file that is wrong
 * anywhere else, even in one digit, or that belongs to another study is refused and left unchanged. A file from before there were checksums
 * is resumed without them, with a warning.
 *
 * <p>While a sweep has the file open, a second file beside it, with {@code .lock} appended to its name, keeps other sweeps away; the file
 * may be read meanwhile. Not thread-safe.
 */
public final class SweepFile implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(SweepFile.class);

    private final GridStudy study;
    private final Path path;
    private final Storage storage;
    private final Consumer<SweepProgress> progress;
    private final RowFormat format;
    private final Optional<String> dropped;
    private final BitSet done = new BitSet();
    private final int before;
    private final NavigableMap<Integer, SweepSummary.Failure> failures = new TreeMap<>();
    private final long start = System.nanoTime();
    private int now;
    private long end;

    /** Whether a failed write may have left bytes beyond the last row. */
    private boolean torn;

    /** Reads the header and the rows already in the storage. */
    SweepFile(GridStudy study, Path path, Storage storage, Consumer<SweepProgress> progress) throws IOException {
        this.study = study;
        this.path = path;
        this.storage = storage;
        this.progress = progress;
        SweepHeader own = SweepHeader.of(study);
        ResultText text = new ResultText(path.toString(), storage.read());
        // Other versions of Java write some numbers with more digits, but not with twice as many.
        SweepHeader found = text.header(2 * own.bytes().length);
        if (found.isBeginningOf(study, own)) {
            write(own.bytes()); // a new file, or one whose sweep was killed while writing these lines
            this.format = own.rows();
        } else {
            study.requireSame(path.toString(), found.description());
            found.requireIntact(path.toString());
            this.format = found.rows();
            readRows(text);
        }
        this.dropped = text.loss();
        this.before = done.cardinality();
    }

    private void readRows(ResultText text) throws IOException {
        if (format.headerChecksum() == null) {
            LOG.warn(
                    "{}: has no checksums, so that changed digits would go unnoticed; a new file would have them",
                    path);
        }
        text.rows(
                format,
                row -> row.fits(study.grid()) ? null : "its parameters are not those of cell " + row.index(),
                row -> {
                    boolean first = !done.get(row.index());
                    done.set(row.index());
                    return first;
                });
        end = text.safe();
        if (text.loss().isPresent()) {
            storage.truncate(end);
        }
    }

    /**
     * Opens the file of a study, and creates it if it does not exist.
     *
     * @param study the study whose cells are measured
     * @param path the file, in a directory that exists
     * @param progress called whenever rows have been added, in the thread that adds them
     * @return the open file
     * @throws IllegalArgumentException if the path does not name a file, or the file belongs to another study; the message
     *     shows where they differ
     * @throws IOException if the file is not a regular one, cannot be opened for writing, is open in another sweep, or was
     *     changed or damaged anywhere but in its last line; the message gives the number of the line
     */
    public static SweepFile open(GridStudy study, Path path, Consumer<SweepProgress> progress) throws IOException {
        notNull("study", study);
        notNull("progress", progress);
        Path name = notNull("path", path).getFileName();
        if (name == null || name.toString().isEmpty()) {
            throw refusal("path", "\"" + path + "\"", "does not name a file");
        }
        Storage storage = Storage.of(path);
        try {
            return new SweepFile(study, path, storage, progress);
        } catch (IOException | RuntimeException | Error e) {
            storage.close();
            throw e;
        }
    }

    /**
     * The cells that have no row.
     *
     * @return their indices, in order
     */
    public int[] missing() {
        return IntStream.range(0, study.grid().size()).filter(i -> !done.get(i)).toArray();
    }

    /**
     * Adds the rows of the cells that have results and records those that failed. When this method returns, the rows are on the disk;
     * adding more rows at once makes each of them cheaper.
     *
     * @param outcomes the outcomes of cells that were missing
     * @throws IllegalArgumentException if a cell has a row already, is not in the grid, or has another number of results than
     *     the study has columns; nothing is added then
     * @throws IOException if the rows cannot be written, for example because the disk is full: then none of them is in the
     *     file and all earlier ones are, and the message says how many. Also if another process has modified, replaced or
     *     deleted the file
     */
    public void add(Collection<Outcome> outcomes) throws IOException {
        BitSet adding = new BitSet();
        NavigableMap<Integer, SweepSummary.Failure> failed = new TreeMap<>();
        StringBuilder rows = new StringBuilder();
        int columns = study.columns().size();
        for (Outcome outcome : notNull("outcomes", outcomes)) {
            Cell cell = cell(notNull("outcomes", outcome));
            if (done.get(cell.index()) || adding.get(cell.index())) {
                throw refusal("outcomes", cell, "has a row already");
            }
            outcome.failure()
                    .ifPresentOrElse(
                            reason -> failed.put(
                                    cell.index(), new SweepSummary.Failure(cell, reason, outcome.isRefused())),
                            () -> {
                                double[] results = outcome.results();
                                length("outcomes.results", results.length, "the number of columns", columns);
                                adding.set(cell.index());
                                format.write(rows, cell, results);
                            });
        }
        if (!torn) {
            storage.requireUntouched(end);
        }
        write(rows.toString().getBytes(StandardCharsets.UTF_8));
        done.or(adding);
        now += adding.cardinality();
        failures.putAll(failed);
        adding.stream().forEach(failures::remove);
        progress.accept(SweepProgress.of(study.grid().size(), before, now, failures.size(), start));
    }

    private Cell cell(Outcome outcome) {
        int cells = study.grid().size();
        if (outcome.index() >= cells) {
            throw refusal("outcomes", "cell " + outcome.index(), "is not in the grid, which has " + cells + " cells");
        }
        return study.grid().cell(outcome.index());
    }

    private void write(byte[] bytes) throws IOException {
        if (bytes.length == 0) {
            return;
        }
        try {
            if (torn) {
                storage.truncate(end);
            }
            torn = true;
            storage.write(end, bytes);
            storage.sync();
            end += bytes.length;
            torn = false;
        } catch (IOException e) {
            IOException failure = new IOException(
                    path + ": cannot be written (" + e.getMessage() + "). " + (before + now)
                            + " rows are safe; the sweep can be resumed",
                    e);
            try {
                storage.truncate(end);
                torn = false;
            } catch (IOException again) {
                failure.addSuppressed(again); // the next sweep that opens the file drops the incomplete line
            }
            throw failure;
        }
    }

    /**
     * The progress of the sweep since the file was opened.
     *
     * @return the numbers of cells, the cells that failed, and the last line if it was dropped
     */
    public SweepSummary summary() {
        return new SweepSummary(study.grid().size(), before, now, List.copyOf(failures.values()), dropped);
    }

    /** Closes the file and releases its lock. Deletes the file if it has no rows because all cells were refused. */
    @Override
    public void close() throws IOException {
        try (storage) {
            if (summary().isRefused()) {
                storage.requireUntouched(end);
                Files.delete(path);
            }
        }
    }

    @Override
    public String toString() {
        return "SweepFile " + path + ": " + (before + now) + " of "
                + study.grid().size() + " cells";
    }
}
