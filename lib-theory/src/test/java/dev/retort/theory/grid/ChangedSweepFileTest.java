package dev.retort.theory.grid;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** However the text of a sweep's file is changed, no number is read as a different one. */
@ResourceLock(Resources.SYSTEM_ERR)
class ChangedSweepFileTest {

    /** Run it with {@code -Dsweep.changes=10000} occasionally. */
    private static final int CHANGES = Integer.getInteger("sweep.changes", 1000);

    private static final long SEED = 20_261_107;

    private static final ParameterGrid GRID =
            ParameterGrid.of("x1", 1, 2.5, 1e-7).and("x2", 11, 12).withSeed(11);

    /** Names that differ in one bit, and numbers of all kinds. */
    private static final GridStudy STUDY = GridStudy.of(GRID, List.of("y1", "y2", "y3"), cell -> new double[] {
                Math.exp(100 * cell.get("x1")) * cell.get("x2"), -1 / (cell.index() - 2.0), 1e-300 / cell.get("x2")
            })
            .named("changed");

    @TempDir
    private Path directory;

    private final PrintStream terminal = System.err;

    /** Suppresses hundreds of warnings. */
    @BeforeEach
    void leaveOutWarnings() {
        System.setErr(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void restoreTheTerminal() {
        System.setErr(terminal);
    }

    @Test
    void noChangedNumberIsAccepted() throws IOException {
        String whole = content(STUDY);
        String other = content(GridStudy.of(GRID.withSeed(12), STUDY.columns(), cell -> new double[3])
                .named("changed"));
        Path csv = directory.resolve("changed.csv");
        Files.writeString(csv, whole);
        GridResults right = GridResults.read(csv);
        SplittableRandom random = new SplittableRandom(SEED);
        int read = 0;
        int resumed = 0;
        for (int change = 0; change < CHANGES; change++) {
            String message = "seed " + SEED + ", change " + change;
            byte[] changed = whole.getBytes(StandardCharsets.UTF_8);
            for (int times = 1 + random.nextInt(3); times > 0; times--) {
                changed = changed(changed, other, random);
            }
            Files.write(csv, changed);
            read += isRead(csv, right, message) ? 1 : 0;
            resumed += isResumed(changed, right, message) ? 1 : 0;
        }
        // Lost or reordered rows, and a damaged last row, are not errors.
        assertThat(read).isBetween(CHANGES / 20, CHANGES / 2);
        assertThat(resumed).isBetween(CHANGES / 20, CHANGES / 2);
    }

    private static boolean isRead(Path csv, GridResults right, String message) {
        GridResults results;
        try {
            results = GridResults.read(csv);
        } catch (IOException refused) {
            return false;
        }
        assertThat(results.names()).as(message).isEqualTo(right.names());
        int[] cells =
                Arrays.stream(results.column("index")).mapToInt(i -> (int) i).toArray();
        for (String name : right.names()) {
            double[] expected = right.column(name);
            assertThat(results.column(name))
                    .as(message)
                    .isEqualTo(
                            Arrays.stream(cells).mapToDouble(i -> expected[i]).toArray());
        }
        return true;
    }

    private boolean isResumed(byte[] changed, GridResults right, String message) throws IOException {
        Disk disk = new Disk(1 << 16, true);
        disk.write(0, changed);
        try (SweepFile file = new SweepFile(STUDY, Path.of("changed.csv"), disk, progress -> {})) {
            file.add(IntStream.of(file.missing()).mapToObj(STUDY::measure).toList());
        } catch (IOException | IllegalArgumentException refused) {
            assertThat(disk.bytes()).as(message).isEqualTo(changed);
            return false;
        }
        assertThat(GridResults.read(Files.write(directory.resolve("resumed.csv"), disk.bytes())))
                .as(message)
                .isEqualTo(right);
        return true;
    }

    private static String content(GridStudy study) throws IOException {
        Disk disk = new Disk(1 << 16, true);
        try (SweepFile file = new SweepFile(study, Path.of("disk.csv"), disk, progress -> {})) {
            file.add(IntStream.of(file.missing()).mapToObj(study::measure).toList());
        }
        return disk.content();
    }

    private static byte[] changed(byte[] bytes, String other, SplittableRandom random) {
        if (bytes.length < 2) {
            return bytes;
        }
        byte[] copy = bytes.clone();
        int at = random.nextInt(copy.length - 1);
        int to = Math.min(copy.length, at + 1 + random.nextInt(8));
        switch (random.nextInt(13)) {
            case 0 -> copy[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> copy[at] = (byte) random.nextInt(256);
            case 2 -> copy[digit(copy, at)] = (byte) ('0' + random.nextInt(10));
            case 3 -> Arrays.fill(copy, at, to, (byte) 0);
            case 4 -> {
                copy[at] = bytes[at + 1];
                copy[at + 1] = bytes[at];
            }
            case 5 -> copy = spliced(bytes, at, "", to);
            case 6 -> copy = spliced(bytes, at, Character.toString(random.nextInt(256)), at);
            case 7 ->
                copy = spliced(
                        bytes, at, List.of("#", ",", "\n", "\r", "0", "E", "-").get(random.nextInt(7)), at);
            case 8 -> copy = Arrays.copyOf(bytes, at);
            case 9 -> copy = lines(bytes, lines -> lines.remove(random.nextInt(lines.size())));
            case 10 ->
                copy = lines(
                        bytes,
                        lines -> lines.add(random.nextInt(lines.size() + 1), lines.get(random.nextInt(lines.size()))));
            case 11 ->
                copy = lines(
                        bytes,
                        lines -> Collections.swap(lines, random.nextInt(lines.size()), random.nextInt(lines.size())));
            default -> {
                List<String> others = other.lines().toList();
                copy = lines(
                        bytes,
                        lines -> lines.set(random.nextInt(lines.size()), others.get(random.nextInt(others.size()))));
            }
        }
        return copy;
    }

    /** The position of the next digit, or the given position if there is none. */
    private static int digit(byte[] bytes, int from) {
        return IntStream.range(from, bytes.length)
                .filter(i -> Character.isDigit(bytes[i]))
                .findFirst()
                .orElse(from);
    }

    private static byte[] spliced(byte[] bytes, int from, String insertion, int to) {
        byte[] inserted = insertion.getBytes(StandardCharsets.ISO_8859_1);
        byte[] result = Arrays.copyOf(bytes, bytes.length - (to - from) + inserted.length);
        System.arraycopy(inserted, 0, result, from, inserted.length);
        System.arraycopy(bytes, to, result, from + inserted.length, bytes.length - to);
        return result;
    }

    private interface Edit {
        void apply(List<String> lines);
    }

    private static byte[] lines(byte[] bytes, Edit edit) {
        List<String> lines =
                new ArrayList<>(Arrays.asList(new String(bytes, StandardCharsets.ISO_8859_1).split("(?<=\n)", -1)));
        edit.apply(lines);
        return String.join("", lines).getBytes(StandardCharsets.ISO_8859_1);
    }
}
