package dev.retort.theory.sharpening;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.internal.CompensatedSum;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BestOfNTest {

    /** Enumerates all N-tuples; the first of the best responses counts. */
    static double[] enumerated(double[] law, double[] scores, int draws) {
        CompensatedSum[] best = new CompensatedSum[law.length];
        Arrays.setAll(best, i -> new CompensatedSum());
        int[] tuple = new int[draws];
        while (true) {
            double probability = 1;
            int kept = tuple[0];
            for (int response : tuple) {
                probability *= law[response];
                kept = scores[response] > scores[kept] ? response : kept;
            }
            best[kept].add(probability);
            int place = draws - 1;
            while (place >= 0 && ++tuple[place] == law.length) {
                tuple[place--] = 0;
            }
            if (place < 0) {
                return Arrays.stream(best).mapToDouble(CompensatedSum::value).toArray();
            }
        }
    }

    @Test
    void agreesWithTheEnumerationOfAllTuples() {
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 60; round++) {
            int responses = 1 + random.nextInt(6);
            double[] law = random.doubles(responses).toArray();
            double sum = Arrays.stream(law).sum();
            Arrays.setAll(law, i -> law[i] / sum);
            double[] scores = random.ints(responses, 0, 3).asDoubleStream().toArray();
            for (int draws = 1; draws <= 5; draws++) {
                BestOfN best = BestOfN.of(law, scores, draws);
                double[] expected = enumerated(law, scores, draws);
                double mean = 0;
                double divergence = 0;
                for (int i = 0; i < responses; i++) {
                    assertThat(best.probability(i)).isCloseTo(expected[i], within(1e-14));
                    mean += expected[i] * scores[i];
                    divergence += expected[i] * Math.log(expected[i] / law[i]);
                }
                assertThat(best.expectedScore()).isCloseTo(mean, within(1e-14));
                assertThat(best.divergence())
                        .isCloseTo(divergence, within(1e-14))
                        .isLessThanOrEqualTo(Math.log(draws) - (draws - 1.0) / draws + 1e-14);
                double top = Arrays.stream(scores).max().orElseThrow();
                double sharpened = 0;
                for (int i = 0; i < responses; i++) {
                    sharpened += scores[i] == top ? expected[i] : 0;
                }
                assertThat(best.sharpened()).isCloseTo(sharpened, within(1e-14));
            }
        }
    }

    /** Weights that sum to a hundred, with ties and with decimal ratios. */
    static double[] decimals(SplittableRandom random) {
        int[] weights = random.ints(1 + random.nextInt(6), 1, 6).map(w -> 4 * w).toArray();
        double sum = Arrays.stream(weights).sum();
        return Arrays.stream(weights).mapToDouble(w -> w / sum).toArray();
    }

    /** Nearly best responses are defined by their probability, whatever their scores. */
    @Test
    void nearlyBestResponsesByAVerifierAgreeWithTheEnumerationOfAllTuples() {
        SplittableRandom random = new SplittableRandom(7);
        for (int round = 0; round < 60; round++) {
            double[] law = decimals(random);
            double[] scores = random.ints(law.length, 0, 3).asDoubleStream().toArray();
            double[] scaled = Arrays.stream(scores).map(v -> 1000 * v - 7).toArray();
            for (double gamma : new double[] {0, 0.25, 0.5, 0.99}) {
                assertThat(BestOfN.of(law, scores, 1).bestMass(gamma))
                        .isCloseTo(nearlyBest(law, law, gamma), within(1e-14))
                        .isEqualTo(BestOfN.of(law, scaled, 1).bestMass(gamma));
                for (int draws = 1; draws <= 5; draws++) {
                    assertThat(BestOfN.of(law, scores, draws).sharpened(gamma))
                            .isCloseTo(nearlyBest(law, enumerated(law, scores, draws), gamma), within(1e-14))
                            .isEqualTo(BestOfN.of(law, scaled, draws).sharpened(gamma));
                }
            }
        }
    }

    private static double nearlyBest(double[] law, double[] values, double gamma) {
        // The limit is a decimal, which rounding may move to either side.
        double least = (1 - gamma) * Arrays.stream(law).max().orElseThrow() - 1e-9;
        return IntStream.range(0, law.length)
                .filter(i -> law[i] >= least)
                .mapToDouble(i -> values[i])
                .sum();
    }

    @Test
    void nearlyBestResponsesAgreeWithTheEnumerationOfAllTuples() {
        SplittableRandom random = new SplittableRandom(5);
        int atTheLimit = 0;
        for (int round = 0; round < 60; round++) {
            double[] law = decimals(random);
            double[] logs = Arrays.stream(law).map(Math::log).toArray();
            double top = Arrays.stream(law).max().orElseThrow();
            for (double gamma : new double[] {0, 0.2, 0.25, 0.4, 0.5, 0.6, 0.75, 0.99}) {
                atTheLimit +=
                        Arrays.stream(law).anyMatch(p -> gamma > 0 && Math.abs(p - (1 - gamma) * top) < 1e-12) ? 1 : 0;
                assertThat(BestOfN.ofLogProbabilities(logs, 1).bestMass(gamma))
                        .isCloseTo(nearlyBest(law, law, gamma), within(1e-14));
                for (int draws = 1; draws <= 5; draws++) {
                    assertThat(BestOfN.ofLogProbabilities(logs, draws).sharpened(gamma))
                            .isCloseTo(nearlyBest(law, enumerated(law, law, draws), gamma), within(1e-14));
                }
            }
        }
        assertThat(atTheLimit).isGreaterThan(50);
    }

    @Test
    void nearlyBestRangesFromTheBestToAllResponses() {
        double[] law = {0.4, 0.4, 0.15, 0.05, 0};
        double[] logs = Arrays.stream(law).map(Math::log).toArray();
        BestOfN best = BestOfN.ofLogProbabilities(logs, 3);
        assertThat(best.sharpened(0)).isEqualTo(best.sharpened());
        assertThat(best.bestMass(1e-12)).isEqualTo(best.bestMass()).isEqualTo(0.8, within(1e-15));
        assertThat(best.bestMass(1 - 1e-12)).isEqualTo(1, within(1e-15));
        refuses(
                "gamma: 1.0 is not from 0 to less than 1; it is a part of the largest probability",
                () -> best.sharpened(1));
        refuses(
                "gamma: NaN is not from 0 to less than 1; it is a part of the largest probability",
                () -> best.bestMass(Double.NaN));
    }

    @Test
    void divergenceReachesItsBoundAsMassesVanish() {
        int responses = 20_000;
        double[] law = new double[responses];
        Arrays.fill(law, 1.0 / responses);
        double[] scores = IntStream.range(0, responses).asDoubleStream().toArray();
        for (int draws : new int[] {2, 10, 100}) {
            assertThat(BestOfN.of(law, scores, draws).divergence())
                    .isCloseTo(Math.log(draws) - (draws - 1.0) / draws, within(1e-4 * draws));
        }
    }

    @Test
    void roundsAreEquivalentToMoreDraws() {
        double[] law = {0.5, 0.3, 0.2};
        double[] scores = {1, 2, 3};
        assertThat(BestOfN.of(law, scores, 3).rounds(2)).isEqualTo(BestOfN.of(law, scores, 9));
        BestOfN once = BestOfN.of(law, scores, 3);
        double[] next = {once.probability(0), once.probability(1), once.probability(2)};
        BestOfN twice = BestOfN.of(next, scores, 3);
        for (int i = 0; i < 3; i++) {
            assertThat(once.rounds(2).probability(i)).isCloseTo(twice.probability(i), within(1e-14));
        }
    }

    @Test
    void rareResponsesKeepTheirDigits() {
        // 1 − (1 − 1e-20)^7 = 7e-20, which a difference from one would lose.
        BestOfN best = BestOfN.of(new double[] {1 - 1e-20, 1e-20}, new double[] {0, 1}, 7);
        assertThat(best.sharpened()).isCloseTo(7e-20, within(1e-34));
        assertThat(best.probability(1)).isCloseTo(7e-20, within(1e-34));
    }

    @Test
    void drawsForIsTheSmallestSufficientNumber() {
        assertThat(BestOfN.drawsFor(1, 0.1)).isEqualTo(1);
        assertThat(BestOfN.drawsFor(0.5, 0.125)).isEqualTo(3);
        assertThat(BestOfN.drawsFor(0.1, 0.01)).isEqualTo(44);
        for (double mass : new double[] {0.03, 0.2, 0.7}) {
            for (double delta : new double[] {0.3, 0.01, 1e-6}) {
                double draws = BestOfN.drawsFor(mass, delta);
                assertThat(Math.pow(1 - mass, draws)).isLessThanOrEqualTo(delta * (1 + 1e-9));
                assertThat(draws == 1 || Math.pow(1 - mass, draws - 1) > delta * (1 - 1e-9))
                        .isTrue();
            }
        }
    }

    @Test
    void theTemperedLawHasTheSameBestMass() {
        double[] log = {Math.log(0.4), Math.log(0.35), Math.log(0.25)};
        BestOfN best = BestOfN.ofLogProbabilities(log, 5);
        double beta = best.temperedEquivalent().orElseThrow();
        double all = 0;
        for (double each : log) {
            all += Math.exp(each * (1 + 1 / beta));
        }
        assertThat(Math.exp(log[0] * (1 + 1 / beta)) / all).isCloseTo(best.sharpened(), within(1e-11));
        assertThat(BestOfN.ofLogProbabilities(log, 1).temperedEquivalent()).hasValue(Double.POSITIVE_INFINITY);
        double[] tied = {Math.log(0.3), Math.log(0.3), Math.log(0.4 / 3), Math.log(0.8 / 3)};
        BestOfN ties = BestOfN.ofLogProbabilities(tied, 3);
        double exponent = 1 + 1 / ties.temperedEquivalent().orElseThrow();
        double whole =
                Arrays.stream(tied).map(each -> Math.exp(each * exponent)).sum();
        assertThat(2 * Math.exp(tied[0] * exponent) / whole).isCloseTo(ties.sharpened(), within(1e-11));
    }

    @Test
    void temperedLawsHaveTheMassTheyReport() {
        // The best response is the least probable one, so tempering only reduces its mass.
        assertThat(BestOfN.of(new double[] {0.7, 0.3}, new double[] {0, 1}, 4).temperedEquivalent())
                .isEmpty();
        // All responses are equally probable, so tempering does not change the law.
        assertThat(BestOfN.of(new double[] {0.5, 0.5}, new double[] {0, 1}, 4).temperedEquivalent())
                .isEmpty();
        // All responses are equally good, so every law is best.
        assertThat(BestOfN.of(new double[] {0.5, 0.5}, new double[] {1, 1}, 4).temperedEquivalent())
                .hasValue(Double.POSITIVE_INFINITY);
        assertThat(BestOfN.of(new double[] {0.7, 0.3}, new double[] {1, 0}, Integer.MAX_VALUE)
                        .rounds(1000)
                        .temperedEquivalent())
                .isEmpty();
    }

    /**
     * The verifier's best response first gains mass from the many improbable ones, then loses it to the most probable. Beside one of
     * 0.1025 it has more than of the best of four only for exponents 1 + x with x from 0.684 to 0.939.
     */
    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.1025})
    void findsATemperWhereTheMassOnlyCrossesTheTarget(double most) {
        double[] law = new double[1002];
        double[] scores = new double[law.length];
        Arrays.fill(law, (0.95 - most) / 1000);
        law[0] = 0.05;
        law[1] = most;
        scores[0] = 1;
        BestOfN passing = BestOfN.of(law, scores, 4);
        double power = 1 + 1 / passing.temperedEquivalent().orElseThrow();
        double best = Math.pow(0.05, power);
        assertThat(best / (best + Math.pow(most, power) + 1000 * Math.pow(law[2], power)))
                .isCloseTo(1 - Math.pow(0.95, 4), within(1e-11));
        // In the limit, all of the mass is on the most probable response.
        assertThat(Math.pow(0.05, 40) / (Math.pow(0.05, 40) + Math.pow(most, 40)))
                .isLessThan(0.1);
    }

    /** 1 − 0.6^200 is one minus 4e-45, and the temper has all digits. */
    @Test
    void temperKeepsDigitsWhereTheMassRoundsToOne() {
        double beta = BestOfN.of(new double[] {0.6, 0.4}, new double[] {Math.log(0.6), Math.log(0.4)}, 200)
                .temperedEquivalent()
                .orElseThrow();
        // (0.4/0.6)^(1 + 1/β) = 0.4^200
        assertThat(1 + 1 / beta).isCloseTo(200 * Math.log(0.4) / Math.log(2.0 / 3), within(1e-9));
    }

    @Test
    void passAtNIsNotNegativeIfNoneIsCorrect() {
        assertThat(BestOfN.passAt(10, 0, 5)).hasToString("0.0");
    }

    @Test
    void passAtNIsUnbiased() {
        // Over the binomial law of k among M, the mean is 1 − (1 − p)^N.
        int m = 12;
        double p = 0.23;
        for (int n = 1; n <= m; n++) {
            double mean = 0;
            double term = Math.pow(1 - p, m);
            for (int k = 0; k <= m; k++) {
                mean += term * BestOfN.passAt(m, k, n);
                term *= (double) (m - k) / (k + 1) * p / (1 - p);
            }
            assertThat(mean).isCloseTo(1 - Math.pow(1 - p, n), within(1e-13));
        }
    }

    @Test
    void anImperfectVerifierHasItsOwnLaw() {
        double a = 0.3;
        double e = 0.1;
        // Four kinds of responses, correct or not and accepted or not; accepted responses score higher.
        double[] law = {a * (1 - e), a * e, (1 - a) * e, (1 - a) * (1 - e)};
        double[] scores = {1, 0, 1, 0};
        for (int draws : new int[] {1, 2, 5, 40}) {
            BestOfN best = BestOfN.of(law, scores, draws);
            assertThat(BestOfN.verified(a, e, draws))
                    .isCloseTo(best.probability(0) + best.probability(1), within(1e-14));
        }
        assertThat(BestOfN.verified(a, e, 1e9)).isCloseTo(0.27 / 0.34, within(1e-14));
    }

    @Test
    void rejectsInvalidLaws() {
        refuses("law.length: 0 is not at least 1", () -> BestOfN.of(new double[0], new double[0], 1));
        refuses(
                "law: 0.5 is its sum and not 1; if no response is missing, divide by it",
                () -> BestOfN.of(new double[] {0.5}, new double[] {1}, 1));
        refuses("draws: 0 is not at least 1", () -> BestOfN.of(new double[] {1}, new double[] {1}, 0));
        refuses("scores[0]: NaN is no number", () -> BestOfN.of(new double[] {1}, new double[] {Double.NaN}, 1));
        refuses("delta: 1.0 is not between 0 and 1", () -> BestOfN.drawsFor(0.5, 1));
        refuses("draws: 0.5 is not at least 1 and finite", () -> BestOfN.verified(0.4, 0.1, 0.5));
        refuses(
                "logProbabilities[0]: NaN is not at most 0; it is the logarithm of a probability",
                () -> BestOfN.ofLogProbabilities(new double[] {Double.NaN, 0}, 2));
        refuses(
                "logProbabilities[0]: 0.5 is not at most 0; it is the logarithm of a probability",
                () -> BestOfN.ofLogProbabilities(new double[] {0.5}, 1));
        refuses(
                "logProbabilities: 2.0 is the sum of their exponentials and not 1; if no response is missing, subtract its"
                        + " logarithm from each",
                () -> BestOfN.ofLogProbabilities(new double[] {0, 0}, 1));
        refuses("logProbabilities.length: 0 is not at least 1", () -> BestOfN.ofLogProbabilities(new double[0], 1));
        assertThatThrownBy(() -> BestOfN.of(new double[] {0.5, 0.5}, new double[] {1, 2}, 1)
                        .probability(2))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("response: 2 is not between 0 and 1");
        refuses("draws: 5 is not from 1 to the number of responses, 4", () -> BestOfN.passAt(4, 2, 5));
    }

    private static void refuses(String message, Runnable call) {
        assertThatIllegalArgumentException().isThrownBy(call::run).withMessage(message);
    }

    /** Where N^T overflows, all of the mass is on the best responses. */
    @Test
    void infinitelyManyRoundsGiveTheBest() {
        BestOfN endless = BestOfN.of(new double[] {0.5, 0.3, 0.2, 0}, new double[] {1, 2, 3, 4}, Integer.MAX_VALUE)
                .rounds(1000);
        assertThat(endless.probability(2)).isEqualTo(1);
        assertThat(endless.probability(0)).isZero();
        assertThat(endless.probability(3)).isZero();
        assertThat(endless.sharpened()).isEqualTo(1);
        assertThat(endless.expectedScore()).isEqualTo(3);
        assertThat(endless.divergence()).isCloseTo(-Math.log(0.2), within(1e-15));
        BestOfN certain = BestOfN.of(new double[] {1, 0}, new double[] {1, 2}, Integer.MAX_VALUE)
                .rounds(1000);
        assertThat(certain.probability(0)).isEqualTo(1);
        assertThat(certain.divergence()).isZero();
        assertThat(BestOfN.drawsFor(1e-300, 0.1)).isCloseTo(1e300 * Math.log(10), withinPercentage(1e-9));
        assertThat(BestOfN.drawsFor(1e-16, 0.5)).isEqualTo(6_931_471_805_592_522.0);
    }
}
