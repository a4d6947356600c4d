package dev.retort.theory.incontext;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.RandomStreams;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Independent draws, side by side. */
final class Draws {

    private Draws() {}

    /** Draws, each with a stream of its own, so that threads do not matter. */
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
            // What another thread threw comes as the cause of one of the same class, whose message is the name of the
            // class and its own.
            throw e.getCause() instanceof RuntimeException cause && cause.getClass() == e.getClass() ? cause : e;
        }
    }
}
