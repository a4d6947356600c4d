package dev.retort.theory.incontext;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.RandomStreams;
import dev.retort.core.internal.Parallel;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;

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
        return Parallel.values(count, i -> draw.apply(streams.at(i).generator()));
    }
}
