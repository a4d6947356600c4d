package dev.retort.theory.grid;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** Reads lines of bytes in bounded memory: a caller takes a long line in parts, or leaves it. Lines end with a line feed. */
final class BoundedLines {

    private final InputStream bytes;
    private final byte[] buffer = new byte[1 << 13];
    private int position;
    private int limit;
    private boolean ended;

    /** The stream needs no buffer and is not closed. */
    BoundedLines(InputStream bytes) {
        this.bytes = bytes;
    }

    /** {@return the next byte, which stays unread, or −1 at the end of the stream} */
    int peek() throws IOException {
        if (position == limit) {
            position = 0;
            limit = Math.max(0, bytes.read(buffer));
        }
        return position < limit ? buffer[position] & 0xFF : -1;
    }

    /**
     * Reads up to and including the next line feed.
     *
     * @param most the number of bytes after which to stop, wherever that is in the line
     * @return what was read; empty at the end of the stream
     */
    byte[] next(int most) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(Math.min(most, 256));
        ended = false;
        while (!ended && line.size() < most && peek() >= 0) {
            int from = position;
            int stop = Math.min(limit, from + most - line.size());
            while (position < stop && !ended) {
                ended = buffer[position++] == '\n';
            }
            line.write(buffer, from, position - from);
        }
        return line.toByteArray();
    }

    /** {@return whether the last call of {@link #next} reached a line feed} */
    boolean isEnded() {
        return ended;
    }
}
