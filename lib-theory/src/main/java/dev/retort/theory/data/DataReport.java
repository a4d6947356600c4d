package dev.retort.theory.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What to know about a table before regressing one of its columns on the others: the rank and the condition of its features, and which
 * columns and rows cause trouble. Each {@link Finding} says what to do. Immutable.
 *
 * <p>Rank and condition are those of the centred and standardised features, from their singular values rather than from their covariance,
 * so that directions down to 10⁻¹³ of the largest are seen. A column counts as constant if its standard deviation is at most 10⁻¹² of its
 * largest entry.
 *
 * <pre>{@code
 * double[][] rows = {{1, 2, 3, 7, 5}, {2, 1, 3, 7, 4}, {3, 5, 8, 7, 9}, {4, 3, 7, 7, 1}, {5, 9, 14, 7, 8}, {2, 2, 4, 7, 2}};
 * DataTable table = DataTable.of(List.of("a", "b", "sum", "seven", "label"), rows);
 * DataReport report = DataReport.of(table, "label");
 * int rank = report.rank(); // 2
 * List<Finding> findings = report.findings(); // "seven" holds one value, "sum" is a + b, and six rows are few
 * }</pre>
 */
public final class DataReport {

    /** Ridgeless fits magnify the rounding of the table by the condition: six digits, as many tables have, leave one. */
    private static final double NEARLY = 1e5;

    /** A ratio of standard deviations above this counts as different units. */
    private static final double UNITS = 1000;

    /** Terms of a relation below this part of the largest are rounding. */
    private static final double TERM = 1e-7;

    private static final int TERMS = 6;

    private static final double CORRELATED = 1 - 1e-10;

    /** The share of duplicate rows above which they are reported. */
    private static final double MANY_DUPLICATES = 0.01;

    private static final double FEW_ROWS_PER_COLUMN = 3;

    private final int rows;
    private final int columns;
    private final int rank;
    private final double condition;
    private final int duplicateRows;
    private final List<Finding> findings;

    private DataReport(int rows, int columns, int rank, double condition, int duplicateRows, List<Finding> findings) {
        this.rows = rows;
        this.columns = columns;
        this.rank = rank;
        this.condition = condition;
        this.duplicateRows = duplicateRows;
        this.findings = List.copyOf(findings);
    }

    /**
     * Examines a table.
     *
     * @param table the table, of at least five rows
     * @param label the name of the column that is to be predicted
     * @return what was found
     * @throws IllegalArgumentException if there are too few rows, no column has that name, it does not vary, or no other does; or if the
     *     table is too large for the heap
     */
    public static DataReport of(DataTable table, String label) {
        return of(table, label, Prepared.standardised(table, label));
    }

    static DataReport of(DataTable table, String label, Prepared prepared) {
        Decomposition data = prepared.decomposition();
        int rank = data.rank;
        double condition = data.condition();
        int duplicateRows = duplicateRows(table);
        List<Finding> findings = new ArrayList<>();
        constant(prepared, findings);
        index(table, label, findings);
        labelCopies(prepared, label, findings);
        classes(table, label, findings);
        Map<String, String> duplicates = duplicates(prepared, findings);
        int columns = prepared.names.size();
        if (rank < columns && columns < table.rows()) {
            collinear(prepared, rank, duplicates, findings);
        }
        if (condition > NEARLY) {
            nearlyCollinear(prepared, rank, condition, findings);
        }
        units(prepared, findings);
        rows(table.rows(), columns, duplicateRows, findings);
        findings.sort(Comparator.comparing(Finding::kind));
        return new DataReport(table.rows(), table.columns() - 1, rank, condition, duplicateRows, findings);
    }

    private static void constant(Prepared prepared, List<Finding> findings) {
        if (!prepared.constant.isEmpty()) {
            int count = prepared.constant.size();
            findings.add(new Finding(
                    Finding.Kind.CONSTANT,
                    prepared.constant,
                    Wording.count(count, "column") + (count == 1 ? " holds" : " hold") + " one value in all rows: "
                            + Wording.list(prepared.constant) + ".",
                    "Left out; they say nothing about the label."));
        }
    }

    private static void index(DataTable table, String label, List<Finding> findings) {
        for (int j = 0; j < table.columns(); j++) {
            double[] column = table.columnAt(j);
            String name = table.names().get(j);
            boolean counts = !name.equals(label) && column[0] == Math.rint(column[0]);
            for (int i = 1; counts && i < column.length; i++) {
                counts = column[i] == column[0] + i;
            }
            if (counts) {
                findings.add(
                        new Finding(
                                Finding.Kind.INDEX,
                                List.of(name),
                                "Column " + Wording.quoted(name) + " counts the rows.",
                                "Read the table without it unless their order means something; pandas writes no index when told index=False."));
            }
        }
    }

    private static void labelCopies(Prepared prepared, String label, List<Finding> findings) {
        double length = Math.sqrt(Decomposition.squares(prepared.labels));
        List<String> copies = new ArrayList<>();
        for (int j = 0; j < prepared.columns.length; j++) {
            double product = 0;
            for (int i = 0; i < prepared.labels.length; i++) {
                product += prepared.columns[j][i] * (prepared.labels[i] / length);
            }
            double correlation = product / Math.sqrt(Decomposition.squares(prepared.columns[j]));
            if (Math.abs(correlation) > CORRELATED) {
                copies.add(prepared.names.get(j));
            }
        }
        if (!copies.isEmpty()) {
            findings.add(new Finding(
                    Finding.Kind.LABEL_COPY,
                    copies,
                    "The label " + Wording.quoted(label) + " is a multiple of " + Wording.list(copies)
                            + ", but for a constant.",
                    "Leave it out unless it is known before the label is: otherwise it gives the label away."));
        }
    }

    private static void classes(DataTable table, String label, List<Finding> findings) {
        long values = Arrays.stream(table.column(label)).distinct().limit(3).count();
        if (values == 2) {
            findings.add(new Finding(
                    Finding.Kind.CLASSES,
                    List.of(label),
                    "The label " + Wording.quoted(label) + " has two values.",
                    "Risks are mean squared errors of predicting them; they say nothing about the accuracy"
                            + " of a classifier."));
        }
    }

    /** Maps each column that is equal to an earlier one to that one. */
    private static Map<String, String> duplicates(Prepared prepared, List<Finding> findings) {
        Map<Integer, List<Integer>> byHash = new HashMap<>();
        Map<String, String> duplicates = new HashMap<>();
        for (int j = 0; j < prepared.columns.length; j++) {
            double[] column = prepared.columns[j];
            List<Integer> alike = byHash.computeIfAbsent(Arrays.hashCode(column), hash -> new ArrayList<>());
            for (int earlier : alike) {
                if (Arrays.equals(prepared.columns[earlier], column)
                        && prepared.deviations[earlier] == prepared.deviations[j]) {
                    String name = prepared.names.get(j);
                    duplicates.put(name, prepared.names.get(earlier));
                    findings.add(new Finding(
                            Finding.Kind.DUPLICATE,
                            List.of(prepared.names.get(earlier), name),
                            "Columns " + Wording.quoted(prepared.names.get(earlier)) + " and " + Wording.quoted(name)
                                    + " are equal, up to a constant.",
                            "Leave one out: together they count twice against the ridge."));
                    break;
                }
            }
            alike.add(j);
        }
        return duplicates;
    }

    /** Finds columns that are combinations of others, from the directions in which the features do not vary. */
    private static void collinear(Prepared prepared, int rank, Map<String, String> duplicates, List<Finding> findings) {
        int columns = prepared.names.size();
        double[][] missing = new double[columns - rank][];
        for (int k = rank; k < columns; k++) {
            missing[k - rank] = prepared.svd.right(k);
        }
        boolean[] determined = new boolean[columns];
        int[] pivots = new int[missing.length];
        for (int k = 0; k < missing.length; k++) {
            boolean[] closed = determined.clone();
            // Copies come first: they have findings of their own, and appear in no relation once they are eliminated.
            for (int j = 0; k < duplicates.size() && j < columns; j++) {
                closed[j] |= !duplicates.containsKey(prepared.names.get(j));
            }
            pivots[k] = eliminate(missing, k, closed);
            determined[pivots[k]] = true;
        }
        for (int k = 0; k < missing.length; k++) {
            String name = prepared.names.get(pivots[k]);
            if (!duplicates.containsKey(name)) {
                findings.add(relation(prepared, missing[k], pivots[k]));
            }
        }
    }

    /** Gauss-Jordan elimination: the largest entry of a row, the last of equal ones, becomes 1, and its column 0 in the other rows. */
    private static int eliminate(double[][] rows, int k, boolean[] taken) {
        int pivot = -1;
        int from = k;
        for (int r = k; r < rows.length; r++) {
            for (int j = 0; j < taken.length; j++) {
                if (!taken[j] && (pivot < 0 || Math.abs(rows[r][j]) >= Math.abs(rows[from][pivot]) * (1 - 1e-9))) {
                    pivot = j;
                    from = r;
                }
            }
        }
        double[] row = rows[from];
        rows[from] = rows[k];
        rows[k] = row;
        double head = row[pivot];
        for (int j = 0; j < row.length; j++) {
            row[j] /= head;
        }
        for (int r = 0; r < rows.length; r++) {
            double factor = rows[r][pivot];
            for (int j = 0; r != k && j < row.length; j++) {
                rows[r][j] -= factor * row[j];
            }
        }
        return pivot;
    }

    private static Finding relation(Prepared prepared, double[] row, int pivot) {
        int[] others = IntStream.range(0, row.length)
                .filter(j -> j != pivot && Math.abs(row[j]) > TERM)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer j) -> -Math.abs(row[j])))
                .mapToInt(Integer::intValue)
                .toArray();
        List<String> names = new ArrayList<>(List.of(prepared.names.get(pivot)));
        Arrays.stream(others).mapToObj(prepared.names::get).forEach(names::add);
        String sum = Arrays.stream(others)
                .limit(TERMS)
                .mapToObj(j -> Wording.number(-row[j] * prepared.deviations[pivot] / prepared.deviations[j]) + " × "
                        + Wording.quoted(prepared.names.get(j)))
                .collect(Collectors.joining(" + "));
        String more = others.length > TERMS ? " + " + (others.length - TERMS) + " more terms" : "";
        return new Finding(
                Finding.Kind.COLLINEAR,
                names,
                "Column " + Wording.quoted(prepared.names.get(pivot)) + " follows from others: it is " + sum + more
                        + ", and a constant.",
                "Harmless with a ridge; without one, its coefficient means nothing by itself. Leave one of them out to interpret"
                        + " coefficients.");
    }

    private static void nearlyCollinear(Prepared prepared, int rank, double condition, List<Finding> findings) {
        double[] weakest = prepared.svd.right(rank - 1);
        double largest = Arrays.stream(weakest).map(Math::abs).max().orElse(0);
        List<String> loading = IntStream.range(0, weakest.length)
                .filter(j -> Math.abs(weakest[j]) >= largest / 10)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer j) -> -Math.abs(weakest[j])))
                .map(prepared.names::get)
                .toList();
        findings.add(new Finding(
                Finding.Kind.NEARLY_COLLINEAR,
                loading,
                String.format(
                        Locale.ROOT,
                        "Columns nearly determine each other: the weakest direction, of %s, is 1/%.2g of the strongest.",
                        Wording.list(loading),
                        condition),
                "Fits without ridge depend on the last digits of the table; those with a tuned ridge do not."));
    }

    private static void units(Prepared prepared, List<Finding> findings) {
        int[] order = IntStream.range(0, prepared.names.size())
                .boxed()
                .sorted(Comparator.comparingDouble(j -> prepared.deviations[j]))
                .mapToInt(Integer::intValue)
                .toArray();
        double least = prepared.deviations[order[0]];
        double most = prepared.deviations[order[order.length - 1]];
        if (most / least < UNITS) {
            return;
        }
        double middle = prepared.deviations[order[order.length / 2]];
        List<String> far = new ArrayList<>();
        for (int j : order) {
            double deviation = prepared.deviations[j];
            if (deviation == least || deviation == most || Math.max(deviation / middle, middle / deviation) >= UNITS) {
                far.add(prepared.names.get(j));
            }
        }
        findings.add(new Finding(
                Finding.Kind.UNITS,
                far,
                String.format(
                        Locale.ROOT,
                        "Columns differ wildly in scale, in standard deviation from %.2g of %s to %.2g of %s.",
                        least,
                        Wording.quoted(prepared.names.get(order[0])),
                        most,
                        Wording.quoted(prepared.names.get(order[order.length - 1]))),
                "Standardise them, unless the scale means something: a ridge on the columns as they are shrinks the small ones to"
                        + " nothing."));
    }

    private static void rows(int rows, int columns, int duplicateRows, List<Finding> findings) {
        if (duplicateRows > MANY_DUPLICATES * rows) {
            findings.add(new Finding(
                    Finding.Kind.DUPLICATE_ROWS,
                    List.of(),
                    Wording.count(duplicateRows, "row") + " of " + rows + (duplicateRows == 1 ? " is" : " are")
                            + " there before, with the same label.",
                    "Keep one of each: estimates from such rows are optimistic, and their error bars too small."));
        }
        if (rows <= columns) {
            findings.add(new Finding(
                    Finding.Kind.FEW_ROWS,
                    List.of(),
                    "There are " + rows + " rows for " + columns + " columns.",
                    "The noise cannot be estimated, and only students of fewer rows can be predicted."));
        } else if (rows < FEW_ROWS_PER_COLUMN * columns) {
            findings.add(new Finding(
                    Finding.Kind.FEW_ROWS,
                    List.of(),
                    "There are " + rows + " rows for " + columns + " columns, fewer than three for each.",
                    "Risks of students of more rows may be up to 20 % higher than predicted."));
        }
    }

    /** The number of rows that are equal to an earlier row. */
    private static int duplicateRows(DataTable table) {
        Map<Integer, List<Integer>> byHash = new HashMap<>();
        int duplicates = 0;
        for (int row = 0; row < table.rows(); row++) {
            int hash = 1;
            for (int column = 0; column < table.columns(); column++) {
                hash = 31 * hash + Double.hashCode(table.value(row, column));
            }
            List<Integer> alike = byHash.computeIfAbsent(hash, key -> new ArrayList<>());
            int own = row;
            if (alike.stream().anyMatch(other -> equal(table, own, other))) {
                duplicates++;
            } else {
                alike.add(row);
            }
        }
        return duplicates;
    }

    private static boolean equal(DataTable table, int row, int other) {
        return IntStream.range(0, table.columns()).allMatch(j -> table.value(row, j) == table.value(other, j));
    }

    /** {@return the number of rows} */
    public int rows() {
        return rows;
    }

    /** {@return the number of columns beside the label} */
    public int columns() {
        return columns;
    }

    /** {@return the numerical rank of the standardised features} */
    public int rank() {
        return rank;
    }

    /** {@return the largest singular value of the standardised features over the smallest that counts for the rank, at least 1} */
    public double condition() {
        return condition;
    }

    /** {@return the number of rows that are equal to an earlier row in every column} */
    public int duplicateRows() {
        return duplicateRows;
    }

    /** {@return the findings, the gravest first; perhaps none} */
    public List<Finding> findings() {
        return findings;
    }

    /**
     * Findings of a kind.
     *
     * @param kind the kind
     * @return the findings of that kind; perhaps none
     */
    public List<Finding> findings(Finding.Kind kind) {
        return findings.stream().filter(finding -> finding.kind() == kind).toList();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DataReport that
                && rows == that.rows
                && columns == that.columns
                && rank == that.rank
                && Double.compare(condition, that.condition) == 0
                && duplicateRows == that.duplicateRows
                && findings.equals(that.findings);
    }

    @Override
    public int hashCode() {
        return Objects.hash(rows, columns, rank, condition, duplicateRows, findings);
    }

    @Override
    public String toString() {
        String head = String.format(
                Locale.ROOT, "%d rows, %d columns, rank %d, condition %.3g", rows, columns, rank, condition);
        return findings.stream().map(finding -> "\n" + finding).collect(Collectors.joining("", head, ""));
    }
}
