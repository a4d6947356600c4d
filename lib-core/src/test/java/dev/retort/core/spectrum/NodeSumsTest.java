package dev.retort.core.spectrum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.CompensatedSum;
import dev.retort.core.spectrum.SpectralMeasure.Sums;
import java.util.Arrays;
import java.util.concurrent.ForkJoinPool;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeSumsTest {

    /** 1e-12 of a per cent: 45 units in the last place. */
    private static final double PERCENT = 1e-12;

    @ParameterizedTest
    @ValueSource(ints = {NodeSums.SHARED, 300_001})
    void threadsChangeNoBit(int size) throws Exception {
        double[] values = powerLaw(size);
        Sums shared = new NodeSums(values, null, 1e-6).over(0, size);
        for (int threads = 1; threads < 5; threads++) {
            // A parallel stream that is started in a pool runs there.
            ForkJoinPool pool = new ForkJoinPool(threads);
            assertThat(pool.submit(() -> new NodeSums(values, null, 1e-6).over(0, size))
                            .get())
                    .isEqualTo(shared);
            pool.shutdown();
        }
    }

    @Test
    void aBusyPoolChangesNoBit() {
        double[] values = powerLaw(NodeSums.SHARED + 777);
        Sums alone = new NodeSums(values, null, 1e-6).over(0, values.length);
        assertThat(IntStream.range(0, 20)
                        .parallel()
                        .mapToObj(i -> new NodeSums(values, null, 1e-6).over(0, values.length)))
                .containsOnly(alone);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 64, 65, 2049, NodeSums.SHARED - 1, NodeSums.SHARED, 200_003})
    void addsUpEveryNodeOnce(int size) {
        double[] values = powerLaw(size + 3);
        double tau = values[values.length / 2];
        Sums sums = new NodeSums(values, null, tau).over(2, size + 2);
        expect(sums.learnt(), values, 2, size + 2, v -> v / (v + tau));
        expect(sums.missed(), values, 2, size + 2, v -> tau / (v + tau));
        expect(sums.product(), values, 2, size + 2, v -> v / (v + tau) * tau / (v + tau));
        expect(
                sums.relativeSquares(),
                values,
                2,
                size + 2,
                v -> Math.pow(v / (v + tau) / (values[0] / (values[0] + tau)), 2));
    }

    @Test
    void weightsOfOneMayBeLeftOut() {
        double[] values = powerLaw(5000);
        double[] ones = new double[5000];
        Arrays.fill(ones, 1);
        assertThat(new NodeSums(values, ones, 1e-3).over(7, 5000))
                .isEqualTo(new NodeSums(values, null, 1e-3).over(7, 5000));
    }

    @Test
    void weightsMultiply() {
        double[] values = {4, 2, 1};
        double[] weights = {3, 0.5, 2};
        Sums sums = new NodeSums(values, weights, 2).over(0, 3);
        assertThat(sums.learnt()).isCloseTo(3 * 2 / 3.0 + 0.5 / 2 + 2 / 3.0, withinPercentage(PERCENT));
        assertThat(sums.missed()).isCloseTo(3 / 3.0 + 0.5 / 2 + 2 * 2 / 3.0, withinPercentage(PERCENT));
        assertThat(sums.product()).isCloseTo(3 * 2 / 9.0 + 0.5 / 4 + 2 * 2 / 9.0, withinPercentage(PERCENT));
        assertThat(sums.skew()).isCloseTo(3 * 2 / 27.0 - 2 * 2 / 27.0, withinPercentage(1e3 * PERCENT));
        assertThat(sums.relativeSquares()).isCloseTo(3 + 0.5 * 0.75 * 0.75 + 2 * 0.5 * 0.5, withinPercentage(PERCENT));
    }

    @Test
    void subnormalNumbersAreSummedLikeOthers() {
        double tiny = 0x1p-1040;
        Sums sums = new NodeSums(new double[] {1e300, 1, tiny, Double.MIN_VALUE}, null, tiny).over(0, 4);
        assertThat(sums.learnt()).isEqualTo(2.5 + 0x1p-34 / (1 + 0x1p-34));
        assertThat(sums.missed()).isEqualTo(0.5 + 1 / (1 + 0x1p-34));
        assertThat(sums.product()).isCloseTo(0.25 + 0x1p-34 / Math.pow(1 + 0x1p-34, 2), withinPercentage(PERCENT));
    }

    @Test
    void learnabilitiesBelowTheSmallestSquareAreComparedAllTheSame() {
        Sums sums = new NodeSums(new double[] {2, 1}, null, 1e300).over(0, 2);
        assertThat(sums.relativeSquares()).isCloseTo(1.25, withinPercentage(PERCENT));
    }

    private static void expect(double actual, double[] values, int from, int to, DoubleUnaryOperator term) {
        CompensatedSum sum = new CompensatedSum();
        for (int k = from; k < to; k++) {
            sum.add(term.applyAsDouble(values[k]));
        }
        assertThat(actual).isCloseTo(sum.value(), withinPercentage(PERCENT));
    }

    private static double[] powerLaw(int size) {
        return IntStream.range(0, size).mapToDouble(i -> Math.pow(i + 1, -1.5)).toArray();
    }
}
