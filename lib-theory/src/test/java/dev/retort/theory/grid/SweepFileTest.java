package dev.retort.theory.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ResourceLock(Resources.SYSTEM_ERR)
class SweepFileTest {

    private static final ParameterGrid GRID = ParameterGrid.of("x", 1, 2, 3).and("y", 0.1, 7);

    /** A study with letters of two and four bytes in its header. */
    private static final GridStudy STUDY = GridStudy.of(GRID, List.of("product", "quotient"), cell ->
                    new double[] {cell.get("x") * cell.get("y"), cell.get("x") / cell.get("y")})
            .named("τ \uD835\uDF14");

    private static final String HEADER = new String(SweepHeader.of(STUDY).bytes(), StandardCharsets.UTF_8);

    private static final int HEADER_BYTES = HEADER.getBytes(StandardCharsets.UTF_8).length;

    /**
     * The file of the study, with checksums from Python, {@code zlib.crc32} of the header and of (the header's checksum
     * + row).
     */
    private static final List<String> LINES = List.of(
            "# study: τ \uD835\uDF14",
            "# seed: 0",
            "# x: 1.0 2.0 3.0",
            "# y: 0.1 7.0",
            "## pandas.read_csv(file, comment=\"#\", float_precision=\"round_trip\"); in R: read.csv(file,"
                    + " comment.char=\"#\"). A row ends with # and its checksum.",
            "index,x,y,product,quotient#6b5e0479",
            "0,1.0,0.1,0.1,10.0#07cf8d30",
            "1,1.0,7.0,7.0,0.14285714285714285#12061755",
            "2,2.0,0.1,0.2,20.0#bff28f01",
            "3,2.0,7.0,14.0,0.2857142857142857#85f510da",
            "4,3.0,0.1,0.30000000000000004,30.0#5a534492",
            "5,3.0,7.0,21.0,0.42857142857142855#d8860d71");

    private static final String DAMAGED =
            ". The file has been changed or damaged; delete this line, and resume the sweep to"
                    + " measure its cell again";

    @TempDir
    private Path directory;

    private final PrintStream terminal = System.err;
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();

    @BeforeEach
    void keepWarnings() {
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void restoreTheTerminal() {
        System.setErr(terminal);
    }

    @Test
    @SuppressWarnings("NullAway") // rejects null
    void rowsAreWrittenInFullPrecisionAndReadBitForBit() throws IOException {
        Path csv = finished();
        assertThat(csv).hasContent(String.join("\n", LINES) + "\n");
        GridResults results = GridResults.read(csv);
        assertThat(results.names()).containsExactly("index", "x", "y", "product", "quotient");
        assertThat(results.size()).isEqualTo(6);
        for (int i = 0; i < 6; i++) {
            assertThat(STUDY.measure(i).results())
                    .containsExactly(results.column("product")[i], results.column("quotient")[i]);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> results.column("sum"))
                .withMessage("name: sum is not one of [index, x, y, product, quotient]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> results.column(null))
                .withMessage("name: null is not allowed");
    }

    @Test
    void extremeNumbersAreReadBack() throws IOException {
        double[] extremes = {
            Double.MIN_VALUE, Double.MAX_VALUE, -0.0, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, Math.PI
        };
        GridStudy study = GridStudy.of(GRID, List.of("z"), cell -> new double[] {extremes[cell.index()]});
        Path csv = directory.resolve("extremes.csv");
        run(study, csv);
        assertThat(GridResults.read(csv).column("z")).containsExactly(extremes);
        try (SweepFile file = open(study, csv)) {
            assertThat(file.missing()).isEmpty();
        }
    }

    @Test
    void resultsAreSortedByCell() throws IOException {
        Path csv = directory.resolve("backwards.csv");
        try (SweepFile file = open(STUDY, csv)) {
            for (int i = 5; i >= 0; i--) {
                file.add(List.of(STUDY.measure(i)));
            }
        }
        assertThat(GridResults.read(csv).column("index")).containsExactly(0, 1, 2, 3, 4, 5);
    }

    /** A killed sweep may leave any beginning of the file. */
    @Test
    void truncatedFilesAreResumed() throws IOException {
        byte[] whole = Files.readAllBytes(finished());
        Path csv = directory.resolve("cut.csv");
        for (int length = 0; length <= whole.length; length++) {
            byte[] beginning = Arrays.copyOf(whole, length);
            Files.write(csv, beginning);
            int rows = (int) IntStream.range(Math.min(HEADER_BYTES, length), length)
                    .filter(i -> beginning[i] == '\n')
                    .count();
            boolean atLineEnd = length > 0 && beginning[length - 1] == '\n';
            if (length >= HEADER_BYTES) {
                assertThat(GridResults.read(csv).size()).isEqualTo(rows);
                assertThat(GridResults.read(csv).dropped().isPresent()).isEqualTo(!atLineEnd);
            } else {
                assertThatExceptionOfType(IOException.class)
                        .isThrownBy(() -> GridResults.read(csv))
                        .withMessageStartingWith(csv + ": does not have a complete header yet. ");
            }
            assertThat(csv).hasBinaryContent(beginning);
            try (SweepFile file = open(STUDY, csv)) {
                assertThat(file.missing())
                        .as("after %d bytes", length)
                        .isEqualTo(IntStream.range(rows, 6).toArray());
                file.add(IntStream.of(file.missing()).mapToObj(STUDY::measure).toList());
                assertThat(file.summary())
                        .isEqualTo(new SweepSummary(
                                6, rows, 6 - rows, List.of(), file.summary().dropped()));
                assertThat(file.summary().dropped().isPresent()).isEqualTo(length > HEADER_BYTES && !atLineEnd);
            }
            assertThat(csv).hasBinaryContent(whole);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "5,3.0,7.0,21.0,0.4 | it has no checksum",
                "5,3.0,7.0,21.0,0.52857142857142855#d8860d71 | its checksum is \"d8860d71\", but that of its text is"
                        + " 5f20c632",
                "5,3.0,7.0,21.0,0.42857142857142855#d8860d72 | its checksum is \"d8860d72\", but that of its text is"
                        + " d8860d71",
                "5,3.0,7.0,21.0,0.42857142857142855#D8860D71 | its checksum is \"D8860D71\", but that of its text is"
                        + " d8860d71",
                "5,3.0,7.0,21.0,0.42857142857142855#d8860d71<CR> | its checksum is \"d8860d71\\r"
                        + "\", but that of its text is d8860d71",
                "\u0000\u0001\uFFFD | it has no checksum"
            })
    void wrongLastLinesAreDroppedAndOthersRefused(String line, String reason) throws IOException {
        wrongLine(LINES, line.replace("<CR>", "\r"), reason);
    }

    /** Without checksums, errors in rows are reported by their own reasons. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "5,3.0,7.0,21.0 | it has 4 fields, not 5",
                "5,3.0,7.0,21.0,0.4,1.0 | it has 6 fields, not 5",
                "5,3.0,7.0,21.0,0.4x | field 5: \"0.4x\" is not a number as sweeps write it",
                "5,3.0,7.0,NaN,0.4 | field 4: \"NaN\" is not a number as sweeps write it",
                "5,3.0,7.0,,0.4 | field 4: \"\" is not a number as sweeps write it",
                "5,3.0,7.0,0x1p3,0.4 | field 4: \"0x1p3\" is not a number as sweeps write it",
                "5,3.0,7.0,1d,0.4 | field 4: \"1d\" is not a number as sweeps write it",
                "5,3.0,7.0,21.0,0.\u0664 | field 5: \"0.\u0664\" is not a number as sweeps write it",
                "5,3.0,7.0,21.0,+0.4 | field 5: \"+0.4\" is not a number as sweeps write it",
                "5,3.0,7.0,21.0, 0.4 | field 5: \" 0.4\" is not a number as sweeps write it",
                "5,3.0,7.0,21.0,4e-1 | field 5: \"4e-1\" is not a number as sweeps write it",
                "5,3.0,7.0,21.0,.4 | field 5: \".4\" is not a number as sweeps write it",
                "5.0,3.0,7.0,21.0,0.4 | field 1: \"5.0\" is not the index of a cell",
                "05,3.0,7.0,21.0,0.4 | field 1: \"05\" is not the index of a cell",
                "\u0665,3.0,7.0,21.0,0.4 | field 1: \"\u0665\" is not the index of a cell",
                "4294967301,3.0,7.0,21.0,0.4 | field 1: \"4294967301\" is not the index of a cell",
                "5,3.0,7.5,21.0,0.4 | its parameters are not those of cell 5",
                "6,3.0,7.0,21.0,0.4 | its parameters are not those of cell 6",
                "-1,3.0,7.0,21.0,0.4 | field 1: \"-1\" is not the index of a cell",
                "\u0000\u0001\uFFFD | it has 1 fields, not 5"
            })
    void wrongLastLinesOfOldFilesAreDroppedAndOthersRefused(String line, String reason) throws IOException {
        wrongLine(oldLines(), line, reason);
    }

    private void wrongLine(List<String> lines, String line, String reason) throws IOException {
        int last = lines.size();
        Path csv = directory.resolve("wrong.csv");
        String right = String.join("\n", lines.subList(0, last - 1)) + "\n";
        for (String end : List.of("\n", "")) {
            Files.writeString(csv, right + line + end);
            log.reset();
            try (SweepFile file = open(STUDY, csv)) {
                assertThat(file.missing()).containsExactly(5);
                file.add(List.of(STUDY.measure(5)));
                assertThat(file.summary().dropped().orElseThrow()).startsWith("line " + last + " (");
                assertThat(file.summary().toString()).contains("\n  dropped and measured again: line " + last + " (");
            }
            assertThat(log.toString(StandardCharsets.UTF_8))
                    .contains(csv + ": line " + last + " ("
                            + (end.isEmpty() && reason.startsWith("its param") ? "its end is missing" : reason)
                            + ") is dropped; a sweep that is resumed measures its cell again");
            assertThat(csv).hasContent(String.join("\n", lines) + "\n");
        }

        Files.writeString(csv, right + line + "\n");
        log.reset();
        GridResults read = GridResults.read(csv);
        assertThat(read.size()).isEqualTo(reason.startsWith("its param") ? 6 : 5);
        if (read.dropped().isPresent()) {
            assertThat(log.toString(StandardCharsets.UTF_8))
                    .contains(csv + ": line " + last + " (" + reason + ") is dropped; a sweep that is resumed");
        }

        String corrupt =
                String.join("\n", lines.subList(0, last - 2)) + "\n" + line + "\n" + lines.get(last - 2) + "\n";
        Files.writeString(csv, corrupt);
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> open(STUDY, csv))
                .withMessage(csv + ", line " + (last - 1) + ": " + reason + DAMAGED);
        assertThat(csv).hasContent(corrupt);
    }

    @Test
    void cellsWithTwoRowsAreRefused() throws IOException {
        Path csv = directory.resolve("double.csv");
        Files.write(csv, LINES);
        Files.writeString(csv, LINES.get(8) + "\n", StandardOpenOption.APPEND);
        byte[] before = Files.readAllBytes(csv);
        String message = csv + ", line 13: cell 2 has a row already" + DAMAGED;
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> open(STUDY, csv))
                .withMessage(message);
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> GridResults.read(csv))
                .withMessage(message);
        assertThat(csv).hasBinaryContent(before);
    }

    /** Rows identify their header; here the header has another seed. */
    @Test
    void rowsOfOtherStudiesAreRefused() throws IOException {
        GridStudy other = same(GRID.withSeed(1));
        Path csv = directory.resolve("other.csv");
        run(other, csv);
        List<String> mixed = new ArrayList<>(Files.readAllLines(csv));
        mixed.set(7, LINES.get(7));
        Files.write(csv, mixed);
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> GridResults.read(csv))
                .withMessageStartingWith(csv + ", line 8: its checksum is \"12061755\"");
    }

    @Test
    void changedHeadersAreRefused() throws IOException {
        Path csv = directory.resolve("header.csv");
        for (int line = 0; line < 6; line++) {
            List<String> changed = new ArrayList<>(LINES);
            changed.set(line, changed.get(line).replaceFirst("τ|seed|1\\.0|0\\.1|pandas|product", "x"));
            Files.write(csv, changed);
            assertThatExceptionOfType(IOException.class)
                    .as(changed.get(line))
                    .isThrownBy(() -> GridResults.read(csv))
                    .withMessageStartingWith(csv + ", line 6: the header's checksum is \"");
        }
        List<String> note = new ArrayList<>(LINES);
        note.set(4, "## another note");
        Files.write(csv, note);
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> open(STUDY, csv))
                .withMessage(csv + ", line 6: the header's checksum is \"6b5e0479\", but that of its text is 4717fc09."
                        + " The file has been changed or damaged; restore it from a copy, or begin another file");
    }

    @Test
    void oldFilesAreReadAndResumedWithAWarning() throws IOException {
        Path csv = directory.resolve("old.csv");
        List<String> old = oldLines();
        Files.write(csv, old.subList(0, 7));
        assertThat(GridResults.read(csv).column("product")).containsExactly(0.1, 7);
        String warning = csv + ": has no checksums, so that changed digits would go unnoticed";
        assertThat(log.toString(StandardCharsets.UTF_8)).contains("WARN").contains(warning);
        log.reset();
        run(STUDY, csv);
        assertThat(log.toString(StandardCharsets.UTF_8)).contains("WARN").contains(warning);
        assertThat(csv).hasContent(String.join("\n", old) + "\n");
        assertThat(GridResults.read(csv)).isEqualTo(GridResults.read(finished()));
    }

    /** Any beginning of a file that a version without checksums may have left. */
    @Test
    void truncatedHeadersOfOldFilesAreRewritten() throws IOException {
        byte[] description = STUDY.description().getBytes(StandardCharsets.UTF_8);
        Path csv = directory.resolve("cut.csv");
        for (int length = 0; length < description.length; length += 3) {
            Files.write(csv, Arrays.copyOf(description, length));
            run(STUDY, csv);
            assertThat(csv).hasContent(String.join("\n", LINES) + "\n");
        }
    }

    private static List<String> oldLines() {
        return LINES.stream()
                .filter(line -> !line.startsWith("##"))
                .map(line -> line.startsWith("#") ? line : line.replaceAll("#.*", ""))
                .toList();
    }

    @Test
    void resultsAreValues() throws IOException {
        Path csv = finished();
        GridResults results = GridResults.read(csv);
        assertThat(results)
                .isEqualTo(GridResults.read(csv))
                .hasSameHashCodeAs(GridResults.read(csv))
                .hasToString("GridResults of 6 cells: [index, x, y, product, quotient]");
        Files.write(csv, LINES.subList(0, 11));
        Files.writeString(csv, "5,3.0", StandardOpenOption.APPEND);
        assertThat(GridResults.read(csv))
                .isNotEqualTo(results)
                .hasToString("GridResults of 5 cells: [index, x, y, product, quotient], without line 12 (it has no"
                        + " checksum)");
    }

    @Test
    @SuppressWarnings("NullAway") // rejects null
    void rejectsRowsOfCellsThatAreDone() throws IOException {
        Path csv = directory.resolve("twice.csv");
        try (SweepFile file = open(STUDY, csv)) {
            file.add(List.of(STUDY.measure(3)));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> file.add(List.of(STUDY.measure(2), STUDY.measure(3))))
                    .withMessage("outcomes: cell 3 (x 2, y 7) has a row already");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> file.add(List.of(STUDY.measure(2), STUDY.measure(2))))
                    .withMessage("outcomes: cell 2 (x 2, y 0.1) has a row already");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> file.add(List.of(STUDY.measure(2), Outcome.measured(6, new double[2]))))
                    .withMessage("outcomes: cell 6 is not in the grid, which has 6 cells");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> file.add(List.of(Outcome.measured(2, new double[3]))))
                    .withMessage("outcomes.results.length: 3 is not the number of columns, 2");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> file.add(null))
                    .withMessage("outcomes: null is not allowed");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> file.add(Arrays.asList(STUDY.measure(2), null)))
                    .withMessage("outcomes: null is not allowed");
            assertThat(file.missing()).containsExactly(0, 1, 2, 4, 5);
        }
        assertThat(GridResults.read(csv).column("index")).containsExactly(3);
    }

    @Test
    void failedCellsAreCountedOnceUntilTheyAreMeasured() throws IOException {
        try (SweepFile file = open(STUDY, directory.resolve("failures.csv"))) {
            file.add(List.of(Outcome.failed(4, "late", false), Outcome.failed(1, "first", false)));
            file.add(List.of(Outcome.failed(1, "again", true)));
            assertThat(file.summary())
                    .hasToString("0 of 6 cells done, 0 of them now; 2 failed, 4 missing\n"
                            + "  cell 1 (x 1, y 7): again\n  cell 4 (x 3, y 0.1): late");
            file.add(List.of(STUDY.measure(1), STUDY.measure(2)));
            assertThat(file.summary())
                    .hasToString("2 of 6 cells done, 2 of them now; 1 failed, 3 missing\n  cell 4 (x 3, y 0.1): late");
        }
    }

    @Test
    void filesOfOtherStudiesAreRejectedUnchanged() throws IOException {
        Path csv = finished();
        byte[] before = Files.readAllBytes(csv);
        for (GridStudy other : List.of(
                STUDY.named("other"),
                same(GRID.withSeed(1)),
                same(ParameterGrid.of("x", 1, 2, 3).and("y", 0.1, 8)),
                same(GRID.and("z", 1)),
                GridStudy.of(GRID, List.of("product"), cell -> new double[1]).named("τ \uD835\uDF14"))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> open(other, csv))
                    .withMessageStartingWith("file: " + csv + " belongs to another study: it has \"");
            assertThat(csv).hasBinaryContent(before);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> open(same(GRID.withSeed(1)), csv))
                .withMessageEndingWith("it has \"# seed: 0\" where this study has \"# seed: 1\"");
        Files.writeString(csv, "a,b\n1,2\n");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> open(STUDY, csv))
                .withMessageContaining("it has \"a,b\" where this study has \"# study: ");
        assertThat(csv).hasContent("a,b\n1,2\n");
    }

    @Test
    void filesHaveOneWriterAtATime() throws IOException {
        Path csv = directory.resolve("locked.csv");
        try (SweepFile file = open(STUDY, csv)) {
            file.add(List.of(STUDY.measure(0)));
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> open(STUDY, csv))
                    .withMessage(csv + ": another sweep is writing to this file");
            file.add(List.of(STUDY.measure(1)));
        }
        try (SweepFile file = open(STUDY, csv)) {
            assertThat(file.missing()).containsExactly(2, 3, 4, 5);
        }
    }

    /** Closing any stream of a file releases the locks of the process on that file. */
    @Test
    void lockedFilesMayBeReadAndRefused() throws Exception {
        Path csv = directory.resolve("read.csv");
        Path lock = directory.resolve("read.csv.lock");
        try (SweepFile file = open(STUDY, csv)) {
            file.add(List.of(STUDY.measure(0)));
            assertThat(GridResults.read(csv).size()).isEqualTo(1);
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> open(STUDY, csv));
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> open(STUDY, directory.resolve(".").resolve("read.csv")));
            try (FileChannel other = FileChannel.open(lock, StandardOpenOption.WRITE)) {
                assertThatExceptionOfType(OverlappingFileLockException.class).isThrownBy(other::tryLock);
            }
            file.add(List.of(STUDY.measure(1)));
        }
        assertThat(lock).doesNotExist();
    }

    @Test
    void changesByOthersAreNoticed() throws IOException {
        for (String deed : List.of("delete", "replace", "empty", "append")) {
            Path csv = directory.resolve(deed + ".csv");
            try (SweepFile file = open(STUDY, csv)) {
                file.add(List.of(STUDY.measure(0)));
                byte[] content = Files.readAllBytes(csv);
                switch (deed) {
                    case "delete" -> Files.delete(csv);
                    case "replace" -> {
                        Path copy = Files.write(directory.resolve("copy.csv"), content);
                        Files.move(copy, csv, StandardCopyOption.REPLACE_EXISTING);
                    }
                    case "empty" -> Files.write(csv, new byte[0]);
                    default -> Files.writeString(csv, "more", StandardOpenOption.APPEND);
                }
                byte[] left = Files.exists(csv) ? Files.readAllBytes(csv) : new byte[0];
                assertThatExceptionOfType(IOException.class)
                        .as(deed)
                        .isThrownBy(() -> file.add(List.of(STUDY.measure(1))))
                        .withMessageStartingWith(csv + ": ")
                        .withMessageContaining(
                                List.of("delete", "replace").contains(deed)
                                        ? "was deleted or replaced by another process"
                                        : "was modified by another process");
                assertThat(Files.exists(csv) ? Files.readAllBytes(csv) : new byte[0])
                        .isEqualTo(left);
                assertThat(file.summary().now()).isEqualTo(1);
            }
        }
    }

    @Test
    void locksAreReleasedWhenAFileIsRejected() throws IOException {
        Path csv = finished();
        assertThatIllegalArgumentException().isThrownBy(() -> open(STUDY.named("other"), csv));
        try (SweepFile file = open(STUDY, csv)) {
            assertThat(file.missing()).isEmpty();
        }
    }

    @Test
    void filesThatCannotBeOpenedAreNamed() throws IOException {
        Path nowhere = directory.resolve("missing").resolve("sweep.csv");
        assertThatExceptionOfType(FileNotFoundException.class)
                .isThrownBy(() -> open(STUDY, nowhere))
                .withMessageContaining(nowhere.toString());
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> open(STUDY, directory))
                .withMessage(directory + ": is a directory, not a regular file, as that of a sweep must be");
    }

    @Test
    void readOnlyFilesAreNamed() throws IOException {
        Path csv = finished();
        assertThat(csv.toFile().setWritable(false)).isTrue();
        assumeThat(Files.isWritable(csv)).as("writable despite its permissions").isFalse();
        assertThatExceptionOfType(FileNotFoundException.class)
                .isThrownBy(() -> open(STUDY, csv))
                .withMessageContaining(csv.toString());
    }

    /** The disk has room for a number of bytes; if more are written, only a part fits. */
    @Test
    void fullDisksLeaveWholeRows() throws IOException {
        byte[] whole = Files.readAllBytes(finished());
        for (int room = 0; room < whole.length; room++) {
            for (boolean truncates : new boolean[] {true, false}) {
                Disk disk = new Disk(room, truncates);
                int safe = 0;
                try (SweepFile file = new SweepFile(STUDY, Path.of("disk.csv"), disk, progress -> {})) {
                    for (; safe < 6; safe++) {
                        file.add(List.of(STUDY.measure(safe)));
                    }
                    throw new AssertionError("There was room");
                } catch (IOException full) {
                    assertThat(full)
                            .hasMessage("disk.csv: cannot be written (No space left). " + safe
                                    + " rows are safe; the sweep can be resumed");
                    assertThat(full.getSuppressed()).hasSize(truncates ? 0 : 1);
                }
                assertThat(disk.bytes()).isEqualTo(Arrays.copyOf(whole, disk.bytes().length));
                if (truncates) {
                    assertThat(disk.content()).matches("(?s)|.*\n");
                }

                Disk more = new Disk(1000, true);
                more.write(0, disk.bytes());
                try (SweepFile file = new SweepFile(STUDY, Path.of("disk.csv"), more, progress -> {})) {
                    assertThat(file.missing()).hasSize(6 - safe);
                    file.add(IntStream.of(file.missing())
                            .mapToObj(STUDY::measure)
                            .toList());
                }
                assertThat(more.bytes()).isEqualTo(whole);
            }
        }
    }

    @Test
    void incompleteRowsAreDroppedBeforeOthersAreWritten() throws IOException {
        Disk disk = new Disk(HEADER_BYTES + 50, false);
        SweepFile file = new SweepFile(STUDY, Path.of("disk.csv"), disk, progress -> {});
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> file.add(List.of(STUDY.measure(3), STUDY.measure(1))))
                .withMessageContaining(" 0 rows are safe");
        assertThat(disk.bytes()).hasSize(HEADER_BYTES + 50);
        disk.truncates(true);
        file.add(List.of(STUDY.measure(0)));
        assertThat(disk.content()).isEqualTo(HEADER + LINES.get(6) + "\n");
        assertThat(file.missing()).containsExactly(1, 2, 3, 4, 5);
    }

    @Test
    void headersAreReadFromFilesThatHaveNothingElse() throws IOException {
        Path csv = directory.resolve("header.csv");
        open(STUDY, csv).close();
        assertThat(csv).hasContent(HEADER);
        assertThat(GridResults.read(csv).size()).isZero();
        assertThat(GridResults.read(csv).column("product")).isEmpty();
        for (String foreign :
                List.of("a", "a,b\n1,2\n", "# seed: 1\nindex,x\n", "index,x\n0,1.0\n", "# study: x\na,b\n")) {
            Files.writeString(csv, foreign);
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> GridResults.read(csv))
                    .withMessage(csv + ": is not the file of a sweep");
        }
    }

    private Path finished() throws IOException {
        Path csv = directory.resolve("finished.csv");
        run(STUDY, csv);
        return csv;
    }

    private static void run(GridStudy study, Path csv) throws IOException {
        try (SweepFile file = open(study, csv)) {
            file.add(IntStream.of(file.missing()).mapToObj(study::measure).toList());
        }
    }

    private static GridStudy same(ParameterGrid grid) {
        return GridStudy.of(grid, STUDY.columns(), cell -> new double[2]).named("τ \uD835\uDF14");
    }

    private static SweepFile open(GridStudy study, Path csv) throws IOException {
        return SweepFile.open(study, csv, progress -> {});
    }
}
