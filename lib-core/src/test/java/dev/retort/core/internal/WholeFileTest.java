package dev.retort.core.internal;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class WholeFileTest {

    private static final int LENGTH = 2_000_001;

    @TempDir
    private Path directory;

    @Test
    void replacesFilesInDirectoriesThatItCreates() throws IOException {
        Path file = directory.resolve("of/results/table.csv");
        WholeFile.write(file, "a,b\n");
        WholeFile.write(file, "α\n");
        assertThat(file).hasContent("α\n");
        assertThat(names(directory.resolve("of/results"))).containsExactly("table.csv");
    }

    @Test
    void aFailureHalfwayKeepsTheOldFile() throws IOException {
        Path file = directory.resolve("table.csv");
        WholeFile.write(file, "whole");
        assertThatIOException()
                .isThrownBy(() -> WholeFile.write(file, out -> {
                    out.write(new byte[100_000]);
                    throw new IOException("No space left");
                }))
                .withMessage("No space left");
        assertThat(file).hasContent("whole");
        assertThat(names(directory)).containsExactly("table.csv");
    }

    @Test
    void targetsOfLinksAreReplacedAndLinksKept() throws IOException {
        Path file = Files.createDirectory(directory.resolve("elsewhere")).resolve("table.csv");
        WholeFile.write(file, "old");
        Path link = Files.createSymbolicLink(directory.resolve("link.csv"), file);
        WholeFile.write(link, "new");
        assertThat(link).isSymbolicLink();
        assertThat(file).hasContent("new");
    }

    @Test
    void filesHaveTheUsualPermissions() throws IOException {
        assumeThat(directory.getFileSystem().supportedFileAttributeViews()).contains("posix");
        Path ordinary = Files.writeString(directory.resolve("ordinary.csv"), "");
        Path whole = directory.resolve("whole.csv");
        WholeFile.write(whole, "");
        assertThat(Files.getPosixFilePermissions(whole)).isEqualTo(Files.getPosixFilePermissions(ordinary));
    }

    @Test
    void directoriesAreRejectedAndKept() throws IOException {
        Path taken = Files.createDirectory(directory.resolve("table.csv"));
        assertThatExceptionOfType(FileSystemException.class)
                .isThrownBy(() -> WholeFile.write(taken, "text"))
                .withMessage(taken + ": is not a regular file");
        assertThat(names(directory)).containsExactly("table.csv");
    }

    @Test
    void afterAKillAFileIsWhole() throws Exception {
        Path file = directory.resolve("table.csv");
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        places(),
                        Writer.class.getName(),
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        while (writer.isAlive() && !Files.exists(file)) {
            Thread.sleep(1);
        }
        assertThat(writer.isAlive()).isTrue();
        writer.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        assertThat(Files.readString(file)).matches("0+\n|1+\n").hasSize(LENGTH);
    }

    /** The child process, which writes a file repeatedly. */
    static final class Writer {

        private Writer() {}

        public static void main(String[] arguments) throws IOException {
            for (int i = 0; ; i++) {
                byte[] digits = Integer.toString(i % 2).repeat(1000).getBytes(StandardCharsets.UTF_8);
                WholeFile.write(Path.of(arguments[0]), out -> {
                    for (int k = 0; k < LENGTH / 1000; k++) {
                        out.write(digits);
                    }
                    out.write('\n');
                });
            }
        }
    }

    /** The class path of the child. */
    private static String places() {
        return Stream.of(WholeFile.class, Writer.class)
                .map(type -> new File(type.getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .getPath())
                        .toString())
                .collect(joining(File.pathSeparator));
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName())).toList();
        }
    }
}
