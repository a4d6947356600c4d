package dev.retort.theory.progressive;

import static dev.retort.core.internal.Arguments.length;
import static dev.retort.core.internal.Arguments.notNull;
import static dev.retort.core.internal.Arguments.refusal;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** Points of {−1, +1}^d. */
final class Cube {

    /** Coordinates of a point in a message. */
    private static final int SHOWN = 24;

    private Cube() {}

    /** Requires a point of the cube, and returns it. */
    static double[] point(String name, double[] x, int dimension) {
        length(name, notNull(name, x).length, "the dimension of the cube", dimension);
        for (int i = 0; i < x.length; i++) {
            if (!(Math.abs(x[i]) == 1)) {
                throw refusal(name + "[" + i + "]", x[i], "is not +1 or -1");
            }
        }
        return x;
    }

    /** The point whose coordinates are −1 where the bits of a number are 1. */
    static void point(int bits, double[] x) {
        for (int i = 0; i < x.length; i++) {
            x[i] = 1 - 2 * (bits >>> i & 1);
        }
    }

    /** The value of a function at a point, which must be finite. */
    static double value(ToDoubleFunction<? super double[]> function, double[] x) {
        double value = function.applyAsDouble(x);
        if (!Double.isFinite(value)) {
            String point = Arrays.stream(x)
                    .limit(SHOWN)
                    .mapToObj(coordinate -> coordinate > 0 ? "+1" : "-1")
                    .collect(Collectors.joining(", ", "[", x.length > SHOWN ? ", …]" : "]"));
            throw refusal("function at " + point, value, "is not finite");
        }
        return value;
    }

    /** A uniformly distributed point. */
    static void draw(RandomGenerator random, double[] x) {
        long bits = 0;
        for (int i = 0; i < x.length; i++) {
            if (i % Long.SIZE == 0) {
                bits = random.nextLong();
            }
            x[i] = 1 - 2 * (bits >>> i & 1); // Java takes the shift modulo 64
        }
    }
}
