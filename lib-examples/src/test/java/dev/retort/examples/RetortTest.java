package dev.retort.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.retort.core.RandomStreams;
import dev.retort.theory.data.DataAnalysis;
import dev.retort.theory.data.DataTable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetortTest {

    @TempDir
    Path directory;

    /** The output and the exit code of a command. */
    private record Run(int code, String out, String err) {

        static Run of(String... arguments) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            int code = Retort.run(arguments, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
            return new Run(code, out.toString(UTF_8), err.toString(UTF_8));
        }
    }

    /** Five features of decreasing variance and a label that depends on the first two, with noise of variance ¼. */
    private Path houses() throws IOException {
        RandomGenerator random = RandomStreams.of(11).generator();
        StringBuilder csv = new StringBuilder("rooms,age,floor,light,noise,price\n");
        for (int i = 0; i < 120; i++) {
            double[] x = random.doubles(5).map(u -> u - 0.5).toArray();
            double price = 4 * x[0] - 2 * x[1] + 0.5 * random.nextGaussian();
            csv.append(x[0]).append(',').append(x[1]).append(',').append(x[2]).append(',');
            csv.append(x[3]).append(',').append(x[4]).append(',').append(price).append('\n');
        }
        return Files.writeString(directory.resolve("houses.csv"), csv);
    }

    @Test
    void analysesTheDigitsAsTheReadmeSays() throws IOException {
        Run run = Run.of(
                "analyse",
                Example.ROOT
                        .resolve("lib-theory/src/test/resources/dev/retort/theory/data/digits.csv.gz")
                        .toString(),
                "--no-header",
                "--label=64",
                "--output",
                directory.resolve("digits").toString());
        String readme = Files.readString(Example.ROOT.resolve("README.md"));
        int shown = readme.indexOf("```\n", readme.indexOf("The first command prints, among other lines,")) + 4;
        List<String> lines =
                readme.substring(shown, readme.indexOf("```", shown)).lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(run.out().lines()).containsAll(lines);
    }

    @Test
    void analysesATable() throws IOException {
        Path file = houses();
        Path report = directory.resolve("report");
        Run run = Run.of(
                "analyse",
                file.toString(),
                "--label",
                "price",
                "--measure=6",
                "--seed=3",
                "--output",
                report.toString());
        assertThat(run.code()).isZero();
        assertThat(run.err()).startsWith("Read 120 rows and 6 columns").contains("Training 6 students of 10 rows");
        DataAnalysis analysis = DataAnalysis.of(DataTable.read(file), "price");
        double risk = analysis.best().testRisk().mean();
        assertThat(risk).isBetween(0.2, 0.35); // the noise has variance ¼, and 120 rows estimate five slopes
        assertThat(run.out().lines().toList())
                .hasSizeBetween(9, 12)
                .anyMatch(line -> line.startsWith("table: 120 rows, 5 features, label \"price\" of variance "))
                .anyMatch(line -> line.startsWith("risk with 120 rows: " + String.format("%.4g", risk)))
                .anyMatch(line -> line.startsWith("with 240 rows: "))
                .last()
                .isEqualTo("report: " + report.resolve("index.html").toAbsolutePath());
        try (Stream<Path> files = Files.list(report)) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("index.html", "curve.svg", "curve.png", "curve.csv", "analysis.json");
        }
        String page = Files.readString(report.resolve("index.html"));
        assertThat(page)
                .contains("What houses.csv says about students of", "--seed=3", "<svg")
                .doesNotContain("http://localhost");
        JsonObject json = JsonParser.parseString(Files.readString(report.resolve("analysis.json")))
                .getAsJsonObject();
        assertThat(json.get("best")
                        .getAsJsonObject()
                        .get("testRisk")
                        .getAsJsonObject()
                        .get("mean")
                        .getAsDouble())
                .isEqualTo(risk);
        List<JsonElement> curve = json.get("curve").getAsJsonArray().asList();
        List<String> rows = Files.readAllLines(report.resolve("curve.csv"));
        assertThat(rows).hasSize(curve.size() + 1);
        for (JsonElement point : curve) {
            int n = point.getAsJsonObject().get("rows").getAsInt();
            assertThat(point.getAsJsonObject()
                            .get("testRisk")
                            .getAsJsonObject()
                            .get("mean")
                            .getAsDouble())
                    .isEqualTo(analysis.tuned(n).testRisk().mean());
        }
        assertThat(curve.stream().filter(point -> point.getAsJsonObject().has("trained")))
                .hasSizeGreaterThan(7);
    }

    @Test
    void givesTheSameReportTwice() throws IOException {
        Path file = houses();
        for (String name : List.of("one", "two")) {
            Run.of("analyse", file.toString(), "--label=price", "--measure=4", "--output=" + directory.resolve(name));
        }
        for (String name : List.of("curve.svg", "curve.csv")) {
            assertThat(Files.readString(directory.resolve("one").resolve(name)))
                    .isEqualTo(Files.readString(directory.resolve("two").resolve(name)));
        }
    }

    @Test
    void readsTheRequestedColumns() throws IOException {
        Path file = Files.writeString(directory.resolve("classes.csv"), """
                made by hand
                1;2;yes;a
                2;1;no;b
                3;5;yes;a
                4;0;no;b
                6;1;yes;
                7;2;no;c
                8;9;yes;a
                9;4;no;d
                0;1;no;e
                """);
        Path report = directory.resolve("classes");
        Run run = Run.of(
                "analyse",
                file.toString(),
                "--skip-lines=1",
                "--no-header",
                "--label=2",
                "--positive=yes",
                "--without=3",
                "--raw",
                "--separator=;",
                "--output=" + report);
        assertThat(run.err()).startsWith("Read 9 rows and 3 columns");
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("caution: With 9 rows");
        assertThat(Files.readString(report.resolve("index.html")))
                .contains("is +1 where it holds", "in 4 rows", "columns as they are");
    }

    /** A pandas file without column names, and a spreadsheet's file in its own encoding, with a comma in a name. */
    @Test
    void hasTheOptionsThatItsMessagesSuggest() throws IOException {
        List<String> lines = Files.readAllLines(houses());
        Path numbered = Files.writeString(
                directory.resolve("numbered.csv"),
                "0,1,2,3,4,5\n" + String.join("\n", lines.subList(1, lines.size())) + "\n");
        assertRefused(2, "names (with header) or values (no header)", "analyse", numbered.toString(), "--label=5");
        String report = "--output=" + directory.resolve("report");
        Run run = Run.of("analyse", numbered.toString(), "--label=5", "--header", report);
        assertThat(run.err()).startsWith("Read 120 rows and 6 columns");
        assertThat(Run.of("analyse", numbered.toString(), "--label=5", "--no-header", report)
                        .err())
                .startsWith("Read 121 rows and 6 columns");
        Path foreign = Files.writeString(
                directory.resolve("foreign.csv"),
                "größe,\"a, b\",c,d,e,price\n" + String.join("\n", lines.subList(1, lines.size())) + "\n",
                StandardCharsets.ISO_8859_1);
        assertRefused(2, "is not text in UTF-8", "analyse", foreign.toString(), "--label=price");
        Run encoded = Run.of(
                "analyse",
                foreign.toString(),
                "--label=price",
                "--encoding=ISO-8859-1",
                "--without",
                "\"a, b\",c",
                "--without=größe",
                report);
        assertThat(encoded.err())
                .startsWith("Read 120 rows and 3 columns")
                .contains("3 columns, \"a, b\", \"c\", \"größe\"");
    }

    /** A finding that makes the answers meaningless is reported together with them. */
    @Test
    void namesACopyOfTheLabelFirst() throws IOException {
        List<String> lines = Files.readAllLines(houses());
        StringBuilder copied = new StringBuilder(lines.get(0) + ",constant,copy\n");
        for (String line : lines.subList(1, lines.size())) {
            copied.append(line)
                    .append(",7,")
                    .append(line.substring(line.lastIndexOf(',') + 1))
                    .append('\n');
        }
        Path file = Files.writeString(directory.resolve("copied.csv"), copied);
        assertThat(Run.of("analyse", file.toString(), "--label=price", "--output=" + directory.resolve("report"))
                        .out()
                        .lines())
                .anyMatch(line -> line.startsWith("data: ") && line.contains("is a multiple of \"copy\""));
    }

    @Test
    void rejectsWithAReason() throws IOException {
        Path file = houses();
        assertRefused(2, "Missing required option: '--label=COLUMN'", "analyse", file.toString());
        assertRefused(2, "--label: \"cost\" is not the name of a column", "analyse", file.toString(), "--label=cost");
        assertRefused(
                2, "Unknown option: '--lable=price'", "analyse", file.toString(), "--label=price", "--lable=price");
        assertRefused(
                2,
                "--skip-lines: -3 is not at least 0",
                "analyse",
                file.toString(),
                "--label=price",
                "--skip-lines=-3");
        assertRefused(2, "--measure: 1 is not at least 2", "analyse", file.toString(), "--label=price", "--measure=1");
        assertRefused(2, "--measure: 0 is not at least 2", "analyse", file.toString(), "--label=price", "--measure=0");
        assertRefused(
                1,
                "missing.csv: no such file",
                "analyse",
                directory.resolve("missing.csv").toString(),
                "--label=a");
        assertRefused(2, "is a directory, not a file", "analyse", directory.toString(), "--label=a");
        Path text = Files.writeString(directory.resolve("text.csv"), "a,b\n1,2\n3,red\n");
        assertRefused(2, "column \"b\", line 3 (row 1)", "analyse", text.toString(), "--label=a");
        assertRefused(2, "Unmatched argument", "analysis");
        assertRefused(
                2,
                "--output: " + text + " is not a directory: " + text + " is a file",
                "analyse",
                file.toString(),
                "--label=price",
                "--output=" + text);
        assertRefused(
                2,
                "--seed: 3 is the seed of the draws of --measure, which is not given",
                "analyse",
                file.toString(),
                "--label=price",
                "--seed=3");
        assertRefused(2, "Usage: retort", new String[0]);
    }

    private static void assertRefused(int code, String message, String... arguments) {
        Run run = Run.of(arguments);
        assertThat(run.code()).as(run.err()).isEqualTo(code);
        assertThat(run.err()).contains(message).doesNotContain("\tat ");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void passesSweepsTheirArguments() {
        Path output = directory.resolve("risks.csv");
        Run run = Run.of(
                "sweep", "--alpha=1.5", "--source=1.5", "--features=20", "--samples=10,15", "--output=" + output);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(output).exists();
        assertThat(Run.of("sweep", "--help").out()).contains("--teacherSamples=A,B,...");
        assertThat(Run.of("sweep", "--output=risks.parquet", "--alpha=1", "--source=1", "--features=5", "--samples=3")
                        .err())
                .contains("only Spark writes Parquet");
    }

    /** The excess risk of the first chain is wrong by 1e-10. All other checks pass. */
    @Test
    void namesTheFormulaWithAWrongDigit() throws IOException {
        Path digits = Files.createDirectories(directory.resolve("digits/distillation"));
        try (InputStream table = Objects.requireNonNull(
                Retort.class.getResourceAsStream("validation/reference/distillation/chains.tsv"))) {
            String right = new String(table.readAllBytes(), UTF_8);
            String wrong = right.replaceFirst("0\\.35362640246", "0.35362640250");
            assertThat(wrong).isNotEqualTo(right);
            Files.writeString(digits.resolve("chains.tsv"), wrong);
        }
        Path report = directory.resolve("validation");
        Run run = Run.of("validate", "--quick", "--digits=" + digits.getParent(), report.toString());
        assertThat(run.code()).as(run.err()).isEqualTo(1);
        assertThat(run.err().lines().filter(line -> line.startsWith("fails: ")))
                .containsExactly(
                        "fails: risk of every stage of a chain: distillation/chains.tsv: 1.13e-10, but 1.0e-12 is allowed");
        assertThat(run.out()).contains("checks of", "numbers: 1 fails");
        assertThat(Files.readString(report.resolve("index.html")))
                .contains("What failed", "Every formula", "Quick: a few rows", "arXiv 2410.18837");
        List<String> lines = Files.readAllLines(report.resolve("validation.csv"));
        assertThat(lines.stream().filter(line -> line.contains("FAILS"))).hasSize(1);
        assertThat(lines.stream().filter(line -> line.contains(",passes,"))).hasSizeGreaterThan(90);
    }

    @Test
    void reportsDigitsThatItCannotRead() throws IOException {
        String report = directory.resolve("validation").toString();
        Path none = directory.resolve("none");
        assertRefused(2, "--digits: " + none + " is not a directory", "validate", "--digits=" + none, report);
        Path digits = Files.createDirectories(directory.resolve("digits"));
        assertRefused(2, "--digits: " + digits + " has none of the tables [", "validate", "--digits=" + digits, report);
        Files.writeString(digits.resolve("chains.tsv"), "");
        assertRefused(2, "has a file that no check reads, chains.tsv", "validate", "--digits=" + digits, report);
    }

    @Test
    void namesColumnsByTheirIndices() throws IOException {
        Path file = houses();
        Run run = Run.of(
                "analyse",
                file.toString(),
                "--label=#5",
                "--without=#0,age",
                "--output=" + directory.resolve("report"));
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).startsWith("Read 120 rows and 4 columns").contains("\"rooms\", \"age\"");
        assertThat(run.out()).contains("3 features, label \"price\"");
        assertRefused(2, "--label: #6 is not from #0 to #5", "analyse", file.toString(), "--label=#6");
        for (String left : List.of("price", "#5")) {
            assertRefused(
                    2,
                    "--without: \"price\" is the column that --label predicts; it cannot be left out",
                    "analyse",
                    file.toString(),
                    "--label=price",
                    "--without=" + left);
        }
    }

    @Test
    void namesTheOptionsThatRepairATable() throws IOException {
        Path file = Files.writeString(directory.resolve("gaps.csv"), "a,b,c\n1,2,3\n4,,5\n2,1,red\n");
        assertRefused(2, "without incomplete rows (--complete-rows)", "analyse", file.toString(), "--label=a");
        assertRefused(2, "without these columns (--without=COLUMN,…)", "analyse", file.toString(), "--label=a");
        Path one = Files.writeString(directory.resolve("one.csv"), "a,b\n1,2\n");
        assertThat(Run.of("analyse", one.toString(), "--label=a", "--output=" + directory.resolve("report"))
                        .err())
                .startsWith("Read 1 row and 2 columns");
    }

    @Test
    void rejectsOptionsWithShortMessages() throws IOException {
        String file = houses().toString();
        Run run = Run.of("analyse", file, "--label=price", "--encoding=foo");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err())
                .contains("'--encoding'", "\"foo\" is not an encoding that Java knows")
                .contains("(retort analyse --help explains all arguments)")
                .doesNotContain("Exception", "java.", "Usage")
                .hasLineCount(2);
    }

    /** Under LC_ALL=C Java sees two U+FFFD in place of an umlaut. */
    @Test
    void reportsArgumentsThatTheLocaleGarbled() {
        String seen = "gr\uFFFD\uFFFDe";
        assertThat(Commands.isLost(seen, StandardCharsets.US_ASCII)).isTrue();
        assertThat(Commands.isLost(seen, UTF_8)).isFalse();
        assertThat(Commands.isLost("größe", StandardCharsets.ISO_8859_1)).isFalse();
        assertThat(Commands.lost(seen, StandardCharsets.US_ASCII))
                .isEqualTo("\"gr??e\" has characters that the encoding of this locale, US-ASCII, cannot express;"
                        + " set LC_ALL to one of UTF-8, such as C.UTF-8");
    }

    @Test
    void lostResultsAreAFailure() throws IOException {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream full = new PrintStream(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        });
        String[] arguments = {"analyse", houses().toString(), "--label=price", "--output=" + directory.resolve("report")
        };
        assertThat(Retort.run(arguments, full, new PrintStream(err, true, UTF_8)))
                .isEqualTo(1);
        assertThat(err.toString(UTF_8)).contains("The results could not be written to the standard output");
        assertThat(Retort.run(new String[] {"--version"}, full, new PrintStream(err, true, UTF_8)))
                .isEqualTo(1);
    }

    @Test
    void quotesItsCommandForAShell() {
        assertThat(Retort.commandLine(List.of("analyse", "my prices.csv", "--label=price")))
                .isEqualTo("retort analyse 'my prices.csv' --label=price");
    }

    @Test
    void explainsItself() {
        for (String command : List.of("analyse", "explore", "figures", "law", "sweep", "validate")) {
            for (String help : List.of("--help", "-h")) {
                assertThat(Run.of(command, help)).satisfies(run -> {
                    assertThat(run.code()).isZero();
                    assertThat(run.out())
                            .startsWith(command.equals("sweep") ? "Predicts" : "Usage: retort " + command)
                            .contains("--version");
                });
            }
            for (String version : List.of("--version", "-V")) {
                assertThat(Run.of(command, version)).isEqualTo(Run.of("--version"));
            }
        }
        assertThat(Run.of("--help").out()).contains("analyse", "figures", "sweep", "Exit codes: 0");
        assertThat(Run.of("--version").out()).startsWith("Retort ");
    }
}
