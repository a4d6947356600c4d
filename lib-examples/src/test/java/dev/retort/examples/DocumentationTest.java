package dev.retort.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every Java example of the Javadoc, the README and the modules' documentation compiles and runs, and the numbers in
 * its comments are right; {@link Claim} describes the check.
 */
class DocumentationTest {

    /** Comments with numbers that are not checked, and the reasons. */
    private static final Map<String, String> UNCHECKED = Map.of(
            "prints as: 120 of 400 cells, 2 failed, 35 s, 82 s left",
            "the format of a line of progress, whose times differ");

    private static List<Example> examples = List.of();
    private static final Map<String, List<String>> ERRORS = new HashMap<>();
    private static URLClassLoader loader;

    @BeforeAll
    static void compileAll(@TempDir Path classes) throws IOException {
        examples = Example.all();
        // Usually one round is enough. Further rounds omit examples that do not compile, so that the others are still
        // checked.
        boolean compiled;
        do {
            compiled = compile(classes);
        } while (!compiled);
        loader = new URLClassLoader(new URL[] {classes.toUri().toURL()}, DocumentationTest.class.getClassLoader());
    }

    private static boolean compile(Path classes) {
        List<Example> sources = examples.stream()
                .filter(example -> !ERRORS.containsKey(example.className()))
                .toList();
        List<String> options = List.of(
                "-d", classes.toString(), "-proc:none", "-nowarn", "-classpath", System.getProperty("java.class.path"));
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        boolean compiled = ToolProvider.getSystemJavaCompiler()
                .getTask(null, null, diagnostics, options, null, sources)
                .call();
        for (Diagnostic<? extends JavaFileObject> diagnostic : diagnostics.getDiagnostics()) {
            if (diagnostic.getKind() == Diagnostic.Kind.ERROR && diagnostic.getSource() instanceof Example example) {
                ERRORS.computeIfAbsent(example.className(), name -> new ArrayList<>())
                        .add(diagnostic.getMessage(Locale.ROOT));
            }
        }
        return compiled;
    }

    @AfterAll
    static void close() throws IOException {
        loader.close();
    }

    static List<Example> examples() {
        return examples;
    }

    @Test
    void thereAreExamplesAndClaims() {
        assertThat(examples)
                .hasSizeGreaterThan(50)
                .anyMatch(example -> example.place().startsWith("README.md"));
        assertThat(examples.stream()
                        .flatMap(example -> example.source().lines())
                        .filter(line -> line.contains("Claim.check(")))
                .hasSizeGreaterThan(50);
    }

    @Test
    void numbersThatAreNotCheckedAreExceptionsWithAReason() {
        Map<String, String> unchecked = new HashMap<>();
        examples.forEach(example -> example.unchecked().forEach(comment -> unchecked.put(comment, example.place())));
        assertThat(unchecked.keySet())
                .as(
                        "Comments with a number that is not checked (start the comment with the number, or remove it): %s",
                        unchecked)
                .isEqualTo(UNCHECKED.keySet());
    }

    @ParameterizedTest
    @MethodSource("examples")
    void compilesAndRunsWithTheRightNumbers(Example example) throws Throwable {
        assertThat(ERRORS.getOrDefault(example.className(), List.of()))
                .as(example.source())
                .isEmpty();
        try {
            loader.loadClass(example.className()).getMethod("run").invoke(null);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
