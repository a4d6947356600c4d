package dev.retort.examples.benchmark;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.Spectrum;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** One equivalent of the infinite power law i^-1.5. */
@State(Scope.Benchmark)
public class InfiniteSpectrumBenchmark {

    private static final double DECAY = 1.5;

    /** The number of samples n. */
    @Param({"100", "10000", "1000000"})
    public int samples;

    private final Spectrum spectrum = Spectrum.powerLaw(DECAY);

    /**
     * Builds the spectrum and its equivalent.
     *
     * @return the equivalent
     */
    @Benchmark
    public DeterministicEquivalent retort() {
        return DeterministicEquivalent.of(Spectrum.powerLaw(DECAY), samples);
    }

    /**
     * Builds only the equivalent.
     *
     * @return the equivalent
     */
    @Benchmark
    public DeterministicEquivalent solve() {
        return DeterministicEquivalent.of(spectrum, samples);
    }
}
