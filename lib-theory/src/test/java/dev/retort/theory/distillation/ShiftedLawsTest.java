package dev.retort.theory.distillation;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Masks, and trainings with their own covariances, on laws whose features are not listed. */
class ShiftedLawsTest {

    private static final double PERCENT = 1e-10;

    private static final long DIMENSION = 10_000;

    private static final RegressionTask LAW = RegressionTask.of(
                    Spectrum.powerLaw(1.5, 1, 0, DIMENSION), Signal.sourcePowerLaw(1.4))
            .withNoise(0.1);

    private static final Spectrum FLATTER = Spectrum.powerLaw(0.7, 5, -0.5, DIMENSION);
    private static final Spectrum STEEPER = Spectrum.powerLaw(3, 1, 10, DIMENSION);

    /** Values of 30 digits from mpmath, with another discretisation of the sums; see generate-shifted-laws.py. */
    @Test
    void infiniteLawsAgreeWithHighPrecision() {
        agrees(
                Distillation.of(endless(Spectrum.powerLaw(2), Signal.sourcePowerLaw(1.5), 0.1))
                        .target(Training.samples(300)
                                .withMask(FeatureMask.keepingFirst(200))
                                .withSpectrum(Spectrum.powerLaw(1.8)))
                        .then(Training.samples(100).withRidge(1e-3).withSpectrum(Spectrum.powerLaw(3, 2, 10))),
                0.7348570428755551,
                1.2194758125809884);
        agrees(
                Distillation.of(endless(Spectrum.powerLaw(1.2), Signal.sourcePowerLaw(1.3), 0.2))
                        .target(Training.samples(1000).withSpectrum(Spectrum.powerLaw(1.1)))
                        .then(Training.samples(20_000).withMask(FeatureMask.keepingFirst(5000))),
                0.8081450566703837,
                0.8225710675707871);
        agrees(
                Distillation.of(endless(Spectrum.powerLaw(2, 1, 1e6), Signal.sourcePowerLaw(1.2), 0))
                        .target(Training.samples(500).withRidge(1e-14).withSpectrum(Spectrum.powerLaw(2.1, 3, 0.5))),
                1.5878792235990857);
        agrees(
                Distillation.of(endless(Spectrum.powerLaw(1.3), Signal.constant(0.5), 0.3))
                        .target(Training.samples(50).withSpectrum(Spectrum.powerLaw(1.2, 1, 2)))
                        .then(Training.samples(700)
                                .withMask(FeatureMask.keepingFirst(100_000))
                                .withSpectrum(Spectrum.powerLaw(1.6))),
                0.5427267667370381,
                0.8116888817922547);
        agrees(
                Distillation.of(endless(Spectrum.powerLaw(3), Signal.sourcePowerLaw(1.2), 0.1))
                        .target(Training.samples(40).withMask(FeatureMask.keepingFirst(20)))
                        .then(Training.samples(40).withSpectrum(Spectrum.powerLaw(3.4))),
                5.475613262627094,
                5.383825758762713);
    }

    private static RegressionTask endless(Spectrum spectrum, Signal signal, double noise) {
        return RegressionTask.of(spectrum, signal).withNoise(noise);
    }

    private static void agrees(Distillation pipeline, double... excess) {
        List<RiskReport> reports = pipeline.predictStages();
        for (int s = 0; s < excess.length; s++) {
            assertThat(reports.get(s).excess()).isCloseTo(excess[s], withinPercentage(PERCENT));
        }
    }

    static List<List<Training>> chains() {
        return List.of(
                List.of(Training.samples(300).withMask(FeatureMask.keepingFirst(20))),
                List.of(Training.samples(300).withSpectrum(FLATTER)),
                List.of(
                        Training.samples(800).withMask(FeatureMask.keepingFirst(3000)),
                        Training.samples(500)
                                .withRidge(1e-4)
                                .withSpectrum(STEEPER)
                                .withTeacherShare(0.6),
                        Training.samples(900).withSpectrum(FLATTER).withMask(FeatureMask.keepingFirst(509, (int)
                                DIMENSION))),
                List.of(
                        Training.samples(50).withSpectrum(STEEPER).withMask(FeatureMask.keepingFirst(9_990)),
                        Training.samples(400).withRandomFeatures(200).withSpectrum(FLATTER)),
                List.of(
                        Training.samples(5000)
                                .withMask(FeatureMask.keepingFirst(1000))
                                .withNoise(0.4),
                        Training.samples(200).withTeacherRows(0.5).withSpectrum(FLATTER)));
    }

    /** Every result of a pipeline equals that for a list of the same features. */
    @ParameterizedTest
    @MethodSource("chains")
    void aLawIsItsList(List<Training> trainings) {
        RegressionTask list = listed(LAW);
        List<Training> listed = trainings.stream().map(ShiftedLawsTest::listed).toList();
        for (Surrogate surrogate : List.of(
                Surrogate.groundTruth(),
                Surrogate.optimal(),
                Surrogate.optimallyMasked(),
                Surrogate.masked(FeatureMask.keepingFirst(700)))) {
            Distillation ofLaw = chain(LAW, surrogate, trainings);
            Distillation ofList = chain(list, surrogate, listed);
            List<RiskReport> expected = ofList.predictStages();
            List<RiskReport> actual = ofLaw.predictStages();
            for (int s = 0; s < expected.size(); s++) {
                double excess = expected.get(s).excess();
                close(actual.get(s).excess(), excess, excess);
                close(actual.get(s).bias(), expected.get(s).bias(), excess);
                close(actual.get(s).labelNoiseVariance(), expected.get(s).labelNoiseVariance(), excess);
                close(actual.get(s).designVariance(), expected.get(s).designVariance(), excess);
                close(actual.get(s).inheritedVariance(), expected.get(s).inheritedVariance(), excess);
            }
            RiskReport last = expected.get(expected.size() - 1);
            double excess = last.excess();
            close(ofLaw.predict().accuracy(), last.accuracy(), 1);
            close(
                    ofLaw.againstStrongLabels().advantage(),
                    ofList.againstStrongLabels().advantage(),
                    excess);
            Sensitivities lawMoves = ofLaw.sensitivities();
            Sensitivities listMoves = ofList.sensitivities();
            for (int s = 0; s < expected.size(); s++) {
                double slope = listMoves.trainings().get(s).samples();
                close(lawMoves.trainings().get(s).samples(), slope, excess / 100 + Math.abs(slope));
                close(
                        lawMoves.trainings().get(s).noise(),
                        listMoves.trainings().get(s).noise(),
                        excess);
            }
        }
        Generations ofLaw = Generations.of(Distillation.of(LAW), trainings.get(0), 3);
        Generations ofList = Generations.of(Distillation.of(list), listed.get(0), 3);
        close(ofLaw.excess()[2], ofList.excess()[2], ofList.excess()[2]);
        close(ofLaw.limit(), ofList.limit(), ofList.limit());
    }

    private static Distillation chain(RegressionTask task, Surrogate surrogate, List<Training> trainings) {
        Distillation chain = Distillation.of(task).surrogate(surrogate).target(trainings.get(0));
        for (Training training : trainings.subList(1, trainings.size())) {
            chain = chain.then(training);
        }
        return chain;
    }

    private static RegressionTask listed(RegressionTask law) {
        return RegressionTask.of(Spectrum.of(law.spectrum().eigenvalues()), Signal.sourcePowerLaw(1.4))
                .withNoise(law.noise());
    }

    private static Training listed(Training training) {
        return training.spectrum()
                .map(spectrum -> training.withSpectrum(Spectrum.of(spectrum.eigenvalues())))
                .orElse(training);
    }

    private static void close(double actual, double expected, double scale) {
        assertThat(actual == expected || Math.abs(actual - expected) <= 1e-12 * Math.abs(scale))
                .as("%s, expected %s", actual, expected)
                .isTrue();
    }

    @Test
    void theBestTeacherOfAShiftedTrainingIsThatOfTheList() {
        for (Training training : List.of(
                Training.samples(300).withSpectrum(FLATTER),
                Training.samples(300).withMask(FeatureMask.keepingFirst(6000)),
                Training.samples(300).withSpectrum(STEEPER).withMask(FeatureMask.keepingFirst(600)))) {
            OptimalSurrogate ofLaw = OptimalSurrogate.of(LAW, training);
            OptimalSurrogate ofList = OptimalSurrogate.of(listed(LAW), listed(training));
            assertThat(ofLaw.maskSize()).isEqualTo(ofList.maskSize());
            for (int i : new int[] {0, 7, 599, 600, 9999}) {
                assertThat(ofLaw.gain(i)).isCloseTo(ofList.gain(i), withinPercentage(PERCENT));
            }
        }
        RegressionTask endless = endless(Spectrum.powerLaw(1.5), Signal.sourcePowerLaw(1.4), 0);
        Training masked = Training.samples(300).withMask(FeatureMask.keepingFirst(100_000_000));
        long seen = OptimalSurrogate.of(endless, masked).maskSize();
        long all = OptimalSurrogate.of(endless, Training.samples(300)).maskSize();
        assertThat((double) seen).isBetween(0.99 * all, 1.01 * all);
        assertThat(OptimalSurrogate.of(endless, masked.withTeacherShare(3)).maskSize())
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aBillionFeaturesTakeMasksAndLaws() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 1, 0, 1_000_000_000), Signal.sourcePowerLaw(2));
        Training first = Training.samples(1000).withMask(FeatureMask.keepingFirst(20, 1_000_000_000));
        // All 20 features are learnt; the others act as noise, Σ_{i>20} i^-2 minus the part beyond a billion.
        double unseen = Math.PI * Math.PI / 6
                - 1e-9
                - IntStream.rangeClosed(1, 20).mapToDouble(i -> 1.0 / i / i).sum();
        assertThat(Distillation.of(task).target(first).predict().excess())
                .isCloseTo(unseen * (1 + 20.0 / 980), withinPercentage(1e-8));
        assertThat(Distillation.of(task)
                        .target(Training.samples(1000).withSpectrum(Spectrum.powerLaw(1.5, 1, 0, 1_000_000_000)))
                        .predict()
                        .excess())
                .isCloseTo(
                        Distillation.of(task)
                                .target(Training.samples(1000))
                                .predict()
                                .excess(),
                        withinPercentage(PERCENT));
    }

    /**
     * The degrees of a kernel, with a mask of the first ones, and with a kernel whose degrees have other eigenvalues.
     */
    @Test
    void levelsTakeMasksAndLevels() {
        double[] counts = {1, 100, 4900, 20_000_000};
        double[] few = {1, 100, 4900, 100_000};
        double[] values = {1, 1e-2, 1e-4, 1e-8};
        double[] others = {0.5, 3e-2, 0, 1e-9};
        Training training = Training.samples(300).withRidge(1e-3);
        RegressionTask many = RegressionTask.of(Spectrum.withMultiplicities(values, counts), Signal.constant(0.1));
        RegressionTask list = RegressionTask.of(Spectrum.withMultiplicities(values, few), Signal.constant(0.1));
        assertThat(many.spectrum().isListed()).isFalse();
        assertThat(list.spectrum().isListed()).isTrue();
        // The 19.9 million features that the list lacks are unseen: their power is added, and they act as noise.
        double lacking = 19.9e6 * 1e-8 * 0.01;
        Training masked = training.withMask(FeatureMask.keepingFirst(1000));
        assertThat(excess(many, masked))
                .isCloseTo(excess(list, masked.withNoise(Math.sqrt(lacking))) + lacking, withinPercentage(PERCENT));
        assertThat(excess(many, masked.withSpectrum(Spectrum.withMultiplicities(others, counts))))
                .isCloseTo(
                        excess(
                                        list,
                                        masked.withSpectrum(Spectrum.withMultiplicities(others, few))
                                                .withNoise(Math.sqrt(lacking / 10)))
                                + lacking,
                        withinPercentage(PERCENT));
    }

    private static double excess(RegressionTask task, Training training) {
        return Distillation.of(task).target(training).predict().excess();
    }

    static List<Distillation> needingFeaturesOneByOne() {
        boolean[] others = new boolean[(int) DIMENSION];
        Arrays.fill(others, 3, 2000, true);
        FeatureMask mask = FeatureMask.of(others);
        Training training = Training.samples(300).withRidge(1e-3);
        double[] coefficients = IntStream.range(0, (int) DIMENSION)
                .mapToDouble(i -> LAW.coefficient(i) / (1 + i % 3))
                .toArray();
        return List.of(
                Distillation.of(LAW).target(training.withSpectrum(Spectrum.powerLaw(9, 3, 100, DIMENSION))),
                Distillation.of(LAW)
                        .target(training.withSpectrum(Spectrum.powerLaw(2, (int) DIMENSION)))
                        .then(training.withSpectrum(FLATTER).withMask(FeatureMask.keepingFirst(700))),
                Distillation.of(LAW).surrogate(Surrogate.optimal()).target(training.withMask(mask)),
                Distillation.of(LAW).surrogate(Surrogate.masked(mask)).target(training.withSpectrum(STEEPER)),
                Distillation.of(LAW).surrogate(Surrogate.given(coefficients)).target(training),
                Distillation.of(LAW).target(Training.stochastic(100, 1, 0.05)).then(training));
    }

    /**
     * With listed spectra, masks that keep other features than the first, or given coefficients, the law is listed as
     * well.
     */
    @ParameterizedTest
    @MethodSource("needingFeaturesOneByOne")
    void aLawIsListedWhereFeaturesAreNeededOneByOne(Distillation ofLaw) {
        Distillation.Draft draft = Distillation.of(listed(LAW)).surrogate(ofLaw.surrogate());
        Distillation ofList = draft.target(listed(ofLaw.trainings().get(0)));
        for (Training training : ofLaw.trainings().subList(1, ofLaw.trainings().size())) {
            ofList = ofList.then(listed(training));
        }
        RiskReport ofFeatures = ofLaw.predict();
        RiskReport expected = ofList.predict();
        double excess = expected.excess();
        close(ofFeatures.excess(), excess, excess);
        assertThat(ofFeatures.share(7)).isCloseTo(expected.share(7), withinPercentage(PERCENT));
        close(
                ofLaw.sensitivities().target().samples(),
                ofList.sensitivities().target().samples(),
                excess / 100);
    }

    @Test
    void rejectsSpectraThatNodesCannotCarry() {
        RegressionTask endless = endless(Spectrum.powerLaw(2), Signal.sourcePowerLaw(1.5), 0);
        Training training = Training.samples(10);
        refuses(
                "spectrum.length: 10000 is not the dimension of the task, Infinity; list as many features,"
                        + " Spectrum.of(spectrum.first(10000).eigenvalues())",
                () -> Distillation.of(endless).target(training.withSpectrum(FLATTER)));
        refuses(
                "mask.length: 5 is not the dimension of the task, Infinity; keepingFirst(count) fits any number of features",
                () -> Distillation.of(endless).target(training.withMask(FeatureMask.keepingFirst(2, 5))));
        refuses(
                "mask: FeatureMask keeping the first 10001 features keeps more features than the dimension of the task, 10000",
                () -> Distillation.of(LAW).target(training.withMask(FeatureMask.keepingFirst(10_001))));
        refuses(
                "mask: FeatureMask keeping the first 0 features keeps no feature that varies",
                () -> Distillation.of(endless).target(training.withMask(FeatureMask.keepingFirst(0))));
        refuses(
                "spectrum: infinitely many features, 1.0 (i + 0.0)^-1.5 leaves the labels of signal λβ² = i^-1.5 under"
                        + " infinitely many features, 1.0 (i + 0.0)^-2.0 without a finite variance: Σ i^-1.0",
                () -> Distillation.of(endless).target(training.withSpectrum(Spectrum.powerLaw(1.5))));
        refuses(
                "spectrum: infinitely many features, 1.0 (i + 0.0)^-20.0 is too steep beside infinitely many features,"
                        + " 1.0 (i + 0.0)^-2.0: its eigenvalues underflow where the others still contribute; give both laws the"
                        + " same number of features",
                () -> Distillation.of(endless).target(training.withSpectrum(Spectrum.powerLaw(20))));
    }

    @Test
    void amplifiedNoiselessRisksDivergeToo() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 1, 0, 8000), Signal.sourcePowerLaw(1.4));
        Training unstable = Training.samples(784)
                .withRandomFeatures(852)
                .withSpectrum(Spectrum.powerLaw(1.1, 2, 1000, 8000))
                .withMask(FeatureMask.keepingFirst(1610));
        Generations generations = Generations.of(Distillation.of(task), unstable, 60);
        assertThat(generations.excess()[59]).isGreaterThan(1e30);
        assertThat(generations.limit()).isInfinite();
    }
}
