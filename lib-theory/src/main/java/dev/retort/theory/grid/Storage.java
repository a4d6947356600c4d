package dev.retort.theory.grid;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;

/** The bytes of a file that is being written, by nobody else. */
interface Storage extends Closeable {

    /** What is in the file, from its beginning; to be read before anything is written. */
    InputStream read() throws IOException;

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
            if (file.getChannel().tryLock() == null) {
                throw new OverlappingFileLockException();
            }
        } catch (OverlappingFileLockException e) {
            file.close();
            throw new IOException(path + ": another sweep is writing to this file", e);
        } catch (IOException e) {
            file.close();
            throw e;
        }
        return new Storage() {
            @Override
            public InputStream read() throws IOException {
                return new BufferedInputStream(new FileInputStream(file.getFD()));
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
                file.close();
            }
        };
    }
}
