package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Pipelines of all kinds, drawn at random over the whole range of numbers, give no NaN and satisfy general invariants.
 */
class RandomPipelinesTest {

    private static final int PIPELINES = 4000;
    private static final long SEED = 20;

    /** A task as numbers, which can be rotated, scaled and split. */
    private static final class Numbers {

        final double[] eigenvalues;
        final double[] coefficients;
        final double noise;

        Numbers(double[] eigenvalues, double[] coefficients, double noise) {
            this.eigenvalues = eigenvalues;
            this.coefficients = coefficients;
            this.noise = noise;
        }

        RegressionTask task() {
            return RegressionTask.of(Spectrum.of(eigenvalues), Signal.of(coefficients))
                    .withNoise(noise);
        }
    }

    private static double decades(SplittableRandom random, double reach) {
        return Math.pow(10, random.nextDouble(-reach, reach));
    }

    private static Numbers numbers(SplittableRandom random, double reach) {
        int p = random.nextInt(1, 9);
        double[] eigenvalues = new double[p];
        double[] coefficients = new double[p];
        for (int i = 0; i < p; i++) {
            eigenvalues[i] = random.nextInt(12) == 0 ? 0 : decades(random, reach);
            if (i > 0 && random.nextInt(4) == 0) {
                eigenvalues[i] = eigenvalues[i - 1];
            }
            // λβ² spans only a part of the decades, so that it stays in range.
            double power = decades(random, Math.min(reach, 100));
            coefficients[i] = random.nextInt(8) == 0 || eigenvalues[i] == 0 ? 0 : Math.sqrt(power / eigenvalues[i]);
            coefficients[i] = Double.isFinite(coefficients[i]) ? coefficients[i] : 0;
        }
        if (Arrays.stream(eigenvalues).allMatch(value -> value == 0)) {
            eigenvalues[0] = 1;
        }
        return new Numbers(eigenvalues, coefficients, random.nextBoolean() ? 0 : decades(random, Math.min(reach, 50)));
    }

    /** A ridge between the least one and 0, for the task's own features; other features often reject it. */
    private static double negative(SplittableRandom random, Numbers task, double samples) {
        double least = DeterministicEquivalent.leastRidge(Spectrum.of(task.eigenvalues), samples);
        return least * (random.nextBoolean() ? random.nextDouble() : 1 - decades(random, 6) / 1e6);
    }

    /** A pool of two or three sources, one of them the truth, with some shares equal to 0. */
    private static Distillation pool(SplittableRandom random, Numbers numbers, double reach) {
        Distillation.Draft truth = Distillation.of(numbers.task());
        List<Teacher> sources = new ArrayList<>(List.of(truth));
        for (int more = random.nextInt(1, 3); more > 0; more--) {
            sources.add(truth.target(training(random, numbers, reach)));
        }
        RowPool pool = RowPool.of(plain(random, numbers.eigenvalues.length, reach), sources);
        double[] shares = random.doubles(sources.size())
                .map(share -> share < 0.2 ? 0 : share)
                .toArray();
        double sum = Arrays.stream(shares).sum();
        return pool.pipeline(
                random.nextBoolean() || sum == 0
                        ? pool.bestShares()
                        : Arrays.stream(shares).map(share -> share / sum).toArray());
    }

    /** Two or three ridges, some of them 0. */
    private static SpectralFilter mixture(SplittableRandom random, double reach) {
        double[] ridges = random.doubles(random.nextInt(2, 4))
                .map(share -> share < 0.4 ? 0 : decades(random, reach))
                .toArray();
        double[] weights =
                random.doubles(ridges.length).map(share -> 2 * share - 0.5).toArray();
        weights[0] = 1 - Arrays.stream(weights).skip(1).sum();
        return SpectralFilter.mixture(weights, ridges);
    }

    /** A few steps at a rate below which the risk does not grow. */
    private static Training stochastic(SplittableRandom random, Numbers task) {
        double trace = Arrays.stream(task.eigenvalues).sum();
        return Training.stochastic(random.nextInt(1, 6), random.nextInt(1, 4), random.nextDouble(0.1, 0.6) / trace);
    }

    private static Training training(SplittableRandom random, Numbers task, double reach) {
        int p = task.eigenvalues.length;
        Training training = Training.samples(
                switch (random.nextInt(4)) {
                    case 0 -> p;
                    case 1 -> random.nextInt(1, p + 1);
                    default -> p * decades(random, 2);
                });
        boolean ridge = random.nextBoolean();
        if (ridge) {
            training = training.withRidge(decades(random, reach));
        } else if (random.nextInt(4) == 0) {
            training = training.withRidge(negative(random, task, training.samples()));
        }
        switch (random.nextInt(11)) {
            case 0 -> training = training.withTeacherShare(random.nextDouble(-1, 2));
            case 1 -> training = training.withTeacherRows(random.nextDouble());
            case 2 ->
                training = training.withLabels(
                                random.nextBoolean() ? Labels.hard(random.nextDouble(0, 0.4)) : Labels.soft(2))
                        .withNoise(0);
            case 3 -> training = training.withRandomFeatures(p * decades(random, 1));
            case 4 -> training = Training.samples(training.samples()).stoppedAt(decades(random, reach / 2));
            case 5 -> {
                double[] other = new double[p];
                Arrays.setAll(other, i -> decades(random, reach));
                training = training.withSpectrum(Spectrum.of(other));
            }
            case 6 -> training = training.withNoise(decades(random, Math.min(reach, 50)));
            case 7 -> training = Training.samples(training.samples()).withFilter(mixture(random, reach));
            case 8 -> training = stochastic(random, task);
            default -> {}
        }
        if (random.nextInt(5) == 0) {
            boolean[] kept = new boolean[p];
            for (int i = 0; i < p; i++) {
                kept[i] = random.nextBoolean();
            }
            training = training.withMask(FeatureMask.of(kept));
        }
        return training;
    }

    private static Distillation pipeline(SplittableRandom random, Numbers numbers, double reach) {
        Teacher teacher = Distillation.of(numbers.task());
        teacher = switch (random.nextInt(5)) {
            case 0 -> Distillation.of(numbers.task()).surrogate(Surrogate.optimal());
            case 1 -> Distillation.of(numbers.task()).surrogate(Surrogate.optimallyMasked());
            case 2 ->
                Distillation.of(numbers.task())
                        .surrogate(Surrogate.given(Arrays.stream(numbers.coefficients)
                                .map(b -> b * random.nextDouble(-1, 2))
                                .toArray()));
            default -> teacher;
        };
        Distillation chain = random.nextInt(6) == 0
                ? pool(random, numbers, reach)
                : teacher.target(training(random, numbers, reach));
        for (int more = random.nextInt(3); more > 0; more--) {
            chain = chain.then(training(random, numbers, reach));
        }
        return chain;
    }

    private static DoubleStream all(Distillation chain, int features) {
        Sensitivities by = chain.sensitivities();
        DoubleStream all = DoubleStream.concat(
                DoubleStream.of(by.noise()), IntStream.range(0, features).mapToDouble(by::eigenvalue));
        for (int s = 0; s < by.trainings().size(); s++) {
            Sensitivities.OfTraining one = by.trainings().get(s);
            Set<Parameter> has = chain.trainings().get(s).estimator().parameters();
            all = DoubleStream.concat(
                    all,
                    DoubleStream.of(
                            one.noise(),
                            has.contains(Parameter.SAMPLES) ? one.samples() : 0,
                            has.contains(Parameter.RIDGE) ? one.ridge() : 0));
            all = DoubleStream.concat(all, IntStream.range(0, features).mapToDouble(one::eigenvalue));
        }
        return chain.target().estimator().parameters().contains(Parameter.SAMPLES)
                ? DoubleStream.concat(all, DoubleStream.of(by.localExponent()))
                : all;
    }

    @Test
    void noNumberIsNaNAndPartsAddUp() {
        Map<String, String> wrong = new TreeMap<>();
        Map<String, Integer> refusals = new TreeMap<>();
        for (int index = 0; index < PIPELINES; index++) {
            SplittableRandom random = new SplittableRandom(SEED + index);
            double reach = new double[] {1, 8, 30, 150, 300}[random.nextInt(5)];
            try {
                Numbers numbers = numbers(random, reach);
                Distillation chain = pipeline(random, numbers, reach);
                for (RiskReport report : chain.predictStages()) {
                    double[] parts = {
                        report.bias(), report.labelNoiseVariance(), report.designVariance(), report.inheritedVariance()
                    };
                    double sum = Arrays.stream(parts).sum();
                    if (Double.isNaN(sum)
                            || Arrays.stream(parts).anyMatch(part -> part < 0)
                            || !(Math.abs(sum - report.excess()) <= 1e-12 * sum || sum == report.excess())) {
                        wrong.putIfAbsent(
                                "parts "
                                        + Arrays.toString(Arrays.stream(parts)
                                                .map(Math::signum)
                                                .toArray()) + " of " + Math.signum(report.excess()),
                                "seed " + (SEED + index) + " " + chain);
                    }
                }
                RiskReport report = chain.predict();
                if (!(report.trainingError() >= 0)) {
                    wrong.putIfAbsent("training error", "seed " + (SEED + index) + " " + chain);
                }
                for (OptionalDouble number : new OptionalDouble[] {report.corrected(), report.standardDeviation()}) {
                    if (number.isPresent() && Double.isNaN(number.getAsDouble())) {
                        wrong.putIfAbsent("NaN correction ", "seed " + (SEED + index) + " " + chain);
                    }
                }
                if (all(chain, numbers.eigenvalues.length).anyMatch(Double::isNaN)) {
                    wrong.putIfAbsent("NaN derivative " + reach, "seed " + (SEED + index) + " " + chain);
                }
            } catch (IllegalArgumentException | IllegalStateException | UnsupportedOperationException refused) {
                String message = String.valueOf(refused.getMessage());
                refusals.merge(message.contains("leave the range") ? "range" : message, 1, Integer::sum);
            }
        }
        assertThat(refusals.toString()).as("refusals").doesNotContain("null");
        assertThat(refusals.values().stream().mapToInt(Integer::intValue).sum())
                .as("rejections, mostly of masks without a feature")
                .isLessThan(PIPELINES / 4);
        assertThat(refusals.getOrDefault("range", 0))
                .as("derivatives out of range")
                .isLessThan(PIPELINES / 100);
        assertThat(wrong).isEmpty();
    }

    /** The same chain of trainings with another description of its task. */
    private static double excess(Numbers numbers, Surrogate surrogate, Training... trainings) {
        Distillation chain =
                Distillation.of(numbers.task()).surrogate(surrogate).target(trainings[0]);
        for (int s = 1; s < trainings.length; s++) {
            chain = chain.then(trainings[s]);
        }
        return chain.predict().excess();
    }

    private static Training plain(SplittableRandom random, int features, double reach) {
        Training training = Training.samples(features * decades(random, 1.5));
        return random.nextBoolean() ? training.withRidge(decades(random, reach)) : training;
    }

    private static void assertEqual(double actual, double expected, String what, long seed) {
        boolean equal = actual == expected || Math.abs(actual - expected) <= 1e-9 * Math.abs(expected);
        assertThat(equal)
                .as("%s, seed %d: %s and %s", what, seed, actual, expected)
                .isTrue();
    }

    @Test
    void risksDoNotDependOnUnitsOrderOrMultiplicities() {
        for (long seed = 0; seed < 1500; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double reach = random.nextBoolean() ? 3 : 100;
            Numbers numbers = numbers(random, reach);
            int p = numbers.eigenvalues.length;
            Training[] trainings = new Training[random.nextInt(1, 4)];
            Arrays.setAll(trainings, s -> plain(random, p, reach));
            Surrogate surrogate = random.nextBoolean() ? Surrogate.groundTruth() : Surrogate.optimal();
            double expected = excess(numbers, surrogate, trainings);

            double unit = decades(random, 20);
            double[] scaled =
                    Arrays.stream(numbers.eigenvalues).map(v -> v * unit).toArray();
            double[] shrunk = Arrays.stream(numbers.coefficients)
                    .map(b -> b / Math.sqrt(unit))
                    .toArray();
            Training[] ridges = Arrays.stream(trainings)
                    .map(training -> training.ridge() == 0 ? training : training.withRidge(training.ridge() * unit))
                    .toArray(Training[]::new);
            assertEqual(
                    excess(new Numbers(scaled, shrunk, numbers.noise), surrogate, ridges), expected, "scaled", seed);

            int[] order = IntStream.range(0, p).toArray();
            for (int i = p - 1; i > 0; i--) {
                int other = random.nextInt(i + 1);
                int kept = order[i];
                order[i] = order[other];
                order[other] = kept;
            }
            Numbers permuted = new Numbers(
                    Arrays.stream(order)
                            .mapToDouble(i -> numbers.eigenvalues[i])
                            .toArray(),
                    Arrays.stream(order)
                            .mapToDouble(i -> numbers.coefficients[i])
                            .toArray(),
                    numbers.noise);
            assertEqual(excess(permuted, surrogate, trainings), expected, "permuted", seed);

            // The signal of features with equal eigenvalues may be rotated onto one of them.
            int[] twice = IntStream.range(0, 2 * p).map(i -> i / 2).toArray();
            Numbers doubled = new Numbers(
                    Arrays.stream(twice)
                            .mapToDouble(i -> numbers.eigenvalues[i])
                            .toArray(),
                    Arrays.stream(twice)
                            .mapToDouble(i -> numbers.coefficients[i])
                            .toArray(),
                    numbers.noise);
            double[] turned = new double[2 * p];
            for (int i = 0; i < p; i++) {
                turned[2 * i] = Math.sqrt(2) * numbers.coefficients[i];
            }
            assertEqual(
                    excess(new Numbers(doubled.eigenvalues, turned, numbers.noise), surrogate, trainings),
                    excess(doubled, surrogate, trainings),
                    "turned",
                    seed);
        }
    }

    @Test
    void noTeacherBeatsTheOptimalOne() {
        for (long seed = 0; seed < 2000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double reach = new double[] {1, 30, 300}[random.nextInt(3)];
            Numbers numbers = numbers(random, reach);
            Training target = plain(random, numbers.eigenvalues.length, reach);
            double best;
            try {
                best = excess(numbers, Surrogate.optimal(), target);
            } catch (IllegalArgumentException overflow) {
                assertThat(overflow).hasMessageContaining("overflows");
                continue;
            }
            double[] other = Arrays.stream(numbers.coefficients)
                    .map(b -> b * random.nextDouble(0, 2))
                    .toArray();
            for (Surrogate surrogate :
                    new Surrogate[] {Surrogate.groundTruth(), Surrogate.optimallyMasked(), Surrogate.given(other)}) {
                assertThat(best)
                        .as("seed %d: %s of %s", seed, surrogate, numbers.task())
                        .isLessThanOrEqualTo(excess(numbers, surrogate, target) * (1 + 1e-9));
            }
        }
    }

    @Test
    void studentsOfAnInfiniteTeacherAreInfinite() {
        RegressionTask task =
                RegressionTask.of(Spectrum.of(3, 1), Signal.of(1, 1)).withNoise(0.5);
        for (double[] ridges : new double[][] {{1, 0}, {0, 1}}) {
            Training mixed = Training.samples(2).withFilter(SpectralFilter.mixture(new double[] {0.5, 0.5}, ridges));
            Distillation teacher = Distillation.of(task).surrogate(mixed);
            // The part without ridge fits the rows themselves exactly.
            assertThat(teacher.predict().trainingError()).isBetween(0.0, 1.0);
            for (Training student : new Training[] {
                Training.samples(5).withRidge(0.1),
                Training.samples(5).withRidge(0.1).withTeacherRows(0.5),
                Training.samples(5).withRidge(0.1).withTeacherShare(0.5),
                Training.samples(5).withRidge(0.1).withMask(FeatureMask.keepingFirst(1, 2)),
                Training.samples(5).withRidge(0.1).withRandomFeatures(4),
                Training.samples(5).stoppedAt(2),
                mixed.withSamples(5),
                Training.stochastic(5, 2, 0.05)
            }) {
                RiskReport report = teacher.then(student).predict();
                assertThat(report.excess()).as("%s", student).isInfinite();
                assertThat(report.trainingError()).as("%s", student).isInfinite();
            }
        }
    }
}
