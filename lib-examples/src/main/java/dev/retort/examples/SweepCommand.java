package dev.retort.examples;

import static dev.retort.core.internal.Arguments.refusal;
import static java.util.stream.Collectors.joining;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.grid.Cell;
import dev.retort.theory.grid.CellFunction;
import dev.retort.theory.grid.GridStudy;
import dev.retort.theory.grid.ParameterGrid;
import dev.retort.theory.grid.SweepProgress;
import dev.retort.theory.grid.SweepSummary;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The command line of a sweep over distillation on power laws, on this machine or on Spark. Arguments {@code --name=value}
 * declare a {@link GridStudy} and its output; progress and errors go to one stream, the summary to the other.
 */
public final class SweepCommand {

    /** Every cell has its row. */
    private static final int COMPLETE = 0;

    /** Cells failed, or the output cannot be written. */
    private static final int INCOMPLETE = 1;

    /** The arguments are wrong, or no cell can be measured with them. */
    private static final int REFUSED = 2;

    private static final String TRIALS = "trials";
    private static final String SEED = "seed";
    private static final String OUTPUT = "output";

    /** A parameter of the pipeline. If it has no default, it must be given, or it is optional and an axis only if it is given. */
    private record Parameter(String name, @Nullable Double value, boolean optional, String meaning) {}

    /** In the order of the axes. */
    private static final List<Parameter> PARAMETERS = List.of(
            new Parameter("alpha", null, false, "eigenvalue i of the covariance is i^-alpha"),
            new Parameter(
                    "source", null, false, "the signal in feature i, eigenvalue times beta squared, is i^-source"),
            new Parameter("features", null, false, "number of features"),
            new Parameter("noise", 0.0, false, "standard deviation of the labels' noise"),
            new Parameter(
                    "kept", null, true, "number of features that the teacher keeps, the first ones; all unless given"),
            new Parameter(
                    "teacherSamples",
                    null,
                    true,
                    "samples that the teacher is trained on; unless given, it knows the truth"),
            new Parameter("teacherRidge", null, true, "ridge of the teacher's training; 0 unless given"),
            new Parameter(
                    "targetKept",
                    null,
                    true,
                    "number of features that the target sees, the first ones; all unless given"),
            new Parameter("samples", null, false, "samples that the target is trained on"),
            new Parameter("ridge", 0.0, false, "ridge of the target's training"));

    private static final List<String> NAMES = Stream.concat(
                    PARAMETERS.stream().map(Parameter::name), Stream.of(TRIALS, SEED, OUTPUT))
            .toList();

    private SweepCommand() {}

    /** Runs studies, here or on a cluster. */
    @FunctionalInterface
    public interface Runner {

        /**
         * Runs a study.
         *
         * @param study the study
         * @param output where the rows go
         * @param progress called whenever rows have been written
         * @return the summary of the sweep
         * @throws IllegalArgumentException if the output belongs to another study
         * @throws IOException if the output cannot be read or written
         */
        SweepSummary run(GridStudy study, String output, Consumer<SweepProgress> progress) throws IOException;
    }

    /**
     * Runs a command line.
     *
     * @param arguments its arguments; {@code --help} explains them
     * @param runner runs the study that they declare
     * @param terminal where the summary or the help goes
     * @param errors where progress, about once a second, and the reason for a refusal go
     * @return the exit code: 0 if every cell has its row, 1 if not, 2 if the arguments, or all cells that they make, are
     *     refused
     */
    public static int run(String[] arguments, Runner runner, PrintStream terminal, PrintStream errors) {
        return Commands.ended(sweep(arguments, runner, terminal, errors), terminal, errors);
    }

    private static int sweep(String[] arguments, Runner runner, PrintStream terminal, PrintStream errors) {
        Set<String> told = Set.copyOf(Arrays.asList(arguments));
        if (told.contains("--help") || told.contains("-h")) {
            terminal.print(help());
            return COMPLETE;
        }
        if (told.contains("--version") || told.contains("-V")) {
            terminal.println("Retort " + Commands.version());
            return COMPLETE;
        }
        String output = "";
        try {
            Map<String, String> given = read(arguments);
            output = given.getOrDefault(OUTPUT, "");
            if (output.isEmpty()) {
                throw new IllegalArgumentException("--output: is missing");
            }
            SweepSummary summary = runner.run(study(given), output, onceASecond(errors));
            terminal.println(summary);
            if (summary.isRefused()) {
                errors.println("No cell can be measured with these arguments; the summary gives the reasons"
                        + " (--help explains all arguments)");
                return REFUSED;
            }
            return summary.isComplete() ? COMPLETE : INCOMPLETE;
        } catch (IllegalArgumentException e) {
            errors.println(e.getMessage() + " (--help explains all arguments)");
            return REFUSED;
        } catch (IOException e) {
            errors.println("--output: " + output + " cannot be read or written: " + reason(e));
            return INCOMPLETE;
        }
    }

    private static String reason(IOException failure) {
        if (failure instanceof NoSuchFileException missing) {
            return "there is no " + missing.getFile();
        }
        if (failure instanceof AccessDeniedException denied) {
            return denied.getFile() + " does not allow it";
        }
        return String.valueOf(failure.getMessage());
    }

    private static Map<String, String> read(String[] arguments) {
        Map<String, String> given = new HashMap<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (!argument.startsWith("--") || equals < 0) {
                throw refusal("argument", argument, "is not of the form --name=value");
            }
            String name = argument.substring(2, equals);
            if (!NAMES.contains(name)) {
                throw refusal("argument", argument, "does not name one of " + NAMES);
            }
            if (given.put(name, argument.substring(equals + 1)) != null) {
                throw refusal("argument", argument, "repeats --" + name);
            }
        }
        return given;
    }

    private static GridStudy study(Map<String, String> given) {
        ParameterGrid grid = grid(given);
        Set<String> axes = Set.copyOf(grid.names());
        if (axes.contains("teacherRidge") && !axes.contains("teacherSamples")) {
            throw new IllegalArgumentException("--teacherRidge: needs --teacherSamples");
        }
        CellFunction<Distillation> pipeline = cell -> pipeline(cell, axes);
        String trials = given.get(TRIALS);
        if (trials == null && given.containsKey(SEED)) {
            throw new IllegalArgumentException("--seed: needs --trials; predictions are not random");
        }
        return trials == null
                ? GridStudy.predicting(grid, pipeline).named("predicted")
                : Commands.naming(
                                TRIALS,
                                "--" + TRIALS,
                                () -> GridStudy.simulating(
                                        grid, pipeline, (int) whole(TRIALS, trials, Integer.MAX_VALUE)))
                        .named(trials + " trials");
    }

    private static ParameterGrid grid(Map<String, String> given) {
        ParameterGrid grid = ParameterGrid.of(NAMES.get(0), values(PARAMETERS.get(0), given));
        for (Parameter parameter : PARAMETERS.subList(1, PARAMETERS.size())) {
            double[] values = values(parameter, given);
            grid = values.length == 0 ? grid : grid.and(parameter.name(), values);
        }
        return grid.withSeed(whole(SEED, given.getOrDefault(SEED, "0"), Long.MAX_VALUE));
    }

    /** Empty if the parameter is optional and not given. */
    private static double[] values(Parameter parameter, Map<String, String> given) {
        String text = given.get(parameter.name());
        if (text != null) {
            return numbers(parameter.name(), text);
        }
        if (parameter.value() != null) {
            return new double[] {parameter.value()};
        }
        if (parameter.optional()) {
            return new double[0];
        }
        throw new IllegalArgumentException("--" + parameter.name() + ": is missing");
    }

    private static Distillation pipeline(Cell cell, Set<String> axes) {
        int features = cell.whole("features");
        RegressionTask task = RegressionTask.of(
                        Spectrum.powerLaw(cell.get("alpha"), features), Signal.sourcePowerLaw(cell.get("source")))
                .withNoise(cell.get("noise"));
        Training target =
                masked(Training.samples(cell.get("samples")).withRidge(cell.get("ridge")), "targetKept", cell, axes);
        if (axes.contains("teacherSamples")) {
            double ridge = axes.contains("teacherRidge") ? cell.get("teacherRidge") : 0;
            Training teacher = Training.samples(cell.get("teacherSamples")).withRidge(ridge);
            return Distillation.of(task)
                    .surrogate(masked(teacher, "kept", cell, axes))
                    .then(target);
        }
        Surrogate surrogate = axes.contains("kept")
                ? Surrogate.masked(FeatureMask.keepingFirst(cell.whole("kept"), features))
                : Surrogate.groundTruth();
        return Distillation.of(task).surrogate(surrogate).target(target);
    }

    private static Training masked(Training training, String kept, Cell cell, Set<String> axes) {
        return axes.contains(kept)
                ? training.withMask(FeatureMask.keepingFirst(cell.whole(kept), cell.whole("features")))
                : training;
    }

    private static double[] numbers(String name, String text) {
        try {
            double[] numbers = Arrays.stream(text.split(",", -1))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
            return ParameterGrid.of(name, numbers).values(name); // finite, and all different
        } catch (NumberFormatException e) {
            throw refusal("--" + name, text, "is not a list of numbers with commas between them");
        } catch (IllegalArgumentException e) {
            throw refusal("--" + name, text, "is not an axis: " + e.getMessage());
        }
    }

    private static long whole(String name, String text, long largest) {
        try {
            long number = Long.parseLong(text);
            if (number <= largest) {
                return number;
            }
        } catch (NumberFormatException e) {
            // refused below
        }
        throw refusal("--" + name, text, "is not a whole number up to " + largest);
    }

    private static Consumer<SweepProgress> onceASecond(PrintStream errors) {
        long[] next = {System.nanoTime()};
        return progress -> {
            long now = System.nanoTime();
            if (now - next[0] >= 0) {
                errors.println(progress);
                next[0] = now + TimeUnit.SECONDS.toNanos(1);
            }
        };
    }

    private static String help() {
        String parameters = PARAMETERS.stream()
                .map(parameter -> line(parameter.name() + "=A,B,...", meaning(parameter)))
                .collect(joining());
        return "Predicts the risk of distillation on every combination of parameters.\n\n"
                + parameters
                + line(TRIALS + "=K", "simulates as well, K trials in each cell; at least 2; needs an ND4J backend")
                + line(SEED + "=S", "of the trials; 0 unless given")
                + line(OUTPUT + "=FILE", "where the rows go, one per cell; the same command resumes it. Required")
                + line("help, -h", "shows this and ends")
                + line("version, -V", "shows the version and ends")
                + "\nExit code: 0 if every cell has its row, 1 if not, 2 if the arguments, or all cells, are refused.\n";
    }

    private static String meaning(Parameter parameter) {
        if (parameter.optional()) {
            return parameter.meaning();
        }
        return parameter.meaning()
                + (parameter.value() == null ? ". Required" : "; " + parameter.value() + " unless given");
    }

    private static String line(String argument, String meaning) {
        return String.format(Locale.ROOT, "  --%-26s%s%n", argument, meaning);
    }
}
