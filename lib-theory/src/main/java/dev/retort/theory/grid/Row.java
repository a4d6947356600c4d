package dev.retort.theory.grid;

import java.util.Arrays;

/** A line of a file of results: the index of a cell, its parameters, its results. */
final class Row {

    private final int index;
    private final double[] numbers;

    /** The array is not copied. */
    Row(int index, double[] numbers) {
        this.index = index;
        this.numbers = numbers;
    }

    int index() {
        return index;
    }

    double number(int i) {
        return numbers[i];
    }

    /** Whether this row belongs to a cell of the grid and has that cell's parameters. */
    boolean fits(ParameterGrid grid) {
        if (index >= grid.size()) {
            return false;
        }
        Cell cell = grid.cell(index);
        boolean same = true;
        for (int a = 0; a < cell.parameters(); a++) {
            same &= numbers[a] == cell.value(a);
        }
        return same;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Row that && index == that.index && Arrays.equals(numbers, that.numbers);
    }

    @Override
    public int hashCode() {
        return 31 * index + Arrays.hashCode(numbers);
    }
}
