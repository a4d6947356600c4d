package dev.retort.examples.benchmark;

import dev.retort.core.SampleMean;
import dev.retort.theory.incontext.Kernel;
import dev.retort.theory.incontext.Mmd;
import dev.retort.theory.incontext.PermutationTest;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The discrepancy of two samples of n points in ten dimensions, in a Gaussian kernel. */
@State(Scope.Benchmark)
public class MmdBenchmark {

    private static final int DIMENSION = 10;

    private static final double GOLDEN = 0.6180339887498949;

    private static final Kernel KERNEL = Kernel.gaussian(1);

    /** The number of points of each sample. */
    @Param({"500", "5000"})
    public int n;

    private double[][] x = {};
    private double[][] y = {};

    /** Makes the samples. */
    @Setup
    public void makeSamples() {
        x = points(n, DIMENSION, 0, 0);
        y = points(n, DIMENSION, n, 0.02);
    }

    /** The same points as in mmd.py: powers of fractional parts of multiples of the golden ratio. */
    static double[][] points(int count, int dimension, int from, double shift) {
        double[][] points = new double[count][dimension];
        for (int i = 0; i < count; i++) {
            for (int k = 0; k < dimension; k++) {
                double multiple = ((from + i) * (double) dimension + k + 1) * GOLDEN;
                points[i][k] = Math.pow(multiple - Math.floor(multiple), k % 10 + 1.0) + shift;
            }
        }
        return points;
    }

    /**
     * The unbiased estimate with its standard error.
     *
     * @return the estimate
     */
    @Benchmark
    public SampleMean retort() {
        return Mmd.of(KERNEL).unbiased(x, y);
    }

    /**
     * A test by 199 permutations.
     *
     * @return its result
     */
    @Benchmark
    public PermutationTest permutations() {
        return Mmd.of(KERNEL).withPermutations(199).permutationTest(x, y);
    }

    /**
     * The median of all distances.
     *
     * @return the median
     */
    @Benchmark
    public double median() {
        return Kernel.medianDistance(x, y);
    }
}
