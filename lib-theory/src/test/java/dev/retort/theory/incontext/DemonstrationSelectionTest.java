package dev.retort.theory.incontext;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.RandomStreams;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DemonstrationSelectionTest {

    private static final double[][] POOL = {{0, 0}, {1, 0}, {0, 1}, {3, 3}, {1, 1}};
    private static final double[][] TARGET = {{0.1, 0.5}, {1, 0.6}, {0.5, 0.2}, {0.4, 1}};

    @Test
    void threeOfFive() {
        DemonstrationSelection selection = DemonstrationSelection.of(Kernel.gaussian(1), POOL, TARGET);
        Selection greedy = selection.greedy(3);
        assertThat(greedy.indices()).containsExactly(2, 1, 4);
        assertThat(greedy.objective()).isCloseTo(0.05769749883837516, within(1e-15));
        assertThat(greedy.discrepancy())
                .isCloseTo(Mmd.of(Kernel.gaussian(1)).distance(greedy.of(POOL), TARGET), within(1e-14));
        assertThat(selection.herding(3)).isEqualTo(greedy);
        assertThat(selection.greedy(1).objective()).isEqualTo(greedy.objectives()[0]);
        assertThat(selection.objective(2, 1, 4)).isEqualTo(greedy.objective());
        assertThat(selection.meanOfRandom(3)).isCloseTo(0.222, within(5e-4)); // as documented
        assertThat(greedy).hasToString("demonstrations [2, 1, 4], squared discrepancy " + greedy.objective());
        assertThat(selection).hasToString("selection from 5 candidates for a target of 4, by " + Kernel.gaussian(1));
    }

    @Test
    void eachStepOfTheGreedyChoiceIsTheBest() {
        RandomGenerator random = RandomStreams.of(71).generator();
        double[][] pool = MmdTest.normal(14, 2, 0, 1, random);
        double[][] target = MmdTest.normal(9, 2, 0.5, 0.7, random);
        for (Kernel kernel : new Kernel[] {Kernel.gaussian(1), Kernel.linear(), Kernel.polynomial(2, 1)}) {
            DemonstrationSelection once = DemonstrationSelection.of(kernel, pool, target);
            for (DemonstrationSelection selection : new DemonstrationSelection[] {once, once.withReplacement()}) {
                int[] chosen = selection.greedy(8).indices();
                for (int t = 0; t < 8; t++) {
                    double least = Double.POSITIVE_INFINITY;
                    for (int j = 0; j < 14; j++) {
                        int candidate = j;
                        int[] before = Arrays.copyOf(chosen, t);
                        if (selection.equals(once) && IntStream.of(before).anyMatch(i -> i == candidate)) {
                            continue;
                        }
                        int[] with = Arrays.copyOf(before, t + 1);
                        with[t] = j;
                        least = Math.min(least, selection.objective(with));
                    }
                    assertThat(selection.greedy(8).objectives()[t]).isCloseTo(least, within(1e-12));
                }
            }
        }
    }

    @Test
    void objectiveAgreesWithTheDefinition() {
        RandomGenerator random = RandomStreams.of(72).generator();
        double[][] pool = MmdTest.normal(20, 3, 0, 0.5, random);
        double[][] target = MmdTest.normal(15, 3, 0.5, 0.5, random);
        Kernel kernel = Kernel.softmax().on(0, 2).times(Kernel.linear().on(2, 3));
        Selection greedy = DemonstrationSelection.of(kernel, pool, target).greedy(6);
        assertThat(greedy.objective())
                .isCloseTo(Mmd.of(kernel).biased(greedy.of(pool), target).mean(), within(1e-13));
        assertThat(ofMatrices(kernel, pool, target).greedy(6).indices()).isEqualTo(greedy.indices());
    }

    @Test
    void guaranteesOnlyChoicesWithReplacementAndTargetsInThePool() {
        double[][] pool = {{0, 1}, {3, 0}, {6, 2}, {-0.0, 5}};
        double[][] inside = {{6, 2}, {0.0, 5}};
        double[][] outside = {{6, 2}, {0, 4}};
        Kernel kernel = Kernel.gaussian(1);
        DemonstrationSelection selection = DemonstrationSelection.of(kernel, pool, inside);
        // ½ + ½ k(y₁, y₂) is the mean of the kernel, ‖y₁ − y₂‖² = 45.
        double variance = 0.5 - 0.5 * Math.exp(-22.5);
        assertThat(selection.withReplacement().guarantee(3)).isCloseTo(variance / 3, within(1e-15));
        assertThat(ofMatrices(kernel, pool, inside).withReplacement().guarantee(3))
                .isCloseTo(variance / 3, within(1e-15));
        assertThatIllegalStateException()
                .isThrownBy(() -> selection.guarantee(3))
                .withMessageContaining("withReplacement()");
        assertThatIllegalStateException()
                .isThrownBy(() -> DemonstrationSelection.of(kernel, pool, outside)
                        .withReplacement()
                        .guarantee(3))
                .withMessageContaining("outside the pool");
        assertThatIllegalStateException()
                .isThrownBy(() ->
                        ofMatrices(kernel, pool, outside).withReplacement().guarantee(3))
                .withMessageContaining("outside the pool");
    }

    private static DemonstrationSelection ofMatrices(Kernel kernel, double[][] pool, double[][] target) {
        return DemonstrationSelection.ofMatrices(
                kernel.matrix(pool, pool), kernel.matrix(pool, target), kernel.matrix(target, target));
    }

    /**
     * For targets in the pool and choices with repetition. The guarantee equals the mean over independent draws from
     * the target.
     */
    @Test
    void greedyIsNeverAboveItsGuarantee() {
        for (int r = 0; r < 300; r++) {
            RandomGenerator random = RandomStreams.of(73).at(r).generator();
            double[][] target = MmdTest.normal(2 + random.nextInt(15), 2, 0, 1, random);
            double[][] others = MmdTest.normal(5, 2, 1, 1, random);
            double[][] pool = Arrays.copyOf(target, target.length + 5);
            System.arraycopy(others, 0, pool, target.length, 5);
            for (Kernel kernel : new Kernel[] {Kernel.gaussian(0.7), Kernel.softmax(), Kernel.polynomial(3, 0.5)}) {
                DemonstrationSelection selection =
                        DemonstrationSelection.of(kernel, pool, target).withReplacement();
                double[] objectives = selection.greedy(12).objectives();
                for (int t = 1; t <= 12; t++) {
                    assertThat(objectives[t - 1]).isLessThanOrEqualTo(selection.guarantee(t) * (1 + 1e-9));
                }
                double ofDraws = DemonstrationSelection.of(kernel, target, target)
                        .withReplacement()
                        .meanOfRandom(5);
                assertThat(selection.guarantee(5)).isCloseTo(ofDraws, within(1e-9 * Math.max(1, ofDraws)));
            }
        }
    }

    @Test
    void meanOfRandomIsThatOfAllChoices() {
        DemonstrationSelection once = DemonstrationSelection.of(Kernel.polynomial(2, 1), POOL, TARGET);
        double sum = 0;
        for (int i = 0; i < 5; i++) {
            for (int j = 0; j < i; j++) {
                sum += once.objective(i, j) / 10;
            }
        }
        assertThat(once.meanOfRandom(2)).isCloseTo(sum, within(1e-12 * sum));
        double repeated = 0;
        for (int i = 0; i < 5; i++) {
            for (int j = 0; j < 5; j++) {
                repeated += once.objective(i, j) / 25;
            }
        }
        assertThat(once.withReplacement().meanOfRandom(2)).isCloseTo(repeated, within(1e-12 * repeated));
        double drawn = IntStream.range(0, 4000)
                .mapToDouble(seed -> once.random(2, seed).objective())
                .average()
                .getAsDouble();
        assertThat(drawn / sum).isCloseTo(1, within(0.1));
        assertThat(once.random(5, 3).indices()).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
    }

    @Test
    void noSingleExchangeImprovesTheResultOfExchanges() {
        RandomGenerator random = RandomStreams.of(75).generator();
        double[][] pool = MmdTest.normal(25, 2, 0, 1, random);
        double[][] target = MmdTest.normal(30, 2, 0.6, 0.6, random);
        DemonstrationSelection selection = DemonstrationSelection.of(Kernel.gaussian(1), pool, target);
        Selection greedy = selection.greedy(5);
        for (Selection start : new Selection[] {greedy, selection.random(5, 1), selection.random(5, 2)}) {
            Selection better = selection.exchanged(start);
            assertThat(better.objective()).isLessThanOrEqualTo(start.objective());
            int[] indices = better.indices();
            assertThat(Arrays.stream(indices).distinct()).hasSize(5);
            assertThat(better.objective()).isCloseTo(selection.objective(indices), within(1e-15));
            for (int a = 0; a < 5; a++) {
                for (int j = 0; j < 25; j++) {
                    int candidate = j;
                    if (Arrays.stream(indices).noneMatch(i -> i == candidate)) {
                        int[] other = indices.clone();
                        other[a] = j;
                        assertThat(selection.objective(other)).isGreaterThan(better.objective() - 1e-13);
                    }
                }
            }
        }
    }

    @Test
    void weightsAreWithinTheirGapOfTheBest() {
        RandomGenerator random = RandomStreams.of(76).generator();
        double[][] pool = MmdTest.normal(20, 2, 0, 1, random);
        double[][] target = MmdTest.normal(30, 2, 0.6, 0.6, random);
        DemonstrationSelection selection = DemonstrationSelection.of(Kernel.gaussian(1), pool, target);
        WeightedSelection few = selection.weights(20);
        WeightedSelection many = selection.weights(4000);
        assertThat(Arrays.stream(many.weights()).sum()).isCloseTo(1, within(1e-12));
        assertThat(Arrays.stream(many.weights())).allMatch(weight -> weight >= 0);
        assertThat(many.objective()).isLessThan(few.objective());
        assertThat(few.objective() - few.gap()).isLessThan(many.objective());
        assertThat(many.gap()).isBetween(0.0, 0.01);
        for (int n = 1; n < 15; n++) {
            assertThat(selection.exchanged(selection.greedy(n)).objective())
                    .isGreaterThan(many.objective() - many.gap());
        }
        // With the target itself among the candidates the objective is 0.
        assertThat(DemonstrationSelection.of(
                                Kernel.linear(), new double[][] {{0, 0}, {2, 0}, {0, 2}}, new double[][] {{0.5, 0.5}})
                        .weights(1000)
                        .objective())
                .isLessThan(1e-3);
    }

    /**
     * In the kernel of softmax attention, with the keys as values, a greedy prompt has a far smaller bias than a random
     * one.
     */
    @Test
    void greedyPromptsAreLessBiasedThanRandomOnes() {
        RandomGenerator random = RandomStreams.of(77).generator();
        double[][] pool = MmdTest.normal(300, 2, 0, 1, random);
        double[][] target = MmdTest.normal(200, 2, 0.5, 0.5, random);
        Kernel kernel = Kernel.linear()
                .times(Kernel.softmax()
                        .times(Kernel.of(
                                "normalised",
                                (x, y) -> Math.exp(-(x[0] * x[0] + x[1] * x[1] + y[0] * y[0] + y[1] * y[1]) / 2))));
        DemonstrationSelection selection = DemonstrationSelection.of(kernel, pool, target);
        for (int n : new int[] {2, 4, 8, 16}) {
            assertThat(selection.greedy(n).objective()).isLessThan(selection.meanOfRandom(n) / 5);
        }
    }

    @Test
    void badInputIsRefused() {
        DemonstrationSelection selection = DemonstrationSelection.of(Kernel.gaussian(1), POOL, TARGET);
        refuses("count: 0 is not at least 1", () -> selection.greedy(0));
        refuses(
                "count: 6 is greater than the number of candidates, 5: allow repetitions by withReplacement()",
                () -> selection.herding(6));
        assertThat(selection.withReplacement().greedy(6).indices()).hasSize(6);
        refuses(
                "target: no points are not allowed: give at least one",
                () -> DemonstrationSelection.of(Kernel.linear(), POOL, new double[0][]));
        refuses(
                "pool[0][1]: NaN is not finite",
                () -> DemonstrationSelection.of(Kernel.linear(), new double[][] {{1, Double.NaN}}, TARGET));
        double[][] skew = {{1, 0.5}, {0.4, 1}};
        double[][] one = {{1}};
        refuses(
                "pool[1][0]: 0.4 is not pool[0][1], 0.5: kernels are symmetric",
                () -> DemonstrationSelection.ofMatrices(skew, new double[][] {{1}, {1}}, one));
        refuses(
                "between.length: 1 is not the number of candidates, 2",
                () -> DemonstrationSelection.ofMatrices(new double[][] {{1, 0}, {0, 1}}, one, one));
        refuses("indices.length: 0 is not at least 1", () -> selection.objective());
        refuses("indices: 5 is not the index of one of 5 candidates", () -> selection.objective(1, 5));
        refuses("steps: 0 is not at least 1", () -> selection.weights(0));
    }

    @Test
    void isAValue() {
        DemonstrationSelection selection = DemonstrationSelection.of(Kernel.gaussian(1), POOL, TARGET);
        DemonstrationSelection same = DemonstrationSelection.of(Kernel.gaussian(1), POOL, TARGET);
        assertThat(selection)
                .isEqualTo(same)
                .hasSameHashCodeAs(same)
                .isNotEqualTo(same.withReplacement())
                .isNotEqualTo(DemonstrationSelection.of(Kernel.gaussian(2), POOL, TARGET))
                .isNotEqualTo(DemonstrationSelection.of(Kernel.gaussian(1), POOL, POOL));
        double[][] matrix = {{2, 1}, {1, 2}};
        DemonstrationSelection given = DemonstrationSelection.ofMatrices(matrix, matrix, matrix);
        assertThat(given.withReplacement())
                .isEqualTo(DemonstrationSelection.ofMatrices(matrix, matrix, matrix)
                        .withReplacement())
                .isNotEqualTo(given)
                .hasToString("selection from 2 candidates for a target of 2, by given kernel values, with replacement");
    }
}
