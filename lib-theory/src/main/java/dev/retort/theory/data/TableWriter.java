package dev.retort.theory.data;

import static dev.retort.core.internal.Arguments.refusal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.retort.core.internal.WholeFile;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.jspecify.annotations.Nullable;

/** Writes tables in the format that a file's name ends with. */
final class TableWriter {

    /** Writes a table in one format. */
    @FunctionalInterface
    private interface Format {
        void write(DataTable table, OutputStream out) throws IOException;
    }

    private static final Map<String, Format> FORMATS = Map.of(
            "csv",
            (table, out) -> writeText(table, ',', out),
            "tsv",
            (table, out) -> writeText(table, '\t', out),
            "json",
            TableWriter::writeJson,
            "npy",
            NpyFormat::write);

    private TableWriter() {}

    static void save(DataTable table, Path file) throws IOException {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        boolean compressed = name.endsWith(".gz");
        String plain = compressed ? name.substring(0, name.length() - 3) : name;
        @Nullable Format format = FORMATS.get(plain.substring(plain.lastIndexOf('.') + 1));
        if (format == null) {
            throw refusal("file", file, "does not end in .csv, .tsv, .json or .npy, nor in one of these and .gz");
        }
        WholeFile.write(file, raw -> {
            if (compressed) {
                GZIPOutputStream out = new GZIPOutputStream(raw);
                format.write(table, out);
                out.finish();
            } else {
                format.write(table, raw);
            }
        });
    }

    private static void writeText(DataTable table, char separator, OutputStream out) throws IOException {
        CSVFormat format = CSVFormat.RFC4180.builder().setDelimiter(separator).get();
        Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
        CSVPrinter printer = new CSVPrinter(writer, format);
        printer.printRecord(table.names());
        for (int row = 0; row < table.rows(); row++) {
            for (int column = 0; column < table.columns(); column++) {
                printer.print(Numbers.text(table.value(row, column)));
            }
            printer.println();
        }
        printer.flush();
    }

    private static void writeJson(DataTable table, OutputStream out) throws IOException {
        JsonGenerator json = new JsonFactory().createGenerator(out);
        json.writeStartObject();
        json.writeArrayFieldStart("columns");
        for (String name : table.names()) {
            json.writeString(name);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("data");
        for (int row = 0; row < table.rows(); row++) {
            json.writeStartArray();
            for (int column = 0; column < table.columns(); column++) {
                json.writeNumber(table.value(row, column));
            }
            json.writeEndArray();
        }
        json.writeEndArray();
        json.writeEndObject();
        json.flush();
    }
}
