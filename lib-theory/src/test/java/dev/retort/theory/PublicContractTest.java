package dev.retort.theory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.equivalent.Equivalent;
import dev.retort.core.nd4j.Covariance;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.fixtures.PublicContract;
import dev.retort.theory.data.DataTable;
import dev.retort.theory.distillation.BestStopping;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Training;
import dev.retort.theory.grid.GridStudy;
import dev.retort.theory.grid.ParameterGrid;
import dev.retort.theory.matrix.MatrixDistillation;
import dev.retort.theory.progressive.ProbabilisticGrammar;
import dev.retort.theory.progressive.SoftLabels;
import dev.retort.theory.scaling.FlooredFit;
import dev.retort.theory.scaling.RandomFeatureScaling;
import dev.retort.theory.scaling.RiskCurve;
import dev.retort.theory.simulation.Progress;
import dev.retort.theory.simulation.Trials;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Calls all public members of the module with arguments that they must reject. */
class PublicContractTest {

    private static final Spectrum SPECTRUM = Spectrum.of(2, 1, 0.5);
    private static final RegressionTask TASK =
            RegressionTask.of(SPECTRUM, Signal.of(1, 0.5, 0.25)).withNoise(0.1);
    private static final Covariance COVARIANCE = Covariance.of(Nd4j.create(new double[][] {{2, 0.5}, {0.5, 1}}));
    private static final RegressionTask ENDLESS = RegressionTask.of(Spectrum.powerLaw(2.0), Signal.sourcePowerLaw(1.5))
            .withNoise(0.1);

    @Test
    @Timeout(
            value = 3,
            unit = TimeUnit.MINUTES,
            threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // seconds unless a call hangs
    void returnsResultsOrProperExceptions() {
        PublicContract contract = PublicContract.of(Distillation.class)
                .withSamples(RandomGenerator.class, new SplittableRandom(1))
                .withSamples(Spectrum.class, SPECTRUM, Spectrum.powerLaw(2.0))
                .withSamples(Signal.class, Signal.of(1, 0.5, 0.25))
                .withSamples(RegressionTask.class, TASK, ENDLESS)
                .withSamples(Equivalent.class, DeterministicEquivalent.of(SPECTRUM, 2, 0.1))
                .withSamples(
                        Training.class,
                        Training.samples(2),
                        Training.samples(20).withRidge(0.1),
                        Training.stochastic(3, 2, 0.1))
                .withSamples(
                        Distillation.class,
                        Distillation.of(TASK).target(Training.samples(2)),
                        Distillation.of(TASK)
                                .surrogate(Surrogate.optimal())
                                .target(Training.samples(2).withRidge(0.1)),
                        Distillation.of(ENDLESS).target(Training.samples(20)))
                .withSamples(DataTable.class, DataTable.of(List.of("a", "b"), new double[][] {
                    {1, 2}, {2, 5}, {4, 4}, {0, 1}, {3, 3}
                }))
                .withSamples(FlooredFit.class, FlooredFit.of(new double[] {1, 2, 4, 8, 16, 32, 64}, new double[] {
                    4, 2.2, 1.4, 1, 0.8, 0.7, 0.65
                }))
                .withSamples(ParameterGrid.class, ParameterGrid.of("a", 1, 2))
                .withSamples(
                        GridStudy.class,
                        GridStudy.predicting(
                                ParameterGrid.of("a", 1, 2),
                                cell -> Distillation.of(TASK).target(Training.samples(2))))
                .withSamples(Covariance.class, COVARIANCE)
                .withSamples(
                        MatrixDistillation.class,
                        MatrixDistillation.of(COVARIANCE, Nd4j.create(new double[] {1, 2}))
                                .withNoise(0.1)
                                .target(Training.samples(3)))
                .withSamples(
                        RiskCurve.class,
                        RiskCurve.of(50_000, new double[] {200, 400, 800, 1600}, new double[] {1, 0.5, 0.25, 0.125}))
                .withSamples(
                        RandomFeatureScaling.class,
                        RandomFeatureScaling.of(1.5, 2.5).withNoise(0.5))
                .withSamples(ProbabilisticGrammar.class, ProbabilisticGrammar.parse("S -> A A 1\nA -> a 0.5 | b 0.5"))
                .withSamples(
                        SoftLabels.class,
                        SoftLabels.of(
                                new double[] {0.5, 0.5},
                                new double[][] {{0.9, 0.1}, {0.3, 0.7}},
                                new double[][] {{0.8, 0.2}, {0.3, 0.7}},
                                new double[][] {{0.1, 2}, {1.2, 0.4}}))
                .withSamples(Progress.class, new Progress(1, 2, 0.5, 0.1, Duration.ZERO, Duration.ZERO))
                .withSamples(
                        BestStopping.class,
                        BestStopping.of(
                                Distillation.of(TASK), Training.samples(2).withRidge(0.1)))
                .withSamples(Trials.class, Trials.of(2))
                .withSamples(
                        INDArray.class,
                        Nd4j.create(new double[][] {{1, 2}, {3, 5}, {4, 4}}),
                        Nd4j.create(new double[] {1, 2, 3}),
                        Nd4j.create(new double[][] {{1}, {2}, {3}}))
                .without(
                        "an experiment of another kind does not compile", "Experiment.run", "TestTimeTraining.simulate")
                .without("assertions throw errors of their own", "RetortAssertions", "SimulationAssert")
                .without(
                        "trains for seconds",
                        "ProgressiveDistillation.compare",
                        "ProgressiveDistillation.teacher",
                        "ProgressiveDistillation.student",
                        "DegreeOneProbe.measure",
                        "Pretraining.run")
                .without("searches an endless spectrum for seconds", "BestStopping.of")
                .without("an unknown error is NaN", "SampleMean.standardError")
                .without("the best ridge at every scale is NaN, as documented", "Growth.ridge")
                .without(
                        "the loss of a teacher that a run does not have is NaN, as documented",
                        "RunTable.teacherLosses")
                .withoutRepetition(
                        "studies compare functions by identity, as documented",
                        "GridStudy.predicting",
                        "GridStudy.simulating")
                .withoutRepetition("tells the time", "SweepProgress.of")
                .withoutHugeCounts(
                        "ContextBudget.best",
                        "ContextBudget.least",
                        "ContextBudget.leastContext",
                        "DataAnalysis.measured",
                        "DemonstrationSelection.greedy",
                        "DemonstrationSelection.herding",
                        "DemonstrationSelection.random",
                        "FeatureMask.keepingFirst",
                        "FourierGap.of",
                        "FourierSample.draw",
                        "Generations.of",
                        "LabelSmoothing.labels",
                        "Mmd.power",
                        "NGramCurriculum.of",
                        "NGramCurriculum.sampled",
                        "NGramProbe.of",
                        "PositiveRandomFeatures.of",
                        "ProbabilisticGrammar.samples",
                        "PromptTrials.of",
                        "SampledContexts.of",
                        "SupportRecovery.oneHot",
                        "TaskDiversity.of",
                        "ThresholdUnit.of");
        assertThat(contract.violations()).isEmpty();
        // For results of long trainings, files and listeners only constructors and factories are called.
        assertThat(contract.unreached()).hasSizeLessThan(20);
        assertThat(contract.calls()).isGreaterThan(30_000);
    }
}
