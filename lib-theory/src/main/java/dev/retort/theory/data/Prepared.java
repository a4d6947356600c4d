package dev.retort.theory.data;

import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.internal.ThinSvd;
import dev.retort.core.nd4j.internal.LargeSvd;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The centred features of a table, standardised or in their own units, and its centred label. */
final class Prepared {

    private static final int FEWEST_ROWS = 5;

    /** The share of the heap that an analysis may plan for; the rest is for temporary arrays. */
    private static final double SHARE_OF_HEAP = 0.8;

    /** The names of the features that vary. */
    final List<String> names;

    /** The names of the features that do not vary. */
    final List<String> constant;

    /** The features, one column each. */
    final double[][] columns;

    /** The standard deviations, with divisor n − 1, in the units of the table. */
    final double[] deviations;

    final double[] labels;

    final ThinSvd svd;

    private Prepared(
            List<String> names, List<String> constant, double[][] columns, double[] deviations, double[] labels) {
        this.names = names;
        this.constant = constant;
        this.columns = columns;
        this.deviations = deviations;
        this.labels = labels;
        this.svd = LargeSvd.of(columns);
    }

    static Prepared standardised(DataTable table, String label) {
        return of(table, label, true);
    }

    static Prepared raw(DataTable table, String label) {
        return of(table, label, false);
    }

    private static Prepared of(DataTable table, String label, boolean inDeviations) {
        double[] labels = notNull("table", table).column(notNull("label", label));
        int n = table.rows();
        if (n < FEWEST_ROWS) {
            throw refusal(
                    "table", Wording.count(n, "row"), "is less than the " + FEWEST_ROWS + " that estimates" + " need");
        }
        if (table.columns() < 2) {
            throw refusal("table", Wording.count(table.columns(), "column"), "leaves no feature besides the label");
        }
        checkMemory(n, table.columns() - 1);
        Decomposition.centre(labels);
        if (Decomposition.rootMeanSquare(labels) == 0) {
            throw refusal("label", "\"" + label + "\"", "does not vary: there is nothing to learn");
        }
        double squares = Decomposition.squares(labels);
        if (!(squares > 0 && squares < Double.POSITIVE_INFINITY)) {
            throw refusal("label", "\"" + label + "\"", "has a variance that double precision cannot hold: rescale it");
        }
        List<String> names = new ArrayList<>();
        List<String> constant = new ArrayList<>();
        List<double[]> columns = new ArrayList<>();
        List<Double> deviations = new ArrayList<>();
        for (int j = 0; j < table.columns(); j++) {
            String name = table.names().get(j);
            if (name.equals(label)) {
                continue;
            }
            double[] column = Decomposition.centre(table.columnAt(j).clone());
            double deviation = Decomposition.rootMeanSquare(column) * Math.sqrt(n / (n - 1.0));
            if (deviation == 0) {
                constant.add(name);
                continue;
            }
            if (inDeviations) {
                for (int i = 0; i < n; i++) {
                    column[i] /= deviation;
                }
            }
            names.add(name);
            columns.add(column);
            deviations.add(deviation);
        }
        if (names.isEmpty()) {
            throw refusal("table", "of " + Wording.count(constant.size(), "feature"), "has none that varies");
        }
        return new Prepared(
                List.copyOf(names),
                List.copyOf(constant),
                columns.toArray(double[][]::new),
                deviations.stream().mapToDouble(Double::doubleValue).toArray(),
                labels);
    }

    /** Checks that the heap can hold the table, its centred columns, the copy that is factored, and the singular vectors. */
    private static void checkMemory(double n, double p) {
        double smaller = Math.min(n, p);
        double bytes = 8 * (2 * n * p + (p <= n ? n * p : n * n) + 3 * n * smaller + 2 * smaller * smaller);
        double heap = Runtime.getRuntime().maxMemory();
        if (!(bytes <= SHARE_OF_HEAP * heap)) {
            throw refusal(
                    "table",
                    String.format(Locale.ROOT, "of %.0f rows and %.0f features", n, p),
                    String.format(
                            Locale.ROOT,
                            "needs %.3g GB to be analysed, and Java's heap has %.3g GB: give it more with -Xmx%.0fg, or fewer rows or"
                                    + " columns",
                            bytes / 1e9,
                            heap / 1e9,
                            Math.ceil(bytes / SHARE_OF_HEAP / 1e9)));
        }
    }

    Decomposition decomposition() {
        return Decomposition.centred(svd, labels);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Prepared that
                && names.equals(that.names)
                && constant.equals(that.constant)
                && Arrays.deepEquals(columns, that.columns)
                && Arrays.equals(deviations, that.deviations)
                && Arrays.equals(labels, that.labels);
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                names, constant, Arrays.deepHashCode(columns), Arrays.hashCode(deviations), Arrays.hashCode(labels));
    }
}
