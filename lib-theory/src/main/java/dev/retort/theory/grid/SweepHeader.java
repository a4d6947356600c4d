package dev.retort.theory.grid;

import static java.util.stream.Collectors.joining;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The lines before the rows of a file: the {@linkplain GridStudy#description() description} of the study, whose last line names the
 * columns. A note before that line says how to read the file, and the line ends with the checksum of everything before. Older files,
 * without checksums, have the description alone.
 */
final class SweepHeader {

    /** Begins a line that is not part of the description. */
    private static final String NOTE = "##";

    private static final String HOW_TO_READ =
            NOTE + " pandas.read_csv(file, comment=\"#\", float_precision=\"round_trip\");"
                    + " in R: read.csv(file, comment.char=\"#\"). A row ends with # and its checksum.\n";

    private static final Pattern COLUMNS = Pattern.compile(ParameterGrid.INDEX + "(?:," + ParameterGrid.NAME + ")+");

    /** Enough for ten thousand names. */
    private static final int LONGEST_COLUMNS = 1 << 20;

    /** Longer than the part of a header that is on the disk when its sweep has only just begun. */
    private static final long LONGEST_BEGINNING = 1L << 24;

    private static final int PART = 1 << 13;

    private final byte[] start;
    private final boolean noted;
    private final String columns;
    private final boolean complete;
    private final @Nullable String checksum;
    private final String expected;
    private final long length;
    private final int lines;

    private SweepHeader(byte[] start, boolean noted, byte[] columns, CRC32 comments, long length, int lines) {
        this.start = start;
        this.noted = noted;
        this.length = length + columns.length;
        this.complete = columns.length > 0 && columns[columns.length - 1] == '\n';
        this.lines = complete ? lines + 1 : lines;
        String line = new String(columns, 0, columns.length - (complete ? 1 : 0), StandardCharsets.ISO_8859_1);
        int mark = line.indexOf(RowFormat.MARK);
        this.columns = mark < 0 ? line : line.substring(0, mark);
        this.checksum = mark < 0 ? null : line.substring(mark + 1);
        comments.update(this.columns.getBytes(StandardCharsets.ISO_8859_1));
        this.expected = RowFormat.digits(comments);
    }

    /** The header of a new file. */
    static SweepHeader of(GridStudy study) {
        String description = study.description();
        int last = description.lastIndexOf('\n', description.length() - 2) + 1;
        String text = description.substring(0, last)
                + HOW_TO_READ
                + description.substring(last).strip();
        byte[] bytes = (text + RowFormat.MARK + RowFormat.checksum(text) + "\n").getBytes(StandardCharsets.UTF_8);
        try {
            return read(new BoundedLines(new ByteArrayInputStream(bytes)), bytes.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // of bytes in memory
        }
    }

    /**
     * Reads a header, which may be incomplete.
     *
     * @param kept how many of its bytes to keep, for {@link #bytes()} and {@link #description()}
     */
    static SweepHeader read(BoundedLines text, int kept) throws IOException {
        ByteArrayOutputStream start = new ByteArrayOutputStream();
        CRC32 comments = new CRC32();
        boolean noted = false;
        long length = 0;
        int lines = 0;
        while (text.peek() == RowFormat.MARK) {
            byte[] part = text.next(PART);
            noted |= part.length > 1 && part[1] == NOTE.charAt(1);
            for (; part.length > 0; part = text.isEnded() ? new byte[0] : text.next(PART)) {
                comments.update(part);
                length += part.length;
                start.write(part, 0, Math.min(part.length, kept - start.size()));
            }
            lines++;
        }
        byte[] columns = text.next(LONGEST_COLUMNS);
        start.write(columns, 0, Math.min(columns.length, kept - start.size()));
        return new SweepHeader(start.toByteArray(), noted, columns, comments, length, lines);
    }

    /** {@return the bytes of the header that were kept} */
    byte[] bytes() {
        return start.clone();
    }

    /** How many bytes there are in the header. */
    long length() {
        return length;
    }

    /** How many lines of the header are complete. */
    int lines() {
        return lines;
    }

    /** {@return whether this is the header of some sweep, or the beginning of one} */
    boolean isOfSweep() {
        String first = new String(start, 0, Math.min(start.length, GridStudy.FIRST.length()), StandardCharsets.UTF_8);
        return complete
                ? first.equals(GridStudy.FIRST) && COLUMNS.matcher(columns).matches()
                : GridStudy.FIRST.startsWith(first) && columns.length() < LONGEST_COLUMNS;
    }

    /** {@return whether this is an incomplete header of a study, with checksums or without} */
    boolean isBeginningOf(GridStudy study, SweepHeader own) {
        byte[] description = study.description().getBytes(StandardCharsets.UTF_8);
        return !complete && (isBeginningOf(own.start) || isBeginningOf(description));
    }

    private boolean isBeginningOf(byte[] whole) {
        return start.length < whole.length && Arrays.equals(start, 0, start.length, whole, 0, start.length);
    }

    /** The names of the columns. */
    List<String> names() {
        return List.of(columns.split(",", -1));
    }

    /** The description of the study, as far as it was kept. */
    String description() {
        String text = new String(start, StandardCharsets.UTF_8);
        return text.lines()
                .filter(line -> !line.startsWith(NOTE))
                .map(line -> line.startsWith("#") || line.indexOf(RowFormat.MARK) < 0
                        ? line
                        : line.substring(0, line.indexOf(RowFormat.MARK)))
                .collect(joining("\n", "", "\n"));
    }

    /** {@return whether rows have checksums} */
    boolean hasChecksums() {
        return checksum != null;
    }

    /**
     * Requires that the header is complete and was not changed since it was written. Without a checksum only completeness can be checked.
     *
     * @throws IOException if it is incomplete, or its checksum is not right
     */
    void requireIntact(String place) throws IOException {
        if (!complete && length > LONGEST_BEGINNING) {
            throw new IOException(place + ": its header has no end within " + length + " bytes, and is longer than the "
                    + LONGEST_BEGINNING
                    + " of a sweep that has only just begun. The file has been changed or damaged, or is"
                    + " not that of a sweep; restore it from a copy, or begin another file");
        }
        if (!complete) {
            throw new IOException(place + ": does not have a complete header yet. The sweep has only just begun, or was"
                    + " stopped as it began; read the file later, or run the sweep again");
        }
        if (!expected.equals(checksum) && (checksum != null || noted)) {
            String found =
                    checksum == null ? "missing" : Quotation.of(checksum) + ", but that of its text is " + expected;
            throw new IOException(place + ", line " + lines + ": the header's checksum is " + found
                    + ". The file has been changed or damaged; restore it from a copy, or begin another file");
        }
    }

    /** How the rows that follow are written. */
    RowFormat rows() {
        return new RowFormat(names().size() - 1, checksum);
    }
}
