package dev.retort.theory.progressive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.SampleMean;
import java.util.List;
import org.junit.jupiter.api.Test;

class FourierExpansionTest {

    private static final FourierExpansion FUNCTION =
            FourierExpansion.linear(0.5, 0, -0.25).plus(1, 2, 0).plus(-2).plus(0.125, 0, 1, 2);

    @Test
    void addsUpParities() {
        assertThat(FUNCTION.value(1, 1, 1)).isEqualTo(0.5 - 0.25 + 1 - 2 + 0.125);
        assertThat(FUNCTION.value(-1, 1, 1)).isEqualTo(-0.5 - 0.25 - 1 - 2 - 0.125);
        assertThat(FUNCTION.coefficient(0, 2)).isEqualTo(1);
        assertThat(FUNCTION.coefficient(1)).isZero();
        assertThat(FUNCTION.levelPower(1)).isEqualTo(0.3125);
        assertThat(FUNCTION.noiseStability(0.5)).isEqualTo(4 + 0.5 * 0.3125 + 0.25 + 0.125 * 0.015625);
        assertThat(FUNCTION.terms())
                .containsExactly(
                        new FourierExpansion.Term(List.of(), -2),
                        new FourierExpansion.Term(List.of(0), 0.5),
                        new FourierExpansion.Term(List.of(2), -0.25),
                        new FourierExpansion.Term(List.of(0, 2), 1),
                        new FourierExpansion.Term(List.of(0, 1, 2), 0.125));
    }

    @Test
    void cancelledTermsAreRemoved() {
        assertThat(FUNCTION.plus(-1, 0, 2).terms()).hasSize(4);
        assertThat(FourierExpansion.parity(3, 1).plus(-1, 1)).isEqualTo(FourierExpansion.zero(3));
    }

    @Test
    void samplesEstimateCoefficients() {
        FourierSample sample = FourierSample.draw(3, 4000, 8, FUNCTION::value);
        for (int[] set : new int[][] {{}, {0}, {1}, {2}, {0, 1}, {0, 2}, {1, 2}, {0, 1, 2}}) {
            SampleMean estimate = sample.coefficient(set);
            assertThat(Math.abs(estimate.zScore(FUNCTION.coefficient(set)))).isLessThan(4);
            // A coefficient's own term does not scatter; the other terms do, and their squares add up.
            double own = FUNCTION.coefficient(set);
            double expected = Math.sqrt((FUNCTION.noiseStability(1) - own * own) / 4000);
            assertThat(estimate.standardError()).isCloseTo(expected, within(0.05 * expected));
        }
        assertThat(sample.degreeOne().get(2)).isEqualTo(sample.coefficient(2));
    }

    @Test
    void samplesInManyDimensions() {
        SparseParity task = SparseParity.of(200, 3).withSupport(0, 64, 199);
        FourierSample sample = FourierSample.draw(200, 500, 1, task::label);
        assertThat(sample.coefficient(199, 0, 64)).isEqualTo(new SampleMean(1, 0));
        assertThat(Math.abs(sample.coefficient(0, 64).zScore(0))).isLessThan(4);
        double[][] points = {{1, -1}, {-1, -1}, {-1, 1}};
        assertThat(FourierSample.of(points, new double[] {1, 2, 6})
                        .coefficient(0)
                        .mean())
                .isEqualTo((1 - 2 - 6) / 3.0);
    }

    @Test
    void refusesBadInput() {
        assertThatIllegalArgumentException().isThrownBy(() -> FourierExpansion.zero(0));
        assertThatIllegalArgumentException().isThrownBy(() -> FourierExpansion.linear());
        assertThatIllegalArgumentException().isThrownBy(() -> FUNCTION.plus(Double.NaN, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> FUNCTION.plus(1, 3));
        assertThatIllegalArgumentException().isThrownBy(() -> FUNCTION.value(1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> FUNCTION.value(1, 1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> FUNCTION.noiseStability(-1.1));
        assertThatIllegalArgumentException().isThrownBy(() -> FUNCTION.levelPower(4));
        assertThatIllegalArgumentException().isThrownBy(() -> FourierSample.draw(0, 10, 1, x -> 0));
        assertThatIllegalArgumentException().isThrownBy(() -> FourierSample.draw(2, 1, 1, x -> 0));
        assertThatIllegalArgumentException().isThrownBy(() -> FourierSample.draw(2, 5, 1, x -> Double.NaN));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FourierSample.of(new double[][] {{1}, {2}}, new double[] {1, 1}))
                .withMessage("points[1][0]: 2.0 is not +1 or -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FourierSample.of(new double[][] {{1}, {1}}, new double[] {1}));
    }

    @Test
    void isAValue() {
        assertThat(FourierExpansion.parity(2, 1, 0))
                .isEqualTo(FourierExpansion.zero(2).plus(1, 0, 1))
                .hasSameHashCodeAs(FourierExpansion.parity(2, 0, 1))
                .isNotEqualTo(FourierExpansion.parity(3, 0, 1))
                .hasToString("function of 2 coordinates, {{0, 1}=1.0}");
    }

    @Test
    void aSampleIsAValue() {
        double[][] points = {{1, 1}, {-1, 1}};
        FourierSample sample = FourierSample.of(points, new double[] {1, 2});
        assertThat(sample)
                .isEqualTo(FourierSample.of(points, new double[] {1, 2}))
                .hasSameHashCodeAs(FourierSample.of(points, new double[] {1, 2}))
                .isNotEqualTo(FourierSample.of(points, new double[] {1, 3}))
                .isNotEqualTo(FourierSample.of(new double[][] {{1, 1}, {1, -1}}, new double[] {1, 2}));
    }
}
