package dev.retort.theory.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.SampleMean;
import dev.retort.core.nd4j.Covariance;
import dev.retort.core.nd4j.ExplicitFit;
import dev.retort.core.nd4j.FactoredRegression;
import dev.retort.core.nd4j.LinearFit;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.Pipeline;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.matrix.MatrixDistillation;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Tests what a kind of training must implement for trials, averages and learning curves. */
class FitterTest {

    private static final int P = 30;

    private static final RegressionTask TASK = RegressionTask.of(Spectrum.powerLaw(1.5, P), Signal.sourcePowerLaw(1.4))
            .withNoise(0.2);

    /** Ridge regression given only by its matrix. */
    private record Explicit(double ridge) implements Fitter {

        @Override
        public Fit fit(INDArray features, int @Nullable [] seen, RandomGenerator random) {
            ExplicitFit fit;
            try (FactoredRegression regression = FactoredRegression.of(
                            features, seen == null ? IntStream.range(0, P).toArray() : seen, ridge);
                    INDArray unit = Nd4j.eye(features.size(0)).castTo(DataType.DOUBLE)) {
                fit = ExplicitFit.of(features, regression.solve(unit));
            }
            return new Fit() {
                @Override
                public double[] solve(double[] labels) {
                    return fit.solve(labels);
                }

                @Override
                public Optional<LinearFit> linear() {
                    return Optional.of(fit);
                }

                @Override
                public void close() {
                    fit.close();
                }
            };
        }

        @Override
        public double memory(FitSize size) {
            return 0;
        }
    }

    /** Ridge regression on labels clipped at ±limit, which is not linear in the labels. */
    private record Clipped(double ridge, double limit) implements Fitter {

        @Override
        public Fit fit(INDArray features, int @Nullable [] seen, RandomGenerator random) {
            Fit whole = new RidgeFitter(ridge).fit(features, seen, random);
            return new Fit() {
                @Override
                public double[] solve(double[] labels) {
                    double[] clipped = Arrays.stream(labels)
                            .map(y -> Math.max(-limit, Math.min(limit, y)))
                            .toArray();
                    return whole.solve(clipped);
                }

                @Override
                public Optional<LinearFit> linear() {
                    return Optional.empty();
                }

                @Override
                public void close() {
                    whole.close();
                }
            };
        }

        @Override
        public double memory(FitSize size) {
            return 0;
        }
    }

    static List<Pipeline> pipelines() {
        Training weak = Training.samples(20).withMask(FeatureMask.keepingFirst(12, P));
        Training mixed =
                Training.samples(45).withTeacherShare(0.6).withNoise(0.4).withRidge(0.01);
        Training last = Training.samples(15).withRidge(0.1);
        double[] truth = IntStream.range(0, P).mapToDouble(TASK::coefficient).toArray();
        return List.of(
                Distillation.of(TASK).surrogate(weak).then(mixed).then(last),
                MatrixDistillation.of(Covariance.diagonal(TASK.spectrum()), Nd4j.createFromArray(truth))
                        .withNoise(0.2)
                        .surrogate(weak, Covariance.diagonal(Spectrum.exponential(0.05, P)))
                        .then(mixed)
                        .then(last));
    }

    private static List<Outcome> trials(Pipeline pipeline, Function<Training, Fitter> fitters, int count) {
        PipelineTrial trial = new PipelineTrial(Procedure.of(pipeline, null, fitters), true, Controls.none(), 0);
        RandomGenerator.SplittableGenerator root = RandomGeneratorFactory.<RandomGenerator.SplittableGenerator>of(
                        "L64X128MixRandom")
                .create(4);
        return IntStream.range(0, count).mapToObj(i -> trial.run(root.split())).toList();
    }

    /** Averages of ridge regression are the same, up to rounding, for the factorisation and for the matrix. */
    @ParameterizedTest
    @MethodSource("pipelines")
    void averagesNeedOnlyTheMatrix(Pipeline pipeline) {
        List<Outcome> expected = trials(pipeline, Fitter::of, 3);
        List<Outcome> actual = trials(pipeline, training -> new Explicit(training.ridge()), 3);
        for (int t = 0; t < expected.size(); t++) {
            for (int k = 0; k < 3; k++) {
                double excess = expected.get(t).excess[k];
                assertThat(actual.get(t).excess[k]).isCloseTo(excess, within(1e-10 * excess));
                double literal = expected.get(t).literal[k];
                assertThat(actual.get(t).literal[k]).isCloseTo(literal, within(1e-10 * literal));
                assertThat(actual.get(t).excess[k]).isNotCloseTo(literal, within(1e-6 * literal));
            }
        }
    }

    @Test
    void aLearningCurveNeedsOnlyTheMatrix() {
        Distillation first = Distillation.of(TASK).surrogate(Training.samples(25));
        int[] samples = {10, 40, 20};
        List<Pipeline> pipelines = IntStream.of(samples)
                .mapToObj(n -> (Pipeline) first.then(Training.samples(n).withTeacherShare(0.7)))
                .toList();
        List<List<Outcome>> curves =
                List.<Function<Training, Fitter>>of(Fitter::of, training -> new Explicit(training.ridge())).stream()
                        .map(fitters -> new LearningCurve(
                                        pipelines.stream()
                                                .map(pipeline -> Procedure.of(pipeline, null, fitters))
                                                .toList(),
                                        true,
                                        Controls.none(),
                                        0)
                                .run(RandomGeneratorFactory.of("L64X128MixRandom")
                                        .create(3)))
                        .toList();
        for (int j = 0; j < samples.length; j++) {
            Outcome nested = curves.get(0).get(j);
            Outcome anew = curves.get(1).get(j);
            for (int k = 0; k < 2; k++) {
                assertThat(anew.excess[k]).isCloseTo(nested.excess[k], within(1e-9 * nested.excess[k]));
                assertThat(anew.literal[k]).isCloseTo(nested.literal[k], within(1e-9 * nested.literal[k]));
            }
        }
    }

    /** A fit without averages is measured literally, and later stages are averaged given that fit. */
    @ParameterizedTest
    @MethodSource("pipelines")
    void fitsWithoutAveragesAreMeasuredLiterally(Pipeline pipeline) {
        List<Outcome> outcomes = trials(
                pipeline,
                training -> training.samples() == 45
                        ? new Clipped(training.ridge(), 0.5)
                        : new RidgeFitter(training.ridge()),
                150);
        double[] differences = new double[outcomes.size()];
        double[] averaged = new double[outcomes.size()];
        double[] literal = new double[outcomes.size()];
        for (int t = 0; t < differences.length; t++) {
            Outcome outcome = outcomes.get(t);
            assertThat(outcome.excess[0]).isNotCloseTo(outcome.literal[0], within(1e-6 * outcome.literal[0]));
            assertThat(outcome.excess[1]).isCloseTo(outcome.literal[1], within(1e-12 * outcome.literal[1]));
            differences[t] = outcome.excess[2] - outcome.literal[2];
            averaged[t] = outcome.excess[2];
            literal[t] = outcome.literal[2];
        }
        assertThat(SampleMean.of(differences).zScore(0)).isBetween(-4.0, 4.0);
        assertThat(SampleMean.of(averaged).standardError())
                .isLessThan(SampleMean.of(literal).standardError());
    }

    @Test
    void aCurveWithoutAveragesIsLiteral() {
        List<Procedure> points = IntStream.of(12, 25)
                .mapToObj(n -> Procedure.of(
                        Distillation.of(TASK).target(Training.samples(n)), null, training -> new Clipped(0.01, 0.5)))
                .toList();
        List<Outcome> curve = new LearningCurve(points, true, Controls.none(), 0)
                .run(RandomGeneratorFactory.of("L64X128MixRandom").create(3));
        for (Outcome point : curve) {
            assertThat(point.excess[0]).isCloseTo(point.literal[0], within(1e-12 * point.literal[0]));
        }
        assertThat(curve.get(0).literal[0]).isNotEqualTo(curve.get(1).literal[0]);
    }
}
