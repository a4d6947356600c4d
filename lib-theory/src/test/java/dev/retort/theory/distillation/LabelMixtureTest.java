package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LabelMixtureTest {

    private static final RegressionTask TASK = RegressionTask.of(
                    Spectrum.powerLaw(1.5, 200), Signal.sourcePowerLaw(1.4))
            .withNoise(0.4);

    static Stream<Arguments> mixtures() {
        FeatureMask half = FeatureMask.keepingFirst(60, 200);
        return Stream.of(
                Arguments.of(Distillation.of(TASK).surrogate(Training.samples(150)), Training.samples(80)),
                Arguments.of(
                        Distillation.of(TASK).surrogate(Training.samples(150).withMask(half)),
                        Training.samples(80).withNoise(0)),
                Arguments.of(
                        Distillation.of(TASK).surrogate(Surrogate.masked(half)),
                        Training.samples(300).withNoise(0.1)),
                Arguments.of(
                        Distillation.of(TASK).surrogate(Surrogate.optimal()).target(Training.samples(50)),
                        Training.samples(90).withRidge(0.01)),
                Arguments.of(
                        Distillation.of(TASK).surrogate(Training.samples(90)),
                        Training.samples(70)
                                .withSpectrum(Spectrum.exponential(0.03, 200))
                                .withMask(half)),
                Arguments.of(
                        Distillation.of(TASK.gathered()).surrogate(Training.samples(150)),
                        Training.samples(80).withNoise(0)));
    }

    @ParameterizedTest
    @MethodSource("mixtures")
    void theRiskIsAParabolaWhoseLowestPointIsTheBestShare(Teacher teacher, Training target) {
        LabelMixture mixture = LabelMixture.of(teacher, target);
        double best = mixture.bestShare();
        double lowest = mixture.best().predict().excess();
        // Three points determine a parabola.
        double right = mixture.excess(best + 1) - lowest;
        assertThat(mixture.excess(best - 1) - lowest).isCloseTo(right, withinPercentage(1e-8));
        assertThat(mixture.excess(best + 0.25) - lowest).isCloseTo(right / 16, withinPercentage(1e-6));
        assertThat(right).isPositive();
    }

    @Test
    void theBestShareIsNoWorseThanTheTeacherOrTheTruthAlone() {
        // Under the target's covariance the teacher's error is 1e-18 of the truth's, so its share is 1 to rounding.
        long features = 1_000_000_000L;
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(9, 1e5, 1000, features), Signal.sourcePowerLaw(1.01));
        Teacher teacher = Distillation.of(task).target(Training.samples(1).stoppedAt(1e-5));
        Training target = Training.samples(20)
                .withSpectrum(Spectrum.powerLaw(3, 100, 20, features))
                .withMask(FeatureMask.keepingFirst(51));
        LabelMixture mixture = LabelMixture.of(teacher, target);
        assertThat(mixture.bestShare()).isEqualTo(1);
        assertThat(mixture.best().predict().excess())
                .isEqualTo(mixture.excess(1))
                .isLessThan(mixture.excess(0))
                .isCloseTo(19.294891722493226, withinPercentage(1e-8));
    }

    @Test
    void withoutAShareTheTeacherDoesNotMatter() {
        Distillation teacher = Distillation.of(TASK).surrogate(Training.samples(150));
        LabelMixture mixture = LabelMixture.of(teacher, Training.samples(80).withNoise(3));
        double standard =
                Distillation.of(TASK).target(Training.samples(80)).predict().excess();
        assertThat(mixture.excess(0)).isCloseTo(standard, withinPercentage(1e-12));
    }

    @Test
    void theTruthWithoutNoiseIsTheBestTeacherAgainstNoisyLabels() {
        LabelMixture mixture =
                LabelMixture.of(Distillation.of(TASK), Training.samples(80).withNoise(0));
        assertThat(mixture.bestShare()).isCloseTo(1, within(1e-14));
    }

    @Test
    void twoEquallyNoisyTeachersShareTheLabelsAlike() {
        LabelMixture mixture = LabelMixture.of(Distillation.of(TASK), Training.samples(80));
        assertThat(mixture.bestShare()).isCloseTo(0.5, within(1e-14));
    }

    @Test
    void anAdaptingSurrogateHasNoMixture() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        LabelMixture.of(Distillation.of(TASK).surrogate(Surrogate.optimal()), Training.samples(80)))
                .withMessage("teacher: optimal surrogate adapts to its share of the labels");
    }

    @Test
    void theOptimalSurrogateMakesUpForItsShare() {
        double alone = OptimalSurrogate.of(TASK, Training.samples(80).withNoise(0.4))
                .risk()
                .bias();
        OptimalSurrogate partial =
                OptimalSurrogate.of(TASK, Training.samples(80).withTeacherShare(0.5));
        assertThat(partial.risk().bias()).isCloseTo(alone, withinPercentage(1e-10));
        // A surrogate given by its coefficients has the same risk.
        double given = Distillation.of(TASK)
                .surrogate(Surrogate.given(partial.coefficients()))
                .target(Training.samples(80).withTeacherShare(0.5))
                .predict()
                .excess();
        assertThat(given).isCloseTo(partial.risk().excess(), withinPercentage(1e-10));
    }

    @Test
    void averagesAsMuchNoiseOfEitherKind() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.2, 30), Signal.constant(0.4))
                .withNoise(0.7);
        assertThat(LabelMixture.of(Distillation.of(task), Training.samples(20)).bestShare())
                .isEqualTo(0.5);
    }

    @Test
    void atTheThresholdTheBestShareIsTheLimitOfBestShares() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.2, 30), Signal.constant(0.4))
                .withNoise(0.7);
        Distillation teacher = Distillation.of(task).surrogate(Training.samples(50));
        LabelMixture atThreshold = LabelMixture.of(teacher, Training.samples(30).withNoise(0.1));
        assertThat(atThreshold.excess(0.3)).isInfinite();
        LabelMixture near = LabelMixture.of(teacher, Training.samples(30 - 1e-9).withNoise(0.1));
        assertThat(atThreshold.bestShare()).isCloseTo(near.bestShare(), withinPercentage(1e-6));
    }
}
