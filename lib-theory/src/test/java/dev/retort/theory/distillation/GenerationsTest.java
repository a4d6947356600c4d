package dev.retort.theory.distillation;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class GenerationsTest {

    private static final RegressionTask TASK = RegressionTask.of(
                    Spectrum.powerLaw(1.5, 120), Signal.sourcePowerLaw(1.4))
            .withNoise(0.3);

    /** Trainings, and a number of generations, about one and a half times as many as needed, that approach the limit. */
    static Stream<Arguments> trainings() {
        return Stream.of(
                Arguments.of(Training.samples(60), 10_000),
                Arguments.of(Training.samples(60).withNoise(0), 10_000),
                Arguments.of(Training.samples(40).withRidge(0.01), 1300),
                Arguments.of(Training.samples(300).withRidge(0.02), 1300),
                Arguments.of(Training.samples(60).withTeacherShare(0.7), 60),
                Arguments.of(Training.samples(200).withTeacherShare(0.5), 20),
                Arguments.of(Training.samples(60).withMask(FeatureMask.keepingFirst(90, 120)), 14_000),
                Arguments.of(
                        Training.samples(60)
                                .withSpectrum(Spectrum.exponential(0.03, 120))
                                .withTeacherShare(0.9),
                        100),
                Arguments.of(
                        Training.samples(50)
                                .withMask(FeatureMask.keepingFirst(30, 120))
                                .withTeacherShare(-0.4),
                        20));
    }

    @ParameterizedTest
    @MethodSource("trainings")
    void generationsAreStagesOfAChainAndApproachTheirLimit(Training training, int enough) {
        Generations generations = Generations.of(Distillation.of(TASK), training, 5);
        Distillation chain = Distillation.of(TASK).surrogate(training);
        for (int k = 0; k < 5; k++) {
            assertThat(generations.excess()[k]).isEqualTo(chain.predict().excess());
            chain = chain.then(training);
        }
        // The weakest feature learns so little, or the strongest so much, that convergence takes many generations.
        Generations many = Generations.of(Distillation.of(TASK), training, enough);
        assertThat(many.excess()[enough - 1]).isCloseTo(many.limit(), withinPercentage(1e-6));
    }

    @Test
    void fullyLearntFeaturesKeepTheFirstGenerationsVariance() {
        RegressionTask task = RegressionTask.of(Spectrum.isotropic(1, 4), Signal.constant(1));
        Training masked = Training.samples(10).withMask(FeatureMask.keepingFirst(2, 4));
        Generations generations = Generations.of(Distillation.of(task), masked, 4);
        // Two features are lost, and their part of the labels acts as noise on the other two: 2 + 2 · 0.2/0.8.
        assertThat(generations.excess()).containsOnly(2.5);
        assertThat(generations.limit()).isEqualTo(2.5);
        assertThat(Generations.of(Distillation.of(task.withNoise(0.1)), masked, 1)
                        .limit())
                .isInfinite();
    }

    @Test
    void gatheredFeaturesHaveTheSameLimit() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 5000), Signal.sourcePowerLaw(1.4))
                .withNoise(0.3);
        Generations exact = Generations.of(Distillation.of(task), Training.samples(600), 4);
        Generations gathered = Generations.of(Distillation.of(task.gathered()), Training.samples(600), 4);
        assertThat(gathered.limit()).isCloseTo(exact.limit(), withinPercentage(1e-11));
        assertThat(gathered.excess()[3]).isCloseTo(exact.excess()[3], withinPercentage(1e-11));
    }

    @Test
    void everythingLearntFromNoisyLabelsAccumulatesNoise() {
        Generations generations = Generations.of(Distillation.of(TASK), Training.samples(240), 100);
        // Least squares: each generation adds the same variance.
        double once = generations.excess()[0];
        assertThat(generations.excess()[9]).isCloseTo(10 * once, withinPercentage(1e-10));
        assertThat(generations.limit()).isInfinite();
        assertThat(generations.best()).isEqualTo(1);
        assertThat(generations.improvesUntil()).isEqualTo(1);
        int collapse = (int) Math.ceil(TASK.signalPower() / once);
        assertThat(generations.collapse()).hasValue(collapse);
    }

    /** Without ridge, at q = 2n or n = 2q, a generation feeds back just as much variance as it has: it grows linearly. */
    @ParameterizedTest
    @CsvSource({"3, 4, 2", "4, 1, 2", "11, 10, 20"})
    void noiseAccumulatesOnRandomFeaturesWithoutRidge(int p, int n, int q) {
        RegressionTask task =
                RegressionTask.of(Spectrum.powerLaw(1, p), Signal.constant(1)).withNoise(0.5);
        Training training = Training.samples(n).withRandomFeatures(q);
        Generations generations = Generations.of(Distillation.of(task), training, 300);
        double[] excess = generations.excess();
        assertThat(excess[299] - excess[298]).isCloseTo(excess[99] - excess[98], withinPercentage(0.2));
        assertThat(generations.limit()).isInfinite();
        assertThat(Generations.of(Distillation.of(task), training.withRidge(1e-3), 1)
                        .limit())
                .isFinite();
    }

    /** Without noise, a generation of that kind hands on the variance of the first one. */
    @Test
    void withoutNoiseTheVarianceOfRandomFeaturesRests() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1, 4), Signal.constant(1));
        Training training = Training.samples(1).withRandomFeatures(2);
        Generations generations = Generations.of(Distillation.of(task), training, 300);
        assertThat(generations.excess()[299]).isGreaterThan(0.1);
        assertThat(generations.limit()).isCloseTo(generations.excess()[299], withinPercentage(1e-10));
    }

    /** Least squares without noise repeats the truth, whatever its share, also at the interpolation threshold. */
    @ParameterizedTest
    @CsvSource({"120, 0.8", "120, 1.1", "240, 0.8", "240, 1.1"})
    void leastSquaresWithoutNoiseRepeatsTheTruth(double samples, double share) {
        Training training = Training.samples(samples).withTeacherShare(share);
        assertThat(Generations.of(Distillation.of(TASK.withNoise(0)), training, 1)
                        .limit())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({"5", "6", "7"})
    void limitsAreThoseOfManyGenerations(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int trial = 0; trial < 30; trial++) {
            int p = random.nextInt(2, 9);
            RegressionTask task = RegressionTask.of(
                            Spectrum.of(random.doubles(p, 0.1, 1).toArray()),
                            Signal.of(random.doubles(p, -1, 1).toArray()))
                    .withNoise(random.nextBoolean() ? 0 : random.nextDouble());
            Training training = switch (random.nextInt(4)) {
                case 0 -> Training.stochastic(random.nextInt(1, 20), random.nextInt(1, 4), 0.2);
                case 1 -> Training.samples(random.nextInt(1, 2 * p)).stoppedAt(random.nextDouble(0, 30));
                default ->
                    Training.samples(random.nextInt(1, 2 * p))
                            .withRandomFeatures(random.nextInt(1, 2 * p))
                            .withRidge(0.05 * random.nextInt(2));
            };
            training = training.withTeacherShare(random.nextDouble(0, 1));
            double limit = Generations.of(Distillation.of(task), training, 1).limit();
            double[] excess =
                    Generations.of(Distillation.of(task), training, 400).excess();
            boolean rests = Math.abs(excess[399] - excess[398]) <= 1e-12 * excess[399];
            if (rests) {
                assertThat(limit).as("%s %s", task, training).isCloseTo(excess[399], offset(1e-9 * excess[399]));
            } else {
                assertThat(limit).as("%s %s", task, training).isGreaterThanOrEqualTo(0.9 * excess[399]);
            }
        }
    }

    @Test
    void unseenFeaturesOfLargeVarianceDoNotAccumulate() {
        RegressionTask task = RegressionTask.of(Spectrum.of(0.053315, 18.606122), Signal.constant(1))
                .withNoise(0.5);
        Training training = Training.stochastic(30, 4, 0.011167589082157462)
                .withSpectrum(Spectrum.of(9.8785, 13.0311))
                .withMask(FeatureMask.of(false, true))
                .withTeacherShare(0.8228749851840935);
        Generations generations = Generations.of(Distillation.of(task), training, 400);
        assertThat(generations.limit()).isCloseTo(generations.excess()[399], withinPercentage(1e-10));
    }

    @Test
    void leastSquaresWithoutNoiseRepeatsItsTeacher() {
        FeatureMask half = FeatureMask.keepingFirst(60, 120);
        Distillation.Draft teacher = Distillation.of(TASK).surrogate(Surrogate.masked(half));
        Generations generations = Generations.of(teacher, Training.samples(240).withNoise(0), 3);
        assertThat(generations.excess()[2]).isEqualTo(generations.excess()[0]);
        assertThat(generations.limit()).isCloseTo(generations.excess()[0], withinPercentage(1e-12));
        assertThat(generations.collapse()).isEmpty();
    }

    @Test
    void aTeacherThatExaggeratesIsCorrectedByTheFirstGenerations() {
        double[] exaggerated = new double[120];
        for (int i = 0; i < 120; i++) {
            exaggerated[i] = 3 * TASK.coefficient(i);
        }
        Distillation.Draft teacher = Distillation.of(TASK).surrogate(Surrogate.given(exaggerated));
        Generations generations =
                Generations.of(teacher, Training.samples(60).withNoise(0).withRidge(0.1), 40);
        assertThat(generations.best()).isGreaterThan(3).isLessThan(30);
        assertThat(generations.improvesUntil()).isEqualTo(generations.best());
        assertThat(generations.reports()).hasSize(40);
    }

    @Test
    void rejectsZeroGenerations() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Generations.of(Distillation.of(TASK), Training.samples(3), 0))
                .withMessage("count: 0 is not at least 1");
    }

    @Test
    void moreGenerationsThanCanBeFollowedAreRefused() {
        refuses(
                "count: 2147483647 is above 100000; limit() gives the risk after infinitely many",
                () -> Generations.of(Distillation.of(TASK), Training.samples(3), Integer.MAX_VALUE));
    }
}
