package dev.retort.examples;

import static java.util.stream.Collectors.joining;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;

/**
 * Compiles and runs the Kotlin, Scala and JShell code of the documentation, and checks the {@link Claim claims} of its
 * comments; then builds and runs a project with its {@code build.gradle}: {@code mvn -q -Planguages test-compile
 * exec:exec}, which puts the compilers on the class path.
 */
public final class OtherLanguages {

    private static final Pattern BLOCK = Pattern.compile("(?s)```(kotlin|scala|jshell)\\n(.*?)\\n```");
    private static final Pattern VALUE = Pattern.compile("va[lr] (\\w+) = ");
    private static final Pattern COMMENT = Pattern.compile("// (.*)");

    private OtherLanguages() {}

    /**
     * Fails if an example does not compile, does not run, or makes a wrong claim.
     *
     * @param arguments the page of Markdown, and a directory for compiled classes
     * @throws Exception if it cannot be read, written or run
     */
    public static void main(String[] arguments) throws Exception {
        Path page = Path.of(arguments[0]);
        Path directory = Files.createDirectories(Path.of(arguments[1]));
        int examples = 0;
        for (Matcher block = BLOCK.matcher(Files.readString(page)); block.find(); examples++) {
            String language = block.group(1);
            String name = language + " example of " + page;
            List<String> lines = withChecks(block.group(2), name);
            switch (language) {
                case "kotlin" ->
                    compileAndRun(
                            lines,
                            directory.resolve("Example.kt"),
                            "object Example { @JvmStatic fun main(none: Array<String>) {",
                            "} }",
                            "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler",
                            "-no-stdlib",
                            "-no-reflect");
                case "scala" ->
                    compileAndRun(
                            lines,
                            directory.resolve("Example.scala"),
                            "object Example { def main(none: Array[String]): Unit = {",
                            "} }",
                            "dotty.tools.dotc.Main");
                default -> jshell(lines);
            }
            System.out.println(name + ": right");
        }
        if (examples < 3) {
            throw new IllegalStateException(
                    page + ": expected an example in each of three languages, found " + examples);
        }
        boolean built = GradleProject.of(Files.readString(page), directory.resolve("gradle"))
                .run(java());
        System.out.println("build.gradle of " + page + ": " + (built ? "right" : "no gradle on the path: not run"));
    }

    /** The lines of an example, each claim followed by its check. */
    private static List<String> withChecks(String code, String place) {
        List<String> lines = new ArrayList<>();
        String value = "";
        int claims = 0;
        for (String line : code.replaceAll("(?m)^jshell> ", "").lines().toList()) {
            lines.add(line);
            Matcher values = VALUE.matcher(line);
            value = values.find() ? values.group(1) : value;
            Matcher comment = COMMENT.matcher(line);
            if (comment.find() && Claim.of(comment.group(1)).isPresent()) {
                lines.add("dev.retort.examples.Claim.check(\"%s\", %s, \"%s\")"
                        .formatted(place, value, comment.group(1)));
                claims++;
            }
        }
        if (claims == 0) {
            throw new IllegalStateException(place + ": claims nothing");
        }
        return lines;
    }

    private static void compileAndRun(List<String> lines, Path source, String head, String tail, String... compiler)
            throws IOException, InterruptedException {
        String imports =
                lines.stream().filter(line -> line.startsWith("import ")).collect(joining("\n"));
        String statements =
                lines.stream().filter(line -> !line.startsWith("import ")).collect(joining("\n"));
        Files.writeString(source, String.join("\n", imports, head, statements, tail, ""));
        String directory = String.valueOf(source.getParent());
        String classPath = System.getProperty("java.class.path") + File.pathSeparator + directory;
        java(
                classPath,
                Stream.concat(
                        Stream.of(compiler), Stream.of("-classpath", classPath, "-d", directory, source.toString())));
        java(classPath, Stream.of("Example"));
    }

    private static String java() {
        return ProcessHandle.current().info().command().orElse("java");
    }

    private static void java(String classPath, Stream<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(java(), "-classpath", classPath));
        arguments.forEach(command::add);
        int exit = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (exit != 0) {
            throw new IllegalStateException(command.get(3) + " ended with exit code " + exit);
        }
    }

    private static void jshell(List<String> lines) {
        try (JShell shell = JShell.create()) {
            shell.addToClasspath(System.getProperty("java.class.path"));
            for (String line : lines) {
                // A semicolon may be omitted, as at the prompt.
                String complete =
                        shell.sourceCodeAnalysis().analyzeCompletion(line).source();
                for (SnippetEvent event : shell.eval(complete)) {
                    if (event.status() != Snippet.Status.VALID || event.exception() != null) {
                        throw new IllegalStateException("JShell refuses " + line + ": " + event, event.exception());
                    }
                }
            }
        }
    }
}
