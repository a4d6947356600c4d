package dev.retort.examples.spark;

import dev.retort.theory.grid.Cell;
import dev.retort.theory.grid.GridStudy;
import dev.retort.theory.grid.Outcome;
import dev.retort.theory.grid.SweepProgress;
import dev.retort.theory.grid.SweepSummary;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/**
 * The Parquet files of a running sweep, the counterpart on a cluster of {@link dev.retort.theory.grid.SweepFile}. A
 * file is written under a name that readers ignore, and renamed when it is complete. The driver writes the files
 * itself; a Spark job would wait behind the tasks of the sweep. Not thread-safe.
 */
final class ParquetDirectory implements Closeable {

    private static final PrimitiveType INDEX =
            Types.required(PrimitiveTypeName.INT32).named("index");

    /** The key of the description of the study among a file's metadata. */
    private static final String STUDY = "retort.study";

    private static final Pattern NAME = Pattern.compile("rows-(\\d+)\\.parquet");

    private final GridStudy study;
    private final Path directory;
    private final Configuration configuration;
    private final FileSystem files;
    private final MessageType schema;
    private final Consumer<SweepProgress> progress;
    private final DirectoryLock lock;
    private final BitSet done = new BitSet();
    private final List<SweepSummary.Failure> failures = new ArrayList<>();
    private final long start = System.nanoTime();
    private int next;
    private int before;
    private int now;

    private ParquetDirectory(
            GridStudy study, Path directory, Configuration configuration, Consumer<SweepProgress> progress)
            throws IOException {
        this.study = study;
        this.directory = directory;
        this.configuration = configuration;
        this.files = directory.getFileSystem(configuration);
        this.progress = progress;
        this.files.mkdirs(directory);
        this.lock = DirectoryLock.of(files, directory);
        List<Type> columns = new ArrayList<>(List.of(INDEX));
        Stream.of(study.grid().names(), study.columns())
                .flatMap(List::stream)
                .forEach(name ->
                        columns.add(Types.required(PrimitiveTypeName.DOUBLE).named(name)));
        this.schema = new MessageType("sweep", columns);
    }

    /** Opens and locks a directory, creating it if necessary, and reads which cells have rows. */
    static ParquetDirectory open(
            GridStudy study, String directory, Configuration configuration, Consumer<SweepProgress> progress)
            throws IOException {
        ParquetDirectory rows = new ParquetDirectory(study, new Path(directory), configuration, progress);
        try {
            rows.read();
            return rows;
        } catch (IOException | RuntimeException e) {
            rows.close();
            throw e;
        }
    }

    private void read() throws IOException {
        for (FileStatus file : files.listStatus(directory)) {
            String name = file.getPath().getName();
            if (name.matches("[^_.].*\\.parquet")) {
                read(file.getPath());
            }
            Matcher own = NAME.matcher(name);
            if (own.matches()) {
                next = Math.max(next, Integer.parseInt(own.group(1)) + 1);
            }
        }
        before = done.cardinality();
    }

    private void read(Path file) throws IOException {
        String description;
        try (ParquetFileReader reader = ParquetFileReader.open(HadoopInputFile.fromPath(file, configuration))) {
            Map<String, String> about = reader.getFileMetaData().getKeyValueMetaData();
            description = about.getOrDefault(STUDY, "");
        } catch (RuntimeException e) {
            throw new IOException(file + ": is not a Parquet file", e);
        }
        study.requireSame(file.toString(), description);
        Configuration projection = new Configuration(configuration);
        projection.set(ReadSupport.PARQUET_READ_SCHEMA, new MessageType("indices", INDEX).toString());
        try (ParquetReader<Group> reader = ParquetReader.builder(new GroupReadSupport(), file)
                .withConf(projection)
                .build()) {
            for (Group row = reader.read(); row != null; row = reader.read()) {
                int index = row.getInteger(INDEX.getName(), 0);
                if (index < 0 || index >= study.grid().size()) {
                    throw new IOException(file + ": cell " + index + " is not in the grid");
                }
                if (done.get(index)) {
                    throw new IOException(file + ": cell " + index + " has a row already");
                }
                done.set(index);
            }
        }
    }

    /** The cells that have no row, in order. */
    int[] missing() {
        return IntStream.range(0, study.grid().size()).filter(i -> !done.get(i)).toArray();
    }

    /** Adds the rows of the cells that have results, all or none, and records the failed cells. */
    void add(Collection<Outcome> outcomes) throws IOException {
        List<Outcome> results = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            outcome.failure()
                    .ifPresentOrElse(
                            reason -> failures.add(new SweepSummary.Failure(
                                    study.grid().cell(outcome.index()), reason, outcome.isRefused())),
                            () -> results.add(outcome));
        }
        if (!results.isEmpty()) {
            try {
                write(results);
            } catch (IOException e) {
                throw new IOException(
                        directory + ": cannot be written (" + e.getMessage() + "). " + (before + now)
                                + " rows are safe; the sweep can be resumed",
                        e);
            }
        }
        results.forEach(outcome -> done.set(outcome.index()));
        now += results.size();
        if (!outcomes.isEmpty()) {
            progress.accept(SweepProgress.of(study.grid().size(), before, now, failures.size(), start));
        }
    }

    private void write(List<Outcome> results) throws IOException {
        String name = String.format(Locale.ROOT, "rows-%06d.parquet", next);
        Path part = new Path(directory, "_" + name);
        Path whole = new Path(directory, name);
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(HadoopOutputFile.fromPath(part, configuration))
                .withConf(configuration)
                .withType(schema)
                .withExtraMetaData(Map.of(STUDY, study.description()))
                .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
                .build()) {
            for (Outcome outcome : results) {
                writer.write(row(outcome));
            }
        }
        if (files.exists(whole) || !files.rename(part, whole)) {
            throw new IOException(name + " exists already: another sweep is writing to this directory");
        }
        next++;
    }

    private Group row(Outcome outcome) {
        Cell cell = study.grid().cell(outcome.index());
        Group row = new SimpleGroup(schema).append(INDEX.getName(), cell.index());
        study.grid().names().forEach(axis -> row.append(axis, cell.get(axis)));
        double[] results = outcome.results();
        for (int i = 0; i < results.length; i++) {
            row.append(study.columns().get(i), results[i]);
        }
        return row;
    }

    /** How far the sweep has come since the directory was opened. */
    SweepSummary summary() {
        List<SweepSummary.Failure> sorted = failures.stream()
                .sorted(Comparator.comparingInt(failure -> failure.cell().index()))
                .toList();
        return new SweepSummary(study.grid().size(), before, now, sorted, Optional.empty());
    }

    /** Releases the lock. */
    @Override
    public void close() throws IOException {
        lock.close();
    }
}
