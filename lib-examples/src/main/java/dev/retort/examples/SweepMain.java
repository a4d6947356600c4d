package dev.retort.examples;

import static dev.retort.core.Arguments.refusal;

import dev.retort.theory.grid.LocalSweep;
import java.nio.file.Path;

/** Sweeps on this machine, from the command line: a CSV file that the same command resumes. {@code --help} explains it. */
public final class SweepMain {

    private SweepMain() {}

    /**
     * Runs a sweep and ends the process with its exit code.
     *
     * @param arguments as {@link SweepCommand} says
     */
    public static void main(String[] arguments) {
        SweepCommand.Runner locally = (study, output, progress) -> {
            if (output.endsWith(".parquet")) {
                throw refusal("--output", output, "is for Spark; without it, rows go to a CSV file");
            }
            return LocalSweep.onAllProcessors().onProgress(progress).run(study, Path.of(output));
        };
        System.exit(SweepCommand.run(arguments, locally, System.out, System.err));
    }
}
