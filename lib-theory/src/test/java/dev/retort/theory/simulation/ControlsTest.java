package dev.retort.theory.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.RandomStreams;
import dev.retort.core.SampleMean;
import dev.retort.core.StandardNormal;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the coefficient of a control that is fitted to all other trials. */
class ControlsTest {

    @Test
    void threeTrialsByHand() {
        // For the second trial, the others have means 2.5 and -0.5: (-1.5 * 0.5 + 1.5 * -0.5) / (0.25 + 0.25 + 200).
        assertThat(Controls.refined(new double[] {1, 2, 4}, new double[] {0, 1, -1}))
                .containsExactly(new double[] {1, 2 + 1.5 / 200.5, 4 + 0.5 / 200.5}, within(1e-15));
    }

    @Test
    void coefficientIsARegressionOnTheOtherTrials() {
        double[] risks = {3, 1, 4, 1, 5, 9, 2, 6};
        double[] taken = {0.3, -1.2, 0.8, -0.4, 1.9, 2.5, -0.1, 0.6};
        double[] refined = Controls.refined(risks, taken);
        for (int t = 0; t < risks.length; t++) {
            double[] e = without(t, risks);
            double[] u = without(t, taken);
            double product = 0;
            double square = 200;
            for (int k = 0; k < e.length; k++) {
                double apart = u[k] - Arrays.stream(u).average().orElseThrow();
                product += apart * e[k];
                square += apart * apart;
            }
            assertThat(refined[t]).isCloseTo(risks[t] - product / square * taken[t], within(1e-14));
        }
    }

    private static double[] without(int t, double[] numbers) {
        double[] others = Arrays.copyOf(numbers, numbers.length - 1);
        System.arraycopy(numbers, t + 1, others, t, others.length - t);
        return others;
    }

    /** Enumerates all 3^5 outcomes of five trials with three possible risks each, with controls of mean 0. */
    @ParameterizedTest
    @ValueSource(doubles = {1, 100})
    void expectationsDoNotChange(double scale) {
        double[] means =
                Arrays.stream(ways(scale)).mapToDouble(SampleMean::mean).toArray();
        assertThat(SampleMean.of(means).mean()).isCloseTo(5, within(1e-13));
    }

    @Test
    void theStandardErrorIsRight() {
        SampleMean[] ways = ways(1);
        double expected = Arrays.stream(ways)
                .mapToDouble(way -> Math.pow(way.standardError(), 2))
                .average()
                .orElseThrow();
        double variance = Arrays.stream(ways)
                .mapToDouble(way -> Math.pow(way.mean() - 5, 2))
                .average()
                .orElseThrow();
        assertThat(expected / variance).isCloseTo(1, within(0.01));
    }

    private static SampleMean[] ways(double scale) {
        double[] risks = {9, 1, 5};
        double[] controls = {-1.5 * scale, 0.5 * scale, scale};
        return IntStream.range(0, 243)
                .mapToObj(way -> {
                    int[] drawn = IntStream.of(1, 3, 9, 27, 81)
                            .map(power -> way / power % 3)
                            .toArray();
                    return SampleMean.of(Controls.refined(
                            Arrays.stream(drawn).mapToDouble(k -> risks[k]).toArray(),
                            Arrays.stream(drawn).mapToDouble(k -> controls[k]).toArray()));
                })
                .toArray(SampleMean[]::new);
    }

    @Test
    void withoutControlsNothingChanges() {
        double[] risks = {0.1, 0.7, -0.3, 1e300, Double.MIN_VALUE};
        assertThat(Controls.refined(risks, new double[5])).containsExactly(risks);
        assertThat(Controls.refined(new double[] {2, 3}, new double[] {1, -1})).containsExactly(2, 3);
    }

    @Test
    void largeRisksStayFinite() {
        assertThat(Controls.refined(new double[] {0x1p1023, 0x1.8p1023, 0x1.2p1023}, new double[] {3, -2, 4}))
                .doesNotContain(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);
    }

    /** With as many trials as the theory counts for, half of the coefficient is found, and with many all of it. */
    @Test
    void manyTrialsFindACoefficient() {
        double[] taken = StandardNormal.sample(20_000, RandomStreams.of(3).generator());
        double[] risks = Arrays.stream(taken).map(u -> 7 + 0.5 * u).toArray();
        double before = SampleMean.of(risks).standardError();
        double[] refined = Controls.refined(risks, taken);
        assertThat(SampleMean.of(refined).standardError() / before).isCloseTo(200 / 20_200.0, within(2e-4));
        double[] few = Controls.refined(Arrays.copyOf(risks, 200), Arrays.copyOf(taken, 200));
        assertThat(SampleMean.of(few).standardError()
                        / SampleMean.of(Arrays.copyOf(risks, 200)).standardError())
                .isCloseTo(0.5, within(0.05));
    }

    /**
     * Where a fit cannot help, it costs almost nothing, and means scatter by their standard errors like Student's t.
     */
    @ParameterizedTest
    @ValueSource(ints = {10, 30})
    void fewTrialsTrustTheTheory(int trials) {
        RandomGenerator random = RandomStreams.of(4).generator();
        int runs = 4_000;
        double before = 0;
        double after = 0;
        double scores = 0;
        for (int run = 0; run < runs; run++) {
            double[] risks = StandardNormal.sample(trials, random);
            SampleMean refined = SampleMean.of(Controls.refined(risks, StandardNormal.sample(trials, random)));
            before += Math.pow(SampleMean.of(risks).mean(), 2);
            after += Math.pow(refined.mean(), 2);
            scores += refined.zScore(0) * refined.zScore(0) / runs;
        }
        assertThat(after / before).isBetween(0.99, 1.01);
        double ofStudent = (trials - 1.0) / (trials - 3);
        assertThat(Math.sqrt(scores / ofStudent)).isCloseTo(1, within(0.05));
    }
}
