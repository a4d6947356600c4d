package dev.retort.theory.data;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * NumPy's file format for one array, versions 1.0 to 3.0 (NumPy Enhancement Proposal 1): a magic string of six bytes, the version, the
 * length of a header, the header, which is the text of a Python dictionary, and the entries.
 */
final class NpyFormat {

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

    /** NumPy itself reads no header beyond 10,000 characters unless told to. */
    private static final int LONGEST_HEADER = 1 << 16;

    /** NumPy aligns the entries to multiples of this. */
    private static final int ALIGNMENT = 64;

    /** The size of the buffer, a multiple of the size of every type. */
    private static final int BUFFER = 1 << 16;

    private static final int LARGEST = Integer.MAX_VALUE - 8;

    private static final String STRING = "'[^'\\\\]*'|\"[^\"\\\\]*\"";
    private static final String SHAPE = "\\(([0-9L, ]*)\\)";

    /** One entry of the dictionary; lists are the descriptions of structured types. */
    private static final Pattern ENTRY =
            Pattern.compile("\\s*(" + STRING + ")\\s*:\\s*(" + STRING + "|True|False|" + SHAPE + "|\\[.*\\])\\s*(,|$)");

    private static final Pattern TYPE = Pattern.compile("([<>=|]?)([a-zA-Z?])([0-9]*)");

    private NpyFormat() {}

    /** Turns the bytes of an entry into a number, or reports to the table why it cannot. */
    @FunctionalInterface
    private interface Decoder {
        void decode(ByteBuffer entry, int row, int column, TableBuilder table) throws TableFormatException;
    }

    private record Header(String type, boolean fortranOrder, List<Long> shape) {}

    /**
     * @param length the most bytes that the stream can hold
     */
    static DataTable read(String source, InputStream in, long length, TableReader.Choice choice) throws IOException {
        try {
            Header header = header(source, in);
            Matcher type = TYPE.matcher(header.type);
            if (!type.matches() || type.group(3).length() > 3) {
                throw refused(source, "type " + Wording.quoted(header.type));
            }
            int size = type.group(3).isEmpty() ? 1 : Integer.parseInt(type.group(3));
            @Nullable Decoder decoder = decoder(type.group(2).charAt(0), size);
            if (decoder == null) {
                throw refused(source, "type " + Wording.quoted(header.type));
            }
            boolean big = type.group(1).equals(">")
                    || (!type.group(1).equals("<") && ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN);
            List<Long> shape = header.shape;
            if (shape.size() != 1 && shape.size() != 2) {
                throw new TableFormatException(source + " holds an array of shape " + shape
                        + ", which is not a table: reshape it to [rows, columns]");
            }
            double rows = shape.get(0);
            double columns = shape.size() == 1 ? 1 : shape.get(1);
            if (!(rows * columns > 0)) {
                throw new TableFormatException(source + " holds no number: its shape is " + shape);
            }
            if (rows * columns * size > length || Math.max(rows, columns) > LARGEST) {
                throw new TableFormatException(
                        source + " has fewer entries than its shape " + shape + " says: it is not complete");
            }
            ByteBuffer entries =
                    ByteBuffer.allocate(BUFFER).order(big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
            entries.limit(0);
            TableBuilder table =
                    new TableBuilder(source, DataTable.numbered((int) columns), choice, row -> "row " + row);
            long count = Math.round(rows * columns);
            long lines = header.fortranOrder ? (long) rows : (long) columns;
            for (long k = 0; k < count; k++) {
                if (!entries.hasRemaining()) {
                    refill(entries, in, (int) Math.min(BUFFER, (count - k) * size));
                }
                int inside = (int) (k % lines);
                int outside = (int) (k / lines);
                decoder.decode(
                        entries, header.fortranOrder ? inside : outside, header.fortranOrder ? outside : inside, table);
            }
            if (in.read() >= 0) {
                throw new TableFormatException(source + " goes on after the last entry of its array, whose shape is"
                        + " " + shape + ": save only one array in a file");
            }
            return table.finished();
        } catch (EOFException e) {
            throw new TableFormatException(source + " ends before the last entry of its array", e);
        }
    }

    private static void refill(ByteBuffer entries, InputStream in, int bytes) throws IOException {
        entries.clear().put(readExactly(in, bytes)).flip();
    }

    private static TableFormatException refused(String source, String what) {
        return new TableFormatException(source + " holds an array of " + what
                + ", where booleans, integers and floating-point numbers of up to 64 bits can be read: convert it, in NumPy"
                + " with array.astype(\"float64\")");
    }

    private static Header header(String source, InputStream in) throws IOException {
        readExactly(in, MAGIC.length);
        int major = readExactly(in, 2)[0];
        if (major < 1 || major > 3) {
            throw new TableFormatException(
                    source + " is in version " + major + " of NumPy's format; 1 to 3 can be read");
        }
        ByteBuffer length = ByteBuffer.wrap(readExactly(in, major == 1 ? 2 : 4)).order(ByteOrder.LITTLE_ENDIAN);
        long bytes = major == 1 ? Short.toUnsignedLong(length.getShort()) : Integer.toUnsignedLong(length.getInt());
        if (bytes > LONGEST_HEADER) {
            throw new TableFormatException(
                    source + " has a header of " + bytes + " bytes, more than " + LONGEST_HEADER);
        }
        String text = new String(
                        readExactly(in, (int) bytes), major == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1)
                .strip();
        if (!text.startsWith("{") || !text.endsWith("}")) {
            throw unreadable(source, text);
        }
        return parsed(source, text);
    }

    private static Header parsed(String source, String text) throws TableFormatException {
        @Nullable String type = null;
        @Nullable String order = null;
        @Nullable String shape = null;
        String body = text.substring(1, text.length() - 1).strip();
        Matcher entry = ENTRY.matcher(body);
        int at = 0;
        while (at < body.length()) {
            if (!entry.find(at) || entry.start() != at) {
                throw unreadable(source, text);
            }
            String value = entry.group(2);
            switch (entry.group(1).substring(1, entry.group(1).length() - 1)) {
                case "descr" -> type = value;
                case "fortran_order" -> order = value;
                case "shape" -> shape = entry.group(3);
                default -> throw unreadable(source, text);
            }
            at = entry.end();
        }
        if (type == null || order == null || shape == null || !(order.equals("True") || order.equals("False"))) {
            throw unreadable(source, text);
        }
        if (type.startsWith("[")) {
            throw refused(source, "records with several fields");
        }
        if (type.charAt(0) != '\'' && type.charAt(0) != '"') {
            throw unreadable(source, text);
        }
        return new Header(type.substring(1, type.length() - 1), order.equals("True"), lengths(source, text, shape));
    }

    private static List<Long> lengths(String source, String text, String shape) throws TableFormatException {
        String inside = shape.replace(" ", "").replace("L", "");
        if (inside.isEmpty()) {
            return List.of();
        }
        try {
            return Arrays.stream(inside.split(",")).map(Long::valueOf).toList();
        } catch (NumberFormatException e) {
            throw unreadable(source, text);
        }
    }

    private static TableFormatException unreadable(String source, String text) {
        return new TableFormatException(source + " has a header that cannot be read: " + Wording.quoted(text));
    }

    private static @Nullable Decoder decoder(char kind, int size) {
        return switch (kind + "" + size) {
            case "b1", "?1" -> (entry, row, column, table) -> table.number(row, column, entry.get() == 0 ? 0 : 1);
            case "u1", "B1" ->
                (entry, row, column, table) -> table.number(row, column, Byte.toUnsignedInt(entry.get()));
            case "i1" -> (entry, row, column, table) -> table.number(row, column, entry.get());
            case "i2" -> (entry, row, column, table) -> table.number(row, column, entry.getShort());
            case "u2" ->
                (entry, row, column, table) -> table.number(row, column, Short.toUnsignedInt(entry.getShort()));
            case "i4" -> (entry, row, column, table) -> table.number(row, column, entry.getInt());
            case "u4" ->
                (entry, row, column, table) ->
                        table.number(row, column, (double) Integer.toUnsignedLong(entry.getInt()));
            case "i8" -> (entry, row, column, table) -> signed(entry.getLong(), row, column, table);
            case "u8" -> (entry, row, column, table) -> unsigned(entry.getLong(), row, column, table);
            case "f2" -> (entry, row, column, table) -> table.number(row, column, half(entry.getShort()));
            case "f4" -> (entry, row, column, table) -> table.number(row, column, entry.getFloat());
            case "f8" -> (entry, row, column, table) -> table.number(row, column, entry.getDouble());
            default -> null;
        };
    }

    private static void signed(long value, int row, int column, TableBuilder table) throws TableFormatException {
        // 2⁶³ − 1 becomes 2⁶³, which the cast clips back to 2⁶³ − 1.
        if ((long) (double) value == value && value != Long.MAX_VALUE) {
            table.number(row, column, (double) value);
        } else {
            table.inexact(row, column, Long.toString(value));
        }
    }

    private static void unsigned(long value, int row, int column, TableBuilder table) throws TableFormatException {
        double high = (value >>> 32) * 0x1p32;
        double number = high + (value & 0xffffffffL);
        if (number - high == (value & 0xffffffffL) && number < 0x1p64) {
            table.number(row, column, number);
        } else {
            table.inexact(row, column, Long.toUnsignedString(value));
        }
    }

    /** IEEE 754 binary16: a sign, five bits of exponent, ten of fraction. */
    private static double half(short bits) {
        int exponent = bits >> 10 & 0x1f;
        int fraction = bits & 0x3ff;
        double size = exponent == 0
                ? fraction * 0x1p-24
                : exponent == 0x1f
                        ? fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN
                        : Math.scalb(1 + fraction * 0x1p-10, exponent - 15);
        return bits < 0 ? -size : size;
    }

    private static byte[] readExactly(InputStream in, int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException();
        }
        return bytes;
    }

    /** Writes a table as an array of doubles in C order, version 1.0. */
    static void write(DataTable table, OutputStream out) throws IOException {
        String header =
                "{'descr': '<f8', 'fortran_order': False, 'shape': (" + table.rows() + ", " + table.columns() + "), }";
        int before = MAGIC.length + 2 + Short.BYTES;
        int padding = ALIGNMENT - 1 - (before + header.length()) % ALIGNMENT;
        String padded = header + " ".repeat(padding) + "\n";
        ByteBuffer beginning = ByteBuffer.allocate(before + padded.length()).order(ByteOrder.LITTLE_ENDIAN);
        beginning.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) padded.length());
        beginning.put(padded.getBytes(StandardCharsets.ISO_8859_1));
        out.write(beginning.array());
        ByteBuffer row = ByteBuffer.allocate(Math.multiplyExact(table.columns(), Double.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < table.rows(); i++) {
            row.clear();
            for (int j = 0; j < table.columns(); j++) {
                row.putDouble(table.value(i, j));
            }
            out.write(row.array());
        }
    }
}
