package dev.retort.theory.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Collects the cells of one file, and records those that are not numbers. Mutable. */
final class TableBuilder {

    /** The share of the heap that a table may take while it grows: growing copies columns one by one, and analyses need space too. */
    private static final double SHARE_OF_HEAP = 0.5;

    private static final int COLUMNS_IN_MESSAGE = 5;

    /** The cells of a column that have one kind of fault. */
    private static final class Fault {
        final String first;
        long count = 1;

        Fault(String first) {
            this.first = first;
        }
    }

    private final String source;
    private final List<String> names;
    private final IntFunction<String> place;
    private final double[][] columns;
    private final boolean[] omitted;
    private final @Nullable String[] positives;
    private final boolean completeOnly;
    private final List<String> remarks = new ArrayList<>();
    private final BitSet incomplete = new BitSet();
    private final Map<Integer, Fault> missing = new TreeMap<>();
    private final Map<Integer, Fault> commas = new TreeMap<>();
    private final Map<Integer, Fault> texts = new TreeMap<>();
    private final Map<Integer, Set<String>> classes = new TreeMap<>();

    private int rows;
    private long allocated;

    /** @param place describes a row, counted from 0, to the user; called only for the row being filled */
    TableBuilder(String source, List<String> names, TableReader.Choice choice, IntFunction<String> place)
            throws TableFormatException {
        this.source = source;
        this.names = names;
        this.place = place;
        this.columns = new double[names.size()][0];
        this.omitted = new boolean[names.size()];
        this.positives = new @Nullable String[names.size()];
        this.completeOnly = choice.completeOnly();
        for (String name : choice.omitted()) {
            omitted[indexOf(name)] = true;
        }
        for (Map.Entry<String, String> indicator : choice.indicators().entrySet()) {
            int column = indexOf(indicator.getKey());
            positives[column] = indicator.getValue();
            classes.put(column, new LinkedHashSet<>());
        }
        if (choice.omitted().size() == names.size()) {
            throw new TableFormatException(source + " has no columns except those to leave out");
        }
        if (!choice.omitted().isEmpty()) {
            remarks.add("Left out as told: " + Wording.count(choice.omitted().size(), "column") + ", "
                    + Wording.list(List.copyOf(choice.omitted())) + ".");
        }
    }

    private int indexOf(String name) throws TableFormatException {
        int index = names.indexOf(name);
        if (index < 0) {
            throw new TableFormatException(
                    source + " has no column \"" + name + "\": there are " + Wording.list(names));
        }
        return index;
    }

    /** Adds a remark for the user of the table. */
    void remark(String sentence) {
        remarks.add(sentence);
    }

    private void set(int row, int column, double value) throws TableFormatException {
        if (row >= columns[column].length) {
            // Project memory from the first column, as all columns will grow to its length.
            int wanted = (int) Math.min(Integer.MAX_VALUE - 8, Math.max(16, row + 1 + row / 2L));
            int capacity = row == 0 ? Math.max(wanted, columns[0].length) : wanted;
            allocate(capacity - columns[column].length);
            columns[column] = Arrays.copyOf(columns[column], capacity);
        }
        columns[column][row] = value;
        rows = Math.max(rows, row + 1);
    }

    private void allocate(long more) throws TableFormatException {
        allocated += more;
        double bytes = 8.0 * allocated;
        long heap = Runtime.getRuntime().maxMemory();
        if (!(bytes <= SHARE_OF_HEAP * heap)) {
            throw new TableFormatException(String.format(
                    Locale.ROOT,
                    "%s: its first %d rows of %d columns take %.3g GB, and with room to work in twice that, but Java's heap has"
                            + " %.3g GB: give it more with -Xmx, or read fewer columns",
                    source,
                    rows,
                    columns.length,
                    bytes / 1e9,
                    heap / 1e9));
        }
    }

    /** Adds a cell of text. */
    void cell(int row, int column, String raw) throws TableFormatException {
        if (omitted[column]) {
            return;
        }
        String cell = raw.strip();
        @Nullable String positive = positives[column];
        if (Cells.isMissing(cell)) {
            missing(row, column);
        } else if (positive != null) {
            classify(row, column, cell, positive);
        } else if (Cells.isNumber(cell)) {
            number(row, column, Double.parseDouble(cell));
        } else if (Cells.hasComma(cell)) {
            fault(commas, row, column, "holds " + Wording.quoted(cell));
        } else {
            fault(texts, row, column, "holds " + Wording.quoted(cell));
        }
    }

    /** Adds a cell that is a number, perhaps infinite, or NaN if it is missing. */
    void number(int row, int column, double value) throws TableFormatException {
        if (omitted[column]) {
            return;
        }
        @Nullable String positive = positives[column];
        if (Double.isNaN(value)) {
            missing(row, column);
        } else if (positive != null) {
            classify(row, column, Numbers.text(value), positive);
        } else if (Double.isInfinite(value)) {
            fault(texts, row, column, "holds a number beyond double precision");
        } else {
            set(row, column, value);
        }
    }

    /** Records a number that a double cannot hold exactly. */
    void inexact(int row, int column, String cell) {
        if (!omitted[column]) {
            fault(texts, row, column, "holds " + cell + ", which double precision cannot hold exactly");
        }
    }

    private void classify(int row, int column, String cell, String positive) throws TableFormatException {
        boolean same = Cells.same(cell, positive);
        set(row, column, same ? 1 : -1);
        Set<String> seen = classes.get(column);
        if (seen != null && seen.size() <= COLUMNS_IN_MESSAGE) {
            seen.add(cell.length() > 40 ? cell.substring(0, 40) : cell);
        }
    }

    private void missing(int row, int column) throws TableFormatException {
        fault(missing, row, column, "");
        incomplete.set(row);
        set(row, column, 0);
    }

    private void fault(Map<Integer, Fault> faults, int row, int column, String what) {
        Fault known = faults.get(column);
        if (known == null) {
            faults.put(column, new Fault((place.apply(row) + " " + what).strip()));
        } else {
            known.count++;
        }
    }

    DataTable finished() throws TableFormatException {
        refuseFaults();
        int left = rows - incomplete.cardinality();
        if (left == 0) {
            throw new TableFormatException(source
                    + (rows > 0 ? ": every row lacks a value" : " holds no row of values")
                    + "; its columns are " + Wording.list(names));
        }
        if (left < rows) {
            remarks.add("Left out as told: " + Wording.count(rows - left, "row") + " of " + rows
                    + " in which a value is missing, with the index "
                    + Wording.numbers(incomplete.stream().boxed().toList()) + ".");
        }
        List<String> keptNames = new ArrayList<>();
        List<double[]> kept = new ArrayList<>();
        for (int column = 0; column < columns.length; column++) {
            if (!omitted[column]) {
                keptNames.add(names.get(column));
                double[] values = complete(columns[column], left);
                kept.add(values);
                columns[column] = new double[0]; // so that the table is not in memory twice
                describeClasses(column, values);
            }
        }
        return DataTable.ofColumns(keptNames, kept.toArray(double[][]::new), remarks);
    }

    private double[] complete(double[] column, int left) {
        double[] values = new double[left];
        int next = 0;
        for (int row = incomplete.nextClearBit(0); next < left; row = incomplete.nextClearBit(row + 1)) {
            values[next++] = column[row];
        }
        return values;
    }

    private void describeClasses(int column, double[] values) throws TableFormatException {
        @Nullable String positive = positives[column];
        if (positive == null) {
            return;
        }
        long positiveRows = Arrays.stream(values).filter(value -> value == 1).count();
        if (positiveRows == 0) {
            throw new TableFormatException(source + ": no row has " + Wording.quoted(positive) + " in column "
                    + Wording.quoted(names.get(column)) + ", which holds "
                    + Wording.list(List.copyOf(classes.getOrDefault(column, Set.of()))));
        }
        remarks.add("Column " + Wording.quoted(names.get(column)) + " is +1 where it holds " + Wording.quoted(positive)
                + ", in " + Wording.count(positiveRows, "row") + ", and −1 elsewhere.");
    }

    private void refuseFaults() throws TableFormatException {
        List<String> complaints = new ArrayList<>();
        if (!commas.isEmpty()) {
            complaints.add(described("numbers with a comma", commas)
                    + ". Write decimals with a point, 3.14, and thousands without a separator (pandas reads such files with"
                    + " decimal=\",\")");
        }
        if (!texts.isEmpty()) {
            complaints.add(described("values that are not finite numbers", texts)
                    + ". Read it without these columns, or turn them into numbers: for a column of classes, +1 for"
                    + " one class"
                    + " and −1 for the others");
        }
        if (!missing.isEmpty() && !completeOnly) {
            complaints.add(described("missing values", missing)
                    + ". Read it without incomplete rows, of which there are " + incomplete.cardinality()
                    + ", or without these columns, or fill the values in");
        }
        if (!complaints.isEmpty()) {
            throw new TableFormatException(source + ": " + String.join(". ", complaints));
        }
    }

    private String described(String what, Map<Integer, Fault> faults) {
        StringBuilder text = new StringBuilder(what);
        int shown = 0;
        for (Map.Entry<Integer, Fault> entry : faults.entrySet()) {
            if (shown == COLUMNS_IN_MESSAGE) {
                return text.append("; and in ")
                        .append(Wording.count(faults.size() - shown, "more column"))
                        .toString();
            }
            Fault fault = entry.getValue();
            text.append(shown == 0 ? ": " : "; ")
                    .append("column ")
                    .append(Wording.quoted(names.get(entry.getKey())))
                    .append(", ")
                    .append(fault.first);
            if (fault.count > 1) {
                text.append(", and ").append(Wording.count(fault.count - 1, "more row"));
            }
            shown++;
        }
        return text.toString();
    }
}
