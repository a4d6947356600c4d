package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The expected numbers were computed by mpmath with 40 digits, from P(r, r') and its derivatives. */
class SelfDistillationTest {

    private static final RegressionTask TASK = RegressionTask.of(
                    Spectrum.powerLaw(1.2, 300), Signal.sourcePowerLaw(1.4))
            .withNoise(0.6);

    private static final SelfDistillation OWN =
            SelfDistillation.of(TASK, Training.samples(200).withRidge(0.05));

    @Test
    void oneRoundAgreesWithThirtyDigits() {
        assertThat(OWN.excess(0)).isCloseTo(0.5685283264982586, withinPercentage(1e-11));
        assertThat(OWN.excess(1)).isCloseTo(0.8311643272352043, withinPercentage(1e-11));
        assertThat(OWN.excess(0.5)).isCloseTo(0.6863648417748203, withinPercentage(1e-11));
        assertThat(OWN.excess(-1)).isCloseTo(0.41374420649660243, withinPercentage(1e-11));
        assertThat(OWN.bestMixing()).isCloseTo(-1.935154574462697, withinPercentage(1e-11));
        assertThat(OWN.bestExcess()).isCloseTo(0.3665852124682394, withinPercentage(1e-11));
    }

    @Test
    void roundsAgreeWithThirtyDigits() {
        double[] best = {0.3665852124682394, 0.3260238108246821, 0.31643727421877665, 0.31428349160090835};
        for (int k = 1; k <= best.length; k++) {
            assertThat(OWN.rounds(k).excess()).isCloseTo(best[k - 1], withinPercentage(1e-9));
            assertThat(OWN.excessAfter(OWN.rounds(k).mixings()))
                    .isCloseTo(OWN.rounds(k).excess(), withinPercentage(1e-9));
        }
        assertThat(OWN.rounds(3).mixings())
                .usingComparatorWithPrecision(1e-10)
                .containsExactly(-0.6315965819640627, -2.0426615292518964, -6.071095048953654);
        assertThat(OWN.excessAfter(0.5, -1)).isCloseTo(0.4003359792883361, withinPercentage(1e-11));
        SelfDistillation tooMuch = SelfDistillation.of(
                RegressionTask.of(Spectrum.powerLaw(1.5, 100), Signal.sourcePowerLaw(1.8))
                        .withNoise(0.1),
                Training.samples(60).withRidge(0.5));
        assertThat(tooMuch.excessAfter(1, 1, 1)).isCloseTo(1.4753166853860904, withinPercentage(1e-9));
        assertThat(tooMuch.rounds(3).excess()).isCloseTo(0.14259120562468428, withinPercentage(1e-9));
    }

    @Test
    void anotherRidgeForTheStudentAgreesWithThirtyDigits() {
        SelfDistillation other =
                SelfDistillation.of(TASK, Training.samples(200).withRidge(0.2)).withStudentRidge(0.02);
        assertThat(other.excess(0.7)).isCloseTo(0.7899015396182912, withinPercentage(1e-11));
        assertThat(other.bestMixing()).isCloseTo(-0.4023735108959729, withinPercentage(1e-10));
    }

    /** For ridges within 3 % the code uses a series, otherwise partial fractions. */
    @Test
    void seriesAndPartialFractionsMeet() {
        double series = near(1 + 0.03 * (1 - 1e-7)).excess(0.8);
        double fractions = near(1 + 0.03 * (1 + 1e-7)).excess(0.8);
        assertThat(series).isCloseTo(fractions, withinPercentage(1e-5));
        assertThat(near(1 + 1e-12).bestMixing()).isCloseTo(OWN.bestMixing(), within(1e-9));
    }

    private static SelfDistillation near(double factor) {
        return SelfDistillation.of(TASK, Training.samples(200).withRidge(0.05 * factor))
                .withStudentRidge(0.05);
    }

    @Test
    void atTheBestRidgeSelfDistillationDoesNotHelp() {
        BestRidge best = BestRidge.of(Distillation.of(TASK), Training.samples(200));
        SelfDistillation tuned = SelfDistillation.of(TASK, Training.samples(200).withRidge(best.ridge()));
        assertThat(tuned.bestMixing()).isCloseTo(0, within(1e-9));
        assertThat(tuned.bestExcess()).isCloseTo(best.excess(), withinPercentage(1e-10));
        double more = SelfDistillation.of(TASK, Training.samples(200).withRidge(2 * best.ridge()))
                .bestMixing();
        double less = SelfDistillation.of(TASK, Training.samples(200).withRidge(best.ridge() / 2))
                .bestMixing();
        assertThat(more).isNegative();
        assertThat(less).isPositive();
    }

    @ParameterizedTest
    @ValueSource(doubles = {100, 400})
    void withoutRidgeMixingHasNoEffect(double samples) {
        SelfDistillation none = SelfDistillation.of(TASK, Training.samples(samples));
        double alone = Distillation.of(TASK)
                .target(Training.samples(samples))
                .predict()
                .excess();
        assertThat(none.hasEffect()).isFalse();
        assertThat(none.bestMixing()).isZero();
        for (double mixing : new double[] {-2, 0, 0.5, 1}) {
            assertThat(none.excess(mixing)).isCloseTo(alone, withinPercentage(1e-11));
        }
        assertThat(none.rounds(2).excess()).isCloseTo(alone, withinPercentage(1e-11));
    }

    @Test
    void infiniteSpectraWorkToo() {
        RegressionTask endless = RegressionTask.of(Spectrum.powerLaw(2.0), Signal.sourcePowerLaw(2.5))
                .withNoise(0.3);
        RegressionTask gathered = RegressionTask.of(Spectrum.powerLaw(2.0, 50_000), Signal.sourcePowerLaw(2.5))
                .withNoise(0.3)
                .gathered();
        Training training = Training.samples(50).withRidge(0.01);
        assertThat(SelfDistillation.of(endless, training).rounds(2).excess())
                .isCloseTo(SelfDistillation.of(gathered, training).rounds(2).excess(), withinPercentage(0.01));
    }

    @Test
    void rejectsUnsupportedTrainings() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        SelfDistillation.of(TASK, Training.samples(50).withMask(FeatureMask.keepingFirst(3, 300))))
                .withMessageContaining("training:")
                .withMessageContaining("is not ridge regression on all features of the task");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OWN.rounds(7))
                .withMessage("count: 7 is more than 6; further rounds change only rounding errors");
        assertThatIllegalStateException()
                .isThrownBy(() -> OWN.withStudentRidge(0.1).rounds(2))
                .withMessageContaining("All rounds need the same ridge");
    }

    /** Weights of 1e400 and more: products and differences of mixings overflow before risks do. */
    @Test
    void mixingsOfAnySizeGiveARisk() {
        RegressionTask task = RegressionTask.of(Spectrum.of(3, 2, 1), Signal.of(1, 0.5, 0.2));
        SelfDistillation own =
                SelfDistillation.of(task.withNoise(0.1), Training.samples(2).withRidge(0.1));
        assertThat(own.excessAfter(1e200, 1e200)).isInfinite();
        assertThat(own.excessAfter(1e308, 1e308, 1e308)).isInfinite();
        assertThat(own.excess(-1e308)).isInfinite();
        // The last round learns from the given labels alone, or nearly so.
        assertThat(own.excessAfter(1e308, 1e308, 0)).isEqualTo(own.excess(0));
        assertThat(own.excessAfter(1e308, 1e308, 1e-308, 1e-308))
                .isCloseTo(own.excessAfter(1e9, 1e9, 1e-9, 1e-9), withinPercentage(1e-5));
        assertThat(own.withStudentRidge(0.2).excess(1e308)).isInfinite();
        SelfDistillation nothing = SelfDistillation.of(
                RegressionTask.of(Spectrum.of(3, 2, 1), Signal.constant(0)),
                Training.samples(2).withRidge(0.1));
        assertThat(nothing.excess(1e308)).isZero();
        assertThat(nothing.excessAfter(1e308, 1e308, 1e308)).isZero();
        assertThat(nothing.rounds(3).excess()).isZero();
        assertThat(nothing.rounds(3).mixings()).containsOnly(0);
    }

    /** On as many samples as the rank, a student without ridge is the teacher if it learns from the teacher alone. */
    @Test
    void aStudentOfInfiniteRiskOnGivenLabelsLearnsFromTheTeacherAlone() {
        SelfDistillation own = SelfDistillation.of(
                RegressionTask.of(Spectrum.of(5, 1), Signal.of(1, 0.5)).withNoise(0.3),
                Training.samples(2).withRidge(0.4));
        SelfDistillation copy = own.withStudentRidge(0);
        assertThat(copy.excess(0)).isInfinite();
        assertThat(copy.excess(0.5)).isInfinite();
        assertThat(copy.excess(1)).isCloseTo(own.excess(0), withinPercentage(1e-12));
        assertThat(copy.bestMixing()).isEqualTo(1);
        assertThat(copy.bestExcess()).isCloseTo(own.excess(0), withinPercentage(1e-12));
    }

    @Test
    void aTeacherWhoseRiskOverflowsIsNotFollowed() {
        SelfDistillation own = SelfDistillation.of(
                        RegressionTask.of(
                                        Spectrum.of(8.357779864542787e124, 5.146939494726856e-106),
                                        Signal.of(2.229512127643355e86, 3.1371024955280624e77))
                                .withNoise(6.190740269400813e120),
                        Training.samples(1).withRidge(4.4974876020432334e-58))
                .withStudentRidge(1.57133460342849e218);
        assertThat(own.withStudentRidge(4.4974876020432334e-58).excess(0)).isInfinite();
        assertThat(own.bestMixing()).isZero();
        assertThat(own.bestExcess()).isFinite();
        assertThat(own.excess(1)).isInfinite();
    }

    /** The products of the rounds' models have rank one up to rounding: the result once was -0.37. */
    @Test
    void roundsThatHaveNothingLeftToImproveDoNoHarm() {
        SelfDistillation own = SelfDistillation.of(
                RegressionTask.of(Spectrum.of(0.031364299338326636), Signal.of(13.694794368073136)),
                Training.samples(6).withRidge(107.24078896643752));
        for (int count = 1; count <= 6; count++) {
            assertThat(own.rounds(count).excess()).isBetween(0.0, own.bestExcess() + 1e-12);
        }
    }
}
