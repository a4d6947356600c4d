package dev.retort.examples;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionStatementTree;
import com.sun.source.tree.StatementTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * A Java example of the documentation, turned into a class with a static method {@code run()}, with the imports that it
 * omits and a check of every {@link Claim} in its comments.
 */
final class Example extends SimpleJavaFileObject {

    /** The directory of the README; Surefire runs in that of the module. */
    static final Path ROOT = Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());

    private static final Pattern IN_JAVADOC = Pattern.compile("<pre>\\{@code\\n(.*?)\\n *\\* *}</pre>", Pattern.DOTALL);
    private static final Pattern IN_MARKDOWN = Pattern.compile("```java\\n(.*?)\\n```", Pattern.DOTALL);
    private static final Pattern COMMENT = Pattern.compile("(?<!:)//(.*)");

    private static final Pattern NAME = Pattern.compile("\\b[A-Z]\\w*");

    private static final List<String> IMPORTS = List.of(
            "java.nio.file.*",
            "java.util.*",
            "java.util.random.*",
            "java.util.stream.*",
            "org.nd4j.linalg.api.ndarray.*",
            "org.nd4j.linalg.factory.*");

    private final String className;
    private final String place;
    private final List<String> unchecked = new ArrayList<>();
    private String source;

    private Example(String className, String place, String source) {
        super(URI.create("string:///" + className + ".java"), Kind.SOURCE);
        this.className = className;
        this.place = place;
        this.source = source;
    }

    static List<Example> all() throws IOException {
        List<Example> examples = new ArrayList<>();
        List<String> types = publicTypes();
        for (Path file : documents()) {
            boolean java = file.toString().endsWith(".java");
            Matcher matcher = (java ? IN_JAVADOC : IN_MARKDOWN).matcher(Files.readString(file));
            while (matcher.find()) {
                String code = java ? matcher.group(1).replaceAll("(?m)^ *\\* ?", "") : matcher.group(1);
                examples.add(of(file, examples.size() + 1, code, types));
            }
        }
        return examples;
    }

    private static Example of(Path file, int number, String code, List<String> types) throws IOException {
        Set<String> imports = new TreeSet<>(IMPORTS);
        imports.addAll(named(code, types, qualified(file)));
        String name = "Example" + number;
        String source = imports.stream().map("import %s;\n"::formatted).collect(joining())
                + code.lines().filter(line -> line.startsWith("import ")).collect(joining("\n"))
                + "\npublic class " + name + " { public static void run() throws Exception {\n"
                + code.lines().filter(line -> !line.startsWith("import ")).collect(joining("\n"))
                + "\n} }\n";
        Example example = new Example(name, ROOT.relativize(file) + ", example " + number, source);
        example.addChecks();
        return example;
    }

    private static List<Path> documents() throws IOException {
        List<Path> documents = new ArrayList<>(List.of(ROOT.resolve("README.md")));
        for (String module : List.of("lib-core", "lib-theory", "lib-examples")) {
            for (String folder : List.of("src/main/java", "docs")) {
                documents.addAll(files(ROOT.resolve(module).resolve(folder), ".*\\.(java|md)"));
            }
        }
        return documents;
    }

    private static List<Path> files(Path folder, String names) throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.getFileName().toString().matches(names))
                    .sorted()
                    .toList();
        }
    }

    /** The public types of the libraries. */
    private static List<String> publicTypes() throws IOException {
        List<String> types = new ArrayList<>();
        for (String module : List.of("lib-core", "lib-theory")) {
            for (Path file : files(ROOT.resolve(module).resolve("src/main/java"), ".*\\.java")) {
                if (Files.readString(file).contains("\npublic ")) {
                    types.add(qualified(file));
                }
            }
        }
        return types;
    }

    /**
     * The types whose names are in the code. Those in the package of a documented type take precedence over types of
     * the same name elsewhere, and the code's own imports over both. No other package knows internal types.
     */
    private static List<String> named(String code, List<String> types, String documented) {
        Set<String> words = NAME.matcher(code).results().map(MatchResult::group).collect(toSet());
        Map<String, List<String>> byName = types.stream()
                .filter(type -> words.contains(simpleName(type)) && !code.contains("." + simpleName(type) + ";"))
                .collect(groupingBy(Example::simpleName));
        return byName.values().stream()
                .flatMap(same -> {
                    List<String> neighbours = same.stream()
                            .filter(type -> packageOf(type).equals(packageOf(documented)))
                            .toList();
                    return neighbours.isEmpty()
                            ? same.stream().filter(type -> !type.contains(".internal."))
                            : neighbours.stream();
                })
                .toList();
    }

    private static String simpleName(String type) {
        return type.substring(type.lastIndexOf('.') + 1);
    }

    private static String packageOf(String type) {
        return type.substring(0, Math.max(0, type.lastIndexOf('.')));
    }

    private static String qualified(Path file) {
        return file.toString().replaceAll(".*src.main.java.(.*)\\.java$", "$1").replaceAll("[/\\\\]", ".");
    }

    /** Adds a call of {@link Claim#check} to every statement with a claim, and records comments with numbers that are not claims. */
    private void addChecks() throws IOException {
        JavacTask task = (JavacTask) ToolProvider.getSystemJavaCompiler()
                .getTask(null, null, complaint -> {}, List.of("-proc:none"), null, List.of(this));
        CompilationUnitTree unit = task.parse().iterator().next();
        SourcePositions positions = Trees.instance(task).getSourcePositions();
        TreeMap<Integer, StatementTree> byEnd = new TreeMap<>();
        new TreeScanner<Void, Void>() {
            @Override
            public Void visitVariable(VariableTree variable, Void nothing) {
                byEnd.put((int) positions.getEndPosition(unit, variable), variable);
                return super.visitVariable(variable, null);
            }

            @Override
            public Void visitExpressionStatement(ExpressionStatementTree statement, Void nothing) {
                byEnd.put((int) positions.getEndPosition(unit, statement), statement);
                return super.visitExpressionStatement(statement, null);
            }
        }.scan(unit, null);

        NavigableMap<Integer, String> insertions = new TreeMap<>();
        Matcher comments = COMMENT.matcher(source);
        while (comments.find()) {
            String comment = comments.group(1).strip();
            Map.Entry<Integer, StatementTree> before = byEnd.floorEntry(comments.start());
            boolean trails = before != null
                    && source.substring(before.getKey(), comments.start()).matches("[ \\t]*");
            Claim claim = trails ? Claim.of(comment).orElse(null) : null;
            String unclaimed = claim == null ? comment : claim.explanation();
            if (unclaimed.chars().anyMatch(Character::isDigit)) {
                unchecked.add(comment);
            }
            if (claim != null) {
                int end = before.getKey();
                String call = "dev.retort.examples.Claim.check(\"%s\", ".formatted(place);
                String rest = ", \"%s\")".formatted(comment.replace("\"", "\\\""));
                if (before.getValue() instanceof VariableTree variable) {
                    insertions.put(end, " " + call + variable.getName() + rest + ";");
                } else {
                    insertions.put((int) positions.getStartPosition(unit, before.getValue()), call);
                    insertions.put(end - 1, rest);
                }
            }
        }
        StringBuilder checked = new StringBuilder(source);
        insertions.descendingMap().forEach(checked::insert);
        source = checked.toString();
    }

    String className() {
        return className;
    }

    String place() {
        return place;
    }

    String source() {
        return source;
    }

    /** The comments with numbers that nothing checks. */
    List<String> unchecked() {
        return unchecked;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return source;
    }

    @Override
    public String toString() {
        return place;
    }
}
