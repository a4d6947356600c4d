package dev.retort.theory.incontext;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.RandomStreams;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class WeightBiasTest {

    private static final int DRAWS = 10_000;

    private static double[][] joined(double[][] keys, double[][] values) {
        double[][] pairs = new double[keys.length][];
        for (int i = 0; i < pairs.length; i++) {
            pairs[i] = Arrays.copyOf(keys[i], keys[i].length + values[i].length);
            System.arraycopy(values[i], 0, pairs[i], keys[i].length, values[i].length);
        }
        return pairs;
    }

    /**
     * Tests kernels with infinitely many features, finite ones by their matrices, and a prompt against a single pair.
     */
    @Test
    void biasIsTheDiscrepancyInTheProductKernel() {
        for (int r = 0; r < 200; r++) {
            RandomGenerator random = RandomStreams.of(41).at(r).generator();
            double[][] keys = MmdTest.normal(1 + random.nextInt(12), 2, 0, 0.8, random);
            double[][] values = MmdTest.normal(keys.length, 3, 0, 1, random);
            double[][] otherKeys = MmdTest.normal(1 + random.nextInt(30), 2, 0.3, 0.5, random);
            double[][] otherValues = MmdTest.normal(otherKeys.length, 3, 0.5, 1, random);
            Kernel[] kernels = {
                Kernel.softmax(),
                Kernel.gaussian(1),
                Kernel.linear(),
                PositiveRandomFeatures.of(2, 20).withSeed(r).kernel()
            };
            for (Kernel kernel : kernels) {
                double bias = WeightBias.between(
                                AttentionDistillation.of(keys, values).withKernel(kernel),
                                AttentionDistillation.of(otherKeys, otherValues).withKernel(kernel))
                        .value();
                double discrepancy = Mmd.of(
                                kernel.on(0, 2).times(Kernel.linear().on(2, 5)))
                        .distance(joined(keys, values), joined(otherKeys, otherValues));
                assertThat(bias).isCloseTo(discrepancy, within(1e-9 * discrepancy));
            }
        }
    }

    /** Of the keys 1 and 3 with the value 2 each, in the linear kernel: (‖2 · 1 − 2 · 3‖ + 2 · ‖1 − 3‖)/k(1, 1). */
    @Test
    void theBoundOfAttentionByHand() {
        double[][] values = {{2}};
        WeightBias bias = WeightBias.between(
                AttentionDistillation.of(new double[][] {{1}}, values).withKernel(Kernel.linear()),
                AttentionDistillation.of(new double[][] {{3}}, values).withKernel(Kernel.linear()));
        assertThat(bias.attentionBound(new double[] {1})).isCloseTo(8, within(1e-14));
    }

    /** If the values do not depend on the key, the bias is their length times the discrepancy of the keys. */
    @Test
    void biasOfEqualValuesAgreesWithTheKeys() {
        RandomGenerator random = RandomStreams.of(43).generator();
        double[][] keys = MmdTest.normal(7, 2, 0, 1, random);
        double[][] others = MmdTest.normal(9, 2, 0.5, 1, random);
        double[][] three = new double[9][];
        Arrays.fill(three, new double[] {3, 4});
        WeightBias bias = WeightBias.between(
                AttentionDistillation.of(keys, Arrays.copyOf(three, 7)), AttentionDistillation.of(others, three));
        assertThat(bias.value()).isCloseTo(5 * bias.ofKeys(), within(1e-12));
    }

    /** x·exp⟨x, y⟩ between normal laws of variance 1/4, as one mean moves. */
    @Test
    void biasGrowsLinearlyForSmallShiftsOnly() {
        Mmd attention = Mmd.of(Kernel.linear().times(Kernel.softmax()));
        double[][] quarter = {{0.25}};
        double[] shifts = {0.02, 0.1, 0.4, 0.8, 1.2};
        double[] expected = {0.02300, 0.11604, 0.53010, 1.5587, 4.1690};
        double[] ratios = {1.559, 1.574, 1.820, 2.783, 5.284};
        for (int i = 0; i < shifts.length; i++) {
            double[] mean = {shifts[i]};
            double bias = Math.sqrt(attention.betweenGaussians(new double[1], quarter, mean, quarter));
            double gaussian =
                    Math.sqrt(Mmd.of(Kernel.gaussian(1)).betweenGaussians(new double[1], quarter, mean, quarter));
            assertThat(bias).isCloseTo(expected[i], within(5e-5 * Math.max(1, expected[i])));
            assertThat(bias / gaussian).isCloseTo(ratios[i], within(5e-4));
        }
    }

    @Test
    void keysAloneDoNotBoundTheBias() {
        AttentionDistillation prompt = AttentionDistillation.of(new double[][] {{1}, {-1}}, new double[][] {{1}, {-1}});
        AttentionDistillation target = AttentionDistillation.of(new double[][] {{0}}, new double[][] {{0}});
        WeightBias bias = WeightBias.between(prompt.withKernel(Kernel.linear()), target.withKernel(Kernel.linear()));
        assertThat(bias.value()).isEqualTo(1);
        assertThat(bias.ofKeys()).isZero();
    }

    /** Both laws are on the points of a common grid, so that total variation and Wasserstein's distance are sums. */
    @Test
    void noBoundIsViolated() {
        double worstAttention = 0;
        double worstRisk = 0;
        double worstVariation = 0;
        double worstTransport = 0;
        double worstFeatures = 0;
        double worstEqualValues = 0;
        for (int r = 0; r < DRAWS; r++) {
            RandomGenerator random = RandomStreams.of(47).at(r).generator();
            double step = 0.05 + random.nextDouble() * 0.5;
            int[] counts = new int[6];
            int[] others = new int[6];
            double[][] keys = new double[8][];
            double[][] otherKeys = new double[8][];
            for (int i = 0; i < 8; i++) {
                int at = random.nextInt(6);
                int other = random.nextInt(1 + random.nextInt(6));
                counts[at]++;
                others[other]++;
                keys[i] = new double[] {(at - 2.5) * step};
                otherKeys[i] = new double[] {(other - 2.5) * step};
            }
            AttentionDistillation prompt = AttentionDistillation.of(keys, keys);
            AttentionDistillation target = AttentionDistillation.of(otherKeys, otherKeys);
            WeightBias bias = WeightBias.between(prompt, target);
            double[] query = {2 * random.nextDouble() - 1};
            double variation = 0;
            double transport = 0;
            int balance = 0;
            for (int k = 0; k < 6; k++) {
                variation += Math.abs(counts[k] - others[k]) / 16.0;
                balance += counts[k] - others[k];
                transport += Math.abs(balance) / 8.0 * step;
            }
            double value = bias.value();
            if (variation == 0) {
                assertThat(value).isLessThan(1e-7);
                continue;
            }
            double radius = 2.5 * step;
            worstAttention = Math.max(worstAttention, bias.ofAttention(query) / bias.attentionBound(query));
            worstVariation = Math.max(worstVariation, value / WeightBias.totalVariationBound(1, radius, variation));
            double line = WeightBias.wassersteinBoundOnALine(1, radius, transport);
            assertThat(line).isLessThanOrEqualTo(WeightBias.wassersteinBound(1, radius, transport));
            worstTransport = Math.max(worstTransport, value / line);

            ReferenceWeights weights = prompt.afterSteps(1 + random.nextInt(5), random.nextDouble());
            double risks = Math.abs(prompt.loss(weights) - target.loss(weights));
            worstRisk = Math.max(worstRisk, risks / bias.riskBound(weights.norm()));

            PositiveRandomFeatures features = PositiveRandomFeatures.of(1, 3).withSeed(r);
            double gaussian = Mmd.of(Kernel.gaussian(1)).distance(keys, otherKeys);
            WeightBias ofFeatures =
                    WeightBias.between(prompt.withKernel(features.kernel()), target.withKernel(features.kernel()));
            worstFeatures = Math.max(worstFeatures, ofFeatures.value() / (features.biasConstant(1) * gaussian));
            worstEqualValues = Math.max(
                    worstEqualValues, ofFeatures.ofKeys() / (features.biasConstantOfEqualValues(1) * gaussian));
        }
        double rounding = 1 + 1e-6; // discrepancies of 1e-4 lose digits
        assertThat(worstAttention).isBetween(0.3, rounding);
        assertThat(worstRisk).isBetween(0.3, rounding);
        assertThat(worstVariation).isBetween(0.1, rounding);
        assertThat(worstTransport).isBetween(0.3, rounding);
        assertThat(worstFeatures).isBetween(0.1, rounding);
        assertThat(worstEqualValues).isBetween(0.1, rounding);
    }

    /**
     * Keys uniform on five points with values equal to the keys, so that the population's weights are those of a prompt
     * of five.
     */
    @Test
    void samplingBoundHolds() {
        double[][] points = {{-0.8}, {-0.4}, {0}, {0.4}, {0.8}};
        ReferenceWeights population = AttentionDistillation.of(points, points).weights();
        double bound = 0.8 * Math.exp(0.32);
        int n = 12;
        double sum = 0;
        int outside = 0;
        for (int r = 0; r < DRAWS; r++) {
            RandomGenerator random = RandomStreams.of(53).at(r).generator();
            double[][] keys = new double[n][];
            for (int i = 0; i < n; i++) {
                keys[i] = points[random.nextInt(5)];
            }
            double distance = AttentionDistillation.of(keys, keys).weights().distance(population);
            sum += distance;
            outside += distance > WeightBias.samplingBound(bound, n, 0.1) ? 1 : 0;
        }
        assertThat(sum / DRAWS).isBetween(0.2 * bound / Math.sqrt(n), bound / Math.sqrt(n));
        assertThat(outside).isLessThanOrEqualTo(DRAWS / 10);
        assertThat(WeightBias.samplingBound(2, 4, Math.exp(-2))).isCloseTo(1 + 2, within(1e-15));
    }

    @Test
    void badInputIsRefused() {
        AttentionDistillation prompt = AttentionDistillation.of(new double[][] {{1}}, new double[][] {{1}});
        refuses(
                "target: linear kernel is not the kernel of the prompt, softmax kernel",
                () -> WeightBias.between(prompt, prompt.withKernel(Kernel.linear())));
        refuses(
                "keys of the target.length: 2 is not the dimension of the prompt's, 1",
                () -> WeightBias.between(prompt, AttentionDistillation.of(new double[][] {{1, 2}}, new double[][] {{1}
                })));
        refuses("distance: 1.5 is not from 0 to 1", () -> WeightBias.totalVariationBound(1, 1, 1.5));
        refuses("distance: NaN is not at least 0 and finite", () -> WeightBias.wassersteinBound(1, 1, Double.NaN));
        refuses("demonstrations: 0 is not at least 1", () -> WeightBias.samplingBound(1, 0, 0.1));
        refuses("delta: 0.0 is not between 0 and 1", () -> WeightBias.samplingBound(1, 2, 0));
        refuses(
                "weightNorm: -1.0 is not at least 0 and finite",
                () -> WeightBias.between(prompt, prompt).riskBound(-1));
        assertThat(WeightBias.between(prompt, prompt))
                .isEqualTo(WeightBias.between(prompt, prompt))
                .hasSameHashCodeAs(WeightBias.between(prompt, prompt));
    }
}
