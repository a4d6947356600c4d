package dev.retort.theory.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SweepFileTest {

    private static final ParameterGrid GRID = ParameterGrid.of("x", 1, 2, 3).and("y", 0.1, 7);

    /** With letters of two and four bytes in its header. */
    private static final GridStudy STUDY = GridStudy.of(GRID, List.of("product", "quotient"), cell ->
                    new double[] {cell.get("x") * cell.get("y"), cell.get("x") / cell.get("y")})
            .named("τ \uD835\uDF14");

    private static final int HEADER = STUDY.description().getBytes(StandardCharsets.UTF_8).length;

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
    void rowsAreWrittenInFullPrecisionAndReadBitForBit() throws IOException {
        Path csv = finished();
        assertThat(csv)
                .hasContent(STUDY.description() + "0,1.0,0.1,0.1,10.0\n1,1.0,7.0,7.0,0.14285714285714285\n"
                        + "2,2.0,0.1,0.2,20.0\n3,2.0,7.0,14.0,0.2857142857142857\n"
                        + "4,3.0,0.1,0.30000000000000004,30.0\n5,3.0,7.0,21.0,0.42857142857142855\n");
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

    /** What a kill leaves behind: any beginning of the file. */
    @Test
    void filesThatAreCutAnywhereAreResumed() throws IOException {
        byte[] whole = Files.readAllBytes(finished());
        Path csv = directory.resolve("cut.csv");
        for (int length = 0; length <= whole.length; length++) {
            byte[] beginning = Arrays.copyOf(whole, length);
            Files.write(csv, beginning);
            int rows = (int) IntStream.range(Math.min(HEADER, length), length)
                    .filter(i -> beginning[i] == '\n')
                    .count();
            if (length >= HEADER) {
                assertThat(GridResults.read(csv).size()).isEqualTo(rows);
            } else {
                assertThatExceptionOfType(IOException.class)
                        .isThrownBy(() -> GridResults.read(csv))
                        .withMessage(csv + ": is not the file of a sweep");
            }
            assertThat(csv).hasBinaryContent(beginning);
            try (SweepFile file = open(STUDY, csv)) {
                assertThat(file.missing())
                        .as("after %d bytes", length)
                        .isEqualTo(IntStream.range(rows, 6).toArray());
                file.add(IntStream.of(file.missing()).mapToObj(STUDY::measure).toList());
                assertThat(file.summary()).isEqualTo(new SweepSummary(6, rows, 6 - rows, List.of()));
            }
            assertThat(csv).hasBinaryContent(whole);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "5,3.0,7.0,21.0 | fields: 4 is not 5",
                "5,3.0,7.0,21.0,0.4,1.0 | fields: 6 is not 5",
                "5,3.0,7.0,21.0,0.4x | field 5: 0.4x is not a number",
                "5,3.0,7.0,NaN,0.4 | field 4: NaN is not a number",
                "5,3.0,7.0,,0.4 | field 4:  is not a number",
                "5.0,3.0,7.0,21.0,0.4 | field 1: 5.0 is not an index",
                "5,3.0,7.5,21.0,0.4 | its parameters are not those of cell 5",
                "6,3.0,7.0,21.0,0.4 | its parameters are not those of cell 6",
                "-1,3.0,7.0,21.0,0.4 | its parameters are not those of cell -1",
                "\u0000\u0001\uFFFD | fields: 1 is not 5"
            })
    void wrongLastLinesAreDroppedAndOthersRefused(String line, String reason) throws IOException {
        List<String> lines = Files.readAllLines(finished());
        int last = lines.size();
        Path csv = directory.resolve("wrong.csv");
        for (String end : List.of("\n", "")) {
            Files.writeString(csv, String.join("\n", lines.subList(0, last - 1)) + "\n" + line + end);
            log.reset();
            try (SweepFile file = open(STUDY, csv)) {
                assertThat(file.missing()).containsExactly(5);
                file.add(List.of(STUDY.measure(5)));
            }
            String warning = log.toString(StandardCharsets.UTF_8);
            assertThat(warning)
                    .containsOnlyOnce("WARN")
                    .contains(csv + ": line " + last + " (")
                    .contains(") is dropped, and its cell done again");
            assertThat(warning.contains("(" + reason + ")") || end.isEmpty()).isTrue();
            assertThat(csv).hasSameBinaryContentAs(directory.resolve("finished.csv"));
        }

        String corrupt =
                String.join("\n", lines.subList(0, last - 2)) + "\n" + line + "\n" + lines.get(last - 2) + "\n";
        Files.writeString(csv, corrupt);
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> open(STUDY, csv))
                .withMessage(csv + ", line " + (last - 1) + ": " + reason
                        + ". The file is corrupt; mend or remove the line, and the sweep can be resumed");
        assertThat(csv).hasContent(corrupt);
    }

    @Test
    void cellsWithTwoRowsAreRefused() throws IOException {
        String whole = Files.readString(finished());
        Path csv = directory.resolve("double.csv");
        Files.writeString(csv, whole + "2,2.0,0.1,0.2,20.0\n");
        byte[] before = Files.readAllBytes(csv);
        String message = csv + ", line 12: cell 2 has a row already"
                + ". The file is corrupt; mend or remove the line, and the sweep can be resumed";
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> open(STUDY, csv))
                .withMessage(message);
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> GridResults.read(csv))
                .withMessage(message);
        assertThat(csv).hasBinaryContent(before);
    }

    @Test
    void rowsOfCellsThatAreDoneAreNotTaken() throws IOException {
        Path csv = directory.resolve("twice.csv");
        try (SweepFile file = open(STUDY, csv)) {
            file.add(List.of(STUDY.measure(3)));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> file.add(List.of(STUDY.measure(2), STUDY.measure(3))))
                    .withMessage("outcomes: cell 3 (x 2.0, y 7.0) has a row already");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> file.add(List.of(STUDY.measure(2), STUDY.measure(2))))
                    .withMessage("outcomes: cell 2 (x 2.0, y 0.1) has a row already");
            assertThat(file.missing()).containsExactly(0, 1, 2, 4, 5);
        }
        assertThat(GridResults.read(csv).column("index")).containsExactly(3);
    }

    @Test
    void cellsThatFailAreCountedOnceAndNoLongerWhenTheyAreMeasured() throws IOException {
        try (SweepFile file = open(STUDY, directory.resolve("failures.csv"))) {
            file.add(List.of(Outcome.failed(4, "late"), Outcome.failed(1, "first")));
            file.add(List.of(Outcome.failed(1, "again")));
            assertThat(file.summary())
                    .hasToString("0 of 6 cells done, 0 of them now; 2 failed, 4 missing\n"
                            + "  cell 1 (x 1.0, y 7.0): again\n  cell 4 (x 3.0, y 0.1): late");
            file.add(List.of(STUDY.measure(1), STUDY.measure(2)));
            assertThat(file.summary())
                    .hasToString(
                            "2 of 6 cells done, 2 of them now; 1 failed, 3 missing\n  cell 4 (x 3.0, y 0.1): late");
        }
    }

    @Test
    void filesOfOtherStudiesAreRefusedUntouched() throws IOException {
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
                    .withMessageStartingWith("file: " + csv + " belongs to another study: line ");
            assertThat(csv).hasBinaryContent(before);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> open(same(GRID.withSeed(1)), csv))
                .withMessageEndingWith("line 2 is \"# seed: 0\", this study has \"# seed: 1\"");
        Files.writeString(csv, "a,b\n1,2\n");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> open(STUDY, csv))
                .withMessageContaining("line 1 is \"a,b\", this study has \"# study: ");
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

    /** Closing a stream of a file gives up the locks that the process has on that very file. */
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
    void whatOthersDoToAFileIsNoticed() throws IOException {
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
                                        ? "has been deleted or replaced"
                                        : "somebody else has changed it");
                assertThat(Files.exists(csv) ? Files.readAllBytes(csv) : new byte[0])
                        .isEqualTo(left);
                assertThat(file.summary().now()).isEqualTo(1);
            }
        }
    }

    @Test
    void whatHasNoLinesIsNotReadToItsEnd() throws IOException {
        Path csv = directory.resolve("zeros.csv");
        try (RandomAccessFile zeros = new RandomAccessFile(csv.toFile(), "rw")) {
            zeros.setLength(1L << 32); // takes no room
        }
        for (ThrowingCallable read : List.<ThrowingCallable>of(() -> open(STUDY, csv), () -> GridResults.read(csv))) {
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(read)
                    .withMessageStartingWith(csv + ", line 1: it has more than 67108864 bytes");
        }
    }

    @Test
    void locksAreGivenUpWhenAFileIsRefused() throws IOException {
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
        assertThatExceptionOfType(FileNotFoundException.class)
                .isThrownBy(() -> open(STUDY, directory))
                .withMessageContaining(directory.toString());
    }

    @Test
    void readOnlyFilesAreNamed() throws IOException {
        Path csv = finished();
        assertThat(csv.toFile().setWritable(false)).isTrue();
        assumeThat(Files.isWritable(csv))
                .as("writable in spite of its permissions")
                .isFalse();
        assertThatExceptionOfType(FileNotFoundException.class)
                .isThrownBy(() -> open(STUDY, csv))
                .withMessageContaining(csv.toString());
    }

    /** The disk has room for any number of bytes, and what does not fit is written in part. */
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
    void partsOfRowsAreDroppedBeforeOthersAreWritten() throws IOException {
        Disk disk = new Disk(HEADER + 50, false);
        SweepFile file = new SweepFile(STUDY, Path.of("disk.csv"), disk, progress -> {});
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> file.add(List.of(STUDY.measure(3), STUDY.measure(1))))
                .withMessageContaining(" 0 rows are safe");
        assertThat(disk.bytes()).hasSize(HEADER + 50);
        disk.truncates = true;
        file.add(List.of(STUDY.measure(0)));
        assertThat(disk.content()).isEqualTo(STUDY.description() + "0,1.0,0.1,0.1,10.0\n");
        assertThat(file.missing()).containsExactly(1, 2, 3, 4, 5);
    }

    @Test
    void headersAreReadFromFilesThatHaveNothingElse() throws IOException {
        Path csv = directory.resolve("header.csv");
        open(STUDY, csv).close();
        assertThat(csv).hasContent(STUDY.description());
        assertThat(GridResults.read(csv).size()).isZero();
        assertThat(GridResults.read(csv).column("product")).isEmpty();
        Files.writeString(csv, "");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> GridResults.read(csv))
                .withMessage(csv + ": is not the file of a sweep");
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

    /** A file in memory on a disk that becomes full. */
    private static final class Disk implements Storage {

        private final byte[] room;
        private boolean truncates;
        private int length;

        Disk(int room, boolean truncates) {
            this.room = new byte[room];
            this.truncates = truncates;
        }

        byte[] bytes() {
            return Arrays.copyOf(room, length);
        }

        String content() {
            return new String(bytes(), StandardCharsets.UTF_8);
        }

        @Override
        public InputStream read() {
            return new ByteArrayInputStream(bytes());
        }

        @Override
        public void requireUntouched(long expected) {
            assertThat(length).isEqualTo((int) expected);
        }

        @Override
        public void write(long position, byte[] bytes) throws IOException {
            int fitting = Math.min(bytes.length, room.length - (int) position);
            System.arraycopy(bytes, 0, room, (int) position, fitting);
            length = Math.max(length, (int) position + fitting);
            if (fitting < bytes.length) {
                throw new IOException("No space left");
            }
        }

        @Override
        public void truncate(long to) throws IOException {
            if (!truncates) {
                throw new IOException("Not even that");
            }
            length = (int) to;
        }

        @Override
        public void sync() {}

        @Override
        public void close() {}
    }
}
