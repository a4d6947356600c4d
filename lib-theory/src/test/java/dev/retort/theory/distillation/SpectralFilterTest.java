package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.internal.Complex;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import dev.retort.fixtures.ReferenceTable;
import dev.retort.fixtures.ReferenceTable.Row;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.RealVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpectralFilterTest {

    private static final RegressionTask TASK = task(1, 0.6, 120).withNoise(0.4);

    private static RegressionTask task(double alpha, double exponent, int p) {
        return RegressionTask.of(Spectrum.of(power(alpha, p)), Signal.of(power(exponent, p)));
    }

    private static double[] power(double exponent, int p) {
        return IntStream.rangeClosed(1, p)
                .mapToDouble(i -> Math.pow(i, -exponent))
                .toArray();
    }

    private static double excess(Training training) {
        return Distillation.of(TASK).target(training).predict().excess();
    }

    /** Values of 30 digits from mpmath, by contour integrals with 60 nodes. */
    @Test
    void flowsAgreeWithThirtyDigits() {
        Distillation teacher = Distillation.of(task(1.2, 0.7, 60))
                .target(Training.samples(30).withNoise(0.4).stoppedAt(30));
        assertThat(teacher.predict().excess()).isCloseTo(0.0878577785347861, withinPercentage(1e-10));
        assertThat(teacher.then(Training.samples(40).withNoise(0.1)).predict().excess())
                .isCloseTo(0.10658482763388458, withinPercentage(1e-10));
        assertThat(Distillation.of(task(1, 0.5, 40))
                        .target(Training.samples(100).withNoise(0.4).stoppedAt(3))
                        .predict()
                        .excess())
                .isCloseTo(0.17159569935225197, withinPercentage(1e-10));
    }

    static Stream<Row> descents() {
        return ReferenceTable.rows(SpectralFilterTest.class, "descents.tsv");
    }

    @ParameterizedTest
    @MethodSource("descents")
    void descentsAgreeWithContourIntegrals(Row row) {
        SpectralFilter filter = SpectralFilter.gradientDescent((int) row.number("steps"), row.number("rate"));
        assertThat(Distillation.of(ReferenceText.task(row, "spectrum"))
                        .target(Training.samples(row.number("samples")).withFilter(filter))
                        .predict()
                        .excess())
                .isCloseTo(row.number("excess"), withinPercentage(1e-10));
    }

    /**
     * Checks the filter, and the learnt part of a weak feature relative to itself, for every number of steps and up to
     * the rate at which it diverges.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 17, 24, 40, 41, 63, 100, 300, 999, 1000, 2001})
    void polesReproduceDescentsOfEveryRate(int steps) {
        for (double reach : new double[] {0.3, 1, 1.02, 1.2, 1.45, 1.7, 1.9, 1.99, 1.9999}) {
            List<SpectralFilter.Pole> poles = DescentPoles.of(steps, reach);
            for (double x = reach; x > 1e-12; x *= 0.98) {
                double left = 0;
                double learnt = 0;
                for (SpectralFilter.Pole pole : poles) {
                    Complex share = pole.weight().over(pole.ridge().plus(x));
                    left += share.times(pole.ridge()).real();
                    learnt += share.times(x).real();
                }
                double rest = Math.pow(1 - x, steps);
                double all = x < 1 ? -Math.expm1(steps * Math.log1p(-x)) : 1 - rest;
                close(left, rest, 1.5e-12, x);
                close(learnt, all, 1.5e-12 * (x < 1 ? all : 1), x);
            }
        }
    }

    /** Calls AssertJ for numbers that fail only, because there are half a million of them. */
    private static void close(double actual, double expected, double tolerance, double x) {
        if (!(Math.abs(actual - expected) <= tolerance)) {
            assertThat(actual).as("at %s", x).isCloseTo(expected, within(tolerance));
        }
    }

    /** This condition makes gathered eigenvalues valid, and sums well-conditioned. */
    @Test
    void noPoleOfDescentIsCloseToTheSpectrum() {
        for (int steps = 1; steps < 3000; steps = steps * 9 / 8 + 1) {
            for (double reach : new double[] {0.5, 1, 1.2, 1.5, 1.9, 1.999}) {
                for (SpectralFilter.Pole pole : DescentPoles.of(steps, reach)) {
                    double place = -pole.ridge().real();
                    double beside = place - Math.min(Math.max(place, 0), reach);
                    assertThat(Math.hypot(beside, pole.ridge().imaginary()) * steps)
                            .as("%s steps, to %s", steps, reach)
                            .isGreaterThan(1.4);
                    assertThat(pole.ridge().imaginary()).isPositive();
                }
            }
        }
    }

    static Stream<SpectralFilter> filters() {
        return Stream.of(
                SpectralFilter.gradientFlow(0.01),
                SpectralFilter.gradientFlow(30),
                SpectralFilter.gradientFlow(1e5),
                SpectralFilter.gradientDescent(1, 0.3),
                SpectralFilter.gradientDescent(7, 0.4),
                SpectralFilter.gradientDescent(40, 0.5),
                SpectralFilter.gradientDescent(1000, 0.25),
                SpectralFilter.gradientDescent(41, 1.1),
                SpectralFilter.iteratedRidge(0.05, 3),
                SpectralFilter.iteratedRidge(2, 6),
                SpectralFilter.mixture(new double[] {1.5, -0.5}, new double[] {0.01, 0.3}));
    }

    /** The sum over poles equals the filter at every eigenvalue up to the edge. */
    @ParameterizedTest
    @MethodSource("filters")
    void polesReproduceTheFilter(SpectralFilter filter) {
        double edge = SpectralFilter.upperEdge(TASK.spectrum(), 60);
        for (double s = 1e-6; s < edge; s *= 1.7) {
            double sum = 0;
            for (SpectralFilter.Pole pole : filter.poles(TASK.spectrum(), 60, 0)) {
                sum += pole.weight()
                        .times(pole.ridge())
                        .over(pole.ridge().plus(s))
                        .real();
            }
            assertThat(sum).isCloseTo(filter.residual(s), within(3e-12));
        }
    }

    /**
     * The learnt part of a weak feature, 1 − e^−ts, is accurate relative to itself, and so is the remainder of a sum of
     * such terms.
     */
    @Test
    void flowsLearnWeakFeaturesToFullPrecision() {
        for (double time : new double[] {1e-150, 0.3, 1e200}) {
            List<SpectralFilter.Pole> poles = SpectralFilter.gradientFlow(time).poles(Spectrum.of(1), 1, 0);
            for (double x = 1e-12; x < 1e15; x *= 1.3) {
                double eigenvalue = x / time;
                double learnt = 0;
                for (SpectralFilter.Pole pole : poles) {
                    learnt += pole.weight()
                            .over(pole.ridge().plus(eigenvalue).times(1 / eigenvalue))
                            .real();
                }
                assertThat(learnt).isCloseTo(-Math.expm1(-x), withinPercentage(5e-12));
            }
        }
    }

    @Test
    void theEdgeOfAnIsotropicSpectrumIsTheMarchenkoPasturEdge() {
        for (double samples : new double[] {0.01, 50, 80, 1e6}) {
            double root = 1 + Math.sqrt(80 / samples);
            assertThat(SpectralFilter.upperEdge(Spectrum.isotropic(3, 80), samples))
                    .isCloseTo(3 * root * root, withinPercentage(1e-10));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {20, 60, 200})
    void longFlowsInterpolateAndShortOnesLearnNothing(double samples) {
        Training training = Training.samples(samples);
        assertThat(excess(training.stoppedAt(1e10))).isCloseTo(excess(training), withinPercentage(1e-8));
        assertThat(excess(training.stoppedAt(1e-10))).isCloseTo(TASK.signalPower(), withinPercentage(1e-6));
        assertThat(excess(training.withRidge(0.05).stoppedAt(1e8)))
                .isCloseTo(excess(training.withRidge(0.05)), withinPercentage(1e-9));
    }

    @Test
    void equalRidgesAreRidgeRegressionEverywhere() {
        Training plain = Training.samples(60).withRidge(0.1).withMask(FeatureMask.keepingFirst(100, 120));
        Training split = Training.samples(60)
                .withFilter(SpectralFilter.mixture(new double[] {0.25, 0.75}, new double[] {0.1, 0.1}))
                .withMask(FeatureMask.keepingFirst(100, 120));
        assertThat(Training.samples(60).withFilter(SpectralFilter.ridge(0.1)))
                .isEqualTo(Training.samples(60).withRidge(0.1));
        Distillation teacher =
                Distillation.of(TASK).surrogate(Training.samples(80).withRidge(0.01));
        RiskReport ridge = teacher.target(plain).predict();
        RiskReport mixture = teacher.target(split).predict();
        assertThat(mixture.bias()).isCloseTo(ridge.bias(), withinPercentage(1e-10));
        assertThat(mixture.labelNoiseVariance()).isCloseTo(ridge.labelNoiseVariance(), withinPercentage(1e-10));
        assertThat(mixture.designVariance()).isCloseTo(ridge.designVariance(), withinPercentage(1e-10));
        assertThat(mixture.inheritedVariance()).isCloseTo(ridge.inheritedVariance(), withinPercentage(1e-10));
        assertThat(mixture.share(3)).isCloseTo(ridge.share(3), withinPercentage(1e-10));
        assertThat(mixture.trainingError()).isCloseTo(ridge.trainingError(), withinPercentage(1e-10));
        assertThat(mixture.accuracy()).isCloseTo(ridge.accuracy(), withinPercentage(1e-10));
        assertThat(teacher.target(split).againstStrongLabels().advantage())
                .isCloseTo(teacher.target(plain).againstStrongLabels().advantage(), withinPercentage(1e-9));
        assertThat(LabelMixture.of(teacher, split).bestShare())
                .isCloseTo(LabelMixture.of(teacher, plain).bestShare(), withinPercentage(1e-9));
        assertThat(Generations.of(teacher, split, 3).limit())
                .isCloseTo(Generations.of(teacher, plain, 3).limit(), withinPercentage(1e-9));
        for (Surrogate surrogate : new Surrogate[] {Surrogate.optimal(), Surrogate.optimallyMasked()}) {
            assertThat(Distillation.of(TASK)
                            .surrogate(surrogate)
                            .target(split)
                            .predict()
                            .excess())
                    .isCloseTo(
                            Distillation.of(TASK)
                                    .surrogate(surrogate)
                                    .target(plain)
                                    .predict()
                                    .excess(),
                            withinPercentage(1e-10));
        }
    }

    @Test
    void gatheredAndInfiniteSpectraHaveTheSameRisk() {
        RegressionTask listed = RegressionTask.of(Spectrum.powerLaw(1.5, 3000), Signal.sourcePowerLaw(1.4))
                .withNoise(0.2);
        Training training = Training.samples(300).stoppedAt(200);
        assertThat(Distillation.of(listed.gathered()).target(training).predict().excess())
                .isCloseTo(Distillation.of(listed).target(training).predict().excess(), withinPercentage(1e-9));
        RegressionTask endless = RegressionTask.of(Spectrum.powerLaw(2.0), Signal.sourcePowerLaw(2.5))
                .withNoise(0.2);
        RegressionTask unending = RegressionTask.of(Spectrum.powerLaw(2.0, 3000), Signal.sourcePowerLaw(2.5))
                .withNoise(0.2);
        assertThat(Distillation.of(endless).target(training).predict().excess())
                .isCloseTo(Distillation.of(unending).target(training).predict().excess(), withinPercentage(0.1));
    }

    /** 150 designs of 60 samples of 40 features; the error of the theory is O(1/n). */
    @ParameterizedTest
    @MethodSource("simulated")
    void simulationsAgree(SpectralFilter filter, double decay) {
        RegressionTask task = task(1.2, 0.7, 40).withNoise(0.4);
        double predicted = Distillation.of(task)
                .target(Training.samples(60).withRidge(decay).withFilter(filter))
                .predict()
                .excess();
        Estimator.Filtered estimator = (Estimator.Filtered)
                Training.samples(60).withRidge(decay).withFilter(filter).estimator();
        int trials = 150;
        double sum = 0;
        double squares = 0;
        for (int trial = 0; trial < trials; trial++) {
            double excess = trial(task, estimator, trial);
            sum += excess;
            squares += excess * excess;
        }
        double mean = sum / trials;
        double error = Math.sqrt((squares / trials - mean * mean) / (trials - 1));
        assertThat(mean).isCloseTo(predicted, within(4 * error + 2.0 / 60 * predicted));
    }

    static Stream<Arguments> simulated() {
        return Stream.of(
                Arguments.of(SpectralFilter.gradientFlow(3), 0.0),
                Arguments.of(SpectralFilter.gradientFlow(100), 0.01),
                Arguments.of(SpectralFilter.gradientDescent(20, 0.4), 0.0),
                Arguments.of(SpectralFilter.gradientDescent(50, 1.1), 0.01),
                Arguments.of(SpectralFilter.iteratedRidge(0.1, 3), 0.0));
    }

    private static double trial(RegressionTask task, Estimator.Filtered estimator, int trial) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(100 + trial);
        int n = 60;
        int p = task.dimension();
        RealMatrix x = new Array2DRowRealMatrix(n, p);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < p; j++) {
                x.setEntry(i, j, Math.sqrt(task.spectrum().eigenvalue(j)) * random.nextGaussian());
            }
        }
        double[] truth = new double[p];
        Arrays.setAll(truth, task::coefficient);
        double[] y = x.operate(truth);
        for (int i = 0; i < n; i++) {
            y[i] += task.noise() * random.nextGaussian();
        }
        EigenDecomposition eigen =
                new EigenDecomposition(x.transpose().multiply(x).scalarMultiply(1.0 / n));
        double[] moments = x.transpose().operate(y);
        double[] b = new double[p];
        for (int k = 0; k < p; k++) {
            double s = Math.max(eigen.getRealEigenvalue(k), 0);
            RealVector direction = eigen.getEigenvector(k);
            double along = 0;
            for (int j = 0; j < p; j++) {
                along += direction.getEntry(j) * moments[j] / n;
            }
            double learnt = s < 1e-12 ? 0 : (1 - estimator.residual(s)) / s * along;
            for (int j = 0; j < p; j++) {
                b[j] += learnt * direction.getEntry(j);
            }
        }
        double excess = 0;
        for (int j = 0; j < p; j++) {
            excess += task.spectrum().eigenvalue(j) * (b[j] - truth[j]) * (b[j] - truth[j]);
        }
        return excess;
    }

    @Test
    void theBestTimeIsAMinimum() {
        Distillation teacher = Distillation.of(TASK).surrogate(Training.samples(100));
        BestStopping best = BestStopping.of(teacher, Training.samples(60));
        assertThat(best.isBoundary()).isFalse();
        assertThat(best.minima()).contains(best.time());
        for (double factor : new double[] {0.01, 0.9, 1.1, 100}) {
            assertThat(teacher.target(Training.samples(60).stoppedAt(best.time() * factor))
                            .predict()
                            .excess())
                    .isGreaterThan(best.excess());
        }
        RegressionTask quiet = task(1.5, 0.1, 100);
        assertThat(BestStopping.of(Distillation.of(quiet), Training.samples(200))
                        .time())
                .isInfinite();
    }

    @Test
    void theBestTimeWithWeightDecayIsNoWorseThanRidgeRegression() {
        Training decayed = Training.samples(60).withRidge(0.01);
        BestStopping best = BestStopping.of(Distillation.of(TASK), decayed);
        assertThat(best.excess()).isLessThanOrEqualTo(excess(decayed));
        assertThat(excess(decayed.stoppedAt(best.time()))).isCloseTo(best.excess(), withinPercentage(1e-9));

        BestStopping unstopped =
                BestStopping.of(Distillation.of(TASK), Training.samples(60).withRidge(10));
        assertThat(unstopped.time()).isInfinite();
        assertThat(unstopped.excess()).isEqualTo(excess(Training.samples(60).withRidge(10)));
    }

    /** Weight decay adds to every eigenvalue, including the largest. Values from contour integrals with 40 digits. */
    @Test
    void fastDescentsWithWeightDecayReachBeyondTheEdge() {
        RegressionTask task = RegressionTask.of(
                        Spectrum.withMultiplicities(new double[] {1, 0.1}, new int[] {10, 20}),
                        Signal.withMultiplicities(new double[] {1, 2}, new double[] {10, 20}))
                .withNoise(0.5);
        double edge = 2.137395738939229;
        DoubleFunction<Training> fast = reach -> Training.samples(50)
                .withFilter(SpectralFilter.gradientDescent(reach == 1.9 ? 5 : 8, reach / (2 * edge)))
                .withRidge(edge);
        RiskReport five = Distillation.of(task).target(fast.apply(1.9)).predict();
        assertThat(five.excess()).isCloseTo(12.25292158320539, withinPercentage(1e-10));
        assertThat(five.trainingError()).isCloseTo(10.40264223050744, withinPercentage(1e-8));
        RiskReport eight = Distillation.of(task).target(fast.apply(1.9999)).predict();
        assertThat(eight.excess()).isCloseTo(12.76389998637098, withinPercentage(1e-10));
        assertThat(eight.trainingError()).isCloseTo(11.45777076313786, withinPercentage(1e-8));
        assertThatThrownBy(
                        () -> Distillation.of(task).target(fast.apply(2.0001)).predict())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("plus the weight decay, 2.13739");
    }

    /** Sums over equal features keep the digits that large weights need. Values by contour integrals with 40 digits. */
    @Test
    void manyEqualFeaturesLoseNoDigits() {
        double[] counts = {5, 500, 99_495};
        RegressionTask task = RegressionTask.of(
                Spectrum.withMultiplicities(new double[] {1, 0.01, 1e-5}, counts),
                Signal.withMultiplicities(new double[] {1, 30, Math.pow(1e5, 0.25)}, counts));
        RiskReport report = Distillation.of(task)
                .target(Training.samples(100.5)
                        .withFilter(SpectralFilter.gradientDescent(40, 1.99 / 1.555912432416896)))
                .predict();
        assertThat(report.excess()).isCloseTo(4241.039165726431, withinPercentage(1e-10));
        assertThat(report.trainingError()).isCloseTo(24.47646309044761, withinPercentage(1e-7));
    }

    /** A pole beside the largest eigenvalues, while smaller ones are gathered. By contour integrals with 36 digits. */
    @Test
    void fastDescentsOnLongSpectraKeepTheirDigits() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(1.5, 1100), Signal.sourcePowerLaw(1.4))
                .withNoise(0.1);
        Training training = Training.samples(275).withFilter(SpectralFilter.gradientDescent(40, 1.7597654076432345));
        assertThat(Distillation.of(task).target(training).predict().excess())
                .isCloseTo(0.508370830269643, withinPercentage(1e-10));
    }

    /**
     * One more feature, of next to no variance, makes a spectrum long enough to gather; but a pole is so close to its
     * eigenvalues that gathering them would cost 2e-7 of the risk.
     */
    @Test
    void eigenvaluesBesideAPoleAreNotGathered() {
        double[] listed = Spectrum.exponential(0.01, 1024).eigenvalues();
        double[] longer = Arrays.copyOf(listed, 1025);
        longer[1024] = 1e-40;
        double edge = 1.105415815323906;
        Training training = Training.samples(5000).withFilter(SpectralFilter.gradientDescent(40, 1.999 / edge));
        RiskReport expected = ofConstantSignal(listed).target(training).predict();
        RiskReport actual = ofConstantSignal(longer).target(training).predict();
        assertThat(actual.excess()).isCloseTo(expected.excess(), withinPercentage(1e-10));
        assertThat(actual.trainingError()).isCloseTo(expected.trainingError(), withinPercentage(1e-8));
    }

    private static Distillation.Draft ofConstantSignal(double[] eigenvalues) {
        return Distillation.of(RegressionTask.of(Spectrum.of(eigenvalues), Signal.constant(0.3))
                .withNoise(0.1));
    }

    @Test
    void rejectsDivergingDescents() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> excess(Training.samples(60).withFilter(SpectralFilter.gradientDescent(100, 1.9))))
                .withMessageStartingWith("rate: 1.9 is not below 2 over the largest eigenvalue");
        double limit = 2 / SpectralFilter.upperEdge(TASK.spectrum(), 60);
        assertThat(excess(Training.samples(60).withFilter(SpectralFilter.gradientDescent(100, limit * 0.9999))))
                .isPositive();
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        excess(Training.samples(60).withFilter(SpectralFilter.gradientDescent(1, limit * 1.0001))))
                .withMessageEndingWith("diverges from " + limit + " on");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Training.samples(60).withRidge(0.1).withFilter(SpectralFilter.iteratedRidge(1, 2)))
                .withMessageContaining("cannot be combined with a ridge 1.0 iterated 2 times");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SpectralFilter.mixture(new double[] {0.5}, new double[] {1}))
                .withMessage("weights: 0.5 is their sum and not 1");
        Distillation stopped = Distillation.of(TASK).target(Training.samples(60).stoppedAt(3));
        assertThatIllegalStateException()
                .isThrownBy(stopped::equivalent)
                .withMessageStartingWith("No single τ belongs to gradient flow of time 3.0");
        assertThat(stopped.predict().standardDeviation()).isEmpty();
    }

    /** The best teacher of a student that learns next to nothing is amplified by a hundred decades. */
    @Test
    void labelsNearTheLargestNumbersHaveATrainingError() {
        RegressionTask task = RegressionTask.of(Spectrum.of(1.2e-37, 1e-74), Signal.of(4.2e62, 0));
        Training student = Training.samples(1).stoppedAt(7e-73);
        Distillation pipeline =
                Distillation.of(task).surrogate(Surrogate.optimal()).target(student);
        double coefficient = OptimalSurrogate.of(task, student).coefficients()[0];
        double labels = Math.sqrt(1.2e-37) * coefficient;
        assertThat(pipeline.predict().trainingError()).isCloseTo(labels * labels, withinPercentage(1e-6));
    }

    /** Exact by the moments of the Marchenko-Pastur law and, for the flow, by quadrature with 40 digits. */
    @ParameterizedTest
    @ValueSource(ints = {0, -100, -600, 600, 900})
    void keepsItsDigitsInEveryUnit(int exponent) {
        double unit = Math.scalb(1.0, exponent);
        RegressionTask task = RegressionTask.of(Spectrum.isotropic(unit, 20), Signal.constant(1));
        Distillation.Draft noisy = Distillation.of(task.withNoise(0.5 * Math.sqrt(unit)));
        Training training = Training.samples(40);
        assertThat(excess(noisy, training.withFilter(SpectralFilter.gradientDescent(9, 0.5 / unit))) / unit)
                .isCloseTo(0.8628092336657573, withinPercentage(2e-10));
        assertThat(excess(noisy, training.stoppedAt(4 / unit)) / unit)
                .isCloseTo(1.110536983294657, withinPercentage(1e-10));
        assertThat(excess(
                                Distillation.of(task),
                                training.withFilter(SpectralFilter.gradientDescent(5, 0.669134213489859 / unit)))
                        / unit)
                .isCloseTo(1.2003065809165068, withinPercentage(6e-10));
    }

    private static double excess(Distillation.Draft draft, Training training) {
        return draft.target(training).predict().excess();
    }

    @Test
    void onlyRidgeRegressionAndFiltersAreStoppedEarly() {
        Distillation.Draft teacher = Distillation.of(TASK);
        assertThat(BestStopping.of(teacher, Training.samples(60).stoppedAt(3)))
                .isEqualTo(BestStopping.of(teacher, Training.samples(60)));
        for (Training other : List.of(Training.samples(60).withRandomFeatures(20), Training.stochastic(15, 4, 0.1))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> BestStopping.of(teacher, other))
                    .withMessageStartingWith("training: ")
                    .withMessageContaining("cannot be stopped early");
        }
    }
}
