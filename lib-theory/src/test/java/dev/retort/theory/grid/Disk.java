package dev.retort.theory.grid;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A file in memory, on a disk that becomes full. */
final class Disk implements Storage {

    private final byte[] room;
    private boolean truncates;
    private int length;

    Disk(int room, boolean truncates) {
        this.room = new byte[room];
        this.truncates = truncates;
    }

    void truncates(boolean truncates) {
        this.truncates = truncates;
    }

    byte[] bytes() {
        return Arrays.copyOf(room, length);
    }

    String content() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    @Override
    public InputStream read() {
        return new ByteArrayInputStream(bytes());
    }

    @Override
    public void requireUntouched(long expected) {
        assertThat(length).isEqualTo((int) expected);
    }

    /** If the bytes do not fit, a part of them is written. */
    @Override
    public void write(long position, byte[] bytes) throws IOException {
        int fitting = Math.min(bytes.length, room.length - (int) position);
        System.arraycopy(bytes, 0, room, (int) position, fitting);
        length = Math.max(length, (int) position + fitting);
        if (fitting < bytes.length) {
            throw new IOException("No space left");
        }
    }

    @Override
    public void truncate(long to) throws IOException {
        if (!truncates) {
            throw new IOException("Not even that");
        }
        length = (int) to;
    }

    @Override
    public void sync() {}

    @Override
    public void close() {}
}
