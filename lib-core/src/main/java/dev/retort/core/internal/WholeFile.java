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
 * Writes files whole or not at all: to a temporary file beside the target, whose name ends in {@code .part}, which is renamed
 * to the target once it is on the disk. If the process is killed or the disk is full, the target is as it was before. A
 * killed process may leave its temporary file, which may be deleted.
 */
public final class WholeFile {

    private WholeFile() {}

    /** Writes the content of a file. */
    @FunctionalInterface
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Writes text as UTF-8, replacing the file if it exists; its directory is created if need be. */
    public static void write(Path file, String text) throws IOException {
        write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Writes a file, replacing it if it exists; its directory is created if need be.
     *
     * @throws IOException if the content throws it, or the file cannot be written or is not a regular one; the file is then
     *     left as it was
     */
    public static void write(Path file, Content content) throws IOException {
        // Replace the target of a link, not the link.
        Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
        Path directory = target.getParent();
        if (directory == null || (Files.exists(target) && !Files.isRegularFile(target))) {
            throw new FileSystemException(file.toString(), null, "is not a regular file");
        }
        if (Files.exists(target) && !Files.isWritable(target)) {
            // A move would replace it nevertheless.
            throw new AccessDeniedException(file.toString(), null, "permission denied");
        }
        FileAccess.to(() -> Files.createDirectories(directory));
        // Files.createTempFile would make a file that only its owner may read.
        Path part = directory.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            try (FileChannel channel = FileAccess.to(
                            () -> FileChannel.open(part, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW));
                    OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel))) {
                content.writeTo(out);
                out.flush();
                channel.force(true);
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part); // after a successful move there is none
        }
    }
}
