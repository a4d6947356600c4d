package dev.retort.theory.incontext;

import static dev.retort.core.Arguments.refusal;

import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.random.RandomGenerator.SplittableGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;

/** Independent draws, side by side. */
final class Draws {

    private Draws() {}

    /** Draws, each with a generator of its own that is split off in order, so that threads do not matter. */
    static <T> List<T> of(int count, long seed, Function<? super RandomGenerator, T> draw) {
        if (count < 2) {
            throw refusal("count", count, "is not at least 2");
        }
        SplittableGenerator root = RandomGeneratorFactory.<SplittableGenerator>of("L64X128MixRandom")
                .create(seed);
        List<SplittableGenerator> generators =
                Stream.generate(root::split).limit(count).toList();
        return generators.parallelStream().<T>map(draw).toList();
    }
}
