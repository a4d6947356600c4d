package dev.retort.core;

import static dev.retort.core.internal.Arguments.finite;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * All the random numbers of an experiment, from one seed: a tree of independent streams, each addressed by a path of indices
 * or parameters. A stream depends on the seed and its path alone, not on what was drawn elsewhere, in which order or on which
 * thread. Immutable.
 *
 * <p>The seed of branch i is output i + 1 of SplitMix64 started at the seed of its parent (Steele, Lea, Flood, <i>Fast
 * splittable pseudorandom number generators</i>, OOPSLA 2014). So no two branches of one parent share a seed, and two
 * branches of different parents share one with a probability of 2<sup>−64</sup>. The numbers of a stream are those of the
 * JDK's {@code L64X128MixRandom} (Steele, Vigna, <i>LXM: better splittable pseudorandom number generators</i>, OOPSLA 2021).
 *
 * <pre>{@code
 * RandomStreams streams = RandomStreams.of(7);
 * double[] noise = StandardNormal.sample(100, streams.generator());
 * double[] other = StandardNormal.sample(100, streams.at(3).at(0.2).generator()); // shares nothing with the first
 * }</pre>
 *
 * @see StandardNormal
 */
public final class RandomStreams {

    private static final RandomGeneratorFactory<RandomGenerator> GENERATORS =
            RandomGeneratorFactory.of("L64X128MixRandom");

    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private final long seed;

    private RandomStreams(long seed) {
        this.seed = seed;
    }

    /**
     * The streams of a seed.
     *
     * @param seed the seed, any number
     * @return the root of their tree
     */
    public static RandomStreams of(long seed) {
        return new RandomStreams(seed);
    }

    /**
     * The branch of an index, for example that of a trial.
     *
     * @param index the index, at least 0
     * @return the branch
     * @throws IllegalArgumentException if the index is negative
     */
    public RandomStreams at(long index) {
        if (index < 0) {
            throw refusal("index", index, "is not at least 0");
        }
        return branch(index);
    }

    private RandomStreams branch(long index) {
        long z = seed + (index + 1) * GOLDEN_GAMMA;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return new RandomStreams(z ^ z >>> 31);
    }

    /**
     * The branch of a parameter that is not an index, for example a noise of 0.2. The slightest difference makes another
     * branch; −0.0 is 0.0.
     *
     * @param parameter the parameter
     * @return the branch
     * @throws IllegalArgumentException if the parameter is NaN or infinite
     */
    public RandomStreams at(double parameter) {
        // Flip the sign bit, so that 0.0 is not index 0.
        return branch(Double.doubleToLongBits(finite("parameter", parameter) + 0.0) ^ Long.MIN_VALUE);
    }

    /**
     * The seed of this branch, for code that takes a seed rather than a generator.
     *
     * @return the seed that the root was made with, or the one derived for this branch
     */
    public long seed() {
        return seed;
    }

    /**
     * The random numbers of this branch.
     *
     * @return a new generator at the beginning of the stream, for one thread
     */
    public RandomGenerator generator() {
        return GENERATORS.create(seed);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RandomStreams that && seed == that.seed;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(seed);
    }

    @Override
    public String toString() {
        return "random streams of seed " + seed;
    }
}
