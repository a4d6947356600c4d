package dev.retort.examples;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every Java example of the Javadoc, the README and the modules' documentation compiles and runs. */
class DocumentationTest {

    /** Surefire runs in the directory of the module. */
    private static final Path ROOT =
            Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());

    private static final Pattern IN_JAVADOC = Pattern.compile("<pre>\\{@code\\n(.*?)\\n *\\* *}</pre>", Pattern.DOTALL);
    private static final Pattern IN_MARKDOWN = Pattern.compile("```java\\n(.*?)\\n```", Pattern.DOTALL);

    /** What the examples of the Javadoc leave out. */
    private static final String IMPORTS = Stream.of(
                    "dev.retort.core",
                    "dev.retort.core.spectrum",
                    "dev.retort.core.equivalent",
                    "dev.retort.core.nd4j",
                    "dev.retort.theory.distillation",
                    "dev.retort.theory.grid",
                    "dev.retort.theory.incontext",
                    "dev.retort.theory.matrix",
                    "dev.retort.theory.planning",
                    "dev.retort.theory.report",
                    "dev.retort.theory.scaling",
                    "dev.retort.theory.simulation",
                    "dev.retort.theory.testtime",
                    "java.nio.file",
                    "java.util",
                    "java.util.random",
                    "java.util.stream",
                    "org.nd4j.linalg.api.ndarray",
                    "org.nd4j.linalg.factory")
            .map(name -> "import " + name + ".*;")
            .collect(joining("\n"));

    record Example(String place, String code) {
        @Override
        public String toString() {
            return place;
        }
    }

    static List<Example> examples() throws IOException {
        List<Example> examples = new ArrayList<>();
        for (Path file : documents()) {
            boolean java = file.toString().endsWith(".java");
            Matcher matcher = (java ? IN_JAVADOC : IN_MARKDOWN).matcher(Files.readString(file));
            while (matcher.find()) {
                String code = java ? matcher.group(1).replaceAll("(?m)^ *\\* ?", "") : matcher.group(1);
                examples.add(new Example(ROOT.relativize(file) + ", example " + (examples.size() + 1), code));
            }
        }
        return examples;
    }

    private static List<Path> documents() throws IOException {
        List<Path> documents = new ArrayList<>(List.of(ROOT.resolve("README.md")));
        for (String module : List.of("lib-core", "lib-theory", "lib-examples")) {
            for (String folder : List.of("src/main/java", "docs")) {
                Path start = ROOT.resolve(module).resolve(folder);
                if (Files.exists(start)) {
                    try (Stream<Path> files = Files.walk(start)) {
                        files.filter(file -> file.toString().matches(".*\\.(java|md)"))
                                .sorted()
                                .forEach(documents::add);
                    }
                }
            }
        }
        return documents;
    }

    @Test
    void thereAreExamples() throws IOException {
        assertThat(examples()).hasSizeGreaterThanOrEqualTo(10);
        assertThat(examples()).anyMatch(example -> example.place().startsWith("README.md"));
    }

    @ParameterizedTest
    @MethodSource("examples")
    void compilesAndRuns(Example example, @TempDir Path classes) throws Exception {
        String imports = example.code()
                .lines()
                .filter(line -> line.startsWith("import "))
                .collect(joining("\n"));
        String body = example.code()
                .lines()
                .filter(line -> !line.startsWith("import "))
                .collect(joining("\n"));
        String source = IMPORTS + "\n" + imports
                + "\npublic class Example { public static void run() throws Exception {\n" + body + "\n} }";

        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter complaints = new StringWriter();
        boolean compiled = compiler.getTask(
                        complaints,
                        null,
                        null,
                        List.of(
                                "-d",
                                classes.toString(),
                                "-proc:none",
                                "-classpath",
                                System.getProperty("java.class.path")),
                        null,
                        List.of(new Source(source)))
                .call();
        assertThat(compiled).as("%s\n%s", source, complaints).isTrue();
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {classes.toUri().toURL()}, getClass().getClassLoader())) {
            Method run = loader.loadClass("Example").getMethod("run");
            run.invoke(null);
        }
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String text) {
            super(URI.create("string:///Example.java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
