package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Teachers whose coefficients are much smaller than the truth keep their digits, from stage to stage. */
class QuietTeacherTest {

    /** Exact values from mpmath with 60 digits, by the one-stage map of means and second moments. */
    @ParameterizedTest
    @CsvSource({"1e18, 1e-60, 6.650013466178052", "1e30, 1e-100, 6.650000001346618"})
    void aTeacherCloseToZeroKeepsItsDigits(double teacherRidge, double ridge, double exact) {
        RegressionTask task = RegressionTask.of(Spectrum.of(5, 3, 2), Signal.of(1, 0.7, 0.3));
        Distillation chain = Distillation.of(task)
                .surrogate(Training.samples(2).withRidge(teacherRidge))
                .then(Training.samples(2))
                .then(Training.samples(2).withRidge(ridge).withMask(FeatureMask.keepingFirst(2, 3)));
        assertThat(chain.predict().excess()).isCloseTo(exact, withinPercentage(1e-10));
    }

    @Test
    void coefficientsOfASurrogateAreNotComputedByCancellation() {
        RegressionTask steep = RegressionTask.of(Spectrum.powerLaw(30, 8), Signal.constant(1));
        double[] optimal = Distillation.of(steep)
                .surrogate(Surrogate.optimal())
                .target(Training.samples(3))
                .surrogateCoefficients();
        assertThat(optimal[7]).isCloseTo(1.0891939613902426e-13, withinPercentage(1e-12));
        RegressionTask loud = RegressionTask.of(Spectrum.isotropic(1, 2), Signal.constant(1e8));
        assertThat(Distillation.of(loud)
                        .surrogate(Surrogate.given(1e-3, 2))
                        .target(Training.samples(1))
                        .surrogateCoefficients())
                .containsExactly(1e-3, 2);
    }

    @Test
    void theOptimalSurrogateIsNoWorseThanItsMaskOnAnotherCovariance() {
        RegressionTask task = RegressionTask.of(Spectrum.of(1, 1e-12, 1e-20), Signal.of(1, 1e6, 1e10));
        Training shifted = Training.samples(1.5).withSpectrum(Spectrum.of(1e-20, 1e-3, 1));
        double optimal = excess(task, Surrogate.optimal(), shifted);
        assertThat(optimal).isLessThanOrEqualTo(excess(task, Surrogate.optimallyMasked(), shifted));
        assertThat(optimal).isLessThanOrEqualTo(excess(task, Surrogate.groundTruth(), shifted));
    }

    private static double excess(RegressionTask task, Surrogate surrogate, Training target) {
        return Distillation.of(task)
                .surrogate(surrogate)
                .target(target)
                .predict()
                .excess();
    }
}
