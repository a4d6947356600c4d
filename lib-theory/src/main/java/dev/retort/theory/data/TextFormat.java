package dev.retort.theory.data;

import java.io.BufferedReader;
import java.io.FilterReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/** Reads text with separated fields. */
final class TextFormat {

    /** Candidates in the order they are tried; the comma is last, as it also occurs inside names and numbers. */
    private static final char[] SEPARATORS = {'\t', ';', '|', ','};

    /** The most characters read to detect the separator from the first two lines. */
    private static final int SAMPLE = 1 << 22;

    /** The most characters of one row, more than 100,000 columns of full precision take. */
    private static final long LONGEST_ROW = 1 << 26;

    private static final char BYTE_ORDER_MARK = '\ufeff';

    private final String source;
    private final TableReader.Text text;

    TextFormat(String source, TableReader.Text text) {
        this.source = source;
        this.text = text;
    }

    /** Receives the rows. */
    private interface Rows {

        /** Called once, before the rows; lines are counted from 1. */
        void begin(List<String> names, List<String> unnamed, long line) throws IOException;

        void row(CSVRecord cells, long line) throws IOException;
    }

    /** The table of numbers. */
    DataTable read(InputStream in, TableReader.Choice choice) throws IOException {
        Numbers numbers = new Numbers(choice);
        parse(in, numbers);
        return numbers.table();
    }

    /** The table of all cells as text. */
    TextTable readText(InputStream in) throws IOException {
        List<String> all = new ArrayList<>();
        List<TextTable.Line> lines = new ArrayList<>();
        parse(in, new Rows() {
            @Override
            public void begin(List<String> names, List<String> unnamed, long line) {
                all.addAll(names);
            }

            @Override
            public void row(CSVRecord cells, long line) {
                lines.add(new TextTable.Line(line, cells.toList()));
            }
        });
        return new TextTable(source, all, lines);
    }

    private final class Numbers implements Rows {
        private final TableReader.Choice choice;
        private @Nullable TableBuilder table;
        private int rows;
        private long current;

        Numbers(TableReader.Choice choice) {
            this.choice = choice;
        }

        @Override
        public void begin(List<String> names, List<String> unnamed, long line) throws IOException {
            TableBuilder begun =
                    new TableBuilder(source, names, choice, row -> "line " + current + " (row " + row + ")");
            if (!unnamed.isEmpty()) {
                begun.remark("Without a name in line " + line + ", and named by their position: "
                        + Wording.list(unnamed) + ". (pandas writes its index this way unless told index=False.)");
            }
            if (names.get(0).startsWith("#")) {
                begun.remark("The first column is called " + Wording.quoted(names.get(0))
                        + ", with its sign. (NumPy's savetxt puts"
                        + " \"# \" before its header, unless told comments=\"\".)");
            }
            table = begun;
        }

        @Override
        public void row(CSVRecord cells, long line) throws IOException {
            current = line;
            TableBuilder begun = Objects.requireNonNull(table);
            for (int column = 0; column < cells.size(); column++) {
                begun.cell(rows, column, cells.get(column));
            }
            rows++;
        }

        DataTable table() throws IOException {
            return Objects.requireNonNull(table).finished();
        }
    }

    private void parse(InputStream in, Rows to) throws IOException {
        BufferedReader characters = new BufferedReader(new InputStreamReader(
                in,
                text.charset()
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT)));
        try {
            skip(characters);
            char separator = text.separator() == 0 ? separator(characters) : text.separator();
            CSVFormat.Builder format = CSVFormat.RFC4180
                    .builder()
                    .setDelimiter(separator)
                    .setIgnoreSurroundingSpaces(separator != ' ' && separator != '\t')
                    .setIgnoreEmptyLines(false);
            if (text.comment() != 0) {
                format.setCommentMarker(text.comment());
            }
            RowReader rows = new RowReader(characters);
            try (CSVParser parser =
                    CSVParser.builder().setReader(rows).setFormat(format.get()).get()) {
                parse(parser, rows, to);
            }
        } catch (UncheckedIOException e) {
            throw explained(e.getCause() == null ? new IOException(e) : e.getCause());
        } catch (CSVException | CharacterCodingException e) {
            throw explained(e);
        }
    }

    /** Explains failures of the parser and the decoder in terms of the table; passes on those of the underlying stream unchanged. */
    private IOException explained(IOException e) {
        if (e instanceof CharacterCodingException) {
            return new TableFormatException(
                    source + " is not text in " + text.charset()
                            + ": save it in that encoding, or name the one that it has (spreadsheets often write windows-1252 or UTF-16)",
                    e);
        }
        if (e instanceof CSVException) {
            return new TableFormatException(
                    source + ": quotation marks do not close, or text follows one that does (" + e.getMessage() + ")",
                    e);
        }
        return e;
    }

    /** Skips the byte order mark that some programs write, and the lines that are not part of the table. */
    private void skip(BufferedReader characters) throws IOException {
        characters.mark(1);
        if (characters.read() != BYTE_ORDER_MARK) {
            characters.reset();
        }
        for (int line = 0; line < text.skipped(); line++) {
            if (characters.readLine() == null) {
                throw new TableFormatException(source + " has no more than " + Wording.count(line, "line") + ", and "
                        + text.skipped() + " are to be skipped");
            }
        }
    }

    /** The first separator that occurs equally often in the first two lines; failing that, the first in the first line; else a comma. */
    private char separator(BufferedReader characters) throws IOException {
        characters.mark(SAMPLE);
        int read = 0;
        int[][] counts = new int[2][SEPARATORS.length];
        int line = 0;
        boolean quoted = false;
        boolean blank = true;
        boolean comment = false;
        for (int c = characters.read(); c >= 0 && line < 2 && ++read < SAMPLE; c = characters.read()) {
            if (c == '\n' || c == '\r') {
                if (!quoted) {
                    line += blank || comment ? 0 : 1;
                    blank = true;
                    comment = false;
                }
                continue;
            }
            comment |= blank && !quoted && text.comment() != 0 && c == text.comment();
            blank &= Character.isWhitespace(c) && c != '\t';
            quoted ^= c == '"';
            for (int k = 0; k < SEPARATORS.length && !quoted && !comment; k++) {
                counts[line][k] += c == SEPARATORS[k] ? 1 : 0;
            }
        }
        characters.reset();
        for (int k = 0; k < SEPARATORS.length; k++) {
            if (counts[0][k] > 0 && counts[0][k] == counts[1][k]) {
                return SEPARATORS[k];
            }
        }
        for (int k = SEPARATORS.length - 1; k >= 0; k--) {
            if (counts[0][k] > 0) {
                return SEPARATORS[k];
            }
        }
        return ',';
    }

    private void parse(CSVParser parser, RowReader reader, Rows to) throws IOException {
        Iterator<CSVRecord> records = parser.iterator();
        @Nullable Row first = next(records, parser, reader);
        if (first == null) {
            throw new TableFormatException(source + " is empty");
        }
        @Nullable Row second = next(records, parser, reader);
        boolean header = hasHeader(first, second);
        int width = first.record.size();
        List<String> unnamed = new ArrayList<>();
        to.begin(header ? names(first, unnamed) : DataTable.numbered(width), unnamed, first.line);
        if (!header) {
            to.row(first.record, first.line);
        }
        for (@Nullable Row row = second; row != null; row = next(records, parser, reader)) {
            if (row.record.size() != width) {
                throw new TableFormatException(source + ": line " + row.line + " has "
                        + Wording.count(row.record.size(), "field") + " where line " + first.line + " has "
                        + width
                        + ": a separator or quotation mark is missing or extra, or the line is not part of"
                        + " the table");
            }
            to.row(row.record, row.line);
        }
    }

    /** A record and the line that it begins in, counted from 1. */
    private record Row(CSVRecord record, long line) {}

    /** The next row that is not blank; null at the end. */
    private @Nullable Row next(Iterator<CSVRecord> records, CSVParser parser, RowReader reader) {
        while (true) {
            long line = text.skipped() + parser.getCurrentLineNumber() + 1;
            reader.beginRow(line);
            if (!records.hasNext()) {
                return null;
            }
            CSVRecord record = records.next();
            if (record.hasComment()) {
                line = text.skipped() + parser.getCurrentLineNumber();
            }
            if (record.size() > 1 || (record.size() == 1 && !record.get(0).isBlank())) {
                return new Row(record, line);
            }
        }
    }

    private boolean hasHeader(Row first, @Nullable Row second) throws TableFormatException {
        if (second != null && first.record.size() != second.record.size()) {
            throw new TableFormatException(source + ": line " + first.line + " has "
                    + Wording.count(first.record.size(), "field") + ", beginning with "
                    + Wording.quoted(first.record.get(0)) + ", and line " + second.line + " has " + second.record.size()
                    + ": if the table begins later, skip the lines above it; if the fields have another separator,"
                    + " name it");
        }
        if (text.header() != TableReader.Header.IF_CLEAR) {
            return text.header() == TableReader.Header.PRESENT;
        }
        for (String name : first.record) {
            if (Cells.isNumber(name.strip())) {
                throw new TableFormatException(source + ": line " + first.line + ", the first, holds the number "
                        + Wording.quoted(name.strip())
                        + ": say whether these are names (with header) or values (no header)");
            }
        }
        return true;
    }

    private List<String> names(Row row, List<String> unnamed) throws TableFormatException {
        List<String> names = new ArrayList<>();
        Map<String, Integer> places = new HashMap<>();
        for (int column = 0; column < row.record.size(); column++) {
            String name = row.record.get(column).strip();
            if (name.isEmpty()) {
                name = "column " + column;
                unnamed.add(name);
            }
            Integer earlier = places.put(name, column);
            if (earlier != null) {
                throw new TableFormatException(
                        source + ": columns " + earlier + " and " + column + ", counted from 0, are both called "
                                + Wording.quoted(name) + " in line " + row.line
                                + ": rename one, or read the file without header and"
                                + " skip the line");
            }
            names.add(name);
        }
        return names;
    }

    /** Counts the characters of a row, so that an unclosed quotation mark does not read the rest of the file into memory. */
    private final class RowReader extends FilterReader {

        private long characters;
        private long line;

        RowReader(Reader in) {
            super(in);
        }

        void beginRow(long number) {
            characters = 0;
            line = number;
        }

        @Override
        public int read() throws IOException {
            counted(1);
            return super.read();
        }

        @Override
        public int read(char[] buffer, int offset, int length) throws IOException {
            int read = super.read(buffer, offset, length);
            counted(read);
            return read;
        }

        private void counted(int read) throws TableFormatException {
            characters += Math.max(0, read);
            if (characters > LONGEST_ROW) {
                throw new TableFormatException(source + ": the row that begins in line " + line + " has more than "
                        + LONGEST_ROW + " characters: is a quotation mark not closed?");
            }
        }
    }
}
