package dev.retort.examples.benchmark;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.PowerSums;
import dev.retort.core.spectrum.SpectralMeasure;
import dev.retort.core.spectrum.Spectrum;
import org.apache.commons.math3.analysis.solvers.BrentSolver;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One equivalent of the power law i^-1.5, n = p/10, compared with a root finder on the textbook equation. */
@State(Scope.Benchmark)
public class SolveBenchmark {

    private static final double DECAY = 1.5;
    private static final int MOST_EVALUATIONS = 1000;

    /** The smallest tolerance that commons-math accepts. */
    private static final BrentSolver BRENT = new BrentSolver(1e-15, 1e-300, 1e-300);

    /** The number of features p. */
    @Param({"1000", "100000", "1000000", "10000000"})
    public int features;

    private Spectrum spectrum = Spectrum.of(1);
    private double[] eigenvalues = {};
    private double samples;
    private double tau;

    /** A bracket of τ: every eigenvalue is at least the last, and their shares λ/(λ+τ) are at most λ/τ. */
    private double lower;

    private double upper;

    /** Makes the spectrum. */
    @Setup
    public void setUp() {
        spectrum = Spectrum.powerLaw(DECAY, features);
        eigenvalues = spectrum.eigenvalues();
        samples = features / 10.0;
        tau = DeterministicEquivalent.of(spectrum, samples).tau();
        lower = eigenvalues[features - 1] * (features - samples) / samples;
        upper = spectrum.measure().trace() / samples;
    }

    /**
     * The library: τ, df1, Ω and 1 − Ω.
     *
     * @return the equivalent
     */
    @Benchmark
    public DeterministicEquivalent retort() {
        return DeterministicEquivalent.of(spectrum, samples);
    }

    /**
     * One pass over the data, the same as in each step of the solver.
     *
     * @return one of the sums
     */
    @Benchmark
    public double onePass() {
        SpectralMeasure measure = spectrum.measure();
        int cut = measure.cellAt(samples);
        PowerSums sums = new PowerSums();
        measure.addMissed(0, cut, tau, sums);
        measure.addLearnt(cut, measure.size(), tau, sums);
        return sums.first();
    }

    /**
     * The root finder of commons-math, solving for τ.
     *
     * @return τ
     */
    @Benchmark
    public double brentInTau() {
        return BRENT.solve(MOST_EVALUATIONS, this::lacking, lower, upper);
    }

    /**
     * The root finder of commons-math, solving for ln τ.
     *
     * @return ln τ
     */
    @Benchmark
    public double brentInLogTau() {
        return BRENT.solve(MOST_EVALUATIONS, s -> lacking(Math.exp(s)), Math.log(lower), Math.log(upper));
    }

    private double lacking(double shrinkage) {
        double learnt = 0;
        for (double eigenvalue : eigenvalues) {
            learnt += eigenvalue / (eigenvalue + shrinkage);
        }
        return samples - learnt;
    }
}
