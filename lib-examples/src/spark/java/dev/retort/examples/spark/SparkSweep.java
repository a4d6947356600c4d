package dev.retort.examples.spark;

import static dev.retort.core.internal.Arguments.atLeastOne;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.theory.grid.GridStudy;
import dev.retort.theory.grid.LocalSweep;
import dev.retort.theory.grid.Outcome;
import dev.retort.theory.grid.SweepFile;
import dev.retort.theory.grid.SweepProgress;
import dev.retort.theory.grid.SweepSummary;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import scala.Function1;
import scala.Function2;
import scala.collection.Iterator;
import scala.reflect.ClassTag;
import scala.runtime.BoxedUnit;

/**
 * Runs studies on Apache Spark: a {@link LocalSweep} for a cluster, with the same numbers bit for bit. The cells are
 * measured in one job, and the driver writes the results of the tasks as they finish. The driver may be killed at any
 * moment; the next run measures the cells that have no row. Immutable.
 *
 * <p>Spark sends the study's functions and everything they capture to the executors. These need Retort on their class
 * path, and an ND4J backend if the study simulates.
 */
public final class SparkSweep {

    /** The default for the largest number of cells in a task. */
    private static final int TASK = 64;

    /** Enough tasks per processor that no processor waits long for the last one. */
    private static final int TASKS_PER_PROCESSOR = 32;

    /** The largest number of rows that wait to be written. */
    private static final int BATCH = 100_000;

    private final SparkSession session;
    private final int cellsPerTask;
    /** How long rows wait for other rows to be written into the same file. */
    private final Duration patience;

    private final Consumer<SweepProgress> progress;

    private SparkSweep(SparkSession session, int cellsPerTask, Duration patience, Consumer<SweepProgress> progress) {
        this.session = session;
        this.cellsPerTask = cellsPerTask;
        this.patience = patience;
        this.progress = progress;
    }

    /**
     * A sweep on a cluster.
     *
     * @param session the connection to the cluster, which stays open; Spark Connect is not supported
     * @return the sweep
     */
    public static SparkSweep on(SparkSession session) {
        return new SparkSweep(notNull("session", session), 0, Duration.ofMinutes(1), progress -> {});
    }

    /**
     * The same sweep with tasks of another size. A task costs a few milliseconds. If the driver is killed, the rows of
     * running tasks are lost. By default a task has up to 64 cells, or fewer if there would otherwise be less than 32
     * tasks for every processor.
     *
     * @param cells the number of cells that a task measures, at least 1
     * @return a new sweep
     * @throws IllegalArgumentException if there is less than one
     */
    public SparkSweep cellsPerTask(int cells) {
        return new SparkSweep(session, atLeastOne("cells", cells), patience, progress);
    }

    /**
     * The same sweep with another time between Parquet files. A longer time gives fewer files, but more cells to
     * measure again after a kill.
     *
     * @param time how long rows wait to be written; 1 minute by default
     * @return a new sweep
     * @throws IllegalArgumentException if it is negative
     */
    public SparkSweep parquetEvery(Duration time) {
        if (notNull("time", time).isNegative()) {
            throw refusal("time", time, "is not at least 0");
        }
        return new SparkSweep(session, cellsPerTask, time, progress);
    }

    /**
     * The same sweep with a listener that is called whenever rows have been written.
     *
     * @param progress the listener, called in the thread that runs the sweep. An exception that it throws ends the sweep and
     *     reaches the caller
     * @return a new sweep
     * @throws IllegalArgumentException if the listener is null
     */
    public SparkSweep onProgress(Consumer<SweepProgress> progress) {
        return new SparkSweep(session, cellsPerTask, patience, notNull("progress", progress));
    }

    /**
     * Measures the cells that have no row in a file yet, and writes their rows as tasks finish. The file has the format
     * of {@link LocalSweep}, and either can resume the other's file. If a cell fails, the other cells continue. If the
     * thread is interrupted, the job is cancelled, the rows of the tasks that have finished are written, and the
     * thread's interrupted status is set again.
     *
     * @param study the study to run
     * @param csv the file on the driver's machine, in a directory that exists; created if it does not exist
     * @return how many cells were done before and now, and which failed
     * @throws IllegalArgumentException if the file belongs to another study
     * @throws IOException as {@link LocalSweep#run} does, or if the job fails or is cancelled
     */
    public SweepSummary toCsv(GridStudy study, Path csv) throws IOException {
        try (SweepFile file = SweepFile.open(study, csv, progress)) {
            measure(study, file.missing(), Duration.ZERO, file::add);
            return file.summary();
        }
    }

    /**
     * Measures the cells that have no row in a directory of Parquet files yet, and adds files, which are complete as
     * soon as they are visible. Their columns are those of the CSV file: {@code index}, the parameters and the results;
     * {@code session.read().parquet(directory)} reads them. Their metadata contain the description of the study. In all
     * other respects this method is like {@link #toCsv}. A file {@code _sweep.lock} in the directory prevents other
     * sweeps from writing. If the driver is killed, a sweep on the same machine takes over the lock; before you run one
     * on another machine, delete the file.
     *
     * @param study the study to run
     * @param directory a directory on any file system that Hadoop supports and the driver can write to; created if it
     *     does not exist
     * @return how many cells were done before and now, and which failed
     * @throws IllegalArgumentException if there are Parquet files of another study, or without a study
     * @throws IOException if a file cannot be read or written, a cell has two rows, another sweep is writing to the directory, or
     *     the job fails or is cancelled
     */
    public SweepSummary toParquet(GridStudy study, String directory) throws IOException {
        Configuration configuration = session.sparkContext().hadoopConfiguration();
        try (ParquetDirectory rows = ParquetDirectory.open(
                notNull("study", study), notNull("directory", directory), configuration, progress)) {
            measure(study, rows.missing(), patience, rows::add);
            return rows.summary();
        }
    }

    /** Where rows are added. */
    private interface Rows {
        void add(Collection<Outcome> outcomes) throws IOException;
    }

    private void measure(GridStudy study, int[] missing, Duration patience, Rows rows) throws IOException {
        SparkContext context = session.sparkContext();
        String group = "retort-" + UUID.randomUUID();
        BlockingQueue<List<Outcome>> finished = new LinkedBlockingQueue<>();
        CompletableFuture<Void> job = CompletableFuture.runAsync(
                        () -> submit(study, missing, group, finished), SparkSweep::inNewThread)
                .whenComplete((nothing, failure) -> finished.add(List.of())); // no more tasks
        List<Outcome> batch = new ArrayList<>();
        try {
            for (boolean over = false; !over; ) {
                over = gather(finished, patience, batch);
                rows.add(batch);
                batch.clear();
            }
            job.join();
        } catch (InterruptedException e) {
            finished.forEach(batch::addAll);
            rows.add(batch);
            Thread.currentThread().interrupt();
        } catch (CompletionException e) {
            throw new IOException(
                    "The Spark job failed. Everything that it returned is written, and the sweep can be resumed",
                    e.getCause());
        } finally {
            context.cancelJobGroupAndFutureJobs(group); // no effect if it has ended
        }
    }

    private void submit(GridStudy study, int[] missing, String group, BlockingQueue<List<Outcome>> finished) {
        if (missing.length == 0) {
            return;
        }
        SparkContext context = session.sparkContext();
        int most = missing.length / (TASKS_PER_PROCESSOR * context.defaultParallelism());
        int size = cellsPerTask > 0 ? cellsPerTask : Math.max(1, Math.min(TASK, most));
        List<int[]> tasks = new ArrayList<>();
        for (int from = 0; from < missing.length; from += size) {
            tasks.add(Arrays.copyOfRange(missing, from, Math.min(missing.length, from + size)));
        }
        RDD<int[]> cells = JavaSparkContext.fromSparkContext(context)
                .parallelize(tasks, tasks.size())
                .rdd();
        Function1<Iterator<int[]>, List<Outcome>> task =
                (Function1<Iterator<int[]>, List<Outcome>> & Serializable) indices -> outcomes(study, indices.next());
        Function2<Object, List<Outcome>, BoxedUnit> handler = (number, outcomes) -> {
            finished.add(outcomes);
            return BoxedUnit.UNIT;
        };
        context.setJobGroup(group, study.toString(), true);
        context.runJob(cells, task, handler, ClassTag.apply(List.class));
    }

    private static List<Outcome> outcomes(GridStudy study, int[] indices) {
        List<Outcome> outcomes = new ArrayList<>();
        for (int index : indices) {
            outcomes.add(study.measure(index));
        }
        return outcomes;
    }

    /** Takes the outcomes of one task, and of others that arrive in time; returns whether they were the last ones. */
    private static boolean gather(BlockingQueue<List<Outcome>> finished, Duration patience, List<Outcome> batch)
            throws InterruptedException {
        @Nullable List<Outcome> next = finished.take();
        long end = System.nanoTime() + patience.toNanos();
        while (next != null && !next.isEmpty()) {
            batch.addAll(next);
            next = batch.size() < BATCH ? finished.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS) : null;
        }
        return next != null;
    }

    private static void inNewThread(Runnable work) {
        Thread thread = new Thread(work, "retort-spark-job");
        thread.setDaemon(true);
        thread.start();
    }

    /** Whether another sweep has the same session, settings and listener. */
    @Override
    public boolean equals(Object other) {
        return other instanceof SparkSweep that
                && session.equals(that.session)
                && cellsPerTask == that.cellsPerTask
                && patience.equals(that.patience)
                && progress.equals(that.progress);
    }

    @Override
    public int hashCode() {
        return Objects.hash(session, cellsPerTask, patience, progress);
    }

    @Override
    public String toString() {
        String size = cellsPerTask > 0 ? Integer.toString(cellsPerTask) : "up to " + TASK;
        return "SparkSweep on " + session.sparkContext().master() + ", tasks of " + size + " cells, Parquet every "
                + patience;
    }
}
