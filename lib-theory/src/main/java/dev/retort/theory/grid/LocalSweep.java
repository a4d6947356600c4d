package dev.retort.theory.grid;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.notNull;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Runs studies on this machine, several cells at a time. The rows of a {@link SweepFile} do not depend on the number of threads
 * or on interruptions; only their order does. Immutable.
 *
 * <pre>{@code
 * ParameterGrid grid = ParameterGrid.of("samples", 20, 40, 80).and("ridge", 0, 1e-3);
 * RegressionTask task = RegressionTask.of(Spectrum.powerLaw(2.0, 100), Signal.sourcePowerLaw(1.5)).withNoise(0.1);
 * GridStudy study = GridStudy.predicting(
 *         grid,
 *         cell -> Distillation.of(task).target(Training.samples(cell.get("samples")).withRidge(cell.get("ridge"))));
 *
 * Path csv = Files.createTempDirectory("sweep").resolve("risks.csv");
 * List<String> lines = new ArrayList<>(); // or a terminal
 * LocalSweep sweep = LocalSweep.onAllProcessors().onProgress(progress -> lines.add(progress.toString()));
 * SweepSummary summary = sweep.run(study, csv); // after a kill the same call resumes
 * boolean complete = summary.isComplete();
 * }</pre>
 */
public final class LocalSweep {

    /** Large enough that fast cells do not wait for the disk. */
    private static final int ROWS_IN_FLIGHT = 8192;

    private final int threads;
    private final Consumer<SweepProgress> progress;

    private LocalSweep(int threads, Consumer<SweepProgress> progress) {
        this.threads = threads;
        this.progress = progress;
    }

    /**
     * A sweep that measures as many cells at a time as there are processors.
     *
     * @return the sweep
     */
    public static LocalSweep onAllProcessors() {
        return new LocalSweep(Runtime.getRuntime().availableProcessors(), progress -> {});
    }

    /**
     * The same sweep on another number of threads.
     *
     * @param threads at least 1
     * @return a new sweep
     * @throws IllegalArgumentException if there is less than one
     */
    public LocalSweep threads(int threads) {
        return new LocalSweep(atLeastOne("threads", threads), progress);
    }

    /**
     * The same sweep with a listener that is called whenever rows have been written.
     *
     * @param progress the listener, called in the thread that runs the sweep. An exception that it throws ends the sweep and
     *     reaches the caller
     * @return a new sweep
     * @throws IllegalArgumentException if the listener is null
     */
    public LocalSweep onProgress(Consumer<SweepProgress> progress) {
        return new LocalSweep(threads, notNull("progress", progress));
    }

    /**
     * Measures the cells that have no row in the file yet and writes their rows as they finish. The other cells go on if one
     * fails. If the thread is interrupted, the rows of the cells that have finished are written, the rest are left out, and the
     * thread's interrupted status is set again.
     *
     * @param study the study to run
     * @param csv the file, in a directory that exists; created if it does not exist
     * @return how many cells were done before and now, and which failed
     * @throws IllegalArgumentException if the file belongs to another study
     * @throws IOException if the file cannot be opened or written, is open in another sweep, or was changed or damaged anywhere
     *     but in its last line
     */
    public SweepSummary run(GridStudy study, Path csv) throws IOException {
        try (SweepFile file = SweepFile.open(study, csv, progress)) {
            int[] missing = file.missing();
            BlockingQueue<Outcome> finished = new ArrayBlockingQueue<>(ROWS_IN_FLIGHT);
            AtomicInteger next = new AtomicInteger();
            AtomicBoolean over = new AtomicBoolean();
            int workers = Math.max(1, Math.min(threads, missing.length));
            ExecutorService pool = Executors.newFixedThreadPool(workers, LocalSweep::worker);
            try {
                for (int w = 0; w < workers; w++) {
                    pool.execute(() -> work(study, missing, next, over, finished));
                }
                collect(missing.length, finished, file);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                List<Outcome> rest = new ArrayList<>();
                finished.drainTo(rest); // before the workers are interrupted, which may make cells fail
                file.add(rest);
            } finally {
                over.set(true); // needed too: a cell may clear the interrupted status of its thread
                pool.shutdownNow();
            }
            return file.summary();
        }
    }

    private static void work(
            GridStudy study, int[] missing, AtomicInteger next, AtomicBoolean over, BlockingQueue<Outcome> finished) {
        try {
            for (int k = next.getAndIncrement(); k < missing.length && !over.get(); k = next.getAndIncrement()) {
                Outcome outcome = study.measure(missing[k]);
                if (!over.get()) {
                    Thread.interrupted(); // a cell that interrupts its own thread does not end the sweep
                }
                finished.put(outcome);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the sweep is over
        }
    }

    private static void collect(int cells, BlockingQueue<Outcome> finished, SweepFile file)
            throws InterruptedException, IOException {
        for (int done = 0; done < cells; ) {
            List<Outcome> batch = new ArrayList<>(List.of(finished.take()));
            finished.drainTo(batch);
            file.add(batch);
            done += batch.size();
        }
    }

    private static Thread worker(Runnable work) {
        Thread thread = new Thread(work, "retort-sweep");
        thread.setDaemon(true);
        return thread;
    }

    /** Whether another sweep has as many threads and the same listener. */
    @Override
    public boolean equals(Object other) {
        return other instanceof LocalSweep that && threads == that.threads && progress.equals(that.progress);
    }

    @Override
    public int hashCode() {
        return Objects.hash(threads, progress);
    }

    @Override
    public String toString() {
        return "LocalSweep on " + threads + (threads == 1 ? " thread" : " threads");
    }
}
