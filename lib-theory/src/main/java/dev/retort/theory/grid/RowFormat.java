package dev.retort.theory.grid;

import static dev.retort.core.internal.Arguments.refusal;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * How the rows of a file are written: index, parameters and results with commas between them, then {@code #} and the checksum.
 *
 * <p>The checksum is the CRC-32, in eight hexadecimal digits, of the checksum of the file's header followed by the text of the row before
 * the {@code #}. It detects every change of one byte or of up to 32 neighbouring bits, all but one in 2<sup>32</sup> of other changes, and
 * rows from the file of another study.
 *
 * @param numbers how many numbers follow the index
 * @param headerChecksum the checksum of the header; null in a file from before there were checksums
 */
record RowFormat(int numbers, @Nullable String headerChecksum) {

    /** The character before a checksum. Pandas and R can be told to skip the rest of a line from it on. */
    static final char MARK = '#';

    private static final Pattern INDEX = Pattern.compile("0|[1-9][0-9]{0,9}");

    /** The format of {@link Double#toString(double)}, without the other texts that Java reads as numbers. */
    private static final Pattern NUMBER =
            Pattern.compile("-?(?:(?:0|[1-9][0-9]*)\\.[0-9]+(?:E-?[1-9][0-9]*)?|Infinity)");

    /** More than the 24 characters of the longest number and a comma. */
    private static final int LONGEST_NUMBER = 32;

    /** The CRC-32 of some text in eight hexadecimal digits. */
    static String checksum(String... parts) {
        CRC32 sum = new CRC32();
        for (String part : parts) {
            sum.update(part.getBytes(StandardCharsets.UTF_8));
        }
        return digits(sum);
    }

    static String digits(CRC32 sum) {
        return HexFormat.of().toHexDigits((int) sum.getValue());
    }

    /** The most bytes of a row, including its end. */
    int longestRow() {
        return (numbers + 2) * LONGEST_NUMBER;
    }

    /** Appends the row of an outcome that has results. {@link #read} returns its numbers bit for bit. */
    void write(StringBuilder text, Cell cell, double[] results) {
        int start = text.length();
        text.append(cell.index());
        for (int a = 0; a < cell.parameters(); a++) {
            text.append(',').append(cell.value(a));
        }
        for (double result : results) {
            text.append(',').append(result);
        }
        if (headerChecksum != null) {
            String sum = checksum(headerChecksum, text.substring(start));
            text.append(MARK).append(sum);
        }
        text.append('\n');
    }

    /**
     * Reads a row.
     *
     * @param line the row without its end
     * @throws IllegalArgumentException if the line is not a row of this format; the message says why
     */
    Row read(String line) {
        String[] fields = text(line).split(",", -1);
        if (fields.length != numbers + 1) {
            throw new IllegalArgumentException("it has " + fields.length + " fields, not " + (numbers + 1));
        }
        double[] values = new double[numbers];
        for (int i = 0; i < numbers; i++) {
            values[i] = number(fields[i + 1]);
            if (Double.isNaN(values[i])) {
                throw refusal("field " + (i + 2), Quotation.of(fields[i + 1]), "is not a number as sweeps write it");
            }
        }
        return new Row(index(fields[0]), values);
    }

    /** The text before the checksum, after checking it. */
    private String text(String line) {
        if (headerChecksum == null) {
            return line;
        }
        int mark = line.lastIndexOf(MARK);
        if (mark < 0) {
            throw new IllegalArgumentException("it has no checksum");
        }
        String text = line.substring(0, mark);
        String expected = checksum(headerChecksum, text);
        String found = line.substring(mark + 1);
        if (!found.equals(expected)) {
            throw new IllegalArgumentException(
                    "its checksum is " + Quotation.of(found) + ", but that of its text is " + expected);
        }
        return text;
    }

    private static int index(String field) {
        if (INDEX.matcher(field).matches() && Long.parseLong(field) <= Integer.MAX_VALUE) {
            return Integer.parseInt(field);
        }
        throw refusal("field 1", Quotation.of(field), "is not the index of a cell");
    }

    /** The number that a text stands for, or NaN if it is not a number. */
    static double number(String text) {
        return NUMBER.matcher(text).matches() ? Double.parseDouble(text) : Double.NaN;
    }
}
