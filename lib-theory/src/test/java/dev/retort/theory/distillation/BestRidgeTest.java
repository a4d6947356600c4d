package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BestRidgeTest {

    /** The best ridge is exactly σ²/(nβ²). */
    @Test
    void rejectsNoiseWhoseBestRidgeOverflows() {
        RegressionTask deafening = RegressionTask.of(Spectrum.powerLaw(2, 100), Signal.sourcePowerLaw(1.5))
                .withNoise(1e153);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BestRidge.of(Distillation.of(deafening), Training.samples(40)))
                .withMessage(
                        "noise: 1.0E153 is so large beside the signal that the best ridge overflows; take a smaller one");
    }

    @Test
    void forEqualCoefficientsItIsNoiseOverSignal() {
        RegressionTask isotropic = RegressionTask.of(Spectrum.isotropic(1, 90), Signal.constant(Math.sqrt(1.0 / 90)))
                .withNoise(0.5);
        BestRidge best = BestRidge.of(Distillation.of(isotropic), Training.samples(60));
        assertThat(best.ridge()).isCloseTo(0.375, withinPercentage(1e-9));
        assertThat(best.excess()).isCloseTo(0.5433997741163457, withinPercentage(1e-12));
        RegressionTask steep = RegressionTask.of(Spectrum.powerLaw(1, 80), Signal.constant(Math.sqrt(1.0 / 80)))
                .withNoise(0.3);
        BestRidge other = BestRidge.of(Distillation.of(steep), Training.samples(40));
        assertThat(other.ridge()).isCloseTo(0.18, withinPercentage(1e-9));
        assertThat(other.excess()).isCloseTo(0.03678111730802696, withinPercentage(1e-12));
        assertThat(other.isBoundary()).isFalse();
        assertThat(other.minima()).containsExactly(other.ridge());
    }

    @Test
    void forASteepNoiselessSignalNoPositiveRidgeIsBest() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 300), Signal.sourcePowerLaw(3));
        BestRidge best = BestRidge.of(Distillation.of(task), Training.samples(40));
        assertThat(best.ridge()).isZero();
        assertThat(best.isBoundary()).isTrue();
        assertThat(best.negativeWouldHelp()).isTrue();
        assertThat(best.excess()).isCloseTo(0.002913103026451174, withinPercentage(1e-11));
    }

    @Test
    void withoutSignalTheBestRidgeIsInfinite() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 30), Signal.constant(0))
                .withNoise(0.3);
        BestRidge best = BestRidge.of(Distillation.of(task), Training.samples(40));
        assertThat(best.ridge()).isInfinite();
        assertThat(best.excess()).isZero();
    }

    @Test
    void withoutNoiseLeastSquaresNeedsNoRidge() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 30), Signal.constant(1));
        BestRidge best = BestRidge.of(Distillation.of(task), Training.samples(40));
        assertThat(best.ridge()).isZero();
        assertThat(best.excess()).isZero();
    }

    @ParameterizedTest
    @ValueSource(doubles = {15, 30, 60})
    void noRidgeNearbyIsBetterForAStudentOfAStudent(double samples) {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.3, 40), Signal.sourcePowerLaw(1.5))
                .withNoise(0.4);
        Distillation teacher = Distillation.of(task).surrogate(Training.samples(25));
        Training training = Training.samples(samples).withMask(FeatureMask.keepingFirst(30, 40));
        BestRidge best = BestRidge.of(teacher, training);
        for (double factor : new double[] {1e-3, 0.5, 0.999, 1.001, 2, 1e3}) {
            assertThat(teacher.target(training.withRidge(best.ridge() * factor))
                            .predict()
                            .excess())
                    .isGreaterThanOrEqualTo(best.excess());
        }
    }

    @Test
    void trainingsWithoutARidgeAreRejectedByName() {
        Distillation.Draft teacher = Distillation.of(
                RegressionTask.of(Spectrum.of(3, 1), Signal.constant(1)).withNoise(0.5));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        BestRidge.ofEitherSign(teacher, Training.samples(2).withRandomFeatures(4)))
                .withMessageStartingWith("training: ")
                .withMessageContaining("use BestRidge.of");
        for (SpectralFilter filter : new SpectralFilter[] {
            SpectralFilter.iteratedRidge(0.1, 2), SpectralFilter.mixture(new double[] {0.5, 0.5}, new double[] {1, 2})
        }) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> BestRidge.of(teacher, Training.samples(5).withFilter(filter)))
                    .withMessageStartingWith("training: ")
                    .withMessageContaining("has no ridge that can be set");
        }
    }
}
