package dev.retort.theory.matrix;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.RandomStreams;
import dev.retort.core.nd4j.Covariance;
import dev.retort.core.nd4j.GaussianDesign;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.theory.distillation.Distillation;
import dev.retort.theory.distillation.FeatureMask;
import dev.retort.theory.distillation.Labels;
import dev.retort.theory.distillation.OptimalSurrogate;
import dev.retort.theory.distillation.RiskReport;
import dev.retort.theory.distillation.Surrogate;
import dev.retort.theory.distillation.Training;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class MatrixDistillationTest {

    private static final int P = 60;

    /** Stands for a number that a report does not have. */
    private static final double UNKNOWN = Double.POSITIVE_INFINITY;

    private static final RegressionTask TASK = RegressionTask.of(Spectrum.powerLaw(1.5, P), Signal.sourcePowerLaw(1.3))
            .withNoise(0.2);

    /** Trainings of all kinds, on spectra that share their eigenvectors with the task. */
    private static final List<Training> TRAININGS = List.of(
            Training.samples(40),
            Training.samples(30).withRidge(0.02).withNoise(0.5).withSpectrum(Spectrum.exponential(0.05, P)),
            Training.samples(90).withSpectrum(Spectrum.isotropic(0.3, P)),
            Training.samples(35.5).withTeacherShare(0.6).withNoise(0),
            Training.samples(100).withRidge(1e-3).withSpectrum(Spectrum.powerLaw(0.5, P)));

    private static final double[] TRUTH =
            IntStream.range(0, P).mapToDouble(TASK::coefficient).toArray();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void agreesWithTheCommutingPipelineInRotatedFeatures(int stages) {
        for (long seed = 1; seed <= 3; seed++) {
            INDArray rotation = wishart(P, 2 * P, seed).eigenvectors();
            Covariance evaluation = rotated(TASK.spectrum(), rotation);
            MatrixTeacher matrices =
                    MatrixDistillation.of(evaluation, rotated(TRUTH, rotation)).withNoise(TASK.noise());
            List<RiskReport> actual = chain(matrices, stages, spectrum -> rotated(spectrum, rotation));
            assertSame(actual, commuting(stages), 1e-11);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void agreesToTheLastDigitsInTheEigenbasis(int stages) {
        MatrixTeacher matrices = MatrixDistillation.of(Covariance.diagonal(TASK.spectrum()), vector(TRUTH))
                .withNoise(TASK.noise());
        assertSame(chain(matrices, stages, Covariance::diagonal), commuting(stages), 1e-13);
    }

    @Test
    void acceptsALawThatIsNotListed() {
        Spectrum longLaw = Spectrum.powerLaw(2, 1, 0, 5000);
        assertThat(longLaw.isListed()).isFalse();
        INDArray ones = Nd4j.ones(DataType.DOUBLE, 5000);
        double excess = MatrixDistillation.of(Covariance.diagonal(longLaw), ones)
                .target(Training.samples(20))
                .predict()
                .excess();
        RegressionTask listed = RegressionTask.of(Spectrum.of(longLaw.eigenvalues()), Signal.constant(1));
        assertThat(excess)
                .isCloseTo(
                        Distillation.of(listed)
                                .target(Training.samples(20))
                                .predict()
                                .excess(),
                        within(1e-12));
    }

    /** The risks of TRAININGS, each spectrum with its eigenvectors. */
    private static List<RiskReport> chain(
            MatrixTeacher teacher, int stages, Function<Spectrum, Covariance> covariance) {
        MatrixTeacher chain = teacher;
        for (Training training : TRAININGS.subList(0, stages)) {
            chain = training.spectrum().isEmpty()
                    ? chain.target(training)
                    : chain.target(
                            bare(training), covariance.apply(training.spectrum().get()));
        }
        return ((MatrixDistillation) chain).predictStages();
    }

    private static Training bare(Training training) {
        return Training.samples(training.samples())
                .withRidge(training.ridge())
                .withNoise(training.noise(TASK))
                .withTeacherShare(training.teacherShare());
    }

    private static List<RiskReport> commuting(int stages) {
        Distillation chain = Distillation.of(TASK).surrogate(TRAININGS.get(0));
        for (Training training : TRAININGS.subList(1, stages)) {
            chain = chain.then(training);
        }
        return chain.predictStages();
    }

    @Test
    void masksOfUncorrelatedFeaturesAreThoseOfTheCommutingPipeline() {
        Spectrum other = Spectrum.exponential(0.05, P);
        Training first = Training.samples(25).withMask(FeatureMask.keepingFirst(30, P));
        Training second = Training.samples(20).withRidge(1e-3).withMask(FeatureMask.of(flags(P, i -> i % 3 != 0)));
        Training third = Training.samples(90).withMask(FeatureMask.of(flags(P, i -> i > 5)));
        List<RiskReport> actual = MatrixDistillation.of(Covariance.diagonal(TASK.spectrum()), vector(TRUTH))
                .withNoise(TASK.noise())
                .surrogate(first)
                .then(second, Covariance.diagonal(other))
                .then(third)
                .predictStages();
        List<RiskReport> expected = Distillation.of(TASK)
                .surrogate(first)
                .then(second.withSpectrum(other))
                .then(third)
                .predictStages();
        assertSame(actual, expected, 1e-13);
    }

    @Test
    void anOptimalSurrogateIsThatOfTheCommutingPipeline() {
        Spectrum other = Spectrum.exponential(0.05, P);
        INDArray rotation = wishart(P, 2 * P, 9).eigenvectors();
        for (Training training : List.of(
                Training.samples(40),
                Training.samples(40).withRidge(1).withTeacherShare(0.7),
                Training.samples(70).withNoise(1))) {
            OptimalSurrogate expected = OptimalSurrogate.of(TASK, training.withSpectrum(other));
            MatrixDistillation inEigenbasis = MatrixDistillation.of(Covariance.diagonal(TASK.spectrum()), vector(TRUTH))
                    .withNoise(TASK.noise())
                    .optimalSurrogate()
                    .target(training, Covariance.diagonal(other));
            assertSame(List.of(inEigenbasis.predict()), List.of(expected.risk()), 1e-13);
            for (int i = 0; i < P; i++) {
                assertThat(inEigenbasis.surrogateCoefficients().getDouble(i))
                        .isCloseTo(expected.coefficients()[i], within(1e-13 * Math.abs(TRUTH[i])));
            }
            MatrixDistillation rotated = MatrixDistillation.of(
                            rotated(TASK.spectrum(), rotation), rotated(TRUTH, rotation))
                    .withNoise(TASK.noise())
                    .optimalSurrogate()
                    .target(training, rotated(other, rotation));
            assertSame(List.of(rotated.predict()), List.of(expected.risk()), 1e-11);
        }
    }

    @Test
    void noOtherSurrogateIsBetterThanTheOptimalOne() {
        Covariance evaluation = wishart(30, 40, 1);
        Covariance shifted = wishart(30, 33, 2);
        MatrixDistillation.Draft draft =
                MatrixDistillation.of(evaluation, gaussian(30, 3)).withNoise(0.3);
        Training training = Training.samples(20).withMask(FeatureMask.keepingFirst(25, 30));
        MatrixDistillation best = draft.optimalSurrogate().target(training, shifted);
        double excess = best.predict().excess();
        assertThat(excess).isLessThan(draft.target(training, shifted).predict().excess());
        for (long seed = 10; seed < 20; seed++) {
            INDArray near = best.surrogateCoefficients().add(gaussian(30, seed).mul(1e-3));
            assertThat(draft.surrogate(near).target(training, shifted).predict().excess())
                    .isBetween(excess * (1 + 1e-9), excess * (1 + 1e-3));
        }
    }

    @Test
    void aSurrogateIsGivenInTheOriginalFeatures() {
        INDArray rotation = wishart(P, 2 * P, 4).eigenvectors();
        double[] coefficients =
                IntStream.range(0, P).mapToDouble(i -> Math.cos(i) * TRUTH[i]).toArray();
        INDArray given = rotated(coefficients, rotation);
        MatrixDistillation matrices = MatrixDistillation.of(
                        rotated(TASK.spectrum(), rotation), rotated(TRUTH, rotation))
                .withNoise(TASK.noise())
                .surrogate(given)
                .target(Training.samples(40));
        Distillation commuting =
                Distillation.of(TASK).surrogate(Surrogate.given(coefficients)).target(Training.samples(40));
        assertSame(List.of(matrices.predict()), List.of(commuting.predict()), 1e-11);
        assertThat(matrices.surrogateCoefficients().toDoubleVector()).containsExactly(given.toDoubleVector());
        assertThat(matrices.equivalent().tau()).isCloseTo(commuting.equivalent().tau(), within(1e-12));
    }

    @Test
    void unseenFeaturesDoNotMatter() {
        INDArray rotation = wishart(20, 40, 5).eigenvectors();
        double[] half = IntStream.range(0, 20)
                .mapToDouble(i -> i < 10 ? 1.0 / (i + 1) : 0)
                .toArray();
        double[] nearlyHalf = IntStream.range(0, 20)
                .mapToDouble(i -> i < 12 ? 1.0 / (i + 1) : 0)
                .toArray();
        Covariance evaluation = rotated(Spectrum.of(half), rotation);
        Covariance shifted = rotated(Spectrum.of(nearlyHalf), rotation);
        assertThat(evaluation.spectrum().eigenvalue(10)).isZero();
        double[] truth = IntStream.range(0, 20).mapToDouble(i -> 1).toArray();
        double[] hidden =
                IntStream.range(0, 20).mapToDouble(i -> i < 12 ? 1 : -1000).toArray();
        RiskReport plain = twoStages(evaluation, shifted, rotated(truth, rotation));
        RiskReport withHidden = twoStages(evaluation, shifted, rotated(hidden, rotation));
        assertSame(List.of(withHidden), List.of(plain), 1e-11);
        // Features that only the training sees act on it like noise.
        double[] seen = truth.clone();
        seen[10] = 3;
        assertThat(oneStage(evaluation, shifted, rotated(seen, rotation)).designVariance())
                .isGreaterThan(1.1
                        * oneStage(evaluation, shifted, rotated(truth, rotation))
                                .designVariance());
    }

    private static RiskReport oneStage(Covariance evaluation, Covariance shifted, INDArray truth) {
        return MatrixDistillation.of(evaluation, truth)
                .target(Training.samples(7), shifted)
                .predict();
    }

    private static RiskReport twoStages(Covariance evaluation, Covariance shifted, INDArray truth) {
        return MatrixDistillation.of(evaluation, truth)
                .withNoise(0.1)
                .surrogate(Training.samples(7), evaluation)
                .target(Training.samples(8), shifted)
                .predict();
    }

    @Test
    void aTruthThatNoFeatureShowsCostsNothing() {
        Covariance evaluation = Covariance.of(Nd4j.create(new double[][] {{1, 1}, {1, 1}}));
        RiskReport risk = MatrixDistillation.of(evaluation, vector(1, -1))
                .optimalSurrogate()
                .target(Training.samples(0.5))
                .predict();
        assertThat(risk.excess()).isCloseTo(0, within(1e-30));
    }

    @Test
    void noiseAtTheInterpolationThresholdIsInfiniteAndInherited() {
        Spectrum spectrum = Spectrum.powerLaw(1, 8);
        RegressionTask task = RegressionTask.of(spectrum, Signal.constant(1)).withNoise(0.1);
        FeatureMask first = FeatureMask.keepingFirst(3, 8);
        FeatureMask last = FeatureMask.of(flags(8, i -> i >= 3));
        MatrixDistillation.Draft matrices = MatrixDistillation.of(
                        Covariance.diagonal(spectrum), Nd4j.ones(DataType.DOUBLE, 8))
                .withNoise(0.1);
        List<Training> blindToIt =
                List.of(Training.samples(3).withMask(first), Training.samples(9).withMask(last), Training.samples(4));
        List<Training> heirs = List.of(
                Training.samples(3).withMask(first), Training.samples(20).withNoise(1), Training.samples(4));
        for (List<Training> chain : List.of(blindToIt, heirs)) {
            List<RiskReport> expected = Distillation.of(task)
                    .surrogate(chain.get(0))
                    .then(chain.get(1))
                    .then(chain.get(2))
                    .predictStages();
            List<RiskReport> actual = matrices.surrogate(chain.get(0))
                    .then(chain.get(1), Covariance.diagonal(spectrum))
                    .then(chain.get(2))
                    .predictStages();
            assertThat(actual.get(0).labelNoiseVariance()).isInfinite();
            assertThat(actual.get(0).share(0)).isInfinite();
            assertThat(actual.get(0).share(3)).isCloseTo(spectrum.eigenvalue(3), within(1e-15));
            assertSame(actual, expected, 1e-13);
        }
        assertThat(matrices.withNoise(0).target(Training.samples(8)).predict().excess())
                .isZero();
    }

    @Test
    void infiniteRisksAreInfiniteInEveryBasis() {
        Covariance evaluation = wishart(12, 20, 1);
        MatrixDistillation.Draft draft =
                MatrixDistillation.of(evaluation, gaussian(12, 2)).withNoise(0.1);
        FeatureMask mask = FeatureMask.keepingFirst(9, 12);
        List<RiskReport> reports = draft.surrogate(Training.samples(12), wishart(12, 20, 3))
                .then(Training.samples(7).withMask(mask), wishart(12, 20, 4))
                .then(Training.samples(40).withNoise(0))
                .then(Training.samples(5).withNoise(0.1).withTeacherShare(0))
                .predictStages();
        for (RiskReport risk : reports.subList(0, 3)) {
            assertThat(risk.excess()).isInfinite();
            assertThat(risk.bias()).isFinite();
            assertThat(risk.share(0)).isInfinite();
        }
        assertThat(reports.get(2).designVariance()).isZero();
        assertThat(reports.get(3).inheritedVariance()).isZero();
        assertThat(reports.get(3).excess()).isFinite();
    }

    @Test
    void powersOfTwoScaleWithoutError() {
        INDArray evaluation = matrix(12, 15, 1);
        INDArray shifted = matrix(12, 12, 2);
        INDArray truth = gaussian(12, 3);
        RiskReport expected = twoStages(Covariance.of(evaluation), Covariance.of(shifted), truth);
        for (int exponent : new int[] {-400, -101, 300, 501}) {
            double scale = Math.scalb(1.0, exponent);
            RiskReport actual = twoStages(
                    Covariance.of(evaluation.mul(scale * scale)),
                    Covariance.of(shifted.mul(scale * scale)),
                    truth.div(scale));
            assertSame(List.of(actual), List.of(expected), 1e-14);
        }
    }

    @Test
    void acceptsArraysOfAnyTypeAndOrderWithoutChangingThem() {
        INDArray matrix = Nd4j.create(new double[][] {{2, 1, 0}, {1, 2, 0}, {0, 0, 1}});
        INDArray truth = vector(1, -1, 2);
        double expected = MatrixDistillation.of(Covariance.of(matrix), truth)
                .target(Training.samples(2))
                .predict()
                .excess();
        INDArray column = truth.castTo(DataType.FLOAT).reshape(3, 1);
        INDArray strided = Nd4j.create(new double[][] {{1, 9}, {-1, 9}, {2, 9}}).getColumn(0);
        for (INDArray given : List.of(column, strided, truth.castTo(DataType.INT32))) {
            assertThat(MatrixDistillation.of(Covariance.of(matrix), given)
                            .surrogate(given)
                            .target(Training.samples(2))
                            .predict()
                            .excess())
                    .isEqualTo(expected);
        }
        assertThat(truth.toDoubleVector()).containsExactly(1, -1, 2);
        assertThat(column.wasClosed()).isFalse();
    }

    @Test
    void predictsInsideAWorkspace() {
        Covariance evaluation = wishart(6, 8, 1);
        Covariance shifted = wishart(6, 8, 2);
        MatrixDistillation pipeline = MatrixDistillation.of(evaluation, gaussian(6, 3))
                .optimalSurrogate()
                .target(Training.samples(3), shifted)
                .then(Training.samples(4).withMask(FeatureMask.keepingFirst(5, 6)));
        double expected = pipeline.predict().excess();
        try (MemoryWorkspace workspace = Nd4j.getWorkspaceManager()
                .getAndActivateWorkspace(
                        WorkspaceConfiguration.builder().initialSize(1 << 20).build(), "theirs")) {
            assertThat(workspace.isScopeActive()).isTrue();
            assertThat(pipeline.predict().excess()).isEqualTo(expected);
        }
    }

    @Test
    void refusesBadInputByName() {
        Covariance evaluation = wishart(4, 6, 1);
        MatrixDistillation.Draft draft = MatrixDistillation.of(evaluation, gaussian(4, 2));
        Training training = Training.samples(2);
        refuses(
                "truth: DOUBLE array of shape [3] is not a numeric array of shape [4], the number of features",
                () -> MatrixDistillation.of(evaluation, vector(1, 2, 3)));
        refuses(
                "truth: DOUBLE array of shape [4, 4] is not a numeric array of shape [4], the number of features",
                () -> MatrixDistillation.of(evaluation, matrix(4, 4, 1)));
        refuses("truth[2]: NaN is not finite", () -> MatrixDistillation.of(evaluation, vector(1, 2, Double.NaN, 4)));
        refuses(
                "signal: variance of the labels Σ λβ² = Infinity is not finite",
                () -> MatrixDistillation.of(evaluation, vector(1, 2, 1e200, 4)));
        refuses("noise: -1.0 is not at least 0 and finite", () -> draft.withNoise(-1));
        refuses(
                "coefficients: DOUBLE array of shape [2] is not a numeric array of shape [4], the number of features",
                () -> draft.surrogate(vector(1, 2)));
        refuses(
                "coefficients[3]: Infinity is not finite",
                () -> draft.surrogate(vector(1, 2, 3, Double.POSITIVE_INFINITY)));
        refuses(
                "covariance.length: 5 is not that of the evaluation covariance, 4",
                () -> draft.target(training, wishart(5, 6, 1)));
        Covariance endless = Covariance.diagonal(Spectrum.powerLaw(2));
        refuses(
                "covariance: " + endless + " has more than 46340 features, too many for a matrix; take fewer",
                () -> draft.target(training, endless));
        Covariance tiny = Covariance.diagonal(Spectrum.of(1, 1, 1, 1e-300));
        refuses(
                "covariance: " + tiny + " has eigenvalues too small beside the evaluation's",
                () -> draft.target(training.withSamples(8), tiny));
        Training elsewhere = training.withSpectrum(Spectrum.isotropic(1, 4));
        refuses(
                "spectrum: " + elsewhere + " has eigenvalues without eigenvectors; pass a covariance beside it",
                () -> draft.target(elsewhere));
        refuses(
                "mask.length: 5 is not the number of features, 4; keepingFirst(count) fits any number of features",
                () -> draft.target(training.withMask(FeatureMask.keepingFirst(2, 5))));
        FeatureMask none = FeatureMask.keepingFirst(0, 4);
        refuses("mask: " + none + " keeps no feature that varies", () -> draft.target(training.withMask(none)));
        FeatureMask first = FeatureMask.keepingFirst(1, 4);
        refuses(
                "mask: " + first + " keeps no feature that varies",
                () -> draft.target(training.withMask(first), Covariance.diagonal(Spectrum.of(0, 1, 1, 1))));
        refuses(
                "ridge: 1.0E200 is so large that the optimal surrogate overflows",
                () -> draft.optimalSurrogate()
                        .target(training.withRidge(1e200).withTeacherShare(1))
                        .predict());
        refuses(
                "ridge: -0.01 is below 0, which a matrix pipeline has no formulas for; use a Distillation, whose"
                        + " covariances share their eigenvectors",
                () -> draft.target(training.withRidge(-0.01)));
        for (Training other : List.of(training.withLabels(Labels.hard()), training.withTeacherRows(0.5))) {
            refuses(
                    "training: " + other + " is not on plain labels, which a matrix pipeline needs; use a Distillation,"
                            + " whose covariances share their eigenvectors",
                    () -> draft.target(other));
        }
    }

    @Test
    @SuppressWarnings("NullAway") // null on purpose
    void refusesNullByName() {
        Covariance evaluation = wishart(4, 6, 1);
        MatrixDistillation.Draft draft = MatrixDistillation.of(evaluation, gaussian(4, 2));
        Training training = Training.samples(2);
        refuses("evaluation: null is not allowed", () -> MatrixDistillation.of(null, gaussian(4, 2)));
        refuses("truth: null is not allowed", () -> MatrixDistillation.of(evaluation, null));
        refuses("coefficients: null is not allowed", () -> draft.surrogate((INDArray) null));
        refuses("surrogate: null is not allowed", () -> draft.surrogate((Training) null));
        refuses("target: null is not allowed", () -> draft.target(null));
        refuses("covariance: null is not allowed", () -> draft.target(training, null));
        refuses("next: null is not allowed", () -> draft.target(training).then(null));
        refuses("next: null is not allowed", () -> draft.target(training).then(null, evaluation));
    }

    @Test
    void saysWhatItIs() {
        Covariance evaluation = wishart(4, 6, 1);
        Covariance shifted = wishart(4, 6, 3);
        INDArray truth = gaussian(4, 2);
        MatrixDistillation pipeline = MatrixDistillation.of(evaluation, truth)
                .optimalSurrogate()
                .target(Training.samples(3))
                .then(Training.samples(2), shifted);
        assertThat(pipeline)
                .hasToString(
                        "MatrixDistillation of (" + pipeline.task() + "): optimal surrogate -> 3.0 samples, ridge 0.0"
                                + " -> 2.0 samples, ridge 0.0, on a " + shifted);
        assertThat(pipeline.trainings()).hasSize(2);
        assertThat(pipeline.covariances()).containsExactly(evaluation, shifted);
        assertThat(pipeline.evaluation()).isSameAs(evaluation);
        assertThat(pipeline.truth()).isEqualTo(truth).isNotSameAs(truth);
        assertThat(pipeline.task().dimension()).isEqualTo(4);
    }

    @Test
    void endsEarlier() {
        MatrixDistillation pipeline = MatrixDistillation.of(wishart(4, 6, 1), gaussian(4, 2))
                .withNoise(0.3)
                .optimalSurrogate()
                .target(Training.samples(3))
                .then(Training.samples(2), wishart(4, 6, 3));
        List<RiskReport> stages = pipeline.predictStages();
        for (int k = 1; k <= 2; k++) {
            assertThat(pipeline.beginning(k).predict().test())
                    .isEqualTo(stages.get(k - 1).test());
        }
        refuses("stages: 0 is not from 1 to 2", () -> pipeline.beginning(0));
        refuses("stages: 3 is not from 1 to 2", () -> pipeline.beginning(3));
    }

    private static void assertSame(List<RiskReport> actual, List<RiskReport> expected, double relative) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int stage = 0; stage < expected.size(); stage++) {
            double scale = expected.get(stage).excess();
            assertClose(actual.get(stage).excess(), scale, relative * scale);
            assertClose(actual.get(stage).test(), expected.get(stage).test(), relative * scale);
            assertClose(actual.get(stage).bias(), expected.get(stage).bias(), relative * scale);
            assertClose(
                    actual.get(stage).labelNoiseVariance(), expected.get(stage).labelNoiseVariance(), relative * scale);
            assertClose(actual.get(stage).designVariance(), expected.get(stage).designVariance(), relative * scale);
            assertClose(
                    actual.get(stage).inheritedVariance(), expected.get(stage).inheritedVariance(), relative * scale);
            assertClose(
                    actual.get(stage).finiteSizeCorrection().orElse(UNKNOWN),
                    expected.get(stage).finiteSizeCorrection().orElse(UNKNOWN),
                    relative * scale);
            assertClose(
                    actual.get(stage).standardDeviation().orElse(UNKNOWN),
                    expected.get(stage).standardDeviation().orElse(UNKNOWN),
                    relative * scale);
            assertThat(actual.get(stage).isExpansionReliable())
                    .isEqualTo(expected.get(stage).isExpansionReliable());
        }
    }

    private static void assertClose(double actual, double expected, double tolerance) {
        if (Double.isInfinite(expected)) {
            assertThat(actual).isEqualTo(expected);
        } else {
            assertThat(actual).isCloseTo(expected, within(Double.isInfinite(tolerance) ? 1e-13 : tolerance));
        }
    }

    private static INDArray vector(double... entries) {
        return Nd4j.createFromArray(entries);
    }

    private static INDArray gaussian(int p, long seed) {
        RandomGenerator random = random(seed);
        return vector(
                IntStream.range(0, p).mapToDouble(i -> random.nextGaussian()).toArray());
    }

    private static INDArray matrix(int p, int samples, long seed) {
        INDArray features =
                GaussianDesign.of(Covariance.diagonal(Spectrum.isotropic(1, p))).sample(samples, random(seed));
        return features.transpose().mmul(features).div(samples);
    }

    private static Covariance wishart(int p, int samples, long seed) {
        return Covariance.of(matrix(p, samples, seed));
    }

    private static RandomGenerator random(long seed) {
        return RandomStreams.of(seed).generator();
    }

    /** Q Λ Qᵀ */
    private static Covariance rotated(Spectrum spectrum, INDArray rotation) {
        INDArray weighted = rotation.mulRowVector(vector(spectrum.eigenvalues()));
        return Covariance.of(weighted.mmul(rotation.transpose()));
    }

    private static INDArray rotated(double[] coefficients, INDArray rotation) {
        return rotation.mmul(vector(coefficients).reshape(coefficients.length, 1))
                .reshape(coefficients.length);
    }

    private static boolean[] flags(int p, IntPredicate set) {
        boolean[] flags = new boolean[p];
        for (int i = 0; i < p; i++) {
            flags[i] = set.test(i);
        }
        return flags;
    }

    @Test
    void isAValue() {
        MatrixDistillation.Draft draft = drafted(2, 1);
        assertThat(draft)
                .isEqualTo(drafted(2, 1))
                .hasSameHashCodeAs(drafted(2, 1))
                .isNotEqualTo(drafted(2, 1).withNoise(0.2))
                .isNotEqualTo(drafted(1, 2))
                .hasToString("MatrixDistillation draft of (" + draft.task() + "): ground truth");
        assertThat(draft.optimalSurrogate())
                .isEqualTo(drafted(2, 1).optimalSurrogate())
                .isNotEqualTo(draft);
        assertThat(draft.surrogate(Nd4j.create(new double[] {1, 1})))
                .isEqualTo(drafted(2, 1).surrogate(Nd4j.create(new double[] {1, 1})))
                .isNotEqualTo(draft.surrogate(Nd4j.create(new double[] {1, 2})));
        Training training = Training.samples(3).withRidge(0.1);
        MatrixDistillation pipeline = draft.target(training);
        MatrixDistillation same = drafted(2, 1).target(Training.samples(3).withRidge(0.1));
        assertThat(pipeline)
                .isEqualTo(same)
                .hasSameHashCodeAs(same)
                .isNotEqualTo(draft)
                .isNotEqualTo(pipeline.then(training))
                .isNotEqualTo(draft.target(training, Covariance.diagonal(Spectrum.of(1, 1))))
                .isNotEqualTo(draft.target(Training.samples(3)));
        assertThat(pipeline.predictStages()).isUnmodifiable();
    }

    private static MatrixDistillation.Draft drafted(double first, double second) {
        return MatrixDistillation.of(
                Covariance.of(Nd4j.create(new double[][] {{2, 0.5}, {0.5, 1}})), Nd4j.create(new double[] {first, second
                }));
    }
}
