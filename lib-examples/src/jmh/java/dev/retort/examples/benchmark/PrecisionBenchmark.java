package dev.retort.examples.benchmark;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.simulation.Simulation;
import dev.retort.theory.simulation.Trials;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A simulated excess risk to a given relative standard error: λ = i^-1.1, λβ² = i^-2.5, noise 1, on two threads unless it says
 * otherwise. The seed changes from run to run.
 */
@State(Scope.Benchmark)
public class PrecisionBenchmark {

    /** The number of features p. */
    @Param({"500", "1000", "2000", "4000"})
    public int features;

    private long seed;

    private Simulation run(int samples, double relativeError, int threads) {
        Trials trials = Trials.of(1_000_000).threads(threads).seed(++seed);
        return Distillation.of(RegressionTask.of(Spectrum.powerLaw(1.1, features), Signal.sourcePowerLaw(2.5))
                        .withNoise(1))
                .target(Training.samples(samples))
                .simulate(trials.untilRelativeError(relativeError));
    }

    /**
     * A run returns when enough is known; trials that were under way end by themselves, and not at the cost of the next run.
     *
     * @throws InterruptedException if the benchmark is
     */
    @TearDown(Level.Invocation)
    public void waitForTrialsUnderWay() throws InterruptedException {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("retort-trial")) {
                thread.join();
            }
        }
    }

    /**
     * Fifty samples, to one per cent.
     *
     * @return the measurement
     */
    @Benchmark
    public Simulation retort() {
        return run(50, 0.01, 2);
    }

    /**
     * Fifty samples, to a third of a per cent, for which ten times as many trials are needed.
     *
     * @return the measurement
     */
    @Benchmark
    public Simulation third() {
        return run(50, 0.01 / Math.sqrt(10), 2);
    }

    /**
     * The same on one thread.
     *
     * @return the measurement
     */
    @Benchmark
    public Simulation thirdOnOneThread() {
        return run(50, 0.01 / Math.sqrt(10), 1);
    }

    /**
     * A tenth as many samples as features, to one per cent.
     *
     * @return the measurement
     */
    @Benchmark
    public Simulation proportional() {
        return run(features / 10, 0.01, 2);
    }

    /**
     * A tenth as many samples as features, to a third of a per cent.
     *
     * @return the measurement
     */
    @Benchmark
    public Simulation proportionalThird() {
        return run(features / 10, 0.01 / Math.sqrt(10), 2);
    }
}
