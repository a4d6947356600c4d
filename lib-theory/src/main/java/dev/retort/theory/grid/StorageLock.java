package dev.retort.theory.grid;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps other sweeps, in this process and in others, away from a file while it is open. The lock is on a second file beside it, with {@code
 * .lock} appended to its name, and not on the file itself: POSIX systems release all locks that a process has on a file as soon as the
 * process closes any stream of it, and results may be read while they are written. The second file is deleted at the end.
 */
final class StorageLock implements Closeable {

    /** The files that this process has open; a file lock does not exclude the process that holds it. */
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
     * @throws IOException if another sweep has it, or the file beside it cannot be created
     */
    static StorageLock of(Path path) throws IOException {
        Path locked = path.toRealPath();
        Path file = locked.resolveSibling(locked.getFileName() + ".lock");
        if (!HELD.add(locked)) {
            throw taken(path);
        }
        try {
            return new StorageLock(locked, file, lockedChannel(path, file));
        } catch (IOException | RuntimeException e) {
            HELD.remove(locked);
            throw e;
        }
    }

    private static FileChannel lockedChannel(Path path, Path file) throws IOException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(path + ": cannot be locked, " + file + " is not a regular file; remove it");
        }
        // A link created just now is not followed: with one, anybody who can write to the directory could have any
        // file of the user opened.
        FileChannel channel = open(path, file);
        try {
            if (channel.tryLock() == null) {
                throw taken(path);
            }
            return channel;
        } catch (OverlappingFileLockException e) { // held by a second copy of this class, from another class loader
            channel.close();
            throw taken(path);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static FileChannel open(Path path, Path file) throws IOException {
        try {
            return FileChannel.open(
                    file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
        } catch (AccessDeniedException e) {
            throw new IOException(path + ": cannot be locked, " + file + " cannot be created", e);
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
