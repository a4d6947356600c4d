package dev.retort.theory.incontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.RandomStreams;
import dev.retort.core.SampleMean;
import dev.retort.core.StandardNormal;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Compares discrepancies of arrays, by inner products, with those of the same points in plain Java. */
class MmdOfArraysTest {

    private static final int DIMENSION = 30;

    private static double[][] normal(int count, int dimension, double scale, double shift, long seed) {
        RandomGenerator random = RandomStreams.of(seed).generator();
        double[][] points = new double[count][];
        Arrays.setAll(points, i -> StandardNormal.sample(dimension, random));
        for (double[] point : points) {
            for (int k = 0; k < dimension; k++) {
                point[k] = scale * point[k] + shift;
            }
        }
        return points;
    }

    static Stream<Kernel> kernels() {
        return Stream.of(
                Kernel.gaussian(5),
                Kernel.gaussian(0.5),
                Kernel.laplace(20),
                Kernel.linear(),
                Kernel.polynomial(3, 1),
                Kernel.softmax().on(2, 5),
                Kernel.energy(),
                Kernel.of("of cosines", (x, y) -> Math.cos(x[0] - y[0])),
                Kernel.ofFeatures(
                        "squares", x -> Arrays.stream(x).map(t -> t * t).toArray()),
                Kernel.gaussian(5).plus(Kernel.linear()),
                Kernel.gaussian(5).times(Kernel.polynomial(2, 1)),
                Kernel.energy().times(0.1).plus(Kernel.laplace(20).on(1, 4)));
    }

    /** Centring would round points near the origin; the value has 50 digits. */
    @Test
    void keepDetailsOfSamplesThatAreFarApart() {
        double[][] x = {{0}, {1e-6}};
        double[][] y = {{1e10}, {1e10}, {1e10}};
        double exact = 1.8032653298563166;
        for (Kernel kernel : new Kernel[] {
            Kernel.gaussian(1e-6),
            Kernel.gaussian(1e-6).times(0.5).plus(Kernel.gaussian(1e-6).times(0.5))
        }) {
            Mmd mmd = Mmd.of(kernel);
            assertThat(mmd.biased(x, y).mean()).isCloseTo(exact, within(1e-15));
            try (INDArray first = Nd4j.create(x);
                    INDArray second = Nd4j.create(y)) {
                assertThat(mmd.biasedOfArrays(first, second).mean()).isCloseTo(exact, within(1e-15));
            }
        }
        assertThat(Mmd.of(Kernel.gaussian(1e-6)).linearTime(x, y).mean()).isCloseTo(1 + Math.exp(-0.5), within(1e-15));
        // The linear and the energy kernel need the centre, because their values are as large as the rounding errors
        // without it.
        assertThat(Mmd.of(Kernel.linear()).biased(x, y).mean()).isCloseTo(1e20, within(1e5));
    }

    /** Both samples have more points than a tile. */
    @ParameterizedTest
    @MethodSource("kernels")
    void haveTheSameValues(Kernel kernel) {
        double[][] x = normal(300, DIMENSION, 1, 0, 1);
        double[][] y = normal(270, DIMENSION, 1.1, 0.1, 2);
        assertSame(Mmd.of(kernel), x, y);
    }

    private static void assertSame(Mmd mmd, double[][] x, double[][] y) {
        double largest = 0;
        for (double[] point : x) {
            largest = Math.max(largest, mmd.kernel().value(point, point));
        }
        INDArray ofX = Nd4j.create(x);
        INDArray ofY = Nd4j.create(y);
        assertSame(mmd.unbiasedOfArrays(ofX, ofY), mmd.unbiased(x, y), largest);
        assertSame(mmd.biasedOfArrays(ofX, ofY), mmd.biased(x, y), largest);
    }

    private static void assertSame(SampleMean ofArrays, SampleMean expected, double largest) {
        assertThat(ofArrays.mean())
                .isCloseTo(expected.mean(), within(1e-12 * Math.abs(expected.mean()) + 1e-14 * largest));
        assertThat(ofArrays.standardError())
                .isCloseTo(expected.standardError(), within(1e-12 * expected.standardError() + 1e-14 * largest));
    }

    /**
     * Two clouds whose inner distances are a millionth of the distance between the clouds, which inner products cannot
     * resolve.
     */
    @Test
    void closePointsKeepTheirDigits() {
        double[][] x = normal(40, DIMENSION, 1e-6, 1, 3);
        double[][] y = normal(40, DIMENSION, 1e-6, 1, 4);
        for (int i = 0; i < 20; i++) {
            for (int k = 0; k < DIMENSION; k++) {
                x[i][k] -= 2;
                y[i][k] -= 2;
            }
        }
        y[7] = x[7].clone();
        Mmd mmd = Mmd.of(Kernel.gaussian(1e-5));
        assertSame(mmd, x, y);
        assertThat(Math.abs(mmd.unbiased(x, y).mean())).isGreaterThan(1e-4);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 1e-9, 1e9})
    void everyDistanceKeepsItsDigits(double shift) {
        double[][] cloud = normal(60, 100, 1e-3, shift, 5);
        double[][] wide = normal(60, 100, 1, shift, 6);
        Points points = Points.of("cloud", cloud).followedBy(Points.of("wide", wide));
        try (PointProducts products = PointProducts.of(points)) {
            products.forRows(5, 120, 0, 90, (pairs, row) -> {
                double[] values = new double[90];
                pairs.squaredDistances(values);
                for (int j = 0; j < values.length; j++) {
                    double expected = 0;
                    for (int k = 0; k < 100; k++) {
                        expected += Math.pow(points.row(5 + row)[k] - points.row(j)[k], 2);
                    }
                    assertThat(values[j]).isCloseTo(expected, within(1e-12 * expected));
                }
            });
        }
    }

    @Test
    void largeShiftsCancelNothing() {
        double[][] x = normal(50, 3, 1, 1e9, 7);
        double[][] y = normal(50, 3, 1, 1e9 + 0.5, 8);
        for (Kernel kernel : new Kernel[] {Kernel.linear(), Kernel.gaussian(1), Kernel.energy()}) {
            Mmd mmd = Mmd.of(kernel);
            assertThat(mmd.unbiasedOfArrays(Nd4j.create(x), Nd4j.create(y)).mean())
                    .isCloseTo(mmd.unbiased(x, y).mean(), within(1e-13));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-170, 1e170})
    void squaresMayLeaveTheRangeOfNumbers(double unit) {
        double[][] x = normal(20, 4, unit, 0, 9);
        double[][] y = normal(20, 4, unit, unit, 10);
        Mmd mmd = Mmd.of(Kernel.gaussian(unit));
        assertThat(mmd.biasedOfArrays(Nd4j.create(x), Nd4j.create(y)).mean())
                .isCloseTo(mmd.biased(x, y).mean(), within(1e-13));
    }

    @Test
    void permutationTestsAgree() {
        double[][] x = normal(300, DIMENSION, 1, 0, 11);
        double[][] y = normal(280, DIMENSION, 1, 0.05, 12);
        Mmd mmd = Mmd.of(Kernel.gaussian(5)).withPermutations(150).withSeed(3);
        PermutationTest expected = mmd.permutationTest(x, y);
        PermutationTest ofArrays = mmd.permutationTestOfArrays(Nd4j.create(x), Nd4j.create(y));
        assertThat(ofArrays.pValue()).isEqualTo(expected.pValue()).isBetween(0.01, 0.99);
        assertThat(ofArrays.statistic()).isCloseTo(expected.statistic(), within(1e-14));
    }

    @Test
    void acceptArraysOfAnyTypeAndOrder() {
        double[][] x = {{0, 1}, {1, 0}, {1, 1}, {2, 1}};
        double[][] y = {{3, 3}, {4, 2}, {3, 4}};
        Mmd mmd = Mmd.of(Kernel.gaussian(1));
        INDArray transposed =
                Nd4j.create(new double[][] {{0, 1, 1, 2}, {1, 0, 1, 1}}).transpose();
        assertThat(mmd.biasedOfArrays(transposed, Nd4j.create(y).castTo(DataType.FLOAT))
                        .mean())
                .isCloseTo(mmd.biased(x, y).mean(), within(1e-15));
    }

    @Test
    void rejectInvalidSamples() {
        Mmd mmd = Mmd.of(Kernel.gaussian(1));
        INDArray x = Nd4j.create(new double[][] {{0, 1}, {1, 0}});
        assertThatIllegalArgumentException()
                .isThrownBy(() -> mmd.unbiasedOfArrays(x, Nd4j.create(new double[] {1, 2})))
                .withMessageContaining("y: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> mmd.unbiasedOfArrays(x, Nd4j.create(new double[][] {{1, 2, 3}, {4, 5, 6}})))
                .withMessageContaining("dimension of the other points");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> mmd.unbiasedOfArrays(x, Nd4j.create(new double[][] {{1, Double.NaN}, {4, 5}})))
                .withMessageContaining("y[0, 1]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Mmd.of(Kernel.linear()).unbiasedOfArrays(x, Nd4j.create(new double[][] {
                    {1e200, 2}, {-1e200, 5}
                })))
                .withMessageContaining("is out of range on these points");
    }
}
