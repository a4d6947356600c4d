package dev.retort.theory.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageTest {

    private static final Figure FIGURE = Figure.of(Panel.of("(a)", Axis.linear("x"), Axis.linear("y")));
    private static final Table TABLE = Table.of("n").withRow(1);

    @Test
    void partsAreInOrderAndTextIsEscaped() {
        String html = Page.of("A & B")
                .withHeading("<h>")
                .withParagraph("1 < 2")
                .withFigure(FIGURE, "\"caption\"")
                .withTable(TABLE)
                .html();
        assertThat(html)
                .startsWith("<!DOCTYPE html>")
                .containsSubsequence(
                        "<title>A &amp; B</title>",
                        "<h1>A &amp; B</h1>",
                        "<h2 id=\"h\">&lt;h&gt;</h2>",
                        "<p>1 &lt; 2</p>",
                        FIGURE.svg(),
                        "<figcaption>&quot;caption&quot;</figcaption>",
                        TABLE.html(),
                        "</html>");
    }

    /** On a narrow screen a cell follows the name of its column, and a cell with a dash is omitted. */
    @Test
    void rowsFoldIntoRecords() {
        Table table = Table.of("formula", "worst \"z\"").withRow("τ", "—").withRow("Ω", "0.3");
        assertThat(Page.of("t").withRecords(table).html())
                .containsSubsequence(
                        "@media (max-width: 40rem)",
                        "content: attr(data-name)",
                        "<div class=\"records\">",
                        "<tr><td data-name=\"formula\">τ</td><td class=\"none\" data-name=\"worst &quot;z&quot;\">—</td></tr>",
                        "<td data-name=\"worst &quot;z&quot;\">0.3</td>",
                        "</table>\n</div>\n</div>");
        assertThat(table.html()).doesNotContain("data-name", "none");
        assertThat(Page.of("t").withTable(table).html()).doesNotContain("class=\"records\"");
    }

    @Test
    void pageIsSelfContained() {
        String html = Page.of("t").withFigure(FIGURE, "").withFigure(FIGURE, "").html();
        // Two drawings on one page must not share an id.
        assertThat(html.replace("http://www.w3.org/2000/svg", ""))
                .doesNotContain("<script", "http", "src=", "@import", " id=", "<figcaption>", "<nav")
                .contains("prefers-color-scheme: dark", "width=device-width");
    }

    @Test
    void headingsHaveAnchorsAndContents() {
        String html = Page.of("t")
                .withHeading("The optimal teacher, and λ^{2}")
                .withParagraph("text")
                .withHeading("Ω")
                .withHeading("the optimal teacher: and λ^{2}")
                .html();
        assertThat(html)
                .containsSubsequence(
                        "<nav aria-label=\"Contents\">",
                        "<li><a href=\"#the-optimal-teacher-and-2\">The optimal teacher, and λ<sup>2</sup></a></li>",
                        "<li><a href=\"#part-2\">Ω</a></li>",
                        "<li><a href=\"#part-3\">the optimal teacher: and λ<sup>2</sup></a></li>",
                        "</nav>",
                        "<h2 id=\"the-optimal-teacher-and-2\">The optimal teacher, and λ<sup>2</sup></h2>",
                        "<p>text</p>",
                        "<h2 id=\"part-2\">Ω</h2>",
                        "<h2 id=\"part-3\">");
        assertThat(Page.of("t").withHeading("one").html())
                .doesNotContain("<nav")
                .contains("<h2 id=\"one\">");
    }

    @Test
    void textHasScriptsInBracesOnly() {
        assertThat(Page.of("t")
                        .withParagraph("λ_{i} = i^{−1.5} of a_b^c <^{2}>")
                        .html())
                .contains("<p>λ<sub>i</sub> = i<sup>−1.5</sup> of a_b^c &lt;<sup>2</sup>&gt;</p>");
    }

    @Test
    void figuresAreWideAndNarrowAndTablesFold() {
        String html = Page.of("t")
                .withFigure(FIGURE, "")
                .withFoldedTable("numbers & more", TABLE)
                .html();
        assertThat(html)
                .containsSubsequence(
                        "<div class=\"wide drawing\" style=\"max-width: 480px\">",
                        FIGURE.svg(),
                        "<div class=\"narrow drawing\">",
                        FIGURE.narrowSvg(),
                        "<details>",
                        "<summary>numbers &amp; more</summary>",
                        "tabindex=\"0\" role=\"region\" aria-label=\"numbers &amp; more\"",
                        TABLE.html(),
                        "</details>");
    }

    @Test
    void equalPagesAreEqual() {
        Page page = Page.of("t").withHeading("a").withFigure(FIGURE, "").withHeading("b");
        assertThat(page)
                .isEqualTo(Page.of("t").withHeading("a").withFigure(FIGURE, "").withHeading("b"))
                .hasSameHashCodeAs(
                        Page.of("t").withHeading("a").withFigure(FIGURE, "").withHeading("b"))
                .isNotEqualTo(
                        Page.of("u").withHeading("a").withFigure(FIGURE, "").withHeading("b"))
                .isNotEqualTo(page.withTable(TABLE))
                .hasToString("Page[t: [a, b]]");
    }

    @Test
    void savesIntoANewDirectory(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("a/page.html");
        Page page = Page.of("t").withParagraph("λ");
        page.save(file);
        assertThat(file).hasContent(page.html());
    }
}
