package dev.retort.examples.spark;

import dev.retort.examples.SweepCommand;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;

/**
 * Sweeps on Spark from the command line, for {@code spark-submit}. An output that ends with {@code .csv} is a file on the
 * driver's machine, any other a directory of Parquet files. {@code --help} explains the rest.
 */
public final class SparkSweepMain {

    private SparkSweepMain() {}

    /**
     * Runs a sweep and ends the driver with its exit code.
     *
     * @param arguments those of {@link SweepCommand}
     */
    public static void main(String[] arguments) {
        SweepCommand.Runner onSpark = (study, output, progress) -> {
            try (SparkSession session =
                    SparkSession.builder().appName("Retort sweep").getOrCreate()) {
                SparkSweep sweep = SparkSweep.on(session).onProgress(progress);
                return output.endsWith(".csv") ? sweep.toCsv(study, Path.of(output)) : sweep.toParquet(study, output);
            }
        };
        System.exit(SweepCommand.run(arguments, onSpark, System.out, System.err));
    }
}
