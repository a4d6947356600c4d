package dev.retort.examples.benchmark;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Sweep;
import dev.retort.theory.distillation.Training;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A learning curve: τ, Ω and the risk at 500 sample sizes from 100 to p/2, for the power law i^-1.5 and source 1.4. */
@State(Scope.Benchmark)
public class SweepBenchmark {

    private static final int POINTS = 500;
    private static final double FEWEST = 100;

    /** The number of features p. */
    @Param({"10000", "1000000"})
    public int features;

    private RegressionTask task = RegressionTask.of(Spectrum.of(1), Signal.sourcePowerLaw(1));
    private RegressionTask gathered = task;
    private double[] grid = {};

    /** Makes the task. */
    @Setup
    public void setUp() {
        task = RegressionTask.of(Spectrum.powerLaw(1.5, features), Signal.sourcePowerLaw(1.4))
                .withNoise(0.1);
        gathered = task.gathered();
        grid = IntStream.range(0, POINTS)
                .mapToDouble(k -> FEWEST * Math.pow(features / 2 / FEWEST, k / (POINTS - 1.0)))
                .toArray();
    }

    /**
     * Sweeps a list of features, which the library gathers first.
     *
     * @return the curves
     */
    @Benchmark
    public Sweep.Curves retort() {
        return Sweep.along(grid, Training::samples).predict(Distillation.of(task));
    }

    /**
     * Does the same with random features.
     *
     * @return the curves
     */
    @Benchmark
    public Sweep.Curves randomFeatures() {
        return Sweep.along(grid, samples -> Training.samples(samples).withRandomFeatures(features / 3.0))
                .predict(Distillation.of(task));
    }

    /**
     * Does the same with early-stopped gradient flow.
     *
     * @return the curves
     */
    @Benchmark
    public Sweep.Curves stopped() {
        return Sweep.along(grid, samples -> Training.samples(samples).stoppedAt(1000))
                .predict(Distillation.of(task));
    }

    /**
     * Does the same on gathered features.
     *
     * @return the curves
     */
    @Benchmark
    public Sweep.Curves alreadyGathered() {
        return Sweep.along(grid, Training::samples).predict(Distillation.of(gathered));
    }
}
