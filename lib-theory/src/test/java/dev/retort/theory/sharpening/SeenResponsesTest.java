package dev.retort.theory.sharpening;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.RandomStreams;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class SeenResponsesTest {

    private static double[] logs(double... masses) {
        return Arrays.stream(masses).map(Math::log).toArray();
    }

    @Test
    void certifiesTheBestOnceNothingLargerCanBeUnseen() {
        SeenResponses open = SeenResponses.of(List.of("a", "b", "a"), logs(0.3, 0.1, 0.3));
        assertThat(open.best()).isEqualTo("a");
        assertThat(open.seenMass()).isCloseTo(0.4, within(1e-15));
        assertThat(open.isCertified()).isFalse();
        assertThat(open.bestMass().low()).isCloseTo(0.3, within(1e-15));
        assertThat(open.bestMass().high()).isCloseTo(0.6, within(1e-15));
        assertThat(open.missed()).isCloseTo(0.343, within(1e-15));
        SeenResponses certain = SeenResponses.of(List.of("b", "a", "c"), logs(0.25, 0.4, 0.1));
        assertThat(certain.isCertified()).isTrue();
        assertThat(certain.missed()).isZero();
        assertThat(certain.bestMass().width()).isZero();
        assertThat(certain.drawsFor(0.05)).isEqualTo(BestOfN.drawsFor(0.4, 0.05));
        assertThat(certain.sharpened(6)).isCloseTo(1 - Math.pow(0.6, 6), within(1e-14));
        assertThat(certain.distinct()).containsExactly("b", "a", "c");
        assertThat(certain.draws()).isEqualTo(3);
    }

    @Test
    void boundsHoldForDrawsFromKnownLaws() {
        RandomGenerator random = RandomStreams.of(9).generator();
        int rounds = 4000;
        int missed = 0;
        double[] law = {0.22, 0.2, 0.18, 0.15, 0.1, 0.08, 0.07};
        int draws = 5;
        for (int round = 0; round < rounds; round++) {
            List<String> responses = new ArrayList<>();
            double[] logs = new double[draws];
            for (int i = 0; i < draws; i++) {
                int drawn = drawn(law, random.nextDouble());
                responses.add("response " + drawn);
                logs[i] = Math.log(law[drawn]);
            }
            SeenResponses seen = SeenResponses.of(responses, logs);
            assertThat(seen.bestMass().contains(0.22)).isTrue();
            boolean absent = !responses.contains("response 0");
            assertThat(absent && seen.isCertified()).isFalse();
            missed += absent ? 1 : 0;
            if (!seen.isCertified()) {
                assertThat(seen.missed()).isGreaterThanOrEqualTo(Math.pow(0.78, draws) * (1 - 1e-12));
            }
        }
        double chance = Math.pow(0.78, draws);
        assertThat(missed / (double) rounds).isCloseTo(chance, within(4 * Math.sqrt(chance * (1 - chance) / rounds)));
    }

    private static int drawn(double[] law, double uniform) {
        double left = uniform;
        int response = 0;
        while (response < law.length - 1 && left >= law[response]) {
            left -= law[response++];
        }
        return response;
    }

    @Test
    void rejectsImpossibleLogProbabilities() {
        refuses("responses.size: 0 is not at least 1", () -> SeenResponses.of(List.of(), new double[0]));
        refuses(
                "logProbabilities[0]: 0.1 is not at most 0 and finite; it is the logarithm of a probability",
                () -> SeenResponses.of(List.of("a"), new double[] {0.1}));
        refuses(
                "logProbabilities[1]: -2.0 differs from that of the same response before, -1.0",
                () -> SeenResponses.of(List.of("a", "a"), new double[] {-1, -2}));
        refuses(
                "logProbabilities: 1.2130613194252668 is the mass of all different responses and more than 1; pass log-probabilities"
                        + " of whole responses",
                () -> SeenResponses.of(List.of("a", "b"), new double[] {-0.5, -0.5}));
        refuses(
                "logProbabilities.length: 2 is not the number of responses, 1",
                () -> SeenResponses.of(List.of("a"), new double[] {-1, -1}));
    }

    @Test
    void samplesAreValues() {
        SeenResponses seen = SeenResponses.of(List.of("a", "b"), logs(0.5, 0.25));
        assertThat(SeenResponses.of(List.of("a", "b"), logs(0.5, 0.25)))
                .isEqualTo(seen)
                .hasSameHashCodeAs(seen);
        assertThat(seen)
                .hasToString(
                        "2 different responses in 2 draws, of mass 0.7500; the best has 0.5000 and is the most probable")
                .isNotEqualTo(SeenResponses.of(List.of("a", "b", "b"), logs(0.5, 0.25, 0.25)));
    }

    @Test
    void rejectsFewerThanOneDraw() {
        SeenResponses seen = SeenResponses.of(List.of("a"), logs(0.5));
        refuses("number: 0.5 is not at least 1 and finite", () -> seen.sharpened(0.5));
    }

    /** The mass of a response of a thousand tokens underflows to 0. */
    @Test
    void longResponsesAreComparedByTheirLogarithms() {
        SeenResponses seen = SeenResponses.of(List.of("a", "b"), new double[] {-900, -800});
        assertThat(seen.best()).isEqualTo("b");
        assertThat(seen.missed()).isEqualTo(1);
        assertThat(seen.drawsFor(0.1)).isEqualTo(Double.POSITIVE_INFINITY);
    }
}
