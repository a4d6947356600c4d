package dev.retort.core.equivalent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.core.spectrum.Spectrum;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Fixed points whose sums, or whose τ, lie at the ends of the range of doubles. */
class ExtremeProblemsTest {

    private static final double TOLERANCE = 2e-15;

    /** The error of subnormal numbers: a few units of the smallest double. */
    private static final double UNITS = 3 * Double.MIN_VALUE;

    /**
     * Solved by bisection with 1,500 digits (mpmath 1.3.0, of the equation in the test's own doubles). An empty second
     * level is omitted.
     */
    @ParameterizedTest
    @CsvSource({
        "1e8, 20, 1, 0, 20, 3e-301, 5.4772255750516611275e-147, 1.0, 1.0954451150103322255e-154",
        "1e194, 1, 1e170, 4, 5, 5.9e-139, 8587782018658834.1145, 1.0, 1.374045122985413411e-154",
        "4.9e-324, 1, 1, 0, 0.67, 0, 2.4334576586210646284e-324, 0.67, 0.33",
        "1e300, 2, 1e-320, 3, 2, 0, 1.2247380539421581094e-10, 1.0, 2.4494761078843160901e-310",
        "1e-310, 10, 1e-315, 10, 15, 1e-318, 1.0059419137275423009e-315, 0.83233399764474158188, 0.16766600235525841812",
        "2e-320, 3, 1, 0, 3, 9.8813e-324, 4.4951738581534537177e-322, 0.95651911371630204261, 0.043480886283697957391",
        "1e290, 1, 4.9e-324, 7, 1, 4.9e-324, 6.2869111388105149497e-17, 1.0, 1.2573822277621029123e-306",
        "0.01, 4, 1, 0, 4, 4.9e-324, 2.2227587494850775066e-163, 1.0, 4.4455174989701549206e-161",
        "1e300, 4, 1, 0, 4, 4.9e-324, 2.2227587494850775418e-12, 1.0, 4.4455174989701548502e-312",
        "3, 2, 1, 5, 1e-300, 0, 1.0999999999999999724e301, 1.9008264462809917832e-301, 1.0"
    })
    void agreesWithHighPrecision(
            double first,
            int firstCount,
            double second,
            int secondCount,
            double samples,
            double ridge,
            double tau,
            double omega,
            double oneMinusOmega) {
        double[] values = new double[firstCount + secondCount];
        Arrays.fill(values, 0, firstCount, first);
        Arrays.fill(values, firstCount, values.length, second);
        DeterministicEquivalent equivalent = DeterministicEquivalent.of(Spectrum.of(values), samples, ridge);
        isClose(equivalent.tau(), tau);
        isClose(equivalent.omega(), omega);
        isClose(equivalent.oneMinusOmega(), oneMinusOmega);
    }

    private static void isClose(double actual, double expected) {
        assertThat(Math.abs(actual - expected)).isLessThanOrEqualTo(TOLERANCE * expected + UNITS);
    }

    /**
     * With eigenvalues and ridge in another unit, dimensionless quantities stay the same, and τ changes with the unit.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void theUnitDoesNotMatter(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int trial = 0; trial < 2000; trial++) {
            double[] values = new double[random.nextInt(1, 6)];
            int spread = random.nextInt(1, 900);
            Arrays.setAll(values, i -> Math.scalb(1 + random.nextDouble(), random.nextInt(spread)));
            double samples = random.nextBoolean() ? values.length : values.length * random.nextDouble(0.01, 1.5);
            double ridge = random.nextInt(3) == 0 ? 0 : Math.scalb(1 + random.nextDouble(), random.nextInt(-100, 900));
            DeterministicEquivalent large = DeterministicEquivalent.of(Spectrum.of(values), samples, ridge);
            // Numbers of 53 bits are still exact here.
            int exponent = random.nextInt(-1074 + 52 + 100, 0);
            double unit = Math.scalb(1.0, exponent);
            DeterministicEquivalent small = DeterministicEquivalent.of(
                    Spectrum.of(Arrays.stream(values).map(value -> value * unit).toArray()), samples, ridge * unit);
            String problem = "seed " + seed + ", trial " + trial + ", unit 2^" + exponent + ": " + large;
            assertThat(relativeError(small.tau(), large.tau() * unit))
                    .as(problem)
                    .isLessThanOrEqualTo(TOLERANCE);
            assertThat(relativeError(small.omega(), large.omega())).as(problem).isLessThanOrEqualTo(2 * TOLERANCE);
            assertThat(relativeError(small.oneMinusOmega(), large.oneMinusOmega()))
                    .as(problem)
                    .isLessThanOrEqualTo(2 * TOLERANCE);
            assertThat(relativeError(small.zeta(0), large.zeta(0))).as(problem).isLessThanOrEqualTo(2 * TOLERANCE);
        }
    }

    private static double relativeError(double actual, double expected) {
        return actual == expected ? 0 : Math.abs(actual - expected) / Math.abs(expected);
    }

    /** Below the normal range τ is rounded; quantities computed from it are not. */
    @Test
    void sharesKeepDigitsThatTauLoses() {
        Spectrum spectrum = Spectrum.isotropic(Double.MIN_VALUE, 100);
        for (double samples : new double[] {1, 40, 99.99}) {
            DeterministicEquivalent equivalent = DeterministicEquivalent.of(spectrum, samples);
            isClose(equivalent.learnability(0), samples / 100);
            isClose(equivalent.omega(), samples / 100);
            isClose(equivalent.learnabilityOf(2.0), 1);
        }
    }

    @Test
    void sharesOfTheLargestNumbersDoNotOverflow() {
        DeterministicEquivalent equivalent = DeterministicEquivalent.of(Spectrum.of(1), 1, 4e307);
        isClose(equivalent.learnabilityOf(1.6e308), 0.8);
        isClose(equivalent.zetaOf(1.6e308), 0.2);
    }
}
