package dev.retort.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.retort.core.RandomStreams;
import dev.retort.core.StandardNormal;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SymmetricEigenTest {

    /** Squares of entries overflow or underflow, but the results do not. */
    @ParameterizedTest
    @ValueSource(doubles = {1, 1e-170, 1e-300, 1e170, 1e300})
    void findsTheEigenvaluesOfAKnownMatrix(double size) {
        // 2 − 2 cos(kπ/4) for k = 1, 2, 3: the second difference of three points.
        SymmetricEigen eigen = SymmetricEigen.of(
                new double[][] {{2 * size, -size, 0}, {-size, 2 * size, -size}, {0, -size, 2 * size}});
        double root = Math.sqrt(2);
        assertThat(eigen.values()[0] / size).isCloseTo(2 - root, within(1e-15));
        assertThat(eigen.values()[1] / size).isCloseTo(2, within(1e-15));
        assertThat(eigen.values()[2] / size).isCloseTo(2 + root, within(1e-15));
        assertThat(Math.abs(eigen.vector(1)[0])).isCloseTo(1 / root, within(1e-15));
        assertThat(eigen.vector(1)[1]).isCloseTo(0, within(1e-15));
    }

    @Test
    void vectorsAndValuesReproduceTheMatrix() {
        int n = 30;
        RandomGenerator random = RandomStreams.of(3).generator();
        double[][] matrix = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = i; j < n; j++) {
                matrix[i][j] = StandardNormal.next(random);
                matrix[j][i] = matrix[i][j];
            }
        }
        SymmetricEigen eigen = SymmetricEigen.of(matrix);
        double[] values = eigen.values();
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int k = 0; k < n; k++) {
                    sum += values[k] * eigen.vector(k)[i] * eigen.vector(k)[j];
                }
                assertThat(sum).isCloseTo(matrix[i][j], within(1e-13));
            }
        }
        assertThat(values).isSorted();
    }

    @Test
    void rejectsEntriesThatAreNotFinite() {
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> SymmetricEigen.of(new double[][] {{1, Double.POSITIVE_INFINITY}, {0, 1}}))
                .withMessageContaining("Infinity, which is not finite");
    }
}
