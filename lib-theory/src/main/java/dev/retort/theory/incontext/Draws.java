package dev.retort.theory.incontext;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.RandomStreams;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Makes independent draws in parallel. */
final class Draws {

    private Draws() {}

    /** Makes draws, each with its own random stream, so that results do not depend on the threads. */
    static <T> List<T> of(int count, long seed, Function<? super RandomGenerator, T> draw) {
        return of(count, RandomStreams.of(seed), draw);
    }

    static <T> List<T> of(int count, RandomStreams streams, Function<? super RandomGenerator, T> draw) {
        if (count < 2) {
            throw refusal("count", count, "is not at least 2");
        }
        try {
            return IntStream.range(0, count)
                    .parallel()
                    .mapToObj(i -> draw.apply(streams.at(i).generator()))
                    .toList();
        } catch (RuntimeException e) {
            // An exception of another thread arrives as the cause of a copy of its class, with a message that repeats
            // the class name.
            throw e.getCause() instanceof RuntimeException cause && cause.getClass() == e.getClass() ? cause : e;
        }
    }
}
