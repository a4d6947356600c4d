package dev.retort.theory.grid;

import static dev.retort.core.Arguments.notNull;
import static dev.retort.core.Arguments.refusal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a sweep that is under way: what runs a study, on whatever machines, asks here which cells are missing and hands
 * over what came of them.
 *
 * <p>The file is text: the {@linkplain GridStudy#description() description} of the study and one line per cell, in the order
 * in which they finish: index, parameters, results, numbers in full precision, {@code Infinity} included. Rows are on the
 * disk when {@link #add} returns. So a process may be killed at any moment: the next that opens the file drops a last line
 * that is incomplete, with a warning, and has the cells without a row to do. Nothing else is ever dropped; a file that is
 * wrong anywhere else, or belongs to another study, is refused untouched. While it is open the file is locked against a
 * second sweep, by another file beside it, {@code .lock} behind its name; it may be read. For one thread at a time.
 */
public final class SweepFile implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(SweepFile.class);

    private final GridStudy study;
    private final Path path;
    private final Storage storage;
    private final Consumer<SweepProgress> progress;
    private final BitSet done;
    private final int before;
    private final NavigableMap<Integer, SweepSummary.Failure> failures = new TreeMap<>();
    private final long start = System.nanoTime();
    private int now;
    private long end;

    /** Something may be in the file beyond its end. */
    private boolean torn;

    /** Reads what the storage has. */
    SweepFile(GridStudy study, Path path, Storage storage, Consumer<SweepProgress> progress) throws IOException {
        this.study = study;
        this.path = path;
        this.storage = storage;
        this.progress = progress;
        ResultText text = new ResultText(path.toString(), storage.read());
        this.done = text.seen();
        byte[] header = text.header();
        byte[] description = study.description().getBytes(StandardCharsets.UTF_8);
        int shared = Arrays.mismatch(header, description);
        if (shared == header.length) {
            write(description); // new, or killed in these very lines
        } else {
            study.requireSame(path.toString(), new String(header, StandardCharsets.UTF_8));
            text.rows(
                    study.grid().names().size() + study.columns().size(),
                    row -> row.fits(study.grid()) ? null : "its parameters are not those of cell " + row.index(),
                    row -> {});
            end = text.safe();
            if (!text.loss().isEmpty()) {
                LOG.warn("{}: {} is dropped, and its cell done again", path, text.loss());
                storage.truncate(end);
            }
        }
        this.before = done.cardinality();
    }

    /**
     * Opens the file of a study, and makes it if it is not there.
     *
     * @param study what is run
     * @param path the file, in a directory that exists
     * @param progress told whenever rows have been added, in the thread that adds them
     * @return the open file
     * @throws IllegalArgumentException if the path does not name a file, or the file belongs to another study; the message
     *     shows where they differ
     * @throws IOException if the file cannot be opened for writing, another sweep has it open, or it is corrupt elsewhere than
     *     in its last line; the message names the line
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
     * Adds the rows of the cells that have results and takes note of those that failed. When this returns, the rows are on the
     * disk; the more are added at once, the less each of them costs.
     *
     * @param outcomes what came of cells that were missing
     * @throws IllegalArgumentException if a cell has its row already
     * @throws IOException if the rows cannot be written, for example because the disk is full. None of them is in the file
     *     then, and all earlier ones are; the message says how many. Also if somebody else has changed, replaced or deleted
     *     the file meanwhile
     */
    public void add(Collection<Outcome> outcomes) throws IOException {
        BitSet adding = new BitSet();
        NavigableMap<Integer, SweepSummary.Failure> failed = new TreeMap<>();
        StringBuilder rows = new StringBuilder();
        for (Outcome outcome : outcomes) {
            Cell cell = study.grid().cell(outcome.index());
            if (done.get(cell.index()) || adding.get(cell.index())) {
                throw refusal("outcomes", cell, "has a row already");
            }
            outcome.failure()
                    .ifPresentOrElse(reason -> failed.put(cell.index(), new SweepSummary.Failure(cell, reason)), () -> {
                        adding.set(cell.index());
                        Row.write(rows, cell, outcome.results());
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
                failure.addSuppressed(again); // the next who opens the file will drop what is incomplete
            }
            throw failure;
        }
    }

    /**
     * How far the sweep has come since the file was opened.
     *
     * @return the numbers of cells, and those that failed, by index
     */
    public SweepSummary summary() {
        return new SweepSummary(study.grid().size(), before, now, List.copyOf(failures.values()));
    }

    /** Closes the file and gives up its lock. */
    @Override
    public void close() throws IOException {
        storage.close();
    }
}
