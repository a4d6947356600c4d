package dev.retort.theory.data;

import static dev.retort.core.internal.Arguments.index;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.nd4j.internal.ArrayArguments;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A table of finite numbers with rows and named columns. Immutable.
 *
 * <p>{@link #read(Path)} reads one from a file of comma-separated values or in NumPy's format, {@code .npy}; a {@link TableReader} does so
 * with options; {@link #save(Path)} writes one. Missing values are refused when a table is made: the user decides what to do about them.
 * Rows and columns count from 0; columns without names of their own are called "0", "1", and so on.
 *
 * <p>Two tables are equal if their names and their numbers are; the {@linkplain #remarks() remarks} do not matter.
 *
 * <pre>{@code
 * DataTable houses = DataTable.of(List.of("rooms", "age", "price"), new double[][] {{3, 20, 310}, {5, 4, 590}, {2, 51, 150}});
 * double[] prices = houses.column("price"); // 310, 590, 150
 * double[][] features = houses.without("price").toRows();
 * }</pre>
 */
public final class DataTable {

    private final List<String> names;
    private final int rows;

    /** Column after column. */
    private final double[][] columns;

    private final List<String> remarks;

    private DataTable(List<String> names, int rows, double[][] columns, List<String> remarks) {
        this.names = names;
        this.rows = rows;
        this.columns = columns;
        this.remarks = remarks;
    }

    /**
     * A table without names.
     *
     * @param values row after row, all of the same length, at least one row and one column; every value finite
     * @return the table, whose columns are called "0", "1", …
     * @throws IllegalArgumentException if there is no value, the rows differ in length, or a value is NaN or infinite
     */
    public static DataTable of(double[][] values) {
        int columns = notNull("values", values).length == 0 ? 0 : notNull("values[0]", values[0]).length;
        return of(numbered(columns), values);
    }

    /**
     * A table with names.
     *
     * @param names the names of the columns, distinct and not empty
     * @param values row after row, as many values in each as there are names, at least one row; every value finite
     * @return the table
     * @throws IllegalArgumentException if a name is empty or occurs twice, if there is no value, if a row has another length, or if a value
     *     is NaN or infinite
     */
    public static DataTable of(List<String> names, double[][] values) {
        if (notNull("values", values).length == 0) {
            throw refusal("values.length", 0, "is not at least 1");
        }
        double[][] columns = new double[notNull("names", names).size()][values.length];
        for (int row = 0; row < values.length; row++) {
            double[] line = notNull("values[" + row + "]", values[row]);
            if (line.length != columns.length) {
                throw refusal(
                        "values[" + row + "].length", line.length, "is not the number of names, " + columns.length);
            }
            for (int column = 0; column < columns.length; column++) {
                columns[column][row] = line[column];
            }
        }
        return ofColumns(names, columns, List.of());
    }

    /**
     * The table that an ND4J array holds.
     *
     * @param array shape {@code [rows, columns]}, or {@code [rows]} for one column, of any numeric type, order and stride; not
     *     modified
     * @return the table, whose columns are called "0", "1", …
     * @throws IllegalArgumentException if the array is null, empty, not numeric or of another rank, or if a value is NaN or
     *     infinite
     */
    public static DataTable ofArray(INDArray array) {
        INDArray values = notNull("array", array);
        if (values.rank() != 1 && values.rank() != 2) {
            throw refusal("array", "shape " + Arrays.toString(values.shape()), "is not of rank 1 or 2");
        }
        double[] entries = ArrayArguments.finiteEntries("array", values);
        int rows = Math.toIntExact(values.size(0));
        double[][] columns = new double[entries.length / rows][rows];
        for (int k = 0; k < entries.length; k++) {
            columns[k % columns.length][k / columns.length] = entries[k];
        }
        return ofColumns(numbered(columns.length), columns, List.of());
    }

    /** The columns are not copied. */
    static DataTable ofColumns(List<String> names, double[][] columns, List<String> remarks) {
        if (columns.length == 0) {
            throw refusal("columns", 0, "is not at least 1");
        }
        Set<String> seen = new HashSet<>();
        for (int column = 0; column < columns.length; column++) {
            String name = notNull("names[" + column + "]", names.get(column));
            if (name.isEmpty()) {
                throw refusal("names[" + column + "]", "\"\"", "is empty");
            }
            if (!seen.add(name)) {
                throw refusal("names[" + column + "]", "\"" + name + "\"", "is already the name of an earlier column");
            }
            for (int row = 0; row < columns[column].length; row++) {
                if (!Double.isFinite(columns[column][row])) {
                    throw refusal("row " + row + ", column \"" + name + "\"", columns[column][row], "is not finite");
                }
            }
        }
        return new DataTable(List.copyOf(names), columns[0].length, columns, List.copyOf(remarks));
    }

    static List<String> numbered(int columns) {
        return IntStream.range(0, columns).mapToObj(Integer::toString).toList();
    }

    /**
     * Reads a table from a file, as {@link TableReader#standard()} does: comma-separated values with a line of names, or NumPy's
     * format; compressed or not.
     *
     * @param file the file
     * @return the table
     * @throws TableFormatException if the file does not hold a table of finite numbers; the message says where, and what to do
     * @throws IOException if the file cannot be read
     */
    public static DataTable read(Path file) throws IOException {
        return TableReader.standard().read(file);
    }

    /**
     * Writes the table, and replaces an existing file. The ending of the name decides the format: {@code .csv} and {@code .tsv} with a line
     * of names; {@code .json} as an object of {@code columns}, the names, and {@code data}, the rows, which pandas reads with {@code
     * orient="split"}; {@code .npy} in doubles, without names. An additional {@code .gz} compresses. Every number is read back exactly.
     *
     * @param file the file to write; its directory is created if needed
     * @throws IllegalArgumentException if the name ends in another way
     * @throws IOException if the file cannot be written
     */
    public void save(Path file) throws IOException {
        TableWriter.save(this, notNull("file", file));
    }

    /**
     * The number of rows.
     *
     * @return at least 1
     */
    public int rows() {
        return rows;
    }

    /**
     * The number of columns.
     *
     * @return at least 1
     */
    public int columns() {
        return columns.length;
    }

    /**
     * The names of the columns.
     *
     * @return the names in the order of the columns, distinct
     */
    public List<String> names() {
        return names;
    }

    /**
     * What the reader changed: rows and columns that it was told to leave out, and text that it turned into numbers.
     *
     * @return one sentence each; empty if the file was read unchanged
     */
    public List<String> remarks() {
        return remarks;
    }

    /**
     * One value.
     *
     * @param row the row, counted from 0
     * @param column the column, counted from 0
     * @return the value, finite
     * @throws IndexOutOfBoundsException if there is no such row or column
     */
    public double value(int row, int column) {
        double[] chosen = columns[index("column", column, columns.length)];
        return chosen[index("row", row, chosen.length)];
    }

    /**
     * One column.
     *
     * @param name its name
     * @return a new array of its values
     * @throws IllegalArgumentException if no column has that name
     */
    public double[] column(String name) {
        return columns[indexOf(name)].clone();
    }

    /** One column, not a copy. */
    double[] columnAt(int index) {
        return columns[index];
    }

    /**
     * The table without some columns.
     *
     * @param omitted the names of the columns to leave out, not all of them
     * @return a table of the other columns
     * @throws IllegalArgumentException if no column has one of the names, or no column is left
     */
    public DataTable without(String... omitted) {
        Set<Integer> out = new HashSet<>();
        for (String name : notNull("omitted", omitted)) {
            out.add(indexOf(name));
        }
        return selected(
                IntStream.range(0, columns.length).filter(i -> !out.contains(i)).toArray());
    }

    /**
     * The table of some columns.
     *
     * @param kept the names of the columns to keep, in the order wanted, at least one
     * @return a table of these columns
     * @throws IllegalArgumentException if no column has one of the names, a name occurs twice, or there is none
     */
    public DataTable only(String... kept) {
        return selected(Stream.of(notNull("kept", kept)).mapToInt(this::indexOf).toArray());
    }

    private DataTable selected(int[] chosen) {
        List<String> chosenNames = new ArrayList<>();
        double[][] chosenColumns = new double[chosen.length][];
        for (int k = 0; k < chosen.length; k++) {
            chosenNames.add(names.get(chosen[k]));
            chosenColumns[k] = columns[chosen[k]];
        }
        return ofColumns(chosenNames, chosenColumns, remarks);
    }

    private int indexOf(String name) {
        int index = names.indexOf(notNull("name", name));
        if (index < 0) {
            throw refusal(
                    "column", "\"" + name + "\"", "is not the name of a column: there are " + Wording.list(names));
        }
        return index;
    }

    /**
     * All values.
     *
     * @return a new array, row after row
     */
    public double[][] toRows() {
        double[][] values = new double[rows][columns.length];
        for (int column = 0; column < columns.length; column++) {
            for (int row = 0; row < rows; row++) {
                values[row][column] = columns[column][row];
            }
        }
        return values;
    }

    /**
     * All values as an ND4J array, for which a backend must be on the class path.
     *
     * @return a new array of doubles, shape {@code [rows, columns]}
     */
    public INDArray toArray() {
        return Nd4j.create(toRows());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DataTable table
                && names.equals(table.names)
                && Arrays.deepEquals(columns, table.columns);
    }

    @Override
    public int hashCode() {
        return 31 * names.hashCode() + Arrays.deepHashCode(columns);
    }

    @Override
    public String toString() {
        return rows
                + (rows == 1 ? " row, " : " rows, ")
                + columns.length
                + (columns.length == 1 ? " column: " : " columns: ")
                + Wording.list(names);
    }
}
