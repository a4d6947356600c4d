package dev.retort.theory.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.RandomStreams;
import dev.retort.core.SampleMean;
import dev.retort.core.nd4j.LinearRegression;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.Labels;
import dev.retort.theory.distillation.Training;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Compares training on random features with its definition, with predictions, and with ridge regression in the limit.
 */
class RandomFeatureFitterTest {

    private static final int P = 120;

    private static final RegressionTask TASK = RegressionTask.of(Spectrum.powerLaw(1.3, P), Signal.sourcePowerLaw(1.4))
            .withNoise(0.3);

    private static Training random(int samples, int features, double ridge) {
        return Training.samples(samples).withRandomFeatures(features).withRidge(ridge);
    }

    static Stream<Distillation> chains() {
        Distillation.Draft task = Distillation.of(TASK);
        Training ridge = Training.samples(90).withRidge(0.01);
        Training few = random(80, 40, 0.003);
        Training many = random(60, 200, 0.01);
        Training masked = random(70, 50, 0.002).withMask(FeatureMask.keepingFirst(90, P));
        return Stream.of(
                task.target(few),
                task.target(many),
                task.target(random(80, 40, 0)),
                task.target(random(40, 90, 0)),
                task.surrogate(few).then(many),
                task.surrogate(ridge).then(masked).then(ridge),
                task.surrogate(few)
                        .then(ridge.stoppedAt(20))
                        .then(many.withSpectrum(Spectrum.powerLaw(0.9, P)).withTeacherShare(0.6)),
                task.surrogate(many).then(few.withLabels(Labels.hard()).withNoise(0)),
                task.surrogate(ridge).then(few.withTeacherRows(0.5)));
    }

    /** Agreement within 4 standard errors of 80 trials, and 1/n for the error of the theory at this size. */
    @ParameterizedTest
    @MethodSource("chains")
    void simulationsAgreeWithPredictions(Distillation chain) {
        List<Simulation> stages = chain.simulate(Trials.of(80).withSeed(5)).stages();
        for (int k = 0; k < stages.size(); k++) {
            double predicted = chain.predictStages().get(k).excess();
            double samples = chain.trainings().get(k).samples();
            Simulation stage = stages.get(k);
            assertThat(stage.mean())
                    .as("stage %d", k)
                    .isCloseTo(predicted, within(4 * stage.standardError() + 1 / samples * predicted));
        }
    }

    /** With all sizes three times as large, the error of the theory is a third. */
    @Test
    void agreementImprovesWithSize() {
        int p = 3 * P;
        RegressionTask large = RegressionTask.of(Spectrum.powerLaw(1.3, p), Signal.sourcePowerLaw(1.4))
                .withNoise(0.3);
        Distillation chain =
                Distillation.of(large).surrogate(random(240, 120, 0.0008)).then(random(180, 400, 0.003));
        List<Simulation> stages = chain.simulate(Trials.of(20).withSeed(6)).stages();
        for (int k = 0; k < 2; k++) {
            double predicted = chain.predictStages().get(k).excess();
            Simulation stage = stages.get(k);
            assertThat(stage.mean()).isCloseTo(predicted, within(4 * stage.standardError() + 0.3 / 60 * predicted));
        }
    }

    /** The same trials, literal and averaged, have the same expectation, compared trial by trial. */
    @Test
    void averagesAgreeWithLiteralTrials() {
        PipelineTrial trial = new PipelineTrial(
                Procedure.of(
                        Distillation.of(TASK).surrogate(random(50, 30, 0.01)).then(random(40, 60, 0.02)),
                        null,
                        Fitter::of),
                true,
                Controls.none(),
                0);
        List<Outcome> outcomes = IntStream.range(0, 200)
                .mapToObj(i -> trial.run(RandomStreams.of(9).at(i).generator()))
                .toList();
        for (int k = 0; k < 2; k++) {
            int stage = k;
            SampleMean difference = SampleMean.of(outcomes.stream()
                    .mapToDouble(outcome -> outcome.excess[stage] - outcome.literal[stage])
                    .toArray());
            assertThat(difference.zScore(0)).isBetween(-4.0, 4.0);
        }
    }

    /** With q random features GᵀG/q is the identity up to 1/√q. */
    @Test
    void manyRandomFeaturesAreRidgeRegression() {
        int p = 6; // of 8 samples
        INDArray x = Nd4j.createFromArray(
                        RandomStreams.of(3).at(0).generator().doubles(48).toArray())
                .reshape(8, p);
        double[] labels = IntStream.range(0, 8).mapToDouble(Math::sin).toArray();
        double[] expected =
                LinearRegression.ridge(x, Nd4j.createFromArray(labels), 0.1).toDoubleVector();
        double[] actual;
        try (Fit fit = new RandomFeatureFitter(100_000, 0.1)
                .fit(x, null, RandomStreams.of(3).at(1).generator())) {
            actual = fit.solve(labels);
        }
        for (int i = 0; i < p; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(0.03));
        }
    }

    @Test
    void unseenFeaturesHaveNoCoefficient() {
        INDArray x = Nd4j.createFromArray(
                        RandomStreams.of(3).at(0).generator().doubles(40).toArray())
                .reshape(8, 5);
        double[] labels = {1, 2, 3, 4, 5, 6, 7, 8};
        try (Fit fit = new RandomFeatureFitter(3, 0.1)
                .fit(x, new int[] {1, 4}, RandomStreams.of(3).at(1).generator())) {
            double[] coefficients = fit.solve(labels);
            assertThat(coefficients[0]).isZero();
            assertThat(coefficients[2]).isZero();
            assertThat(coefficients[3]).isZero();
            assertThat(coefficients[1]).isNotZero();
            assertThat(coefficients[4]).isNotZero();
        }
    }

    @Test
    void refusesFractions() {
        Distillation fractional =
                Distillation.of(TASK).target(Training.samples(20).withRandomFeatures(10.5));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> fractional.simulate(Trials.of(2)))
                .withMessageStartingWith("random features: 10.5 is not a whole number");
    }
}
