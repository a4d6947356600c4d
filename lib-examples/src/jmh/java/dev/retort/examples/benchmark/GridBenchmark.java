package dev.retort.examples.benchmark;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.grid.GridStudy;
import dev.retort.theory.grid.LocalSweep;
import dev.retort.theory.grid.ParameterGrid;
import dev.retort.theory.grid.SweepSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A sweep of predicted risks, 100 features, to a file; every row is on the disk before the sweep ends. */
@State(Scope.Benchmark)
public class GridBenchmark {

    /** The number of cells. */
    @Param({"100", "10000"})
    public int cells;

    private SweepSummary run(int threads) throws IOException {
        ParameterGrid grid = ParameterGrid.of("alpha", 1.2, 1.5, 2.0, 3.0)
                .and("samples", 10, 20, 30, 40, 50)
                .and(
                        "ridge",
                        IntStream.range(0, cells / 20)
                                .mapToDouble(k -> 1e-5 * k)
                                .toArray());
        GridStudy study = GridStudy.predicting(
                grid,
                cell -> Distillation.of(
                                RegressionTask.of(Spectrum.powerLaw(cell.get("alpha"), 100), Signal.sourcePowerLaw(1.5))
                                        .withNoise(0.1))
                        .target(Training.samples(cell.get("samples")).withRidge(cell.get("ridge"))));
        Path csv = Files.createTempFile("sweep", ".csv");
        try {
            return LocalSweep.onAllProcessors().threads(threads).run(study, csv);
        } finally {
            Files.delete(csv);
        }
    }

    /**
     * Runs the sweep on two threads.
     *
     * @return how it went
     * @throws IOException if the file cannot be written
     */
    @Benchmark
    public SweepSummary retort() throws IOException {
        return run(2);
    }

    /**
     * Runs the sweep on one thread.
     *
     * @return how it went
     * @throws IOException if the file cannot be written
     */
    @Benchmark
    public SweepSummary oneThread() throws IOException {
        return run(1);
    }
}
