package dev.retort.examples.report;

import dev.retort.core.Arguments;
import java.util.ArrayList;
import java.util.IllegalFormatException;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Rows of cells under headers, for a terminal, a page and a spreadsheet. Immutable.
 *
 * <pre>{@code
 * Table.of("n", "standard target", "theory")
 *     .withTitle("Excess risk")
 *     .withFormat("theory", "%.4f")
 *     .withRow(200, new Estimate(0.1234, 0.0012), 0.1229)
 * }</pre>
 */
public final class Table {

    private static final String DEFAULT = "";

    private final String title;
    private final List<String> headers;
    private final List<String> formats;
    private final List<List<Object>> rows;

    private Table(String title, List<String> headers, List<String> formats, List<List<Object>> rows) {
        this.title = title;
        this.headers = headers;
        this.formats = formats;
        this.rows = rows;
    }

    /**
     * A table without rows.
     *
     * @param headers the names of its columns, at least one, each once
     * @return the table
     * @throws IllegalArgumentException if there is no header, or one occurs twice
     */
    public static Table of(String... headers) {
        Arguments.atLeastOne("headers.length", headers.length);
        List<String> names = List.of(headers);
        for (int i = 0; i < headers.length; i++) {
            if (names.indexOf(headers[i]) < i) {
                throw Arguments.refusal("headers[" + i + "]", headers[i], "is already a header");
            }
        }
        return new Table("", names, names.stream().map(name -> DEFAULT).toList(), List.of());
    }

    /**
     * This table with a title.
     *
     * @param text the title; may be empty
     * @return the refined table
     */
    public Table withTitle(String text) {
        return new Table(text, headers, formats, rows);
    }

    /**
     * This table with another way to write the numbers of a column. At first whole numbers are written in full, others
     * to four figures, and an {@link Estimate} so that two figures of its error show.
     *
     * @param header the column's header
     * @param format a format of {@link java.util.Formatter} for one floating-point number, {@code "%.3e"}; an
     *     estimate's value and error are both written in it
     * @return the refined table
     * @throws IllegalArgumentException if there is no such column, or the format does not take a floating-point number
     */
    public Table withFormat(String header, String format) {
        int column = headers.indexOf(header);
        if (column < 0) {
            throw Arguments.refusal("header", header, "is not one of " + headers);
        }
        if (!writesNumbers(format)) {
            throw Arguments.refusal("format", format, "is not a format for a floating-point number");
        }
        List<String> changed = new ArrayList<>(formats);
        changed.set(column, format);
        return new Table(title, headers, List.copyOf(changed), rows);
    }

    private static boolean writesNumbers(String format) {
        try {
            return !String.format(Locale.ROOT, format, 1.0).equals(String.format(Locale.ROOT, format, 2.0));
        } catch (IllegalFormatException e) {
            return false;
        }
    }

    /**
     * This table with one more row.
     *
     * @param cells a {@link Number}, an {@link Estimate} or a {@link String} for each column
     * @return the refined table
     * @throws IllegalArgumentException if there are not as many cells as headers, or a cell is something else
     */
    public Table withRow(Object... cells) {
        Arguments.length("cells", cells.length, "headers.length", headers.size());
        for (int i = 0; i < cells.length; i++) {
            if (!(cells[i] instanceof Number || cells[i] instanceof Estimate || cells[i] instanceof String)) {
                throw Arguments.refusal("cells[" + i + "]", cells[i], "is not a Number, an Estimate or a String");
            }
        }
        List<List<Object>> more =
                Stream.concat(rows.stream(), Stream.of(List.of(cells))).toList();
        return new Table(title, headers, formats, more);
    }

    /**
     * The table for a terminal: columns of equal width, numbers to the right and words to the left.
     *
     * @return lines that end with a line feed
     */
    public String text() {
        List<Integer> widths = columns()
                .map(column -> Stream.concat(
                                Stream.of(headers.get(column)), rows.stream().map(row -> shown(row, column)))
                        .mapToInt(Table::length)
                        .max()
                        .orElse(0))
                .toList();
        StringBuilder text = new StringBuilder(title.isEmpty() ? "" : title + "\n\n");
        text.append(line(widths, headers::get));
        text.append(widths.stream().map("─"::repeat).collect(Collectors.joining("  ")))
                .append('\n');
        rows.forEach(row -> text.append(line(widths, column -> shown(row, column))));
        return text.toString();
    }

    private String line(List<Integer> widths, Function<Integer, String> cells) {
        return columns()
                        .map(column -> {
                            String cell = cells.apply(column);
                            String space = " ".repeat(widths.get(column) - length(cell));
                            return isNumeric(column) ? space + cell : cell + space;
                        })
                        .collect(Collectors.joining("  "))
                        .stripTrailing()
                + "\n";
    }

    /**
     * The table as an HTML element, with its title as caption.
     *
     * @return the element, all text escaped; cells of numbers have the class {@code number}
     */
    public String html() {
        StringBuilder html = new StringBuilder("<table>\n");
        if (!title.isEmpty()) {
            html.append("<caption>").append(SvgCanvas.escaped(title)).append("</caption>\n");
        }
        html.append("<thead>\n")
                .append(row("th scope=\"col\"", "th", headers::get))
                .append("</thead>\n<tbody>\n");
        rows.forEach(row -> html.append(row("td", "td", column -> shown(row, column))));
        return html.append("</tbody>\n</table>\n").toString();
    }

    private String row(String open, String close, Function<Integer, String> cells) {
        return columns()
                .map(column -> "<" + open + (isNumeric(column) ? " class=\"number\">" : ">")
                        + SvgCanvas.escaped(cells.apply(column)) + "</" + close + ">")
                .collect(Collectors.joining("", "<tr>", "</tr>\n"));
    }

    /**
     * The table as comma-separated values (RFC 4180) with a header and without the title, numbers in full precision. A
     * column that holds an {@link Estimate} becomes two: the value, and under {@code "name ± s.e."} its error.
     *
     * @return lines that end with carriage return and line feed
     */
    public String csv() {
        StringBuilder csv = new StringBuilder(record(columns().flatMap(column -> {
            String name = headers.get(column);
            return isEstimated(column) ? Stream.of(name, name + " ± s.e.") : Stream.of(name);
        })));
        for (List<Object> row : rows) {
            csv.append(record(columns().flatMap(column -> {
                if (row.get(column) instanceof Estimate estimate) {
                    return Stream.of(Double.toString(estimate.value()), Double.toString(estimate.error()));
                }
                String cell = String.valueOf(row.get(column));
                return isEstimated(column) ? Stream.of(cell, "") : Stream.of(cell);
            })));
        }
        return csv.toString();
    }

    private static String record(Stream<String> fields) {
        return fields.map(Table::quoted).collect(Collectors.joining(",", "", "\r\n"));
    }

    private static String quoted(String field) {
        boolean plain = field.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return plain ? field : '"' + field.replace("\"", "\"\"") + '"';
    }

    private Stream<Integer> columns() {
        return IntStream.range(0, headers.size()).boxed();
    }

    private boolean isNumeric(int column) {
        return rows.stream().anyMatch(row -> !(row.get(column) instanceof String));
    }

    private boolean isEstimated(int column) {
        return rows.stream().anyMatch(row -> row.get(column) instanceof Estimate);
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    private String shown(List<Object> row, int column) {
        Object cell = row.get(column);
        String format = formats.get(column);
        if (cell instanceof Estimate estimate && !format.equals(DEFAULT)) {
            return String.format(Locale.ROOT, format + " ± " + format, estimate.value(), estimate.error());
        }
        if (cell instanceof Number number) {
            double value = number.doubleValue();
            return format.equals(DEFAULT) ? number(value) : String.format(Locale.ROOT, format, value);
        }
        return cell.toString();
    }

    /** A number as it is shown unless a format is asked for. */
    static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return Long.toString((long) value);
        }
        return Double.isInfinite(value) ? value > 0 ? "∞" : "-∞" : String.format(Locale.ROOT, "%.4g", value);
    }
}
