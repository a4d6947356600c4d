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

/** What a solve takes from the heap: its result, which keeps the numbers it was solved with, and nothing that is dropped. */
class AllocationTest {

    /** Six objects, 28 numbers of eight bytes in all; a sum for each pass would come on top. */
    private static final long RESULT_BYTES = 384;

    /** Where threads share the work: 16 sums for each pass, and what the pool needs. */
    private static final long SHARED_BYTES = 16 * 1024;

    /** The first links and initialises what it calls. */
    private static final int ROUNDS = 3;

    @ParameterizedTest
    @ValueSource(ints = {3, 1_000, 10_000, 100_000})
    void aSolveAllocatesItsResultAlone(int dimension) {
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
    void threadsThatShareASolveAllocateNoArray() {
        Spectrum spectrum = Spectrum.powerLaw(1.5, 1_000_000);
        assertThat(fewestBytes(1_000_000, () -> DeterministicEquivalent.of(spectrum, 1e5)))
                .isLessThanOrEqualTo(SHARED_BYTES);
    }

    /** Bytes a solve, in the round that allocated least. */
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
