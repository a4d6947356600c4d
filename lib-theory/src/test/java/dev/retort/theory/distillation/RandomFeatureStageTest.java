package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RandomFeatureStageTest {

    private static final RegressionTask TASK = task(1.5, 1.6, 300);

    private static RegressionTask task(double alpha, double b, int p) {
        return RegressionTask.of(Spectrum.powerLaw(alpha, p), Signal.sourcePowerLaw(b));
    }

    private static Training training(double samples, double features, double penalty, double noise) {
        return Training.samples(samples)
                .withRandomFeatures(features)
                .withRidge(penalty / samples)
                .withNoise(noise);
    }

    /** Values of 30 digits from mpmath, from the two nested fixed points. The penalty is n times the ridge. */
    @ParameterizedTest
    @CsvSource({
        "150, 70, 0.05, 0.3, 0.336852574868885878630902690464",
        "80, 220, 0.02, 0.3, 0.311956680341804617605622341453",
        "80, 200, 0, 0.3, 0.394659982017712779154880548388",
        "100, 100, 0.5, 0.3, 0.282092366140813638074550568941",
        "80, Infinity, 0.05, 0.3, 0.208910670051511825618482794063",
        "60.25, 41.5, 0.01, 0.1, 0.770965067600153436983620373946"
    })
    void agreesWithThirtyDigits(double samples, double features, double penalty, double noise, double excess) {
        assertThat(Distillation.of(TASK)
                        .target(training(samples, features, penalty, noise))
                        .predict()
                        .excess())
                .isCloseTo(excess, withinPercentage(1e-10));
    }

    @Test
    void chainsAndInfiniteSpectraAgreeWithThirtyDigits() {
        Distillation weak = Distillation.of(task(1.6, 1.4, 400)).target(training(80, 60, 0.08, 0.4));
        assertThat(weak.predict().excess()).isCloseTo(0.8800906521928497, withinPercentage(1e-10));
        // Simulation gave .77626 ± .0055.
        assertThat(weak.then(training(200, 250, 0.2, 0.2)).predict().excess()).isCloseTo(0.77245, within(1e-5));
        RegressionTask endless = RegressionTask.of(Spectrum.powerLaw(2), Signal.sourcePowerLaw(2.5));
        assertThat(Distillation.of(endless)
                        .target(training(100, 40, 0.01, 0.2))
                        .predict()
                        .excess())
                .isCloseTo(0.04263487623808699, withinPercentage(1e-10));
        assertThat(Distillation.of(endless)
                        .target(training(100, 30, 0, 0.5))
                        .predict()
                        .excess())
                .isCloseTo(0.138700467080654, withinPercentage(1e-10));
    }

    @Test
    void aboveTheRankItIsLeastSquares() {
        assertThat(Distillation.of(task(1.5, 1.6, 60))
                        .target(training(150, 100, 0, 0.5))
                        .predict()
                        .excess())
                .isCloseTo(1.0 / 6, withinPercentage(1e-11));
    }

    @Test
    void asManySamplesAsFeaturesWithoutRidgeHaveInfiniteRisk() {
        assertThat(Distillation.of(TASK)
                        .target(training(100, 100, 0, 0))
                        .predict()
                        .excess())
                .isInfinite();
    }

    @Test
    void manyFeaturesAreRidgeRegressionEverywhere() {
        Training random = Training.samples(60)
                .withRandomFeatures(1e13)
                .withRidge(0.01)
                .withMask(FeatureMask.keepingFirst(200, 300));
        Training ridge = Training.samples(60).withRidge(0.01).withMask(FeatureMask.keepingFirst(200, 300));
        Distillation teacher = Distillation.of(TASK.withNoise(0.2))
                .surrogate(Training.samples(80).withRidge(0.01));
        assertThat(teacher.target(random).predict().excess())
                .isCloseTo(teacher.target(ridge).predict().excess(), withinPercentage(1e-9));
        assertThat(teacher.target(random).predict().trainingError())
                .isCloseTo(teacher.target(ridge).predict().trainingError(), withinPercentage(1e-9));
        assertThat(Generations.of(teacher, random, 2).limit())
                .isCloseTo(Generations.of(teacher, ridge, 2).limit(), withinPercentage(1e-8));
        assertThat(LabelMixture.of(teacher, random).bestShare())
                .isCloseTo(LabelMixture.of(teacher, ridge).bestShare(), withinPercentage(1e-8));
        assertThat(Distillation.of(TASK)
                        .surrogate(Surrogate.optimal())
                        .target(random)
                        .predict()
                        .excess())
                .isCloseTo(
                        Distillation.of(TASK)
                                .surrogate(Surrogate.optimal())
                                .target(ridge)
                                .predict()
                                .excess(),
                        withinPercentage(1e-8));
    }

    @Test
    void theBestTeacherIsNoWorseThanItsNeighboursAndPartsAddUp() {
        Training random = Training.samples(60).withRandomFeatures(90).withRidge(0.002);
        Distillation optimal =
                Distillation.of(TASK).surrogate(Surrogate.optimal()).target(random);
        double best = optimal.predict().excess();
        double[] coefficients = optimal.surrogateCoefficients();
        for (int i = 0; i < 300; i += 37) {
            for (double factor : new double[] {0.98, 1.02}) {
                double[] moved = coefficients.clone();
                moved[i] *= factor;
                assertThat(Distillation.of(TASK)
                                .surrogate(Surrogate.given(moved))
                                .target(random)
                                .predict()
                                .excess())
                        .isGreaterThan(best);
            }
        }
        double masked = Distillation.of(TASK)
                .surrogate(Surrogate.optimallyMasked())
                .target(random)
                .predict()
                .excess();
        for (int kept = 1; kept <= 300; kept += 13) {
            assertThat(Distillation.of(TASK)
                            .surrogate(Surrogate.masked(FeatureMask.keepingFirst(kept, 300)))
                            .target(random)
                            .predict()
                            .excess())
                    .isGreaterThanOrEqualTo(masked * (1 - 1e-13));
        }
        RiskReport risk = Distillation.of(TASK.withNoise(0.3))
                .surrogate(random)
                .then(random)
                .predict();
        assertThat(IntStream.range(0, 300).mapToDouble(risk::share).sum())
                .isCloseTo(risk.excess(), withinPercentage(1e-10));
    }

    @Test
    void rejectsInvalidArguments() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Training.samples(10).withRandomFeatures(0.5))
                .withMessageStartingWith("features: 0.5");
    }
}
