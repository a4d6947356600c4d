package dev.retort.theory.matrix;

import static dev.retort.theory.testing.RetortAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.RandomStreams;
import dev.retort.core.SampleMean;
import dev.retort.core.nd4j.Covariance;
import dev.retort.core.nd4j.GaussianDesign;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.simulation.Population;
import dev.retort.theory.simulation.Simulation;
import dev.retort.theory.simulation.Trials;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Simulates pipelines on covariances that do not commute: agreement within 4 standard errors and 2/n, stage by stage.
 */
class MatrixSimulationTest {

    private static final int P = 200;

    private static final Covariance EVALUATION = wishart(400, 0.5, 1);
    private static final Covariance SOURCE = wishart(300, 0.8, 2);
    private static final Covariance TARGET = wishart(250, 0.3, 3);
    private static final MatrixDistillation.Draft DRAFT =
            MatrixDistillation.of(EVALUATION, gaussian(P, random(4)).divi(Math.sqrt(P)));

    private static final MatrixDistillation TWO_STAGES = DRAFT.withNoise(0.3)
            .surrogate(Training.samples(90).withNoise(0.5), SOURCE)
            .target(Training.samples(120), TARGET);

    private static void agrees(MatrixDistillation pipeline) {
        Simulation simulation = pipeline.simulate(Trials.of(100).withSeed(1000));
        assertThat(simulation.pipeline()).isSameAs(pipeline);
        assertThat(simulation.stages()).hasSize(pipeline.trainings().size());
        for (Simulation stage : simulation.stages()) {
            assertThat(stage).isPreciseTo(0.05);
        }
        assertThat(simulation).agreesWith(pipeline);
    }

    @Test
    void twoStages() {
        agrees(TWO_STAGES);
    }

    @Test
    void ridgeAndMoreSamplesThanFeatures() {
        agrees(DRAFT.surrogate(Training.samples(350).withNoise(2), SOURCE)
                .then(Training.samples(100).withNoise(0).withRidge(0.05), TARGET)
                .then(Training.samples(80).withNoise(0.1)));
    }

    @Test
    void masksOfCorrelatedFeatures() {
        agrees(DRAFT.surrogate(Training.samples(70).withNoise(0.2).withMask(FeatureMask.keepingFirst(120, P)), SOURCE)
                .then(Training.samples(150).withNoise(0.2).withMask(FeatureMask.of(last(100))), TARGET)
                .then(Training.samples(90)));
    }

    @Test
    void mixedLabels() {
        agrees(DRAFT.withNoise(0.4)
                .surrogate(Training.samples(90), SOURCE)
                .then(Training.samples(120).withTeacherShare(0.6).withNoise(0.8), TARGET)
                .then(Training.samples(80).withTeacherShare(1.2).withMask(FeatureMask.keepingFirst(150, P)), SOURCE));
    }

    @Test
    void fixedSurrogates() {
        agrees(DRAFT.withNoise(0.3).optimalSurrogate().target(Training.samples(90), TARGET));
        agrees(DRAFT.surrogate(gaussian(P, random(5))).target(Training.samples(90), SOURCE));
    }

    @Test
    void everyCovarianceCounts() {
        Simulation simulation = TWO_STAGES.simulate(Trials.of(100).withSeed(1000));
        MatrixDistillation exchanged = DRAFT.withNoise(0.3)
                .surrogate(Training.samples(90).withNoise(0.5), TARGET)
                .target(Training.samples(120), SOURCE);
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertThat(simulation).agreesWith(exchanged))
                .withMessageContaining("after stage 1 of 2")
                .withMessageEndingWith("""
                        simulated in 100 trials with seed 1000 of
                          %s
                        predicted for
                          %s""", TWO_STAGES.beginning(1), exchanged);
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertThat(simulation).agreesWith(exchanged.predict()))
                .withMessageContaining(TWO_STAGES.toString());
    }

    /**
     * In the eigenbasis of all covariances, a pipeline of matrices equals one of spectra, with the same random numbers.
     */
    @Test
    void runsTheTrialsOfTheCommutingPipeline() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 30), Signal.sourcePowerLaw(1.4))
                .withNoise(0.2);
        Spectrum shifted = Spectrum.exponential(0.05, 30);
        Training first = Training.samples(20).withNoise(0.1);
        Training second = Training.samples(25).withTeacherShare(0.7).withMask(FeatureMask.keepingFirst(15, 30));
        Training third = Training.samples(50).withRidge(0.01);
        Distillation spectra = Distillation.of(task)
                .surrogate(Surrogate.optimal())
                .target(first)
                .then(second.withSpectrum(shifted))
                .then(third);
        double[] truth = IntStream.range(0, 30).mapToDouble(task::coefficient).toArray();
        MatrixDistillation matrices = MatrixDistillation.of(
                        Covariance.diagonal(task.spectrum()), Nd4j.createFromArray(truth))
                .withNoise(0.2)
                .optimalSurrogate()
                .target(first)
                .then(second, Covariance.diagonal(shifted))
                .then(third);
        Trials trials = Trials.of(10).withSeed(3);
        List<Simulation> expected = spectra.simulate(trials).stages();
        List<Simulation> actual = matrices.simulate(trials).stages();
        for (int stage = 0; stage < 3; stage++) {
            assertSame(expected.get(stage).literal(), actual.get(stage).literal());
        }
        // Averages over signs are only possible in the eigenbasis.
        expected = spectra.simulate(Trials.of(200).withSeed(4)).stages();
        actual = matrices.simulate(Trials.of(200).withSeed(4)).stages();
        for (int stage = 0; stage < 3; stage++) {
            double[] differences = expected.get(stage).excess();
            double[] others = actual.get(stage).excess();
            Arrays.setAll(differences, trial -> differences[trial] - others[trial]);
            assertThat(SampleMean.of(differences).zScore(0)).isBetween(-4.0, 4.0);
        }
        assertSame(spectra.simulate(trials.literal()), matrices.simulate(trials).literal());
    }

    private static void assertSame(Simulation expected, Simulation actual) {
        double[] excess = expected.excess();
        for (int trial = 0; trial < excess.length; trial++) {
            assertThat(actual.excess()[trial]).isCloseTo(excess[trial], within(1e-10 * excess[trial]));
        }
    }

    @Test
    void dependsOnTheSeedAndNotOnTheThreads() {
        double[] alone =
                TWO_STAGES.simulate(Trials.of(6).withSeed(5).threads(1)).excess();
        assertThat(TWO_STAGES.simulate(Trials.of(6).withSeed(5).threads(3)).excess())
                .containsExactly(alone);
        assertThat(TWO_STAGES.simulate(Trials.of(9).withSeed(5)).excess()).startsWith(alone);
        assertThat(TWO_STAGES.simulate(Trials.of(6).withSeed(6)).excess()).isNotEqualTo(alone);
    }

    @Test
    void aStageDoesNotDependOnLaterStages() {
        Simulation first = TWO_STAGES.simulate(Trials.of(3)).stages().get(0);
        assertThat(TWO_STAGES.beginning(1).simulate(Trials.of(3)).excess()).containsExactly(first.excess());
        assertThat(first.pipeline()).hasToString(TWO_STAGES.beginning(1).toString());
    }

    @Test
    void reportsProgressAndCanBeInterrupted() {
        List<Integer> told = new ArrayList<>();
        Trials trials = Trials.of(3).onProgress(progress -> told.add(progress.done()));
        TWO_STAGES.simulate(trials);
        assertThat(told).containsExactly(1, 2, 3);
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> TWO_STAGES.simulate(trials));
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose
    void rejectsPipelinesThatCannotBeRun() {
        Population population = Population.of(
                Nd4j.create(new double[][] {{1, 0}, {0, 2}, {-1, 1}}), Nd4j.create(new double[] {1, 2, 0}));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TWO_STAGES.simulate(Trials.of(2).drawingFrom(population)))
                .withMessage("pipeline: " + TWO_STAGES + " has its own covariances, and cannot draw from a population");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DRAFT.target(Training.samples(17.25))
                        .then(Training.samples(9))
                        .simulate(Trials.of(2)))
                .withMessage("samples: 17.25 is not a whole number below 2^31, which a simulation needs");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TWO_STAGES.simulate(null))
                .withMessage("experiment: null is not allowed");
    }

    private static boolean[] last(int count) {
        boolean[] flags = new boolean[P];
        for (int i = P - count; i < P; i++) {
            flags[i] = true;
        }
        return flags;
    }

    private static INDArray gaussian(int count, RandomGenerator random) {
        return Nd4j.createFromArray(IntStream.range(0, count)
                .mapToDouble(i -> random.nextGaussian())
                .toArray());
    }

    /** XᵀX/n for Gaussian features of a decaying spectrum, in random directions. */
    private static Covariance wishart(int samples, double alpha, long seed) {
        RandomGenerator random = random(seed);
        INDArray directions = Covariance.of(square(GaussianDesign.of(Covariance.diagonal(Spectrum.isotropic(1, P)))
                        .sample(2 * P, random)))
                .eigenvectors();
        INDArray features = GaussianDesign.of(Covariance.diagonal(Spectrum.powerLaw(alpha, P)))
                .sample(samples, random);
        return Covariance.of(square(features.mmul(directions.transpose())).divi(samples));
    }

    private static INDArray square(INDArray features) {
        return features.transpose().mmul(features);
    }

    private static RandomGenerator random(long seed) {
        return RandomStreams.of(seed).generator();
    }
}
