package dev.retort.theory.report;

import dev.retort.core.SampleMean;
import dev.retort.core.internal.Arguments;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IllegalFormatException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Rows of cells under headers, for a terminal, a page and a spreadsheet. Immutable.
 *
 * <pre>{@code
 * Table table = Table.of("n")
 *     .withGroup("standard target", "theory", "simulated")
 *     .withGroup("optimal surrogate", "theory", "simulated")
 *     .withFormat("theory", "%.4f")
 *     .withRow(200, 0.1194, new SampleMean(0.1199, 0.0010), 0.0833, new SampleMean(0.0837, 0.0006));
 * String forTheTerminal = table.text();
 * }</pre>
 */
public final class Table {

    private static final String DEFAULT = "";
    private static final String GAP = "  ";

    /** One column; its group is the empty string if it has none. */
    private record Column(String group, String header, String format) {

        String fullName() {
            return group.isEmpty() ? header : group + " " + header;
        }
    }

    /** Adjacent columns of one group; last is exclusive. */
    private record Span(String group, int first, int last) {}

    private final List<Column> columns;
    private final List<List<Object>> rows;

    private Table(List<Column> columns, List<List<Object>> rows) {
        this.columns = columns;
        this.rows = rows;
    }

    /**
     * {@return a table without rows}
     *
     * @param headers the names of its columns, at least one, all different
     * @throws IllegalArgumentException if there is no header, or one occurs twice
     */
    public static Table of(String... headers) {
        return new Table(List.of(), List.of()).withGroup("", headers);
    }

    /**
     * {@return this table with more columns under a common name, to the right of the present ones}
     *
     * @param group the name of the group
     * @param headers the names of its columns, at least one, all different
     * @throws IllegalArgumentException if there is no header, one occurs twice in the group, or there are rows already
     */
    public Table withGroup(String group, String... headers) {
        Arguments.notNull("group", group);
        Arguments.atLeastOne("headers.length", Arguments.notNull("headers", headers).length);
        if (!rows.isEmpty()) {
            throw Arguments.refusal("group", group, "must come before the rows");
        }
        List<Column> more = new ArrayList<>(columns);
        for (int i = 0; i < headers.length; i++) {
            Column column = new Column(group, Arguments.notNull("headers[" + i + "]", headers[i]), DEFAULT);
            if (more.stream().anyMatch(other -> other.fullName().equals(column.fullName()))) {
                throw Arguments.refusal("headers[" + i + "]", headers[i], "is already a header");
            }
            more.add(column);
        }
        return new Table(List.copyOf(more), rows);
    }

    /**
     * {@return this table with another number format for all columns of a name} By default whole numbers are written in full and others to
     * four significant figures. The format of a {@link SampleMean} does not change.
     *
     * @param header the columns' header, in any group
     * @param format a format of {@link java.util.Formatter} for one floating-point number, {@code "%.3e"}
     * @throws IllegalArgumentException if there is no such column, or the format does not take a floating-point number
     */
    public Table withFormat(String header, String format) {
        if (columns.stream().noneMatch(column -> column.header().equals(header))) {
            List<String> headers = columns.stream().map(Column::header).toList();
            throw Arguments.refusal("header", header, "is not one of " + headers);
        }
        if (!writesNumbers(Arguments.notNull("format", format))) {
            throw Arguments.refusal("format", format, "is not a format for a floating-point number");
        }
        List<Column> changed = columns.stream()
                .map(column -> column.header().equals(header) ? new Column(column.group(), header, format) : column)
                .toList();
        return new Table(changed, rows);
    }

    private static boolean writesNumbers(String format) {
        try {
            return !String.format(Locale.ROOT, format, 1.0).equals(String.format(Locale.ROOT, format, 2.0));
        } catch (IllegalFormatException e) {
            return false;
        }
    }

    /**
     * {@return this table with one more row}
     *
     * @param cells a {@link Number}, a {@link SampleMean} or a {@link String} for each column
     * @throws IllegalArgumentException if there are not as many cells as headers, or a cell is of another type
     */
    public Table withRow(Object... cells) {
        Arguments.length("cells", Arguments.notNull("cells", cells).length, "headers.length", columns.size());
        for (int i = 0; i < cells.length; i++) {
            if (!(cells[i] instanceof Number || cells[i] instanceof SampleMean || cells[i] instanceof String)) {
                throw Arguments.refusal("cells[" + i + "]", cells[i], "is not a Number, a SampleMean or a String");
            }
        }
        return new Table(
                columns, Stream.concat(rows.stream(), Stream.of(List.of(cells))).toList());
    }

    /** {@return the table for a terminal: lines that end with a line feed, numbers aligned at their points} */
    public String text() {
        List<List<String>> cells = indices().mapToObj(this::aligned).toList();
        int[] widths = indices()
                .map(i -> Stream.concat(Stream.of(columns.get(i).header()), cells.get(i).stream())
                        .mapToInt(String::length)
                        .max()
                        .orElse(0))
                .toArray();
        List<String> groups = new ArrayList<>();
        for (Span span : spans()) {
            int width = IntStream.range(span.first(), span.last())
                            .map(i -> widths[i])
                            .sum()
                    + GAP.length() * (span.last() - span.first() - 1);
            widths[span.last() - 1] += Math.max(0, span.group().length() - width);
            groups.add(ruled(span.group(), width));
        }
        List<String> lines = new ArrayList<>();
        if (isGrouped()) {
            lines.add(String.join(GAP, groups));
        }
        lines.add(line(widths, columns.stream().map(Column::header).toList()));
        lines.add(Arrays.stream(widths).mapToObj("─"::repeat).collect(Collectors.joining(GAP)));
        for (int r = 0; r < rows.size(); r++) {
            int row = r;
            lines.add(line(widths, cells.stream().map(column -> column.get(row)).toList()));
        }
        return lines.stream().map(line -> line.stripTrailing() + "\n").collect(Collectors.joining());
    }

    /** The name of the group, centred in a rule as wide as its columns. */
    private static String ruled(String group, int width) {
        int room = width - group.length();
        if (group.isEmpty() || room < 4) {
            return group + " ".repeat(Math.max(0, room));
        }
        return "─".repeat(room / 2 - 1) + " " + group + " " + "─".repeat((room + 1) / 2 - 1);
    }

    private String line(int[] widths, List<String> cells) {
        return indices()
                .mapToObj(i -> {
                    String space = " ".repeat(widths[i] - cells.get(i).length());
                    return isNumeric(i) ? space + cells.get(i) : cells.get(i) + space;
                })
                .collect(Collectors.joining(GAP));
    }

    /** {@return the table as an HTML element with all text escaped; number cells have the class {@code number}} */
    public String html() {
        return html(false);
    }

    /** The same, with the name of its column in every cell of the body, as {@code data-name}; a dash alone has the class {@code none}. */
    String records() {
        return html(true);
    }

    private String html(boolean named) {
        StringBuilder html = new StringBuilder("<table>\n<thead>\n");
        if (isGrouped()) {
            html.append("<tr>");
            for (Span span : spans()) {
                html.append(span.group().isEmpty() ? "<td" : "<th").append(" colspan=\"");
                html.append(span.last() - span.first())
                        .append(span.group().isEmpty() ? "\">" : "\" class=\"first\" scope=\"colgroup\">");
                html.append(SvgCanvas.escaped(span.group())).append(span.group().isEmpty() ? "</td>" : "</th>");
            }
            html.append("</tr>\n");
        }
        html.append("<tr>");
        for (int i = 0; i < columns.size(); i++) {
            html.append("<th scope=\"col\"").append(classes(i, "")).append('>');
            html.append(SvgCanvas.escaped(columns.get(i).header())).append("</th>");
        }
        html.append("</tr>\n</thead>\n<tbody>\n");
        List<List<String>> cells = indices().mapToObj(this::aligned).toList();
        for (int r = 0; r < rows.size(); r++) {
            html.append("<tr>");
            for (int i = 0; i < columns.size(); i++) {
                // A figure space is as wide as a digit, and is not dropped at the end of a cell.
                String cell = SvgCanvas.escaped(cells.get(i).get(r));
                html.append("<td").append(classes(i, named && cell.equals("—") ? "none" : ""));
                if (named) {
                    html.append(" data-name=\"")
                            .append(SvgCanvas.escaped(columns.get(i).fullName()))
                            .append('"');
                }
                html.append('>');
                html.append(isNumeric(i) ? cell.replace(' ', '\u2007') : cell).append("</td>");
            }
            html.append("</tr>\n");
        }
        return html.append("</tbody>\n</table>\n").toString();
    }

    private String classes(int column, String more) {
        boolean first = spans().stream().anyMatch(span -> !span.group().isEmpty() && span.first() == column);
        String names = String.join(" ", isNumeric(column) ? "number" : "", first ? "first" : "", more)
                .strip()
                .replaceAll(" +", " ");
        return names.isEmpty() ? "" : " class=\"" + names + "\"";
    }

    /**
     * {@return the table as comma-separated values (RFC 4180), numbers in full precision; lines end with carriage return
     * and line feed} The header of a column is that of its group and its own. A column that holds a {@link SampleMean}
     * becomes two: the value, and under {@code "name ± s.e."} its error.
     */
    public String csv() {
        StringBuilder csv = new StringBuilder(record(indices().boxed().flatMap(i -> {
            String name = columns.get(i).fullName();
            return isEstimated(i) ? Stream.of(name, name + " ± s.e.") : Stream.of(name);
        })));
        for (List<Object> row : rows) {
            csv.append(record(indices().boxed().flatMap(i -> {
                if (row.get(i) instanceof SampleMean estimate) {
                    return Stream.of(Double.toString(estimate.mean()), Double.toString(estimate.standardError()));
                }
                String cell = row.get(i).toString();
                return isEstimated(i) ? Stream.of(cell, "") : Stream.of(cell);
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

    private IntStream indices() {
        return IntStream.range(0, columns.size());
    }

    private List<Span> spans() {
        List<Span> spans = new ArrayList<>();
        int first = 0;
        for (int i = 1; i <= columns.size(); i++) {
            String group = columns.get(first).group();
            if (i == columns.size() || !columns.get(i).group().equals(group)) {
                spans.add(new Span(group, first, i));
                first = i;
            }
        }
        return spans;
    }

    private boolean isGrouped() {
        return columns.stream().anyMatch(column -> !column.group().isEmpty());
    }

    private boolean isNumeric(int column) {
        return rows.stream().anyMatch(row -> !(row.get(column) instanceof String));
    }

    private boolean isEstimated(int column) {
        return rows.stream().anyMatch(row -> row.get(column) instanceof SampleMean);
    }

    private List<String> aligned(int column) {
        String format = columns.get(column).format();
        List<String> cells =
                rows.stream().map(row -> shown(row.get(column), format)).toList();
        return isNumeric(column) ? Alignment.of(cells) : cells;
    }

    private static String shown(Object cell, String format) {
        if (!(cell instanceof Number number)) {
            return cell.toString();
        }
        double value = number.doubleValue();
        String text = format.equals(DEFAULT) ? number(value) : String.format(Locale.ROOT, format, value);
        // A number that rounds to zero has no sign.
        return text.replaceFirst("^[-+]([0.]+)$", "$1");
    }

    /** A number in the default format. */
    static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return Long.toString((long) value);
        }
        return Double.isInfinite(value) ? value > 0 ? "∞" : "-∞" : String.format(Locale.ROOT, "%.4g", value);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Table table && table.columns.equals(columns) && table.rows.equals(rows);
    }

    @Override
    public int hashCode() {
        return Objects.hash(columns, rows);
    }

    @Override
    public String toString() {
        return "Table[" + columns.stream().map(Column::fullName).toList() + ", " + rows.size() + " rows]";
    }
}
