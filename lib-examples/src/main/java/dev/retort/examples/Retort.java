package dev.retort.examples;

import static dev.retort.core.internal.Arguments.refusal;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import dev.retort.core.internal.FileAccess;
import dev.retort.examples.validation.Validation;
import dev.retort.theory.data.DataTable;
import dev.retort.theory.data.TableFormatException;
import dev.retort.theory.data.TableReader;
import dev.retort.theory.grid.LocalSweep;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.function.ObjDoubleConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line of {@code retort.jar}. */
@Command(
        name = "retort",
        mixinStandardHelpOptions = true,
        versionProvider = Retort.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "Knowledge distillation in closed form, and in simulation.",
        footer = {
            "",
            "Exit codes: 0 if all went well, 1 if a file cannot be read or written, work remains or a formula fails, 2 if the arguments or"
                    + " the table are refused, 130 after Ctrl-C.",
            "",
            "Progress and errors go to standard error, results to standard output. A command may be interrupted at any"
                    + " moment: files are written whole or not at all, and a sweep continues where it stopped when the same"
                    + " command is given again."
        })
public final class Retort {

    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int REFUSED = 2;

    private final PrintStream out;
    private final PrintStream err;

    /** The arguments of this run, which its reports show. */
    private final List<String> arguments;

    private Retort(List<String> arguments, PrintStream out, PrintStream err) {
        this.arguments = arguments;
        this.out = out;
        this.err = err;
    }

    /**
     * Runs a command and ends the process with its exit code.
     *
     * @param arguments {@code --help} explains them
     */
    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(arguments, out, err));
    }

    /**
     * Runs a command.
     *
     * @param arguments {@code --help} explains them
     * @param out where results go
     * @param err where progress and errors go
     * @return the exit code: 0 if all went well, 1 if a file cannot be read or written, work remains or a formula fails, 2 if the
     *     arguments are refused
     */
    static int run(String[] arguments, PrintStream out, PrintStream err) {
        CommandLine command = new CommandLine(new Retort(List.of(arguments), out, err))
                .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .setUsageHelpAutoWidth(false)
                .registerConverter(Charset.class, Retort::encoding)
                .registerConverter(Path.class, Retort::path)
                .setParameterExceptionHandler((refused, given) -> explain(refused, err))
                .setExecutionExceptionHandler((failure, line, parsed) -> report(failure, err));
        // SweepCommand, which Spark shares, parses all further arguments itself.
        requireNonNull(command.getSubcommands().get("sweep")).setUnmatchedOptionsArePositionalParams(true);
        if (arguments.length == 0) {
            command.usage(err);
            return REFUSED;
        }
        return Commands.ended(command.execute(arguments), out, err);
    }

    private static Charset encoding(String name) {
        try {
            return Charset.forName(name);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(
                    "\"" + name + "\" is not an encoding that Java knows; there are windows-1252, UTF-16, GB18030, …");
        }
    }

    private static Path path(String name) {
        try {
            return Commands.path(name);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    /** One line, and what may have been meant. */
    private static int explain(ParameterException refused, PrintStream err) {
        err.println(refused.getMessage());
        PrintWriter writer = new PrintWriter(err, true, StandardCharsets.UTF_8);
        UnmatchedArgumentException.printSuggestions(refused, writer);
        String command = refused.getCommandLine().getCommandSpec().qualifiedName();
        err.println("(" + command + " --help explains all arguments)");
        return REFUSED;
    }

    private static void requirePositive(String option, @Nullable Double value) {
        if (value != null && !(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw refusal(option, value, "is not greater than 0 and finite");
        }
    }

    private static void refuseWithoutTeachers(String option, @Nullable Number value, Path file) {
        if (value != null) {
            throw refusal(
                    option, value, "is about distilled students, and no run of " + file + " has a teacher's loss");
        }
    }

    /** Returns a directory for results; refuses it, before the work begins, if they cannot be written there. */
    private static Path writable(String argument, Path directory) {
        for (Path place = directory.toAbsolutePath().normalize(); place != null; place = place.getParent()) {
            if (Files.exists(place)) {
                if (!Files.isDirectory(place)) {
                    throw refusal(argument, directory, "is not a directory: " + place + " is a file");
                }
                try {
                    Files.delete(Files.createTempFile(place, "retort", ""));
                } catch (IOException e) {
                    throw refusal(
                            argument,
                            directory,
                            "cannot be written: " + place + " is not writable; choose another directory");
                }
                return directory;
            }
        }
        return directory;
    }

    /** Column names, without the quotes around names that contain commas. */
    private static String[] unquoted(String[] names) {
        return Arrays.stream(names)
                .map(name -> name.matches("(?s)\".+\"") ? name.substring(1, name.length() - 1) : name)
                .toArray(String[]::new);
    }

    /** The command that was given, quoted for a shell. */
    static String commandLine(List<String> arguments) {
        return arguments.stream()
                .map(argument ->
                        argument.matches("[\\w./=,:+-]+") ? argument : "'" + argument.replace("'", "'\\''") + "'")
                .collect(joining(" ", "retort ", ""));
    }

    /** The name of a column that is given as such, or, as {@code #3}, by its index. */
    private static String column(String option, String given, TableReader reader, Path file) throws IOException {
        if (Commands.isLost(given, Commands.locale())) {
            throw new IllegalArgumentException(option + ": " + Commands.lost(given, Commands.locale())
                    + ", or give the column’s index, counted from 0: " + option + "=#3");
        }
        if (!given.matches("#\\d{1,9}")) {
            return given;
        }
        int index = Integer.parseInt(given.substring(1));
        if (String.valueOf(file.getFileName()).matches("(?i).*\\.npy(\\.gz)?")) {
            return Integer.toString(index);
        }
        List<String> names = reader.readText(file).names();
        if (names.contains(given)) {
            return given;
        }
        if (index >= names.size()) {
            throw refusal(option, given, "is not from #0 to #" + (names.size() - 1) + ", the last column of " + file);
        }
        return names.get(index);
    }

    private static String count(int count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    /** The advice of a reader, with the options that follow it. */
    private static String withOptions(String advice) {
        return advice.replace("Read it without incomplete rows,", "Read it without incomplete rows (--complete-rows),")
                .replace("without these columns,", "without these columns (--without=COLUMN,…),");
    }

    private static int report(Exception failure, PrintStream err) throws Exception {
        if (failure instanceof UncheckedIOException unchecked) {
            return report(requireNonNull(unchecked.getCause()), err);
        }
        if (failure instanceof FileSystemException refused) {
            err.println(FileAccess.explained(refused).getMessage());
            return FAILED;
        }
        if (failure instanceof TableFormatException || failure instanceof IllegalArgumentException) {
            err.println(withOptions(String.valueOf(failure.getMessage())));
            return REFUSED;
        }
        if (failure instanceof IOException) {
            err.println(failure.getMessage());
            return FAILED;
        }
        throw failure;
    }

    @Command(
            name = "figures",
            mixinStandardHelpOptions = true,
            versionProvider = Retort.Version.class,
            description = {
                "Draws all figures, from theory and simulation, with a page that shows them. Takes two to three minutes on a machine"
                        + " that does nothing else.",
                "The page is written after every figure, and files are written whole or not at all: after Ctrl-C the figures"
                        + " drawn so far can be used. Another run draws everything again."
            })
    int figures(
            @Parameters(
                            paramLabel = "DIRECTORY",
                            arity = "0..1",
                            defaultValue = "retort-figures",
                            description = "where the figures go; ${DEFAULT-VALUE} unless given")
                    Path directory,
            @Option(
                            names = "--large-networks",
                            description =
                                    "trains the networks of progressive distillation on 50 coordinates instead of 24;"
                                            + " takes several minutes more")
                    boolean large,
            @Option(
                            names = "--image-networks",
                            description =
                                    "also trains small networks in SameDiff that teach larger ones on images; takes a minute more")
                    boolean onImages)
            throws IOException {
        Figures.write(
                writable("DIRECTORY", directory),
                large ? ProgressiveTeachers.Size.LARGE : ProgressiveTeachers.Size.SMALL,
                onImages,
                out,
                err);
        return DONE;
    }

    @Command(
            name = "sweep",
            description = "Predicts, and on request simulates, the risk for every combination of parameters; resumes an"
                    + " interrupted sweep. \"retort sweep --help\" lists its arguments.")
    int sweep(@Parameters(paramLabel = "--NAME=VALUE", arity = "0..*") String @Nullable [] parameters) {
        SweepCommand.Runner locally = (study, output, progress) -> {
            if (output.endsWith(".parquet")) {
                throw refusal("--output", output, "is not the name of a CSV file; only Spark writes Parquet");
            }
            return LocalSweep.onAllProcessors().onProgress(progress).run(study, outputOf(output));
        };
        return SweepCommand.run(parameters == null ? new String[0] : parameters, locally, out, err);
    }

    private static Path outputOf(String name) {
        try {
            return Commands.path(name);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--output: " + e.getMessage(), e);
        }
    }

    @Command(
            name = "analyse",
            aliases = "analyze",
            mixinStandardHelpOptions = true,
            versionProvider = Retort.Version.class,
            description = {
                "Reads a table and estimates how well linear models predict one of its columns, for any number of rows and"
                        + " with the best ridge, and how much the labels of a teacher would lower their error.",
                "Prints the main results and writes a page, figures, CSV and JSON."
            })
    int analyse(
            @Parameters(
                            paramLabel = "FILE",
                            description = "the table: CSV or TSV, also compressed with gzip, or a NumPy file (.npy)")
                    Path file,
            @Option(
                            names = "--label",
                            required = true,
                            paramLabel = "COLUMN",
                            description =
                                    "the column to predict: its name, or its index from 0 if there are no names; with names its index as"
                                            + " well, behind a #: --label=#3")
                    String label,
            @Option(
                            names = "--positive",
                            paramLabel = "VALUE",
                            description = "the label is a class: +1 where it holds this value, −1 elsewhere")
                    @Nullable
                    String positive,
            @Option(
                            names = "--header",
                            negatable = true,
                            description =
                                    "the first line holds names (even if they look like numbers) or, with --no-header,"
                                            + " values; needed if it holds numbers")
                    @Nullable
                    Boolean header,
            @Option(
                            names = "--encoding",
                            paramLabel = "NAME",
                            description =
                                    "the encoding of the text, such as windows-1252 or UTF-16; UTF-8 unless given")
                    @Nullable
                    Charset encoding,
            @Option(
                            names = "--skip-lines",
                            paramLabel = "K",
                            defaultValue = "0",
                            description = "skip the first K lines")
                    int skipped,
            @Option(
                            names = "--separator",
                            paramLabel = "CHAR",
                            description = "the character that separates fields; detected unless given")
                    @Nullable
                    Character separator,
            @Option(
                            names = "--without",
                            paramLabel = "COLUMN",
                            split = ",",
                            description =
                                    "columns to leave out, named as for --label; put a name that contains a comma in double quotes,"
                                            + " '\"a,b\"'")
                    String @Nullable [] without,
            @Option(
                            names = "--complete-rows",
                            description = "leave out rows with missing values; without this option they are an error")
                    boolean completeRows,
            @Option(names = "--raw", description = "use columns as they are, not divided by their standard deviations")
                    boolean raw,
            @Option(
                            names = "--measure",
                            paramLabel = "DRAWS",
                            arity = "0..1",
                            fallbackValue = "40",
                            description = "also train students on rows drawn from the table, so many of each size;"
                                    + " ${FALLBACK-VALUE} without a number")
                    @Nullable
                    Integer draws,
            @Option(
                            names = "--seed",
                            paramLabel = "SEED",
                            description = "the seed of the draws of --measure; 1 unless given")
                    @Nullable
                    Long seed,
            @Option(
                            names = "--output",
                            paramLabel = "DIRECTORY",
                            description = "where the report goes; the file's name with \"-report\" unless given")
                    @Nullable
                    Path output)
            throws IOException {
        if (skipped < 0) {
            throw refusal("--skip-lines", skipped, "is not at least 0");
        }
        if (draws != null && draws < 2) {
            throw refusal("--measure", draws, "is not at least 2");
        }
        if (draws == null && seed != null) {
            throw refusal("--seed", seed, "is the seed of the draws of --measure, which is not given");
        }
        String fileName = String.valueOf(file.getFileName());
        Path directory = writable(
                "--output",
                output == null
                        ? Path.of(fileName.replaceFirst("(?i)(\\.(csv|tsv|txt|npy|gz))+$", "") + "-report")
                        : output);
        TableReader reader = TableReader.standard();
        reader = header == null ? reader : header ? reader.withHeader() : reader.withoutHeader();
        reader = encoding == null ? reader : reader.withEncoding(encoding);
        reader = skipped > 0 ? reader.withSkippedLines(skipped) : reader;
        reader = separator == null ? reader : reader.withSeparator(separator);
        String predicted = column("--label", label, reader, file);
        List<String> left = new ArrayList<>();
        for (String name : without == null ? new String[0] : unquoted(without)) {
            String leftOut = column("--without", name, reader, file);
            if (leftOut.equals(predicted)) {
                throw refusal(
                        "--without",
                        "\"" + leftOut + "\"",
                        "is the column that --label predicts; it cannot be left out");
            }
            left.add(leftOut);
        }
        reader = left.isEmpty() ? reader : reader.withoutColumns(left.toArray(new String[0]));
        reader = positive == null ? reader : reader.withIndicator(predicted, positive);
        reader = completeRows ? reader.withoutIncompleteRows() : reader;
        DataTable table = reader.read(file);
        err.println("Read " + count(table.rows(), "row") + " and " + count(table.columns(), "column"));
        table.remarks().forEach(err::println);
        AnalysisReport.Settings settings = new AnalysisReport.Settings(
                fileName,
                predicted,
                raw,
                draws == null ? 0 : draws,
                seed == null ? 1 : seed,
                commandLine(arguments),
                Version.name());
        AnalysisReport report = Commands.naming(
                "column", "--label", () -> AnalysisReport.of(table, settings, TimeLeft.of(err::println)));
        report.save(directory);
        report.answers().forEach(out::println);
        out.println("report: " + directory.resolve("index.html").toAbsolutePath());
        return DONE;
    }

    @Command(
            name = "explore",
            mixinStandardHelpOptions = true,
            versionProvider = Retort.Version.class,
            description = {
                "Serves a page with sliders to a browser on this machine: risks, gains and masks for your settings, and"
                        + " the code for them.",
                "Ends with Ctrl-C."
            })
    int explore(
            @Option(
                            names = "--port",
                            paramLabel = "PORT",
                            defaultValue = "8099",
                            description = "the port; ${DEFAULT-VALUE} unless given, 0 for any free one")
                    int port)
            throws IOException, InterruptedException {
        if (port < 0 || port > 65535) {
            throw refusal("--port", port, "is not from 0 to 65535");
        }
        try (Explorer explorer = Explorer.start(port)) {
            out.println("Open " + explorer.address() + " in a browser; Ctrl-C ends.");
            new CountDownLatch(1).await();
        } catch (BindException e) {
            err.println("--port: " + port + " is in use; choose another, or 0 for any free one");
            return FAILED;
        }
        return DONE;
    }

    @Command(
            name = "law",
            mixinStandardHelpOptions = true,
            versionProvider = Retort.Version.class,
            description = {
                "Fits the scaling laws of training on data and of distillation to a table of runs, and says what they predict: the best"
                        + " model and the best split of a budget, the best teacher of a student and where the capacity gap begins.",
                "Columns N, D, loss, and L_T, the teacher's loss, which is empty for runs on data; or N, D, loss for runs on data and N_S,"
                        + " D_S, L_T, L_S for distilled ones side by side.",
                "Prints the answers and writes a page, a figure, CSV and JSON."
            })
    int law(
            @Parameters(paramLabel = "FILE", description = "the runs, as CSV or TSV with a line of names") Path file,
            @Option(
                            names = "--flops",
                            paramLabel = "C",
                            description = "the budget to plan for; ten times that of the largest run unless given")
                    @Nullable
                    Double flops,
            @Option(
                            names = "--student-parameters",
                            paramLabel = "N",
                            description =
                                    "parameters of the student to plan for; the geometric mean of the distilled runs unless given")
                    @Nullable
                    Double parameters,
            @Option(
                            names = "--student-tokens",
                            paramLabel = "D",
                            description =
                                    "tokens of the student to plan for; the geometric mean of the distilled runs unless given")
                    @Nullable
                    Double tokens,
            @Option(
                            names = "--students",
                            paramLabel = "K",
                            description = "how many students share a teacher; 1 unless given")
                    @Nullable
                    Integer students,
            @Option(
                            names = "--seed",
                            paramLabel = "SEED",
                            defaultValue = "1",
                            description = "the seed of the search and the bootstrap; ${DEFAULT-VALUE} unless given")
                    long seed,
            @Option(
                            names = "--output",
                            paramLabel = "DIRECTORY",
                            description = "where the report goes; the file's name with \"-law\" unless given")
                    @Nullable
                    Path output)
            throws IOException {
        requirePositive("--flops", flops);
        requirePositive("--student-parameters", parameters);
        requirePositive("--student-tokens", tokens);
        if (students != null && students < 1) {
            throw refusal("--students", students, "is not at least 1");
        }
        String name = String.valueOf(file.getFileName());
        Path directory = writable(
                "--output",
                output == null ? Path.of(name.replaceFirst("(?i)(\\.(csv|tsv|txt|gz))+$", "") + "-law") : output);
        RunFile runs = RunFile.read(file);
        err.println("Read " + runs);
        if (runs.distilled().size() == 0) {
            refuseWithoutTeachers("--student-parameters", parameters, file);
            refuseWithoutTeachers("--student-tokens", tokens, file);
            refuseWithoutTeachers("--students", students, file);
        }
        LawReport report = LawReport.of(
                runs,
                new LawReport.Settings(
                        name,
                        flops,
                        parameters,
                        tokens,
                        students == null ? 1 : students,
                        seed,
                        commandLine(arguments),
                        Version.name()),
                TimeLeft.of(err::println));
        report.save(directory);
        report.answers().forEach(out::println);
        out.println("report: " + directory.resolve("index.html").toAbsolutePath());
        return DONE;
    }

    @Command(
            name = "validate",
            mixinStandardHelpOptions = true,
            versionProvider = Retort.Version.class,
            description = {
                "Checks every formula against reference digits, simulations and limits, and writes a page with the error of"
                        + " each. Takes about a minute.",
                "Names the checks whose error exceeds the tolerance, and ends with exit code 1 if there are any."
            })
    int validate(
            @Parameters(
                            paramLabel = "DIRECTORY",
                            arity = "0..1",
                            defaultValue = "retort-validation",
                            description = "where the page goes; ${DEFAULT-VALUE} unless given")
                    Path directory,
            @Option(
                            names = "--quick",
                            description =
                                    "check only a few rows of each table and run only a few trials; takes seconds")
                    boolean quick,
            @Option(
                            names = "--digits",
                            paramLabel = "TABLES",
                            description =
                                    "a directory of tables that replace the library's tables of reference digits of the same names, such as"
                                            + " distillation/chains.tsv; it holds nothing else")
                    @Nullable
                    Path digits)
            throws IOException {
        writable("DIRECTORY", directory);
        long start = System.nanoTime();
        TimeLeft progress = TimeLeft.of(err::println);
        ObjDoubleConsumer<String> onFormula = (name, done) -> progress.accept("Checking " + name, done);
        Validation validation = digits == null
                ? Validation.run(quick, onFormula)
                : Commands.naming("directory", "--digits", () -> Validation.against(digits, quick, onFormula));
        String circumstances = String.format(
                Locale.ROOT,
                "Retort %s, on %s, with Java %s on %s; it took %.0f s.%s",
                Version.name(),
                LocalDate.now(ZoneOffset.UTC),
                Runtime.version(),
                System.getProperty("os.name"),
                (System.nanoTime() - start) / 1e9,
                quick ? " Quick: a few rows of each table and a few trials." : "");
        validation.save(directory, circumstances);
        validation.failures().forEach(failure -> err.println("fails: " + failure));
        out.println(validation.summary());
        out.println("report: " + directory.resolve("index.html").toAbsolutePath());
        return validation.failures().isEmpty() ? DONE : FAILED;
    }

    /** The version in the manifest. */
    static final class Version implements IVersionProvider {

        static String name() {
            return Commands.version();
        }

        @Override
        public String[] getVersion() {
            return new String[] {"Retort " + name()};
        }
    }
}
