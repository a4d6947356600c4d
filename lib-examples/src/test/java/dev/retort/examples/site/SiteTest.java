package dev.retort.examples.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.retort.theory.report.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SiteTest {

    private static final Pattern LINK = Pattern.compile("(?:href|src)=\"([^\"]*)\"");
    private static final Path ROOT =
            Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());

    @TempDir
    static Path directory;

    private static final Map<String, String> PAGES = new HashMap<>();

    @BeforeAll
    static void write() throws IOException {
        Site.write(ROOT, directory);
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".html")).toList()) {
                PAGES.put(String.valueOf(file.getFileName()), Files.readString(file));
            }
        }
    }

    @Test
    void everyPageOfTheDocumentationExists() throws IOException {
        for (String module : List.of("lib-core", "lib-theory", "lib-examples")) {
            try (Stream<Path> files = Files.list(ROOT.resolve(module).resolve("docs"))) {
                assertThat(files.map(path -> String.valueOf(path.getFileName()))
                                .filter(name -> name.endsWith(".md"))
                                .map(name -> name.replace(".md", ".html")))
                        .isSubsetOf(PAGES.keySet());
            }
        }
    }

    @Test
    void noLinkIsDead() {
        List<String> dead = new ArrayList<>();
        PAGES.forEach((name, page) -> LINK.matcher(page).results().forEach(match -> {
            String link = match.group(1);
            if (!link.matches("https?://.*|mailto:.*") && !leadsSomewhere(name, link)) {
                dead.add(name + ": " + link);
            }
        }));
        assertThat(dead).isEmpty();
    }

    private static boolean leadsSomewhere(String from, String link) {
        String[] parts = link.split("#", 2);
        if (parts[0].startsWith("api/")) {
            // Another goal builds the Javadoc; its page has the name of a public class, or of the overview.
            String source = parts[0].replaceFirst("api/(.*)\\.html", "src/main/java/$1.java");
            return link.equals("api/index.html")
                    || Stream.of("lib-core", "lib-theory")
                            .anyMatch(m -> Files.exists(ROOT.resolve(m).resolve(source)));
        }
        String page = PAGES.get(parts[0].isEmpty() ? from : parts[0]);
        if (page == null) {
            return Files.exists(directory.resolve(parts[0]));
        }
        return parts.length == 1 || page.contains("id=\"" + parts[1] + "\"");
    }

    @Test
    void picturesHaveAlternativeTextsAndPagesTheirMetadata() {
        PAGES.forEach((name, page) -> {
            assertThat(Pattern.compile("<img(?![^>]* alt=\"[^\"]{10,}\")")
                            .matcher(page)
                            .find())
                    .as(name)
                    .isFalse();
            assertThat(page)
                    .as(name)
                    .contains("lang=\"en\"", "name=\"viewport\"", "prefers-color-scheme: dark", "aria-current=\"page\"")
                    .doesNotContain("$$", "<script");
            assertThat(Pattern.compile("<h1").matcher(page).results()).as(name).hasSize(1);
        });
    }

    @Test
    void everyGreekLetterIsInTheGlossary() throws IOException {
        Set<String> explained = greekIn(Files.readString(ROOT.resolve("lib-examples/docs/glossary.md"))
                .lines()
                .filter(line -> line.startsWith("| "))
                .map(line -> line.split("\\|", -1)[1])
                .collect(Collectors.joining("\n")));
        for (String module : List.of("lib-core", "lib-theory", "lib-examples")) {
            try (Stream<Path> files = Files.list(ROOT.resolve(module).resolve("docs"))) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".md")).toList()) {
                    assertThat(explained).as("%s", file).containsAll(greekIn(Files.readString(file)));
                }
            }
        }
    }

    /** The Greek letters of a text, written as letters or as TeX commands; variants count as the letter. */
    private static Set<String> greekIn(String text) {
        Set<String> letters = new TreeSet<>();
        Pattern.compile("[α-ωΓΔΘΛΞΠΣΥΦΨΩ]").matcher(text).results().forEach(match -> letters.add(match.group()));
        Pattern.compile(
                        "\\\\(?:var)?(alpha|beta|gamma|delta|epsilon|zeta|eta|theta|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau"
                                + "|upsilon|phi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Upsilon|Phi|Psi|Omega)(?![A-Za-z])")
                .matcher(text)
                .results()
                .forEach(match -> letters.add(letter(match.group(1))));
        return letters;
    }

    private static String letter(String command) {
        String name = "GREEK " + (Character.isUpperCase(command.charAt(0)) ? "CAPITAL" : "SMALL") + " LETTER "
                + command.toUpperCase(Locale.ROOT).replace("LAMBDA", "LAMDA");
        return Character.toString(Character.codePointOf(name));
    }

    /** Building the site redraws the pictures. */
    @Test
    void picturesAgreeWithTheLibrary() throws IOException {
        Path folder = ROOT.resolve("lib-examples/docs/questions");
        for (Map.Entry<String, Figure> picture : Pictures.all().entrySet()) {
            Path file = folder.resolve(picture.getKey() + ".svg");
            assertThat(Files.readString(file))
                    .as(picture.getKey())
                    .isEqualTo(picture.getValue().svg());
        }
    }

    @Test
    void formulasBecomeMathMl() {
        assertThat(Mathematics.html("\\frac1n\\sum_i\\lambda_i^2", false))
                .isEqualTo("<math><mrow><mfrac><mn>1</mn><mi>n</mi></mfrac><msub><mo>∑</mo><mi>i</mi></msub>"
                        + "<msubsup><mi>λ</mi><mi>i</mi><mrow><mn>2</mn></mrow></msubsup></mrow></math>");
        assertThat(Mathematics.html("\\sum_{k<3}x'", true)).contains("<munder>", "&lt;", "display=\"block\"", "′");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Mathematics.html("a \\unheard b", false))
                .withMessageContaining("\\unheard");
        assertThatIllegalArgumentException().isThrownBy(() -> Mathematics.html("a } b", false));
        assertThatIllegalArgumentException().isThrownBy(() -> Mathematics.html("{a", false));
    }
}
