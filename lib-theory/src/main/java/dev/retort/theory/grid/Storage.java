package dev.retort.theory.grid;

import dev.retort.core.internal.FileAccess;
import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The bytes of a file that one sweep writes. */
interface Storage extends Closeable {

    /** The content of the file from its beginning; must be read before anything is written. */
    InputStream read() throws IOException;

    /**
     * Requires that the file is still the one that was opened, and as long as this process left it.
     *
     * @throws IOException if another process has modified, replaced or deleted it
     */
    void requireUntouched(long length) throws IOException;

    /** Writes at a position. After an exception any part of the bytes may have been written. */
    void write(long position, byte[] bytes) throws IOException;

    /** Truncates the file to a length. */
    void truncate(long length) throws IOException;

    /** Returns when everything is on the disk. */
    void sync() throws IOException;

    /**
     * Opens a file, which is created if it does not exist, and locks it.
     *
     * @throws IOException if it is not a regular file, cannot be opened for writing, or is open in another sweep
     */
    static Storage of(Path path) throws IOException {
        if (Files.exists(path)) {
            requireRegularFile(path);
        }
        // Not a channel: an interrupted thread would close it in the middle of a row.
        RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
        try {
            @Nullable Object key = keyOf(path);
            return new OpenFile(path, StorageLock.of(path), file, key); // the lock last, as nothing after it can fail
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /**
     * Requires that a path leads to a regular file: a pipe or a device may have no end, or nothing to read.
     *
     * @throws IOException if it leads to something else, or to nothing
     */
    static void requireRegularFile(Path path) throws IOException {
        BasicFileAttributes attributes = FileAccess.to(() -> Files.readAttributes(path, BasicFileAttributes.class));
        if (!attributes.isRegularFile()) {
            throw new IOException(path + ": is " + (attributes.isDirectory() ? "a directory" : "a pipe or a device")
                    + ", not a regular file, as that of a sweep must be");
        }
    }

    /** A key that differs if the file is replaced, or null if the file system has none. */
    private static @Nullable Object keyOf(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }

    /** A file on a disk. */
    record OpenFile(
            Path path,
            StorageLock lock,
            RandomAccessFile file,
            @Nullable Object key) implements Storage {

        @Override
        public InputStream read() throws IOException {
            return new FileInputStream(file.getFD());
        }

        @Override
        public void requireUntouched(long length) throws IOException {
            boolean same;
            try {
                same = Objects.equals(key, keyOf(path));
            } catch (NoSuchFileException e) {
                same = false;
            }
            if (!same) {
                throw new IOException(path + ": was deleted or replaced by another process after the sweep opened it");
            }
            if (file.length() != length) {
                throw new IOException(path + ": was modified by another process; it has " + file.length()
                        + " bytes where the sweep left " + length);
            }
        }

        @Override
        public void write(long position, byte[] bytes) throws IOException {
            file.seek(position);
            file.write(bytes);
        }

        @Override
        public void truncate(long length) throws IOException {
            file.setLength(length);
        }

        @Override
        public void sync() throws IOException {
            file.getFD().sync();
        }

        @Override
        public void close() throws IOException {
            try {
                file.close();
            } finally {
                lock.close();
            }
        }
    }
}
