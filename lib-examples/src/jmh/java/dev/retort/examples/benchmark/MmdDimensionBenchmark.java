package dev.retort.examples.benchmark;

import dev.retort.core.SampleMean;
import dev.retort.theory.incontext.Kernel;
import dev.retort.theory.incontext.Mmd;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The discrepancy of two samples of 2,000 points, in a Gaussian kernel whose width grows with their distances. */
@State(Scope.Benchmark)
public class MmdDimensionBenchmark {

    private static final int POINTS = 2_000;

    /** How many coordinates a point has. */
    @Param({"10", "100", "784"})
    public int dimension;

    /**
     * The unbiased estimate with its standard error.
     *
     * @return the estimate
     */
    @Benchmark
    public SampleMean retort() {
        return Mmd.of(Kernel.gaussian(Math.sqrt(dimension / 10.0)))
                .unbiased(
                        MmdBenchmark.points(POINTS, dimension, 0, 0),
                        MmdBenchmark.points(POINTS, dimension, POINTS, 0.02));
    }
}
