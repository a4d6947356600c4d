package dev.retort.theory.testtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.RandomStreams;
import dev.retort.core.spectrum.Spectrum;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the limits, and how the exact formulas converge to them. */
class ProportionalLimitTest {

    private static final double ROUNDING = 1e-12;

    private static TestTimeTraining warm(int d, double alpha, double noise, double priorPower, double priorNoise) {
        int n = (int) Math.round(alpha * d);
        TaskPrior prior = TaskPrior.isotropic(d, priorPower).withNoise(priorNoise);
        return TestTimeTraining.of(
                InContextTask.isotropic(d, 1).withNoise(noise), LinearAttention.pretrained(prior, n), n);
    }

    @ParameterizedTest
    @CsvSource({"0.5, 1, 0, 1, 0", "2, 0.3, 0.5, 1, 0.5", "0.5, 4, 0.2, 0.2, 1", "1, 10, 1, 5, 0"})
    void isTheLimitOfTheExactLoss(double alpha, double gamma, double noise, double priorPower, double priorNoise) {
        ProportionalLimit limit = ProportionalLimit.warm(alpha, 1, noise, priorPower, priorNoise);
        double fresh = Double.NaN;
        double same = Double.NaN;
        for (int d = 1000; d <= 16_000; d *= 2) {
            TestTimeTraining training = warm(d, alpha, noise, priorPower, priorNoise);
            long k = Math.round(gamma * d);
            double freshError = Math.abs(training.predict().loss(k) - limit.lossOnFreshContexts(gamma));
            double sameError = Math.abs(training.withSameContext().predict().loss(k) - limit.lossOnSameContext(gamma));
            // The error is O(1/d): it halves when d doubles.
            if (d > 1000) {
                assertThat(freshError / fresh).isCloseTo(0.5, within(0.03));
                assertThat(sameError / same).isCloseTo(0.5, within(0.03));
            }
            fresh = freshError;
            same = sameError;
            assertThat(freshError).isLessThan(20.0 / d);
        }
    }

    @Test
    void theErrorOfTheLeadingOrderIsAsDocumented() {
        double[][] claimed = {{60, 0.27, 0.14}, {200, 0.076, 0.042}, {1000, 0.015, 0.008}};
        for (double[] row : claimed) {
            int d = (int) row[0];
            ProportionalLimit limit = ProportionalLimit.warm(0.5, 1, 0, 1, 0);
            TestTimeTraining training = warm(d, 0.5, 0, 1, 0);
            double fresh = limit.initialLoss() - limit.lossOnFreshContexts(1);
            double same = limit.initialLoss() - limit.lossOnSameContext(1);
            assertThat(fresh / training.predict().after(d).improvement() - 1).isCloseTo(row[1], within(0.06 * row[1]));
            assertThat(same / training.withSameContext().predict().after(d).improvement() - 1)
                    .isCloseTo(row[2], within(0.06 * row[2]));
        }
    }

    @Test
    void theErrorOfTheLeadingOrderForAnyCovarianceIsOneOverTheDimension() {
        double[] fresh = new double[2];
        double[] same = new double[2];
        for (int i = 0; i < 2; i++) {
            int d = i == 0 ? 200 : 400;
            RandomGenerator random = RandomStreams.of(3).generator();
            double[] features = random.doubles(d, 0.5, 2).toArray();
            double[] prior = random.doubles(d, 0.2 / d, 2.0 / d).toArray();
            double[] beta = new double[d];
            for (int j = 0; j < d; j++) {
                beta[j] = Math.sqrt(prior[j]) * random.nextGaussian();
            }
            double[][] covariance = new double[d][d];
            for (int j = 0; j < d; j++) {
                covariance[j][j] = features[j];
            }
            LinearAttention start =
                    LinearAttention.pretrained(TaskPrior.of(Spectrum.of(features), Spectrum.of(prior)), d / 2);
            InContextTask task = InContextTask.of(covariance, beta).withNoise(Math.sqrt(0.1));
            TestTimeTraining training = TestTimeTraining.of(task, start, d / 2);
            fresh[i] = excess(training, d);
            same[i] = excess(training.withSameContext(), d);
        }
        assertThat(fresh[1]).isBetween(0.005, 0.08);
        assertThat(fresh[0] / fresh[1]).isBetween(1.7, 2.5);
        assertThat(same[0] / same[1]).isBetween(1.7, 2.5);
    }

    private static double excess(TestTimeTraining training, int k) {
        return training.leadingOrder().after(k).improvement()
                        / training.predict().after(k).improvement()
                - 1;
    }

    @Test
    void theLeadingOrderOnIsotropicFeaturesIsTheLimitAtTheSameNumbers() {
        TestTimeTraining training = warm(1_000_000, 0.7, 0.4, 2, 0.3);
        ProportionalLimit limit = ProportionalLimit.of(training);
        ImprovementCurve fresh = training.leadingOrder();
        assertThat(fresh.initialLoss()).isCloseTo(limit.initialLoss(), within(ROUNDING));
        assertThat(fresh.loss(500_000)).isCloseTo(limit.lossOnFreshContexts(0.5), within(1e-5));
        assertThat(training.withSameContext().leadingOrder().loss(500_000))
                .isCloseTo(limit.lossOnSameContext(0.5), within(1e-5));
        // η⋆ ~ d / (2(k+d) n²(n+d)) and 1 / (2(k+d) n(n+d)) when nothing is misspecified.
        TestTimeTraining plain = warm(1_000_000, 0.7, 0, 1, 0);
        double d = 1e6;
        double n = 7e5;
        double k = 5e5;
        double freshStep = d / (2 * (k + d) * n * n * (n + d));
        double sameStep = 1 / (2 * (k + d) * n * (n + d));
        assertThat(plain.predict().after((long) k).optimalStepSize().orElseThrow())
                .isCloseTo(freshStep, within(1e-4 * freshStep));
        assertThat(plain.withSameContext()
                        .predict()
                        .after((long) k)
                        .optimalStepSize()
                        .orElseThrow())
                .isCloseTo(sameStep, within(1e-4 * sameStep));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.5, 1, 7})
    void wellSpecifiedPreTrainingHasTheFormsOfThePaper(double alpha) {
        ProportionalLimit limit = ProportionalLimit.warm(alpha, 3, 0, 3, 0);
        for (double gamma : new double[] {0, 0.4, 1, 30}) {
            double share = gamma / (1 + gamma);
            assertThat(limit.initialLoss() - limit.lossOnFreshContexts(gamma))
                    .isCloseTo(3 * share / Math.pow(1 + alpha, 3), within(ROUNDING));
            assertThat(limit.lossOnSameContext(gamma)).isCloseTo(3 / (1 + alpha) / (1 + gamma), within(ROUNDING));
            assertThat(ProportionalLimit.cold(3, 0).lossOnFreshContexts(gamma))
                    .isCloseTo(3 / (1 + gamma), within(ROUNDING));
        }
        double crossover = (1 + alpha) * (1 + alpha) / (2 + alpha);
        assertThat(limit.crossover()).isCloseTo(crossover, within(ROUNDING * crossover));
    }

    @Test
    void theCrossoverIsWhereTheLossesAgree() {
        RandomGenerator random = RandomStreams.of(6).generator();
        int transitions = 0;
        for (int trial = 0; trial < 500; trial++) {
            double noise = random.nextDouble();
            double power = 0.1 + random.nextDouble();
            ProportionalLimit warm =
                    new ProportionalLimit(power, noise, power * random.nextDouble(), 0.5 * power * random.nextDouble());
            ProportionalLimit cold = ProportionalLimit.cold(power, noise);
            double gamma = warm.crossover();
            if (gamma > 0) {
                transitions++;
                assertThat(warm.lossOnFreshContexts(gamma)).isCloseTo(cold.lossOnFreshContexts(gamma), within(1e-10));
                assertThat(warm.lossOnFreshContexts(gamma * 0.99)).isLessThan(cold.lossOnFreshContexts(gamma * 0.99));
                assertThat(warm.lossOnFreshContexts(gamma * 1.01))
                        .isGreaterThan(cold.lossOnFreshContexts(gamma * 1.01));
                // Not on the same context.
                assertThat(warm.lossOnSameContext(10 * gamma)).isLessThan(cold.lossOnSameContext(10 * gamma));
            } else {
                assertThat(warm.lossOnFreshContexts(0.1)).isGreaterThan(cold.lossOnFreshContexts(0.1));
                assertThat(warm.lossOnFreshContexts(100)).isGreaterThan(cold.lossOnFreshContexts(100));
            }
        }
        assertThat(transitions).isBetween(100, 450);
        assertThat(new ProportionalLimit(1, 0.2, 0.3, 0).crossover()).isInfinite();
        assertThat(ProportionalLimit.cold(1, 0.2).crossover()).isZero();
        assertThat(ProportionalLimit.warm(1e-6, 1, 0, 1, 0).crossover()).isCloseTo(0.5, within(1e-6));
    }

    @Test
    void theExactCrossoverTendsToTheLimit() {
        double limit = ProportionalLimit.warm(0.5, 1, 0, 1, 0).crossover();
        assertThat(limit).isCloseTo(0.9, within(ROUNDING));
        assertThat(exactCrossover(200)).isCloseTo(0.997, within(5e-4));
        assertThat(exactCrossover(1000)).isCloseTo(0.919, within(5e-4));
        assertThat(exactCrossover(100_000)).isCloseTo(limit, within(5e-4));
    }

    private static double exactCrossover(int d) {
        TestTimeTraining warm = warm(d, 0.5, 0, 1, 0);
        return warm.predict().crossovers(warm.withStart(LinearAttention.zero(d)).predict())[0] / d;
    }

    @Test
    void aLongerContextIsNotAlwaysBetter() {
        assertThat(ProportionalLimit.worstContextRatio(0.5)).isEmpty();
        for (double gamma : new double[] {0.6, 1, 3, 1e6}) {
            double worst = ProportionalLimit.worstContextRatio(gamma).orElseThrow();
            double peak = ProportionalLimit.warm(worst, 1, 0, 1, 0).lossOnFreshContexts(gamma);
            double share = gamma / (1 + gamma);
            assertThat(peak).isCloseTo(2 / (3 * Math.sqrt(3 * share)), within(ROUNDING));
            assertThat(ProportionalLimit.warm(worst * 0.9, 1, 0, 1, 0).lossOnFreshContexts(gamma))
                    .isLessThan(peak);
            assertThat(ProportionalLimit.warm(worst * 1.1, 1, 0, 1, 0).lossOnFreshContexts(gamma))
                    .isLessThan(peak);
        }
    }

    /** The turning points of the exact loss at k = γd: a local minimum, then a maximum, or none. */
    @ParameterizedTest
    @CsvSource({
        "60, 1, 0, 0",
        "2000, 1, 0, 0",
        "5000, 1, 501, 1013",
        "200, 3, 0, 0",
        "1000, 3, 132, 476",
        "200, 10, 52, 110"
    })
    void theExactLossIsMonotoneInTheContextUpToManyFeatures(int d, int gamma, int minimum, int maximum) {
        int lowest = 0;
        int highest = 0;
        double before = Double.POSITIVE_INFINITY;
        boolean falling = true;
        for (int n = 0; n <= d; n++) {
            double loss = warm(d, (double) n / d, 0, 1, 0).predict().loss((long) gamma * d);
            if (falling && loss > before) {
                lowest = n - 1;
            } else if (!falling && loss < before) {
                highest = n - 1;
            }
            falling = loss <= before;
            before = loss;
        }
        assertThat(lowest).isEqualTo(minimum);
        assertThat(highest).isEqualTo(maximum);
    }

    @Test
    void rejectsTrainingsWithoutALimit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProportionalLimit.warm(0, 1, 0, 1, 0))
                .withMessage("contextRatio: 0.0 is not greater than 0 and finite");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProportionalLimit.warm(1, 1, 0, 0, 0))
                .withMessage("priorPower: 0.0 is not greater than 0 and finite");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProportionalLimit.warm(1, -1, 0, 1, 0))
                .withMessage("power: -1.0 is not at least 0 and finite");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProportionalLimit.cold(1, Double.NaN))
                .withMessage("noise: NaN is not at least 0 and finite");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProportionalLimit.cold(1, 0).lossOnFreshContexts(-1))
                .withMessage("exampleRatio: -1.0 is not at least 0 and finite");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProportionalLimit.worstContextRatio(Double.NaN))
                .withMessage("exampleRatio: NaN is not at least 0 and finite");
        InContextTask task = InContextTask.of(new double[][] {{2}}, 1);
        TestTimeTraining training = TestTimeTraining.of(task, LinearAttention.zero(1), 3);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProportionalLimit.of(training))
                .withMessage("training: its features are not uncorrelated with unit variance");
        assertThatIllegalStateException()
                .isThrownBy(() -> training.withFreshContext(4).leadingOrder())
                .withMessage("There is no leading order for an evaluation context of another length");
    }

    @Test
    void numbersOfAnySizeGiveFiniteResults() {
        // With a prior of only noise nothing is learnt, even where the square of the noise overflows.
        assertThat(ProportionalLimit.warm(0.5, 2, 0.1, 1e-200, 1e200)).isEqualTo(ProportionalLimit.cold(2, 0.1));
        assertThat(ProportionalLimit.warm(1e308, 2, 0, 1e-154, 1e77).missed()).isCloseTo(0.5, within(1e-9));
        assertThat(ProportionalLimit.worstContextRatio(1e308).orElseThrow()).isCloseTo(Math.sqrt(3) - 1, within(1e-15));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProportionalLimit.warm(0.5, 1, 1e160, 1, 0))
                .withMessage("power + noise²: Infinity is not finite");
    }
}
