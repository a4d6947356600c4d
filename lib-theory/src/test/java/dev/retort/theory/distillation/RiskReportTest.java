package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class RiskReportTest {

    private static final double[] NONE = {0, 0};

    @Test
    void addsUpItsParts() {
        RiskReport risk = RiskReport.of(
                new double[] {1, 2}, new double[] {4, 8}, new double[] {16, 32}, new double[] {64, 128}, 16);
        assertThat(risk.bias()).isEqualTo(3);
        assertThat(risk.labelNoiseVariance()).isEqualTo(12);
        assertThat(risk.designVariance()).isEqualTo(48);
        assertThat(risk.inheritedVariance()).isEqualTo(192);
        assertThat(risk.excess()).isEqualTo(255);
        assertThat(risk.test()).isEqualTo(511);
        assertThat(risk.share(0)).isEqualTo(85);
        assertThat(risk.share(1)).isEqualTo(170);
    }

    @Test
    void isInfiniteWhereAPartIs() {
        RiskReport risk = RiskReport.of(NONE, new double[] {0, Double.POSITIVE_INFINITY}, NONE, NONE, 0);
        assertThat(risk.excess()).isInfinite();
        assertThat(risk.bias()).isZero();
        assertThat(risk.share(0)).isZero();
        assertThat(risk.share(1)).isInfinite();
    }

    @Test
    void refusesPartsThatAreNone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RiskReport.of(NONE, NONE, new double[] {0, -1}, NONE, 0))
                .withMessage("design[1]: -1.0 is not at least 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RiskReport.of(new double[] {Double.NaN, 0}, NONE, NONE, NONE, 0))
                .withMessageContaining("bias[0]: NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RiskReport.of(NONE, NONE, NONE, new double[1], 0))
                .withMessageContaining("inherited.length: 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RiskReport.of(NONE, NONE, NONE, NONE, -1))
                .withMessageContaining("noise: -1.0");
    }
}
