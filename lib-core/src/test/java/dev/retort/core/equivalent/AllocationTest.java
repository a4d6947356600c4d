package dev.retort.core.equivalent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.management.ThreadMXBean;
import dev.retort.core.spectrum.Spectrum;
import java.lang.management.ManagementFactory;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A solve allocates only its result, which keeps the sums, and no temporary objects. */
class AllocationTest {

    /** Six objects with 28 numbers of eight bytes in total; a sum for each pass would exceed this. */
    private static final long RESULT_BYTES = 384;

    /** With several threads: 16 sums for each pass, and the pool's own objects. */
    private static final long SHARED_BYTES = 16 * 1024;

    /** The first solve links and initialises classes. */
    private static final int ROUNDS = 3;

    @ParameterizedTest
    @ValueSource(ints = {3, 1_000, 10_000, 100_000})
    void aSolveAllocatesOnlyItsResult(int dimension) {
        Spectrum spectrum = Spectrum.powerLaw(1.5, dimension);
        double samples = 0.1 * dimension;
        assertThat(fewestBytes(dimension, () -> DeterministicEquivalent.of(spectrum, samples)))
                .isLessThanOrEqualTo(RESULT_BYTES);
        assertThat(fewestBytes(dimension, () -> DeterministicEquivalent.of(spectrum, samples, 1e-3)))
                .isLessThanOrEqualTo(RESULT_BYTES);
        DeterministicEquivalent neighbour = DeterministicEquivalent.of(spectrum, 0.99 * samples);
        assertThat(fewestBytes(dimension, () -> neighbour.at(samples, 0))).isLessThanOrEqualTo(RESULT_BYTES);
    }

    @Test
    void aSolveOnSeveralThreadsAllocatesNoArray() {
        Spectrum spectrum = Spectrum.powerLaw(1.5, 1_000_000);
        assertThat(fewestBytes(1_000_000, () -> DeterministicEquivalent.of(spectrum, 1e5)))
                .isLessThanOrEqualTo(SHARED_BYTES);
    }

    /** Bytes per solve, in the round that allocated least. */
    private static long fewestBytes(int dimension, Supplier<DeterministicEquivalent> solve) {
        assumeThat(ManagementFactory.getThreadMXBean()).isInstanceOf(ThreadMXBean.class);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        assumeThat(threads.isThreadAllocatedMemorySupported() && threads.isThreadAllocatedMemoryEnabled())
                .isTrue();
        long thread = Thread.currentThread().getId();
        int solves = Math.max(200_000 / dimension, 5);
        long fewest = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            double sum = 0;
            long before = threads.getThreadAllocatedBytes(thread);
            for (int k = 0; k < solves; k++) {
                sum += solve.get().tau();
            }
            long bytes = threads.getThreadAllocatedBytes(thread) - before;
            assertThat(sum).isPositive();
            fewest = Math.min(fewest, bytes / solves);
        }
        return fewest;
    }
}
