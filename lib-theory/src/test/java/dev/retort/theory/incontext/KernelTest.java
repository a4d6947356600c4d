package dev.retort.theory.incontext;

import static dev.retort.fixtures.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.RandomStreams;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelTest {

    private static final double[] X = {1, -2, 0.5};
    private static final double[] Y = {0, 1, 2};

    @Test
    void valuesByHand() {
        double squared = 1 + 9 + 2.25;
        double inner = -2 + 1;
        assertThat(Kernel.gaussian(2).value(X, Y)).isCloseTo(Math.exp(-squared / 8), within(1e-16));
        assertThat(Kernel.laplace(2).value(X, Y)).isCloseTo(Math.exp(-5.5 / 2), within(1e-16));
        assertThat(Kernel.linear().value(X, Y)).isEqualTo(inner);
        assertThat(Kernel.polynomial(3, 0.5).value(X, Y)).isCloseTo(-0.125, within(1e-16));
        assertThat(Kernel.softmax().value(X, Y)).isCloseTo(Math.exp(inner), within(1e-16));
        assertThat(Kernel.energy().value(X, Y))
                .isCloseTo((Math.sqrt(5.25) + Math.sqrt(5) - Math.sqrt(squared)) / 2, within(1e-15));
        assertThat(Kernel.softmax().on(0, 2).times(Kernel.linear().on(2, 3)).value(X, Y))
                .isCloseTo(Math.exp(-2), within(1e-15));
        assertThat(Kernel.linear().plus(Kernel.linear()).times(3).value(X, Y)).isEqualTo(6 * inner);
        assertThat(Kernel.of("first", (x, y) -> x[0] * y[0] + 1).value(X, Y)).isEqualTo(1);
    }

    @Test
    void matrixHasTheValues() {
        double[][] points = {X, Y, {1, 1, 1}, {0, 0, 0}};
        double[][] matrix = Kernel.gaussian(1).plus(Kernel.energy()).matrix(points, new double[][] {X, Y});
        assertThat(matrix).hasDimensions(4, 2);
        assertThat(matrix[2][1])
                .isEqualTo(Kernel.gaussian(1).plus(Kernel.energy()).value(points[2], Y));
    }

    @Test
    void diagonalHasTheValues() {
        Kernel own = Kernel.of("first", (x, y) -> x[0] * y[0] + 1);
        Kernel features = Kernel.ofFeatures("two coordinates", x -> new double[] {x[0], x[1] + 1});
        for (Kernel kernel : List.of(
                Kernel.gaussian(2),
                Kernel.laplace(2),
                Kernel.linear().on(1, 3),
                Kernel.polynomial(2, 1).plus(own),
                Kernel.polynomial(3, 0.5).times(features),
                Kernel.softmax().times(3),
                Kernel.energy())) {
            assertThat(kernel.onDiagonal(X)).isEqualTo(kernel.value(X, X));
        }
    }

    @Test
    void boundsAgreeWithTheDiagonal() {
        assertThat(Kernel.gaussian(3).bound()).hasValue(1);
        assertThat(Kernel.laplace(3).times(2).plus(Kernel.gaussian(1).on(0, 1)).bound())
                .hasValue(3);
        assertThat(Kernel.laplace(3).times(2).times(Kernel.gaussian(1)).bound()).hasValue(2);
        assertThat(Stream.of(
                        Kernel.linear(),
                        Kernel.polynomial(2, 1),
                        Kernel.softmax(),
                        Kernel.energy(),
                        Kernel.of("mine", (x, y) -> 1),
                        Kernel.gaussian(1).plus(Kernel.linear()),
                        Kernel.gaussian(1).times(Kernel.softmax())))
                .allMatch(kernel -> kernel.bound().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 7, 40})
    void medianAgreesWithSortedDistances(int count) {
        double[][] points =
                MmdTest.normal(count, 2, 0, 1, RandomStreams.of(count).generator());
        points[count - 1] = points[0].clone();
        points[1][0] += 1e3;
        double[][] x = Arrays.copyOf(points, count / 2);
        double[][] y = Arrays.copyOfRange(points, count / 2, count);
        if (count == 2) {
            points[1] = new double[] {3, 4};
            y = new double[][] {{3, 4}};
            x = new double[][] {{0, 0}};
            points[0] = x[0];
        }
        assertThat(Kernel.medianDistance(x, y)).isEqualTo(median(points, false));
        assertThat(Kernel.medianCityBlockDistance(x, y)).isEqualTo(median(points, true));
    }

    private static double median(double[][] points, boolean cityBlock) {
        double[] distances = new double[points.length * (points.length - 1) / 2];
        int at = 0;
        for (int i = 0; i < points.length; i++) {
            for (int j = 0; j < i; j++) {
                double dx = Math.abs(points[i][0] - points[j][0]);
                double dy = Math.abs(points[i][1] - points[j][1]);
                distances[at++] = cityBlock ? dx + dy : Math.sqrt(dx * dx + dy * dy);
            }
        }
        Arrays.sort(distances);
        int half = distances.length / 2;
        return distances.length % 2 == 1 ? distances[half] : (distances[half - 1] + distances[half]) / 2;
    }

    @Test
    void badInputIsRefused() {
        refuses("width: 0.0 is not greater than 0 and finite", () -> Kernel.gaussian(0));
        refuses("width: NaN is not greater than 0 and finite", () -> Kernel.laplace(Double.NaN));
        refuses("degree: 0 is not at least 1", () -> Kernel.polynomial(0, 1));
        refuses("offset: -1.0 is not at least 0 and finite", () -> Kernel.polynomial(1, -1));
        refuses("to: 1 is not greater than from, 1", () -> Kernel.linear().on(1, 1));
        refuses(
                "factor: 0.0 is not greater than 0 and finite",
                () -> Kernel.linear().times(0));
        refuses(
                "y[0].length: 2 is not the dimension of the other points, 3",
                () -> Kernel.linear().value(X, new double[2]));
        refuses(
                "points: a dimension of 3 is less than 4, which linear kernel on coordinates 2 to 3 needs",
                () -> Kernel.linear().on(2, 4).value(X, Y));
        refuses(
                "kernel: softmax kernel with a value of Infinity is out of range on these points: scale them down, or choose a"
                        + " bounded kernel",
                () -> Kernel.softmax().value(new double[] {100}, new double[] {10}));
        double[][] same = {{1, 2}, {1, 2}};
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Kernel.medianDistance(same, same))
                .withMessageStartingWith("median distance: 0.0 is not a valid width");
    }

    @Test
    void isAValue() {
        Kernel kernel = Kernel.softmax().on(0, 2).times(Kernel.linear().on(2, 3));
        assertThat(kernel)
                .isEqualTo(Kernel.softmax().on(0, 2).times(Kernel.linear().on(2, 3)));
        assertThat(kernel)
                .hasSameHashCodeAs(
                        Kernel.softmax().on(0, 2).times(Kernel.linear().on(2, 3)));
        assertThat(kernel)
                .isNotEqualTo(Kernel.softmax().on(0, 2).times(Kernel.linear().on(2, 4)));
        assertThat(Kernel.gaussian(1)).isNotEqualTo(Kernel.laplace(1)).isNotEqualTo(Kernel.gaussian(2));
        assertThat(kernel).hasToString("(softmax kernel on coordinates 0 to 1 × linear kernel on coordinates 2 to 2)");
    }

    @Test
    void functionsOfOnesOwnAreRefusedWhereTheyAreNoNumbers() {
        double[][] points = {{1, 2}, {3, 4}};
        Kernel own = Kernel.of("own", (x, y) -> x[0] == 3 ? Double.NaN : 1);
        refuses("own at [3.0, 4.0] and [1.0, 2.0]: NaN is not finite", () -> own.matrix(points, points));
        refuses(
                "features at [3.0, 4.0]: [3.0, NaN] is not an array of numbers",
                () -> Kernel.ofFeatures("own", x -> new double[] {x[0], x[0] == 3 ? Double.NaN : 1})
                        .matrix(points, points));
        refuses(
                "features at [3.0, 4.0]: null is not an array of numbers",
                () -> Kernel.ofFeatures("own", x -> x[0] == 3 ? null : x).matrix(points, points));
        refuses(
                "features at [3.0, 4.0]: 3 numbers are not as many as at [1.0, 2.0], 1",
                () -> Kernel.ofFeatures("own", x -> new double[(int) x[0]]).matrix(points, points));
    }
}
