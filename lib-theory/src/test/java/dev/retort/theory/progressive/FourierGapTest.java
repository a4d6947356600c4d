package dev.retort.theory.progressive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.Stream;
import org.apache.commons.math3.fraction.BigFraction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FourierGapTest {

    static Stream<UnitReference> references() {
        return UnitReference.all().filter(reference -> !reference.gap().isEmpty());
    }

    @ParameterizedTest
    @MethodSource("references")
    void agreesWithTheDefinitionExactly(UnitReference reference) {
        FourierGap gap = FourierGap.of(reference.dimension(), reference.size(), reference.bias());
        BigFraction expected = UnitReference.fraction(reference.gap());
        assertThat(gap.exactGap()).isEqualTo(expected);
        assertThat(gap.gap()).isCloseTo(Dyadic.toDouble(expected), within(2 * Math.ulp(gap.gap())));
    }

    @Test
    void agreesWithPublishedFractions() {
        assertThat(FourierGap.of(11, 4).exactGap()).isEqualTo(new BigFraction(1, 128));
        assertThat(FourierGap.of(20, 4).gap()).isEqualTo(0.003818511962890625);
        assertThat(FourierGap.of(50, 6).exactGap()).isEqualTo(UnitReference.fraction("2287064091/35184372088832"));
        assertThat(FourierGap.of(49, 6).exactGap()).isEqualTo(UnitReference.fraction("5052816015/70368744177664"));
    }

    @Test
    void forMajoritiesIsTheCoefficientTimesARatio() {
        for (int d = 5; d <= 41; d++) {
            for (int k = 2; k < d; k++) {
                FourierGap gap = FourierGap.of(d, k, d % 2 == 0 && k % 3 == 0 ? -1 : 0.5);
                BigFraction inside =
                        UnitReference.fraction("0").add(absolute(gap.unit().exactCoefficientOfSize(k - 1)));
                if (d % 2 == 1 && k % 2 == 1) {
                    assertThat(gap.exactGap()).isEqualTo(BigFraction.ZERO);
                    continue;
                }
                int more = d - 2 * k + (d % 2 == 1 ? 1 : k % 2 == 0 ? 2 : 0);
                int less = d - k + (d % 2 == 0 && k % 2 == 0 ? 1 : 0);
                assertThat(gap.exactGap()).isEqualTo(inside.multiply(new BigFraction(more, less)));
            }
        }
    }

    private static BigFraction absolute(BigFraction fraction) {
        return fraction.compareTo(BigFraction.ZERO) < 0 ? fraction.negate() : fraction;
    }

    @Test
    void isNegativeWhereTheSupportIsMostOfTheCube() {
        assertThat(FourierGap.of(9, 6).gap()).isNegative();
        assertThat(FourierGap.of(11, 6).gap()).isZero(); // d = 2k − 1
        assertThat(FourierGap.of(13, 6).gap()).isPositive();
        assertThat(FourierGap.of(11, 1).gap()).isEqualTo(0.5);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 6, 8})
    void approachesItsLeadingOrder(int k) {
        double last = Double.POSITIVE_INFINITY;
        for (int d = 101; d < 2000; d = 2 * d + 1) {
            FourierGap gap = FourierGap.of(d, k);
            double inside = Math.abs(gap.supportCoefficient() / gap.leadingOrder() - 1);
            double ofGap = Math.abs(gap.gap() / gap.leadingOrder() - 1);
            assertThat(Math.max(inside, ofGap)).isLessThan(last * 0.55).isLessThan(k * k / (double) d);
            last = Math.max(inside, ofGap);
        }
    }

    @Test
    void refusesBadInput() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FourierGap.of(6, 0))
                .withMessage("size: 0 is not between 1 and one less than the dimension, 5");
        assertThatIllegalArgumentException().isThrownBy(() -> FourierGap.of(6, 6));
        assertThatIllegalArgumentException().isThrownBy(() -> FourierGap.of(0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> FourierGap.of(6, 2, Double.NaN));
        assertThatIllegalArgumentException().isThrownBy(() -> FourierGap.of(SparseParity.of(3, 3)));
        assertThatIllegalStateException().isThrownBy(() -> FourierGap.of(21, 3).leadingOrder());
        assertThatIllegalStateException()
                .isThrownBy(() -> FourierGap.of(21, 4, -1.5).leadingOrder());
    }

    @Test
    void isAValue() {
        assertThat(FourierGap.of(SparseParity.of(9, 2).withSupport(1, 3, 5, 7)))
                .isEqualTo(FourierGap.of(9, 4))
                .hasSameHashCodeAs(FourierGap.of(9, 4, 0))
                .isNotEqualTo(FourierGap.of(9, 4, 1))
                .hasToString("Fourier gap of parities of 4 among 9 coordinates, bias 0.0");
    }
}
