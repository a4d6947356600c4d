package dev.retort.core.internal;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Files that appear whole or not at all: they are written under another name beside their own, which ends in {@code .part}, and take
 * their own once they are on the disk. Whenever the process is killed or the disk is full, the file is as it was before. A process
 * that is killed in between may leave the one beside it, which may be deleted.
 */
public final class WholeFile {

    private WholeFile() {}

    /** What a file holds. */
    @FunctionalInterface
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Writes text as UTF-8, in place of such a file if there is one; its directory is created if need be. */
    public static void write(Path file, String text) throws IOException {
        write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Writes a file, in place of such a file if there is one; its directory is created if need be.
     *
     * @throws IOException if the content throws it, or the file cannot be written or is not a regular one; it is left as it was then
     */
    public static void write(Path file, Content content) throws IOException {
        // What a link leads to is replaced, not the link.
        Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
        Path directory = target.getParent();
        if (directory == null || (Files.exists(target) && !Files.isRegularFile(target))) {
            throw new FileSystemException(file.toString(), null, "is not a regular file");
        }
        if (Files.exists(target) && !Files.isWritable(target)) {
            throw new AccessDeniedException(file.toString()); // which a move would not heed
        }
        Files.createDirectories(directory);
        // Not one of Files.createTempFile, which only its owner may read.
        Path part = directory.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
                    OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel))) {
                content.writeTo(out);
                out.flush();
                channel.force(true);
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part); // it is there only if something was thrown
        }
    }
}
