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
    void answersQuestionsAndWritesTheReport() throws IOException {
        assertThat(law(both(), "--flops=1e22", "--students=4")).isZero();
        assertThat(err.toString(UTF_8)).startsWith("Read 50 runs, of which 25 are distilled");
        assertThat(out.toString(UTF_8).lines())
                .anyMatch(line -> line.startsWith("supervised law: "))
                .anyMatch(line -> line.startsWith("best model of 1.000e+22 FLOPs, parameters: "))
                .anyMatch(line -> line.startsWith("distillation law: "))
                .anyMatch(line -> line.contains(", loss of its best teacher: "))
                .anyMatch(line -> line.startsWith("tokens beyond which data are better than a teacher of loss "))
                .anyMatch(line -> line.matches("its student’s loss: [0-9.]+, 95 % between [0-9.]+ and [0-9.]+"))
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
        RunFile runs = RunFile.read(write(text.toString()));
        assertThat(runs.onData().size()).isEqualTo(24);
        assertThat(runs.distilled().size()).isEqualTo(25);
        assertThat(runs.distilled().names()).first().isEqualTo("line 2");
        assertThat(runs.distilled())
                .isEqualTo(RunFile.read(both())
                        .distilled()
                        .withNames(runs.distilled().names())
                        .withColumnNames("n_s", "d_s", "l_s", "l_t"));
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
        refuses("N,D,loss\n1e8,2e9,x\n", "runs.csv: line 2, column \"loss\" holds \"x\", which is not a finite number");
        refuses("N,D,loss\n1e8,2e9,3\n1e8,-2e9,3\n", "runs.csv: line 3, column \"D\": \"-2e9\" is not greater than 0");
        refuses(
                "N,D,loss\n1e8,,3\n",
                "runs.csv: line 2, column \"D\": an empty cell is a missing value, without which the run is not complete");
        refuses(
                "N,Tokens,loss\n1e8,NaN,3\n",
                "runs.csv: line 2, column \"Tokens\": \"NaN\" is a missing value, without which the run is not complete");
        refuses(
                "N,D,loss\n1e8,2e9,3\n1e8,2e9\n",
                "runs.csv: line 3 has 2 fields where line 1 has 3: a separator or quotation mark is missing or extra, or the line is"
                        + " not part of the table");
        refuses(
                "N,steps,loss\n1e8,2e9,3\n",
                "columns: [N, steps, loss] contain no column called d or tokens (in either case)");
        refuses(
                "N,D,loss\n1e8,2e9,3\n",
                "runs: 1 is the number of runs on data, and not at least 8; add 7 or more without a teacher's loss");
        refuses(
                "N,D,loss\n",
                "runs: 0 is the number of runs in " + directory.resolve("runs.csv")
                        + "; write one run per line below the names");
        refuses("", "runs.csv is empty");
        refuses(
                "N;D;loss\n1e8;2e9;3,1\n",
                "runs.csv: line 2, column \"loss\" holds \"3,1\", which is not a finite number; write decimals with a point and thousands"
                        + " without a separator");
        refuses("N,D,loss\n1e8,inf,3\n", "runs.csv: line 2, column \"D\" holds \"inf\", which is not a finite number");
        refuses(
                "N,D,loss\n1e8,0x1p3,3\n",
                "runs.csv: line 2, column \"D\" holds \"0x1p3\", which is not a finite number");
        refuses(
                "N,D,loss\n1e8,1e400,3\n",
                "runs.csv: line 2, column \"D\" holds \"1e400\", which is not a finite number");
        refuses(
                "N,D,loss,tokens\n1e8,2e9,3,4e9\n",
                "columns: [N, D, loss, tokens] contain more than one column called d or tokens; keep one of them");
        refuses(
                "N_S,D_S,L_S\n1e8,2e9,3\n",
                "runs: 1 is the number of runs on data, and not at least 8; add 7 or more without a teacher's loss");
        refuses(
                "N_S,D_S,L_S,L_T,N,D,loss\n1e8,2e9,3,NA,1e8,2e9,3\n",
                "runs.csv: line 2, column \"L_T\": \"NA\" is a missing value, without which the run is not complete");
        StringBuilder alike = new StringBuilder("Params,D,loss\n");
        onData().forEach(run -> alike.append(line(1e9, run[1], run[2])));
        refuses(
                alike.toString(),
                "runs: 1.0E9 is the value in column \"Params\" of every run, so that its exponent is not determined; add runs with other values");
        assertThat(law(directory.resolve("nowhere.csv"))).isEqualTo(1);
    }

    /** Errors in distilled runs do not prevent answers about runs on data. */
    @Test
    void answersForRunsOnDataIfTheDistilledOnesAreNotFitted() throws IOException {
        StringBuilder few = new StringBuilder("N,D,loss,L_T\n");
        StringBuilder taught = new StringBuilder("N,D,loss,Teacher_Loss\n");
        StringBuilder surpassing = new StringBuilder("N,D,Loss,L_T\n");
        for (StringBuilder text : List.of(few, taught, surpassing)) {
            onData().forEach(run -> text.append(line(run[0], run[1], run[2], "")));
        }
        distilled().stream().limit(11).forEach(run -> few.append(line(run[0], run[1], run[3], run[2])));
        distilled().forEach(run -> taught.append(line(run[0], run[1], run[3], 1.5)));
        distilled().forEach(run -> surpassing.append(line(run[0], run[1], run[3], 1.1 * (double) run[3])));
        answersOnlyOnData(
                few,
                "11 is the number of runs with teachers, and not at least 12; add 1 or more with their teacher's loss");
        answersOnlyOnData(
                taught,
                "1.5 is the value in column \"Teacher_Loss\" of every run, so that how a student depends on its teacher is not determined; add"
                        + " runs with other values");
        answersOnlyOnData(
                surpassing,
                "25 of 25 have a loss more than 1 % below their teacher's, which this law excludes, columns \"Loss\" and \"L_T\": line 27,"
                        + " line 28, line 29, line 30, line 31, line 32, line 33, line 34, line 35, line 36 and 15 more; leave out runs whose students surpass their"
                        + " teachers");
    }

    private void answersOnlyOnData(StringBuilder text, String reason) throws IOException {
        out.reset();
        assertThat(law(write(text.toString()))).isZero();
        assertThat(out.toString(UTF_8))
                .contains("caution, distilled runs are not fitted: runs: " + reason + "\n")
                .containsPattern("best model of [0-9.e+]+ FLOPs, loss: [0-9.]+, 95 % between")
                .doesNotContain("distillation law");
    }

    @Test
    void reportsModelsOutsideTheRuns() throws IOException {
        assertThat(law(both(), "--flops=1e26", "--students=50")).isZero();
        assertThat(out.toString(UTF_8))
                .containsPattern(
                        "caution, the teacher of that split is outside the runs: .*D: [0-9.e+]+ is [0-9.]+ times more than")
                .containsPattern("caution, the student of that split is outside the runs: D: ")
                .containsPattern("caution, a student with the whole budget spent on data is outside the runs: D: ");
    }

    /** If the loss rises with the parameters, the best model has none. */
    @Test
    void givesNoIntervalForValuesOutOfRange() throws IOException {
        StringBuilder text = new StringBuilder("N,D,loss\n");
        onData().forEach(run -> text.append(line(
                run[0], run[1], 2 + 0.1 * Math.log10((double) run[0]) + 100 / Math.pow((double) run[1], 0.25))));
        assertThat(law(write(text.toString()))).isZero();
        assertThat(out.toString(UTF_8))
                .containsPattern("FLOPs, parameters: not determined by the runs, without an interval\n")
                .doesNotContain("between 0.000 and");
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
                "runs: 6 is the number of different settings among the runs on data, and not at least 8; add 2 or more runs with other settings; a"
                        + " repeated run does not count");
        refuses(
                constant.toString(),
                "runs: 2.5 is the value in column \"loss\" of every run, so that no law is determined; check that it holds the losses");
    }

    @Test
    void rejectsFilesThatAreNotTables() throws IOException {
        Path file = directory.resolve("runs.csv");
        assertThat(law(write("N,D,loss\n\"1e9,1e10,2\n"))).isEqualTo(2);
        assertThat(err.toString(UTF_8))
                .contains("runs.csv: quotation marks do not close, or text follows one that does");
        Files.write(file, "N,D,loss\n1e9,1e10,2\n".getBytes(UTF_16));
        err.reset();
        assertThat(law(file)).isEqualTo(2);
        assertThat(err.toString(UTF_8)).contains("runs.csv is not text in UTF-8: save it in that encoding");
        err.reset();
        assertThat(law(directory)).isEqualTo(2);
        assertThat(err.toString(UTF_8)).contains("is a directory, not a file");
    }

    @Test
    void refusesOptionsThatDoNotApply() throws IOException {
        StringBuilder text = new StringBuilder("N,D,loss\n");
        onData().forEach(run -> text.append(line(run)));
        Path file = write(text.toString());
        for (String option : List.of("--students=2", "--student-parameters=1e9", "--student-tokens=1e9")) {
            err.reset();
            assertThat(law(file, option)).isEqualTo(2);
            assertThat(err.toString(UTF_8).lines())
                    .last()
                    .asString()
                    .startsWith(option.replace("=", ": ").replace("1e9", "1.0E9"))
                    .endsWith(" is about distilled students, and no run of " + file + " has a teacher's loss");
        }
        for (String option : List.of("--students=0", "--student-parameters=0", "--student-tokens=-1", "--flops=NaN")) {
            err.reset();
            assertThat(law(file, option)).isEqualTo(2);
            assertThat(err.toString(UTF_8)).startsWith(option.substring(0, option.indexOf('=')) + ": ");
        }
        assertThat(out.toString(UTF_8)).isEmpty();
    }

    @Test
    void namesTheRunWhoseComputeOverflows() throws IOException {
        StringBuilder text = new StringBuilder("N,D,loss\n");
        onData().forEach(run -> text.append(line(run)));
        text.append("1e200,1e200,1.7\n");
        refuses(
                text.toString(),
                "line 27: 1.000e+200 parameters, 1.000e+200 tokens take more or fewer FLOPs than a double can hold");
    }

    /**
     * Runs with the same ratio of tokens to parameters do not determine how to divide a budget, but they determine the
     * loss that it reaches.
     */
    @Test
    void reportsWhatTheRunsDoNotDetermine() throws IOException {
        double[] errors = StandardNormal.sample(12, RandomStreams.of(3).generator());
        StringBuilder text = new StringBuilder("N,D,loss\n");
        for (int i = 0; i < 12; i++) {
            double n = 1e8 * Math.pow(1.5, i);
            text.append(line(n, 20 * n, ON_DATA.loss(n, 20 * n) * (1 + 0.002 * errors[i])));
        }
        assertThat(law(write(text.toString()), "--flops=1e22")).isZero();
        for (String what : List.of("parameters", "tokens")) {
            assertThat(out.toString(UTF_8))
                    .contains("best model of 1.000e+22 FLOPs, " + what + ": not determined by the runs, 95 % between ");
        }
    }

    @Test
    void refusesAnOutputBeforeTheWork() throws IOException {
        Path file = both();
        Path taken = Files.writeString(directory.resolve("report"), "not a directory");
        assertThat(law(file)).isEqualTo(2);
        assertThat(err.toString(UTF_8))
                .isEqualToIgnoringNewLines("--output: " + taken + " is not a directory: " + taken + " is a file");
        assertThat(out.toString(UTF_8)).isEmpty();
        if (Files.isDirectory(Path.of("/proc"))) {
            err.reset();
            assertThat(Retort.run(
                            new String[] {"law", file.toString(), "--output=/proc/report"},
                            new PrintStream(out, true, UTF_8),
                            new PrintStream(err, true, UTF_8)))
                    .isEqualTo(2);
            assertThat(err.toString(UTF_8))
                    .isEqualToIgnoringNewLines(
                            "--output: /proc/report cannot be written: /proc is not writable; choose another directory");
        }
        for (String command : List.of("analyse", "validate", "figures")) {
            err.reset();
            List<String> arguments = command.equals("analyse")
                    ? List.of(command, file.toString(), "--label=loss", "--output=" + taken.resolve("inside"))
                    : List.of(command, taken.resolve("inside").toString());
            assertThat(Retort.run(
                            arguments.toArray(new String[0]),
                            new PrintStream(out, true, UTF_8),
                            new PrintStream(err, true, UTF_8)))
                    .isEqualTo(2);
            assertThat(err.toString(UTF_8))
                    .isEqualToIgnoringNewLines((command.equals("analyse") ? "--output" : "DIRECTORY") + ": "
                            + taken.resolve("inside") + " is not a directory: " + taken + " is a file");
        }
    }

    private void refuses(String text, String message) throws IOException {
        err.reset();
        assertThat(law(write(text))).isEqualTo(2);
        assertThat(err.toString(UTF_8).lines()).last().isEqualTo(message);
        assertThat(out.toString(UTF_8)).doesNotContain("report:");
    }
}
