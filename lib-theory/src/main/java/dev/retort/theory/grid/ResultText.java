package dev.retort.theory.grid;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the text of a file of results and knows which of it can be relied on. What is wrong in the last line is what a run
 * that ended while it wrote leaves behind; elsewhere it is corruption.
 */
final class ResultText {

    /** Far beyond any row, or the values of any axis; what is longer is not text. */
    private static final int LONGEST_LINE = 1 << 26;

    private final String place;
    private final InputStream bytes;
    private final BitSet seen = new BitSet();
    private long safe;
    private int lines;
    private String loss = "";

    /** The stream is best buffered, and stays open. */
    ResultText(String place, InputStream bytes) {
        this.place = place;
        this.bytes = bytes;
    }

    /** What a row must be, beyond having the right number of fields. */
    interface Rule {

        /** {@return what is wrong, or null} */
        @Nullable
        String broken(Row row);
    }

    /** The lines before the rows, as far as they are there: those that begin with #, and the one after them. */
    byte[] header() throws IOException {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        byte[] line;
        do {
            line = line();
            header.writeBytes(line);
            accept(line);
        } while (isEnded(line) && line[0] == '#');
        return header.toByteArray();
    }

    /**
     * Reads all rows but a last one that is wrong.
     *
     * @throws IOException if another row is wrong, or two are of one cell; the message names the line and the reason
     */
    void rows(int numbers, Rule rule, Consumer<Row> reader) throws IOException {
        for (byte[] line = line(); line.length > 0; line = line()) {
            String defect;
            Row row = null;
            try {
                row = Row.read(text(line), numbers);
                defect = isEnded(line) ? rule.broken(row) : "it does not end";
            } catch (IllegalArgumentException malformed) {
                defect = malformed.getMessage();
            }
            if (row != null && defect == null) {
                if (seen.get(row.index())) {
                    throw corrupt("cell " + row.index() + " has a row already");
                }
                seen.set(row.index());
                reader.accept(row);
                accept(line);
            } else if (line().length > 0) {
                throw corrupt(defect);
            } else {
                loss = "line " + (lines + 1) + " (" + defect + ")";
                return;
            }
        }
    }

    private IOException corrupt(@Nullable String defect) {
        return new IOException(place + ", line " + (lines + 1) + ": " + defect
                + ". The file is corrupt; mend or remove the line, and the sweep can be resumed");
    }

    private void accept(byte[] line) {
        safe += line.length;
        lines++;
    }

    /** The cells that have rows. */
    BitSet seen() {
        return seen;
    }

    /** How many bytes of the file are whole and right. */
    long safe() {
        return safe;
    }

    /** What was wrong with the last line, or the empty string. */
    String loss() {
        return loss;
    }

    /** A line with its end, if it has one; empty at the end of the file. */
    private byte[] line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(128);
        int next = 0;
        while (next != '\n' && (next = bytes.read()) >= 0) {
            line.write(next);
            if (line.size() > LONGEST_LINE) {
                throw corrupt("it has more than " + LONGEST_LINE + " bytes, which no line of a sweep has");
            }
        }
        return line.toByteArray();
    }

    private static boolean isEnded(byte[] line) {
        return line.length > 0 && line[line.length - 1] == '\n';
    }

    private static String text(byte[] line) {
        return new String(line, 0, isEnded(line) ? line.length - 1 : line.length, StandardCharsets.UTF_8);
    }
}
