package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
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

    /** The excess risk with the choice for one feature changed; −1 changes none. */
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

    /** The ridge leaves almost nothing learnt, so that 1 − ζ is lost in ζ. */
    @Test
    void gatheredFeaturesAreKeptAndDroppedLikeListedOnesUnderAnyRidge() {
        RegressionTask listed = RegressionTask.of(Spectrum.powerLaw(3.3, 9000), Signal.sourcePowerLaw(2.4));
        RegressionTask law = RegressionTask.of(Spectrum.powerLaw(3.3, 1, 0, 9000), Signal.sourcePowerLaw(2.4));
        for (double ridge = 1; ridge < 1e40; ridge *= 17) {
            Training training = Training.samples(70).withRidge(ridge).withTeacherShare(-0.0966);
            double expected = masked(listed, training);
            assertThat(masked(law, training)).isCloseTo(expected, within(1e-12 * expected));
        }
    }

    private static double masked(RegressionTask task, Training training) {
        return Distillation.of(task)
                .surrogate(Surrogate.optimallyMasked())
                .target(training)
                .predict()
                .excess();
    }

    @Test
    void aMaskOfAnInfiniteSpectrumMayKeepInfinitelyManyFeatures() {
        RegressionTask endless = RegressionTask.of(Spectrum.powerLaw(2.0), Signal.sourcePowerLaw(1.5));
        Training target = Training.samples(10);
        assertThat(OptimalSurrogate.of(endless, target).maskSize()).isEqualTo(10);
        OptimalSurrogate unlimited = OptimalSurrogate.of(endless, target.withTeacherShare(3));
        assertThat(unlimited.maskSize()).isEqualTo(Long.MAX_VALUE);
        assertThatIllegalStateException()
                .isThrownBy(unlimited::mask)
                .withMessageStartingWith(
                        "Spectrum of infinitely many features, 1.0 (i + 0.0)^-2.0 has too many features to keep")
                .withMessageEndingWith("; Surrogate.optimallyMasked() is the teacher that sees them");
    }

    @Test
    void rejectsSpectraThatAreTooLongToListAtOnce() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(2, 1, 0, 1_000_000_000), Signal.sourcePowerLaw(1.5));
        OptimalSurrogate best = OptimalSurrogate.of(task, Training.samples(10));
        assertThatIllegalStateException()
                .isThrownBy(best::coefficients)
                .withMessageContaining("has too many features for a list");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CovarianceShift.optimal(task, Training.samples(10)))
                .withMessageStartingWith("task.spectrum: ")
                .withMessageContaining("has too many features for a list");
    }

    /** λ = i^-2, n = 10: the mask equals that of listed features, however many there are. */
    @Test
    void theFirstFeaturesOfALawAreAMask() {
        Training target = Training.samples(10);
        FeatureMask first = FeatureMask.keepingFirst(10);
        for (Spectrum law : List.of(
                Spectrum.powerLaw(2), Spectrum.powerLaw(2, 1, 0, 1_000_000_000), Spectrum.powerLaw(2, 1, 0, 100_000))) {
            RegressionTask task = RegressionTask.of(law, Signal.sourcePowerLaw(1.5));
            assertThat(OptimalSurrogate.of(task, target).mask()).isEqualTo(first);
            assertThat(OptimalSurrogate.of(task, target).maskSize()).isEqualTo(10);
            assertThat(FeatureMask.optimal(DeterministicEquivalent.of(law, 10))).isEqualTo(first);
            assertThat(FeatureMask.optimal(target.withRandomFeatures(1e9).equivalent(task), law))
                    .isEqualTo(first);
        }
        assertThat(FeatureMask.optimal(DeterministicEquivalent.of(Spectrum.powerLaw(2, 100_000), 10)))
                .isEqualTo(FeatureMask.keepingFirst(10, 100_000));
    }

    /** A thousand features of variance 1 after twenty million of 1e-9: the mask does not keep the first ones. */
    @Test
    void featuresInAnotherOrderAreListedIfTheyAreFew() {
        double[] values = {1e-9, 1};
        Spectrum few = Spectrum.withMultiplicities(values, new long[] {20_000, 50});
        FeatureMask mask = FeatureMask.optimal(DeterministicEquivalent.of(few, 40));
        assertThat(mask.size()).isEqualTo(50);
        assertThat(mask.keeps(20_000)).isTrue();
        Spectrum many = Spectrum.withMultiplicities(values, new long[] {20_000_000, 50});
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FeatureMask.optimal(DeterministicEquivalent.of(many, 40)))
                .withMessageContaining("has too many features to keep for a mask");
    }
}
