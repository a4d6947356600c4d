package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ForkJoinPool;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SweepTest {

    /** The relative error that gathering features into nodes may cause. */
    private static final double GATHERED = 1e-13;

    private static final int DIMENSION = 8000;

    static Stream<RegressionTask> tasks() {
        SplittableRandom random = new SplittableRandom(3);
        double[] scattered = random.doubles(DIMENSION)
                .map(u -> Math.pow(10, -8 * u))
                .map(value -> value < 1e-7 ? 0 : value)
                .toArray();
        double[] signal = random.doubles(DIMENSION, -1, 1).toArray();
        return Stream.of(
                RegressionTask.of(Spectrum.powerLaw(1.5, DIMENSION), Signal.sourcePowerLaw(1.4)),
                RegressionTask.of(Spectrum.powerLaw(3, DIMENSION), Signal.sourcePowerLaw(2))
                        .withNoise(0.1),
                RegressionTask.of(Spectrum.exponential(0.0025, DIMENSION), Signal.constant(0.1))
                        .withNoise(0.1),
                RegressionTask.of(Spectrum.of(scattered), Signal.of(signal)).withNoise(0.3));
    }

    @ParameterizedTest
    @MethodSource("tasks")
    void agreesWithPredictionsOneByOne(RegressionTask task) {
        Surrogate given = Surrogate.given(IntStream.range(0, DIMENSION)
                .mapToDouble(i -> task.coefficient(i) * (i % 3) / 2)
                .toArray());
        Surrogate[] surrogates = {
            Surrogate.groundTruth(),
            Surrogate.optimal(),
            Surrogate.optimallyMasked(),
            Surrogate.masked(FeatureMask.keepingFirst(1600, DIMENSION)),
            given
        };
        Distillation.Draft[] pipelines = Stream.of(surrogates)
                .map(surrogate -> Distillation.of(task).surrogate(surrogate))
                .toArray(Distillation.Draft[]::new);
        double[] grid = {1, 17.5, 300, 1600, 3999.5, 4800, DIMENSION - 1e-3, 10_000};

        for (double ridge : new double[] {0, 1e-6}) {
            Sweep sweep = Sweep.along(grid, n -> Training.samples(n).withRidge(ridge));
            Sweep.Curves gathered = sweep.predict(pipelines);
            Sweep.Curves exact = sweep.exact().predict(pipelines);
            for (int k = 0; k < grid.length; k++) {
                Training training = Training.samples(grid[k]).withRidge(ridge);
                DeterministicEquivalent equivalent = (DeterministicEquivalent) training.equivalent(task);
                assertThat(exact.tau()[k]).isEqualTo(equivalent.tau());
                close(gathered.tau()[k], equivalent.tau());
                assertThat(Math.abs(gathered.tau()[k] - equivalent.tau()))
                        .isLessThanOrEqualTo(
                                equivalent.tau() * (relativeErrorBound(gathered, k) + equivalent.relativeErrorBound()));
                close(gathered.omega()[k], equivalent.omega());
                for (int j = 0; j < pipelines.length; j++) {
                    double one = pipelines[j].target(training).predict().excess();
                    assertThat(exact.excess(j)[k]).isEqualTo(one);
                    close(gathered.excess(j)[k], one);
                }
            }
        }
    }

    @Test
    void aGatheredTaskIsSweptLikeAnyOther() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, DIMENSION), Signal.sourcePowerLaw(1.4));
        Sweep sweep = Sweep.along(new double[] {10, 100, 1000}, Training::samples);
        assertThat(sweep.predict(Distillation.of(task.gathered().gathered())).excess(0))
                .containsExactly(sweep.predict(Distillation.of(task)).excess(0));
    }

    @Test
    void threadsChangeNoBit() throws Exception {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, DIMENSION), Signal.sourcePowerLaw(1.4));
        double[] grid =
                IntStream.range(0, 120).mapToDouble(k -> 10 * Math.pow(1.05, k)).toArray();
        Callable<List<Double>> excess = () -> Arrays.stream(Sweep.along(grid, Training::samples)
                        .predict(Distillation.of(task))
                        .excess(0))
                .boxed()
                .toList();
        List<Double> here = excess.call();
        for (int threads = 1; threads < 4; threads++) {
            // A parallel stream that is started in a pool runs in this pool.
            ForkJoinPool pool = new ForkJoinPool(threads);
            assertThat(pool.submit(excess).get()).isEqualTo(here);
            pool.shutdown();
        }
    }

    /** A stream would throw a copy, whose message begins with the name of the class. */
    @Test
    void whatAPointIsRefusedForIsSaidAsWithoutTheSweep() throws Exception {
        RegressionTask task = RegressionTask.of(Spectrum.of(3, 2, 1), Signal.constant(1));
        double[] grid = IntStream.range(0, 2000).mapToDouble(k -> 1 + k).toArray();
        // From 1000 samples on, the ridge is below what so many samples allow.
        DoubleFunction<Training> training = n -> Training.samples(n).withRidge(n < 1000 ? 0.1 : -2);
        String alone = catchThrowable(
                        () -> Distillation.of(task).target(training.apply(1000)).predict())
                .getMessage();
        assertThat(alone).startsWith("ridge: -2.0 is not above ");
        for (int threads : new int[] {1, 2, 5}) {
            ForkJoinPool pool = new ForkJoinPool(threads);
            Throwable refusal = pool.submit(() ->
                            catchThrowable(() -> Sweep.along(grid, training).predict(Distillation.of(task))))
                    .get();
            pool.shutdown();
            assertThat(refusal).isInstanceOf(IllegalArgumentException.class).hasMessage(alone);
        }
    }

    @Test
    void aFineGridAgreesWithItsSinglePoints() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 5000), Signal.sourcePowerLaw(1.4))
                .withNoise(0.1);
        double[] grid = IntStream.range(0, 200)
                .mapToDouble(k -> 300 * Math.pow(1.03, k))
                .toArray();
        FeatureMask mask = FeatureMask.keepingFirst(2000, 5000);
        // Some trainings share the task's spectrum, some do not.
        DoubleFunction<Training> training = n -> n % 3 < 1
                ? Training.samples(n).withMask(mask)
                : Training.samples(n).withRidge(n % 3 < 2 ? 0 : 1e-7);
        Sweep.Curves curves = Sweep.along(grid, training).predict(Distillation.of(task));
        for (int k = 0; k < grid.length; k++) {
            Distillation one = Distillation.of(task).target(training.apply(grid[k]));
            close(curves.tau()[k], one.equivalent().tau());
            close(curves.excess(0)[k], one.predict().excess());
            assertThat(relativeErrorBound(curves, k)).isLessThanOrEqualTo(1e-13);
        }
    }

    @Test
    void ridgesAndNoiseAreSweptLikeSamples() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 300), Signal.sourcePowerLaw(1.4));
        Training base = Training.samples(100);
        double[] values = {0, 0.01, 0.1, 1};
        double[] overRidge = Sweep.along(values, base::withRidge)
                .predict(Distillation.of(task))
                .excess(0);
        double[] overNoise = Sweep.along(values, base::withNoise)
                .predict(Distillation.of(task))
                .excess(0);
        for (int k = 0; k < values.length; k++) {
            close(
                    overRidge[k],
                    Distillation.of(task)
                            .target(base.withRidge(values[k]))
                            .predict()
                            .excess());
            close(
                    overNoise[k],
                    Distillation.of(task)
                            .target(base.withNoise(values[k]))
                            .predict()
                            .excess());
        }
    }

    /** A point of another kind does not start from the previous point. */
    @Test
    void kindsOfTrainingMayFollowEachOther() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 200), Signal.sourcePowerLaw(1.4))
                .withNoise(0.5);
        List<Training> kinds = List.of(
                Training.samples(100).withRidge(0.1),
                Training.samples(100).withFilter(SpectralFilter.iteratedRidge(0.1, 3)),
                Training.samples(90).stoppedAt(3),
                Training.samples(100).withRandomFeatures(60).withRidge(0.1),
                Training.samples(80).withRidge(0.2),
                Training.samples(70).withRandomFeatures(60),
                Training.samples(70).withFilter(SpectralFilter.gradientDescent(20, 0.1)));
        double[] alone = kinds.stream()
                .mapToDouble(
                        kind -> Distillation.of(task).target(kind).predict().excess())
                .toArray();
        for (int first = 0; first < kinds.size(); first++) {
            for (int second = 0; second < kinds.size(); second++) {
                List<Training> pair = List.of(kinds.get(first), kinds.get(second));
                // Many points, so that the second starts from the first.
                double[] grid = IntStream.range(0, 40).mapToDouble(k -> k % 2).toArray();
                double[] excess = Sweep.along(grid, k -> pair.get((int) k))
                        .predict(Distillation.of(task).surrogate(Surrogate.groundTruth()))
                        .excess(0);
                for (int k = 0; k < grid.length; k++) {
                    assertThat(excess[k])
                            .as("%s", pair)
                            .isCloseTo(alone[k % 2 == 0 ? first : second], withinPercentage(1e-9));
                }
            }
        }
    }

    @Test
    void pipelinesMayDifferInSignalAndNoise() {
        Spectrum spectrum = Spectrum.powerLaw(1.5, 300);
        RegressionTask first = RegressionTask.of(spectrum, Signal.sourcePowerLaw(1.4));
        RegressionTask second = RegressionTask.of(Spectrum.powerLaw(1.5, 300), Signal.constant(2))
                .withNoise(1);
        Sweep.Curves curves = Sweep.along(new double[] {10, 20, 30}, Training::samples)
                .predict(Distillation.of(first), Distillation.of(second));
        close(
                curves.risk(0, 2).excess(),
                Distillation.of(first).target(Training.samples(30)).predict().excess());
        close(
                curves.risk(1, 2).test(),
                Distillation.of(second).target(Training.samples(30)).predict().test());
    }

    @Test
    void rejectsInvalidSweeps() {
        RegressionTask task = RegressionTask.of(Spectrum.of(1, 2), Signal.of(1, 1));
        RegressionTask other = RegressionTask.of(Spectrum.of(1, 3), Signal.of(1, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sweep.along(new double[0], Training::samples))
                .withMessage("grid.length: 0 is not at least 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sweep.along(new double[] {1, Double.NaN}, Training::samples))
                .withMessage("grid[1]: NaN is not finite");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sweep.along(new double[] {1, -2}, Training::samples))
                .withMessage("samples: -2.0 is not greater than 0 and finite");
        Sweep sweep = Sweep.along(new double[] {1}, Training::samples);
        assertThatIllegalArgumentException()
                .isThrownBy(sweep::predict)
                .withMessage("teachers.length: 0 is not at least 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sweep.predict(Distillation.of(task), Distillation.of(other)))
                .withMessageStartingWith("teachers[1]: RegressionTask")
                .withMessageEndingWith("does not have the spectrum of the first");
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> sweep.predict(Distillation.of(task)).excess(1));
    }

    private static void close(double actual, double expected) {
        assertThat(Math.abs(actual - expected))
                .as("%s, expected %s", actual, expected)
                .isLessThanOrEqualTo(GATHERED * Math.abs(expected));
    }

    @Test
    @SuppressWarnings("NullAway")
    void argumentsMustNotBeNull() {
        Sweep sweep = Sweep.along(new double[] {1}, Training::samples);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sweep.predict((Teacher[]) null))
                .withMessage("teachers: null is not allowed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sweep.predict((Teacher) null))
                .withMessage("teachers[0]: null is not allowed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sweep.along(new double[] {2}, point -> null))
                .withMessage("training at 2.0: null is not allowed");
    }

    private static double relativeErrorBound(Sweep.Curves curves, int point) {
        return ((DeterministicEquivalent) curves.equivalent(point)).relativeErrorBound();
    }
}
