package dev.retort.theory.simulation.neural;

import dev.retort.core.internal.FileAccess;
import dev.retort.core.internal.WholeFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * The checkpoints of one run in its own directory, one file each. A file appears whole or not at all, even if the process is killed; it
 * holds everything that training needs to resume as if it had not been interrupted.
 */
final class RunStore {

    private static final String DESCRIPTION = "run.txt";
    private static final String EXTENSION = ".checkpoint";
    private static final int MAGIC = 0x52544e31;

    private final Path directory;

    private RunStore(Path directory) {
        this.directory = directory;
    }

    /** One stored checkpoint. */
    static final class Entry {

        final int step;
        final boolean finished;
        final double accuracy;
        final List<Measurement> history;
        final byte[] state;

        Entry(int step, boolean finished, double accuracy, List<Measurement> history, byte[] state) {
            this.step = step;
            this.finished = finished;
            this.accuracy = accuracy;
            this.history = history;
            this.state = state;
        }
    }

    /**
     * The store of a run.
     *
     * @param parent the parent of the directories of all runs
     * @param name the name of the directory
     * @param description everything that the run depends on
     * @throws IllegalStateException if the directory holds a run that is described differently
     * @throws UncheckedIOException if it cannot be read or written
     */
    static RunStore open(Path parent, String name, String description) {
        RunStore store = new RunStore(parent.resolve(name));
        try {
            FileAccess.to(() -> Files.createDirectories(store.directory));
            Path file = store.directory.resolve(DESCRIPTION);
            if (!Files.exists(file)) {
                WholeFile.write(file, description);
            }
            String known = FileAccess.to(() -> Files.readString(file));
            if (!known.equals(description)) {
                throw new IllegalStateException(store.directory + " holds checkpoints of another run, \"" + known
                        + "\", not of \"" + description + "\"; choose another directory, or delete this one");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
        return store;
    }

    /** All checkpoints, in the order of their steps. */
    List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(path -> path.toString().endsWith(EXTENSION))
                    .sorted()
                    .toList()) {
                entries.add(read(file));
            }
        } catch (FileSystemException e) {
            FileSystemException explained = FileAccess.explained(e);
            throw new UncheckedIOException(explained.getMessage(), explained);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
        return entries;
    }

    void save(Entry entry) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(MAGIC);
            out.writeInt(entry.step);
            out.writeBoolean(entry.finished);
            out.writeDouble(entry.accuracy);
            out.writeInt(entry.history.size());
            for (Measurement measurement : entry.history) {
                out.writeInt(measurement.step());
                out.writeDouble(measurement.accuracy());
                out.writeInt(measurement.probes().size());
                for (Map.Entry<String, Double> probe : measurement.probes().entrySet()) {
                    out.writeUTF(probe.getKey());
                    out.writeDouble(probe.getValue());
                }
            }
            out.writeInt(entry.state.length);
            out.write(entry.state);
            out.writeLong(checksum(bytes.toByteArray(), bytes.size()));
            WholeFile.write(
                    directory.resolve(String.format(Locale.ROOT, "%010d%s", entry.step, EXTENSION)), bytes::writeTo);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private Entry read(Path file) throws IOException {
        byte[] bytes = FileAccess.to(() -> Files.readAllBytes(file));
        int length = bytes.length - Long.BYTES;
        if (length < Integer.BYTES || ByteBuffer.wrap(bytes).getLong(length) != checksum(bytes, length)) {
            throw new IOException(file + " is damaged; delete it, and training resumes from the one before");
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, 0, length))) {
            if (in.readInt() != MAGIC) {
                throw new IOException(file + " is not a checkpoint");
            }
            int step = in.readInt();
            boolean finished = in.readBoolean();
            double accuracy = in.readDouble();
            List<Measurement> history = new ArrayList<>();
            for (int left = in.readInt(); left > 0; left--) {
                int at = in.readInt();
                double measured = in.readDouble();
                Map<String, Double> probes = new HashMap<>();
                for (int more = in.readInt(); more > 0; more--) {
                    String name = in.readUTF();
                    probes.put(name, in.readDouble());
                }
                history.add(new Measurement(at, measured, probes));
            }
            return new Entry(step, finished, accuracy, history, in.readNBytes(in.readInt()));
        }
    }

    private static long checksum(byte[] bytes, int length) {
        CRC32 checksum = new CRC32();
        checksum.update(bytes, 0, length);
        return checksum.getValue();
    }
}
