package dev.retort.examples.benchmark;

import dev.retort.core.RandomStreams;
import dev.retort.core.nd4j.Covariance;
import dev.retort.core.nd4j.FactoredRegression;
import dev.retort.core.nd4j.GaussianDesign;
import dev.retort.core.nd4j.LinearRegression;
import dev.retort.core.nd4j.SignAverage;
import dev.retort.core.spectrum.Spectrum;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One minimum-norm fit of n = 2p/5 samples of the power law i^-1.5 on ND4J arrays, and the other steps of a trial. */
@State(Scope.Benchmark)
public class FitBenchmark {

    private static final int POINTS = 20;

    /** The number of features p. */
    @Param({"125", "500", "2000"})
    public int features;

    private final RandomGenerator random = RandomStreams.of(1).generator();
    private Spectrum spectrum = Spectrum.of(1);
    private GaussianDesign design = GaussianDesign.of(Covariance.diagonal(spectrum));
    private INDArray x = design.sample(1, random);
    private INDArray y = design.sample(1, random);

    /** Draws a design and labels. */
    @Setup
    public void setUp() {
        int n = samples();
        spectrum = Spectrum.powerLaw(1.5, features);
        design = GaussianDesign.of(Covariance.diagonal(spectrum));
        x = design.sample(n, random);
        y = GaussianDesign.of(Covariance.diagonal(Spectrum.isotropic(1, n)))
                .sample(1, random)
                .reshape(n);
    }

    private int samples() {
        return 2 * features / 5;
    }

    /** Frees the arrays. */
    @TearDown
    public void tearDown() {
        x.close();
        y.close();
    }

    /** Fits by the library, from array to array, on all processors. */
    @Benchmark
    public void retort() {
        LinearRegression.minimumNorm(x, y).close();
    }

    /** Fits on one thread, as trials do. */
    @Benchmark
    public void onOneThread() {
        try (FactoredRegression regression = FactoredRegression.of(x, 0)) {
            regression.solve(y).close();
        }
    }

    /** Draws the design. */
    @Benchmark
    public void draw() {
        design.sample(samples(), random).close();
    }

    /**
     * Factors the design and computes the averages over noise and signs.
     *
     * @return the averages
     */
    @Benchmark
    public SignAverage factorAndAverage() {
        try (FactoredRegression regression = FactoredRegression.of(x, 0)) {
            return regression.signAverage(spectrum);
        }
    }

    /**
     * Does the same for a learning curve of {@value #POINTS} points.
     *
     * @return the averages
     */
    @Benchmark
    public List<SignAverage> factorAndAverageCurve() {
        int[] counts = IntStream.rangeClosed(1, POINTS)
                .map(k -> samples() * k / POINTS)
                .toArray();
        try (FactoredRegression regression = FactoredRegression.of(x, 0)) {
            return regression.signAverages(spectrum, counts);
        }
    }
}
