package dev.retort.examples.site;

import static java.util.stream.Collectors.joining;

import dev.retort.theory.report.Figure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.ext.heading.anchor.HeadingAnchorExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;

/**
 * The documentation as a site: every page of Markdown, with contents, formulas as MathML and links between pages, and
 * the Javadoc if it exists; it also redraws the pictures of the questions. {@code mvn -q -Psite test-compile
 * javadoc:aggregate exec:exec} writes it to {@code target/site}.
 */
public final class Site {

    private static final String REPOSITORY = "https://github.com/retort-dev/retort/blob/main/";
    private static final Pattern SOURCE = Pattern.compile("lib-(?:core|theory)/src/main/java/(.*)\\.java");

    /** Code remains unchanged; formulas are between dollar signs, displayed ones between double dollar signs. */
    private static final Pattern FORMULA =
            Pattern.compile("(?s)```.*?\\n```|`[^`]*`|\\$\\$(.+?)\\$\\$|\\$([^$\\n]*(?:\\n[^$\\n]+)?)\\$");

    /** On small screens, inline formulas with more characters get their own line, which scrolls. */
    private static final int WIDE = 30;

    private static final char OPEN = '\uE000';
    private static final char CLOSE = '\uE001';

    private static final List<Extension> EXTENSIONS =
            List.of(TablesExtension.create(), HeadingAnchorExtension.create());

    /** The table of contents: sections and their pages, in order. */
    private static final Map<String, List<String>> CONTENTS = new LinkedHashMap<>();

    static {
        CONTENTS.put(
                "Begin",
                List.of(
                        "README.md",
                        "lib-examples/docs/start.md",
                        "lib-examples/docs/questions.md",
                        "lib-examples/docs/glossary.md"));
        CONTENTS.put(
                "Use",
                List.of(
                        "lib-examples/docs/other-languages.md",
                        "lib-theory/docs/simulation.md",
                        "lib-theory/docs/own-data.md",
                        "lib-theory/docs/training-laws.md",
                        "lib-examples/docs/sweeps.md",
                        "lib-examples/docs/benchmarks.md",
                        "lib-examples/docs/dependencies.md",
                        ".github/CHANGELOG.md",
                        ".github/CONTRIBUTING.md",
                        ".github/SECURITY.md"));
        CONTENTS.put(
                "Theory",
                List.of(
                        "lib-core/docs/equivalents.md",
                        "lib-core/docs/regression.md",
                        "lib-theory/docs/distillation.md",
                        "lib-theory/docs/finite-size.md",
                        "lib-theory/docs/self-distillation.md",
                        "lib-theory/docs/filters.md",
                        "lib-theory/docs/scaling.md",
                        "lib-theory/docs/test-time-training.md",
                        "lib-theory/docs/in-context-predictors.md",
                        "lib-theory/docs/in-context-distillation.md",
                        "lib-theory/docs/progressive-distillation.md",
                        "lib-theory/docs/sharpening.md"));
    }

    private static final String STYLE = """
            :root { color-scheme: light dark; --edge: #ccc; --ground: #fff; --ink: #222; --quiet: #666; --link: #0b5d94; --code: #f4f4f2; }
            * { box-sizing: border-box; }
            body { margin: 0 auto; max-width: 76rem; padding: 1rem; background: var(--ground); color: var(--ink);
              font: 1rem/1.55 system-ui, sans-serif; display: grid; grid-template-columns: 15rem minmax(0, 1fr); gap: 2.5rem; }
            main { max-width: 50rem; overflow-wrap: break-word; }
            main > nav { font-size: .92rem; border-left: 3px solid var(--edge); padding-left: 1rem; }
            nav ul { list-style: none; padding: 0; margin: .2rem 0 1rem; }
            nav [aria-current] { font-weight: bold; }
            h1 { font-size: 1.8rem; line-height: 1.25; margin-top: 0; }
            h2 { font-size: 1.35rem; margin-top: 2.6rem; }
            a { color: var(--link); }
            code, pre { background: var(--code); font-size: .86rem; border-radius: .25rem; }
            code { padding: .1rem .25rem; }
            pre { padding: .8rem; overflow-x: auto; line-height: 1.45; }
            pre code { padding: 0; font-size: inherit; }
            img { max-width: 100%; height: auto; background: #fff; }
            .wide { overflow-x: auto; }
            math[display=block] { overflow-x: auto; overflow-y: hidden; padding: .4rem 0; max-width: 100%; }
            table { border-collapse: collapse; font-size: .88rem; }
            th, td { border-bottom: 1px solid var(--edge); padding: .3rem .5rem; text-align: left; vertical-align: top; }
            th { border-bottom-width: 2px; }
            summary { color: var(--link); cursor: pointer; }
            details.small { display: none; }
            @media (max-width: 52rem) {
              body { display: block; }
              body > nav { display: none; }
              details.small { display: block; margin-bottom: 1.2rem; }
              .formula { display: block; overflow-x: auto; overflow-y: hidden; padding: .3rem 0; }
            }
            @media (prefers-color-scheme: dark) {
              :root { --edge: #555; --ground: #1b1b1b; --ink: #ddd; --quiet: #aaa; --link: #7cc0f2; --code: #272727; }
            }
            """;

    private final Path root;
    private final Map<Path, Document> documents = new LinkedHashMap<>();

    /** A page of Markdown: its file, title, text and formulas. */
    private record Document(Path source, String title, String text, List<String> formulas) {

        String page() {
            String name = String.valueOf(source.getFileName()).replaceFirst("\\.md$", ".html");
            return name.equals("README.html") ? "index.html" : name.toLowerCase(Locale.ROOT);
        }
    }

    private Site(Path root) throws IOException {
        this.root = root;
        for (String name : CONTENTS.values().stream().flatMap(List::stream).toList()) {
            Path source = root.resolve(name);
            documents.put(source, read(source));
        }
    }

    private static Document read(Path source) throws IOException {
        List<String> formulas = new ArrayList<>();
        Matcher matcher = FORMULA.matcher(Files.readString(source));
        StringBuilder text = new StringBuilder();
        while (matcher.find()) {
            boolean display = matcher.group(1) != null;
            String formula = display ? matcher.group(1) : matcher.group(2);
            String shown = matcher.group();
            if (formula != null) {
                shown = OPEN + Integer.toString(formulas.size()) + CLOSE;
                String mathematics = Mathematics.html(formula, display);
                boolean wide = !display && mathematics.replaceAll("<[^>]*>", "").length() > WIDE;
                formulas.add(wide ? "<span class=\"formula\">" + mathematics + "</span>" : mathematics);
            }
            matcher.appendReplacement(text, Matcher.quoteReplacement(shown));
        }
        matcher.appendTail(text);
        String title = text.toString()
                .lines()
                .filter(line -> line.startsWith("# "))
                .findFirst()
                .orElseThrow()
                .substring(2);
        return new Document(source, title, text.toString(), formulas);
    }

    /**
     * Writes the site.
     *
     * @param arguments the repository's directory, and the directory of the site
     * @throws IOException if a file cannot be read or written
     */
    public static void main(String[] arguments) throws IOException {
        Path root = Path.of(arguments[0]).toAbsolutePath().normalize();
        Path pictures = Files.createDirectories(root.resolve("lib-examples/docs/questions"));
        for (Map.Entry<String, Figure> picture : Pictures.all().entrySet()) {
            Files.writeString(
                    pictures.resolve(picture.getKey() + ".svg"),
                    picture.getValue().svg());
        }
        write(root, Path.of(arguments[1]));
    }

    static void write(Path root, Path directory) throws IOException {
        Site site = new Site(root);
        Files.createDirectories(directory);
        for (Document document : site.documents.values()) {
            Files.writeString(directory.resolve(document.page()), site.page(document, directory));
        }
        Path javadoc = root.resolve("target/reports/apidocs");
        if (Files.exists(javadoc)) {
            copy(javadoc, directory.resolve("api"));
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    private String page(Document document, Path directory) throws IOException {
        Node parsed = Parser.builder().extensions(EXTENSIONS).build().parse(document.text());
        List<Path> pictures = new ArrayList<>();
        parsed.accept(new AbstractVisitor() {
            @Override
            public void visit(Link link) {
                link.setDestination(destination(document, link.getDestination()));
                visitChildren(link);
            }

            @Override
            public void visit(Image image) {
                Path picture = beside(document, image.getDestination());
                pictures.add(picture);
                image.setDestination(String.valueOf(picture.getFileName()));
                visitChildren(image);
            }
        });
        for (Path picture : pictures) {
            Files.copy(
                    picture,
                    directory.resolve(Objects.requireNonNull(picture.getFileName())),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        String body = HtmlRenderer.builder().extensions(EXTENSIONS).build().render(parsed);
        for (int i = 0; i < document.formulas().size(); i++) {
            body = body.replace(
                    OPEN + Integer.toString(i) + CLOSE, document.formulas().get(i));
        }
        // Formulas in headings are not part of the anchors. Tables scroll separately.
        body = body.replace(
                        "<table>", "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"table\">\n<table>")
                .replace("</table>", "</table>\n</div>")
                .replaceFirst("(?s)(<h1.*?</h1>)", "$1\n" + Matcher.quoteReplacement(contents(body)));
        String title = document.page().equals("index.html") ? "Retort" : plain(document) + " — Retort";
        String menu = menu(document);
        return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" + title
                + "</title>\n<style>\n" + STYLE + "</style>\n</head>\n<body>\n<nav aria-label=\"Pages\">\n" + menu
                + "</nav>\n<main>\n<details class=\"small\">\n<summary>Pages</summary>\n<nav aria-label=\"Pages\">\n"
                + menu
                + "</nav>\n</details>\n" + body + "</main>\n</body>\n</html>\n";
    }

    private static String plain(Document document) {
        return document.title().replaceAll("[*`]", "");
    }

    /** The second-level headings of a page. */
    private static String contents(String body) {
        Matcher headings = Pattern.compile("(?s)<h2 id=\"([^\"]*)\">(.*?)</h2>").matcher(body);
        String list = headings.results()
                .map(heading -> "<li><a href=\"#" + heading.group(1) + "\">"
                        + heading.group(2).replaceAll("</?a[^>]*>", "") + "</a></li>\n")
                .collect(joining());
        return list.isEmpty() ? "" : "<nav aria-label=\"On this page\">\n<ul>\n" + list + "</ul>\n</nav>";
    }

    private String menu(Document shown) {
        StringBuilder menu = new StringBuilder();
        CONTENTS.forEach((heading, names) -> {
            menu.append("<strong>").append(heading).append("</strong>\n<ul>\n");
            for (String name : names) {
                Document document = Objects.requireNonNull(documents.get(root.resolve(name)));
                String label = document.page().equals("index.html") ? "Retort" : plain(document);
                menu.append("<li><a href=\"").append(document.page()).append('"');
                menu.append(document.equals(shown) ? " aria-current=\"page\">" : ">")
                        .append(label)
                        .append("</a></li>\n");
            }
            menu.append("</ul>\n");
        });
        return menu.append("<strong>Reference</strong>\n<ul>\n<li><a href=\"api/index.html\">The API</a></li>\n</ul>\n")
                .toString();
    }

    private static Path beside(Document document, String destination) {
        return Objects.requireNonNull(document.source().getParent())
                .resolve(destination)
                .normalize();
    }

    /** Another page, the Javadoc of a public class, or the file in the repository. */
    private String destination(Document document, String destination) {
        if (destination.matches("#.*|[a-z]+:.*")) {
            return destination;
        }
        String anchor = destination.replaceFirst("^[^#]*", "");
        Path target = beside(document, destination.replaceFirst("#.*", ""));
        Document page = documents.get(target);
        if (page != null) {
            return page.page() + anchor;
        }
        if (!Files.exists(target)) {
            throw new IllegalArgumentException(
                    root.relativize(document.source()) + ": " + destination + " leads nowhere");
        }
        String path = root.relativize(target).toString().replace('\\', '/');
        Matcher source = SOURCE.matcher(path);
        return source.matches() && isPublic(target) ? "api/" + source.group(1) + ".html" : REPOSITORY + path;
    }

    private static boolean isPublic(Path source) {
        try {
            return !source.toString().contains("internal")
                    && Files.readString(source).contains("\npublic ");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
