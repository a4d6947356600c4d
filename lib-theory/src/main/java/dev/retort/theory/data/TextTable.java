package dev.retort.theory.data;

import static dev.retort.core.internal.Arguments.index;

import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * The cells of a text file, as {@link TableReader#readText} returns them, for tables with empty cells and columns of different kinds. Rows
 * and columns are counted from 0; messages give the line of the file and the column's name. Immutable.
 */
public final class TextTable {

    private final String source;
    private final List<String> names;
    private final List<Line> lines;

    /** A row and the line that it begins in, counted from 1. */
    record Line(long number, List<String> cells) {}

    TextTable(String source, List<String> names, List<Line> lines) {
        this.source = source;
        this.names = List.copyOf(names);
        this.lines = List.copyOf(lines);
    }

    /** {@return the names of the columns, as they are written} */
    public List<String> names() {
        return names;
    }

    /** {@return the number of rows, without the line of names} */
    public int rows() {
        return lines.size();
    }

    /**
     * The line in which a row begins.
     *
     * @param row the row, counted from 0
     * @return the line of the file, counted from 1
     * @throws IndexOutOfBoundsException if there is no such row
     */
    public long line(int row) {
        return lines.get(index("row", row, rows())).number();
    }

    /**
     * The text of a cell.
     *
     * @param row which row, counted from 0
     * @param column which column, counted from 0
     * @return the text, without spaces around it; perhaps empty
     * @throws IndexOutOfBoundsException if there is no such row or column
     */
    public String cell(int row, int column) {
        return lines.get(index("row", row, rows()))
                .cells()
                .get(index("column", column, names.size()))
                .strip();
    }

    /**
     * The number in a cell.
     *
     * @param row which row, counted from 0
     * @param column which column, counted from 0
     * @return a finite number; empty if the cell is empty or holds one of the texts that {@link TableReader} reads as missing
     * @throws TableFormatException if the cell holds anything else
     * @throws IndexOutOfBoundsException if there is no such row or column
     */
    public OptionalDouble number(int row, int column) throws TableFormatException {
        String cell = cell(row, column);
        if (Cells.isMissing(cell)) {
            return OptionalDouble.empty();
        }
        double value = Cells.isNumber(cell) ? Double.parseDouble(cell) : Double.NaN;
        if (!Double.isFinite(value)) {
            String remedy =
                    Cells.hasComma(cell) ? "; write decimals with a point and thousands without a" + " separator" : "";
            throw new TableFormatException(
                    place(row, column) + " holds " + Wording.quoted(cell) + ", which is not a finite number" + remedy);
        }
        return OptionalDouble.of(value);
    }

    /**
     * Where a cell is, for messages.
     *
     * @param row which row, counted from 0
     * @param column which column, counted from 0
     * @return the file, the line and the name of the column
     * @throws IndexOutOfBoundsException if there is no such row or column
     */
    public String place(int row, int column) {
        return source + ": line " + line(row) + ", column "
                + Wording.quoted(names.get(index("column", column, names.size())));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TextTable that
                && source.equals(that.source)
                && names.equals(that.names)
                && lines.equals(that.lines);
    }

    @Override
    public int hashCode() {
        return Objects.hash(source, names, lines);
    }

    @Override
    public String toString() {
        return Wording.count(rows(), "row") + " of " + Wording.list(names);
    }
}
