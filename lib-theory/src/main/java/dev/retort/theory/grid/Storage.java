package dev.retort.theory.grid;

import java.io.BufferedInputStream;
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

/** The bytes of a file that is being written, by nobody else. */
interface Storage extends Closeable {

    /** What is in the file, from its beginning; to be read before anything is written. */
    InputStream read() throws IOException;

    /**
     * Looks whether the file is still where it was opened, and as long as it was left.
     *
     * @throws IOException if somebody else has been at it
     */
    void requireUntouched(long length) throws IOException;

    /** Writes at a place. If it fails, any part of the bytes may have been written. */
    void write(long position, byte[] bytes) throws IOException;

    /** Drops what is beyond. */
    void truncate(long length) throws IOException;

    /** Returns when everything is on the disk. */
    void sync() throws IOException;

    /**
     * Opens a file, which is made if it is not there, and locks it.
     *
     * @throws IOException if it cannot be opened for writing, or another sweep has it open
     */
    static Storage of(Path path) throws IOException {
        // Not a channel: an interrupted thread would close it in the middle of a row.
        RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
        try {
            @Nullable Object key = keyOf(path);
            return new OpenFile(path, StorageLock.of(path), file, key); // the lock last: nothing can fail after it
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** What tells a file from one that takes its place, if the system has such a thing. */
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
            return new BufferedInputStream(new FileInputStream(file.getFD()));
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
                throw new IOException(path + ": has been deleted or replaced since the sweep began");
            }
            if (file.length() != length) {
                throw new IOException(path + ": somebody else has changed it, " + file.length() + " bytes where "
                        + length + " had been written");
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
