package dev.retort.theory.data;

import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.FileAccess;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@link DataTable} from a file, and can leave columns or rows out. Nothing is left out unless asked for: a file with a missing
 * value, text where a number should be, a comma for a decimal point, a row of another length or a duplicate name is refused, with the line,
 * the name of the column and the remedy.
 *
 * <p>The first bytes decide the format: NumPy's ({@code .npy}; versions 1 to 3, either byte order, C and Fortran order, integers, booleans
 * and floating-point numbers of up to 64 bits), or else text; either may be compressed with gzip. Text is UTF-8 unless another encoding is
 * set, its fields separated by commas, or by tabs, semicolons or vertical bars if the first two lines are, and quoted as in RFC 4180. Its
 * first line holds the names of the columns unless the reader is told that there is none; a file whose first line holds numbers is refused
 * unless the reader is told which it is. Blank lines are skipped. Numbers are written with a decimal point, with or without an exponent;
 * {@code NA}, {@code NaN}, {@code null}, {@code ?} and the like count as missing, and so does an empty field.
 *
 * <p>A table too large for the heap is refused, with the memory that it needs. Immutable.
 *
 * <pre>{@code
 * Path file = Files.writeString(Files.createTempFile("houses", ".csv"), "rooms;city;price\n3;Rome;310\n5;Oslo;590\n4;Oslo;\n");
 * DataTable table = TableReader.standard()
 *         .withIndicator("city", "Oslo") // one where the city is Oslo, else minus one
 *         .withoutIncompleteRows()
 *         .read(file);
 * int rows = table.rows(); // 2
 * List<String> remarks = table.remarks(); // which row is left out, and how many rows are Oslo
 * }</pre>
 */
public final class TableReader {

    private static final byte[] NPY = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final byte[] GZIP = {0x1f, (byte) 0x8b};

    /** The largest compression ratio that deflate, inside gzip, can reach. */
    private static final long MOST_INFLATION = 1032;

    /** The most bytes of a stream, which is held in memory because its length is unknown. */
    private static final int LARGEST_STREAM = 1 << 30;

    /** The first bytes of formats that are not read, and what to say about them. */
    private static final Map<String, String> FOREIGN = Map.of(
            "PK\u0003\u0004",
            "a zip archive, as are .xlsx and .npz files: save the table as .csv or .npy",
            "PAR1",
            "a Parquet file: save the table as .csv or .npy, in pandas with to_csv(index=False)",
            "\u0089HDF",
            "an HDF5 file: save the table as .csv or .npy",
            "\u00d0\u00cf\u0011\u00e0",
            "an old Excel file: save the table as .csv");

    private static final Pattern JSON_NAME = Pattern.compile(".*\\.(json|jsonl|ndjson)(\\.gz)?");

    /** The beginnings of JSON, none of which could begin the names of columns. */
    private static final Pattern JSON_TEXT = Pattern.compile("(?s)(\\{\\s*[\"}]|\\{\\s+|\\[\\s*[\\[{]|\\[[\r\n]).*");

    /** Whether the first line holds names. */
    enum Header {
        IF_CLEAR,
        PRESENT,
        ABSENT
    }

    /** How text files are read; a {@code separator} of 0 is detected. */
    record Text(Header header, char separator, char comment, int skipped, Charset charset) {}

    /** Which columns and rows are left out, and which columns become indicators. */
    record Choice(Set<String> omitted, Map<String, String> indicators, boolean completeOnly) {}

    private static final Choice EVERYTHING = new Choice(Set.of(), Map.of(), false);

    private final Text text;
    private final Choice choice;

    private TableReader(Text text, Choice choice) {
        this.text = text;
        this.choice = choice;
    }

    /**
     * The reader that leaves nothing out and expects names in the first line of text.
     *
     * @return the reader
     */
    public static TableReader standard() {
        return new TableReader(new Text(Header.IF_CLEAR, (char) 0, (char) 0, 0, StandardCharsets.UTF_8), EVERYTHING);
    }

    /**
     * This reader for text whose first line holds names, even if they look like numbers.
     *
     * @return a new reader
     */
    public TableReader withHeader() {
        return with(new Text(Header.PRESENT, text.separator, text.comment, text.skipped, text.charset));
    }

    /**
     * This reader for text whose first line holds values. The columns are then called "0", "1", …
     *
     * @return a new reader
     */
    public TableReader withoutHeader() {
        return with(new Text(Header.ABSENT, text.separator, text.comment, text.skipped, text.charset));
    }

    /**
     * This reader for text with a given separator.
     *
     * @param separator the character between the fields of a line
     * @return a new reader
     * @throws IllegalArgumentException if it is a quotation mark, a line break or the comment marker, or can be part of a number
     */
    public TableReader withSeparator(char separator) {
        if ("\"\r\n+-.eE\0".indexOf(separator) >= 0 || Character.isDigit(separator) || separator == text.comment) {
            throw refusal("separator", Wording.quoted(String.valueOf(separator)), "cannot stand between numbers");
        }
        return with(new Text(text.header, separator, text.comment, text.skipped, text.charset));
    }

    /**
     * This reader for text with comment lines, which it skips: {@code '#'} for the files that a sweep writes.
     *
     * @param marker the first character of such a line
     * @return a new reader
     * @throws IllegalArgumentException if it is a quotation mark, a line break or the separator, or can be part of a number
     */
    public TableReader withComments(char marker) {
        if ("\"\r\n+-.eE\0".indexOf(marker) >= 0 || Character.isDigit(marker) || marker == text.separator) {
            throw refusal("marker", Wording.quoted(String.valueOf(marker)), "cannot tell a comment from a row");
        }
        return with(new Text(text.header, text.separator, marker, text.skipped, text.charset));
    }

    /**
     * This reader for text with other lines above the table, which it skips.
     *
     * @param lines the number of lines at the top that are not part of the table
     * @return a new reader
     * @throws IllegalArgumentException if the number is negative
     */
    public TableReader withSkippedLines(int lines) {
        return with(new Text(text.header, text.separator, text.comment, nonNegative("lines", lines), text.charset));
    }

    /**
     * This reader for text in another encoding than UTF-8.
     *
     * @param charset the encoding
     * @return a new reader
     */
    public TableReader withEncoding(Charset charset) {
        return with(new Text(text.header, text.separator, text.comment, text.skipped, notNull("charset", charset)));
    }

    private TableReader with(Text changed) {
        return new TableReader(changed, choice);
    }

    /**
     * This reader without some more columns, which may hold anything, such as text.
     *
     * @param columns their names
     * @return a new reader
     */
    public TableReader withoutColumns(String... columns) {
        Set<String> omitted = new LinkedHashSet<>(choice.omitted);
        for (int i = 0; i < notNull("columns", columns).length; i++) {
            omitted.add(notNull("columns[" + i + "]", columns[i]));
        }
        return new TableReader(text, new Choice(omitted, choice.indicators, choice.completeOnly));
    }

    /**
     * This reader with a column of classes turned into numbers: +1 where the column holds the value, and −1 elsewhere.
     *
     * @param column the column's name
     * @param value the value that becomes +1: text, or a number such as {@code "3"}, which is compared as a number
     * @return a new reader
     */
    public TableReader withIndicator(String column, String value) {
        Map<String, String> indicators = new LinkedHashMap<>(choice.indicators);
        indicators.put(notNull("column", column), notNull("value", value).strip());
        return new TableReader(text, new Choice(choice.omitted, indicators, choice.completeOnly));
    }

    /**
     * This reader without the rows in which a value is missing. {@link DataTable#remarks()} says which they were.
     *
     * @return a new reader
     */
    public TableReader withoutIncompleteRows() {
        return new TableReader(text, new Choice(choice.omitted, choice.indicators, true));
    }

    /**
     * Reads a file.
     *
     * @param file the file
     * @return the table that it holds
     * @throws TableFormatException if the file does not hold a table of finite numbers; the message says where, and what to do
     * @throws IOException if the file cannot be read
     */
    public DataTable read(Path file) throws IOException {
        String name = nameOf(file);
        try (InputStream in = FileAccess.to(() -> Files.newInputStream(file))) {
            return read(name, in, Files.size(file));
        }
    }

    /**
     * Reads a stream to its end.
     *
     * @param name the name of the stream in messages; if it ends in {@code .tsv} or {@code .tsv.gz}, text is separated by tabs
     * @param stream the stream; not closed
     * @return the table that it holds
     * @throws IllegalArgumentException if the name or the stream is null
     * @throws TableFormatException if the stream does not hold a table of finite numbers; the message says where, and what to do
     * @throws IOException if the stream cannot be read
     */
    public DataTable read(String name, InputStream stream) throws IOException {
        notNull("name", name);
        byte[] bytes = notNull("stream", stream).readNBytes(LARGEST_STREAM);
        if (bytes.length == LARGEST_STREAM) {
            throw new TableFormatException(name + " has " + LARGEST_STREAM + " bytes or more: read it from a file");
        }
        return read(name, new ByteArrayInputStream(bytes), bytes.length);
    }

    private DataTable read(String name, InputStream stream, long length) throws IOException {
        return opened(name, stream, (in, zipped) -> {
            if (!startsWith(in, NPY)) {
                return text(name, in).read(in, choice);
            }
            if (text.skipped > 0 || text.separator != 0 || text.comment != 0) {
                throw new TableFormatException(
                        name + " is a NumPy file, which has no lines to skip, no separator and no comments: set"
                                + " none of them");
            }
            return NpyFormat.read(name, in, zipped ? length * MOST_INFLATION : length, choice);
        });
    }

    /**
     * Reads the cells of a text file unchanged; cells may be empty. The first line holds the names of the columns.
     *
     * @param file the file, perhaps compressed with gzip
     * @return the cells
     * @throws IllegalStateException if this reader was told to leave out columns or rows, or to turn a column into numbers
     * @throws TableFormatException if the file is empty or not text, or its rows are of different lengths; the message says where, and what
     *     to do
     * @throws IOException if the file cannot be read
     */
    public TextTable readText(Path file) throws IOException {
        String name = nameOf(file);
        if (!choice.equals(EVERYTHING)) {
            throw new IllegalStateException(
                    "readText gives all cells as they are: leave out withoutColumns, withIndicator and withoutIncompleteRows");
        }
        try (InputStream stream = FileAccess.to(() -> Files.newInputStream(file))) {
            return opened(name, stream, (in, zipped) -> {
                if (startsWith(in, NPY)) {
                    throw new TableFormatException(
                            name + " is a NumPy file, without names of columns: save it as .csv");
                }
                return text(name, in).readText(in);
            });
        }
    }

    private static String nameOf(Path file) throws TableFormatException {
        String name = String.valueOf(notNull("file", file).getFileName());
        if (Files.isDirectory(file)) {
            throw new TableFormatException(name + " is a directory, not a file");
        }
        return name;
    }

    /** Reads a table from a decompressed stream. */
    private interface Taking<T> {
        T from(InputStream in, boolean zipped) throws IOException;
    }

    private static <T> T opened(String name, InputStream stream, Taking<T> table) throws IOException {
        try {
            InputStream in = new BufferedInputStream(stream);
            boolean zipped = startsWith(in, GZIP);
            return table.from(zipped ? new BufferedInputStream(new GZIPInputStream(in)) : in, zipped);
        } catch (ZipException | EOFException e) {
            throw new TableFormatException(
                    name + " is damaged: " + (e instanceof EOFException ? "it ends too early" : e.getMessage()), e);
        }
    }

    private TextFormat text(String name, InputStream in) throws IOException {
        byte[] beginning = beginning(in, 4);
        String letters = new String(beginning, StandardCharsets.ISO_8859_1);
        @Nullable String foreign = FOREIGN.get(letters);
        if (foreign != null) {
            throw new TableFormatException(name + " is " + foreign);
        }
        String lower = name.toLowerCase(Locale.ROOT);
        if (JSON_NAME.matcher(lower).matches() || JSON_TEXT.matcher(letters).matches()) {
            throw new TableFormatException(
                    name
                            + " is JSON, which is not read: save the table as .csv or .npy, in pandas with to_csv(index=False)");
        }
        boolean tabs = text.separator == 0 && (lower.endsWith(".tsv") || lower.endsWith(".tsv.gz"));
        Text told = tabs ? new Text(text.header, '\t', text.comment, text.skipped, text.charset) : text;
        return new TextFormat(name, told);
    }

    private static boolean startsWith(InputStream in, byte[] magic) throws IOException {
        return Arrays.equals(beginning(in, magic.length), magic);
    }

    private static byte[] beginning(InputStream in, int length) throws IOException {
        in.mark(length);
        byte[] beginning = in.readNBytes(length);
        in.reset();
        return beginning;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TableReader that && text.equals(that.text) && choice.equals(that.choice);
    }

    @Override
    public int hashCode() {
        return Objects.hash(text, choice);
    }

    @Override
    public String toString() {
        StringBuilder description =
                new StringBuilder("TableReader of ").append(text.charset).append(" text");
        if (text.header != Header.IF_CLEAR) {
            description.append(text.header == Header.PRESENT ? " with a header" : " without a header");
        }
        if (text.separator != 0) {
            description.append(", separated by ").append(Wording.quoted(String.valueOf(text.separator)));
        }
        if (text.comment != 0) {
            description.append(", comments after ").append(Wording.quoted(String.valueOf(text.comment)));
        }
        if (text.skipped > 0) {
            description.append(", from line ").append(text.skipped + 1L);
        }
        if (!choice.omitted.isEmpty()) {
            description.append(", without columns ").append(choice.omitted);
        }
        if (!choice.indicators.isEmpty()) {
            description.append(", indicators of ").append(choice.indicators);
        }
        return description
                .append(choice.completeOnly ? ", without incomplete rows" : "")
                .toString();
    }
}
