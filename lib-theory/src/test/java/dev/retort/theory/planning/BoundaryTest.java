package dev.retort.theory.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The boundaries of functions with known zeros. */
class BoundaryTest {

    private static final double[] AXIS =
            IntStream.rangeClosed(-10, 10).mapToDouble(i -> i / 10.0 + 0.013).toArray();

    private static List<List<double[]>> curves(double[] x, double[] y, DoubleBinaryOperator function) {
        return new Boundary(x, y, (i, j) -> function.applyAsDouble(x[i], y[j]) > 0, function).curves();
    }

    private static double distance(double[] first, double[] second) {
        return Math.hypot(first[0] - second[0], first[1] - second[1]);
    }

    @Test
    void aCircleIsOneClosedCurveInOrder() {
        List<List<double[]>> curves = curves(AXIS, AXIS, (x, y) -> Math.hypot(x, y) - 0.7);
        assertThat(curves).hasSize(1);
        List<double[]> circle = curves.get(0);
        double length = 0;
        double area = 0;
        for (int k = 1; k < circle.size(); k++) {
            double[] before = circle.get(k - 1);
            double[] point = circle.get(k);
            assertThat(Math.hypot(point[0], point[1])).isCloseTo(0.7, within(1e-10));
            length += distance(before, point);
            area += (before[0] * point[1] - before[1] * point[0]) / 2;
        }
        assertThat(circle.get(circle.size() - 1)).containsExactly(circle.get(0));
        assertThat(circle.get(0)[0]).isLessThan(-0.69);
        // Chords are at most a cell's diagonal, 0.14, and shorter than the arc by less than a relative (0.14/0.7)²/24.
        assertThat(length).isBetween(2 * Math.PI * 0.7 * 0.998, 2 * Math.PI * 0.7);
        assertThat(Math.abs(area)).isCloseTo(Math.PI * 0.49, within(0.01));
    }

    @Test
    void twoLinesAreTwoCurvesFromLeftToRight() {
        List<List<double[]>> curves = curves(AXIS, AXIS, (x, y) -> (y - 0.5 - x / 7) * (y + 0.5 + x / 9));
        assertThat(curves).hasSize(2);
        for (List<double[]> curve : curves) {
            assertThat(curve.stream().map(point -> point[0]).toList()).isSorted();
            assertThat(curve.get(0)[0]).isEqualTo(AXIS[0]);
            assertThat(curve.get(curve.size() - 1)[0]).isEqualTo(AXIS[20]);
        }
        assertThat(curves.get(0).get(0)[1]).isLessThan(curves.get(1).get(0)[1]);
    }

    /** In a cell whose opposite corners are in the same phase, the middle decides which corners are connected. */
    @Test
    void saddlesAreResolvedByTheirMiddle() {
        double[] ends = {-1, 1};
        for (double middle : new double[] {0.1, -0.1}) {
            List<List<double[]>> curves = curves(ends, ends, (x, y) -> x * y + middle);
            assertThat(curves).hasSize(2);
            for (List<double[]> curve : curves) {
                assertThat(curve).hasSize(2);
                // On a branch of xy = -middle both points are on the same side of the diagonal that the branch does not
                // cross.
                double first = curve.get(0)[0] + Math.signum(middle) * -curve.get(0)[1];
                double second = curve.get(1)[0] + Math.signum(middle) * -curve.get(1)[1];
                assertThat(first * second).isPositive();
            }
        }
    }

    @Test
    void onASingleGridLinePointsAreIsolated() {
        List<List<double[]>> curves = curves(AXIS, new double[] {3}, (x, y) -> Math.sin(5 * x));
        assertThat(curves).hasSize(3).allMatch(curve -> curve.size() == 1);
        assertThat(curves.get(0).get(0)).containsExactly(new double[] {-Math.PI / 5, 3}, within(1e-10));
        assertThat(curves(new double[] {1}, new double[] {1}, (x, y) -> 1)).isEmpty();
    }

    /** Four edges then have the same root. */
    @Test
    void zerosOnThePointsOfTheGridAreNotRepeated() {
        double[] axis = {-2, -1, 0, 1, 2};
        List<List<double[]>> curves = curves(axis, axis, (x, y) -> x - y);
        assertThat(curves).hasSize(1);
        List<double[]> diagonal = curves.get(0);
        for (int k = 1; k < diagonal.size(); k++) {
            assertThat(distance(diagonal.get(k - 1), diagonal.get(k))).isPositive();
            assertThat(diagonal.get(k)[0]).isEqualTo(diagonal.get(k)[1]);
        }
    }
}
