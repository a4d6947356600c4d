package dev.retort.theory.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Experiment;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.simulation.Simulation;
import dev.retort.theory.simulation.Trials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LocalSweepTest {

    private static final ParameterGrid GRID = ParameterGrid.of(
                    "x", IntStream.range(0, 500).asDoubleStream().toArray())
            .withSeed(3);

    private static final GridStudy STUDY =
            GridStudy.of(GRID, List.of("root", "chance"), cell -> new double[] {Math.sqrt(cell.get("x")), cell.seed()});

    /** A counter for the cells of a test, static because functions of cells are copied and cannot capture it. */
    private static final AtomicInteger CALLS = new AtomicInteger();

    private static final AtomicBoolean MENDED = new AtomicBoolean();

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7})
    void resultsDoNotDependOnThreads(int threads) throws IOException {
        Path csv = directory.resolve("sweep.csv");
        assertThat(LocalSweep.onAllProcessors().threads(threads).run(STUDY, csv))
                .isEqualTo(new SweepSummary(500, 0, 500, List.of(), Optional.empty()));
        GridResults results = GridResults.read(csv);
        for (int i = 0; i < 500; i++) {
            assertThat(results.column("root")[i]).isEqualTo(Math.sqrt(i));
        }
        assertThat(results.column("chance"))
                .isEqualTo(IntStream.range(0, 500)
                        .mapToDouble(i -> GRID.cell(i).seed())
                        .toArray());
        byte[] whole = Files.readAllBytes(csv);
        assertThat(LocalSweep.onAllProcessors().run(STUDY, csv))
                .isEqualTo(new SweepSummary(500, 500, 0, List.of(), Optional.empty()));
        assertThat(csv).hasBinaryContent(whole);
    }

    @Test
    void listenersAreCalledAfterRowsAreWritten() throws IOException {
        Path csv = directory.resolve("sweep.csv");
        List<SweepProgress> told = new ArrayList<>();
        List<Integer> written = new ArrayList<>();
        LocalSweep.onAllProcessors()
                .onProgress(progress -> {
                    told.add(progress);
                    try {
                        written.add(GridResults.read(csv).size());
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                })
                .run(STUDY, csv);
        assertThat(told.stream().map(SweepProgress::done))
                .isEqualTo(written)
                .isSorted()
                .endsWith(500);
        assertThat(told)
                .allMatch(progress -> progress.elapsed().toMillis() < 1000
                        ? progress.remaining().isEmpty()
                        : progress.done() < 10 || progress.remaining().isPresent());
        assertThat(told).allMatch(progress -> progress.total() == 500 && progress.failed() == 0);
    }

    @Test
    void theRemainingTimeIsEstimatedFromTheCellsOfThisRun() {
        SweepProgress progress = SweepProgress.of(400, 100, 18, 2, secondsAgo(60));
        assertThat(progress.done()).isEqualTo(118);
        Duration remaining = progress.remaining().orElseThrow();
        assertThat(remaining).isBetween(Duration.ofSeconds(840), Duration.ofSeconds(850));
        assertThat(progress).hasToString("118 of 400 cells, 2 failed, 60 s, " + remaining.toSeconds() + " s left");
        assertThat(SweepProgress.of(400, 300, 100, 0, secondsAgo(60)).remaining())
                .contains(Duration.ZERO);
    }

    /** After one cell of a million and half a second of class loading, six days would only be a guess. */
    @Test
    void theRemainingTimeIsNotGuessedFromTheFirstCells() {
        assertThat(SweepProgress.of(1_000_000, 0, 1, 0, secondsAgo(5)).remaining())
                .isEmpty();
        assertThat(SweepProgress.of(1_000_000, 500, 9, 0, secondsAgo(5)).remaining())
                .isEmpty();
        assertThat(SweepProgress.of(1_000_000, 0, 500, 0, System.nanoTime()).remaining())
                .isEmpty();
        assertThat(SweepProgress.of(1_000_000, 0, 1, 0, secondsAgo(5))).hasToString("1 of 1000000 cells, 5 s");
        assertThat(SweepProgress.of(1_000_000, 500, 9, 1, secondsAgo(5)).remaining())
                .isPresent();
    }

    private static long secondsAgo(int seconds) {
        return System.nanoTime() - Duration.ofSeconds(seconds).toNanos();
    }

    @Test
    void anExceptionOfTheListenerEndsTheSweepAndKeepsItsRows() throws IOException {
        Path csv = directory.resolve("sweep.csv");
        assertThatIllegalStateException()
                .isThrownBy(() -> LocalSweep.onAllProcessors()
                        .onProgress(progress -> {
                            throw new IllegalStateException("enough");
                        })
                        .run(STUDY, csv))
                .withMessage("enough");
        assertThat(GridResults.read(csv).size()).isPositive();
        assertThat(LocalSweep.onAllProcessors().run(STUDY, csv).isComplete()).isTrue();
    }

    @Test
    void cellsThatFailAreNamedAndTriedAgain() throws IOException {
        Path csv = directory.resolve("failures.csv");
        MENDED.set(false);
        GridStudy study = GridStudy.of(ParameterGrid.of("samples", 1, 2, 3, 4, 5), List.of("y"), cell -> {
            if (!MENDED.get() && cell.get("samples") == 2) {
                throw new IllegalStateException("no convergence");
            }
            if (!MENDED.get() && cell.get("samples") == 4) {
                return new double[] {Double.NaN};
            }
            if (!MENDED.get() && cell.get("samples") == 5) {
                return new double[] {
                    Training.samples(5).withNoise(-cell.get("samples")).samples()
                };
            }
            return new double[] {cell.get("samples")};
        });
        SweepSummary summary = LocalSweep.onAllProcessors().run(study, csv);
        assertThat(summary)
                .hasToString("2 of 5 cells done, 2 of them now; 3 failed, 0 missing\n"
                        + "  cell 1 (samples 2): java.lang.IllegalStateException: no convergence\n"
                        + "  cell 3 (samples 4): java.lang.ArithmeticException: y is NaN\n"
                        + "  cell 4 (samples 5): noise: -5.0 is not at least 0 and"
                        + " finite");
        assertThat(summary.isComplete()).isFalse();
        assertThat(GridResults.read(csv).column("y")).containsExactly(1, 3);
        assertThat(LocalSweep.onAllProcessors().run(study, csv).failures()).hasSize(3);
        MENDED.set(true);
        assertThat(LocalSweep.onAllProcessors().run(study, csv))
                .isEqualTo(new SweepSummary(5, 2, 3, List.of(), Optional.empty()));
        assertThat(GridResults.read(csv).column("y")).containsExactly(1, 2, 3, 4, 5);
    }

    @Test
    @Timeout(30)
    void aCellThatInterruptsItsThreadDoesNotEndTheSweep() throws IOException {
        GridStudy study = GridStudy.of(ParameterGrid.of("samples", 1, 2, 3, 4, 5), List.of("y"), cell -> {
            Thread.currentThread().interrupt();
            return new double[] {cell.get("samples")};
        });
        SweepSummary summary =
                LocalSweep.onAllProcessors().threads(2).run(study, directory.resolve("interrupting.csv"));
        assertThat(summary.isComplete()).isTrue();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void longListsOfFailuresAreShortened() throws IOException {
        GridStudy study = GridStudy.of(GRID, List.of("y"), cell -> new double[] {Double.NaN});
        SweepSummary summary = LocalSweep.onAllProcessors().run(study, directory.resolve("none.csv"));
        assertThat(summary.failures()).hasSize(500);
        assertThat(summary.toString().lines()).hasSize(22).endsWith("  and 480 more");
    }

    @Test
    void interruptedSweepsKeepWhatIsFinished() throws IOException {
        Path csv = directory.resolve("interrupted.csv");
        Path whole = directory.resolve("whole.csv");
        GridStudy study = GridStudy.of(GRID, List.of("root"), cell -> {
            pause(1);
            return new double[] {Math.sqrt(cell.get("x"))};
        });
        SweepSummary first = interruptedAfter(100, study, csv);
        assertThat(first.now()).isBetween(100, 499);
        assertThat(first.failures()).isEmpty();
        assertThat(first.missing()).isEqualTo(500 - first.now());
        assertThat(GridResults.read(csv).size()).isEqualTo(first.now());

        SweepSummary second = interruptedAfter(first.now() + 50, study, csv);
        assertThat(second.before()).isEqualTo(first.now());
        assertThat(LocalSweep.onAllProcessors().run(study, csv).isComplete()).isTrue();
        LocalSweep.onAllProcessors().run(study, whole);
        assertSameRows(csv, whole);
    }

    @Test
    void threadsThatAreInterruptedBeforehandLeaveTheSweepToOthers() throws IOException {
        Path csv = directory.resolve("sweep.csv");
        Thread.currentThread().interrupt();
        SweepSummary summary = LocalSweep.onAllProcessors().run(STUDY, csv);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(summary.failures()).isEmpty();
        assertThat(summary.missing()).isEqualTo(500 - summary.now());
        assertThat(LocalSweep.onAllProcessors().run(STUDY, csv)).matches(SweepSummary::isComplete);
    }

    /** An interrupted simulation returns the trials that it has, which are not the requested ones. */
    @Test
    void simulationsThatAreInterruptedHalfWayLeaveNoRow() throws IOException {
        Path csv = directory.resolve("half.csv");
        ParameterGrid grid = ParameterGrid.of("samples", 10, 15).withSeed(5);
        CellFunction<Distillation> pipeline =
                cell -> Distillation.of(RegressionTask.of(Spectrum.powerLaw(1.5, 30), Signal.sourcePowerLaw(1.5)))
                        .target(Training.samples(cell.get("samples")));
        Thread sweeper = Thread.currentThread();
        GridStudy endless = GridStudy.simulating(grid, pipeline, new InterruptingTrials(sweeper.getId()));
        SweepSummary summary = LocalSweep.onAllProcessors().threads(2).run(endless, csv);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(summary).isEqualTo(new SweepSummary(2, 0, 0, List.of(), Optional.empty()));
        assertThat(summary.missing()).isEqualTo(2);
        assertThat(GridResults.read(csv).size()).isZero();

        GridStudy study = GridStudy.simulating(grid, pipeline, 20);
        Path whole = directory.resolve("whole.csv");
        LocalSweep.onAllProcessors().run(study, csv);
        LocalSweep.onAllProcessors().run(study, whole);
        assertThat(GridResults.read(csv).column("trials")).containsExactly(20, 20);
        assertSameRows(csv, whole);
    }

    /** A cell may turn an interruption into its own exception and clear the thread's interrupted status. */
    @Test
    void cellsThatHideTheirInterruptionEndWithTheSweep() throws Exception {
        Path csv = directory.resolve("hidden.csv");
        CALLS.set(0);
        GridStudy study = GridStudy.of(GRID, List.of("y"), cell -> {
            CALLS.incrementAndGet();
            if (cell.index() >= 20) {
                pause(60_000);
            }
            return new double[1];
        });
        SweepSummary summary = interruptedAfter(20, study, csv);
        assertThat(summary).isEqualTo(new SweepSummary(500, 0, 20, List.of(), Optional.empty()));
        Thread.sleep(100);
        assertThat(CALLS).hasValueLessThanOrEqualTo(24); // one more per thread
    }

    @Test
    void sweepsAreValues() {
        LocalSweep sweep = LocalSweep.onAllProcessors().threads(3);
        assertThat(sweep)
                .isEqualTo(LocalSweep.onAllProcessors().threads(3))
                .hasSameHashCodeAs(LocalSweep.onAllProcessors().threads(3))
                .isNotEqualTo(sweep.threads(4))
                .isNotEqualTo(sweep.onProgress(progress -> {}))
                .hasToString("LocalSweep on 3 threads");
    }

    @Test
    void rejectsInvalidSettings() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LocalSweep.onAllProcessors().threads(0))
                .withMessage("threads: 0 is not at least 1");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> LocalSweep.onAllProcessors()
                        .run(STUDY, directory.resolve("none").resolve("a.csv")))
                .withMessageContaining("a.csv");
    }

    private static SweepSummary interruptedAfter(int rows, GridStudy study, Path csv) throws IOException {
        SweepSummary summary = LocalSweep.onAllProcessors()
                .threads(4)
                .onProgress(progress -> {
                    if (progress.done() >= rows) {
                        Thread.currentThread().interrupt();
                    }
                })
                .run(study, csv);
        assertThat(Thread.interrupted()).isTrue();
        return summary;
    }

    private static void assertSameRows(Path csv, Path other) throws IOException {
        assertThat(Files.readAllLines(csv)).containsExactlyInAnyOrderElementsOf(Files.readAllLines(other));
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Infinitely many trials, the third of which interrupts the thread of the sweep. */
    private record InterruptingTrials(long sweeper)
            implements CellFunction<Experiment<? super Distillation, Simulation>> {

        @Override
        public Trials at(Cell cell) {
            return Trials.of(Integer.MAX_VALUE).withSeed(cell.seed()).threads(1).onProgress(progress -> {
                // Only once, because a second interruption might come after the sweep.
                if (progress.done() == 3 && cell.index() == 0) {
                    Thread.getAllStackTraces().keySet().stream()
                            .filter(thread -> thread.getId() == sweeper)
                            .forEach(Thread::interrupt);
                }
            });
        }
    }
}
