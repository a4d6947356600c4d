package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests derivatives at their limits, against closed forms, and against differences of the risks that the library
 * predicts.
 */
class SensitivitiesTest {

    private static final double PERCENT = 1e-10;

    /** A pipeline as numbers that can be varied one by one. */
    private static final class Numbers {
        private final double[] task;
        private final double[] signal;
        private final double[][] spectra;
        private final double[] samples;
        private final double[] ridge;
        private final double[] noise;
        private final double taskNoise;
        private final List<Training> rest = new ArrayList<>();
        private final Surrogate surrogate;

        Numbers(long seed) {
            SplittableRandom random = new SplittableRandom(seed);
            int p = random.nextInt(5, 40);
            int stages = random.nextInt(1, 4);
            task = random.doubles(p).map(u -> Math.pow(10, -3 * u)).toArray();
            signal = random.doubles(p, -1, 1).toArray();
            taskNoise = random.nextDouble(0.1, 1);
            spectra = new double[stages][];
            // Half a sample away from any threshold.
            samples = random.doubles(stages, 0.3 * p, 1.6 * p)
                    .map(n -> Math.floor(n) + 0.5)
                    .toArray();
            ridge = new double[stages];
            noise = new double[stages];
            for (int s = 0; s < stages; s++) {
                // Empty or NaN stands for the task's own.
                spectra[s] = random.nextInt(3) > 0
                        ? new double[0]
                        : random.doubles(p).map(u -> Math.pow(10, -2 * u)).toArray();
                ridge[s] = random.nextInt(3) > 0 ? 0 : random.nextDouble(0.1);
                noise[s] = random.nextBoolean() ? Double.NaN : random.nextDouble(0.1, 1);
                Training other = Training.samples(1);
                if (random.nextInt(3) == 0) {
                    boolean[] keeps = new boolean[p];
                    for (int i = 0; i < p; i++) {
                        keeps[i] = i == 0 || random.nextInt(4) > 0;
                    }
                    other = other.withMask(FeatureMask.of(keeps));
                }
                rest.add(random.nextInt(3) > 0 ? other : other.withTeacherShare(random.nextDouble(0.3, 1.3)));
            }
            surrogate = switch (random.nextInt(4)) {
                case 0 -> Surrogate.groundTruth();
                case 1 -> Surrogate.optimal();
                case 2 -> Surrogate.optimallyMasked();
                default -> Surrogate.given(random.doubles(p, -1, 1).toArray());
            };
        }

        Distillation pipeline(double taskNoise) {
            RegressionTask of =
                    RegressionTask.of(Spectrum.of(task), Signal.of(signal)).withNoise(taskNoise);
            Teacher chain = Distillation.of(of).surrogate(surrogate);
            for (int s = 0; s < rest.size(); s++) {
                Training training = rest.get(s).withSamples(samples[s]).withRidge(ridge[s]);
                training = spectra[s].length == 0 ? training : training.withSpectrum(Spectrum.of(spectra[s]));
                chain = chain.target(Double.isNaN(noise[s]) ? training : training.withNoise(noise[s]));
            }
            return (Distillation) chain;
        }

        /** The risk with one entry of an array replaced. */
        double excess(double[] numbers, int place, double value) {
            double before = numbers[place];
            numbers[place] = value;
            double excess = pipeline(taskNoise).predict().excess();
            numbers[place] = before;
            return excess;
        }
    }

    static LongStream seeds() {
        return LongStream.range(0, 60);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void derivativesAreLimitsOfDifferences(long seed) {
        Numbers numbers = new Numbers(seed);
        Distillation pipeline = numbers.pipeline(numbers.taskNoise);
        Sensitivities all = pipeline.sensitivities();
        double excess = pipeline.predict().excess();
        for (int s = 0; s < numbers.samples.length; s++) {
            Sensitivities.OfTraining of = all.trainings().get(s);
            String place = "seed " + seed + ", stage " + s + ": " + pipeline + ", ";
            int stage = s;
            double n = numbers.samples[s];
            check(place + "samples", of.samples(), n, excess, v -> numbers.excess(numbers.samples, stage, v));
            if (numbers.ridge[s] > 0) {
                double r = numbers.ridge[s];
                check(place + "ridge", of.ridge(), r, excess, v -> numbers.excess(numbers.ridge, stage, v));
            }
            if (!Double.isNaN(numbers.noise[s])) {
                double sigma = numbers.noise[s];
                check(place + "noise", of.noise(), sigma, excess, v -> numbers.excess(numbers.noise, stage, v));
            }
            for (int i = 0; i < Math.min(5, numbers.spectra[s].length); i++) {
                int k = i;
                double lambda = numbers.spectra[s][i];
                check(place + "λ", of.eigenvalue(i), lambda, excess, v -> numbers.excess(numbers.spectra[stage], k, v));
            }
        }
        check(
                "noise",
                all.noise(),
                numbers.taskNoise,
                excess,
                v -> numbers.pipeline(v).predict().excess());
        for (int i = 0; i < 5; i++) {
            int k = i;
            String place = "seed " + seed + ", " + pipeline + ", eigenvalue " + i;
            check(place, all.eigenvalue(i), numbers.task[i], excess, v -> numbers.excess(numbers.task, k, v));
        }
    }

    /** With relative steps h of 1e-4 and extrapolation, the error is of order h⁴ and 1e-15/h of the risk. */
    private static void check(
            String place, double derivative, double number, double excess, DoubleFunction<Double> risk) {
        double h = 1e-4 * number;
        double near = (risk.apply(number + h) - risk.apply(number - h)) / (2 * h);
        double far = (risk.apply(number + 2 * h) - risk.apply(number - 2 * h)) / (4 * h);
        assertThat(derivative)
                .as(place)
                .isCloseTo((4 * near - far) / 3, within(1e-9 * (Math.abs(derivative) + excess / number)));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aChangeOfUnitsAddsUpToTheRisk(long seed) {
        Numbers numbers = new Numbers(seed);
        Distillation pipeline = numbers.pipeline(numbers.taskNoise);
        Sensitivities all = pipeline.sensitivities();
        // Multiplying eigenvalues and ridges by c and noises by √c multiplies the risk by c.
        double sum = numbers.taskNoise * all.noise() / 2;
        double size = sum;
        for (int i = 0; i < numbers.task.length; i++) {
            sum += numbers.task[i] * all.eigenvalue(i);
            size += Math.abs(numbers.task[i] * all.eigenvalue(i));
        }
        for (int s = 0; s < numbers.samples.length; s++) {
            Sensitivities.OfTraining of = all.trainings().get(s);
            sum += numbers.ridge[s] * of.ridge();
            size += Math.abs(numbers.ridge[s] * of.ridge());
            if (!Double.isNaN(numbers.noise[s])) {
                sum += numbers.noise[s] * of.noise() / 2;
            }
            for (int i = 0; i < numbers.spectra[s].length; i++) {
                sum += numbers.spectra[s][i] * of.eigenvalue(i);
                size += Math.abs(numbers.spectra[s][i] * of.eigenvalue(i));
            }
        }
        double excess = pipeline.predict().excess();
        assertThat(sum).as("seed %d, %s", seed, pipeline).isCloseTo(excess, within(1e-13 * (size + excess)));
    }

    @ParameterizedTest
    @ValueSource(doubles = {3, 40.5, 99})
    void fewerSamplesThanIsotropicFeatures(double n) {
        double p = 100;
        double sigma = 0.3;
        double power = p * 0.5 * 0.04;
        Sensitivities all = isotropic().target(Training.samples(n)).sensitivities();
        // E = (1 − n/p) Σλβ² + σ²n/(p − n)
        assertThat(all.target().samples())
                .isCloseTo(-power / p + sigma * sigma * p / ((p - n) * (p - n)), withinPercentage(PERCENT));
        assertThat(all.noise()).isCloseTo(2 * sigma * n / (p - n), withinPercentage(PERCENT));
        assertThat(100 * all.eigenvalue(3) * 0.5).isCloseTo((1 - n / p) * power, withinPercentage(PERCENT));
    }

    @Test
    void moreSamplesThanFeatures() {
        Sensitivities all = isotropic().target(Training.samples(150)).sensitivities();
        // E = σ²p/(n − p), whatever the covariance.
        assertThat(all.target().samples()).isCloseTo(-0.09 * 100 / (50 * 50), withinPercentage(PERCENT));
        assertThat(all.target().noise()).isCloseTo(2 * 0.3 * 2, withinPercentage(PERCENT));
        assertThat(all.eigenvalue(7)).isZero();
        assertThat(all.localExponent()).isCloseTo(150.0 / 50, withinPercentage(PERCENT));
    }

    private static Distillation.Draft isotropic() {
        return Distillation.of(RegressionTask.of(Spectrum.isotropic(0.5, 100), Signal.constant(0.2))
                .withNoise(0.3));
    }

    @Test
    void riskIsQuadraticInTheNoise() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 300), Signal.sourcePowerLaw(1.5))
                .withNoise(0.2);
        Training target = Training.samples(100).withRidge(1e-3);
        double omega = target.equivalent(task).omega();
        Sensitivities all = Distillation.of(task)
                .surrogate(Surrogate.optimal())
                .target(target)
                .sensitivities();
        assertThat(all.noise()).isCloseTo(2 * 0.2 * omega / (1 - omega), withinPercentage(PERCENT));
        assertThat(all.target().noise()).isEqualTo(all.noise());
        Sensitivities silent = Distillation.of(task.withNoise(0)).target(target).sensitivities();
        assertThat(silent.noise()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"40, 0", "40, 0.01", "250, 1e-3", "250, 0"})
    void theRiskIsStationaryAtTheBestSurrogate(double samples, double ridge) {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 200), Signal.sourcePowerLaw(1.3))
                .withNoise(0.1);
        Training target = Training.samples(samples).withRidge(ridge);
        Distillation best = Distillation.of(task).surrogate(Surrogate.optimal()).target(target);
        Sensitivities moving = best.sensitivities();
        Sensitivities held = Distillation.of(task)
                .surrogate(Surrogate.given(best.surrogateCoefficients()))
                .target(target)
                .sensitivities();
        assertThat(moving.target().samples()).isCloseTo(held.target().samples(), withinPercentage(PERCENT));
        assertThat(moving.target().ridge()).isCloseTo(held.target().ridge(), withinPercentage(1e-8));
        assertThat(moving.noise()).isCloseTo(held.noise(), withinPercentage(PERCENT));
        double unit = best.predict().excess() / task.spectrum().eigenvalue(77);
        assertThat(moving.eigenvalue(77)).isCloseTo(held.eigenvalue(77), within(1e-13 * unit));
        assertThat(moving.target().eigenvalue(77)).isCloseTo(held.target().eigenvalue(77), within(1e-13 * unit));
    }

    @ParameterizedTest
    // E ~ n^-min(b−1, 2α) without noise, and a constant part from the noise.
    @CsvSource({"2, 1.5, 0, 0.5", "1.5, 2, 0, 1", "1.2, 5, 0, 2.4", "2, 1.5, 1e3, 0"})
    void powerLawsHaveTheirExponents(double alpha, double b, double noise, double exponent) {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(alpha), Signal.sourcePowerLaw(b))
                .withNoise(noise);
        for (Surrogate surrogate : List.of(Surrogate.groundTruth(), Surrogate.optimallyMasked(), Surrogate.optimal())) {
            double local = Distillation.of(task)
                    .surrogate(surrogate)
                    .target(Training.samples(1e6))
                    .sensitivities()
                    .localExponent();
            assertThat(local).as("%s", surrogate).isCloseTo(exponent, within(1e-5));
        }
    }

    @ParameterizedTest
    @CsvSource({
        // generate-sensitivities.py endless
        "10.5, 0, 0.2, -0.0182073711515577758, -3.57461135890167599, 0.363636363636363662",
        "200, 0, 0.1, -0.0000608228769813802644, -324.227787655480905, 0.199002493765586046",
        "200, 1e-3, 0.3, -0.000088780541179308245, 6.6504540891101049, 0.0721701773042422346",
        "30, 2, 0.05, -0.000389333543124292906, 0.173110684492031664, 0.000416001567095061361"
    })
    void anInfinitePowerLawAgreesWithHighPrecision(
            double samples, double ridge, double noise, double bySamples, double byRidge, double byNoise) {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(2), Signal.sourcePowerLaw(2))
                .withNoise(noise);
        Sensitivities all = Distillation.of(task)
                .target(Training.samples(samples).withRidge(ridge))
                .sensitivities();
        assertThat(all.target().samples()).isCloseTo(bySamples, withinPercentage(PERCENT));
        assertThat(all.target().ridge()).isCloseTo(byRidge, withinPercentage(PERCENT));
        assertThat(all.noise()).isCloseTo(byNoise, withinPercentage(PERCENT));
    }

    @ParameterizedTest
    @ValueSource(doubles = {300, 4500})
    void gatheredAndInfiniteChainsAgreeWithLists(double samples) {
        Spectrum list = Spectrum.powerLaw(1.5, 5000);
        RegressionTask listed =
                RegressionTask.of(list, Signal.sourcePowerLaw(1.4)).withNoise(0.2);
        RegressionTask law = RegressionTask.of(Spectrum.powerLaw(1.5, 1, 0, 5000L), Signal.sourcePowerLaw(1.4))
                .withNoise(0.2);
        for (Surrogate surrogate : List.of(Surrogate.groundTruth(), Surrogate.optimallyMasked(), Surrogate.optimal())) {
            Sensitivities expected = chain(listed, surrogate, samples);
            for (RegressionTask task : List.of(law, listed.gathered())) {
                Sensitivities actual = chain(task, surrogate, samples);
                for (int s = 0; s < 3; s++) {
                    Sensitivities.OfTraining is = actual.trainings().get(s);
                    Sensitivities.OfTraining should = expected.trainings().get(s);
                    assertThat(is.samples()).isCloseTo(should.samples(), withinPercentage(1e-8));
                    assertThat(is.ridge()).isCloseTo(should.ridge(), withinPercentage(1e-8));
                    assertThat(is.noise()).isCloseTo(should.noise(), withinPercentage(1e-8));
                }
                assertThat(actual.noise()).isCloseTo(expected.noise(), withinPercentage(1e-8));
                assertThat(actual.localExponent()).isCloseTo(expected.localExponent(), withinPercentage(1e-8));
            }
        }
    }

    private static Sensitivities chain(RegressionTask task, Surrogate surrogate, double samples) {
        return Distillation.of(task)
                .surrogate(surrogate)
                .target(Training.samples(samples))
                .then(Training.samples(200).withRidge(1e-4).withNoise(0.1))
                .then(Training.samples(700).withTeacherShare(0.8))
                .sensitivities();
    }

    @Test
    void nodesOfSeveralFeaturesHaveNoEigenvalueOfOne() {
        Sensitivities all = Distillation.of(RegressionTask.of(Spectrum.powerLaw(2), Signal.sourcePowerLaw(2)))
                .target(Training.samples(10))
                .sensitivities();
        for (int i : new int[] {0, 5}) {
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> all.eigenvalue(i))
                    .withMessageStartingWith(
                            "No derivative belongs to a single feature, because the features of the task are gathered");
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> all.target().eigenvalue(i));
        }
        Sensitivities listed = isotropic().target(Training.samples(10)).sensitivities();
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> listed.eigenvalue(100));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> listed.target().eigenvalue(-1));
    }

    @Test
    void derivativesAtANoisyThresholdAreInfinite() {
        Sensitivities all = isotropic().target(Training.samples(100)).sensitivities();
        assertThat(all.target().samples()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(all.target().ridge()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(all.target().noise()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(all.noise()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(all.eigenvalue(0)).isZero();
        assertThat(all.localExponent()).isEqualTo(Double.POSITIVE_INFINITY);

        Sensitivities later = isotropic()
                .target(Training.samples(100))
                .then(Training.samples(30).withNoise(0))
                .sensitivities();
        assertThat(later.trainings().get(0).samples()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(later.target().samples()).isZero();
        assertThat(later.target().noise()).isZero();
        assertThat(later.localExponent()).isZero();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 0.9, 1, 1.3})
    void atANoiselessThresholdTauIsTheRootOfTheRidge(double multiple) {
        double[] values = {2, 1, 0.5, 0.1};
        double[] truth = {1, -0.5, 2, 0.3};
        double[] given = {multiple, -0.5, 2 * multiple, 0.3 * multiple};
        RegressionTask task = RegressionTask.of(Spectrum.of(values), Signal.of(truth));
        Training last = Training.samples(2.5).withRidge(0.1);
        DoubleFunction<Distillation> pipeline = ridge -> Distillation.of(task)
                .surrogate(Surrogate.given(given))
                .target(Training.samples(4).withRidge(ridge))
                .then(last);
        Sensitivities all = pipeline.apply(0).sensitivities();
        double change = pipeline.apply(1e-14).predict().excess()
                - pipeline.apply(0).predict().excess();
        assertThat(all.trainings().get(0).ridge()).isEqualTo(Math.signum(change) * Double.POSITIVE_INFINITY);
        assertThat(all.trainings().get(0).samples()).isZero();
        assertThat(all.trainings().get(0).noise()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(all.noise()).isEqualTo(Double.POSITIVE_INFINITY);
        // The rest is smooth: the error of central differences of step h is of order h² plus rounding divided by h.
        double bySamples = slope(
                2.5,
                n -> Distillation.of(task)
                        .surrogate(Surrogate.given(given))
                        .target(Training.samples(4))
                        .then(last.withSamples(n)));
        assertThat(all.target().samples()).isCloseTo(bySamples, within(1e-8 * Math.abs(bySamples)));
        double byEigenvalue = slope(
                1,
                eigenvalue -> Distillation.of(RegressionTask.of(Spectrum.of(2, eigenvalue, 0.5, 0.1), Signal.of(truth)))
                        .surrogate(Surrogate.given(given))
                        .target(Training.samples(4))
                        .then(last));
        assertThat(all.eigenvalue(1)).isCloseTo(byEigenvalue, within(1e-8 * Math.abs(byEigenvalue)));
    }

    private static double slope(double at, DoubleFunction<Distillation> pipeline) {
        double step = 1e-5;
        return (pipeline.apply(at + step).predict().excess()
                        - pipeline.apply(at - step).predict().excess())
                / (2 * step);
    }

    @Test
    void anOptimalSurrogateFollowsTheRidgeFromTheThreshold() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 20), Signal.sourcePowerLaw(1.5));
        for (double later : new double[] {3, 15, 40}) {
            DoubleFunction<Distillation> pipeline = ridge -> Distillation.of(task)
                    .surrogate(Surrogate.optimal())
                    .target(Training.samples(20).withRidge(ridge))
                    .then(Training.samples(later).withRidge(0.01));
            double change = pipeline.apply(1e-15).predict().excess()
                    - pipeline.apply(0).predict().excess();
            assertThat(pipeline.apply(0).sensitivities().trainings().get(0).ridge())
                    .isEqualTo(Math.signum(change) * Double.POSITIVE_INFINITY);
        }
    }

    @Test
    void aPerfectTargetHasNoExponent() {
        RegressionTask task = RegressionTask.of(Spectrum.of(2, 1), Signal.constant(1));
        Sensitivities all = Distillation.of(task).target(Training.samples(3)).sensitivities();
        assertThat(all.target().samples()).isZero();
        assertThat(all.localExponent()).isZero();
        assertThat(all.eigenvalue(0)).isZero();
    }

    @Test
    void aNewFeatureMakesTheRiskJumpWithoutRidge() {
        RegressionTask task = RegressionTask.of(Spectrum.of(2, 1, 0), Signal.of(1, 1, 1));
        Sensitivities noisy =
                Distillation.of(task.withNoise(0.1)).target(Training.samples(5)).sensitivities();
        assertThat(noisy.eigenvalue(2)).isEqualTo(Double.POSITIVE_INFINITY);
        Sensitivities silent = Distillation.of(task).target(Training.samples(5)).sensitivities();
        assertThat(silent.eigenvalue(2)).isEqualTo(1);
        RegressionTask whole = RegressionTask.of(Spectrum.of(2, 1, 1), Signal.of(1, 1, 1));
        Sensitivities taught = Distillation.of(whole)
                .target(Training.samples(5).withSpectrum(Spectrum.of(2, 1, 0)))
                .sensitivities();
        // All seen features are learnt completely.
        assertThat(taught.target().eigenvalue(2)).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(taught.eigenvalue(2)).isEqualTo(1);
    }

    @Test
    void nothingIsEverNaN() {
        double[] edges = {0.5, 2, 3, 4, 6};
        for (long seed = 0; seed < 2000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double[] task = {random.nextInt(2), 1, 1, random.nextInt(3), 1e-3};
            double[] own = {random.nextInt(2), 1e-200, 1, random.nextInt(2), 1};
            Teacher chain = Distillation.of(RegressionTask.of(Spectrum.of(task), Signal.of(1, 0, -1, 1, 2))
                            .withNoise(random.nextInt(2)))
                    .surrogate(
                            switch (random.nextInt(4)) {
                                case 0 -> Surrogate.groundTruth();
                                case 1 -> Surrogate.optimal();
                                case 2 -> Surrogate.optimallyMasked();
                                default -> Surrogate.given(0, 1, 0, 2, 1);
                            });
            int stages = random.nextInt(1, 4);
            for (int s = 0; s < stages; s++) {
                Training training = Training.samples(edges[random.nextInt(edges.length)])
                        .withRidge(random.nextInt(3) == 0 ? Math.pow(10, random.nextInt(-100, 60)) : 0)
                        .withTeacherShare(random.nextInt(4) > 0 ? 1 : random.nextInt(0, 3) * 0.5);
                training = random.nextBoolean() ? training : training.withNoise(0);
                training = random.nextInt(3) > 0 ? training : training.withSpectrum(Spectrum.of(own));
                chain = chain.target(
                        random.nextInt(3) > 0 ? training : training.withMask(FeatureMask.keepingFirst(3, 5)));
            }
            Distillation pipeline = (Distillation) chain;
            Sensitivities all = pipeline.sensitivities();
            List<Double> values = new ArrayList<>(List.of(all.noise(), all.localExponent()));
            for (int i = 0; i < 5; i++) {
                values.add(all.eigenvalue(i));
            }
            for (Sensitivities.OfTraining of : all.trainings()) {
                values.addAll(List.of(of.samples(), of.ridge(), of.noise()));
                for (int i = 0; i < 5; i++) {
                    values.add(of.eigenvalue(i));
                }
            }
            assertThat(values).as("seed %d, %s", seed, pipeline).doesNotContain(Double.NaN);
        }
    }

    @Test
    void aFeatureThatOnlyTheTaskHasIsNotLearntAtOnce() {
        RegressionTask task = RegressionTask.of(Spectrum.of(0, 1), Signal.of(1, 1));
        Sensitivities derivatives = Distillation.of(task)
                .target(Training.samples(0.5).withSpectrum(Spectrum.of(1, 0)))
                .sensitivities();
        // With a small eigenvalue e the feature would be missed by 1 − e/τ at τ = 1, and would let the signal of the
        // other feature pass.
        double e = 1e-6;
        double shifted = Distillation.of(task)
                .target(Training.samples(0.5).withSpectrum(Spectrum.of(1, e)))
                .predict()
                .excess();
        double before = Distillation.of(task)
                .target(Training.samples(0.5).withSpectrum(Spectrum.of(1, 0)))
                .predict()
                .excess();
        assertThat(derivatives.target().eigenvalue(1)).isCloseTo((shifted - before) / e, within(1e-5));
    }
}
