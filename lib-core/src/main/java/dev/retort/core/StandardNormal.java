package dev.retort.core;

import static dev.retort.core.internal.Arguments.nonNegative;
import static dev.retort.core.internal.Arguments.notNull;

import java.util.random.RandomGenerator;

/**
 * Random numbers from N(0, 1), made of the bits of a generator: the same bits give the same numbers, to the last digit, on
 * every platform and in every release of the JDK. Those of {@link RandomGenerator#nextGaussian()} do not.
 *
 * <p>The density is covered by 255 rectangles and the tail, all of one area (Marsaglia and Tsang, <i>The ziggurat method for
 * generating random variables</i>, J. Stat. Software 5 (2000), number 8). The bits that choose the rectangle are not used
 * again for the number (Doornik, <i>An improved ziggurat method to generate normal random samples</i>, 2005). Of 1000 numbers
 * 985 cost 64 bits and a multiplication each. The tail is not cut off: how far it reaches depends on the generator alone.
 *
 * <pre>{@code
 * double[] noise = StandardNormal.sample(3, RandomStreams.of(7).generator());
 * }</pre>
 */
public final class StandardNormal {

    private static final int LAYERS = 256;

    /** Where the tail begins. */
    private static final double TAIL = 3.654152885361009;

    /** Each layer's area under exp(−x²/2), so that 255 rectangles and the tail cover it. */
    private static final double AREA = 0.004928673233974655;

    /**
     * Half the width of each layer; for the lowest layer, half the width of a rectangle of its area; 0 beyond the last.
     */
    private static final double[] WIDTH = new double[LAYERS + 1];

    /** The density exp(−x²/2) at each width. */
    private static final double[] DENSITY = new double[LAYERS + 1];

    /** The share of each layer that lies below the density over its whole height. */
    private static final double[] INNER = new double[LAYERS];

    // StrictMath throughout: Math may give other last digits on another processor.
    static {
        WIDTH[0] = AREA / density(TAIL);
        WIDTH[1] = TAIL;
        DENSITY[1] = density(TAIL);
        for (int i = 2; i < LAYERS; i++) {
            DENSITY[i] = DENSITY[i - 1] + AREA / WIDTH[i - 1];
            WIDTH[i] = StrictMath.sqrt(-2 * StrictMath.log(DENSITY[i]));
        }
        DENSITY[LAYERS] = 1;
        for (int i = 0; i < LAYERS; i++) {
            INNER[i] = WIDTH[i + 1] / WIDTH[i];
        }
    }

    private StandardNormal() {}

    /**
     * Draws one number.
     *
     * @param random where the bits come from
     * @return the number; never NaN or infinite
     * @throws IllegalArgumentException if the generator is null
     */
    public static double next(RandomGenerator random) {
        notNull("random", random);
        while (true) {
            long bits = random.nextLong();
            int layer = (int) bits & (LAYERS - 1);
            // Half a step is added so that the numbers lie symmetrically around zero.
            double across = ((bits >> 8) + 0.5) * 0x1p-55;
            if (Math.abs(across) < INNER[layer]) {
                return across * WIDTH[layer];
            }
            double x = layer == 0 ? Math.copySign(tail(random), across) : across * WIDTH[layer];
            if (layer == 0 || isBelowDensity(layer, x, random)) {
                return x;
            }
        }
    }

    /**
     * Draws independent numbers.
     *
     * @param count how many, at least 0
     * @param random where the bits come from
     * @return a new array
     * @throws IllegalArgumentException if the count is negative, or the generator null
     */
    public static double[] sample(int count, RandomGenerator random) {
        notNull("random", random);
        double[] numbers = new double[nonNegative("count", count)];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = next(random);
        }
        return numbers;
    }

    /** Whether a point at x, at a random height of its layer, lies below the density. */
    private static boolean isBelowDensity(int layer, double x, RandomGenerator random) {
        double height = (random.nextLong() >>> 11) * 0x1p-53;
        return DENSITY[layer] + height * (DENSITY[layer + 1] - DENSITY[layer]) < density(x);
    }

    /** A number beyond the last rectangle (Marsaglia, Technometrics 6 (1964), 101). */
    private static double tail(RandomGenerator random) {
        while (true) {
            double beyond = exponential(random) / TAIL;
            if (beyond * beyond < 2 * exponential(random)) {
                return TAIL + beyond;
            }
        }
    }

    /** −ln U of a uniform U that has the same number of random digits however small it is. */
    private static double exponential(RandomGenerator random) {
        double halvings = 1;
        long bits = random.nextLong();
        for (; bits == 0; bits = random.nextLong()) {
            halvings += Long.SIZE;
        }
        double mantissa = 1 + (random.nextLong() >>> 12) * 0x1p-52;
        return (halvings + Long.numberOfLeadingZeros(bits)) * StrictMath.log(2) - StrictMath.log(mantissa);
    }

    private static double density(double x) {
        return StrictMath.exp(-x * x / 2);
    }
}
