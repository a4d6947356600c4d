package dev.retort.theory.report;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.core.SampleMean;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableTest {

    private static final Table TABLE = Table.of("n", "standard", "law", "<remark>")
            .withFormat("law", "%.3e")
            .withRow(20, new SampleMean(1.5, 0.03), 1.0 / 3, "a, \"b\"")
            .withRow(200, new SampleMean(0.12345, 0.00123), 1e-7, "<c> & d")
            .withRow(2000, 0.25, "—", "");

    @Test
    void textIsAligned() {
        assertThat(TABLE.text()).isEqualTo("""
                           n         standard        law  <remark>
                        ────  ───────────────  ─────────  ────────
                          20  1.500  ± 0.030   3.333e-01  a, "b"
                         200  0.1235 ± 0.0012  1.000e-07  <c> & d
                        2000  0.2500           —
                        """);
    }

    @Test
    void csvQuotesWhereItMustAndKeepsFullPrecision() {
        assertThat(TABLE.csv())
                .isEqualTo("n,standard,standard ± s.e.,law,<remark>\r\n"
                        + "20,1.5,0.03,0.3333333333333333,\"a, \"\"b\"\"\"\r\n"
                        + "200,0.12345,0.00123,1.0E-7,<c> & d\r\n"
                        + "2000,0.25,,—,\r\n");
        assertThat(Table.of("a").withRow("6\"").csv()).isEqualTo("a\r\n\"6\"\"\"\r\n");
        assertThat(Table.of("a").withRow("two\nlines").csv()).isEqualTo("a\r\n\"two\nlines\"\r\n");
    }

    @Test
    void htmlIsEscapedAndMarksNumbers() {
        assertThat(TABLE.html())
                .contains("<th scope=\"col\" class=\"number\">n</th>", "<th scope=\"col\">&lt;remark&gt;</th>")
                .contains("<td class=\"number\">1.500  ± 0.030 </td>", "<td>&lt;c&gt; &amp; d</td>")
                .doesNotContain("<c>");
    }

    private static final Table GROUPED = Table.of("n")
            .withGroup("first target", "law", "z")
            .withGroup("a second, with a long name", "law", "z")
            .withFormat("z", "%+.1f")
            .withRow(20, 0.5, 1.25, new SampleMean(0.5, 0.01), -0.04)
            .withRow(200, 0.012345, -12.0, "", "");

    @Test
    void groupsAreAboveTheirColumns() {
        assertThat(GROUPED.text()).isEqualTo("""
                          first target    a second, with a long name
                       n      law      z            law            z
                     ───  ───────  ─────  ─────────────  ───────────
                      20  0.5000    +1.3  0.500 ± 0.010          0.0
                     200  0.01235  -12.0
                     """);
        assertThat(GROUPED.csv().lines())
                .startsWith("n,first target law,first target z,\"a second, with a long name law\","
                        + "\"a second, with a long name law ± s.e.\",\"a second, with a long name z\"");
        assertThat(GROUPED.html())
                .contains(
                        "<tr><td colspan=\"1\"></td>"
                                + "<th colspan=\"2\" class=\"first\" scope=\"colgroup\">first target</th>",
                        "<th scope=\"col\" class=\"number first\">law</th><th scope=\"col\" class=\"number\">z</th>");
    }

    @Test
    void numbersThatRoundToZeroHaveNoSign() {
        Table table = Table.of("z")
                .withFormat("z", "%+.1f")
                .withRow(-0.04)
                .withRow(0.04)
                .withRow(-0.06)
                .withRow(-0.0);
        assertThat(table.text().lines().skip(2).map(String::strip)).containsExactly("0.0", "0.0", "-0.1", "0.0");
        assertThat(Table.of("x").withRow(-0.0).text()).endsWith("\n0\n");
    }

    @Test
    void equalTablesAreEqual() {
        Table table = Table.of("n", "m").withRow(1, "a");
        assertThat(table)
                .isEqualTo(Table.of("n", "m").withRow(1, "a"))
                .hasSameHashCodeAs(Table.of("n", "m").withRow(1, "a"))
                .isNotEqualTo(table.withRow(1, "a"))
                .isNotEqualTo(table.withFormat("n", "%.1f"))
                .hasToString("Table[[n, m], 1 rows]");
    }

    @Test
    void outputDoesNotDependOnTheLocale() {
        String expected = TABLE.text() + GROUPED.text() + TABLE.csv() + TABLE.html();
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.GERMANY);
            assertThat(TABLE.text() + GROUPED.text() + TABLE.csv() + TABLE.html())
                    .isEqualTo(expected);
        } finally {
            Locale.setDefault(before);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "3, 3",
        "-0.5, -0.5000",
        "12345.678, 1.235e+04",
        "1e-7, 1.000e-07",
        "NaN, NaN",
        "Infinity, ∞",
        "1e300, 1.000e+300"
    })
    void numbersHaveFourFigures(double value, String text) {
        assertThat(Table.number(value)).isEqualTo(text);
    }

    @Test
    void rejectsInvalidTables() {
        refuses("headers.length: 0 is not at least 1", Table::of);
        refuses("headers[2]: n is already a header", () -> Table.of("n", "m", "n"));
        refuses(
                "cells.length: 1 is not headers.length, 2",
                () -> Table.of("n", "m").withRow(1));
        refuses(
                "cells[1]: [] is not a Number, a SampleMean or a String",
                () -> Table.of("n", "m").withRow(1, java.util.List.of()));
        refuses("header: k is not one of [n, m]", () -> Table.of("n", "m").withFormat("k", "%.2f"));
        refuses(
                "format: %d is not a format for a floating-point number",
                () -> Table.of("n").withFormat("n", "%d"));
        refuses(
                "format: plain is not a format for a floating-point number",
                () -> Table.of("n").withFormat("n", "plain"));
        refuses(
                "headers[1]: z is already a header",
                () -> Table.of("z").withGroup("a", "z").withGroup("b", "z", "z"));
        refuses(
                "headers[0]: z is already a header",
                () -> Table.of("z").withGroup("a", "z").withGroup("a", "z"));
        refuses("group: c must come before the rows", () -> GROUPED.withGroup("c", "z"));
    }
}
