package dev.retort.theory.report;

import dev.retort.core.internal.Arguments;
import dev.retort.core.internal.WholeFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An HTML page of text, figures and tables in one self-contained file: no scripts, no other files, no network. It follows the reader's
 * choice of a light or dark theme; on a narrow screen the panels of a figure are placed below each other, and wide tables scroll or, on
 * request, fold into one record for every row. Immutable.
 *
 * <pre>{@code
 * double[] n = {25, 50, 100, 200, 400};
 * Panel panel = Panel.of("", Axis.log("samples n"), Axis.log("excess risk"))
 *         .with(Line.of("theory", n, new double[] {1.58, 0.98, 0.55, 0.27, 0.08}));
 * Page page = Page.of("A study")
 *         .withHeading("More samples")
 *         .withParagraph("Features of variance i^{−2}.")
 *         .withFigure(Figure.of(panel), "Excess risk of the target.")
 *         .withFoldedTable("The numbers", Table.of("n", "excess risk").withRow(25, 1.58));
 * page.save(Files.createTempDirectory("study").resolve("index.html"));
 * }</pre>
 *
 * <p>Text is plain and is escaped; in paragraphs, headings and captions {@code _{...}} and {@code ^{...}} make sub- and
 * superscripts. A page with two or more headings has a table of contents below the title.
 */
public final class Page {

    private static final String STYLE =
            """
            :root { color-scheme: light dark; --edge: #ccc; --ground: #fff; --ink: #222; --quiet: #666; --link: #0b5d94; }
            body { margin: 0 auto; max-width: 90rem; padding: 1rem; background: var(--ground); color: var(--ink);
              font: 1rem/1.55 system-ui, sans-serif; }
            h1 { font-size: 1.7rem; line-height: 1.25; }
            h2 { font-size: 1.25rem; margin-top: 2.6rem; }
            p, nav, figcaption { max-width: 44rem; overflow-wrap: anywhere; }
            a { color: var(--link); }
            sub, sup { font-size: .72em; line-height: 0; }
            figure { margin: 1.6rem 0; }
            figcaption { margin-top: .5rem; color: var(--quiet); font-size: .92rem; }
            .drawing > svg { display: block; width: 100%%; height: auto; }
            .narrow { display: none; max-width: 480px; }
            .scrolled { overflow-x: auto; }
            details, .scrolled { margin: 1.2rem 0; }
            summary { color: var(--link); cursor: pointer; }
            table { border-collapse: collapse; font-size: .8rem; font-variant-numeric: tabular-nums; }
            th, td { padding: .2rem .35rem; text-align: left; vertical-align: bottom; white-space: nowrap; }
            th { border-bottom: 2px solid var(--edge); }
            td { border-bottom: 1px solid var(--edge); vertical-align: top; }
            td:not(.number) { white-space: normal; min-width: 7rem; max-width: 26rem; }
            tr > :first-child { position: sticky; left: 0; background: var(--ground); }
            [scope=colgroup] { text-align: center; border-bottom-width: 1px; }
            .number { text-align: right; }
            .first { padding-left: 1.1rem; }
            @media (max-width: 40rem) {
              .wide { display: none; }
              .narrow { display: block; }
              .records table, .records tbody, .records tr { display: block; }
              .records thead, .records .none { display: none; }
              .records tr { padding: .7rem 0; border-bottom: 1px solid var(--edge); }
              .records td { display: flex; gap: .8rem; max-width: none; border: 0; text-align: left; overflow-wrap: anywhere; }
              .records td::before { content: attr(data-name); flex: 0 0 7rem; color: var(--quiet); }
              .records td:first-child { position: static; font-weight: 600; }
              .records td:first-child::before { content: none; }
            }
            @media (prefers-color-scheme: dark) {
              :root { --edge: #555; --ground: %s; --ink: #ddd; --quiet: #aaa; --link: #7cc0f2; }
            %s}
            """.formatted(SvgCanvas.colour(Objects.requireNonNull(Ink.IN_THE_DARK.get(Ink.WHITE))), darkInks());

    /** A piece of the page; heading and anchor are empty unless it is a heading. */
    private record Part(String html, String heading, String anchor) {}

    private final String title;
    private final List<Part> parts;

    private Page(String title, List<Part> parts) {
        this.title = title;
        this.parts = parts;
    }

    private static String darkInks() {
        return new TreeMap<>(Ink.IN_THE_DARK)
                .entrySet().stream()
                        .flatMap(ink -> Stream.of("fill", "stroke").map(use -> {
                            String light = SvgCanvas.colour(ink.getKey());
                            String dark = SvgCanvas.colour(ink.getValue());
                            return "  .drawing [%s=\"%s\"] { %s: %s; }\n".formatted(use, light, use, dark);
                        }))
                        .collect(Collectors.joining());
    }

    /**
     * {@return a page that has only a title}
     *
     * @param title the title
     */
    public static Page of(String title) {
        return new Page(Arguments.notNull("title", title), List.of());
    }

    /**
     * {@return this page with a paragraph added at its end}
     *
     * @param text the paragraph
     */
    public Page withParagraph(String text) {
        return with("<p>" + markedUp(Arguments.notNull("text", text)) + "</p>\n");
    }

    /**
     * {@return this page with a heading added at its end}
     *
     * @param text the heading
     */
    public Page withHeading(String text) {
        String plain = Arguments.notNull("text", text)
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("^-|-$", "");
        boolean taken = parts.stream().anyMatch(part -> part.anchor().equals(plain));
        String anchor = plain.isEmpty() || taken ? "part-" + parts.size() : plain;
        String html = "<h2 id=\"" + anchor + "\">" + markedUp(text) + "</h2>\n";
        return with(new Part(html, text, anchor));
    }

    /**
     * {@return this page with a figure added at its end}
     *
     * @param figure the figure
     * @param caption a description of what the figure shows; may be empty
     */
    public Page withFigure(Figure figure, String caption) {
        Arguments.notNull("figure", figure);
        String below = Arguments.notNull("caption", caption).isEmpty()
                ? ""
                : "<figcaption>" + markedUp(caption) + "</figcaption>\n";
        return with("<figure>\n<div class=\"wide drawing\" style=\"max-width: " + figure.width() + "px\">\n"
                + figure.svg() + "</div>\n<div class=\"narrow drawing\">\n" + figure.narrowSvg() + "</div>\n" + below
                + "</figure>\n");
    }

    /**
     * {@return this page with a table added at its end}
     *
     * @param table the table
     */
    public Page withTable(Table table) {
        return with(scrolled(Arguments.notNull("table", table).html(), "table"));
    }

    /**
     * {@return this page with a table added at its end that does not scroll on a narrow screen} There every row is a record, below the
     * last one: its first cell, and the others in lines of their own behind the names of their columns. Cells that hold only a dash, "—",
     * are left out of it.
     *
     * @param table the table; the columns that matter come first
     */
    public Page withRecords(Table table) {
        return with("<div class=\"records\">\n"
                + scrolled(Arguments.notNull("table", table).records(), "table") + "</div>\n");
    }

    /**
     * {@return this page with a table added at its end that the reader unfolds}
     *
     * @param summary the text shown for the folded table
     * @param table the table
     */
    public Page withFoldedTable(String summary, Table table) {
        return with("<details>\n<summary>" + markedUp(Arguments.notNull("summary", summary)) + "</summary>\n"
                + scrolled(Arguments.notNull("table", table).html(), summary)
                + "</details>\n");
    }

    // Focus lets the arrow keys scroll it.
    private static String scrolled(String table, String name) {
        return "<div class=\"scrolled\" tabindex=\"0\" role=\"region\" aria-label=\"" + SvgCanvas.escaped(name)
                + "\">\n" + table + "</div>\n";
    }

    private Page with(String html) {
        return with(new Part(html, "", ""));
    }

    private Page with(Part part) {
        return new Page(title, Stream.concat(parts.stream(), Stream.of(part)).toList());
    }

    private static String markedUp(String text) {
        return SvgCanvas.escaped(text)
                .replaceAll("_\\{([^}]*)}", "<sub>$1</sub>")
                .replaceAll("\\^\\{([^}]*)}", "<sup>$1</sup>");
    }

    /** {@return the page as a complete document; the same page gives the same text} */
    public String html() {
        String safe = SvgCanvas.escaped(title);
        return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                + "<title>" + safe + "</title>\n<style>\n" + STYLE + "</style>\n</head>\n<body>\n<h1>" + safe
                + "</h1>\n" + contents()
                + parts.stream().map(Part::html).collect(Collectors.joining()) + "</body>\n</html>\n";
    }

    private String contents() {
        List<Part> headings = headings();
        return headings.size() < 2
                ? ""
                : headings.stream()
                        .map(part ->
                                "<li><a href=\"#" + part.anchor() + "\">" + markedUp(part.heading()) + "</a></li>\n")
                        .collect(Collectors.joining("", "<nav aria-label=\"Contents\">\n<ol>\n", "</ol>\n</nav>\n"));
    }

    private List<Part> headings() {
        return parts.stream().filter(part -> !part.anchor().isEmpty()).toList();
    }

    /**
     * Writes the page, and replaces an existing file. The file appears whole or not at all.
     *
     * @param file the file to write; its directory is created if needed
     * @throws IOException if the file cannot be written
     */
    public void save(Path file) throws IOException {
        WholeFile.write(Arguments.notNull("file", file), html());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Page page && page.title.equals(title) && page.parts.equals(parts);
    }

    @Override
    public int hashCode() {
        return Objects.hash(title, parts);
    }

    @Override
    public String toString() {
        return "Page[" + title + ": " + headings().stream().map(Part::heading).toList() + "]";
    }
}
