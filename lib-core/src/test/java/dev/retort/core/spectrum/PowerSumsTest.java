package dev.retort.core.spectrum;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.retort.core.internal.CompensatedSum;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PowerSumsTest {

    /** 1e-12 of a per cent: 45 units in the last place. */
    private static final double PERCENT = 1e-12;

    @ParameterizedTest
    @ValueSource(ints = {PowerSums.SHARED, 300_001})
    void threadsChangeNoBit(int size) throws Exception {
        SpectralMeasure measure = powerLaw(size);
        List<Double> shared = learnt(measure, 0, size, 1e-6);
        for (int threads = 1; threads < 5; threads++) {
            // A parallel stream that is started in a pool runs in this pool.
            ForkJoinPool pool = new ForkJoinPool(threads);
            assertThat(pool.submit(() -> learnt(measure, 0, size, 1e-6)).get()).isEqualTo(shared);
            pool.shutdown();
        }
    }

    @Test
    void aBusyPoolChangesNoBit() {
        SpectralMeasure measure = powerLaw(PowerSums.SHARED + 777);
        List<Double> alone = missed(measure, 0, measure.size(), 1e-6);
        assertThat(IntStream.range(0, 20).parallel().mapToObj(i -> missed(measure, 0, measure.size(), 1e-6)))
                .containsOnly(alone);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 64, 65, 2049, PowerSums.SHARED - 1, PowerSums.SHARED, 200_003})
    void addsUpEveryNodeOnce(int size) {
        SpectralMeasure measure = powerLaw(size + 3);
        double tau = measure.value(measure.size() / 2);
        List<Double> learnt = learnt(measure, 2, size + 2, tau);
        List<Double> missed = missed(measure, 2, size + 2, tau);
        for (int power = 1; power <= 3; power++) {
            int exponent = power;
            expect(learnt.get(power - 1), measure, size, v -> Math.pow(v / (v + tau), exponent));
            expect(missed.get(power - 1), measure, size, v -> Math.pow(tau / (v + tau), exponent));
        }
    }

    @Test
    void weightsMultiply() {
        SpectralMeasure measure = new SpectralMeasure(
                new double[] {4, 2, 1}, new double[] {3, 0.5, 2}, null, new double[] {0, 3, 3.5, 5.5}, 1e10);
        close(learnt(measure, 0, 3, 2), 3 * 2 / 3.0 + 0.5 / 2 + 2 / 3.0, 3 * 4 / 9.0 + 0.5 / 4 + 2 / 9.0);
        close(missed(measure, 0, 3, 2), 3 / 3.0 + 0.5 / 2 + 2 * 2 / 3.0, 3 / 9.0 + 0.5 / 4 + 2 * 4 / 9.0);
    }

    @Test
    void rangesAddUpAndAreScaled() {
        SpectralMeasure measure = powerLaw(5000);
        PowerSums sums = new PowerSums();
        measure.addLearnt(7, 1234, 1e-3, sums);
        measure.addLearnt(1234, 5000, 1e-3, sums);
        sums.scale(2);
        List<Double> once = learnt(measure, 7, 5000, 1e-3);
        close(List.of(sums.first(), sums.second()), 2 * once.get(0), 2 * once.get(1));
        sums.scale(0);
        assertThat(sums.first() + sums.second() + sums.third()).isZero();
    }

    @Test
    void subnormalNumbersAreSummedLikeOthers() {
        double tiny = 0x1p-1040;
        SpectralMeasure measure = SpectralMeasure.of(new double[] {1e300, 1, tiny, Double.MIN_VALUE});
        double least = 0x1p-34 / (1 + 0x1p-34);
        close(learnt(measure, 0, 4, tiny), 2.5 + least, 2.25 + least * least);
        close(missed(measure, 0, 4, tiny), 0.5 + (1 - least), 0.25 + (1 - least) * (1 - least));
    }

    @SuppressWarnings("NullAway") // on purpose
    @Test
    void rejectsNullSums() {
        SpectralMeasure measure = SpectralMeasure.of(new double[] {2, 1});
        refuses("sums: null is not allowed", () -> measure.addLearnt(0, 1, 1, null));
        refuses("sums: null is not allowed", () -> measure.addMissed(0, 1, 1, null));
    }

    private static List<Double> learnt(SpectralMeasure measure, int from, int to, double tau) {
        PowerSums sums = new PowerSums();
        measure.addLearnt(from, to, tau, sums);
        return List.of(sums.first(), sums.second(), sums.third());
    }

    private static List<Double> missed(SpectralMeasure measure, int from, int to, double tau) {
        PowerSums sums = new PowerSums();
        measure.addMissed(from, to, tau, sums);
        return List.of(sums.first(), sums.second(), sums.third());
    }

    private static void close(List<Double> actual, double first, double second) {
        assertThat(actual.get(0)).isCloseTo(first, withinPercentage(PERCENT));
        assertThat(actual.get(1)).isCloseTo(second, withinPercentage(PERCENT));
    }

    private static void expect(double actual, SpectralMeasure measure, int size, DoubleUnaryOperator term) {
        CompensatedSum sum = new CompensatedSum();
        for (int k = 2; k < size + 2; k++) {
            sum.add(term.applyAsDouble(measure.value(k)));
        }
        assertThat(actual).isCloseTo(sum.value(), withinPercentage(PERCENT));
    }

    private static SpectralMeasure powerLaw(int size) {
        double[] values = new double[size];
        Arrays.setAll(values, i -> Math.pow(i + 1, -1.5));
        return SpectralMeasure.of(values);
    }
}
