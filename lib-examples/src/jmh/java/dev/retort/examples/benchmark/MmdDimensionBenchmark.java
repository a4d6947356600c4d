package dev.retort.examples.benchmark;

import dev.retort.core.SampleMean;
import dev.retort.theory.incontext.Kernel;
import dev.retort.theory.incontext.Mmd;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The discrepancy of two samples of 2,000 points, in a Gaussian kernel whose width grows with their distances. */
@State(Scope.Benchmark)
public class MmdDimensionBenchmark {

    private static final int POINTS = 2_000;

    /** The number of coordinates of a point. */
    @Param({"10", "100", "784"})
    public int dimension;

    private double[][] x = {};
    private double[][] y = {};
    private INDArray ofX = Nd4j.empty();
    private INDArray ofY = Nd4j.empty();

    /** Makes the samples. */
    @Setup
    public void makeSamples() {
        x = MmdBenchmark.points(POINTS, dimension, 0, 0);
        y = MmdBenchmark.points(POINTS, dimension, POINTS, 0.02);
        ofX = Nd4j.create(x);
        ofY = Nd4j.create(y);
    }

    private Mmd mmd() {
        return Mmd.of(Kernel.gaussian(Math.sqrt(dimension / 10.0)));
    }

    /**
     * The unbiased estimate with its standard error, in plain Java.
     *
     * @return the estimate
     */
    @Benchmark
    public SampleMean retort() {
        return mmd().unbiased(x, y);
    }

    /**
     * The same estimate for arrays, by inner products.
     *
     * @return the estimate
     */
    @Benchmark
    public SampleMean ofArrays() {
        return mmd().unbiasedOfArrays(ofX, ofY);
    }
}
