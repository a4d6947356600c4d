package dev.retort.theory.progressive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.SampleMean;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.math3.fraction.BigFraction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ThresholdUnitTest {

    static Stream<UnitReference> references() {
        return UnitReference.all();
    }

    @ParameterizedTest
    @MethodSource("references")
    void agreesWithTheDefinitionExactly(UnitReference reference) {
        ThresholdUnit unit = ThresholdUnit.of(reference.dimension(), reference.bias());
        assertThat(unit.exactCoefficientOfSize(reference.size())).isEqualTo(reference.threshold());
        assertThat(unit.exactCoefficient(reference.set())).isEqualTo(reference.threshold());
        assertThat(unit.exactReluCoefficient(reference.set())).isEqualTo(reference.relu());
    }

    @ParameterizedTest
    @MethodSource("references")
    void doublesAreRoundedOnce(UnitReference reference) {
        ThresholdUnit unit = ThresholdUnit.of(reference.dimension(), reference.bias());
        assertThat(unit.coefficientOfSize(reference.size())).isEqualTo(decimal(reference.threshold()));
        double relu = decimal(reference.relu());
        assertThat(unit.reluCoefficient(reference.set())).isCloseTo(relu, within(2 * Math.ulp(relu)));
    }

    /** Computed with 400 digits, then rounded to the nearest double. */
    private static double decimal(BigFraction fraction) {
        return new BigDecimal(fraction.getNumerator())
                .divide(new BigDecimal(fraction.getDenominator()), new MathContext(400))
                .doubleValue();
    }

    @Test
    void countsWholeWeightsExactly() {
        int[] weights = {3, -1, 2, 2, 1, -3};
        assertThat(ThresholdUnit.of(weights, 1).exactCoefficient(0, 2, 3)).isEqualTo(new BigFraction(-1, 64));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 10, 16})
    void agreesWithAllPointsOfTheCube(int d) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(5 + d);
        for (int largest : new int[] {1, 4}) {
            int[] weights = random.ints(d, -largest, largest + 1).toArray();
            if (largest == 1) {
                IntStream.range(0, d).filter(i -> weights[i] == 0).forEach(i -> weights[i] = -1);
            }
            for (double bias : new double[] {0, -1.5, 2, 0.25}) {
                ThresholdUnit unit = ThresholdUnit.of(weights, bias);
                double[] threshold = BooleanFunction.of(d, unit::value).coefficients();
                double[] relu = BooleanFunction.of(d, unit::reluValue).coefficients();
                for (int trial = 0; trial < 40; trial++) {
                    int bits = random.nextInt(1 << d);
                    int[] set = IntStream.range(0, d)
                            .filter(i -> (bits >>> i & 1) == 1)
                            .toArray();
                    assertThat(unit.coefficient(set)).isEqualTo(threshold[bits]); // both exact
                    assertThat(unit.reluCoefficient(set)).isCloseTo(relu[bits], within(1e-13));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "12, 0.5", "12, -5", "49, 3", "49, 60", "49, -60", "300, -11", "1201, 0"})
    void powersAddUpToTheProbabilityOfBeingOn(int d, double bias) {
        ThresholdUnit unit = ThresholdUnit.of(d, bias);
        double sum = 0;
        for (int s = 0; s <= d; s++) {
            sum += unit.levelPower(s);
        }
        assertThat(sum).isCloseTo(unit.coefficientOfSize(0), within(1e-13));
        assertThat(unit.noiseStability(1)).isCloseTo(unit.coefficientOfSize(0), within(1e-13));
    }

    @Test
    void closedFormsOfMajorities() {
        for (int d = 3; d <= 61; d += 2) {
            ThresholdUnit majority = ThresholdUnit.of(d, 0.5);
            int n = d - 1;
            for (int s = 1; s <= d; s++) {
                int t = (s - 1) / 2;
                BigInteger numerator = Dyadic.binomial(n, n / 2).multiply(Dyadic.binomial(n / 2, t));
                BigFraction expected = s % 2 == 0
                        ? BigFraction.ZERO
                        : new BigFraction(numerator, Dyadic.binomial(n, 2 * t).shiftLeft(d));
                assertThat(majority.exactCoefficientOfSize(s)).isEqualTo(t % 2 == 0 ? expected : expected.negate());
            }
        }
        for (int d = 2; d <= 60; d += 2) {
            for (int s = 1; s <= d; s++) {
                int t = s / 2;
                BigFraction expected = new BigFraction(
                        Dyadic.binomial(d, d / 2).multiply(Dyadic.binomial(d / 2, t)),
                        Dyadic.binomial(d, 2 * t).shiftLeft(d + 1));
                BigFraction tiesOn = t % 2 == 0 ? expected : expected.negate();
                assertThat(ThresholdUnit.of(d, 1.9).exactCoefficientOfSize(s)).isEqualTo(tiesOn);
                assertThat(ThresholdUnit.of(d, -2).exactCoefficientOfSize(s))
                        .isEqualTo(s % 2 == 1 ? tiesOn : tiesOn.negate());
            }
        }
    }

    /** A larger odd set has the smaller coefficient exactly if the two sizes add up to less than d + 1. */
    @Test
    void coefficientsOfAMajorityFallUpToTheMiddle() {
        for (int d = 3; d <= 41; d += 2) {
            ThresholdUnit majority = ThresholdUnit.of(d, 0);
            for (int small = 1; small <= d; small += 2) {
                for (int large = small + 2; large <= d; large += 2) {
                    assertThat(Math.abs(majority.coefficientOfSize(small))
                                    > Math.abs(majority.coefficientOfSize(large)))
                            .isEqualTo(small + large < d + 1);
                }
            }
        }
    }

    @Test
    void aBiasBeyondAllSumsLeavesAConstant() {
        for (int[] weights : new int[][] {{1, -1, 1}, {5, -3, 0}}) {
            ThresholdUnit on = ThresholdUnit.of(weights, 8);
            ThresholdUnit off = ThresholdUnit.of(weights, -8.5);
            assertThat(on.coefficient()).isEqualTo(1);
            assertThat(on.coefficient(0, 2)).isZero();
            assertThat(on.reluCoefficient()).isEqualTo(8);
            assertThat(on.reluCoefficient(1)).isEqualTo(weights[1]);
            assertThat(off.coefficient()).isZero();
            assertThat(off.reluCoefficient(0)).isZero();
        }
        assertThat(ThresholdUnit.of(4, 1e300).reluCoefficient()).isEqualTo(1e300);
        assertThat(ThresholdUnit.of(4, Double.MIN_VALUE).reluCoefficient()).isEqualTo(0.75);
        assertThat(ThresholdUnit.of(new int[] {Integer.MIN_VALUE, Integer.MAX_VALUE}, 1)
                        .coefficient(0))
                .isEqualTo(-0.25);
    }

    @Test
    void largeDimensionsHaveTheLimitOfMajorities() {
        // 2^d and the counts themselves are far beyond doubles.
        ThresholdUnit majority = ThresholdUnit.of(20_001, 0);
        double first = Math.sqrt(1 / (2 * Math.PI * 20_001));
        assertThat(majority.coefficientOfSize(1) / first).isCloseTo(1, within(1e-4));
        assertThat(majority.coefficientOfSize(3) / majority.coefficientOfSize(1))
                .isCloseTo(-1 / 19_999.0, within(1e-12));
    }

    @Test
    void noiseStabilityAgreesWithNoisyPairs() {
        ThresholdUnit unit = ThresholdUnit.of(new int[] {1, -1, 1, 1, -1, -1, 1, 1, 1, -1}, 1);
        double r = 0.6;
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(11);
        double[] products = new double[40_000];
        double[] x = new double[10];
        for (int t = 0; t < products.length; t++) {
            Cube.draw(random, x);
            double there = unit.value(x);
            for (int i = 0; i < x.length; i++) {
                x[i] *= random.nextDouble() < (1 + r) / 2 ? 1 : -1;
            }
            products[t] = there * unit.value(x);
        }
        assertThat(Math.abs(SampleMean.of(products).zScore(unit.noiseStability(r))))
                .isLessThan(4);
        assertThat(unit.noiseStability(r))
                .isCloseTo(BooleanFunction.of(10, unit::value).noiseStability(r), within(1e-14));
        assertThat(unit.noiseStability(0)).isEqualTo(unit.coefficient() * unit.coefficient());
    }

    @Test
    void refusesBadInput() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ThresholdUnit.of(0, 0))
                .withMessage("dimension: 0 is not at least 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ThresholdUnit.of(3, Double.NaN))
                .withMessage("bias: NaN is not finite");
        assertThatIllegalArgumentException().isThrownBy(() -> ThresholdUnit.of(new int[0], 0));
        ThresholdUnit unit = ThresholdUnit.of(4, 0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> unit.coefficientOfSize(5))
                .withMessage("size: 5 is not between 0 and the dimension, 4");
        assertThatIllegalArgumentException().isThrownBy(() -> unit.coefficientOfSize(-1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> unit.coefficient(0, 4))
                .withMessage("set[1]: 4 is not a coordinate of the cube, from 0 to 3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> unit.coefficient(2, 2))
                .withMessage("set[1]: 2 occurs twice");
        assertThatIllegalArgumentException().isThrownBy(() -> unit.noiseStability(1.5));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> unit.value(1, 1, 0.5, 1))
                .withMessage("x[2]: 0.5 is not +1 or -1");
        assertThatIllegalStateException()
                .isThrownBy(() -> ThresholdUnit.of(new int[] {1, 2}, 0).coefficientOfSize(1))
                .withMessageStartingWith("weights[1] is 2, not +1 or -1");
    }

    @Test
    void isAValue() {
        assertThat(ThresholdUnit.of(2, 1))
                .isEqualTo(ThresholdUnit.of(new int[] {1, 1}, 1))
                .hasSameHashCodeAs(ThresholdUnit.of(new int[] {1, 1}, 1))
                .isNotEqualTo(ThresholdUnit.of(2, 2))
                .hasToString("threshold unit, weights [1, 1], bias 1.0");
        int[] weights = {1, 2};
        ThresholdUnit unit = ThresholdUnit.of(weights, 0);
        weights[0] = 7;
        unit.weights()[1] = 7;
        assertThat(unit.weights()).containsExactly(1, 2);
    }
}
