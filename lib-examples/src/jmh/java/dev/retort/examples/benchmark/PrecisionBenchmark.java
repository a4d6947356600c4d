package dev.retort.examples.benchmark;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.simulation.Simulation;
import dev.retort.theory.simulation.Trials;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A simulated excess risk to a given relative standard error: λ = i^-1.5, λβ² = i^-1.5, noise 1, n = p/10 samples. The seed
 * changes from run to run.
 */
@State(Scope.Benchmark)
public class PrecisionBenchmark {

    /** The number of features p. */
    @Param({"500", "1000", "2000"})
    public int features;

    private Distillation pipeline =
            Distillation.of(RegressionTask.of(Spectrum.of(1), Signal.constant(1))).target(Training.samples(2));
    private long seed;

    /** Makes the pipeline. */
    @Setup
    public void setUp() {
        pipeline = Distillation.of(RegressionTask.of(Spectrum.powerLaw(1.5, features), Signal.sourcePowerLaw(1.5))
                        .withNoise(1))
                .target(Training.samples(features / 10));
    }

    private Simulation to(double relativeError, int threads) {
        Trials trials = Trials.of(1_000_000).threads(threads).seed(++seed);
        return pipeline.simulate(trials.untilRelativeError(relativeError));
    }

    /**
     * One per cent, on two threads.
     *
     * @return the measurement
     */
    @Benchmark
    public Simulation retort() {
        return to(0.01, 2);
    }

    /**
     * A third of a per cent, for which ten times as many trials are needed.
     *
     * @return the measurement
     */
    @Benchmark
    public Simulation third() {
        return to(0.01 / Math.sqrt(10), 2);
    }

    /**
     * The same on one thread.
     *
     * @return the measurement
     */
    @Benchmark
    public Simulation thirdOnOneThread() {
        return to(0.01 / Math.sqrt(10), 1);
    }
}
