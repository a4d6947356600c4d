package dev.retort.theory.nd4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.core.nd4j.Covariance;
import dev.retort.core.nd4j.GaussianDesign;
import dev.retort.core.nd4j.LinearRegression;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.distillation.Training;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.indexing.SpecifiedIndex;

/** Chains on covariances that do not commute, run on arrays: stage by stage within 4 standard errors, and O(1/n) for finite n. */
class MatrixSimulationTest {

    private static final int P = 200;
    private static final int TRIALS = 100;
    private static final double STANDARD_ERRORS = 4;

    /** Times 1/n, relative to the risk: what a finite size may add. */
    private static final double FINITE_SIZE = 2;

    private static final Covariance EVALUATION = wishart(400, 0.5, 1);
    private static final Covariance SOURCE = wishart(300, 0.8, 2);
    private static final Covariance TARGET = wishart(250, 0.3, 3);
    private static final INDArray TRUTH = gaussian(P, random(4)).divi(Math.sqrt(P));

    /** Which has no noise but that of each training. */
    private static final RegressionTask TASK =
            MatrixDistillation.of(EVALUATION, TRUTH).task();

    private record Step(Training training, Covariance covariance) {}

    @Test
    void twoStages() {
        check(List.of(
                new Step(Training.samples(90).withNoise(0.5), SOURCE),
                new Step(Training.samples(120).withNoise(0.3), TARGET)));
    }

    @Test
    void ridgeAndMoreSamplesThanFeatures() {
        check(List.of(
                new Step(Training.samples(350).withNoise(2), SOURCE),
                new Step(Training.samples(100).withNoise(0).withRidge(0.05), TARGET),
                new Step(Training.samples(80).withNoise(0.1), EVALUATION)));
    }

    @Test
    void masksOfCorrelatedFeatures() {
        check(List.of(
                new Step(Training.samples(70).withNoise(0.2).withMask(FeatureMask.keepingFirst(120, P)), SOURCE),
                new Step(Training.samples(150).withNoise(0.2).withMask(FeatureMask.of(last(100))), TARGET),
                new Step(Training.samples(90).withNoise(0), EVALUATION)));
    }

    private static boolean[] last(int count) {
        boolean[] flags = new boolean[P];
        for (int i = P - count; i < P; i++) {
            flags[i] = true;
        }
        return flags;
    }

    private static void check(List<Step> steps) {
        MatrixTeacher chain = MatrixDistillation.of(EVALUATION, TRUTH);
        for (Step step : steps) {
            chain = chain.target(step.training, step.covariance);
        }
        List<RiskReport> predicted = ((MatrixDistillation) chain).predictStages();
        double[][] excess = IntStream.range(0, TRIALS)
                .parallel()
                .mapToObj(trial -> run(steps, random(1000 + trial)))
                .toArray(double[][]::new);
        for (int stage = 0; stage < steps.size(); stage++) {
            SummaryStatistics measured = new SummaryStatistics();
            for (double[] trial : excess) {
                measured.addValue(trial[stage]);
            }
            double error = measured.getStandardDeviation() / Math.sqrt(TRIALS);
            double expected = predicted.get(stage).excess();
            double finite = FINITE_SIZE / steps.get(stage).training.samples() * expected;
            assertThat(Math.abs(measured.getMean() - expected))
                    .as("stage %d: %s predicted, %s ± %s measured", stage, expected, measured.getMean(), error)
                    .isLessThanOrEqualTo(STANDARD_ERRORS * error + finite);
        }
    }

    /** The excess risk after each stage. */
    private static double[] run(List<Step> steps, RandomGenerator random) {
        double[] excess = new double[steps.size()];
        INDArray teacher = TRUTH.dup();
        for (int stage = 0; stage < excess.length; stage++) {
            Training training = steps.get(stage).training;
            int samples = (int) training.samples();
            double noise = training.noise(TASK);
            try (INDArray features =
                            GaussianDesign.of(steps.get(stage).covariance).sample(samples, random);
                    INDArray labels = LinearRegression.predict(features, teacher)
                            .addi(gaussian(samples, random).muli(noise))) {
                teacher.close();
                teacher = fit(features, labels, training);
            }
            excess[stage] = EVALUATION.excessRisk(teacher, TRUTH);
        }
        teacher.close();
        return excess;
    }

    private static INDArray fit(INDArray features, INDArray labels, Training training) {
        Optional<FeatureMask> mask = training.mask();
        if (mask.isEmpty()) {
            return LinearRegression.ridge(features, labels, training.ridge());
        }
        long[] kept =
                IntStream.range(0, P).filter(mask.get()::keeps).asLongStream().toArray();
        INDArray seen = features.get(NDArrayIndex.all(), new SpecifiedIndex(kept));
        double[] fitted = LinearRegression.ridge(seen, labels, training.ridge()).toDoubleVector();
        double[] coefficients = new double[P];
        for (int k = 0; k < kept.length; k++) {
            coefficients[(int) kept[k]] = fitted[k];
        }
        return Nd4j.createFromArray(coefficients);
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
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }
}
