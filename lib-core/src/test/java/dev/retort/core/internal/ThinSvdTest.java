package dev.retort.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ThinSvdTest {

    /** A matrix and its singular values to 30 digits. */
    record Case(int rows, int columns, int step, List<Double> values) {

        double[][] matrix() {
            double[][] matrix = new double[columns][rows];
            long x = 17;
            for (int j = 0; j < columns; j++) {
                for (int i = 0; i < rows; i++) {
                    x = 48271 * x % 2147483647;
                    matrix[j][i] = Math.scalb((x % 129 - 64) / 64.0, step * j);
                }
            }
            return matrix;
        }
    }

    static List<Case> cases() throws IOException {
        try (InputStream in = Objects.requireNonNull(ThinSvdTest.class.getResourceAsStream("singular-values.tsv"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\t"))
                    .map(f -> new Case(
                            Integer.parseInt(f[0]),
                            Integer.parseInt(f[1]),
                            Integer.parseInt(f[2]),
                            Arrays.stream(f[3].split(" ")).map(Double::valueOf).toList()))
                    .toList();
        }
    }

    /** The error is relative to each value, not to the largest, also where columns differ by factors of 10¹⁰⁸. */
    @ParameterizedTest
    @MethodSource("cases")
    void findsValuesToTheirOwnPrecision(Case given) {
        ThinSvd svd = ThinSvd.of(given.matrix());
        assertThat(svd.size()).isEqualTo(given.values.size());
        for (int i = 0; i < given.values.size(); i++) {
            boolean wide = given.columns > given.rows;
            double unit = wide ? given.values.get(0) : given.values.get(i);
            assertThat(svd.value(i)).as("value %d", i).isCloseTo(given.values.get(i), within(3e-15 * unit));
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1", "7,1", "1,7", "40,40", "120,30", "30,120", "300,90"})
    void multipliesBack(int rows, int columns) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(20261201);
        double[][] matrix = new double[columns][];
        Arrays.setAll(matrix, j -> random.doubles(rows, -1, 1).toArray());
        ThinSvd svd = ThinSvd.of(matrix);
        double[][] product = new double[columns][rows];
        for (int k = 0; k < svd.size(); k++) {
            double[] u = svd.left(k);
            double[] v = svd.right(k);
            for (int j = 0; j < columns; j++) {
                for (int i = 0; i < rows; i++) {
                    product[j][i] += u[i] * svd.value(k) * v[j];
                }
            }
        }
        for (int j = 0; j < columns; j++) {
            assertThat(product[j]).containsExactly(matrix[j], within(1e-14 * svd.value(0)));
        }
        assertOrthonormal(svd);
    }

    private static void assertOrthonormal(ThinSvd svd) {
        for (int k = 0; k < svd.size(); k++) {
            for (int l = 0; l <= k; l++) {
                double expected = k == l ? 1 : 0;
                assertThat(dot(svd.left(k), svd.left(l))).isCloseTo(expected, within(1e-13));
                assertThat(dot(svd.right(k), svd.right(l))).isCloseTo(expected, within(1e-12));
            }
        }
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    @Test
    void completesVectorsWhereTheRankIsLess() {
        double[] a = {1, 2, 3, 4, 5};
        double[] zero = new double[5];
        ThinSvd svd = ThinSvd.of(a, zero, a, zero);
        assertThat(svd.rank()).isOne();
        assertThat(svd.value(0)).isCloseTo(Math.sqrt(110), within(1e-13));
        assertThat(svd.value(3)).isLessThan(1e-15);
        assertOrthonormal(svd);
        ThinSvd nothing = ThinSvd.of(zero, zero);
        assertThat(nothing.rank()).isZero();
        assertThat(nothing.values()).containsExactly(0, 0);
        assertOrthonormal(nothing);
    }

    @Test
    void acceptsEntriesOfAnySize() {
        for (double unit : new double[] {1e300, 1e-300, Double.MIN_VALUE * 0x1p30}) {
            ThinSvd svd = ThinSvd.of(new double[] {3 * unit, 0, 0}, new double[] {0, 4 * unit, 0});
            assertThat(svd.values()).containsExactly(4 * unit, 3 * unit);
            ThinSvd wide = ThinSvd.of(new double[] {3 * unit}, new double[] {4 * unit});
            assertThat(wide.value(0)).isCloseTo(5 * unit, within(1e-15 * unit + Double.MIN_VALUE));
        }
    }

    /** The squares of the small differences between these columns are below the rounding of the columns' squares. */
    @Test
    void keepsDirectionsThatTheGramMatrixLoses() {
        double[] base = {1, -2, 3, 0, -1, 2};
        double[] near = base.clone();
        near[3] = 1e-10;
        ThinSvd svd = ThinSvd.of(base, near);
        assertThat(svd.rank()).isEqualTo(2);
        assertThat(svd.value(1)).isCloseTo(1e-10 / Math.sqrt(2), within(1e-20));
    }

    @Test
    void factorsSatisfyTheirDefinition() {
        double[][] matrix = {{3, 0}, {0, 4}, {0, 0}};
        double[][] left = {{0, 1}, {1, 0}};
        ThinSvd svd = ThinSvd.ofFactors(matrix, new double[] {4, 3}, left, null);
        assertThat(svd.right(0)).containsExactly(0, 1, 0);
        assertThat(svd.left(1)).containsExactly(1, 0);
        double[][] square = {{3, 0}, {0, 4}};
        assertThatThrownBy(() -> ThinSvd.ofFactors(square, new double[] {4, 3}, left, null))
                .hasMessage("right: null is not allowed for a matrix that is at least as high as wide");
        assertThatThrownBy(() -> ThinSvd.ofFactors(matrix, new double[] {4}, left, null))
                .hasMessage("values.length: 1 is not min(n, p), 2");
    }

    @Test
    void rejectsInvalidMatrices() {
        assertThatThrownBy(() -> ThinSvd.of()).hasMessage("columns: a matrix without entries is not allowed");
        assertThatThrownBy(() -> ThinSvd.of(new double[0])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ThinSvd.of(new double[] {1, 2}, new double[] {1}))
                .hasMessage("columns[1].length: 1 is not that of the first, 2");
        assertThatThrownBy(() -> ThinSvd.of(new double[] {1, Double.NaN}))
                .hasMessage("columns[0][1]: NaN is not finite");
    }
}
