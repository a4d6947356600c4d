package dev.retort.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.PrimitiveIterator;
import java.util.random.RandomGenerator;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class StandardNormalTest {

    private static final int DRAWS = 4_000_000;

    /** Cells of [0, 16]; beyond 16 the density is too small for any test to see. */
    private static final int CELLS_PER_UNIT = 1000;

    private static final double[] SAMPLE =
            StandardNormal.sample(DRAWS, RandomStreams.of(1).generator());

    /**
     * Computed with JDK 17 on x86-64. The last line is a hash of a million draws, which cover every layer, the wedges
     * and the tail.
     */
    @Test
    void drawsTheSameDigitsOnEveryJdkAndProcessor() {
        RandomGenerator random = RandomStreams.of(42).generator();
        assertThat(StandardNormal.sample(4, random))
                .containsExactly(-1.6128213739936788, -1.7805059247147696, -1.2304298667827929, -0.253983900728399);
        assertThat(Arrays.hashCode(StandardNormal.sample(1_000_000, random))).isEqualTo(2038568704);
    }

    @Test
    void hasTheMomentsOfANormalDistribution() {
        // Var z^k = E z^2k − (E z^k)²
        assertMoment(1, 0, 1);
        assertMoment(2, 1, 2);
        assertMoment(3, 0, 15);
        assertMoment(4, 3, 96);
        assertMoment(6, 15, 10395 - 15 * 15);
        assertMoment(8, 105, 2027025 - 105 * 105);
    }

    private static void assertMoment(int power, double expected, double variance) {
        double mean = DoubleStream.of(SAMPLE).map(z -> Math.pow(z, power)).sum() / DRAWS;
        assertThat((mean - expected) / Math.sqrt(variance / DRAWS))
                .as("moment %d", power)
                .isBetween(-4.0, 4.0);
    }

    @Test
    void neighboursAreUncorrelated() {
        double sum = 0;
        double ofSquares = 0;
        for (int i = 1; i < DRAWS; i++) {
            sum += SAMPLE[i] * SAMPLE[i - 1];
            ofSquares += (SAMPLE[i] * SAMPLE[i] - 1) * (SAMPLE[i - 1] * SAMPLE[i - 1] - 1);
        }
        assertThat(Math.abs(sum)).isLessThan(4 * Math.sqrt(DRAWS));
        assertThat(Math.abs(ofSquares)).isLessThan(4 * Math.sqrt(4.0 * DRAWS));
    }

    /** The Kolmogorov–Smirnov distance at 32,000 points exceeds 1.95/√n by chance once in a thousand times. */
    @Test
    void hasTheDistributionFunction() {
        double[] sorted = SAMPLE.clone();
        Arrays.sort(sorted);
        double[] above = above();
        double distance = 0;
        for (int c = 0; c < above.length; c++) {
            double x = (double) c / CELLS_PER_UNIT;
            distance = Math.max(distance, Math.abs(countAbove(sorted, x) / DRAWS - above[c]));
            distance = Math.max(distance, Math.abs(countAbove(sorted, -x) / DRAWS - (1 - above[c])));
        }
        assertThat(distance).isLessThan(1.95 / Math.sqrt(DRAWS));
    }

    /** A wedge that is accepted too often shows in narrow cells, not in moments, because layers end at every height. */
    @Test
    void hasTheDensityInNarrowCells() {
        double[] above = above();
        int width = CELLS_PER_UNIT / 100; // about the width of a wedge
        double[] counts = new double[above.length / width + 1];
        for (double z : SAMPLE) {
            counts[(int) (Math.abs(z) * 100)]++;
        }
        double chiSquare = 0;
        int cells = 0;
        for (int c = 0; (c + 1) * width < above.length; c++) {
            double expected = 2 * DRAWS * (above[c * width] - above[(c + 1) * width]);
            if (expected > 20) {
                chiSquare += (counts[c] - expected) * (counts[c] - expected) / expected;
                cells++;
            }
        }
        assertThat(cells).isGreaterThan(350);
        assertThat((chiSquare - cells) / Math.sqrt(2.0 * cells)).isBetween(-4.0, 4.0);
    }

    @Test
    void reachesIntoTheTails() {
        double[] above = above();
        for (int x = 1; x <= 5; x++) {
            int at = x;
            double expected = 2 * DRAWS * above[x * CELLS_PER_UNIT];
            double beyond =
                    DoubleStream.of(SAMPLE).filter(z -> Math.abs(z) > at).count();
            assertThat((beyond - expected) / Math.sqrt(expected))
                    .as("beyond %d", x)
                    .isBetween(-4.0, 4.0);
        }
    }

    /** A hundred thousand numbers from the tail beyond the last rectangle. */
    @Test
    void theTailIsNormalToo() {
        RandomGenerator random = RandomStreams.of(2).generator();
        // Only the lowest layer, whose number is in the lowest bits, leads to the tail.
        RandomGenerator lowest = new RandomGenerator() {
            private boolean isNew = true;

            @Override
            public long nextLong() {
                long bits = random.nextLong();
                boolean choosesLayer = isNew;
                isNew = false;
                return choosesLayer ? bits & ~0xFFL : bits;
            }

            double draw() {
                isNew = true;
                return StandardNormal.next(this);
            }

            @Override
            public double nextDouble() {
                return draw();
            }
        };
        double[] tail = DoubleStream.generate(lowest::nextDouble)
                .map(Math::abs)
                .filter(z -> z > 3.654152885361009)
                .limit(100_000)
                .sorted()
                .toArray();
        double[] above = above();
        double whole = above[3700];
        double beyond = countAbove(tail, 3.7);
        double distance = 0;
        for (int c = 3700; c < above.length; c++) {
            double x = (double) c / CELLS_PER_UNIT;
            distance = Math.max(distance, Math.abs(countAbove(tail, x) / beyond - above[c] / whole));
        }
        assertThat(distance).isLessThan(1.95 / Math.sqrt(beyond));
    }

    /** More exponent bits of −ln U are drawn as long as the bits are zero; a uniform of 53 bits would end at 13.9. */
    @Test
    void theTailIsNotCutOff() {
        long outermost = Long.MAX_VALUE & ~0xFFL; // beyond the rectangle of layer 0
        LongStream zeros = LongStream.generate(() -> 0).limit(8);
        LongStream accepted = LongStream.concat(LongStream.generate(() -> 0).limit(200), LongStream.of(-1, 0));
        PrimitiveIterator.OfLong bits = LongStream.concat(
                        LongStream.concat(LongStream.of(outermost), zeros),
                        LongStream.concat(LongStream.of(-1, 0), accepted))
                .iterator();
        // x = (8 · 64 + 1) ln 2 / r, and an exponential larger than x²/2
        assertThat(StandardNormal.next(bits::nextLong))
                .isCloseTo(3.654152885361009 + 513 * Math.log(2) / 3.654152885361009, within(1e-12));
    }

    @Test
    void acceptsAnyGenerator() {
        assertThat(StandardNormal.sample(0, RandomStreams.of(1).generator())).isEmpty();
        assertThat(StandardNormal.sample(5, RandomStreams.of(1).generator())).containsExactly(Arrays.copyOf(SAMPLE, 5));
        assertThat(StandardNormal.next(() -> 1)).isCloseTo(0, within(1e-15));
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose
    void refusesByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StandardNormal.sample(-1, RandomStreams.of(1).generator()))
                .withMessage("count: -1 is not at least 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StandardNormal.sample(1, null))
                .withMessage("random: null is not allowed");
    }

    private static double countAbove(double[] sorted, double x) {
        int at = Arrays.binarySearch(sorted, x);
        return sorted.length - (at < 0 ? -at - 1.0 : at);
    }

    /** P(z > c / 1000), by Simpson's rule from the far end, to 1e-13. */
    private static double[] above() {
        double[] above = new double[16 * CELLS_PER_UNIT + 1];
        for (int c = above.length - 2; c >= 0; c--) {
            double x = (double) c / CELLS_PER_UNIT;
            double step = 1.0 / CELLS_PER_UNIT;
            above[c] = above[c + 1] + (density(x) + 4 * density(x + step / 2) + density(x + step)) * step / 6;
        }
        return above;
    }

    private static double density(double x) {
        return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }
}
