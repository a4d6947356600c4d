package dev.retort.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.bytedeco.javacpp.Loader;

/** A project with the {@code build.gradle} of the documentation, built and run by the Gradle on the path. */
final class GradleProject {

    private static final Pattern BUILD = Pattern.compile("(?s)```gradle\\n(.*?\\n)```");
    private static final Pattern VERSION = Pattern.compile("(?m)^  <version>(.*)</version>$");
    private static final Path CONSUMER = Path.of(".ci/consumer");

    private final Path directory;

    private GradleProject(Path directory) {
        this.directory = directory;
    }

    /**
     * Writes the project.
     *
     * @throws IllegalStateException if the page has no {@code build.gradle}
     */
    static GradleProject of(String page, Path directory) throws IOException {
        Matcher build = BUILD.matcher(page);
        if (!build.find()) {
            throw new IllegalStateException("expected a build.gradle on the page of other languages");
        }
        Path source =
                Files.createDirectories(directory.resolve("src/main/java")).resolve("Consumer.java");
        Files.write(source, Files.readAllBytes(CONSUMER.resolve("src/main/java/Consumer.java")));
        Files.writeString(directory.resolve("settings.gradle"), "rootProject.name = 'consumer'\n");
        Files.writeString(
                directory.resolve("build.gradle"),
                build.group(1).replace("linux-x86_64", Loader.Detector.getPlatform()));
        return new GradleProject(directory);
    }

    /**
     * Builds the project with the compiled classes of this build, and runs it.
     *
     * @return whether Gradle is on the path
     * @throws IllegalStateException if the project does not resolve, compile or run
     */
    boolean run(String java) throws IOException, InterruptedException {
        Process gradle;
        try {
            gradle = new ProcessBuilder(
                            "gradle",
                            "--no-daemon",
                            "--quiet",
                            "--project-dir=" + directory.toAbsolutePath(),
                            "--init-script=" + CONSUMER.resolve("init.gradle").toAbsolutePath(),
                            "-Pcandidate=" + candidate().toUri(),
                            "-Pjava=" + java,
                            "consume")
                    .inheritIO()
                    .start();
        } catch (IOException e) {
            return false;
        }
        if (gradle.waitFor() != 0) {
            throw new IllegalStateException("gradle ended with exit code " + gradle.exitValue());
        }
        return true;
    }

    /** Writes a repository with the compiled classes of this build and the unchanged POMs. */
    private Path candidate() throws IOException {
        Matcher version = VERSION.matcher(Files.readString(Path.of("pom.xml")));
        if (!version.find()) {
            throw new IllegalStateException("pom.xml: has no version");
        }
        Path repository = directory.toAbsolutePath().resolve("repository");
        for (String part : List.of("retort", "retort-core", "retort-theory")) {
            Path module = Path.of(part.replace("retort", "lib").replaceFirst("^lib$", ""));
            Path artifact = Files.createDirectories(
                    repository.resolve("dev/retort").resolve(part).resolve(version.group(1)));
            String name = part + "-" + version.group(1);
            Files.write(artifact.resolve(name + ".pom"), Files.readAllBytes(module.resolve("pom.xml")));
            if (!part.equals("retort")) {
                jar(artifact.resolve(name + ".jar"), module.resolve("target/classes"));
            }
        }
        return repository;
    }

    private static void jar(Path file, Path classes) {
        Optional<ToolProvider> jar = ToolProvider.findFirst("jar");
        int exit = jar.orElseThrow()
                .run(System.out, System.err, "--create", "--file", file.toString(), "-C", classes.toString(), ".");
        if (exit != 0) {
            throw new IllegalStateException(classes + ": jar ended with exit code " + exit);
        }
    }
}
