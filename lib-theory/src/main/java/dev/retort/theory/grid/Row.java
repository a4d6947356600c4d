package dev.retort.theory.grid;

import static dev.retort.core.Arguments.refusal;

/** A line of a file of results: the index of a cell, its parameters, its results. */
final class Row {

    private final int index;
    private final double[] numbers;

    private Row(int index, double[] numbers) {
        this.index = index;
        this.numbers = numbers;
    }

    /** The line of an outcome that has results. Its numbers are read back bit for bit. */
    static void write(StringBuilder text, Cell cell, double[] results) {
        text.append(cell.index());
        for (int a = 0; a < cell.parameters(); a++) {
            text.append(',').append(cell.value(a));
        }
        for (double result : results) {
            text.append(',').append(result);
        }
        text.append('\n');
    }

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException if it does not have so many numbers beside its index; the message says what is wrong
     */
    static Row read(String line, int numbers) {
        String[] fields = line.split(",", -1);
        if (fields.length != numbers + 1) {
            throw refusal("fields", fields.length, "is not " + (numbers + 1));
        }
        double[] values = new double[numbers];
        for (int i = 0; i < numbers; i++) {
            values[i] = parse(fields[i + 1]);
            if (Double.isNaN(values[i])) {
                throw refusal("field " + (i + 2), fields[i + 1], "is not a number");
            }
        }
        return new Row(index(fields[0]), values);
    }

    private static int index(String field) {
        try {
            return Integer.parseInt(field);
        } catch (NumberFormatException notOne) {
            throw refusal("field 1", field, "is not an index");
        }
    }

    /** The number that a text is, or NaN if it is none. */
    static double parse(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException notOne) {
            return Double.NaN;
        }
    }

    int index() {
        return index;
    }

    double number(int i) {
        return numbers[i];
    }

    /** Whether this row is of a cell of the grid, and of the parameters that this cell has. */
    boolean fits(ParameterGrid grid) {
        if (index < 0 || index >= grid.size()) {
            return false;
        }
        Cell cell = grid.cell(index);
        boolean same = true;
        for (int a = 0; a < cell.parameters(); a++) {
            same &= numbers[a] == cell.value(a);
        }
        return same;
    }
}
