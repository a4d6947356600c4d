package dev.retort.examples.spark;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.net.NetUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps other sweeps from a directory, on any file system that Hadoop supports. The lock is a file in the directory
 * that names the process that holds it, and is deleted at the end. If a process was killed, its lock is taken over on
 * the same machine, where its end can be checked. On another machine, somebody has to delete the file.
 */
final class DirectoryLock implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(DirectoryLock.class);

    /** Readers of Parquet ignore names that begin with an underscore. */
    private static final String NAME = "_sweep.lock";

    private static final Pattern OWNER = Pattern.compile("process (\\d+) on (\\S+), started (\\S+)\n");

    private static final int LONGEST_OWNER = 1000;

    private final FileSystem files;
    private final Path file;

    private DirectoryLock(FileSystem files, Path file) {
        this.files = files;
        this.file = file;
    }

    /**
     * Takes the lock of a directory that exists.
     *
     * @throws IOException if another sweep has it, or the file cannot be created
     */
    static DirectoryLock of(FileSystem files, Path directory) throws IOException {
        DirectoryLock lock = new DirectoryLock(files, new Path(directory, NAME));
        if (!lock.take()) {
            String owner = lock.owner();
            if (!isGone(owner)) {
                throw new IOException(directory + ": another sweep is writing to this directory ("
                        + (owner.isEmpty() ? "of an unknown process" : owner.strip())
                        + "). If that process is gone, delete "
                        + lock.file + " and run the sweep again");
            }
            LOG.warn("{}: takes over from a sweep that was killed ({})", directory, owner.strip());
            lock.close();
            if (!lock.take()) {
                throw new IOException(directory + ": another sweep has begun to write to this directory");
            }
        }
        return lock;
    }

    /** Creates the file with the name of this process in it, and returns true; returns false if the file exists. */
    private boolean take() throws IOException {
        try (OutputStream bytes = files.create(file, false)) {
            bytes.write(("process " + ProcessHandle.current().pid() + " on " + NetUtils.getHostname() + ", started "
                            + started(ProcessHandle.current()) + "\n")
                    .getBytes(StandardCharsets.UTF_8));
            return true;
        } catch (IOException e) {
            if (files.exists(file)) {
                return false;
            }
            throw e;
        }
    }

    /** The process that the file names; empty if that process has not written it yet. */
    private String owner() throws IOException {
        try (InputStream bytes = files.open(file)) {
            return new String(bytes.readNBytes(LONGEST_OWNER), StandardCharsets.UTF_8);
        }
    }

    /** Whether a process ran on this machine and has ended; another process may have its number by now. */
    private static boolean isGone(String owner) {
        Matcher matcher = OWNER.matcher(owner);
        if (!matcher.matches() || !matcher.group(2).equals(NetUtils.getHostname())) {
            return false;
        }
        Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(matcher.group(1)));
        return process.isEmpty() || !started(process.get()).equals(matcher.group(3));
    }

    private static String started(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toString).orElse("unknown");
    }

    @Override
    public void close() throws IOException {
        files.delete(file, false);
    }
}
