package dev.retort.theory.grid;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps other sweeps from a file while it is open, in this process and in others. The lock is on a file of its own beside it,
 * named like it with {@code .lock} behind and deleted at the end: POSIX systems give up all locks that a process has on a file as
 * soon as that process closes any stream of it, and results may be read while they are written.
 */
final class StorageLock implements Closeable {

    /** Of this process, which a lock on a file does not keep out. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path locked;
    private final Path file;
    private final FileChannel channel;

    private StorageLock(Path locked, Path file, FileChannel channel) {
        this.locked = locked;
        this.file = file;
        this.channel = channel;
    }

    /**
     * Takes the lock of a file that exists.
     *
     * @throws IOException if another sweep has it, or no file can be made beside this one
     */
    static StorageLock of(Path path) throws IOException {
        Path locked = path.toRealPath();
        Path file = locked.resolveSibling(locked.getFileName() + ".lock");
        if (!HELD.add(locked)) {
            throw taken(path);
        }
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                if (channel.tryLock() == null) {
                    throw taken(path);
                }
                return new StorageLock(locked, file, channel);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (OverlappingFileLockException e) { // of this class, loaded twice
            HELD.remove(locked);
            throw taken(path);
        } catch (AccessDeniedException e) {
            HELD.remove(locked);
            throw new IOException(path + ": cannot be locked, " + file + " cannot be made", e);
        } catch (IOException | RuntimeException e) {
            HELD.remove(locked);
            throw e;
        }
    }

    private static IOException taken(Path path) {
        return new IOException(path + ": another sweep is writing to this file");
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            Files.deleteIfExists(file);
        } finally {
            HELD.remove(locked);
        }
    }
}
