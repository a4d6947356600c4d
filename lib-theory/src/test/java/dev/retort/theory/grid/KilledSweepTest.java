package dev.retort.theory.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Training;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sweeps in child processes that are killed, or whose disk is full. */
@Timeout(120)
class KilledSweepTest {

    private static final GridStudy STUDY = GridStudy.of(
            ParameterGrid.of(
                            "samples",
                            IntStream.rangeClosed(1, 100).asDoubleStream().toArray())
                    .and("ridge", 1e-3, 0.1, 1)
                    .withSeed(11),
            List.of("excess", "tau", "chance"),
            KilledSweepTest::measure);

    /** The minimum time for a cell in the child process, in milliseconds. */
    private static final String PAUSE = "cell.pause";

    private static final SweepHeader HEADER = SweepHeader.of(STUDY);

    @TempDir
    private Path directory;

    @Test
    void killedAtAnyMomentAndResumedASweepLosesNothingAndDoesNothingTwice() throws Exception {
        long seed = 20_240_611;
        SplittableRandom random = new SplittableRandom(seed);
        Path csv = directory.resolve("killed.csv");
        int rows = 0;
        for (int kill = 0; kill < 7; kill++) {
            Process sweep = child(csv);
            int grown = kill == 0
                    ? 0
                    : rows + 1 + random.nextInt(40); // the first child is killed early, the others during their work
            while (sweep.isAlive() && rows(csv) < grown) {
                Thread.sleep(1);
            }
            Thread.sleep(random.nextInt(10));
            sweep.destroyForcibly().waitFor();
            int now = rows(csv);
            assertThat(now).as("seed %d, kill %d", seed, kill).isGreaterThanOrEqualTo(rows);
            rows = now;
        }
        SweepSummary end = LocalSweep.onAllProcessors().run(STUDY, csv);
        assertThat(end.isComplete()).isTrue();
        assertThat(end.before()).isEqualTo(rows).isPositive();
        assertComplete(csv);
    }

    @Test
    void fullDisksLeaveWholeRowsAndAClearMessage() throws Exception {
        Path bash = Path.of("/bin/bash");
        assumeThat(bash).isExecutable();
        Path csv = directory.resolve("full.csv");
        List<String> limited = new ArrayList<>(List.of(bash.toString(), "-c", "ulimit -f 8; exec \"$@\"", "bash"));
        limited.addAll(command(csv));
        Path output = directory.resolve("output.txt"); // less than 8 kB
        ProcessBuilder builder =
                new ProcessBuilder(limited).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("LC_ALL", "C"); // fixes the language of the error message
        Process sweep = builder.start();
        assertThat(sweep.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String left = Files.readString(csv);
        assertThat(Files.readString(output))
                .contains("java.io.IOException: " + csv + ": cannot be written (File too large). " + rows(csv)
                        + " rows are safe; the sweep can be resumed");
        assertThat(sweep.exitValue()).isEqualTo(1);
        assertThat(left).startsWith(text(HEADER)).endsWith("\n").hasSizeLessThanOrEqualTo(8192);
        assertThat(rows(csv)).isBetween(1, 299);
        assertThat(GridResults.read(csv).size()).isEqualTo(rows(csv));

        assertThat(LocalSweep.onAllProcessors().run(STUDY, csv).before()).isEqualTo(rows(left));
        assertThat(Files.readString(csv)).startsWith(left);
        assertComplete(csv);
    }

    @Test
    void filesOfOtherProcessesAreLocked() throws Exception {
        Path csv = directory.resolve("locked.csv");
        Process sweep = child(csv);
        try {
            while (sweep.isAlive() && rows(csv) < 1) {
                Thread.sleep(1);
            }
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> LocalSweep.onAllProcessors().run(STUDY, csv))
                    .withMessage(csv + ": another sweep is writing to this file");
            assertThat(GridResults.read(csv).size()).isPositive();
            assertThatExceptionOfType(IOException.class)
                    .as("after it has been read")
                    .isThrownBy(() -> LocalSweep.onAllProcessors().run(STUDY, csv));
        } finally {
            sweep.destroyForcibly().waitFor();
        }
        LocalSweep.onAllProcessors().run(STUDY, csv);
        assertComplete(csv);
    }

    /** The same lines as after an uninterrupted run. */
    private static void assertComplete(Path csv) throws IOException {
        Stream<String> rows = IntStream.range(0, STUDY.grid().size()).mapToObj(i -> {
            StringBuilder row = new StringBuilder();
            HEADER.rows().write(row, STUDY.grid().cell(i), STUDY.measure(i).results());
            return row.toString().strip();
        });
        assertThat(Files.readAllLines(csv))
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(text(HEADER).lines(), rows).toList());
        assertThat(Files.readString(csv)).startsWith(text(HEADER)).endsWith("\n");
    }

    private static String text(SweepHeader header) {
        return new String(header.bytes(), StandardCharsets.UTF_8);
    }

    private static int rows(Path csv) throws IOException {
        return Files.exists(csv) ? rows(Files.readString(csv)) : 0;
    }

    private static int rows(String text) {
        return (int) text.chars().skip(HEADER.length()).filter(c -> c == '\n').count();
    }

    private static Process child(Path csv) throws IOException {
        return new ProcessBuilder(command(csv))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static List<String> command(Path csv) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-XX:TieredStopAtLevel=1",
                "-D" + PAUSE + "=5",
                "-cp",
                System.getProperty("java.class.path"),
                KilledSweepTest.class.getName(),
                csv.toString());
    }

    /**
     * The child process.
     *
     * @param arguments the file
     */
    public static void main(String[] arguments) throws IOException {
        LocalSweep.onAllProcessors().threads(3).run(STUDY, Path.of(arguments[0]));
    }

    private static double[] measure(Cell cell) {
        Distillation pipeline = Distillation.of(
                        RegressionTask.of(Spectrum.powerLaw(1.5, 50), Signal.sourcePowerLaw(1.5))
                                .withNoise(0.1))
                .target(Training.samples(cell.get("samples")).withRidge(cell.get("ridge")));
        pause(Long.getLong(PAUSE, 0));
        return new double[] {
            pipeline.predict().excess(), pipeline.equivalent().tau(), new SplittableRandom(cell.seed()).nextDouble()
        };
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
