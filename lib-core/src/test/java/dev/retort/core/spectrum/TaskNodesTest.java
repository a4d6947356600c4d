package dev.retort.core.spectrum;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.retort.core.internal.CompensatedSum;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sums over few nodes equal sums over all features. */
class TaskNodesTest {

    private static final double TOLERANCE = 1e-14;

    static Stream<RegressionTask> listed() {
        SplittableRandom random = new SplittableRandom(11);
        double[] values = random.doubles(30_000).map(u -> Math.pow(10, -10 * u)).toArray();
        Arrays.fill(values, 100, 110, 0);
        Arrays.fill(values, 200, 3000, values[7]);
        double[] coefficients = random.doubles(30_000).map(u -> u - 0.3).toArray();
        double[] repeated = new double[50_000];
        Arrays.setAll(repeated, i -> Math.pow(1 + i / 7, -1.2));
        return Stream.of(
                RegressionTask.of(Spectrum.of(values), Signal.of(coefficients)),
                RegressionTask.of(Spectrum.of(repeated), Signal.sourcePowerLaw(1.3)),
                RegressionTask.of(Spectrum.powerLaw(0.5, 100_000), Signal.constant(-2)),
                RegressionTask.of(Spectrum.powerLaw(1.5, 100_000), Signal.sourcePowerLaw(2)),
                RegressionTask.of(Spectrum.powerLaw(4, 20_000), Signal.sourcePowerLaw(7)),
                RegressionTask.of(Spectrum.of(3, 0, 1), Signal.of(1, 2, -1)));
    }

    static Stream<RegressionTask> laws() {
        return Stream.of(
                RegressionTask.of(Spectrum.powerLaw(1.5, 1, 0, 60_000), Signal.sourcePowerLaw(2)),
                RegressionTask.of(Spectrum.powerLaw(0.7, 5, -0.5, 50_000), Signal.constant(0.1)),
                RegressionTask.of(Spectrum.powerLaw(2, 1, 3000, 200_000), Signal.sourcePowerLaw(1.1)),
                RegressionTask.of(Spectrum.powerLaw(6, 1, 0, 30_000), Signal.sourcePowerLaw(5)));
    }

    @SuppressWarnings("NullAway") // on purpose
    @Test
    void rejectsNodesOutOfRange() {
        Spectrum law = Spectrum.powerLaw(1.5, 1, 0, 60_000);
        for (TaskNodes nodes : List.of(
                RegressionTask.of(Spectrum.of(3, 1), Signal.of(1, 2)).nodes(),
                RegressionTask.of(law, Signal.constant(1)).nodes())) {
            String beyond = "k: " + nodes.size() + " is not between 0 and " + (nodes.size() - 1);
            isBeyond(beyond, () -> nodes.eigenvalue(nodes.size()));
            isBeyond(beyond, () -> nodes.weight(nodes.size()));
            isBeyond(beyond, () -> nodes.power(nodes.size()));
            isBeyond(beyond, () -> nodes.truth(nodes.size()));
            isBeyond(beyond, () -> nodes.index(nodes.size()));
            isBeyond(beyond, () -> nodes.eigenvalue(law, nodes.size()));
            isBeyond("k: -1 is not between 0 and " + (nodes.size() - 1), () -> nodes.power(-1));
            refuses("spectrum: null is not allowed", () -> nodes.eigenvalue(null, 0));
        }
    }

    private static void isBeyond(String message, ThrowingCallable call) {
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(call)
                .withMessage(message);
    }

    @ParameterizedTest
    @MethodSource("listed")
    void compressedNodesHaveTheSumsOfTheFeatures(RegressionTask task) {
        TaskNodes few = task.gathered().nodes();
        haveTheSameSums(task.nodes(), few);
        assertThat(few.size()).isLessThan(1200);
        for (int k = 0; k < few.size(); k++) {
            assertThat(few.truth(k)).isOne();
        }
    }

    @ParameterizedTest
    @MethodSource("listed")
    void gatheringTwiceChangesNothing(RegressionTask task) {
        RegressionTask once = task.gathered();
        assertThat(once.gathered()).isSameAs(once);
    }

    @Test
    void zerosMayFollowDescendingEigenvalues() {
        double[] values = Arrays.copyOf(Spectrum.powerLaw(1.5, 5000).eigenvalues(), 5010);
        RegressionTask task = RegressionTask.of(Spectrum.of(values), Signal.constant(1));
        haveTheSameSums(task.nodes(), task.gathered().nodes());
    }

    @ParameterizedTest
    @MethodSource("laws")
    void nodesOfALawHaveTheSumsOfItsFeatures(RegressionTask law) {
        haveTheSameSums(list(law).nodes(), law.nodes());
        assertThat(law.gathered().nodes().size()).isEqualTo(law.nodes().size());
    }

    private static RegressionTask list(RegressionTask law) {
        Spectrum spectrum = Spectrum.of(law.spectrum().eigenvalues());
        return RegressionTask.of(
                spectrum,
                Signal.of(IntStream.range(0, law.dimension())
                        .mapToDouble(law::coefficient)
                        .toArray()));
    }

    @ParameterizedTest
    @MethodSource({"listed", "laws"})
    void splitNodesHaveTheSumsOfEitherSide(RegressionTask task) {
        TaskNodes all = task.spectrum().isListed() ? task.nodes() : list(task).nodes();
        assertThat(all.splitAt(0.1)).isSameAs(all);
        Terms terms = new Terms(all);
        double[] sorted = task.spectrum().eigenvalues();
        Arrays.sort(sorted);
        int last = sorted.length - 1;
        for (int place : new int[] {1, 100, 505, 510, 512, 520, 5000, last - 3, last}) {
            double lambda = sorted[last - Math.min(Math.max(place, 0), last)];
            if (lambda == 0) {
                continue;
            }
            for (double at : new double[] {lambda, lambda * 1.00001}) {
                TaskNodes split = task.gathered().nodes().splitAt(at);
                haveTheSameSums(terms, split, at * 0.7, value -> value >= at ? 1 : 0);
                haveTheSameSums(terms, split, at * 0.7, value -> value >= at ? 0 : 1);
                assertThat(split.splitAt(at)).isSameAs(split);
                TaskNodes twice = split.splitAt(at / 10);
                haveTheSameSums(terms, twice, at * 3, value -> value >= at ? 1 : value >= at / 10 ? 2 : 0);
            }
        }
    }

    @Test
    void anInfiniteLawSplitsAtAFeature() {
        RegressionTask task = RegressionTask.of(Spectrum.powerLaw(2), Signal.constant(1));
        for (int count : new int[] {1, 40, 507, 512, 513, 600, 100_000, 100_000_000}) {
            double at = task.spectrum().eigenvalue(count - 1);
            TaskNodes split = task.nodes().splitAt(at);
            assertThat(error(sum(split, value -> value >= at ? 1 : 0, false), count))
                    .isLessThanOrEqualTo(TOLERANCE);
            double rest = count < 1000 ? Double.NaN : 1 / (count + 0.5 + 1 / (12.0 * count));
            if (count >= 1000) {
                assertThat(error(sum(split, value -> value < at ? value : 0, false), rest))
                        .isLessThanOrEqualTo(2e-14);
            }
            assertThat(error(sum(split, value -> value, true), Math.PI * Math.PI * Math.PI * Math.PI / 90))
                    .isLessThanOrEqualTo(TOLERANCE);
        }
        TaskNodes nodes = task.nodes();
        assertThat(nodes.splitAt(2)).isSameAs(nodes);
        assertThat(nodes.splitAt(0)).isSameAs(nodes);
        assertThat(nodes.splitAt(1e-60)).isSameAs(nodes);
        assertThat(error(task.signalPower(), Math.PI * Math.PI / 6)).isLessThanOrEqualTo(TOLERANCE);
    }

    @Test
    void nodesOfALawCarryOtherLaws() {
        RegressionTask law = RegressionTask.of(Spectrum.powerLaw(1.5, 1, 0, 60_000), Signal.sourcePowerLaw(1.2));
        TaskNodes all = list(law).nodes();
        for (Spectrum other : new Spectrum[] {
            Spectrum.powerLaw(0.5, 3, 100, 60_000), Spectrum.powerLaw(5, 1, 2, 60_000), law.spectrum()
        }) {
            TaskNodes few = law.indexed().carrying(other).splitAfter(700);
            assertThat(few.carrying(other)).isSameAs(few);
            assertThat(few.splitAfter(700)).isSameAs(few);
            for (double tau : new double[] {1e-5, 0.01, 1}) {
                assertThat(error(shifted(few, other, tau), shifted(all, other, tau)))
                        .isLessThanOrEqualTo(10 * TOLERANCE);
            }
        }
        assertThat(all.splitAfter(3)).isSameAs(all);
        assertThat(all.carrying(law.spectrum())).isSameAs(all);
        assertThat(all.index(2)).isEqualTo(3);
    }

    /** Σ λ'β²/(λ' + τ)² over the first 700 features, and λ/(λ' + 2τ) over the others. */
    private static double shifted(TaskNodes nodes, Spectrum other, double tau) {
        CompensatedSum sum = new CompensatedSum();
        for (int k = 0; k < nodes.size(); k++) {
            double own = nodes.eigenvalue(other, k);
            double power = nodes.power(k) * nodes.truth(k) * nodes.truth(k);
            sum.add(
                    nodes.index(k) <= 700
                            ? power * own / nodes.eigenvalue(k) / (own + tau) / (own + tau)
                            : nodes.weight(k) * nodes.eigenvalue(k) / (own + 2 * tau));
        }
        return sum.value();
    }

    @Test
    void rejectsSpectraThatNodesDoNotCarry() {
        RegressionTask law = RegressionTask.of(Spectrum.powerLaw(1.5, 1, 0, 60_000), Signal.sourcePowerLaw(1.2));
        Spectrum shorter = Spectrum.powerLaw(1.5, 1, 0, 50_000);
        refuses(
                "spectrum: Spectrum of 50000 features, 1.0 (i + 0.0)^-1.5 is not a law with as many features as the task's,"
                        + " 60000 features, 1.0 (i + 0.0)^-1.5",
                () -> law.indexed().carrying(shorter));
        refuses(
                "spectrum: Spectrum of 50000 features, 1.0 (i + 0.0)^-1.5 does not have the 2 features of the task",
                () -> RegressionTask.of(Spectrum.of(2, 1), Signal.of(1, 1))
                        .nodes()
                        .carrying(shorter));
        assertThatIllegalStateException()
                .isThrownBy(() -> law.indexed().eigenvalue(shorter, 0))
                .withMessageContaining("is not carried by these nodes");
        TaskNodes gathered = list(law).gathered().nodes();
        assertThatIllegalStateException()
                .isThrownBy(() -> gathered.splitAfter(10))
                .withMessage(
                        "The nodes of a gathered task have lost the order of its features; take those of features()");
    }

    @Test
    void theFirstFeaturesAreASpectrum() {
        Spectrum law = Spectrum.powerLaw(2);
        assertThat(law.features()).isInfinite();
        assertThat(law.first(20)).isEqualTo(Spectrum.powerLaw(2, 20));
        assertThat(law.first(20_000)).isEqualTo(Spectrum.powerLaw(2, 1, 0, 20_000));
        assertThat(law.eigenvalue(999_999_999_999L)).isEqualTo(1e-24);
        Spectrum levels = Spectrum.withMultiplicities(new double[] {1, 0.5, 0.1}, new double[] {3, 20, 1e9});
        assertThat(levels.first(10)).isEqualTo(Spectrum.withMultiplicities(new double[] {1, 0.5}, new int[] {3, 7}));
        assertThat(levels.first(1_000_000_023)).isSameAs(levels);
        assertThat(Spectrum.of(3, 2, 1).first(2)).isEqualTo(Spectrum.of(3, 2));
        refuses(
                "count: 4 is not from 1 to the number of features, 3",
                () -> Spectrum.of(3, 2, 1).first(4));
    }

    @Test
    void rejectsInvalidEigenvalues() {
        TaskNodes nodes = RegressionTask.of(Spectrum.of(1), Signal.of(1)).nodes();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> nodes.splitAt(Double.NaN))
                .withMessage("lambda: NaN is not at least 0 and finite");
    }

    /** The eigenvalues of nodes, their weights and their signal: plain arrays, because sums over all features take most time. */
    private static final class Terms {

        private final double[] eigenvalues;
        private final double[] weights;
        private final double[] powers;

        Terms(TaskNodes nodes) {
            this.eigenvalues = new double[nodes.size()];
            this.weights = new double[nodes.size()];
            this.powers = new double[nodes.size()];
            for (int k = 0; k < nodes.size(); k++) {
                eigenvalues[k] = nodes.eigenvalue(k);
                weights[k] = nodes.weight(k);
                powers[k] = nodes.power(k) * nodes.truth(k) * nodes.truth(k);
            }
        }

        /** Σ g f(λ) with the weights, and with the signal, for three functions f. */
        double[] sums(DoubleUnaryOperator gate, double tau) {
            CompensatedSum[] sums = new CompensatedSum[6];
            Arrays.setAll(sums, i -> new CompensatedSum());
            for (int k = 0; k < eigenvalues.length; k++) {
                double value = eigenvalues[k];
                double factor = gate.applyAsDouble(value);
                double learnt = value / (value + tau);
                double missed = tau / (value + tau);
                double[] functions = {learnt, learnt * missed, value / (value * value / tau + 0.3 * tau)};
                for (int i = 0; i < 3; i++) {
                    sums[i].add(weights[k] * (factor * functions[i]));
                    sums[3 + i].add(powers[k] * (factor * functions[i]));
                }
            }
            return Arrays.stream(sums).mapToDouble(CompensatedSum::value).toArray();
        }
    }

    private static void haveTheSameSums(TaskNodes all, TaskNodes few) {
        Terms terms = new Terms(all);
        for (double tau : new double[] {1e-30, 3e-11, 2.2e-9, 1.3e-7, 4e-5, 1e-3, 0.017, 0.7, 1, 1e3}) {
            haveTheSameSums(terms, few, tau, value -> 1);
        }
    }

    private static void haveTheSameSums(Terms all, TaskNodes few, double tau, DoubleUnaryOperator gate) {
        double[] expected = all.sums(gate, tau);
        double[] actual = new Terms(few).sums(gate, tau);
        for (int i = 0; i < expected.length; i++) {
            assertThat(Math.abs(actual[i] - expected[i])).isLessThanOrEqualTo(TOLERANCE * expected[i]);
        }
    }

    private static double sum(TaskNodes nodes, DoubleUnaryOperator function, boolean power) {
        CompensatedSum sum = new CompensatedSum();
        for (int k = 0; k < nodes.size(); k++) {
            double weight = power ? nodes.power(k) * nodes.truth(k) * nodes.truth(k) : nodes.weight(k);
            sum.add(weight * function.applyAsDouble(nodes.eigenvalue(k)));
        }
        return sum.value();
    }

    private static double error(double actual, double expected) {
        return Math.abs(actual - expected) / Math.abs(expected);
    }

    @Test
    void areValues() {
        RegressionTask listed = RegressionTask.of(Spectrum.of(3, 1), Signal.of(1, 2));
        assertThat(listed.nodes())
                .isEqualTo(RegressionTask.of(Spectrum.of(3, 1), Signal.of(1, 2)).nodes())
                .isNotEqualTo(
                        RegressionTask.of(Spectrum.of(3, 1), Signal.of(1, 1)).nodes())
                .hasToString("TaskNodes: 2 features, one by one");
        Spectrum law = Spectrum.powerLaw(1.5, 1, 0, 60_000);
        TaskNodes nodes = RegressionTask.of(law, Signal.constant(1)).nodes();
        TaskNodes same = RegressionTask.of(Spectrum.powerLaw(1.5, 1, 0, 60_000), Signal.constant(1))
                .nodes();
        Spectrum carried = Spectrum.powerLaw(1.2, 1, 0, 60_000);
        assertThat(nodes)
                .isEqualTo(same)
                .hasSameHashCodeAs(same)
                .isNotEqualTo(nodes.splitAfter(1000))
                .isNotEqualTo(nodes.carrying(carried))
                .hasToString("TaskNodes: " + nodes.size() + " nodes that stand for several features");
        assertThat(nodes.splitAfter(1000)).isEqualTo(same.splitAfter(1000));
        assertThat(nodes.carrying(carried)).isEqualTo(same.carrying(carried));
    }
}
