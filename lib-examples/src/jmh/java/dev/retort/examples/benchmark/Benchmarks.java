package dev.retort.examples.benchmark;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs all benchmarks and prints a Markdown table for each class: a row for each value of its parameter, a column of
 * medians for each method, and the ratios to the method {@value #BASELINE}. New benchmark classes need no entry here.
 */
public final class Benchmarks {

    private static final String BASELINE = "retort";

    private Benchmarks() {}

    /**
     * Runs the benchmarks.
     *
     * @param arguments a pattern of the benchmarks to run; without it, all of them
     * @throws RunnerException if a benchmark fails
     */
    public static void main(String[] arguments) throws RunnerException {
        Options options = new OptionsBuilder()
                .include(arguments.length > 0 ? arguments[0] : "dev.retort")
                .mode(Mode.SampleTime)
                .timeUnit(TimeUnit.MICROSECONDS)
                .forks(1)
                .warmupIterations(2)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(5)
                .measurementTime(TimeValue.seconds(1))
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .jvmArgs("-Xmx3g")
                .build();
        Map<String, Map<Integer, Map<String, Double>>> tables = new TreeMap<>();
        for (RunResult result : new Runner(options).run()) {
            String[] name = result.getParams().getBenchmark().split("\\.", -1);
            String parameter = result.getParams().getParamsKeys().iterator().next();
            tables.computeIfAbsent(name[name.length - 2], key -> new TreeMap<>())
                    .computeIfAbsent(Integer.valueOf(result.getParams().getParam(parameter)), key -> new TreeMap<>())
                    .put(
                            name[name.length - 1],
                            result.getPrimaryResult().getStatistics().getPercentile(50));
        }
        PrintStream terminal = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        terminal.printf(
                "%s %s, %d processors (%s)%n",
                System.getProperty("java.vm.name"),
                System.getProperty("java.version"),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.arch"));
        tables.forEach((name, rows) -> terminal.println("\n" + name + "\n\n" + markdown(rows)));
    }

    private static String markdown(Map<Integer, Map<String, Double>> rows) {
        Set<String> all = rows.values().stream()
                .map(Map::keySet)
                .flatMap(Collection::stream)
                .collect(toCollection(TreeSet::new));
        Set<String> methods = new LinkedHashSet<>(all.contains(BASELINE) ? List.of(BASELINE) : List.of());
        methods.addAll(all);
        StringBuilder table = new StringBuilder();
        table.append("| | ").append(String.join(" | ", methods)).append(" |\n");
        table.append("|---:|").append("---:|".repeat(methods.size())).append('\n');
        rows.forEach((features, medians) -> table.append(methods.stream()
                .map(method -> cell(method, medians))
                .collect(joining(" | ", "| " + String.format(Locale.ROOT, "%,d", features) + " | ", " |\n"))));
        return table.toString();
    }

    private static String cell(String method, Map<String, Double> medians) {
        Double microseconds = medians.get(method);
        Double baseline = medians.get(BASELINE);
        if (microseconds == null) {
            return "";
        }
        String time = microseconds < 1000
                ? String.format(Locale.ROOT, "%.3g µs", microseconds)
                : String.format(Locale.ROOT, "%,.4g ms", microseconds / 1000);
        return method.equals(BASELINE) || baseline == null
                ? time
                : time + String.format(Locale.ROOT, " (%.3g)", microseconds / baseline);
    }
}
