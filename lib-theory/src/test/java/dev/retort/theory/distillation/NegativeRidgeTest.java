package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.simulation.Simulation;
import dev.retort.theory.simulation.Trials;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Negative ridges in pipelines; {@link ChainReferenceTest} compares their risks with high-precision values. */
class NegativeRidgeTest {

    private static final RegressionTask TASK = RegressionTask.of(Spectrum.powerLaw(1.5, 60), Signal.sourcePowerLaw(3))
            .withNoise(0.02);

    /** Strong features carry the signal, and many weak ones act as a ridge. */
    private static final RegressionTask SPIKED = RegressionTask.of(
                    Spectrum.spiked(40, 4, 200), Signal.sourcePowerLaw(6))
            .withNoise(0.01);

    @ParameterizedTest
    @ValueSource(doubles = {20, 59.5, 90})
    void theBestRidgeOfEitherSignIsNoWorseThanAnyOther(double samples) {
        Training training = Training.samples(samples);
        BestRidge best = BestRidge.ofEitherSign(Distillation.of(TASK), training);
        double least = DeterministicEquivalent.leastRidge(TASK.spectrum(), samples);
        assertThat(best.ridge()).isGreaterThan(least);
        assertThat(best.excess())
                .isLessThanOrEqualTo(
                        BestRidge.of(Distillation.of(TASK), training).excess());
        for (double part : new double[] {-1, -0.5, 0, 0.01, 0.3, 0.6, 0.9, 0.99}) {
            assertThat(excess(training.withRidge(part * least))).isGreaterThanOrEqualTo(best.excess());
        }
    }

    private static double excess(Training training) {
        return Distillation.of(TASK).target(training).predict().excess();
    }

    @Test
    void negativeRidgesAreBestWhereWeakFeaturesActLikeARidge() {
        Training training = Training.samples(40);
        BestRidge positive = BestRidge.of(Distillation.of(SPIKED), training);
        BestRidge best = BestRidge.ofEitherSign(Distillation.of(SPIKED), training);
        assertThat(positive.ridge()).isZero();
        assertThat(positive.negativeWouldHelp()).isTrue();
        assertThat(best.ridge()).isNegative();
        assertThat(best.isBoundary()).isFalse();
        assertThat(best.excess()).isLessThan(0.9 * positive.excess());
        assertThat(best.pipeline().sensitivities().target().ridge())
                .isCloseTo(0, within(1e-10 * best.excess() / Math.abs(best.ridge())));
        assertThat(best.minima()).containsExactly(best.ridge());
    }

    /** σ²/(nβ²) is positive, and no negative ridge is better. */
    @Test
    void aPositiveBestRidgeRemainsBest() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1, 80), Signal.constant(Math.sqrt(1.0 / 80)))
                .withNoise(0.3);
        BestRidge best = BestRidge.ofEitherSign(Distillation.of(task), Training.samples(40));
        assertThat(best.ridge()).isCloseTo(0.18, withinPercentage(1e-9));
        assertThat(best).isNotEqualTo(BestRidge.of(Distillation.of(task), Training.samples(40)));
        RegressionTask noiseless = task.withNoise(0);
        BestRidge none = BestRidge.ofEitherSign(Distillation.of(noiseless), Training.samples(120));
        assertThat(none.ridge()).isZero();
        assertThat(none.excess()).isZero();
    }

    static Stream<Training> trainings() {
        return Stream.of(
                Training.samples(25).withRidge(-1e-3),
                Training.samples(100).withRidge(-1e-4),
                Training.samples(100)
                        .withRidge(-2e-4)
                        .withNoise(0.1)
                        .withMask(FeatureMask.keepingFirst(40, 60))
                        .withTeacherShare(0.7),
                Training.samples(30).withRidge(-2e-3).withSpectrum(Spectrum.powerLaw(1.1, 60)),
                Training.samples(30).withRidge(-1e-3).withTeacherRows(0.4),
                Training.samples(90).withRidge(-1e-4).withLabels(Labels.soft(1)));
    }

    /** Compares with central differences of relative step 1e-6, in a chain and on labels of the best teacher. */
    @ParameterizedTest
    @MethodSource("trainings")
    void derivativesAgreeWithDifferences(Training training) {
        boolean plain = training.labels().areLogits() && training.teacherRows() == 1;
        List<Teacher> teachers = plain
                ? List.of(
                        Distillation.of(TASK).surrogate(Training.samples(50)),
                        Distillation.of(TASK).surrogate(Surrogate.optimal()))
                : List.of(Distillation.of(TASK).surrogate(Training.samples(50)));
        for (Teacher teacher : teachers) {
            Distillation chain = teacher.target(training).then(Training.samples(40));
            Sensitivities.OfTraining by =
                    chain.sensitivities().trainings().get(chain.trainings().size() - 2);
            double excess = chain.predict().excess();
            double step = 1e-6;
            double r = training.ridge();
            double n = training.samples();
            assertThat(by.ridge() * r)
                    .isCloseTo(
                            difference(
                                    teacher,
                                    training.withRidge(r * (1 + step)),
                                    training.withRidge(r * (1 - step)),
                                    step),
                            within(1e-7 * excess));
            assertThat(by.samples() * n)
                    .isCloseTo(
                            difference(
                                    teacher,
                                    training.withSamples(n * (1 + step)),
                                    training.withSamples(n * (1 - step)),
                                    step),
                            within(1e-7 * excess));
            for (int i : new int[] {0, 3, 39}) {
                assertThat(by.eigenvalue(i) * training.spectrum(TASK).eigenvalue(i))
                        .as("eigenvalue %d", i)
                        .isCloseTo(
                                difference(teacher, moved(training, i, step), moved(training, i, -step), step),
                                within(2e-7 * excess));
            }
        }
    }

    private static Training moved(Training training, int i, double step) {
        double[] eigenvalues = training.spectrum(TASK).eigenvalues();
        eigenvalues[i] *= 1 + step;
        return training.withSpectrum(Spectrum.of(eigenvalues));
    }

    private static double difference(Teacher teacher, Training above, Training below, double step) {
        return (teacher.target(above).then(Training.samples(40)).predict().excess()
                        - teacher.target(below)
                                .then(Training.samples(40))
                                .predict()
                                .excess())
                / (2 * step);
    }

    /** Agreement within 4 standard errors of 200 trials, with the mean corrected for finite size. */
    @Test
    void simulationsAgreeWithPredictions() {
        for (Training training : new Training[] {
            Training.samples(40).withRidge(-0.2), Training.samples(500).withRidge(-0.05)
        }) {
            Distillation chain = Distillation.of(SPIKED).target(training).then(training.withRidge(0.1));
            List<Simulation> stages = chain.simulate(Trials.of(200).withSeed(5)).stages();
            for (int k = 0; k < 2; k++) {
                RiskReport predicted = chain.predictStages().get(k);
                assertThat(stages.get(k).mean())
                        .as("stage %d of %s", k, training)
                        .isCloseTo(
                                predicted.corrected().getAsDouble(),
                                within(4 * stages.get(k).standardError() + 0.01 * predicted.excess()));
            }
        }
    }

    @Test
    void theBestTeacherAndTheBestMaskStayBest() {
        for (Training target : new Training[] {
            Training.samples(30).withRidge(-1e-3), Training.samples(200).withRidge(-4e-4)
        }) {
            Distillation.Draft draft = Distillation.of(TASK);
            double best = draft.surrogate(Surrogate.optimal())
                    .target(target)
                    .predict()
                    .excess();
            double masked = draft.surrogate(Surrogate.optimallyMasked())
                    .target(target)
                    .predict()
                    .excess();
            assertThat(best).isLessThanOrEqualTo(masked * (1 + 1e-12));
            for (int kept = 1; kept <= 60; kept++) {
                Surrogate other = Surrogate.masked(FeatureMask.keepingFirst(kept, 60));
                assertThat(draft.surrogate(other).target(target).predict().excess())
                        .isGreaterThanOrEqualTo(masked * (1 - 1e-12));
            }
            assertThat(FeatureMask.optimal(
                            DeterministicEquivalent.of(TASK.spectrum(), target.samples(), target.ridge())))
                    .isEqualTo(FeatureMask.optimal(target.equivalent(TASK), TASK.spectrum()));
        }
    }

    @Test
    void theErrorOnTheDataOfLeastSquaresGrowsBelowZero() {
        double none = error(0);
        assertThat(error(-1e-4)).isGreaterThan(none);
        assertThat(error(-1e-9)).isCloseTo(none, withinPercentage(1e-4));
    }

    private static double error(double ridge) {
        return Distillation.of(TASK)
                .target(Training.samples(100).withRidge(ridge))
                .predict()
                .trainingError();
    }

    @Test
    void isRejectedWhereItHasNoFormulas() {
        Training negative = Training.samples(30).withRidge(-1e-4);
        String only = "ridge: -1.0E-4 is below 0, which only plain ridge regression can be trained with";
        refuses(only, () -> negative.withRandomFeatures(20));
        refuses(only, () -> negative.stoppedAt(3));
        refuses(only, () -> Training.samples(30).withRandomFeatures(20).withRidge(-1e-4));
        refuses(only, () -> Training.samples(30).stoppedAt(3).withRidge(-1e-4));
        refuses(
                "ridge: -1.0E-4 is below 0, where self-distillation has no formulas; set it to 0 or more",
                () -> SelfDistillation.of(TASK, negative));
        refuses(
                "ridges[0]: -1.0E-4 is not at least 0 and finite",
                () -> RidgeEnsemble.of(TASK, Training.samples(30), -1e-4));
        double least = DeterministicEquivalent.leastRidge(TASK.spectrum(), 30);
        refuses(
                "ridge: -1.0 is not above " + least
                        + ", at which Ω = 1: minus the smallest non-zero eigenvalue of the covariance of 30.0"
                        + " samples",
                () -> Distillation.of(TASK).target(Training.samples(30).withRidge(-1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BestRidge.ofEitherSign(
                        Distillation.of(TASK), Training.samples(30).withRandomFeatures(20)))
                .withMessageContaining("is not plain ridge regression");
    }

    private static void refuses(String message, Runnable call) {
        assertThatIllegalArgumentException().isThrownBy(call::run).withMessage(message);
    }
}
