package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.RandomStreams;
import dev.retort.core.SampleMean;
import dev.retort.core.StandardNormal;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StochasticStageTest {

    private static final RegressionTask TASK = RegressionTask.of(Spectrum.of(power(1, 60)), Signal.of(power(0.5, 60)))
            .withNoise(0.4);

    private static double[] power(double exponent, int p) {
        return IntStream.rangeClosed(1, p)
                .mapToDouble(i -> Math.pow(i, -exponent))
                .toArray();
    }

    /**
     * Simulation gave .098156 ± .0007 and .018799 ± .0001; the values are those of the recursion in 30 digits, rounded.
     */
    @Test
    void agreesWithTheRecursion() {
        assertThat(Distillation.of(TASK)
                        .target(Training.stochastic(300, 1, 0.15))
                        .predict()
                        .excess())
                .isCloseTo(0.098170, within(5e-7));
        assertThat(Distillation.of(TASK)
                        .target(Training.stochastic(300, 4, 0.15))
                        .predict()
                        .excess())
                .isCloseTo(0.018738, within(5e-7));
    }

    @Test
    void oneStepIsExactByHand() {
        RegressionTask one = RegressionTask.of(Spectrum.of(2), Signal.of(3)).withNoise(0.5);
        // w = ηxy: E(w − β)² = β²(1 − 2ηλ + 3η²λ²) + η²λσ², in the risk times λ.
        double eta = 0.1;
        assertThat(Distillation.of(one)
                        .target(Training.stochastic(1, 1, eta))
                        .predict()
                        .excess())
                .isCloseTo(2 * (9 * (1 - 0.4 + 3 * 0.04) + 0.01 * 2 * 0.25), withinPercentage(1e-12));
    }

    @Test
    void theErrorOnTheOneRowOfOneStepIsExactByHand() {
        RegressionTask one = RegressionTask.of(Spectrum.of(2), Signal.of(3)).withNoise(0.5);
        // w = ηxy: E(y − xw)² = E y²(1 − ηx²)² with E x², x⁴, x⁶ = λ, 3λ², 15λ³.
        double eta = 0.1;
        assertThat(Distillation.of(one)
                        .target(Training.stochastic(1, 1, eta))
                        .predict()
                        .trainingError())
                .isCloseTo(9 * (2 - 0.2 * 12 + 0.01 * 120) + 0.25 * (1 - 0.2 * 2 + 0.03 * 4), withinPercentage(1e-12));
    }

    @Test
    void theErrorOnHugeBatchesIsThatOnFreshRows() {
        RiskReport risk = Distillation.of(TASK)
                .target(Training.stochastic(20, 1_000_000, 0.3))
                .predict();
        assertThat(risk.trainingError())
                .isCloseTo(risk.test(), withinPercentage(0.01))
                .isLessThan(risk.test());
    }

    /**
     * The error of the last iterate on all rows of the pass, with a teacher's labels and half of the features unseen;
     * within 4 standard errors.
     */
    @Test
    void theErrorOnTheRowsOfThePassAgreesWithTrials() {
        double[] lambda = {1.5, 0.8, 0.4, 0.3};
        double[] teacher = {1, -0.7, 0.5, 1.2};
        int steps = 6;
        int batch = 2;
        double rate = 0.2;
        RegressionTask task = RegressionTask.of(Spectrum.of(2, 1, 0.5, 0.1), Signal.of(1, 1, 1, 1))
                .withNoise(0.3);
        double predicted = Distillation.of(task)
                .surrogate(Surrogate.given(teacher))
                .target(Training.stochastic(steps, batch, rate)
                        .withSpectrum(Spectrum.of(lambda))
                        .withMask(FeatureMask.of(true, true, false, true)))
                .predict()
                .trainingError();
        double[] errors = new double[20_000];
        RandomGenerator random = RandomStreams.of(4).generator();
        for (int trial = 0; trial < errors.length; trial++) {
            double[] draws = StandardNormal.sample(steps * batch * 5, random);
            double[][] rows = new double[steps * batch][4];
            double[] labels = new double[rows.length];
            for (int row = 0; row < rows.length; row++) {
                labels[row] = 0.3 * draws[5 * row + 4];
                for (int i = 0; i < 4; i++) {
                    rows[row][i] = Math.sqrt(lambda[i]) * draws[5 * row + i];
                    labels[row] += rows[row][i] * teacher[i];
                }
                rows[row][2] = 0;
            }
            double[] w = new double[4];
            for (int t = 0; t < steps; t++) {
                double[] before = w.clone();
                for (int row = t * batch; row < (t + 1) * batch; row++) {
                    double left = labels[row] - dot(rows[row], before);
                    for (int i = 0; i < 4; i++) {
                        w[i] += rate / batch * left * rows[row][i];
                    }
                }
            }
            for (int row = 0; row < rows.length; row++) {
                double left = labels[row] - dot(rows[row], w);
                errors[trial] += left * left / rows.length;
            }
        }
        SampleMean mean = SampleMean.of(errors);
        assertThat(mean.standardError()).isLessThan(0.02 * predicted);
        assertThat(mean.zScore(predicted)).isBetween(-4.0, 4.0);
    }

    private static double dot(double[] one, double[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += one[i] * other[i];
        }
        return sum;
    }

    @Test
    void largeBatchesAreGradientDescentOnThePopulation() {
        Training training = Training.stochastic(20, 1_000_000, 0.3);
        double excess = Distillation.of(TASK).target(training).predict().excess();
        double expected = IntStream.range(0, 60)
                .mapToDouble(i -> TASK.spectrum().eigenvalue(i)
                        * Math.pow(
                                TASK.coefficient(i)
                                        * Math.pow(1 - 0.3 * TASK.spectrum().eigenvalue(i), 20),
                                2))
                .sum();
        assertThat(excess).isCloseTo(expected, withinPercentage(0.01));
    }

    @Test
    void partsAddUpInChainsOnOtherSpectraAndUnderMasks() {
        Training stochastic = Training.stochastic(200, 2, 0.2)
                .withSpectrum(Spectrum.powerLaw(0.8, 60))
                .withMask(FeatureMask.keepingFirst(50, 60));
        Distillation chain = Distillation.of(TASK)
                .surrogate(Training.samples(80).withRidge(0.01))
                .then(stochastic)
                .then(Training.samples(100).withRidge(0.02));
        for (RiskReport risk : chain.predictStages()) {
            double shares = IntStream.range(0, 60).mapToDouble(risk::share).sum();
            assertThat(shares).isCloseTo(risk.excess(), withinPercentage(1e-10));
        }
        WeakToStrong verdict = chain.beginning(2).againstStrongLabels();
        assertThat(verdict.advantage())
                .isCloseTo(verdict.strong().excess() - verdict.weak().excess(), within(1e-12));
        double shares = IntStream.range(0, 60).mapToDouble(verdict::share).sum();
        assertThat(shares).isCloseTo(verdict.advantage(), within(1e-12));
    }

    @Test
    void theBestTeacherIsNoWorseThanItsNeighbours() {
        Training stochastic = Training.stochastic(100, 2, 0.2);
        Distillation optimal =
                Distillation.of(TASK).surrogate(Surrogate.optimal()).target(stochastic);
        double best = optimal.predict().excess();
        double[] coefficients = optimal.surrogateCoefficients();
        for (int i = 0; i < 60; i += 11) {
            for (double factor : new double[] {0.99, 1.01}) {
                double[] moved = coefficients.clone();
                moved[i] *= factor;
                assertThat(Distillation.of(TASK)
                                .surrogate(Surrogate.given(moved))
                                .target(stochastic)
                                .predict()
                                .excess())
                        .isGreaterThan(best);
            }
        }
    }

    @Test
    void generationsApproachTheirLimit() {
        Generations generations = Generations.of(
                Distillation.of(TASK), Training.stochastic(50, 4, 0.2).withTeacherShare(0.5), 300);
        assertThat(generations.excess()[299]).isCloseTo(generations.limit(), withinPercentage(1e-8));
    }

    @Test
    void rejectsUnsupportedQuantities() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Training.stochastic(10, 4, 0.1).withRidge(0.1))
                .withMessageStartingWith("ridge: 0.1 cannot be combined with single-pass gradient descent");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Distillation.of(TASK)
                        .target(Training.stochastic(10, 4, 0.1).withSamples(42)))
                .withMessage("samples: 42.0 is not a whole number of batches of 4, which a single pass needs");
        assertThatIllegalStateException()
                .isThrownBy(() -> Distillation.of(TASK)
                        .target(Training.stochastic(10, 4, 0.1))
                        .equivalent())
                .withMessageStartingWith("No τ belongs to single-pass gradient descent");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Distillation.of(RegressionTask.of(Spectrum.powerLaw(2.0), Signal.sourcePowerLaw(1.5)))
                        .target(Training.stochastic(10, 4, 0.1)))
                .withMessageStartingWith("task.spectrum: ")
                .withMessageContaining("has too many features for a list");
    }

    @Test
    void trainingErrorsNearTheLargestNumberDoNotOverflow() {
        double unit = 0x1p511;
        RegressionTask task = RegressionTask.of(Spectrum.of(1, 0.5), Signal.of(1, 1));
        RegressionTask large = RegressionTask.of(Spectrum.of(1, 0.5), Signal.of(unit, unit));
        for (double rate : new double[] {0.2, 0.45}) {
            Training training = Training.stochastic(3, 1, rate);
            double expected = Distillation.of(task).target(training).predict().trainingError();
            double actual = Distillation.of(large).target(training).predict().trainingError();
            assertThat(Math.scalb(actual, -2 * 511)).isEqualTo(expected);
        }
    }
}
