package dev.retort.examples.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.grid.CellFunction;
import dev.retort.theory.grid.GridResults;
import dev.retort.theory.grid.GridStudy;
import dev.retort.theory.grid.LocalSweep;
import dev.retort.theory.grid.ParameterGrid;
import dev.retort.theory.grid.SweepProgress;
import dev.retort.theory.grid.SweepSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.net.NetUtils;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** On a local Spark, sweeps give the rows of {@link LocalSweep}, and can be resumed after any interruption. */
class SparkSweepTest {

    private static final ParameterGrid GRID = ParameterGrid.of("samples", 10, 20, 30, 40, 60, 80)
            .and("alpha", 1.5, 2.0)
            .and("ridge", 0, 1e-3)
            .withSeed(7);

    private static final CellFunction<Distillation> PIPELINE = cell -> Distillation.of(
                    RegressionTask.of(Spectrum.powerLaw(cell.get("alpha"), 50), Signal.sourcePowerLaw(1.5))
                            .withNoise(0.1))
            .target(Training.samples(cell.get("samples")).withRidge(cell.get("ridge")));

    private static final GridStudy PREDICTED = GridStudy.predicting(GRID, PIPELINE);

    private static SparkSession session;

    @TempDir
    private Path directory;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        session = SparkSession.builder()
                .master("local[*]")
                .config("spark.ui.enabled", false)
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.driver.host", "127.0.0.1")
                .getOrCreate();
        sweep().toParquet(
                        PREDICTED,
                        directory.resolve("rows").toString()); // the first job is slow, and some tests have timeouts
    }

    @AfterAll
    static void stop() {
        session.stop();
    }

    /** The output: a CSV file or a directory of Parquet files. */
    private enum Output {
        CSV {
            @Override
            SweepSummary run(SparkSweep sweep, GridStudy study, Path place) throws IOException {
                return sweep.toCsv(study, place);
            }

            @Override
            List<List<Double>> rows(GridStudy study, Path place) throws IOException {
                GridResults results = GridResults.read(place);
                List<double[]> columns =
                        results.names().stream().map(results::column).toList();
                return IntStream.range(0, results.size())
                        .mapToObj(i -> columns.stream().map(column -> column[i]).toList())
                        .toList();
            }
        },
        PARQUET {
            @Override
            SweepSummary run(SparkSweep sweep, GridStudy study, Path place) throws IOException {
                return sweep.toParquet(study, place.toString());
            }

            @Override
            List<List<Double>> rows(GridStudy study, Path place) {
                var table = session.read().parquet(place.toString()).orderBy("index");
                assertThat(table.columns())
                        .startsWith("index")
                        .endsWith(study.columns().toArray(String[]::new));
                return table.collectAsList().stream()
                        .map(row -> Stream.concat(
                                        Stream.of((double) row.getInt(0)),
                                        IntStream.range(1, row.size()).mapToObj(row::getDouble))
                                .toList())
                        .toList();
            }
        };

        abstract SweepSummary run(SparkSweep sweep, GridStudy study, Path place) throws IOException;

        /** The rows in the order of the cells. */
        abstract List<List<Double>> rows(GridStudy study, Path place) throws IOException;

        Path place(Path directory) {
            return directory.resolve("rows");
        }
    }

    private List<List<Double>> local(GridStudy study) throws IOException {
        Path csv = directory.resolve("local.csv");
        assertThat(LocalSweep.onAllProcessors().run(study, csv).isComplete()).isTrue();
        return Output.CSV.rows(study, csv);
    }

    private static SparkSweep sweep() {
        return SparkSweep.on(session).cellsPerTask(1).parquetEvery(Duration.ZERO);
    }

    /** A study with slow cells. */
    private static GridStudy slow(int milliseconds) {
        ParameterGrid grid =
                ParameterGrid.of("x", IntStream.range(0, 40).asDoubleStream().toArray());
        return GridStudy.of(grid, List.of("y"), cell -> {
            try {
                Thread.sleep(milliseconds);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
            return new double[] {Math.exp(cell.get("x"))};
        });
    }

    @ParameterizedTest
    @EnumSource(Output.class)
    void predictsTheSameBitForBit(Output output) throws IOException {
        Path place = output.place(directory);
        SweepSummary summary = output.run(SparkSweep.on(session), PREDICTED, place);

        assertThat(summary).hasToString("24 of 24 cells done, 24 of them now; 0 failed, 0 missing");
        assertThat(output.rows(PREDICTED, place)).hasSize(24).isEqualTo(local(PREDICTED));
        assertThat(output.run(SparkSweep.on(session), PREDICTED, place))
                .hasToString("24 of 24 cells done, 0 of them now; 0 failed, 0 missing");
        assertThat(output.rows(PREDICTED, place)).hasSize(24);
    }

    @ParameterizedTest
    @EnumSource(Output.class)
    void simulatesTheSameBitForBit(Output output) throws IOException {
        GridStudy simulated = GridStudy.simulating(GRID, PIPELINE, 3);
        Path place = output.place(directory);
        assertThat(output.run(SparkSweep.on(session), simulated, place).isComplete())
                .isTrue();
        assertThat(output.rows(simulated, place)).hasSize(24).isEqualTo(local(simulated));
    }

    @ParameterizedTest
    @EnumSource(Output.class)
    void tasksOfAnySizeGiveTheSameRowsAndInfinityIsOne(Output output) throws IOException {
        GridStudy study = GridStudy.of(GRID, List.of("value"), cell -> new double[] {1 / cell.get("ridge")});
        Path place = output.place(directory);
        output.run(SparkSweep.on(session).cellsPerTask(7), study, place);
        assertThat(output.rows(study, place)).isEqualTo(local(study));
    }

    @ParameterizedTest
    @EnumSource(Output.class)
    void failingCellsAreNamedAndTriedAgain(Output output) throws IOException {
        Path marker = directory.resolve("mended");
        String mended = marker.toString();
        GridStudy study = GridStudy.of(GRID, List.of("value"), cell -> {
            if (cell.index() % 5 == 0 && !Files.exists(Path.of(mended))) {
                throw new ArithmeticException("diverges");
            }
            return new double[] {cell.seed()};
        });
        Path place = output.place(directory);

        SweepSummary summary = output.run(sweep(), study, place);
        assertThat(summary.failures()).hasSize(5);
        assertThat(summary.failures().get(1))
                .hasToString("cell 5 (samples 20, alpha 1.5, ridge 0.001): java.lang.ArithmeticException: diverges");
        assertThat(output.rows(study, place)).hasSize(19);

        Files.createFile(marker);
        assertThat(output.run(sweep(), study, place))
                .hasToString("24 of 24 cells done, 5 of them now; 0 failed, 0 missing");
        assertThat(output.rows(study, place)).isEqualTo(local(study));
    }

    @ParameterizedTest
    @EnumSource(Output.class)
    void anotherStudyIsRefusedAndHarmsNothing(Output output) throws IOException {
        Path place = output.place(directory);
        output.run(sweep(), PREDICTED, place);
        GridStudy other = GridStudy.predicting(GRID.withSeed(8), PIPELINE);

        assertThatThrownBy(() -> output.run(sweep(), other, place))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "belongs to another study: it has \"# seed: 7\" where this study has \"# seed: 8\"");
        assertThat(output.rows(PREDICTED, place)).isEqualTo(local(PREDICTED));
    }

    @ParameterizedTest
    @EnumSource(Output.class)
    void aCancelledJobIsResumed(Output output) throws IOException {
        GridStudy study = slow(60);
        Path place = output.place(directory);
        List<SweepProgress> told = new ArrayList<>();
        SparkSweep cancelled = sweep().onProgress(progress -> {
            told.add(progress);
            if (progress.done() >= 5) {
                session.sparkContext().cancelAllJobs();
            }
        });

        assertThatThrownBy(() -> output.run(cancelled, study, place))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the sweep can be resumed")
                .cause()
                .hasMessageContaining("cancelled");
        int before = told.get(told.size() - 1).done();
        assertThat(before).isBetween(5, 39);
        assertThat(output.rows(study, place)).hasSize(before);

        SweepSummary rest = output.run(sweep(), study, place);
        assertThat(rest.before()).isEqualTo(before);
        assertThat(rest.isComplete()).isTrue();
        assertThat(output.rows(study, place)).isEqualTo(local(study));
    }

    @ParameterizedTest
    @EnumSource(Output.class)
    void anInterruptedSweepWritesWhatIsFinished(Output output) throws IOException {
        GridStudy study = slow(60);
        Path place = output.place(directory);
        Thread sweeping = Thread.currentThread();

        SweepSummary summary = output.run(
                sweep().onProgress(progress -> {
                    if (progress.done() >= 5) {
                        sweeping.interrupt();
                    }
                }),
                study,
                place);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(summary.failures()).isEmpty();
        assertThat(summary.now()).isBetween(5, 39);
        assertThat(summary.missing()).isEqualTo(40 - summary.now());
        assertThat(output.rows(study, place)).hasSize(summary.now());
        assertThat(output.run(sweep(), study, place).isComplete()).isTrue();
        assertThat(output.rows(study, place)).isEqualTo(local(study));
    }

    @ParameterizedTest
    @EnumSource(Output.class)
    void rowsAreWrittenWhileOthersAreMeasured(Output output) throws IOException {
        GridStudy study = slow(20);
        List<Integer> told = new ArrayList<>();
        output.run(sweep().onProgress(progress -> told.add(progress.done())), study, output.place(directory));
        assertThat(told).isSorted().hasSizeGreaterThan(3).endsWith(40);
    }

    @ParameterizedTest
    @EnumSource(Output.class)
    void whatTheListenerThrowsEndsTheSweep(Output output) throws IOException {
        Path place = output.place(directory);
        SparkSweep sweep = sweep().onProgress(progress -> {
            throw new IllegalStateException("enough");
        });
        assertThatThrownBy(() -> output.run(sweep, slow(20), place)).hasMessage("enough");
        assertThat(output.rows(slow(20), place)).isNotEmpty().hasSizeLessThan(40);
    }

    @Test
    void oneBeginsAFileAndTheOtherGoesOn() throws IOException {
        Path csv = directory.resolve("shared.csv");
        String mended = directory.resolve("mended").toString();
        GridStudy study = GridStudy.of(GRID, List.of("value"), cell -> {
            if (cell.index() % 2 == 0 && !Files.exists(Path.of(mended))) {
                throw new ArithmeticException("not yet");
            }
            return new double[] {cell.seed()};
        });
        assertThat(LocalSweep.onAllProcessors().run(study, csv).now()).isEqualTo(12);
        Files.createFile(Path.of(mended));
        assertThat(sweep().toCsv(study, csv)).hasToString("24 of 24 cells done, 12 of them now; 0 failed, 0 missing");
    }

    @Test
    void aFileThatWasNotFinishedIsWrittenAgain() throws IOException {
        Path place = Files.createDirectory(directory.resolve("rows"));
        Files.writeString(place.resolve("_rows-000000.parquet"), "PAR1 and no more");
        assertThat(sweep().toParquet(PREDICTED, place.toString()).isComplete()).isTrue();
        assertThat(Output.PARQUET.rows(PREDICTED, place)).isEqualTo(local(PREDICTED));
    }

    @Test
    void aLostFileIsDoneAgain() throws IOException {
        Path place = directory.resolve("rows");
        GridStudy study = slow(5);
        sweep().toParquet(study, place.toString());
        Files.delete(place.resolve("rows-000000.parquet"));
        assertThat(sweep().toParquet(study, place.toString()).before()).isLessThan(40);
        assertThat(Output.PARQUET.rows(study, place)).isEqualTo(local(study));
    }

    @Test
    void foreignFilesAndDoubledRowsAreRefused() throws IOException {
        Path place = directory.resolve("rows");
        sweep().toParquet(PREDICTED, place.toString());
        Path stranger = place.resolve("a.parquet");
        Files.writeString(stranger, "something else, and long enough for a footer");
        assertThatThrownBy(() -> sweep().toParquet(PREDICTED, place.toString()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("a.parquet: is not a Parquet file");

        Files.delete(stranger);
        Files.copy(place.resolve("rows-000000.parquet"), stranger);
        assertThatThrownBy(() -> sweep().toParquet(PREDICTED, place.toString()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has a row already");

        Path other = directory.resolve("other");
        session.range(3).write().parquet(other.toString());
        assertThatThrownBy(() -> sweep().toParquet(PREDICTED, other.toString()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("belongs to another study");
    }

    @Test
    void aSecondSweepInTheDirectoryIsNoticed() throws IOException {
        Path place = directory.resolve("rows");
        assertThatThrownBy(() -> sweep().onProgress(progress -> {
                            try {
                                Files.writeString(place.resolve("rows-000001.parquet"), "another sweep's");
                            } catch (IOException e) {
                                throw new IllegalStateException(e);
                            }
                        })
                        .toParquet(slow(20), place.toString()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another sweep is writing to this directory");
    }

    @Test
    void aDirectoryHasOneWriterAtATime() throws IOException {
        Path place = directory.resolve("rows");
        List<String> refusals = new ArrayList<>();
        SparkSweep first = sweep().onProgress(progress -> {
            try {
                sweep().toParquet(PREDICTED, place.toString());
            } catch (IOException e) {
                refusals.add(e.getMessage());
            }
        });
        assertThat(first.toParquet(PREDICTED, place.toString()).isComplete()).isTrue();
        assertThat(refusals)
                .isNotEmpty()
                .allMatch(message -> message.matches(".*: another sweep is writing to this directory \\(process "
                        + ProcessHandle.current().pid()
                        + " on .*, started .*\\)\\. If that process is gone, delete .*"));
        assertThat(place.resolve("_sweep.lock")).doesNotExist();
        assertThat(Output.PARQUET.rows(PREDICTED, place)).isEqualTo(local(PREDICTED));
    }

    /**
     * The lock of a process that has ended on this machine is taken over; the lock of a process on another machine is
     * not.
     */
    @Test
    void locksThatAKilledProcessLeavesAreTakenOver() throws Exception {
        Path place = directory.resolve("rows");
        Path lock = place.resolve("_sweep.lock");
        String host = NetUtils.getHostname();
        Process ended = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-version")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        ended.waitFor();
        Files.createDirectories(place);
        for (String gone : List.of(
                "process " + ended.pid() + " on " + host + ", started 2026-01-01T00:00:00Z\n",
                // The number of this process, with another start time.
                "process " + ProcessHandle.current().pid() + " on " + host + ", started 2026-01-01T00:00:00Z\n")) {
            Files.writeString(lock, gone);
            assertThat(sweep().toParquet(PREDICTED, place.toString()).isComplete())
                    .isTrue();
            assertThat(lock).doesNotExist();
        }
        for (String unknown :
                List.of("process 1 on elsewhere/10.0.0.1, started 2026-01-01T00:00:00Z\n", "", "process 1 on ")) {
            Files.writeString(lock, unknown);
            assertThatThrownBy(() -> sweep().toParquet(PREDICTED, place.toString()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another sweep is writing to this directory (")
                    .hasMessageContaining(unknown.isEmpty() ? "of an unknown process" : unknown.strip())
                    .hasMessageEndingWith("_sweep.lock and run the sweep again");
            assertThat(lock).hasContent(unknown);
            Files.delete(lock);
        }
    }

    @Test
    void theLockIsReleasedWhenADirectoryIsRefused() throws IOException {
        Path place = directory.resolve("rows");
        sweep().toParquet(PREDICTED, place.toString());
        GridStudy other = GridStudy.predicting(GRID.withSeed(8), PIPELINE);
        assertThatThrownBy(() -> sweep().toParquet(other, place.toString()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(place.resolve("_sweep.lock")).doesNotExist();
    }

    @Test
    void sweepsAreValues() {
        SparkSweep sweep = SparkSweep.on(session).cellsPerTask(2);
        assertThat(sweep)
                .isEqualTo(SparkSweep.on(session).cellsPerTask(2))
                .hasSameHashCodeAs(SparkSweep.on(session).cellsPerTask(2))
                .isNotEqualTo(SparkSweep.on(session))
                .hasToString("SparkSweep on local[*], tasks of 2 cells, Parquet every PT1M");
    }

    @Test
    void argumentsAreChecked() {
        assertThatThrownBy(() -> sweep().cellsPerTask(0)).hasMessage("cells: 0 is not at least 1");
        assertThatThrownBy(() -> sweep().parquetEvery(Duration.ofSeconds(-1)))
                .hasMessage("time: PT-1S is not at least 0");
    }
}
