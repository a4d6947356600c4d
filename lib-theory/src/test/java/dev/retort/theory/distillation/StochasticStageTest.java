package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
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

    /** Simulated: .098156 ± .0007 and .018799 ± .0001; the numbers are those of the recursion in 30 digits, rounded. */
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
    void refusesWhatItHasNot() {
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
        assertThatIllegalStateException()
                .isThrownBy(() -> Distillation.of(RegressionTask.of(Spectrum.powerLaw(2.0), Signal.sourcePowerLaw(1.5)))
                        .target(Training.stochastic(10, 4, 0.1)))
                .withMessageContaining("is not listed feature by feature");
    }
}
