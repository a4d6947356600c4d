package dev.retort.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.retort.theory.report.Axis;
import dev.retort.theory.report.Figure;
import dev.retort.theory.report.Line;
import dev.retort.theory.report.Panel;
import dev.retort.theory.report.Table;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FiguresTest {

    @TempDir
    private Path directory;

    @Test
    void interruptedRunsKeepTheirFiguresAndAPage() throws Exception {
        Process drawing = child();
        try {
            try (BufferedReader errors = drawing.errorReader(UTF_8)) {
                assertThat(errors.readLine()).isEqualTo("Figure 1 of 3; 0 s");
                assertThat(errors.readLine()).startsWith("Figure 2 of 3; ");
                assertThat(errors.readLine()).startsWith("Figure 3 of 3; ");
                new ProcessBuilder("kill", "-INT", Long.toString(drawing.pid()))
                        .start()
                        .waitFor();
                assertThat(drawing.waitFor(20, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(drawing.exitValue()).isEqualTo(130);
        } finally {
            drawing.destroyForcibly();
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "one.svg", "one.png", "one.csv", "two.svg", "two.png", "two.csv", "index.html");
        }
        assertThat(Files.readString(directory.resolve("index.html")))
                .contains("2 of 3 figures; the others were not drawn yet", ">one</h2>", ">two</h2>")
                .endsWith("</html>\n");
    }

    /** Draws two figures and then waits in the third. */
    private Process child() throws IOException {
        List<String> withCtrlC = List.of("env", "--default-signal=INT"); // a build in the background may ignore SIGINT
        assumeThat(works(withCtrlC)).as("env resets signals").isTrue();
        List<String> command = Stream.of(
                        withCtrlC,
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-Djava.awt.headless=true",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Child.class.getName(),
                                directory.toString()))
                .flatMap(List::stream)
                .toList();
        return new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static boolean works(List<String> command) throws IOException {
        try {
            return new ProcessBuilder(Stream.concat(command.stream(), Stream.of("true"))
                                    .toList())
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** The child process. */
    static final class Child {

        private Child() {}

        public static void main(String[] arguments) throws IOException {
            List<Figures.Drawing> drawings = List.of(
                    new Figures.Drawing(1, () -> exhibit("one")),
                    new Figures.Drawing(2, () -> exhibit("two")),
                    new Figures.Drawing(47, Child::neverDrawn));
            Figures.draw(drawings, Path.of(arguments[0]), System.out, System.err);
        }

        private static Exhibit exhibit(String name) {
            double[] x = {1, 2};
            return new Exhibit(
                    name,
                    name,
                    List.of("A line."),
                    Figure.of(Panel.of(name, Axis.linear("x"), Axis.linear("y")).with(Line.of("", x, x))),
                    "A line.",
                    Table.of("x", "y").withRow(1, 1));
        }

        private static Exhibit neverDrawn() {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return exhibit("three");
        }
    }
}
