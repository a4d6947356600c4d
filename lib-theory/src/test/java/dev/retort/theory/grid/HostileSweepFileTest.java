package dev.retort.theory.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files not written by a sweep must not hang the reader, exhaust its memory or corrupt its terminal. */
@Timeout(60)
class HostileSweepFileTest {

    private static final GridStudy STUDY =
            GridStudy.of(ParameterGrid.of("x", 1, 2, 3), List.of("y"), cell -> new double[] {cell.get("x")});

    private static final String DROPPED =
            "row.csv: line 6 (it has more than 128 bytes) is dropped; a sweep that is resumed measures its cell again";

    /** The heap of the process that reads such files. */
    private static final String HEAP = "-Xmx16m";

    @TempDir
    private Path directory;

    @Test
    void rejectsPipesAndDevices() throws Exception {
        Path pipe = directory.resolve("pipe.csv");
        assumeThat(Path.of("/usr/bin/mkfifo")).isExecutable();
        assertThat(new ProcessBuilder("/usr/bin/mkfifo", pipe.toString())
                        .start()
                        .waitFor())
                .isZero();
        for (Path path : List.of(pipe, Path.of("/dev/zero"), Path.of("/dev/null"))) {
            String message = path + ": is a pipe or a device, not a regular file, as that of a sweep must be";
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> GridResults.read(path))
                    .withMessage(message);
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> LocalSweep.onAllProcessors().run(STUDY, path))
                    .withMessage(message);
            assertThat(path.resolveSibling(path.getFileName() + ".lock")).doesNotExist();
        }
    }

    @Test
    void linksToRegularFilesAreFollowed() throws IOException {
        Path csv = directory.resolve("there.csv");
        Path link = Files.createSymbolicLink(directory.resolve("link.csv"), csv);
        LocalSweep.onAllProcessors().run(STUDY, csv);
        assertThat(LocalSweep.onAllProcessors().run(STUDY, link).before()).isEqualTo(3);
        assertThat(GridResults.read(link)).isEqualTo(GridResults.read(csv));
    }

    @Test
    void linksAtTheNameOfTheLockAreNotFollowed() throws IOException {
        Path csv = directory.resolve("sweep.csv");
        Path victim = directory.resolve("victim");
        Path lock = Files.createSymbolicLink(directory.resolve("sweep.csv.lock"), victim);
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> LocalSweep.onAllProcessors().run(STUDY, csv))
                .withMessage(csv + ": cannot be locked, " + lock + " is not a regular file; remove it");
        assertThat(victim).doesNotExist();
        assertThat(lock).isSymbolicLink();

        Files.delete(lock);
        assertThat(LocalSweep.onAllProcessors().run(STUDY, csv).isComplete()).isTrue();
    }

    @Test
    void longLinesAreReadInLittleMemory() throws Exception {
        String header = new String(SweepHeader.of(STUDY).bytes(), StandardCharsets.UTF_8);
        String axis = header.lines().toList().get(2);
        written("header.csv", header.substring(0, header.indexOf(axis)) + axis + " ", "4.0 ", 20);
        written("names.csv", "# study:\n# seed: 0\n# x: 1.0\nindex,", "y,", 20);
        written("comments.csv", "# study:\n# seed: 0\n", "# another comment\n", 20);
        written("row.csv", header + "0,", "1.0,", 20);
        Files.writeString(written("rows.csv", header + "0,", "1.0,", 20), "\n0,1.0,1.0\n", StandardOpenOption.APPEND);
        Path zeros = directory.resolve("zeros.csv");
        try (RandomAccessFile file = new RandomAccessFile(zeros.toFile(), "rw")) {
            file.setLength(1L << 32); // occupies no disk space
        }
        Process reader = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        HEAP,
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HostileSweepFileTest.class.getName(),
                        directory.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(reader.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(reader.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(reader.exitValue()).as(output).isZero();
        assertThat(output).hasSizeLessThan(5000);
        Map<String, Long> sizes = Map.of(
                "comments", Files.size(directory.resolve("comments.csv")),
                "header", Files.size(directory.resolve("header.csv")));
        // The reader and the sweep warn alike.
        assertThat(output.lines()
                        .filter(line -> line.contains("WARN") && line.contains(" is dropped"))
                        .map(line -> line.substring(line.lastIndexOf("row.csv"))))
                .containsExactly(DROPPED, DROPPED);
        assertThat(output.lines().filter(line -> !line.contains("WARN")))
                .containsExactly(
                        "comments.csv: its header has no end within " + sizes.get("comments")
                                + " bytes, and is longer than the 16777216 of a sweep that has only just begun. The"
                                + " file has been changed or damaged, or is not that of a sweep; restore it from a"
                                + " copy, or begin another file",
                        "file: comments.csv belongs to another study: it has \"# another comment\" where this study has"
                                + " \"# x: 1.0 2.0 3.0\"",
                        "header.csv: its header has no end within " + sizes.get("header")
                                + " bytes, and is longer than the 16777216 of a sweep that has only just begun. The"
                                + " file has been changed or damaged, or is not that of a sweep; restore it from a"
                                + " copy, or begin another file",
                        "file: header.csv belongs to another study: it has \"# x: 1.0 2.0 3.0 4.0 4.0 4.0 4.0 4.0 4.0"
                                + " 4.0 4.0 4.0 4.0 4.0 4.0 4.0 4.0 4.0 4.0 4.0 4.0 4.0 4.0 4.0...\" where this study has"
                                + " \"# x: 1.0 2.0 3.0\"",
                        "names.csv: is not the file of a sweep",
                        "file: names.csv belongs to another study: it has \"# x: 1.0\" where this study has"
                                + " \"# x: 1.0 2.0 3.0\"",
                        "row.csv: 0 rows",
                        "row.csv: 0 rows, dropped: line 6 (it has more than 128 bytes)",
                        "rows.csv, line 6: it has more than 128 bytes. The file has been changed or damaged; delete"
                                + " this line, and resume the sweep to measure its cell again",
                        "rows.csv, line 6: it has more than 128 bytes. The file has been changed or damaged; delete"
                                + " this line, and resume the sweep to measure its cell again",
                        "zeros.csv: is not the file of a sweep",
                        "file: zeros.csv belongs to another study: it has " + ("\"" + "\\u0000".repeat(100) + "...\"")
                                + " where this study has \"# study:\"");
    }

    /** A file that begins with one text and then repeats another. */
    private Path written(String name, String start, String more, int megabytes) throws IOException {
        Path csv = directory.resolve(name);
        byte[] part = more.repeat((1 << 20) / more.length()).getBytes(StandardCharsets.UTF_8);
        try (OutputStream bytes = new BufferedOutputStream(Files.newOutputStream(csv))) {
            bytes.write(start.getBytes(StandardCharsets.UTF_8));
            for (int i = 0; i < megabytes; i++) {
                bytes.write(part);
            }
        }
        return csv;
    }

    /**
     * The process with little memory. It reads all files of a directory, then opens them for their sweep, and prints
     * the outcome.
     *
     * @param arguments the directory
     */
    public static void main(String[] arguments) throws IOException {
        List<Path> files;
        try (var all = Files.list(Path.of(arguments[0]))) {
            files = all.sorted().toList();
        }
        for (Path csv : files) {
            String result;
            try {
                result = csv + ": " + GridResults.read(csv).size() + " rows";
            } catch (IOException e) {
                result = String.valueOf(e.getMessage());
            }
            System.out.println(result.replace(arguments[0] + "/", ""));
            try (SweepFile file = SweepFile.open(STUDY, csv, progress -> {})) {
                SweepSummary summary = file.summary();
                result = csv + ": " + summary.before() + " rows, dropped: "
                        + summary.dropped().orElse("");
            } catch (IOException | IllegalArgumentException e) {
                result = String.valueOf(e.getMessage());
            }
            System.out.println(result.replace(arguments[0] + "/", ""));
        }
    }

    @Test
    void messagesAreShortAndWithoutControlCharacters() throws IOException {
        Path csv = directory.resolve("terminal.csv");
        Files.writeString(csv, "# study:\u001B[31m" + "x".repeat(1000) + "\n");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SweepFile.open(STUDY, csv, progress -> {}))
                .withMessage("file: " + csv + " belongs to another study: it has \"# study:\\u001b[31m" + "x".repeat(87)
                        + "...\" where this study has \"# study:\"");
        LocalSweep.onAllProcessors().run(STUDY.named("long"), directory.resolve("long.csv"));
        assertThat(Quotation.of("a".repeat(500) + "b" + "c".repeat(500), 500))
                .isEqualTo("\"..." + "a".repeat(40) + "b" + "c".repeat(59) + "...\"");
        assertThat(Quotation.of("1\t2\r\u0000\u202E")).isEqualTo("\"1\\t2\\r\\u0000\\u202e\"");
    }
}
