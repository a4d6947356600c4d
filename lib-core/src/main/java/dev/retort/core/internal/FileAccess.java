package dev.retort.core.internal;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Access to files whose failures say what is wrong: the messages of Java's own are often the path alone. */
public final class FileAccess {

    private FileAccess() {}

    /** Opens, creates or asks for a file. */
    @FunctionalInterface
    public interface Access<T> {
        T take() throws IOException;
    }

    /**
     * Gains access to a file.
     *
     * @throws IOException what the access throws, of the same class where that tells a missing file from one that is not
     *     allowed
     */
    public static <T> T to(Access<T> access) throws IOException {
        try {
            return access.take();
        } catch (FileSystemException e) {
            throw explained(e);
        }
    }

    /** The same failure with a reason in its message, if it has none. */
    public static FileSystemException explained(FileSystemException e) {
        if (e.getReason() != null) {
            return e;
        }
        FileSystemException explained;
        if (e instanceof NoSuchFileException) {
            explained = new NoSuchFileException(e.getFile(), e.getOtherFile(), "no such file");
        } else if (e instanceof AccessDeniedException) {
            explained = new AccessDeniedException(e.getFile(), e.getOtherFile(), "permission denied");
        } else if (e instanceof FileAlreadyExistsException) {
            explained = new FileAlreadyExistsException(e.getFile(), e.getOtherFile(), "exists and is not a directory");
        } else {
            explained = new FileSystemException(e.getFile(), e.getOtherFile(), "cannot be read or written");
        }
        explained.initCause(e);
        return explained;
    }
}
