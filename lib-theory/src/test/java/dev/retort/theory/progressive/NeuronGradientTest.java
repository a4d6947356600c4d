package dev.retort.theory.progressive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class NeuronGradientTest {

    private static final int[] SIGNS = {1, -1, -1, 1, 1, 1, -1, 1, -1, 1, 1};

    /** The derivatives of −a E ReLU(⟨w, x⟩ + b) g(x), summed point by point, with ReLU'(0) = 1. */
    private static double[] overAllPoints(ThresholdUnit unit, double a, FourierExpansion labels) {
        int d = unit.dimension();
        double[] sums = new double[d + 2];
        double[] x = new double[d];
        for (int bits = 0; bits < 1 << d; bits++) {
            Cube.point(bits, x);
            double label = labels.value(x) / (1 << d);
            for (int i = 0; i < d; i++) {
                sums[i] -= a * unit.value(x) * x[i] * label;
            }
            sums[d] -= a * unit.value(x) * label;
            sums[d + 1] -= unit.reluValue(x) * label;
        }
        return sums;
    }

    @Test
    void agreesWithAllPoints() {
        FourierExpansion labels =
                FourierExpansion.parity(11, 0, 3, 4, 9).plus(0.3, 1).plus(-0.2).plus(0.7, 5, 6);
        for (ThresholdUnit unit : new ThresholdUnit[] {
            ThresholdUnit.of(11, 0),
            ThresholdUnit.of(SIGNS, -1.5),
            ThresholdUnit.of(new int[] {2, -1, 0, 3, 1, 1, -2, 1, 5, 1, 1}, 0.5)
        }) {
            NeuronGradient gradient = NeuronGradient.of(unit, -0.8, labels);
            double[] expected = overAllPoints(unit, -0.8, labels);
            for (int i = 0; i < 11; i++) {
                assertThat(gradient.weight(i)).isCloseTo(expected[i], within(1e-14));
            }
            assertThat(gradient.bias()).isCloseTo(expected[11], within(1e-14));
            assertThat(gradient.outputWeight()).isCloseTo(expected[12], within(1e-13));
        }
    }

    @Test
    void forAParityAgreesWithTheFourierGap() {
        FourierGap gap = FourierGap.of(51, 6, 2);
        NeuronGradient gradient =
                NeuronGradient.of(gap.unit(), 2, SparseParity.of(51, 6).expansion());
        for (int i = 0; i < 51; i++) {
            double expected = 2 * (i < 6 ? gap.supportCoefficient() : gap.otherCoefficient());
            assertThat(Math.abs(gradient.weight(i))).isEqualTo(expected);
        }
    }

    @Test
    void forALinearTeacherIsHalfItsCoefficients() {
        double[] c = new double[11];
        c[0] = 0.4;
        c[3] = -0.1;
        c[7] = 0.2;
        NeuronGradient gradient = NeuronGradient.of(ThresholdUnit.of(SIGNS, 0.5), 3, FourierExpansion.linear(c));
        for (int i = 0; i < 11; i++) {
            assertThat(gradient.weight(i)).isCloseTo(-3 * c[i] / 2, within(1e-16));
        }
    }

    @Test
    void refusesBadInput() {
        ThresholdUnit unit = ThresholdUnit.of(3, 0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NeuronGradient.of(unit, 1, FourierExpansion.zero(4)))
                .withMessage("labels: function of 4 coordinates, {} is not of dimension 3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NeuronGradient.of(unit, Double.NaN, FourierExpansion.zero(3)));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        NeuronGradient.of(unit, 1, FourierExpansion.zero(3)).weight(3));
    }
}
