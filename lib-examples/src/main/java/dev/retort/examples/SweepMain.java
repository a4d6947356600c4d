package dev.retort.examples;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.theory.grid.LocalSweep;
import java.nio.file.Path;

/** Sweeps on this machine, from the command line, into a CSV file; the same command resumes. {@code --help} explains it. */
public final class SweepMain {

    private SweepMain() {}

    /**
     * Runs a sweep and ends the process with its exit code.
     *
     * @param arguments those of {@link SweepCommand}
     */
    public static void main(String[] arguments) {
        SweepCommand.Runner locally = (study, output, progress) -> {
            if (output.endsWith(".parquet")) {
                throw refusal("--output", output, "is not the name of a CSV file; only Spark writes Parquet");
            }
            return LocalSweep.onAllProcessors().onProgress(progress).run(study, Path.of(output));
        };
        System.exit(SweepCommand.run(arguments, locally, System.out, System.err));
    }
}
