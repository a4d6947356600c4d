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
 * A simulated excess risk to a given relative standard error: λ = i^-1.1, λβ² = i^-2.5, noise 1, on two threads unless
 * stated otherwise. The seed changes from run to run.
 */
@State(Scope.Benchmark)
public class PrecisionBenchmark {

    /** The number of features p. */
    @Param({"500", "1000", "2000", "4000"})
    public int features;

    private long seed;

    private Simulation run(Distillation pipeline, double relativeError, int threads) {
        return pipeline.simulate(trials(relativeError, threads));
    }

    private Trials trials(double relativeError, int threads) {
        return Trials.of(1_000_000).threads(threads).withSeed(++seed).untilRelativeError(relativeError);
    }

    private Distillation target(int samples, double noise) {
        return Distillation.of(RegressionTask.of(Spectrum.powerLaw(1.1, features), Signal.sourcePowerLaw(2.5))
                        .withNoise(noise))
                .target(Training.samples(samples));
    }

    private Distillation chain(int trainings, double noise) {
        Distillation chain = target(50, noise);
        for (int k = 1; k < trainings; k++) {
            chain = chain.then(Training.samples(50));
        }
        return chain;
    }

    /**
     * Waits for trials that still run after the measurement has returned, so that they do not slow down the next run.
     *
     * @throws InterruptedException if the benchmark is interrupted
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
     * Three students in a row, each with fifty samples, to one per cent after every training.
     *
     * @return the measurement
     */
    @Benchmark
    public Simulation chain() {
        return run(chain(3, 1), 0.01, 2);
    }

    /**
     * The same three students with noise 3.
     *
     * @return the measurement
     */
    @Benchmark
    public Simulation chainOfNoisyLabels() {
        return run(chain(3, 3), 0.01, 2);
    }

    /**
     * Ten generations of models, each with fifty samples, to one per cent after every training.
     *
     * @return the measurement
     */
    @Benchmark
    public Simulation tenGenerations() {
        return run(chain(10, 1), 0.01, 2);
    }

    /**
     * The three students with noise 3, on one thread.
     *
     * @return the measurement
     */
    @Benchmark
    public Simulation chainOnOneThread() {
        return run(chain(3, 3), 0.01, 1);
    }

    /**
     * One training of fifty samples, to one per cent.
     *
     * @return the measurement
     */
    @Benchmark
    public Simulation target() {
        return run(target(50, 1), 0.01, 2);
    }

    /**
     * One training of fifty samples, to a third of a per cent, for which ten times as many trials are needed.
     *
     * @return the measurement
     */
    @Benchmark
    public Simulation targetToThird() {
        return run(target(50, 1), 0.01 / Math.sqrt(10), 2);
    }

    /**
     * One training of a tenth as many samples as features, to one per cent.
     *
     * @return the measurement
     */
    @Benchmark
    public Simulation proportional() {
        return run(target(features / 10, 1), 0.01, 2);
    }

    /**
     * One training of a tenth as many samples as features, to a third of a per cent.
     *
     * @return the measurement
     */
    @Benchmark
    public Simulation proportionalToThird() {
        return run(target(features / 10, 1), 0.01 / Math.sqrt(10), 2);
    }

    /**
     * One training of fifty samples, to one per cent, with controls.
     *
     * @return the measurement
     */
    @Benchmark
    public Simulation controlledTarget() {
        return target(50, 1).simulate(trials(0.01, 2).controlled());
    }

    /**
     * One training of fifty samples, to a third of a per cent, with controls.
     *
     * @return the measurement
     */
    @Benchmark
    public Simulation controlledTargetToThird() {
        return target(50, 1).simulate(trials(0.01 / Math.sqrt(10), 2).controlled());
    }

    /**
     * One training of a tenth as many samples as features, to one per cent, with controls.
     *
     * @return the measurement
     */
    @Benchmark
    public Simulation controlledProportional() {
        return target(features / 10, 1).simulate(trials(0.01, 2).controlled());
    }
}
