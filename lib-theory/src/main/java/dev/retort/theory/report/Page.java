package dev.retort.theory.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * An HTML page of text, figures and tables in one file that needs nothing else: no script, no other file, no network.
 * Immutable. All text is plain and is escaped.
 */
public final class Page {

    // Figures keep a white ground in the dark. On a narrow screen they shrink a little, then scroll sideways.
    private static final String STYLE = """
            :root { color-scheme: light dark; --edge: #ccc; --ground: #fff; --ink: #222; --quiet: #666; }
            @media (prefers-color-scheme: dark) {
              :root { --edge: #555; --ground: #1b1b1d; --ink: #ddd; --quiet: #aaa; }
            }
            body { margin: 0 auto; max-width: 66rem; padding: 1rem; background: var(--ground); color: var(--ink);
              font: 1rem/1.55 system-ui, sans-serif; }
            h1 { font-size: 1.7rem; line-height: 1.25; }
            h2 { font-size: 1.25rem; margin-top: 2.2rem; }
            p { max-width: 44rem; }
            figure { margin: 1.6rem 0; }
            figcaption { margin-top: .5rem; max-width: 44rem; color: var(--quiet); font-size: .92rem; }
            .wide { overflow-x: auto; }
            .drawing { background: #fff; }
            .drawing > svg { display: block; width: 100%; height: auto; }
            table { margin: 1.2rem 0; border-collapse: collapse; font-size: .8rem; font-variant-numeric: tabular-nums; }
            th, td { padding: .2rem .35rem; text-align: left; vertical-align: bottom; white-space: nowrap; }
            th { border-bottom: 2px solid var(--edge); }
            td { border-bottom: 1px solid var(--edge); }
            [scope=colgroup] { text-align: center; border-bottom-width: 1px; }
            .number { text-align: right; }
            .first { padding-left: 1.1rem; }
            """;

    private final String title;
    private final List<String> parts;

    private Page(String title, List<String> parts) {
        this.title = title;
        this.parts = parts;
    }

    /**
     * {@return a page with nothing but its title}
     *
     * @param title the title
     */
    public static Page of(String title) {
        return new Page(title, List.of());
    }

    /**
     * {@return this page with a paragraph added at its end}
     *
     * @param text the paragraph
     */
    public Page withParagraph(String text) {
        return with("<p>" + SvgCanvas.escaped(text) + "</p>\n");
    }

    /**
     * {@return this page with a heading added at its end}
     *
     * @param text the heading
     */
    public Page withHeading(String text) {
        return with("<h2>" + SvgCanvas.escaped(text) + "</h2>\n");
    }

    /**
     * {@return this page with a figure added at its end}
     *
     * @param figure the figure
     * @param caption what it shows; may be empty
     */
    public Page withFigure(Figure figure, String caption) {
        String widths =
                String.format(Locale.ROOT, "min-width: %dpx; max-width: %dpx", figure.width() * 2 / 3, figure.width());
        String below = caption.isEmpty() ? "" : "<figcaption>" + SvgCanvas.escaped(caption) + "</figcaption>\n";
        return with("<figure>\n<div class=\"wide\"><div class=\"drawing\" style=\"" + widths + "\">\n" + figure.svg()
                + "</div></div>\n" + below + "</figure>\n");
    }

    /**
     * {@return this page with a table added at its end}
     *
     * @param table the table
     */
    public Page withTable(Table table) {
        return with("<div class=\"wide\">\n" + table.html() + "</div>\n");
    }

    private Page with(String part) {
        return new Page(title, Stream.concat(parts.stream(), Stream.of(part)).toList());
    }

    /** A whole document; the same page gives the same text. */
    String html() {
        String safe = SvgCanvas.escaped(title);
        return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                + "<title>" + safe + "</title>\n<style>\n" + STYLE + "</style>\n</head>\n<body>\n<h1>" + safe
                + "</h1>\n" + String.join("", parts) + "</body>\n</html>\n";
    }

    /**
     * Writes the page, in place of such a file if there is one.
     *
     * @param file where to; its directory is created if need be
     * @throws IOException if the file cannot be written
     */
    public void save(Path file) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        Files.writeString(file, html());
    }
}
