package dev.retort.examples;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.retort.core.RandomStreams;
import dev.retort.core.StandardNormal;
import dev.retort.theory.scaling.DistillationLaw;
import dev.retort.theory.scaling.RunTable;
import dev.retort.theory.scaling.SupervisedLaw;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LawCommandTest {

    private static final SupervisedLaw ON_DATA = SupervisedLaw.of(1.7, 400, 0.34, 410, 0.28);

    private static final DistillationLaw DISTILLED =
            DistillationLaw.of(ON_DATA, 500, 0.32, 5000, 0.45, 1, 2.5, 5, 1.1, 0.1);

    @TempDir
    Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int law(Path file, String... more) {
        List<String> arguments = new ArrayList<>(List.of("law", file.toString()));
        arguments.addAll(List.of(more));
        arguments.add("--output=" + directory.resolve("report"));
        return Retort.run(
                arguments.toArray(new String[0]), new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
    }

    private static String line(Object... cells) {
        return String.join(",", Stream.of(cells).map(String::valueOf).toList()) + "\n";
    }

    private static List<Object[]> onData() {
        double[] errors = StandardNormal.sample(25, RandomStreams.of(1).generator());
        List<Object[]> runs = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            double n = 1e8 * Math.pow(3, Math.floorDiv(i, 5));
            double d = 2e9 * Math.pow(3, i % 5);
            runs.add(new Object[] {n, d, ON_DATA.loss(n, d) * (1 + 0.002 * errors[i])});
        }
        return runs;
    }

    private static List<Object[]> distilled() {
        RandomGenerator random = RandomStreams.of(2).generator();
        double[] errors = StandardNormal.sample(25, random);
        List<Object[]> runs = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            double n = 1e8 * Math.pow(80, random.nextDouble());
            double d = 2e9 * Math.pow(80, random.nextDouble());
            double teacher = 2 + random.nextDouble();
            runs.add(new Object[] {n, d, teacher, DISTILLED.loss(n, d, teacher) * (1 + 0.002 * errors[i])});
        }
        return runs;
    }

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("runs.csv"), text);
    }

    private Path both() throws IOException {
        StringBuilder text = new StringBuilder("N,D,loss,L_T\n");
        onData().forEach(run -> text.append(line(run[0], run[1], run[2], "")));
        distilled().forEach(run -> text.append(line(run[0], run[1], run[3], run[2])));
        return write(text.toString());
    }

    @Test
    void answersAndWritesTheReport() throws IOException {
        assertThat(law(both(), "--flops=1e22", "--students=4")).isZero();
        assertThat(err.toString(UTF_8)).startsWith("Read 50 runs, of which 25 are distilled");
        assertThat(out.toString(UTF_8).lines())
                .anyMatch(line -> line.startsWith("supervised law: "))
                .anyMatch(line -> line.startsWith("best model of 1.000e+22 FLOPs, parameters: "))
                .anyMatch(line -> line.startsWith("distillation law: "))
                .anyMatch(line -> line.contains(", loss of its best teacher: "))
                .anyMatch(line -> line.startsWith("tokens from which data do better than a teacher of loss "))
                .anyMatch(line -> line.startsWith("best split of 1.000e+22 FLOPs with 4 students: teacher of "))
                .anyMatch(line -> line.startsWith("caution, that model is outside the runs: "));
        Path report = directory.resolve("report");
        try (Stream<Path> files = Files.list(report)) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("index.html", "law.svg", "law.png", "runs.csv", "law.json");
        }
        assertThat(Files.readAllLines(report.resolve("runs.csv"))).hasSize(51);
        assertThat(Files.readString(report.resolve("index.html")))
                .contains("What runs.csv says", "--students=4", "<svg");
        JsonObject json = JsonParser.parseString(Files.readString(report.resolve("law.json")))
                .getAsJsonObject();
        JsonArray answers = json.getAsJsonArray("answers");
        JsonObject loss = Stream.iterate(0, i -> i < answers.size(), i -> i + 1)
                .map(i -> answers.get(i).getAsJsonObject())
                .filter(answer -> answer.get("question").getAsString().equals("best model of 1.000e+22 FLOPs, loss"))
                .findFirst()
                .orElseThrow();
        double value = loss.get("value").getAsDouble();
        assertThat(value).isCloseTo(ON_DATA.optimalFor(1e22).loss(), withinPercentage(0.5));
        assertThat(loss.getAsJsonArray("delta").get(0).getAsDouble()).isLessThan(value);
        assertThat(loss.getAsJsonArray("delta").get(1).getAsDouble()).isGreaterThan(value);
        double[] n = onData().stream().mapToDouble(run -> (double) run[0]).toArray();
        double[] d = onData().stream().mapToDouble(run -> (double) run[1]).toArray();
        double[] losses = onData().stream().mapToDouble(run -> (double) run[2]).toArray();
        assertThat(value)
                .isEqualTo(SupervisedLaw.fit(RunTable.of(n, d, losses))
                        .law()
                        .optimalFor(1e22)
                        .loss());
    }

    @Test
    void readsBothKindsOfRunsSideBySide() throws IOException {
        StringBuilder text = new StringBuilder("n_s;d_s;l_t;l_s;n;d;loss\n");
        for (int i = 0; i < 25; i++) {
            Object[] student = distilled().get(i);
            Object[] model = onData().get(i);
            String left = line(student[0], student[1], student[2], student[3]).strip();
            text.append(
                    (left + "," + (i == 24 ? line("", "", "") : line(model[0], model[1], model[2]))).replace(',', ';'));
        }
        RunTable runs = RunFile.read(write(text.toString()));
        assertThat(runs.supervised().size()).isEqualTo(24);
        assertThat(runs.distilled().size()).isEqualTo(25);
        assertThat(runs.distilled().names()).first().isEqualTo("line 2");
        assertThat(runs.distilled())
                .isEqualTo(RunFile.read(both())
                        .distilled()
                        .withNames(runs.distilled().names()));
    }

    @Test
    void answersForRunsOnDataAlone() throws IOException {
        StringBuilder text = new StringBuilder("parameters,tokens,loss\n");
        onData().forEach(run -> text.append(line(run)));
        assertThat(law(write(text.toString()))).isZero();
        assertThat(out.toString(UTF_8))
                .startsWith("runs: 25 on data, 0 distilled\n")
                .doesNotContain("distillation law");
    }

    @Test
    void refusesBadTablesByLine() throws IOException {
        refuses("N,D,loss\n1e8,2e9,x\n", "line 2, column loss: \"x\" is not a number greater than 0");
        refuses("N,D,loss\n1e8,2e9,3\n1e8,-2e9,3\n", "line 3, column d: \"-2e9\" is not a number greater than 0");
        refuses("N,D,loss\n1e8,,3\n", "line 2, column d: \"\" is missing");
        refuses("N,D,loss\n1e8,2e9\n", "line 2: 2 is its number of fields, and not that of the names, 3");
        refuses(
                "N,steps,loss\n1e8,2e9,3\n",
                "columns: [n, steps, loss] have none that is called d or tokens (either case)");
        refuses("N,D,loss\n1e8,2e9,3\n", "runs: 1 is the number of runs on data, and not at least 8");
        refuses("N,D,loss\n", "runs: 0 is the number of runs in " + directory.resolve("runs.csv"));
        refuses("", "runs: 0 is the number of runs in " + directory.resolve("runs.csv"));
        refuses("N,D,loss\n1e8,inf,3\n", "line 2, column d: \"inf\" is not a number greater than 0");
        refuses("N,D,loss\n1e8,1e400,3\n", "line 2, column d: \"1e400\" is not a number greater than 0");
        refuses(
                "N,D,loss,tokens\n1e8,2e9,3,4e9\n",
                "columns: [n, d, loss, tokens] have more than one that is called d or tokens; keep one of them");
        refuses("N_S,D_S,L_S\n1e8,2e9,3\n", "runs: 1 is the number of runs on data, and not at least 8");
        refuses("N_S,D_S,L_S,L_T,N,D,loss\n1e8,2e9,3,,1e8,2e9,3\n", "line 2, column l_t: \"\" is missing");
        StringBuilder alike = new StringBuilder("N,D,loss\n");
        onData().forEach(run -> alike.append(line(1e9, run[1], run[2])));
        refuses(
                alike.toString(),
                "parameters: 1.0E9 is the value of every run, so that its exponent is not determined");
        StringBuilder surpassing = new StringBuilder("N,D,loss,L_T\n");
        onData().forEach(run -> surpassing.append(line(run[0], run[1], run[2], "")));
        distilled().forEach(run -> surpassing.append(line(run[0], run[1], run[3], 1.1 * (double) run[3])));
        refuses(
                surpassing.toString(),
                "losses: 25 of 25 are more than 1 % below the teacher's loss, which this law excludes: line 27, line 28, line 29, line 30,"
                        + " line 31, line 32, line 33, line 34, line 35, line 36 and 15 more; leave out runs whose students surpass their"
                        + " teachers");
        assertThat(law(directory.resolve("nowhere.csv"))).isEqualTo(1);
    }

    @Test
    void refusesTablesThatDetermineNothing() throws IOException {
        StringBuilder repeated = new StringBuilder("N,D,loss\n");
        StringBuilder constant = new StringBuilder("N,D,loss\n");
        for (int k = 0; k < 60; k++) {
            repeated.append(line(1e8 * (1 + k % 6), 1e9 * (1 + k % 3), 3 - 0.01 * k));
            constant.append(line(1e8 * (1 + k), 1e9 * (1 + k % 7), 2.5));
        }
        refuses(
                repeated.toString(),
                "runs: 6 is the number of different settings among the runs on data, and not at least 8; a repeated run adds none");
        refuses(constant.toString(), "losses: 2.5 is the value of every run, so that no law is determined");
    }

    @Test
    void refusesFilesThatAreNoTables() throws IOException {
        Path file = directory.resolve("runs.csv");
        refuses(
                "N,D,loss\n\"1e9,1e10,2\n",
                "file: " + file + " has quotation marks that do not close, or text behind one that does");
        Files.write(file, "N,D,loss\n1e9,1e10,2\n".getBytes(UTF_16));
        err.reset();
        assertThat(law(file)).isEqualTo(2);
        assertThat(err.toString(UTF_8).lines())
                .last()
                .isEqualTo("file: " + file + " is not text in UTF-8; save it in that encoding");
    }

    private void refuses(String text, String message) throws IOException {
        err.reset();
        assertThat(law(write(text))).isEqualTo(2);
        assertThat(err.toString(UTF_8).lines()).last().isEqualTo(message);
        assertThat(out.toString(UTF_8)).doesNotContain("report:");
    }
}
