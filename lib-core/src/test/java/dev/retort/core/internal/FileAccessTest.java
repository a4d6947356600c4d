package dev.retort.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileAccessTest {

    @TempDir
    private Path directory;

    @Test
    void aMissingFileIsCalledMissing() {
        Path file = directory.resolve("missing.csv");
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(() -> FileAccess.to(() -> Files.newInputStream(file)))
                .withMessage(file + ": no such file")
                .withCauseInstanceOf(NoSuchFileException.class);
    }

    @Test
    void aFileInTheWayOfADirectoryIsCalledSo() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "text");
        assertThatExceptionOfType(FileAlreadyExistsException.class)
                .isThrownBy(() -> WholeFile.write(file.resolve("inside"), "text"))
                .withMessage(file + ": exists and is not a directory");
    }

    /** Thrown here by hand: a test may run as root, who may read everything. */
    @Test
    void whatIsNotAllowedIsCalledSo() {
        assertThatExceptionOfType(AccessDeniedException.class)
                .isThrownBy(() -> FileAccess.to(() -> {
                    throw new AccessDeniedException("secret.csv");
                }))
                .withMessage("secret.csv: permission denied");
    }

    @Test
    void aReasonThatIsGivenStays() {
        FileSystemException given = new FileSystemException("disk.csv", null, "Input/output error");
        assertThatExceptionOfType(FileSystemException.class)
                .isThrownBy(() -> FileAccess.to(() -> {
                    throw given;
                }))
                .isSameAs(given);
        assertThat(given).hasMessage("disk.csv: Input/output error");
    }
}
