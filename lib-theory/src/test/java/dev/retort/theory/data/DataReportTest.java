package dev.retort.theory.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.theory.data.Finding.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataReportTest {

    private static double[][] gaussian(int rows, int columns) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(20261205);
        double[][] values = new double[rows][columns];
        for (double[] row : values) {
            Arrays.setAll(row, j -> random.nextGaussian());
        }
        return values;
    }

    private static DataReport report(List<String> names, double[][] rows) {
        return DataReport.of(DataTable.of(names, rows), "label");
    }

    @Test
    void findsNothingInAGoodTable() {
        DataReport report = report(List.of("a", "b", "label"), gaussian(50, 3));
        assertThat(report.findings()).isEmpty();
        assertThat(report.rank()).isEqualTo(2);
        assertThat(report.condition()).isBetween(1.0, 2.0);
        assertThat(report.toString())
                .isEqualTo("50 rows, 2 columns, rank 2, condition " + String.format("%.3g", report.condition()));
    }

    /** A table with every defect; each is reported with its columns. */
    @Test
    void namesEveryDefect() {
        double[][] base = gaussian(60, 3);
        List<String> names = List.of(
                "a", "b", "copy of a", "sum", "seven", "huge", "tiny", "fahrenheit", "row", "label in cents", "label");
        double[][] rows = new double[64][];
        for (int i = 0; i < 64; i++) {
            double[] x = base[i % 60];
            rows[i] = new double[] {
                x[0],
                x[1],
                x[0],
                2 * x[0] - 3 * x[1] + 4,
                7,
                1e9 * (x[1] + i),
                1e-9 * (x[0] + i * i),
                32 + 1.8 * x[1],
                i,
                100 * x[2] + 5,
                x[2]
            };
        }
        DataReport report = report(names, rows);
        assertThat(report.columns()).isEqualTo(10);
        assertThat(report.findings(Kind.CONSTANT))
                .singleElement()
                .extracting(Finding::columns)
                .isEqualTo(List.of("seven"));
        assertThat(report.findings(Kind.DUPLICATE))
                .singleElement()
                .extracting(Finding::columns)
                .isEqualTo(List.of("a", "copy of a"));
        assertThat(report.findings(Kind.INDEX))
                .singleElement()
                .extracting(Finding::columns)
                .isEqualTo(List.of("row"));
        assertThat(report.findings(Kind.LABEL_COPY))
                .singleElement()
                .extracting(Finding::columns)
                .isEqualTo(List.of("label in cents"));
        // A copy of the label invalidates every answer, so the summary must show it.
        assertThat(report.findings().get(0).kind()).isEqualTo(Kind.LABEL_COPY);
        assertThat(report.findings()).isSortedAccordingTo(Comparator.comparing(Finding::kind));
        assertThat(report.findings(Kind.UNITS))
                .singleElement()
                .satisfies(finding -> assertThat(finding.columns()).contains("huge", "tiny"));
        // sum depends on a and b, fahrenheit on b, huge on b and the row; "copy of a" is reported before.
        assertThat(report.rank()).isEqualTo(5);
        assertThat(report.findings(Kind.COLLINEAR))
                .hasSize(3)
                .allSatisfy(finding -> assertThat(finding.what())
                        .contains("follows from others")
                        .doesNotContain("copy of a"));
        assertThat(report.findings(Kind.DUPLICATE_ROWS)).isEmpty(); // their positions differ
        assertThat(report.findings(Kind.CLASSES)).isEmpty();
        assertThat(report.toString().lines()).hasSize(1 + report.findings().size());
    }

    @Test
    void namesDependentColumns() {
        double[][] base = gaussian(40, 3);
        double[][] rows = new double[40][];
        for (int i = 0; i < 40; i++) {
            rows[i] = new double[] {base[i][0], base[i][1], 2 * base[i][0] - 3 * base[i][1] + 4, base[i][2]};
        }
        Finding finding = report(List.of("a", "b", "sum", "label"), rows)
                .findings(Kind.COLLINEAR)
                .get(0);
        assertThat(finding.columns()).containsExactlyInAnyOrder("a", "b", "sum");
        assertThat(finding.what())
                .isIn(
                        "Column \"sum\" follows from others: it is -3 × \"b\" + 2 × \"a\", and a constant.",
                        "Column \"b\" follows from others: it is -0.3333 × \"sum\" + 0.6667 × \"a\", and a constant.",
                        "Column \"b\" follows from others: it is 0.6667 × \"a\" + -0.3333 × \"sum\", and a constant.");
    }

    @Test
    void countsDuplicateRows() {
        double[][] rows = gaussian(50, 3);
        rows[17] = rows[3].clone();
        rows[20] = rows[3].clone();
        DataReport report = report(List.of("a", "b", "label"), rows);
        assertThat(report.duplicateRows()).isEqualTo(2);
        assertThat(report.findings(Kind.DUPLICATE_ROWS))
                .singleElement()
                .asString()
                .contains("2 rows of 50 are there before");
    }

    @Test
    void warnsThatClassesAreNotAccuracy() {
        double[][] rows = gaussian(30, 2);
        for (double[] row : rows) {
            row[1] = row[1] > 0 ? 1 : -1;
        }
        assertThat(report(List.of("a", "label"), rows).findings(Kind.CLASSES)).hasSize(1);
    }

    @Test
    void warnsOfFewRows() {
        DataReport wide = report(names(20), gaussian(12, 20));
        assertThat(wide.findings(Kind.FEW_ROWS)).singleElement().asString().contains("12 rows for 19 columns");
        assertThat(wide.rank()).isEqualTo(11);
        assertThat(wide.findings(Kind.COLLINEAR)).isEmpty();
        DataReport few = report(names(6), gaussian(12, 6));
        assertThat(few.findings(Kind.FEW_ROWS)).singleElement().asString().contains("fewer than three for each");
    }

    private static List<String> names(int columns) {
        List<String> names = new ArrayList<>(DataTable.numbered(columns));
        names.set(columns - 1, "label");
        return names;
    }

    /**
     * Ill-conditioned columns that a Gram matrix cannot show; the ranks are those of 60 digits, up to the precision of
     * doubles.
     */
    @ParameterizedTest
    @CsvSource({"1e9,1,8", "1e9,1e-9,8", "1,1e-200,8", "1e150,1e-150,8"})
    void scalesDoNotHideColumns(double large, double small, int rank) {
        double[][] rows = gaussian(50, 9);
        for (double[] row : rows) {
            row[0] *= large;
            row[4] *= small;
        }
        DataReport report = report(names(9), rows);
        assertThat(report.rank()).isEqualTo(rank);
        assertThat(report.condition()).isLessThan(4);
        assertThat(report.findings(Kind.UNITS)).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"1e-4", "1e-6", "1e-8", "1e-12"})
    void findsNearlyEqualColumns(double apart) {
        double[][] base = gaussian(50, 10);
        double[][] rows = gaussian(50, 10);
        for (int i = 0; i < 50; i++) {
            rows[i][8] = rows[i][2] + apart * base[49 - i][9];
        }
        DataReport report = report(names(10), rows);
        assertThat(report.rank()).isEqualTo(9);
        assertThat(report.condition()).isBetween(0.3 / apart, 10 / apart);
        assertThat(report.findings(Kind.NEARLY_COLLINEAR))
                .hasSize(apart < 1e-5 ? 1 : 0)
                .allSatisfy(finding -> assertThat(finding.columns()).containsExactlyInAnyOrder("2", "8"));
    }

    @Test
    void rejectsTablesItCannotExamine() {
        assertThatThrownBy(() -> report(List.of("a", "label"), new double[4][2]))
                .hasMessageContaining("4 rows is less than the 5");
        assertThatThrownBy(() -> report(List.of("a", "label"), new double[9][2]))
                .hasMessageContaining("does not vary");
        double[][] rows = gaussian(9, 2);
        for (double[] row : rows) {
            row[0] = 0.1 + 0.2;
        }
        assertThatThrownBy(() -> report(List.of("a", "label"), rows)).hasMessageContaining("has none that varies");
        assertThatThrownBy(() -> report(List.of("a", "b"), rows)).hasMessageContaining("is not the name of a column");
        assertThatThrownBy(() -> report(List.of("label"), new double[9][1])).hasMessageContaining("no feature besides");
        for (double unit : new double[] {1e200, 1e-200}) {
            double[][] extreme = gaussian(9, 2);
            for (double[] row : extreme) {
                row[1] *= unit;
            }
            assertThatThrownBy(() -> report(List.of("a", "label"), extreme)).hasMessageContaining("rescale it");
        }
    }

    /** The factor from one unit to the other is beyond double precision. */
    @Test
    void reportsColumnsInAnyUnit() {
        double[][] rows = gaussian(20, 3);
        for (double[] row : rows) {
            row[1] = row[0] * 1e200;
            row[0] *= 1e-200;
        }
        assertThat(report(List.of("a", "b", "label"), rows).findings(Finding.Kind.COLLINEAR))
                .hasSize(1);
    }

    @Test
    void reportsAndAnalysesAreValues() {
        double[][] rows = {{1, 2, 3}, {2, 5, 1}, {4, 4, 4}, {0, 1, 2}, {3, 3, 7}, {5, 1, 1}};
        DataTable table = DataTable.of(List.of("a", "b", "c"), rows);
        DataAnalysis analysis = DataAnalysis.of(table, "a");
        DataAnalysis same = DataAnalysis.of(DataTable.of(List.of("a", "b", "c"), rows), "a");
        assertThat(analysis)
                .isEqualTo(same)
                .hasSameHashCodeAs(same)
                .isNotEqualTo(DataAnalysis.raw(table, "a"))
                .isNotEqualTo(DataAnalysis.of(table, "b"));
        assertThat(analysis.report())
                .isEqualTo(DataReport.of(table, "a"))
                .hasSameHashCodeAs(DataReport.of(table, "a"))
                .isNotEqualTo(DataReport.of(table, "b"));
    }
}
