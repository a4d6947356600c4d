package dev.retort.theory.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageTest {

    private static final Figure FIGURE = Figure.row(Panel.of("(a)", Axis.linear("x"), Axis.linear("y")));
    private static final Table TABLE = Table.of("n").withRow(1);

    @Test
    void partsStandInTheirOrderAndTextIsEscaped() {
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
                        "<h2>&lt;h&gt;</h2>",
                        "<p>1 &lt; 2</p>",
                        FIGURE.svg(),
                        "<figcaption>&quot;caption&quot;</figcaption>",
                        TABLE.html(),
                        "</html>");
    }

    @Test
    void pageNeedsNothingElse() {
        String html = Page.of("t").withFigure(FIGURE, "").withFigure(FIGURE, "").html();
        // Two drawings on one page must not share an id.
        assertThat(html.replace("http://www.w3.org/2000/svg", ""))
                .doesNotContain("<script", "http", "src=", "@import", " id=", "<figcaption>")
                .contains("prefers-color-scheme: dark", "width=device-width");
    }

    @Test
    void savesIntoANewDirectory(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("a/page.html");
        Page page = Page.of("t").withParagraph("λ");
        page.save(file);
        assertThat(file).hasContent(page.html());
    }
}
