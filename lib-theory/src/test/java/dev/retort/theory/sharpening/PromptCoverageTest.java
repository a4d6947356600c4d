package dev.retort.theory.sharpening;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.RandomStreams;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PromptCoverageTest {

    @Test
    void coverageIsTheMeanNumberOfDrawsUntilTheBestAppears() {
        double[] masses = {0.7, 0.15, 0.04};
        double[] weights = {0.5, 0.2, 0.3};
        PromptCoverage prompts = PromptCoverage.of(masses, weights);
        double mean = 0;
        for (int draws = 1; draws < 2000; draws++) {
            for (int x = 0; x < 3; x++) {
                mean += weights[x] * draws * masses[x] * Math.pow(1 - masses[x], draws - 1);
            }
        }
        assertThat(prompts.coverage()).isCloseTo(mean, within(1e-12 * mean));
    }

    @Test
    void drawsAreTheSmallestThatSharpenEnoughPrompts() {
        RandomGenerator random = RandomStreams.of(4).generator();
        for (int round = 0; round < 40; round++) {
            int size = 1 + random.nextInt(12);
            double[] masses = random.doubles(size, 0.02, 1).toArray();
            double[] weights = random.doubles(size).toArray();
            double sum = Arrays.stream(weights).sum();
            Arrays.setAll(weights, i -> weights[i] / sum);
            PromptCoverage prompts = PromptCoverage.of(masses, weights);
            for (double epsilon : new double[] {0.05, 0.3, 0.7}) {
                for (double delta : new double[] {0.4, 0.01}) {
                    double draws = prompts.drawsFor(epsilon, delta);
                    // Checks the definition, by the law of the best of N itself.
                    assertThat(failing(masses, weights, draws, delta)).isLessThanOrEqualTo(epsilon);
                    assertThat(prompts.sharpened(draws, delta))
                            .isCloseTo(1 - failing(masses, weights, draws, delta), within(1e-12));
                    if (draws > 1) {
                        assertThat(failing(masses, weights, draws - 1, delta)).isGreaterThan(epsilon);
                    }
                    assertThat(prompts.sufficientDraws(epsilon, delta)).isGreaterThanOrEqualTo(draws);
                    assertThat(prompts.adaptiveDraws(delta))
                            .isLessThanOrEqualTo(prompts.coverage() * Math.log(1 / delta) + 1);
                }
            }
            for (double draws : new double[] {1, 3, 20, 500}) {
                assertThat(prompts.missed(draws))
                        .isLessThanOrEqualTo(prompts.coverage() / (Math.E * draws))
                        .isCloseTo(missed(masses, weights, draws), within(1e-13));
            }
        }
    }

    private static double failing(double[] masses, double[] weights, double draws, double delta) {
        double share = 0;
        for (int x = 0; x < masses.length; x++) {
            share += 1 - Math.pow(1 - masses[x], draws) < 1 - delta ? weights[x] : 0;
        }
        return share;
    }

    private static double missed(double[] masses, double[] weights, double draws) {
        double mean = 0;
        for (int x = 0; x < masses.length; x++) {
            mean += weights[x] * Math.pow(1 - masses[x], draws);
        }
        return mean;
    }

    @Test
    void approximateSharpeningAgreesWithTheEnumerationOfAllTuples() {
        SplittableRandom random = new SplittableRandom(6);
        for (int round = 0; round < 20; round++) {
            int size = 1 + random.nextInt(5);
            double[][] laws = new double[size][];
            double[][] logs = new double[size][];
            double[] weights = random.doubles(size).toArray();
            double sum = Arrays.stream(weights).sum();
            Arrays.setAll(weights, x -> weights[x] / sum);
            for (int x = 0; x < size; x++) {
                laws[x] = BestOfNTest.decimals(random);
                logs[x] = Arrays.stream(laws[x]).map(Math::log).toArray();
            }
            for (double gamma : new double[] {0, 0.2, 0.5}) {
                PromptCoverage prompts = PromptCoverage.ofLogProbabilities(logs, weights, gamma);
                // The mass outside Y_γ after the best of N, N = 1 … 5, by enumeration.
                double[][] left = new double[size][6];
                double coverage = 0;
                for (int x = 0; x < size; x++) {
                    double[] law = laws[x];
                    double least = (1 - gamma) * Arrays.stream(law).max().orElseThrow() - 1e-9;
                    for (int n = 1; n <= 5; n++) {
                        double[] best = BestOfNTest.enumerated(law, law, n);
                        left[x][n] = IntStream.range(0, law.length)
                                .filter(i -> law[i] < least)
                                .mapToDouble(i -> best[i])
                                .sum();
                    }
                    coverage += weights[x]
                            / Arrays.stream(law).filter(p -> p >= least).sum();
                }
                assertThat(prompts.coverage()).isCloseTo(coverage, within(1e-14 * coverage));
                for (int n = 1; n <= 5; n++) {
                    double missed = 0;
                    for (int x = 0; x < size; x++) {
                        missed += weights[x] * left[x][n];
                    }
                    assertThat(prompts.missed(n)).isCloseTo(missed, within(1e-14));
                }
                for (double epsilon : new double[] {0.1, 0.4}) {
                    int expected = smallest(left, weights, epsilon, 0.1);
                    double draws = prompts.drawsFor(epsilon, 0.1);
                    assertThat(Math.min(draws, 6)).isEqualTo(expected);
                    assertThat(prompts.sufficientDraws(epsilon, 0.1)).isGreaterThanOrEqualTo(draws);
                }
            }
        }
    }

    /** The first N by the definition of (ε, δ)-sharpened, or 6 if it is more than 5. */
    private static int smallest(double[][] left, double[] weights, double epsilon, double delta) {
        for (int n = 1; n <= 5; n++) {
            double failing = 0;
            for (int x = 0; x < weights.length; x++) {
                failing += left[x][n] > delta * (1 + 1e-9) ? weights[x] : 0;
            }
            if (failing <= epsilon) {
                return n;
            }
        }
        return 6;
    }

    /** Three weights of 0.1 add up to more than 0.3 by rounding alone. */
    @Test
    void exactlyTheAllowedShareMayFail() {
        double[] masses = new double[10];
        Arrays.setAll(masses, i -> 0.01 * (i + 1));
        PromptCoverage prompts = PromptCoverage.of(masses);
        assertThat(prompts.drawsFor(0.3, 0.1)).isEqualTo(BestOfN.drawsFor(0.04, 0.1));
        assertThat(prompts.drawsFor(0.299, 0.1)).isEqualTo(BestOfN.drawsFor(0.03, 0.1));
    }

    @Test
    void oneHardPromptMakesTheBoundAlmostNecessary() {
        // With a share just above ε of prompts at ε/C, Markov's inequality is sharp except for the easy prompts.
        PromptCoverage prompts = PromptCoverage.of(new double[] {1e-4, 1}, new double[] {0.1001, 0.8999});
        double ratio = prompts.sufficientDraws(0.1, 0.05) / prompts.drawsFor(0.1, 0.05);
        assertThat(ratio).isBetween(1.0, 1.01);
    }

    @Test
    void orderOfFineTuningGrowsAsTheTheoremSays() {
        PromptCoverage prompts = PromptCoverage.of(new double[] {0.5, 0.25});
        PromptCoverage.FineTuningOrder order = prompts.fineTuningOrder(Math.log(1000), 0.05, 0.1, 0.2);
        assertThat(order.prompts()).isCloseTo(Math.log(1000 / 0.05) / 0.02, within(1e-10));
        assertThat(order.draws()).isCloseTo(3 * Math.log(10) / 0.1, within(1e-12));
        assertThat(order).hasToString("up to a constant, 495.174 prompts with 69.0776 draws each");
    }

    /** Counts draws beyond the range of long; Long.MAX_VALUE draws are not enough. */
    @Test
    void hardPromptsTakeManyDraws() {
        PromptCoverage hard = PromptCoverage.of(new double[] {1e-30});
        double draws = hard.drawsFor(0.1, 0.5);
        assertThat(draws).isCloseTo(Math.log(2) * 1e30, within(1e18));
        assertThat(hard.sharpened(draws, 0.5)).isEqualTo(1);
        assertThat(hard.sharpened(9.3e18, 0.5)).isZero();
    }

    @Test
    void certainResponsesTakeOneDraw() {
        PromptCoverage prompts = PromptCoverage.of(new double[] {1, 1});
        assertThat(prompts.coverage()).isEqualTo(1);
        assertThat(prompts.drawsFor(0.01, 1e-9)).isEqualTo(1);
        assertThat(prompts.missed(1)).isZero();
        assertThat(prompts).hasToString("2 prompts of coverage 1.00000").isEqualTo(PromptCoverage.of(new double[] {1, 1
        }));
    }

    @Test
    void rejectsInvalidSharesAndMasses() {
        refuses("bestMasses.length: 0 is not at least 1", () -> PromptCoverage.of(new double[0]));
        refuses(
                "bestMasses[1]: 0.0 is not above 0 and at most 1; it is a probability",
                () -> PromptCoverage.of(new double[] {1, 0}));
        refuses(
                "bestMasses[0]: NaN is not above 0 and at most 1; it is a probability",
                () -> PromptCoverage.of(new double[] {Double.NaN}));
        refuses("weights: 0.5 is their sum and not 1", () -> PromptCoverage.of(new double[] {1}, new double[] {0.5}));
        double[][] logs = {{Math.log(0.5), Math.log(0.5)}, {0}};
        refuses(
                "weights.length: 1 is not the number of prompts, 2",
                () -> PromptCoverage.ofLogProbabilities(logs, new double[] {1}, 0.1));
        refuses(
                "gamma: -0.1 is not from 0 to less than 1; it is a part of the largest probability",
                () -> PromptCoverage.ofLogProbabilities(logs, new double[] {0.5, 0.5}, -0.1));
        refuses(
                "logProbabilities[0]: 0.5 is the sum of their exponentials and not 1; if no response is missing, subtract its"
                        + " logarithm from each",
                () -> PromptCoverage.ofLogProbabilities(new double[][] {{Math.log(0.5)}}, new double[] {1}, 0));
        PromptCoverage prompts = PromptCoverage.of(new double[] {0.5});
        refuses("epsilon: 0.0 is not between 0 and 1", () -> prompts.drawsFor(0, 0.5));
        refuses("delta: 1.0 is not between 0 and 1", () -> prompts.adaptiveDraws(1));
        refuses("draws: 0.0 is not at least 1 and finite", () -> prompts.sharpened(0, 0.5));
        refuses("draws: 0.5 is not at least 1 and finite", () -> prompts.missed(0.5));
    }
}
