package dev.retort.theory.progressive;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BooleanFunctionTest {

    private final RandomGenerator random =
            RandomGeneratorFactory.of("L64X128MixRandom").create(3);

    private static int[] set(int bits) {
        return IntStream.range(0, Integer.SIZE)
                .filter(i -> (bits >>> i & 1) == 1)
                .toArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 6, 16})
    void coefficientsAgreeWithMeansOverAllPoints(int d) {
        double[] values = random.doubles(1 << d, -1, 1).toArray();
        BooleanFunction function = BooleanFunction.ofValues(values);
        double[] coefficients = function.coefficients();
        for (int trial = 0; trial < 20; trial++) {
            int bits = random.nextInt(1 << d);
            double sum = 0;
            for (int point = 0; point < values.length; point++) {
                sum += Integer.bitCount(point & bits) % 2 == 0 ? values[point] : -values[point];
            }
            assertThat(function.coefficient(set(bits))).isCloseTo(sum / values.length, within(1e-13));
            assertThat(coefficients[bits]).isEqualTo(function.coefficient(set(bits)));
        }
    }

    @Test
    void powersAddUpToTheMeanSquare() {
        double[] values = random.doubles(1 << 10, -3, 3).toArray();
        BooleanFunction function = BooleanFunction.ofValues(values);
        double square = Arrays.stream(values).map(v -> v * v).average().orElseThrow();
        double sum =
                IntStream.rangeClosed(0, 10).mapToDouble(function::levelPower).sum();
        assertThat(sum).isCloseTo(square, within(1e-13));
        assertThat(function.noiseStability(1)).isCloseTo(square, within(1e-13));
        assertThat(function.noiseStability(0))
                .isCloseTo(function.coefficient() * function.coefficient(), within(1e-15));
    }

    @Test
    void noiseStabilityIsTheMeanOfNoisyPairs() {
        int d = 5;
        double r = -0.3;
        double[] values = random.doubles(1 << d).toArray();
        double mean = 0;
        for (int x = 0; x < values.length; x++) {
            for (int y = 0; y < values.length; y++) {
                int flips = Integer.bitCount(x ^ y);
                double probability = Math.pow((1 - r) / 2, flips) * Math.pow((1 + r) / 2, d - flips);
                mean += probability * values[x] * values[y] / values.length;
            }
        }
        assertThat(BooleanFunction.ofValues(values).noiseStability(r)).isCloseTo(mean, within(1e-14));
    }

    @Test
    void parityHasOneCoefficient() {
        SparseParity task = SparseParity.of(12, 3).withSupport(2, 5, 11);
        BooleanFunction function = BooleanFunction.of(12, task::label);
        assertThat(function.expansion(0)).isEqualTo(task.expansion());
        assertThat(function.noiseStability(0.5)).isEqualTo(0.125);
        assertThat(function.levelPower(3)).isEqualTo(1);
    }

    @Test
    void expansionsReproduceTheFunction() {
        double[] values = random.doubles(1 << 6).toArray();
        FourierExpansion expansion = BooleanFunction.ofValues(values).expansion(0);
        double[] x = new double[6];
        for (int bits = 0; bits < values.length; bits++) {
            Cube.point(bits, x);
            assertThat(expansion.value(x)).isCloseTo(values[bits], within(1e-14));
        }
        assertThat(BooleanFunction.of(6, expansion::value).coefficient(1, 4))
                .isCloseTo(expansion.coefficient(4, 1), within(1e-15));
    }

    /** The noise stability is exact on both sides, at the largest size of the transform. */
    @Test
    void transformsTwentyDimensionsInASecond() {
        ThresholdUnit unit = ThresholdUnit.of(20, -3);
        BooleanFunction function = BooleanFunction.of(20, unit::value);
        assertThat(function.coefficient(0, 7, 19)).isEqualTo(unit.coefficientOfSize(3));
        assertThat(function.noiseStability(0.7)).isCloseTo(unit.noiseStability(0.7), within(1e-15));
    }

    @Test
    void refusesBadInput() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BooleanFunction.ofValues(1, 2, 3))
                .withMessage("values.length: 3 is not 2^d for a d from 1 to 24");
        assertThatIllegalArgumentException().isThrownBy(() -> BooleanFunction.ofValues());
        assertThatIllegalArgumentException().isThrownBy(() -> BooleanFunction.ofValues(1));
        assertThatIllegalArgumentException().isThrownBy(() -> BooleanFunction.of(25, x -> 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BooleanFunction.ofValues(1, Double.NaN))
                .withMessage("values[1]: NaN is not finite");
        BooleanFunction function = BooleanFunction.ofValues(1, 2);
        assertThatIllegalArgumentException().isThrownBy(() -> function.levelPower(2));
        assertThatIllegalArgumentException().isThrownBy(() -> function.noiseStability(Double.NaN));
        assertThatIllegalArgumentException().isThrownBy(() -> function.coefficient(1));
        assertThatIllegalArgumentException().isThrownBy(() -> function.expansion(-1));
    }

    @Test
    void isAValue() {
        double[] values = {1, 2};
        BooleanFunction function = BooleanFunction.ofValues(values);
        values[0] = 9;
        function.coefficients()[0] = 9;
        assertThat(function)
                .isEqualTo(BooleanFunction.ofValues(1, 2))
                .hasSameHashCodeAs(BooleanFunction.ofValues(1, 2))
                .isNotEqualTo(BooleanFunction.ofValues(2, 1))
                .hasToString("function of 1 coordinates, mean 1.5");
    }

    @Test
    void whatIsNoNumberIsRefusedAtItsPoint() {
        refuses(
                "function at [+1, -1, +1]: NaN is not finite",
                () -> BooleanFunction.of(3, x -> x[1] < 0 ? Double.NaN : 1));
        refuses(
                "function at [+1, +1, +1]: Infinity is not finite",
                () -> BooleanFunction.of(3, x -> Double.POSITIVE_INFINITY));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FourierSample.draw(1000, 10, 1, x -> Double.NaN))
                .withMessageMatching("function at \\[([+-]1, ){24}…]: NaN is not finite");
        refuses("function at 0.5: NaN is not finite", () -> DotProductKernel.of(4, u -> u == 0.5 ? Double.NaN : u));
    }

    @Test
    void aKernelIsAValue() {
        DotProductKernel kernel = DotProductKernel.polynomial(5, 1, 0.5, 2);
        assertThat(kernel)
                .isEqualTo(DotProductKernel.polynomial(5, 1, 0.5, 2))
                .hasSameHashCodeAs(DotProductKernel.polynomial(5, 1, 0.5, 2))
                .isNotEqualTo(DotProductKernel.polynomial(5, 1, 0.5, 3))
                .isNotEqualTo(DotProductKernel.polynomial(6, 1, 0.5, 2))
                .hasToString("polynomial kernel of coefficients [1.0, 0.5, 2.0] on the cube of dimension 5");
        assertThat(DotProductKernel.exponential(5))
                .isEqualTo(DotProductKernel.exponential(5))
                .isNotEqualTo(DotProductKernel.exponential(6))
                .hasToString("exponential kernel on the cube of dimension 5");
        assertThat(DotProductKernel.of(5, t -> t * t))
                .isEqualTo(DotProductKernel.of(5, t -> t * t))
                .isNotEqualTo(DotProductKernel.of(5, t -> t))
                .hasToString("kernel of a function on the cube of dimension 5");
    }
}
