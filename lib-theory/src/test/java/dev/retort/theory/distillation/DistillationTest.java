package dev.retort.theory.distillation;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DistillationTest {

    private static final RegressionTask FIGURE =
            RegressionTask.of(Spectrum.powerLaw(2.0, 500), Signal.sourcePowerLaw(1.5));

    @ParameterizedTest
    @ValueSource(doubles = {1, 17.25, 200, 499, 500, 700})
    void partsAndSharesAddUpToTheExcessRisk(double samples) {
        RegressionTask task = FIGURE.withNoise(0.2);
        for (Surrogate surrogate : surrogates(task)) {
            RiskReport risk = predict(task, surrogate, Training.samples(samples).withRidge(samples == 500 ? 0.01 : 0));
            double parts = risk.bias() + risk.labelNoiseVariance() + risk.designVariance();
            assertThat(risk.inheritedVariance()).isZero();
            assertThat(risk.excess()).isCloseTo(parts, withinPercentage(1e-12));
            double shares = IntStream.range(0, 500).mapToDouble(risk::share).sum();
            assertThat(shares).isCloseTo(risk.excess(), withinPercentage(1e-11));
            assertThat(risk.test()).isCloseTo(risk.excess() + 0.04, within(1e-14));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void noSurrogateBeatsTheOptimalOne(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] values = random.doubles(40).map(u -> Math.pow(10, -4 * u)).toArray();
        double[] signal = random.doubles(40, -1, 1).toArray();
        RegressionTask task =
                RegressionTask.of(Spectrum.of(values), Signal.of(signal)).withNoise(random.nextDouble());
        Training target = Training.samples(random.nextDouble(1, 60)).withRidge(random.nextBoolean() ? 0 : 0.01);
        OptimalSurrogate best = OptimalSurrogate.of(task, target);
        double smallest = best.risk().excess();
        for (int trial = 0; trial < 100; trial++) {
            double[] other = best.coefficients();
            for (int i = 0; i < other.length; i++) {
                other[i] += random.nextDouble(-0.1, 0.1);
            }
            double excess = predict(task, Surrogate.given(other), target).excess();
            assertThat(excess).as("seed %d, trial %d", seed, trial).isGreaterThanOrEqualTo(smallest);
        }
    }

    @Test
    void theGainIsOneAtZetaOneMinusOmega() {
        OptimalSurrogate best = OptimalSurrogate.of(FIGURE, Training.samples(200));
        DeterministicEquivalent equivalent = DeterministicEquivalent.of(FIGURE.spectrum(), 200);
        assertThat(best.turningPoint()).isEqualTo(equivalent.oneMinusOmega());
        for (int i = 0; i < 500; i++) {
            assertThat(best.gain(i) > 1).isEqualTo(equivalent.zeta(i) < best.turningPoint());
        }
    }

    @Test
    void theGainDependsOnNeitherSignalNorNoise() {
        RegressionTask other =
                RegressionTask.of(FIGURE.spectrum(), Signal.constant(-3)).withNoise(2);
        OptimalSurrogate here = OptimalSurrogate.of(FIGURE, Training.samples(80));
        OptimalSurrogate there = OptimalSurrogate.of(other, Training.samples(80));
        for (int i = 0; i < 500; i++) {
            assertThat(here.gain(i)).isEqualTo(there.gain(i));
        }
        assertThat(here.mask()).isEqualTo(there.mask());
    }

    @ParameterizedTest
    @CsvSource({"120, 0", "299, 0", "300, 0", "450, 0", "120, 0.5"})
    void withoutRidgeTheTruthIsBestOnAnIsotropicSpectrum(double samples, double ridge) {
        RegressionTask task = RegressionTask.of(Spectrum.isotropic(2, 300), Signal.constant(0.1))
                .withNoise(0.3);
        Training target = Training.samples(samples).withRidge(ridge);
        OptimalSurrogate best = OptimalSurrogate.of(task, target);
        if (ridge == 0) {
            assertThat(best.gain(17)).isCloseTo(1, within(1e-13));
            assertThat(best.mask().size()).isEqualTo(300);
        } else {
            // A ridge shrinks too much; the best teacher compensates.
            assertThat(best.gain(17)).isGreaterThan(1.01);
        }
    }

    @Test
    void isotropicRidgelessRiskIsClassical() {
        RegressionTask task = RegressionTask.of(Spectrum.isotropic(1, 300), Signal.constant(0.1))
                .withNoise(0.7);
        double power = 300 * 0.01;
        double under =
                predict(task, Surrogate.groundTruth(), Training.samples(120)).excess();
        assertThat(under).isCloseTo((1 - 120.0 / 300) * power + 0.49 * 120 / (300 - 120), withinPercentage(1e-12));
        double over =
                predict(task, Surrogate.groundTruth(), Training.samples(400)).excess();
        assertThat(over).isCloseTo(0.49 * 300 / (400 - 300), withinPercentage(1e-12));
    }

    @Test
    void infinitelyManySamplesLearnTheSurrogate() {
        double[] halves = IntStream.range(0, 500)
                .mapToDouble(i -> FIGURE.coefficient(i) / 2)
                .toArray();
        RiskReport risk = predict(FIGURE.withNoise(1), Surrogate.given(halves), Training.samples(1e15));
        assertThat(risk.excess()).isCloseTo(FIGURE.signalPower() / 4, withinPercentage(1e-9));
        assertThat(risk.excess() - risk.bias()).isCloseTo(0, within(1e-12));
    }

    @Test
    void aHugeRidgeLearnsNothing() {
        RiskReport risk = predict(
                FIGURE.withNoise(1),
                Surrogate.groundTruth(),
                Training.samples(50).withRidge(1e12));
        assertThat(risk.excess()).isCloseTo(FIGURE.signalPower(), withinPercentage(1e-9));
    }

    @Test
    void aHugeRidgeIsUndoneByTheOptimalSurrogate() {
        Training target = Training.samples(50).withRidge(1e250);
        OptimalSurrogate best = OptimalSurrogate.of(FIGURE, target);
        OptimalSurrogate same = OptimalSurrogate.of(FIGURE, target.withRidge(1e10));
        assertThat(best.risk().excess()).isCloseTo(same.risk().excess(), withinPercentage(1e-7));
        assertThat(best.gain(0) / 1e250).isCloseTo(same.gain(0) / 1e10, withinPercentage(1e-7));
    }

    @Test
    void atTheThresholdOnlyNoiseMakesTheRiskInfinite() {
        Training target = Training.samples(500);
        assertThat(predict(FIGURE, Surrogate.groundTruth(), target).excess()).isZero();
        RiskReport noisy = predict(FIGURE.withNoise(0.1), Surrogate.groundTruth(), target);
        assertThat(noisy.excess()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(noisy.bias()).isZero();
        assertThat(noisy.share(3)).isEqualTo(Double.POSITIVE_INFINITY);

        Surrogate half = Surrogate.masked(FeatureMask.keepingFirst(250, 500));
        double unseen = IntStream.range(250, 500)
                .mapToDouble(i -> Math.pow(i + 1, -1.5))
                .sum();
        assertThat(predict(FIGURE, half, target).excess()).isCloseTo(unseen, withinPercentage(1e-11));
        WeakToStrong verdict = Distillation.of(FIGURE.withNoise(0.1))
                .surrogate(half)
                .target(target)
                .againstStrongLabels();
        assertThat(verdict.advantage()).isCloseTo(-unseen, withinPercentage(1e-11));
        assertThat(verdict.ratio()).isOne();
    }

    @Test
    void zeroVarianceFeaturesDoNotMatter() {
        RegressionTask with = RegressionTask.of(Spectrum.of(3, 0, 1, 0.2), Signal.of(1, 100, -1, 2))
                .withNoise(0.1);
        RegressionTask without =
                RegressionTask.of(Spectrum.of(3, 1, 0.2), Signal.of(1, -1, 2)).withNoise(0.1);
        for (double samples : new double[] {1, 2.5, 3, 4, 9}) {
            for (Surrogate surrogate :
                    new Surrogate[] {Surrogate.groundTruth(), Surrogate.optimal(), Surrogate.optimallyMasked()}) {
                assertThat(predict(with, surrogate, Training.samples(samples)).excess())
                        .isEqualTo(predict(without, surrogate, Training.samples(samples))
                                .excess());
            }
        }
    }

    @Test
    void noValidInputYieldsNaN() {
        double[] extremes = {1e-300, 1e-100, 1, 1e100, 1e300};
        for (double samples : new double[] {1e-6, 1, 2.5, 4.999999999, 5, 6, 1e12}) {
            for (double ridge : new double[] {0, 1e-300, 1, 1e300}) {
                for (double noise : new double[] {0, 1e-200, 1, 1e70, 1e100}) {
                    RegressionTask task = RegressionTask.of(Spectrum.of(extremes), Signal.sourcePowerLaw(1))
                            .withNoise(noise);
                    for (Surrogate surrogate : surrogates(task)) {
                        Distillation pipeline = Distillation.of(task)
                                .surrogate(surrogate)
                                .target(Training.samples(samples).withRidge(ridge));
                        RiskReport risk = pipeline.predict();
                        WeakToStrong verdict = pipeline.againstStrongLabels();
                        DoubleStream numbers = DoubleStream.of(
                                risk.excess(),
                                risk.test(),
                                risk.bias(),
                                risk.labelNoiseVariance(),
                                risk.designVariance(),
                                risk.share(0),
                                risk.share(1),
                                risk.share(2),
                                risk.share(3),
                                risk.share(4),
                                verdict.advantage(),
                                verdict.ratio(),
                                verdict.share(0));
                        assertThat(numbers.anyMatch(Double::isNaN))
                                .as("samples %s, ridge %s, noise %s, %s: %s", samples, ridge, noise, surrogate, risk)
                                .isFalse();
                    }
                }
            }
        }
    }

    @Test
    void overflowIsRejected() {
        RegressionTask tiny = RegressionTask.of(Spectrum.isotropic(1e-20, 10), Signal.constant(1));
        refuses(
                "ridge: 1.0E300 is so large that the optimal surrogate overflows",
                () -> OptimalSurrogate.of(tiny, Training.samples(5).withRidge(1e300)));
    }

    @Test
    void aTargetMayHaveItsOwnNoise() {
        RegressionTask task = FIGURE.withNoise(0.5);
        RiskReport quiet =
                predict(task, Surrogate.groundTruth(), Training.samples(200).withNoise(0));
        assertThat(quiet.excess()).isCloseTo(0.119366983906, within(1e-12));
        assertThat(quiet.test()).isCloseTo(0.119366983906 + 0.25, within(1e-12));
    }

    @Test
    @SuppressWarnings("NullAway") // Not every caller is checked for nulls.
    void nullIsRefusedByName() {
        refuses("task: null is not allowed", () -> Distillation.of(null));
        refuses("surrogate: null is not allowed", () -> Distillation.of(FIGURE).surrogate((Surrogate) null));
        refuses("target: null is not allowed", () -> Distillation.of(FIGURE).target(null));
        refuses("mask: null is not allowed", () -> Surrogate.masked(null));
        refuses("coefficients: null is not allowed", () -> Surrogate.given((double[]) null));
        refuses("eigenvalues: null is not allowed", () -> Spectrum.of((double[]) null));
        refuses("signal: null is not allowed", () -> RegressionTask.of(FIGURE.spectrum(), null));
        refuses("spectrum: null is not allowed", () -> RegressionTask.of(null, Signal.constant(1)));
        refuses("spectrum: null is not allowed", () -> DeterministicEquivalent.of(null, 1));
        refuses("grid: null is not allowed", () -> Sweep.along(null, Training::samples));
    }

    @Test
    void firstStagesAreAPipeline() {
        Distillation chain = Distillation.of(FIGURE.withNoise(0.5))
                .surrogate(Surrogate.optimal())
                .target(Training.samples(200))
                .then(Training.samples(150).withTeacherShare(0.5));
        assertThat(chain.beginning(1))
                .hasToString("Distillation of (" + chain.task() + "): " + chain.surrogate() + " -> "
                        + chain.trainings().get(0));
        for (int stages = 1; stages <= 2; stages++) {
            assertThat(chain.beginning(stages).predict())
                    .usingRecursiveComparison()
                    .isEqualTo(chain.predictStages().get(stages - 1));
        }
        refuses("stages: 0 is not from 1 to 2", () -> chain.beginning(0));
        refuses("stages: 3 is not from 1 to 2", () -> chain.beginning(3));
    }

    @Test
    void pipelinesRejectArgumentsThatDoNotFit() {
        refuses(
                "coefficients.length: 2 is not the dimension of the task, 500",
                () -> Distillation.of(FIGURE).surrogate(Surrogate.given(1, 2)));
        refuses(
                "mask.length: 2 is not the dimension of the task, 500; keepingFirst(count) fits any number of features",
                () -> Distillation.of(FIGURE).surrogate(Surrogate.masked(FeatureMask.of(true, false))));
        refuses("coefficients[1]: NaN is not finite", () -> Surrogate.given(1, Double.NaN));
        double[] huge = new double[500];
        huge[0] = 1e200;
        refuses(
                "variance of the labels Σ λ(βˢ)²: Infinity is not finite",
                () -> Distillation.of(FIGURE).surrogate(Surrogate.given(huge)));
        refuses("samples: 0.0 is not greater than 0 and finite", () -> Training.samples(0));
        refuses("samples: NaN is not greater than 0 and finite", () -> Training.samples(Double.NaN));
        refuses(
                "ridge: -1.0 is below 0, which only plain ridge regression can be trained with",
                () -> Training.samples(1).withRandomFeatures(3).withRidge(-1));
        refuses("ridge: NaN is not finite", () -> Training.samples(1).withRidge(Double.NaN));
        refuses(
                "noise: -1.0 is not at least 0 and finite",
                () -> Training.samples(1).withNoise(-1));
        refuses("count: 4 is not from 0 to the dimension, 3", () -> FeatureMask.keepingFirst(4, 3));
        refuses("dimension: 0 is not at least 1", () -> FeatureMask.keepingFirst(0, 0));
        refuses("keeps.length: 0 is not at least 1", FeatureMask::of);
    }

    private static Surrogate[] surrogates(RegressionTask task) {
        double[] halved = IntStream.range(0, task.dimension())
                .mapToDouble(i -> task.coefficient(i) / 2)
                .toArray();
        return new Surrogate[] {
            Surrogate.groundTruth(),
            Surrogate.optimal(),
            Surrogate.optimallyMasked(),
            Surrogate.masked(FeatureMask.keepingFirst(task.dimension() / 2, task.dimension())),
            Surrogate.given(halved)
        };
    }

    private static RiskReport predict(RegressionTask task, Surrogate surrogate, Training target) {
        return Distillation.of(task).surrogate(surrogate).target(target).predict();
    }

    /** A coefficient may overflow where its labels do not. */
    @Test
    void coefficientsThatOverflowAreRefused() {
        RegressionTask task = RegressionTask.of(
                        Spectrum.of(1e-194, 1e-107, 1e-194, 1e41), Signal.of(9e97, -2.6e51, 1e95, -6e-23))
                .withNoise(0.4);
        Training target = Training.samples(6)
                .withRidge(2.8e36)
                .withNoise(3.8)
                .withTeacherShare(1.4369)
                .withMask(FeatureMask.of(true, false, true, false));
        OptimalSurrogate best = OptimalSurrogate.of(task, target);
        assertThat(best.risk().excess()).isFinite();
        assertThatIllegalStateException()
                .isThrownBy(best::coefficients)
                .withMessage("The surrogate's coefficient 0 overflows, although its labels do not: the variance of the"
                        + " feature is 1.0E-194; take a smaller unit for the feature");
        Distillation taught =
                Distillation.of(task).surrogate(Surrogate.optimal()).target(target);
        assertThatIllegalStateException()
                .isThrownBy(taught::surrogateCoefficients)
                .withMessageContaining("coefficient 0");
    }
}
