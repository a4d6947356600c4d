package dev.retort.theory.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.RandomStreams;
import dev.retort.core.nd4j.Covariance;
import dev.retort.core.nd4j.GaussianDesign;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.simulation.Simulation;
import dev.retort.theory.simulation.Trials;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Compares the corrected mean and the scatter of a single run, where covariances do not commute, with simulations. */
class MatrixErrorBarsTest {

    /** A task whose covariances have random directions, in rotated features. */
    private static final class Setting {

        private final int scale;
        private final double ridge;
        private final int p;
        private final INDArray rotation;

        Setting(int scale, double ridge, long rotation) {
            this.scale = scale;
            this.ridge = ridge;
            this.p = 40 * scale;
            this.rotation = directions(p, rotation);
        }

        MatrixDistillation.Draft draft() {
            double[] truth = IntStream.range(0, p)
                    .mapToDouble(i -> Math.cos(i) / (scale + i))
                    .toArray();
            INDArray rotated = rotation.mmul(Nd4j.createFromArray(truth).reshape(p, 1));
            return MatrixDistillation.of(covariance(0.8, 1), rotated).withNoise(0.5);
        }

        Covariance covariance(double alpha, long seed) {
            INDArray vectors = rotation.mmul(directions(p, seed));
            INDArray variances =
                    Nd4j.createFromArray(Spectrum.powerLaw(alpha, p).eigenvalues());
            return Covariance.of(vectors.mulRowVector(variances).mmul(vectors.transpose()));
        }

        Training samples(int count) {
            return Training.samples(count * scale).withRidge(ridge);
        }

        FeatureMask first(int count) {
            return FeatureMask.keepingFirst(count * scale, p);
        }

        MatrixDistillation twoStages() {
            return draft().surrogate(samples(60), covariance(1.2, 2)).then(samples(28), covariance(0.5, 3));
        }

        Map<String, MatrixDistillation> pipelines() {
            MatrixDistillation masked = draft().surrogate(samples(50).withMask(first(28)), covariance(1.2, 2))
                    .then(samples(20).withTeacherShare(0.6).withMask(first(38)), covariance(0.5, 3));
            return Map.of(
                    "one stage",
                    draft().target(samples(24), covariance(0.5, 3)),
                    "two stages",
                    twoStages(),
                    "masks and mixed labels",
                    masked);
        }
    }

    static Stream<Arguments> small() {
        return arguments(1, 0);
    }

    static Stream<Arguments> large() {
        return arguments(2, 0.1);
    }

    private static Stream<Arguments> arguments(int scale, double ridge) {
        return new Setting(scale, ridge, 4)
                .pipelines().entrySet().stream().map(kind -> Arguments.of(kind.getKey(), kind.getValue()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("small")
    void theMeanAgreesWithTheCorrection(String kind, MatrixDistillation pipeline) {
        Simulation simulation = pipeline.simulate(Trials.of(1000).withSeed(1));
        RiskReport prediction = pipeline.predict();
        double corrected = prediction.corrected().getAsDouble();
        double samples = pipeline.trainings().stream()
                .mapToDouble(Training::samples)
                .min()
                .orElseThrow();
        double allowed = 4 / samples / samples * corrected;
        assertThat(simulation.mean()).isCloseTo(corrected, within(3 * simulation.standardError() + allowed));
        // The uncorrected limit does not pass this test.
        assertThat(simulation.mean() - prediction.excess()).isGreaterThan(3 * simulation.standardError() + allowed);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("large")
    void singleRunsScatterAsPredicted(String kind, MatrixDistillation pipeline) {
        int trials = 1000;
        Simulation simulation = pipeline.simulate(Trials.of(trials).withSeed(2).literal());
        double scatter = pipeline.predict().standardDeviation().getAsDouble();
        // 2.2 % is the standard error of a standard deviation from this many runs.
        assertThat(simulation.standardError() * Math.sqrt((double) trials)).isCloseTo(scatter, withinPercentage(5));
    }

    @Test
    void nothingDependsOnTheBasis() {
        RiskReport report = new Setting(1, 0, 4).twoStages().predict();
        RiskReport rotated = new Setting(1, 0, 5).twoStages().predict();
        assertThat(rotated.finiteSizeCorrection().getAsDouble())
                .isCloseTo(report.finiteSizeCorrection().getAsDouble(), withinPercentage(1e-10));
        assertThat(rotated.standardDeviation().getAsDouble())
                .isCloseTo(report.standardDeviation().getAsDouble(), withinPercentage(1e-10));
    }

    private static INDArray directions(int p, long seed) {
        INDArray features = GaussianDesign.of(Covariance.diagonal(Spectrum.isotropic(1, p)))
                .sample(2 * p, RandomStreams.of(seed).generator());
        return Covariance.of(features.transpose().mmul(features)).eigenvectors();
    }
}
