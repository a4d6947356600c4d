package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptimalMaskTest {

    private static final int FEATURES = 60;
    private static final RegressionTask TASK =
            RegressionTask.of(Spectrum.powerLaw(1.5, FEATURES), Signal.sourcePowerLaw(1.2));

    @ParameterizedTest
    @ValueSource(doubles = {-3, -0.2, -0.01, 0.3, 1, 1.7, 1.999999, 2, 2.5, 30})
    void noFeatureIsBetterKeptOrDroppedWhateverTheShare(double share) {
        Training shared = Training.samples(20).withTeacherShare(share);
        for (Training training : new Training[] {
            shared,
            shared.withRidge(0.01),
            shared.withSpectrum(Spectrum.exponential(0.1, FEATURES)),
            shared.withSamples(70)
        }) {
            FeatureMask mask = OptimalSurrogate.of(TASK, training).mask();
            double least = Distillation.of(TASK)
                    .surrogate(Surrogate.optimallyMasked())
                    .target(training)
                    .predict()
                    .excess();
            assertThat(excess(mask, -1, training)).isCloseTo(least, within(1e-13 * least));
            for (int i = 0; i < FEATURES; i++) {
                assertThat(excess(mask, i, training)).isGreaterThan(least * (1 - 1e-13));
            }
        }
    }

    /** With the choice for one feature changed, if it is none of −1. */
    private static double excess(FeatureMask mask, int changed, Training training) {
        boolean[] keeps = new boolean[FEATURES];
        for (int i = 0; i < FEATURES; i++) {
            keeps[i] = mask.keeps(i) != (i == changed);
        }
        return Distillation.of(TASK)
                .surrogate(Surrogate.masked(FeatureMask.of(keeps)))
                .target(training)
                .predict()
                .excess();
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.2, 0.3, 1, 2.5})
    void gatheredFeaturesAreKeptAndDroppedLikeListedOnes(double share) {
        RegressionTask listed = RegressionTask.of(Spectrum.powerLaw(1.5, 20_000), Signal.sourcePowerLaw(1.2));
        RegressionTask law = RegressionTask.of(Spectrum.powerLaw(1.5, 1, 0, 20_000), Signal.sourcePowerLaw(1.2));
        Training training = Training.samples(300).withTeacherShare(share);
        double expected = masked(listed, training);
        assertThat(masked(listed.gathered(), training)).isCloseTo(expected, within(1e-12 * expected));
        assertThat(masked(law, training)).isCloseTo(expected, within(1e-12 * expected));
        OptimalSurrogate best = OptimalSurrogate.of(listed, training);
        assertThat(best.maskSize()).isEqualTo(best.mask().size());
        assertThat(OptimalSurrogate.of(law, training).maskSize()).isEqualTo(best.maskSize());
    }

    private static double masked(RegressionTask task, Training training) {
        return Distillation.of(task)
                .surrogate(Surrogate.optimallyMasked())
                .target(training)
                .predict()
                .excess();
    }

    @Test
    void aMaskOfASpectrumWithoutEndMayKeepEndlesslyManyFeatures() {
        RegressionTask endless = RegressionTask.of(Spectrum.powerLaw(2.0), Signal.sourcePowerLaw(1.5));
        Training target = Training.samples(10);
        assertThat(OptimalSurrogate.of(endless, target).maskSize()).isEqualTo(10);
        assertThat(OptimalSurrogate.of(endless, target.withTeacherShare(3)).maskSize())
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void whatIsTooLongToListIsRefusedAtOnce() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(2, 1, 0, 1_000_000_000), Signal.sourcePowerLaw(1.5));
        OptimalSurrogate best = OptimalSurrogate.of(task, Training.samples(10));
        for (Runnable call : List.<Runnable>of(
                () -> best.coefficients(),
                () -> CovarianceShift.optimal(task, Training.samples(10)),
                () -> FeatureMask.optimal(DeterministicEquivalent.of(task.spectrum(), 10)))) {
            assertThatIllegalStateException().isThrownBy(call::run).withMessageContaining("too many for an array");
        }
        assertThat(best.maskSize()).isEqualTo(10);
    }
}
