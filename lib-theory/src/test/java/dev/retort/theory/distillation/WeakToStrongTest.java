package dev.retort.theory.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.equivalent.DeterministicEquivalent;
import dev.retort.core.spectrum.RegressionTask;
import dev.retort.core.spectrum.Signal;
import dev.retort.core.spectrum.Spectrum;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeakToStrongTest {

    private static final RegressionTask FIGURE =
            RegressionTask.of(Spectrum.powerLaw(2.0, 500), Signal.sourcePowerLaw(1.5));

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void theAdvantageIsTheDifferenceOfTheRisksAndTheSumOfTheShares(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] surrogate = IntStream.range(0, 500)
                .mapToDouble(i -> FIGURE.coefficient(i) * random.nextDouble(0, 1.5))
                .toArray();
        WeakToStrong verdict = verdict(FIGURE.withNoise(0.1), Surrogate.given(surrogate), random.nextDouble(1, 600));
        double difference = verdict.strong().excess() - verdict.weak().excess();
        assertThat(verdict.advantage()).isCloseTo(difference, within(1e-12));
        double shares = IntStream.range(0, 500).mapToDouble(verdict::share).sum();
        assertThat(shares).isCloseTo(verdict.advantage(), within(1e-12));
        assertThat(verdict.beatsStrongLabels()).isEqualTo(difference > 0);
        assertThat(verdict.ratio())
                .isCloseTo(verdict.weak().excess() / verdict.strong().excess(), withinPercentage(1e-12));
    }

    @Test
    void noiseDoesNotChangeTheAdvantage() {
        double quiet = verdict(FIGURE, Surrogate.optimal(), 200).advantage();
        double noisy = verdict(FIGURE.withNoise(3), Surrogate.optimal(), 200).advantage();
        assertThat(noisy).isEqualTo(quiet).isCloseTo(0.119366983906 - 0.083250959538, within(1e-12));
    }

    @Test
    void trueLabelsHaveNoAdvantageOverThemselves() {
        WeakToStrong verdict = verdict(FIGURE, Surrogate.groundTruth(), 200);
        assertThat(verdict.advantage()).isZero();
        assertThat(verdict.beatsStrongLabels()).isFalse();
        assertThat(verdict.ratio()).isOne();
        assertThat(verdict.carriers()).isEmpty();
    }

    @Test
    void droppingAFeatureHelpsBeyondTheEdgeAndCostsWithinIt() {
        DeterministicEquivalent equivalent = DeterministicEquivalent.of(FIGURE.spectrum(), 200);
        for (int dropped : new int[] {0, 100, 202, 203, 300, 499}) {
            boolean[] keeps = new boolean[500];
            Arrays.fill(keeps, true);
            keeps[dropped] = false;
            WeakToStrong verdict = verdict(FIGURE, Surrogate.masked(FeatureMask.of(keeps)), 200);
            double zeta = equivalent.zeta(dropped);
            // Keeping costs λβ²ζ²/(1 − Ω), dropping λβ².
            double source = Math.pow(dropped + 1, -1.5);
            double expected = source * zeta * zeta / (1 - equivalent.omega()) - source;
            assertThat(verdict.advantage()).isCloseTo(expected, within(1e-14));
            assertThat(verdict.beatsStrongLabels()).isEqualTo(dropped >= 203);
            assertThat(verdict.carriers()).isEqualTo(dropped >= 203 ? new int[] {dropped} : new int[0]);
        }
    }

    @Test
    void carriersComeLargestShareFirst() {
        WeakToStrong verdict = verdict(FIGURE, Surrogate.optimal(), 200);
        int[] carriers = verdict.carriers();
        assertThat(carriers).hasSizeGreaterThan(490);
        for (int k = 1; k < carriers.length; k++) {
            assertThat(verdict.share(carriers[k])).isLessThanOrEqualTo(verdict.share(carriers[k - 1]));
        }
    }

    private static WeakToStrong verdict(RegressionTask task, Surrogate surrogate, double samples) {
        return Distillation.of(task)
                .surrogate(surrogate)
                .target(Training.samples(samples))
                .againstStrongLabels();
    }

    @Test
    void atTheThresholdOfAMaskTheUnseenPartsDecide() {
        RegressionTask task = RegressionTask.of(Spectrum.of(4, 3, 2, 1), Signal.constant(1));
        Training blind = Training.samples(2).withMask(FeatureMask.keepingFirst(2, 4));
        WeakToStrong worse = Distillation.of(task)
                .surrogate(Surrogate.given(1, 1, 1.5, 0.5))
                .target(blind)
                .againstStrongLabels();
        assertThat(worse.share(2)).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(worse.share(3)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(worse.advantage()).isEqualTo(Double.NEGATIVE_INFINITY);
        WeakToStrong better = Distillation.of(task)
                .surrogate(Surrogate.given(1, 1, 0.5, 1.5))
                .target(blind)
                .againstStrongLabels();
        assertThat(better.advantage()).isEqualTo(Double.POSITIVE_INFINITY);
    }
}
