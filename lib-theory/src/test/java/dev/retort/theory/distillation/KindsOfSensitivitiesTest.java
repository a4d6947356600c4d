package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.DoubleFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares derivatives of chains of all kinds of training with differences of the risks that the library predicts. */
class KindsOfSensitivitiesTest {

    /** One training as numbers that can be varied one by one. */
    private static final class Numbers {
        private final int kind;
        private final Map<Parameter, Double> own = new EnumMap<>(Parameter.class);
        private final double[] spectrum;
        private final double noise;
        private final Training rest;

        Numbers(SplittableRandom random, int p, boolean first) {
            kind = random.nextInt(6);
            own.put(Parameter.SAMPLES, Math.floor(random.nextDouble(0.4 * p, 1.6 * p)) + 0.5);
            switch (kind) {
                case 0 -> {
                    own.put(Parameter.RANDOM_FEATURES, Math.floor(random.nextDouble(0.4 * p, 2 * p)) + 0.25);
                    if (random.nextBoolean()) {
                        own.put(Parameter.RIDGE, random.nextDouble(1e-4, 0.1));
                    }
                }
                case 1 -> own.put(Parameter.TIME, Math.pow(10, random.nextDouble(-0.5, 2)));
                case 2 -> {
                    own.put(Parameter.TIME, Math.pow(10, random.nextDouble(0, 2)));
                    own.put(Parameter.RIDGE, random.nextDouble(1e-3, 0.1));
                }
                case 3 -> own.put(Parameter.RATE, random.nextDouble(0.02, 0.1));
                case 4 -> {
                    own.put(Parameter.RATE, random.nextDouble(0.02, 0.1));
                    own.remove(Parameter.SAMPLES);
                }
                default -> {
                    if (random.nextBoolean()) {
                        own.put(Parameter.RIDGE, random.nextDouble(1e-3, 0.1));
                    }
                }
            }
            spectrum = random.nextInt(3) > 0
                    ? new double[0]
                    : random.doubles(p).map(u -> Math.pow(10, -2 * u)).toArray();
            noise = random.nextBoolean() ? Double.NaN : random.nextDouble(0.1, 1);
            Training other = Training.samples(1);
            if (random.nextInt(3) == 0) {
                boolean[] keeps = new boolean[p];
                for (int i = 0; i < p; i++) {
                    keeps[i] = i == 0 || random.nextInt(4) > 0;
                }
                other = other.withMask(FeatureMask.of(keeps));
            }
            int labels = random.nextInt(4);
            if (labels == 0) {
                other = other.withTeacherShare(random.nextDouble(0.3, 1.3));
            } else if (labels == 1) {
                other = other.withTeacherRows(random.nextDouble(0.2, 0.9));
            }
            if (!first && random.nextInt(4) == 0) {
                other = other.withLabels(random.nextBoolean() ? Labels.hard(0.1) : Labels.soft(0.7));
            }
            rest = other;
        }

        double at(Parameter parameter) {
            return Objects.requireNonNull(own.get(parameter));
        }

        Training training() {
            double samples = own.getOrDefault(Parameter.SAMPLES, 60.0);
            double ridge = own.getOrDefault(Parameter.RIDGE, 0.0);
            Training training = rest.withSamples(samples);
            training = switch (kind) {
                case 0 ->
                    training.withRandomFeatures(at(Parameter.RANDOM_FEATURES)).withRidge(ridge);
                case 1, 2 -> training.withRidge(ridge).stoppedAt(at(Parameter.TIME));
                case 3 -> training.withFilter(SpectralFilter.gradientDescent(25, at(Parameter.RATE)));
                case 4 ->
                    training.with(Training.stochastic(30, 2, at(Parameter.RATE)).estimator());
                default -> training.withRidge(ridge);
            };
            training = spectrum.length == 0 ? training : training.withSpectrum(Spectrum.of(spectrum));
            return Double.isNaN(noise) ? training : training.withNoise(noise);
        }
    }

    private static final class Chain {
        private final double[] task;
        private final double[] signal;
        private final double noise;
        private final List<Numbers> stages = new ArrayList<>();
        private final Surrogate surrogate;

        Chain(long seed) {
            SplittableRandom random = new SplittableRandom(seed);
            int p = random.nextInt(5, 25);
            task = random.doubles(p).map(u -> Math.pow(10, -3 * u)).toArray();
            signal = random.doubles(p, -1, 1).toArray();
            noise = random.nextDouble(0.1, 1);
            surrogate = switch (random.nextInt(3)) {
                case 0 -> Surrogate.groundTruth();
                case 1 -> Surrogate.optimal();
                default -> Surrogate.given(random.doubles(p, -1, 1).toArray());
            };
            int count = random.nextInt(1, 4);
            for (int s = 0; s < count; s++) {
                stages.add(new Numbers(random, p, s == 0));
            }
        }

        Distillation pipeline(double noise) {
            Teacher chain = Distillation.of(RegressionTask.of(Spectrum.of(task), Signal.of(signal))
                            .withNoise(noise))
                    .surrogate(surrogate);
            for (Numbers stage : stages) {
                chain = chain.target(stage.training());
            }
            return (Distillation) chain;
        }

        double excess() {
            return pipeline(noise).predict().excess();
        }

        double excess(double[] numbers, int place, double value) {
            double before = numbers[place];
            numbers[place] = value;
            double excess = excess();
            numbers[place] = before;
            return excess;
        }

        double excess(Numbers stage, Parameter parameter, double value) {
            double before = stage.at(parameter);
            stage.own.put(parameter, value);
            double excess = excess();
            stage.own.put(parameter, before);
            return excess;
        }
    }

    private static double derivative(Sensitivities.OfTraining of, Parameter parameter) {
        return switch (parameter) {
            case SAMPLES -> of.samples();
            case RIDGE -> of.ridge();
            case TIME -> of.time();
            case RATE -> of.rate();
            case RANDOM_FEATURES -> of.randomFeatures();
        };
    }

    static LongStream seeds() {
        return LongStream.range(0, 120);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void derivativesAreLimitsOfDifferences(long seed) {
        Chain chain = new Chain(seed);
        Distillation pipeline = chain.pipeline(chain.noise);
        Sensitivities all = pipeline.sensitivities();
        double excess = pipeline.predict().excess();
        for (int s = 0; s < chain.stages.size(); s++) {
            Numbers numbers = chain.stages.get(s);
            Sensitivities.OfTraining of = all.trainings().get(s);
            String place = "seed " + seed + ", stage " + s + ": " + pipeline + ", ";
            for (Parameter parameter : List.copyOf(numbers.own.keySet())) {
                double at = numbers.at(parameter);
                check(
                        place + parameter,
                        derivative(of, parameter),
                        at,
                        excess,
                        v -> chain.excess(numbers, parameter, v));
            }
            for (int i = 0; i < Math.min(4, numbers.spectrum.length); i++) {
                int k = i;
                check(
                        place + "λ" + k,
                        of.eigenvalue(i),
                        numbers.spectrum[i],
                        excess,
                        v -> chain.excess(numbers.spectrum, k, v));
            }
        }
        check(
                "noise",
                all.noise(),
                chain.noise,
                excess,
                v -> chain.pipeline(v).predict().excess());
        for (int i = 0; i < 4; i++) {
            int k = i;
            check(
                    "seed " + seed + ", " + pipeline + ", eigenvalue " + i,
                    all.eigenvalue(i),
                    chain.task[i],
                    excess,
                    v -> chain.excess(chain.task, k, v));
        }
    }

    /**
     * With relative steps h of 1e-4 and extrapolation, the error is of order h⁴ and 1e-13/h of the risk, the precision
     * of filters.
     */
    private static void check(
            String place, double derivative, double number, double excess, DoubleFunction<Double> risk) {
        double h = 1e-4 * number;
        double near = (risk.apply(number + h) - risk.apply(number - h)) / (2 * h);
        double far = (risk.apply(number + 2 * h) - risk.apply(number - 2 * h)) / (4 * h);
        assertThat(derivative)
                .as(place)
                .isCloseTo((4 * near - far) / 3, within(1e-8 * (Math.abs(derivative) + excess / number)));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aChangeOfUnitsAddsUpToTheRisk(long seed) {
        Chain chain = new Chain(seed);
        Distillation pipeline = chain.pipeline(chain.noise);
        if (pipeline.trainings().stream()
                .anyMatch(training -> !training.labels().areLogits())) {
            return; // labels with their own unit
        }
        Sensitivities all = pipeline.sensitivities();
        // Multiplying eigenvalues and ridges by c and noises by √c, and dividing times and rates by c, multiplies the
        // risk by c.
        double sum = chain.noise * all.noise() / 2;
        double size = sum;
        for (int i = 0; i < chain.task.length; i++) {
            sum += chain.task[i] * all.eigenvalue(i);
            size += Math.abs(chain.task[i] * all.eigenvalue(i));
        }
        for (int s = 0; s < chain.stages.size(); s++) {
            Numbers numbers = chain.stages.get(s);
            Sensitivities.OfTraining of = all.trainings().get(s);
            for (Map.Entry<Parameter, Double> own : numbers.own.entrySet()) {
                double part = own.getValue() * derivative(of, own.getKey());
                sum += switch (own.getKey()) {
                    case SAMPLES, RANDOM_FEATURES -> 0;
                    case RIDGE -> part;
                    case TIME, RATE -> -part;
                };
                size += Math.abs(part);
            }
            if (!Double.isNaN(numbers.noise)) {
                sum += numbers.noise * of.noise() / 2;
            }
            for (int i = 0; i < numbers.spectrum.length; i++) {
                sum += numbers.spectrum[i] * of.eigenvalue(i);
                size += Math.abs(numbers.spectrum[i] * of.eigenvalue(i));
            }
        }
        double excess = pipeline.predict().excess();
        assertThat(sum).as("seed %d, %s", seed, pipeline).isCloseTo(excess, within(1e-11 * (size + excess)));
    }

    private static final RegressionTask TASK = RegressionTask.of(Spectrum.powerLaw(1.4, 60), Signal.sourcePowerLaw(1.5))
            .withNoise(0.3);

    private static Distillation between(Training training) {
        return Distillation.of(TASK)
                .surrogate(Training.samples(50.5).withRidge(0.01))
                .then(training)
                .then(Training.samples(25.5));
    }

    /** Other kinds of training have ridge regression as a limit, and its derivatives there. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.02})
    void limitsHaveTheDerivativesOfRidgeRegression(double ridge) {
        Sensitivities expected =
                between(Training.samples(40.5).withRidge(ridge)).sensitivities();
        for (Training training : List.of(
                Training.samples(40.5).withRandomFeatures(1e13).withRidge(ridge),
                Training.samples(40.5).withRidge(ridge).stoppedAt(1e13),
                Training.samples(40.5)
                        .withFilter(SpectralFilter.mixture(new double[] {0.25, 0.75}, new double[] {ridge, ridge})))) {
            Sensitivities actual = between(training).sensitivities();
            for (int s = 0; s < 3; s++) {
                assertThat(actual.trainings().get(s).samples())
                        .isCloseTo(expected.trainings().get(s).samples(), withinPercentage(1e-6));
                assertThat(actual.trainings().get(s).noise())
                        .isCloseTo(expected.trainings().get(s).noise(), withinPercentage(1e-6));
            }
            for (int i : new int[] {0, 7, 59}) {
                assertThat(actual.trainings().get(1).eigenvalue(i))
                        .isCloseTo(
                                expected.trainings().get(1).eigenvalue(i),
                                within(1e-8 * Math.abs(expected.eigenvalue(i))));
                assertThat(actual.eigenvalue(i)).isCloseTo(expected.eigenvalue(i), withinPercentage(1e-6));
            }
        }
        Sensitivities random = between(
                        Training.samples(40.5).withRandomFeatures(1e13).withRidge(ridge))
                .sensitivities();
        assertThat(random.trainings().get(1).ridge())
                .isCloseTo(expected.trainings().get(1).ridge(), withinPercentage(1e-6));
        assertThat(random.trainings().get(1).randomFeatures()).isCloseTo(0, within(1e-13));
    }

    /** Derivatives from above: forward differences of a step h, with an error of order h. */
    @Test
    void featuresThatAppear() {
        double[] own = {1, 0.5, 0, 0.2, 0.1};
        RegressionTask task = RegressionTask.of(Spectrum.of(1, 0.6, 0.4, 0.2, 0.1), Signal.of(1, -1, 0.5, 0.3, 2))
                .withNoise(0.2);
        double h = 1e-7;
        double[] appeared = {1, 0.5, h, 0.2, 0.1};
        for (Training training : List.of(
                Training.samples(4.5).stoppedAt(3),
                Training.samples(4.5).withRidge(0.1).stoppedAt(3),
                Training.stochastic(8, 2, 0.2),
                Training.samples(4.5)
                        .withFilter(SpectralFilter.mixture(new double[] {0.5, 0.5}, new double[] {0.1, 0.4})))) {
            DoubleFunction<Double> risk = value -> Distillation.of(task)
                    .target(training.withSpectrum(Spectrum.of(value == 0 ? own : appeared)))
                    .then(Training.samples(3).withRidge(0.1))
                    .predict()
                    .excess();
            double derivative = Distillation.of(task)
                    .target(training.withSpectrum(Spectrum.of(own)))
                    .then(Training.samples(3).withRidge(0.1))
                    .sensitivities()
                    .trainings()
                    .get(0)
                    .eigenvalue(2);
            assertThat((risk.apply(h) - risk.apply(0)) / h)
                    .as("%s", training)
                    .isCloseTo(derivative, within(2e-6 * Math.abs(derivative) + 1e-6));
        }
        // Random features include a feature of small variance like any other: its coefficient does not start at 0.
        Training random = Training.samples(4.5).withRandomFeatures(3.5).withRidge(0.01);
        assertThat(Distillation.of(task)
                        .target(random.withSpectrum(Spectrum.of(own)))
                        .sensitivities()
                        .target()
                        .eigenvalue(2))
                .isEqualTo(Double.POSITIVE_INFINITY);
    }

    /** The same for the task's own eigenvalue. */
    @Test
    void featuresThatAppearInTheTask() {
        double h = 1e-7;
        for (Training training : List.of(
                Training.samples(4.5).stoppedAt(3),
                Training.stochastic(8, 2, 0.2),
                Training.samples(4.5).withRandomFeatures(3.5).withRidge(0.01),
                Training.samples(4.5)
                        .withRandomFeatures(3.5)
                        .withRidge(0.01)
                        .withSpectrum(Spectrum.of(1, 0.5, 0.3, 0.2, 0.1)))) {
            DoubleFunction<Distillation> pipeline = value -> Distillation.of(
                            RegressionTask.of(Spectrum.of(1, 0.6, value, 0.2, 0.1), Signal.of(1, -1, 0.5, 0.3, 2))
                                    .withNoise(0.2))
                    .target(training);
            double derivative = pipeline.apply(0).sensitivities().eigenvalue(2);
            double difference = (pipeline.apply(h).predict().excess()
                            - pipeline.apply(0).predict().excess())
                    / h;
            assertThat(difference).as("%s", training).isCloseTo(derivative, within(2e-6 * Math.abs(derivative) + 1e-6));
        }
    }

    @Test
    void missingDerivativesAreRejected() {
        Sensitivities stochastic =
                Distillation.of(TASK).target(Training.stochastic(10, 2, 0.1)).sensitivities();
        assertThatIllegalStateException()
                .isThrownBy(stochastic::localExponent)
                .withMessageStartingWith(
                        "No derivative with respect to the number of samples exists for single-pass gradient descent");
        assertThatIllegalStateException()
                .isThrownBy(() -> stochastic.target().ridge())
                .withMessageStartingWith("No derivative with respect to the ridge exists");
        Sensitivities iterated = Distillation.of(TASK)
                .target(Training.samples(30).withFilter(SpectralFilter.iteratedRidge(0.1, 2)))
                .sensitivities();
        assertThatIllegalStateException()
                .isThrownBy(() -> iterated.target().ridge())
                .withMessageStartingWith(
                        "No derivative with respect to the ridge exists for ridge 0.1 iterated 2 times");
        assertThatIllegalStateException()
                .isThrownBy(() -> iterated.target().time())
                .withMessageStartingWith("No derivative with respect to the time");
        Distillation threshold = Distillation.of(TASK.withNoise(0))
                .surrogate(Surrogate.given(new double[60]))
                .target(Training.samples(30).withRandomFeatures(30));
        assertThatIllegalStateException()
                .isThrownBy(threshold::sensitivities)
                .withMessageStartingWith("No derivatives are known at the interpolation threshold")
                .withMessageEndingWith("move its samples off 30.0");
        Distillation negative = Distillation.of(TASK)
                .surrogate(Surrogate.optimal())
                .target(Training.samples(300).withRidge(-1e-4).withTeacherRows(0.5));
        assertThatIllegalStateException()
                .isThrownBy(negative::sensitivities)
                .withMessageStartingWith(
                        "No derivatives are known where the optimal surrogate labels a part of the rows, 0.5")
                .withMessageEndingWith("-1.0E-4; take a ridge of at least 0");
        Sensitivities burst = Distillation.of(TASK)
                .target(Training.samples(30).withRandomFeatures(30))
                .sensitivities();
        assertThat(burst.target().samples()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(burst.target().randomFeatures()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(burst.toString()).contains("dE/d number of random features -Infinity");
    }

    /** Derivatives at ranks, at ridge 0 and for features of no variance are never NaN. */
    @Test
    void nothingIsEverNaN() {
        double[] edges = {0.5, 2, 3, 4, 6};
        int refused = 0;
        for (long seed = 0; seed < 1000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double[] task = {random.nextInt(2), 1, 1, random.nextInt(3), 1e-3};
            double[] own = {random.nextInt(2), 1e-12, 1, random.nextInt(2), 1};
            Teacher chain = Distillation.of(RegressionTask.of(Spectrum.of(task), Signal.of(1, 0, -1, 1, 2))
                            .withNoise(random.nextInt(2)))
                    .surrogate(random.nextBoolean() ? Surrogate.optimal() : Surrogate.given(0, 1, 0, 2, 1));
            int stages = random.nextInt(1, 4);
            for (int s = 0; s < stages; s++) {
                double ridge = random.nextInt(3) == 0 ? Math.pow(10, random.nextInt(-30, 6)) : 0;
                Training training = Training.samples(edges[random.nextInt(edges.length)]);
                training = switch (random.nextInt(4)) {
                    case 0 -> training.withRandomFeatures(random.nextInt(1, 7)).withRidge(ridge);
                    case 1 -> training.withRidge(ridge).stoppedAt(Math.pow(10, random.nextInt(-3, 9)));
                    case 2 ->
                        training.withFilter(SpectralFilter.mixture(new double[] {1.5, -0.5}, new double[] {0, ridge}));
                    default ->
                        training.withSamples(10)
                                .with(Training.stochastic(5, 2, 0.2).estimator());
                };
                training = random.nextInt(3) > 0 ? training : training.withSpectrum(Spectrum.of(own));
                training = random.nextInt(3) > 0 ? training : training.withTeacherRows(0.5);
                chain = chain.target(
                        random.nextInt(3) > 0 ? training : training.withMask(FeatureMask.keepingFirst(3, 5)));
            }
            Distillation pipeline = (Distillation) chain;
            Sensitivities all;
            try {
                all = pipeline.sensitivities();
            } catch (IllegalStateException e) {
                assertThat(e).hasMessageStartingWith("No derivatives are known at the interpolation threshold");
                refused++;
                continue;
            }
            List<Double> values = new ArrayList<>(List.of(all.noise()));
            for (int i = 0; i < 5; i++) {
                values.add(all.eigenvalue(i));
            }
            for (int s = 0; s < stages; s++) {
                Sensitivities.OfTraining of = all.trainings().get(s);
                for (Parameter parameter :
                        pipeline.trainings().get(s).estimator().parameters()) {
                    values.add(derivative(of, parameter));
                }
                values.add(of.noise());
                for (int i = 0; i < 5; i++) {
                    values.add(of.eigenvalue(i));
                }
            }
            assertThat(values).as("seed %d, %s", seed, pipeline).doesNotContain(Double.NaN);
        }
        assertThat(refused).isLessThan(300);
    }

    /** Without ridge, the risk falls with q up to the rank, if n is above it, and is constant from there. */
    @ParameterizedTest
    @ValueSource(doubles = {6, 12})
    void asManyRandomFeaturesAsTheRankHaveTheDerivativeFromAbove(double samples) {
        RegressionTask task = RegressionTask.of(Spectrum.of(1, 0.5, 0.25, 0.125), Signal.of(1, 1, 1, 1))
                .withNoise(0.5);
        DoubleFunction<Training> training = q -> Training.samples(samples).withRandomFeatures(q);
        Sensitivities.OfTraining target =
                Distillation.of(task).target(training.apply(4)).sensitivities().target();
        double excess =
                Distillation.of(task).target(training.apply(4)).predict().excess();
        assertThat(Distillation.of(task).target(training.apply(5)).predict().excess())
                .isCloseTo(excess, withinPercentage(1e-12));
        assertThat(target.randomFeatures()).isZero();
        assertThat(target.samples()).isCloseTo(-0.25 * 4 / Math.pow(samples - 4, 2), withinPercentage(1e-10));
    }
}
