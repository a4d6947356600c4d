package dev.retort.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ParallelTest {

    private static void on(int threads, Runnable work) {
        ForkJoinPool pool = new ForkJoinPool(threads);
        pool.submit(work).join();
        pool.shutdown();
    }

    @Test
    void valuesAreInOrder() {
        for (int threads : new int[] {1, 2, 5}) {
            on(threads, () -> {
                assertThat(Parallel.values(1000, k -> "number " + k))
                        .isEqualTo(IntStream.range(0, 1000)
                                .mapToObj(k -> "number " + k)
                                .toList());
                assertThat(Parallel.numbers(1000, k -> 0.5 * k))
                        .isEqualTo(IntStream.range(0, 1000)
                                .mapToDouble(k -> 0.5 * k)
                                .toArray());
                assertThat(Parallel.values(0, k -> k)).isEmpty();
            });
        }
    }

    /** A stream would throw another of them, and from another thread a copy. */
    @Test
    void theFirstExceptionArrivesAsItWasThrown() {
        for (int threads : new int[] {1, 2, 5}) {
            for (Throwable[] thrown : new Throwable[][] {
                {new IllegalArgumentException("training: is refused"), new IllegalStateException("is behind it")},
                {new OutOfMemoryError("Physical memory usage is too high"), new StackOverflowError()}
            }) {
                on(threads, () -> {
                    Throwable caught = catchThrowable(() -> Parallel.forEach(400, k -> {
                        if (k >= 123) {
                            fail(thrown[k == 123 ? 0 : 1]);
                        }
                    }));
                    assertThat(caught).isSameAs(thrown[0]);
                });
            }
        }
    }

    private static void fail(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) thrown;
    }

    @Test
    void nothingIsBegunBehindAFailure() {
        AtomicInteger begun = new AtomicInteger();
        on(
                1,
                () -> assertThatIllegalStateException()
                        .isThrownBy(() -> Parallel.forEach(100_000, k -> {
                            begun.incrementAndGet();
                            throw new IllegalStateException("at " + k);
                        })));
        assertThat(begun.get()).isLessThan(100);
    }
}
