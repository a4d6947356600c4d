package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
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
    void rejectsInvalidParts() {
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

    /** A risk is infinite only at a threshold; a risk that overflows is rejected. */
    @Test
    void refusesVariancesThatOverflow() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 50), Signal.sourcePowerLaw(1.4));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> task.withNoise(1e155))
                .withMessageStartingWith("noise: 1.0E155 is above 1.3407e154");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Training.samples(20).withNoise(1e155))
                .withMessageStartingWith("noise: 1.0E155 is above 1.3407e154");
        Distillation.Draft loud = Distillation.of(task.withNoise(1.3e154));
        Training training = Training.samples(20);
        for (Training first : new Training[] {
            training, training.withRandomFeatures(30), training.stoppedAt(10), Training.samples(49.9999)
        }) {
            assertThatIllegalArgumentException()
                    .as("%s", first)
                    .isThrownBy(() -> loud.target(first).predict())
                    .withMessageStartingWith("noise: 1.3E154 makes, with these labels, a variance that overflows");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> loud.target(training.stoppedAt(1e-3))
                        .then(Training.samples(30))
                        .predict())
                .withMessageContaining("turns these labels into a variance that overflows");
        RegressionTask plain = RegressionTask.of(Spectrum.of(1, 1), Signal.of(1, 1e60));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Distillation.of(plain)
                        .target(Training.samples(5)
                                .withSpectrum(Spectrum.of(1, 1e250))
                                .withMask(FeatureMask.keepingFirst(1, 2)))
                        .predict())
                .withMessageStartingWith("training: 5.0 samples, ridge 0.0")
                .withMessageContaining("turns these labels into a variance that overflows");
        assertThat(loud.target(training.stoppedAt(1e-3)).predict().excess()).isFinite();
        assertThat(loud.target(training.withRidge(1e10)).predict().excess()).isFinite();
        assertThat(loud.target(Training.samples(50)).predict().excess()).isInfinite();
    }
}
