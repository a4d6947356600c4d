package dev.retort.theory.grid;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the text of a file of results, in memory bounded by the length of one row, and tracks how much of it is intact. A wrong last line
 * is left by a process that was killed while writing; a wrong line anywhere else means that the file was changed or damaged.
 */
final class ResultText {

    private static final Logger LOG = LoggerFactory.getLogger(ResultText.class);

    /** Longer than anything that a killed process can leave unfinished. */
    private static final long LONGEST_LOSS = 1L << 26;

    private static final int PART = 1 << 13;

    private final String place;
    private final BoundedLines text;
    private long safe;
    private int lines;
    private @Nullable String loss;

    /** The stream needs no buffer and stays open. */
    ResultText(String place, InputStream bytes) {
        this.place = place;
        this.text = new BoundedLines(bytes);
    }

    /** What a row must satisfy beyond the format. */
    interface Rule {

        /** {@return what is wrong with the row, or null} */
        @Nullable
        String broken(Row row);
    }

    /** Receives rows. */
    interface Reader {

        /** {@return false if the cell had a row before, and true otherwise} */
        boolean accept(Row row);
    }

    /** Reads the lines before the rows; see {@link SweepHeader#read}. */
    SweepHeader header(int kept) throws IOException {
        SweepHeader header = SweepHeader.read(text, kept);
        safe = header.length();
        lines = header.lines();
        return header;
    }

    /**
     * Reads all rows; a wrong last row is left out, with a warning in the log.
     *
     * @throws IOException if any other row is wrong, or two rows belong to one cell; the message names the line and the reason
     */
    void rows(RowFormat format, Rule rule, Reader reader) throws IOException {
        while (text.peek() >= 0) {
            byte[] line = text.next(format.longestRow());
            String defect = text.isEnded() || text.peek() < 0
                    ? defect(line, format, rule, reader)
                    : "it has more than " + line.length + " bytes";
            if (defect == null) {
                safe += line.length;
                lines++;
            } else {
                requireLast(defect);
                loss = "line " + (lines + 1) + " (" + defect + ")";
                LOG.warn("{}: {} is dropped; a sweep that is resumed measures its cell again", place, loss);
            }
        }
    }

    /** Passes the row of a line to the reader, or returns what is wrong with it. */
    private @Nullable String defect(byte[] line, RowFormat format, Rule rule, Reader reader) throws IOException {
        Row row;
        try {
            row = format.read(new String(line, 0, line.length - (text.isEnded() ? 1 : 0), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException malformed) {
            return malformed.getMessage();
        }
        String defect = text.isEnded() ? rule.broken(row) : "its end is missing";
        if (defect == null && !reader.accept(row)) {
            throw corrupt("cell " + row.index() + " has a row already");
        }
        return defect;
    }

    /** Skips the rest of a wrong line, which must be the last. */
    private void requireLast(String defect) throws IOException {
        for (long skipped = 0; !text.isEnded() && text.peek() >= 0; skipped += PART) {
            if (skipped > LONGEST_LOSS) {
                throw corrupt(defect);
            }
            text.next(PART);
        }
        if (text.peek() >= 0) {
            throw corrupt(defect);
        }
    }

    private IOException corrupt(String defect) {
        return new IOException(place + ", line " + (lines + 1) + ": " + defect
                + ". The file has been changed or damaged; delete this line, and resume the sweep to measure"
                + " its cell again");
    }

    /** {@return the number of bytes, from the beginning of the file, that are complete and correct} */
    long safe() {
        return safe;
    }

    /** {@return which line was left out and why, if one was} */
    Optional<String> loss() {
        return Optional.ofNullable(loss);
    }
}
