package dev.retort.core.internal;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Work on all processors. If a piece of it throws, so do these methods: the exception of the first such piece, as it was thrown. A
 * parallel stream throws that of any piece, and from another thread a copy whose message begins with the name of its class.
 */
public final class Parallel {

    private Parallel() {}

    /** What a piece of the work threw. */
    private record Failure(int index, Throwable thrown) {}

    /** Does the work of 0, 1, …, count − 1. After a failure no piece behind it is begun. */
    public static void forEach(int count, IntConsumer work) {
        AtomicReference<@Nullable Failure> first = new AtomicReference<>();
        IntStream pieces = IntStream.range(0, count);
        (threads() > 1 ? pieces.parallel() : pieces).forEach(k -> {
            Failure before = first.get();
            if (before == null || k < before.index) {
                try {
                    work.accept(k);
                } catch (RuntimeException | Error e) {
                    first.accumulateAndGet(new Failure(k, e), Parallel::earlier);
                }
            }
        });
        Failure failure = first.get();
        if (failure != null) {
            if (failure.thrown instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) failure.thrown;
        }
    }

    /** A parallel stream of one processor would use two threads: its caller, and one of the common pool. */
    private static int threads() {
        ForkJoinPool pool = ForkJoinTask.getPool();
        return pool == null ? Runtime.getRuntime().availableProcessors() : pool.getParallelism();
    }

    private static @Nullable Failure earlier(@Nullable Failure known, @Nullable Failure found) {
        return known == null || (found != null && found.index < known.index) ? found : known;
    }

    /** The values of a function at 0, 1, …, count − 1; an unmodifiable list. */
    public static <T> List<T> values(int count, IntFunction<T> function) {
        @SuppressWarnings("unchecked") // holds nothing but values of the function, and leaves here as a list alone
        T[] values = (T[]) new Object[count];
        forEach(count, k -> values[k] = function.apply(k));
        return Collections.unmodifiableList(Arrays.asList(values));
    }

    /** The numbers of a function at 0, 1, …, count − 1. */
    public static double[] numbers(int count, IntToDoubleFunction function) {
        double[] numbers = new double[count];
        forEach(count, k -> numbers[k] = function.applyAsDouble(k));
        return numbers;
    }
}
