package dev.retort.core.nd4j.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.internal.ThinSvd;
import java.util.Arrays;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LargeSvdTest {

    private static double[][] matrix(int rows, int columns, double decay) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(20261204);
        double[][] matrix = new double[columns][];
        Arrays.setAll(
                matrix,
                j -> random.doubles(rows, -1, 1)
                        .map(x -> x * Math.pow(j + 1, -decay))
                        .toArray());
        return matrix;
    }

    /**
     * Blocks smaller and larger than the remaining rows: the triangle is combined with one block, several blocks and
     * half a block.
     */
    @ParameterizedTest
    @CsvSource({"1,1,1", "30,30,4", "70,30,4", "30,31,4", "30,200,1", "30,200,40", "30,75,512", "2,50,3"})
    void agreesWithPlainJava(int rows, int columns, int block) {
        double[][] matrix = matrix(rows, columns, 1);
        ThinSvd expected = ThinSvd.of(matrix);
        ThinSvd actual = Objects.requireNonNull(LargeSvd.byLapack(block, matrix));
        assertThat(actual.rank()).isEqualTo(expected.rank());
        for (int k = 0; k < expected.size(); k++) {
            assertThat(actual.value(k)).isCloseTo(expected.value(k), within(1e-14 * expected.value(0)));
            // Vectors are determined up to their sign, with an error of rounding divided by the gap to the next value.
            assertThat(projection(actual.left(k), expected.left(k))).isCloseTo(1, within(1e-10));
            assertThat(projection(actual.right(k), expected.right(k))).isCloseTo(1, within(1e-10));
        }
    }

    private static double projection(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return Math.abs(sum);
    }

    @Test
    void reproducesALargeMatrix() {
        double[][] matrix = matrix(700, 420, 0.5);
        ThinSvd svd = LargeSvd.of(matrix);
        for (int j : new int[] {0, 17, 419}) {
            double[] column = new double[700];
            for (int k = 0; k < 420; k++) {
                double[] left = svd.left(k);
                double factor = svd.value(k) * svd.right(k)[j];
                for (int i = 0; i < 700; i++) {
                    column[i] += factor * left[i];
                }
            }
            assertThat(column).containsExactly(matrix[j], within(1e-12));
        }
    }

    @Test
    void rejectsInvalidMatrices() {
        double[][] matrix = matrix(700, 420, 0);
        matrix[3][5] = Double.NaN;
        assertThatThrownBy(() -> LargeSvd.of(matrix)).hasMessage("columns[3][5]: NaN is not finite");
        assertThatThrownBy(LargeSvd::of).isInstanceOf(IllegalArgumentException.class);
    }
}
